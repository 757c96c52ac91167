/** Items as they lie in the store and travel: lines, packed as raw DEFLATE (RFC 1951). A thin edge around node:zlib. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { decodeUtf8 } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'

export type Packed = { /** bytes of the lines */ size: number; packed: Uint8Array }

/** Fast rather than small: names and laws repeat so much that a higher level gains little. */
const LEVEL = 1

export function pack(lines: readonly string[]): Packed {
  const bytes = Buffer.from(lines.length === 0 ? '' : `${lines.join('\n')}\n`)
  return { size: bytes.byteLength, packed: deflateRawSync(bytes, { level: LEVEL }) }
}

/** The lines; never more than `size` bytes are unpacked. Problem: `list.malformed`. */
export function unpack({ size, packed }: Packed): string[] {
  let text: string
  try {
    const bytes = inflateRawSync(packed, { maxOutputLength: size })
    if (bytes.byteLength !== size) throw new ProblemError('list.malformed', 'fewer bytes than announced')
    text = decodeUtf8(bytes)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new ProblemError('list.malformed', 'packed lines', { cause: error })
  }
  if (!text.endsWith('\n')) throw new ProblemError('list.malformed', 'a line without end')
  return text.slice(0, -1).split('\n')
}
