/** Whether a case was purged here: what others still hold of the same bytes is then no more its own. */
import type { Reader } from '../../kernel/store/database.ts'

export const isPurged = async (db: Reader, threadNo: number): Promise<boolean> =>
  (await db.query('SELECT 1 FROM cases WHERE thread_no = ? AND purged_at IS NOT NULL', [threadNo])).length > 0
