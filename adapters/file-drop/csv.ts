/** Data as CSV: a table of texts. */
import { CsvError, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'

export type CsvOptions = {
  delimiter: string
  /** people open the file in a spreadsheet */
  people: boolean
}

/** How a text begins that a spreadsheet takes for a formula; full width too, as those of East Asia read it. */
const FORMULA = /^'*[=+\-@＝＋－＠\t\r\n]/

/**
 * A record, or a list of records, under a heading of all their fields. Where people open the file, a text that a spreadsheet would take for
 * a formula stands behind an apostrophe. Problem: `adapter.mapping`.
 */
export function writeCsv(
  place: string,
  value: JsonValue,
  { delimiter, people }: CsvOptions,
): { ok: true; text: string } | Refused {
  const records = Array.isArray(value) ? value : [value]
  const columns: string[] = []
  const rows: string[][] = []
  for (const record of records) {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return refuse('adapter.mapping', `${place}: CSV needs an object, or a list of objects`)
    for (const name of Object.keys(record)) if (!columns.includes(name)) columns.push(name)
  }
  for (const record of records as Record<string, JsonValue>[]) {
    const row: string[] = []
    for (const name of columns) {
      const cell = Object.hasOwn(record, name) ? record[name] : null
      if (typeof cell === 'object' && cell !== null)
        return refuse('adapter.mapping', `${place}.${name}: a cell of CSV is a text, a number, true or false`)
      const text = cell === null || cell === undefined ? '' : String(cell)
      row.push(people && typeof cell === 'string' && FORMULA.test(text) ? `'${text}` : text)
    }
    rows.push(row)
  }
  return {
    ok: true,
    text: stringify([columns, ...rows], { delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]/ }),
  }
}

/** Records under the names of the first line; every cell is text. Problem: `adapter.mapping`, without what stands there. */
export function readCsv(
  place: string,
  text: string,
  { delimiter }: CsvOptions,
): { ok: true; value: JsonValue[] } | Refused {
  let rows: string[][]
  try {
    rows = parse(text, { delimiter, skip_empty_lines: true, relax_quotes: false, max_record_size: 1024 * 1024 })
  } catch (error) {
    const why = error instanceof CsvError ? `line ${error.lines ?? '?'}: ${error.code}` : 'failed'
    return refuse('adapter.mapping', `${place}: not CSV: ${why}`)
  }
  const [heading, ...records] = rows
  if (heading === undefined) return refuse('adapter.mapping', `${place}: without a heading`)
  if (new Set(heading).size < heading.length) return refuse('adapter.mapping', `${place}: a column stands twice`)
  return {
    ok: true,
    value: records.map(row => Object.fromEntries(heading.map((name, index) => [name.trim(), row[index] ?? '']))),
  }
}
