/**
 * The statements that write the row of a case. Each text is made once: one of this length that is put together for each packet is hashed
 * anew to find its prepared statement.
 */
import { DUTY_COLUMNS } from './duties.ts'

/** What a rebuild writes anew; whose it is, where it was passed on to, what was told, read and printed of it and why it is parked stays. */
const REBUILT = [
  'role',
  'partner',
  'case_no',
  'number_key',
  'local_case_no',
  'local_key',
  'item_code',
  'item_name',
  'mode',
  'state',
  'outcome',
  'applicant',
  'applicant_key',
  'name_key',
  'phone_key',
  'agent_phone_key',
  'window',
  'agreement',
  'submitted_at',
  'updated_at',
  'fold',
  'parent',
  'purge_on',
  ...DUTY_COLUMNS,
]
  .map(column => `${column} = excluded.${column}`)
  .join(', ')

/** The row of a case as its first packet says it; a row that is there is written anew. */
export const INSERT = `INSERT INTO cases (thread_no, role, partner, case_no, number_key, local_case_no, local_key, item_code, item_name, mode, state, outcome,
    applicant, applicant_key, name_key, phone_key, agent_phone_key, window, place, to_print, assignee, agreement, parked, submitted_at, updated_at, fold, parent, purge_on,
    ${DUTY_COLUMNS.join(', ')})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ${DUTY_COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (thread_no) DO UPDATE SET ${REBUILT},
    place = iif(cases.passed_to IS NULL, excluded.place, cases.place)`

/** by what they set of duties */
const updates = new Map<string, string>()

/** What a step changes in the row; `duties`: what is set of them, of `dutyChange`. */
export function updateOf(duties: string): string {
  const known = updates.get(duties)
  if (known !== undefined) return known
  const text = `UPDATE cases SET state = ?, outcome = ?, local_case_no = ?, local_key = ?, parked = NULL, updated_at = ?, fold = ?,
    purge_on = ?, to_print = to_print | ?, unread = unread + ?${duties === '' ? '' : `, ${duties}`} WHERE thread_no = ?`
  updates.set(duties, text)
  return text
}
