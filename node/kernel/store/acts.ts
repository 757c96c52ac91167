/**
 * Which transaction of a request is its act (幂等). An operation says so in its own write, by `act(tx)`; what it only looks up, notes,
 * counts or puts aside before says nothing. Outside a request that is carried out once it changes nothing, so that a service calls it
 * whoever asks: the API, an adapter, an hourly job.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Transaction } from './database.ts'

/** A request that is carried out once. */
export interface ActRecord {
  /** Notes in the transaction of the act that it was carried out; `part`: which one of several acts. */
  mark(tx: Transaction, part: string | null): Promise<void>
  /** Whether an earlier request of the same key, cut off before its end, carried the part out. */
  carriedOut(part: string): Promise<boolean>
}

type Running = { record: ActRecord; part: string | null; marked: WeakSet<Transaction>; ended: boolean }

const running = new AsyncLocalStorage<Running>()

/** Runs the work of a request; what it leaves running when it ends marks nothing. */
export async function asRequest<T>(record: ActRecord, work: () => Promise<T>): Promise<T> {
  const request: Running = { record, part: null, marked: new WeakSet(), ended: false }
  try {
    return await running.run(request, work)
  } finally {
    request.ended = true
  }
}

/** Says that this transaction is the act for which the request is there: its mark commits with it, or neither does. */
export async function act(tx: Transaction): Promise<void> {
  const request = running.getStore()
  if (request === undefined || request.ended || request.marked.has(tx)) return
  request.marked.add(tx)
  await request.record.mark(tx, request.part)
}

/**
 * One of several acts of a request, each in a transaction of its own, known by `part`: a request that is sent again after it was cut
 * off goes on with the parts that were not carried out. `done` is what is told of one that was.
 */
export async function actOn<T>(part: string, work: () => Promise<T>, done: T): Promise<T> {
  const request = running.getStore()
  if (request === undefined || request.ended) return work()
  if (await request.record.carriedOut(part)) return done
  const each: Running = { ...request, part, marked: new WeakSet() }
  try {
    return await running.run(each, work)
  } finally {
    each.ended = true
  }
}
