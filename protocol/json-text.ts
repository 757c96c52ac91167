/**
 * JSON that is signed, or that two cities read (SPEC.md §1): of a text there is one reading, whoever reads it. JSON.parse alone
 * takes a number as the nearest double, the last of two members of one name, and half a surrogate pair as a letter.
 */
import { LIMITS } from './limits.ts'

/** No number is written longer: sign, `0.`, five zeros and 17 digits; or sign, point, 17 digits and an exponent of three. */
const NUMBER_LETTERS = 25
/** JavaScript takes it for the prototype of the object, so that the member is lost on the way. */
const PROTOTYPE = '__proto__'

/** Parses a text; the fault is told without anything of the text, which may be personal. Linear in its length. */
export function readJson(text: string): { ok: true; value: unknown } | { ok: false; fault: string } {
  const scanned = scan(text)
  if (scanned.fault !== null) return { ok: false, fault: scanned.fault }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, fault: NOT_JSON }
  }
  const fault = faultOf(value, scanned)
  return fault === null ? { ok: true, value } : { ok: false, fault }
}

const NOT_JSON = 'not JSON in UTF-8'

type Scan = {
  fault: string | null
  /** names of members, repeated ones too */
  members: number
  /** an escape of half a pair stands in it */
  surrogates: boolean
}

/** What JSON.parse does not tell: how numbers are spelt, how often names stand there. That the text is JSON at all is not judged. */
function scan(text: string): Scan {
  const found: Scan = { fault: null, members: 0, surrogates: false }
  const faulty = (fault: string): Scan => ({ ...found, fault })
  let backslash = text.indexOf('\\')
  let level = 0
  for (let at = 0; at < text.length; ) {
    const letter = text.charCodeAt(at)
    if (letter === QUOTE) {
      let quote = text.indexOf('"', at + 1)
      while (backslash !== -1 && backslash < quote) {
        const escaped = text.slice(backslash + 1, backslash + 6)
        if (escaped === 'u0000') return faulty('a string with NUL')
        found.surrogates ||= SURROGATE.test(escaped)
        if (quote === backslash + 1) quote = text.indexOf('"', quote + 1)
        backslash = text.indexOf('\\', backslash + 2)
      }
      if (quote === -1) return faulty(NOT_JSON)
      at = quote + 1
    } else if (letter === MINUS || (letter >= ZERO && letter <= NINE)) {
      let end = at + 1
      while (isOfNumber(text.charCodeAt(end))) end++
      if (!isPlainNumber(text, at, end)) return faulty('a number in another spelling than its own')
      at = end
    } else {
      if (letter === COLON) found.members++
      else if (letter === OPEN_BRACE || letter === OPEN_BRACKET) {
        if (++level > LIMITS.jsonLevels) return faulty(`more than ${LIMITS.jsonLevels} levels`)
      } else if (letter === CLOSE_BRACE || letter === CLOSE_BRACKET) level--
      else if (letter === BACKSLASH) return faulty(NOT_JSON)
      at++
    }
  }
  return found
}

const QUOTE = 34
const PLUS = 43
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const COLON = 58
const BACKSLASH = 92
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const UPPER_E = 69
const LOWER_E = 101
const SURROGATE = /^u[dD][89a-fA-F]/

const isOfNumber = (letter: number): boolean =>
  (letter >= ZERO && letter <= NINE) ||
  letter === POINT ||
  letter === LOWER_E ||
  letter === UPPER_E ||
  letter === PLUS ||
  letter === MINUS

/** Whether a number stands as ECMAScript writes it (ECMA-262 §6.1.6.1.20, as RFC 8785 §3.2.2.3), and no integer past 2^53 − 1. */
function isPlainNumber(text: string, from: number, to: number): boolean {
  if (to - from > NUMBER_LETTERS) return false
  const written = text.slice(from, to)
  const value = Number(written)
  return String(value) === written && isExact(value)
}

/** Whether a double is no more than what one text may have meant: finite, and no integer past 2^53 − 1. */
export const isExact = (value: number): boolean =>
  Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))

/** A name that stood twice is there once; names and strings are judged when the text had escapes of surrogates. */
function faultOf(value: unknown, { members, surrogates }: Scan): string | null {
  let left = members
  const pending: unknown[] = [value]
  while (pending.length > 0) {
    const entry = pending.pop()
    if (typeof entry === 'string') {
      if (surrogates && !entry.isWellFormed()) return NOT_UNICODE
    } else if (Array.isArray(entry)) {
      for (const one of entry) if (typeof one === 'object' || surrogates) pending.push(one)
    } else if (typeof entry === 'object' && entry !== null) {
      const members = entry as Record<string, unknown>
      // What JSON.parse made has no other members than its own; entries would be a list for each.
      for (const name in members) {
        left--
        if (name === PROTOTYPE) return UNUSABLE_NAME
        const member = members[name]
        if (surrogates && !name.isWellFormed()) return NOT_UNICODE
        if (typeof member === 'object' || surrogates) pending.push(member)
      }
    }
  }
  return left === 0 ? null : 'a member stands twice'
}

const NOT_UNICODE = 'half a surrogate pair'
const UNUSABLE_NAME = `a member named ${PROTOTYPE}`

/** Where a value, as a caller gave it, cannot be written, and why. */
export type Unwritable = { path: (string | number)[]; why: string }

/**
 * Whether any JSON value would be read from its text as it is: at most `levels` deep, strings of well-formed Unicode without NUL,
 * numbers finite, and no integer past 2^53 − 1. Null when it would.
 */
export function unwritable(value: unknown, levels: number): Unwritable | null {
  if (typeof value === 'string') return isText(value) ? null : { path: [], why: 'half a surrogate pair, or NUL' }
  if (typeof value === 'number') return isExact(value) ? null : { path: [], why: 'a number that no double holds' }
  if (typeof value !== 'object' || value === null) return null
  if (levels === 0) return { path: [], why: 'too many levels' }
  // Lists by place: entries with names would cost ten times as much, and a list may be long.
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found = unwritable(value[index], levels - 1)
      if (found !== null) return { ...found, path: [index, ...found.path] }
    }
    return null
  }
  for (const name of Object.keys(value)) {
    if (name === PROTOTYPE) return { path: [], why: UNUSABLE_NAME }
    if (!isText(name)) return { path: [], why: 'a name with half a surrogate pair, or NUL' }
    const found = unwritable((value as Record<string, unknown>)[name], levels - 1)
    if (found !== null) return { ...found, path: [name, ...found.path] }
  }
  return null
}

const isText = (letters: string): boolean => letters.isWellFormed() && !letters.includes('\0')
