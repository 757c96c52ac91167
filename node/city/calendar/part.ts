/** Holiday tables (节假日历): the own ones, and those that partners tell. */

import type { Ground } from '../../kernel/ground.ts'
import type { Part } from '../../part.ts'
import { createCalendars } from './calendars.ts'

export type CalendarsPort = Awaited<ReturnType<typeof createCalendarsPart>>['port']

/** `own`: the own division code. */
export async function createCalendarsPart({ db, clock, audit, events, signals, log }: Ground, own: string) {
  const calendars = await createCalendars({
    db,
    clock,
    audit,
    events,
    own,
    changed: () => signals.notify('calendar.changed', null),
    announce: () => signals.emit('tables.changed', null),
    failed: error => log.error('days not counted anew', {}, error),
  })
  return {
    port: { calendars },
    reminders: [now => calendars.coverage(now)],
    stop: () => calendars.stop(),
  } satisfies Part<object>
}
