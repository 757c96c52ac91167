/** Unified social credit codes (统一社会信用代码, GB 32100-2015; organisation code GB 11714): form and both check characters. */

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
const ORGANISATION_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Reads an 18-character code in upper case; null when its form or a check character is wrong. */
export function readCreditCode(input: string): { code: string; area: string; organisation: string } | null {
  const code = input.toUpperCase()
  if (!/^[1-9A-HJ-NP-RTUWXY][0-9A-HJ-NP-RTUWXY]\d{6}[0-9A-HJ-NP-RTUWXY]{10}$/.test(code)) return null
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * ALPHABET.indexOf(code.charAt(index)), 0)
  if (ALPHABET[(31 - (sum % 31)) % 31] !== code[17]) return null
  const organisation = code.slice(8, 17)
  const check = ORGANISATION_WEIGHTS.reduce(
    (total, weight, index) => total + weight * ORGANISATION_ALPHABET.indexOf(organisation.charAt(index)),
    0,
  )
  const remainder = (11 - (check % 11)) % 11
  if ((remainder === 10 ? 'X' : String(remainder)) !== organisation[8]) return null
  return { code, area: code.slice(2, 8), organisation }
}
