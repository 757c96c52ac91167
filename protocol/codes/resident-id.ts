/** Resident identity numbers (公民身份号码, GB 11643-1999): form, date and check character. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'
/** Nobody who lives was born before. */
const EARLIEST_BIRTH = '1900-01-01'

export type ResidentId = {
  /** upper-case 18 characters */
  number: string
  /** division code at issue; old codes stay in numbers for ever, so it is not looked up */
  area: string
  /** YYYY-MM-DD */
  birthDate: string
  sex: 'male' | 'female'
}

/** The check character of the first 17 digits. */
function checkOf(digits: string): string | undefined {
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (WEIGHTS[index] ?? 0), 0)
  return CHECKS[sum % 11]
}

/** The number whose first 17 digits are these. */
export const residentIdOf = (digits: string): string => `${digits}${checkOf(digits)}`

/** Reads an 18-character number; null when its form, date of birth (from 1900 on) or check character is wrong. Never echoes the number in an error. */
export function readResidentId(input: string): ResidentId | null {
  const number = input.toUpperCase()
  if (!/^[1-9]\d{16}[\dX]$/.test(number)) return null
  if (checkOf(number.slice(0, 17)) !== number[17]) return null
  const birthDate = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`
  if (birthDate < EARLIEST_BIRTH) return null
  const parsed = new Date(`${birthDate}T00:00:00Z`)
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== birthDate) return null
  return { number, area: number.slice(0, 6), birthDate, sex: Number(number[16]) % 2 === 1 ? 'male' : 'female' }
}
