/**
 * The text of an agreement in a packet's body: deflated (RFC 1951) and base64url, so that thousands of items, which repeat each
 * other, travel in one packet. Signatures and ids are over the text itself. SPEC.md §7.3.
 */
import * as jose from 'jose'
import { LIMITS } from '../limits.ts'
import { decodeUtf8, encodeUtf8 } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

export async function packText(text: string): Promise<string> {
  const packed = through(encodeUtf8(text), new CompressionStream('deflate-raw'))
  const chunks: Uint8Array[] = []
  for await (const chunk of packed) chunks.push(chunk)
  return jose.base64url.encode(joined(chunks))
}

/** At most LIMITS.agreementBytes of text, however small it is packed. Problem: `agreement.malformed`. */
export async function unpackText(packed: string): Promise<{ ok: true; text: string } | Refused> {
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of through(jose.base64url.decode(packed), new DecompressionStream('deflate-raw'))) {
      size += chunk.byteLength
      if (size > LIMITS.agreementBytes) return refuse('agreement.malformed', 'size')
      chunks.push(chunk)
    }
    return { ok: true, text: decodeUtf8(joined(chunks)) }
  } catch {
    return refuse('agreement.malformed', 'text: not deflated UTF-8')
  }
}

async function* through(
  bytes: Uint8Array,
  transform: { readable: ReadableStream; writable: WritableStream },
): AsyncGenerator<Uint8Array> {
  const writer = transform.writable.getWriter()
  // What it fails with comes out at the readable end.
  const writing = writer.write(bytes).then(
    () => writer.close(),
    () => undefined,
  )
  const reader = (transform.readable as ReadableStream<Uint8Array>).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
    await writing.catch(() => undefined)
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
