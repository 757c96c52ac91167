import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { actions, type Rules, shuffled, walk } from '../../test/support/thread-walk.ts'
import type { Packet, PacketClaims } from '../packet/claims.ts'
import { commit } from '../packet/envelope.ts'
import { encodeUtf8 } from '../primitives.ts'
import { type AgreementDocumentInput, writeAgreement } from './document.ts'
import {
  AGREEMENT_AUTHORS,
  AGREEMENT_STATES,
  AGREEMENT_STEPS,
  type AgreementKind,
  type AgreementState,
  type AgreementStateName,
  admitAgreement,
  foldAgreement,
  isOpenOn,
  openAgreementBody,
  permitsAgreement,
} from './thread.ts'

const [A, S] = ['610900', '420300']
const KINDS = Object.keys(AGREEMENT_STEPS) as AgreementKind[]
const SIGNATURE = { protected: 'eyJ9', signature: 'c2ln' }
const DOCUMENT: AgreementDocumentInput = {
  v: 1,
  title: '安康市与十堰市跨省通办合作协议',
  parties: [
    { code: A, name: '安康市', authority: '安康市行政审批服务局' },
    { code: S, name: '十堰市', authority: '十堰市行政审批局' },
  ],
  items: [{ taskCode: 'x', taskName: 'x', handling: S, collecting: [A], modes: [0] }],
  clock: {},
  mailing: 'handling',
  archive: 'handling',
  purgeDays: 90,
  dispute: '协商解决',
  validFrom: '2026-01-01',
  validTo: '2028-12-31',
}

let text: string
let id: string
beforeAll(async () => {
  const written = await writeAgreement(DOCUMENT)
  if (!written.ok) throw new Error(written.problem.detail)
  ;({ text, id } = written)
})

const bodyOf = (kind: AgreementKind, day = '2027-06-30'): object =>
  ({
    'agreement.propose': { document: text, signature: SIGNATURE },
    'agreement.sign': { agreement: id, signature: SIGNATURE },
    'agreement.decline': { reason: '事项待定' },
    'agreement.withdraw': { reason: '事项待定' },
    'agreement.terminate': { reason: '到期不续', effectiveOn: day },
  })[kind]

/** `a2` is the second packet of Ankang, who proposes. */
function packet(name: string, kind: AgreementKind, seen: string | null, body = bodyOf(kind)): Packet {
  const [letter, seq] = [name[0], Number(name.slice(1))]
  const claims: PacketClaims = {
    v: 1,
    iss: letter === 'a' ? A : S,
    aud: letter === 'a' ? S : A,
    thread: 'ab'.repeat(16),
    kind,
    seq,
    prev: seq === 1 ? null : `${letter}${seq - 1}`,
    seen,
    iat: 1_793_581_200,
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

const rulesOf = (reached: Set<AgreementStateName>): Rules<AgreementState> => ({
  admit: admitAgreement,
  fold: foldAgreement,
  final: ({ state }) => state === 'declined' || state === 'withdrawn' || state === 'terminated',
  step(state, city, chance) {
    if (state === null) return city === A ? { kind: 'agreement.propose', body: bodyOf('agreement.propose') } : null
    reached.add(state.state)
    const day = `2027-0${1 + (chance % 9)}-01`
    const possible = KINDS.filter(kind => permitsAgreement(state, kind, city, bodyOf(kind)) === null)
    const kind = possible[chance % Math.max(possible.length, 1)]
    // Administrators also think.
    return kind === undefined || chance % 3 === 0 ? null : { kind, body: bodyOf(kind, day) }
  },
})

describe('two cities at random', () => {
  test('never disagree about an agreement, however their packets cross', async () => {
    const counts: Record<string, number> = {}
    const reached = new Set<AgreementStateName>()
    await fc.assert(
      fc.asyncProperty(actions, fc.array(fc.nat()), async (steps, order) => {
        const { state, packets, counts: seen } = await walk(rulesOf(reached), [A, S], steps)
        for (const [what, times] of Object.entries(seen)) counts[what] = (counts[what] ?? 0) + times
        if (state !== null) expect(await foldAgreement(shuffled(packets, order))).toEqual(state)
      }),
      { numRuns: 600 },
    )
    expect(KINDS.filter(kind => (counts[kind] ?? 0) < 20)).toEqual([])
    expect(counts.refused).toBeGreaterThan(50)
    expect([...reached].sort()).toEqual(Object.keys(AGREEMENT_STATES).sort())
  })
})

describe('the table', () => {
  test('says for every state, kind and city whether the step is possible', async () => {
    const proposed = await admitted(packet('a1', 'agreement.propose', null))
    let possible = 0
    for (const state of Object.keys(AGREEMENT_STATES) as AgreementStateName[]) {
      for (const kind of KINDS) {
        for (const city of [A, S]) {
          const author = AGREEMENT_AUTHORS[kind]
          const may = author === 'either' || (author === 'proposer') === (city === A)
          const from: readonly AgreementStateName[] = AGREEMENT_STEPS[kind].from
          const problem = permitsAgreement({ ...proposed, state }, kind, city, bodyOf(kind))?.problem.code ?? null
          const expected = !may ? 'case.author' : from.includes(state) ? null : 'agreement.transition'
          expect([state, kind, city, problem]).toEqual([state, kind, city, expected])
          if (problem === null) possible++
        }
      }
    }
    expect(possible).toBe(5)
  })
})

describe('a thread', () => {
  const propose = () => packet('a1', 'agreement.propose', null)
  const sign = () => packet('s1', 'agreement.sign', 'a1')

  test('is proposed, signed by both and terminated', async () => {
    expect(await admitted(propose())).toMatchObject({
      state: 'proposed',
      id,
      proposer: A,
      other: S,
      terminatedOn: null,
    })
    const active = await admitted(propose(), sign())
    expect(active.signatures.map(({ city }) => city)).toEqual([A, S])
    expect(isOpenOn(active, '2099-01-01')).toBe(true)
    const ended = await admitted(propose(), sign(), packet('a2', 'agreement.terminate', 's1'))
    expect(ended).toMatchObject({ state: 'terminated', terminatedOn: '2027-06-30' })
    expect(isOpenOn(ended, '2027-06-30')).toBe(true)
    expect(isOpenOn(ended, '2027-07-01')).toBe(false)
  })

  test('signed while it is withdrawn: the signature stands, in whatever order they came', async () => {
    const withdrawal = packet('a2', 'agreement.withdraw', null)
    const signed = await admitted(propose(), sign(), withdrawal)
    expect(signed.state).toBe('active')
    expect(await admitted(propose(), withdrawal, sign())).toEqual(signed)
  })

  test('withdrawn before the other side signs cannot be signed', async () => {
    const withdrawal = packet('a2', 'agreement.withdraw', null)
    await expect(admitted(propose(), withdrawal, packet('s1', 'agreement.sign', 'a2'))).rejects.toThrow(
      's1: agreement.transition',
    )
  })

  test.each([
    ['2027-01-31', '2027-06-30'],
    ['2027-06-30', '2027-01-31'],
  ])('terminated by both at once, %s and %s, ends on the earlier day', async (mine, theirs) => {
    const [a2, s2] = [
      packet('a2', 'agreement.terminate', 's1', bodyOf('agreement.terminate', mine)),
      packet('s2', 'agreement.terminate', 'a1', bodyOf('agreement.terminate', theirs)),
    ]
    const ended = await admitted(propose(), sign(), a2, s2)
    expect(ended).toMatchObject({ state: 'terminated', terminatedOn: '2027-01-31' })
    expect(await admitted(propose(), sign(), s2, a2)).toEqual(ended)
  })

  test.each([
    ['begins with anything but a proposal', [() => packet('a1', 'agreement.terminate', null)], 'thread.unknown'],
    ['is proposed twice', [propose, () => packet('a2', 'agreement.propose', null)], 'agreement.transition'],
    ['is proposed by the other too', [propose, () => packet('s1', 'agreement.propose', 'a1')], 'agreement.transition'],
    ['is signed by the proposer', [propose, () => packet('a2', 'agreement.sign', null)], 'case.author'],
    ['is declined by the proposer', [propose, () => packet('a2', 'agreement.decline', null)], 'case.author'],
    ['is withdrawn by the other', [propose, () => packet('s1', 'agreement.withdraw', 'a1')], 'case.author'],
    [
      'is terminated before it is signed',
      [propose, () => packet('a2', 'agreement.terminate', null)],
      'agreement.transition',
    ],
    ['is signed unseen', [propose, () => packet('s1', 'agreement.sign', null)], 'thread.unknown'],
    [
      'is signed for another document',
      [propose, () => packet('s1', 'agreement.sign', 'a1', { agreement: 'ef'.repeat(32), signature: SIGNATURE })],
      'agreement.signature',
    ],
    [
      'is terminated twice',
      [propose, sign, () => packet('a2', 'agreement.terminate', 's1'), () => packet('a3', 'agreement.terminate', 's1')],
      'agreement.transition',
    ],
  ] as const)('that %s is refused', async (_, packets, code) => {
    await expect(admitted(...packets.map(make => make()))).rejects.toThrow(code)
  })

  test('names no agreement in its claims and holds agreement packets only', async () => {
    const claims = { ...propose().claims, agreement: id }
    expect(await admitAgreement([], { ...propose(), claims })).toMatchObject({ problem: { code: 'envelope.claims' } })
    const foreign = { ...propose(), claims: { ...propose().claims, kind: 'case.submit' } }
    expect(await admitAgreement([], foreign)).toMatchObject({ problem: { code: 'envelope.claims' } })
  })
})

describe('a body', () => {
  const open = async (kind: string, body: object, change: Partial<PacketClaims> = {}) => {
    const bytes = encodeUtf8(JSON.stringify({ salt: 'AAAAAAAAAAAAAAAAAAAAAA', ...body }))
    const claims = { ...packet('a1', 'agreement.propose', null).claims, kind, body: await commit(bytes), ...change }
    const opened = await openAgreementBody(claims, bytes)
    return opened.ok ? null : opened.problem.code
  }

  test('of each kind is read', async () => {
    for (const kind of KINDS) expect([kind, await open(kind, bodyOf(kind))]).toEqual([kind, null])
  })

  test('has the members of its kind and no others', async () => {
    for (const kind of KINDS) expect(await open(kind, { ...bodyOf(kind), colour: 'red' })).toBe('body.schema')
    expect(await open('agreement.terminate', { reason: 'x' })).toBe('body.schema')
    expect(await open('agreement.unheard-of', {})).toBe('envelope.claims')
  })

  test('carries no materials', async () => {
    const materials = [{ sha256: 'cd'.repeat(32), size: 1, type: 'application/pdf' }]
    expect(await open('agreement.decline', bodyOf('agreement.decline'), { materials })).toBe('envelope.claims')
  })

  test('proposes a document that holds, between the two cities of the thread and no third', async () => {
    const propose = (change: object) =>
      open('agreement.propose', { document: JSON.stringify({ ...JSON.parse(text), ...change }), signature: SIGNATURE })
    expect(await propose({})).toBeNull()
    expect(await propose({ validTo: '2025-12-31' })).toBe('agreement.malformed')
    const third = { code: '611000', name: '商洛市', authority: '商洛市行政审批服务局' }
    expect(await propose({ parties: [...DOCUMENT.parties, third] })).toBe('agreement.malformed')
    expect(
      await propose({
        parties: [DOCUMENT.parties[0], third],
        items: [{ taskCode: 'x', taskName: 'x', handling: '611000', collecting: [A], modes: [0] }],
      }),
    ).toBe('agreement.malformed')
  })
})
