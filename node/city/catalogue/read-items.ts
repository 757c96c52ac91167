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

/** An item, or the bytes of its line. */
type Source = ServiceItem | Uint8Array
/** Items in any order: one by one, or as many together as came together. */
export type ItemSource = Iterable<Source> | AsyncIterable<readonly Source[]>

/** Items that are read at once, and after which others get their turn. */
const BATCH = 64
/** Bytes of them, from which on fewer are. */
const BATCH_BYTES = 256 * 1024
/** Items from which on a thread is worth its start. */
const MANY = 2048
/** Batches that the thread has at a time; what comes beyond them is read here meanwhile. */
const AHEAD = 4
/** Batches that wait for one before them. */
const WAITING = 16

/** One item; `place` names it in a refusal. Problem: `list.malformed` naming item and field. */
export function readItem(item: Source, place: string): Kept {
  const read = keptOf(lineOf(item))
  if (!read.ok) throw refusal(place, read.problem)
  return read.kept
}

/** A line that is not known, and its place among all. */
type Unread = { place: number; line: Uint8Array }

/** All of them in batches, in any order. Problem: `list.malformed` naming item and field. */
export async function* readItems(
  items: ItemSource,
  find: FindKnown = findNone,
): AsyncGenerator<readonly (Kept | Known)[]> {
  let thread = null as ReturnType<typeof startThread> | null
  const reading: Promise<Kept[]>[] = []
  let unread: Unread[] = []
  let unreadBytes = 0
  let known: Known[] = []
  let count = 0
  let news = 0

  async function readHere(batch: readonly Unread[]): Promise<Kept[]> {
    const kept = batch.map(({ place, line }) => readItem(line, `items.${place}`))
    await yieldToEventLoop()
    return kept
  }

  /** Reads what is unread; what was read of it or before it, when enough waits. */
  async function read(): Promise<Kept[]> {
    const batch = unread
    unread = []
    unreadBytes = 0
    news += batch.length
    if (news <= MANY) return readHere(batch)
    thread ??= startThread()
    const isBusy = thread.waiting() >= AHEAD
    const result = isBusy ? readHere(batch) : thread.read(batch)
    // It is seen when its turn comes.
    result.catch(() => {})
    reading.push(result)
    if (isBusy) await result.catch(() => {})
    return reading.length > WAITING ? ((await reading.shift()) ?? []) : []
  }

  try {
    for await (const batch of inBatches(items)) {
      for (const item of batch) {
        const place = count++
        if (count > LIMITS.listItems) throw new ProblemError('list.malformed', `${LIMITS.listItems} items at most`)
        const line = lineOf(item)
        const found = find(line)
        if (found === null) {
          unread.push({ place, line })
          unreadBytes += line.byteLength
          if (unread.length >= BATCH || unreadBytes >= BATCH_BYTES) yield await read()
          continue
        }
        known.push(found)
        if (known.length >= BATCH) {
          yield known
          known = []
          await yieldToEventLoop()
        }
      }
    }
    if (unread.length > 0) yield await read()
    yield known
    for (const rest of reading) yield await rest
  } finally {
    await thread?.stop()
  }
}

async function* inBatches(items: ItemSource): AsyncGenerator<readonly Source[]> {
  if (Symbol.asyncIterator in items) yield* items
  else for (const item of items) yield [item]
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
    /** Batches that it has not answered yet. */
    waiting: (): number => waiting.length,
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
