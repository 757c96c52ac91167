/** Writes any rows as tables: CSV files in a ZIP, made while it is read, or sheets of an XLSX file. */
import { setImmediate as otherWork } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import { Zip, ZipDeflate } from 'fflate'
import writeXlsxFile from 'write-excel-file/node'
import { writeCell } from './cells.ts'
import type { Column } from './columns.ts'
import { TABLE_LIMITS } from './limits.ts'
import { KINDS } from './nearest.ts'

/** One table: its name, its headings, and the rows that a thing has in it. */
export type Layout<T> = {
  name: string
  headings: readonly string[]
  rowsOf(thing: T): Iterable<readonly string[]>
}

/** Things that are walked once for each table, so that no more than one is held. */
export type Things<T> = () => AsyncIterable<T> | Iterable<T>

export const valuesOf = (columns: readonly Column[], values: object, people: boolean): string[] =>
  columns.map(column => writeCell((values as Record<string, unknown>)[column.field], column, people))

/** Text that a spreadsheet would take for a formula stands behind an apostrophe. */
export const guard = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)
/** Takes that apostrophe away again. */
export const unguard = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell)
/** A formula's first character, full width too, as spreadsheets of East Asia read it. */
const FORMULA = /^'*[=+\-@＝＋－＠\t\r\n]/

const ROWS = 500

/** A lone line break, and what another program may take for the delimiter, stands in quotes as well. */
export const CSV = { record_delimiter: 'windows', quoted_match: /[\n\r\t;]/ } as const

/** A ZIP of CSV files, made while it is read. */
export function zipOf<T>(
  layouts: readonly Layout<T>[],
  items: Things<T>,
  cellOf: (cell: string) => string,
): ReadableStream<Uint8Array> {
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    let ready: Uint8Array[] = []
    let failed: Error | null = null
    const zip = new Zip((error, chunk) => {
      if (error !== null) failed = error
      else ready.push(chunk)
    })
    const text = new TextEncoder()
    for (const { name, headings, rowsOf } of layouts) {
      const file = new ZipDeflate(`${name}.csv`, { level: 6 })
      zip.add(file)
      // The mark tells spreadsheet programs that it is UTF-8.
      file.push(text.encode(`\ufeff${stringify([[...headings]], CSV)}`))
      let rows: string[][] = []
      const flush = (): void => {
        if (rows.length > 0) file.push(text.encode(stringify(rows, CSV)))
        rows = []
      }
      for await (const item of items()) {
        for (const row of rowsOf(item)) rows.push(row.map(cellOf))
        if (rows.length < ROWS) continue
        flush()
        await otherWork()
        yield* ready
        ready = []
      }
      flush()
      file.push(new Uint8Array(0), true)
      yield* ready
      ready = []
    }
    zip.end()
    yield* ready
    if (failed !== null) throw failed
  }
  const pieces = bytes()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

/** XML that a spreadsheet reads back as the same text: what it cannot hold is escaped (ECMA-376 Part 1, §22.9.2.19). */
const escapeXlsx = (cell: string): string =>
  cell.replaceAll(/_x(?=[0-9a-f]{4}_)/gi, '_x005F_x').replaceAll('\r', '_x000D_')

type Cell = { value: string; type: StringConstructor; fontWeight?: 'bold'; wrap?: boolean }
export type XlsxSheet = {
  sheet: string
  data: (Cell | null)[][]
  stickyRowsCount: number
  columns: { width: number }[]
}

const textCell = (value: string): Cell | null => (value === '' ? null : { value: escapeXlsx(value), type: String })
const head = (value: string): Cell => ({ value, type: String, fontWeight: 'bold' })

/** Text in pieces that a cell holds, never cut within a character. */
function piecesOf(cell: string): string[] {
  const pieces: string[] = []
  for (let from = 0; from < cell.length || from === 0; ) {
    const end = from + TABLE_LIMITS.xlsxCell
    const to = end < cell.length && /[\ud800-\udbff]/.test(cell.charAt(end - 1)) ? end - 1 : end
    pieces.push(cell.slice(from, to))
    from = to
  }
  return pieces
}

/** Long text goes on in columns of the same heading with `~2`, `~3`. */
export function sheetOf(name: string, headings: readonly string[], rows: readonly (readonly string[])[]): XlsxSheet {
  const cut = rows.map(row => row.map(piecesOf))
  const widths = headings.map((_, index) => Math.max(1, ...cut.map(row => row[index]?.length ?? 1)))
  const titles = headings.flatMap((heading, index) =>
    Array.from({ length: widths[index] ?? 1 }, (_, piece) => (piece === 0 ? heading : `${heading}~${piece + 1}`)),
  )
  const data = cut.map(row =>
    widths.flatMap((width, index) => Array.from({ length: width }, (_, piece) => textCell(row[index]?.[piece] ?? ''))),
  )
  return {
    sheet: name,
    data: [titles.map(head), ...data],
    stickyRowsCount: 1,
    columns: titles.map(title => ({ width: Math.min(40, Math.max(12, title.length * 2 + 2)) })),
  }
}

export const GUIDE = '说明'
/** The sheet that says what each column takes. */
export function guideOf(sheets: readonly { heading: string; columns: readonly Column[] }[]): XlsxSheet {
  const rows = sheets.flatMap(({ heading, columns }) =>
    columns.map(column => [
      heading,
      column.heading,
      column.required === true ? '必填' : '',
      KINDS[column.kind],
      Object.entries(column.codes ?? {})
        .map(([code, name]) => `${code} ${name}`)
        .join('、'),
      column.field,
    ]),
  )
  return sheetOf(GUIDE, ['工作表', '列', '必填', '填写方式', '代码', '字段名'], rows)
}

export async function packXlsx(sheets: XlsxSheet[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await writeXlsxFile(sheets).toBuffer())
}
