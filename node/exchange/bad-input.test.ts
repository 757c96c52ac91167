/**
 * What a trusted partner may send wrongly: each is refused by a signed receipt that names the problem, leaves an audit row and
 * nothing else, and the link goes on. What breaks the order of the exchange ends the stream with its problem.
 */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeFrame } from '../../protocol/exchange/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { encodeUtf8, sha256 } from '../../protocol/primitives.ts'
import type { ProblemCode } from '../../protocol/problem.ts'
import { PLAY_ITEM, submitContentOf } from '../../test/support/play-case.ts'
import { playKey } from '../../test/support/play-city.ts'
import { createRogueWorld, type Rogue, type RogueWorld, S, type Sent } from '../../test/support/rogue.ts'

let world: RogueWorld
let rogue: Rogue

beforeEach(async () => {
  ;({ world, rogue } = await createRogueWorld())
  expect((await rogue.connect())?.type).toBe('hello')
})

afterEach(() => world.stop())

/** Everything wrong that one packet can be, and the problem it must get. */
const BAD: Record<string, { problem: ProblemCode; make: () => Promise<Sent> }> = {
  'not a JWS': { problem: 'envelope.malformed', make: async () => ({ jws: 'nothing', body: new Uint8Array() }) },
  'a flipped signature': {
    problem: 'envelope.signature',
    make: async () => {
      const { jws, body } = await rogue.submit()
      return { jws: `${jws.slice(0, -3)}${jws.at(-3) === 'A' ? 'B' : 'A'}${jws.slice(-2)}`, body }
    },
  },
  'an unknown key': {
    problem: 'key.unknown',
    make: async () => rogue.written(submitContentOf('AK-1', 0, []), {}, (await playKey('packet')).signer),
  },
  'another city in its name': { problem: 'envelope.issuer', make: () => rogue.submit({ iss: '611000' }) },
  'another audience': { problem: 'envelope.audience', make: () => rogue.submit({ aud: '611000' }) },
  'the future': {
    problem: 'envelope.clock',
    make: () => rogue.submit({ iat: Math.floor(world.clock.now() / 1000) + LIMITS.clockSkewSeconds + 60 }),
  },
  'an expired delegation': { problem: 'key.expired', make: () => rogue.submit({ iat: 1 }) },
  'an unknown claim': { problem: 'envelope.claims', make: () => rogue.submit({ colour: 'red' } as never) },
  'an unknown kind': { problem: 'envelope.claims', make: () => rogue.submit({ kind: 'case.unheard-of' }) },
  'an unknown type of thread': { problem: 'envelope.claims', make: () => rogue.submit({ kind: 'weather.report' }) },
  'too large a packet': {
    problem: 'envelope.oversize',
    make: async () => ({ jws: `a.b.${'c'.repeat(LIMITS.packetBytes)}`, body: new Uint8Array() }),
  },
  'too large a body': {
    problem: 'body.oversize',
    make: () => rogue.submit({}, { form: { text: 'x'.repeat(LIMITS.bodyBytes) } }),
  },
  'another body': { problem: 'body.hash', make: async () => ({ ...(await rogue.submit()), body: encodeUtf8('{}') }) },
  'an unknown field in the body': { problem: 'body.schema', make: () => rogue.submit({}, { colour: 'red' }) },
  'materials that the body does not name': {
    problem: 'case.material',
    make: () => rogue.submit({ materials: [{ sha256: 'ab'.repeat(32), size: 1, type: 'application/pdf' }] }),
  },
  'a gap': { problem: 'chain.gap', make: () => rogue.submit({ seq: 2, prev: 'ab'.repeat(32) }) },
  'a wrong prev': { problem: 'chain.prev', make: () => rogue.submit({ prev: 'ab'.repeat(32) }) },
  'a wrong seen': { problem: 'chain.seen', make: () => rogue.submit({ seen: 'ab'.repeat(32) }) },
  'a thread that nobody began': {
    problem: 'thread.unknown',
    make: () => rogue.written({ text: 'x' }, { kind: 'case.message', agreement: undefined } as never),
  },
  'no agreement': { problem: 'agreement.none', make: () => rogue.submit({ agreement: 'ab'.repeat(32) }) },
  'an item that is not covered': {
    problem: 'agreement.uncovered',
    make: () => rogue.submit({}, { item: { ...PLAY_ITEM, code: 'other' } }),
  },
  'a mode that is not covered': { problem: 'agreement.uncovered', make: () => rogue.submit({}, { mode: 2 }) },
  'a proposal that does not hold': {
    problem: 'agreement.malformed',
    make: () =>
      rogue.written({ document: '{}', signature: { protected: 'a', signature: 'a' } }, {
        kind: 'agreement.propose',
        agreement: undefined,
      } as never),
  },
}

describe('a bad packet', () => {
  test.each(Object.keys(BAD))('%s', async name => {
    const { problem, make } = BAD[name] ??
      BAD['not a JWS'] ?? { problem: 'internal' as const, make: () => rogue.submit() }
    const [before, audited] = [await rogue.trace(), await rogue.audited()]
    const bad = await make()
    const [item] = await rogue.send(bad)
    expect(item).toMatchObject({ status: 'refused', problem, id: await sha256(bad.jws) })
    expect(await rogue.trace()).toEqual(before)
    expect(await rogue.audited()).toBe(audited + 1)
    const [good] = await rogue.send(await rogue.submit())
    expect(good).toMatchObject({ status: 'stored' })
  })

  test('after the last day of the agreement', async () => {
    world.clock.advance(60 * 86_400_000)
    // The delegation has been renewed meanwhile, as a node does.
    expect(await rogue.send(await rogue.submit())).toMatchObject([{ status: 'refused', problem: 'agreement.inactive' }])
  })

  test('a step that is not its own, or not possible now', async () => {
    const thread = randomBytes(16).toString('hex')
    const first = await rogue.submit({ thread })
    await rogue.send(first)
    const prev = await sha256(first.jws)
    const next = (kind: string, content: object) =>
      rogue.written(content, { thread, kind, seq: 2, prev, agreement: undefined } as never)
    expect(await rogue.send(await next('case.accept', {}))).toMatchObject([
      { status: 'refused', problem: 'case.author' },
    ])
    expect(await rogue.send(await next('case.supplement', { materials: [] }))).toMatchObject([
      { status: 'refused', problem: 'case.transition' },
    ])
    expect(await rogue.send(await rogue.submit({ thread }))).toMatchObject([
      { status: 'refused', problem: 'chain.replay' },
    ])
    expect(await rogue.send(await next('case.remind', { text: '请尽快' }))).toMatchObject([{ status: 'stored' }])
  })

  test('a thousand in a row, mixed with good ones, cost memory for none', async () => {
    const kept = await rogue.trace()
    const heap = () => {
      Bun.gc(true)
      return process.memoryUsage().heapUsed
    }
    const before = heap()
    for (let round = 0; round < 10; round++) {
      const bad = await Promise.all(Array.from({ length: 100 }, () => rogue.submit({ agreement: 'ab'.repeat(32) })))
      const items = await rogue.send(...bad)
      expect(items.every(item => item.status === 'refused')).toBe(true)
    }
    expect(await rogue.trace()).toEqual(kept)
    expect(heap() - before).toBeLessThan(32 * 1024 * 1024)
  })
})

describe('a repeated packet', () => {
  test('gets the receipt that it got before, and another one at its place ends the stream', async () => {
    const first = await rogue.submit()
    const [item] = await rogue.send(first)
    await rogue.connect()
    rogue.place--
    expect(await rogue.send(first)).toEqual([item])
    await rogue.connect()
    await rogue.frame({ type: 'packet', n: rogue.place, ...(await rogue.submit()) })
    expect(await rogue.farewell()).toBe('exchange.protocol')
  })

  test('a refused one stays refused, even when the reason is gone', async () => {
    const bad = await rogue.submit({ iat: Math.floor(world.clock.now() / 1000) + LIMITS.clockSkewSeconds + 60 })
    const [item] = await rogue.send(bad)
    world.clock.advance(600_000)
    await rogue.connect()
    rogue.place--
    expect(await rogue.send(bad)).toEqual([item])
  })
})

describe('what breaks the order of the exchange ends the stream', () => {
  test('a place that does not follow', async () => {
    const before = await rogue.trace()
    await rogue.frame({ type: 'packet', n: rogue.place + 2, ...(await rogue.submit()) })
    expect(await rogue.farewell()).toBe('exchange.protocol')
    expect(await rogue.trace()).toEqual(before)
  })

  test.each([
    ['an unknown frame', Uint8Array.of(99), 'frame.malformed'],
    [
      'a frame that is cut off',
      encodeFrame({ type: 'packet', n: 3, jws: 'a.b.c', body: new Uint8Array() }).subarray(0, 12),
      'frame.malformed',
    ],
    [
      'a receipt where packets are expected',
      encodeFrame({ type: 'receipt', through: 1, jws: 'a.b.c' }),
      'exchange.protocol',
    ],
    [
      'an empty packet without an id',
      encodeFrame({ type: 'packet', n: 3, jws: '', body: new Uint8Array() }),
      'exchange.protocol',
    ],
  ] as const)('%s', async (_, bytes, problem) => {
    await rogue.raw(bytes)
    expect(await rogue.farewell()).toBe(problem)
  })

  test('a hello of another city, or of another version', async () => {
    expect(await rogue.connect({ city: '611000' })).toMatchObject({ type: 'problem', code: 'certificate.mismatch' })
    const pending = rogue.connect({ v: 2 })
    expect(await pending).toMatchObject({ type: 'problem', code: 'frame.malformed' })
  })

  test('a peer that nobody trusts gets nothing', async () => {
    const silent = world.network.transport('silent', { gate: () => true })
    await silent.start()
    await expect(
      silent.open(S, [`/memory/${S}`], STREAM.exchange).then(wire => wire.frames()[Symbol.asyncIterator]().next()),
    ).rejects.toThrow()
    await silent.stop()
  })

  test('after a good connection the next packet is stored', async () => {
    await rogue.raw(Uint8Array.of(99))
    await rogue.farewell()
    expect((await rogue.connect())?.type).toBe('hello')
    expect(await rogue.send(await rogue.submit())).toMatchObject([{ status: 'stored' }])
    expect(world.network.failures).toEqual([])
  })
})
