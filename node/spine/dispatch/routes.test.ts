import { afterEach, expect, test } from 'vitest'
import { createTestApi } from '../../../test/support/http.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { dispatchRoutes, type WaitingMaterials } from './routes.ts'

const S = '420300'
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

type Page = { items: Record<string, unknown>[]; next: string | null }

/** The routes of Shiyan: a parked submit, two answers of another case, and `materials` that wait. */
async function begin(materials = 0) {
  const system = new PlayApproval()
  let cases = 0
  system.answer = kind =>
    kind === 'case.submit' && ++cases === 1
      ? { ok: true, localCaseNo: 'L1' }
      : { ok: false, code: 'adapter.refused', detail: 'E1', retryable: false }
  const w = await createWorld({ adapter: code => (code === S ? system.adapter() : new PlayApproval().adapter()) })
  world = w
  const agreement = await agree(w)
  for (const caseNo of ['AK-1', 'AK-2']) {
    await submitCase(w, agreement, { caseNo })
    await w.settle()
  }
  system.say({ kind: 'case.decide', body: { outcome: 'granted' } })
  system.say({ kind: 'case.progress', body: { step: '归档' } })
  w.clock.advance(2000)
  await w.settle()
  const rows = Array.from({ length: materials }, (_, n) => ({
    sha256: String(n).padStart(64, '0'),
    partner: '610900',
    attempts: 1,
    ended: false,
    at: 5,
    problem: { code: 'material.missing' as const },
  }))
  const waiting: WaitingMaterials = {
    waitingAfter: async (limit, after) =>
      rows.filter(({ sha256 }) => after === null || sha256 > after.sha256).slice(0, limit),
    retry: async () => {},
  }
  const { dispatch } = w.city(S)
  const api = await createTestApi({ store: await openTestStore(), routes: () => [dispatchRoutes(dispatch, waiting)] })
  return { w, api, client: api.as('integrator') }
}

test("an answer of the own approval system is never the partner's to cure", async () => {
  const { w, client } = await begin()
  await w
    .city(S)
    .db.transaction(tx =>
      tx.run(`UPDATE adapter_events SET problem = ? WHERE id LIKE '%e1'`, [
        JSON.stringify({ code: 'body.schema', detail: 'step: too_big' }),
      ]),
    )
  const { items } = (await client.get('/api/v1/parked')).body as Page
  expect(items.find(({ what }) => what === 'adapter-event')).toMatchObject({
    problem: { code: 'body.schema', act: 'you' },
  })
})

test('the list has every kind of work, page by page, with its case, its cause, who acts and the cure', async () => {
  const { client } = await begin(3)
  const items: Page['items'] = []
  let cursor: string | null = null
  do {
    const reply = await client.get(`/api/v1/parked?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)
    expect(reply.status).toBe(200)
    const page = reply.body as Page
    expect(page.items.length).toBeLessThanOrEqual(2)
    items.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  expect(items).toMatchObject([
    {
      what: 'packet',
      kind: 'case.submit',
      caseNo: 'AK-2',
      localCaseNo: null,
      attempts: 1,
      problem: {
        code: 'adapter.refused',
        detail: 'E1',
        act: 'operator',
        cure: expect.any(String),
        zh: expect.any(String),
      },
    },
    {
      what: 'adapter-event',
      event: 'e1',
      caseNo: 'AK-1',
      localCaseNo: 'L1',
      problem: { code: 'case.transition', act: 'you' },
    },
    { what: 'adapter-event', event: 'e2', caseNo: 'AK-1', retryAt: null, problem: { code: 'adapter.behind' } },
    ...['0', '1', '2'].map(n => ({ what: 'material', material: n.padStart(64, '0') })),
  ])
})

test('work is retried, skipped and ended by those who may, and only with a reason', async () => {
  const { w, api, client } = await begin()
  const [packet] = ((await client.get('/api/v1/parked')).body as Page).items
  const packetNo = packet?.packetNo
  for (const [path, body] of [
    ['skip', { event: 'e1' }],
    ['done', { packetNo }],
    ['give-up', { packetNo }],
    ['retry', {}],
    ['retry', { all: false }],
  ] as const)
    expect((await client.post(`/api/v1/parked/${path}`, body)).status).toBe(400)
  const reason = '已由窗口办理'
  for (const role of ['clerk', 'auditor'] as const)
    expect((await api.as(role).post('/api/v1/parked/skip', { event: 'e1', reason })).status).toBe(403)
  expect((await client.post('/api/v1/parked/retry', { code: 'adapter.refused' })).body).toEqual({ retried: 1 })
  await w.settle()
  expect((await client.post('/api/v1/parked/skip', { event: 'e1', reason })).body).toEqual({ skipped: true })
  expect((await client.post('/api/v1/parked/skip', { event: 'e1', reason })).status).toBe(404)
  await w.settle()
  expect((await client.post('/api/v1/parked/skip', { event: 'e2', reason })).status).toBe(200)
  expect((await client.post('/api/v1/parked/done', { packetNo, localCaseNo: 'HAND-1', reason })).body).toEqual({
    ended: true,
  })
  expect((await client.post('/api/v1/parked/give-up', { packetNo, reason })).status).toBe(404)
  expect((await client.get('/api/v1/parked')).body).toEqual({ items: [], next: null })
  expect((await client.post('/api/v1/parked/retry', { all: true })).body).toEqual({ retried: 0 })
})

test('the approval system is told with the time of its last good answer', async () => {
  const { w, client } = await begin()
  expect((await client.get('/api/v1/approval-system')).body).toEqual({
    kind: 'test',
    name: 'test',
    ok: true,
    detailZh: null,
    slow: [],
    others: [],
    polling: { lastGood: new Date(w.clock.now()).toISOString(), failures: 0 },
  })
})

test('a look shows what would be sent and what was answered, sends nothing, and leaves a row', async () => {
  const { w, api, client } = await begin()
  const [packet] = ((await client.get('/api/v1/parked')).body as Page).items
  const asked = w.city(S).dispatch
  const look = await client.post('/api/v1/parked/look', { packetNo: packet?.packetNo })
  expect(look.body).toEqual({
    requests: [{ method: 'POST', url: 'https://first.test/case.submit', headers: ['idempotency-key'], body: 'AK-2' }],
  })
  expect((await client.post('/api/v1/parked/look', { event: 'e1' })).body).toEqual({
    answer: JSON.stringify({
      id: 'e1',
      localCaseNo: 'L1',
      move: { kind: 'case.decide', body: { outcome: 'granted' } },
    }),
  })
  expect(await asked.parked()).toHaveLength(3)
  expect((await w.city(S).audit.list({ action: 'case.read' }, 10, null)).map(({ subject }) => subject)).toEqual([
    'L1',
    packet?.thread,
  ])
  expect((await client.post('/api/v1/parked/look', { event: 'e9' })).status).toBe(404)
  expect((await api.as('auditor').post('/api/v1/parked/look', { event: 'e1' })).status).toBe(403)
})
