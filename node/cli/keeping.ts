/** `tongban backup`, `restore`, `passphrase`, `recover`: what keeps a node, on its own machine, past the API. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { chmod, copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { fromHex, parseJson, Sha256 } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { createAudit } from '../audit/audit.ts'
import { noteBackup } from '../cases/backups.ts'
import { parseConfig } from '../config/config.ts'
import { jsonOf, readTextFile } from '../config/text-file.ts'
import { openKeyStore } from '../identity/keystore.ts'
import { createPeople } from '../people/people.ts'
import { copyInWorker, writeBackup } from '../store/backup.ts'
import { checkStore } from '../store/check.ts'
import { lockFolder } from '../store/lock.ts'
import { judgeSchema, migrate } from '../store/migrate.ts'
import { PAST } from '../store/migrations/former.ts'
import { MIGRATIONS } from '../store/migrations/index.ts'
import { openSqlite } from '../store/sqlite.ts'
import { VERSION } from '../version.ts'
import { TOKEN_FILE } from './client.ts'
import type { CommandContext } from './context.ts'

const MANIFEST = 'backup.json'
const STORE = 'tongban.db'
/** In a backup: the hashes of the local tokens. */
const TOKENS = 'tokens.json'
/** What a backup says of itself; written last, so that a folder with it is whole. */
const Manifest = z.strictObject({
  format: z.literal('tongban-backup/1'),
  city: z.string(),
  software: z.string(),
  at: z.string(),
  materials: z.number().int(),
})

/**
 * Copies store, keys, materials and config of the local node into a new folder while it runs; materials that `previous`, an
 * older backup, holds are linked, not copied again. Problems: `request.conflict` when the folder is there, `store.damaged`.
 */
export async function backup(context: CommandContext, to: string, flags: { previous?: string }): Promise<void> {
  const config = await context.config()
  const folder = resolve(to)
  const previous = flags.previous === undefined ? null : resolve(flags.previous)
  if (previous !== null) await readManifest(previous)
  await mkdir(dirname(folder), { recursive: true })
  await mkdir(folder, { mode: 0o700 }).catch(() => {
    throw new ProblemError('request.conflict', `${folder} is there already or cannot be made`)
  })
  const data = join(folder, 'data')
  await mkdir(join(data, 'keys'), { recursive: true, mode: 0o700 })
  // A copy of what is damaged would push whole ones out.
  await checkStore(join(config.data, STORE))
  // The store first: each material that it names is there by then, and one more does no harm.
  await writeBackup(part => copyInWorker(join(config.data, STORE), part), join(data, STORE))
  for (const name of await readdir(join(config.data, 'keys')))
    await copyFile(join(config.data, 'keys', name), join(data, 'keys', name))
  await writeWhole(join(data, TOKENS), JSON.stringify(await tokensIn(config.data)))
  const materials = await copyMaterials(context, join(config.data, 'materials'), join(data, 'materials'), previous)
  await copyFile(context.configPath, join(folder, 'tongban.json'))
  const manifest: z.infer<typeof Manifest> = {
    format: 'tongban-backup/1',
    city: config.city.code,
    software: VERSION,
    at: new Date().toISOString(),
    materials,
  }
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
  // What is purged later is still in it: the purge tells so.
  await noteBackup(config.data, { folder: resolve(folder), at: manifest.at })
  context.out.result(
    { folder, ...manifest },
    () =>
      `Backed up 已备份: ${folder}\n  materials 材料文件  ${materials}\n` +
      'It is as secret as the node; keep the passphrase elsewhere. 备份与节点同样机密，口令请另行保管。',
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

/** Gives the accounts of the local token files new tokens. */
async function renewTokens(folder: string): Promise<void> {
  const given = await readFile(join(folder, TOKENS)).catch(() => null)
  if (given === null) return
  const read = parseJson(z.record(z.string().regex(/^[\w-]+\.token$/), Sha256), given, 'request.invalid')
  if (!read.ok) throw new ProblemError('request.invalid', `${TOKENS}: ${read.problem.detail ?? ''}`)
  const db = openSqlite(join(folder, STORE))
  try {
    const audit = createAudit({ database: db, now: Date.now })
    const people = createPeople({ database: db, audit, now: Date.now, ids: randomUUID, random: randomBytes })
    for (const [name, hash] of Object.entries(read.value)) {
      const [row] = await db.query<{ id: string }>(
        'SELECT id FROM people WHERE token_hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)',
        [fromHex(hash), Date.now()],
      )
      if (row === undefined) continue
      const { token } = await people.rotate('cli', row.id)
      await writeWhole(join(folder, name), `${token}\n`)
    }
  } finally {
    await db.close()
  }
  await rm(join(folder, TOKENS))
}

/** Blobs lie under the first two digits of their hash and never change: what is there by name is there whole. */
async function copyMaterials(
  context: CommandContext,
  from: string,
  to: string,
  previous: string | null,
): Promise<number> {
  const shelves = (await readdir(from).catch(() => [])).filter(name => /^[0-9a-f]{2}$/.test(name))
  await mkdir(to, { mode: 0o700 })
  const bar = context.out.progress(shelves.length)
  let copied = 0
  try {
    for (const [index, shelf] of shelves.entries()) {
      await mkdir(join(to, shelf), { mode: 0o700 })
      for (const name of await readdir(join(from, shelf))) {
        const target = join(to, shelf, name)
        const linked =
          previous !== null &&
          (await link(join(previous, 'data', 'materials', shelf, name), target).then(
            () => true,
            () => false,
          ))
        if (!linked) {
          // Purged meanwhile: then the store of this backup names it, and the node says so when it is asked for.
          await copyFile(join(from, shelf, name), target).catch((error: unknown) => {
            if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
          })
        }
        copied++
      }
      bar.update(index + 1)
    }
  } finally {
    bar.stop()
  }
  return copied
}

/**
 * Makes a node's folder from a backup, whose store is migrated as by a start. Problems: `request.conflict` when a node is there,
 * `request.invalid` for half a backup, `store.newer`, `store.foreign`.
 */
export async function restore(context: CommandContext, from: string, flags: { folder: string }): Promise<void> {
  const [source, folder] = [resolve(from), resolve(flags.folder)]
  const manifest = await readManifest(source)
  const file = join(source, 'tongban.json')
  // The config may keep its data elsewhere.
  const { data } = parseConfig(jsonOf(await readTextFile(file, 'request.invalid'), file, 'request.invalid'), folder)
  for (const path of [data, join(folder, 'tongban.json')])
    if (await exists(path))
      throw new ProblemError('request.conflict', `${path} is there already: move the old node aside first`)
  for (const parent of [folder, dirname(data)]) await mkdir(parent, { recursive: true, mode: 0o700 })
  const part = `${data}.part`
  await rm(part, { recursive: true, force: true })
  try {
    await copyTree(join(source, 'data'), part)
    await migrateStore(join(part, STORE))
    await renewTokens(part)
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    throw error
  }
  await rename(part, data)
  await copyFile(file, join(folder, 'tongban.json'))
  context.out.result(
    { folder, ...manifest },
    () =>
      `Restored 已恢复: ${folder}, as of 截至 ${manifest.at}\n` +
      'The local token files are new; tokens of other people are as they were. 本机令牌文件已更新，其他账户的令牌不变。\n' +
      'What was exchanged since comes back from the partners when it starts. 此后交换的数据包将在启动后从合作城市取回。',
  )
}

/** What the next start would do, so that what it would refuse is never called restored. */
async function migrateStore(path: string): Promise<void> {
  const db = openSqlite(path)
  try {
    await judgeSchema(db, MIGRATIONS, PAST)
    await migrate(db, MIGRATIONS, Date.now, PAST)
  } finally {
    await db.close()
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, target)
    else {
      await copyFile(source, target)
      await chmod(target, 0o600)
    }
  }
}

/** Changes the passphrase of the key store of a node that is stopped. */
export async function passphrase(context: CommandContext): Promise<void> {
  const config = await context.config()
  const current = await context.passphrase()
  const unlock = lockFolder(config.data)
  try {
    const keyStore = await openKeyStore(join(config.data, 'keys'), current)
    await keyStore.changePassphrase(current, await context.newPassphrase('TONGBAN_NEW_PASSPHRASE'))
  } finally {
    unlock()
  }
  context.out.result({ changed: true }, () =>
    [
      'Changed 已修改. Older backups open with the old one only. 旧备份仍须用旧口令打开。',
      'Where the next start takes the old one from (TONGBAN_PASSPHRASE_FILE, a service file, a container) it fails: write the new one there first.',
      '下次启动所用的口令文件（TONGBAN_PASSPHRASE_FILE 等）仍是旧口令，请先改为新口令，否则节点无法启动。',
    ].join('\n'),
  )
}

/** Makes a new administrator of a node that is stopped, when every token is lost; whoever has the passphrase may. */
export async function recover(context: CommandContext): Promise<void> {
  const config = await context.config()
  const given = await context.passphrase()
  const unlock = lockFolder(config.data)
  const file = join(config.data, TOKEN_FILE)
  try {
    await openKeyStore(join(config.data, 'keys'), given)
    const db = openSqlite(join(config.data, STORE))
    try {
      await migrate(db, MIGRATIONS, Date.now, PAST)
      const audit = createAudit({ database: db, now: Date.now })
      const people = createPeople({ database: db, audit, now: Date.now, ids: randomUUID, random: randomBytes })
      const { account, token } = await people.create('cli', {
        name: 'administrator (recovered)',
        roles: ['administrator'],
        expiresAt: null,
      })
      await writeWhole(file, `${token}\n`)
      context.out.result(
        { id: account.id, token: file },
        () =>
          `A new administrator; token in 新管理员令牌文件: ${file}\n` +
          'Revoke the accounts whose tokens were lost. 请吊销令牌已遗失的账号。',
      )
    } finally {
      await db.close()
    }
  } finally {
    unlock()
  }
}

async function readManifest(folder: string): Promise<z.infer<typeof Manifest>> {
  const bytes = await readFile(join(folder, MANIFEST)).catch(() => {
    throw new ProblemError('request.invalid', `${basename(folder)} is no whole backup: ${MANIFEST} is missing`)
  })
  const read = parseJson(Manifest, bytes, 'request.invalid')
  if (!read.ok) throw new ProblemError('request.invalid', `${MANIFEST}: ${read.problem.detail ?? ''}`)
  return read.value
}

/** Private, and there with all of its content or not at all. */
async function writeWhole(path: string, content: string): Promise<void> {
  const part = `${path}.part`
  await writeFile(part, content, { mode: 0o600 })
  const handle = await open(part, 'r')
  await handle.sync().finally(() => handle.close())
  await rename(part, path)
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
