/** One node works on one data folder: a second one would dispatch the same work and sign forked chains. */
import { Database as Sqlite } from 'bun:sqlite'
import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemError } from '../../../protocol/problem.ts'

/** A lock that nobody refers to would be collected, and the folder with it be free. */
const held = new Set<Sqlite>()

/**
 * Holds the folder for as long as the process lives or until the returned function is called. It is SQLite's own file lock,
 * which the system lets go of when the process ends, however it ends. Problem: `config.invalid` when another node holds it.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'node.lock')
  // Made before SQLite does, for the mode, which its journal takes too; one of an older program gets it now.
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const lock = new Sqlite(path)
  try {
    lock.run('PRAGMA locking_mode = EXCLUSIVE')
    lock.run('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    throw new ProblemError('config.invalid', `another node runs on ${folder}; stop it first`)
  }
  held.add(lock)
  return () => {
    held.delete(lock)
    lock.close()
  }
}
