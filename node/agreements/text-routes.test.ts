import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../test/support/http.ts'
import { playAgreement } from '../../test/support/play-agreement.ts'
import { openTestStore } from '../../test/support/store.ts'
import { createWorld } from '../../test/support/world.ts'
import { agreementTextRoutes } from './text-routes.ts'

// Ankang proposes to Shiyan.
const [A, S] = ['610900', '420300']
const by = { actor: 'person:1' }

let world: Awaited<ReturnType<typeof createWorld>>
let api: TestApi
let thread = ''

beforeEach(async () => {
  world = await createWorld({ codes: [A, S] })
  const { agreements } = world.city(S)
  api = await createTestApi({ store: await openTestStore(), routes: () => [agreementTextRoutes(agreements)] })
  const [proposed] = await world.city(A).agreements.propose(playAgreement(), by)
  thread = proposed?.thread ?? ''
  await world.settle()
})
afterEach(() => world.stop())

type Diff = {
  before: { id: string; kind: string; by: string | null }
  after: { id: string; kind: string; by: string | null }
  terms: { field: string; was: { zh: string }; is: { zh: string } }[]
  items: { change: string; taskCode: string }[]
  counts: Record<string, number>
}
const diff = async (query = '') => {
  const reply = await api.as('clerk').get(`/api/v1/agreements/${thread}/diff${query}`)
  return { status: reply.status, ...(reply.body as Diff & { code?: string }) }
}

describe('the difference of texts', () => {
  test('of a single proposal is none', async () => {
    expect(await diff()).toMatchObject({ status: 409, code: 'request.conflict' })
  })

  test('of a counter-proposal is that to the proposal; of an amendment that to what stands', async () => {
    const { agreements } = world.city(S)
    await agreements.counter(thread, playAgreement({ purgeDays: 30 }), '三十日为宜', by)
    await world.settle()
    expect((await agreements.get(thread)).pending?.reason).toBe('三十日为宜')
    const countered = await diff()
    expect(countered).toMatchObject({
      before: { kind: 'replaced', by: A },
      after: { kind: 'pending', by: S },
      terms: [{ field: 'purgeDays', was: { zh: '90' }, is: { zh: '30' } }],
      items: [],
    })
    await world.city(A).agreements.sign(thread, null, by)
    await world.settle()
    await agreements.amend(
      thread,
      {
        title: '补充协议',
        reason: '减少事项',
        remove: [{ handling: S, taskCode: playAgreement().items[0]?.taskCode ?? '' }],
        effectiveFrom: '2026-12-01',
      },
      by,
    )
    const amended = await diff()
    expect(amended).toMatchObject({
      before: { kind: 'version', id: countered.after.id },
      after: { kind: 'pending', by: S },
      terms: [],
      counts: { added: 0, removed: 1, changed: 0 },
      items: [{ change: 'removed' }],
    })
    // By names: the first proposal against the amendment.
    const named = await diff(`?before=${countered.before.id.slice(0, 8)}&after=${amended.after.id}`)
    expect(named).toMatchObject({ terms: [{ field: 'purgeDays' }], counts: { removed: 1 } })
    expect(await diff(`?before=${'0'.repeat(64)}`)).toMatchObject({ status: 404, code: 'request.not-found' })
    expect(await diff('?before=xyz')).toMatchObject({ status: 400, code: 'request.invalid' })
  })
})
