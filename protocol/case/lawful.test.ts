import { describe, expect, test } from 'vitest'
import { calendarOf } from '../calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../calendar/china.ts'
import type { ClockInput } from './deadlines.ts'
import type { CaseState } from './fold.ts'
import { unlawful } from './lawful.ts'

const instant = (day: string) => Date.parse(`${day}T12:00:00+08:00`) / 1000
const ACCEPTED = '2026-02-25'
const A = '610900'
const S = '420300'

/** Accepted on 25 February 2026 with ten days promised, to 10 March, and twenty by law, to 24 March. */
function input(today: string, change: Partial<CaseState> = {}): ClockInput {
  const state = {
    mode: 1,
    collecting: A,
    handling: S,
    mover: S,
    promisedBy: null,
    extendedUntil: null,
    pauses: [],
    outcome: null,
    item: { code: 'x', name: 'x', version: 1, promiseDay: 10, anticipateDay: 20 },
    instants: { accepted: instant(ACCEPTED), decided: null, extended: null },
    ...change,
  } as unknown as CaseState
  return {
    state,
    terms: { supplementNoticeDays: 5, objectionDays: 3 } as ClockInput['terms'],
    calendarOf: code => calendarOf(CHINA_HOLIDAYS, code),
    now: instant(today),
  }
}
const told = (refused: ReturnType<typeof unlawful>) => (refused === null ? null : refused.problem.detail)

describe('an extension', () => {
  test.each([
    ['2026-03-11', {}, null],
    ['2026-04-08', {}, null],
    ['2026-04-09', {}, 'until: past 2026-04-08, the last day allowed'],
    ['2036-01-01', {}, 'until: past 2026-04-08, the last day allowed'],
    ['2026-04-15', { mode: 3 }, null],
    ['2026-04-16', { mode: 3 }, 'until: past 2026-04-15, the last day allowed'],
    ['2026-03-10', {}, 'until: not later than the day that is due now, 2026-03-10'],
    ['2026-02-02', {}, 'until: not later than the day that is due now, 2026-03-10'],
    ['2026-03-14', {}, 'until: not a working day'],
    ['2026-04-06', {}, 'until: not a working day'],
    // A hearing since 2 March has taken two working days by 4 March.
    ['2026-04-10', { pauses: [{ procedure: 'hearing', from: instant('2026-03-02'), to: null }] }, null],
    [
      '2026-04-13',
      { pauses: [{ procedure: 'hearing', from: instant('2026-03-02'), to: null }] },
      'until: past 2026-04-10, the last day allowed',
    ],
    // Without a legal limit, from what was promised.
    ['2026-03-24', { item: { code: 'x', name: 'x', version: 1, promiseDay: 10 } }, null],
    [
      '2026-03-25',
      { item: { code: 'x', name: 'x', version: 1, promiseDay: 10 } },
      'until: past 2026-03-24, the last day allowed',
    ],
    ['2026-05-06', { item: null }, null],
  ] as const)('until %s, of a case with %j', (until, change, detail) => {
    const content = { until, reason: 'x', approver: 'x' }
    expect(told(unlawful(input('2026-03-04', change as object), ACCEPTED, 'case.extend', content))).toBe(detail)
  })
})

describe('a promise', () => {
  const open = { instants: { accepted: null, decided: null, extended: null } } as unknown as Partial<CaseState>
  test.each([
    ['2026-02-25', null],
    ['2026-03-24', null],
    ['2026-02-24', 'promisedBy: not before the acceptance, 2026-02-25'],
    ['2026-03-25', 'promisedBy: not past the legal limit, 2026-03-24'],
  ])('by %s', (promisedBy, detail) => {
    expect(told(unlawful(input(ACCEPTED, open), null, 'case.accept', { promisedBy }))).toBe(detail)
  })

  test('of a case that the law took as accepted before counts from that day', () => {
    const late = unlawful(input(ACCEPTED, open), '2026-02-13', 'case.accept', { promisedBy: '2026-03-24' })
    expect(told(late)).toBe('promisedBy: not past the legal limit, 2026-03-19')
  })
})

describe('an objection', () => {
  const decided = {
    mode: 2,
    mover: A,
    instants: { accepted: instant(ACCEPTED), decided: instant('2026-03-06'), extended: null },
  } as unknown as Partial<CaseState>
  test.each([
    ['2026-03-06', decided, null],
    ['2026-03-11', decided, null],
    ['2026-03-12', decided, 'the days to object ended on 2026-03-11'],
    ['2026-03-12', { mode: 2, mover: A }, null],
  ])('on %s', (today, change, detail) => {
    expect(told(unlawful(input(today, change as object), ACCEPTED, 'case.object', { reason: 'x' }))).toBe(detail)
  })
})
