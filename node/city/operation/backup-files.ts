/**
 * Backups as files (备份): a node's folder copied while it runs, and read again to say whether it is whole. The keys of what may be purged go into
 * a file of their own, of which the newest alone is kept (docs/decisions/018).
 */
import { createHash } from 'node:crypto'
import { copyFile, link, mkdir, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { parseJson } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { copyApart, storeIdentity } from '../../kernel/store/apart.ts'
import { writeBackup } from '../../kernel/store/backup.ts'
import { checkStore } from '../../kernel/store/check.ts'
import { type KeyWriter, markOf, openKeyFile, openKeyWriter, writeKeyFile } from '../../kernel/store/key-file.ts'
import { writeWhole } from '../../kernel/store/whole-file.ts'
import { copyMarked, saltOf } from '../../spine/materials/blob-copy.ts'
import { VERSION } from '../../version.ts'
import { BACKUPS, noteBackup } from '../cases/backups.ts'

const MANIFEST = 'backup.json'
export const STORE = 'tongban.db'
/** In a backup: the hashes of the local tokens. */
export const TOKENS = 'tokens.json'
export const SHELF = /^[0-9a-f]{2}$/

const made = { city: z.string(), software: z.string(), at: z.string(), materials: z.number().int() }
/** What a backup says of itself; written last, so that a folder with it is whole. The first format held its keys. */
const Manifest = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal('tongban-backup/1'), ...made }),
  z.strictObject({ format: z.literal('tongban-backup/2'), ...made, node: z.string() }),
])
export type Manifest = z.infer<typeof Manifest>

/** Where the keys of backups stand: beside them. */
export const keysBeside = (folder: string, city: string): string => join(dirname(folder), `case-keys-${city}.db`)

export type BackupOrder = {
  config: Pick<NodeConfig, 'data' | 'city'>
  /** the file of the configuration */
  file: string
  /** new, absolute */
  folder: string
  /** file of the keys, absolute; beside the folder when absent */
  keys?: string | undefined
  /** an older backup, whose materials are linked and not copied */
  previous?: string | undefined
  /** ms; when it is made */
  at: number
  /** shelves of materials that were seen to, and how many there are */
  progress?: (done: number, all: number) => void
}

/**
 * Copies store, keys, materials and config of a node into a new folder while it runs, and the keys of its cases into the file
 * `keys`, in place of those of the backup before; materials that `previous` holds are linked, not copied again.
 * Problems: `request.conflict` when the folder is there, or the keys are those of another node; `store.damaged`; `backup.keys`.
 */
export async function makeBackup(order: BackupOrder): Promise<{ folder: string; keys: string } & Manifest> {
  const { config, folder, previous = null, progress = () => undefined } = order
  const keys = order.keys ?? keysBeside(folder, config.city.code)
  const earlier = previous === null ? null : await readManifest(previous)
  const store = join(config.data, STORE)
  // A copy of what is damaged would push whole ones out.
  await checkStore(store)
  const node = storeIdentity(store)
  await demandOwn(keys, node)
  for (const parent of [dirname(folder), dirname(keys)]) await mkdir(parent, { recursive: true })
  await mkdir(folder, { mode: 0o700 }).catch(() => {
    throw new ProblemError('request.conflict', `${folder} is there already or cannot be made`)
  })
  const data = join(folder, 'data')
  await mkdir(join(data, 'keys'), { recursive: true, mode: 0o700 })
  const at = new Date(order.at).toISOString()
  const about = { city: config.city.code, node, software: VERSION, at }
  let materials = 0
  await writeKeyFile(keys, { format: 'tongban-case-keys/1', ...about }, async part => {
    // The store first: each material that it names is there by then, and one more does no harm.
    await writeBackup(target => copyApart({ source: store, target, keys: part }), join(data, STORE))
    const writer = openKeyWriter(part)
    try {
      // The first format held the salts: nothing of it is linked.
      const linked = earlier?.format === 'tongban-backup/2' && previous !== null ? previous : null
      materials = await copyMaterials(writer, join(config.data, 'materials'), join(data, 'materials'), linked, progress)
    } finally {
      writer.close()
    }
    for (const name of await readdir(join(config.data, 'keys')))
      await copyFile(join(config.data, 'keys', name), join(data, 'keys', name))
    await writeWhole(join(data, TOKENS), JSON.stringify(await tokensIn(config.data)))
    await copyFile(order.file, join(folder, 'tongban.json'))
    // A node made from it knows which older ones still hold what it purges.
    const noted = await readFile(join(config.data, BACKUPS), 'utf8').catch(() => null)
    if (noted !== null) await writeWhole(join(data, BACKUPS), noted)
  })
  const manifest: Manifest = { format: 'tongban-backup/2', ...about, materials }
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
  // What is purged later opens with these keys until others take their place: the purge tells so.
  await noteBackup(config.data, { folder, at, keys })
  return { folder, keys, ...manifest }
}

/** Another node's keys would be lost by writing over them. */
async function demandOwn(path: string, node: string): Promise<void> {
  const held = await openKeyFile(path)
  if (held === null) return
  held.close()
  if (held.about.node !== node)
    throw new ProblemError(
      'request.conflict',
      `${path} holds the keys of another node (${held.about.city}): name another file with --keys`,
    )
}

/** Local token files by name, with the SHA-256 of what they hold: whoever finds a backup has no token of the running node. */
async function tokensIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter(file => file.endsWith('.token'))
  return Object.fromEntries(
    await Promise.all(
      names.map(async name => [name, hashOfToken((await readFile(join(folder, name), 'utf8')).trim())] as const),
    ),
  )
}

const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Blobs lie under the first two digits of their hash and never change: what is there by name, under the same key, is there whole. */
async function copyMaterials(
  keys: KeyWriter,
  from: string,
  to: string,
  previous: string | null,
  progress: (done: number, all: number) => void,
): Promise<number> {
  const shelves = (await readdir(from).catch(() => [])).filter(name => SHELF.test(name))
  await mkdir(to, { mode: 0o700 })
  let copied = 0
  for (const [index, shelf] of shelves.entries()) {
    await mkdir(join(to, shelf), { mode: 0o700 })
    for (const name of await readdir(join(from, shelf))) {
      const source = join(from, shelf, name)
      const target = join(to, shelf, name)
      const salt = await saltOf(source)
      // Purged meanwhile, or none of a material.
      if (salt === null) continue
      const mark = markOf(salt)
      const older = previous === null ? null : join(previous, 'data', 'materials', shelf, name)
      const linked =
        older !== null &&
        Buffer.compare((await saltOf(older)) ?? new Uint8Array(), mark) === 0 &&
        (await link(older, target).then(
          () => true,
          () => false,
        ))
      if (!linked && !(await copyMarked(source, target, mark))) continue
      keys.add(salt)
      copied++
    }
    progress(index + 1, shelves.length)
  }
  return copied
}

/** Files of materials that a backup holds whole enough to be read. */
async function countMaterials(folder: string): Promise<number> {
  let count = 0
  for (const shelf of (await readdir(folder).catch(() => [])).filter(name => SHELF.test(name)))
    for (const name of await readdir(join(folder, shelf)))
      if ((await saltOf(join(folder, shelf, name)).catch(() => null)) !== null) count++
  return count
}

/**
 * Reads a backup again: its manifest, its store whole, its materials by number, and that the file of keys is there and opens it. Problems:
 * `request.invalid` for half a backup, `store.damaged`, `backup.keys`.
 */
export async function verifyBackup(folder: string, keys: string | null): Promise<Manifest> {
  const manifest = await readManifest(folder)
  await checkStore(join(folder, 'data', STORE))
  const found = await countMaterials(join(folder, 'data', 'materials'))
  if (found !== manifest.materials)
    throw new ProblemError('store.damaged', `materials: ${found} of ${manifest.materials} are there`)
  if (manifest.format === 'tongban-backup/1') return manifest
  const held = keys === null ? null : await openKeyFile(keys)
  if (held === null)
    throw new ProblemError(
      'backup.keys',
      `${keys ?? 'its file of keys'} is not there: no case of the backup opens without it`,
    )
  held.close()
  if (held.about.node !== manifest.node)
    throw new ProblemError('backup.keys', `${keys ?? ''} holds the keys of another node`)
  if (held.about.at < manifest.at)
    throw new ProblemError(
      'backup.keys',
      `${keys ?? ''} is of ${held.about.at}, older than the backup, of ${manifest.at}`,
    )
  return manifest
}

/** Problem: `request.invalid` for half a backup. */
export async function readManifest(folder: string): Promise<Manifest> {
  const bytes = await readFile(join(folder, MANIFEST)).catch(() => {
    throw new ProblemError('request.invalid', `${basename(folder)} is no whole backup: ${MANIFEST} is missing`)
  })
  const read = parseJson(Manifest, bytes, 'request.invalid')
  if (!read.ok) throw new ProblemError('request.invalid', `${MANIFEST}: ${read.problem.detail ?? ''}`)
  return read.value
}
