import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HolidayTable } from '../../../protocol/calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../../../protocol/calendar/china.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, HANDLING, submitCase, worldAgreement } from '../../../test/support/world-case.ts'
import { createCalendarImpact } from './calendar-impact.ts'
import { createCaseClocks } from './clocks.ts'

let world: Awaited<ReturnType<typeof createWorld>>
// Monday, 23 November 2026, 08:00 in China.
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.stop())

const CN2026 = CHINA_HOLIDAYS.find(({ year }) => year === 2026) as HolidayTable
const CN2027: HolidayTable = {
  v: 1,
  region: 'CN',
  year: 2027,
  off: ['2027-01-01'],
  worked: [],
  source: '国务院办公厅通知',
}

function impact(limits = { cases: 100, told: 10, batch: 3 }) {
  const { db, agreements, calendars: calendar, packets, cases } = world.city(HANDLING)
  const clocksBy = (calendars: Parameters<typeof createCaseClocks>[0]['calendars']) =>
    createCaseClocks({ clock: world.clock, agreements, calendars })
  return {
    cases,
    calendar,
    of: createCalendarImpact({
      db,
      packets: (store, no) => packets().packets(store, no),
      clocks: clocksBy(calendar),
      clocksBy,
      wouldBe: table => calendar.wouldBe(table),
      limits,
    }),
  }
}

async function begin(count: number): Promise<string[]> {
  const agreement = await agree(world, worldAgreement({ clock: { recheckDays: 2 } }))
  const threads: string[] = []
  for (let n = 0; n < count; n++) {
    threads.push(
      await submitCase(world, agreement, { caseNo: `AK-${n}`, receivedAt: new Date(world.clock.now()).toISOString() }),
    )
    await world.settle()
  }
  return threads
}

test('a day more that is off moves each limit that runs over it, and what is told is what an import then does', async () => {
  const [thread = ''] = await begin(1)
  const { of, cases, calendar } = impact()
  const dayOf = async () => (await cases.get(thread)).clock.deadlines.find(({ duty }) => duty === 'recheck')?.due
  expect(await dayOf()).toBe('2026-11-25')
  const table = { ...CN2026, off: [...CN2026.off, '2026-11-24'] }
  const told = await of(table)
  expect(told).toMatchObject({
    days: [{ day: '2026-11-24', works: false }],
    coveredThrough: '2026-12-31',
    looked: 1,
    capped: false,
  })
  expect(told.items).toContainEqual({
    thread,
    caseNo: 'AK-0',
    duty: 'recheck',
    city: HANDLING,
    before: '2026-11-25',
    after: '2026-11-26',
  })
  expect(told.moved).toBe(told.items.length)
  // Nothing was done.
  expect(await dayOf()).toBe('2026-11-25')
  await calendar.import(table, 'person:1')
  await world.settle()
  expect(await dayOf()).toBe('2026-11-26')
  expect(await of(table)).toMatchObject({ days: [], moved: 0, settled: 0, items: [] })
})

test('the table of the next year settles limits that were provisional, and tells how far tables would reach', async () => {
  world.clock.advance(35 * 86_400_000)
  await begin(1)
  const { of } = impact()
  const told = await of(CN2027)
  expect(told).toMatchObject({ coveredThrough: '2027-12-31', days: [{ day: '2027-01-01', works: false }], looked: 1 })
  expect(told.moved + told.settled).toBeGreaterThan(0)
})

test('cases are looked at up to a bound, the newest first, and limits told up to another; what is over is counted', async () => {
  await begin(3)
  const table = { ...CN2026, off: [...CN2026.off, '2026-11-24'] }
  const all = await impact({ cases: 3, told: 100, batch: 2 }).of(table)
  expect(all).toMatchObject({ looked: 3, capped: false })
  const fewer = await impact({ cases: 2, told: 1, batch: 2 }).of(table)
  expect(fewer).toMatchObject({ looked: 2, capped: true, moved: (all.moved * 2) / 3 })
  expect(fewer.items).toHaveLength(1)
  expect(fewer.items[0]?.caseNo).toBe('AK-2')
})

test('a table that does not hold is refused', async () => {
  await expect(impact().of({ ...CN2027, off: ['2026-01-01'] })).rejects.toThrow('another year')
})
