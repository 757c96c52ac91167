/** What an administrator must see to before a day comes (提醒), as each part tells it. */
import type { Actor } from '../../protocol/problem.ts'

export type Reminder = {
  /** the same for the same matter and stage, and for no other: told once */
  id: string
  /** what it is about, such as `certificate` */
  kind: string
  /** division code, thread or other id */
  subject: string
  /** when it is due, ms; past when it is too late */
  dueAt: number
  level: 'info' | 'warn' | 'fail'
  /** who must act */
  act: Actor
  en: string
  zh: string
  /** what to do */
  cure: string
}

/** The reminders of one concern as they stand at `now` (ms). */
export type ReminderSource = (now: number) => Promise<readonly Reminder[]>
