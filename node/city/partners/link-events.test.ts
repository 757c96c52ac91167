import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHandClock, type HandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createEventLog } from '../../kernel/records/events.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createLinkEvents, LINK_EVENTS, type LinkEvents } from './link-events.ts'

const S = '420300'
const { settles } = LINK_EVENTS

let db: Database
let clock: HandClock
let links: LinkEvents
let failures: unknown[]
beforeEach(async () => {
  db = await openTestStore()
  clock = createHandClock(Date.parse('2026-11-23T00:00:00Z'))
  failures = []
  links = make()
})
afterEach(async () => {
  links.stop()
  await db.close()
})

const make = () =>
  createLinkEvents({
    db,
    clock,
    events: createEventLog({ database: db, now: clock.now }),
    failed: error => failures.push(error),
  })
const link = (connected: boolean, partner = S) => links.note({ partner, connected })

/** What was told so far; transactions come one after the other. */
async function told(): Promise<string[]> {
  await db.transaction(async () => {})
  const rows = await db.query<{ type: string; subject: string }>('SELECT type, subject FROM events ORDER BY no')
  return rows.map(({ type, subject }) => `${type} ${subject}`)
}

test('a link that lasts is told once it has, and so is its end', async () => {
  link(true)
  clock.advance(settles - 1)
  expect(await told()).toEqual([])
  clock.advance(1)
  expect(await told()).toEqual([`partner.connected ${S}`])
  link(false)
  clock.advance(settles)
  expect(await told()).toEqual([`partner.connected ${S}`, `partner.lost ${S}`])
})

test('a line that flaps is told as what it ends as, and other partners are told of beside it', async () => {
  link(true, '610900')
  for (let times = 0; times < 100; times++) {
    link(true)
    link(false)
  }
  clock.advance(settles)
  expect(await told()).toEqual(['partner.connected 610900'])
  link(true)
  link(false)
  link(true)
  clock.advance(settles)
  expect(await told()).toEqual(['partner.connected 610900', `partner.connected ${S}`])
})

test('tries that come to nothing are no loss of a link that never was', async () => {
  for (let times = 0; times < 3; times++) {
    link(false)
    clock.advance(settles)
  }
  expect(await told()).toEqual([])
})

test('after a restart a link that is there again is told no second time, and one that stays away is lost', async () => {
  link(true)
  link(true, '610900')
  clock.advance(settles)
  expect(await told()).toHaveLength(2)
  links.stop()
  links = make()
  await links.start()
  link(true)
  clock.advance(settles)
  expect((await told()).slice(2)).toEqual(['partner.lost 610900'])
})

test('a city that is a partner no more is told of no more; a stopped node tells nothing', async () => {
  link(true)
  links.forget(S)
  link(true, '610900')
  links.stop()
  link(true)
  clock.advance(settles)
  expect(await told()).toEqual([])
})

test('what could not be written is told with the next change', async () => {
  const { transaction } = db
  db.transaction = () => Promise.reject(new Error('disk full'))
  link(true)
  clock.advance(settles)
  db.transaction = transaction
  await expect.poll(() => failures).toHaveLength(1)
  link(true)
  clock.advance(settles)
  expect(await told()).toEqual([`partner.connected ${S}`])
})
