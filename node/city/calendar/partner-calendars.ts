/**
 * What partners told of their calendars: the tables of a partner's region as it counts by them itself, and where the tables of the
 * two cities differ. May import the store and the protocol.
 */

import { dayOf } from '../../../protocol/agreement/document.ts'
import { type CountedTable, daysApart, type HolidayTable, noticeTable } from '../../../protocol/calendar/calendar.ts'
import {
  type CalendarNotice,
  compareNational,
  readNotice,
  type TableDifference,
  tableDigest,
} from '../../../protocol/calendar/notice.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database } from '../../kernel/store/database.ts'

/**
 * `tables`, as they were told, also holds those of years before the newest notice; for years before `since` a city never told anything.
 * `counted`: the tables by which its limits run here; absent in what was kept before both were told apart.
 */
type Told = { since: number; tables: HolidayTable[]; counted?: CountedTable[]; notice: CalendarNotice }

/** Days that are over when a city tells of them otherwise: they count as before until the administrator consents. */
export type WaitingDays = { region: string; year: number; days: string[] }

const countedOf = ({ counted, tables }: Told): CountedTable[] => counted ?? tables

/** Each year by which a city counts from today on, where `before` is how its days counted until now. */
function countedFrom(before: readonly CountedTable[], told: readonly HolidayTable[], today: string): CountedTable[] {
  const years = [...new Set([...before, ...told].map(({ year }) => year))].sort((a, b) => a - b)
  const of = <T extends HolidayTable>(tables: readonly T[], year: number) => tables.find(table => table.year === year)
  return years.flatMap(year => noticeTable(of(before, year), of(told, year), today) ?? [])
}

export async function openPartnerCalendars(parts: { db: Database; clock: Clock; audit: Audit; events: EventLog }) {
  const { db } = parts
  const told = new Map<string, Told>()
  const refused = new Map<string, Problem>()
  for (const { city, body } of await db.query<{ city: string; body: string }>('SELECT city, body FROM told_calendars'))
    told.set(city, JSON.parse(body) as Told)

  const waiting = (city: string): WaitingDays[] => {
    const theirs = told.get(city)
    if (theirs === undefined) return []
    const counted = countedOf(theirs)
    return [...new Set([...counted, ...theirs.tables].map(({ year }) => year))].flatMap(year => {
      const [here, there] = [counted, theirs.tables].map(tables => tables.find(table => table.year === year))
      const days = daysApart(here, there)
      return days.length === 0 ? [] : [{ region: (there ?? here)?.region ?? '', year, days }]
    })
  }

  return {
    /** What a city told, and the tables by which its limits run here; null before it told anything. */
    of(city: string): { since: number; tables: HolidayTable[]; counted: CountedTable[] } | null {
      const theirs = told.get(city)
      return theirs === undefined ? null : { since: theirs.since, tables: theirs.tables, counted: countedOf(theirs) }
    },

    waiting,

    /** Takes the days that are over as their city tells them. Problem: `request.not-found` when none wait. */
    async accept(city: string, actor: string): Promise<void> {
      const theirs = told.get(city)
      const days = waiting(city)
      if (theirs === undefined || days.length === 0) throw new ProblemError('request.not-found', 'no days wait')
      const today = dayOf(seconds(parts.clock.now()))
      const next: Told = { ...theirs, counted: theirs.tables.map(table => ({ ...table, toldOn: today })) }
      await db.transaction(async tx => {
        await act(tx)
        await tx.run('UPDATE told_calendars SET body = ? WHERE city = ?', [JSON.stringify(next), city])
        await parts.audit.append(tx, {
          actor,
          action: 'calendar.accepted',
          subject: city,
          detail: {
            days: days
              .flatMap(entry => entry.days)
              .slice(0, 100)
              .join(' '),
          },
        })
        await parts.events.append(tx, { type: 'calendar.changed', subject: city })
      })
      told.set(city, next)
    },

    /** Keeps what a city tells; what is malformed is not taken. `regional`: the tables by which its days count until now. */
    async record(city: string, notice: CalendarNotice, regional: readonly CountedTable[]): Promise<void> {
      const read = readNotice(notice, city)
      if (!read.ok) {
        refused.set(city, read.problem)
        return
      }
      refused.delete(city)
      const before = told.get(city)
      const since = Math.min(before?.since ?? notice.from, notice.from)
      const tables = [...(before?.tables ?? []).filter(({ year }) => year < notice.from), ...notice.regional]
      const until = regional.filter(({ year }) => year >= since)
      const next: Told = {
        since,
        tables,
        counted: countedFrom(until, tables, dayOf(seconds(parts.clock.now()))),
        notice,
      }
      const body = JSON.stringify(next)
      if (before !== undefined && JSON.stringify(before) === body) return
      await db.transaction(async tx => {
        await tx.run(
          `INSERT INTO told_calendars (city, body, told_at) VALUES (?, ?, ?)
           ON CONFLICT (city) DO UPDATE SET body = excluded.body, told_at = excluded.told_at`,
          [city, body, parts.clock.now()],
        )
        if (JSON.stringify(before?.tables ?? []) === JSON.stringify(next.tables)) return
        await parts.audit.append(tx, {
          actor: `city:${city}`,
          action: 'calendar.told',
          subject: city,
          detail: { years: next.tables.map(({ year }) => year).join(' ') },
        })
        await parts.events.append(tx, { type: 'calendar.changed', subject: city })
      })
      told.set(city, next)
    },

    /** Why what a city told last was not taken. */
    problem: (city: string): Problem | null => refused.get(city) ?? null,

    /** Where the tables of this city and of a partner differ; none before it told any. */
    async differences(city: string, own: CalendarNotice, held: readonly HolidayTable[]): Promise<TableDifference[]> {
      const theirs = told.get(city)
      if (theirs === undefined) return []
      const regional: TableDifference[] = []
      for (const table of held.filter(({ region, year }) => city.startsWith(region) && year >= theirs.notice.from)) {
        const other = theirs.tables.find(({ year }) => year === table.year)
        if (other === undefined) regional.push({ region: table.region, year: table.year, kind: 'partner' })
        else if ((await tableDigest(other)) !== (await tableDigest(table)))
          regional.push({ region: table.region, year: table.year, kind: 'differs' })
      }
      return [...compareNational(own, theirs.notice), ...regional]
    },
  }
}
