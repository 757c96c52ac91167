import { afterEach, beforeEach, expect, test } from 'vitest'
import { PLAY_ITEM } from '../../../../test/support/play-case.ts'
import { playItem } from '../../../../test/support/play-lists.ts'
import { createWorld, type World } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../../test/support/world-case.ts'
import { type CaseScans, createCaseScans, SCAN_LIMITS } from './scans.ts'

const ITEM = playItem(0, {
  taskCode: PLAY_ITEM.code,
  taskVersion: PLAY_ITEM.version,
  materials: [
    {
      materialCode: 'M01',
      materialName: '身份证',
      isNeed: '1',
      materialType: '1',
      materialFormat: '3',
      sourceType: '20',
      reviewPoints: ['正反两面', '在有效期内'],
    },
  ],
})
const CARD = 'a'.repeat(64)
const EXTRA = 'b'.repeat(64)
let world: World
let thread: string
let scans: CaseScans

beforeEach(async () => {
  world = await createWorld({ items: [ITEM] })
  const agreement = await agree(world)
  thread = await submitCase(world, agreement, {
    receivedAt: new Date(world.clock.now() - 3_600_000).toISOString(),
    materials: [
      { code: 'M01', name: '张三身份证.pdf', sha256: CARD, form: 'copy', pages: 2 },
      { code: 'M09', name: '其他.ofd', sha256: EXTRA },
    ],
  })
  await world.settle()
  const city = world.city(HANDLING)
  scans = createCaseScans({
    db: city.db,
    clock: world.clock,
    audit: city.audit,
    get: of => city.cases.get(of),
    packets: no => city.packets().packets(city.db, no),
    pages: {
      held: async hashes =>
        hashes.includes(CARD) ? [{ commitment: { sha256: CARD, size: 10, type: 'application/pdf' } }] : [],
      of: async () => 3,
      texts: async () => ({ pages: ['姓名'], truncated: false }),
    },
    read: async (sha256, offset = 0) => ({
      sha256,
      size: 10,
      type: 'application/pdf',
      body: new Blob(['0123456789'.slice(offset)]).stream(),
    }),
    item: async () => ITEM,
  })
})
afterEach(() => world.stop())

const rows = async (action: string) =>
  (
    await world
      .city(HANDLING)
      .db.query('SELECT 1 FROM audit WHERE subject = ? AND action = ? AND actor = ?', [thread, action, 'person:1'])
  ).length

test('each material has its names, its pages as written and as counted, what to look at, and whether it is here', async () => {
  expect(await scans.list(thread, 'person:1')).toMatchObject([
    {
      sha256: CARD,
      kind: 'case.submit',
      city: COLLECTING,
      code: 'M01',
      name: '张三身份证.pdf',
      title: '身份证',
      form: 'copy',
      pages: 2,
      counted: 3,
      held: true,
      unreadable: false,
      reviewPoints: ['正反两面', '在有效期内'],
    },
    { sha256: EXTRA, code: 'M09', title: null, form: null, pages: null, counted: null, held: false, reviewPoints: [] },
  ])
  expect(await rows('case.read')).toBe(1)
})

test('a scan is read within a case that names it alone', async () => {
  expect(await scans.begin(thread, CARD, 'person:1')).toMatchObject({ size: 10 })
  for (const sha256 of ['c'.repeat(64), EXTRA])
    await expect(scans.begin(thread, sha256, 'person:1')).rejects.toThrow('material.missing')
  await expect(scans.texts(thread, 'c'.repeat(64), 'person:1')).rejects.toThrow('material.missing')
  await expect(scans.begin('0'.repeat(32), CARD, 'person:1')).rejects.toThrow('thread.unknown')
})

test('the parts that a viewer asks for are one look, until its time is over; another account has its own', async () => {
  for (let part = 0; part < 5; part++) await scans.begin(thread, CARD, 'person:1')
  await scans.texts(thread, CARD, 'person:1')
  expect(await rows('material.read')).toBe(1)
  world.clock.advance(SCAN_LIMITS.look - 1)
  await scans.begin(thread, CARD, 'person:1')
  expect(await rows('material.read')).toBe(1)
  world.clock.advance(1)
  await scans.begin(thread, CARD, 'person:1')
  expect(await rows('material.read')).toBe(2)
  await scans.begin(thread, CARD, 'person:2')
  expect(await rows('material.read')).toBe(2)
})

test('as many looks as are remembered are told once, one more forgets the oldest', async () => {
  await scans.begin(thread, CARD, 'person:1')
  for (let account = 2; account <= SCAN_LIMITS.looks; account++) await scans.begin(thread, CARD, `person:${account}`)
  await scans.begin(thread, CARD, 'person:1')
  expect(await rows('material.read')).toBe(1)
  await scans.begin(thread, CARD, 'person:another')
  await scans.begin(thread, CARD, 'person:1')
  expect(await rows('material.read')).toBe(2)
})

test('of a purged case nothing is shown, though another one holds the same bytes', async () => {
  const { db } = world.city(HANDLING)
  await db.transaction(tx =>
    tx.run('UPDATE cases SET purged_at = 1 WHERE thread_no = (SELECT no FROM threads WHERE thread = unhex(?))', [
      thread,
    ]),
  )
  await expect(scans.begin(thread, CARD, 'person:1')).rejects.toThrow('material.missing')
  await expect(scans.texts(thread, CARD, 'person:1')).rejects.toThrow('material.missing')
  expect((await scans.list(thread, 'person:1')).map(({ held, counted }) => [held, counted])).toEqual([
    [false, null],
    [false, null],
  ])
  expect(await rows('material.read')).toBe(0)
})
