import { describe, expect, test, vi } from 'vitest'
import { addDays, addWorkingDays, workingDaysBetween } from '../../../protocol/calendar/calendar.ts'
import { createHandClock, createTestApi } from '../../../test/support/http.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createCalendars } from './calendars.ts'
import { COVERAGE_LIMITS } from './reminders.ts'
import { calendarRoutes } from './routes.ts'

const NEXT = { v: 1 as const, region: 'CN', year: 2027, off: ['2027-01-01'], worked: [], source: '国务院办公厅通知' }
const clock = { now: () => 1_800_000_000_000, after: () => () => {} }

/** Noon of a day in China, until it is moved. */
function days(from: string) {
  let now = Date.parse(`${from}T04:00:00Z`)
  return { now: () => now, after: () => () => {}, move: (to: string) => (now = Date.parse(`${to}T04:00:00Z`)) }
}

const quiet = { own: '420300', changed: async () => {}, announce: () => {}, failed: () => {} }

async function open() {
  const api = await createTestApi({
    store: await openTestStore(),
    routes: async ({ database, audit, events }) => {
      const calendars = await createCalendars({ db: database, clock, audit, events, ...quiet })
      return [calendarRoutes(calendars, '420300', () => [])]
    },
  })
  return api
}

describe('calendars', () => {
  test('remind of the next year while limits can still reach it, until its table is there and has the days that the law alone makes holidays', async () => {
    const api = await createTestApi({ store: await openTestStore() })
    const parts = { db: api.database, clock: days('2026-10-01'), audit: api.audit, events: api.events, ...quiet }
    const calendars = await createCalendars(parts)
    // The tables end with 31 December in China.
    const end = Date.parse('2026-12-31T16:00:00Z')
    const ahead = COVERAGE_LIMITS.ahead * 86_400_000
    expect(await calendars.coverage(end - ahead - 1)).toEqual([])
    expect(await calendars.coverage(end - ahead)).toMatchObject([
      { id: 'calendar:coverage:2026-12-31', kind: 'calendar', dueAt: end, level: 'warn', act: 'you' },
    ])
    const off = Array.from({ length: COVERAGE_LIMITS.statutory }, (_, n) => addDays('2027-01-01', n))
    await calendars.import({ ...NEXT, off: off.slice(1) }, 'person:1')
    expect(await calendars.coverage(end)).toMatchObject([{ id: 'calendar:thin:2027', act: 'you', level: 'warn' }])
    await calendars.import({ ...NEXT, off }, 'person:1')
    expect(await calendars.coverage(end)).toEqual([])
    expect(await calendars.coverage(Date.parse('2027-12-31T16:00:00Z') - ahead)).toHaveLength(1)
  })

  test('an imported year ends what was provisional, outlives a restart, and can be taken back', async () => {
    const store = await openTestStore()
    const api = await createTestApi({ store })
    const parts = { db: api.database, clock, audit: api.audit, events: api.events, ...quiet }
    const calendars = await createCalendars(parts)
    expect(addWorkingDays(calendars.of('420300'), '2026-12-30', 2)).toEqual({ day: '2027-01-01', provisional: true })
    await calendars.import(NEXT, 'person:1')
    const expected = { day: '2027-01-04', provisional: false }
    expect(addWorkingDays(calendars.of('420300'), '2026-12-30', 2)).toEqual(expected)
    const restarted = await createCalendars(parts)
    expect(addWorkingDays(restarted.of('610900'), '2026-12-30', 2)).toEqual(expected)
    await restarted.remove('CN', 2027, 'person:1')
    expect(restarted.of('420300').covered?.through).toBe('2026-12-31')
    await expect(restarted.remove('CN', 2026, 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
    const audited = await api.audit.list({ subject: 'CN 2027' }, 10, null)
    expect(audited.map(row => row.action)).toEqual(['calendar.removed', 'calendar.imported'])
  })

  test("a partner's limits run by the tables that it tells, also after a restart; own imports count until it told any", async () => {
    const api = await createTestApi({ store: await openTestStore() })
    let recounted = 0
    const changed = async () => void recounted++
    const parts = {
      db: api.database,
      clock: days('2026-11-20'),
      audit: api.audit,
      events: api.events,
      ...quiet,
      changed,
    }
    const calendars = await createCalendars(parts)
    const festival = { v: 1 as const, region: '61', year: 2026, off: ['2026-11-24'], worked: [], source: '省政府通知' }
    const next = () => addWorkingDays(calendars.of('610900'), '2026-11-23', 1).day
    expect(next()).toBe('2026-11-24')
    await calendars.import(festival, 'person:1')
    expect([next(), recounted]).toEqual(['2026-11-25', 1])
    const none = { ...calendars.notice(), regional: [] }
    await calendars.receive('610900', none)
    expect([next(), recounted]).toEqual(['2026-11-24', 2])
    const partner = [{ code: '610900', name: '安康市' }]
    expect(await calendars.reminders(partner, 0)).toMatchObject([
      { id: 'calendar:610900:61:2026:partner', act: 'partner', level: 'warn' },
    ])
    const told = { ...none, regional: [{ ...festival, off: ['2026-11-24', '2026-11-25'] }] }
    await calendars.receive('610900', told)
    await calendars.receive('610900', told)
    expect([next(), recounted]).toEqual(['2026-11-26', 3])
    expect(addWorkingDays(calendars.of('610100'), '2026-11-23', 1).day).toBe('2026-11-25')
    expect(await calendars.reminders(partner, 0)).toMatchObject([{ id: 'calendar:610900:61:2026:differs' }])
    // Nothing that is malformed, nor of another region, takes the place of what holds.
    await calendars.receive('610900', { ...none, regional: [{ ...festival, region: '42' }] })
    expect([next(), recounted]).toEqual(['2026-11-26', 3])
    expect((await calendars.reminders(partner, 0)).map(({ id }) => id)).toContain('calendar:610900:malformed')
    const restarted = await createCalendars(parts)
    expect(addWorkingDays(restarted.of('610900'), '2026-11-23', 1).day).toBe('2026-11-26')
    expect((await api.audit.list({ action: 'calendar.told' }, 10, null)).map(({ actor }) => actor)).toEqual([
      'city:610900',
    ])
  })

  test('what a partner tells counts from that day on; days that are over wait for the administrator', async () => {
    const api = await createTestApi({ store: await openTestStore() })
    const time = days('2026-11-10')
    let recounted = 0
    const changed = async () => void recounted++
    const parts = { db: api.database, clock: time, audit: api.audit, events: api.events, ...quiet, changed }
    const calendars = await createCalendars(parts)
    const partner = [{ code: '610900', name: '安康市' }]
    const tell = (...off: string[]) =>
      calendars.receive('610900', {
        ...calendars.notice(),
        regional: [{ v: 1, region: '61', year: 2026, off, worked: [], source: '省政府通知' }],
      })
    const worked = (from: string, to: string) => workingDaysBetween(calendars.of('610900'), from, to)
    const all = Array.from({ length: 60 }, (_, n) => addDays('2026-10-01', n))
    const before = worked('2026-10-01', '2026-11-09')

    await tell(...all)
    expect(worked('2026-10-01', '2026-11-09')).toBe(before)
    // From the day on which it was told; 30 November is a Monday after those sixty days.
    expect(addWorkingDays(calendars.of('610900'), '2026-11-09', 1).day).toBe('2026-11-30')
    expect(calendars.tablesOf('610900').at(-1)).toMatchObject({ region: '61', toldOn: '2026-11-10' })
    const waiting = all.filter(day => day < '2026-11-10')
    expect(calendars.waiting('610900')).toEqual([{ region: '61', year: 2026, days: waiting }])
    expect(await calendars.reminders(partner, 0)).toMatchObject([{ id: 'calendar:610900:61:2026:past', act: 'you' }])

    // Days that came as they were told stay so, whatever is told when they are over.
    time.move('2026-11-20')
    await tell()
    expect(addWorkingDays(calendars.of('610900'), '2026-11-09', 1).day).toBe('2026-11-20')
    expect(worked('2026-10-01', '2026-11-09')).toBe(before)
    time.move('2026-11-25')
    await tell()
    const restarted = await createCalendars(parts)
    expect(addWorkingDays(restarted.of('610900'), '2026-11-09', 1).day).toBe('2026-11-20')
    expect(calendars.tablesOf('610900').at(-1)).toMatchObject({ toldOn: '2026-11-20' })

    await tell('2026-10-12')
    expect(worked('2026-10-09', '2026-10-12')).toBe(2)
    const counts = recounted
    await marksOf('acceptPastDays', () => calendars.accept('610900', 'person:1'))
    expect([worked('2026-10-09', '2026-10-12'), calendars.waiting('610900'), recounted]).toEqual([1, [], counts + 1])
    expect(await calendars.reminders(partner, 0)).toEqual([])
    expect((await api.audit.list({ action: 'calendar.accepted' }, 10, null)).map(({ actor }) => actor)).toEqual([
      'person:1',
    ])
    await expect(calendars.accept('610900', 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
  })

  test('before it told any, the days of its region that are over stand as they were imported here', async () => {
    const api = await createTestApi({ store: await openTestStore() })
    const parts = { db: api.database, clock: days('2026-11-10'), audit: api.audit, events: api.events, ...quiet }
    const calendars = await createCalendars(parts)
    const own = {
      v: 1 as const,
      region: '61',
      year: 2026,
      off: ['2026-11-03', '2026-11-24'],
      worked: [],
      source: '省政府通知',
    }
    await calendars.import(own, 'person:1')
    await calendars.receive('610900', { ...calendars.notice(), regional: [] })
    expect(addWorkingDays(calendars.of('610900'), '2026-11-02', 1).day).toBe('2026-11-04')
    expect(addWorkingDays(calendars.of('610900'), '2026-11-23', 1).day).toBe('2026-11-24')
    expect(calendars.waiting('610900')).toEqual([{ region: '61', year: 2026, days: ['2026-11-03'] }])
  })

  test('a partner that tells other days again and again costs one count at a time', async () => {
    const api = await createTestApi({ store: await openTestStore() })
    const gate = Promise.withResolvers<void>()
    let counts = 0
    const changed = async () => {
      counts++
      await gate.promise
    }
    const parts = {
      db: api.database,
      clock: days('2026-10-20'),
      audit: api.audit,
      events: api.events,
      ...quiet,
      changed,
    }
    const calendars = await createCalendars(parts)
    const tell = (day: number) =>
      calendars.receive('610900', {
        ...calendars.notice(),
        regional: [{ v: 1, region: '61', year: 2026, off: [`2026-11-0${day}`], worked: [], source: '省政府通知' }],
      })
    await calendars.receive('610900', { ...calendars.notice(), regional: [] })
    expect(counts).toBe(0)
    for (let day = 2; day < 7; day++) await tell(day)
    expect(counts).toBe(1)
    gate.resolve()
    await vi.waitFor(() => expect(counts).toBe(2), 60_000)
    await tell(9)
    await vi.waitFor(() => expect(counts).toBe(3), 60_000)
  })

  test('a count that fails is tried again without anybody asking; what was imported is held', async () => {
    const api = await createTestApi({ store: await openTestStore() })
    const time = createHandClock(Date.parse('2026-11-20T04:00:00Z'))
    let counts = 0
    const failures: unknown[] = []
    const calendars = await createCalendars({
      db: api.database,
      clock: time,
      audit: api.audit,
      events: api.events,
      ...quiet,
      failed: error => failures.push(error),
      async changed() {
        if (++counts === 1) throw new Error('SQLITE_BUSY')
      },
    })
    expect((await calendars.import(NEXT, 'person:1')).table).toEqual(NEXT)
    expect([counts, failures]).toEqual([1, [new Error('SQLITE_BUSY')]])
    time.advance(5_000)
    await calendars.stop()
    expect(counts).toBe(2)
    time.advance(3_600_000)
    expect(counts).toBe(2)
  })

  test('over the API: past days of a partner are seen by all, and taken by an administrator alone', async () => {
    let calendars: Awaited<ReturnType<typeof createCalendars>> | undefined
    const api = await createTestApi({
      store: await openTestStore(),
      routes: async ({ database, audit, events }) => {
        calendars = await createCalendars({ db: database, clock: days('2026-11-10'), audit, events, ...quiet })
        return [calendarRoutes(calendars, '420300', () => ['610900'])]
      },
    })
    if (calendars === undefined) throw new Error('no calendars')
    const told = { v: 1 as const, region: '61', year: 2026, off: ['2026-11-03'], worked: [], source: '省政府通知' }
    await calendars.receive('610900', { ...calendars.notice(), regional: [told] })
    const waiting = [{ region: '61', year: 2026, days: ['2026-11-03'] }]
    expect((await api.as('clerk').get('/api/v1/calendar')).body).toMatchObject({ partners: [{ waiting }] })
    const accept = '/api/v1/calendar/partners/610900/accept'
    expect((await api.as('clerk').send('POST', accept, {})).status).toBe(403)
    expect((await api.as('administrator').send('POST', accept, {})).status).toBe(200)
    expect((await api.as('clerk').get('/api/v1/calendar')).body).toMatchObject({ partners: [{ waiting: [] }] })
    expect((await api.as('administrator').send('POST', accept, {})).status).toBe(404)
  })

  test('over the API: an administrator imports, a clerk counts', async () => {
    const api = await open()
    expect((await api.as('clerk').get('/api/v1/calendar')).body).toMatchObject({ coveredThrough: '2026-12-31' })
    expect((await api.as('clerk').send('PUT', '/api/v1/calendar/tables', NEXT)).status).toBe(403)
    expect((await api.as('administrator').send('PUT', '/api/v1/calendar/tables', NEXT)).status).toBe(200)
    const wrong = await api
      .as('administrator')
      .send('PUT', '/api/v1/calendar/tables', { ...NEXT, worked: ['2027-01-04'] })
    expect([wrong.status, wrong.body]).toMatchObject([422, { code: 'calendar.malformed' }])
    const counted = await api.as('clerk').get('/api/v1/calendar/working-days?from=2026-12-30&days=2')
    expect(counted.body).toEqual({ day: '2027-01-04', provisional: false })
  })
})
