/** Times as people at a counter read them: `11-29 周日 09:12`, the year when it is not this one. */
import type { Language } from './words.ts'

const DAYS = {
  zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
} as const
const two = (value: number): string => String(value).padStart(2, '0')

function dateText(date: Date, language: Language, now: Date): string {
  const year = date.getFullYear() === now.getFullYear() ? '' : `${date.getFullYear()}-`
  return `${year}${two(date.getMonth() + 1)}-${two(date.getDate())} ${DAYS[language][date.getDay()] ?? ''}`
}

/** An instant (RFC 3339), in the time of the place. */
export function instantText(at: string, language: Language, now = new Date()): string {
  const date = new Date(at)
  return `${dateText(date, language, now)} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** The clock, seconds too. */
export function clockText(at: number): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** A day (`2026-12-01`), of a calendar, whatever the place. */
export function dayText(day: string, language: Language, now = new Date()): string {
  const [year = 0, month = 1, of = 1] = day.split('-').map(Number)
  return dateText(new Date(year, month - 1, of), language, now)
}
