/**
 * `tongban backup`, `restore`: a node's folder copied while it runs, and made anew from the copy. The keys of what may be purged go into
 * a file of their own, of which the newest alone is kept (docs/decisions/018).
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { fromHex, parseJson, Sha256 } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { noteBackup } from '../../city/cases/backups.ts'
import {
  keysBeside,
  type Manifest,
  makeBackup,
  readManifest,
  SHELF,
  STORE,
  TOKENS,
} from '../../city/operation/backup-files.ts'
import { createPeople } from '../../city/people/people.ts'
import { parseConfig } from '../../kernel/config/config.ts'
import { jsonOf, readTextFile } from '../../kernel/config/text-file.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import { type Closed, joinKeys } from '../../kernel/store/apart.ts'
import { type KeyFile, openKeyFile } from '../../kernel/store/key-file.ts'
import { judgeSchema, migrate } from '../../kernel/store/migrate.ts'
import { PAST } from '../../kernel/store/migrations/former.ts'
import { MIGRATIONS } from '../../kernel/store/migrations/index.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import { writeWhole } from '../../kernel/store/whole-file.ts'
import { giveSalt, saltOf } from '../../spine/materials/blob-copy.ts'
import type { CommandContext } from './context.ts'
import { china } from './output.ts'

/** `tongban backup`: copies the local node while it runs. Problems: those of `makeBackup`. */
export async function backup(
  context: CommandContext,
  to: string,
  flags: { previous?: string; keys?: string },
): Promise<void> {
  let bar: ReturnType<CommandContext['out']['progress']> | null = null
  const made = await makeBackup({
    config: await context.config(),
    file: context.configPath,
    folder: resolve(to),
    keys: flags.keys === undefined ? undefined : resolve(flags.keys),
    previous: flags.previous === undefined ? undefined : resolve(flags.previous),
    at: Date.now(),
    progress(done, all) {
      bar ??= context.out.progress(all)
      bar.update(done)
    },
  }).finally(() => bar?.stop())
  context.out.result(
    made,
    ({ folder, keys, materials }) =>
      `Backed up 已备份: ${folder}\n  materials 材料文件  ${materials}\n  keys of the cases 办件密钥  ${keys}\n` +
      'Restoring needs both. Keep the newest file of keys alone: it opens older backups too, but for what was purged. 恢复时两者缺一不可；密钥文件只留最新一份，它也能打开更早的备份（已清除的办件除外）。\n' +
      'They are as secret as the node; keep the passphrase elsewhere. 备份与节点同样机密，口令请另行保管。',
  )
}

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

type RestoreFlags = { folder: string; keys?: string; withoutKeys?: boolean }

/**
 * Makes a node's folder from a backup and the newest file of keys; its store is migrated as by a start. Problems: `request.conflict`
 * when a node is there, `request.invalid` for half a backup, `backup.keys` when the file of keys is missing, of another node or older
 * than the backup, `store.newer`, `store.foreign`.
 */
export async function restore(context: CommandContext, from: string, flags: RestoreFlags): Promise<void> {
  const source = resolve(from)
  const folder = resolve(flags.folder)
  const manifest = await readManifest(source)
  const keys = manifest.format === 'tongban-backup/1' ? null : keysFor(source, manifest, flags)
  const file = join(source, 'tongban.json')
  // The config may keep its data elsewhere.
  const { data } = parseConfig(jsonOf(await readTextFile(file, 'request.invalid'), file, 'request.invalid'), folder)
  for (const path of [data, join(folder, 'tongban.json')])
    if (await exists(path))
      throw new ProblemError('request.conflict', `${path} is there already: move the old node aside first`)
  for (const parent of [folder, dirname(data)]) await mkdir(parent, { recursive: true, mode: 0o700 })
  const part = `${data}.part`
  await rm(part, { recursive: true, force: true })
  let closed: (Closed & { materials: number }) | null = null
  try {
    if (manifest.format === 'tongban-backup/2') closed = await restoreApart(source, part, manifest, flags)
    else await copyTree(join(source, 'data'), part)
    await migrateStore(join(part, STORE))
    await renewTokens(part)
    // It still holds what the node purges from now on.
    await noteBackup(part, { folder: source, at: manifest.at, keys })
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    throw error
  }
  await rename(part, data)
  await copyFile(file, join(folder, 'tongban.json'))
  context.out.result(
    { folder, ...manifest, ...(closed === null ? {} : { closed }) },
    () =>
      `Restored 已恢复: ${folder}, as of 截至 ${china(manifest.at)}\n` +
      (closed === null ? '' : `${formatClosed(closed)}\n`) +
      'The local token files are new; tokens of other people are as they were. 本机令牌文件已更新，其他账户的令牌不变。\n' +
      'Before the start: put the passphrase file, and the files of secrets that tongban.json names, where they were; no backup holds them. 启动前请把口令文件和 tongban.json 所指的秘密文件放回原处，备份中没有它们。\n' +
      'What was exchanged since comes back from the partners when it starts. 此后交换的数据包将在启动后从合作城市取回。',
  )
}

const formatClosed = ({ cases, drafts, answers, materials }: Closed & { materials: number }): string =>
  `Without a key, so left closed 无密钥、不再打开: cases 办件 ${cases}, scans 材料文件 ${materials}, drafts 草稿 ${drafts}, answers of the approval system 审批系统答复 ${answers}`

const keysFor = (source: string, { city }: Manifest, { keys }: RestoreFlags): string =>
  keys === undefined ? keysBeside(source, city) : resolve(keys)

/** The data folder of a backup whose keys stand apart. */
async function restoreApart(
  source: string,
  part: string,
  manifest: Extract<Manifest, { format: 'tongban-backup/2' }>,
  flags: RestoreFlags,
): Promise<Closed & { materials: number }> {
  const path = keysFor(source, manifest, flags)
  const without = flags.withoutKeys === true
  const keys = await keysOf(path, manifest, without)
  try {
    const older = keys === null || keys.about.at < manifest.at
    await copyTree(join(source, 'data'), part)
    const closed = joinKeys(join(part, STORE), keys, keys === null ? 0 : Date.parse(keys.about.at))
    if (older && !without) {
      const { newer, newerCases } = closed
      const named = `${newer.join(', ')}${newerCases > newer.length ? ' …' : ''}`
      throw new ProblemError(
        'backup.keys',
        `${path} is of ${keys?.about.at ?? ''}, older than the backup, of ${manifest.at}: ${newerCases} cases began since${newerCases === 0 ? '' : ` (${named})`}`,
      )
    }
    return { ...closed, materials: await openMaterials(join(part, 'materials'), keys) }
  } finally {
    keys?.close()
  }
}

/** The file of keys for a backup; null when there is none, and none is wanted. */
async function keysOf(
  path: string,
  manifest: Extract<Manifest, { format: 'tongban-backup/2' }>,
  without: boolean,
): Promise<KeyFile | null> {
  const keys = await openKeyFile(path)
  if (keys === null) {
    if (without) return null
    throw new ProblemError('backup.keys', `${path} is not there: no case of the backup opens without it`)
  }
  if (keys.about.node === manifest.node) return keys
  keys.close()
  throw new ProblemError(
    'backup.keys',
    `${path} holds the keys of another node: of ${keys.about.city}, this backup is of ${manifest.city}`,
  )
}

/** Gives each file of a material the salt of its key; those without one are deleted: how many. */
async function openMaterials(folder: string, keys: KeyFile | null): Promise<number> {
  let closed = 0
  for (const shelf of (await readdir(folder)).filter(name => SHELF.test(name)))
    for (const name of await readdir(join(folder, shelf))) {
      const path = join(folder, shelf, name)
      const mark = await saltOf(path)
      const salt = mark === null ? null : (keys?.keyOf(mark) ?? null)
      if (salt !== null) await giveSalt(path, salt)
      else {
        await rm(path)
        closed++
      }
    }
  return closed
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
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) await copyTree(source, target)
    else {
      await copyFile(source, target)
      await chmod(target, 0o600)
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
