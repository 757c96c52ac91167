/**
 * JSON that is not signed: bodies of the API, files that people give, answers of approval systems and carriers. What is taken of
 * a number is the number that stands there: JSON.parse alone takes the nearest double, so that two ids may become one.
 */
import { isExact } from './json-text.ts'

/** Where in a text something stands: names of members and places in lists. */
export type JsonPath = readonly (string | number)[]

/** `fault` says what is wrong, without values; `engine` is what JSON.parse says of a text that is no JSON, and may quote it. */
export type JsonFault = { ok: false; fault: string; faultZh: string; path: JsonPath; engine: string | null }

type Fault = readonly [fault: string, faultZh: string]
const NOT_JSON: Fault = ['not JSON', '不是 JSON']
const TWICE: Fault = ['a member that stands twice', '字段重复出现']
const UNUSABLE: Fault = ['no member may have this name', '字段不得使用此名称']
const PATH_CHARACTERS = 120
const INEXACT: Fault = [
  'a number that JSON readers round: beyond ±(2^53 − 1), or with more digits than a double keeps; write it as text',
  '数字会被舍入：超出 ±(2^53 − 1) 或位数过多，请写成文本',
]

/**
 * Reads JSON of which nothing is guessed: a number that no double holds as it is written, a member that stands twice and one
 * named `__proto__` are faults. 1.0 and 1e2 are 1 and 100.
 */
export function readStrictJson(text: string): { ok: true; value: unknown } | JsonFault {
  const read = parse(text)
  if (!read.ok) return read
  for (const { fault, path } of look(text)) return faulty(fault, [...path])
  return read
}

/**
 * Reads JSON of a system that nobody here can correct: a number that no double holds as it is written becomes the text of its
 * letters, so that ids and numbers keep their digits; of two members of one name the last counts.
 */
export function readKeepingDigits(text: string): { ok: true; value: unknown } | JsonFault {
  const read = parse(text)
  if (!read.ok) return read
  let kept = ''
  let from = 0
  for (const { number } of look(text)) {
    if (number === null) continue
    kept += `${text.slice(from, number.from)}"${text.slice(number.from, number.to)}"`
    from = number.to
  }
  return from === 0 ? read : parse(kept + text.slice(from))
}

/** A fault with its place, for people; names of members are told, values never are. */
export const formatFault = ({ fault, path }: JsonFault): string =>
  path.length === 0 ? fault : `${path.map(String).join('.').slice(0, PATH_CHARACTERS).toWellFormed()}: ${fault}`

/** Whether a double is what the letters of a JSON number say, and no integer past 2^53 − 1. */
export function isExactNumber(written: string): boolean {
  const value = Number(written)
  return isExact(value) && (String(value) === written || decimalOf(String(value)) === decimalOf(written))
}

/** One spelling of a decimal number: its digits without zeros at the ends, and the power of ten of the last. */
function decimalOf(written: string): string {
  const [, sign, whole = '', part = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? []
  const digits = `${whole}${part}`.replace(/^0+/, '')
  const short = digits.slice(0, digits.length - zerosAtEnd(digits))
  return short === '' ? '0' : `${sign}${short}e${Number(power) - part.length + digits.length - short.length}`
}

function zerosAtEnd(digits: string): number {
  let count = 0
  while (digits.charCodeAt(digits.length - 1 - count) === ZERO) count++
  return count
}

function parse(text: string): { ok: true; value: unknown } | JsonFault {
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    return faulty(NOT_JSON, [], error instanceof Error ? error.message : null)
  }
}

const faulty = ([fault, faultZh]: Fault, path: JsonPath, engine: string | null = null): JsonFault => ({
  ok: false,
  fault,
  faultZh,
  path,
  engine,
})

type Found = {
  fault: Fault
  /** true until the next is looked for */
  path: JsonPath
  /** where the letters of a number stand */
  number: { from: number; to: number } | null
}

/** Looks through a text that is JSON for what JSON.parse does not tell, in the order in which it stands. Linear. */
function* look(text: string): Generator<Found> {
  /** of each open object the names so far, of each open list null */
  const open: (Set<string> | null)[] = []
  const path: (string | number)[] = []
  let named = false
  for (let at = 0; at < text.length; ) {
    const letter = text.charCodeAt(at)
    if (letter === QUOTE) {
      const end = endOfString(text, at)
      const names = open.at(-1)
      if (names instanceof Set && !named) {
        const name = JSON.parse(text.slice(at, end)) as string
        path[path.length - 1] = name
        if (names.has(name)) yield { fault: TWICE, path, number: null }
        if (name === '__proto__') yield { fault: UNUSABLE, path, number: null }
        names.add(name)
        named = true
      }
      at = end
    } else if (letter === MINUS || isDigit(letter)) {
      const from = at
      while (isOfNumber(text.charCodeAt(at))) at++
      if (!isExactNumber(text.slice(from, at))) yield { fault: INEXACT, path, number: { from, to: at } }
    } else {
      if (letter === OPEN_BRACE || letter === OPEN_BRACKET) {
        open.push(letter === OPEN_BRACE ? new Set() : null)
        path.push(0)
        named = false
      } else if (letter === CLOSE_BRACE || letter === CLOSE_BRACKET) {
        open.pop()
        path.pop()
      } else if (letter === COMMA) {
        const place = path.at(-1)
        if (open.at(-1) === null && typeof place === 'number') path[path.length - 1] = place + 1
        named = false
      }
      at++
    }
  }
}

const QUOTE = 34
const PLUS = 43
const COMMA = 44
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const BACKSLASH = 92
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const UPPER_E = 69
const LOWER_E = 101

const isDigit = (letter: number): boolean => letter >= ZERO && letter <= NINE
const isOfNumber = (letter: number): boolean =>
  isDigit(letter) || letter === POINT || letter === LOWER_E || letter === UPPER_E || letter === PLUS || letter === MINUS

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; ; at++) {
    const letter = text.charCodeAt(at)
    if (letter === BACKSLASH) at++
    else if (letter === QUOTE) return at + 1
  }
}
