/** The thread of an agreement between two cities: kinds, authors, table, fold and admission. SPEC.md §7.3. */
import * as z from 'zod'
import { checkBody } from '../case/admit.ts'
import { LIMITS } from '../limits.ts'
import type { Packet, PacketClaims } from '../packet/claims.ts'
import { Day, parseJson, Salt, Sha256, sha256, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { canonicalOrder, checkPlace, viewOf } from '../thread/chain.ts'
import { type AgreementDocument, readAgreement } from './document.ts'
import { AgreementSignature } from './signature.ts'

export const AGREEMENT_STATES = {
  proposed: '待对方签署',
  active: '已签署',
  declined: '已拒签',
  withdrawn: '已撤回',
  terminated: '已终止',
} as const
export type AgreementStateName = keyof typeof AGREEMENT_STATES

/** The proposer asks; the other city orders the thread. */
export const AGREEMENT_CONTENT = {
  'agreement.propose': z.strictObject({
    document: z.string().max(LIMITS.agreementBytes),
    signature: AgreementSignature,
  }),
  'agreement.sign': z.strictObject({ agreement: Sha256, signature: AgreementSignature }),
  'agreement.decline': z.strictObject({ reason: text(2000) }),
  'agreement.withdraw': z.strictObject({ reason: text(2000) }),
  'agreement.terminate': z.strictObject({ reason: text(2000), effectiveOn: Day }),
}
export type AgreementKind = keyof typeof AGREEMENT_CONTENT
export type AgreementBody<K extends AgreementKind = AgreementKind> = z.infer<(typeof AGREEMENT_CONTENT)[K]> & {
  salt: string
}

export const AGREEMENT_BODIES = Object.fromEntries(
  Object.entries(AGREEMENT_CONTENT).map(([kind, content]) => [kind, z.strictObject({ salt: Salt, ...content.shape })]),
) as unknown as Record<AgreementKind, z.ZodType>

/** Who authors each kind. */
export const AGREEMENT_AUTHORS = {
  'agreement.propose': 'proposer',
  'agreement.sign': 'other',
  'agreement.decline': 'other',
  'agreement.withdraw': 'proposer',
  'agreement.terminate': 'either',
} as const satisfies Record<AgreementKind, 'proposer' | 'other' | 'either'>

/** From where each kind leads where. */
export const AGREEMENT_STEPS = {
  'agreement.propose': { from: [], to: 'proposed' },
  'agreement.sign': { from: ['proposed'], to: 'active' },
  'agreement.decline': { from: ['proposed'], to: 'declined' },
  'agreement.withdraw': { from: ['proposed'], to: 'withdrawn' },
  'agreement.terminate': { from: ['active'], to: 'terminated' },
} as const satisfies Record<AgreementKind, { from: readonly AgreementStateName[]; to: AgreementStateName }>

export type AgreementState = {
  state: AgreementStateName
  /** sha256 of the document text */ id: string
  proposer: string
  other: string
  document: AgreementDocument
  text: string
  signatures: { city: string; signature: AgreementSignature }[]
  /** last day on which new cases begin, when terminated */ terminatedOn: string | null
}

export const isAgreementKind = (kind: string): kind is AgreementKind => Object.hasOwn(AGREEMENT_CONTENT, kind)

/** Checks body bytes; for a proposal also the document and that both cities are its parties. Problems: `body.*`, `agreement.malformed`. */
export async function openAgreementBody(
  claims: PacketClaims,
  bytes: Uint8Array,
): Promise<{ ok: true; body: unknown } | Refused> {
  if (!isAgreementKind(claims.kind)) return refuse('envelope.claims', 'kind')
  if (claims.materials.length > 0) return refuse('envelope.claims', 'materials')
  const checked = await checkBody(claims, bytes)
  if (checked !== null) return checked
  const parsed = parseJson<unknown>(AGREEMENT_BODIES[claims.kind], bytes, 'body.schema')
  if (!parsed.ok) return parsed
  if (claims.kind === 'agreement.propose') {
    const read = readAgreement((parsed.value as AgreementBody<'agreement.propose'>).document)
    if (!read.ok) return read
    const codes = read.document.parties.map(party => party.code).sort()
    if (codes.join() !== [claims.iss, claims.aud].sort().join()) return refuse('agreement.malformed', 'parties')
  }
  return { ok: true, body: parsed.value }
}

/** Folds an admitted thread; null when it holds no proposal. */
export async function foldAgreement(packets: readonly Packet[]): Promise<AgreementState | null> {
  const proposal = packets.find(packet => packet.claims.kind === 'agreement.propose')
  if (proposal === undefined) return null
  const proposed = proposal.body as AgreementBody<'agreement.propose'>
  const read = readAgreement(proposed.document)
  if (!read.ok) return null
  const { iss: proposer, aud: other } = proposal.claims
  const state: AgreementState = {
    state: 'proposed',
    id: await sha256(proposed.document),
    proposer,
    other,
    document: read.document,
    text: proposed.document,
    signatures: [{ city: proposer, signature: proposed.signature }],
    terminatedOn: null,
  }
  for (const packet of canonicalOrder(packets, other)) {
    const kind = packet.claims.kind
    if (!isAgreementKind(kind)) continue
    if (kind === 'agreement.terminate' && state.terminatedOn !== null) {
      // Two terminations crossed: neither city is held longer than it said.
      const { effectiveOn } = packet.body as AgreementBody<'agreement.terminate'>
      if (effectiveOn < state.terminatedOn) state.terminatedOn = effectiveOn
    }
    if (permitsAgreement(state, kind, packet.claims.iss, packet.body) !== null) continue
    state.state = AGREEMENT_STEPS[kind].to
    if (kind === 'agreement.sign') {
      state.signatures.push({ city: other, signature: (packet.body as AgreementBody<'agreement.sign'>).signature })
    }
    if (kind === 'agreement.terminate') {
      state.terminatedOn = (packet.body as AgreementBody<'agreement.terminate'>).effectiveOn
    }
  }
  return state
}

/** Why the step is not possible, or null. Problems: `case.author`, `agreement.transition`, `agreement.signature`. */
export function permitsAgreement(
  state: AgreementState,
  kind: AgreementKind,
  city: string,
  body: unknown,
): Refused | null {
  const author = AGREEMENT_AUTHORS[kind]
  if (author !== 'either' && city !== state[author]) return refuse('case.author', kind)
  const from: readonly AgreementStateName[] = AGREEMENT_STEPS[kind].from
  if (!from.includes(state.state)) return refuse('agreement.transition', `${kind} in state ${state.state}`)
  if (kind === 'agreement.sign' && (body as AgreementBody<'agreement.sign'> | null)?.agreement !== state.id) {
    return refuse('agreement.signature', 'another document')
  }
  return null
}

/** Admits an agreement packet in the view of its author. The caller verifies certificate signatures (it holds the certificates). */
export async function admitAgreement(
  packets: readonly Packet[],
  candidate: Packet,
): Promise<{ ok: true; state: AgreementState } | Refused> {
  const { kind, iss, agreement } = candidate.claims
  if (!isAgreementKind(kind)) return refuse('envelope.claims', 'kind')
  if (agreement !== undefined) return refuse('envelope.claims', 'agreement')
  const misplaced = checkPlace(packets, candidate)
  if (misplaced !== null) return misplaced
  if (kind === 'agreement.propose') {
    if (packets.some(packet => packet.claims.kind === kind))
      return refuse('agreement.transition', 'the thread has begun')
  } else {
    const view = await foldAgreement(viewOf(packets, candidate))
    if (view === null) return refuse('thread.unknown')
    const refusal = permitsAgreement(view, kind, iss, candidate.body)
    if (refusal !== null) return refusal
  }
  const state = await foldAgreement([...packets, candidate])
  return state === null ? refuse('agreement.malformed') : { ok: true, state }
}

/** Whether new cases may begin under the agreement on `day`. */
export function isOpenOn(state: AgreementState, day: string): boolean {
  if (state.state === 'terminated') return state.terminatedOn !== null && day <= state.terminatedOn
  return state.state === 'active'
}
