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

test('the first number of a start follows the last one that the store holds of the day, by an index', async () => {
  const db = await openTestStore()
  const numbers = ['61090020261123000017', '61090020261124000099', '42030020261123000055']
  await db.transaction(async tx => {
    for (const [at, number] of numbers.entries()) {
      await tx.run(`INSERT INTO threads (no, thread, partner, type, started_at) VALUES (?, ?, '420300', 'case', 0)`, [
        at + 1,
        new Uint8Array([at]),
      ])
      await tx.run(
        `INSERT INTO cases (thread_no, role, partner, case_no, number_key, item_code, item_name, mode, state, applicant, applicant_key,
           agreement, submitted_at, updated_at, fold)
         VALUES (?, 'collecting', '420300', ?, ?, '', '', 0, 'submitted', '', x'', x'', 0, 0, '{}')`,
        [at + 1, number, number],
      )
    }
  })
  const asked: string[] = []
  const query = db.query
  db.query = async (sql, params) => {
    asked.push(sql)
    return query.call(db, sql, params) as never
  }
  const { next } = createCaseNumbers(db, createHandClock(Date.parse('2026-11-23T00:00:00Z')), '610900')
  expect(await next()).toBe('61090020261123000018')
  const plan = await query.call(db, `EXPLAIN QUERY PLAN ${asked[0]}`, ['', '', 0])
  expect(JSON.stringify(plan)).toContain('cases_number_key')
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
