/**
 * Writes the log of the store back into its file (检查点) in a thread of its own. Left to the writer, some tens of megabytes are written
 * back and made durable within one commit, and whoever commits then or waits for a receipt stands still for that long. The
 * writer still does so by itself when the log grows faster than this.
 */
import { Worker } from 'node:worker_threads'

export const CHECKPOINT_LIMITS = {
  /** commits after which the log is written back: one that is made alone touches some forty pages */
  commits: 256,
  /** ms without an order after which the thread ends: a node that does little keeps none */
  idle: 30_000,
  /** times in a row: each writes what was committed during the one before, until the log may begin anew */
  passes: 4,
} as const

/** What the worker begins with, and what it is told. */
export type CheckpointWork = { path: string; idle: number }
export type CheckpointOrder = 'checkpoint' | 'end'

export interface Checkpointer {
  /** A commit was made. */
  committed(): void
  /** Resolves when none runs. */
  quiet(): Promise<void>
  /** Ends the thread, which closes its connection; none begins afterwards. */
  end(): Promise<void>
}

export function startThread(work: CheckpointWork): Worker {
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: work })
  // The process may end without it: the log is whole as it is.
  worker.unref()
  return worker
}

/** `path` of the database file. A checkpoint that fails is left to the writer, which tells it. */
export function createCheckpointer(path: string, begin: (work: CheckpointWork) => Worker = startThread): Checkpointer {
  let commits = 0
  let ended = false
  let thread: { worker: Worker; exited: Promise<void> } | null = null
  let running: { promise: Promise<void>; resolve: () => void } | null = null

  const done = () => {
    running?.resolve()
    running = null
  }

  function start(): Worker {
    const worker = begin({ path, idle: CHECKPOINT_LIMITS.idle })
    const exited = new Promise<void>(resolve => {
      worker.once('exit', () => {
        thread = null
        done()
        resolve()
      })
    })
    worker.on('message', done)
    // It exits with it.
    worker.on('error', () => {})
    thread = { worker, exited }
    return worker
  }

  const order = (worker: Worker, what: CheckpointOrder): void => worker.postMessage(what)

  return {
    committed() {
      commits++
      if (commits < CHECKPOINT_LIMITS.commits || ended || running !== null) return
      commits = 0
      running = Promise.withResolvers<void>()
      order(thread?.worker ?? start(), 'checkpoint')
    },
    quiet: async () => {
      await running?.promise
    },
    async end() {
      ended = true
      if (thread === null) return
      order(thread.worker, 'end')
      await thread.exited
    },
  }
}
