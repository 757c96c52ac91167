/** Files of data, written and read: JSON, XML or CSV, in the charset of the other side. */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import { type Charset, encode, readKeepingDigits } from '../sdk/index.ts'
import { readCsv, writeCsv } from './csv.ts'
import { readDocument, writeXml } from './xml.ts'

export type DataForm = {
  format: 'json' | 'xml' | 'csv'
  charset: Charset
  delimiter: string
  /** people open the file in a spreadsheet: a byte order mark for UTF-8, and no formulas; of CSV alone */
  people: boolean
  /** name of the document's element, of XML alone */
  root: string
}

/** Problem: `adapter.mapping`, also for a character that the charset lacks. */
export function writeData(place: string, value: JsonValue, form: DataForm): { ok: true; bytes: Uint8Array } | Refused {
  const { format, charset, people } = form
  const written =
    format === 'json'
      ? { ok: true as const, text: `${JSON.stringify(value, null, 1)}\n` }
      : format === 'xml'
        ? writeXml(place, form.root, value, charset)
        : writeCsv(place, value, form)
  if (!written.ok) return written
  const mark = format === 'csv' && people && charset === 'utf-8' ? '\ufeff' : ''
  const bytes = encode(mark + written.text, charset)
  return bytes === null
    ? refuse('adapter.mapping', `${place}: has a character that ${charset} lacks`)
    : { ok: true, bytes }
}

/** Numbers of JSON that a double does not hold stay text; of XML and CSV everything is text. Problem: `adapter.mapping`. */
export function readData(place: string, bytes: Uint8Array, form: DataForm): { ok: true; value: JsonValue } | Refused {
  let text: string
  try {
    text = new TextDecoder(form.charset, { fatal: true }).decode(bytes)
  } catch {
    return refuse('adapter.mapping', `${place}: not in ${form.charset}`)
  }
  if (form.format === 'xml') return readDocument(place, text)
  if (form.format === 'csv') return readCsv(place, text, form)
  const read = readKeepingDigits(text)
  return read.ok ? { ok: true, value: read.value as JsonValue } : refuse('adapter.mapping', `${place}: not JSON`)
}
