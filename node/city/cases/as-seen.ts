/** A case as its caller saw it (If-Match): what is done to it since then by others is told, and nothing is done over it. */
import { AUTHORS } from '../../../protocol/case/kinds.ts'
import { toHex } from '../../../protocol/primitives.ts'
import { changedSince, type Done, isAsSeen, type Seen } from '../../kernel/seen.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import { lastHere, lastThere, versionAt } from '../../spine/exchange/ends.ts'
import type { StoredPacket } from '../../spine/exchange/ports.ts'
import { partsOf, type Row, rowOf, versionOf, versionWith } from './rows.ts'

/** As the audit log tells that a case was given to an account. */
export const ASSIGNED = 'case.assigned'
/** The same of a case that was passed on within the city, and of one that came back. */
export const PASSED_ON = 'case.passed-on'
export const SENT_BACK = 'case.sent-back'

/** Problem: `request.precondition` when the case is another than its caller saw. */
export async function assertAsSeen(store: Reader, thread: string, seen: Seen): Promise<void> {
  if (seen === undefined) return
  const row = await rowOf(store, thread)
  if (!isAsSeen(seen, versionOf(row))) throw await changedSince(store, await doneTo(store, row, seen))
}

/** The same in the transaction of a step, whose packets are in the thread already: the first one names those before it. */
export async function assertWrittenOn(
  tx: Transaction,
  thread: string,
  written: readonly StoredPacket[],
  seen: Seen,
): Promise<void> {
  const claims = written.find(packet => packet.claims.thread === thread)?.claims
  if (claims === undefined) return assertAsSeen(tx, thread, seen)
  if (seen === undefined) return
  const row = await rowOf(tx, thread)
  const before = versionWith(versionAt(claims.prev, claims.seen), row.assignee)
  if (!isAsSeen(seen, before)) throw await changedSince(tx, await doneTo(tx, row, seen))
}

/** What was done to a case since it was seen: last by whoever acts here, and last by the other city. */
async function doneTo(store: Reader, row: Row, seen: Seen): Promise<Done[]> {
  const [own, other, assignee] = partsOf(versionOf(row))
  const known = (seen ?? []).map(partsOf)
  const here = !known.some(before => before[0] === own && before[2] === assignee)
  const there = !known.some(before => before[1] === other)
  return [
    ...(here
      ? await lastHere(store, toHex(row.thread), [...Object.keys(AUTHORS), ASSIGNED, PASSED_ON, SENT_BACK])
      : []),
    ...(there ? await lastThere(store, row.thread_no) : []),
  ]
}
