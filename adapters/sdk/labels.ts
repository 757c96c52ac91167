/** What answers of approval systems give as numbers and ids. */
import type { JsonValue } from '../../protocol/primitives.ts'

/** What an answer gives as a number or id: text, or a whole number; null for all else. */
export const asText = (value: JsonValue | undefined): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null

/** Whether a text can serve as a number or id: 1 to `max` characters, none of them control, no blank at its ends. */
export const isLabel = (text: string, max: number): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the check
  text.length <= max && /^(?!\s)[^\u0000-\u001f\u007f]+(?<!\s)$/su.test(text)

/** Whether a text can be a local case number. */
export const isCaseNo = (text: string): boolean => isLabel(text, 100)
