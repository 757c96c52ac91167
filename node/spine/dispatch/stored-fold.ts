/**
 * The fold of a case beside its thread (`cases.fold`): what the thread gives, kept so that nobody reads the whole thread to know how a
 * case stands. One form, one writer and one reader; what an earlier program wrote in another form is folded anew.
 */
import { BLANK } from '../../../protocol/case/blank.ts'
import { type CaseState, foldCase } from '../../../protocol/case/fold.ts'
import type { Packet } from '../../../protocol/packet/claims.ts'
import type { Reader } from '../../kernel/store/database.ts'
import { isGone, type StoredPacket } from '../exchange/ports.ts'

/**
 * The form of what a case's row holds, its fold among it. Raised whenever a fold keeps more, or a column is counted otherwise: the rows
 * of a store that an earlier program wrote are then rebuilt after the start, and read from their threads until they are.
 */
export const FOLD_FORM = 9
/** From this form on a fold leaves out what stands as in a case of which nothing is told: with all of it each row would fill a page of the store. */
const SPARSE_FROM = 9

/** What differs from `BLANK`; `of`: the packets that were folded (`packetsKey`), null where their bodies are gone. */
type StoredFold = Partial<CaseState> & { form: number; of: string | null }

/** The packets of a thread that hold. */
export type PacketsOf = (store: Reader, threadNo: number) => Promise<readonly StoredPacket[]>

/** One text of one state, in whatever order its members came about. */
export const writeFold = (state: CaseState, of: string | null): string => {
  const { receipts } = state
  return JSON.stringify({ form: FOLD_FORM, of, ...differing(state, BLANK), ...(receipts && { receipts }) })
}

/** A stored fold and what it was made of; null when it has another form. */
export function readFold(text: string): { state: CaseState; of: string | null } | null {
  const { form, of, ...kept } = JSON.parse(text) as StoredFold
  return form === FOLD_FORM ? { state: whole(kept), of } : null
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of the members of `blank` those that are otherwise in `value`, in that order. */
function differing(value: object, blank: object): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const name in blank) {
    const is = (value as Record<string, unknown>)[name]
    const was = (blank as Record<string, unknown>)[name]
    if (is === was || (Array.isArray(is) && is.length === 0)) continue
    const kept = isRecord(is) && isRecord(was) ? differing(is, was) : is
    if (!isRecord(kept) || Object.keys(kept).length > 0) found[name] = kept
  }
  return found
}

const whole = (kept: Partial<CaseState>): CaseState => ({
  ...BLANK,
  // Whoever folds on notes later packets in it.
  late: [],
  ...kept,
  evaluated: { ...BLANK.evaluated, ...kept.evaluated },
  ratings: { ...BLANK.ratings, ...kept.ratings },
  instants: { ...BLANK.instants, ...kept.instants },
})

/** Characters of an id that tell packets of one thread apart: 128 bits. */
const ID_LENGTH = 32
/** Seconds from UTC to the day of China, by which days are counted. */
const CHINA_SECONDS = 28_800
const dayNumber = (at: number): number => Math.floor((at + CHINA_SECONDS) / 86_400)

/**
 * What tells the packets of a thread from those of any other, and from the same with other receipts: how many, the last id of each chain,
 * which holds all before it, and the receipts that give another day. Null when a body is gone: then they no longer tell their state.
 */
export function packetsKey(packets: readonly (Packet & { purged?: boolean })[]): string | null {
  const last = new Map<string, { seq: number; id: string }>()
  let apart = ''
  for (const packet of packets) {
    if (isGone(packet)) return null
    const { id, claims, receivedAt } = packet
    const { iss, seq, iat } = claims
    if (seq > (last.get(iss)?.seq ?? 0)) last.set(iss, { seq, id })
    if (receivedAt != null && dayNumber(receivedAt) !== dayNumber(iat)) apart += `,${iss}.${seq}@${receivedAt}`
  }
  const ids = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { id }]) => id.slice(0, ID_LENGTH))
  return `${packets.length}/${ids.join('/')}${apart}`
}

/** The state of a case by its row; one of another form from its thread. Null when the thread holds no `case.submit`. */
export async function stateOf(
  store: Reader,
  packets: PacketsOf,
  { threadNo, fold }: { threadNo: number; fold: string },
): Promise<CaseState | null> {
  return readFold(fold)?.state ?? foldAnew(await packets(store, threadNo), fold)
}

/** Folds a thread whose stored fold has another form. What a purge took from it, the stored one alone tells still. */
export function foldAnew(packets: readonly StoredPacket[], stored: string): CaseState | null {
  const state = foldCase(packets)
  if (state === null || !packets.some(isGone)) return state
  const kept = JSON.parse(stored) as StoredFold
  return filled(state, kept.form >= SPARSE_FROM ? { ...whole(kept) } : kept) as CaseState
}

/** What stands in both as the kept one has it, where that is of the same kind. */
function filled(today: object, kept: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(today).map(([name, value]) => [name, Object.hasOwn(kept, name) ? either(value, kept[name]) : value]),
  )
}

function either(today: unknown, kept: unknown): unknown {
  if (today === null || kept === null) return kept
  if (typeof today !== typeof kept || Array.isArray(today) !== Array.isArray(kept)) return today
  return typeof today === 'object' && !Array.isArray(today) ? filled(today, kept as Record<string, unknown>) : kept
}
