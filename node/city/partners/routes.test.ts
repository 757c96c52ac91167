import { expect, test } from 'vitest'
import { createTestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import type { Partner, Partners } from './partners.ts'
import { partnerRoutes } from './routes.ts'

const AT = Date.parse('2026-11-23T00:00:00Z')
const partner: Partner = {
  code: '420300',
  name: '十堰市',
  status: 'active',
  fingerprint: 'ab'.repeat(32),
  words: [],
  asked: [],
  vouched: null,
  revoked: null,
  addresses: [],
  pairedAt: AT,
  confirmedAt: AT,
  seenAt: null,
  delivery: null,
  breaker: null,
}

test('a partner is shown with the breaker that every sender asks: since when it is open, why, and when it is tried next', async () => {
  const breakers = [null, { since: AT, nextTryAt: AT + 60_000, problem: { code: 'exchange.unreachable' as const } }]
  const shown = []
  for (const breaker of breakers) {
    const partners = { list: async () => [{ ...partner, breaker }] } as unknown as Partners
    const api = await createTestApi({ store: await openTestStore(), routes: () => [partnerRoutes(partners)] })
    const { status, body } = await api.as('administrator').get('/api/v1/partners')
    expect(status, JSON.stringify(body)).toBe(200)
    shown.push((body as { items: { breaker: string; breakerOpen: unknown }[] }).items[0])
  }
  expect(shown).toMatchObject([
    { breaker: 'closed', breakerOpen: null },
    {
      breaker: 'open',
      breakerOpen: {
        since: '2026-11-23T00:00:00.000Z',
        nextTryAt: '2026-11-23T00:01:00.000Z',
        problem: { code: 'exchange.unreachable' },
      },
    },
  ])
})
