/** Blots out what looks personal or secret: the second line of defence for logs and audit; the first is not to write it. */
import { EMAIL_ADDRESS_PATTERN, JWT_PATTERN, type RedactionPattern } from '@logtape/redaction'
import { readResidentId } from '../../../protocol/codes/resident-id.ts'

/** Case numbers of 18 digits with a date of this century in the middle are common; nobody was filed before 2010. */
const OLD_BIRTH_DATE = /^\d{6}(?:1[89]\d{2}|200\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])/

/**
 * Resident ID numbers (居民身份证号, GB 11643) of 18 places, mistyped ones too, and of 15 places, mobile numbers, API tokens,
 * bearer headers, JWTs and mail addresses. Digits inside longer runs of letters or digits are left alone, so that hashes,
 * case numbers and times stay readable.
 */
export const PERSONAL: readonly RedactionPattern[] = [
  {
    pattern: /(?<![\dA-Za-z])[1-9]\d{16}[\dXx](?![\dA-Za-z])/g,
    replacement: match => (readResidentId(match) !== null || OLD_BIRTH_DATE.test(match) ? '[id]' : match),
  },
  {
    pattern: /(?<![\dA-Za-z])[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![\dA-Za-z])/g,
    replacement: '[id]',
  },
  { pattern: /(?<![\dA-Za-z])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![\dA-Za-z])/g, replacement: '[phone]' },
  { pattern: /\btb_[A-Za-z0-9_-]{43}/g, replacement: '[token]' },
  { pattern: /\bBearer\s+[A-Za-z0-9._~+/=-]+/gi, replacement: 'Bearer [token]' },
  JWT_PATTERN,
  EMAIL_ADDRESS_PATTERN,
]

/** Each pattern begins with one of these: what has none, as most words and hashes, is looked through once and not seven times. */
const BEGINNINGS = /@|(?<![\dA-Za-z])\d{3}|tb_|Bearer|eyJ/i

export function redact(text: string): string {
  if (!BEGINNINGS.test(text)) return text
  let clean = text
  for (const { pattern, replacement } of PERSONAL)
    clean =
      typeof replacement === 'string' ? clean.replaceAll(pattern, replacement) : clean.replaceAll(pattern, replacement)
  return clean
}
