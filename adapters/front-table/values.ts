/** What a mapping gives, as a column takes it: digits as written, times in one form, text within what the column holds. */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import { type Charset, encode, readTime } from '../sdk/index.ts'
import { FRONT_TABLE_LIMITS } from './config.ts'
import type { Value } from './driver.ts'
import type { ColumnPlan, FrontTablePlan } from './plan.ts'

type Made = { ok: true; value: Value | undefined } | Refused

/** The value of a column; undefined: the column is left to its default. Problem: `adapter.mapping`, which names the column. */
export function cellOf(
  column: ColumnPlan,
  found: JsonValue | undefined,
  { charset, emptyIsNull }: Pick<FrontTablePlan, 'charset' | 'emptyIsNull'>,
): Made {
  if (found === undefined || found === null) return { ok: true, value: found }
  const text = typeof found === 'string' ? found : typeof found === 'number' ? String(found) : null
  if (text === null)
    return wrong(column, 'must be text or a number; true, false, lists and objects have no form in a column')
  if (text === '' && (emptyIsNull || column.type === 'number' || column.type === 'day' || column.type === 'time'))
    return { ok: true, value: null }
  switch (column.type) {
    case 'number':
      return /^-?\d{1,60}(\.\d{1,60})?$/.test(text)
        ? { ok: true, value: text }
        : wrong(column, 'must be a number in digits')
    case 'day':
    case 'time': {
      const read = readTime(text)
      if (read === null) return wrong(column, 'not a time in a known form')
      return { ok: true, value: column.type === 'day' ? read.day : read.instant.slice(0, 19).replace('T', ' ') }
    }
    case 'blob':
      return bytesOf(column, text)
    default:
      return textWithin(column, text, charset)
  }
}

function textWithin(column: ColumnPlan, text: string, charset: Charset): Made {
  const { bytes, characters } = column
  if (text.includes('\u0000')) return wrong(column, 'has a character that no database takes (U+0000)')
  const encoded = bytes === null && charset === 'utf-8' ? undefined : encode(text, charset)
  if (encoded === null) return wrong(column, `has a character that ${charset} lacks`)
  if (bytes !== null && encoded !== undefined && encoded.byteLength > bytes)
    return wrong(column, `longer than the ${bytes} bytes that the column holds`)
  if (characters !== null && [...text].length > characters)
    return wrong(column, `longer than the ${characters} characters that the column holds`)
  return { ok: true, value: text }
}

function bytesOf(column: ColumnPlan, base64: string): Made {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return wrong(column, 'not bytes in base64')
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return bytes.byteLength > FRONT_TABLE_LIMITS.blobBytes ? wrong(column, tooLarge) : { ok: true, value: bytes }
}

const tooLarge = `larger than the ${FRONT_TABLE_LIMITS.blobBytes} bytes that are written into a column`

const wrong = ({ place }: ColumnPlan, why: string): Refused => refuse('adapter.mapping', `${place}: ${why}`)
