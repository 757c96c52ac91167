import { afterEach, describe, expect, test } from 'vitest'
import type { LocalEvent } from '../../../adapters/sdk/port.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import type { Clock } from '../../kernel/clock.ts'
import { LEASE_LIMITS, type Lease, type LeaseResult } from './leases.ts'
import { createRemoteAdapter, type RemoteDesk } from './remote-adapter.ts'

const S = '420300'
const going = new AbortController().signal
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** A city whose adapter is a program: the test. `desk` is that of its present run. */
async function begin() {
  const desks: RemoteDesk[] = []
  const clock: Clock = {
    now: () => world?.clock.now() ?? 0,
    after: (ms, callback) => world?.clock.after(ms, callback) ?? (() => {}),
  }
  let leases = 0
  const w = await createWorld({
    adapter: code => {
      if (code !== S) return new PlayApproval().adapter()
      const adapter = createRemoteAdapter({ clock, ids: () => `lease-${++leases}` })
      desks.push(adapter.desk)
      return adapter
    },
  })
  world = w
  const agreement = await agree(w)
  const desk = (): RemoteDesk => {
    const last = desks.at(-1)
    if (last === undefined) throw new Error('there is no desk')
    return last
  }
  const take = async (): Promise<Lease> => {
    desk().seen({})
    const [first] = await desk().take('p', { wait: 0, seconds: 60, most: 1 }, going)
    if (first === undefined) throw new Error('there is no work')
    return first
  }
  const settle = ({ id, fence }: Lease, result: LeaseResult, by = desk()) =>
    by.settle({ lease: id, fence, holder: 'p' }, JSON.stringify(result), () => result)
  return {
    w,
    desk,
    take,
    settle,
    submit: async (caseNo: string) => {
      const thread = await submitCase(w, agreement, { caseNo })
      await w.settle()
      return thread
    },
    /** Goes on until the next poll of the node was made and its answers were taken. */
    poll: async () => {
      for (let turn = 0; turn < 3; turn++) {
        w.clock.advance(1000)
        await w.settle()
      }
    },
    stateOf: async (thread: string) => (await w.city(S).cases.get(thread)).state,
    taken: { call: 'deliver', result: { ok: true, localCaseNo: 'L1' } } as const satisfies LeaseResult,
  }
}

const accept: LocalEvent & { id: string } = { id: 'e1', localCaseNo: 'L1', move: { kind: 'case.accept', body: {} } }

describe('a city whose adapter is a program of its own', () => {
  test('takes a case by a lease, and signs what the program tells', async () => {
    const { w, desk, take, settle, submit, poll, stateOf, taken } = await begin()
    const thread = await submit('AK-1')
    settle(await take(), taken)
    await w.settle()
    expect(await stateOf(thread)).toBe('arrived')
    const telling = desk().tell([accept], going)
    await poll()
    await telling
    expect(await stateOf(thread)).toBe('accepted')
    // What was told before is kept already: it is answered for, and signed no second time.
    const again = desk().tell([accept], going)
    await poll()
    await again
    expect((await w.city(S).cases.get(thread)).timeline.filter(({ kind }) => kind === 'case.accept')).toHaveLength(1)
  })

  test('loses and doubles nothing when the node ends under a lease: the key comes again, and the former lease says nothing', async () => {
    const { w, desk, take, settle, submit, stateOf, taken } = await begin()
    const thread = await submit('AK-1')
    const before = await take()
    const former = desk()
    await w.restart(S)
    await w.settle()
    expect(() => settle(before, { call: 'deliver', result: { ok: true, localCaseNo: 'OLD' } })).toThrow('adapter.lease')
    expect(() => settle(before, { call: 'deliver', result: { ok: true, localCaseNo: 'OLD' } }, former)).toThrow(
      'adapter.lease',
    )
    w.clock.advance(2000)
    await w.settle()
    const after = await take()
    expect(after.fence).toBeGreaterThan(before.fence)
    const keyOf = ({ work }: Lease) => (work.call === 'deliver' ? work.delivery.idempotencyKey : null)
    expect(keyOf(after)).toBe(keyOf(before))
    settle(after, taken)
    await w.settle()
    expect((await w.city(S).cases.get(thread)).localCaseNo).toBe('L1')
    expect(await stateOf(thread)).toBe('arrived')
  })

  test('is not told of answers that a node which ended had not kept; told again, they are signed once', async () => {
    const { w, desk, take, settle, submit, poll, stateOf, taken } = await begin()
    const thread = await submit('AK-1')
    settle(await take(), taken)
    await w.settle()
    const lost = desk().tell([accept], new AbortController().signal)
    const outcome = lost.then(
      () => 'kept',
      () => 'lost',
    )
    await w.restart(S)
    desk().seen({})
    w.clock.advance(LEASE_LIMITS.keep)
    await w.settle()
    expect([await outcome, await stateOf(thread)]).toEqual(['lost', 'arrived'])
    desk().seen({})
    const telling = desk().tell([accept], going)
    await poll()
    await telling
    expect(await stateOf(thread)).toBe('accepted')
  })

  test('holds no packet of another case while one is with a program, and tries again one that is never answered', async () => {
    const { w, take, settle, submit, stateOf, taken } = await begin()
    const first = await submit('AK-1')
    const second = await submit('AK-2')
    await take()
    settle(await take(), taken)
    await w.settle()
    expect([await stateOf(first), await stateOf(second)]).toEqual(['submitted', 'arrived'])
    w.clock.advance(60_000)
    await w.settle()
    w.clock.advance(2000)
    await w.settle()
    settle(await take(), { call: 'deliver', result: { ok: true, localCaseNo: 'L2' } })
    await w.settle()
    expect(await stateOf(first)).toBe('arrived')
  })

  test('hands over what takes days: no lease is held, and the outcome is told by its key', async () => {
    const { w, desk, take, settle, submit, poll, stateOf } = await begin()
    const thread = await submit('AK-1')
    const lease = await take()
    settle(lease, { call: 'deliver', result: { ok: 'handed' } })
    await w.settle()
    w.clock.advance(86_400_000)
    await w.settle()
    desk().seen({})
    expect(await desk().take('p', { wait: 0, seconds: 60, most: 1 }, going)).toEqual([])
    const key = lease.work.call === 'deliver' ? lease.work.delivery.idempotencyKey : ''
    const telling = desk().tell([{ id: 'o1', taken: key, localCaseNo: 'L9' }], going)
    for (let turn = 0; turn < 30; turn++) {
      desk().seen({})
      await poll()
    }
    await telling
    expect([await stateOf(thread), (await w.city(S).cases.get(thread)).localCaseNo]).toEqual(['arrived', 'L9'])
  })

  test('is told of by doctor while no program asks for work, and its packets are tried again, not parked', async () => {
    const { w, submit } = await begin()
    await submit('AK-1')
    w.clock.advance(LEASE_LIMITS.offer)
    await w.settle()
    expect(await w.city(S).dispatch.check()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('no program has asked for work since the node started'),
    })
    expect(await w.city(S).dispatch.parked()).toEqual([])
  })
})
