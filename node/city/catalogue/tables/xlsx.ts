/**
 * Reads the cells of an XLSX file (ECMA-376) as they are on the screen. A cell that holds something which cannot be read, a formula
 * without a value among them, comes as an error of a spreadsheet, never as blank. Bounded by cells that hold something.
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import { Parser } from 'saxen'
import { type Place, type Range, unmerge } from './xlsx-merged.ts'

/** A row that holds something; `no` counts from 1. */
export type Row = { no: number; cells: readonly string[] }
export type Sheet = {
  name: string
  /** not shown, whether its user can show it or not (ECMA-376 Part 1, §18.18.68) */
  hidden: boolean
  /** serial numbers of days count from 1904 */
  from1904: boolean
  /** Throws `XlsxError`. */
  read(): Promise<{
    rows: readonly Row[]
    /** ranges whose value counts for more rows than its first */
    merged: number
    /** first row that holds something and is not shown; 0 without one */
    unseen: number
  }>
}
export type XlsxLimits = { columns: number; sheetCells: number }

export class XlsxError extends Error {
  override readonly name = 'XlsxError'
  readonly why: 'unreadable' | 'oversize'
  constructor(why: 'unreadable' | 'oversize') {
    super(why)
    this.why = why
  }
}

/** What a cell reads as that cannot be read. */
const UNREADABLE = '#VALUE!'
const ERROR = /^#[A-Z0-9_/]+[!?]?$/

/** Characters that are parsed before other work gets its turn. */
const PIECE = 1024 * 1024

type Attributes = Readonly<Record<string, string>>
type Handlers = {
  open(name: string, attributes: () => Attributes): void
  close(name: string): void
  text(text: string): void
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' }

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,10}));/gi, (_, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name as string] ?? fail('unreadable')
    const point = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
    return point > 0x10ffff ? fail('unreadable') : String.fromCodePoint(point)
  })
}

function fail(why: XlsxError['why']): never {
  throw new XlsxError(why)
}

/** Name without its prefix: the spreadsheet's namespace may have any, or none. */
const local = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Text of a part: UTF-8, or UTF-16 by its mark (XML 1.0 §4.3.3). */
function textOf(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding as 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return fail('unreadable')
  }
}

/** Walks a part of the file. What is not well formed ends it, what the parser would skip too. */
async function walk(bytes: Uint8Array | undefined, { open, close, text }: Handlers): Promise<void> {
  if (bytes === undefined) return
  const xml = textOf(bytes)
  const parser = new Parser()
  let wrong = false
  parser.on('error', () => {
    wrong = true
  })
  parser.on('warn', () => {
    wrong = true
  })
  parser.on('openTag', (name, attributesOf) =>
    open(local(name), () => {
      const found = attributesOf()
      return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, decode(value)]))
    }),
  )
  parser.on('closeTag', name => close(local(name)))
  // Line ends are one character (XML 1.0 §2.11); those that are escaped stay.
  parser.on('text', part => text(decode(part.replaceAll(/\r\n?/g, '\n'))))
  parser.on('cdata', part => text(part.replaceAll(/\r\n?/g, '\n')))
  for (let at = 0; at < xml.length && !wrong; at += PIECE) {
    parser.write(xml.slice(at, at + PIECE))
    if (xml.length > PIECE) await otherWork()
  }
  if (!wrong) parser.end()
  if (wrong) fail('unreadable')
}

/** Characters that XML cannot hold are written `_x000D_` (ECMA-376 Part 1, §22.9.2.19). */
const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replaceAll(/_x([0-9a-f]{4})_/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex as string, 16)))
    : text

/** Texts of `si` or `is`: of its runs, without the reading aids (rPh). */
function textReader() {
  let text = ''
  let inText = false
  let aids = 0
  return {
    begin(): void {
      text = ''
    },
    open(name: string): void {
      if (name === 'rPh') aids++
      if (name === 't') inText = aids === 0
    },
    close(name: string): void {
      if (name === 'rPh') aids--
      if (name === 't') inText = false
    },
    text(part: string): void {
      if (inText) text += part
    },
    end: (): string => unescaped(text),
  }
}

async function readStrings(bytes: Uint8Array | undefined): Promise<string[]> {
  const strings: string[] = []
  const reader = textReader()
  await walk(bytes, {
    open(name) {
      if (name === 'si') reader.begin()
      reader.open(name)
    },
    close(name) {
      reader.close(name)
      if (name === 'si') strings.push(reader.end())
    },
    text: reader.text,
  })
  return strings
}

/** How a number is shown; what is not here is shown as it is. */
type Shown =
  | { as: 'date' | 'time' | 'percent' }
  | { as: 'padded'; digits: number }
  | { as: 'worded'; before: string; digits: number; after: string }
  | null

/** Formats that every spreadsheet knows by number (ECMA-376 Part 1, §18.8.30), those of Chinese among them. */
function builtIn(id: number): Shown {
  if (id === 9 || id === 10) return { as: 'percent' }
  if ((id >= 18 && id <= 21) || (id >= 45 && id <= 47) || (id >= 32 && id <= 35) || id === 55 || id === 56)
    return { as: 'time' }
  return (id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58) ? { as: 'date' } : null
}

/** Digits between words, such as `0"天"` and `"A"0000`. */
const WORDED = /^((?:"[^"]*"|\\.)*)(0+|#|#,##0|General|@)((?:"[^"]*"|\\.)*)$/i
const literal = (quoted: string): string => quoted.replaceAll('"', '').replaceAll('\\', '')

function shownBy(format: string): Shown {
  const [, before = '', number = '', after = ''] =
    WORDED.exec(
      format
        .split(';')[0]
        ?.replaceAll(/[_*]./g, '')
        .replaceAll(/\[[^\]]*\]/g, '') ?? '',
    ) ?? []
  if (literal(before + after).trim() !== '') {
    const digits = /^0+$/.test(number) ? number.length : 1
    return { as: 'worded', before: literal(before), digits, after: literal(after) }
  }
  const [first = ''] = format.replaceAll(/"[^"]*"|\\.|[_*]./g, '').split(';')
  const elapsed = /\[[hms]+\]/i.test(first)
  const marks = first.replaceAll(/\[[^\]]*\]/g, '').toLowerCase()
  if (/^0{2,}$/.test(marks)) return { as: 'padded', digits: marks.length }
  if (marks.includes('%')) return { as: 'percent' }
  if (/general|@/.test(marks)) return null
  if (/[yd年日]/.test(marks)) return { as: 'date' }
  if (elapsed || /[hs时秒]/.test(marks)) return { as: 'time' }
  return /[m月]/.test(marks) ? { as: 'date' } : null
}

/** How the numbers of each style are shown. */
async function readStyles(bytes: Uint8Array | undefined): Promise<Shown[]> {
  const formats = new Map<string, Shown>()
  const styles: Shown[] = []
  let inStyles = false
  await walk(bytes, {
    open(name, attributes) {
      if (name === 'cellXfs') inStyles = true
      if (name === 'numFmt') {
        const { numFmtId = '', formatCode = '' } = attributes()
        formats.set(numFmtId, shownBy(formatCode))
      }
      if (name !== 'xf' || !inStyles) return
      const { numFmtId = '0' } = attributes()
      styles.push(formats.has(numFmtId) ? (formats.get(numFmtId) ?? null) : builtIn(Number(numFmtId)))
    },
    close(name) {
      if (name === 'cellXfs') inStyles = false
    },
    text() {},
  })
  return styles
}

/** Digits that a spreadsheet holds of a number. */
const DIGITS = 15

/** A number as it was written; one with more digits than a spreadsheet holds in the form that tells it. */
function numberText(number: number): string {
  if (!Number.isInteger(number)) return String(Number(number.toPrecision(DIGITS)))
  return Math.abs(number) < 10 ** DIGITS ? String(number) : number.toExponential()
}

const DAY_MS = 86_400_000
const two = (part: number): string => String(part).padStart(2, '0')

function dateText(serial: number, as: 'date' | 'time', from1904: boolean): string {
  const total = Math.round(serial * 86_400)
  const whole = Math.floor(total / 86_400)
  const seconds = total % 86_400
  if (serial < 0) return UNREADABLE
  const hours = Math.floor(seconds / 3600) + (as === 'time' ? 24 * whole : 0)
  const time = `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}${seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`}`
  if (as === 'time') return time
  // The calendar of 1900 counts a 29 February that was none.
  const date = new Date(Date.UTC(1899, 11, 30) + (whole + (from1904 ? 1462 : whole < 60 ? 1 : 0)) * DAY_MS)
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return UNREADABLE
  return `${date.toISOString().slice(0, 10)}${seconds === 0 ? '' : ` ${time}`}`
}

function shown(raw: string, how: Shown, from1904: boolean): string {
  const text = raw.trim()
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return UNREADABLE
  const number = Number(text)
  if (!Number.isFinite(number)) return UNREADABLE
  if (how?.as === 'date' || how?.as === 'time') return dateText(number, how.as, from1904)
  if (how?.as === 'percent') return `${numberText(number * 100)}%`
  const plain = numberText(number)
  if (how?.as === 'worded' && /^\d+$/.test(plain)) return `${how.before}${plain.padStart(how.digits, '0')}${how.after}`
  return how?.as === 'padded' && /^\d+$/.test(plain) ? plain.padStart(how.digits, '0') : plain
}

/** A day as it is written, whatever the clock of this machine (ISO 8601, §18.18.11 `d`). */
function isoText(raw: string): string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::[\d.]+)?)?Z?$/.exec(raw.trim()) ?? []
  return day === undefined ? UNREADABLE : time === undefined || time === '00:00' ? day : `${day} ${time}`
}

type Book = {
  strings: readonly string[]
  styles: readonly Shown[]
  from1904: boolean
  /** formulas have no value yet */
  uncomputed: boolean
}
type Cell = { type: string; style: number; value: string | null; formula: boolean; inline: string | null }

function cellText(
  { type, style, value, formula, inline }: Cell,
  { strings, styles, from1904, uncomputed }: Book,
): string {
  if (formula && uncomputed) return UNREADABLE
  if (type === 'inlineStr') return inline ?? ''
  if (value === null || value === '') {
    // A formula may give no text, but no number is none.
    if (formula && (value === null || type !== 'str')) return UNREADABLE
    const broken = type === 'e' || (type === 's' && value !== null)
    return broken ? UNREADABLE : (inline ?? '')
  }
  switch (type) {
    case 's':
      return (/^\s*\d+\s*$/.test(value) ? strings[Number(value)] : undefined) ?? UNREADABLE
    case 'str':
      return unescaped(value)
    case 'b':
      return /^\s*[01]\s*$/.test(value) ? value.trim() : UNREADABLE
    case 'e':
      return ERROR.test(value.trim()) ? value.trim() : UNREADABLE
    case 'd':
      return isoText(value)
    case 'n':
      return shown(value, styles[style] ?? null, from1904)
    default:
      return UNREADABLE
  }
}

function placeOf(reference: string): Place {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/i.exec(reference) ?? []
  if (letters === undefined) fail('unreadable')
  const column = [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
  return { row: Number(digits), column }
}

async function readSheet(
  bytes: Uint8Array | undefined,
  book: Book,
  limits: XlsxLimits,
): Promise<{ rows: Row[]; merged: number; unseen: number }> {
  const found = new Map<number, string[]>()
  const ranges: Range[] = []
  let concealed = false
  let unseen = 0
  const at: Place = { row: 0, column: -1 }
  const reader = textReader()
  let held = 0
  let cell: Cell | null = null
  let inValue = false
  const keep = (text: string): void => {
    if (text === '') return
    if (at.column >= limits.columns) fail('oversize')
    if (concealed && unseen === 0) unseen = at.row
    const cells = found.get(at.row) ?? []
    held += Math.max(0, at.column + 1 - cells.length)
    if (held > limits.sheetCells) fail('oversize')
    while (cells.length <= at.column) cells.push('')
    cells[at.column] = text
    found.set(at.row, cells)
  }
  await walk(bytes, {
    open(name, attributes) {
      if (name === 'row') {
        const { r, hidden } = attributes()
        concealed = isYes(hidden)
        if (r !== undefined && !/^\d{1,7}$/.test(r)) fail('unreadable')
        at.row = r === undefined ? at.row + 1 : Number(r)
        at.column = -1
      } else if (name === 'c') {
        const { r, t = 'n', s = '0' } = attributes()
        if (r === undefined) at.column++
        else Object.assign(at, placeOf(r))
        cell = { type: t, style: Number(s), value: null, formula: false, inline: null }
      } else if (name === 'mergeCell') {
        const [from = '', to = from] = (attributes().ref ?? '').split(':')
        if (ranges.length >= limits.sheetCells) fail('oversize')
        ranges.push({ from: placeOf(from), to: placeOf(to) })
      }
      if (cell === null) return
      if (name === 'f') cell.formula = true
      else if (name === 'v') {
        cell.value = ''
        inValue = true
      } else if (name === 'is') reader.begin()
      else reader.open(name)
    },
    close(name) {
      if (cell === null) return
      if (name === 'v') inValue = false
      else if (name === 'is') cell.inline = reader.end()
      else if (name === 'c') {
        keep(cellText(cell, book))
        cell = null
      } else reader.close(name)
    },
    text(part) {
      if (cell === null) return
      if (inValue) cell.value = (cell.value ?? '') + part
      else reader.text(part)
    },
  })
  const rows = [...found].map(([no, cells]) => ({ no, cells })).sort((a, b) => a.no - b.no)
  const merged = unmerge(rows, ranges, limits.sheetCells) ?? fail('oversize')
  return { rows, merged, unseen }
}

const isYes = (flag: string | undefined): boolean => flag === '1' || flag === 'true'

/** A target of `xl/_rels/workbook.xml.rels` as a path in the file. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target.slice(1)
  const parts = ['xl']
  for (const part of target.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  return parts.join('/')
}

/** The sheets of a file in their order, each read when it is asked for. Throws `XlsxError`. */
export async function openXlsx(entries: Readonly<Record<string, Uint8Array>>, limits: XlsxLimits): Promise<Sheet[]> {
  const parts = new Map<string, string>()
  const kinds = new Map<string, string>()
  await walk(entries['xl/_rels/workbook.xml.rels'], {
    open(name, attributes) {
      if (name !== 'Relationship') return
      const { Id = '', Type = '', Target = '' } = attributes()
      parts.set(Id, pathOf(Target))
      kinds.set(Type.slice(Type.lastIndexOf('/') + 1), pathOf(Target))
    },
    close() {},
    text() {},
  })
  const named: { name: string; path: string; hidden: boolean }[] = []
  let from1904 = false
  let uncomputed = false
  await walk(entries['xl/workbook.xml'], {
    open(tag, attributes) {
      if (tag === 'workbookPr') from1904 = isYes(attributes().date1904)
      // Whoever wrote it has left the formulas for the next program to compute.
      if (tag === 'calcPr') uncomputed = isYes(attributes().fullCalcOnLoad)
      if (tag !== 'sheet') return
      const given = attributes()
      const id = Object.entries(given).find(([key]) => key.endsWith(':id'))?.[1] ?? ''
      named.push({
        name: given.name ?? '',
        path: parts.get(id) ?? '',
        hidden: /^(very)?hidden$/i.test(given.state ?? ''),
      })
    },
    close() {},
    text() {},
  })
  const book: Book = {
    strings: await readStrings(entries[kinds.get('sharedStrings') ?? 'xl/sharedStrings.xml']),
    styles: await readStyles(entries[kinds.get('styles') ?? 'xl/styles.xml']),
    from1904,
    uncomputed,
  }
  return named.map(({ name, path, hidden }) => ({
    name,
    hidden,
    from1904,
    read: () => {
      const bytes = entries[path]
      // A chart has a sheet of its own, which holds no cells.
      return bytes === undefined || !path.includes('worksheets/')
        ? Promise.resolve({ rows: [], merged: 0, unseen: 0 })
        : readSheet(bytes, book, limits)
    },
  }))
}
