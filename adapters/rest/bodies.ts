/** Bodies of requests: text that a codec wrote, and files within it, whose bytes are read as they are sent. */
import type { JsonValue } from '../../protocol/primitives.ts'
import { type Refused, refuse } from '../../protocol/problem.ts'
import { type Charset, type DeliveredMaterial, encode, fieldsOf, lacks, type Request } from '../sdk/index.ts'

export type Body = NonNullable<Request['body']>
type Made = { ok: true; body: Body } | Refused

/** What `$content`, and `content` of a material, are while a body is made; the bytes of the file take its place as they are sent. */
export const contentMark = (sha256: string): string => `the-content-of-${sha256}-stands-here`
const CONTENT = /the-content-of-([\da-f]{64})-stands-here/

/** Whether the bytes of a file are to stand in a text. */
export const holdsContent = (text: string): boolean => CONTENT.test(text)

/** The body that a text becomes. Problem: `adapter.mapping` where it has a character that the charset lacks. */
export const bodyOf = (place: string, type: string, text: string, charset: Charset): Made =>
  charset !== 'utf-8' && encode(text, charset) === null
    ? lacks(place, charset)
    : { ok: true, body: { type, text, charset } }

/** Text with the bytes of files in base64 where their content is to stand. */
export function base64Body(
  place: string,
  type: string,
  text: string,
  charset: Charset,
  materials: readonly DeliveredMaterial[],
): Made {
  const bySha256 = new Map(materials.map(material => [material.sha256, material]))
  const pieces: (Uint8Array | DeliveredMaterial)[] = []
  for (const [index, part] of text.split(new RegExp(CONTENT, 'g')).entries()) {
    const piece = index % 2 === 0 ? encode(part, charset) : bySha256.get(part)
    if (piece === null) return lacks(place, charset)
    if (piece === undefined) return refuse('adapter.mapping', `${place}: the content of a file that the packet lacks`)
    pieces.push(piece)
  }
  if (materials.some(material => !pieces.includes(bySha256.get(material.sha256) ?? material)))
    return refuse('adapter.mapping', `${place}: the content of each file must stand in it, as it is`)
  const sizes = pieces.map(piece => ('open' in piece ? Math.ceil(piece.size / 3) * 4 : piece.byteLength))
  return {
    ok: true,
    body: {
      type: `${type}; charset=${charset}`,
      size: sizes.reduce((sum, size) => sum + size, 0),
      shown: text,
      open: () => streamOf(inOrder(pieces)),
    },
  }
}

async function* inOrder(pieces: readonly (Uint8Array | DeliveredMaterial)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces)
    if ('open' in piece) yield* asBase64(piece.open())
    else if (piece.byteLength > 0) yield piece
}

/** Three bytes at a time, so that pieces may be cut anywhere. */
async function* asBase64(bytes: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left: Buffer = Buffer.alloc(0)
  const text = (some: Buffer): Uint8Array => Buffer.from(some.toString('base64'), 'latin1')
  for await (const chunk of bytes) {
    const all = Buffer.concat([left, chunk])
    const whole = all.byteLength - (all.byteLength % 3)
    left = all.subarray(whole)
    if (whole > 0) yield text(all.subarray(0, whole))
  }
  if (left.byteLength > 0) yield text(left)
}

/** What is let go of lets go of its file. */
function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
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

/** As browsers write it (HTML, multipart/form-data encoding algorithm). */
const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
