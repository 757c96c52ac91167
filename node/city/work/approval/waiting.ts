/** What waits for somebody's word before a decision (待会签): for oneself, and for each own department. May import the store. */
import type { Holder } from '../../../../protocol/rights/can.ts'
import type { Reader } from '../../../kernel/store/database.ts'
import type { Rule } from './course.ts'

export type Waiting = {
  /** place in the order */
  no: number
  threadNo: number
  /** for which one is asked; null: oneself is */
  department: string | null
  /** account that asks */
  by: string
  /** ms */
  at: number
  rule: Rule
}

/** Requests to an account and to its departments, the oldest first, after a place; of its departments none that it made itself. */
export async function waitingFor(
  store: Reader,
  { id, departments }: Pick<Holder, 'id' | 'departments'>,
  limit: number,
  after: number | null,
): Promise<Waiting[]> {
  const rows = await store.query<Omit<Waiting, 'rule'> & { detail: string }>(
    `SELECT s.no, s.thread_no AS threadNo, s.department, a.actor AS "by", a.at, a.detail
     FROM countersigns s JOIN approval_acts a ON a.no = s.round JOIN cases c ON c.thread_no = s.thread_no
     WHERE (s.person = ?1 OR (s.department IS NOT NULL AND a.actor <> ?1
         AND (?2 IS NULL OR s.department IN (SELECT value FROM json_each(?2)))))
       AND s.no > ?3 AND c.turn IS NOT NULL ORDER BY s.no LIMIT ?4`,
    [id, departments === null ? null : JSON.stringify(departments), after ?? 0, limit],
  )
  return rows.map(({ detail, ...row }) => ({ ...row, rule: (JSON.parse(detail) as { rule: Rule }).rule }))
}

/** Names of accounts by id, those that ended too. */
export async function namesOf(store: Reader, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await store.query<{ id: string; name: string }>(
    'SELECT id, name FROM people WHERE id IN (SELECT value FROM json_each(?))',
    [JSON.stringify(ids)],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
