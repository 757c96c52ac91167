/** Rows of cases as lists show them. */
import type { Duty } from '../../../protocol/case/deadlines.ts'
import type { Mode } from '../../../protocol/case/kinds.ts'
import type { State } from '../../../protocol/case/table.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Reader } from '../../kernel/store/database.ts'
import { type Ends, endColumns, versionOfEnds } from '../../spine/exchange/ends.ts'
import type { PaperName } from '../records/papers/forms.ts'
import type { CaseClocks } from './clocks.ts'
import { papersIn } from './to-print.ts'

export type Due = {
  duty: Duty
  city: string
  day: string
  /** past the holiday tables (暂定) */
  provisional: boolean
  level: (typeof LEVELS)[number]
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
  /** its name, also when it ended since */
  assigneeName: string | null
  /** department to which it was passed on (转办); null: that of its item has it */
  passedTo: string | null
  /** messages of the other city that nobody here has read */
  unread: number
  /** papers that nobody has printed */
  toPrint: PaperName[]
  /** a result lies at the window */
  toHandOut: boolean
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
  due_yellow: string | null
  due_red: string | null
  own_due: string | null
  own_from: string | null
  own_duty: Duty | null
  own_provisional: number
  own_yellow: string | null
  own_red: string | null
  window: string | null
  assignee: string | null
  assignee_name: string | null
  passed_to: string | null
  unread: number
  to_print: number
  to_hand_out: number
  submitted_at: number
  updated_at: number
}

/** CaseState as JSON */
export type Fold = { fold: string }

const COLUMNS = `c.thread_no, t.thread, c.case_no, c.local_case_no, c.role, c.partner, c.item_code, c.item_name, c.mode, c.state,
  c.outcome, c.applicant, c.parked, c.holder, c.due, c.due_from, c.due_duty, c.due_city, c.due_provisional,
  c.due_yellow, c.due_red, c.own_due, c.own_from, c.own_duty, c.own_provisional, c.own_yellow, c.own_red,
  c.window, c.assignee, (SELECT name FROM people WHERE id = c.assignee) AS assignee_name, c.passed_to, c.unread, c.to_print, c.to_hand_out, c.submitted_at, c.updated_at, ${endColumns('c.thread_no')}`
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

type Limit = { from: string | null; day: string | null; yellow: string | null; red: string | null }

/** How urgent a limit is on a day, by the days that stand beside it: what queues count by is what is shown. */
export const LEVELS = ['green', 'yellow', 'red', 'overdue'] as const
const levelOn = (today: string, day: string, yellow: string, red: string): Due['level'] =>
  today > day ? 'overdue' : today >= red ? 'red' : today >= yellow ? 'yellow' : 'green'

function dueOf(
  clocks: CaseClocks,
  duty: Duty | null,
  city: string | null,
  { from, day, yellow, red }: Limit,
  provisional: number,
): Due | null {
  if (duty === null || city === null || day === null) return null
  const urgency = clocks.urgency(city, { from, due: day })
  // A row of an earlier program has no such days until it is made anew.
  const level = yellow === null || red === null ? urgency.level : levelOn(clocks.today(), day, yellow, red)
  return { duty, city, day, provisional: provisional === 1, level, left: urgency.left }
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
  due: dueOf(
    clocks,
    row.due_duty,
    row.due_city,
    { from: row.due_from, day: row.due, yellow: row.due_yellow, red: row.due_red },
    row.due_provisional,
  ),
  ownDue: dueOf(
    clocks,
    row.own_duty,
    own,
    { from: row.own_from, day: row.own_due, yellow: row.own_yellow, red: row.own_red },
    row.own_provisional,
  ),
  window: row.window,
  assignee: row.assignee,
  assigneeName: row.assignee_name,
  passedTo: row.passed_to,
  unread: row.unread,
  toPrint: papersIn(row.to_print),
  toHandOut: row.to_hand_out === 1,
  version: versionOf(row),
  submittedAt: row.submitted_at,
  updatedAt: row.updated_at,
})
