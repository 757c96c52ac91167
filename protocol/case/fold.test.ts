// Over 450 lines: the fold is proved on one thread, which the helpers here play, kind by kind.
import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import type { Packet } from '../packet/claims.ts'
import { chainOf, standsLast } from '../thread/chain.ts'
import { admitCase, readmitCase } from './admit.ts'
import { type CaseState, foldCase, foldOn } from './fold.ts'
import { AUTHORS, type CaseKind, type Mode, OUTCOMES } from './kinds.ts'
import { holderOf, mayAuthor, permits, questionsFor, stepsFor } from './permits.ts'
import { ASKS, MOVES, STATES, type State } from './table.ts'

const A = '610900'
const S = '420300'
const KINDS = Object.keys(AUTHORS) as CaseKind[]
const ASKED = ['M01', 'M02']

/** A body that passes the guards on content as far as `choice` lets it; schemas are tested elsewhere. */
function bodyOf(kind: CaseKind, choice: number, mode: Mode, state: CaseState | null = null, city = ''): unknown {
  switch (kind) {
    case 'case.submit':
      return {
        mode,
        item: { code: 'x', name: 'x', version: 1 },
        caseNo: 'n',
        receivedAt: '2026-11-02T08:40:00+08:00',
        materials: [{ code: 'M01', form: choice % 2 === 0 ? 'original' : 'electronic' }],
      }
    case 'case.request-supplement':
      return {
        materials: ASKED.slice(0, choice % 3).map(code => ({ code, reason: 'x' })),
        ...(choice % 4 === 0 ? { form: [{ field: 'x', reason: 'x' }] } : {}),
      }
    case 'case.supplement': {
      const { materials, form } = state?.lacking ?? { materials: [], form: [] }
      return {
        // Now and then something is forgotten, or too much.
        materials: [...materials.slice(choice % 7 === 0 ? 1 : 0), ...(choice % 5 === 0 ? ['M09'] : [])].map(code => ({
          code,
        })),
        form: Object.fromEntries(form.map(field => [field, 1])),
        note: 'x',
      }
    }
    case 'case.commit':
      return { materials: ['M03', 'M04'].slice(choice % 2), until: '2026-12-01' }
    case 'case.hand-in':
      return { materials: [{ code: choice % 3 === 0 ? 'M03' : 'M04' }] }
    case 'case.request-payment':
      return { number: 'n', amount: '1', ...(choice % 2 === 0 ? { procedure: 'x' } : {}) }
    case 'case.record-payment':
      return { payment: state?.payments.at(-1)?.packet, result: 'paid' }
    case 'case.mail':
      return { parcel: 'originals', state: 'delivered' }
    case 'case.arrived':
      return { localCaseNo: 'L1' }
    case 'case.decide':
      return { outcome: (['granted', 'denied', 'forwarded'] as const)[choice % 3] }
    case 'case.close':
      if (state?.decision != null && choice % 2 === 1) return { outcome: state.decision }
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
    const own = chainOf(this.packets, this.code).at(-1)
    const other = chainOf(this.packets, this.other).at(-1)
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
    if (!readmitCase(this.packets, packet).ok) return null
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
function walk(
  mode: Mode,
  steps: readonly Action[],
  first: readonly CaseKind[] = [],
): { cities: [City, City]; applied: number } {
  const cities: [City, City] = [new City(A, S), new City(S, A)]
  const onTheWay: [Packet[], Packet[]] = [[], []]
  let at = 1_793_581_200
  const begun = cities[0].write('case.submit', bodyOf('case.submit', steps.length, mode), at)
  if (begun === null) throw new Error('the submit was not admitted')
  onTheWay[1].push(begun)
  let applied = 0
  const deliver = (to: 0 | 1, again: boolean) => {
    const packet = onTheWay[to].shift()
    if (packet === undefined) return
    const city = cities[to]
    expect(readmitCase(city.packets, packet)).toMatchObject({ ok: true })
    city.packets.push(packet)
    applied++
    if (again) expect(readmitCase(city.packets, packet)).toMatchObject({ ok: false, problem: { code: 'chain.replay' } })
  }
  const mover = cities[mode === 2 ? 0 : 1]
  if (first.length > 0) deliver(1, false)
  for (const kind of first) {
    at += 60
    const packet = mover.write(kind, bodyOf(kind, 3, mode, mover.state, mover.code), at)
    if (packet === null) throw new Error(kind)
    const to = mover === cities[0] ? 1 : 0
    onTheWay[to].push(packet)
    deliver(to, false)
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

  /** Packets of a kind in 300 walks that begin with these moves. */
  function said(mode: Mode, kind: CaseKind, first: readonly CaseKind[], state: State | null): number {
    let count = 0
    fc.assert(
      fc.property(actions, steps => {
        const { cities } = walk(mode, steps, first)
        expect(cities[0].state).toEqual(cities[1].state)
        if (state !== null) expect(cities[0].state?.state).toBe(state)
        count += cities[0].packets.filter(({ claims }) => claims.kind === kind).length
      }),
      { numRuns: 300 },
    )
    return count
  }

  test.each([0, 1, 2, 3] as const)('supplement what was asked for, in mode %i', mode => {
    expect(said(mode, 'case.supplement', ['case.arrived', 'case.request-supplement'], null)).toBeGreaterThan(0)
  })

  test('object to a decision after the end in mode 2 alone, and the end stays', () => {
    const first = ['case.arrived', 'case.accept', 'case.decide', 'case.close'] as const
    expect(said(2, 'case.object', first, 'closed')).toBeGreaterThan(0)
    expect(said(0, 'case.object', first, 'closed')).toBe(0)
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

describe('one more packet', () => {
  /** The packets of a city as it stored them; of some the receipt gives another day. */
  const stored = (city: City, days: number): Packet[] =>
    city.packets.map((packet, index) => {
      const apart = (index + days) % 5
      return apart === 0 ? packet : { ...packet, receivedAt: packet.claims.iat + (apart - 1) * 90_000 }
    })

  test.each([0, 1, 2, 3] as const)('that stands last is folded onto what was there, in mode %i', mode => {
    const counts = { onto: 0, anew: 0, late: 0 }
    const property = fc.property(actions, fc.nat(4), (steps, days) => {
      for (const city of walk(mode, steps).cities) {
        const packets = stored(city, days)
        let known: CaseState | null = null
        for (const [index, packet] of packets.entries()) {
          const before: Packet[] = packets.slice(0, index)
          const anew = foldCase([...before, packet])
          expect(readmitCase(before, packet, known)).toEqual(readmitCase(before, packet))
          if (known !== null && standsLast(before, packet, known.mover)) {
            const kept = structuredClone(known)
            const onto = foldOn(known, packet)
            expect(onto).toEqual(anew)
            expect(known).toEqual(kept)
            counts.onto++
            if (onto.late.length > known.late.length) counts.late++
          } else counts.anew++
          known = anew
        }
      }
    })
    fc.assert(property, { numRuns: 60 })
    // What must be met at all is not left to chance.
    fc.assert(property, { numRuns: 40, seed: 1 })
    expect(counts.onto).toBeGreaterThan(counts.anew)
    expect(Math.min(counts.onto, counts.anew, counts.late)).toBeGreaterThan(0)
  })

  test('is admitted by what is known alone: no body of the thread is read', () => {
    const { cities } = walk(0, [], ['case.arrived', 'case.accept'])
    const [, handling] = cities
    const known = handling.state
    const unread = handling.packets.map(packet =>
      Object.defineProperty({ ...packet }, 'body', {
        get: () => {
          throw new Error('a body was read')
        },
      }),
    )
    const step = handling.write('case.progress', {}, 1_793_599_999)
    expect(step).not.toBeNull()
    if (step === null) return
    expect(admitCase(unread, step, known)).toEqual({ ok: true, state: handling.state })
    expect(() => admitCase(unread, step)).toThrow('a body was read')
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
    paper: false,
    waits: [],
    supplementRequests: 0,
    lacking: null,
    supplementDeadline: null,
    supplementDue: null,
    committed: null,
    extendedUntil: null,
    promisedBy: null,
    withdrawRequested: false,
    evaluated: { window: false, department: false },
    ratings: { window: null, department: null },
    asked: [],
    payments: [],
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
      delivered: null,
      extended: null,
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
        // Something must be committed to before it is handed in.
        const committed = kind === 'case.hand-in' ? { missing: null, until: null, at: 0, kept: null } : null
        const possible = permits({ ...inState(state), committed }, kind, null, S) === null
        // After the end there must be a decision to object to.
        if ((kind === 'case.object' || kind === 'case.revoke') && state === 'closed') expect(possible).toBe(false)
        else expect(possible).toBe(rules[kind]?.from.includes(state))
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
    const ankang = new City(A, S)
    const shiyan = new City(S, A)
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

describe('a case with originals on paper (mode 1)', () => {
  const played = (
    mode: Mode,
    steps: readonly (readonly [city: string, kind: CaseKind, body?: object])[],
  ): CaseState => {
    const ankang = new City(A, S)
    const shiyan = new City(S, A)
    const say = (city: string, kind: CaseKind, body: object, at: number) => {
      const [from, to] = city === A ? [ankang, shiyan] : [shiyan, ankang]
      const packet = from.write(kind, body, at)
      if (packet === null) throw new Error(kind)
      to.packets.push(packet)
    }
    say(A, 'case.submit', bodyOf('case.submit', 0, mode) as object, 1)
    for (const [index, [city, kind, body = {}]] of steps.entries()) say(city, kind, body, index + 2)
    if (ankang.state === null) throw new Error('no case')
    return ankang.state
  }
  const prechecked = [
    [S, 'case.arrived', { localCaseNo: 'L' }],
    [S, 'case.precheck'],
  ] as const

  test.each([
    ['the pre-check hands it to the collecting city', 1, [...prechecked], A, [{ from: 3, to: null }]],
    ['the mail hands it back', 1, [...prechecked, [A, 'case.ship']], S, [{ from: 3, to: 4 }]],
    ['what was mailed before is not waited for', 1, [[A, 'case.ship'], ...prechecked], S, []],
    ['it may be accepted without', 1, [...prechecked, [S, 'case.accept']], S, [{ from: 3, to: 4 }]],
    ['a withdrawal is the moving city to end', 1, [...prechecked, [A, 'case.withdraw']], S, [{ from: 3, to: null }]],
    ['in other modes nothing is mailed', 0, [...prechecked], S, []],
  ] as const)('%s', (_, mode, steps, holder, waits) => {
    const state = played(mode, steps)
    expect([holderOf(state), state.waits]).toEqual([holder, waits])
  })
})

describe('an objection of the owner (mode 2)', () => {
  const DECIDED = {
    state: 'closed',
    outcome: 'granted',
    mode: 2,
    instants: { decided: 1, ended: 2 },
    asked: [],
  } as unknown as CaseState

  test.each([
    ['against a decision, after the end too', {}, true],
    ['against none', { outcome: 'withdrawn', instants: { decided: null } }, false],
    ['against a decision that was voided', { outcome: 'void' }, false],
    ['against a refusal', { state: 'refused' }, false],
  ] as const)('%s', (_, change, possible) => {
    const refused = permits({ ...DECIDED, ...change } as CaseState, 'case.object', {}, S)
    expect(refused).toEqual(possible ? null : expect.objectContaining({ ok: false }))
  })
})
