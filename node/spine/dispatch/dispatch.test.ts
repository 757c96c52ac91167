import { afterEach, describe, expect, test } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import { DISPATCH_LIMITS } from './limits.ts'

const A = '610900'
const S = '420300'
type World = Awaited<ReturnType<typeof createWorld>>
let world: World | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

async function begin(system: PlayApproval): Promise<{ w: World; submit: () => Promise<string> }> {
  const w = await createWorld({ adapter: code => (code === S ? system.adapter() : new PlayApproval().adapter()) })
  world = w
  const agreement = await agree(w)
  return {
    w,
    submit: async () => {
      const thread = await submitCase(w, agreement, { caseNo: 'AK-1' })
      await w.settle()
      return thread
    },
  }
}

const stateAt = async (w: World, thread: string) => (await w.city(S).cases.get(thread)).state

/** Lets the poller ask `times` times. */
async function poll(w: World, times = 2): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    w.clock.advance(1000)
    await w.settle()
  }
}

describe('dispatch', () => {
  test('tries again later while the approval system is down, and signs the arrival once', async () => {
    const system = new PlayApproval()
    let down = true
    system.answer = () =>
      down
        ? { ok: false, code: 'adapter.unavailable', detail: 'HTTP 503', retryable: true }
        : { ok: true, localCaseNo: 'L1' }
    const { w, submit } = await begin(system)
    const thread = await submit()
    expect(await stateAt(w, thread)).toBe('submitted')
    await poll(w, 3)
    expect(system.asked.length).toBeGreaterThan(1)
    down = false
    await poll(w, 20)
    expect(await stateAt(w, thread)).toBe('arrived')
    expect((await w.city(A).cases.get(thread)).timeline.map(entry => entry.kind)).toEqual([
      'case.submit',
      'case.arrived',
    ])
  })

  test('parks what the system refuses; what follows for that case waits behind it, other cases do not', async () => {
    const system = new PlayApproval()
    let refuse = true
    let serial = 0
    system.answer = kind => {
      if (kind !== 'case.submit') return { ok: true }
      if (refuse) return { ok: false, code: 'adapter.refused', detail: 'E1', retryable: false }
      serial++
      return { ok: true, localCaseNo: `L${serial}` }
    }
    const { w, submit } = await begin(system)
    const first = await submit()
    await w.city(A).cases.step(first, 'case.remind', { text: '请尽快' }, 'person:1')
    await w.settle()
    expect(system.asked).toEqual(['case.submit'])
    const [parked] = await w.city(S).dispatch.parked()
    expect(parked).toMatchObject({ what: 'packet', kind: 'case.submit', problem: { code: 'adapter.refused' } })
    refuse = false
    const second = await submit()
    expect(await stateAt(w, second)).toBe('arrived')
    expect(await stateAt(w, first)).toBe('submitted')
    if (parked?.what !== 'packet') throw new Error('nothing is parked')
    await w.city(S).dispatch.retry({ packetNo: parked.packetNo }, 'person:1')
    await w.settle()
    expect(await stateAt(w, first)).toBe('arrived')
    expect(system.asked).toEqual(['case.submit', 'case.submit', 'case.submit', 'case.remind'])
    await expect(w.city(S).dispatch.retry({ packetNo: parked.packetNo }, 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
  })

  test('an adapter that throws is tried again with the same key', async () => {
    const system = new PlayApproval()
    system.answer = (_, attempt) => {
      if (attempt === 0) throw new Error('broken')
      return { ok: true, localCaseNo: 'L1' }
    }
    const { w, submit } = await begin(system)
    const thread = await submit()
    await poll(w, 5)
    expect(await stateAt(w, thread)).toBe('arrived')
  })

  test('what only its author can cure, such as too much memory, waits for a person', async () => {
    const system = new PlayApproval()
    system.answer = () => {
      throw new ProblemError('adapter.mapping', 'state: a value is larger than 65536 bytes')
    }
    const { w, submit } = await begin(system)
    await submit()
    expect(await w.city(S).dispatch.parked()).toMatchObject([
      { problem: { code: 'adapter.mapping', detail: 'state: a value is larger than 65536 bytes' }, retryAt: null },
    ])
  })

  test('takes the answers of the system in order, each once', async () => {
    const system = new PlayApproval()
    const { w, submit } = await begin(system)
    const thread = await submit()
    system.say({ kind: 'case.accept', body: {} })
    system.say({ kind: 'case.progress', body: { step: '审核' } })
    await poll(w)
    expect(await stateAt(w, thread)).toBe('accepted')
    // The system tells everything again, as after a lost cursor.
    await w.city(S).db.transaction(tx => tx.run(`UPDATE adapter_state SET value = '0' WHERE key = 'poll cursor test'`))
    await poll(w)
    expect((await w.city(S).cases.get(thread)).timeline.map(entry => entry.kind)).toEqual([
      'case.submit',
      'case.arrived',
      'case.accept',
      'case.progress',
    ])
  })

  test('an answer that does not fit is parked, later ones of the case wait behind it, and a retry takes them in order', async () => {
    const system = new PlayApproval()
    const { w, submit } = await begin(system)
    const thread = await submit()
    system.say({ kind: 'case.decide', body: { outcome: 'granted' } })
    system.say({ kind: 'case.progress', body: { step: '归档' } })
    await poll(w)
    expect(await stateAt(w, thread)).toBe('arrived')
    const parked = await w.city(S).dispatch.parked()
    expect(parked.map(work => [work.what, work.problem.code])).toEqual([
      ['adapter-event', 'case.transition'],
      ['adapter-event', 'adapter.behind'],
    ])
    await expect(w.city(S).dispatch.retry({ localCaseNo: 'L1' }, 'person:1')).rejects.toMatchObject({
      problem: { code: 'case.transition' },
    })
    await w.city(S).cases.step(thread, 'case.accept', {}, 'person:1')
    await expect(w.city(S).dispatch.retry({ localCaseNo: 'L1' }, 'person:1')).rejects.toMatchObject({
      problem: { code: 'case.transition' },
    })
    expect(await stateAt(w, thread)).toBe('decided')
    expect(await w.city(S).dispatch.parked()).toHaveLength(1)
  })

  test('an answer that comes before the case is known is kept and taken when it is', async () => {
    const system = new PlayApproval()
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    system.answer = async () => {
      // The effect is there and the system speaks of it before its answer reaches this node.
      system.say({ kind: 'case.accept', body: {} })
      await held
      return { ok: true, localCaseNo: 'L1' }
    }
    const { w, submit } = await begin(system)
    const thread = await submit()
    await poll(w)
    expect(await w.city(S).dispatch.parked()).toMatchObject([
      { what: 'adapter-event', problem: { code: 'thread.unknown' } },
    ])
    release()
    await w.settle()
    expect(await stateAt(w, thread)).toBe('accepted')
    expect(await w.city(S).dispatch.parked()).toEqual([])
  })

  test('a system that is down is asked ever less often, told of as often as its failures double, and heard when it is back', async () => {
    const system = new PlayApproval()
    const { w, submit } = await begin(system)
    const thread = await submit()
    system.down = true
    await poll(w)
    const before = system.polls
    await poll(w, 300)
    // 2, 4, 8, 16, 32 s and then once a minute.
    expect(system.polls - before).toBeLessThan(12)
    expect(system.polls - before).toBeGreaterThan(6)
    const told = w.city(S).problems.filter(entry => entry.partner === 'adapter')
    expect(told.map(entry => entry.error)).toEqual([1, 2, 4, 8])
    expect(told[0]?.problem).toMatchObject({ code: 'adapter.unavailable' })
    system.down = false
    system.say({ kind: 'case.accept', body: {} })
    await poll(w, 60)
    expect(await stateAt(w, thread)).toBe('accepted')
  })

  test('gives up a call that never ends, tells it at the case, and goes on when the system is well', async () => {
    const system = new PlayApproval()
    let hang = true
    let serial = 0
    system.answer = kind => {
      if (hang) return new Promise(() => {})
      return kind === 'case.submit' ? { ok: true, localCaseNo: `L${++serial}` } : { ok: true }
    }
    const { w, submit } = await begin(system)
    const threads: string[] = []
    // As many as are under way at a time, and one more.
    for (let call = 0; call <= DISPATCH_LIMITS.parallel; call++) threads.push(await submit())
    expect(system.asked).toHaveLength(DISPATCH_LIMITS.parallel)
    hang = false
    w.clock.advance(DISPATCH_LIMITS.deliver - 1)
    await w.settle()
    expect(system.signal?.aborted).toBe(false)
    w.clock.advance(1)
    await w.settle()
    const first = threads[0] ?? ''
    expect((await w.city(S).cases.get(first)).waiting).toMatchObject([
      { what: 'dispatch', parked: false, problem: { code: 'adapter.unavailable', detail: 'no answer within 600 s' } },
    ])
    await poll(w, 10)
    for (const thread of threads) expect(await stateAt(w, thread)).toBe('arrived')
  })

  test('hands over as many at a time as the adapter says that its system bears', async () => {
    const system = new PlayApproval()
    const parallel = DISPATCH_LIMITS.parallel + 2
    const { adapter } = system
    system.adapter = () => ({ ...adapter(), parallel })
    const release: (() => void)[] = []
    system.answer = () =>
      new Promise(resolve => release.push(() => resolve({ ok: true, localCaseNo: `L${release.length}` })))
    const { w, submit } = await begin(system)
    const threads: string[] = []
    for (let call = 0; call <= parallel; call++) threads.push(await submit())
    expect(system.asked).toHaveLength(parallel)
    release.shift()?.()
    await w.settle()
    expect(system.asked).toHaveLength(parallel + 1)
    for (const answered of release) answered()
    await w.settle()
    expect(await stateAt(w, threads.at(-1) ?? '')).toBe('arrived')
  })

  test('gives up a question for answers that never ends, and asks again', async () => {
    const system = new PlayApproval()
    const { w, submit } = await begin(system)
    const thread = await submit()
    system.hangs = true
    await poll(w)
    const before = system.polls
    system.hangs = false
    system.say({ kind: 'case.accept', body: {} })
    w.clock.advance(DISPATCH_LIMITS.poll)
    await w.settle()
    await poll(w, 5)
    expect(system.polls).toBeGreaterThan(before)
    expect(await stateAt(w, thread)).toBe('accepted')
    expect(w.city(S).problems.filter(({ partner }) => partner === 'adapter')).toMatchObject([
      { problem: { code: 'adapter.unavailable' } },
    ])
  })

  test('a job of whose end the store took no note is worked on again, without a new start', async () => {
    const system = new PlayApproval()
    let fails = 2
    const { w, submit } = await begin(system)
    const { db } = w.city(S)
    const transaction = db.transaction
    system.answer = () => {
      // What ends the job fails, and so does what gives it back.
      db.transaction = async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
        if (fails-- > 0) throw new Error('disk full')
        db.transaction = transaction
        return transaction(work)
      }
      return { ok: true, localCaseNo: 'L1' }
    }
    const thread = await submit()
    expect(await stateAt(w, thread)).toBe('submitted')
    await poll(w, DISPATCH_LIMITS.again / 1000 + 3)
    expect(await stateAt(w, thread)).toBe('arrived')
  })

  test('shows at the case what its approval system has not taken', async () => {
    const system = new PlayApproval()
    system.answer = () => ({ ok: false, code: 'adapter.refused', detail: 'E1', retryable: false })
    const { w, submit } = await begin(system)
    const thread = await submit()
    expect((await w.city(S).cases.get(thread)).waiting).toMatchObject([
      { what: 'dispatch', parked: true, problem: { code: 'adapter.refused', detail: 'E1' } },
    ])
    expect((await w.city(A).cases.get(thread)).waiting).toEqual([])
  })

  test('answers for a case that is not here are given up by a person, and do not come back', async () => {
    const system = new PlayApproval()
    const { w } = await begin(system)
    system.say({ kind: 'case.accept', body: {} }, 'L404')
    await poll(w)
    const { dispatch, db } = w.city(S)
    expect(await dispatch.parked()).toHaveLength(1)
    await marksOf('dismissParked', () => dispatch.dismiss('L404', 'person:1'))
    expect(await dispatch.parked()).toEqual([])
    await db.transaction(tx => tx.run(`DELETE FROM adapter_state WHERE key LIKE 'poll cursor%'`))
    await poll(w)
    expect(await dispatch.parked()).toEqual([])
    await expect(dispatch.dismiss('L404', 'person:1')).rejects.toMatchObject({ problem: { code: 'request.not-found' } })
    expect(await w.city(S).audit.list({ action: 'adapter-event.dismissed' }, 10, null)).toHaveLength(1)
  })
})
