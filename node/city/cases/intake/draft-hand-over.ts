/** Hand-over of drafts (移交草稿), a part of that of all work of an account: those of no window, which it alone could open. */
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import type { Transaction } from '../../../kernel/store/database.ts'
import { DRAFTS_EACH } from './drafts.ts'

/** Accounts as drafts name their owners. */
type Move = { from: string; to: string; actor: string; mayTakeIn: boolean }

/** How many drafts moved, and how many stay: all where the receiver may take none in, and what it would hold past `DRAFTS_EACH`. */
export async function handOverDrafts(
  tx: Transaction,
  { audit, events, now }: { audit: Audit; events: EventLog; now: () => number },
  { from, to, actor, mayTakeIn }: Move,
): Promise<{ moved: number; kept: number }> {
  const rows = await tx.query<{ id: string }>(
    'SELECT id FROM case_drafts WHERE owner = ? AND window IS NULL ORDER BY created_at, id',
    [from],
  )
  const [held] = await tx.query<{ n: number }>('SELECT count(*) AS n FROM case_drafts WHERE owner = ?', [to])
  const moved = mayTakeIn ? rows.slice(0, Math.max(0, DRAFTS_EACH - (held?.n ?? 0))) : []
  for (const { id } of moved) {
    await tx.run(
      'UPDATE case_drafts SET owner = ?, version = version + 1, updated_at = ?, updated_by = ? WHERE id = ?',
      [to, now(), actor, id],
    )
    await audit.append(tx, { actor, action: 'case-draft.handed-over', subject: id, detail: { from, to } })
    await events.append(tx, { type: 'case-draft.changed', subject: id })
  }
  return { moved: moved.length, kept: rows.length - moved.length }
}
