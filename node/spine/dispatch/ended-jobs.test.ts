import { afterEach, describe, expect, test } from 'vitest'
import type { DeliveryResult } from '../../../adapters/sdk/port.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'

const A = '610900'
const S = '420300'
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

const REFUSED: DeliveryResult = { ok: false, code: 'adapter.refused', detail: 'E1', retryable: false }

/** A world in which Shiyan's approval system is `system`, and a case on its way there. */
async function submitted(system: PlayApproval) {
  const w = await createWorld({ adapter: code => (code === S ? system.adapter() : new PlayApproval().adapter()) })
  world = w
  const thread = await submitCase(w, await agree(w), { caseNo: 'AK-1' })
  await w.settle()
  return { w, thread }
}

/** A case whose submit the approval system of Shiyan refused, and a reminder behind it. */
async function begin(system = new PlayApproval()) {
  let refuses = true
  system.answer = kind => (refuses && kind === 'case.submit' ? REFUSED : { ok: true, localCaseNo: 'L1' })
  const { w, thread } = await submitted(system)
  await w.city(A).cases.step(thread, 'case.remind', { text: '请尽快' }, 'person:1')
  await w.settle()
  const { dispatch, cases, audit } = w.city(S)
  const [parked] = await dispatch.parked()
  if (parked?.what !== 'packet') throw new Error('nothing is parked')
  refuses = false
  return {
    w,
    system,
    thread,
    dispatch,
    cases,
    parked,
    rows: async (action: string) =>
      (await audit.list({ action }, 10, null)).map(({ actor, detail }) => ({ actor, detail })),
    state: async () => (await cases.get(thread)).state,
  }
}

describe('a job that waits for a person', () => {
  test('tells its case, and ends when the case is keyed in by hand; what follows it is handed over', async () => {
    const { w, system, thread, dispatch, cases, parked, rows } = await begin()
    expect(parked).toMatchObject({ caseNo: 'AK-1', localCaseNo: null, thread, problem: { code: 'adapter.refused' } })
    await cases.step(thread, 'case.arrived', { localCaseNo: 'HAND-0001' }, 'person:1')
    await w.settle()
    expect(await dispatch.parked()).toEqual([])
    expect(system.asked).toEqual(['case.submit', 'case.remind'])
    expect(await rows('dispatch.ended')).toHaveLength(1)
    // It is not registered a second time.
    await expect(dispatch.retry({ packetNo: parked.packetNo }, 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
    expect((await cases.get(thread)).localCaseNo).toBe('HAND-0001')
  })

  test('ends with its case, and what waits behind it too', async () => {
    const { w, system, thread, dispatch, cases, state } = await begin()
    await cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:1')
    await w.settle()
    expect(await state()).toBe('closed')
    expect(await dispatch.parked()).toEqual([])
    await w.restart(S)
    await w.settle()
    expect(system.asked).toEqual(['case.submit'])
  })

  test('that the system did not refuse is handed over after the end too: what was said is not kept from the officer', async () => {
    const system = new PlayApproval()
    const down: DeliveryResult = { ok: false, code: 'adapter.unavailable', detail: 'HTTP 503', retryable: true }
    let up = false
    let taken = 0
    system.answer = kind => {
      if (kind === 'case.submit') return { ok: true, localCaseNo: 'L1' }
      if (up) taken++
      return up ? { ok: true } : down
    }
    const { w, thread } = await submitted(system)
    await w.city(A).cases.step(thread, 'case.remind', { text: '请尽快' }, 'person:1')
    await w.settle()
    await w.city(S).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:1')
    await w.settle()
    up = true
    w.clock.advance(3_600_000)
    await w.settle()
    expect(taken).toBe(1)
    expect((await w.city(S).audit.list({ action: 'dispatch.ended' }, 10, null)).length).toBe(0)
  })

  test('of an earlier program whose case ended is ended at the start', async () => {
    const { w, system, thread, parked, cases } = await begin()
    await cases.step(thread, 'case.arrived', { localCaseNo: 'HAND-0001' }, 'person:1')
    await w.settle()
    await w
      .city(S)
      .db.transaction(tx =>
        tx.run(
          `UPDATE dispatch_jobs SET state = 'parked', problem = '{"code":"adapter.refused"}' WHERE packet_no = ?`,
          [parked.packetNo],
        ),
      )
    await w.restart(S)
    expect(await w.city(S).dispatch.parked()).toEqual([])
    expect(system.asked).toEqual(['case.submit', 'case.remind'])
  })

  test('is ended by hand as done: the case arrives under the number by which it was keyed in', async () => {
    const { w, dispatch, system, cases, thread, parked, rows } = await begin()
    const reason = '手工录入'
    const { packetNo } = parked
    await expect(dispatch.end(packetNo, { as: 'done', reason }, 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
    await dispatch.end(packetNo, { as: 'done', localCaseNo: 'HAND-0002', reason }, 'person:1')
    await w.settle()
    expect(await cases.get(thread)).toMatchObject({ state: 'arrived', localCaseNo: 'HAND-0002' })
    expect(await dispatch.parked()).toEqual([])
    expect(system.asked).toEqual(['case.submit', 'case.remind'])
    expect(await rows('dispatch.done')).toEqual([
      { actor: 'person:1', detail: { packet: packetNo, kind: 'case.submit', reason } },
    ])
    await expect(dispatch.end(packetNo, { as: 'given-up', reason }, 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
  })

  test('is given up with a reason, and what follows it goes on', async () => {
    const { w, dispatch, system, parked, rows } = await begin()
    await dispatch.end(parked.packetNo, { as: 'given-up', reason: '重复' }, 'person:1')
    await w.settle()
    expect(system.asked).toEqual(['case.submit', 'case.remind'])
    expect(await dispatch.parked()).toEqual([])
    expect(await rows('dispatch.given-up')).toMatchObject([{ actor: 'person:1', detail: { reason: '重复' } }])
  })

  test('is not ended by hand while it is handed over, nor under another number than the case has', async () => {
    const { w, dispatch, system, parked, thread, cases, rows } = await begin()
    const answered = Promise.withResolvers<DeliveryResult>()
    system.answer = () => answered.promise
    await dispatch.retry({ packetNo: parked.packetNo }, 'person:1')
    await w.settle()
    await expect(dispatch.end(parked.packetNo, { as: 'given-up', reason: '重复' }, 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.conflict' },
    })
    // The clerk is faster: what the system answers then is no problem of anybody.
    await cases.step(thread, 'case.arrived', { localCaseNo: 'HAND-0003' }, 'person:1')
    system.answer = () => REFUSED
    answered.resolve({ ok: true, localCaseNo: 'L1' })
    await w.settle()
    expect(await rows('dispatch.ended')).toMatchObject([{ detail: { registered: 'L1' } }])
    expect(await dispatch.parked()).toMatchObject([{ kind: 'case.remind' }])
    const [reminder] = await dispatch.parked()
    await expect(
      dispatch.end(reminder?.no ?? 0, { as: 'done', localCaseNo: 'L1', reason: '已办' }, 'person:1'),
    ).rejects.toMatchObject({ problem: { code: 'request.conflict' } })
    await dispatch.end(reminder?.no ?? 0, { as: 'done', reason: '已电话告知' }, 'person:1')
    expect(await dispatch.parked()).toEqual([])
  })

  test('is tried again with all others of its problem', async () => {
    const { w, dispatch, system, state } = await begin()
    expect(await dispatch.retry({ code: 'adapter.mapping' }, 'person:1')).toBe(0)
    expect(await dispatch.retry({ code: 'adapter.refused' }, 'person:1')).toBe(1)
    await w.settle()
    expect(await state()).toBe('arrived')
    expect(system.asked).toEqual(['case.submit', 'case.submit', 'case.remind'])
  })
})
