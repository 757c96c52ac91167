/** How one cell reads and writes: text of a table ↔ value of a field. Pure. */
import { plainCode, plainText } from '../../../../protocol/codes/spelling.ts'
import { readStrictJson } from '../../../../protocol/json-outside.ts'
import { Commitment } from '../../../../protocol/primitives.ts'
import type { Codes, Column } from './columns.ts'
import { dayOf, listOf, quantityOf } from './quantities.ts'
import { NO, NO_END, NONE, YES } from './synonyms.ts'

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

/** A limit that is not told in working days: its number, and the unit that it is told in. */
export type Limit = { number: number; unit: string }
/** `value` is absent when the cell says that there is none; `rest` is what stands in brackets behind what was read; `zeros` were put back. */
export type CellResult =
  | { ok: true; value: unknown; rest?: string; bare?: boolean; zeros?: true }
  | {
      ok: false
      fault: CellFault
      limit?: Limit
      rest?: string
      /** what of the cell is none of its column's words, each as a mapping names it */
      unread?: readonly string[]
    }

const value = (read: unknown): CellResult => ({ ok: true, value: read })
const fault = (why: CellFault): CellResult => ({ ok: false, fault: why })
const unreadable = (why: CellFault, ...unread: string[]): CellResult => ({ ok: false, fault: why, unread })

/** What is left of a code or a phone number that a program took for a number: 1.14E+17, 1.14E17 or 1E+17. */
const SCIENTIFIC = /^[+-]?(\d+\.\d+e[+-]?\d+|\d+e[+-]\d+)$/i
const EXCEL_ERROR =
  /^#(NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NAME!|NUM!|N\/A|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|EXTERNAL!|PYTHON!|TIMEOUT!|GETTING_DATA)$/
const COMMITMENT = /^sha256:([0-9a-f]{64});size=(\d{1,15});type=(\S{3,127})$/

/** Words of other systems or of one office, per column: `{ "is_need": { "0": "1" } }` reads their 0 as 1. A word may stand for several codes. */
export type Translation = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Codes by their names, made once for each column. */
const byName = new WeakMap<Codes, ReadonlyMap<string, string>>()
function namesOf(codes: Codes): ReadonlyMap<string, string> {
  const known = byName.get(codes)
  if (known !== undefined) return known
  const names = new Map(Object.entries(codes).map(([code, name]) => [name.normalize('NFKC'), code]))
  byName.set(codes, names)
  return names
}

/** A code with its name behind it, as lists to choose from have them: `01-行政许可`, `1：异地代收`. */
const CODE_AND_NAME = /^(\d{1,2})[-–—_.:：=、]+(\D.*)$/

/** Codes, several at once where a name stands for them, or its code and name together; null for what is none. */
function codesOf(cell: string, codes: Codes, also: Codes = {}): string[] | null {
  const plain = codesNamed(cell, codes, also)
  if (plain !== null) return plain
  const [, number = '', name = ''] = CODE_AND_NAME.exec(plainText(cell).replaceAll(/\s+/g, '')) ?? []
  if (number === '') return null
  const [meant, ...others] = codesNamed(name, codes, also) ?? []
  // Of another system's code with our name the name counts where the code is none of ours; two that differ are a question.
  const [own] = codesNamed(number, codes, also) ?? []
  return meant !== undefined && others.length === 0 && (own === undefined || own === meant) ? [meant] : null
}

function codesNamed(cell: string, codes: Codes, also: Codes = {}): string[] | null {
  const text = plainText(cell).replaceAll(/\s+/g, '')
  if (Object.hasOwn(codes, text)) return [text]
  // A spreadsheet drops the zero of 01.
  if (/^\d$/.test(text) && Object.hasOwn(codes, `0${text}`)) return [`0${text}`]
  if (/^\d+\.0+$/.test(text)) return codesNamed(text.replace(/\.0+$/, ''), codes, also)
  const named = namesOf(codes).get(text)
  if (named !== undefined) return [named]
  const other = Object.hasOwn(also, text)
    ? also[text]
    : Object.hasOwn(also, text.toUpperCase())
      ? also[text.toUpperCase()]
      : undefined
  return other?.split(',') ?? null
}

/** `cell` without a remark in brackets at its end, and the remark. */
function remarked(cell: string): { text: string; rest: string } | null {
  const [, text, rest] = /^([^()]+)\(([^()]+)\)$/.exec(cell) ?? []
  return text === undefined || rest === undefined ? null : { text: text.trim(), rest: rest.trim() }
}

/** Reads the whole cell, or what stands before a remark in brackets. */
function readWithRest(cell: string, read: (text: string) => CellResult): CellResult {
  const whole = read(cell)
  const parts = whole.ok ? null : remarked(cell)
  const part = parts === null ? whole : read(parts.text)
  return parts !== null && part.ok ? { ...part, rest: parts.rest } : whole
}

/** Units of time that are not working days, without the 个 before them. */
const OTHER_UNIT = /^个?((?:自然|日历)日|小时|分钟|月|年|[天日周时])$/

/** A whole number, alone or with its unit. */
function intOf(cell: string, units: RegExp | undefined): CellResult {
  const read = quantityOf(cell)
  if (read === null) return unreadable('cell.int', cell)
  const { number, unit } = read
  const rest = read.rest === '' ? {} : { rest: read.rest }
  if (unit === '') return { ok: true, value: number, bare: true, ...rest }
  if (units?.test(unit) === true) return { ok: true, value: number, ...rest }
  const [, other] = OTHER_UNIT.exec(unit) ?? []
  if (other === undefined || units?.test('工作日') !== true) return unreadable('cell.int', cell)
  return { ok: false, fault: 'cell.unit', limit: { number, unit: other }, ...rest }
}

/** Texts one a line, without the numbers that people give them; a JSON array where a text has lines of its own. */
function linesOf(cell: string, list: (text: string) => string[] = listOf): string[] {
  if (cell.trimStart().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(cell)
      if (Array.isArray(list) && list.every(entry => typeof entry === 'string')) return list
    } catch {
      // A text may begin with a bracket.
    }
  }
  return list(cell)
}

const plainLines = (text: string): string[] => text.split(/\r?\n/).filter(line => line.trim() !== '')

/** A long number that people part for the eye, in one piece; other codes may hold blanks. */
function inOnePiece(code: string): string {
  if (!/\s/.test(code)) return code
  const whole = code.replaceAll(/\s+/g, '')
  return /^[0-9A-Za-z]{12,}$/.test(whole) && whole.replaceAll(/\D/g, '').length >= 8 ? whole : code
}

/** An area code that has lost its zero, with the number: 7198100021, 0719 without it, 10 and 20 to 29 with eight digits. Numbers of 400 and 800 have none. */
const BARE_PHONE = /^(?:(?!400|800)[3-9]\d{2}-?\d{7,8}|(?:10|2\d)-?\d{8})$/

/** A code or phone number with the zeros that it has lost; null when it has lost none. */
function withZeros(text: string, zeros: Column['zeros']): string | null {
  if (zeros === 'phone') return BARE_PHONE.test(text) ? `0${text}` : null
  return zeros !== undefined && /^\d+$/.test(text) && text.length < zeros && text.length >= zeros / 2
    ? text.padStart(zeros, '0')
    : null
}

/** What a fee costs, as the column of whether there is one says it: 20元, 收费120元/本. */
const PRICE = /^(?:需|要)?(?:收费|工本费|收取)?[:：]?(?:每\D)?(\d+(?:\.\d+)?)元/

/** Whether a cell says yes or no, alone or behind its code: `1-是`; null for neither. */
function yesOrNo(cell: string, field: string): boolean | null {
  const text = cell.replaceAll(/\s+/g, '').toLowerCase().replace(/\.0+$/, '').replace(/。$/, '')
  if (YES.has(text)) return true
  if (NO.has(text)) return false
  const [, number = '', word = ''] = CODE_AND_NAME.exec(text) ?? []
  if (YES.has(word) && number !== '0') return true
  if (NO.has(word) && number !== '1') return false
  const [, price] = (field === 'isFee' && PRICE.exec(text)) || []
  return price === undefined ? null : Number(price) > 0
}

/** Reads a cell that is not blank. */
export function readCell(
  given: string,
  { kind, codes = {}, also, units, field, required, zeros }: Column,
  translate: Readonly<Record<string, string>> = {},
  from1904 = false,
): CellResult {
  if (EXCEL_ERROR.test(given.trim())) return fault('cell.error')
  const coded = kind === 'code' || kind === 'codes' || kind === 'modes'
  const words = plainText(given)
  const translated = !coded && Object.hasOwn(translate, words) ? (translate[words] ?? '') : null
  const cell = translated ?? given
  const plain = translated === null ? words : plainText(translated)
  const none = required !== true && NONE.test(plain)
  const known = (part: string): string[] | null => {
    const text = part.trim()
    if (!Object.hasOwn(translate, text)) return codesOf(text, codes, also)
    const { found } = listed(translate[text] ?? '', word => codesOf(word, codes, also))
    return found
  }
  switch (kind) {
    case 'text': {
      if (SCIENTIFIC.test(plain)) return fault('cell.number')
      const whole = withZeros(plain, zeros)
      return whole === null ? value(cell) : { ok: true, value: whole, zeros: true }
    }
    case 'id': {
      if (SCIENTIFIC.test(plain)) return fault('cell.number')
      const code = inOnePiece(plainCode(cell))
      const whole = none ? null : withZeros(code, zeros)
      return whole === null ? value(none ? undefined : code) : { ok: true, value: whole, zeros: true }
    }
    case 'ids': {
      if (none) return value(undefined)
      const list = linesOf(cell, plainLines).map(plainCode)
      return list.some(code => SCIENTIFIC.test(code)) ? fault('cell.number') : value(list)
    }
    case 'int':
      return none ? value(undefined) : intOf(plain, units)
    case 'bool':
      return readWithRest(plain, part => {
        const said = yesOrNo(part, field)
        if (said !== null) return value(said)
        return none ? value(undefined) : unreadable('cell.bool', plain)
      })
    case 'day': {
      if (none || NO_END.test(plain)) return value(undefined)
      const day = dayOf(plain, from1904)
      return day === null ? unreadable('cell.day', plain) : value(day)
    }
    case 'code':
      return readWithRest(plain, part => {
        const [code, ...others] = known(part) ?? (field === 'taskType' && /^(1[1-9]|2\d)$/.test(part) ? [part] : [])
        if (code !== undefined && others.length === 0) return value(code)
        if (none) return value(undefined)
        return field.endsWith('Type') && codes[1] === '工作日' ? fault('cell.unit') : unreadable('cell.code', plain)
      })
    case 'codes':
    case 'modes': {
      if (none && known(plain) === null) return value(undefined)
      const { found, unread } = listed(cell, known)
      if (found === null) return unreadable('cell.code', ...unread)
      return value(kind === 'modes' ? found.map(Number) : found)
    }
    case 'lines':
      return value(linesOf(cell))
    case 'json': {
      if (none) return value(undefined)
      const read = readStrictJson(cell)
      const json = read.ok ? read.value : null
      return typeof json === 'object' && json !== null && !Array.isArray(json) ? value(json) : fault('cell.json')
    }
    case 'commitment': {
      if (none) return value(undefined)
      const [, sha256, size, type] = COMMITMENT.exec(plain) ?? []
      const read = Commitment.safeParse({ sha256, size: Number(size), type })
      return read.success ? value(read.data) : fault('note.attachment')
    }
  }
}

/** What divides codes: marks alone, or words between them as well. */
const DIVIDERS = [/[,，、;；^|\s]+/, /[,，、;；^|/+\s]+|以及|或者|[和与及或]/]

/**
 * Codes of a cell, each once: numbered lines, or divided by marks or words; null when one of them is none. `unread` are those that
 * are none, where the cell is divided as most of it can be read.
 */
function listed(
  cell: string,
  known: (part: string) => string[] | null,
): { found: string[] | null; unread: readonly string[] } {
  const plain = listOf(cell).map(plainText).join('、')
  const whole = known(plain)
  if (whole !== null) return { found: [...new Set(whole)], unread: [] }
  let least: readonly string[] = [plain]
  for (const divider of DIVIDERS) {
    const parts = plain.split(divider).filter(part => part !== '')
    const found = parts.map(known)
    if (parts.length > 0 && found.every(each => each !== null)) return { found: [...new Set(found.flat())], unread: [] }
    const unread = parts.filter((_, at) => found[at] === null)
    if (unread.length < parts.length) least = unread
  }
  return { found: null, unread: least }
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
        !list[0]?.trimStart().startsWith('[') &&
        // What people number by hand would come back without its numbers.
        listOf(list.join('\n')).every((line, index) => line === list[index])
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
