/**
 * Files that hold keys: written whole or not at all, several of them together, readable by their owner only.
 * A set of files takes its place in three steps, each on disk before the next: `*.next` files, a list of them in
 * `swap.json`, the renames. Without the list nothing has happened yet; with it, `finishSwap` renames what is left.
 */
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { parseJson } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { writing } from '../store/disk.ts'

const SWAP = 'swap.json'
const Swap = z.array(z.string().regex(/^[a-z]+\.[a-z0-9]+$/)).max(8)

/** Replaces these files of the folder, by name: all of them, or none. */
export async function replaceFiles(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  for (const [name, data] of files) await write(join(folder, `${name}.next`), data)
  await write(join(folder, `${SWAP}.next`), JSON.stringify([...files.keys()]))
  await syncFolder(folder)
  await rename(join(folder, `${SWAP}.next`), join(folder, SWAP))
  await syncFolder(folder)
  await finishSwap(folder)
}

/** Replaces one file of the folder; a node that runs may be replacing others. */
export async function replaceFile(folder: string, name: string, data: string | Uint8Array): Promise<void> {
  await write(join(folder, `${name}.next`), data)
  await rename(join(folder, `${name}.next`), join(folder, name))
  await syncFolder(folder)
}

/** Ends a replacement that was cut off. Another process may do the same at once. */
export async function finishSwap(folder: string): Promise<void> {
  const list = await readFile(join(folder, SWAP), 'utf8').catch(ifMissing)
  if (list === null) return
  const swap = parseJson(Swap, list, 'keystore.malformed')
  if (!swap.ok) throw new ProblemError('keystore.malformed', SWAP)
  for (const name of swap.value) await rename(join(folder, `${name}.next`), join(folder, name)).catch(ifMissing)
  await syncFolder(folder)
  await rm(join(folder, SWAP), { force: true })
  await syncFolder(folder)
}

/**
 * Reads a file of at most `limit` bytes that nobody but its owner may read. Problems: `keystore.malformed` when it is
 * missing or too large, `config.invalid` with the cure when others can read it.
 */
export async function readPrivateFile(folder: string, name: string, limit: number): Promise<Uint8Array> {
  const file = await open(join(folder, name), 'r').catch(ifMissing)
  if (file === null) throw new ProblemError('keystore.malformed', `${name} is not there`)
  try {
    const { mode, size } = await file.stat()
    if ((mode & 0o077) !== 0) {
      throw new ProblemError('config.invalid', `other accounts can read ${name}: run chmod 600 ${join(folder, name)}`)
    }
    if (size > limit) throw new ProblemError('keystore.malformed', `${name} is too large`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

function ifMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}

const write = (path: string, data: string | Uint8Array): Promise<void> => writing(() => writeWhole(path, data))

async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
