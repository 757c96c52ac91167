import { expect, test } from 'vitest'
import { createTestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { createActs } from './acts.ts'
import { agreementRoutes } from './routes.ts'

test('a word in place of a thread is not taken for one', async () => {
  const world = await createWorld({ codes: ['610900', '420300'] })
  const { agreements, db, audit, events } = world.city('420300')
  const acts = createActs({
    db,
    clock: world.clock,
    audit,
    events,
    agreements,
    fourEyes: true,
    accountsOf: async id => [id],
  })
  const api = await createTestApi({ store: await openTestStore(), routes: () => [agreementRoutes(agreements, acts)] })
  const reply = await api.as('administrator').get('/api/v1/agreements/acts')
  expect([reply.status, reply.body]).toEqual([200, { items: [] }])
  await world.stop()
})
