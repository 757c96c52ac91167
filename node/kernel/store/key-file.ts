/**
 * The file of keys that stands beside backups (备份密钥文件, docs/decisions/018): a small SQLite file of the keys that a backup leaves
 * out, each found by its mark. What it opens is sealed with the node's key besides, so that neither it nor a backup opens anything alone.
 */
import { createHash } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'
import { parseJson } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Connection, openConnection } from './sqlite-connection.ts'

/** Bytes of a mark, which stands where a key stood. */
export const MARK_BYTES = 16

/** By what a key is found: it tells nothing of the key, and no other key has it. */
export const markOf = (key: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(key).digest().subarray(0, MARK_BYTES))

const About = z.strictObject({
  format: z.literal('tongban-case-keys/1'),
  city: z.string(),
  /** of the store, hex */
  node: z.string(),
  software: z.string(),
  at: z.string(),
})
/** Whose keys they are, and of when. */
export type AboutKeys = z.infer<typeof About>

const PRAGMAS = ['page_size = 4096', 'journal_mode = MEMORY', 'synchronous = OFF', 'cache_size = -16000']

/** Adds keys to a file that is being made. */
export type KeyWriter = { add(key: Uint8Array): void; close(): void }

export function openKeyWriter(path: string): KeyWriter {
  const connection = openConnection(path, PRAGMAS, 'write')
  connection.run('CREATE TABLE IF NOT EXISTS keys (mark BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID', [])
  connection.run('BEGIN', [])
  return {
    add: key =>
      void connection.run('INSERT INTO keys (mark, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING', [markOf(key), key]),
    close() {
      connection.run('COMMIT', [])
      connection.close()
    },
  }
}

/** Makes a file of keys (0600), which takes the name `path`, in place of an older one, once it is whole and durable. */
export async function writeKeyFile(
  path: string,
  about: AboutKeys,
  fill: (part: string) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`
  try {
    await rm(part, { force: true })
    await (await open(part, 'wx', 0o600)).close()
    await fill(part)
    const connection = openConnection(part, PRAGMAS, 'write')
    connection.run('CREATE TABLE about (json TEXT NOT NULL)', [])
    connection.run('INSERT INTO about (json) VALUES (?)', [JSON.stringify(about)])
    connection.close()
    await sync(part)
    await rename(part, path)
    await sync(dirname(path))
  } finally {
    await rm(part, { force: true })
  }
}

export type KeyFile = { about: AboutKeys; keyOf(mark: Uint8Array): Uint8Array | null; close(): void }

/** Null when nothing is there. Problems of `backup.keys`: it is none, or other accounts can read it. */
export async function openKeyFile(path: string): Promise<KeyFile | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  if ((found.mode & 0o077) !== 0)
    throw new ProblemError('backup.keys', `other accounts can read ${path}: run chmod 600 ${path}`)
  let connection: Connection | null = null
  try {
    connection = openConnection(path, [], 'read')
    const held = connection
    const [row] = held.query<{ json: string }>('SELECT json FROM about', [])
    const about = parseJson(About, Buffer.from(row?.json ?? ''), 'request.invalid')
    if (!about.ok) throw new Error(about.problem.detail)
    return {
      about: about.value,
      keyOf: mark =>
        held.query<{ sealed: Uint8Array }>('SELECT sealed FROM keys WHERE mark = ?', [mark])[0]?.sealed ?? null,
      close: () => held.close(),
    }
  } catch (cause) {
    connection?.close()
    throw new ProblemError('backup.keys', `${path} is no whole file of keys`, { cause })
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}
