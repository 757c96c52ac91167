import { afterEach, describe, expect, test } from 'vitest'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { DISPATCH_LIMITS } from './limits.ts'

const S = '420300'
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** A system that gives what it was not told of as kept, whatever the cursor: a front table with a flag. */
class FrontTable extends PlayApproval {
  readonly flagged = new Set<string>()
  /** what it was told, call by call */
  readonly told: string[][] = []
  /** before it sets the flags */
  before: (ids: readonly string[]) => Promise<void> = async () => {}

  readonly front = (): Adapter => ({
    ...this.adapter(),
    poll: async () => {
      this.polls++
      const rows = this.answers.filter(({ id }) => id === null || !this.flagged.has(id))
      return { events: rows.slice(0, this.page), cursor: 'flags' }
    },
    acknowledge: async ids => {
      this.told.push([...ids])
      await this.before(ids)
      for (const id of ids) this.flagged.add(id)
    },
  })
}

async function begin() {
  const system = new FrontTable()
  const w = await createWorld({ adapter: code => (code === S ? system.front() : new PlayApproval().adapter()) })
  world = w
  const thread = await submitCase(w, await agree(w), { caseNo: 'AK-1' })
  await w.settle()
  return {
    w,
    system,
    thread,
    kinds: async () => (await w.city(S).cases.get(thread)).timeline.map(({ kind }) => kind),
    poll: async (times = 1) => {
      for (let turn = 0; turn < times; turn++) {
        w.clock.advance(1000)
        await w.settle()
      }
    },
  }
}

const accept = { kind: 'case.accept', body: {} } as const
const progress = { kind: 'case.progress', body: { step: '审核' } } as const

describe('answers that are kept', () => {
  test('are told of to their system after the commit, in their order, and no more when it knows', async () => {
    const { w, system, poll, kinds } = await begin()
    const kept: number[] = []
    system.before = async () => {
      const rows = await w.city(S).db.query(`SELECT id FROM adapter_events WHERE id LIKE 'test %'`)
      kept.push(rows.length)
    }
    system.say(accept)
    system.say(progress)
    await poll(3)
    expect(system.told).toEqual([['e1', 'e2']])
    expect(kept).toEqual([2])
    expect(await kinds()).toEqual(['case.submit', 'case.arrived', 'case.accept', 'case.progress'])
  })

  test('are told of again when this node ended between the commit and the telling, and signed once', async () => {
    const { w, system, poll, kinds } = await begin()
    system.say(accept)
    // The commit is there; what would have told of it is killed.
    system.before = () => Promise.reject(new Error('killed'))
    await poll()
    expect(system.told).toEqual([['e1']])
    expect([...system.flagged]).toEqual([])
    // It says nothing more of it: what is told again was remembered here.
    const [first] = system.answers.splice(0)
    await w.restart(S)
    system.before = async () => {}
    await poll()
    expect([...system.flagged]).toEqual([first?.id])
    expect(await kinds()).toEqual(['case.submit', 'case.arrived', 'case.accept'])
  })

  test('are told of again when they are given again, for their system lost its flag', async () => {
    const { system, poll, kinds } = await begin()
    system.say(accept)
    await poll(2)
    system.flagged.clear()
    await poll(2)
    expect(system.told).toEqual([['e1'], ['e1']])
    expect(await kinds()).toEqual(['case.submit', 'case.arrived', 'case.accept'])
  })

  test('that came without an id are told of when they were read', async () => {
    const { system, poll } = await begin()
    system.reads = async () => ({ ok: true, event: { id: 'r1', localCaseNo: 'L1', move: accept } })
    system.answers.push({ id: null, localCaseNo: 'L1', raw: '{}' })
    await poll()
    expect(system.told).toEqual([])
    await poll()
    expect(system.told).toEqual([['r1']])
  })

  test('are told of so many at a time', async () => {
    const { system, poll } = await begin()
    for (let n = 0; n <= DISPATCH_LIMITS.acknowledged; n++) system.say(accept, 'L404')
    await poll()
    expect(system.told.map(ids => ids.length)).toEqual([DISPATCH_LIMITS.acknowledged, 1])
  })

  test('go on being signed while their system does not take what it is told', async () => {
    const { system, poll, kinds } = await begin()
    system.before = () => Promise.reject(new ProblemError('adapter.unavailable', 'HTTP 503'))
    system.say(accept)
    await poll()
    system.say(progress)
    await poll(2)
    expect(await kinds()).toEqual(['case.submit', 'case.arrived', 'case.accept', 'case.progress'])
    system.before = async () => {}
    await poll()
    expect([...system.flagged]).toEqual(['e1', 'e2'])
  })
})

test('each call is told until when it may last, and how often it was tried', async () => {
  const system = new PlayApproval()
  const begun: number[] = []
  system.answer = (_, attempt) => {
    begun.push(attempt)
    return attempt < 2
      ? { ok: false, code: 'adapter.unavailable', detail: 'HTTP 503', retryable: true, retryAfterMs: 7000 }
      : { ok: true, localCaseNo: 'L1' }
  }
  const w = await createWorld({ adapter: code => (code === S ? system.adapter() : new PlayApproval().adapter()) })
  world = w
  const thread = await submitCase(w, await agree(w), { caseNo: 'AK-1' })
  await w.settle()
  const first = w.clock.now()
  for (let turn = 0; turn < 14; turn++) {
    w.clock.advance(1000)
    await w.settle()
  }
  expect(begun).toEqual([0, 1, 2])
  expect(system.calls).toEqual(
    [0, 1, 2].map(attempt => ({ attempt, deadline: first + attempt * 7000 + DISPATCH_LIMITS.deliver })),
  )
  expect((await w.city(S).cases.get(thread)).state).toBe('arrived')
})

test('when its officer acted stands beside the step in this city, and in nothing that is signed', async () => {
  const { w, system, thread, poll } = await begin()
  const acted = w.clock.now() - 3_600_000
  system.say(accept)
  system.answers[0] = { id: 'e1', localCaseNo: 'L1', move: accept, at: acted }
  system.answers.push({ id: 'e2', localCaseNo: 'L1', move: progress, at: Number.NaN })
  await poll()
  const at = async (city: string) =>
    (await w.city(city).cases.get(thread)).timeline.map(({ kind, actedAt }) => [kind, actedAt])
  expect(await at(S)).toEqual([
    ['case.submit', null],
    ['case.arrived', null],
    ['case.accept', acted],
    ['case.progress', null],
  ])
  expect((await at('610900')).every(([, actedAt]) => actedAt === null)).toBe(true)
  const [row] = await w.city(S).audit.list({ action: 'case.accept' }, 1, null)
  expect(row?.detail).toMatchObject({ actedAt: new Date(acted).toISOString() })
})
