/** What the columns that were left out may be: a needed column that is not there, by what stands in their cells or over them. Pure. */
import { plainCode } from '../../../../protocol/codes/spelling.ts'
import { readCell } from './cells.ts'
import { type Column, KEY, normalHeading } from './columns.ts'
import { likeness } from './nearest.ts'
import { fieldNamed, isUnread } from './recognise.ts'
import type { Sheet } from './sheet.ts'
import { HEADINGS } from './synonyms.ts'

/** How much of a heading must be that of a column for it to be taken for one. */
const ALIKE = 0.6

/** Long numbers, as codes of items are. */
const CODE = /^(?=(?:.*\d){6})[0-9A-Z-]{8,50}$/i

const isTold = ({ kind }: Column): boolean => kind === 'code' || kind === 'codes' || kind === 'modes'

/** A column of which no cell could be read, though it is headed as one. */
const isNotThat = ({ filled, unread }: { filled: number; unread: number }): boolean => filled > 0 && unread === filled

/** Says of the columns of a sheet that were left out what they may be, each field once and only where one column speaks for it. */
export function suggestFields(sheet: Sheet): void {
  const { reading, glanced } = sheet
  const wanted = [
    ...reading.absent.map(({ field }) => field),
    ...reading.columns.flatMap(column => (column.field !== null && isNotThat(column) ? [column.field] : [])),
  ].flatMap(field => {
    const named = fieldNamed(field)
    return named === undefined ? [] : [{ field, ...named }]
  })
  const left = [...glanced].filter(
    ([at]) => reading.columns[at]?.field === null && !isUnread(reading.columns[at]?.heading ?? ''),
  )
  const speaks = (at: number, words: ReadonlySet<string>): string[] => {
    const heading = normalHeading(reading.columns[at]?.heading ?? '')
    // Short numbers are codes of any column.
    const byCells = wanted.filter(({ column }) =>
      [...words].every(word =>
        column.field === KEY.field
          ? CODE.test(plainCode(word).replaceAll(/\s/g, ''))
          : isTold(column) && /\p{L}/u.test(word) && readCell(word, column, {}, sheet.from1904).ok,
      ),
    )
    if (byCells.length > 0) return byCells.map(({ field }) => field)
    return wanted
      .filter(({ column, field }) => column.kind === 'text' && alikeHeadings(heading, column, field) >= ALIKE)
      .map(({ field }) => field)
  }
  const found = left.map(([at, words]) => ({ at, fields: speaks(at, words) }))
  for (const { at, fields } of found) {
    const [field, ...others] = fields
    const column = reading.columns[at]
    if (field === undefined || others.length > 0 || column === undefined) continue
    if (found.some(other => other.at !== at && other.fields.includes(field))) continue
    column.suggestion = field
  }
}

const alikeHeadings = (heading: string, column: Column, field: string): number =>
  Math.max(...[column.heading, ...(HEADINGS[field]?.sure ?? [])].map(name => likeness(heading, normalHeading(name))))
