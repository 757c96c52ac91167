import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { foldCase } from '../../../protocol/case/fold.ts'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { stepsFor } from '../../../protocol/case/permits.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { fc } from '../../../test/support/properties.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { packetsKey, readFold } from '../../spine/dispatch/stored-fold.ts'
import { createHeads, HEAD_LIMITS } from './heads.ts'

const DAY = 86_400_000
let world: Awaited<ReturnType<typeof createWorld>>
let thread: string

beforeEach(async () => {
  world = await createWorld()
  thread = await submitCase(world, await agree(world))
  await world.settle()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await world.stop()
})

const say = async (code: string, kind: CaseKind, body: object) => {
  await world.city(code).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}

async function threadAt(code: string) {
  const { db, packets } = world.city(code)
  const [row] = await db.query<{ no: number; fold: string }>(
    'SELECT t.no, c.fold FROM threads t JOIN cases c ON c.thread_no = t.no WHERE t.thread = ?',
    [fromHex(thread)],
  )
  if (row === undefined) throw new Error('no case')
  return { db, fold: row.fold, packets: await packets().packets(db, row.no) }
}

/** The ids of packets whose bodies a city opens from now on. */
function opened(code: string): string[] {
  const { caseKeys } = world.city(code)
  const { opener } = caseKeys
  const ids: string[] = []
  vi.spyOn(caseKeys, 'opener').mockImplementation(async (...of) => {
    const open = await opener(...of)
    const noted = (...value: Parameters<typeof open>) => {
      ids.push(value[2])
      return open(...value)
    }
    return Object.assign(noted, { holds: open.holds })
  })
  return ids
}

describe('a step on a thread of ten packets', () => {
  beforeEach(async () => {
    for (let turn = 0; turn < 4; turn++) {
      await say(HANDLING, 'case.message', { text: `第${turn}次` })
      await say(COLLECTING, 'case.message', { text: '收到' })
    }
    expect((await threadAt(HANDLING)).packets).toHaveLength(10)
  })

  test.each([
    ['whose state is at hand', false],
    ['that nobody touched since the start', true],
  ])('%s opens none of their bodies, here or there', async (_, cold) => {
    if (cold) for (const code of [COLLECTING, HANDLING]) await world.restart(code)
    await world.settle()
    const before = (await threadAt(HANDLING)).packets.map(({ id }) => id)
    const there = opened(COLLECTING)
    const here = opened(HANDLING)
    await say(HANDLING, 'case.accept', {})
    expect(here.filter(id => before.includes(id))).toEqual([])
    await say(COLLECTING, 'case.remind', { text: '请尽快' })
    expect(there.filter(id => before.includes(id))).toEqual([])
    for (const code of [COLLECTING, HANDLING])
      expect((await world.city(code).cases.get(thread)).fold).toMatchObject({
        state: 'accepted',
        asked: [{ kind: 'case.remind' }],
      })
  })

  test('one that asks what the application said opens that alone', async () => {
    const [submit] = (await threadAt(HANDLING)).packets
    const ids = opened(HANDLING)
    await say(HANDLING, 'case.request-supplement', { notice: '请补正', materials: [{ code: 'M01', reason: '不清晰' }] })
    const known = new Set((await threadAt(HANDLING)).packets.slice(0, 10).map(({ id }) => id))
    expect(new Set(ids.filter(id => known.has(id)))).toEqual(new Set([submit?.id]))
  })
})

describe('what is stored beside a thread', () => {
  const CONTENT: Partial<Record<CaseKind, object>> = {
    'case.arrived': { localCaseNo: 'SY-1' },
    'case.precheck': { opinion: '齐全' },
    'case.request-supplement': { notice: '请补正', materials: [] },
    'case.supplement': { materials: [] },
    'case.accept': {},
    'case.progress': { step: '审查', event: '完成' },
    'case.pause': { procedure: 'hearing', reason: '听证' },
    'case.resume': { result: '完成' },
    'case.decide': { outcome: 'granted' },
    'case.send-result': { method: 'file' },
    'case.close': { outcome: 'granted' },
    'case.remind': { text: '请尽快' },
    'case.message': { text: '收到' },
    'case.withdraw': { reason: '不办了' },
    'case.evaluate': { target: 'window', level: 5 },
  }
  const action = fc.record({
    city: fc.constantFrom(COLLECTING, HANDLING),
    chance: fc.nat(99),
    next: fc.constantFrom('go on', 'settle', 'cut', 'heal', 'a day', 'restart'),
  })

  test('is what the thread gives, whatever crossed, came late or came back', async () => {
    let steps = 0
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 12, maxLength: 25 }), async actions => {
        thread = await submitCase(world, (await world.city(COLLECTING).cases.get(thread)).fold.agreement ?? '')
        await world.settle()
        for (const { city, chance, next } of actions) {
          const { cases } = world.city(city)
          const kinds = stepsFor((await cases.get(thread)).fold, city).filter(kind => CONTENT[kind] !== undefined)
          const kind = kinds[chance % Math.max(1, kinds.length)]
          if (kind !== undefined) {
            const taken = await cases.step(thread, kind, CONTENT[kind], 'person:1').catch((error: unknown) => error)
            if (taken instanceof Error && !(taken instanceof ProblemError)) throw taken
            steps++
          }
          if (next === 'cut') world.network.partition(COLLECTING, HANDLING)
          if (next === 'heal') world.network.heal(COLLECTING, HANDLING)
          if (next === 'a day') world.clock.advance(DAY)
          if (next === 'restart') await world.restart(city)
          if (next !== 'go on') await world.settle()
        }
        world.network.heal(COLLECTING, HANDLING)
        world.clock.advance(DAY)
        await world.settle()
        for (const code of [COLLECTING, HANDLING]) {
          const { fold, packets } = await threadAt(code)
          expect(readFold(fold)).toEqual({ state: foldCase(packets), of: packetsKey(packets) })
        }
      }),
      { numRuns: 8 },
    )
    expect(steps).toBeGreaterThan(20)
  })
})

describe('states at hand', () => {
  /** A state of a weight, at its thread of one packet. */
  async function weighing(weight: number, id: string) {
    const { packets } = await threadAt(HANDLING)
    const state = foldCase(packets)
    const [packet] = packets
    if (state === null || packet === undefined) throw new Error('no submit')
    const late = Array.from({ length: weight - HEAD_LIMITS.state }, () => id)
    return { packets: [{ ...packet, id: id.repeat(64) }], state: { ...state, late } }
  }

  test('are so many, those used last, and one that outweighs all others is none', async () => {
    const { db } = world.city(HANDLING)
    const unread = { ...db, query: vi.fn<() => Promise<never[]>>(async () => []) }
    const isHeld = async (
      heads: ReturnType<typeof createHeads>,
      { packets, state }: Awaited<ReturnType<typeof weighing>>,
    ) => {
      const before = heads.weight()
      unread.query.mockClear()
      const known = await heads.known(unread as never, thread, packets)
      return unread.query.mock.calls.length === 0 && known === state && heads.weight() === before
    }
    const half = HEAD_LIMITS.weight / 2
    const a = await weighing(half, 'a')
    const b = await weighing(half, 'b')
    const one = await weighing(HEAD_LIMITS.state, 'c')
    const full = createHeads()
    full.admitted(a.packets, a.state)
    full.admitted(b.packets, b.state)
    expect(full.weight()).toBe(HEAD_LIMITS.weight)
    expect([await isHeld(full, b), await isHeld(full, a)]).toEqual([true, true])
    // `b` was used first: it goes.
    full.admitted(one.packets, one.state)
    expect(full.weight()).toBe(half + HEAD_LIMITS.state)
    expect([await isHeld(full, a), await isHeld(full, one)]).toEqual([true, true])
    expect(await isHeld(full, b)).toBe(false)

    const many = createHeads()
    const { packets, state } = one
    const each = Array.from({ length: HEAD_LIMITS.weight / HEAD_LIMITS.state + 1 }, (_, index) =>
      packets.map(packet => ({ ...packet, id: index.toString(16).padStart(32, '0').repeat(2) })),
    )
    for (const thread of each.slice(1)) many.admitted(thread, state)
    expect(many.weight()).toBe(HEAD_LIMITS.weight)
    // One more makes room for many.
    many.admitted(each[0] ?? [], state)
    expect(many.weight()).toBe(HEAD_LIMITS.weight - HEAD_LIMITS.dropped)
    expect(await isHeld(many, { packets: each[0] ?? [], state })).toBe(true)

    for (const [weight, held] of [
      [HEAD_LIMITS.weight, true],
      [HEAD_LIMITS.weight + 1, false],
    ] as const) {
      const heads = createHeads()
      const large = await weighing(weight, 'd')
      heads.admitted(large.packets, large.state)
      expect([heads.weight(), await isHeld(heads, large)]).toEqual([held ? weight : 0, held])
    }
  })
})
