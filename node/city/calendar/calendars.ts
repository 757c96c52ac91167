/**
 * Calendars (节假日历): the program's holiday tables, and those that an administrator imports when the next year's notice is out.
 * An imported table takes the place of the program's for the same region and year. The days of a partner's region are those that
 * the partner tells, from the day on which it told them. May import the store and the protocol.
 */
import {
  type Calendar,
  type CountedTable,
  calendarOf,
  daysApart,
  type HolidayTable,
  isWorkingDay,
  readHolidayTable,
} from '../../../protocol/calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../../../protocol/calendar/china.ts'
import { type CalendarNotice, type TableDifference, writeNotice } from '../../../protocol/calendar/notice.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import { createRounds } from '../../kernel/rounds.ts'
import type { Database } from '../../kernel/store/database.ts'
import { openPartnerCalendars, type WaitingDays } from './partner-calendars.ts'
import {
  COVERAGE_LIMITS,
  calendarReminder,
  coverageReminder,
  malformedCalendarReminder,
  pastDaysReminder,
  thinTableReminder,
} from './reminders.ts'

export type HeldTable = {
  table: HolidayTable
  /** ms; null when it is the program's */
  importedAt: number | null
}

/** How days would run with another table. */
export type WouldBe = {
  /** by division code */
  of(code: string): Calendar
  /** days that would be worked, or not, other than now; ascending */
  days: { day: string; works: boolean }[]
  /** the last day of the own city that a table would cover */
  coveredThrough: string | null
}

function tableOf(given: HolidayTable): HolidayTable {
  const read = readHolidayTable(JSON.stringify(given))
  if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
  return read.table
}

/** Imported tables kept, of all regions and years. */
const MOST_TABLES = 2000

export type Calendars = Awaited<ReturnType<typeof createCalendars>>

export async function createCalendars(parts: {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  /** own division code */
  own: string
  /** after a table was taken or taken back: what was counted by it is to be counted anew */
  changed: () => Promise<void>
  /** after own tables changed: partners are to be told */
  announce: () => void
  failed: (error: unknown) => void
}) {
  const { db, clock, own } = parts
  const told = await openPartnerCalendars(parts)
  let notice: CalendarNotice
  const held = new Map<string, HeldTable>()
  const calendars = new Map<string, Calendar>()
  const keyOf = ({ region, year }: Pick<HolidayTable, 'region' | 'year'>) => `${region} ${year}`

  async function load(): Promise<void> {
    const rows = await db.query<{ body: string; imported_at: number }>('SELECT body, imported_at FROM holiday_tables')
    held.clear()
    calendars.clear()
    for (const table of CHINA_HOLIDAYS) held.set(keyOf(table), { table, importedAt: null })
    for (const row of rows) {
      const table = JSON.parse(row.body) as HolidayTable
      held.set(keyOf(table), { table, importedAt: row.imported_at })
    }
    // Limits that run now began last year at the earliest.
    const from = new Date(clock.now()).getUTCFullYear() - 1
    notice = await writeNotice(
      Array.from(held.values(), entry => entry.table),
      own,
      from,
    )
  }
  await load()

  /** A partner's limits run by the tables that it tells, as its own node counts them; before it told any, by those of `all`. */
  function tablesOf(code: string, all = Array.from(held.values(), entry => entry.table)): CountedTable[] {
    const national = all.filter(({ region }) => region === 'CN')
    const regional = all.filter(({ region }) => code.startsWith(region))
    const theirs = code === own ? null : told.of(code)
    if (theirs === null) return [...national, ...regional]
    return [...national, ...theirs.counted, ...regional.filter(({ year }) => year < theirs.since)]
  }
  /** In the background, one count at a time, again until it succeeds: a partner that tells other days again and again costs no more. */
  const counting = createRounds({
    clock,
    async round() {
      await parts.changed()
      return null
    },
    failed: parts.failed,
  })
  /** Resolves when the count that was asked for has ended. */
  const countAnew = (): Promise<void> => counting.wake()
  const differences = (city: string): Promise<TableDifference[]> =>
    told.differences(
      city,
      notice,
      Array.from(held.values(), entry => entry.table),
    )

  function of(code: string): Calendar {
    const known = calendars.get(code)
    if (known !== undefined) return known
    const calendar = calendarOf(tablesOf(code), code)
    calendars.set(code, calendar)
    return calendar
  }

  /** Open cases of which a day, by the own calendar, lies past the tables. */
  async function beyond(through: string): Promise<number> {
    // What is due first of all, if it is of this city, is also what is due first of this city.
    const [found] = await db.query<{ n: number }>('SELECT count(*) AS n FROM cases WHERE own_due > ?', [through])
    return found?.n ?? 0
  }

  return {
    /** The calendar by which the limits of a city run. */
    of,

    /** The tables by which the limits of a city run. */
    tablesOf: (code: string) => tablesOf(code),

    /** How the days would run were `given` taken, which is not done. Problem: `calendar.malformed`. */
    wouldBe(given: HolidayTable): WouldBe {
      const table = tableOf(given)
      const before = held.get(keyOf(table))?.table
      const all = Array.from(held.values(), entry => entry.table)
      const then = all.filter(other => keyOf(other) !== keyOf(table)).concat(table)
      const made = new Map<string, Calendar>()
      const calendarThen = (code: string): Calendar => {
        const calendar = made.get(code) ?? calendarOf(tablesOf(code, then), code)
        made.set(code, calendar)
        return calendar
      }
      // A table of another region counts for cities there until they tell their own.
      const place = table.region === 'CN' || own.startsWith(table.region) ? own : `${table.region}0000`
      const was = calendarOf(all, place)
      const is = calendarOf(then, place)
      return {
        of: calendarThen,
        days: daysApart(before, table)
          .filter(day => isWorkingDay(was, day) !== isWorkingDay(is, day))
          .map(day => ({ day, works: isWorkingDay(is, day) })),
        coveredThrough: calendarThen(own).covered?.through ?? null,
      }
    },

    /** What partners are told. */
    notice: () => notice,

    /** No further count in the background. */
    stop: (): Promise<void> => counting.stop(),

    /** Takes what a partner tells; what it changes is counted anew in the background. */
    async receive(city: string, given: CalendarNotice): Promise<void> {
      const regional = tablesOf(city).filter(({ region }) => region !== 'CN')
      const before = JSON.stringify(tablesOf(city))
      await told.record(city, given, regional)
      if (JSON.stringify(tablesOf(city)) === before) return
      calendars.delete(city)
      void countAnew()
    },

    /** Tables that a partner told of its region; null before it told anything. */
    tablesOfPartner: (city: string): HolidayTable[] | null => told.of(city)?.tables ?? null,
    differences,

    /** Days that are over and that a partner tells otherwise than they count here. */
    waiting: (city: string): WaitingDays[] => told.waiting(city),

    /** Consents to what a partner tells of days that are over: its limits are counted anew. Problem: `request.not-found`. */
    async accept(city: string, actor: string): Promise<void> {
      await told.accept(city, actor)
      calendars.delete(city)
      await countAnew()
    },

    /** Whether the own tables reach as far as limits do, and are whole: a source of reminders. */
    async coverage(now: number): Promise<Reminder[]> {
      const through = of(own).covered?.through ?? null
      const reminder = coverageReminder(through, await beyond(through ?? ''), now)
      const year = new Date(now).getUTCFullYear()
      const thin = [...held.values()].filter(
        ({ table, importedAt }) =>
          importedAt !== null &&
          table.region === 'CN' &&
          table.year >= year &&
          table.off.length < COVERAGE_LIMITS.statutory,
      )
      return [
        ...(reminder === null ? [] : [reminder]),
        ...thin.map(({ table }) => thinTableReminder(table.year, table.off.length, now)),
      ]
    },

    /** Who must act where tables of partners differ: the source of reminders. */
    async reminders(partners: readonly { code: string; name: string }[], now: number): Promise<Reminder[]> {
      const found = await Promise.all(
        partners.map(async partner => [
          ...(await differences(partner.code)).map(difference => calendarReminder(partner, difference)),
          ...told.waiting(partner.code).map(days => pastDaysReminder(partner, days)),
          ...(told.problem(partner.code) === null ? [] : [malformedCalendarReminder(partner, now)]),
        ]),
      )
      return found.flat()
    },

    /** All tables, by region and year. */
    tables: (): HeldTable[] => Array.from(held.values()).sort((a, b) => (keyOf(a.table) < keyOf(b.table) ? -1 : 1)),

    /** Takes a table; one of the same region and year is replaced. Problems: `calendar.malformed`, `request.oversize`. */
    async import(given: HolidayTable, actor: string): Promise<HeldTable> {
      const table = tableOf(given)
      if (!held.has(keyOf(table)) && held.size >= MOST_TABLES)
        throw new ProblemError('request.oversize', `${MOST_TABLES} tables at most`)
      const at = clock.now()
      await db.transaction(async tx => {
        await tx.run(
          `INSERT INTO holiday_tables (region, year, body, imported_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (region, year) DO UPDATE SET body = excluded.body, imported_at = excluded.imported_at`,
          [table.region, table.year, JSON.stringify(table), at],
        )
        await parts.audit.append(tx, {
          actor,
          action: 'calendar.imported',
          subject: keyOf(table),
          detail: { off: table.off.length, worked: table.worked.length },
        })
        await parts.events.append(tx, { type: 'calendar.changed', subject: keyOf(table) })
      })
      await load()
      parts.announce()
      await countAnew()
      return { table, importedAt: at }
    },

    /** Takes an imported table back; the program's own, if there is one, counts again. Problem: `request.not-found`. */
    async remove(region: string, year: number, actor: string): Promise<void> {
      await db.transaction(async tx => {
        const gone = await tx.run('DELETE FROM holiday_tables WHERE region = ? AND year = ?', [region, year])
        if (gone === 0) throw new ProblemError('request.not-found')
        await parts.audit.append(tx, { actor, action: 'calendar.removed', subject: `${region} ${year}` })
        await parts.events.append(tx, { type: 'calendar.changed', subject: `${region} ${year}` })
      })
      await load()
      parts.announce()
      await countAnew()
    },
  }
}
