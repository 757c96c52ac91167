/** Writes items as tables: own ones for people (CSV in a ZIP, or XLSX), or the national upload tables (`up_*`, CSV in a ZIP). */
import { setImmediate as otherWork } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import { Zip, ZipDeflate } from 'fflate'
import writeXlsxFile from 'write-excel-file/node'
import { ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { writeCell } from './cells.ts'
import { type Column, ITEM_COLUMNS, ITEM_TABLES, ITEMS, KEY, PARTS, upColumn } from './columns.ts'
import { TABLE_LIMITS } from './limits.ts'

/** Items by code; walked once for each table, so that no more than one is held. */
export type Items = () => AsyncIterable<ServiceItem> | Iterable<ServiceItem>
export const FORMATS = ['csv', 'xlsx', 'up'] as const
export type Format = (typeof FORMATS)[number]

/** One table: its name, its columns, and the rows that an item has in it. */
type Layout = {
  name: string
  columns: readonly Column[]
  headings: readonly string[]
  rowsOf(item: ServiceItem): Iterable<readonly string[]>
}
type Batch = { batch: string; time: string }

const valuesOf = (columns: readonly Column[], values: object, people: boolean): string[] =>
  columns.map(column => writeCell((values as Record<string, unknown>)[column.field], column, people))

/** The tables of the template, in Chinese. */
function ownLayouts(named: (sheet: { heading: string; file: string }) => string): Layout[] {
  return [
    {
      name: named(ITEMS),
      columns: ITEM_COLUMNS,
      headings: ITEM_COLUMNS.map(({ heading }) => heading),
      rowsOf: item => [valuesOf(ITEM_COLUMNS, item, true)],
    },
    ...PARTS.map((part): Layout => {
      const columns = [KEY, ...part.columns]
      return {
        name: named(part),
        columns,
        headings: columns.map(({ heading }) => heading),
        rowsOf: item =>
          (item[part.field] ?? []).map(entry => valuesOf(columns, { ...entry, taskCode: item.taskCode }, true)),
      }
    }),
  ]
}

const BOOKKEEPING = ['cd_batch', 'cd_operation', 'cd_time', 'data_source']

function upLayouts({ batch, time }: Batch): Layout[] {
  const book = [batch, 'I', time, 'tongban']
  const layout = (name: string, columns: readonly Column[], of: (item: ServiceItem) => readonly object[]): Layout => ({
    name,
    columns,
    headings: [...columns.map(upColumn), ...BOOKKEEPING],
    rowsOf: item =>
      of(item).map(entry => [...valuesOf(columns, { ...entry, taskCode: item.taskCode }, false), ...book]),
  })
  return [
    ...ITEM_TABLES.map(name => {
      const columns = ITEM_COLUMNS.filter(({ up }) => up === name)
      return layout(name, columns.some(({ field }) => field === KEY.field) ? columns : [KEY, ...columns], item => [
        item,
      ])
    }),
    ...PARTS.map(part => layout(part.up, [KEY, ...part.columns], item => item[part.field] ?? [])),
  ]
}

/** Text that a spreadsheet would take for a formula stands behind an apostrophe. */
const guard = (cell: string): string => (/^'*[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)

/** `time` is `YYYY-MM-DD hh:mm:ss`. Problem: `request.oversize` when there are too many items for XLSX. */
export async function writeTables(
  items: Items,
  format: Format,
  batch: Batch,
): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>> {
  if (format === 'xlsx') return writeXlsx(items)
  return format === 'up'
    ? zipOf(upLayouts(batch), items, cell => cell)
    : zipOf(
        ownLayouts(({ file }) => file),
        items,
        guard,
      )
}

const ROWS = 500

/** A ZIP of CSV files, made while it is read. */
function zipOf(layouts: readonly Layout[], items: Items, cellOf: (cell: string) => string): ReadableStream<Uint8Array> {
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
      file.push(text.encode(`\ufeff${stringify([[...headings]], { record_delimiter: 'windows' })}`))
      let rows: string[][] = []
      const flush = (): void => {
        if (rows.length > 0) file.push(text.encode(stringify(rows, { record_delimiter: 'windows' })))
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
type XlsxSheet = { sheet: string; data: (Cell | null)[][]; stickyRowsCount: number; columns: { width: number }[] }

const textCell = (value: string): Cell | null => (value === '' ? null : { value: escapeXlsx(value), type: String })
const head = (value: string): Cell => ({ value, type: String, fontWeight: 'bold' })

async function writeXlsx(items: Items): Promise<Uint8Array<ArrayBuffer>> {
  const layouts = ownLayouts(({ heading }) => heading)
  const tables = layouts.map(() => [] as string[][])
  let count = 0
  for await (const item of items()) {
    count++
    if (count > TABLE_LIMITS.xlsxItems)
      throw new ProblemError('request.oversize', `more than ${TABLE_LIMITS.xlsxItems} items: export them as csv`)
    for (const [index, { rowsOf }] of layouts.entries()) for (const row of rowsOf(item)) tables[index]?.push([...row])
  }
  const sheets = layouts.map(({ name, headings }, index) => sheetOf(name, headings, tables[index] ?? []))
  return packXlsx([...sheets, guide()])
}

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
function sheetOf(name: string, headings: readonly string[], rows: readonly (readonly string[])[]): XlsxSheet {
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

const GUIDE = '说明'
const KINDS: Record<Column['kind'], string> = {
  text: '文本',
  int: '非负整数',
  bool: '是 / 否',
  day: '日期，如 2026-01-31',
  code: '代码或名称',
  codes: '代码或名称，可多个，用“、”分隔',
  modes: '代码或名称，可多个，用“、”分隔',
  lines: '每行一条',
  json: 'JSON',
  commitment: '附件：sha256:…;size=…;type=…',
}

/** The sheet that says what each column takes. */
function guide(): XlsxSheet {
  const rows = [
    { heading: ITEMS.heading, columns: ITEM_COLUMNS },
    ...PARTS.map(({ heading, columns }) => ({ heading, columns: [KEY, ...columns] })),
  ].flatMap(({ heading, columns }) =>
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

async function packXlsx(sheets: XlsxSheet[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await writeXlsxFile(sheets).toBuffer())
}

/** An empty table to fill in. */
export const writeTemplate = (format: Format): ReturnType<typeof writeTables> =>
  writeTables(() => [], format, { batch: '', time: '' })
