/**
 * Calendars (节假日历): the program's holiday tables, and those that an administrator imports when the next year's notice is out.
 * An imported table takes the place of the program's for the same region and year. May import the store and the protocol.
 */
import { type Calendar, calendarOf, type HolidayTable, readHolidayTable } from '../../protocol/calendar/calendar.ts'
import { CHINA_HOLIDAYS } from '../../protocol/calendar/china.ts'
import { ProblemError } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import type { Clock } from '../exchange/clock.ts'
import type { Database } from '../store/database.ts'

export type HeldTable = { table: HolidayTable /** ms; null when it is the program's */; importedAt: number | null }

/** Imported tables kept, of all regions and years. */
const MOST_TABLES = 2000

export type Calendars = Awaited<ReturnType<typeof createCalendars>>

export async function createCalendars(parts: {
  db: Database
  clock: Clock
  audit: Audit
  events: EventLog
  /** after a table was taken or taken back: what was counted by it is to be counted anew */ changed: () => Promise<void>
}) {
  const { db, clock } = parts
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
  }
  await load()

  return {
    /** The calendar by which the limits of a city run. */
    of(code: string): Calendar {
      const region = code.slice(0, 2)
      const known = calendars.get(region)
      if (known !== undefined) return known
      const calendar = calendarOf(
        Array.from(held.values(), entry => entry.table),
        code,
      )
      calendars.set(region, calendar)
      return calendar
    },

    /** All tables, by region and year. */
    tables: (): HeldTable[] => Array.from(held.values()).sort((a, b) => (keyOf(a.table) < keyOf(b.table) ? -1 : 1)),

    /** Takes a table; one of the same region and year is replaced. Problems: `calendar.malformed`, `request.oversize`. */
    async import(given: HolidayTable, actor: string): Promise<HeldTable> {
      const read = readHolidayTable(JSON.stringify(given))
      if (!read.ok) throw new ProblemError(read.problem.code, read.problem.detail)
      const { table } = read
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
      await parts.changed()
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
      await parts.changed()
    },
  }
}
