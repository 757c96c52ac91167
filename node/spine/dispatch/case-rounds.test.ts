import { afterEach, describe, expect, test } from 'vitest'
import type { Adapter, OpenCase } from '../../../adapters/sdk/port.ts'
import type { MoveRequest } from '../../../protocol/case/kinds.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { STATE_LIMITS } from './adapter-state.ts'

const S = '420300'
let world: Awaited<ReturnType<typeof createWorld>> | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** An approval system that is asked by case: what it says of each, and what it was asked. */
class AskedByCase {
  readonly asked: { localCaseNo: string; memory: string | null }[] = []
  readonly says = new Map<string, MoveRequest[]>()
  readonly wrong = new Map<string, ProblemError>()
  /** characters that it would have remembered of a case, besides */
  readonly remembers = new Map<string, number>()

  adapter(numbers: () => string): Adapter {
    const system = new PlayApproval()
    system.answer = kind => (kind === 'case.submit' ? { ok: true, localCaseNo: numbers() } : { ok: true })
    const { poll, ...rest } = system.adapter()
    return { ...rest, pollCase: async (open, memory) => this.#answer(open, memory) }
  }

  #answer({ localCaseNo }: OpenCase, memory: string | null) {
    this.asked.push({ localCaseNo, memory })
    const wrong = this.wrong.get(localCaseNo)
    if (wrong !== undefined) throw wrong
    const told = Number(memory ?? 0)
    const moves = this.says.get(localCaseNo) ?? []
    const events = moves.slice(told).map((move, index) => ({ id: `${localCaseNo}.${told + index}`, localCaseNo, move }))
    return { events, memory: String(moves.length).padStart(this.remembers.get(localCaseNo) ?? 0, '0') }
  }
}

async function begin(cases: number) {
  const system = new AskedByCase()
  let serial = 0
  const w = await createWorld({
    adapter: code => (code === S ? system.adapter(() => `L${++serial}`) : new PlayApproval().adapter()),
  })
  world = w
  const agreement = await agree(w)
  const threads: string[] = []
  for (let number = 1; number <= cases; number++) {
    threads.push(await submitCase(w, agreement, { caseNo: `AK-${number}` }))
    await w.settle()
  }
  const round = async (): Promise<string[]> => {
    system.asked.length = 0
    w.clock.advance(1000)
    await w.settle()
    return system.asked.map(({ localCaseNo }) => localCaseNo)
  }
  await round()
  return {
    w,
    system,
    threads,
    round,
    state: async (n: number) => (await w.city(S).cases.get(threads[n - 1] ?? '')).state,
  }
}

const accept = { kind: 'case.accept', body: {} } as const
const decide = { kind: 'case.decide', body: { outcome: 'granted' } } as const

describe('a system that is asked by case', () => {
  test('is asked about each open case, and each answer is signed once', async () => {
    const { system, round, state, w } = await begin(2)
    system.says.set('L2', [accept, decide])
    expect(await round()).toEqual(['L1', 'L2'])
    await round()
    expect([await state(1), await state(2)]).toEqual(['arrived', 'decided'])
    expect(system.asked.at(-1)).toEqual({ localCaseNo: 'L2', memory: '2' })
    expect((await w.city(S).dispatch.check()).polling).toMatchObject({ failures: 0 })
  })

  test('is not asked about a case that is at its end, nor about one that it does not know', async () => {
    const { w, system, threads, round } = await begin(2)
    await w
      .city(S)
      .cases.step(
        threads[0] ?? '',
        'case.refuse',
        { reason: '不属于本部门', basis: '《行政许可法》第三十二条', remedy: '六十日内申请行政复议' },
        'person:1',
      )
    await w.settle()
    expect(await round()).toEqual(['L2'])
    expect(system.asked).toHaveLength(1)
  })

  test('what cannot be read of one case holds up no other, and the check says which', async () => {
    const { w, system, round, state } = await begin(3)
    system.wrong.set('L1', new ProblemError('adapter.mapping', 'cases.each.id: found no id of 1 to 200 characters'))
    system.says.set('L3', [accept])
    expect(await round()).toEqual(['L1', 'L2', 'L3'])
    await round()
    expect(await state(3)).toBe('accepted')
    expect(await w.city(S).dispatch.check()).toMatchObject({
      ok: false,
      detail: 'answers: L1: cases.each.id: found no id of 1 to 200 characters',
    })
  })

  test('one that is down is asked again later, and nothing is lost', async () => {
    const { system, round, state } = await begin(1)
    system.says.set('L1', [accept])
    system.wrong.set('L1', new ProblemError('adapter.unavailable', 'HTTP 503'))
    await round()
    expect(await state(1)).toBe('arrived')
    system.wrong.clear()
    for (let turn = 0; turn < 5; turn++) await round()
    expect(await state(1)).toBe('accepted')
  })

  test('remembers so much of a case, and more holds up that case alone', async () => {
    const { w, system, round } = await begin(2)
    system.remembers.set('L1', STATE_LIMITS.value).set('L2', STATE_LIMITS.value)
    await round()
    expect((await w.city(S).dispatch.check()).ok).toBe(true)
    system.remembers.set('L2', STATE_LIMITS.value + 1)
    await round()
    expect(await w.city(S).dispatch.check()).toMatchObject({
      detail: `answers: L2: state: a value is larger than ${STATE_LIMITS.value} bytes`,
    })
    expect(await round()).toEqual(['L1', 'L2'])
    expect(system.asked.map(({ memory }) => memory?.length)).toEqual([STATE_LIMITS.value, STATE_LIMITS.value])
  })

  test('what is remembered of a case is sealed with the key of the case', async () => {
    const { w, system, round } = await begin(1)
    system.says.set('L1', [accept])
    await round()
    await round()
    const rows = await w
      .city(S)
      .db.query<{ key: string; thread_no: number | null; value: Uint8Array }>(
        "SELECT key, thread_no, value FROM adapter_state WHERE key LIKE 'a asked about %'",
      )
    expect(rows).toMatchObject([{ thread_no: expect.any(Number), value: expect.any(Uint8Array) }])
  })
})
