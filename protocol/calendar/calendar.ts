/**
 * Working days (工作日): weekends, public holidays and the weekend days that are worked in exchange (调休), by a table that has
 * an end. Days past it are counted by weekends alone and marked provisional (暂定), until the next year's table is imported.
 * 行政许可法 82: limits are working days. 民法典 201: the day on which a limit begins is not counted. SPEC.md §6.4.
 */
import * as z from 'zod'
import { Day, parseJson, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'

/** One year's table, of the whole country or of one region, as a notice of the State Council or of a region gives it. */
export const HolidayTable = z.strictObject({
  v: z.literal(1),
  region: z
    .string()
    .regex(/^(CN|[1-9]\d)$/)
    .describe('CN for the whole country, or the first two digits of a division code for days of one region more'),
  year: z.number().int().min(2000).max(2100),
  off: z.array(Day).max(100).describe('weekdays and weekend days that are holidays'),
  worked: z.array(Day).max(50).describe('weekend days that are worked'),
  source: text(300).describe('the notice that says so'),
})
export type HolidayTable = z.infer<typeof HolidayTable>

/** The days that count in one place. */
export type Calendar = {
  /** first and last day that a table covers; null when there is none */ covered: {
    from: string
    through: string
  } | null
  off: ReadonlySet<string>
  worked: ReadonlySet<string>
}

/** A day that was counted; provisional when a day on the way lies past the tables. */
export type Counted = { day: string; provisional: boolean }

/** Reads a table. Problem: `calendar.malformed` naming what does not hold. */
export function readHolidayTable(bytes: Uint8Array | string): { ok: true; table: HolidayTable } | Refused {
  const parsed = parseJson(HolidayTable, bytes, 'calendar.malformed')
  if (!parsed.ok) return parsed
  const table = parsed.value
  const seen = new Set<string>()
  for (const [name, days] of [
    ['off', table.off],
    ['worked', table.worked],
  ] as const) {
    for (const day of days) {
      if (!day.startsWith(`${table.year}-`)) return refuse('calendar.malformed', `${name}: ${day} is of another year`)
      if (seen.has(day)) return refuse('calendar.malformed', `${name}: ${day} stands twice`)
      if (name === 'worked' && !isWeekend(day)) return refuse('calendar.malformed', `worked: ${day} is a weekday`)
      seen.add(day)
    }
  }
  return { ok: true, table }
}

/** The calendar of a division code: the tables of the country, and those of its region. The covered years have no gap. */
export function calendarOf(tables: readonly HolidayTable[], code: string): Calendar {
  const national = tables.filter(table => table.region === 'CN').toSorted((a, b) => a.year - b.year)
  const from = national[0]?.year
  let through = from
  for (const { year } of national) if (through !== undefined && year === through + 1) through = year
  const here = tables.filter(table => table.region === 'CN' || code.startsWith(table.region))
  return {
    covered: from === undefined ? null : { from: `${from}-01-01`, through: `${through}-12-31` },
    off: new Set(here.flatMap(table => table.off)),
    // A region's holiday may fall on a weekend day that the country works.
    worked: new Set(here.flatMap(table => table.worked).filter(day => !here.some(table => table.off.includes(day)))),
  }
}

export const isCovered = ({ covered }: Calendar, day: string): boolean =>
  covered !== null && covered.from <= day && day <= covered.through

export function isWorkingDay(calendar: Calendar, day: string): boolean {
  if (calendar.worked.has(day)) return true
  return !isWeekend(day) && !calendar.off.has(day)
}

/** The `count`-th working day after `day`, which is itself not counted; with 0, the day itself or the next working day. */
export function addWorkingDays(calendar: Calendar, day: string, count: number): Counted {
  let [at, left, provisional] = [day, count, !isCovered(calendar, day)]
  while (left > 0 || !isWorkingDay(calendar, at)) {
    at = nextDay(at)
    provisional ||= !isCovered(calendar, at)
    if (isWorkingDay(calendar, at) && left > 0) left--
  }
  return { day: at, provisional }
}

/** Working days after `from` up to and with `to`; negative when `to` lies before `from`. */
export function workingDaysBetween(calendar: Calendar, from: string, to: string): number {
  if (to < from) return -workingDaysBetween(calendar, to, from)
  let count = 0
  for (let at = from; at < to; ) {
    at = nextDay(at)
    if (isWorkingDay(calendar, at)) count++
  }
  return count
}

const DAY_MS = 86_400_000
export const nextDay = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)

function isWeekend(day: string): boolean {
  const weekday = new Date(day).getUTCDay()
  return weekday === 0 || weekday === 6
}
