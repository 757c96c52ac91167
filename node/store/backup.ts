/**
 * A consistent copy of the store while it runs. VACUUM INTO holds its thread until it is done, so it gets one of its own:
 * a backup of gigabytes must not stall the exchange.
 */
import { access, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { ProblemError } from '../../protocol/problem.ts'
import type { Connection } from './sqlite-connection.ts'

/** What the worker is told. */
export type BackupOrder = { source: string; target: string }

/** Copies the database file, or what a connection sees, to `target` (0600), durable when it resolves. Problem: `request.conflict`. */
export async function writeBackup(source: string | Connection, target: string): Promise<void> {
  if (await exists(target)) throw new ProblemError('request.conflict', `${target} is there already`)
  // The name appears with the whole content: half a backup never looks like one.
  const part = `${target}.part`
  try {
    await rm(part, { force: true })
    await (await open(part, 'wx', 0o600)).close()
    if (typeof source === 'string') await inWorker({ source, target: part })
    else source.run('VACUUM INTO ?', [part])
    await sync(part)
    await rename(part, target)
    await sync(dirname(target))
  } finally {
    await rm(part, { force: true })
  }
}

function inWorker(order: BackupOrder): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), { workerData: order })
    worker.once('error', reject)
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
