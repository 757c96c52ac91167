/**
 * When a packet counts. Its `iat` is the word of its author alone; the receipt of the other city is signed too, and both hold it.
 * SPEC.md §6.5.
 */
import { dayOf } from '../agreement/document.ts'
import type { Packet } from './claims.ts'

/** Seconds by which `iat` and receipt may differ, and the step still counts on the day that its author wrote. */
export const WRITTEN_SECONDS = 86_400

/** The receipt of a packet (seconds) where it gives another day than the `iat`; null where it gives the same, or there is none yet. */
export const otherDay = ({
  receivedAt,
  claims: { iat },
}: Pick<Packet, 'receivedAt'> & { claims: { iat: number } }): number | null =>
  receivedAt != null && dayOf(receivedAt) !== dayOf(iat) ? receivedAt : null

/** When the other city was told: what it must do begins then. `received` is as `otherDay` gives it. Seconds. */
export const notifiedAt = (iat: number, received: number | null | undefined): number => received ?? iat

/** Whether the receipt tells another time than its packet does. */
export const differs = (iat: number, received: number): boolean => Math.abs(received - iat) > WRITTEN_SECONDS

/** When the author did it: on the day that it wrote, or when the other city got it, if that is more than a day away. Seconds. */
export const doneAt = (iat: number, received: number | null | undefined): number =>
  received != null && differs(iat, received) ? received : iat
