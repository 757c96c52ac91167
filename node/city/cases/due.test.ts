import { expect, test } from 'vitest'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, submitCase } from '../../../test/support/world-case.ts'
import type { Value } from '../../kernel/store/database.ts'

test('what is due is found by its day, in that order: no case that ended is looked at', async () => {
  const world = await createWorld()
  await submitCase(world, await agree(world))
  await world.settle()
  world.clock.advance(7 * 86_400_000)
  const { db, cases, calendars } = world.city(COLLECTING)
  const { query } = db
  const asked: [string, readonly Value[]][] = []
  db.query = async (sql, params = []) => {
    asked.push([sql, params])
    return query(sql, params)
  }
  expect(await cases.notifyDue()).toBeGreaterThan(0)
  await calendars.coverage(world.clock.now())
  db.query = query
  const plans = new Set<string>()
  for (const [sql, params] of asked.filter(([sql]) => /AS alerted|count\(\*\) AS n FROM cases/.test(sql))) {
    const plan = await query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)
    plans.add(plan.map(({ detail }) => detail).join('; '))
  }
  const thread = 'SEARCH t USING INTEGER PRIMARY KEY (rowid=?)'
  expect([...plans].toSorted()).toEqual([
    `SEARCH c USING INDEX cases_due (due>? AND due<?); ${thread}`,
    `SEARCH c USING INDEX cases_own_due (own_due>? AND own_due<?); ${thread}`,
    'SEARCH cases USING COVERING INDEX cases_own_due (own_due>?)',
  ])
  await world.stop()
})
