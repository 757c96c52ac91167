// Over 450 lines: one publisher and its follower, with the cuts and lies that the helpers here play.
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import type { KeyResolver } from '../../../protocol/packet/envelope.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type ListHead, listRoot, readListItem, signListHead } from '../../../protocol/service/list.ts'
import { decodeListFrame, encodeListFrame, type ListFrame } from '../../../protocol/service/list-frames.ts'
import { compareKeys } from '../../../protocol/service/list-tree.ts'
import { type PlayCity, playCity, trusting } from '../../../test/support/play-city.ts'
import { codesOf, idle, type ListCity, listCities, playItem, playItems } from '../../../test/support/play-lists.ts'
import { fc } from '../../../test/support/properties.ts'
import { Budgets, WORK } from '../../spine/exchange/budget.ts'
import type { Wire } from '../../spine/exchange/wire.ts'
import { RETRY } from './follower.ts'
import { pack } from './pack.ts'
import { SYNC_LIMITS } from './sync.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const ANKANG = '610900'
const SHIYAN = '420300'
let plays: [PlayCity, PlayCity]
let resolve: KeyResolver

beforeAll(async () => {
  plays = [await playCity(ANKANG, { now: NOW / 1000 }), await playCity(SHIYAN, { now: NOW / 1000 })]
  resolve = await trusting(...plays)
})

async function two() {
  const world = listCities(resolve, NOW)
  return { world, ankang: await world.open(plays[0]), shiyan: await world.open(plays[1]) }
}

/** Lines in the order of their keys, and the head that they give. */
async function written(items: readonly ServiceItem[], version: number, change: Partial<ListHead> = {}) {
  const entries = await Promise.all(
    items.map(async item => {
      const read = await readListItem(JSON.stringify(item))
      if (!read.ok) throw new Error(read.problem.detail)
      return read.entry
    }),
  )
  const lines = entries.sort((a, b) => compareKeys(a.key, b.key)).map(entry => entry.bytes)
  const root = await listRoot(entries)
  if (!root.ok) throw new Error(root.problem.code)
  const head: ListHead = {
    v: 1,
    iss: SHIYAN,
    iat: NOW / 1000,
    version,
    count: items.length,
    root: root.root,
    ...change,
  }
  return { lines, head: await signListHead(head, plays[1].packetSigner) }
}

const linesOf = (...lines: Uint8Array[]): ListFrame => ({ type: 'list-lines', ...pack(lines) })
const END: ListFrame = { type: 'list-end' }

/** A city that answers each request for its list with frames of the test's choice. */
async function dishonest(answer: (wire: Wire, held: string | null) => Promise<readonly (ListFrame | Uint8Array)[]>) {
  const world = listCities(resolve, NOW)
  const ankang = await world.open(plays[0])
  world.partner(SHIYAN)
  const transport = world.network.transport(SHIYAN)
  const asked: (string | null)[] = []
  await transport.handle(
    STREAM.lists,
    async wire => {
      for await (const frame of wire.frames()) {
        const decoded = decodeListFrame(frame)
        const held = decoded.ok && decoded.frame.type === 'list-request' ? decoded.frame.held : null
        asked.push(held)
        for (const reply of await answer(wire, held))
          await wire.send(reply instanceof Uint8Array ? reply : encodeListFrame(reply))
        await wire.close()
        return
      }
    },
    { maxFrame: LIMITS.listFrameBytes, maxStreamsPerCity: 9 },
  )
  await transport.start()
  const announce = async (head: string) => {
    const failed = ankang.failures.length
    const view = (await ankang.services.view(SHIYAN))?.version
    ankang.services.announced(SHIYAN, head)
    await vi.waitFor(
      async () =>
        expect(ankang.failures.length > failed || (await ankang.services.view(SHIYAN))?.version !== view).toBe(true),
      { timeout: 60_000, interval: 2 },
    )
  }
  return { world, ankang, asked, announce }
}

/** Nothing of Shiyan's list is there, nor begun. */
async function nothing(of: ListCity): Promise<void> {
  expect(await of.services.view(SHIYAN)).toBeNull()
  expect(await of.db.query('SELECT no FROM list_buckets')).toEqual([])
  expect(await of.db.query('SELECT city FROM list_staging')).toEqual([])
}

describe('a tampered list', () => {
  const items = playItems(20)
  const refusals: [string, string, (list: Awaited<ReturnType<typeof written>>) => (ListFrame | Uint8Array)[]][] = [
    ['an item is missing', 'list.root', ({ lines }) => [linesOf(...lines.slice(1)), END]],
    [
      'an item is another',
      'list.root',
      ({ lines: [first = new Uint8Array(), ...rest] }) => [
        linesOf(encodeUtf8(Buffer.from(first).toString().replace('"promiseDay":10', '"promiseDay":11')), ...rest),
        END,
      ],
    ],
    [
      'an item does not fit the schema',
      'list.malformed',
      ({ lines: [first = new Uint8Array(), ...rest] }) => [
        linesOf(encodeUtf8(Buffer.from(first).toString().replace('"promiseDay":10', '"promiseDay":-1')), ...rest),
        END,
      ],
    ],
    ['items are out of order', 'list.malformed', ({ lines }) => [linesOf(...lines.toReversed()), END]],
    ['an item stands twice', 'list.malformed', ({ lines }) => [linesOf(...lines.slice(0, 1), ...lines), END]],
    ['a removal in a whole list', 'list.malformed', ({ lines }) => [linesOf(encodeUtf8('"x"'), ...lines), END]],
    ['it ends early', 'frame.truncated', ({ lines }) => [linesOf(...lines.slice(0, 5))]],
    [
      'what is packed is not what was said',
      'list.malformed',
      ({ lines }) => [{ type: 'list-lines', size: 9, packed: pack(lines).packed }, END],
    ],
    [
      'more is packed than was said',
      'list.malformed',
      ({ lines }) => [{ ...pack(lines), type: 'list-lines', size: 100 }, END],
    ],
    [
      'it is not packed',
      'list.malformed',
      ({ lines }) => [{ type: 'list-lines', size: 4, packed: lines[0] ?? new Uint8Array() }, END],
    ],
    [
      'bytes stand behind what is packed',
      'list.malformed',
      ({ lines }) => {
        const { size, packed } = pack(lines)
        return [{ type: 'list-lines', size, packed: Buffer.concat([packed, Uint8Array.of(0)]) }, END]
      },
    ],
    [
      'another stream stands behind what is packed',
      'list.malformed',
      ({ lines }) => {
        const { size, packed } = pack(lines)
        return [{ type: 'list-lines', size, packed: Buffer.concat([packed, packed]) }, END]
      },
    ],
    ['a frame of another kind', 'exchange.protocol', ({ head }) => [{ type: 'list-answer', head, from: null }]],
    ['a frame of no kind', 'frame.malformed', () => [Uint8Array.of(99)]],
    ['a frame above the limit', 'frame.oversize', () => [new Uint8Array(LIMITS.listFrameBytes + 1)]],
  ]

  test.each(refusals)('%s: %s, and nothing is kept', async (_, code, frames) => {
    const list = await written(items, 1)
    const { ankang, announce, asked } = await dishonest(async () => [
      { type: 'list-answer', head: list.head, from: null },
      ...frames(list),
    ])
    await announce(list.head)
    expect(ankang.failures.at(-1)).toMatchObject({ code })
    expect(asked).toEqual([null])
    await nothing(ankang)
    expect(ankang.services.problem(SHIYAN)).toMatchObject({ code })
  })

  test('the head of the answer is judged like the one that was announced', async () => {
    const good = await written(items, 3)
    const heads: [string, string][] = [
      [`${good.head.slice(0, -8)}AAAAAAAA`, 'envelope.signature'],
      [(await written(items, 3, { iss: ANKANG })).head, 'envelope.issuer'],
      [(await written(items, 3, { count: 19 })).head, 'list.malformed'],
      [(await written(items, 3, { root: '0'.repeat(64) })).head, 'list.root'],
    ]
    for (const [head, code] of heads) {
      const { ankang, announce } = await dishonest(async () => [
        { type: 'list-answer', head, from: null },
        linesOf(...good.lines),
        END,
      ])
      await announce(good.head)
      expect(ankang.failures.at(-1)).toMatchObject({ code })
      await nothing(ankang)
    }
  })

  test('a difference that leads elsewhere is given up for the whole list, once', async () => {
    const first = await written(items, 1)
    const second = await written(playItems(25), 2)
    const answers = [
      [{ type: 'list-answer', head: first.head, from: null }, linesOf(...first.lines), END],
      [
        { type: 'list-answer', head: second.head, from: 1 },
        linesOf(encodeUtf8(JSON.stringify(playItem(3).taskCode))),
        END,
      ],
      [{ type: 'list-answer', head: second.head, from: null }, linesOf(...second.lines), END],
    ] as ListFrame[][]
    const { ankang, announce, asked } = await dishonest(async () => answers.shift() ?? [])
    await announce(first.head)
    await announce(second.head)
    expect(asked).toEqual([null, first.head, null])
    expect(ankang.failures).toEqual([])
    expect(await ankang.services.view(SHIYAN)).toMatchObject({ version: 2, count: 25 })
    expect(await codesOf(ankang, SHIYAN, 1)).toHaveLength(20)
  })

  test('the newest good list stays when neither difference nor whole hold', async () => {
    const first = await written(items, 1)
    const second = await written(playItems(25), 2)
    let honest = true
    const { world, ankang, announce, asked } = await dishonest(async () => [
      { type: 'list-answer', head: honest ? first.head : second.head, from: null },
      linesOf(...first.lines),
      END,
    ])
    await announce(first.head)
    const rows = await ankang.db.query('SELECT no, since, until FROM list_buckets ORDER BY no')
    honest = false
    await announce(second.head)
    expect(asked).toEqual([null, first.head, null])
    expect(ankang.failures.at(-1)).toMatchObject({ code: 'list.root' })
    expect(await ankang.db.query('SELECT no, since, until FROM list_buckets ORDER BY no')).toEqual(rows)
    expect(await codesOf(ankang, SHIYAN)).toHaveLength(20)
    // The difference is not tried again beside the whole.
    world.clock.advance(RETRY.first)
    await vi.waitFor(() => expect(ankang.failures).toHaveLength(2), 60_000)
    expect(asked).toEqual([null, first.head, null, null])
  })
})

describe('what a partner announces', () => {
  /** Each answer of the partner waits until the test lets it go. */
  async function answering(...answers: (ListFrame[] | null)[]) {
    const gates = answers.map(() => Promise.withResolvers<void>())
    let at = 0
    const made = await dishonest(async () => {
      const turn = at++
      await gates[turn]?.promise
      return answers[turn] ?? []
    })
    const asked = (times: number) => vi.waitFor(() => expect(made.asked).toHaveLength(times), 60_000)
    const holds = (version: number) =>
      vi.waitFor(async () => expect((await made.ankang.services.view(SHIYAN))?.version).toBe(version), {
        timeout: 60_000,
        interval: 2,
      })
    return { ...made, gates, times: asked, holds }
  }
  const whole = ({ head, lines }: Awaited<ReturnType<typeof written>>): ListFrame[] => [
    { type: 'list-answer', head, from: null },
    linesOf(...lines),
    END,
  ]

  test('while its list is fetched is not forgotten for an older head that comes after it on another stream', async () => {
    const first = await written(playItems(3), 1)
    const second = await written(playItems(4), 2)
    const { ankang, gates, times, holds } = await answering(whole(first), whole(second))
    ankang.services.announced(SHIYAN, first.head)
    await times(1)
    ankang.services.announced(SHIYAN, second.head)
    ankang.services.announced(SHIYAN, first.head)
    ankang.services.announced(SHIYAN, null)
    for (const gate of gates) gate.resolve()
    await holds(2)
    expect(ankang.failures).toEqual([])
  })

  test('an older head, or none, that the newest overtook is no complaint', async () => {
    const { world, shiyan, ankang } = await two()
    for (const count of [3, 4]) await shiyan.services.publish(playItems(count), 'person:1')
    await world.announce(shiyan, ankang)
    for (const late of [shiyan.heads[0] ?? '', null]) {
      ankang.services.announced(SHIYAN, late)
      await world.network.settle()
    }
    expect(ankang.failures).toEqual([])
    expect(ankang.services.problem(SHIYAN)).toBeNull()
    expect(await ankang.audit.list({ action: 'list.refused' }, 10, null)).toEqual([])
    expect(await ankang.services.view(SHIYAN)).toMatchObject({ version: 2 })
  })

  test('a head that does not hold keeps no true one away', async () => {
    const good = await written(playItems(4), 2)
    const claimed = (await written(playItems(3), 9)).head
    const { world, ankang, gates, holds } = await answering(whole(good))
    gates[0]?.resolve()
    ankang.services.announced(SHIYAN, `${claimed.slice(0, -8)}AAAAAAAA`)
    await vi.waitFor(() => expect(ankang.failures).toMatchObject([{ code: 'envelope.signature' }]), 60_000)
    ankang.services.announced(SHIYAN, good.head)
    await idle()
    world.clock.advance(RETRY.first)
    await holds(2)
  })

  test('while an attempt has no path yet is fetched as soon as that attempt fails', async () => {
    const list = await written(playItems(3), 1)
    const { world, ankang, gates, times, holds } = await answering(null, whole(list))
    ankang.services.announced(SHIYAN, list.head)
    await times(1)
    ankang.services.announced(SHIYAN, list.head)
    gates[1]?.resolve()
    world.network.drop(ANKANG, SHIYAN)
    await holds(1)
    expect(ankang.failures).toMatchObject([{ code: 'exchange.unreachable' }])
  })

  test('after a list that did not hold waits for the end of the pause, then the newest is taken', async () => {
    const wrong = await written(playItems(3), 1, { root: '0'.repeat(64) })
    const good = await written(playItems(5), 7)
    const { world, ankang, asked, gates, holds } = await answering(whole(wrong), whole(good))
    for (const gate of gates) gate.resolve()
    ankang.services.announced(SHIYAN, wrong.head)
    await vi.waitFor(() => expect(ankang.failures).toMatchObject([{ code: 'list.root' }]), 60_000)
    for (let version = 2; version <= 7; version++) {
      ankang.services.announced(SHIYAN, (await written(playItems(5), version)).head)
      await idle()
    }
    world.clock.advance(RETRY.first - 1)
    await idle()
    expect(asked).toHaveLength(1)
    world.clock.advance(1)
    await holds(7)
    expect(asked).toHaveLength(2)
  })
})

describe('large items', () => {
  test('leave others their turn, however well they are packed', async () => {
    const items = playItems(60).map(item => ({ ...item, form: { title: '条件'.repeat(40_000) } }))
    const list = await written(items, 1)
    const { ankang, announce } = await dishonest(async () => [
      { type: 'list-answer', head: list.head, from: null },
      ...list.lines.map(line => linesOf(line)),
      END,
    ])
    let turns = 0
    let over = false
    const turn = () => {
      turns++
      if (!over) setImmediate(turn)
    }
    setImmediate(turn)
    const before = turns
    await announce(list.head)
    over = true
    expect(ankang.failures).toEqual([])
    expect(turns - before).toBeGreaterThan(20)
  })
})

describe('a sender', () => {
  test('that says nothing is given up', async () => {
    const list = await written(playItems(3), 1)
    const { world, ankang, asked } = await dishonest(() => new Promise(() => {}))
    ankang.services.announced(SHIYAN, list.head)
    await vi.waitFor(() => expect(asked).toHaveLength(1), 60_000)
    await idle()
    expect(ankang.failures).toEqual([])
    world.clock.advance(SYNC_LIMITS.stall)
    await vi.waitFor(() => expect(ankang.failures).toMatchObject([{ code: 'exchange.timeout' }]), 60_000)
    await nothing(ankang)
  })

  test('that keeps sending for ever is given up in the end', async () => {
    const { lines, head } = await written(playItems(200), 1)
    let sent = 0
    const { world, ankang } = await dishonest(async wire => {
      await wire.send(encodeListFrame({ type: 'list-answer', head, from: null }))
      for (const line of lines) {
        await wire.send(encodeListFrame(linesOf(line)))
        sent++
        // Each line just before the receiver would give up.
        await idle(5)
        world.clock.advance(SYNC_LIMITS.stall - 1)
      }
      return []
    })
    ankang.services.announced(SHIYAN, head)
    await vi.waitFor(() => expect(ankang.failures).toMatchObject([{ code: 'exchange.timeout' }]), 60_000)
    expect(sent).toBeLessThan(SYNC_LIMITS.fetch / (SYNC_LIMITS.stall - 1) + 3)
    await nothing(ankang)
  })

  test('cuts what it sends into frames within the limit', async () => {
    const { world, shiyan, ankang } = await two()
    await shiyan.services.publish(playItems(3000), 'person:1')
    await world.announce(shiyan, ankang)
    expect(await ankang.services.view(SHIYAN)).toMatchObject({ count: 3000 })
    const sizes = world.frames.map(({ frame }) => frame.byteLength)
    expect(Math.max(...sizes)).toBeLessThan(LIMITS.listFrameBytes)
  })
})

describe('a difference', () => {
  const change = fc.record({
    put: fc.uniqueArray(fc.record({ index: fc.nat(40), day: fc.nat(5) }), {
      selector: item => item.index,
      maxLength: 12,
    }),
    remove: fc.uniqueArray(fc.nat(40), { maxLength: 6 }),
  })

  test('applied gives what the whole list gives, whatever changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async changes => {
        const { world, shiyan, ankang } = await two()
        const model = new Map<string, ServiceItem>()
        for (const [turn, { put, remove }] of changes.entries()) {
          const items = put.map(({ index, day }) => playItem(index, { promiseDay: day }))
          const codes = new Set(items.map(item => item.taskCode))
          const gone = remove.map(index => playItem(index).taskCode).filter(code => model.has(code) && !codes.has(code))
          await shiyan.services.change({ put: items, remove: gone }, 'person:1')
          for (const item of items) model.set(item.taskCode, item)
          for (const code of gone) model.delete(code)
          // The partner does not see every version.
          if (turn % 2 === 0) await world.announce(shiyan, ankang)
        }
        await world.announce(shiyan, ankang)
        expect(ankang.failures).toEqual([])
        for (const city of [shiyan, ankang]) {
          expect(await codesOf(city, SHIYAN)).toEqual([...model.keys()].sort())
          for (const [code, item] of model) expect(await city.services.item(SHIYAN, code)).toEqual(item)
        }
        const fresh = await listCities(resolve, NOW).open(plays[1])
        const view = await fresh.services.publish([...model.values()], 'person:1')
        expect(rootOf(fresh.services.head())).toBe(rootOf(shiyan.services.head()))
        expect(view.count).toBe(model.size)
      }),
      { numRuns: 25 },
    )
  })
})

describe('a publisher that was restored from a backup', () => {
  /** Shiyan published `versions`, of which Ankang holds the newest; then Shiyan runs again without its store. */
  async function forgetful(versions: number) {
    const { world, shiyan, ankang } = await two()
    for (let version = 1; version <= versions; version++)
      await shiyan.services.publish(playItems(version + 9), 'person:1')
    await world.announce(shiyan, ankang)
    await shiyan.stop()
    return { world, ankang, before: shiyan, again: await world.open(plays[1]) }
  }

  test('is shown its own head and fetches its list back', async () => {
    const { world, ankang, before, again } = await forgetful(3)
    await world.announce(again, ankang, null, 99)
    expect(ankang.failures.at(-1)).toMatchObject({ code: 'list.rollback' })
    await vi.waitFor(() => expect(again.heads).toHaveLength(1), 60_000)
    expect(again.services.head()).toBe(before.services.head())
    expect(await codesOf(again, SHIYAN)).toHaveLength(12)
    expect(JSON.stringify(await again.audit.list({ action: 'list.recovered' }, 10, null))).toContain(
      `"from":"${ANKANG}"`,
    )
    await world.announce(again, ankang)
    expect(ankang.services.problem(SHIYAN)).toBeNull()
    // What it publishes from now on goes on from there.
    expect(await again.services.publish(playItems(5), 'person:1')).toMatchObject({ version: 4 })
    await world.announce(again, ankang)
    expect(await codesOf(ankang, SHIYAN)).toHaveLength(5)
  })

  test('that published meanwhile publishes the same again, above what it forgot', async () => {
    const { world, ankang, again } = await forgetful(3)
    world.clock.advance(60_000)
    await again.services.publish(playItems(7), 'person:1')
    await world.announce(again, ankang, again.services.head(), 99)
    expect(ankang.failures.at(-1)).toMatchObject({ code: 'list.rollback' })
    await vi.waitFor(() => expect(again.heads).toHaveLength(2), 60_000)
    expect(await again.services.view(SHIYAN)).toMatchObject({ version: 4, count: 7 })
    await world.announce(again, ankang)
    expect(await codesOf(ankang, SHIYAN)).toHaveLength(7)
    expect(ankang.failures).toHaveLength(1)
  })

  test('believes no head that it did not sign', async () => {
    const { world, shiyan, ankang } = await two()
    await shiyan.services.publish(playItems(3), 'person:1')
    await ankang.services.publish(playItems(4), 'person:1')
    await ankang.services.publish(playItems(5), 'person:1')
    const wire = await ankang.transport.open(SHIYAN, [`/memory/${SHIYAN}`], STREAM.lists)
    await wire.send(encodeListFrame({ type: 'list-request', city: SHIYAN, held: ankang.services.head() }))
    for await (const frame of wire.frames()) {
      expect(decodeListFrame(frame)).toMatchObject({ ok: true, frame: { code: 'list.rollback' } })
      break
    }
    await vi.waitFor(() => expect(shiyan.failures).toMatchObject([{ code: 'envelope.issuer' }]), 60_000)
    expect(await shiyan.services.view(SHIYAN)).toMatchObject({ version: 1 })
    expect(world.network.failures).toEqual([])
  })

  test('that is asked for the same again counts what it reads for it', async () => {
    const budgets = new Budgets({ now: () => NOW, after: () => () => {} }, async () => {})
    const world = listCities(resolve, NOW, budgets)
    const ankang = await world.open(plays[0])
    const shiyan = await world.open(plays[1])
    await shiyan.services.publish(playItems(300), 'person:1')
    const charge = vi.spyOn(budgets.of(`${SHIYAN}/${ANKANG}`), 'charge')
    const work: number[] = []
    for (let time = 0; time < 3; time++) {
      charge.mockClear()
      const wire = await ankang.transport.open(SHIYAN, [`/memory/${SHIYAN}`], STREAM.lists)
      await wire.send(encodeListFrame({ type: 'list-request', city: SHIYAN, held: null }))
      for await (const _ of wire.frames());
      await wire.close()
      await world.network.settle()
      work.push(charge.mock.calls.reduce((sum, [cost]) => sum + cost, 0))
    }
    const bytes = playItems(300).reduce((sum, item) => sum + JSON.stringify(item).length + 1, 0)
    expect(work[0]).toBeLessThan(1000)
    const reads = (bytes / 1024) * WORK.listKiB
    for (const again of work.slice(1)) {
      expect(again).toBeGreaterThan(reads - 1)
      expect(again).toBeLessThan((work[0] ?? 0) + reads + 100)
    }
  })

  test('lists of third cities are given to nobody', async () => {
    const { shiyan, ankang } = await two()
    await shiyan.services.publish(playItems(3), 'person:1')
    const wire = await ankang.transport.open(SHIYAN, [`/memory/${SHIYAN}`], STREAM.lists)
    await wire.send(encodeListFrame({ type: 'list-request', city: '422801', held: null }))
    for await (const frame of wire.frames()) {
      expect(decodeListFrame(frame)).toMatchObject({ ok: true, frame: { type: 'problem', code: 'list.none' } })
      break
    }
  })
})

const rootOf = (head: string | null): unknown =>
  (JSON.parse(Buffer.from((head ?? '').split('.')[1] ?? '', 'base64url').toString()) as { root: unknown }).root
