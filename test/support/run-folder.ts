/**
 * Before all tests: one folder in which they make all of theirs, gone after the run whatever they left. In memory where the system has
 * room: a commit of a node waits for its disk, and thousands of them would be most of what the tests wait for.
 */
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system in memory, where Linux has one. */
const MEMORY = '/dev/shm'
/** Bytes free below which the tests, which take a tenth of them, leave the memory alone; a container may have 64 MB. */
const ROOM = 1024 ** 3

async function isRoomy(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize >= ROOM
  } catch {
    return false
  }
}

/** Each project of `vitest.config.ts` calls this; one folder is enough. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TONGBAN_TEST_FOLDER !== undefined) return undefined
  const folder = await mkdtemp(join((await isRoomy(MEMORY)) ? MEMORY : tmpdir(), 'tongban-tests-'))
  process.env.TONGBAN_TEST_FOLDER = folder
  process.env.TMPDIR = folder
  return () => rm(folder, { recursive: true, force: true })
}
