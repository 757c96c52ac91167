/**
 * What the board shows, as its address says it, so that it can be sent to a colleague: months, and the cases that are counted. Nothing
 * personal stands there. Pure.
 */
import { COUNTED, type CountedAs } from '../../../../../protocol/case/counted.ts'
import type { ReadStatisticsQuery } from '../../../client/api.generated.ts'

export type Narrow = Pick<ReadStatisticsQuery, 'role' | 'partner' | 'item' | 'department'>
export type Wanted = {
  /** first and last month: 2026-01 */
  from: string
  to: string
  narrow: Narrow
}

const NARROWS = ['role', 'partner', 'item', 'department'] as const
const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/
/** Months of which one may be chosen, this one among them. */
const MONTHS = 36
/** China has one time, UTC+8. */
const OFFSET = 8 * 3_600_000

/** The day in China: 2026-11-30. */
export const chineseDay = (at: number): string => new Date(at + OFFSET).toISOString().slice(0, 10)

/** Of the part of an address from its question mark on; this year up to now where it says nothing, or what is no month. */
export function wantedOf(search: string, today: string): Wanted {
  const fields = new URLSearchParams(search)
  const month = (name: string): string | null => {
    const value = fields.get(name)
    return value !== null && MONTH.test(value) ? value : null
  }
  const to = month('to') ?? today.slice(0, 7)
  const from = month('from') ?? `${to.slice(0, 4)}-01`
  const narrow = Object.fromEntries(NARROWS.flatMap(name => (fields.get(name) ? [[name, fields.get(name)]] : [])))
  // What is no value of a filter is refused by the node, which says so on the page.
  return { from: from <= to ? from : to, to, narrow: narrow as Narrow }
}

export function searchOf({ from, to, narrow }: Wanted, today: string): string {
  const fields = new URLSearchParams()
  const month = today.slice(0, 7)
  if (to !== month || from !== `${month.slice(0, 4)}-01`) {
    fields.set('from', from)
    fields.set('to', to)
  }
  for (const name of NARROWS) {
    const value = narrow[name]
    if (value) fields.set(name, value)
  }
  return fields.size === 0 ? '' : `?${fields}`
}

export type Span = { grain: 'month' | 'year'; from: string; to: string }

/** How sums of these months are asked for: whole years by year, for which more is kept; the present year is whole up to now. */
export function spanOf({ from, to }: Pick<Wanted, 'from' | 'to'>, today: string): Span {
  const whole = from.endsWith('-01') && (to.endsWith('-12') || to === today.slice(0, 7))
  return whole ? { grain: 'year', from: from.slice(0, 4), to: to.slice(0, 4) } : { grain: 'month', from, to }
}

/** Last day of a month. */
function lastDay(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, '0')}`
}

/** First and last day of what is summed. */
export const daysOf = ({ grain, from, to }: Span): { from: string; to: string } =>
  grain === 'year' ? { from: `${from}-01-01`, to: `${to}-12-31` } : { from: `${from}-01`, to: lastDay(to) }

/** The months that one may choose, the present one first. */
export function monthsUpTo(today: string): string[] {
  const [year = 0, month = 1] = today.split('-').map(Number)
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7),
  )
}

export const PERIODS = ['month', 'lastMonth', 'year', 'lastYear'] as const
/** The months of a period that has a name. */
export function periodOf(name: (typeof PERIODS)[number], today: string): { from: string; to: string } {
  const month = today.slice(0, 7)
  const [, last = month] = monthsUpTo(today)
  const year = today.slice(0, 4)
  switch (name) {
    case 'month':
      return { from: month, to: month }
    case 'lastMonth':
      return { from: last, to: last }
    case 'year':
      return { from: `${year}-01`, to: month }
    case 'lastYear':
      return { from: `${Number(year) - 1}-01`, to: `${Number(year) - 1}-12` }
  }
}

/** Whether the days of a month are kept of these cases: of all, or of one role, partner or department. */
export function hasDays({ from, to, narrow }: Wanted): boolean {
  const named = NARROWS.filter(name => narrow[name] !== undefined)
  return from === to && named.length <= 1 && narrow.item === undefined
}

/** The cases behind a number. */
export type Behind = { counted: CountedAs; from: string; to: string; narrow: Narrow }

/** Address of the cases behind a number. */
export function casesAddress({ counted, from, to, narrow }: Behind): string {
  const fields = new URLSearchParams({ counted, from, to })
  for (const name of NARROWS) {
    const value = narrow[name]
    if (value) fields.set(name, value)
  }
  return `/board/cases?${fields}`
}

/** Which cases an address is of; null: it names no number. */
export function behindOf(search: string): Behind | null {
  const fields = new URLSearchParams(search)
  const counted = COUNTED.find(name => name === fields.get('counted'))
  const from = fields.get('from')
  const to = fields.get('to')
  if (counted === undefined || from === null || to === null) return null
  const narrow = Object.fromEntries(NARROWS.flatMap(name => (fields.get(name) ? [[name, fields.get(name)]] : [])))
  return { counted, from, to, narrow: narrow as Narrow }
}
