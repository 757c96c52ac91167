/** A year as a sheet of twelve months: which days are worked, which are holidays, and how a click changes a day. */
import type { ImportCalendarRequest } from '../../../../client/api.generated.ts'

export type HolidayTable = ImportCalendarRequest
/** `off`: a holiday; `worked`: a weekend day that is worked in exchange. */
export type DayKind = 'working' | 'weekend' | 'off' | 'worked'
export type SheetDay = { day: string; date: number; kind: DayKind }
/** Weeks begin on Monday; null: a day of another month. */
export type Month = { month: number; weeks: (SheetDay | null)[][] }

const two = (value: number): string => String(value).padStart(2, '0')
const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay()
const isWeekend = (day: string): boolean => weekdayOf(day) % 6 === 0

/** What `tables` together make of a day; a holiday of a region stands over a day that the country works. */
export function kindOf(tables: readonly HolidayTable[], day: string): DayKind {
  if (tables.some(({ off }) => off.includes(day))) return 'off'
  if (tables.some(({ worked }) => worked.includes(day))) return 'worked'
  return isWeekend(day) ? 'weekend' : 'working'
}

export function sheetOf(tables: readonly HolidayTable[], year: number): Month[] {
  return Array.from({ length: 12 }, (_, index) => {
    const month = index + 1
    const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
    const cells: (SheetDay | null)[] = Array.from({ length: days }, (__, n) => {
      const day = `${year}-${two(month)}-${two(n + 1)}`
      return { day, date: n + 1, kind: kindOf(tables, day) }
    })
    const before = (weekdayOf(`${year}-${two(month)}-01`) + 6) % 7
    cells.unshift(...Array.from({ length: before }, () => null))
    while (cells.length % 7 !== 0) cells.push(null)
    return { month, weeks: Array.from({ length: cells.length / 7 }, (__, n) => cells.slice(n * 7, n * 7 + 7)) }
  })
}

const without = (days: readonly string[], day: string): string[] => days.filter(other => other !== day)
const withDay = (days: readonly string[], day: string): string[] => [...without(days, day), day].sort()

/** A day's next meaning: a weekday is worked or off; a weekend day is a weekend, worked, or a holiday. */
export function turned(table: HolidayTable, day: string): HolidayTable {
  const off = table.off.includes(day)
  const worked = table.worked.includes(day)
  const plain = { ...table, off: without(table.off, day), worked: without(table.worked, day) }
  if (off) return plain
  if (isWeekend(day) && !worked) return { ...plain, worked: withDay(plain.worked, day) }
  return { ...plain, off: withDay(plain.off, day) }
}

/** An empty table of a year, to be filled in. */
export const emptyTable = (region: string, year: number): HolidayTable => ({
  v: 1,
  region,
  year,
  off: [],
  worked: [],
  source: '',
})

const isDays = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(day => typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day))

/** A table from a file, as far as it can be shown; whether it holds is said by the node. Null when it is none. */
export function readTable(text: string): HolidayTable | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { v, region, year, off, worked, source } = value as Record<string, unknown>
  if (v !== 1 || typeof region !== 'string' || typeof year !== 'number' || typeof source !== 'string') return null
  return isDays(off) && isDays(worked) ? { v, region, year, off, worked, source } : null
}

/** Runs of days that follow each other. */
export function runsOf(days: readonly string[]): { from: string; to: string }[] {
  const runs: { from: string; to: string }[] = []
  for (const day of days.toSorted()) {
    const last = runs.at(-1)
    const next = last === undefined ? null : new Date(Date.parse(`${last.to}T00:00:00Z`) + 86_400_000)
    if (last !== undefined && next?.toISOString().startsWith(day) === true) last.to = day
    else runs.push({ from: day, to: day })
  }
  return runs
}
/** Days in few words. */
export const runsText = (days: readonly string[]): string =>
  runsOf(days)
    .map(({ from, to }) => (from === to ? from : `${from}–${to.slice(5)}`))
    .join(' · ')
