import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AgreementDocumentInput } from '../../../protocol/agreement/document.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { PLAY_ITEM } from '../../../test/support/play-case.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase, worldAgreement } from '../../../test/support/world-case.ts'
import { createOpenCases } from '../cases/under.ts'
import { createImpacts, type Impact, type ImpactParts } from './impact.ts'
import { impactRoutes } from './impact-routes.ts'
import type { TextFault } from './soundness.ts'

const by = { actor: 'person:1' }
/** The item of the cases, and another one in each direction. */
const THREE = (): AgreementDocumentInput['items'] => [
  ...worldAgreement().items,
  { taskCode: 'H2', taskName: '公积金提取', handling: HANDLING, collecting: [COLLECTING], modes: [1, 2] },
  { taskCode: 'C1', taskName: '营业执照', handling: COLLECTING, collecting: [HANDLING], modes: [0, 2] },
]

let world: Awaited<ReturnType<typeof createWorld>>
let asked: unknown[] = []
let api: TestApi
let faults: TextFault[] = []
let saved: Record<string, { collecting: string; stale: boolean }> = {}

const adapter: ImpactParts['adapter'] = {
  kind: 'fake',
  lacking: async items => {
    asked.push(...items)
    return items.filter(({ code }) => code !== PLAY_ITEM.code).map(({ code }) => ({ code, lacks: 'dictionary' }))
  },
}

beforeEach(async () => {
  world = await createWorld()
  asked = []
  const { agreements, db } = world.city(HANDLING)
  faults = []
  saved = {}
  const impacts = createImpacts({
    own: HANDLING,
    agreements,
    cases: createOpenCases(db),
    adapter,
    clock: world.clock,
    mappings: { find: async (partner, code) => saved[`${partner}/${code}`] ?? null },
    faultsOf: async ({ put }) => (put === undefined || put.length > 0 ? faults : []),
  })
  api = await createTestApi({ store: await openTestStore(), routes: () => [impactRoutes(impacts)] })
})
afterEach(() => world.stop())

const threadOf = async (id: string) =>
  (await world.city(HANDLING).agreements.list({}, 10, null)).find(row => row.id === id)?.thread ?? ''
const answer = ({ status, body }: { status: number; body: unknown }) => ({
  status,
  ...(body as Impact & { code?: string }),
})
const step = async (thread: string, query: string) =>
  answer(await api.as('administrator').get(`/api/v1/agreements/${thread}/impact?${query}`))
const codes = (items: readonly { taskCode: string }[]) => items.map(({ taskCode }) => taskCode)

describe('the impact', () => {
  test('of the first signature: every item is gained from the first day, and what the approval system lacks is told', async () => {
    const [proposed] = await world
      .city(COLLECTING)
      .agreements.propose(worldAgreement({ items: THREE(), validFrom: '2027-01-01' }), by)
    await world.settle()
    const found = await step(proposed?.thread ?? '', 'act=sign')
    expect(found).toMatchObject({
      status: 200,
      text: proposed?.id,
      from: '2027-01-01',
      changes: null,
      lost: [],
      cases: { open: 0, touched: 0, shown: [] },
      adapter: {
        kind: 'fake',
        lacking: [
          { taskCode: 'H2', lacks: 'dictionary' },
          { taskCode: 'C1', lacks: 'dictionary' },
        ],
      },
    })
    expect(codes(found.gained)).toEqual([PLAY_ITEM.code, 'H2', 'C1'])
    // What this city moves: what it handles, unless another is authorised to, and what it is authorised to.
    expect(asked).toMatchObject([{ modes: [0, 1] }, { code: 'H2', modes: [1] }, { code: 'C1', modes: [2] }])
    // Nothing was written.
    expect((await world.city(HANDLING).agreements.get(proposed?.thread ?? '')).state).toBe('proposed')
  })

  test('of an amendment: what changes against what stands, and the open cases of those items', async () => {
    const id = await agree(world, worldAgreement({ items: THREE() }))
    const thread = await threadOf(id)
    const open = await submitCase(world, id)
    await world.settle()
    const amendment = {
      title: '补充协议',
      reason: '调整事项',
      put: [{ ...worldAgreement().items[0], promiseDays: 3 }],
      remove: [{ handling: HANDLING, taskCode: 'H2' }],
      terms: { purgeDays: 30 },
      effectiveFrom: '2026-12-01',
    }
    const post = (body: unknown) => api.as('administrator').post(`/api/v1/agreements/${thread}/impact`, body)
    const found = answer(await post(amendment))
    expect(found).toMatchObject({
      status: 200,
      from: '2026-12-01',
      changes: { terms: [{ field: 'purgeDays' }], counts: { added: 0, removed: 1, changed: 1, unchanged: 1 } },
      gained: [],
      cases: {
        open: 1,
        touched: 1,
        shown: [{ thread: open, agreement: id, itemCode: PLAY_ITEM.code, state: 'arrived' }],
      },
      adapter: { lacking: [] },
    })
    expect(codes(found.lost)).toEqual(['H2'])
    // An item without open cases touches none.
    const other = answer(await post({ ...amendment, put: [] }))
    expect(other.cases).toMatchObject({ open: 1, touched: 0 })
    expect(answer(await post({ ...amendment, put: [], remove: [], terms: {} }))).toMatchObject({
      status: 400,
      code: 'agreement.malformed',
    })
  })

  test('of the end: all items are lost the day after, open cases finish, and what another agreement covers is told', async () => {
    const id = await agree(world, worldAgreement({ items: THREE() }))
    const thread = await threadOf(id)
    await submitCase(world, id)
    await submitCase(world, id)
    await world.settle()
    const found = await step(thread, 'act=terminate&on=2026-12-31')
    expect(found).toMatchObject({ from: '2027-01-01', changes: null, gained: [], cases: { open: 2, touched: 2 } })
    expect(found.lost.map(({ taskCode, elsewhere }) => [taskCode, elsewhere])).toEqual([
      [PLAY_ITEM.code, false],
      ['H2', false],
      ['C1', false],
    ])
    await agree(world, worldAgreement({ title: '新协议' }))
    const replaced = await step(thread, 'act=terminate&on=2026-12-31')
    expect(replaced.lost.map(({ elsewhere }) => elsewhere)).toEqual([true, false, false])
    expect(await step(thread, 'act=terminate')).toMatchObject({ status: 400, code: 'request.invalid' })
    expect(await step(thread, 'act=expire')).toMatchObject({ from: '2029-01-01', cases: { open: 2, touched: 2 } })
  })

  test('of mappings: saved ones of what is lost or changes, those to compare again, and items without one', async () => {
    const id = await agree(world, worldAgreement({ items: THREE() }))
    const thread = await threadOf(id)
    saved = { [`${COLLECTING}/C1`]: { collecting: 'H2', stale: false } }
    const mapped = { partner: COLLECTING, taskCode: 'C1', taskName: '营业执照', own: 'H2' }
    expect((await step(thread, 'act=terminate&on=2026-12-31')).mappings).toEqual({
      touched: [mapped],
      stale: [],
      missing: [],
    })
    const c1 = THREE()[2]
    if (c1 === undefined) throw new Error('no item')
    const amend = async (put: object[], remove: object[] = []) =>
      answer(
        await api.as('administrator').post(`/api/v1/agreements/${thread}/impact`, {
          title: '补充协议',
          reason: '事项',
          effectiveFrom: '2026-12-01',
          put,
          remove,
        }),
      ).mappings
    saved[`${COLLECTING}/C1`] = { collecting: 'H2', stale: true }
    expect(await amend([{ ...c1, promiseDays: 1 }])).toEqual({ touched: [mapped], stale: [mapped], missing: [] })
    const c2 = { ...c1, taskCode: 'C2' }
    const named = { ...c1, taskCode: 'C3', materialMapping: [{ collecting: 'M1', handling: 'M2' }] }
    expect(await amend([c2, named])).toEqual({
      touched: [],
      stale: [],
      missing: [{ ...mapped, taskCode: 'C2', own: null }],
    })
    // What only the partner collects is its own matter.
    expect(await amend([], [{ handling: HANDLING, taskCode: 'H2' }])).toEqual({ touched: [], stale: [], missing: [] })
  })

  test('of a text that does not hold tells why it cannot be signed', async () => {
    const why = { why: 'not in use in the list of 420300', whyZh: '在 420300 的事项清单中未启用' }
    faults = [{ code: 'agreement.item', path: 'items.0.taskCode', ...why }]
    const post = async (path: string, body: object) =>
      answer(await api.as('administrator').post(`/api/v1/agreements${path}/impact`, body)).faults
    expect(await post('', worldAgreement())).toEqual(faults)
    const thread = await threadOf(await agree(world))
    const amendment = { title: '补充协议', reason: '事项', effectiveFrom: '2026-12-01' }
    expect(await post(`/${thread}`, { ...amendment, put: THREE().slice(1) })).toEqual(faults)
    expect(await post(`/${thread}`, { ...amendment, terms: { purgeDays: 1 } })).toEqual([])
    expect((await step(thread, 'act=suspend')).faults).toEqual([])
    const [proposed] = await world.city(COLLECTING).agreements.propose(worldAgreement(), by)
    await world.settle()
    expect((await step(proposed?.thread ?? '', 'act=sign')).faults).toEqual(faults)
  })

  test('counts no case that is over, and none of another agreement', async () => {
    const id = await agree(world)
    const thread = await threadOf(id)
    const other = await agree(world, worldAgreement({ title: '另一协议' }))
    await submitCase(world, other)
    const closed = await submitCase(world, id)
    await world.settle()
    await world.city(HANDLING).exchange.author.write({ thread: closed, partner: COLLECTING }, [
      {
        kind: 'case.refuse',
        content: { reason: '不属于受理范围', basis: '行政许可法第三十二条' },
      },
    ])
    await world.settle()
    expect((await step(thread, 'act=suspend')).cases.open).toBe(0)
    expect((await step(await threadOf(other), 'act=suspend')).cases.open).toBe(1)
  })

  test('of one that renews itself: nothing ends', async () => {
    const thread = await threadOf(await agree(world, worldAgreement({ renewal: { kind: 'auto', noticeDays: 30 } })))
    expect(await step(thread, 'act=expire')).toMatchObject({ from: null, lost: [], gained: [], changes: { items: [] } })
  })

  test('of suspending and resuming: from today', async () => {
    const thread = await threadOf(await agree(world))
    expect(await step(thread, 'act=suspend')).toMatchObject({ from: '2026-11-23', lost: [{}], gained: [] })
    expect(await step(thread, 'act=resume')).toMatchObject({ status: 409, code: 'agreement.transition' })
    await world.city(HANDLING).agreements.change(thread, { kind: 'agreement.suspend', reason: '升级' }, by)
    expect(await step(thread, 'act=resume')).toMatchObject({ from: '2026-11-23', lost: [], gained: [{}] })
    expect(await step(thread, 'act=sign')).toMatchObject({ status: 409, code: 'agreement.transition' })
  })

  test('of a document that is not proposed yet, and for those alone who may see it', async () => {
    await agree(world)
    const path = '/api/v1/agreements/impact'
    const found = answer(await api.as('administrator').post(path, worldAgreement({ items: THREE() })))
    expect(found.gained.map(({ elsewhere }) => elsewhere)).toEqual([true, false, false])
    expect((await api.as('clerk').post(path, worldAgreement())).status).toBe(403)
    expect(await step('0'.repeat(32), 'act=sign')).toMatchObject({ status: 404, code: 'thread.unknown' })
  })
})
