/** The SQL of receipts and refusals, and of what stands at the places that a receipt covers. */
import type { Watermark } from '../../../protocol/exchange/frames.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Problem } from '../../../protocol/problem.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'
import type { NextNo } from './row-numbers.ts'
import type { Direction } from './thread-store.ts'

/** An own packet on the link. */
export type SentPacket = {
  no: number
  place: number
  id: string
  threadNo: number
  kind: string
  status: string
  /** seconds */
  iat: number
  /** ms */
  at: number
}

/** A packet of the partner as it was received, and the receipt for it; `problem`: why it was refused. */
export type ReceivedPacket = { place: number; id: string; problem: Problem | null; receipt: string }

export function createReceiptStore(nextNo: NextNo) {
  /** What was received at a place: its packet id, why it was refused, and the receipt that was given for it. */
  async function receivedAt(store: Reader, partner: string, place: number): Promise<ReceivedPacket | null> {
    const [row] = await store.query<{ id: Uint8Array; problem: string | null; jws: string }>(
      `SELECT x.id, x.problem, r.jws FROM (
         SELECT id, receipt_no, NULL AS problem FROM packets WHERE partner = ? AND direction = 'in' AND place = ?
         UNION ALL SELECT id, receipt_no, problem FROM refusals WHERE partner = ? AND direction = 'in' AND place = ?
       ) x JOIN receipts r ON r.no = x.receipt_no`,
      [partner, place, partner, place],
    )
    if (row === undefined) return null
    const problem = row.problem === null ? null : (JSON.parse(row.problem) as Problem)
    return { place, id: toHex(row.id), problem, receipt: row.jws }
  }

  /** Another receipt, of `iat` (seconds), stands for what was received at these places; the threads that this gives another time. */
  async function receiptAnew(
    tx: Transaction,
    partner: string,
    { from, through }: { from: number; through: number },
    { no, iat }: { no: number; iat: number },
  ): Promise<{ threadNo: number; thread: string; type: string }[]> {
    const places = [partner, from, through]
    await tx.run(
      `UPDATE packets SET receipt_no = ?, received_at = ? WHERE partner = ? AND direction = 'in' AND place BETWEEN ? AND ?`,
      [no, iat, ...places],
    )
    await tx.run(
      `UPDATE refusals SET receipt_no = ? WHERE partner = ? AND direction = 'in' AND place BETWEEN ? AND ?`,
      [no, ...places],
    )
    const rows = await tx.query<{ no: number; thread: Uint8Array; type: string }>(
      `SELECT no, thread, type FROM threads WHERE no IN
         (SELECT thread_no FROM packets WHERE partner = ? AND direction = 'in' AND place BETWEEN ? AND ?)`,
      places,
    )
    return rows.map(row => ({ threadNo: row.no, thread: toHex(row.thread), type: row.type }))
  }

  const nextReceiptNo = (tx: Transaction): Promise<number> => nextNo(tx, 'receipts')

  async function saveReceipt(
    tx: Transaction,
    receipt: { no: number; partner: string; direction: 'given' | 'taken'; through: number; jws: string; at: number },
  ): Promise<void> {
    await tx.run('INSERT INTO receipts (no, partner, direction, through, jws, at) VALUES (?, ?, ?, ?, ?, ?)', [
      receipt.no,
      receipt.partner,
      receipt.direction,
      receipt.through,
      receipt.jws,
      receipt.at,
    ])
  }

  async function saveRefusal(
    tx: Transaction,
    refusal: {
      partner: string
      direction: Direction
      link: Watermark
      id: string
      problem: Problem
      receiptNo: number
      at: number
      /** what the partner signed, to be given back to it; null when its signature did not verify */
      jws: string | null
    },
  ): Promise<void> {
    await tx.run(
      'INSERT INTO refusals (partner, direction, place, id, log_hash, problem, receipt_no, at, jws) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        refusal.partner,
        refusal.direction,
        refusal.link.n,
        fromHex(refusal.id),
        fromHex(refusal.link.hash),
        JSON.stringify(refusal.problem),
        refusal.receiptNo,
        refusal.at,
        refusal.jws,
      ],
    )
  }

  /** Own packets at the places `from` to `through`; a place of a refused packet that was not kept has no thread. */
  async function sentBetween(store: Reader, partner: string, from: number, through: number): Promise<SentPacket[]> {
    const rows = await store.query<{
      no: number
      place: number
      id: Uint8Array
      thread_no: number
      kind: string
      status: string
      iat: number
      stored_at: number
    }>(
      `SELECT no, place, id, thread_no, kind, status, iat, stored_at FROM packets WHERE partner = ? AND direction = 'out' AND place BETWEEN ? AND ?
       UNION ALL SELECT 0, place, id, 0, '', 'refused', 0, at FROM refusals WHERE partner = ? AND direction = 'out' AND place BETWEEN ? AND ?
       ORDER BY 2`,
      [partner, from, through, partner, from, through],
    )
    return rows.map(row => ({
      no: row.no,
      place: row.place,
      id: toHex(row.id),
      threadNo: row.thread_no,
      kind: row.kind,
      status: row.status,
      iat: row.iat,
      at: row.stored_at,
    }))
  }

  return {
    receivedAt,
    receiptAnew,
    nextReceiptNo,
    saveReceipt,
    saveRefusal,
    sentBetween,
  }
}
