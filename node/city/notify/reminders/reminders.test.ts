import { expect, test } from 'vitest'
import { createHandClock } from '../../../../test/support/http.ts'
import { openTestStore } from '../../../../test/support/store.ts'
import { createEventLog } from '../../../kernel/records/events.ts'
import type { Reminder } from '../../../kernel/reminder.ts'
import { createReminders, LISTED } from './reminders.ts'

const reminder = (id: string, dueAt: number): Reminder => ({
  id,
  kind: 'certificate',
  subject: '420300',
  dueAt,
  level: 'warn',
  act: 'partner',
  en: id,
  zh: id,
  cure: '',
})

test('reminders of all sources are listed by urgency, and each is told once', async () => {
  const db = await openTestStore()
  const clock = createHandClock()
  const events = createEventLog({ database: db, now: clock.now })
  let standing = [reminder('b', 2), reminder('a', 1)]
  const reminders = createReminders({
    db,
    clock,
    events,
    sources: [async () => standing, async now => [reminder('c', now)]],
  })
  const told = async () => (await events.after(0, 100)).map(({ type, subject }) => `${type} ${subject}`)
  expect((await reminders.list()).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  expect([await reminders.notify(), await reminders.notify()]).toEqual([3, 0])
  expect(await told()).toEqual(['reminder.due a', 'reminder.due b', 'reminder.due c'])
  standing = [reminder('b', 2), reminder('d', 3)]
  expect(await reminders.notify()).toBe(1)
  clock.advance(401 * 86_400_000)
  expect(await reminders.notify()).toBe(3)
  await db.close()
})

test('a list of reminders is bounded, and keeps the most urgent', async () => {
  const db = await openTestStore()
  const clock = createHandClock()
  const events = createEventLog({ database: db, now: clock.now })
  const many = Array.from({ length: LISTED + 1 }, (_, n) => reminder(String(n), LISTED - n))
  const reminders = createReminders({ db, clock, events, sources: [async () => many] })
  const listed = await reminders.list()
  expect(listed).toHaveLength(LISTED)
  expect(listed.some(({ id }) => id === '0')).toBe(false)
  await db.close()
})
