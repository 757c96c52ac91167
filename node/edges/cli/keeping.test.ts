/** Backup, restore, passphrase and recovery, as an administrator runs them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, cp, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Commands, openCommands } from '../../../test/support/commands.ts'
import { withFewRounds } from '../../../test/support/keys.ts'
import { freePort } from '../../../test/support/node-process.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import { createClient } from '../client/client.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))
const SCAN = `%PDF-1.4 ${'a scan '.repeat(1000)}`
const KEYS = 'case-keys-420300.db'
let root = ''
let port = 0
let running: ChildProcess | null = null
let commands: Commands

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-keeping-'))
  commands = openCommands(root)
  port = await freePort()
  const made = await tongban([
    'init',
    '--code',
    '420300',
    '--name',
    '十堰市',
    '--authority',
    '十堰市行政审批局',
    '--folder',
    'node',
    '--http-port',
    `${port}`,
    '--p2p-listen',
    '/ip4/127.0.0.1/tcp/0',
    '--with-clerk',
  ])
  expect(made).toMatchObject({ code: 0, error: '' })
  await withFewRounds(join(root, 'node/data/keys/keys.json'), PASSPHRASE.TONGBAN_PASSPHRASE)
})
afterAll(async () => {
  await stop()
  await commands.end()
  await rm(root, { recursive: true, force: true })
})

const PASSPHRASE = { TONGBAN_PASSPHRASE: 'a long passphrase' }
const launch = (args: string[], env: Record<string, string>) =>
  spawn(process.execPath, [MAIN, ...args], { cwd: root, env: { ...process.env, ...PASSPHRASE, ...env } })
const tongban = (args: string[], env: Record<string, string> = {}) => commands.run(args, { ...PASSPHRASE, ...env })

/** The same in a process of its own: what starts a node, or is refused as it would. */
async function program(args: string[]) {
  const child = launch(args, {})
  let out = ''
  let error = ''
  child.stdout.on('data', chunk => {
    out += String(chunk)
  })
  child.stderr.on('data', chunk => {
    error += String(chunk)
  })
  child.stdin.end()
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, error }
}

/** Starts the node of a folder and waits for its ready line. */
async function start(folder: string, env: Record<string, string> = {}): Promise<void> {
  const child = launch(['--json', '--config', `${folder}/tongban.json`, 'start'], env)
  running = child
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', chunk => String(chunk).includes('"ready":true') && resolve())
    child.on('close', code => reject(new Error(`ended with ${code}`)))
  })
}

async function stop(): Promise<void> {
  if (running === null) return
  const closed = once(running, 'close')
  running.kill('SIGTERM')
  await closed
  running = null
}

async function clientOf(folder: string, role: 'administrator' | 'clerk' = 'administrator') {
  const token = (await readFile(join(root, folder, 'data', `${role}.token`), 'utf8')).trim()
  return createClient({ url: `http://127.0.0.1:${port}`, token })
}
const upload = async (text: string) =>
  (await (await clientOf('node', 'clerk')).uploadMaterial({ bytes: text, type: 'application/pdf' })).sha256
const at = (path: string) => join(root, path)
const inode = async (path: string) => (await stat(join(root, path))).ino

describe('keeping a node', () => {
  test('a backup of the running node starts as that node; a second one links what the first one holds', async () => {
    await start('node')
    const first = await upload(SCAN)
    const blob = (hash: string) => `data/materials/${hash.slice(0, 2)}/${hash}`
    const made = await tongban(['backup', 'first', '--config', 'node/tongban.json', '--json'])
    expect(made).toMatchObject({ code: 0, error: '' })
    expect(JSON.parse(made.out)).toMatchObject({
      format: 'tongban-backup/2',
      city: '420300',
      materials: 1,
      keys: join(root, KEYS),
      node: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    })
    await copyFile(join(root, KEYS), join(root, 'former-keys.db'))
    const second = await upload(`${SCAN}2`)
    const again = ['backup', 'second', '--previous', 'first', '--config', 'node/tongban.json', '--json']
    expect(JSON.parse((await tongban(again)).out)).toMatchObject({ materials: 2 })
    expect(await inode(`second/${blob(first)}`)).toBe(await inode(`first/${blob(first)}`))
    expect((await tongban(again)).error).toContain('request.conflict')
    for (const path of ['second', 'second/data/keys', `second/${blob(second)}`, 'second/data/tongban.db', KEYS])
      expect([path, (await stat(join(root, path))).mode & 0o077]).toEqual([path, 0])
    // All but the salt of its key.
    const [held, copied] = await Promise.all([
      readFile(at(`node/${blob(first)}`)),
      readFile(at(`second/${blob(first)}`)),
    ])
    expect([held.subarray(0, 16), held.subarray(32)]).toEqual([copied.subarray(0, 16), copied.subarray(32)])
    expect(held.subarray(16, 32)).not.toEqual(copied.subarray(16, 32))
    // Whoever finds a backup has no token of the node that runs.
    expect((await readdir(join(root, 'second', 'data'))).filter(name => name.endsWith('.token'))).toEqual([])
    const former = await clientOf('node')
    await stop()

    expect((await tongban(['restore', 'second', '--folder', 'node'])).error).toContain('request.conflict')
    const restored = await tongban(['restore', 'second', '--folder', 'restored'])
    expect(restored).toMatchObject({ code: 0, error: '' })
    expect(restored.out).toContain('put the passphrase file')
    await start('restored')
    const client = await clientOf('restored')
    await expect(former.getIdentity()).rejects.toThrow('request.unauthenticated')
    for (const path of ['administrator.token', 'node.lock'])
      expect([path, (await stat(join(root, 'restored', 'data', path))).mode & 0o077]).toEqual([path, 0])
    expect(await client.getIdentity()).toMatchObject({ code: '420300' })
    // Both still open what the restored node purges.
    const { items } = await client.listBackups()
    expect(items.map(({ folder }) => folder).sort()).toEqual([at('first'), at('second')])
    const clerk = await clientOf('restored', 'clerk')
    expect(await new Response(await clerk.downloadMaterial({ params: { sha256: second } })).text()).toBe(`${SCAN}2`)
    await stop()
  })

  test('a backup opens with the newest keys of its node alone: without them, or with older or other ones, it is refused', async () => {
    const restore = (from: string, ...flags: string[]) =>
      tongban(['restore', from, '--folder', 'joined', '--json', ...flags])
    const refused = async (said: RegExp, from: string, ...flags: string[]) => {
      const { code, error } = await restore(from, ...flags)
      expect([code, error]).toEqual([1, expect.stringMatching(said)])
      for (const left of ['joined/data', 'joined/data.part', 'joined/tongban.json'])
        expect(await stat(at(left)).catch(() => null)).toBeNull()
    }
    const done = async (from: string, ...flags: string[]) => {
      const { code, out, error } = await restore(from, ...flags)
      expect([code, error]).toEqual([0, ''])
      const scans = async () =>
        (await readdir(at('joined/data/materials'), { recursive: true })).filter(name => name.length > 60)
      const told = { ...(JSON.parse(out) as { closed?: { materials: number } }), scans: (await scans()).length }
      await rm(at('joined'), { recursive: true })
      return told
    }
    await refused(/backup\.keys".*none\.db is not there.*--without-keys/s, 'second', '--keys', 'none.db')
    await refused(
      /backup\.keys".*former-keys\.db is of .*, older than the backup/s,
      'second',
      '--keys',
      'former-keys.db',
    )
    await chmod(at('former-keys.db'), 0o644)
    await refused(/backup\.keys".*other accounts can read/, 'first', '--keys', 'former-keys.db')
    await chmod(at('former-keys.db'), 0o600)
    // An older backup with the newest keys; the newest with none, or with fewer, when that is said.
    expect(await done('first')).toMatchObject({ closed: { cases: 0, materials: 0 }, scans: 1 })
    expect(await done('second', '--keys', 'none.db', '--without-keys')).toMatchObject({
      closed: { materials: 2 },
      scans: 0,
    })
    expect(await done('second', '--keys', 'former-keys.db', '--without-keys')).toMatchObject({
      closed: { materials: 1 },
      scans: 1,
    })

    const other = [
      'init',
      '--code',
      '420300',
      '--name',
      '十堰市',
      '--authority',
      '十堰市行政审批局',
      '--folder',
      'other',
    ]
    expect(await tongban(other)).toMatchObject({ code: 0 })
    const foreign = await tongban(['backup', 'third-city', '--config', 'other/tongban.json'])
    expect([foreign.code, foreign.error]).toEqual([1, expect.stringContaining('holds the keys of another node')])
    expect(await stat(at('third-city')).catch(() => null)).toBeNull()
    const own = ['backup', 'third-city', '--config', 'other/tongban.json', '--keys', 'other-keys.db']
    expect(await tongban(own)).toMatchObject({ code: 0, error: '' })
    await refused(/backup\.keys".*other-keys\.db holds the keys of another node/, 'second', '--keys', 'other-keys.db')
  })

  test('the doctor knows the newest backup and its keys, and says when cases were purged since', async () => {
    const told = async () => (await tongban(['doctor', '--config', 'node/tongban.json'])).out
    expect(await told()).toMatch(/✓ backups.*: the newest .*second, of .*; its keys .*case-keys-420300\.db/)
    const db = openSqlite(at('node/data/tongban.db'))
    const purgedAt = (time: number) => db.transaction(tx => tx.run('UPDATE cases SET purged_at = ?', [time]))
    await db.transaction(tx =>
      tx.run(
        `INSERT INTO cases (thread_no, role, partner, case_no, item_code, item_name, mode, state, applicant, applicant_key, agreement, submitted_at,
           updated_at, fold) VALUES (1, 'collecting', '610900', 'n', 'c', 'n', 0, 'closed', '', x'', x'', 0, 0, '{}')`,
      ),
    )
    await purgedAt(Date.now() + 60_000)
    expect(await told()).toMatch(/! backups.*: 1 cases were purged since/)
    await purgedAt(1)
    expect(await told()).not.toContain('purged since')
    await db.transaction(tx => tx.run('DELETE FROM cases'))
    await db.close()
    await copyFile(at(KEYS), at('aside.db'))
    await copyFile(at('other-keys.db'), at(KEYS))
    expect(await told()).toMatch(/✗ backups.*: backup\.keys: .* holds the keys of another node/)
    await rm(at(KEYS))
    expect(await told()).toMatch(/✓ backups.*: .*; its keys were moved from/)
    await copyFile(at('aside.db'), at(KEYS))
  })

  test('a backup of an earlier program, which holds its keys, restores as it did', async () => {
    await mkdir(at('old/data'), { recursive: true })
    for (const name of ['tongban.db', 'keys', 'materials'])
      await cp(at(`node/data/${name}`), at(`old/data/${name}`), { recursive: true })
    await copyFile(at('node/tongban.json'), at('old/tongban.json'))
    const manifest = { format: 'tongban-backup/1', city: '420300', software: '1', at: new Date(0).toISOString() }
    await writeFile(at('old/backup.json'), JSON.stringify({ ...manifest, materials: 2 }))
    // Nothing of it is linked: its files hold the salts.
    const linked = ['backup', 'after-old', '--previous', 'old', '--config', 'node/tongban.json', '--json']
    expect(JSON.parse((await tongban(linked)).out)).toMatchObject({ materials: 2 })
    const salts = async (folder: string) => {
      const names = (await readdir(at(`${folder}/data/materials`), { recursive: true })).filter(
        name => name.length > 60,
      )
      return Promise.all(
        names
          .sort()
          .map(async name => (await readFile(at(`${folder}/data/materials/${name}`))).toString('hex', 16, 32)),
      )
    }
    expect(await salts('after-old')).not.toEqual(await salts('node'))
    expect(await tongban(['restore', 'old', '--folder', 'from-old'])).toMatchObject({ code: 0, error: '' })
    expect(await salts('from-old')).toEqual(await salts('node'))
  })

  test('a store that no migration of this program made is refused alike by start, doctor, restore and recover', async () => {
    const forge = async (path: string, from: string, to: string) => {
      const db = openSqlite(join(root, path))
      await db.transaction(tx =>
        tx.run('UPDATE schema_migrations SET checksum = replace(checksum, ?, ?) WHERE version = 22', [from, to]),
      )
      await db.close()
    }
    const stores = ['node/data/tongban.db', 'second/data/tongban.db']
    for (const path of stores) await forge(path, '4184', 'beef')
    for (const command of [
      ['start', '--config', 'node/tongban.json'],
      ['recover', '--config', 'node/tongban.json'],
      ['restore', 'second', '--folder', 'foreign'],
    ]) {
      const { code, error } = await (command[0] === 'start' ? program : tongban)(command)
      expect([command[0], code, error]).toEqual([command[0], 1, expect.stringContaining('store.foreign: ')])
      expect(error).toContain('migration 22 sealed-answers is not one of this program')
    }
    expect((await tongban(['doctor', '--config', 'node/tongban.json'])).out).toMatch(/✗ store.*: store\.foreign: /)
    for (const left of ['foreign/data', 'foreign/data.part', 'foreign/tongban.json'])
      expect(await stat(join(root, left)).catch(() => null)).toBeNull()
    for (const path of stores) await forge(path, 'beef', '4184')
    expect((await tongban(['doctor', '--config', 'node/tongban.json'])).out).toMatch(/✓ store/)
    expect(await tongban(['restore', 'second', '--folder', 'foreign'])).toMatchObject({ code: 0, error: '' })
  })

  test('what is no database is refused as such', async () => {
    const file = join(root, 'node/data/tongban.db')
    const held = await readFile(file)
    await writeFile(file, 'not a database, but longer than the header of one is: '.repeat(100))
    expect((await program(['start', '--config', 'node/tongban.json'])).error).toContain('store.foreign: ')
    expect((await tongban(['doctor', '--config', 'node/tongban.json'])).out).toMatch(/✗ store.*: store\.foreign: /)
    await writeFile(file, held)
  })

  test('half a backup is not restored', async () => {
    await rm(join(root, 'first', 'backup.json'))
    const restored = await tongban(['restore', 'first', '--folder', 'elsewhere'])
    expect(restored.code).toBe(1)
    expect(restored.error).toContain('backup.json is missing')
    await writeFile(join(root, 'first', 'backup.json'), '{"format":"tongban-backup/2"}')
    expect((await tongban(['restore', 'first', '--folder', 'elsewhere'])).error).toContain('request.invalid')
  })

  test('the passphrase is changed while the node is stopped; the old one opens nothing then', async () => {
    const change = (next: string) =>
      tongban(['passphrase', '--config', 'node/tongban.json'], { TONGBAN_NEW_PASSPHRASE: next })
    await start('node')
    expect((await change('another passphrase')).error).toContain('another node runs')
    await stop()
    expect((await change('short')).error).toContain('config.invalid')
    expect(await change('another passphrase')).toMatchObject({
      code: 0,
      error: '',
      // The next start takes it from a file that still has the old one.
      out: expect.stringContaining('TONGBAN_PASSPHRASE_FILE') as unknown,
    })
    expect((await change('a third passphrase')).error).toContain('keystore.passphrase')
    await start('node', { TONGBAN_PASSPHRASE: 'another passphrase' })
    await stop()
    const back = { TONGBAN_PASSPHRASE: 'another passphrase', TONGBAN_NEW_PASSPHRASE: 'a long passphrase' }
    expect(await tongban(['passphrase', '--config', 'node/tongban.json'], back)).toMatchObject({ code: 0 })
  })

  test('a lost administrator token is replaced by whoever has the passphrase, and the audit log tells of it', async () => {
    await rm(join(root, 'node', 'data', 'administrator.token'))
    const recover = (env = {}) => tongban(['recover', '--config', 'node/tongban.json'], env)
    expect((await recover({ TONGBAN_PASSPHRASE: 'a guessed passphrase' })).error).toContain('keystore.passphrase')
    expect(await recover()).toMatchObject({ code: 0, error: '' })
    await start('node')
    const client = await clientOf('node')
    const { items } = await client.listAudit({ query: { action: 'person.created' } })
    expect(items[0]).toMatchObject({ actor: 'cli' })
    await stop()
  })

  test('a damaged store is not backed up over whole ones, and the doctor says what to do', async () => {
    const path = join(root, 'node', 'data', 'tongban.db')
    const file = await open(path, 'r+')
    const { size } = await file.stat()
    const page = Math.floor(size / 4096 / 2)
    await file.write(new Uint8Array(8 * 4096).fill(7), 0, 8 * 4096, page * 4096)
    await file.close()
    const made = await tongban(['backup', 'third', '--config', 'node/tongban.json'])
    expect([made.code, made.error]).toEqual([1, expect.stringContaining('store.damaged')])
    const seen = await tongban(['doctor', '--config', 'node/tongban.json'])
    expect([seen.code, seen.out]).toEqual([1, expect.stringMatching(/✗ store.*store\.damaged/)])
  })
})
