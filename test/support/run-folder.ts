/**
 * Before all tests: one folder in which they make all of theirs, gone after the run whatever they left. In memory where the system has
 * room: a commit of a node waits for its disk, and thousands of them would be most of what the tests wait for.
 */
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system in memory, where Linux has one. */
const MEMORY = '/dev/shm'
/** Bytes free below which the tests, which take up to a quarter of them, leave the memory alone; a container may have 64 MB. */
const ROOM = 1024 ** 3
const PREFIX = 'tongban-tests-'
/** ms */
const DAY = 86_400_000

async function isRoomy(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize >= ROOM
  } catch {
    return false
  }
}

/** What killed runs left: nothing was made in it for a day. */
async function sweep(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    if (!name.startsWith(PREFIX)) continue
    const folder = join(place, name)
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (Date.now() - mtimeMs > DAY) await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

/** Each project of `vitest.config.ts` calls this; one folder is enough. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TONGBAN_TEST_FOLDER !== undefined) return undefined
  const place = (await isRoomy(MEMORY)) ? MEMORY : tmpdir()
  await sweep(place)
  const folder = await mkdtemp(join(place, PREFIX))
  process.env.TONGBAN_TEST_FOLDER = folder
  process.env.TMPDIR = folder
  return () => rm(folder, { recursive: true, force: true })
}
