/** Lists as a stream of lines (NDJSON): one item a line, never the whole in memory. */
import { LIMITS } from '../../protocol/limits.ts'
import { ProblemError } from '../../protocol/problem.ts'

/** JSON values, one of each line that is not blank. Problem: `list.malformed` naming the line. */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let number = 0
  const read = (line: string): unknown => {
    number++
    if (line.length > LIMITS.itemBytes) throw new ProblemError('list.malformed', `line ${number}: too long`)
    if (line.trim() === '') return undefined
    try {
      return JSON.parse(line)
    } catch {
      throw new ProblemError('list.malformed', `line ${number}: not JSON`)
    }
  }
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch {
      throw new ProblemError('list.malformed', `after line ${number}: not UTF-8`)
    }
  }
  for await (const chunk of stream) {
    const lines = (rest + decode(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const value = read(line)
      if (value !== undefined) yield value
    }
    if (rest.length > LIMITS.itemBytes) throw new ProblemError('list.malformed', `line ${number + 1}: too long`)
  }
  const value = read(rest + decode())
  if (value !== undefined) yield value
}
