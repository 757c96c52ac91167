/** Whether the organisation tree of another city holds: up to 8 MiB of it are read in a thread, while this one serves everybody else. */
import { Worker } from 'node:worker_threads'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { TreeAsked } from './read-tree-thread.ts'

/** ms that the largest tree may take; some two seconds on a slow machine. */
export const TREE_PATIENCE = 20_000

/** Problems: `organisation.malformed`, `exchange.timeout` for one that takes too long. */
export async function checkTree(bytes: Uint8Array, city: string, clock: Clock): Promise<void> {
  const worker = new Worker(new URL('./read-tree-thread.ts', import.meta.url))
  let cancel = () => {}
  try {
    const problem = await new Promise<Problem | null>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', cause => reject(new ProblemError('internal', 'reading of a tree', { cause })))
      cancel = clock.after(TREE_PATIENCE, () => reject(new ProblemError('exchange.timeout', 'organisation')))
      worker.postMessage({ bytes, city } satisfies TreeAsked)
    })
    if (problem !== null) throw new ProblemError(problem.code, problem.detail)
  } finally {
    cancel()
    await worker.terminate()
  }
}
