import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type World } from '../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../test/support/world-case.ts'
import { createPurges } from './purges.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.stop())

test('a partner that gives no answer is asked once in a round, however many cases wait for it', async () => {
  const ankang = world.city(COLLECTING)
  const agreement = await agree(world)
  for (const caseNo of ['AK-1', 'AK-2', 'AK-3']) {
    const thread = await submitCase(world, agreement, { caseNo })
    await world.settle()
    await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
    await world.settle()
  }
  await ankang.db.transaction(tx => tx.run("UPDATE cases SET purge_on = '2020-01-01'"))
  let answers = false
  let asked = 0
  const failed: string[] = []
  const purges = createPurges({
    ...{ db: ankang.db, clock: world.clock, audit: ankang.audit, author: () => ankang.exchange.author },
    materials: {
      ...{ ownedBy: async () => 0, forget: async () => 0 },
      ungiven: async () => (answers ? 0 : 1),
      async askGiven() {
        asked++
        return answers
      },
    },
    drafts: ankang.drafts,
    ...{ keys: ankang.caseKeys, adapterState: ankang.adapterState, scrub: async () => {} },
    freed: async () => {},
    backups: async () => [],
    failed: (_, problem) => failed.push(problem.code),
  })
  expect(await purges.due()).toBe(0)
  expect([asked, failed]).toEqual([1, ['request.conflict', 'request.conflict', 'request.conflict']])
  answers = true
  expect(await purges.due()).toBe(3)
  expect(asked).toBe(4)
})
