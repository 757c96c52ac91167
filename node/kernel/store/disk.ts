/** A disk that is full (磁盘已满), told by its name wherever a write found out. */
import { ProblemError } from '../../../protocol/problem.ts'

/** How SQLite and the file system say it; the third is the shared memory of SQLite's log, which is a file too. */
const FULL: ReadonlySet<unknown> = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'SQLITE_IOERR_SHMSIZE'])

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && FULL.has(error.code)

/** `disk.full` for an error that means it; every other error as it is. */
export const namedFull = (error: unknown): unknown =>
  isFull(error) ? new ProblemError('disk.full', undefined, { cause: error }) : error

/** Runs what writes files. Problem: `disk.full`. */
export async function writing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw namedFull(error)
  }
}
