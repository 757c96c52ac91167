/** Rows of cases as lists show them. */
import type { Duty } from '../../../protocol/case/deadlines.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'
import type { State } from '../../../protocol/case/table.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Reader } from '../../kernel/store/database.ts'
import { type Ends, endColumns, versionOfEnds } from '../../spine/exchange/ends.ts'
import type { CaseClocks } from './clocks.ts'

export type Due = {
  duty: Duty
  city: string
  day: string
  /** past the holiday tables (暂定) */
  provisional: boolean
  level: 'green' | 'yellow' | 'red' | 'overdue'
  /** working days left */
  left: number
}

export type CaseRow = {
  no: number
  thread: string
  caseNo: string
  localCaseNo: string | null
  role: 'collecting' | 'handling'
  partner: string
  item: { code: string; name: string }
  mode: Mode
  state: State
  outcome: string | null
  /** masked name */
  applicant: string
  parked: (Problem & { kind?: string }) | null
  /** division code of the city that must act next; null at the end */
  holder: string | null
  /** what is due first, by either city; null when nothing is */
  due: Due | null
  /** what this city itself must do first; null when nothing is due */
  ownDue: Due | null
  /** window that took it */
  window: string | null
  /** account that works on it here */
  assignee: string | null
  /** another one whenever either city takes a step, or it is given to another account */
  version: string
  submittedAt: number
  updatedAt: number
}

export type Row = Ends & {
  thread_no: number
  thread: Uint8Array
  case_no: string
  local_case_no: string | null
  role: 'collecting' | 'handling'
  partner: string
  item_code: string
  item_name: string
  mode: Mode
  state: State
  outcome: string | null
  applicant: string
  parked: string | null
  holder: string | null
  due: string | null
  due_from: string | null
  due_duty: Duty | null
  due_city: string | null
  due_provisional: number
  own_due: string | null
  own_from: string | null
  own_duty: Duty | null
  own_provisional: number
  window: string | null
  assignee: string | null
  submitted_at: number
  updated_at: number
}

/** CaseState as JSON */
export type Fold = { fold: string }

const COLUMNS = `c.thread_no, t.thread, c.case_no, c.local_case_no, c.role, c.partner, c.item_code, c.item_name, c.mode, c.state,
  c.outcome, c.applicant, c.parked, c.holder, c.due, c.due_from, c.due_duty, c.due_city, c.due_provisional,
  c.own_due, c.own_from, c.own_duty, c.own_provisional, c.window, c.assignee, c.submitted_at, c.updated_at, ${endColumns('c.thread_no')}`
export const FROM = 'FROM cases c JOIN threads t ON t.no = c.thread_no'

const BY_THREAD = `SELECT ${COLUMNS} ${FROM} WHERE t.thread = ?`

/** The row of a case. Problem: `thread.unknown`. */
export async function rowOf(store: Reader, thread: string): Promise<Row> {
  const [row] = await store.query<Row>(BY_THREAD, [fromHex(thread)])
  if (row === undefined) throw new ProblemError('thread.unknown')
  return row
}

/** Cases by number, in this order; one that is gone is left out. */
export async function rowsOf(
  store: Reader,
  numbers: readonly number[],
  shown: (row: Row) => CaseRow,
): Promise<CaseRow[]> {
  const found = await store.query<Row>(
    `SELECT ${COLUMNS} ${FROM} WHERE c.thread_no IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(numbers)],
  )
  const byNo = new Map(found.map(row => [row.thread_no, shown(row)]))
  return numbers.flatMap(no => byNo.get(no) ?? [])
}

function dueOf(
  clocks: CaseClocks,
  duty: Duty | null,
  city: string | null,
  { from, day }: { from: string | null; day: string | null },
  provisional: number,
): Due | null {
  if (duty === null || city === null || day === null) return null
  return { duty, city, day, provisional: provisional === 1, ...clocks.urgency(city, { from, due: day }) }
}

const NOBODY = '0'
/** What a case was when somebody saw it: where both chains ended, and whose work it was. */
export const versionWith = (ends: string, assignee: string | null): string => `${ends}.${assignee ?? NOBODY}`
export const versionOf = (row: Ends & Pick<Row, 'assignee'>): string => versionWith(versionOfEnds(row), row.assignee)
/** The end of the own chain, that of the other, and the account that it was given to. */
export const partsOf = (version: string): string[] => version.split('.')

/** A row as it is shown by the city `own`. */
export const rowBy = (clocks: CaseClocks, own: string, row: Row): CaseRow => ({
  no: row.thread_no,
  thread: toHex(row.thread),
  caseNo: row.case_no,
  localCaseNo: row.local_case_no,
  role: row.role,
  partner: row.partner,
  item: { code: row.item_code, name: row.item_name },
  mode: row.mode,
  state: row.state,
  outcome: row.outcome,
  applicant: row.applicant,
  parked: row.parked === null ? null : (JSON.parse(row.parked) as Problem & { kind?: string }),
  holder: row.holder,
  due: dueOf(clocks, row.due_duty, row.due_city, { from: row.due_from, day: row.due }, row.due_provisional),
  ownDue: dueOf(clocks, row.own_duty, own, { from: row.own_from, day: row.own_due }, row.own_provisional),
  window: row.window,
  assignee: row.assignee,
  version: versionOf(row),
  submittedAt: row.submitted_at,
  updatedAt: row.updated_at,
})
