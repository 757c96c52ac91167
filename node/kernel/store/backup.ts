/**
 * A consistent copy of the store while it runs. VACUUM INTO holds its thread until it is done, so it gets one of its own:
 * a backup of gigabytes must not stall the exchange.
 */
import { access, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'

/** What the worker is told. */
export type BackupOrder = { source: string; target: string }

/**
 * Lets `copy` fill a new file (0600) and gives it the name `target` once it is whole and durable.
 * Problem: `request.conflict` when `target` is there.
 */
export async function writeBackup(copy: (path: string) => void | Promise<void>, target: string): Promise<void> {
  if (await exists(target)) throw new ProblemError('request.conflict', `${target} is there already`)
  // The name appears with the whole content: half a backup never looks like one.
  const part = `${target}.part`
  try {
    await rm(part, { force: true })
    await (await open(part, 'wx', 0o600)).close()
    await copy(part)
    await sync(part)
    await rename(part, target)
    await sync(dirname(target))
  } finally {
    await rm(part, { force: true })
  }
}

/** Copies the database file `source` in a thread of its own into `target`, an empty file. Problem: `disk.full`. */
export function copyInWorker(source: string, target: string): Promise<void> {
  const order: BackupOrder = { source, target }
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), { workerData: order })
    worker.once('error', reject)
    worker.once('message', ({ code, detail }: Problem) => reject(new ProblemError(code, detail)))
    worker.once('exit', code => (code === 0 ? resolve() : reject(new ProblemError('internal', 'the backup failed'))))
  })
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}
