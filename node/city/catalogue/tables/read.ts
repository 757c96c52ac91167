/** Reads a file into tables: CSV (UTF-8, UTF-16 or GB18030), a ZIP of CSV files, or XLSX; in bounded memory. */
import { CsvError, parse } from 'csv-parse'
import { unzipSync } from 'fflate'
import type { Faults } from './faults.ts'
import { TABLE_LIMITS } from './limits.ts'
import { openXlsx, type Row, XlsxError } from './xlsx.ts'

/** `rows` can be walked once. */
export type Table = {
  name: string
  rows: AsyncIterable<Row> | Iterable<Row>
  /** text that a spreadsheet would take for a formula stands behind an apostrophe */
  guarded: boolean
  /** a sheet that is not shown */
  hidden?: boolean
  /** serial numbers of days count from 1904 */
  from1904?: boolean
}

/** Ends the reading: the fault was noted. */
export class TableError extends Error {
  override readonly name = 'TableError'
}

const startsWith = (bytes: Uint8Array, ...head: number[]): boolean => head.every((byte, index) => bytes[index] === byte)
const isZip = (bytes: Uint8Array): boolean => startsWith(bytes, 0x50, 0x4b, 3, 4)

/** Compound files (MS-CFB §2.2): the old .xls and .et, or an .xlsx behind a password, which holds a stream of this name. */
const COMPOUND = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le')
/** A page, or the XML of 2003, that an approval system calls .xls. */
const MARKUP = /^\ufeff?\s*<(?:!doctype|!--|\?xml|html|head|meta|style|table|body|div)\b/i
const PDF = [0x25, 0x50, 0x44, 0x46]

/** A file that is no table of a format which is read; null for one that may be. */
function foreign(bytes: Uint8Array): 'file.old' | 'file.locked' | null {
  if (startsWith(bytes, ...COMPOUND))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(ENCRYPTED)
      ? 'file.locked'
      : 'file.old'
  if (startsWith(bytes, ...PDF)) return 'file.old'
  return MARKUP.test(new TextDecoder().decode(bytes.subarray(0, 500))) ? 'file.old' : null
}

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
  const other = foreign(bytes)
  if (other !== null) end(other, name, 0, faults)
  if (!isZip(bytes)) {
    yield csvTable(bytes, baseName(name), faults, limits)
    return
  }
  const held = entriesOf(bytes, name, faults, limits)
  if (OTHER_PACKAGES.some(part => held.has(part))) end('file.old', name, 0, faults)
  const xlsx = held.has('xl/workbook.xml')
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

/** Parts of packages that hold no table which is read: OpenDocument, the binary .xlsb, Word. */
const OTHER_PACKAGES = ['content.xml', 'xl/workbook.bin', 'word/document.xml']

/** Names of the entries of a ZIP file, by its directory alone. */
function entriesOf(bytes: Uint8Array, name: string, faults: Faults, limits: Limits): Set<string> {
  const found = new Set<string>()
  let count = 0
  try {
    unzipSync(bytes, {
      filter: entry => {
        count++
        if (count <= limits.entries) found.add(entry.name)
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
  let total = 0
  let count = 0
  let oversize = false
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
  const delimiter = delimiterOf(text.slice(0, HEAD))
  return { name, guarded: true, rows: csvRows(text, delimiter, name, faults, limits) }
}

/** Characters in which the heading is looked for. */
const HEAD = 20_000
/** Lines of them that are compared. */
const LINES = 100

/** What divides the cells: the mark that stands equally often in most lines, outside of quotes; a title above may have others, and text any. */
function delimiterOf(head: string): string {
  const plain = head.replaceAll(/"(?:[^"]|"")*"/g, '')
  const lines = plain.split(/\r\n|[\r\n]/.exec(plain)?.[0] ?? '\n', LINES)
  const likeness = (mark: string) => {
    const lengths = lines.map(line => line.split(mark).length).filter(length => length > 1)
    const alike = (length: number) => lengths.filter(other => other === length).length
    return Math.max(0, ...lengths.map(length => alike(length) + length / (HEAD + 1)))
  }
  const judged = [',', '\t', ';'].map(mark => ({ mark, likeness: likeness(mark) }))
  return judged.reduce((best, each) => (each.likeness > best.likeness ? each : best)).mark
}

const PIECE = 256 * 1024

async function* csvRows(
  text: string,
  delimiter: string,
  name: string,
  faults: Faults,
  limits: Limits,
): AsyncGenerator<Row> {
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
      yield { no: row, cells }
    }
  } catch (error) {
    if (error instanceof TableError) throw error
    // Rows that were read before it may wait in the parser.
    end('file.csv', name, (error instanceof CsvError ? Number(error.records) : row) + 1, faults)
  }
}

async function* xlsxTables(
  entries: Record<string, Uint8Array>,
  name: string,
  faults: Faults,
  limits: Limits,
): AsyncGenerator<Table> {
  const refused = (error: unknown): never => {
    if (!(error instanceof XlsxError)) throw error
    return end(error.why === 'oversize' ? 'file.oversize' : 'file.unreadable', name, 0, faults)
  }
  const sheets = await openXlsx(entries, limits).catch(refused)
  for (const { name: sheet, hidden, from1904, read } of sheets) {
    if (hidden) {
      yield { name: sheet, guarded: false, hidden, rows: [] }
      continue
    }
    const { rows, merged, unseen } = await read().catch(refused)
    if (merged > 0) faults.add('note.merged', sheet, 0)
    if (unseen > 0) faults.add('note.hidden-rows', sheet, unseen)
    for (const { no, cells } of rows)
      if (cells.some(cell => cell.length > limits.cell)) end('file.oversize', sheet, no, faults)
    yield { name: sheet, guarded: false, from1904, rows }
  }
}
