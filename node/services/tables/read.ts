/** Reads a file into tables: CSV (UTF-8, UTF-16 or GB18030), a ZIP of CSV files, or XLSX; in bounded memory. */
import { parse } from 'csv-parse'
import { unzipSync, zipSync } from 'fflate'
import readXlsxFile from 'read-excel-file/universal'
import type { Faults } from './faults.ts'
import { TABLE_LIMITS } from './limits.ts'

/** `rows` can be walked once; the first is the heading. */
export type Table = {
  name: string
  rows: AsyncIterable<readonly string[]>
  /** text that a spreadsheet would take for a formula stands behind an apostrophe */ guarded: boolean
}

/** Ends the reading: the fault was noted. */
export class TableError extends Error {
  override readonly name = 'TableError'
}

const startsWith = (bytes: Uint8Array, ...head: number[]): boolean => head.every((byte, index) => bytes[index] === byte)
const isZip = (bytes: Uint8Array): boolean => startsWith(bytes, 0x50, 0x4b, 3, 4)

/** File name without folder and ending. */
const baseName = (path: string): string => (path.split(/[\\/]/).at(-1) ?? path).replace(/\.[^.]*$/, '')

export type Limits = { [key in keyof typeof TABLE_LIMITS]: number }

/** Tables of a file, one after the other. Faults end it with TableError. */
export async function* readTables(
  bytes: Uint8Array,
  name: string,
  faults: Faults,
  limits: Limits = TABLE_LIMITS,
): AsyncGenerator<Table> {
  if (!isZip(bytes)) {
    yield csvTable(bytes, baseName(name), faults, limits)
    return
  }
  const xlsx = hasEntry(bytes, 'xl/workbook.xml', name, faults, limits)
  const entries = unpack(bytes, xlsx ? limits.xlsxBytes : limits.csvBytes, name, faults, limits)
  if (xlsx) {
    yield* xlsxTables(entries, name, faults, limits)
    return
  }
  for (const [path, content] of Object.entries(entries)) {
    if (/\.(csv|tsv|txt)$/i.test(path)) yield csvTable(content, baseName(path), faults, limits)
    else faults.add('note.sheet', path, 0)
    delete entries[path]
  }
}

function end(code: Parameters<Faults['add']>[0], sheet: string, row: number, faults: Faults): never {
  faults.add(code, sheet, row)
  throw new TableError(code)
}

/** Looks at the directory of a ZIP file alone. */
function hasEntry(bytes: Uint8Array, wanted: string, name: string, faults: Faults, limits: Limits): boolean {
  let [found, count] = [false, 0]
  try {
    unzipSync(bytes, {
      filter: entry => {
        if (entry.name === wanted) found = true
        count++
        return false
      },
    })
  } catch {
    end('file.unreadable', name, 0, faults)
  }
  if (count > limits.entries) end('file.oversize', name, 0, faults)
  return found
}

/**
 * Unpacks what a ZIP file declares: the sizes are summed before anything is unpacked, and what unpacks to more than it declared is
 * cut there by fflate, which fills a buffer of that size.
 */
function unpack(
  bytes: Uint8Array,
  most: number,
  name: string,
  faults: Faults,
  limits: Limits,
): Record<string, Uint8Array> {
  let [total, count, oversize] = [0, 0, false]
  try {
    return unzipSync(bytes, {
      filter: ({ name: entry, originalSize }) => {
        if (entry.endsWith('/') || /(^|\/)(\.|__MACOSX)|\.(png|jpe?g|gif|bin|vml|emf|wmf)$/i.test(entry)) return false
        total += originalSize
        count++
        if (total > most || count > limits.entries) {
          oversize = true
          throw new TableError('oversize')
        }
        return true
      },
    })
  } catch {
    return end(oversize ? 'file.oversize' : 'file.unreadable', name, 0, faults)
  }
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030'

function decode(bytes: Uint8Array, encoding: Encoding): string | null {
  try {
    return new TextDecoder(encoding as 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

const CHINESE = /[\u4e00-\u9fff]/

/**
 * Text of a file; null when it is in none of the encodings. A byte order mark tells, else UTF-8 is tried before GB18030. Two Chinese
 * characters in GB18030 may be good UTF-8 of other scripts (失业 is ʧҵ), so text without any Chinese is looked at again.
 */
export function decodeText(bytes: Uint8Array): string | null {
  if (startsWith(bytes, 0xff, 0xfe)) return decode(bytes, 'utf-16le')
  if (startsWith(bytes, 0xfe, 0xff)) return decode(bytes, 'utf-16be')
  const text = decode(bytes, 'utf-8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (text !== null && (CHINESE.test(text) || !/[^\u0000-\u007f]/.test(text))) return text
  const other = decode(bytes, 'gb18030')
  return text === null || (other !== null && CHINESE.test(other)) ? other : text
}

function csvTable(bytes: Uint8Array, name: string, faults: Faults, limits: Limits): Table {
  const text = decodeText(bytes)
  if (text === null) end('file.encoding', name, 0, faults)
  const heading = text.slice(0, 20_000).split(/\r?\n/, 1)[0] ?? ''
  const delimiter = [',', '\t', ';'].find(mark => heading.includes(mark)) ?? ','
  return { name, guarded: true, rows: csvRows(text, delimiter, name, faults, limits) }
}

const PIECE = 256 * 1024

async function* csvRows(
  text: string,
  delimiter: string,
  name: string,
  faults: Faults,
  limits: Limits,
): AsyncGenerator<readonly string[]> {
  const parser = parse({ delimiter, relax_column_count: true, max_record_size: limits.cell * 4, relax_quotes: false })
  const pieces = (function* () {
    for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE)
  })()
  let row = 0
  try {
    const { Readable } = await import('node:stream')
    for await (const record of Readable.from(pieces).pipe(parser)) {
      row++
      const cells = record as string[]
      if (row > limits.rows || cells.length > limits.columns || cells.some(cell => cell.length > limits.cell))
        end('file.oversize', name, row, faults)
      yield cells
    }
  } catch (error) {
    if (error instanceof TableError) throw error
    end('file.csv', name, row + 1, faults)
  }
}

const SHEET = /^xl\/worksheets\/[^/]+\.xml$/
const PLACED = /<(?:\w+:)?(c|row)(?=[\s/>])([^>]*)>/g
const ATTRIBUTES = /\s+[\w:]+="[^"<&]*"/g
const PLACE = /\sr="([A-Z]{0,3})(\d{1,7})"/

/** Whether the places that a sheet names stay within bounds: the reader fills all cells up to the last one. */
function withinBounds(xml: string, limits: Limits): boolean {
  let [rows, columns, count] = [0, 0, 0]
  for (const [, tag, attributes = ''] of xml.matchAll(PLACED)) {
    // Written in a way that this check cannot read: refused rather than trusted.
    if (attributes.replaceAll(ATTRIBUTES, '').trim().replace(/\/$/, '') !== '') return false
    const [, letters = '', digits = '0'] = PLACE.exec(attributes) ?? []
    if (tag === 'row') count++
    rows = Math.max(rows, Number(digits), count)
    columns = Math.max(
      columns,
      [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0),
    )
    if (rows > limits.rows || columns > limits.columns || rows * columns > limits.sheetCells) return false
  }
  return true
}

async function* xlsxTables(
  entries: Record<string, Uint8Array>,
  name: string,
  faults: Faults,
  limits: Limits,
): AsyncGenerator<Table> {
  const text = new TextDecoder()
  for (const [path, content] of Object.entries(entries))
    if (SHEET.test(path) && !withinBounds(text.decode(content), limits)) end('file.oversize', name, 0, faults)
  let sheets: Awaited<ReturnType<typeof readXlsxFile<string>>>
  try {
    // Packed again without compression, so that the reader sees what was measured here.
    const measured = zipSync(entries, { level: 0 })
    sheets = await readXlsxFile<string>(new Blob([measured]), { trim: false, parseNumber: numberText })
  } catch {
    return end('file.unreadable', name, 0, faults)
  }
  for (const { sheet, data } of sheets)
    yield { name: sheet, guarded: false, rows: cellsOf(data, sheet, faults, limits) }
}

/** A number as text; with more digits than a spreadsheet holds, in the form that tells it. */
export function numberText(raw: string): string {
  const number = Number(raw)
  if (/^\d{16,}$/.test(raw)) return number.toExponential()
  return /^-?\d+\.\d{10,}$/.test(raw) ? String(Number(number.toPrecision(12))) : raw
}

async function* cellsOf(
  data: readonly (readonly unknown[])[],
  sheet: string,
  faults: Faults,
  limits: Limits,
): AsyncGenerator<readonly string[]> {
  for (const [index, row] of data.entries()) {
    const cells = row.map(cellText)
    if (cells.some(cell => cell.length > limits.cell)) end('file.oversize', sheet, index + 1, faults)
    yield cells
  }
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return cell.toISOString().slice(0, 10)
  if (typeof cell === 'boolean') return cell ? '1' : '0'
  return String(cell)
}
