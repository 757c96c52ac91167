/**
 * What partners told of their calendars: the tables of a partner's region as it counts by them itself, and where the tables of the
 * two cities differ. May import the store and the protocol.
 */
import type { HolidayTable } from '../../protocol/calendar/calendar.ts'
import {
  type CalendarNotice,
  compareNational,
  readNotice,
  type TableDifference,
  tableDigest,
} from '../../protocol/calendar/notice.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import type { Clock } from '../exchange/clock.ts'
import type { Database } from '../store/database.ts'

/** `tables` also holds those of years before the newest notice; for years before `since` a city never told anything. */
type Told = { since: number; tables: HolidayTable[]; notice: CalendarNotice }

export async function openToldCalendars(parts: { db: Database; clock: Clock; audit: Audit; events: EventLog }) {
  const { db } = parts
  const told = new Map<string, Told>()
  const refused = new Map<string, Problem>()
  for (const { city, body } of await db.query<{ city: string; body: string }>('SELECT city, body FROM told_calendars'))
    told.set(city, JSON.parse(body) as Told)

  return {
    of: (city: string): Told | null => told.get(city) ?? null,

    /** Keeps what a city tells; what is malformed is not taken. */
    async take(city: string, notice: CalendarNotice): Promise<void> {
      const read = readNotice(notice, city)
      if (!read.ok) {
        refused.set(city, read.problem)
        return
      }
      refused.delete(city)
      const before = told.get(city)
      const next: Told = {
        since: Math.min(before?.since ?? notice.from, notice.from),
        tables: [...(before?.tables ?? []).filter(({ year }) => year < notice.from), ...notice.regional],
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
