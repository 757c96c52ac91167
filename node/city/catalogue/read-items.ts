/**
 * Items of a list as they come, checked and hashed: a few on the spot, many in a second thread while this one stores them. Those whose
 * bytes the list holds already were checked before.
 */
import { Worker } from 'node:worker_threads'
import { LIMITS } from '../../../protocol/limits.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type FindKnown, findNone, HASH, type Kept, type Known, keptOf } from './kept.ts'
import type { Answer, Lines } from './read-items-thread.ts'
import { yieldToEventLoop } from './stage.ts'

/** Items in any order, one by one; bytes are the line of an item. */
export type ItemSource = Iterable<ServiceItem | Uint8Array> | AsyncIterable<ServiceItem | Uint8Array>

/** Items that go to the thread at once, and after which others get their turn. */
const BATCH = 64
/** Items from which on a thread is worth its start. */
const MANY = 2048
/** Batches that the thread has at a time. */
const AHEAD = 8

/** One item; `place` names it in a refusal. Problem: `list.malformed` naming item and field. */
export function readItem(item: ServiceItem | Uint8Array, place: string): Kept {
  const read = keptOf(lineOf(item))
  if (!read.ok) throw refusal(place, read.problem)
  return read.kept
}

/** A line that is not known, and its place among all. */
type Unread = { place: number; line: Uint8Array }

/** All of them, in any order. Problem: `list.malformed` naming item and field. */
export async function* readItems(items: ItemSource, find: FindKnown = findNone): AsyncGenerator<Kept | Known> {
  let thread = null as ReturnType<typeof startThread> | null
  const reading: Promise<Kept[]>[] = []
  let unread: Unread[] = []
  let count = 0
  let news = 0

  async function read(): Promise<Kept[]> {
    const batch = unread
    unread = []
    news += batch.length
    if (news <= MANY) {
      const kept: Kept[] = []
      for (const { place, line } of batch) kept.push(readItem(line, `items.${place}`))
      await yieldToEventLoop()
      return kept
    }
    thread ??= startThread()
    const read = thread.read(batch)
    // It is seen when its turn comes.
    read.catch(() => {})
    return reading.push(read) >= AHEAD ? ((await reading.shift()) ?? []) : []
  }

  try {
    for await (const item of items) {
      const place = count++
      if (count > LIMITS.listItems) throw new ProblemError('list.malformed', `${LIMITS.listItems} items at most`)
      const line = lineOf(item)
      const known = find(line)
      if (known !== null) yield known
      else unread.push({ place, line })
      if (unread.length >= BATCH) yield* await read()
      else if (count % BATCH === 0) await yieldToEventLoop()
    }
    if (unread.length > 0) yield* await read()
    for (const rest of reading) yield* await rest
  } finally {
    await thread?.stop()
  }
}

const lineOf = (item: ServiceItem | Uint8Array): Uint8Array =>
  item instanceof Uint8Array ? item : encodeUtf8(JSON.stringify(item))
const refusal = (place: string, problem: Problem) =>
  new ProblemError('list.malformed', `${place}: ${problem.detail ?? ''}`)

/** A thread that reads batches one after the other and answers in that order. */
function startThread() {
  const worker = new Worker(new URL('./read-items-thread.ts', import.meta.url))
  const waiting: { batch: readonly Unread[]; resolve: (read: Kept[]) => void; reject: (error: Error) => void }[] = []
  worker.on('message', (answer: Answer) => {
    const asked = waiting.shift()
    if (asked === undefined) return
    if (answer.ok) asked.resolve(keptIn(answer))
    else asked.reject(refusal(`items.${asked.batch[answer.place]?.place ?? ''}`, answer.problem))
  })
  const fail = (cause: unknown) => {
    for (const { reject } of waiting.splice(0)) reject(new ProblemError('internal', 'reading of items', { cause }))
  }
  worker.on('error', fail)
  worker.on('exit', fail)
  return {
    read(batch: readonly Unread[]): Promise<Kept[]> {
      const bytes = new Uint8Array(batch.reduce((sum, { line }) => sum + line.byteLength, 0))
      const ends: number[] = []
      let end = 0
      for (const { line } of batch) {
        bytes.set(line, end)
        end += line.byteLength
        ends.push(end)
      }
      return new Promise((resolve, reject) => {
        waiting.push({ batch, resolve, reject })
        worker.postMessage({ bytes, ends } satisfies Lines, [bytes.buffer])
      })
    },
    stop: async (): Promise<void> => {
      await worker.terminate()
    },
  }
}

const keptIn = ({ bytes, ends, hashes, summaries }: Extract<Answer, { ok: true }>): Kept[] =>
  summaries.map((summary, index) => {
    const at = index * 2 * HASH
    return {
      key: hashes.subarray(at, at + HASH),
      hash: hashes.subarray(at + HASH, at + 2 * HASH),
      bytes: bytes.subarray(ends[index - 1] ?? 0, ends[index]),
      summary,
    }
  })
