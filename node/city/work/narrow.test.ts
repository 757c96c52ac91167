import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { COUNTED } from '../../../protocol/case/counted.ts'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { departmentOf } from '../../../protocol/rights/can.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase, worldAgreement } from '../../../test/support/world-case.ts'
import { lookupKeys } from '../cases/lookup.ts'
import { hasDays, type Narrow, wantedOf } from './narrow.ts'
import { createQueues } from './queues.ts'
import { createStatistics } from './statistics.ts'

const DAY = 86_400_000
let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string

beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
})
afterEach(() => world.stop())

async function submit(): Promise<string> {
  const code = worldAgreement().items[0]?.taskCode ?? ''
  const thread = await submitCase(world, agreement, {
    item: { code, name: '异地购房提取住房公积金', version: 1, promiseDay: 5, anticipateDay: 20 },
    receivedAt: new Date(world.clock.now()).toISOString(),
  })
  await world.settle()
  return thread
}
async function say<K extends CaseKind>(city: string, thread: string, kind: K, body: CaseContent<K>): Promise<void> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}

/** One granted in time and rated well, one granted late and rated badly, one refused, one that waits. */
async function play(): Promise<string> {
  const granted = await submit()
  const late = await submit()
  const refused = await submit()
  await submit()
  for (const thread of [granted, late]) await say(HANDLING, thread, 'case.accept', {})
  await say(HANDLING, refused, 'case.refuse', { reason: '不属于本机关', basis: '行政许可法第三十二条' })
  await say(HANDLING, granted, 'case.decide', { outcome: 'granted' })
  await say(HANDLING, granted, 'case.close', { outcome: 'granted' })
  await say(COLLECTING, granted, 'case.evaluate', { target: 'department', level: 1, channel: '窗口' })
  world.clock.advance(60 * DAY)
  await say(HANDLING, late, 'case.decide', { outcome: 'granted' })
  await say(COLLECTING, late, 'case.evaluate', { target: 'department', level: 5, channel: '窗口' })
  const [row] = await world.city(HANDLING).db.query<{ item: string }>('SELECT item_code AS item FROM cases')
  return row?.item ?? ''
}

function deskOf(city: string) {
  const { db, clocks, packets, audit, events, cases } = world.city(city)
  const statistics = createStatistics({
    db,
    packets: (store, no) => packets().packets(store, no),
    deadlines: async (store, state) => (await clocks.of(store, state)).deadlines,
  })
  const queues = createQueues({
    db,
    clock: world.clock,
    audit,
    events,
    rows: numbers => cases.rows(numbers),
    keys: lookupKeys(text => createHash('sha256').update(text).digest()),
    assertAsSeen: async () => {},
    isPerson: async () => true,
  })
  return { db, statistics, queues }
}

test('the cases behind each number are as many as it says, whatever it is narrowed to', async () => {
  const item = await play()
  const department = departmentOf(item)
  const { statistics, queues } = deskOf(HANDLING)
  await statistics.catchUp()
  const ofOne: readonly Narrow[] = [{}, { role: 'handling' }, { partner: COLLECTING }, { item }, { department }]
  const ofSeveral: readonly Narrow[] = [
    { role: 'handling', partner: COLLECTING },
    { partner: COLLECTING, item, department },
    { role: 'collecting', item },
    { role: 'handling', partner: HANDLING },
  ]
  let seen = 0
  for (const narrow of [...ofOne, ...ofSeveral])
    for (const [from, to, first, last] of [
      ['2026-11', '2026-11', '2026-11-01', '2026-11-30'],
      ['2026-11', '2027-03', '2026-11-01', '2027-03-31'],
    ] as const) {
      const [sum] = await statistics.sums('all', from, to, null, { narrow, total: true })
      for (const counted of COUNTED) {
        const found = await queues.search({ ...narrow, counted, from: first, to: last }, 50, null)
        const count = sum?.counts[counted] ?? 0
        expect([narrow, from, to, counted, found.length]).toEqual([narrow, from, to, counted, count])
        seen += found.length
      }
    }
  expect(seen).toBeGreaterThan(50)
  const whole = { from: '2026-11-01', to: '2027-03-31' }
  expect(await queues.search({ counted: 'late', ...whole }, 50, null)).toHaveLength(1)
  expect(await queues.search({ counted: 'on-time', ...whole }, 50, null)).toHaveLength(1)
  expect(await queues.search({ counted: 'bad', ...whole }, 50, null)).toHaveLength(1)
})

test('a case that was passed on counts under the department that has it, and for its item as before', async () => {
  const item = await play()
  const own = departmentOf(item)
  const other = '11420300MB0000001A'
  const { db, statistics, queues } = deskOf(HANDLING)
  await statistics.catchUp()
  world.clock.advance(1)
  await db.transaction(tx =>
    tx.run(`UPDATE cases SET passed_to = ?, place = ?, updated_at = ? WHERE state = 'closed'`, [
      other,
      `d:${other}`,
      world.clock.now(),
    ]),
  )
  await statistics.catchUp()
  const span = ['2026-01', '2027-12', null] as const
  const counts = async (by: 'all' | 'department' | 'item', narrow: Narrow) =>
    (await statistics.sums(by, ...span, { narrow, total: true })).map(({ key, counts }) => [
      key,
      counts.submitted,
      counts.decided,
    ])
  expect((await counts('department', {})).toSorted()).toEqual([
    [other, 1, 1],
    [own, 3, 1],
  ])
  for (const [department, submitted] of [
    [own, 3],
    [other, 1],
  ] as const) {
    expect(await counts('item', { department })).toEqual([[item, submitted, 1]])
    expect(await counts('all', { department, partner: COLLECTING })).toEqual([['', submitted, 1]])
    const found = { department, counted: 'submitted' as const, from: '2026-01-01', to: '2027-12-31' }
    expect(await queues.search(found, 50, null)).toHaveLength(submitted)
  }
  expect(await counts('item', { partner: COLLECTING })).toEqual([[item, 4, 2]])
  expect([...(await statistics.pairs('2026', '2027'))]).toEqual([[`handling ${COLLECTING} ${item}`, 4]])
})

test('a case with a rating of each side is found once', async () => {
  const thread = await submit()
  await say(HANDLING, thread, 'case.accept', {})
  await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
  for (const target of ['department', 'window'] as const)
    await say(COLLECTING, thread, 'case.evaluate', { target, level: 5, channel: '窗口' })
  const { statistics, queues } = deskOf(HANDLING)
  await statistics.catchUp()
  expect((await statistics.sums('all', '2026', '2026', null))[0]?.counts).toMatchObject({ rated: 2, bad: 2 })
  expect(await queues.search({ counted: 'bad' }, 50, null)).toHaveLength(1)
  expect(await queues.search({ counted: 'bad', to: '2026-10-31' }, 50, null)).toEqual([])
})

test('sums of several periods are one where the total is wanted, its times over all of them', async () => {
  await play()
  const { statistics } = deskOf(HANDLING)
  await statistics.catchUp()
  const months = await statistics.sums('all', '2026-11', '2027-03', null)
  const [total, ...others] = await statistics.sums('all', '2026-11', '2027-03', null, { total: true })
  expect(months.length).toBeGreaterThan(1)
  expect(others).toEqual([])
  expect(total?.period).toBe('2026-11/2027-03')
  expect(total?.counts.decided).toBe(2)
  expect(months.reduce((sum, { counts }) => sum + (counts.decided ?? 0), 0)).toBe(2)
  expect(total?.days.decide).toEqual({ p50: 0, p95: 60 })
})

test('flows are counted by role and partner, and sums of a partner, item or department are its share of them', async () => {
  const item = await play()
  const { statistics } = deskOf(HANDLING)
  await statistics.catchUp()
  const of = async (by: 'flow' | 'item' | 'department' | 'partner' | 'role', narrow: Narrow) =>
    (await statistics.sums(by, '2026', '2026', null, { narrow })).map(({ key, counts }) => [key, counts.submitted])
  expect(await of('flow', {})).toEqual([[`handling ${COLLECTING}`, 4]])
  expect(await of('flow', { item })).toEqual([[`handling ${COLLECTING}`, 4]])
  expect(await of('flow', { role: 'collecting' })).toEqual([])
  expect(await of('item', { partner: COLLECTING })).toEqual([[item, 4]])
  expect(await of('department', { partner: COLLECTING })).toEqual([[departmentOf(item), 4]])
  expect(await of('role', { item })).toEqual([['handling', 4]])
  expect(await statistics.heat('2026', '2026', { partner: COLLECTING, role: 'handling' }, 5)).toEqual([
    { item, cases: 4 },
  ])
  expect(await statistics.heat('2026', '2026', { partner: HANDLING }, 5)).toEqual([])
  // At the other city the same cases were taken in, and none is decided.
  const there = deskOf(COLLECTING).statistics
  await there.catchUp()
  const sums = await there.sums('flow', '2026', '2026', null)
  expect(sums.map(({ key, counts }) => [key, counts.submitted])).toEqual([[`collecting ${HANDLING}`, 4]])
  expect(await there.sums('department', '2026', '2026', null, { narrow: { partner: HANDLING } })).toEqual([])
})

test('sums made anew are the same, those of each role, partner and item among them', async () => {
  const item = await play()
  const { statistics } = deskOf(HANDLING)
  await statistics.catchUp()
  const narrow = { role: 'handling', item } as const
  const before = await statistics.sums('all', '2026', '2027', null, { narrow })
  expect(before[0]?.counts).toMatchObject({ submitted: 4, accepted: 2, 'outcome.granted': 1, 'on-time': 1 })
  await statistics.reset()
  await statistics.catchUp()
  expect(await statistics.sums('all', '2026', '2027', null, { narrow })).toEqual(before)
})

test('what few cases are counted in is found by an index', async () => {
  const { db } = deskOf(HANDLING)
  for (const [where, index] of [
    [`json_extract(given, '$.t') = 0`, 'case_stat_late'],
    [`json_array_length(given, '$.v') > 0`, 'case_stat_rated'],
  ] as const) {
    const plan = await db.query<{ detail: string }>(`EXPLAIN QUERY PLAN SELECT thread_no FROM case_stat WHERE ${where}`)
    expect(plan.map(({ detail }) => detail).join()).toContain(index)
  }
})

test('what is kept is said: modes and windows of all cases alone, days of one role, partner or department', () => {
  expect(wantedOf('mode', {})?.dim).toBe('mode')
  expect(wantedOf('mode', { role: 'handling' })).toBeNull()
  expect(wantedOf('window', { partner: COLLECTING })).toBeNull()
  expect(hasDays('all', {})).toBe(true)
  expect(hasDays('all', { partner: COLLECTING })).toBe(true)
  expect(hasDays('all', { partner: COLLECTING, role: 'handling' })).toBe(false)
  expect(hasDays('all', { item: '1' })).toBe(false)
  expect(hasDays('flow', {})).toBe(false)
})

test('items are added up only where an item or department is asked for', () => {
  const dim = (...asked: Parameters<typeof wantedOf>) => wantedOf(...asked)?.dim
  expect(dim('flow', {})).toBe('flow')
  expect(dim('flow', { role: 'handling' })).toBe('flow')
  expect(dim('all', { role: 'handling', partner: COLLECTING })).toBe('flow')
  expect(dim('partner', { role: 'collecting' })).toBe('flow')
  expect(dim('flow', { item: '1' })).toBe('pair')
  expect(dim('role', { department: '1' })).toBe('pair')
  expect(dim('item', { partner: COLLECTING })).toBe('pair')
})
