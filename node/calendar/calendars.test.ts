import { describe, expect, test } from 'vitest'
import { addWorkingDays } from '../../protocol/calendar/calendar.ts'
import { createTestApi } from '../../test/support/http.ts'
import { openTestStore } from '../../test/support/store.ts'
import { createCalendars } from './calendars.ts'
import { calendarRoutes } from './routes.ts'

const NEXT = { v: 1 as const, region: 'CN', year: 2027, off: ['2027-01-01'], worked: [], source: '国务院办公厅通知' }
const clock = { now: () => 1_800_000_000_000, after: () => () => {} }

async function open() {
  const api = await createTestApi({
    store: await openTestStore(),
    routes: async ({ database, audit, events }) => {
      const calendars = await createCalendars({ db: database, clock, audit, events, changed: async () => {} })
      return [calendarRoutes(calendars, '420300')]
    },
  })
  return api
}

describe('calendars', () => {
  test('an imported year ends what was provisional, outlives a restart, and can be taken back', async () => {
    const store = await openTestStore()
    const api = await createTestApi({ store })
    const parts = { db: api.database, clock, audit: api.audit, events: api.events, changed: async () => {} }
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
