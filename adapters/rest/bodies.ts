/** Bodies of requests: JSON, the fields of a form, and files within them, whose bytes are read as they are sent. */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import { type Charset, type DeliveredMaterial, encode, type Request } from '../sdk/index.ts'

export type Body = NonNullable<Request['body']>
export type TextKind = 'json' | 'form'
type Made = { ok: true; body: Body } | Refused

/** What `$content` is while a body is made; the bytes of the file take its place as they are sent. */
export const CONTENT = 'the-content-of-the-material-stands-here'

const mediaType = (as: TextKind): string => (as === 'json' ? 'application/json' : 'application/x-www-form-urlencoded')

/** The text of a body in its kind. Problem: `adapter.mapping`. */
export function textOf(
  place: string,
  as: TextKind,
  value: JsonValue | undefined,
  charset: Charset,
): { ok: true; text: string } | Refused {
  if (as === 'json') return { ok: true, text: JSON.stringify(value ?? null) }
  const fields = fieldsOf(place, value)
  if (!fields.ok) return fields
  const pairs: string[] = []
  for (const [name, field] of fields.fields) {
    const pair = [escaped(name, charset), escaped(field, charset)]
    if (pair.includes(null)) return lacks(place, charset)
    pairs.push(pair.join('='))
  }
  return { ok: true, text: pairs.join('&') }
}

/** The body that a text becomes. Problem: `adapter.mapping` where it has a character that the charset lacks. */
export function bodyOf(place: string, as: TextKind, text: string, charset: Charset): Made {
  if (as === 'json' && charset === 'utf-8') return { ok: true, body: text }
  if (as === 'json' && encode(text, charset) === null) return lacks(place, charset)
  return { ok: true, body: { type: mediaType(as), text, charset } }
}

/** JSON with the bytes of a file in base64 where `text` has CONTENT. */
export function base64Body(place: string, text: string, charset: Charset, material: DeliveredMaterial): Made {
  const parts = text.split(CONTENT)
  const [before, after] = parts.map(part => encode(part, charset))
  if (parts.length !== 2) return refuse('adapter.mapping', `${place}: $content must stand once, and as it is`)
  if (before === null || before === undefined || after === null || after === undefined) return lacks(place, charset)
  return {
    ok: true,
    body: {
      type: `${mediaType('json')}; charset=${charset}`,
      size: before.byteLength + Math.ceil(material.size / 3) * 4 + after.byteLength,
      open: () => material.open().pipeThrough(asBase64(before, after)),
    },
  }
}

/** Bytes as text of base64 between two others; three bytes at a time, so that pieces may be cut anywhere. */
function asBase64(before: Uint8Array, after: Uint8Array): TransformStream<Uint8Array, Uint8Array> {
  let left: Buffer = Buffer.alloc(0)
  const text = (bytes: Buffer): Uint8Array => Buffer.from(bytes.toString('base64'), 'latin1')
  return new TransformStream<Uint8Array, Uint8Array>({
    start: controller => controller.enqueue(before),
    transform(chunk, controller) {
      const all = Buffer.concat([left, chunk])
      const whole = all.byteLength - (all.byteLength % 3)
      left = all.subarray(whole)
      if (whole > 0) controller.enqueue(text(all.subarray(0, whole)))
    },
    flush(controller) {
      if (left.byteLength > 0) controller.enqueue(text(left))
      controller.enqueue(after)
    },
  })
}

/** A form with a file in it (RFC 7578). `fields` is an object; the boundary follows from the file, so that a retry sends the same. */
export function multipartBody(
  place: string,
  { fields, file, fileName }: { fields: JsonValue | undefined; file: string; fileName: string },
  charset: Charset,
  material: DeliveredMaterial,
): Made {
  const read = fieldsOf(place, fields ?? {})
  if (!read.ok) return read
  const boundary = `tongban-${material.sha256.slice(0, 40)}`
  const head = read.fields.map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  )
  head.push(
    `--${boundary}\r\ncontent-disposition: form-data; name="${file}"; filename="${quoted(fileName)}"\r\ncontent-type: ${material.type}\r\n\r\n`,
  )
  const before = encode(head.join(''), charset)
  const after = new TextEncoder().encode(`\r\n--${boundary}--\r\n`)
  if (before === null) return lacks(place, charset)
  return {
    ok: true,
    body: {
      type: `multipart/form-data; boundary=${boundary}`,
      size: before.byteLength + material.size + after.byteLength,
      open: () =>
        material.open().pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            start: controller => controller.enqueue(before),
            flush: controller => controller.enqueue(after),
          }),
        ),
    },
  }
}

/** The fields of a form: texts as they are, the rest as JSON. */
function fieldsOf(place: string, value: JsonValue | undefined): { ok: true; fields: [string, string][] } | Refused {
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

/** As browsers write it (HTML, multipart/form-data encoding algorithm). */
const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

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

const lacks = (place: string, charset: Charset): Refused =>
  refuse('adapter.mapping', `${place}: has a character that ${charset} lacks`)
