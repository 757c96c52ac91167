/** Items as they lie in the store and travel: lines, packed as raw DEFLATE (RFC 1951). A thin edge around node:zlib. */
import { promisify } from 'node:util'
import zlib, { deflateRawSync, inflateRawSync } from 'node:zlib'
import { ProblemError } from '../../../protocol/problem.ts'

export type Packed = {
  /** bytes of the lines */
  size: number
  packed: Uint8Array
}

/** What `info` adds to the answer: the bytes that the engine took in. */
type Inflated = { buffer: Buffer; engine: { bytesWritten: number } }

/** Fast rather than small: names and laws repeat so much that a higher level gains little. */
const LEVEL = 1
export const LF = 10

/** In a thread of the runtime, not on the event loop; looked up at the call, so that a test can see that it is under way. */
export const deflateApart = (bytes: Uint8Array, level: number): Promise<Uint8Array> =>
  promisify<Uint8Array, { level: number }, Uint8Array>(zlib.deflateRaw)(bytes, { level })

export function pack(lines: readonly Uint8Array[]): Packed {
  const bytes = joined(lines)
  return { size: bytes.byteLength, packed: deflateRawSync(bytes, { level: LEVEL }) }
}

/** The same in a thread of the runtime: of a large list it is much of the work. */
export async function packApart(lines: readonly Uint8Array[]): Promise<Packed> {
  const bytes = joined(lines)
  return { size: bytes.byteLength, packed: await deflateApart(bytes, LEVEL) }
}

function joined(lines: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafe(lines.reduce((sum, line) => sum + line.byteLength + 1, 0))
  let at = 0
  for (const line of lines) {
    bytes.set(line, at)
    at += line.byteLength
    bytes[at++] = LF
  }
  return bytes
}

/** The lines, as views of one block; never more than `size` bytes are unpacked. Problem: `list.malformed`. */
export function unpack({ size, packed }: Packed): Uint8Array[] {
  let bytes: Buffer
  let read: number
  try {
    const { buffer, engine } = inflateRawSync(packed, { maxOutputLength: size, info: true }) as unknown as Inflated
    bytes = buffer
    read = engine.bytesWritten
  } catch (cause) {
    throw new ProblemError('list.malformed', 'packed lines', { cause })
  }
  // What stands behind the end of the stream is signed by nobody.
  if (read !== packed.byteLength) throw new ProblemError('list.malformed', 'bytes after the packed lines')
  if (bytes.byteLength !== size || bytes.at(-1) !== LF) throw new ProblemError('list.malformed', 'packed lines')
  const lines: Uint8Array[] = []
  for (let from = 0; from < size; ) {
    const end = bytes.indexOf(LF, from)
    lines.push(bytes.subarray(from, end))
    from = end + 1
  }
  return lines
}
