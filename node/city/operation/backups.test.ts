import { appendFile, mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHandClock, type HandClock } from '../../../test/support/http.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { makeNodeFolder, SHIYAN } from '../../../test/support/node-folder.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { type Audit, createAudit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import { inThread } from './backup-thread.ts'
import { createBackups } from './backups.ts'

let root = ''
let config: NodeConfig
let db: Database
let audit: Audit
let clock: HandClock
let failures: unknown[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-backups-'))
  const made = await makeNodeFolder(join(root, 'node'), SHIYAN, {
    httpPort: 0,
    p2pPort: 0,
    rest: { backups: { folder: '../kept' } },
  })
  config = { ...made.config, origin: { file: made.configPath, given: [], environment: [] } }
  db = openSqlite(join(config.data, 'tongban.db'))
  clock = createHandClock()
  audit = createAudit({ database: db, now: clock.now })
  failures = []
})
afterEach(async () => {
  await db.close()
  await rm(root, { recursive: true, force: true })
})

const backupsOf = (change: Partial<NodeConfig> = {}) =>
  createBackups({
    config: { ...config, ...change },
    db,
    audit,
    clock,
    work: inThread,
    failed: (_, error) => failures.push(error),
  })

describe('backups that are asked for', () => {
  test('are made in a folder of their own while the node runs, are read again, and stand in the audit log', async () => {
    const backups = backupsOf()
    const job = await marksOf('makeBackup', () => backups.make('person:1'))
    expect(job).toMatchObject({ work: 'backup', folder: join(root, 'kept', '2026-11-23T080000') })
    await backups.settle()
    expect(failures).toEqual([])
    const { folder, running, last, items } = await backups.list()
    expect({ folder, running, last }).toMatchObject({
      folder: join(root, 'kept'),
      running: null,
      last: { work: 'backup', problem: null },
    })
    expect(items).toEqual([
      {
        folder: job.folder,
        at: '2026-11-23T00:00:00.000Z',
        keys: join(root, 'kept', `case-keys-${SHIYAN.code}.db`),
        verifiedAt: '2026-11-23T00:00:00.000Z',
        problem: null,
      },
    ])
    expect(await readdir(job.folder)).toEqual(expect.arrayContaining(['backup.json', 'data', 'tongban.json']))
    const acts = (await audit.list({ actor: 'person:1' }, 10, null)).map(({ action }) => action)
    expect(acts).toEqual(['backup.verified', 'backup.made', 'backup.begun'])
    expect((await audit.verify()).ok).toBe(true)
  })

  test('come one at a time; the next one links what the one before holds', async () => {
    const backups = backupsOf()
    await backups.make('person:1')
    expect((await backups.list()).running).toMatchObject({ work: 'backup' })
    await expect(backups.make('person:1')).rejects.toThrow('a backup is under way')
    await backups.settle()
    clock.advance(60_000)
    await backups.make('person:1')
    await backups.settle()
    // One that was moved away is no reason to fail.
    const [newest] = (await backups.list()).items
    await rm(newest?.folder ?? '', { recursive: true })
    clock.advance(60_000)
    await backups.make('person:1')
    await backups.settle()
    expect((await backups.list()).last).toMatchObject({ problem: null })
    expect((await backups.list()).items).toHaveLength(3)
  })

  test('that are read again show what is wrong: half of it, a damaged store, keys that are gone', async () => {
    const backups = backupsOf()
    const { folder } = await backups.make('person:1')
    await backups.settle()
    const again = async () => {
      await backups.verify(folder, 'person:1')
      await backups.settle()
      return (await backups.list()).items[0]?.problem?.code
    }
    clock.advance(1000)
    await marksOf('verifyBackup', () => backups.verify(folder, 'person:1'))
    await backups.settle()
    expect((await backups.list()).items[0]).toMatchObject({ verifiedAt: '2026-11-23T00:00:01.000Z', problem: null })
    await rm(join(root, 'kept', `case-keys-${SHIYAN.code}.db`))
    expect(await again()).toBe('backup.keys')
    const file = await open(join(folder, 'data', 'tongban.db'), 'r+')
    await file.write(new Uint8Array(4096).fill(7), 0, 4096, 3 * 4096)
    await file.close()
    expect(await again()).toBe('store.damaged')
    await rm(join(folder, 'backup.json'))
    expect(await again()).toBe('request.invalid')
    await expect(backups.verify('/etc', 'person:1')).rejects.toThrow('request.not-found')
  })

  test('need a folder that the configuration names; a line that was cut off hides no other', async () => {
    await expect(backupsOf({ backups: {} }).make('person:1')).rejects.toThrow('backups.folder')
    const backups = backupsOf()
    await backups.make('person:1')
    await backups.settle()
    await appendFile(join(config.data, 'backups.jsonl'), '{"folder":"/half')
    expect((await backups.list()).items).toHaveLength(1)
    expect((await backupsOf({ backups: {} }).list()).folder).toBeNull()
  })
})
