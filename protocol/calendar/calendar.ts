/**
 * Working days (工作日): weekends, public holidays and the weekend days that are worked in exchange (调休), by a table that has
 * an end. Days past it are counted by weekends alone and marked provisional (暂定), until the next year's table is imported.
 * 行政许可法 82: limits are working days. 民法典 201: the day on which a limit begins is not counted. SPEC.md §6.4.
 */
import * as z from 'zod'
import { Day, dayAt, numberOf, parseJson, text } from '../primitives.ts'
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

/** A table as it counts at a node and stands in its evidence: a partner's counts from the day on which it was told. */
export const CountedTable = HolidayTable.extend({
  toldOn: Day.optional().describe(
    'day on which its city told it last, of a table that another city counts by: earlier days stand as they were known before',
  ),
})
export type CountedTable = z.infer<typeof CountedTable>

/** The days that count in one place; counted by arithmetic, so that a far day costs no more than a near one. */
export type Calendar = {
  /** first and last day that a table covers; null when there is none */
  covered: {
    from: string
    through: string
  } | null
  /** days since 1970-01-01 that are not as their weekday says, ascending */
  exceptions: readonly number[]
  /** working days that the first n exceptions add to the weekdays, at n; below zero where they take some */
  added: readonly number[]
}

/** A day that was counted; provisional when a day on the way lies past the tables. */
export type Counted = { day: string; provisional: boolean }

/** Reads a table. Problem: `calendar.malformed` naming what does not hold. */
export function readHolidayTable(bytes: Uint8Array | string): { ok: true; table: HolidayTable } | Refused {
  const parsed = parseJson(HolidayTable, bytes, 'calendar.malformed')
  return parsed.ok ? checked(parsed.value) : parsed
}

/** Reads a table of a bundle. Problem: `calendar.malformed`. */
export function readCountedTable(bytes: Uint8Array | string): { ok: true; table: CountedTable } | Refused {
  const parsed = parseJson(CountedTable, bytes, 'calendar.malformed')
  return parsed.ok ? checked(parsed.value) : parsed
}

function checked<T extends HolidayTable>(table: T): { ok: true; table: T } | Refused {
  const seen = new Set<string>()
  for (const [name, days] of [
    ['off', table.off],
    ['worked', table.worked],
  ] as const) {
    for (const day of days) {
      if (!day.startsWith(`${table.year}-`)) return refuse('calendar.malformed', `${name}: ${day} is of another year`)
      if (seen.has(day)) return refuse('calendar.malformed', `${name}: ${day} stands twice`)
      if (name === 'worked' && !isWeekend(numberOf(day)))
        return refuse('calendar.malformed', `worked: ${day} is a weekday`)
      seen.add(day)
    }
  }
  return { ok: true, table }
}

/**
 * The table by which the days of a city count from `today` on that it told anew: days to come are as it tells them, those before as
 * they counted. Null when neither knows of any. `before` and `told` are of one region and year.
 */
export function noticeTable(
  before: CountedTable | undefined,
  told: HolidayTable | undefined,
  today: string,
): CountedTable | null {
  const base = told ?? before
  if (base === undefined) return null
  const days = (name: 'off' | 'worked') =>
    [
      ...(before?.[name] ?? []).filter(day => day < today),
      ...(told?.[name] ?? []).filter(day => day >= today),
    ].toSorted()
  const off = days('off')
  const worked = days('worked')
  if (told === undefined && off.length + worked.length === 0) return null
  const same = (name: 'off' | 'worked', now: readonly string[]) => before?.[name].toSorted().join() === now.join()
  const toldOn = same('off', off) && same('worked', worked) ? before?.toldOn : today
  const { v, region, year, source } = base
  return { v, region, year, off, worked, source, ...(toldOn === undefined ? {} : { toldOn }) }
}

/** Days that one of two tables has and the other has not, or has otherwise. */
export function daysApart(a: HolidayTable | undefined, b: HolidayTable | undefined): string[] {
  const of = (table: HolidayTable | undefined) =>
    new Set([...(table?.off ?? []).map(day => `${day} off`), ...(table?.worked ?? []).map(day => `${day} worked`)])
  const left = of(a)
  const right = of(b)
  const apart = [...[...left].filter(day => !right.has(day)), ...[...right].filter(day => !left.has(day))]
  return [...new Set(apart.map(day => day.slice(0, 10)))].sort()
}

/** The calendar of a division code: the tables of the country, and those of its region. The covered years have no gap. */
export function calendarOf(tables: readonly HolidayTable[], code: string): Calendar {
  const national = tables.filter(table => table.region === 'CN').toSorted((a, b) => a.year - b.year)
  const from = national[0]?.year
  let through = from
  for (const { year } of national) if (through !== undefined && year === through + 1) through = year
  const here = tables.filter(table => table.region === 'CN' || code.startsWith(table.region))
  const off = new Set(here.flatMap(table => table.off).map(numberOf))
  // A region's holiday may fall on a weekend day that the country works.
  const worked = new Set(
    here
      .flatMap(table => table.worked)
      .map(numberOf)
      .filter(day => !off.has(day)),
  )
  const exceptions = [...[...off].filter(day => !isWeekend(day)), ...[...worked].filter(isWeekend)]
  exceptions.sort((a, b) => a - b)
  const added = [0]
  for (const day of exceptions) added.push((added.at(-1) ?? 0) + (isWeekend(day) ? 1 : -1))
  return {
    covered: from === undefined ? null : { from: `${from}-01-01`, through: `${through}-12-31` },
    exceptions,
    added,
  }
}

export const isCovered = ({ covered }: Calendar, day: string): boolean =>
  covered !== null && covered.from <= day && day <= covered.through

export const isWorkingDay = (calendar: Calendar, day: string): boolean => worksOn(calendar, numberOf(day))

/** The `count`-th working day after `day`, which is itself not counted; with 0, the day itself or the next working day. */
export function addWorkingDays(calendar: Calendar, day: string, count: number): Counted {
  const from = numberOf(day)
  const wanted = count > 0 ? count : worksOn(calendar, from) ? 0 : 1
  if (wanted === 0) return { day, provisional: !isCovered(calendar, day) }
  const before = workingDaysThrough(calendar, from)
  // By this day there were enough, had every exception taken one.
  let low = from
  let high = from + Math.ceil((wanted + calendar.exceptions.length) / 5 + 1) * 7
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (workingDaysThrough(calendar, middle) - before < wanted) low = middle
    else high = middle
  }
  const at = countedDay(high)
  return { day: at, provisional: !(isCovered(calendar, day) && isCovered(calendar, at)) }
}

/** Working days after `from` up to and with `to`; negative when `to` lies before `from`. */
export const workingDaysBetween = (calendar: Calendar, from: string, to: string): number =>
  workingDaysThrough(calendar, numberOf(to)) - workingDaysThrough(calendar, numberOf(from))

/** The day that lies so many natural days after another one, or before it; never past the year 9999. */
export const addDays = (day: string, count: number): string => countedDay(numberOf(day) + count)

/** A day further away has no four digits for its year, and no longer stands in the order of its text. */
const LAST_DAY = numberOf('9999-12-31')
const countedDay = (number: number): string => dayAt(Math.min(number, LAST_DAY))

/** Days from the last Monday before 1970-01-01, a Thursday. */
const MONDAY = 3
const weekdayOf = (day: number): number => (((day + MONDAY) % 7) + 7) % 7
const isWeekend = (day: number): boolean => weekdayOf(day) >= 5

/** How many exceptions lie on or before a day. */
function exceptionsThrough({ exceptions }: Calendar, day: number): number {
  let low = 0
  let high = exceptions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((exceptions[middle] ?? 0) <= day) low = middle + 1
    else high = middle
  }
  return low
}

function worksOn(calendar: Calendar, day: number): boolean {
  const exception = calendar.exceptions[exceptionsThrough(calendar, day) - 1] === day
  return isWeekend(day) === exception
}

/** Working days from the Monday before 1970 up to and with a day; negative before it. Only differences mean something. */
const workingDaysThrough = (calendar: Calendar, day: number): number =>
  Math.floor((day + MONDAY) / 7) * 5 +
  Math.min(weekdayOf(day) + 1, 5) +
  (calendar.added[exceptionsThrough(calendar, day)] ?? 0)
