/**
 * Reminders (提醒): what an administrator must see to before a day comes, such as a certificate that runs out. Each concern
 * gives its own as a source; here they are listed, and each stage of each is told once as an event. May import the event
 * log, the store and the protocol; concerns come in as sources.
 */

import type { Clock } from '../../../kernel/clock.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import type { Reminder, ReminderSource } from '../../../kernel/reminder.ts'
import type { Database } from '../../../kernel/store/database.ts'

export type RemindersParts = {
  db: Database
  clock: Clock
  events: EventLog
  sources: readonly ReminderSource[]
}

/** Reminders listed at most; the most urgent stay. */
export const LISTED = 1000
/** How long it is remembered what was told, ms: longer than any stage lasts. */
const REMEMBERED = 400 * 86_400_000

export type Reminders = ReturnType<typeof createReminders>

export function createReminders({ db, clock, events, sources }: RemindersParts) {
  /** What stands now, the most urgent first. */
  async function list(): Promise<Reminder[]> {
    const now = clock.now()
    const found = (await Promise.all(sources.map(source => source(now)))).flat()
    return found.toSorted((a, b) => a.dueAt - b.dueAt).slice(0, LISTED)
  }

  return {
    list,

    /** Tells each reminder that was not told yet as an event; how many. */
    async notify(): Promise<number> {
      const standing = await list()
      const now = clock.now()
      return db.transaction(async tx => {
        await tx.run('DELETE FROM reminders_told WHERE at < ?', [now - REMEMBERED])
        let told = 0
        for (const { id } of standing) {
          const fresh = await tx.run('INSERT INTO reminders_told (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING', [
            id,
            now,
          ])
          if (fresh === 0) continue
          told++
          await events.append(tx, { type: 'reminder.due', subject: id })
        }
        return told
      })
    },
  }
}
