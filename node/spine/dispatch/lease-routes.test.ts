/**
 * The lease API as a program sees it, and what the node makes of it.
 * Over 450 lines: one stage, on which each operation, each answer and each limit of the API is played.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Call, DeliveryResult } from '../../../adapters/sdk/port.ts'
import { sampleKey, sampleMaterial, samplePacket, sampleSubmit, testContext } from '../../../adapters/sdk/test-kit.ts'
import type { Commitment } from '../../../protocol/primitives.ts'
import { type Client, createTestApi, type Reply, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { leaseRoutes } from './lease-routes.ts'
import { LEASE_LIMITS } from './leases.ts'
import { createRemoteAdapter, deskOf, type RemoteAdapter } from './remote-adapter.ts'

const SECOND = 1000
let api: TestApi
let adapter: RemoteAdapter
let program: Client
let context: Call
let kept: ReadonlyMap<string, Uint8Array>

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
}
const withRole = async (role: 'adapter' | 'integrator') =>
  api.withToken((await api.people.create('test', { name: role, roles: [role], expiresAt: null })).token)

beforeEach(async () => {
  let ids = 0
  ;({ context, kept } = testContext())
  api = await createTestApi({
    store: await openTestStore(),
    routes: ({ clock }) => {
      adapter = createRemoteAdapter({ clock, ids: () => `lease-${++ids}` })
      return [leaseRoutes([adapter.desk], context.keep)]
    },
  })
  program = await withRole('adapter')
})
afterEach(async () => {
  await adapter.close?.()
  await turns()
  await api.database.close()
})

type Leased = {
  call: string
  lease: string
  fence: number
  until: string
  delivery: Record<string, unknown>
  raw: string
}
const workIn = ({ status, body }: Reply): Leased[] => {
  expect([status, body]).toEqual([200, expect.objectContaining({ work: expect.any(Array) })])
  return (body as { work: Leased[] }).work
}
const ask = async (more: object = {}, by = program) =>
  workIn(await by.post('/api/v1/adapter/leases', { wait: 0, ...more }))
const one = async (more: object = {}, by = program): Promise<Leased> => {
  const [first] = await ask(more, by)
  if (first === undefined) throw new Error('there is no work')
  return first
}
const say = ({ lease, fence }: Pick<Leased, 'lease' | 'fence'>, result: object, by = program) =>
  by.send('PUT', `/api/v1/adapter/leases/${lease}/result`, { fence, result })
const tell = (events: object[], by = program) => by.send('PUT', '/api/v1/adapter/events', { events })
const codeOf = ({ status, body }: Reply) => [status, (body as { code?: string }).code]

/** What the node is told of a packet, once its program was. */
async function offered(word: string, more: Parameters<typeof sampleSubmit>[1] = []) {
  const delivery = sampleSubmit(word, more)
  const result = adapter.deliver(delivery, context)
  await turns()
  return { delivery, result }
}
const silent: DeliveryResult = {
  ok: false,
  code: 'adapter.unavailable',
  detail: 'the lease ended without a result',
  retryable: true,
}

describe('a packet', () => {
  test('is leased as it is, to one program, and ends with what that says; the same once more is no fault', async () => {
    const { delivery, result } = await offered('leased')
    const work = await one()
    const { materials, ...told } = delivery
    expect(work).toMatchObject({ call: 'deliver', delivery: { ...told, materials } })
    expect(await ask()).toEqual([])
    const done = { outcome: 'done', localCaseNo: 'L-1' }
    expect((await say(work, done)).body).toEqual({ taken: true })
    expect(await result).toEqual({ ok: true, localCaseNo: 'L-1', moves: [] })
    expect((await say(work, done)).status).toBe(200)
    expect(codeOf(await say(work, { outcome: 'done', localCaseNo: 'L-2' }))).toEqual([409, 'adapter.lease'])
  })

  test.each([
    [
      'done with steps',
      { outcome: 'done', localCaseNo: 'L-1', moves: [{ kind: 'case.accept', body: { acceptanceNo: 'SL-1' } }] },
      { ok: true, localCaseNo: 'L-1', moves: [{ kind: 'case.accept', body: { acceptanceNo: 'SL-1' } }] },
    ],
    ['handed', { outcome: 'handed' }, { ok: 'handed' }],
    ['handed for a time', { outcome: 'handed', lookAgainSeconds: 60 }, { ok: 'handed', lookAgainAfterMs: 60_000 }],
    [
      'refused',
      { outcome: 'refused', detail: 'E2', theirCode: 'E2' },
      { ok: false, code: 'adapter.refused', detail: 'E2', theirCode: 'E2', retryable: false },
    ],
    [
      'again',
      { outcome: 'again', detail: 'HTTP 503', retryAfterSeconds: 30 },
      { ok: false, code: 'adapter.unavailable', detail: 'HTTP 503', retryAfterMs: 30_000, retryable: true },
    ],
    [
      'unmapped',
      { outcome: 'unmapped', detail: 'mode: 7' },
      { ok: false, code: 'adapter.mapping', detail: 'mode: 7', retryable: false },
    ],
    [
      'unknown at first',
      { outcome: 'unknown', detail: 'a page' },
      { ok: false, code: 'adapter.unavailable', detail: 'a page', retryable: true },
    ],
  ])('that is %s ends so', async (_, said, expected) => {
    const { result } = await offered('ends')
    expect((await say(await one(), said)).status).toBe(200)
    expect(await result).toEqual(expected)
  })

  test.each([
    [4, 'adapter.unavailable'],
    [5, 'adapter.unknown'],
  ])('of which nobody knows whether it was taken, after %i attempts: %s', async (attempt, code) => {
    const result = adapter.deliver({ ...sampleSubmit('unknown'), attempt }, context)
    await turns()
    await say(await one(), { outcome: 'unknown', detail: 'a page' })
    expect(await result).toMatchObject({ code })
  })

  test('with a step that does not hold is not settled by it: the program corrects it under the same lease', async () => {
    const { result } = await offered('wrong step')
    const work = await one()
    const moves = (kind: string, body: object) => ({ outcome: 'done', localCaseNo: 'L', moves: [{ kind, body }] })
    expect(codeOf(await say(work, moves('case.submit', {})))).toEqual([400, 'request.invalid'])
    expect(codeOf(await say(work, moves('case.decide', { outcome: 'perhaps' })))).toEqual([400, 'request.invalid'])
    expect(codeOf(await say(work, { outcome: 'unreadable', detail: 'of a packet' }))).toEqual([400, 'request.invalid'])
    expect((await say(work, { outcome: 'done', localCaseNo: 'L' })).status).toBe(200)
    expect(await result).toMatchObject({ ok: true })
  })

  test('is given up when its lease ends, offered again under a higher fence, and what is said late has no effect', async () => {
    const first = await offered('late')
    const late = await one({ seconds: 30 })
    api.clock.advance(30 * SECOND - 1)
    await turns()
    expect(
      (await program.send('PUT', `/api/v1/adapter/leases/${late.lease}`, { fence: late.fence, seconds: 5 })).status,
    ).toBe(200)
    api.clock.advance(5 * SECOND)
    expect(await first.result).toEqual(silent)
    const second = adapter.deliver({ ...first.delivery, attempt: 1 }, context)
    await turns()
    expect(codeOf(await say(late, { outcome: 'done', localCaseNo: 'OLD' }))).toEqual([409, 'adapter.lease'])
    const next = await one()
    expect(next.delivery.idempotencyKey).toBe(late.delivery.idempotencyKey)
    expect(next.fence).toBeGreaterThan(late.fence)
    expect(codeOf(await say({ ...next, fence: late.fence }, { outcome: 'done', localCaseNo: 'OLD' }))).toEqual([
      409,
      'adapter.lease',
    ])
    await say(next, { outcome: 'done', localCaseNo: 'NEW' })
    expect(await second).toMatchObject({ localCaseNo: 'NEW' })
  })

  test('is renewed up to the deadline of the node, and no further', async () => {
    const { result } = await offered('renewed')
    const work = await one({ seconds: LEASE_LIMITS.longest })
    const renew = async () => {
      const { lease, fence } = work
      const reply = await program.send('PUT', `/api/v1/adapter/leases/${lease}`, { fence, seconds: 300 })
      expect(reply.status).toBe(200)
      return Date.parse((reply.body as { until: string }).until)
    }
    const begun = api.clock.now()
    api.clock.advance(200 * SECOND)
    expect(await renew()).toBe(begun + 500 * SECOND)
    api.clock.advance(200 * SECOND)
    const last = begun + context.deadline - context.now() - LEASE_LIMITS.margin
    expect(await renew()).toBe(last)
    api.clock.advance(last - api.clock.now() - 1)
    expect(await renew()).toBe(last)
    api.clock.advance(1)
    expect(await result).toEqual(silent)
  })

  test('that no program asks for is taken back', async () => {
    const { result } = await offered('unasked')
    api.clock.advance(LEASE_LIMITS.offer - 1)
    let over = false
    void result.then(() => {
      over = true
    })
    await turns()
    expect(over).toBe(false)
    api.clock.advance(1)
    expect(await result).toMatchObject({
      code: 'adapter.unavailable',
      detail: 'no program asked for the work',
      retryable: true,
    })
    expect(await ask()).toEqual([])
  })

  test('that the node gives up is leased no longer', async () => {
    const ending = new AbortController()
    const result = adapter.deliver(sampleSubmit('given up'), { ...context, signal: ending.signal })
    await turns()
    const work = await one()
    ending.abort()
    expect(await result).toMatchObject({ code: 'adapter.unavailable', detail: 'aborted' })
    expect(codeOf(await say(work, { outcome: 'done', localCaseNo: 'L' }))).toEqual([409, 'adapter.lease'])
    expect(await adapter.deliver(sampleSubmit('given up'), { ...context, signal: ending.signal })).toMatchObject({
      detail: 'aborted',
    })
    expect(await ask()).toEqual([])
  })

  test('of one program is not another one of the city’s', async () => {
    const { result } = await offered('owned', [sampleMaterial('owned')])
    const work = await one()
    const other = await withRole('adapter')
    expect(codeOf(await say(work, { outcome: 'done', localCaseNo: 'X' }, other))).toEqual([409, 'adapter.lease'])
    const [material] = (work.delivery.materials ?? []) as { sha256: string }[]
    const path = `/api/v1/adapter/leases/${work.lease}/materials/${material?.sha256}`
    expect(codeOf(await other.get(path))).toEqual([409, 'adapter.lease'])
    expect(codeOf(await (await withRole('integrator')).post('/api/v1/adapter/leases', {}))).toEqual([
      403,
      'request.forbidden',
    ])
    await say(work, { outcome: 'done', localCaseNo: 'L' })
    expect(await result).toMatchObject({ localCaseNo: 'L' })
  })

  test('brings its materials, by their hashes and none besides, for as long as it is leased', async () => {
    const material = sampleMaterial('streamed', { chunks: 3, chunkBytes: 1000 })
    const { result } = await offered('with a scan', [material])
    const work = await one()
    const path = (sha256: string) => `/api/v1/adapter/leases/${work.lease}/materials/${sha256}`
    const read = await program.get(path(material.sha256))
    expect([read.status, read.headers.get('content-length'), read.text.length > 0]).toEqual([200, '3000', true])
    expect(codeOf(await program.get(path(sampleKey('another'))))).toEqual([404, 'material.missing'])
    await say(work, { outcome: 'done', localCaseNo: 'L' })
    await result
    expect(codeOf(await program.get(path(material.sha256)))).toEqual([409, 'adapter.lease'])
  })
})

describe('asking for work', () => {
  test('waits for it, and comes back without after so many seconds', async () => {
    const waiting = program.post('/api/v1/adapter/leases', { wait: 10 })
    await turns()
    const { result } = await offered('awaited')
    const [work] = workIn(await waiting)
    await say(work as Leased, { outcome: 'done', localCaseNo: 'L' })
    await result
    let answered = false
    const idle = program.post('/api/v1/adapter/leases', { wait: 10 }).then(reply => {
      answered = true
      return reply
    })
    await turns()
    api.clock.advance(10 * SECOND - 1)
    await turns()
    expect(answered).toBe(false)
    api.clock.advance(1)
    expect(workIn(await idle)).toEqual([])
  })

  test('gives as much as is asked for, the oldest first', async () => {
    const results = await Promise.all(['1', '2', '3'].map(word => offered(word)))
    const work = await ask({ most: 2 })
    expect(work.map(({ delivery }) => delivery.caseNo)).toEqual(
      results.slice(0, 2).map(({ delivery }) => delivery.caseNo),
    )
    expect(await ask({ most: 2 })).toHaveLength(1)
  })

  test(`waits for ${LEASE_LIMITS.waiting} programs at a time, and not for one more`, async () => {
    const { desk } = adapter
    const signal = new AbortController()
    const wanted = { wait: 25, seconds: 60, most: 1 }
    const waiting = Array.from({ length: LEASE_LIMITS.waiting }, () => desk.take('p', wanted, signal.signal))
    await expect(desk.take('p', wanted, signal.signal)).rejects.toMatchObject({ problem: { code: 'request.rate' } })
    signal.abort()
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => []))
    const again = desk.take('p', wanted, new AbortController().signal)
    const { result } = await offered('after them')
    expect(await again).toHaveLength(1)
    void result
  })

  test('is bounded in seconds and in number', async () => {
    for (const [field, most] of [
      ['wait', LEASE_LIMITS.wait],
      ['seconds', LEASE_LIMITS.longest],
      ['most', LEASE_LIMITS.most],
    ] as const) {
      expect(codeOf(await program.post('/api/v1/adapter/leases', { wait: 0, [field]: most + 1 }))).toEqual([
        400,
        'request.invalid',
      ])
      if (field !== 'wait') expect(await ask({ [field]: most })).toEqual([])
    }
    expect(
      codeOf(await program.post('/api/v1/adapter/leases', { wait: 0, seconds: LEASE_LIMITS.shortest - 1 })),
    ).toEqual([400, 'request.invalid'])
  })

  test('is remembered: the check and the poll fail for a program that was never there, is gone, or says what is wrong', async () => {
    const polled = () =>
      adapter.poll?.(null, context).then(
        () => null,
        (error: { problem: { detail: string } }) => error.problem.detail,
      )
    const never = 'no program has asked for work since the node started'
    expect([await adapter.check(context), await polled()]).toEqual([{ ok: false, detail: never }, never])
    await ask()
    expect([await adapter.check(context), await polled()]).toEqual([{ ok: true }, null])
    api.clock.advance(LEASE_LIMITS.contact)
    expect(await adapter.check(context)).toEqual({ ok: true })
    api.clock.advance(SECOND)
    const gone = 'no program has asked for work for 91 s'
    expect([await adapter.check(context), await polled()]).toEqual([{ ok: false, detail: gone }, gone])
    await ask({ trouble: 'HTTP 503' })
    expect([await adapter.check(context), await polled()]).toEqual([{ ok: false, detail: 'HTTP 503' }, 'HTTP 503'])
    await ask()
    expect(await adapter.check(context)).toEqual({ ok: true })
  })

  test('a lease that was answered is remembered for the repeat, as long as few were answered after it', async () => {
    const { desk } = adapter
    const signal = new AbortController().signal
    const claims: { lease: string; fence: number; holder: string }[] = []
    const answer = (claim: (typeof claims)[number]) =>
      desk.settle(claim, 'done', () => ({ call: 'deliver', result: { ok: true } }))
    const take = async (n: number) => {
      const result = adapter.deliver(sampleSubmit(`many ${n}`), context)
      const [lease] = await desk.take('p', { wait: 25, seconds: 60, most: 1 }, signal)
      const claim = { lease: lease?.id ?? '', fence: lease?.fence ?? 0, holder: 'p' }
      answer(claim)
      await result
      claims.push(claim)
    }
    for (let n = 0; n < LEASE_LIMITS.settled; n++) await take(n)
    const first = claims[0] as (typeof claims)[number]
    expect(() => answer(first)).not.toThrow()
    await take(LEASE_LIMITS.settled)
    expect(() => answer(first)).toThrow()
    expect(() => answer(claims[1] as (typeof claims)[number])).not.toThrow()
  })
})

describe('what the approval system did', () => {
  const accepted = { id: 'e1', localCaseNo: 'L', move: { kind: 'case.accept', body: { acceptanceNo: 'SL-1' } } }
  const polled = async () => (await adapter.poll?.(null, context))?.events ?? []
  beforeEach(() => ask())

  test('is answered for only when all of it is kept for good', async () => {
    let answered = false
    const second = {
      id: 'e2',
      localCaseNo: 'L',
      move: { kind: 'case.progress', body: { step: '审核' } },
      at: '2026-11-22T08:00:00.000Z',
    }
    const telling = tell([accepted, second]).then(reply => {
      answered = true
      return reply
    })
    await turns()
    expect(await polled()).toEqual([accepted, { ...second, at: Date.parse('2026-11-22T08:00:00Z') }])
    await adapter.acknowledge?.(['e1'], context)
    await turns()
    expect(answered).toBe(false)
    await adapter.acknowledge?.(['e2', 'unknown'], context)
    expect((await telling).body).toEqual({ kept: 2 })
    expect(await polled()).toEqual([])
    expect((await tell([])).body).toEqual({ kept: 0 })
  })

  test('and is not kept in time is sent again under the same ids, and given to the node once', async () => {
    const first = tell([accepted])
    await turns()
    const again = tell([accepted])
    await turns()
    expect(await polled()).toHaveLength(1)
    api.clock.advance(LEASE_LIMITS.keep)
    expect([codeOf(await first), codeOf(await again)]).toEqual([
      [503, 'adapter.unkept'],
      [503, 'adapter.unkept'],
    ])
    expect(await polled()).toEqual([])
    const third = tell([accepted])
    await turns()
    expect(await polled()).toHaveLength(1)
    await adapter.acknowledge?.(['e1'], context)
    expect((await third).status).toBe(200)
  })

  test('of packets that were handed over is told by their keys', async () => {
    const outcomes = [
      { id: 'o1', taken: sampleKey('one'), localCaseNo: 'L-1' },
      { id: 'o2', refused: sampleKey('two'), detail: 'E2', theirCode: 'E2' },
    ]
    void tell(outcomes)
    await turns()
    expect(await polled()).toEqual(outcomes)
  })

  test('and does not hold as a step is kept as it was said, and read by the program; what it cannot read waits', async () => {
    const wrong = { id: 'e9', localCaseNo: 'L', move: { kind: 'case.decide', body: { outcome: 'perhaps' } } }
    void tell([wrong, { id: 'e10', localCaseNo: null, raw: 'operatetype 77' }])
    await turns()
    const [first, second] = (await polled()) as readonly { raw: string }[]
    expect([first, second]).toEqual([
      { id: 'e9', localCaseNo: 'L', raw: JSON.stringify(wrong.move) },
      { id: 'e10', localCaseNo: null, raw: 'operatetype 77' },
    ])
    const read = async (said: object) => {
      const reading = adapter.read?.(second?.raw ?? '', context)
      await turns()
      const work = await one()
      expect(work).toMatchObject({ call: 'read', raw: 'operatetype 77' })
      const reply = await say(work, said)
      expect([reply.status, reply.body]).toEqual([200, { taken: true }])
      return reading
    }
    expect(await read({ outcome: 'unreadable', detail: 'operatetype: 77' })).toEqual({
      ok: false,
      problem: { code: 'adapter.mapping', detail: 'operatetype: 77' },
    })
    expect(await read({ outcome: 'read', event: accepted })).toEqual({ ok: true, event: accepted })
    expect(await read({ outcome: 'read', event: null })).toEqual({ ok: true, event: null })
    await expect(read({ outcome: 'again', detail: 'HTTP 503' })).rejects.toMatchObject({
      problem: { code: 'adapter.unavailable', detail: 'HTTP 503' },
    })
    const unread = adapter.read?.('x', context)
    await turns()
    api.clock.advance(LEASE_LIMITS.offer)
    await expect(unread).rejects.toMatchObject({ problem: { code: 'adapter.unavailable' } })
  })

  test('is bounded: so many events of a request, and so many that wait', async () => {
    const many = (count: number, begin = 0) =>
      Array.from({ length: count }, (_, n) => ({ ...accepted, id: `m${begin + n}` }))
    expect(codeOf(await tell(many(LEASE_LIMITS.events + 1)))).toEqual([400, 'request.invalid'])
    for (let begin = 0; begin < LEASE_LIMITS.unkept; begin += LEASE_LIMITS.events)
      void tell(many(LEASE_LIMITS.events, begin))
    await turns()
    expect(await polled()).toHaveLength(LEASE_LIMITS.unkept)
    expect(codeOf(await tell(many(1, LEASE_LIMITS.unkept)))).toEqual([503, 'adapter.unkept'])
    const repeated = tell(many(1))
    await turns()
    await adapter.acknowledge?.(['m0'], context)
    expect((await repeated).status).toBe(200)
  })

  test('brings its files, which are named by their hashes', async () => {
    const bytes = '%PDF-1.4 decision'
    const reply = await program.send('PUT', '/api/v1/adapter/files', bytes, { 'content-type': 'application/pdf' })
    expect(reply.status).toBe(201)
    const { sha256, size } = reply.body as Commitment
    expect([size, new TextDecoder().decode(kept.get(sha256))]).toEqual([bytes.length, bytes])
  })
})

test('at a node whose adapter runs inside it there is nothing to lease', async () => {
  const inside = { kind: 'inside', deliver: adapter.deliver, check: adapter.check }
  const other = await createTestApi({
    store: await openTestStore(),
    routes: () => [
      leaseRoutes(
        [deskOf(inside)].filter(desk => desk !== null),
        context.keep,
      ),
    ],
  })
  const { token } = await other.people.create('test', { name: 'p', roles: ['adapter'], expiresAt: null })
  const asked = await other.withToken(token).post('/api/v1/adapter/leases', {})
  expect(codeOf(asked)).toEqual([404, 'request.not-found'])
  await other.database.close()
})

test('of several remote adapters each serves the programs of its own account, and no others', async () => {
  const desks: RemoteAdapter[] = []
  const clients = new Map<string, Client>()
  const tokens = new Map<string, string>()
  const other = await createTestApi({
    store: await openTestStore(),
    async routes({ people, clock }) {
      for (const name of ['gjj', 'zhbs']) {
        const { account, token } = await people.create('test', { name, roles: ['adapter'], expiresAt: null })
        tokens.set(name, token)
        desks.push(createRemoteAdapter({ clock, ids: () => `of ${name}`, account: account.id }))
      }
      return [
        leaseRoutes(
          desks.map(({ desk }) => desk),
          context.keep,
        ),
      ]
    },
  })
  for (const [name, token] of tokens) clients.set(name, other.withToken(token))
  const stranger = await other.people.create('test', { name: 'p', roles: ['adapter'], expiresAt: null })
  const results = desks.map(one => one.deliver(sampleSubmit(`of ${one.desk.account}`), context))
  await turns()
  const refused = await other.withToken(stranger.token).post('/api/v1/adapter/leases', { wait: 0 })
  expect(codeOf(refused)).toEqual([403, 'request.forbidden'])
  for (const [name, client] of clients) {
    const [work, ...more] = workIn(await client.post('/api/v1/adapter/leases', { wait: 0, most: 9 }))
    expect([work?.lease, more]).toEqual([`of ${name}`, []])
    const another = [...clients].find(([its]) => its !== name)?.[1]
    const answer = { fence: work?.fence, result: { outcome: 'done', localCaseNo: name } }
    const path = `/api/v1/adapter/leases/${encodeURIComponent(`of ${name}`)}/result`
    expect((await another?.send('PUT', path, answer))?.status).toBe(409)
    expect((await client.send('PUT', path, answer)).status).toBe(200)
  }
  expect(await Promise.all(results)).toMatchObject([{ localCaseNo: 'gjj' }, { localCaseNo: 'zhbs' }])
  await other.database.close()
})

test('a later packet of a case brings the body of its submit', async () => {
  const submit = sampleSubmit('later')
  void adapter.deliver(samplePacket(submit, 'case.remind', 'L-1'), context)
  await turns()
  expect((await one()).delivery).toMatchObject({ kind: 'case.remind', localCaseNo: 'L-1', submit: submit.submit })
})
