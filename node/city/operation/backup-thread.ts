/** Backups read and write all that a node holds: they have a thread of their own, and the exchange goes on meanwhile. */
import { Worker } from 'node:worker_threads'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { BackupOrder } from './backup-files.ts'

export type ThreadOrder =
  | { work: 'backup'; backup: Omit<BackupOrder, 'progress'> }
  | { work: 'verification'; folder: string; keys: string | null }

/** What a backup came to; materials: how many it holds. */
export type Made = { keys: string; materials: number }

/** How far it is; what was made; and at the end, why it was not, or null. */
export type ThreadAnswer = { done: number; all: number } | { made: Made } | { problem: Problem | null; cause?: string }

/** Carries an order out; null for a verification. Problems: those of `makeBackup` and `verifyBackup`. */
export function inThread(order: ThreadOrder, progress: (done: number, all: number) => void): Promise<Made | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), { workerData: order })
    let made: Made | null = null
    let end: Extract<ThreadAnswer, { problem: unknown }> | null = null
    worker.on('message', (answer: ThreadAnswer) => {
      if ('done' in answer) progress(answer.done, answer.all)
      else if ('made' in answer) made = answer.made
      else end = answer
    })
    worker.once('error', reject)
    worker.once('exit', () => {
      if (end?.problem === null) resolve(made)
      else reject(new ProblemError(end?.problem.code ?? 'internal', end?.problem.detail ?? end?.cause))
    })
  })
}
