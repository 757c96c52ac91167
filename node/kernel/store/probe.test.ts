import { expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from './database.ts'
import { createWriteProbe, PROBE_LIMITS } from './probe.ts'

test('a store is proven writable by a write, once for all who ask within a second', async () => {
  const db = await openTestStore()
  let now = 1_000_000
  let writes = 0
  const counted: Database = {
    ...db,
    transaction: work => {
      writes++
      return db.transaction(work)
    },
  }
  const probe = createWriteProbe(counted, () => now)
  await Promise.all([probe(), probe()])
  now += PROBE_LIMITS.counts - 1
  await probe()
  expect(writes).toBe(1)
  now++
  await probe()
  expect(writes).toBe(2)
  now -= 86_400_000
  await probe()
  expect(writes).toBe(3)
  expect(await db.query('SELECT count(*) AS n FROM probes')).toEqual([{ n: 1 }])
  await db.close()
})

test('a full disk is no proof, and is asked again; a writer that hangs is waited for by all', async () => {
  const db = await openTestStore()
  let problem: Error | null = new Error('SQLITE_FULL')
  const { promise, resolve } = Promise.withResolvers<void>()
  const failing: Database = {
    ...db,
    transaction: async work => {
      if (problem !== null) throw problem
      await promise
      return db.transaction(work)
    },
  }
  const probe = createWriteProbe(failing, () => 0)
  await expect(probe()).rejects.toThrow('SQLITE_FULL')
  problem = null
  let proven = 0
  const hanging = [probe(), probe()].map(each => each.then(() => proven++))
  await db.query('SELECT 1 AS one')
  expect(proven).toBe(0)
  resolve()
  await Promise.all(hanging)
  expect(proven).toBe(2)
  await db.close()
})
