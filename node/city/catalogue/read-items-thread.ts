/** The thread of `read-items.ts`: it has no store and no keys, only the lines it is given. */
import { parentPort } from 'node:worker_threads'
import type { Problem } from '../../../protocol/problem.ts'
import { HASH, keptOf } from './kept.ts'

/** Lines one after the other, and where each ends. */
export type Lines = { bytes: Uint8Array<ArrayBuffer>; ends: number[] }
/** The same bytes with key and hash of each line, one after the other, and its summary; or which line is wrong. */
export type Answer =
  | (Lines & { ok: true; hashes: Uint8Array<ArrayBuffer>; summaries: string[] })
  | { ok: false; place: number; problem: Problem }

function read({ bytes, ends }: Lines): Answer {
  const hashes = new Uint8Array(ends.length * 2 * HASH)
  const summaries: string[] = []
  for (const [index, end] of ends.entries()) {
    const line = keptOf(bytes.subarray(ends[index - 1] ?? 0, end))
    if (!line.ok) return { ok: false, place: index, problem: line.problem }
    hashes.set(line.kept.key, index * 2 * HASH)
    hashes.set(line.kept.hash, (index * 2 + 1) * HASH)
    summaries.push(line.kept.summary)
  }
  return { ok: true, bytes, ends, hashes, summaries }
}

parentPort?.on('message', (lines: Lines) => {
  const answer = read(lines)
  parentPort?.postMessage(answer, answer.ok ? [answer.bytes.buffer, answer.hashes.buffer] : [])
})
