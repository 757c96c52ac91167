import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Packet } from '../packet/claims.ts'
import { chainOf } from '../thread/chain.ts'
import { admitCase } from './admit.ts'
import { type CaseState, foldCase, mayAuthor, permits, questionsFor, stepsFor } from './fold.ts'
import { AUTHORS, type CaseKind, type Mode, OUTCOMES } from './kinds.ts'
import { ASKS, MOVES, STATES, type State } from './table.ts'

const A = '610900'
const S = '420300'
const KINDS = Object.keys(AUTHORS) as CaseKind[]

/** A body that passes the guards on content as far as `choice` lets it; schemas are tested elsewhere. */
function bodyOf(kind: CaseKind, choice: number, mode: Mode, state: CaseState | null = null, city = ''): unknown {
  switch (kind) {
    case 'case.submit':
      return { mode, item: { code: 'x', name: 'x', version: 1 }, caseNo: 'n', receivedAt: '2026-11-02T08:40:00+08:00' }
    case 'case.arrived':
      return { localCaseNo: 'L1' }
    case 'case.decide':
      return { outcome: (['granted', 'denied', 'forwarded'] as const)[choice % 3] }
    case 'case.close':
      return { outcome: OUTCOMES[choice % OUTCOMES.length] }
    case 'case.evaluate':
      return { target: choice % 2 === 0 ? 'window' : 'department', level: 1 + (choice % 5) }
    case 'case.answer-evaluation':
    case 'case.appeal-evaluation':
      return { target: city === A ? 'window' : 'department' }
    case 'case.answer': {
      const questions = state === null ? [] : questionsFor(state, city)
      return { to: questions[choice % Math.max(questions.length, 1)]?.packet }
    }
    case 'case.extend':
      return { until: '2027-01-31' }
    default:
      return {}
  }
}

/** One city: what it holds of the thread, its own packets at once and the partner's as they arrive. */
class City {
  readonly code: string
  readonly other: string
  packets: Packet[] = []
  constructor(code: string, other: string) {
    this.code = code
    this.other = other
  }

  get state(): CaseState | null {
    return foldCase(this.packets)
  }

  /** Writes a packet on what this city has applied; null when its own admission refuses. */
  write(kind: CaseKind, body: unknown, at: number): Packet | null {
    const [own, other] = [chainOf(this.packets, this.code).at(-1), chainOf(this.packets, this.other).at(-1)]
    const seq = (own?.claims.seq ?? 0) + 1
    const packet: Packet = {
      id: `${this.code}-${seq}-${at}`.padEnd(64, '0'),
      body,
      claims: {
        v: 1,
        iss: this.code,
        aud: this.other,
        thread: 'ab'.repeat(16),
        kind,
        seq,
        prev: own?.id ?? null,
        seen: other?.id ?? null,
        iat: at,
        ...(kind === 'case.submit' ? { agreement: 'cd'.repeat(32) } : {}),
        body: { sha256: 'ef'.repeat(32), size: 1, type: 'application/json' },
        materials: [],
      },
    }
    if (!admitCase(this.packets, packet).ok) return null
    this.packets.push(packet)
    return packet
  }
}

type Action =
  | { type: 'act'; city: 0 | 1; kind: number; choice: number }
  | { type: 'deliver'; to: 0 | 1; again: boolean }
  | { type: 'refuse'; to: 0 | 1 }

const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('act' as const),
        city: fc.constantFrom(0, 1),
        kind: fc.nat(99),
        choice: fc.nat(99),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ type: fc.constant('deliver' as const), to: fc.constantFrom(0, 1), again: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('refuse' as const), to: fc.constantFrom(0, 1) }) },
  ),
  { minLength: 10, maxLength: 80 },
) as fc.Arbitrary<Action[]>

/** Walks two cities through a case; packets come late, in order of each direction, some twice, some refused by the other node. */
function walk(mode: Mode, steps: readonly Action[]): { cities: [City, City]; applied: number } {
  const cities: [City, City] = [new City(A, S), new City(S, A)]
  const onTheWay: [Packet[], Packet[]] = [[], []]
  let at = 1_793_581_200
  const begun = cities[0].write('case.submit', bodyOf('case.submit', 0, mode), at)
  if (begun === null) throw new Error('the submit was not admitted')
  onTheWay[1].push(begun)
  let applied = 0
  const deliver = (to: 0 | 1, again: boolean) => {
    const packet = onTheWay[to].shift()
    if (packet === undefined) return
    const city = cities[to]
    expect(admitCase(city.packets, packet)).toMatchObject({ ok: true })
    city.packets.push(packet)
    applied++
    if (again) expect(admitCase(city.packets, packet)).toMatchObject({ ok: false, problem: { code: 'chain.replay' } })
  }
  for (const action of steps) {
    at += 60
    if (action.type === 'deliver') deliver(action.to, action.again)
    else if (action.type === 'refuse') {
      // The other node refuses everything on its way (a rule of its own): the author takes it out of its chain.
      const refused = new Set(onTheWay[action.to].splice(0).map(packet => packet.id))
      if (refused.has(begun.id)) onTheWay[action.to].push(begun)
      refused.delete(begun.id)
      const author = cities[action.to === 0 ? 1 : 0]
      author.packets = author.packets.filter(packet => !refused.has(packet.id))
    } else {
      const city = cities[action.city]
      const { state } = city
      if (state === null) continue
      const possible = stepsFor(state, city.code)
      const kind = possible[action.kind % possible.length]
      if (kind === undefined) continue
      const packet = city.write(kind, bodyOf(kind, action.choice, mode, state, city.code), at)
      if (packet !== null) onTheWay[action.city === 0 ? 1 : 0].push(packet)
    }
  }
  while (onTheWay[0].length + onTheWay[1].length > 0) {
    deliver(0, false)
    deliver(1, false)
  }
  return { cities, applied }
}

describe('two cities that walk at random', () => {
  test.each([0, 1, 2, 3] as const)('agree at the end in mode %i, and each admits what the other wrote', mode => {
    let delivered = 0
    fc.assert(
      fc.property(actions, steps => {
        const { cities, applied } = walk(mode, steps)
        delivered += applied
        expect(cities[0].state).toEqual(cities[1].state)
        expect(Object.keys(STATES)).toContain(cities[0].state?.state)
      }),
      { numRuns: 300 },
    )
    expect(delivered).toBeGreaterThan(1000)
  })

  test('the state does not depend on the order in which packets came', () => {
    fc.assert(
      fc.property(actions, fc.infiniteStream(fc.nat()), (steps, order) => {
        const { cities } = walk(0, steps)
        const numbered = cities[0].packets.map(packet => ({ packet, key: order.next().value ?? 0 }))
        const shuffled = numbered.sort((a, b) => a.key - b.key).map(entry => entry.packet)
        expect(foldCase(shuffled)).toEqual(cities[0].state)
      }),
      { numRuns: 100 },
    )
  })
})

describe('the table', () => {
  const inState = (state: State): CaseState => ({
    state,
    outcome: null,
    decision: null,
    mode: 0,
    collecting: A,
    handling: S,
    mover: S,
    item: null,
    caseNo: null,
    localCaseNo: null,
    agreement: null,
    supplementRequests: 0,
    supplementDeadline: null,
    supplementDue: null,
    extendedUntil: null,
    promisedBy: null,
    withdrawRequested: false,
    evaluated: { window: false, department: false },
    ratings: { window: null, department: null },
    asked: [],
    purgedBy: [],
    instants: {
      received: null,
      submitted: null,
      arrived: null,
      accepted: null,
      decided: null,
      ended: null,
      prechecked: null,
      supplementRequested: null,
      supplemented: null,
      shipped: null,
      sent: null,
      handedOver: null,
    },
    pauses: [],
    late: [],
  })

  test('says for every state and kind whether the step is possible', () => {
    const rules: Record<string, { from: readonly State[] }> = { ...MOVES, ...ASKS }
    let checked = 0
    for (const state of Object.keys(STATES) as State[]) {
      for (const kind of KINDS) {
        expect(permits(inState(state), kind, null, S) === null).toBe(rules[kind]?.from.includes(state))
        checked++
      }
    }
    expect(checked).toBe(Object.keys(STATES).length * KINDS.length)
  })

  test('no step leaves a final state', () => {
    for (const final of ['closed', 'refused'] as const) {
      for (const [kind, rule] of Object.entries({ ...MOVES, ...ASKS }) as [
        CaseKind,
        { from: readonly State[]; to: string },
      ][]) {
        if (rule.from.includes(final)) expect([kind, rule.to]).toEqual([kind, 'same'])
      }
    }
  })

  test('gives each kind one author, and in mode 2 lets the collecting city move', () => {
    const authorised = { ...inState('arrived'), mode: 2 as const, mover: A }
    expect(mayAuthor(inState('arrived'), 'case.accept', A)).toMatchObject({ problem: { code: 'case.author' } })
    expect(mayAuthor(authorised, 'case.accept', A)).toBeNull()
    expect(mayAuthor(authorised, 'case.accept', S)).toMatchObject({ problem: { code: 'case.author' } })
    expect(mayAuthor(authorised, 'case.object', S)).toBeNull()
    expect(mayAuthor(inState('arrived'), 'case.object', S)).toMatchObject({ problem: { code: 'case.author' } })
  })

  test('a withdrawal that crosses a decision is kept without effect, on both sides alike', () => {
    const [ankang, shiyan] = [new City(A, S), new City(S, A)]
    const give = (from: City, to: City, kind: CaseKind, body: unknown, at: number) => {
      const packet = from.write(kind, body, at)
      if (packet === null) throw new Error(kind)
      return () => to.packets.push(packet)
    }
    give(ankang, shiyan, 'case.submit', bodyOf('case.submit', 0, 0), 1)()
    give(shiyan, ankang, 'case.arrived', { localCaseNo: 'L' }, 2)()
    give(shiyan, ankang, 'case.accept', {}, 3)()
    const withdrawal = give(ankang, shiyan, 'case.withdraw', { reason: 'x' }, 4)
    const decision = give(shiyan, ankang, 'case.decide', { outcome: 'granted' }, 4)
    withdrawal()
    decision()
    expect(ankang.state).toEqual(shiyan.state)
    expect(ankang.state).toMatchObject({ state: 'decided', withdrawRequested: false })
    expect(ankang.state?.late).toHaveLength(1)
  })
})
