/** Items of a list as they come, checked and hashed: a few on the spot, many in a second thread while this one stores them. */
import { Worker } from 'node:worker_threads'
import { LIMITS } from '../../protocol/limits.ts'
import { encodeUtf8 } from '../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { HASH, type Kept, keptOf } from './kept.ts'
import type { Answer, Lines } from './read-items-thread.ts'
import { breathe } from './stage.ts'

/** Items in any order, one by one; bytes are the line of an item. */
export type ItemSource = Iterable<ServiceItem | Uint8Array> | AsyncIterable<ServiceItem | Uint8Array>

/** Items that go to the thread at once, and after which others get their turn. */
const BATCH = 64
/** Items from which on a thread is worth its start. */
const MANY = 2048
/** Batches that the thread has at a time. */
const AHEAD = 8

/** One item; `place` names it in a refusal. Problem: `list.malformed` naming item and field. */
export async function readItem(item: ServiceItem | Uint8Array, place: string): Promise<Kept> {
  const read = await keptOf(lineOf(item))
  if (!read.ok) throw refusal(place, read.problem)
  return read.kept
}

/** All of them, in order. Problem: `list.malformed` naming item and field. */
export async function* readItems(items: ItemSource): AsyncGenerator<Kept> {
  let thread: ReturnType<typeof startThread> | null = null
  const reading: Promise<Kept[]>[] = []
  let count = 0
  try {
    for await (const batch of batches(items)) {
      const from = count
      count += batch.length
      if (count > LIMITS.listItems) throw new ProblemError('list.malformed', `${LIMITS.listItems} items at most`)
      if (from < MANY) {
        for (const [place, item] of batch.entries()) yield await readItem(item, `items.${from + place}`)
        await breathe()
        continue
      }
      thread ??= startThread()
      const read = thread.read(batch.map(lineOf), from)
      // It is seen when its turn comes.
      read.catch(() => {})
      if (reading.push(read) >= AHEAD) yield* (await reading.shift()) ?? []
    }
    for (const rest of reading) yield* await rest
  } finally {
    await thread?.stop()
  }
}

const lineOf = (item: ServiceItem | Uint8Array): Uint8Array =>
  item instanceof Uint8Array ? item : encodeUtf8(JSON.stringify(item))
const refusal = (place: string, problem: Problem) =>
  new ProblemError('list.malformed', `${place}: ${problem.detail ?? ''}`)

async function* batches(items: ItemSource): AsyncGenerator<(ServiceItem | Uint8Array)[]> {
  let batch: (ServiceItem | Uint8Array)[] = []
  for await (const item of items) {
    if (batch.push(item) < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** A thread that reads batches one after the other and answers in that order. */
function startThread() {
  const worker = new Worker(new URL('./read-items-thread.ts', import.meta.url))
  const waiting: { from: number; resolve: (read: Kept[]) => void; reject: (error: Error) => void }[] = []
  worker.on('message', (answer: Answer) => {
    const asked = waiting.shift()
    if (asked === undefined) return
    if (answer.ok) asked.resolve(keptIn(answer))
    else asked.reject(refusal(`items.${asked.from + answer.place}`, answer.problem))
  })
  const fail = (cause: unknown) => {
    for (const { reject } of waiting.splice(0)) reject(new ProblemError('internal', 'reading of items', { cause }))
  }
  worker.on('error', fail)
  worker.on('exit', fail)
  return {
    read(lines: readonly Uint8Array[], from: number): Promise<Kept[]> {
      const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.byteLength, 0))
      const ends: number[] = []
      let end = 0
      for (const line of lines) {
        bytes.set(line, end)
        end += line.byteLength
        ends.push(end)
      }
      return new Promise((resolve, reject) => {
        waiting.push({ from, resolve, reject })
        worker.postMessage({ bytes, ends } satisfies Lines, [bytes.buffer])
      })
    },
    stop: async (): Promise<void> => {
      await worker.terminate()
    },
  }
}

const keptIn = ({ bytes, ends, hashes, summaries }: Extract<Answer, { ok: true }>): Kept[] =>
  summaries.map((summary, place) => {
    const at = place * 2 * HASH
    return {
      key: hashes.subarray(at, at + HASH),
      hash: hashes.subarray(at + HASH, at + 2 * HASH),
      bytes: bytes.subarray(ends[place - 1] ?? 0, ends[place]),
      summary,
    }
  })
