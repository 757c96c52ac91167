/** What a partner says of itself is a claim: only packets with our own signature that we forgot change anything here. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { encodeFrame } from '../../../protocol/exchange/frames.ts'
import { falsePartner, type GivenBack } from '../../../test/support/false-partner.ts'
import { copyOf } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { EPOCH_LIMITS } from '../trust/epoch.ts'
import { RECOVERY_LIMITS } from './recovery.ts'

const A = '610900'
const S = '420300'
const HOUR = 3_600_000
let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string
let thread: string

beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
  thread = await submitCase(world, agreement)
  await world.settle()
  await world.city(S).cases.step(thread, 'case.accept', {}, 'person:1')
  await world.settle()
})
afterEach(() => world.stop())

const step = (code: string, kind: CaseKind, content: object, of = thread) =>
  world.city(code).cases.step(of, kind, content, 'person:1')
const caseAt = (code: string, of = thread) => world.city(code).cases.get(of)

/** Lets the clock run past every back-off, some times over. */
async function later(turns = 4): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    world.clock.advance(600_000)
    await world.settle()
  }
}

/** The same after what is under way already. */
async function quietly(turns = 2): Promise<void> {
  await world.settle()
  await later(turns)
}

const backupOf = (code: string) => copyOf(world.city(code).db)

/** Ids and places of the packets of a city to its partner, as they stand. */
const sent = (code: string) =>
  world
    .city(code)
    .db.query(
      `SELECT hex(id) AS id, place, status FROM packets WHERE direction = 'out' AND status <> 'refused' ORDER BY place`,
    )
const rows = (code: string) =>
  world
    .city(code)
    .db.query(
      'SELECT (SELECT count(*) FROM withdrawn) AS withdrawn, (SELECT count(*) FROM rewrites) AS rewrites, (SELECT count(*) FROM packets WHERE place < 0) AS aside',
    )
const UNTOUCHED = [{ withdrawn: 0, rewrites: 0, aside: 0 }]

/** One history at both cities: what each shows of every case, and the watermarks of both directions. */
async function expectOneTruth(...threads: string[]): Promise<void> {
  for (const of of threads) {
    const [here, there] = await Promise.all([caseAt(A, of), caseAt(S, of)])
    expect(here.fold).toEqual(there.fold)
    const wires = await Promise.all(
      [A, S].map(async code => {
        const { db, packets } = world.city(code)
        const row = await packets().thread(db, of)
        const held = await packets().threadWire(db, row?.no ?? 0)
        return [...held.values()].map(({ jws }) => jws).sort()
      }),
    )
    expect(wires[0]).toEqual(wires[1])
  }
  for (const [from, to] of [
    [A, S],
    [S, A],
  ] as const) {
    const out = await world.city(from).packets().link(world.city(from).db, to, 'out')
    const mirrored = await world.city(to).packets().link(world.city(to).db, from, 'in')
    expect({ n: out.n, hash: out.hash, acked: out.acked }).toEqual({ n: mirrored.n, hash: mirrored.hash, acked: out.n })
  }
}

describe('a partner that claims more than this city sent', () => {
  test('changes nothing by it, however often: one signed packet for one place, and a notice', async () => {
    const partner = await falsePartner(world, A, S)
    await quietly()
    await step(S, 'case.decide', { outcome: 'granted' })
    await quietly(0)
    const decided = partner.taken.at(-1)
    expect(decided?.claims.kind).toBe('case.decide')
    const before = await sent(S)
    for (const giveBack of [
      // Nothing; the pending packet, which this city holds, with a good receipt; the same once more, at a later place.
      async () => [],
      async (from: number) => (decided === undefined ? [] : [await partner.stored(decided, from)]),
      async (from: number) =>
        decided === undefined ? [] : [await partner.refused(from), await partner.stored(decided, from + 1)],
      async (from: number) => Promise.all([0, 1, 2].map(n => partner.refused(from + n))),
    ] as ((from: number) => Promise<GivenBack[]>)[]) {
      partner.giveBack = giveBack
      partner.received = { n: partner.mark.n + 50, hash: 'ab'.repeat(32) }
      partner.wire?.abort(new Error('again'))
      await partner.greet()
      await quietly()
      expect(await sent(S)).toEqual(before)
      expect(await rows(S)).toEqual(UNTOUCHED)
    }
    expect(world.city(S).exchange.notices(A)).toMatchObject([
      { kind: 'claim', problem: { code: 'exchange.protocol' }, partner: A },
    ])
    const told = await world.city(S).audit.list({ action: 'link.claim' }, 10, null)
    expect(told).toHaveLength(1)
    // The clerk works on meanwhile, and the link goes on once the partner tells the truth.
    await step(S, 'case.message', { text: '请领取结果' })
    partner.received = null
    partner.gives = true
    await quietly()
    expect(partner.taken.at(-1)?.claims.kind).toBe('case.message')
    expect(world.city(S).exchange.notices(A)).toEqual([])
    const places = new Map<string, Set<string>>()
    for (const { id, claims } of partner.taken) {
      const place = `${claims.thread} ${claims.seq}`
      places.set(place, (places.get(place) ?? new Set()).add(id))
    }
    expect([...places.values()].every(ids => ids.size === 1)).toBe(true)
    expect(await caseAt(S)).toMatchObject({ state: 'decided', fold: { decision: 'granted' }, parked: null })
    await partner.stop()
  })

  test('or another hash at a place that it gave its receipt for', async () => {
    const partner = await falsePartner(world, A, S)
    const before = await sent(S)
    partner.received = { n: partner.mark.n, hash: 'cd'.repeat(32) }
    await quietly()
    expect(await sent(S)).toEqual(before)
    expect(world.city(S).exchange.notices(A)).toMatchObject([{ kind: 'claim' }])
    await partner.stop()
  })

  test('is asked no sooner for greeting again and again', async () => {
    const partner = await falsePartner(world, A, S)
    let asked = 0
    partner.giveBack = async () => {
      asked++
      return []
    }
    partner.received = { n: partner.mark.n + 1, hash: 'ab'.repeat(32) }
    await partner.greet()
    await quietly(1)
    const first = asked
    expect(first).toBeGreaterThan(0)
    for (let n = 0; n < 10; n++) {
      await partner.greet()
      await quietly(0)
    }
    expect(asked).toBe(first)
    await partner.stop()
  })

  test('and drips what proves nothing is cut off when its time is over', async () => {
    const partner = await falsePartner(world, A, S)
    partner.giveBack = async () => null
    partner.received = { n: partner.mark.n + 1000, hash: 'ab'.repeat(32) }
    await quietly(1)
    world.city(S).problems.length = 0
    const from = partner.mark.n + 1
    let dripped = 0
    let passed = 0
    for (; passed < RECOVERY_LIMITS.proof; passed += 50_000) {
      if (world.city(S).problems.length > 0) break
      await partner.wire?.send(encodeFrame({ type: 'recalled', ...(await partner.refused(from + dripped++)) }))
      await quietly(0)
      world.clock.advance(50_000)
      await quietly(0)
    }
    expect(passed).toBe(RECOVERY_LIMITS.proof)
    expect(world.city(S).problems[0]?.problem).toMatchObject({ code: 'exchange.timeout', detail: 'no proof' })
    expect(await rows(S)).toEqual(UNTOUCHED)
    await partner.stop()
  })
})

describe('a restored city', () => {
  test('takes back what it signed first, keeps that over what it signed since, and says so at the case', async () => {
    const backup = await backupOf(S)
    await step(S, 'case.decide', { outcome: 'granted' })
    await world.settle()
    world.network.partition(A, S)
    await world.restart(S, backup)
    await step(S, 'case.decide', { outcome: 'denied', reason: '材料不符', documentNo: '十审〔2026〕1号' })
    const [denied] = (await sent(S)).slice(-1) as { id: string }[]
    world.network.heal(A, S)
    await later()
    expect(await caseAt(S)).toMatchObject({
      state: 'decided',
      fold: { decision: 'granted' },
      parked: { code: 'case.transition', kind: 'case.decide' },
    })
    await expectOneTruth(thread)
    // What was signed stays known, as withdrawn.
    const held = await world.city(S).db.query<{ id: string; jws: string }>('SELECT hex(id) AS id, jws FROM withdrawn')
    expect(held).toMatchObject([{ id: denied?.id }])
    expect(await world.city(S).audit.list({ action: 'packet.unwritten' }, 10, null)).toHaveLength(1)

    // It never comes back over what is newer, whoever brings it with a receipt.
    const partner = await falsePartner(world, A, S)
    const jws = held[0]?.jws ?? ''
    partner.giveBack = async from => [
      await partner.stored({ jws, id: (denied?.id ?? '').toLowerCase(), body: new Uint8Array() }, from),
    ]
    partner.received = { n: partner.mark.n + 1, hash: 'ab'.repeat(32) }
    await later()
    expect(await caseAt(S)).toMatchObject({ state: 'decided', fold: { decision: 'granted' } })
    expect(
      world
        .city(S)
        .exchange.notices(A)
        .map(({ kind }) => kind),
    ).toContain('claim')
    await partner.stop()
  })

  test.each([
    ['knows it by a counter outside of the store', false, []],
    ['with its whole machine put back learns it from its partner, and says so loudly', true, ['recall']],
  ])('%s', async (_, snapshot, kinds) => {
    const backup = await backupOf(S)
    const epoch = world.epochs.get(S) ?? 0
    await step(S, 'case.message', { text: '已联系申请人' })
    await world.settle()
    world.clock.advance(EPOCH_LIMITS.every)
    await world.settle()
    expect(world.epochs.get(S)).toBe(epoch + 1)
    if (snapshot) world.epochs.set(S, epoch)
    await world.restart(S, backup)
    await later()
    await expectOneTruth(thread)
    const { db, audit, exchange } = world.city(S)
    expect(exchange.notices(A).map(({ kind }) => kind)).toEqual(kinds)
    expect(await audit.list({ action: 'node.restored' }, 10, null)).toHaveLength(snapshot ? 0 : 1)
    expect(await db.query('SELECT partner FROM restored_links')).toEqual([])
    expect(await audit.list({ action: 'link.recall' }, 10, null)).toHaveLength(snapshot ? 1 : 0)
  })

  test('signs nothing for a partner that claims more, from the claim on', async () => {
    const backup = await backupOf(S)
    await step(S, 'case.message', { text: '已联系申请人' })
    world.clock.advance(EPOCH_LIMITS.every)
    await world.settle()
    const received = world.city(A)
    const link = await received.packets().link(received.db, S, 'in')
    const partner = await falsePartner(world, A, S)
    partner.giveBack = async () => null
    partner.received = { n: link.n, hash: link.hash }
    await world.restart(S, backup)
    await partner.greet()
    await quietly(0)
    await expect(step(S, 'case.message', { text: '请稍候' })).rejects.toMatchObject({
      problem: { code: 'exchange.recovering' },
    })
    await partner.stop()
  })

  test('signs again only where its place was taken, at the time of the first signature', async () => {
    const backup = await backupOf(S)
    await step(S, 'case.message', { text: '已联系申请人' })
    await world.settle()
    const other = await submitCase(world, agreement)
    world.network.partition(A, S)
    await world.restart(S, backup)
    await step(S, 'case.decide', { outcome: 'granted' })
    const [decided] = (await sent(S)).slice(-1) as { id: string }[]
    const at = Math.floor(world.clock.now() / 1000)
    world.clock.advance(5 * HOUR)
    world.network.heal(A, S)
    await later()
    const timeline = (await caseAt(S)).timeline.filter(({ kind }) => kind === 'case.decide')
    expect(timeline).toHaveLength(1)
    const [row] = await world
      .city(S)
      .db.query<{ iat: number; id: string }>(`SELECT iat, hex(id) AS id FROM packets WHERE kind = 'case.decide'`)
    expect(row?.iat).toBe(at)
    expect(row?.id).not.toBe(decided?.id)
    await expectOneTruth(thread, other)
  })

  test('places what it signed in other threads as it was signed, over as many pages as it takes', async () => {
    const backup = await backupOf(A)
    await step(A, 'case.message', { text: '请尽快' })
    await world.settle()
    world.network.partition(A, S)
    await world.restart(A, backup)
    const threads: string[] = []
    for (let n = 0; n <= RECOVERY_LIMITS.page; n++) threads.push(await submitCase(world, agreement))
    const signed = new Set((await sent(A)).map(row => (row as { id: string }).id))
    world.network.heal(A, S)
    await later()
    const after = (await sent(A)) as { id: string; place: number; status: string }[]
    for (const id of signed) expect(after.some(row => row.id === id)).toBe(true)
    expect(after.map(({ place }) => place)).toEqual(after.map((_, index) => index + 1))
    expect(after.every(({ status }) => status === 'stored')).toBe(true)
    expect(await rows(A)).toEqual(UNTOUCHED)
    await expectOneTruth(thread, threads[0] ?? '', threads.at(-1) ?? '')
  })

  test('hours old, on both sides at once, ends with one truth', async () => {
    const ofS = await backupOf(S)
    const second = await submitCase(world, agreement)
    await world.settle()
    world.clock.advance(HOUR)
    await step(S, 'case.message', { text: '请补充电话' }, second)
    await world.settle()
    const ofA = await backupOf(A)
    world.clock.advance(HOUR)
    await step(A, 'case.message', { text: '电话已补充' }, second)
    await step(S, 'case.progress', { step: '审查' })
    await world.settle()
    await step(S, 'case.decide', { outcome: 'granted' })
    await world.settle()
    world.network.partition(A, S)
    await world.restart(S, ofS)
    await world.restart(A, ofA)
    await step(S, 'case.message', { text: '恢复之后' })
    await step(A, 'case.remind', { text: '恢复之后' })
    world.network.heal(A, S)
    await later(8)
    await expectOneTruth(thread, second)
    await step(S, 'case.decide', { outcome: 'granted' })
    await later()
    await expectOneTruth(thread, second)
  })

  test('gets proof of what was refused to it too', async () => {
    const backup = await backupOf(A)
    const handler = world.city(S).handlers.get('case')
    if (handler === undefined) throw new Error('no handler')
    const { admit } = handler
    handler.admit = async () => ({ ok: false, problem: { code: 'case.transition', detail: 'test' } })
    await step(A, 'case.message', { text: '请尽快' })
    await world.settle()
    handler.admit = admit
    await world.restart(A, backup)
    await later()
    expect(
      world
        .city(A)
        .exchange.notices(S)
        .map(({ kind }) => kind),
    ).not.toContain('claim')
    await step(A, 'case.message', { text: '请尽快' })
    await later()
    await expectOneTruth(thread)
  })

  test.each([
    [RECOVERY_LIMITS.unproven, 'recall'],
    [RECOVERY_LIMITS.unproven + 1, 'claim'],
  ] as const)('believes no partner that names %i places before its proof any further', async (places, kind) => {
    const backup = await backupOf(S)
    await step(S, 'case.decide', { outcome: 'granted' })
    await world.settle()
    const { db, packets } = world.city(S)
    const [decided] = await db.query<{ no: number; threadNo: number; jws: string; id: string }>(
      `SELECT no, thread_no AS threadNo, jws, lower(hex(id)) AS id FROM packets WHERE kind = 'case.decide'`,
    )
    const { body } = (await packets().threadWire(db, decided?.threadNo ?? 0)).get(decided?.no ?? 0) ?? { body: null }
    world.network.partition(A, S)
    await world.restart(S, backup)
    const partner = await falsePartner(world, A, S)
    world.network.heal(A, S)
    partner.giveBack = async from => [
      ...(await Promise.all(Array.from({ length: places }, (_, n) => partner.refused(from + n)))),
      await partner.stored(
        { jws: decided?.jws ?? '', id: decided?.id ?? '', body: body ?? new Uint8Array() },
        from + places,
      ),
    ]
    partner.received = { n: partner.mark.n + places, hash: 'ab'.repeat(32) }
    await later(1)
    const notices = world.city(S).exchange.notices(A)
    expect(notices[0]?.kind).toBe(kind)
    expect((await caseAt(S)).state).toBe(kind === 'recall' ? 'decided' : 'accepted')
    await partner.stop()
  })
})
