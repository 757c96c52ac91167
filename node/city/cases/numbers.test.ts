import { expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createCaseNumbers } from './numbers.ts'

test('a look that failed keeps no number of the day back, and none is given twice', async () => {
  const db = await openTestStore()
  const next = createCaseNumbers(db, createHandClock(Date.parse('2026-11-23T00:00:00Z')), '610900')
  const query = db.query
  let failures = 1
  db.query = async (...args) => {
    if (failures-- > 0) throw new Error('SQLITE_BUSY')
    return query.apply(db, args) as never
  }
  const failed = await Promise.allSettled([next(), next()])
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await next()).toBe('61090020261123000001')
  // A look whether it is taken is no first look of the day: what was given before is not given again.
  failures = 1
  await expect(next()).rejects.toThrow('SQLITE_BUSY')
  expect(await next()).toBe('61090020261123000003')
})
