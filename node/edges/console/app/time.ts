/**
 * Times as people at a counter read them: `11-29 周日 09:12`, the year when it is not this one. They are those of China (UTC+8), as in
 * papers and commands, wherever the browser thinks that it is.
 */
import type { Language } from './words.ts'

const DAYS = {
  zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
} as const
/** China has one time, without summer time. */
const OFFSET = 8 * 3_600_000
const two = (value: number): string => String(value).padStart(2, '0')
/** What a clock in China shows, read by the UTC fields of the date. */
const chinese = (at: number): Date => new Date(at + OFFSET)

function dateText(date: Date, language: Language, now: Date): string {
  const year = date.getUTCFullYear() === now.getUTCFullYear() ? '' : `${date.getUTCFullYear()}-`
  return `${year}${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${DAYS[language][date.getUTCDay()] ?? ''}`
}

/** An instant (RFC 3339). */
export function instantText(at: string, language: Language, now = Date.now()): string {
  const date = chinese(Date.parse(at))
  return `${dateText(date, language, chinese(now))} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)(?!\w)/g

/** A text of the node with each instant in it as people read it. */
export const withInstants = (text: string, language: Language, now = Date.now()): string =>
  text.replace(INSTANT, at => (Number.isNaN(Date.parse(at)) ? at : instantText(at, language, now)))

/** The clock, seconds too; milliseconds since 1970. */
export function clockText(at: number): string {
  const date = chinese(at)
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
}

/** A day of a calendar (`2026-12-01`). */
export const dayText = (day: string, language: Language, now = Date.now()): string =>
  dateText(new Date(`${day}T00:00:00Z`), language, chinese(now))
