/** The thread that writes the log of the store back: see checkpoint.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { CHECKPOINT_LIMITS, type CheckpointOrder, type CheckpointWork } from './checkpoint.ts'
import { openConnection } from './sqlite-connection.ts'

const { path, idle } = workerData as CheckpointWork
const connection = openConnection(path, ['synchronous = FULL'], 'write')

/** Whether all of the log stands in the file. */
function pass(): boolean {
  const [done] = connection.query<{ log: number; checkpointed: number }>('PRAGMA wal_checkpoint(PASSIVE)', [])
  return done === undefined || done.checkpointed === done.log
}

function checkpoint(): void {
  try {
    for (let passes = 1; !pass() && passes < CHECKPOINT_LIMITS.passes; passes++) {
      // What was committed meanwhile.
    }
  } catch {
    // A disk that is full, for one: the writer comes to it too, and tells it.
  }
}

function end(): void {
  clearTimeout(timer)
  connection.close()
  parentPort?.close()
}

let timer = setTimeout(end, idle)
parentPort?.on('message', (order: CheckpointOrder) => {
  if (order === 'end') return end()
  clearTimeout(timer)
  checkpoint()
  timer = setTimeout(end, idle)
  parentPort?.postMessage('done')
})
