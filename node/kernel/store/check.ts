/**
 * Whether the file of the store is whole (数据库完整性). The check reads all of it, so it gets a thread of its own: the exchange goes
 * on meanwhile.
 */
import { Worker } from 'node:worker_threads'
import { ProblemError } from '../../../protocol/problem.ts'

export const CHECK_LIMITS = {
  /** ms between two checks of a running node */
  every: 24 * 3_600_000,
} as const

/** What the worker is told. */
export type CheckOrder = { path: string }

/** Problems: `store.damaged` with the first thing that is wrong; `internal` when the file cannot be read at all. */
export function checkStore(path: string): Promise<void> {
  const order: CheckOrder = { path }
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./check-worker.ts', import.meta.url), { workerData: order })
    let found: string | null = null
    worker.once('message', told => {
      found = String(told)
    })
    worker.once('error', error => reject(damagedBy(error)))
    worker.once('exit', () => {
      if (found === 'ok') resolve()
      else reject(new ProblemError('store.damaged', found?.split('\n')[0] ?? 'it cannot be read'))
    })
  })
}

/** SQLite may find out by failing, when the damage is where it begins to read. */
function damagedBy(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error)
  return /malformed|not a database|SQLITE_CORRUPT|SQLITE_NOTADB/i.test(message)
    ? new ProblemError('store.damaged', message, { cause: error })
    : error
}

/** A check of the store for whoever asks often: once a day, and again at the next time when it failed. */
export function createDailyCheck(path: string, now: () => number): () => Promise<void> {
  let soundAt = -Infinity
  return async () => {
    if (now() - soundAt < CHECK_LIMITS.every) return
    await checkStore(path)
    soundAt = now()
  }
}
