/**
 * What a trusted partner may send wrongly: each is refused by a signed receipt that names the problem, leaves an audit row and
 * nothing else, and the link goes on. What breaks the order of the exchange ends the stream with its problem.
 * Over 450 lines: one hostile partner gives everything that a stream can carry, kind by kind, and each must be refused.
 */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { decodeFrame, encodeFrame, type Frame } from '../../../protocol/exchange/frames.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM, TYP } from '../../../protocol/names.ts'
import type { PacketClaims } from '../../../protocol/packet/claims.ts'
import { commit, signCompact, signPacket } from '../../../protocol/packet/envelope.ts'
import { type ReceiptItem, verifyReceipt } from '../../../protocol/packet/receipt.ts'
import { encodeUtf8, sha256 } from '../../../protocol/primitives.ts'
import type { Problem, ProblemCode } from '../../../protocol/problem.ts'
import { PLAY_ITEM, submitContentOf } from '../../../test/support/play-case.ts'
import { type PlayCity, playKey } from '../../../test/support/play-city.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, worldAgreement } from '../../../test/support/world-case.ts'
import { EXCHANGE_LIMITS } from './limits.ts'
import type { Transport, Wire } from './wire.ts'

const A = '610900'
const S = '420300'
type World = Awaited<ReturnType<typeof createWorld>>
type Sent = { jws: string; body: Uint8Array<ArrayBuffer> }

let world: World
let rogue: Rogue
let agreement: string

/** Ankang's node stopped; its keys in the hands of somebody who sends what he likes. */
class Rogue {
  readonly play: PlayCity
  readonly #transport: Transport
  #wire: Wire | undefined
  #frames: AsyncIterator<Uint8Array> | undefined
  place = 0

  constructor(play: PlayCity, transport: Transport) {
    this.play = play
    this.#transport = transport
  }

  async connect(hello: object = {}): Promise<Frame | null> {
    const wire = await this.#transport.open(S, [`/memory/${S}`], STREAM.exchange, { maxFrame: LIMITS.frameBytes })
    this.#wire = wire
    this.#frames = wire.frames()[Symbol.asyncIterator]()
    const link = await world.city(S).exchange.packets.link(world.city(S).db, A, 'in')
    const out = await world.city(S).exchange.packets.link(world.city(S).db, A, 'out')
    this.place = link.n
    const identity = { certificates: [this.play.certificate], delegations: this.play.delegations, revocations: [] }
    const [sent, received] = [link, out].map(({ n, hash }) => ({ n, hash }))
    await this.frame({
      type: 'hello',
      hello: {
        v: 1,
        city: A,
        software: 'rogue',
        at: world.clock.now(),
        identity,
        addresses: [],
        sent,
        received,
        list: null,
        ...hello,
      } as never,
    })
    return this.read()
  }

  frame = (frame: Frame): Promise<void> => this.raw(encodeFrame(frame))
  async raw(bytes: Uint8Array): Promise<void> {
    await this.#wire?.send(bytes)
  }

  /** The next frame, or null when the stream ended. */
  async read(): Promise<Frame | null> {
    const { done, value } = (await this.#frames?.next()) ?? { done: true, value: undefined }
    if (done === true) return null
    const decoded = decodeFrame(value)
    if (!decoded.ok) throw new Error(decoded.problem.code)
    return decoded.frame
  }

  /** Sends packets at the next places; what the receipts say of them. */
  async send(...packets: Sent[]): Promise<ReceiptItem[]> {
    for (const { jws, body } of packets) await this.frame({ type: 'packet', n: ++this.place, jws, body })
    const items: ReceiptItem[] = []
    while (items.length < packets.length) {
      const frame = await this.read()
      if (frame?.type !== 'receipt') throw new Error(JSON.stringify(frame))
      const receipt = await verifyReceipt(frame.jws, { resolveKey: world.resolve, issuer: S, audience: A })
      if (!receipt.ok) throw new Error(receipt.problem.code)
      items.push(...receipt.claims.items)
    }
    return items
  }

  async end(): Promise<void> {
    await this.#wire?.close()
    await this.farewell()
  }

  /** Why the other side ended the stream. */
  async farewell(): Promise<ProblemCode | 'closed'> {
    try {
      for (let frame = await this.read(); frame !== null; frame = await this.read())
        if (frame.type === 'problem') return frame.code
    } catch {
      return 'closed'
    }
    return 'closed'
  }
}

async function written(
  content: object,
  change: Partial<PacketClaims> = {},
  signer = rogue.play.packetSigner,
): Promise<Sent> {
  const body = encodeUtf8(JSON.stringify({ salt: 'A'.repeat(22), ...content }))
  const claims: PacketClaims = {
    v: 1,
    iss: A,
    aud: S,
    thread: randomBytes(16).toString('hex'),
    kind: 'case.submit',
    seq: 1,
    prev: null,
    seen: null,
    iat: Math.floor(world.clock.now() / 1000),
    agreement,
    body: await commit(body),
    materials: [],
    ...change,
  }
  return { jws: (await signPacket(claims, signer)).jws, body }
}

/** A submit whose body and claims are spelt otherwise, signed as they stand. */
async function spelt(body = (text: string) => text, claims = (text: string) => text): Promise<Sent> {
  const usual = await submit()
  const bytes = encodeUtf8(body(new TextDecoder().decode(usual.body)))
  const [, payload = ''] = usual.jws.split('.')
  const told = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), body: await commit(bytes) }
  return { jws: await signCompact(claims(JSON.stringify(told)), TYP.packet, rogue.play.packetSigner), body: bytes }
}

const submit = (change: Partial<PacketClaims> = {}, content: object = {}) =>
  written({ ...submitContentOf('AK-1', 0, []), ...content }, change)

/** Rows of everything but the audit log, refusals, receipts and the link: its place, and the event of what is noted of it. */
async function trace(): Promise<unknown> {
  const tables = [
    'threads',
    'packets',
    'bodies',
    'cases',
    'agreements',
    'dispatch_jobs',
    'materials',
    'packet_materials',
    "events WHERE type <> 'partner.changed'",
    'list_heads',
    'list_buckets',
  ]
  return world
    .city(S)
    .db.query(`SELECT ${tables.map(name => `(SELECT count(*) FROM ${name}) AS ${name.split(' ')[0]}`).join(', ')}`)
}

const auditRows = async () => (await world.city(S).audit.list({ action: 'packet.refused' }, 10_000, null)).length

beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world, worldAgreement({ validTo: '2026-12-31' }))
  await world.city(A).stop()
  const transport = world.network.transport(A, { gate: () => true })
  await transport.start()
  rogue = new Rogue(world.city(A).play, transport)
  expect((await rogue.connect())?.type).toBe('hello')
})

afterEach(() => world.stop())

/** Everything wrong that one packet can be, and the problem it must get. */
const BAD: Record<string, { problem: ProblemCode; make: () => Promise<Sent> }> = {
  'not a JWS': { problem: 'envelope.malformed', make: async () => ({ jws: 'nothing', body: new Uint8Array() }) },
  'a flipped signature': {
    problem: 'envelope.signature',
    make: async () => {
      const { jws, body } = await submit()
      return { jws: `${jws.slice(0, -3)}${jws.at(-3) === 'A' ? 'B' : 'A'}${jws.slice(-2)}`, body }
    },
  },
  'an unknown key': {
    problem: 'key.unknown',
    make: async () => written(submitContentOf('AK-1', 0, []), {}, (await playKey('packet')).signer),
  },
  'another city in its name': { problem: 'envelope.issuer', make: () => submit({ iss: '611000' }) },
  'another audience': { problem: 'envelope.audience', make: () => submit({ aud: '611000' }) },
  'the future': {
    problem: 'envelope.clock',
    make: () => submit({ iat: Math.floor(world.clock.now() / 1000) + LIMITS.clockSkewSeconds + 60 }),
  },
  'an expired delegation': { problem: 'key.expired', make: () => submit({ iat: 1 }) },
  'an unknown claim': { problem: 'envelope.claims', make: () => submit({ colour: 'red' } as never) },
  'an unknown kind': { problem: 'envelope.claims', make: () => submit({ kind: 'case.unheard-of' }) },
  'an unknown type of thread': { problem: 'envelope.claims', make: () => submit({ kind: 'weather.report' }) },
  'too large a packet': {
    problem: 'envelope.oversize',
    make: async () => ({ jws: `a.b.${'c'.repeat(LIMITS.packetBytes)}`, body: new Uint8Array() }),
  },
  'too large a body': {
    problem: 'body.oversize',
    make: () => submit({}, { form: { text: 'x'.repeat(LIMITS.bodyBytes) } }),
  },
  'another body': { problem: 'body.hash', make: async () => ({ ...(await submit()), body: encodeUtf8('{}') }) },
  'an unknown field in the body': { problem: 'body.schema', make: () => submit({}, { colour: 'red' }) },
  'a member of the body twice': {
    problem: 'body.schema',
    make: () => spelt(body => body.replace('"mode":0', '"mode":1,"mode":0')),
  },
  'a number of the body in another spelling': {
    problem: 'body.schema',
    make: () => spelt(body => body.replace('"mode":0', '"mode":0.0')),
  },
  'half a surrogate pair in the number of the case': {
    problem: 'body.schema',
    make: () => submit({}, { caseNo: 'AK-\ud800' }),
  },
  'a number of the case that shows in another order': {
    problem: 'body.schema',
    make: () => submit({}, { caseNo: 'AK-\u202e1' }),
  },
  'a field of the form that JavaScript loses': {
    problem: 'body.schema',
    make: () => spelt(body => body.replace('"form":{', '"form":{"__proto__":{"a":1},')),
  },
  'a byte order mark before the body': { problem: 'body.schema', make: () => spelt(body => `\ufeff${body}`) },
  'claims with a number in another spelling': {
    problem: 'envelope.claims',
    make: () => spelt(undefined, claims => claims.replace('"seq":1', '"seq":1.0')),
  },
  'claims with a member twice': {
    problem: 'envelope.claims',
    make: () => spelt(undefined, claims => claims.replace('"seq":1', '"seq":2,"seq":1')),
  },
  'materials that the body does not name': {
    problem: 'case.material',
    make: () => submit({ materials: [{ sha256: 'ab'.repeat(32), size: 1, type: 'application/pdf' }] }),
  },
  'a gap': { problem: 'chain.gap', make: () => submit({ seq: 2, prev: 'ab'.repeat(32) }) },
  'a wrong prev': { problem: 'chain.prev', make: () => submit({ prev: 'ab'.repeat(32) }) },
  'a wrong seen': { problem: 'chain.seen', make: () => submit({ seen: 'ab'.repeat(32) }) },
  'a thread that nobody began': {
    problem: 'thread.unknown',
    make: () => written({ text: 'x' }, { kind: 'case.message', agreement: undefined } as never),
  },
  'no agreement': { problem: 'agreement.none', make: () => submit({ agreement: 'ab'.repeat(32) }) },
  'an item that is not covered': {
    problem: 'agreement.uncovered',
    make: () => submit({}, { item: { ...PLAY_ITEM, code: 'other' } }),
  },
  'a mode that is not covered': { problem: 'agreement.uncovered', make: () => submit({}, { mode: 2 }) },
  'a proposal that does not hold': {
    problem: 'agreement.malformed',
    make: () =>
      written({ text: 'AAAA', signature: { protected: 'aaaa', signature: 'aaaa' } }, {
        kind: 'agreement.propose',
        agreement: undefined,
      } as never),
  },
}

describe('a bad packet', () => {
  test.each(Object.keys(BAD))('%s', async name => {
    const { problem, make } = BAD[name] ?? BAD['not a JWS'] ?? { problem: 'internal' as const, make: () => submit() }
    const before = await trace()
    const audited = await auditRows()
    const bad = await make()
    const [item] = await rogue.send(bad)
    expect(item).toMatchObject({ status: 'refused', problem, id: await sha256(bad.jws) })
    expect(await trace()).toEqual(before)
    expect(await auditRows()).toBe(audited + 1)
    const [good] = await rogue.send(await submit())
    expect(good).toMatchObject({ status: 'stored' })
  })

  test('after the last day of the agreement', async () => {
    world.clock.advance(60 * 86_400_000)
    // The delegation has been renewed meanwhile, as a node does.
    expect(await rogue.send(await submit())).toMatchObject([{ status: 'refused', problem: 'agreement.inactive' }])
  })

  test('a step that is not its own, or not possible now', async () => {
    const thread = randomBytes(16).toString('hex')
    const first = await submit({ thread })
    await rogue.send(first)
    const prev = await sha256(first.jws)
    const next = (kind: string, content: object) =>
      written(content, { thread, kind, seq: 2, prev, agreement: undefined } as never)
    expect(await rogue.send(await next('case.accept', {}))).toMatchObject([
      { status: 'refused', problem: 'case.author' },
    ])
    expect(await rogue.send(await next('case.supplement', { materials: [] }))).toMatchObject([
      { status: 'refused', problem: 'case.transition' },
    ])
    expect(await rogue.send(await submit({ thread }))).toMatchObject([{ status: 'refused', problem: 'chain.replay' }])
    expect(await rogue.send(await next('case.remind', { text: '请尽快' }))).toMatchObject([{ status: 'stored' }])
  })

  test('one that begins a thread which is there, at hand or in the store alone', async () => {
    const thread = randomBytes(16).toString('hex')
    expect(await rogue.send(await submit({ thread }))).toMatchObject([{ status: 'stored' }])
    await rogue.end()
    await world.restart(S)
    await rogue.connect()
    const other = randomBytes(16)
    await world
      .city(S)
      .db.transaction(tx =>
        tx.run(`INSERT INTO threads (no, thread, type, partner, started_at) VALUES (1000, ?, 'case', '610100', 0)`, [
          other,
        ]),
      )
    const kept = await trace()
    const wrong = [
      await submit({ thread }),
      await submit({ thread }),
      await submit({ thread: other.toString('hex') }),
      await written({ text: 'x' }, { thread, kind: 'case.message', agreement: undefined } as never),
    ]
    expect((await rogue.send(...wrong)).map(item => 'problem' in item && item.problem)).toEqual([
      'chain.replay',
      'chain.replay',
      'thread.party',
      'chain.replay',
    ])
    expect(await trace()).toEqual(kept)
    expect(await rogue.send(await submit())).toMatchObject([{ status: 'stored' }])
  })

  test('a thousand in a row, mixed with good ones, cost memory for none', async () => {
    const kept = await trace()
    const heap = () => {
      Bun.gc(true)
      return process.memoryUsage().heapUsed
    }
    const before = heap()
    for (let round = 0; round < 10; round++) {
      const bad = await Promise.all(Array.from({ length: 100 }, () => submit({ agreement: 'ab'.repeat(32) })))
      const items = await rogue.send(...bad)
      expect(items.every(item => item.status === 'refused')).toBe(true)
    }
    expect(await trace()).toEqual(kept)
    expect(heap() - before).toBeLessThan(32 * 1024 * 1024)
  })
})

describe('a repeated packet', () => {
  test('gets the receipt that it got before, and another one at its place ends the stream', async () => {
    const first = await submit()
    const [item] = await rogue.send(first)
    await rogue.connect()
    rogue.place--
    expect(await rogue.send(first)).toEqual([item])
    await rogue.connect()
    await rogue.frame({ type: 'packet', n: rogue.place, ...(await submit()) })
    expect(await rogue.farewell()).toBe('exchange.protocol')
  })

  test('a refused one stays refused, even when the reason is gone', async () => {
    const bad = await submit({ iat: Math.floor(world.clock.now() / 1000) + LIMITS.clockSkewSeconds + 60 })
    const [item] = await rogue.send(bad)
    world.clock.advance(600_000)
    await rogue.connect()
    rogue.place--
    expect(await rogue.send(bad)).toEqual([item])
  })
})

describe('what breaks the order of the exchange ends the stream', () => {
  test('a place that does not follow', async () => {
    const before = await trace()
    await rogue.frame({ type: 'packet', n: rogue.place + 2, ...(await submit()) })
    expect(await rogue.farewell()).toBe('exchange.protocol')
    expect(await trace()).toEqual(before)
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
    expect(await rogue.send(await submit())).toMatchObject([{ status: 'stored' }])
    expect(world.network.failures).toEqual([])
  })
})

describe('a partner that goes beyond what a partner may do', () => {
  /** Packets of no content that name an id, as for places that were refused before. */
  const empty = (): Sent => ({ jws: '', body: encodeUtf8(randomBytes(32).toString('hex')) })
  const audited = () => world.city(S).audit.list({ action: 'packet.refused' }, 10_000, null)

  async function refuse(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 200)
      await rogue.send(...Array.from({ length: Math.min(200, count - sent) }, empty))
  }

  test(`${EXCHANGE_LIMITS.refused} packets are refused in an hour; the next is not looked at, and the link pauses whatever it does`, async () => {
    await refuse(EXCHANGE_LIMITS.refused)
    const before = await trace()
    const place = rogue.place
    await rogue.frame({ type: 'packet', n: ++rogue.place, ...empty() })
    expect(await rogue.farewell()).toBe('request.rate')
    for (let n = 0; n < 3; n++) {
      await rogue.end()
      expect(await rogue.connect()).toMatchObject({ type: 'problem', code: 'request.rate' })
    }
    expect(rogue.place).toBe(place)
    expect(await trace()).toEqual(before)
    // It is noted beside what the partner hears.
    await vi.waitFor(
      () =>
        expect(world.city(S).exchange.notices(A)).toMatchObject([
          { kind: 'pause', problem: { code: 'partner.paused' } },
        ]),
      60_000,
    )
    world.clock.advance(360_000)
    await rogue.end()
    expect((await rogue.connect())?.type).toBe('hello')
    expect(await rogue.send(await submit({ iat: Math.floor(world.clock.now() / 1000) }))).toMatchObject([
      { status: 'stored' },
    ])
  })

  test('the packets of a batch that were refused leave one row that counts them', async () => {
    const before = (await audited()).length
    const bad = [empty(), empty(), { jws: 'nothing', body: new Uint8Array() }, empty()]
    const sending = rogue.send(...bad)
    await sending
    const rows = (await audited()).slice(0, (await audited()).length - before)
    const counted = rows.reduce((sum, { detail }) => sum + Number(detail.count), 0)
    expect(counted).toBe(bad.length)
    expect(rows.length).toBeLessThan(bad.length)
  })

  test(`${EXCHANGE_LIMITS.hellos} hellos are heard at once; one more ends the stream`, async () => {
    const hello = async () => (await rogue.connect())?.type
    world.clock.advance(3_600_000)
    for (let n = 0; n < EXCHANGE_LIMITS.hellos; n++) {
      await rogue.end()
      expect(await hello()).toBe('hello')
    }
    await rogue.end()
    expect(await rogue.connect()).toMatchObject({ type: 'problem', code: 'request.rate' })
    await rogue.end()
    world.clock.advance(60_000)
    expect(await hello()).toBe('hello')
  })

  test('packets are given back from the first place on, not from before it', async () => {
    await rogue.frame({ type: 'recall', from: 0 })
    expect(await rogue.farewell()).toBe('exchange.protocol')
  })
})

describe('packets that are large', () => {
  test('are read from the store by bytes, in pages of at least one, each with its body', async () => {
    const { exchange, db } = world.city(S)
    const large = Array.from({ length: 12 }, (_, n) => submit({}, { form: { text: `${n}`.repeat(100_000) } }))
    const sent = await Promise.all(large)
    const from = rogue.place + 1
    expect(await rogue.send(...sent)).toHaveLength(12)
    const page = (bytes: number) => exchange.packets.wirePackets(db, A, 'in', from, { packets: 256, bytes })
    const [first] = sent
    expect(await page(1)).toMatchObject([{ n: from, jws: first?.jws }])
    const some = await page(350_000)
    expect(some.length).toBeGreaterThan(1)
    expect(some.length).toBeLessThan(12)
    const all = await page(100_000_000)
    expect(all.map(({ body }) => Buffer.from(body).toString())).toEqual(
      sent.map(({ body }) => Buffer.from(body).toString()),
    )
  })
})

describe('a store without room', () => {
  /** Whatever was begun before is in the store. */
  const committed = () => world.city(S).db.transaction(async () => {})
  const arrived = () => world.city(S).db.query(`SELECT id FROM packets WHERE direction = 'in' ORDER BY no`)
  type Room = { quota: number; problem: Problem | null }

  test.each<[string, Partial<Room>]>([
    ['of a partner that filled its part', { quota: 1 }],
    ['of a disk that is full', { problem: { code: 'store.full' } }],
  ])(
    '%s takes nothing new, gives receipts of what it holds, says so, and goes on when there is room',
    async (_, full) => {
      const { room, exchange } = world.city(S)
      const first = await submit()
      const [item] = await rogue.send(first)
      const before = await arrived()
      Object.assign(room, full)
      await rogue.end()
      await rogue.connect()
      rogue.place--
      expect(await rogue.send(first)).toEqual([item])
      const next = await submit()
      await rogue.frame({ type: 'packet', n: rogue.place + 1, ...next })
      expect(await rogue.farewell()).toBe('store.full')
      await committed()
      expect(await arrived()).toEqual(before)
      expect(exchange.notices(A)).toMatchObject([{ kind: 'full', problem: { code: 'store.full' } }])
      Object.assign(room, { quota: Number.MAX_SAFE_INTEGER, problem: null })
      await rogue.connect()
      expect(await rogue.send(next)).toMatchObject([{ status: 'stored' }])
      await committed()
      expect(exchange.notices(A)).toEqual([])
    },
  )

  test('counts JWS, body and rows of each packet against the partner, refused ones too, until they are purged', async () => {
    const { db, exchange } = world.city(S)
    const bytes = async () => (await exchange.packets.link(db, A, 'in')).bytes
    const before = await bytes()
    const { jws, body } = await submit()
    await rogue.send({ jws, body })
    const stored = (await bytes()) - before
    expect(stored).toBe(jws.length + body.byteLength + 1024)
    await rogue.send({ jws: 'nothing', body: new Uint8Array() })
    expect((await bytes()) - before).toBe(stored + 1024)
    await db.transaction(tx => exchange.packets.free(tx, A, body.byteLength))
    expect((await bytes()) - before).toBe(stored + 1024 - body.byteLength)
  })

  test('tells of partners that take four fifths of their part', async () => {
    const { db, exchange, room } = world.city(S)
    await rogue.send(await submit())
    const { bytes } = await exchange.packets.link(db, A, 'in')
    room.quota = Math.floor(bytes / EXCHANGE_LIMITS.told)
    expect(await exchange.filling()).toMatchObject([{ partner: A, bytes }])
    room.quota = Math.ceil(bytes / EXCHANGE_LIMITS.told) + 2
    expect(await exchange.filling()).toEqual([])
  })
})

describe('a packet that is older than the link was down', () => {
  const STALE = LIMITS.staleSeconds
  const DAY = 86_400
  const now = () => Math.floor(world.clock.now() / 1000)
  const codeOf = async (iat: number) => {
    const [item] = await rogue.send(await submit({ iat }))
    return item?.status === 'refused' ? item.problem : item?.status
  }
  /** The link is down for some days, then the partner says how many packets it has. */
  async function down(days: number, waiting: number): Promise<void> {
    await rogue.end()
    world.clock.advance(days * DAY * 1000)
    const { n, hash } = await world.city(S).exchange.packets.link(world.city(S).db, A, 'in')
    expect((await rogue.connect({ sent: { n: n + waiting, hash } }))?.type).toBe('hello')
  }

  test('is refused by name, to the second, once this city held all that there was', async () => {
    const held = now()
    expect(await codeOf(held - STALE)).toBe('stored')
    expect(await codeOf(held - STALE - 1)).toBe('exchange.stale')
    // What was stored was itself no proof that nothing waits.
    world.clock.advance(60_000)
    expect(await codeOf(held - STALE)).toBe('stored')
    // This is: it was signed today.
    expect(await codeOf(now())).toBe('stored')
    expect(await codeOf(held - STALE)).toBe('exchange.stale')
    expect(await codeOf(now() - STALE)).toBe('stored')
  })

  test('what waited while the link was down is taken, however long that was and in however many parts it comes', async () => {
    const before = now()
    await down(20, 4)
    expect(await codeOf(before)).toBe('stored')
    expect(await codeOf(before - STALE)).toBe('stored')
    expect(await codeOf(before - STALE - 1)).toBe('exchange.stale')
    // The link breaks in the middle, and is down again.
    await down(10, 2)
    expect(await codeOf(before + DAY)).toBe('stored')
    expect(await codeOf(now())).toBe('stored')
    expect(await codeOf(before + DAY)).toBe('exchange.stale')
  })

  test('a greeting that tells of nothing more ends the time in which something can have waited', async () => {
    const before = now()
    await down(20, 0)
    expect(await codeOf(before)).toBe('exchange.stale')
    expect(await codeOf(now() - STALE)).toBe('stored')
  })

  test('on a stream that is open for long, only what was signed lately is new, whatever was announced', async () => {
    const before = now()
    await down(20, 1000)
    world.clock.advance(DAY * 1000)
    expect(await codeOf(before)).toBe('stored')
    world.clock.advance(1000)
    expect(await codeOf(before)).toBe('exchange.stale')
    expect(await codeOf(now() - STALE - 1)).toBe('exchange.stale')
    expect(await codeOf(now() - STALE)).toBe('stored')
  })
})
