/** How one cell reads and writes: text of a table ↔ value of a field. Pure. */
import { readStrictJson } from '../../../protocol/json-outside.ts'
import { Commitment } from '../../../protocol/primitives.ts'
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
/** What is left of a code that a spreadsheet took for a number. */
const SCIENTIFIC = /^\d(\.\d+)?e\+?\d+$/i
const EXCEL_ERROR = /^#(NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NAME!|NUM!|N\/A|SPILL!)$/
const COMMITMENT = /^sha256:([0-9a-f]{64});size=(\d{1,15});type=(\S{3,127})$/

/** Codes of other systems, per column name: `{ "is_need": { "0": "1" } }` reads their 0 as 1. */
export type Translation = Readonly<Record<string, Readonly<Record<string, string>>>>

function codeOf(cell: string, codes: Codes): string | null {
  const text = cell.normalize('NFKC').trim()
  if (Object.hasOwn(codes, text)) return text
  // A spreadsheet drops the zero of 01.
  if (/^\d$/.test(text) && Object.hasOwn(codes, `0${text}`)) return `0${text}`
  if (/^\d+\.0+$/.test(text)) return codeOf(text.replace(/\.0+$/, ''), codes)
  const named = Object.entries(codes).find(([, name]) => name.normalize('NFKC') === text)
  return named?.[0] ?? null
}

function dayOf(cell: string): string | null {
  const found = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ]?[\d:.]*Z?)?$/.exec(cell.trim())
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
  { kind, codes = {}, field }: Column,
  translate: Readonly<Record<string, string>> = {},
): CellResult {
  if (EXCEL_ERROR.test(cell)) return fault('cell.error')
  const trimmed = cell.trim()
  const known = (part: string): string | null => {
    const text = part.trim()
    return codeOf(Object.hasOwn(translate, text) ? (translate[text] ?? '') : text, codes)
  }
  switch (kind) {
    case 'text':
      return SCIENTIFIC.test(trimmed) && /code|item$/i.test(field) ? fault('cell.number') : value(cell)
    case 'int': {
      const number = /^\d{1,9}(\.0+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN
      return Number.isNaN(number) ? fault('cell.int') : value(number)
    }
    case 'bool': {
      const text = (translate[trimmed] ?? trimmed).normalize('NFKC').toLowerCase().replace(/\.0+$/, '')
      return YES.has(text) ? value(true) : NO.has(text) ? value(false) : fault('cell.bool')
    }
    case 'day': {
      const day = dayOf(trimmed)
      return day === null ? fault('cell.day') : value(day)
    }
    case 'code': {
      const code = known(trimmed) ?? (field === 'taskType' && /^(1[1-9]|2\d)$/.test(trimmed) ? trimmed : null)
      return code === null
        ? fault(field.endsWith('Type') && codes[1] === '工作日' ? 'cell.unit' : 'cell.code')
        : value(code)
    }
    case 'codes':
    case 'modes': {
      const found = trimmed
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
      const [, sha256, size, type] = COMMITMENT.exec(trimmed) ?? []
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
