/** The thread of one backup: see backup.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { BackupOrder } from './backup.ts'
import { openConnection } from './sqlite-connection.ts'

const { source, target } = workerData as BackupOrder
const connection = openConnection(source, ['busy_timeout = 5000'], 'read')
try {
  connection.run('VACUUM INTO ?', [target])
} catch (error) {
  if (!(error instanceof ProblemError)) throw error
  // What kind of error it is would not come across.
  parentPort?.postMessage(error.problem satisfies Problem)
} finally {
  connection.close()
}
