import { afterEach, describe, expect, test } from 'vitest'
import type { DeliveryResult } from '../../../adapters/sdk/port.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { DISPATCH_LIMITS } from './limits.ts'

const A = '610900'
const S = '420300'
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** A case that Shiyan's approval system was handed, and what a test asks of both. */
async function begin(answer: (kind: string, attempt: number) => DeliveryResult = () => ({ ok: 'handed' })) {
  const system = new PlayApproval()
  system.answer = answer
  const w = await createWorld({ adapter: code => (code === S ? system.adapter() : new PlayApproval().adapter()) })
  world = w
  const agreement = await agree(w)
  const submit = async (caseNo: string) => {
    const thread = await submitCase(w, agreement, { caseNo })
    await w.settle()
    return thread
  }
  const thread = await submit('AK-1')
  const city = () => w.city(S)
  return {
    w,
    system,
    thread,
    submit,
    city,
    key: () => system.keys[0] ?? '',
    remind: async () => {
      await w.city(A).cases.step(thread, 'case.remind', { text: '请尽快' }, 'person:1')
      await w.settle()
    },
    parked: () => city().dispatch.parked(),
    state: async (of = thread) => (await city().cases.get(of)).state,
    rows: async (action: string) => (await city().audit.list({ action }, 10, null)).map(({ detail }) => detail),
    poll: async (ms = 2000) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        w.clock.advance(1000)
        await w.settle()
      }
    },
  }
}

describe('a packet that is handed over', () => {
  test('holds no place: as many more as there are places are handed over, and what follows in its case waits', async () => {
    const { system, submit, remind, parked, state, thread } = await begin()
    await remind()
    for (let n = 0; n < DISPATCH_LIMITS.parallel + 1; n++) await submit(`AK-${n + 2}`)
    expect(system.asked).toEqual(Array.from({ length: DISPATCH_LIMITS.parallel + 2 }, () => 'case.submit'))
    expect(await state()).toBe('submitted')
    expect((await parked())[0]).toMatchObject({
      what: 'packet',
      kind: 'case.submit',
      thread,
      problem: { code: 'adapter.handed' },
      handedAt: expect.any(Number),
      retryAt: null,
    })
  })

  test('arrives when it is told that it was taken, once, and what waited behind it is handed over', async () => {
    const { w, system, key, remind, parked, state, poll, thread } = await begin(kind =>
      kind === 'case.submit' ? { ok: 'handed' } : { ok: true },
    )
    await remind()
    system.tellOutcome(key(), { localCaseNo: 'L1' })
    system.say({ kind: 'case.accept', body: {} })
    system.tellOutcome(key(), { localCaseNo: 'L1' })
    await poll()
    expect(await state()).toBe('accepted')
    expect(system.asked).toEqual(['case.submit', 'case.remind'])
    expect(await parked()).toEqual([])
    expect((await w.city(A).cases.get(thread)).timeline.map(({ kind }) => kind).toSorted()).toEqual([
      'case.accept',
      'case.arrived',
      'case.remind',
      'case.submit',
    ])
  })

  test('survives a restart: it is not handed over again, and its outcome ends it', async () => {
    const { w, system, key, parked, state, poll } = await begin()
    await w.restart(S)
    await poll()
    expect(system.asked).toEqual(['case.submit'])
    expect(await parked()).toMatchObject([{ problem: { code: 'adapter.handed' } }])
    system.tellOutcome(key(), { localCaseNo: 'L1' })
    await poll()
    expect(await state()).toBe('arrived')
  })

  test('is parked when it is told that it was refused, with the code of its system', async () => {
    const { system, key, parked, rows, poll } = await begin()
    system.tellOutcome(key(), { detail: 'E7', theirCode: ' ZW-0031\n ' })
    await poll()
    expect(await parked()).toMatchObject([
      { problem: { code: 'adapter.refused', detail: 'E7' }, theirCode: 'ZW-0031', handedAt: null, retryAt: null },
    ])
    expect(await rows('dispatch.parked')).toMatchObject([{ problem: 'adapter.refused', theirCode: 'ZW-0031' }])
  })

  test('is refused, tried again by a person and taken then', async () => {
    const { w, system, city, key, parked, state, poll } = await begin()
    system.tellOutcome(key(), { detail: 'E7' })
    await poll()
    await city().dispatch.retry({ code: 'adapter.refused' }, 'person:1')
    await w.settle()
    expect(system.asked).toEqual(['case.submit', 'case.submit'])
    expect(await parked()).toMatchObject([{ problem: { code: 'adapter.handed' } }])
    system.tellOutcome(key(), { localCaseNo: 'L1' })
    await poll()
    expect(await state()).toBe('arrived')
  })

  test('of which nothing but a number is missing waits for a person, and takes the number of a corrected answer', async () => {
    const { system, key, parked, state, poll } = await begin()
    system.tellOutcome(key(), {})
    await poll()
    expect(await parked()).toMatchObject([
      { what: 'packet', problem: { code: 'adapter.handed' } },
      { what: 'adapter-event', event: 'e1', problem: { code: 'adapter.mapping', detail: 'no local case number' } },
    ])
    system.tellOutcome(key(), { localCaseNo: 'L1' })
    await poll()
    expect(await state()).toBe('arrived')
  })

  test.each([
    [0, DISPATCH_LIMITS.lookAgain.least],
    [90_000, 90_000],
    [Number.MAX_SAFE_INTEGER, DISPATCH_LIMITS.lookAgain.most],
  ])('is looked at again under the same key after %d ms as its adapter asks, within bounds', async (asked, after) => {
    const { w, system, parked, state } = await begin((_, attempt) =>
      attempt === 0 ? { ok: 'handed', lookAgainAfterMs: asked } : { ok: true, localCaseNo: 'L1' },
    )
    const [{ retryAt } = { retryAt: null }] = (await parked()) as { retryAt: number | null }[]
    expect(retryAt).toBe(w.clock.now() + after)
    w.clock.advance(after - 1)
    await w.settle()
    expect(system.asked).toHaveLength(1)
    w.clock.advance(1)
    await w.settle()
    expect(new Set(system.keys).size).toBe(1)
    expect(system.asked).toHaveLength(2)
    expect(await state()).toBe('arrived')
  })

  test('stays handed over since then while its system is down when it is looked at again', async () => {
    const { w, parked } = await begin((_, attempt) =>
      attempt === 0
        ? { ok: 'handed', lookAgainAfterMs: 5000 }
        : { ok: false, code: 'adapter.unavailable', detail: 'HTTP 503', retryable: true, retryAfterMs: 60_000 },
    )
    const [before] = await parked()
    w.clock.advance(5000)
    await w.settle()
    const [after] = await parked()
    expect(after).toMatchObject({
      handedAt: (before as { handedAt: number }).handedAt,
      retryAt: w.clock.now() + 60_000,
      problem: { code: 'adapter.unavailable' },
    })
  })

  test('is ended by hand, and an outcome that comes then is told of and changes nothing', async () => {
    const { w, system, city, key, state, parked, rows, poll } = await begin()
    const [{ no } = { no: 0 }] = await parked()
    await marksOf('endParked', () =>
      city().dispatch.end(no, { as: 'done', localCaseNo: 'HAND-1', reason: '手工录入' }, 'person:1'),
    )
    await w.settle()
    expect(await state()).toBe('arrived')
    system.tellOutcome(key(), { localCaseNo: 'L1' })
    await poll()
    expect(await parked()).toEqual([])
    expect((await city().cases.get((await city().cases.byLocalCaseNo('HAND-1', ''))?.thread ?? '')).localCaseNo).toBe(
      'HAND-1',
    )
    expect((await rows('dispatch.ended'))[0]).toMatchObject({ registered: 'L1' })
  })

  test('is looked at again by hand when it is named, and not with all others', async () => {
    const { w, system, city, parked } = await begin()
    expect(await city().dispatch.retry({ all: true }, 'person:1')).toBe(0)
    const [{ no } = { no: 0 }] = await parked()
    expect(await city().dispatch.retry({ packetNo: no }, 'person:1')).toBe(1)
    await w.settle()
    expect(system.asked).toHaveLength(2)
    expect(await city().dispatch.retry({ code: 'adapter.handed' }, 'person:1')).toBe(1)
    await w.settle()
    expect(system.asked).toHaveLength(3)
  })

  test('ends with its case', async () => {
    const { w, city, thread, parked } = await begin()
    await city().cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:1')
    await w.settle()
    expect(await parked()).toEqual([])
  })

  test('is told of when its system has said nothing of it for days', async () => {
    const { w, city } = await begin()
    const since = w.clock.now()
    w.clock.advance(DISPATCH_LIMITS.handed)
    await w.settle()
    expect(await city().dispatch.handedTooLong()).toEqual({ count: 0, since: null })
    w.clock.advance(1)
    await w.settle()
    expect(await city().dispatch.handedTooLong()).toEqual({ count: 1, since })
  })
})

describe('an outcome', () => {
  test('that comes while its packet is still being handed over is taken after that, once', async () => {
    const handed = Promise.withResolvers<DeliveryResult>()
    const system = new PlayApproval()
    system.answer = () => handed.promise
    const w = await createWorld({ adapter: code => (code === S ? system.adapter() : new PlayApproval().adapter()) })
    world = w
    const thread = await submitCase(w, await agree(w), { caseNo: 'AK-1' })
    await w.settle()
    system.tellOutcome(system.keys[0] ?? '', { localCaseNo: 'L1' })
    w.clock.advance(2000)
    await w.settle()
    expect((await w.city(S).cases.get(thread)).state).toBe('submitted')
    expect(await w.city(S).dispatch.parked()).toMatchObject([
      { what: 'adapter-event', problem: { code: 'adapter.handed' }, retryAt: expect.any(Number) },
    ])
    handed.resolve({ ok: 'handed' })
    await w.settle()
    w.clock.advance(5000)
    await w.settle()
    expect((await w.city(S).cases.get(thread)).timeline.map(({ kind }) => kind)).toEqual([
      'case.submit',
      'case.arrived',
    ])
    expect(await w.city(S).dispatch.parked()).toEqual([])
  })

  test.each([
    ['no key', 'x'],
    ['the key of no packet', '0'.repeat(64)],
  ])('under %s waits for a person, who may skip it', async (_, key) => {
    const { system, city, parked, poll } = await begin()
    system.tellOutcome(key, { detail: 'E1' })
    await poll()
    expect(await parked()).toMatchObject([
      { what: 'packet' },
      { what: 'adapter-event', problem: { code: 'thread.unknown' }, retryAt: null },
    ])
    await city().dispatch.skip('e1', '对方测试数据', 'person:1')
    expect(await parked()).toHaveLength(1)
  })

  test('of a packet here is not given up with the answers of a number that no case has', async () => {
    const { system, city, key, poll } = await begin()
    system.say({ kind: 'case.accept', body: {} }, 'L9')
    // Taken under a number that is too long to be signed: it waits for a person.
    system.tellOutcome(key(), { localCaseNo: 'L'.repeat(101) })
    await poll()
    await expect(city().dispatch.dismiss('L'.repeat(101), 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.conflict' },
    })
    await city().dispatch.dismiss('L9', 'person:1')
  })
})
