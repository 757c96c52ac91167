/**
 * A place of files (交换目录) that this node and an approval system both reach. Paths are relative to its root, parts between slashes; every
 * part is checked before it comes here (`names.ts`). What fails throws `adapter.unavailable` with a code, never with a name.
 */
import { ProblemError } from '../../protocol/problem.ts'

/** One entry of a folder. `file`: a regular file, which a symbolic link is not. `changed` in seconds or ms, as the place tells it. */
export type Entry = { name: string; file: boolean; folder: boolean; size: number; changed: number }

export interface Place {
  /** where it is, for people; without secrets */
  readonly system: string
  /** Entries of a folder in no order, `limit` at most. */
  list(folder: string, limit: number, signal: AbortSignal): Promise<Entry[]>
  /** What is there, links not followed; null: nothing. */
  stat(path: string, signal: AbortSignal): Promise<Entry | null>
  /** The bytes of a regular file, in order. */
  read(path: string, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Writes a new file and brings it to the disk; fails where there is one. */
  write(path: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** Makes a folder inside one that is there. */
  makeFolder(path: string, signal: AbortSignal): Promise<void>
  /** Gives a file or folder its name at once; false when `from` is not there. Fails where `to` is there. */
  rename(from: string, to: string, signal: AbortSignal): Promise<boolean>
  /** Removes a folder with what is in it, as far as it is there. */
  remove(folder: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export const unavailable = (detail: string): ProblemError => new ProblemError('adapter.unavailable', detail)

/** The code of a failure: a message may quote a file name, and a file name a person. */
export const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^[A-Z][A-Z_\d]{2,40}$/.test(code) ? code : 'failed'
}

/** What a promise gives, unless the signal says first that nobody waits: a share that is gone answers no call. */
export async function whileWanted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {})
    throw unavailable('given up')
  }
  const over = Promise.withResolvers<never>()
  const abort = () => over.reject(unavailable('given up'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, over.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
