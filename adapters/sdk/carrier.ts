/**
 * The carrier port (寄递): how a node orders that originals or results are picked up and mailed, and learns where they are. A carrier
 * sees one address and what the parcel holds, never the case.
 */

/** Sender or recipient. Personal data. */
export type MailParty = { name: string; phone: string; address: string; postcode?: string | undefined }

export type ParcelOrder = {
  /** Same for every attempt: send it as the idempotency key, so that one parcel is ordered once. */
  key: string
  from: MailParty
  to: MailParty
  /** 寄付 or 到付 */
  payer: 'sender' | 'recipient'
  /** what is in it, for the label */
  contents: readonly string[]
}

/** 已揽收, 运输中, 已签收, 已退回, 已丢失, 已取消; the last four are final. */
export const PARCEL_STATES = ['collected', 'in-transit', 'delivered', 'returned', 'lost', 'cancelled'] as const
export type ParcelState = (typeof PARCEL_STATES)[number]

/** `at`: ISO 8601 with offset. */
export type ParcelEvent = { state: ParcelState; at: string; place?: string | undefined }

/** `retryable`: a later attempt may succeed; else a person must look. `detail` never repeats an address. */
export type CarrierFailure = { ok: false; detail: string; retryable: boolean }

export interface Carrier {
  /** name on waybills, such as EMS */
  readonly name: string
  /** Orders a pickup; the waybill number. */
  order(order: ParcelOrder, signal: AbortSignal): Promise<{ ok: true; number: string } | CarrierFailure>
  /** All that happened to a parcel, in order. */
  track(number: string, signal: AbortSignal): Promise<{ ok: true; events: ParcelEvent[] } | CarrierFailure>
  /** Takes an order back before it was collected. */
  cancel(number: string, signal: AbortSignal): Promise<{ ok: true } | CarrierFailure>
}
