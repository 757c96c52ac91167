/** Lists as a stream of lines (NDJSON): one item a line, never the whole in memory. */
import { LIMITS } from '../../../protocol/limits.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { LF } from './pack.ts'

const CR = 13

/**
 * The lines that are not empty, as many together as came together, each in memory of its own or of its chunk, without CR. Problem:
 * `list.malformed` for one too long.
 */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let rest: Uint8Array[] = []
  let waiting = 0
  let number = 0
  const add = (part: Uint8Array) => {
    waiting += part.byteLength
    if (waiting > LIMITS.itemBytes + 1) throw new ProblemError('list.malformed', `line ${number + 1}: too long`)
    if (part.byteLength > 0) rest.push(part)
  }
  const line = (): Uint8Array => {
    const [only] = rest
    const bytes = rest.length === 1 && only !== undefined ? only : Buffer.concat(rest)
    rest = []
    waiting = 0
    number++
    return bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes
  }
  for await (const chunk of stream) {
    const lines: Uint8Array[] = []
    let from = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      add(chunk.subarray(from, end))
      from = end + 1
      const bytes = line()
      if (bytes.byteLength > 0) lines.push(bytes)
    }
    // A copy: the chunk would stay for the sake of its last bytes.
    add(chunk.slice(from))
    if (lines.length > 0) yield lines
  }
  const bytes = line()
  if (bytes.byteLength > 0) yield [bytes]
}
