/** A store of its own for each test: the real SQLite engine in memory, with the whole schema. */
import { constants, mkdtempSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../node/kernel/store/database.ts'
import { migrate } from '../../node/kernel/store/migrate.ts'
import { MIGRATIONS } from '../../node/kernel/store/migrations/index.ts'
import { openSqlite } from '../../node/kernel/store/sqlite.ts'

/** Where `template.ts` tells the processes of one run of the tests what it made for them all. */
export const TEMPLATE = 'TONGBAN_TEST_STORE'

/** Writes an empty store with the whole schema to `path`, one file, whose journal is closed. */
export async function makeTemplate(path: string): Promise<void> {
  const store = openSqlite(':memory:')
  await migrate(store, MIGRATIONS, () => 0)
  await store.backup(path)
  await store.close()
  // With a write-ahead log from the beginning: a copy that is opened has none to make.
  await openSqlite(path).close()
}

let own: Promise<string> | undefined

/** The file that stores of tests are copied from: the migrations take fifty times longer than a copy of what they lead to. */
export function templateStore(): Promise<string> {
  const shared = process.env[TEMPLATE]
  if (shared !== undefined) return Promise.resolve(shared)
  own ??= makeOwn()
  return own
}

async function makeOwn(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tongban-template-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'template.db')
  await makeTemplate(path)
  return path
}

/** A store in memory, or in the new file `path`. */
export async function openTestStore(path = ':memory:'): Promise<Database> {
  const from = await templateStore()
  if (path === ':memory:') return openSqlite(path, { from })
  await copyFile(from, path, constants.COPYFILE_EXCL)
  return openSqlite(path)
}

/** A store of its own that begins with what `db` holds now, as one that is put back from a backup does. */
export async function copyOf(db: Database): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'tongban-copy-'))
  try {
    const path = join(folder, 'copy.db')
    await db.backup(path)
    return openSqlite(':memory:', { from: path })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
