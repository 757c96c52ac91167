/** Numbers, limits and days in the words in which offices write them. Pure. */
import { AT_ONCE, NO_VISIT } from './synonyms.ts'

const DIGITS: Readonly<Record<string, number>> = {
  零: 0,
  〇: 0,
  '○': 0,
  一: 1,
  壹: 1,
  二: 2,
  贰: 2,
  两: 2,
  三: 3,
  叁: 3,
  四: 4,
  肆: 4,
  五: 5,
  伍: 5,
  六: 6,
  陆: 6,
  七: 7,
  柒: 7,
  八: 8,
  捌: 8,
  九: 9,
  玖: 9,
}
const PLACES: Readonly<Record<string, number>> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1000, 仟: 1000 }
const HAN = '[零〇○一壹二贰两三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟]'

const NUMERAL = new RegExp(`^${HAN}{1,8}$`)

/** A whole number in digits or Chinese numerals, below 10,000 in these; null for anything else. */
export function numberOf(text: string): number | null {
  if (/^\d{1,9}(?:\.0+)?$/.test(text)) return Math.trunc(Number(text))
  if (!NUMERAL.test(text)) return null
  let sum = 0
  let digit: number | null = null
  let last = 10_000
  for (const character of text) {
    const place = PLACES[character]
    if (place === undefined) {
      // 二五 is no number, and 一百〇五 is one.
      if (digit !== null && digit !== 0) return null
      digit = DIGITS[character] ?? null
      continue
    }
    if (place >= last) return null
    if (digit === 0 || (digit === null && place !== 10)) return null
    last = place
    sum += (digit ?? 1) * place
    digit = null
  }
  // 一百五 may be 105 or 150.
  if (digit !== null && digit !== 0 && last < 10_000 && last > 10 && !/[零〇○]/.test(text)) return null
  return sum + (digit ?? 0)
}

const NUMBERED = new RegExp(`^(\\d{1,9}(?:\\.0+)?|${HAN}+?)(\\D*)$`)

/** What may stand around a quantity without changing it. */
const BEFORE = [
  /^(?:法定|承诺)?(?:办结|办理|审批)?(?:时限|期限)?(?:为|[:：])/,
  /^(?:自|从|在)?(?:正式)?(?:受理|收到|收件|接到|申请|材料(?:齐全|齐备|完备)|决定受理|立案)(?:申请|材料|决定|符合法定形式)*(?:之日|当日|之后|日)?(?:起|后)?(?:的|[,，、])?/,
  /^(?:不超过|不多于|不得超过|最多|最长|至多|限|≤|<=)/,
  /^(?:只需|仅需|需要?)?(?:跑动|跑|到现场|到场|到窗口)/,
  /^一式/,
]
const AFTER = [
  /[。.;；,，]$/,
  /(?:予以)?(?:办结|办理完毕|办理|办毕|完成|[作做]出[^，,;；]{0,10}决定|批准|答复|审批)$/,
  /(?:之内|以内|内)$/,
]

/** English units as the Chinese ones: `20 working days`, `2 copies`. */
const ENGLISH_UNITS: readonly [RegExp, string][] = [
  [/^(?:working|business)-?days?$/i, '工作日'],
  [/^(?:calendar)?days?$/i, '日'],
  [/^hours?$/i, '小时'],
  [/^weeks?$/i, '周'],
  [/^months?$/i, '月'],
  [/^(?:times?|visits?)$/i, '次'],
  [/^(?:copy|copies|sets?)$/i, '份'],
]
const inChinese = (unit: string): string => ENGLISH_UNITS.find(([pattern]) => pattern.test(unit))?.[1] ?? unit

/** A quantity with its unit; `rest` is what it says besides, in brackets. */
export type Quantity = { number: number; unit: string; rest: string }

/** `20个工作日内（不含公示）`, `自受理之日起二十日`, `最多跑一次`, `一式两份`; null when it is no quantity. */
export function quantityOf(cell: string): Quantity | null {
  if (/^\d{1,9}$/.test(cell)) return { number: Number(cell), unit: '', rest: '' }
  const whole = cell.replaceAll(/\s+/g, '')
  const [, body = whole, bracket = ''] = /^(.*?)\(([^()]*)\)$/.exec(whole) ?? []
  if (AT_ONCE.test(body)) return { number: 0, unit: '工作日', rest: bracket }
  if (NO_VISIT.test(body)) return { number: 0, unit: '次', rest: bracket }
  let text = body
  for (const words of BEFORE) text = text.replace(words, '')
  for (const words of AFTER) text = text.replace(words, '')
  const [, number = '', unit = ''] = NUMBERED.exec(text) ?? []
  for (const [digits, behind] of splits(number, unit)) {
    const read = numberOf(digits)
    if (read !== null) return { number: read, unit: inChinese(behind), rest: bracket }
  }
  return null
}

/** Numerals take as many characters as they can. */
function splits(number: string, unit: string): [string, string][] {
  if (number === '' || /\d/.test(number)) return [[number, unit]]
  const [taken = ''] = new RegExp(`^${HAN}+`).exec(number + unit) ?? []
  return [[taken, (number + unit).slice(taken.length)]]
}

/** First and last serial numbers that a spreadsheet shows as a day of these years, 1954 to 2119: five digits are nothing else. */
const SERIALS = { from: 20_000, to: 80_000 }

/** The day of the week behind a day, which says nothing more. */
const WEEKDAY = /\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?$/

/** A day as YYYY-MM-DD: in digits with or without marks, in Chinese, or the serial number that a spreadsheet holds of it. */
export function dayOf(cell: string, from1904 = false): string | null {
  const plain = cell.replace(/(?:起|止|起施行|施行|生效)$/, '').replace(WEEKDAY, '')
  if (/^\d{5}(?:\.\d+)?$/.test(plain)) {
    const serial = Math.trunc(Number(plain))
    if (serial < SERIALS.from || serial > SERIALS.to) return null
    return new Date(Date.UTC(1899, 11, 30) + (serial + (from1904 ? 1462 : 0)) * 86_400_000).toISOString().slice(0, 10)
  }
  // Without marks between them, a day of seven digits could be two days.
  const found =
    /^(\d{4})(\d{2})(\d{2})$/.exec(plain) ??
    /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[T ]+[\d:.]+Z?)?$/.exec(inDigits(plain))
  if (found === null) return null
  const [, year = '', month = '', day = ''] = found
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? null : text
}

/** 二〇二六年三月一日 in digits. */
function inDigits(text: string): string {
  const [, year, month, day] =
    new RegExp(`^([〇○零一二三四五六七八九]{4})年(${HAN}{1,3})月(${HAN}{1,3})[日号]$`).exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return text
  return `${[...year].map(character => DIGITS[character]).join('')}年${numberOf(month) ?? ''}月${numberOf(day) ?? ''}日`
}

/** A number before each line, as people write lists: 1. 1、 (1) ① 一、 */
const MARK = /^\s*(?:[(（]?(\d{1,2})[)）.．、]|([①-⑳])|[(（]?([一二三四五六七八九十]{1,3})[)）、.．])\s*/
const markOf = (line: string): number | null => {
  const [, digits, circle, han] = MARK.exec(line) ?? []
  if (digits !== undefined) return Number(digits)
  if (circle !== undefined) return circle.charCodeAt(0) - 0x245f
  return han === undefined ? null : numberOf(han)
}

/** The lines of a list that people have numbered from 1 on, without their numbers; others as they are. Numbers may stand in one line: 1.甲；2.乙 */
export function listOf(text: string): string[] {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '')
  const parts = lines.length === 1 ? text.split(/[;；。]\s*(?=[(（]?(?:\d{1,2}[)）.．、](?!\d)|[①-⑳]))/) : lines
  const numbered = parts.every((part, index) => markOf(part) === index + 1 && !/^\s*\d+\.\d/.test(part))
  if (!numbered) return lines
  const plain = parts.map(part => part.replace(MARK, '').trim())
  return plain.every(part => part !== '') ? plain : lines
}
