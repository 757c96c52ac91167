import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createUpkeep, UPKEEP_LIMITS } from '../../kernel/upkeep.ts'
import { EPOCH_LIMITS, epochFile, openEpoch } from './epoch.ts'

const S = '420300'
const clock = createHandClock()
let folder: string
let db: Database

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-epoch-'))
  db = await openTestStore()
  await db.transaction(async tx => {
    await tx.run(`INSERT INTO links (partner, direction, n, hash, acked) VALUES (?, 'out', 0, zeroblob(32), 0)`, [S])
  })
})
afterEach(async () => {
  await db.close()
  await rm(folder, { recursive: true, force: true })
})

const open = () =>
  openEpoch({ db, clock, file: epochFile(folder), audit: createAudit({ database: db, now: clock.now }) })
const inside = async () => (await db.query<{ number: number }>('SELECT number FROM epoch'))[0]?.number
const outside = async () => JSON.parse(await readFile(join(folder, 'epoch.json'), 'utf8')) as unknown
const set = (number: number) => db.transaction(tx => tx.run('UPDATE epoch SET number = ?', [number]).then(() => {}))
const receipt = () =>
  db.transaction(tx =>
    tx
      .run(`INSERT INTO receipts (partner, direction, through, jws, at) VALUES (?, 'given', 1, '', 0)`, [S])
      .then(() => {}),
  )

test('both counters are raised at each start; a node that ended between the two is not restored', async () => {
  expect((await open()).restored(S)).toBe(false)
  expect((await open()).restored(S)).toBe(false)
  expect([await inside(), await outside()]).toEqual([2, { epoch: 2 }])
  await set(3)
  expect((await open()).restored(S)).toBe(false)
  expect([await inside(), await outside()]).toEqual([4, { epoch: 4 }])
})

test.each([
  ['behind its file', () => set(1)],
  ['without its file, as a backup gives it', () => rm(join(folder, 'epoch.json'))],
  ['beside a file that cannot be read', () => writeFile(join(folder, 'epoch.json'), '{')],
  ['of before there was a counter', () => db.transaction(tx => tx.run('DELETE FROM epoch').then(() => {}))],
])('a store %s is restored, until the watermarks agree', async (_, restore) => {
  for (let start = 0; start < 3; start++) await open()
  await restore()
  expect((await open()).restored(S)).toBe(true)
  const again = await open()
  expect(again.restored(S)).toBe(true)
  await again.agreed(S)
  expect(again.restored(S)).toBe(false)
  expect((await open()).restored(S)).toBe(false)
  expect(await inside()).toBe(((await outside()) as { epoch: number }).epoch)
})

test('while the node works they are raised once in each span in which something was stored', async () => {
  const epoch = await open()
  const failures: unknown[] = []
  const upkeep = createUpkeep(clock, { done() {}, failed: (_, error) => failures.push(error) })
  upkeep.start({ epoch: { every: EPOCH_LIMITS.every, round: () => epoch.advance() } })
  const passed = async (ms: number) => {
    clock.advance(ms)
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
    return inside()
  }
  expect(await passed(UPKEEP_LIMITS.first)).toBe(1)
  expect(await passed(EPOCH_LIMITS.every)).toBe(1)
  await receipt()
  await receipt()
  expect(await passed(EPOCH_LIMITS.every - 1)).toBe(1)
  clock.advance(1)
  upkeep.end()
  await epoch.stop()
  expect([await inside(), await outside()]).toEqual([2, { epoch: 2 }])
  expect(failures).toEqual([])
})
