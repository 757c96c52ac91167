/** A parcel as it is stored and shown, and what bounds its way. */
import type { MailParty, ParcelEvent } from '../../../../adapters/sdk/carrier.ts'
import type { CaseContent } from '../../../../protocol/case/kinds.ts'
import type { Trouble } from './troubles.ts'

/** ms */
export const DAY = 86_400_000

export const PARCEL_LIMITS = {
  /** parcels of one case */
  each: 20,
  /** attempts to order or to take back, after which a person must look */
  attempts: 50,
  /** attempts without an answer, after some hour, that are told */
  unanswered: 7,
  /** ms without news, after the order and later, that are told */
  uncollected: 3 * DAY,
  silent: 10 * DAY,
  /** ms for which one that was delivered or lost is asked for all the same, ever more rarely, once a day at last */
  watched: 30 * DAY,
} as const

/** Who sends what to whom: sealed, for it names people. */
export type Content = { from: MailParty; to: MailParty; contents: string[] }
export type Payer = NonNullable<CaseContent<'case.ship'>['payer']>

export type NewParcel = {
  parcel: 'originals' | 'result'
  to: MailParty
  /** the window of the configuration when absent */
  from?: MailParty | undefined
  contents: string[]
  /** as the agreement says when absent */
  payer?: Payer | undefined
}

/** `wanted`: the carrier was not reached yet; `failed`: a person must look. */
export type ParcelRowState = 'wanted' | 'open' | 'cancelling' | 'done' | 'failed'
export type Parcel = {
  id: string
  parcel: 'originals' | 'result'
  state: ParcelRowState
  carrier: string
  number: string | null
  payer: Payer
  way: ParcelEvent[]
  problem: string | null
  /** why somebody must see to it */
  trouble: Trouble | null
  createdAt: number
}

/** A row of `parcels`. */
export type Row = Omit<Parcel, 'way' | 'createdAt' | 'state'> & {
  /** `watched`: done, and asked for a while whether it came back */
  state: ParcelRowState | 'watched'
  heard_at: number | null
  thread_no: number
  sealed: Uint8Array
  told: string
  attempts: number
  created_at: number
}

export const toParcel = ({
  id,
  parcel,
  state,
  carrier,
  number,
  payer,
  told,
  problem,
  trouble,
  created_at,
}: Row): Parcel => ({
  id,
  parcel,
  state: state === 'watched' ? 'done' : state,
  carrier,
  number,
  payer,
  problem,
  trouble,
  createdAt: created_at,
  way: JSON.parse(told) as ParcelEvent[],
})
