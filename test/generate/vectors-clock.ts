/** Vectors of the clock: days that are counted by tables of holidays, their digests, and what is due in a thread. SPEC.md §6.5. */
import { addWorkingDays, calendarOf, type HolidayTable } from '../../protocol/calendar/calendar.ts'
import { tableDigest } from '../../protocol/calendar/notice.ts'
import { caseClock } from '../../protocol/case/deadlines.ts'
import { foldCase } from '../../protocol/case/fold.ts'
import type { CaseKind } from '../../protocol/case/kinds.ts'
import type { VectorCity } from './vector-keys.ts'
import { type Add, b64, submitContent, Writer, type Written } from './vector-writer.ts'

const A = '610900'
const S = '420300'
/** A table of the nation. */
export const YEAR: HolidayTable = {
  v: 1,
  region: 'CN',
  year: 2026,
  off: ['2026-01-01', '2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07'],
  worked: ['2026-09-27', '2026-10-10'],
  source: '国务院办公厅通知',
}
/** A day of one region alone. */
const REGION: HolidayTable = { v: 1, region: '42', year: 2026, off: ['2026-11-04'], worked: [], source: '湖北省' }
const TERMS = {
  forwardDays: 1,
  mailDays: 2,
  recheckDays: 1,
  resultMailDays: 1,
  supplementNoticeDays: 5,
  supplementClockStart: 'arrival' as const,
  objectionDays: 3,
}
/** 2026-11-30 12:00 in China. */
const AT = Date.UTC(2026, 10, 30, 4) / 1000

/** What a reader must say of each duty; how urgent it is at some time is its own affair. */
export function dueIn(
  packets: readonly Written[],
  given: { terms: typeof TERMS; tables: readonly HolidayTable[]; now: number },
) {
  const state = foldCase(
    packets.map(({ id, claims, body }) => ({
      id,
      claims,
      body: JSON.parse(new TextDecoder().decode(body)) as unknown,
    })),
  )
  if (state === null) throw new Error('no case')
  const { deadlines } = caseClock({
    state,
    terms: given.terms,
    calendarOf: code => calendarOf(given.tables, code),
    now: given.now,
  })
  return deadlines.map(({ duty, city, from, due, done, provisional }) => ({ duty, city, from, due, done, provisional }))
}

export async function addClock(add: Add, ankang: VectorCity, shiyan: VectorCity): Promise<void> {
  const tables = [YEAR, REGION]
  for (const [path, description, city, from, days] of [
    ['weekend', 'Over a weekend', A, '2026-11-06', 1],
    ['holidays', 'Over the days of the nation, and a weekend day that is worked', A, '2026-09-30', 2],
    ['region', 'Over a day that one region has off', S, '2026-11-03', 1],
    ['another-region', 'The same day elsewhere', A, '2026-11-03', 1],
    ['none', 'No days, from a day that is not worked', A, '2026-11-07', 0],
    ['beyond', 'Into a year without a table', A, '2026-12-30', 5],
    ['before', 'From a year without a table', A, '2025-12-30', 5],
  ] as const)
    add(
      `calendar/valid/${path}`,
      description,
      { tables, city, from, days },
      { ok: true, ...addWorkingDays(calendarOf(tables, city), from, days) },
    )
  for (const [path, table] of [
    ['nation', YEAR],
    ['region', REGION],
  ] as const)
    add(
      `calendar-digest/valid/${path}`,
      'Digest of a table, whatever the order of its days',
      { table: { ...table, off: table.off.toReversed() } },
      { ok: true, sha256: await tableDigest(table) },
    )

  const play = async (
    path: string,
    description: string,
    mode: 0 | 2,
    steps: readonly (readonly [iss: string, kind: CaseKind, content: object, day: string])[],
  ) => {
    const writer = new Writer([ankang, shiyan])
    const packets = [await writer.say(A, S, 'case.submit', submitContent(mode), { agreement: 'ab'.repeat(32) })]
    for (const [iss, kind, content, day] of steps)
      packets.push(
        await writer.say(iss, iss === A ? S : A, kind, content, { iat: Date.parse(`${day}:00+08:00`) / 1000 }),
      )
    const given = { terms: TERMS, tables, now: AT }
    add(
      `clock/valid/${path}`,
      description,
      { packets: packets.map(({ jws, body }) => ({ jws, body: b64(body) })), ...given },
      { ok: true, deadlines: dueIn(packets, given) },
    )
  }
  const arrived = [S, 'case.arrived', { localCaseNo: 'SP20261102000001' }, '2026-11-02T10:00'] as const
  await play('nothing-told', 'Nobody said anything after the arrival', 0, [arrived])
  await play('granted', 'A straight case in which all was done in time', 0, [
    arrived,
    [S, 'case.accept', { promisedBy: '2026-11-12' }, '2026-11-03T10:00'],
    [S, 'case.decide', { outcome: 'granted' }, '2026-11-10T10:00'],
    [S, 'case.send-result', { method: 'pickup' }, '2026-11-11T10:00'],
    [S, 'case.close', { outcome: 'granted' }, '2026-11-12T10:00'],
  ])
  await play('late', 'Registered late: the limit of the notice does not begin anew, and the promise was missed', 0, [
    [S, 'case.arrived', { localCaseNo: 'SP20261102000001' }, '2026-11-11T10:00'],
    [S, 'case.accept', { promisedBy: '2026-11-16' }, '2026-11-12T10:00'],
    [S, 'case.decide', { outcome: 'granted' }, '2026-11-18T10:00'],
  ])
  await play('paused', 'A special procedure stops the promise, whose days are added', 0, [
    arrived,
    [S, 'case.accept', { promisedBy: '2026-11-12' }, '2026-11-03T10:00'],
    [S, 'case.pause', { procedure: 'hearing', reason: '听证' }, '2026-11-05T10:00'],
    [S, 'case.resume', {}, '2026-11-11T10:00'],
  ])
  await play('supplemented', 'A supplement by a named day, and its review', 0, [
    arrived,
    [
      S,
      'case.request-supplement',
      { notice: '请补正', deadline: '2026-11-14', materials: [], form: [{ field: '联系地址', reason: '缺少门牌号' }] },
      '2026-11-03T10:00',
    ],
    [A, 'case.supplement', { materials: [], form: { 联系地址: '安康市汉滨区' } }, '2026-11-16T10:00'],
  ])
  await play('objected', 'Mode 2: the owner has its days to object', 2, [
    [A, 'case.arrived', { localCaseNo: 'AK-1' }, '2026-11-02T10:00'],
    [A, 'case.accept', {}, '2026-11-02T11:00'],
    [A, 'case.decide', { outcome: 'granted' }, '2026-11-03T10:00'],
  ])
  await play('lapsed', 'What was promised for later did not come', 0, [
    arrived,
    [A, 'case.commit', { materials: ['M03'], until: '2026-11-10' }, '2026-11-02T11:00'],
    [S, 'case.accept', {}, '2026-11-03T10:00'],
  ])
}
