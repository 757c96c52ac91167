/** Rebuild (重建): every row that lists read, written anew from the threads; the threads stay as they are. May import the exchange's port. */

import { toHex } from '../../../protocol/primitives.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { FOLD_FORM } from '../../spine/dispatch/stored-fold.ts'
import type { StoredPacket } from '../../spine/exchange/ports.ts'
import type { Statistics } from './statistics.ts'

/** Threads of one transaction. */
const BATCH = 100

export type RebuildParts = {
  db: Database
  packets: (tx: Transaction, threadNo: number) => Promise<readonly StoredPacket[]>
  handler: {
    rebuild(
      tx: Transaction,
      applied: { threadNo: number; thread: string; partner: string; packets: readonly StoredPacket[]; at: number },
    ): Promise<void>
  }
  drafts: { rekey(): Promise<void> }
  statistics: Pick<Statistics, 'reset' | 'catchUp'>
}

/** Rebuilds all cases and statistics while the node runs; tells how many of how many are done. Throws when aborted, between two transactions. */
export async function rebuild(
  { db, packets, handler, drafts, statistics }: RebuildParts,
  told: (done: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<number> {
  const [count] = await db.query<{ n: number }>(`SELECT count(*) AS n FROM threads WHERE type = 'case'`)
  const total = count?.n ?? 0
  let done = 0
  for (let last = 0; ; ) {
    const rows = await db.query<{
      no: number
      thread: Uint8Array
      partner: string
      updated_at: number | null
      started_at: number
    }>(
      `SELECT t.no, t.thread, t.partner, t.started_at, c.updated_at FROM threads t LEFT JOIN cases c ON c.thread_no = t.no
       WHERE t.type = 'case' AND t.no > ? ORDER BY t.no LIMIT ?`,
      [last, BATCH],
    )
    if (rows.length === 0) break
    await db.transaction(async tx => {
      for (const { no, thread, partner, updated_at, started_at } of rows)
        await handler.rebuild(tx, {
          threadNo: no,
          thread: toHex(thread),
          partner,
          packets: await packets(tx, no),
          at: updated_at ?? started_at,
        })
    })
    done += rows.length
    last = rows.at(-1)?.no ?? last
    told(done, total)
    signal?.throwIfAborted()
  }
  await drafts.rekey()
  await statistics.reset()
  await statistics.catchUp()
  // Each part before this may be done again, so that a rebuild which is cut off is done as soon as one ends.
  await db.transaction(async tx => {
    await act(tx)
    await tx.run(
      'INSERT INTO projection (one, form) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET form = excluded.form',
      [FOLD_FORM],
    )
  })
  return done
}

/** Rebuilds what an earlier program wrote, or an interrupted rebuild left; how many cases, null when the rows have this form. */
export async function rebuildOlder(parts: RebuildParts, signal: AbortSignal): Promise<number | null> {
  const [held] = await parts.db.query<{ form: number }>('SELECT form FROM projection')
  if (held?.form === FOLD_FORM) return null
  return rebuild(parts, undefined, signal)
}
