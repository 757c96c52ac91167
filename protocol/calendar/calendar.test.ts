import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import {
  addDays,
  addWorkingDays,
  calendarOf,
  type HolidayTable,
  isWorkingDay,
  readHolidayTable,
  workingDaysBetween,
} from './calendar.ts'
import { CHINA_HOLIDAYS } from './china.ts'

const SHIYAN = calendarOf(CHINA_HOLIDAYS, '420300')
const daysOf = (year: number): string[] => {
  const days = [`${year}-01-01`]
  while (days.at(-1) !== `${year}-12-31`) days.push(addDays(days.at(-1) ?? '', 1))
  return days
}

describe('working days of China', () => {
  test.each([
    [2024, 251],
    [2025, 248],
    [2026, 248],
  ])('%i has %i', (year, count) => {
    expect(daysOf(year).filter(day => isWorkingDay(SHIYAN, day))).toHaveLength(count)
  })

  // Counted by hand on the notices.
  test.each([
    ['2024-02-09', 1, '2024-02-18', 'Spring Festival 2024, to a Sunday that is worked'],
    ['2024-09-13', 1, '2024-09-14', 'a Saturday that is worked before Mid-Autumn'],
    ['2024-09-13', 2, '2024-09-18', 'and over the festival'],
    ['2024-09-30', 1, '2024-10-08', 'National Day 2024'],
    ['2025-01-24', 2, '2025-01-27', 'the last days before Spring Festival 2025'],
    ['2025-01-24', 3, '2025-02-05', 'and over it'],
    ['2025-09-30', 1, '2025-10-09', 'National Day and Mid-Autumn 2025'],
    ['2026-02-13', 1, '2026-02-14', 'a Saturday that is worked'],
    ['2026-02-13', 2, '2026-02-24', 'over Spring Festival 2026'],
    ['2026-09-21', 20, '2026-10-26', 'twenty days over Mid-Autumn and National Day 2026'],
    ['2026-10-03', 0, '2026-10-08', 'a limit of no days that begins on a holiday'],
    ['2026-03-04', 0, '2026-03-04', 'and on a working day'],
  ])('%s and %i more is %s: %s', (from, count, expected) => {
    expect(addWorkingDays(SHIYAN, from, count)).toEqual({ day: expected, provisional: false })
  })

  test('past the tables days are counted by weekends and marked provisional', () => {
    expect(addWorkingDays(SHIYAN, '2026-12-30', 1)).toEqual({ day: '2026-12-31', provisional: false })
    expect(addWorkingDays(SHIYAN, '2026-12-30', 2)).toEqual({ day: '2027-01-01', provisional: true })
    expect(addWorkingDays(calendarOf([], '420300'), '2026-10-01', 1)).toEqual({ day: '2026-10-02', provisional: true })
  })

  test('an imported year is counted by its table; a gap ends what is covered', () => {
    const year = { v: 1, region: 'CN', year: 2027, off: ['2027-01-01'], worked: [], source: 'a notice' } as const
    const imported = calendarOf([...CHINA_HOLIDAYS, { ...year, off: [...year.off], worked: [] }], '420300')
    expect(addWorkingDays(imported, '2026-12-30', 2)).toEqual({ day: '2027-01-04', provisional: false })
    const gap = calendarOf([...CHINA_HOLIDAYS, { ...year, year: 2028, off: [], worked: [] }], '420300')
    expect(gap.covered).toEqual({ from: '2024-01-01', through: '2026-12-31' })
  })

  test("a region's holidays are its own", () => {
    const off = ['2026-04-20', '2026-04-21', '2026-04-22']
    const tables = [
      ...CHINA_HOLIDAYS,
      { v: 1 as const, region: '45', year: 2026, off, worked: [], source: '广西三月三' },
    ]
    expect(addWorkingDays(calendarOf(tables, '450100'), '2026-04-17', 1).day).toBe('2026-04-23')
    expect(addWorkingDays(calendarOf(tables, '420300'), '2026-04-17', 1).day).toBe('2026-04-20')
  })

  describe('counted by arithmetic', () => {
    /** What the law says, day by day. */
    function looped(off: ReadonlySet<string>, worked: ReadonlySet<string>, from: string, count: number): string {
      const isWorked = (day: string) =>
        (worked.has(day) && !off.has(day)) || (![0, 6].includes(new Date(day).getUTCDay()) && !off.has(day))
      let at = from
      let left = count
      while (left > 0 || !isWorked(at)) {
        at = addDays(at, 1)
        if (isWorked(at)) left--
      }
      return at
    }
    const dayOfYear = (year: number) => fc.integer({ min: 0, max: 364 }).map(n => addDays(`${year}-01-01`, n))
    const tableOf = (region: string, year: number) =>
      fc
        .record({
          off: fc.uniqueArray(dayOfYear(year), { maxLength: 100 }),
          worked: fc.uniqueArray(dayOfYear(year), { maxLength: 50 }),
        })
        .map(({ off, worked }): HolidayTable => ({ v: 1, region, year, off, worked, source: 'a notice' }))
    const weekends = (days: readonly string[]) => days.filter(day => [0, 6].includes(new Date(day).getUTCDay()))

    test('as day by day, whatever tables and days', () => {
      const tables = fc.tuple(tableOf('CN', 2025), tableOf('CN', 2026), tableOf('42', 2026))
      const day = fc.integer({ min: -400, max: 1500 }).map(n => addDays('2025-01-01', n))
      fc.assert(
        fc.property(tables, day, fc.integer({ min: 0, max: 400 }), (held, from, count) => {
          const calendar = calendarOf(held, '420300')
          const off = new Set(held.flatMap(table => table.off))
          const worked = new Set(weekends(held.flatMap(table => table.worked)))
          const to = looped(off, worked, from, count)
          const provisional = !(from >= '2025-01-01' && to <= '2026-12-31')
          expect(addWorkingDays(calendar, from, count)).toEqual({ day: to, provisional })
          const worksAt = isWorkingDay(calendar, from)
          expect(worksAt).toBe(looped(off, worked, from, 0) === from)
          expect(workingDaysBetween(calendar, from, to)).toBe(count === 0 && !worksAt ? 1 : count)
        }),
      )
    })

    test('a far day costs what a near one does: without an end (长期), or before all time', () => {
      // Day by day each of these takes a second, and together they take hours.
      for (let n = 0; n < 10_000; n++) {
        expect(workingDaysBetween(SHIYAN, '2026-11-30', '9999-12-31')).toBe(2_080_079)
        expect(workingDaysBetween(SHIYAN, '2026-11-30', '0001-01-01')).toBe(-528_498)
        expect(addWorkingDays(SHIYAN, '2026-11-30', 2_080_079).day).toBe('9999-12-31')
      }
      expect(addWorkingDays(SHIYAN, '9999-12-30', 5000)).toEqual({ day: '9999-12-31', provisional: true })
    })
  })

  test('counting forth and between are the inverse of each other', () => {
    const day = fc.integer({ min: 0, max: 700 }).map(n => daysOf(2024).concat(daysOf(2025))[n] ?? '')
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 60 }), (from, count) => {
        const { day: to } = addWorkingDays(SHIYAN, from, count)
        expect(isWorkingDay(SHIYAN, to)).toBe(true)
        expect(workingDaysBetween(SHIYAN, from, to)).toBe(count)
        expect(workingDaysBetween(SHIYAN, to, from)).toBe(-count)
      }),
    )
  })
})

describe('a holiday table', () => {
  const table = { v: 1, region: 'CN', year: 2027, off: ['2027-01-01'], worked: ['2027-01-03'], source: 'a notice' }
  const read = (change: object) => {
    const result = readHolidayTable(JSON.stringify({ ...table, ...change }))
    return result.ok ? null : result.problem.detail
  }
  test.each([
    [{}, null],
    [{ region: '45' }, null],
    [{ region: '450100' }, 'region: invalid_format'],
    [{ off: ['2026-01-01'] }, 'off: 2026-01-01 is of another year'],
    [{ off: ['2027-01-01', '2027-01-01'] }, 'off: 2027-01-01 stands twice'],
    [{ worked: ['2027-01-04'] }, 'worked: 2027-01-04 is a weekday'],
    [{ off: ['2027-01-03'] }, 'worked: 2027-01-03 stands twice'],
    [{ colour: 'red' }, '(top): unknown field, 1 in all'],
  ])('%j: %s', (change, expected) => {
    expect(read(change)).toBe(expected)
  })
  test('of this program all hold', () => {
    for (const held of CHINA_HOLIDAYS) expect(readHolidayTable(JSON.stringify(held))).toMatchObject({ ok: true })
  })
})
