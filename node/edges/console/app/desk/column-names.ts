/** Names of the columns of the list, and how their order changes. Pure. */
import type { ReadDeskColumnsAnswer } from '../../../client/api.generated.ts'

export type Column = ReadDeskColumnsAnswer['columns'][number]

/** Every column, in the order in which those that are not chosen are offered. */
const EVERY: Readonly<Record<Column, true>> = {
  level: true,
  applicant: true,
  item: true,
  way: true,
  state: true,
  due: true,
  assignee: true,
  unread: true,
  window: true,
  caseNo: true,
  localCaseNo: true,
  submitted: true,
  updated: true,
}
export const COLUMNS = Object.keys(EVERY) as Column[]
/** Where what was chosen cannot be read. */
export const USUAL = COLUMNS.slice(0, 8)

/** The same columns, one of them a place earlier (-1) or later (1); the first stays first, and the last one last. */
export function moved(columns: readonly Column[], column: Column, by: 1 | -1): Column[] {
  const from = columns.indexOf(column)
  const to = from + by
  const other = columns[to]
  if (from < 0 || other === undefined) return [...columns]
  return columns.with(from, other).with(to, column)
}
