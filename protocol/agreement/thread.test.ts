// Over 450 lines: every test plays on the same two cities, and the random walk checks what the others name.
import { beforeAll, describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { actions, type Rules, shuffled, walk } from '../../test/support/thread-walk.ts'
import { addDays } from '../calendar/calendar.ts'
import { LIMITS } from '../limits.ts'
import type { Packet, PacketClaims } from '../packet/claims.ts'
import { commit } from '../packet/envelope.ts'
import { encodeUtf8 } from '../primitives.ts'
import { openAgreementBody } from './body.ts'
import {
  type AgreementAmendmentInput,
  type AgreementDocument,
  type AgreementDocumentInput,
  dayOf,
  writeAgreement,
  writeAmendment,
} from './document.ts'
import {
  AGREEMENT_AUTHORS,
  AGREEMENT_STATES,
  AGREEMENT_STEPS,
  type AgreementKind,
  type AgreementStateName,
} from './kinds.ts'
import { packText } from './packed.ts'
import { permitsAgreement } from './permit.ts'
import { type AgreementState, latest } from './state.ts'
import { admitAgreement, coversCase, foldAgreement } from './thread.ts'

const A = '610900'
const S = '420300'
const M = '611000'
const KINDS = Object.keys(AGREEMENT_STEPS) as AgreementKind[]
const SIGNATURE = { protected: 'eyJ9', signature: 'c2ln' }
const IAT = 1_793_581_200
const PARTIES = [
  { code: A, name: '安康市', authority: '安康市行政审批服务局' },
  { code: S, name: '十堰市', authority: '十堰市行政审批局' },
  { code: M, name: '商洛市', authority: '商洛市行政审批服务局' },
]
const DOCUMENT: AgreementDocumentInput = {
  v: 1,
  title: '安康市与十堰市跨省通办合作协议',
  parties: PARTIES.slice(0, 2),
  items: [{ taskCode: 'x', taskName: 'x', handling: S, collecting: [A], modes: [0] }],
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决',
  validFrom: '2026-01-01',
  validTo: '2028-12-31',
}

type Written = { id: string; body: { text: string; signature: typeof SIGNATURE }; document: AgreementDocument }
async function document(change: Partial<AgreementDocumentInput> = {}): Promise<Written> {
  const written = await writeAgreement({ ...DOCUMENT, ...change })
  if (!written.ok) throw new Error(written.problem.detail)
  return {
    id: written.id,
    body: { text: await packText(written.text), signature: SIGNATURE },
    document: written.document,
  }
}
async function amendment(
  base: Pick<Written, 'id' | 'document'>,
  change: Partial<AgreementAmendmentInput> = {},
): Promise<Written> {
  const written = await writeAmendment(
    {
      v: 1,
      amends: base.id,
      title: '事项调整函',
      reason: '新增事项',
      effectiveFrom: '2027-01-01',
      terms: { purgeDays: 60 },
      ...change,
    },
    base.document,
  )
  if (!written.ok) throw new Error(written.problem.detail)
  return {
    id: written.id,
    body: { text: await packText(written.text), signature: SIGNATURE },
    document: written.document,
  }
}

let first: Written
let second: Written
let many: Written
let amended: Written
beforeAll(async () => {
  first = await document()
  second = await document({ purgeDays: 60 })
  many = await document({ parties: PARTIES })
  amended = await amendment(first)
})

/** `a2` is the second packet of Ankang, who proposes. */
function packet(name: string, kind: AgreementKind, seen: string | null, body: object, iat = IAT): Packet {
  const letter = name[0]
  const seq = Number(name.slice(1))
  const claims: PacketClaims = {
    v: 1,
    iss: letter === 'a' ? A : S,
    aud: letter === 'a' ? S : A,
    thread: 'ab'.repeat(16),
    kind,
    seq,
    prev: seq === 1 ? null : `${letter}${seq - 1}`,
    seen,
    iat,
    body: { sha256: 'ef'.repeat(32), size: 1, type: 'application/json' },
    materials: [],
  }
  return { id: name, claims, body }
}

/** Admits one after the other and returns the state. */
async function admitted(...packets: Packet[]): Promise<AgreementState> {
  const held: Packet[] = []
  for (const candidate of packets) {
    const result = await admitAgreement(held, candidate)
    if (!result.ok) throw new Error(`${candidate.id}: ${result.problem.code}`)
    held.push(candidate)
  }
  const state = await foldAgreement(held)
  if (state === null) throw new Error('no proposal')
  return state
}

const reason = '事项待定'
const propose = (written = first) => packet('a1', 'agreement.propose', null, written.body)
const sign = (name = 's1', seen = 'a1', written = first) =>
  packet(name, 'agreement.sign', seen, { agreement: written.id, signature: SIGNATURE })
const terminate = (name: string, seen: string | null, effectiveOn: string) =>
  packet(name, 'agreement.terminate', seen, { reason, effectiveOn })

describe('two cities at random', () => {
  /** Texts that were written before: an agreement's, and amendments of each by its id. */
  const texts = new Map<string, Promise<Written>>()
  const known = (key: string, make: () => Promise<Written>) => {
    const found = texts.get(key) ?? make()
    texts.set(key, found)
    return found
  }

  /** Bodies are made before, for a step must be quick: up to three amendments in a row of either first text. */
  async function bodies(): Promise<(state: AgreementState | null, kind: AgreementKind, chance: number) => object> {
    const made = new Map<string, Written[]>()
    let level = [first, second]
    for (let depth = 0; depth < 3; depth++) {
      const next: Written[] = []
      for (const base of level) {
        const variants: Written[] = []
        for (const purgeDays of [30 + depth, 45 + depth])
          variants.push(await known(`${base.id} ${purgeDays}`, () => amendment(base, { terms: { purgeDays } })))
        // A fold reads the texts, which a step must find read.
        for (const { body } of variants) await foldAgreement([packet('a1', 'agreement.amend', null, body)])
        made.set(base.id, variants)
        next.push(...variants)
      }
      level = next
    }
    await foldAgreement([packet('a1', 'agreement.amend', null, amended.body)])
    return (state, kind, chance) => {
      const pending = state?.pending?.id ?? 'ef'.repeat(32)
      switch (kind) {
        case 'agreement.propose':
          return first.body
        case 'agreement.counter':
          return (chance % 2 === 0 ? first : second).body
        case 'agreement.amend': {
          const variants = state === null ? [] : (made.get(latest(state).id) ?? [])
          return variants[chance % Math.max(variants.length, 1)]?.body ?? amended.body
        }
        case 'agreement.sign':
          return { agreement: pending, signature: SIGNATURE }
        case 'agreement.decline':
        case 'agreement.withdraw':
          return { agreement: pending, reason }
        case 'agreement.terminate':
          return { reason, effectiveOn: `2027-0${1 + (chance % 9)}-01` }
        case 'agreement.complete':
          return { agreement: pending, signatures: [] }
        default:
          return { reason }
      }
    }
  }

  test('never disagree about an agreement, however their packets cross', async () => {
    const bodyOf = await bodies()
    const counts: Record<string, number> = {}
    const reached = new Set<AgreementStateName>()
    const rules: Rules<AgreementState> = {
      admit: admitAgreement,
      fold: foldAgreement,
      final: ({ state }) => state === 'declined' || state === 'withdrawn',
      step(state, city, chance) {
        if (state === null)
          return city === A ? { kind: 'agreement.propose', body: bodyOf(null, 'agreement.propose', 0) } : null
        reached.add(state.state)
        const possible = KINDS.filter(
          kind => permitsAgreement(state, kind, city, bodyOf(state, kind, chance), IAT) === null,
        )
        // Ends are rare, or nothing else would be seen; administrators also think.
        const likely = possible.filter(kind => chance % 7 === 0 || !/decline|withdraw|terminate/.test(kind))
        const kind = likely[chance % Math.max(likely.length, 1)]
        return kind === undefined || chance % 5 === 0 ? null : { kind, body: bodyOf(state, kind, chance) }
      },
    }
    await fc.assert(
      fc.asyncProperty(actions, fc.array(fc.nat()), async (steps, order) => {
        const { state, packets, counts: seen } = await walk(rules, [A, S], steps)
        for (const [what, times] of Object.entries(seen)) counts[what] = (counts[what] ?? 0) + times
        if (state !== null) expect(await foldAgreement(shuffled(packets, order))).toEqual(state)
      }),
      { numRuns: 3000 },
    )
    const between = KINDS.filter(kind => !/complete|notice/.test(kind))
    expect(between.filter(kind => (counts[kind] ?? 0) < 10)).toEqual([])
    expect(counts.refused).toBeGreaterThan(10)
    // `signed` is of texts between many parties.
    expect([...reached].sort()).toEqual(
      Object.keys(AGREEMENT_STATES)
        .filter(name => name !== 'signed')
        .sort(),
    )
  })
})

describe('the table', () => {
  test('says for every state, kind, city and pending text whether the step is possible', async () => {
    const proposed = await admitted(propose())
    const active = await admitted(propose(), sign())
    let possible = 0
    for (const name of Object.keys(AGREEMENT_STATES) as AgreementStateName[]) {
      for (const by of [null, A, S]) {
        const pending = by === null || proposed.pending === null ? null : { ...proposed.pending, by }
        const state = { ...active, state: name, pending, suspendedBy: name === 'suspended' ? [A] : [] }
        for (const kind of KINDS.filter(entry => !/amend|complete|notice/.test(entry))) {
          for (const city of [A, S]) {
            const body = { agreement: first.id, signature: SIGNATURE }
            const step = AGREEMENT_STEPS[kind]
            const from: readonly AgreementStateName[] = step.from
            const mayAuthor = AGREEMENT_AUTHORS[kind] === 'either' || city === A
            const fits =
              step.pending === 'any' ||
              (step.pending === 'none' ? by === null : by !== null && (step.pending === 'own') === (by === city))
            const again =
              (kind === 'agreement.suspend' && name === 'suspended' && city === A) ||
              (kind === 'agreement.resume' && city === S)
            const expected = mayAuthor && from.includes(name) && fits && !again
            expect([name, by, kind, city, permitsAgreement(state, kind, city, body, IAT) === null]).toEqual([
              name,
              by,
              kind,
              city,
              expected,
            ])
            if (expected) possible++
          }
        }
      }
    }
    expect(possible).toBeGreaterThan(30)
  })
})

describe('a thread', () => {
  const wanted = { collecting: A, handling: S, item: 'x', mode: 0 as const }
  const at = (day: string) => Date.parse(`${day}T12:00:00+08:00`) / 1000
  const covering = (state: AgreementState, id: string, day: string) => {
    const covered = coversCase(state, id, { ...wanted, at: at(day) })
    return covered.ok ? null : `${covered.problem.code} ${covered.problem.detail ?? ''}`.trim()
  }

  test('is proposed, signed by both and terminated', async () => {
    const proposed = await admitted(propose())
    expect(proposed).toMatchObject({
      state: 'proposed',
      proposer: A,
      other: S,
      versions: [],
      pending: { id: first.id, by: A },
    })
    expect(covering(proposed, first.id, '2026-11-23')).toBe('agreement.inactive proposed')
    const active = await admitted(propose(), sign())
    expect(active).toMatchObject({ state: 'active', pending: null })
    expect(latest(active).signatures.map(({ city }) => city)).toEqual([A, S])
    expect(covering(active, first.id, '2026-11-23')).toBeNull()
    expect(covering(active, 'ef'.repeat(32), '2026-11-23')).toBe('agreement.none active')
    const ended = await admitted(propose(), sign(), terminate('a2', 's1', '2027-06-30'))
    expect(ended).toMatchObject({ state: 'terminated', terminatedOn: '2027-06-30' })
    expect(covering(ended, first.id, '2027-06-30')).toBeNull()
    expect(covering(ended, first.id, '2027-07-01')).toBe('agreement.inactive terminated')
  })

  test('holds to its last day, or on and on when it renews itself', async () => {
    const active = await admitted(propose(), sign())
    expect([covering(active, first.id, '2028-12-31'), covering(active, first.id, '2029-01-01')]).toEqual([
      null,
      'agreement.inactive validity',
    ])
    const auto = await document({ renewal: { kind: 'auto', noticeDays: 30 } })
    const renewing = await admitted(propose(auto), sign('s1', 'a1', auto))
    expect(covering(renewing, auto.id, '2035-01-01')).toBeNull()
  })

  test('is answered with another text, round by round; the last one is signed', async () => {
    const counter = packet('s1', 'agreement.counter', 'a1', second.body)
    const back = packet('a2', 'agreement.counter', 's1', first.body)
    expect(await admitted(propose(), counter)).toMatchObject({ state: 'proposed', pending: { id: second.id, by: S } })
    const signed = await admitted(propose(), counter, back, sign('s2', 'a2'))
    expect(signed).toMatchObject({ state: 'active', versions: [{ id: first.id }] })
    await expect(admitted(propose(), counter, sign('s2', 'a1', second))).rejects.toThrow('s2: case.author')
  })

  test('an answer that crosses a withdrawal stands', async () => {
    const withdrawal = packet('a2', 'agreement.withdraw', null, { agreement: first.id, reason })
    const counter = packet('s1', 'agreement.counter', 'a1', second.body)
    const state = await admitted(propose(), counter, withdrawal)
    expect(state).toMatchObject({ state: 'proposed', pending: { id: second.id, by: S } })
    expect(await admitted(propose(), withdrawal, counter)).toEqual(state)
  })

  test('signed while it is withdrawn: the signature stands, in whatever order they came', async () => {
    const withdrawal = packet('a2', 'agreement.withdraw', null, { agreement: first.id, reason })
    const signed = await admitted(propose(), sign(), withdrawal)
    expect(signed.state).toBe('active')
    expect(await admitted(propose(), withdrawal, sign())).toEqual(signed)
  })

  test('is amended by both: cases begin under the new version from its day on, under the old one before', async () => {
    const amend = packet('s2', 'agreement.amend', 'a1', amended.body)
    const waiting = await admitted(propose(), sign(), amend)
    expect(waiting).toMatchObject({ state: 'active', pending: { id: amended.id, by: S, from: '2027-01-01' } })
    expect(covering(waiting, first.id, '2027-06-01')).toBeNull()
    const state = await admitted(propose(), sign(), amend, sign('a2', 's2', amended))
    expect(state.versions.map(({ id, from, complete }) => [id, from, complete])).toEqual([
      [first.id, '2026-01-01', true],
      [amended.id, '2027-01-01', true],
    ])
    expect(latest(state).document.purgeDays).toBe(60)
    expect([covering(state, first.id, '2026-12-31'), covering(state, first.id, '2027-01-01')]).toEqual([
      null,
      'agreement.inactive amended',
    ])
    expect([covering(state, amended.id, '2026-12-31'), covering(state, amended.id, '2027-01-01')]).toEqual([
      'agreement.inactive from 2027-01-01',
      null,
    ])
  })

  test('two amendments that cross: the one of the city that orders the thread waits, the other has no effect', async () => {
    const other = await amendment(first, { terms: { purgeDays: 30 } })
    const theirs = packet('s2', 'agreement.amend', 'a1', amended.body)
    const ours = packet('a2', 'agreement.amend', 's1', other.body)
    const state = await admitted(propose(), sign(), theirs, ours)
    expect(state.pending).toMatchObject({ id: amended.id, by: S })
    expect(await admitted(propose(), sign(), ours, theirs)).toEqual(state)
  })

  test('an amendment is declined or withdrawn, and the agreement stands', async () => {
    const amend = packet('s2', 'agreement.amend', 'a1', amended.body)
    const declined = packet('a2', 'agreement.decline', 's2', { agreement: amended.id, reason })
    expect(await admitted(propose(), sign(), amend, declined)).toMatchObject({ state: 'active', pending: null })
    const withdrawn = packet('s3', 'agreement.withdraw', 'a1', { agreement: amended.id, reason })
    expect(await admitted(propose(), sign(), amend, withdrawn)).toMatchObject({ state: 'active', pending: null })
  })

  test('is suspended by either, and open again when each that suspended it has resumed', async () => {
    const suspend = (name: string, seen: string | null) => packet(name, 'agreement.suspend', seen, { reason })
    const resume = (name: string, seen: string | null) => packet(name, 'agreement.resume', seen, {})
    const both = [propose(), sign(), suspend('a2', 's1'), suspend('s2', 'a1')]
    const state = await admitted(...both)
    expect([state.state, [...state.suspendedBy].sort()]).toEqual(['suspended', [S, A]])
    expect(covering(state, first.id, '2026-11-23')).toBe('agreement.inactive suspended')
    expect(await admitted(...both, resume('a3', 's2'))).toMatchObject({ state: 'suspended', suspendedBy: [S] })
    expect(await admitted(...both, resume('a3', 's2'), resume('s3', 'a3'))).toMatchObject({ state: 'active' })
  })

  test.each([
    ['2027-01-31', '2027-06-30'],
    ['2027-06-30', '2027-01-31'],
  ])('terminated by both at once, %s and %s, ends on the earlier day', async (mine, theirs) => {
    const a2 = terminate('a2', 's1', mine)
    const s2 = terminate('s2', 'a1', theirs)
    const ended = await admitted(propose(), sign(), a2, s2)
    expect(ended).toMatchObject({ state: 'terminated', terminatedOn: '2027-01-31' })
    expect(await admitted(propose(), sign(), s2, a2)).toEqual(ended)
  })

  test('between many is in force when all have signed', async () => {
    const signed = await admitted(propose(many), sign('s1', 'a1', many))
    expect(signed).toMatchObject({ state: 'signed', versions: [{ complete: false }] })
    expect(covering(signed, many.id, '2026-11-23')).toBe('agreement.inactive not signed by every party')
    const signatures = (codes: string[]) => codes.map(city => ({ city, signature: SIGNATURE, certificate: 'PEM' }))
    const complete = (codes: string[]) =>
      packet('a2', 'agreement.complete', 's1', { agreement: many.id, signatures: signatures(codes) })
    await expect(admitted(propose(many), sign('s1', 'a1', many), complete([A, S]))).rejects.toThrow(
      'agreement.signature',
    )
    const state = await admitted(propose(many), sign('s1', 'a1', many), complete([A, S, M]))
    expect(state).toMatchObject({ state: 'active', versions: [{ complete: true }] })
    expect(covering(state, many.id, '2026-11-23')).toBeNull()
  })

  const late = Date.parse('2027-01-01T00:00:00+08:00') / 1000
  test.each([
    ['begins with anything but a proposal', () => [terminate('a1', null, '2027-01-01')], 'thread.unknown'],
    [
      'is proposed twice',
      () => [propose(), packet('a2', 'agreement.propose', null, first.body)],
      'agreement.transition',
    ],
    [
      'is proposed by the other too',
      () => [propose(), packet('s1', 'agreement.propose', 'a1', first.body)],
      'agreement.transition',
    ],
    ['is signed by the proposer', () => [propose(), sign('a2', 's0')], 'chain.seen'],
    [
      'is signed by whoever wrote it',
      () => [propose(), packet('a2', 'agreement.sign', null, { agreement: first.id, signature: SIGNATURE })],
      'case.author',
    ],
    [
      'is declined by the proposer',
      () => [propose(), packet('a2', 'agreement.decline', null, { agreement: first.id, reason })],
      'case.author',
    ],
    [
      'is withdrawn by the other',
      () => [propose(), packet('s1', 'agreement.withdraw', 'a1', { agreement: first.id, reason })],
      'case.author',
    ],
    [
      'is terminated before it is signed',
      () => [propose(), terminate('a2', null, '2027-01-01')],
      'agreement.transition',
    ],
    [
      'is signed unseen',
      () => [propose(), packet('s1', 'agreement.sign', null, { agreement: first.id, signature: SIGNATURE })],
      'thread.unknown',
    ],
    ['is signed for another text', () => [propose(), sign('s1', 'a1', second)], 'agreement.signature'],
    [
      'is amended before it is signed',
      () => [propose(), packet('s1', 'agreement.amend', 'a1', amended.body)],
      'agreement.transition',
    ],
    [
      'is amended while an amendment waits',
      () => [
        propose(),
        sign(),
        packet('s2', 'agreement.amend', 'a1', amended.body),
        packet('s3', 'agreement.amend', 'a1', amended.body),
      ],
      'agreement.transition',
    ],
    [
      'is amended with effect today',
      () => [propose(), sign(), packet('s2', 'agreement.amend', 'a1', amended.body, late)],
      'agreement.transition',
    ],
    [
      'gets an amendment signed too late',
      () => [
        propose(),
        sign(),
        packet('s2', 'agreement.amend', 'a1', amended.body),
        packet('a2', 'agreement.sign', 's2', { agreement: amended.id, signature: SIGNATURE }, late),
      ],
      'agreement.transition',
    ],
    [
      'is suspended twice by one',
      () => [
        propose(),
        sign(),
        packet('s2', 'agreement.suspend', 'a1', { reason }),
        packet('s3', 'agreement.suspend', 'a1', { reason }),
      ],
      'agreement.transition',
    ],
    [
      'is resumed by whoever did not suspend it',
      () => [
        propose(),
        sign(),
        packet('s2', 'agreement.suspend', 'a1', { reason }),
        packet('a2', 'agreement.resume', 's2', {}),
      ],
      'case.author',
    ],
    [
      'is terminated twice',
      () => [propose(), sign(), terminate('a2', 's1', '2027-01-01'), terminate('a3', 's1', '2027-01-01')],
      'agreement.transition',
    ],
    [
      'between many is answered with another text',
      () => [propose(many), packet('s1', 'agreement.counter', 'a1', second.body)],
      'agreement.transition',
    ],
  ] as const)('that %s is refused', async (_, packets, code) => {
    await expect(admitted(...packets())).rejects.toThrow(code)
  })

  test('takes no text that is over, unless it renews itself, and ends on no day that is over', async () => {
    const DAY = 86_400
    const code = async (held: Packet[], candidate: Packet) => {
      const result = await admitAgreement(held, candidate)
      return result.ok ? null : `${result.problem.code} ${result.problem.detail}`
    }
    const today = dayOf(IAT)
    const over = await document({ validTo: dayOf(IAT - DAY) })
    const lastDay = await document({ validTo: today })
    const renewing = await document({ validTo: dayOf(IAT - DAY), renewal: { kind: 'auto', noticeDays: 30 } })
    const malformed = 'agreement.malformed validTo: a day that is over'
    expect(await code([], propose(over))).toBe(malformed)
    expect(await code([], propose(lastDay))).toBeNull()
    expect(await code([], propose(renewing))).toBeNull()

    const countered = (written: Written) => packet('s1', 'agreement.counter', 'a1', written.body)
    expect(await code([propose()], countered(over))).toBe(malformed)
    expect(await code([propose()], countered(lastDay))).toBeNull()
    const signing = (written: Written, iat: number) =>
      packet('s1', 'agreement.sign', 'a1', { agreement: written.id, signature: SIGNATURE }, iat)
    expect(await code([propose(lastDay)], signing(lastDay, IAT))).toBeNull()
    expect(await code([propose(lastDay)], signing(lastDay, IAT + DAY))).toBe(
      'agreement.transition agreement.sign after the last day of the text',
    )
    expect(await code([propose(renewing)], signing(renewing, IAT + DAY))).toBeNull()

    // An agreement that is over is renewed by an amendment, but not into a time that is over too.
    const ending = await document({ validTo: today })
    const held = [propose(ending), sign('s1', 'a1', ending)]
    const amending = async (change: Partial<AgreementAmendmentInput>) =>
      packet('a2', 'agreement.amend', 's1', (await amendment(ending, change)).body, IAT + 3 * DAY)
    expect(await code(held, await amending({}))).toBe(malformed)
    expect(await code(held, await amending({ terms: { validTo: '2028-12-31' } }))).toBeNull()

    const active = [propose(), sign()]
    const ended = (day: string) => packet('a2', 'agreement.terminate', 's1', { reason, effectiveOn: day })
    expect(await code(active, ended(dayOf(IAT - DAY)))).toBe(
      'agreement.transition agreement.terminate with effect on a day that is over',
    )
    expect(await code(active, ended(today))).toBeNull()
  })

  test('names no day that cannot be meant: none before 2000, none more than a hundred years ahead', async () => {
    const code = async (held: Packet[], candidate: Packet) => {
      const result = await admitAgreement(held, candidate)
      return result.ok ? null : (result.problem.detail ?? '')
    }
    const first = `${LIMITS.namedFirstYear}-01-01`
    const last = addDays(dayOf(IAT), LIMITS.agreementAheadDays)
    const early = addDays(first, -1)
    const late = addDays(last, 1)
    const proposed = async (change: object) => code([], propose(await document(change)))
    expect(await proposed({ validFrom: first, validTo: last })).toBeNull()
    expect(await proposed({ validFrom: early })).toBe(`validFrom: not before ${first}`)
    expect(await proposed({ validTo: late })).toBe(`validTo: not after ${last}`)
    expect(await proposed({ validTo: '9999-12-31' })).toBe(`validTo: not after ${last}`)
    const endless = await document({ validTo: '9999-12-31' })
    expect(await code([propose()], packet('s1', 'agreement.counter', 'a1', endless.body))).toBe(
      `validTo: not after ${last}`,
    )

    const base = await document({})
    const held = [propose(base), sign('s1', 'a1', base)]
    const amending = async (change: Partial<AgreementAmendmentInput>) =>
      code(held, packet('a2', 'agreement.amend', 's1', (await amendment(base, change)).body))
    expect(await amending({ effectiveFrom: last })).toBeNull()
    expect(await amending({ effectiveFrom: late })).toBe(`effectiveFrom: not after ${last}`)
    expect(await amending({ terms: { validTo: late } })).toBe(`validTo: not after ${last}`)
    const ended = (day: string) => code(held, packet('a2', 'agreement.terminate', 's1', { reason, effectiveOn: day }))
    expect(await ended(last)).toBeNull()
    expect(await ended(late)).toBe(`effectiveOn: not after ${last}`)
  })

  test('names no agreement in its claims and holds agreement packets only', async () => {
    const claims = { ...propose().claims, agreement: first.id }
    expect(await admitAgreement([], { ...propose(), claims })).toMatchObject({ problem: { code: 'envelope.claims' } })
    const foreign = { ...propose(), claims: { ...propose().claims, kind: 'case.submit' } }
    expect(await admitAgreement([], foreign)).toMatchObject({ problem: { code: 'envelope.claims' } })
  })
})

describe('a body', () => {
  const open = async (kind: string, body: object, change: Partial<PacketClaims> = {}) => {
    const bytes = encodeUtf8(JSON.stringify({ salt: 'AAAAAAAAAAAAAAAAAAAAAA', ...body }))
    const claims = { ...packet('a1', 'agreement.propose', null, {}).claims, kind, body: await commit(bytes), ...change }
    const opened = await openAgreementBody(claims, bytes)
    return opened.ok ? null : opened.problem.code
  }
  const valid = (): Record<AgreementKind, object> => ({
    'agreement.propose': first.body,
    'agreement.counter': second.body,
    'agreement.amend': amended.body,
    'agreement.sign': { agreement: first.id, signature: SIGNATURE },
    'agreement.decline': { agreement: first.id, reason },
    'agreement.withdraw': { agreement: first.id, reason },
    'agreement.complete': {
      agreement: first.id,
      signatures: [A, S].map(city => ({ city, signature: SIGNATURE, certificate: 'PEM' })),
    },
    'agreement.suspend': { reason },
    'agreement.resume': {},
    'agreement.terminate': { reason, effectiveOn: '2027-06-30' },
    'agreement.notice': { text: '{}', signature: SIGNATURE, certificate: 'PEM' },
  })

  test('of each kind is read', async () => {
    for (const kind of KINDS) expect([kind, await open(kind, valid()[kind])]).toEqual([kind, null])
  })

  test('has the members of its kind and no others', async () => {
    for (const kind of KINDS) expect(await open(kind, { ...valid()[kind], colour: 'red' })).toBe('body.schema')
    expect(await open('agreement.terminate', { reason: 'x' })).toBe('body.schema')
    expect(await open('agreement.unheard-of', {})).toBe('envelope.claims')
  })

  test('carries the attachments of its text as materials, and nothing else', async () => {
    const file = { sha256: 'cd'.repeat(32), size: 1, type: 'application/pdf' }
    expect(await open('agreement.decline', valid()['agreement.decline'], { materials: [file] })).toBe('envelope.claims')
    const scanned = await document({ attachments: [{ ...file, name: '盖章扫描件.pdf' }] })
    expect(await open('agreement.propose', scanned.body, { materials: [file] })).toBeNull()
    expect(await open('agreement.propose', scanned.body)).toBe('envelope.claims')
    expect(await open('agreement.propose', first.body, { materials: [file] })).toBe('envelope.claims')
  })

  test('proposes a text that holds, of the two cities of the thread', async () => {
    const text = async (value: unknown) => ({ text: await packText(JSON.stringify(value)), signature: SIGNATURE })
    const changed = async (change: object) => open('agreement.propose', await text({ ...first.document, ...change }))
    expect(await changed({})).toBeNull()
    expect(await changed({ validTo: '2025-12-31' })).toBe('agreement.malformed')
    expect(await open('agreement.propose', { text: 'AAAA', signature: SIGNATURE })).toBe('agreement.malformed')
    expect(await open('agreement.propose', many.body)).toBeNull()
    expect(await open('agreement.counter', many.body)).toBe('agreement.malformed')
    const elsewhere = [{ taskCode: 'x', taskName: 'x', handling: M, collecting: [A], modes: [0] }]
    expect(await changed({ parties: [PARTIES[0], PARTIES[2]], items: elsewhere })).toBe('agreement.malformed')
    expect(await open('agreement.amend', first.body)).toBe('agreement.malformed')
  })

  test('unpacks to no more than a text may have, however small it comes', async () => {
    const bomb = { text: await packText(JSON.stringify({ text: ' '.repeat(9 * 1024 * 1024) })), signature: SIGNATURE }
    expect(bomb.text.length).toBeLessThan(20_000)
    expect(await open('agreement.propose', bomb)).toBe('agreement.malformed')
  })
})
