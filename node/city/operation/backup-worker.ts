/** The thread of one backup, or of reading one again: see backup-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { ProblemError } from '../../../protocol/problem.ts'
import { makeBackup, verifyBackup } from './backup-files.ts'
import type { ThreadAnswer, ThreadOrder } from './backup-thread.ts'

const order = workerData as ThreadOrder
const tell = (answer: ThreadAnswer) => parentPort?.postMessage(answer)

try {
  if (order.work === 'verification') await verifyBackup(order.folder, order.keys)
  else {
    const { keys, materials } = await makeBackup({
      ...order.backup,
      progress: (done, all) => tell({ done, all }),
    })
    tell({ made: { keys, materials } })
  }
  tell({ problem: null })
} catch (error) {
  tell({ problem: error instanceof ProblemError ? error.problem : { code: 'internal' }, cause: String(error) })
}
