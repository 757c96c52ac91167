/** Messages that somebody here has read (已读): each names the last packet that was shown, so that what came meanwhile stays unread. */
import { fromHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { CaseRow } from '../cases/rows.ts'

export type UnreadParts = {
  db: Database
  audit: Audit
  events: EventLog
  rows: (numbers: readonly number[]) => Promise<CaseRow[]>
}
export type Unread = ReturnType<typeof createUnread>

export const createUnread = ({ db, audit, events, rows }: UnreadParts) => ({
  /**
   * Notes that the messages of a case were read, through the packet that was shown last; of older ones nothing changes. Problems:
   * `thread.unknown`, `request.not-found` for a packet that the case does not have.
   */
  async read(thread: string, through: string, actor: string): Promise<CaseRow> {
    const no = await db.transaction(async tx => {
      const [row] = await tx.query<{ no: number; unread: number; through: number | null }>(
        `SELECT c.thread_no AS no, c.unread, (SELECT p.no FROM packets p WHERE p.thread_no = c.thread_no AND p.id = ?) AS through
         FROM cases c JOIN threads t ON t.no = c.thread_no WHERE t.thread = ?`,
        [fromHex(through), fromHex(thread)],
      )
      if (row === undefined) throw new ProblemError('thread.unknown')
      if (row.through === null) throw new ProblemError('request.not-found', 'through: no packet of the case')
      const [later] = await tx.query<{ n: number }>(
        `SELECT count(*) AS n FROM packets WHERE thread_no = ? AND no > ? AND direction = 'in' AND kind = 'case.message' AND status <> 'refused'`,
        [row.no, row.through],
      )
      const unread = Math.min(row.unread, later?.n ?? 0)
      if (unread === row.unread) return row.no
      await act(tx)
      await tx.run('UPDATE cases SET unread = ? WHERE thread_no = ?', [unread, row.no])
      await audit.append(tx, { actor, action: 'case.messages-read', subject: thread, detail: { through, unread } })
      await events.append(tx, { type: 'case.changed', subject: thread })
      return row.no
    })
    const [found] = await rows([no])
    if (found === undefined) throw new ProblemError('thread.unknown')
    return found
  },
})
