/** How one cell reads and writes: text of a table ↔ value of a field. Pure. */
import { plainCode, plainText } from '../../../../protocol/codes/spelling.ts'
import { readStrictJson } from '../../../../protocol/json-outside.ts'
import { Commitment } from '../../../../protocol/primitives.ts'
import type { Codes, Column } from './columns.ts'

/** Why a cell could not be read; `FAULTS` has the words. */
export type CellFault =
  | 'cell.int'
  | 'cell.bool'
  | 'cell.day'
  | 'cell.code'
  | 'cell.json'
  | 'cell.number'
  | 'cell.error'
  | 'cell.unit'
  | 'note.attachment'

export type CellResult = { ok: true; value: unknown } | { ok: false; fault: CellFault }

const value = (read: unknown): CellResult => ({ ok: true, value: read })
const fault = (why: CellFault): CellResult => ({ ok: false, fault: why })

const YES = new Set(['1', '是', 'y', 'yes', 'true', '有', '√'])
const NO = new Set(['0', '否', 'n', 'no', 'false', '无', '×'])
/** What is left of a code or a phone number that a program took for a number: 1.14E+17, 1.14E17 or 1E+17. */
const SCIENTIFIC = /^[+-]?(\d+\.\d+e[+-]?\d+|\d+e[+-]\d+)$/i
const EXCEL_ERROR =
  /^#(NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NAME!|NUM!|N\/A|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|EXTERNAL!|PYTHON!|TIMEOUT!|GETTING_DATA)$/
const COMMITMENT = /^sha256:([0-9a-f]{64});size=(\d{1,15});type=(\S{3,127})$/

/** Codes of other systems, per column name: `{ "is_need": { "0": "1" } }` reads their 0 as 1. */
export type Translation = Readonly<Record<string, Readonly<Record<string, string>>>>

function codeOf(cell: string, codes: Codes, also: Codes = {}): string | null {
  const text = plainText(cell)
  if (Object.hasOwn(codes, text)) return text
  // A spreadsheet drops the zero of 01.
  if (/^\d$/.test(text) && Object.hasOwn(codes, `0${text}`)) return `0${text}`
  if (/^\d+\.0+$/.test(text)) return codeOf(text.replace(/\.0+$/, ''), codes, also)
  const named = Object.entries(codes).find(([, name]) => name.normalize('NFKC') === text)
  return named?.[0] ?? (Object.hasOwn(also, text) ? (also[text] ?? null) : null)
}

/** A whole number, alone or with its unit. */
function intOf(cell: string, units: RegExp | undefined): CellResult {
  const [, number, unit = ''] = /^(\d{1,9})(?:\.0+)?\s*(\D*)$/.exec(cell) ?? []
  if (number === undefined) return fault('cell.int')
  if (unit === '' || units?.test(unit) === true) return value(Number(number))
  return fault(
    /^个?(自然日|日历日|小时|分钟|月|年|[天日周时])/.test(unit) && units?.test('工作日') === true
      ? 'cell.unit'
      : 'cell.int',
  )
}

function dayOf(cell: string): string | null {
  // Without marks between them, a day of seven digits could be two days.
  const found =
    /^(\d{4})(\d{2})(\d{2})$/.exec(cell) ??
    /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]+[\d:.]+Z?)?$/.exec(cell)
  if (found === null) return null
  const [, year = '', month = '', day = ''] = found
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? null : text
}

/** Texts one a line; a JSON array where a text has lines of its own. */
function linesOf(cell: string): string[] {
  if (cell.trimStart().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(cell)
      if (Array.isArray(list) && list.every(entry => typeof entry === 'string')) return list
    } catch {
      // A text may begin with a bracket.
    }
  }
  return cell.split(/\r?\n/).filter(line => line.trim() !== '')
}

/** Reads a cell that is not blank. */
export function readCell(
  cell: string,
  { kind, codes = {}, also, units, field }: Column,
  translate: Readonly<Record<string, string>> = {},
): CellResult {
  if (EXCEL_ERROR.test(cell.trim())) return fault('cell.error')
  const plain = plainText(cell)
  const known = (part: string): string | null => {
    const text = part.trim()
    return codeOf(Object.hasOwn(translate, text) ? (translate[text] ?? '') : text, codes, also)
  }
  switch (kind) {
    case 'text':
      return SCIENTIFIC.test(plain) ? fault('cell.number') : value(cell)
    case 'id':
      return SCIENTIFIC.test(plain) ? fault('cell.number') : value(plainCode(cell))
    case 'ids': {
      const list = linesOf(cell).map(plainCode)
      return list.some(code => SCIENTIFIC.test(code)) ? fault('cell.number') : value(list)
    }
    case 'int':
      return intOf(plain, units)
    case 'bool': {
      const text = plainText(translate[plain] ?? plain)
        .toLowerCase()
        .replace(/\.0+$/, '')
      return YES.has(text) ? value(true) : NO.has(text) ? value(false) : fault('cell.bool')
    }
    case 'day': {
      const day = dayOf(plain)
      return day === null ? fault('cell.day') : value(day)
    }
    case 'code': {
      const code = known(plain) ?? (field === 'taskType' && /^(1[1-9]|2\d)$/.test(plain) ? plain : null)
      return code === null
        ? fault(field.endsWith('Type') && codes[1] === '工作日' ? 'cell.unit' : 'cell.code')
        : value(code)
    }
    case 'codes':
    case 'modes': {
      const found = plain
        .split(/[,，、;；^|\s]+/)
        .filter(part => part !== '')
        .map(known)
      if (found.length === 0 || found.includes(null)) return fault('cell.code')
      const list = [...new Set(found)]
      return value(kind === 'modes' ? list.map(Number) : list)
    }
    case 'lines':
      return value(linesOf(cell))
    case 'json': {
      const read = readStrictJson(cell)
      const json = read.ok ? read.value : null
      return typeof json === 'object' && json !== null && !Array.isArray(json) ? value(json) : fault('cell.json')
    }
    case 'commitment': {
      const [, sha256, size, type] = COMMITMENT.exec(plain) ?? []
      const read = Commitment.safeParse({ sha256, size: Number(size), type })
      return read.success ? value(read.data) : fault('note.attachment')
    }
  }
}

/** Writes a value; codes as their names for people, as themselves for machines. */
export function writeCell(given: unknown, { kind, codes = {} }: Column, people: boolean): string {
  if (given === undefined) return ''
  const shown = (code: unknown): string => (people ? (codes[String(code)] ?? String(code)) : String(code))
  switch (kind) {
    case 'bool':
      return people ? (given === true ? '是' : '否') : given === true ? '1' : '0'
    case 'code':
      return shown(given)
    case 'codes':
    case 'modes':
      return (given as unknown[]).map(shown).join(people ? '、' : ',')
    case 'ids':
    case 'lines': {
      const list = given as string[]
      const plain =
        list.length > 0 &&
        list.every(line => line.trim() !== '' && !/[\r\n]/.test(line)) &&
        !list[0]?.trimStart().startsWith('[')
      return plain ? list.join('\n') : JSON.stringify(list)
    }
    case 'json':
      return JSON.stringify(given)
    case 'commitment': {
      const { sha256, size, type } = given as Commitment
      return `sha256:${sha256};size=${size};type=${type}`
    }
    default:
      return String(given)
  }
}
