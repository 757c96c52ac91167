/** Backup, restore, passphrase and recovery, as an administrator runs them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../test/support/node-process.ts'
import { openSqlite } from '../store/sqlite.ts'
import { createClient } from './client.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const SCAN = `%PDF-1.4 ${'a scan '.repeat(1000)}`
let root = ''
let port = 0
let running: ChildProcess | null = null

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-keeping-'))
  port = await freePort()
  const made = await tongban([
    ...['init', '--code', '420300', '--name', '十堰市', '--authority', '十堰市行政审批局', '--folder', 'node'],
    ...['--http-port', `${port}`, '--p2p-listen', '/ip4/127.0.0.1/tcp/0', '--with-clerk'],
  ])
  expect(made).toMatchObject({ code: 0, error: '' })
})
afterAll(async () => {
  await stop()
  await rm(root, { recursive: true, force: true })
})

const launch = (args: string[], env: Record<string, string>) =>
  spawn(process.execPath, [MAIN, ...args], {
    cwd: root,
    env: { ...process.env, TONGBAN_PASSPHRASE: 'a long passphrase', ...env },
  })

async function tongban(args: string[], env: Record<string, string> = {}) {
  const child = launch(args, env)
  let [out, error] = ['', '']
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
  (await (await clientOf('node', 'clerk')).upload<{ sha256: string }>('/api/v1/materials', text, 'application/pdf'))
    .sha256
const inode = async (path: string) => (await stat(join(root, path))).ino

describe('keeping a node', () => {
  test('a backup of the running node starts as that node; a second one links what the first one holds', async () => {
    await start('node')
    const first = await upload(SCAN)
    const blob = (hash: string) => `data/materials/${hash.slice(0, 2)}/${hash}`
    const made = await tongban(['backup', 'first', '--config', 'node/tongban.json', '--json'])
    expect(made).toMatchObject({ code: 0, error: '' })
    expect(JSON.parse(made.out)).toMatchObject({ city: '420300', materials: 1 })
    const second = await upload(`${SCAN}2`)
    const again = ['backup', 'second', '--previous', 'first', '--config', 'node/tongban.json', '--json']
    expect(JSON.parse((await tongban(again)).out)).toMatchObject({ materials: 2 })
    expect(await inode(`second/${blob(first)}`)).toBe(await inode(`first/${blob(first)}`))
    expect((await tongban(again)).error).toContain('request.conflict')
    for (const path of ['second', 'second/data/keys', `second/${blob(second)}`, 'second/data/tongban.db'])
      expect([path, (await stat(join(root, path))).mode & 0o077]).toEqual([path, 0])
    // Whoever finds a backup has no token of the node that runs.
    expect((await readdir(join(root, 'second', 'data'))).filter(name => name.endsWith('.token'))).toEqual([])
    const former = await clientOf('node')
    await stop()

    expect((await tongban(['restore', 'second', '--folder', 'node'])).error).toContain('request.conflict')
    expect(await tongban(['restore', 'second', '--folder', 'restored'])).toMatchObject({ code: 0, error: '' })
    await start('restored')
    const client = await clientOf('restored')
    await expect(former.get('/api/v1/identity')).rejects.toThrow('request.unauthenticated')
    for (const path of ['administrator.token', 'node.lock'])
      expect([path, (await stat(join(root, 'restored', 'data', path))).mode & 0o077]).toEqual([path, 0])
    expect(await client.get('/api/v1/identity')).toMatchObject({ code: '420300' })
    const clerk = await clientOf('restored', 'clerk')
    expect(await new Response(await clerk.download(`/api/v1/materials/${second}`)).text()).toBe(`${SCAN}2`)
    await stop()
  }, 60_000)

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
      const { code, error } = await tongban(command)
      expect([command[0], code, error]).toEqual([command[0], 1, expect.stringContaining('store.foreign: ')])
      expect(error).toContain('migration 22 sealed-answers is not one of this program')
    }
    expect((await tongban(['doctor', '--config', 'node/tongban.json'])).out).toMatch(/✗ store.*: store\.foreign: /)
    for (const left of ['foreign/data', 'foreign/data.part', 'foreign/tongban.json'])
      expect(await stat(join(root, left)).catch(() => null)).toBeNull()
    for (const path of stores) await forge(path, 'beef', '4184')
    expect((await tongban(['doctor', '--config', 'node/tongban.json'])).out).toMatch(/✓ store/)
    expect(await tongban(['restore', 'second', '--folder', 'foreign'])).toMatchObject({ code: 0, error: '' })
  }, 60_000)

  test('what is no database is refused as such', async () => {
    const file = join(root, 'node/data/tongban.db')
    const held = await readFile(file)
    await writeFile(file, 'not a database, but longer than the header of one is: '.repeat(100))
    expect((await tongban(['start', '--config', 'node/tongban.json'])).error).toContain('store.foreign: ')
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
    expect(await change('another passphrase')).toMatchObject({ code: 0, error: '' })
    expect((await change('a third passphrase')).error).toContain('keystore.passphrase')
    await start('node', { TONGBAN_PASSPHRASE: 'another passphrase' })
    await stop()
    const back = { TONGBAN_PASSPHRASE: 'another passphrase', TONGBAN_NEW_PASSPHRASE: 'a long passphrase' }
    expect(await tongban(['passphrase', '--config', 'node/tongban.json'], back)).toMatchObject({ code: 0 })
  }, 60_000)

  test('a lost administrator token is replaced by whoever has the passphrase, and the audit log tells of it', async () => {
    await rm(join(root, 'node', 'data', 'administrator.token'))
    const recover = (env = {}) => tongban(['recover', '--config', 'node/tongban.json'], env)
    expect((await recover({ TONGBAN_PASSPHRASE: 'a guessed passphrase' })).error).toContain('keystore.passphrase')
    expect(await recover()).toMatchObject({ code: 0, error: '' })
    await start('node')
    const client = await clientOf('node')
    const { items } = await client.get<{ items: object[] }>('/api/v1/audit?action=person.created')
    expect(items[0]).toMatchObject({ actor: 'cli' })
    await stop()
  }, 60_000)

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
  }, 60_000)
})
