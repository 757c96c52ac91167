/** How what a mapping makes becomes the text of a request, and what a mapping reads comes from the bytes of an answer. */
import { readKeepingDigits } from '../../protocol/json-outside.ts'
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import { type Charset, encode } from './charsets.ts'
import { readXml, type XmlElement } from './xml.ts'
import { jsonOfXml } from './xml-json.ts'

/**
 * Why an answer says nothing: a page (of a login, a proxy), bytes of another charset, not what the system is to write, or larger than
 * the limit.
 */
export type Unreadable = 'page' | 'charset' | 'json' | 'xml' | 'envelope' | 'large'

/** `body` is undefined when the answer is empty, and when it is `unreadable`; `text` is null when it is no text. */
export type Decoded = { body: JsonValue | undefined; unreadable: Unreadable | null; text: string | null }

/** What the form of an answer itself says of a failure: its code, and whether the same request can never succeed. */
export type Fault = { code: string; final: boolean }

export interface Codec {
  /** media type of what `write` makes */
  readonly mediaType: string
  /** media types of answers */
  readonly accepts: string
  /** an answer that is empty or cannot be read is never a success, but for 202 without a body */
  readonly strict: boolean
  /** The text of a value; in `charset`, where letters are written by their bytes. Problem: `adapter.mapping`, told of `place`. */
  write(place: string, value: JsonValue | undefined, charset: Charset): { ok: true; text: string } | Refused
  /** The bytes of a value. Problem: `adapter.mapping`, also for a letter that the charset lacks. */
  encode(
    place: string,
    value: JsonValue | undefined,
    charset: Charset,
  ): { ok: true; bytes: Uint8Array<ArrayBuffer> } | Refused
  /** What bytes of a Content-Type say. `charset`: what they are written in, whatever they say of themselves. */
  decode(bytes: Uint8Array, type: string | null, charset?: 'utf-8' | 'gb18030'): Decoded
  /** The failure that a decoded answer reports by its form; null: none, or its form knows none. */
  fault(body: JsonValue): Fault | null
}

type Form = Pick<Codec, 'mediaType' | 'accepts' | 'write'> & {
  /** the names of charsets that the bytes themselves hold */
  named(bytes: Uint8Array): string | undefined
  parse(text: string): Pick<Decoded, 'body' | 'unreadable'>
  fault?: Codec['fault']
  strict?: Codec['strict']
}

/** A codec of how one form is written and read: charsets and empty answers are the same for all. */
export function codecOf({ mediaType, accepts, write, named, parse, fault = () => null, strict = false }: Form): Codec {
  return {
    mediaType,
    accepts,
    write,
    fault,
    strict,
    encode(place, value, charset) {
      const written = write(place, value, charset)
      if (!written.ok) return written
      const bytes = encode(written.text, charset)
      return bytes === null ? lacks(place, charset) : { ok: true, bytes }
    },
    decode(bytes, type, charset) {
      const text = textOfBytes(bytes, type, charset, named(bytes))
      if (bytes.length === 0) return { body: undefined, unreadable: null, text }
      if (text === null) return { body: undefined, unreadable: 'charset', text }
      return { ...parse(text), text }
    },
  }
}

export const lacks = (place: string, charset: Charset): Refused =>
  refuse('adapter.mapping', `${place}: has a character that ${charset} lacks`)

const JSON_FORM: Form = {
  mediaType: 'application/json',
  accepts: 'application/json',
  write: (_, value) => ({ ok: true, text: JSON.stringify(value ?? null) }),
  named: () => undefined,
  // A number of which a double would lose digits is text, as long as it was written.
  parse(text) {
    const read = readKeepingDigits(text)
    if (read.ok) return { body: read.value as JsonValue, unreadable: null }
    return { body: undefined, unreadable: /^\s*</.test(text) ? 'page' : 'json' }
  },
}
export const JSON_CODEC: Codec = codecOf(JSON_FORM)

/** Fields as a browser sends them; answers to them are JSON. */
export const FORM_CODEC: Codec = codecOf({
  ...JSON_FORM,
  mediaType: 'application/x-www-form-urlencoded',
  write(place, value, charset) {
    const fields = fieldsOf(place, value)
    if (!fields.ok) return fields
    const pairs: string[] = []
    for (const [name, field] of fields.fields) {
      const pair = [escaped(name, charset), escaped(field, charset)]
      if (pair.includes(null)) return lacks(place, charset)
      pairs.push(pair.join('='))
    }
    return { ok: true, text: pairs.join('&') }
  },
})

/** How XML is written: a template made the text, which gets the declaration that its charset needs. */
export const XML_FORM: Omit<Form, 'fault' | 'strict'> = {
  mediaType: 'application/xml',
  accepts: 'application/xml, text/xml',
  write: (place, value, charset) =>
    typeof value === 'string'
      ? { ok: true, text: `<?xml version="1.0" encoding="${charset.toUpperCase()}"?>\n${value}` }
      : refuse('adapter.mapping', `${place}: XML is made by a template`),
  // The declaration is of letters that all charsets write alike (XML 1.0, appendix F).
  named: bytes =>
    /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.-]+)/.exec(
      Buffer.from(bytes.subarray(0, 200)).toString('latin1'),
    )?.[1],
  parse(text) {
    const read = readPlainXml(text)
    return read.ok
      ? { body: { [read.root.local]: jsonOfXml(read.root) }, unreadable: null }
      : { body: undefined, unreadable: read.unreadable }
  },
}
export const XML_CODEC: Codec = codecOf(XML_FORM)

const PAGE = /^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+)?html[\s>]/i

/** XML that is no page of a browser. */
export function readPlainXml(
  text: string,
): { ok: true; root: XmlElement } | { ok: false; unreadable: Extract<Unreadable, 'page' | 'xml'> } {
  if (PAGE.test(text)) return { ok: false, unreadable: 'page' }
  const read = readXml(text)
  return read.ok ? read : { ok: false, unreadable: 'xml' }
}

/** The fields of a form: texts as they are, the rest as JSON. Problem: `adapter.mapping`. */
export function fieldsOf(
  place: string,
  value: JsonValue | undefined,
): { ok: true; fields: [string, string][] } | Refused {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('adapter.mapping', `${place}: a form needs an object of fields`)
  return {
    ok: true,
    fields: Object.entries(value).map(([name, field]) => [
      name,
      typeof field === 'string' ? field : JSON.stringify(field),
    ]),
  }
}

/** Percent-encoded bytes of a text in its charset; null where the charset lacks a character. */
function escaped(text: string, charset: Charset): string | null {
  if (charset === 'utf-8') return encodeURIComponent(text)
  const bytes = encode(text, charset)
  if (bytes === null) return null
  return Array.from(bytes, byte =>
    /[\w.~-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('')
}

/** Names under which the national charset (GB 18030, which holds GBK and GB 2312) goes; the types know fewer than Bun does. */
const NATIONAL = /^(gb[_-]?18030|x?-?gbk|(cs)?gb[_-]?2312(-80|80)?|cp936|ms936|windows-936|euc-cn|chinese)$/i
const NATIONAL_CHARSET = 'gb18030' as 'utf-8'
const UTF_8 = new TextDecoder('utf-8', { fatal: true })
const NATIONAL_DECODER = new TextDecoder(NATIONAL_CHARSET, { fatal: true })

/** Chinese text in UTF-8 takes three bytes a character; the national charset makes bytes of that form by chance alone, and not whole texts. */
const THREE_BYTES = /[\u0800-\uffff]/

/**
 * The text of an answer; null when its bytes are not of its charset. What it says of itself, in its Content-Type or in its bytes
 * (`named`), or `charset` in place of both, is believed unless the bytes are Chinese in UTF-8, as they are where a label was left from
 * before. Of two labels that differ, the one counts by which the bytes can be read.
 */
function textOfBytes(
  bytes: Uint8Array,
  type: string | null,
  charset: 'utf-8' | 'gb18030' | undefined,
  named: string | undefined,
): string | null {
  const label = /;\s*charset="?([^\s";]+)/i.exec(type ?? '')?.[1]
  const labels = charset === undefined ? [label, named] : [charset]
  const utf8 = decodeAs('utf-8', bytes)
  const national = labels.some(each => each !== undefined && NATIONAL.test(each))
  if (!national || (utf8 !== null && THREE_BYTES.test(utf8))) return utf8
  return decodeAs(NATIONAL_CHARSET, bytes)
}

function decodeAs(charset: 'utf-8', bytes: Uint8Array): string | null {
  try {
    return (charset === 'utf-8' ? UTF_8 : NATIONAL_DECODER).decode(bytes)
  } catch {
    return null
  }
}
