/**
 * What a holiday table would change of running limits before it is taken (导入前的影响): each limit of an open case that would end on
 * another day, or whose day would be certain. Nothing is written.
 */
import type { Calendar, HolidayTable } from '../../../protocol/calendar/calendar.ts'
import type { Duty } from '../../../protocol/case/deadlines.ts'
import { toHex } from '../../../protocol/primitives.ts'
import type { Database } from '../../kernel/store/database.ts'
import { type PacketsOf, stateOf } from '../../spine/dispatch/stored-fold.ts'
import type { WouldBe } from '../calendar/calendars.ts'
import type { CaseClocks } from './clocks.ts'

export const CALENDAR_IMPACT_LIMITS = {
  /** open cases that are looked at, the newest first: their limits reach furthest */
  cases: 20_000,
  /** limits that are told one by one; the others are counted */
  told: 200,
  /** cases read at a time */
  batch: 500,
} as const

/** A limit that would end on another day. */
export type MovedLimit = {
  thread: string
  caseNo: string
  duty: Duty
  /** division code of the city that must act */
  city: string
  before: string
  after: string
}

export type CalendarImpact = Pick<WouldBe, 'days' | 'coveredThrough'> & {
  /** open cases that were looked at */
  looked: number
  /** whether there are more of them */
  capped: boolean
  /** limits that would end on another day */
  moved: number
  /** limits whose day stays and would be provisional no more */
  settled: number
  /** the first of those that would move */
  items: MovedLimit[]
}

type Row = { threadNo: number; thread: Uint8Array; caseNo: string; fold: string }

export function createCalendarImpact(parts: {
  db: Database
  packets: PacketsOf
  clocks: Pick<CaseClocks, 'of'>
  /** clocks that run by other calendars */
  clocksBy: (calendars: { of(code: string): Calendar }) => Pick<CaseClocks, 'of'>
  wouldBe: (table: HolidayTable) => WouldBe
  /** smaller ones are for tests */
  limits?: { cases: number; told: number; batch: number }
}) {
  const { db, packets, clocks, limits = CALENDAR_IMPACT_LIMITS } = parts

  /** Problem: `calendar.malformed`. */
  return async function impactOf(table: HolidayTable): Promise<CalendarImpact> {
    const { of, days, coveredThrough } = parts.wouldBe(table)
    const then = parts.clocksBy({ of })
    const impact: CalendarImpact = { days, coveredThrough, looked: 0, capped: false, moved: 0, settled: 0, items: [] }

    async function look({ threadNo, thread, caseNo, fold }: Row): Promise<void> {
      const state = await stateOf(db, packets, { threadNo, fold })
      if (state === null) return
      const [before, after] = await Promise.all([clocks.of(db, state), then.of(db, state)])
      for (const { duty, city, done, due, provisional } of before.deadlines) {
        if (done !== null || due === null) continue
        const other = after.deadlines.find(entry => entry.duty === duty && entry.city === city && entry.done === null)
        if (other === undefined || other.due === null) continue
        if (other.due === due) {
          if (provisional && !other.provisional) impact.settled++
          continue
        }
        impact.moved++
        if (impact.items.length < limits.told)
          impact.items.push({ thread: toHex(thread), caseNo, duty, city, before: due, after: other.due })
      }
    }

    for (let last = Number.MAX_SAFE_INTEGER; ; ) {
      const rows = await db.query<Row>(
        `SELECT c.thread_no AS threadNo, t.thread, c.case_no AS caseNo, c.fold FROM cases c JOIN threads t ON t.no = c.thread_no
         WHERE (c.due IS NOT NULL OR c.turn IS NOT NULL) AND c.thread_no < ? ORDER BY c.thread_no DESC LIMIT ?`,
        [last, limits.batch],
      )
      for (const row of rows) {
        if (impact.looked === limits.cases) return { ...impact, capped: true }
        impact.looked++
        await look(row)
      }
      last = rows.at(-1)?.threadNo ?? 0
      if (rows.length < limits.batch) return impact
    }
  }
}
