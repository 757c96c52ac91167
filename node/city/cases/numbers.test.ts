import { expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createCaseNumbers } from './numbers.ts'

test('a look that failed keeps no number of the day back, and none is given twice', async () => {
  const db = await openTestStore()
  const { next } = createCaseNumbers(db, createHandClock(Date.parse('2026-11-23T00:00:00Z')), '610900')
  const query = db.query
  let failures = 1
  db.query = async (...args) => {
    if (failures-- > 0) throw new Error('SQLITE_BUSY')
    return query.apply(db, args) as never
  }
  const failed = await Promise.allSettled([next(), next()])
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await next()).toBe('61090020261123000001')
})

test('a number that a case has already, which came back after a restore or was written by a clerk, is given to no other', async () => {
  const db = await openTestStore()
  const clock = createHandClock(Date.parse('2026-11-23T00:00:00Z'))
  const numbers = createCaseNumbers(db, clock, '610900')
  // Before the first look of the day the store itself tells it.
  numbers.taken('61090020261123000009')
  expect(await numbers.next()).toBe('61090020261123000001')
  for (const serial of ['000001', '000002', '000003', '000005']) numbers.taken(`61090020261123${serial}`)
  for (const other of ['61090020261124000004', '42030020261123000004', '610900202611230000040', '61090020261123-00004'])
    numbers.taken(other)
  const given = await Promise.all([numbers.next(), numbers.next(), numbers.next()])
  expect(given.toSorted()).toEqual(['61090020261123000004', '61090020261123000006', '61090020261123000007'])
  clock.advance(86_400_000)
  expect(await numbers.next()).toBe('61090020261124000001')
})
