/** The thread of an agreement between two cities: kinds, table, fold and admission. SPEC.md §7.3. */
import * as z from 'zod'
import { addDays } from '../calendar/calendar.ts'
import { checkBody } from '../case/admit.ts'
import { LIMITS } from '../limits.ts'
import type { Packet, PacketClaims } from '../packet/claims.ts'
import { Day, DivisionCode, parseJson, Salt, Sha256, sha256, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { canonicalOrder, checkPlace, viewOf } from '../thread/chain.ts'
import {
  type AgreementAmendment,
  type AgreementDocument,
  amend,
  covers,
  dayOf,
  isOver,
  readAgreement,
  readAmendment,
} from './document.ts'
import { readNotice, SignedNotice, type StandingNotice } from './notice.ts'
import { unpackText } from './packed.ts'
import { AgreementSignature } from './signature.ts'

export const AGREEMENT_STATES = {
  proposed: '待签署',
  signed: '双方已签，待其他各方',
  active: '已生效',
  suspended: '已暂停',
  declined: '已拒签',
  withdrawn: '已撤回',
  terminated: '已终止',
} as const
export type AgreementStateName = keyof typeof AGREEMENT_STATES

const packed = z
  .string()
  .max(LIMITS.bodyBytes)
  .regex(/^[A-Za-z0-9_-]+$/)
  .describe('the text, deflated (RFC 1951) and base64url')

const notice = SignedNotice.optional().describe('between more than two, of a party that is not the proposer')

/** The proposer asks; the other city orders the thread. */
export const AGREEMENT_CONTENT = {
  'agreement.propose': z.strictObject({ text: packed, signature: AgreementSignature }),
  'agreement.counter': z.strictObject({ text: packed, signature: AgreementSignature, reason: text(2000).optional() }),
  'agreement.amend': z.strictObject({ text: packed, signature: AgreementSignature }),
  'agreement.sign': z.strictObject({ agreement: Sha256, signature: AgreementSignature }),
  'agreement.decline': z.strictObject({ agreement: Sha256, reason: text(2000), notice }),
  'agreement.withdraw': z.strictObject({ agreement: Sha256, reason: text(2000) }),
  'agreement.complete': z.strictObject({
    agreement: Sha256,
    signatures: z
      .array(z.strictObject({ city: DivisionCode, signature: AgreementSignature, certificate: z.string().max(20_000) }))
      .min(2)
      .max(100)
      .describe('of every party that is bound, with its city certificate (PEM)'),
  }),
  'agreement.suspend': z.strictObject({ reason: text(2000), notice }),
  'agreement.resume': z.strictObject({ reason: text(2000).optional(), notice }),
  'agreement.terminate': z.strictObject({ reason: text(2000), effectiveOn: Day, notice }),
  'agreement.notice': z.strictObject({
    ...SignedNotice.shape,
    certificate: z.string().max(20_000).describe('of the city that gave it (PEM)'),
  }),
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
  'agreement.counter': 'either',
  'agreement.amend': 'either',
  'agreement.sign': 'either',
  'agreement.decline': 'either',
  'agreement.withdraw': 'either',
  'agreement.complete': 'proposer',
  'agreement.suspend': 'either',
  'agreement.resume': 'either',
  'agreement.terminate': 'either',
  'agreement.notice': 'proposer',
} as const satisfies Record<AgreementKind, 'proposer' | 'either'>

type Step = {
  from: readonly AgreementStateName[]
  /** the text that waits for a signature: there must be none, one of the other city, or an own one */
  pending: 'none' | 'theirs' | 'own' | 'any'
  to: AgreementStateName | 'same'
}
const STANDING = ['active', 'suspended'] as const

/** From where each kind leads where. A text that is signed, declined or withdrawn while the agreement stands leaves its state. */
export const AGREEMENT_STEPS = {
  'agreement.propose': { from: [], pending: 'none', to: 'proposed' },
  'agreement.counter': { from: ['proposed'], pending: 'theirs', to: 'proposed' },
  'agreement.amend': { from: STANDING, pending: 'none', to: 'same' },
  'agreement.sign': { from: ['proposed', ...STANDING], pending: 'theirs', to: 'active' },
  'agreement.decline': { from: ['proposed', ...STANDING], pending: 'theirs', to: 'declined' },
  'agreement.withdraw': { from: ['proposed', 'signed', ...STANDING], pending: 'own', to: 'withdrawn' },
  'agreement.complete': { from: ['signed', ...STANDING, 'terminated'], pending: 'any', to: 'active' },
  'agreement.suspend': { from: STANDING, pending: 'any', to: 'suspended' },
  'agreement.resume': { from: ['suspended'], pending: 'any', to: 'active' },
  'agreement.terminate': { from: ['signed', ...STANDING], pending: 'any', to: 'terminated' },
  'agreement.notice': { from: ['proposed', 'signed', ...STANDING, 'terminated'], pending: 'any', to: 'same' },
} as const satisfies Record<AgreementKind, Step>

export type Signed = {
  city: string
  signature: AgreementSignature /** PEM, of a party that the reader may not know */
  certificate?: string
  /** seconds: when the packet that brought it was signed */ at: number
  /** the packet is that of the city itself, not of the proposer who tells of all signatures */ own: boolean
}

/** A signature that the proposer told, by a certificate (SHA-256, hex) that the reader does not trust for that city. */
export type ToldSignature = { city: string; fingerprint: string }

/** One text that was signed: the document, or an amendment of the version before. */
export type AgreementVersion = {
  /** sha256 of `text` */ id: string
  text: string
  /** what stands from it on */ document: AgreementDocument
  amendment: AgreementAmendment | null
  /** first day on which cases begin under it */ from: string
  signatures: Signed[]
  /** every party has signed */ complete: boolean
  /** signatures that a reader does not count: for it the version is not complete */ told?: readonly ToldSignature[]
}

/** A text that waits for the signature of the city that did not write it. */
export type PendingText = Omit<AgreementVersion, 'complete'> & { by: string; reason: string | null }

/** A text that will never stand: who declined or withdrew it, and, of another party between many, the notice that says so. */
export type FailedText = Pick<PendingText, 'id' | 'document' | 'amendment' | 'from'> & {
  how: 'declined' | 'withdrawn'
  by: string
  reason: string
  /** seconds */ at: number
  notice: SignedNotice | null
}

/** Where a party of an agreement between many stands, by its newest notice. */
export type Standing = StandingNotice & { notice: SignedNotice }

export type AgreementState = {
  state: AgreementStateName
  proposer: string
  other: string
  versions: readonly AgreementVersion[]
  pending: PendingText | null
  /** proposals that a counter-proposal replaced, oldest first; the last REPLACED_KEPT */ replaced: readonly PendingText[]
  /** texts that were declined or withdrawn, oldest first; the last REPLACED_KEPT */ failed: readonly FailedText[]
  /** between many: parties that gave notice, the other city of the thread among them */ standings: readonly Standing[]
  /** of all parties that are known to have */ suspendedBy: readonly string[]
  /** last day on which new cases begin, when terminated */ terminatedOn: string | null
}

/** Replaced proposals, and failed texts, that a fold keeps. */
export const REPLACED_KEPT = 8

export const isAgreementKind = (kind: string): kind is AgreementKind => Object.hasOwn(AGREEMENT_CONTENT, kind)

/** The newest version that all have signed; else one that is signed so far, or the text that was proposed last. */
export function latest(state: AgreementState): Omit<AgreementVersion, 'complete'> {
  const found = state.versions.findLast(({ complete }) => complete) ?? state.versions.at(-1) ?? state.pending
  if (found === null || found === undefined) throw new TypeError('an agreement without a text')
  return found
}

/** Id of the document, under whatever amendments: that of the agreement in each of its threads. */
export const rootOf = ({ versions, pending }: AgreementState): string => versions[0]?.id ?? pending?.id ?? ''

/** Whether more than two cities are parties: the text travels in several threads. */
export const isBetweenMany = (state: AgreementState): boolean => latest(state).document.parties.length > 2

/** The text that is not settled: it waits for the other city of the thread or, signed by both, for further parties. */
export function unsettled(state: AgreementState): (Omit<AgreementVersion, 'complete'> & { by: string }) | null {
  const incomplete = state.versions.find(({ complete }) => !complete)
  return state.pending ?? (incomplete === undefined ? null : { ...incomplete, by: state.proposer })
}

/** Last day on which cases with a party begin, as far as this thread tells; null while it stays. */
export const leavesOn = (state: AgreementState, city: string): string | null =>
  state.standings.find(standing => standing.city === city)?.leavesOn ??
  (city === state.other ? state.terminatedOn : null)

/** Parties that must sign a text: of an amendment those that are still in on its first day. */
export const boundBy = (
  state: AgreementState,
  { document, amendment, from }: Pick<AgreementVersion, 'document' | 'amendment' | 'from'>,
): string[] =>
  document.parties.map(({ code }) => code).filter(code => amendment === null || (leavesOn(state, code) ?? from) >= from)

type Read = { id: string; text: string; document: AgreementDocument | null; amendment: AgreementAmendment | null }
/** Texts by the body that carried them: a thread is folded many times, and large ones take a while to read. */
const texts = new WeakMap<object, Read>()

async function readText(kind: AgreementKind, body: object): Promise<{ ok: true; read: Read } | Refused> {
  const known = texts.get(body)
  if (known !== undefined) return { ok: true, read: known }
  const unpacked = await unpackText((body as AgreementBody<'agreement.propose'>).text)
  if (!unpacked.ok) return unpacked
  const parsed = kind === 'agreement.amend' ? readAmendment(unpacked.text) : readAgreement(unpacked.text)
  if (!parsed.ok) return parsed
  const read: Read = {
    id: await sha256(unpacked.text),
    text: unpacked.text,
    document: 'document' in parsed ? parsed.document : null,
    amendment: 'amendment' in parsed ? parsed.amendment : null,
  }
  texts.set(body, read)
  return { ok: true, read }
}

const carriesText = (kind: AgreementKind): boolean =>
  kind === 'agreement.propose' || kind === 'agreement.counter' || kind === 'agreement.amend'

/** Checks body bytes; of a text also that it holds and that both cities are its parties. Problems: `body.*`, `agreement.malformed`. */
export async function openAgreementBody(
  claims: PacketClaims,
  bytes: Uint8Array,
): Promise<{ ok: true; body: unknown } | Refused> {
  const { kind } = claims
  if (!isAgreementKind(kind)) return refuse('envelope.claims', 'kind')
  const checked = await checkBody(claims, bytes)
  if (checked !== null) return checked
  const parsed = parseJson<unknown>(AGREEMENT_BODIES[kind], bytes, 'body.schema')
  if (!parsed.ok) return parsed
  if (!carriesText(kind))
    return claims.materials.length > 0 ? refuse('envelope.claims', 'materials') : { ok: true, body: parsed.value }
  const text = await readText(kind, parsed.value as object)
  if (!text.ok) return text
  const { document, amendment } = text.read
  if (document !== null) {
    const codes = document.parties.map(party => party.code)
    if (!codes.includes(claims.iss) || !codes.includes(claims.aud)) return refuse('agreement.malformed', 'parties')
    if (kind === 'agreement.counter' && codes.length > 2)
      return refuse('agreement.malformed', 'parties: two in a counter-proposal')
  }
  const attachments = (document?.attachments ?? amendment?.terms.attachments ?? []).map(file => file.sha256)
  if (attachments.join() !== claims.materials.map(material => material.sha256).join())
    return refuse('envelope.claims', 'materials: the attachments of the text')
  return { ok: true, body: parsed.value }
}

/** Folds an admitted thread; null when it holds no proposal. */
export async function foldAgreement(packets: readonly Packet[]): Promise<AgreementState | null> {
  for (const { claims, body } of packets)
    if (isAgreementKind(claims.kind) && carriesText(claims.kind)) await readText(claims.kind, body as object)
  const proposal = packets.find(packet => packet.claims.kind === 'agreement.propose')
  if (proposal === undefined) return null
  let state = begin(proposal)
  for (const packet of state === null ? [] : canonicalOrder(packets, proposal.claims.aud)) {
    if (state !== null && packet.id !== proposal.id) state = apply(state, packet)
  }
  return state
}

function begin(packet: Packet): AgreementState | null {
  const { claims, body } = packet
  const read = texts.get(body as object)
  if (read?.document == null) return null
  return {
    state: 'proposed',
    proposer: claims.iss,
    other: claims.aud,
    versions: [],
    pending: pendingOf(packet, read, read.document, read.document.validFrom),
    replaced: [],
    failed: [],
    standings: [],
    suspendedBy: [],
    terminatedOn: null,
  }
}

function pendingOf(
  { claims: { iss, iat }, body }: Packet,
  { id, text, amendment }: Read,
  document: AgreementDocument,
  from: string,
): PendingText {
  const { signature, reason } = body as AgreementBody<'agreement.counter'>
  const signatures = [{ city: iss, signature, at: iat, own: true }]
  return { id, text, document, amendment, from, by: iss, reason: amendment?.reason ?? reason ?? null, signatures }
}

function apply(state: AgreementState, packet: Packet): AgreementState {
  const { kind, iss, iat } = packet.claims
  if (!isAgreementKind(kind)) return state
  const bodyOf = <K extends AgreementKind>(_: K) => packet.body as AgreementBody<K>
  if (kind === 'agreement.terminate' && state.terminatedOn !== null) {
    // Two terminations crossed: neither city is held longer than it said.
    const { effectiveOn } = bodyOf(kind)
    return effectiveOn < state.terminatedOn
      ? { ...stands(state, bodyOf(kind).notice), terminatedOn: effectiveOn }
      : state
  }
  if (permitsAgreement(state, kind, iss, packet.body, iat) !== null) return state
  switch (kind) {
    case 'agreement.counter': {
      const read = texts.get(packet.body as object)
      if (read?.document == null) return state
      const replaced = [...state.replaced, ...(state.pending === null ? [] : [state.pending])].slice(-REPLACED_KEPT)
      return { ...state, replaced, pending: pendingOf(packet, read, read.document, read.document.validFrom) }
    }
    case 'agreement.amend': {
      const read = texts.get(packet.body as object)
      const changed = read?.amendment == null ? null : amend(latest(state).document, read.amendment)
      if (read?.amendment == null || changed === null || !changed.ok) return state
      const { effectiveFrom } = read.amendment
      return { ...state, pending: pendingOf(packet, read, changed.document, effectiveFrom) }
    }
    case 'agreement.sign': {
      if (state.pending === null) return state
      const { by: _, reason: __, ...text } = state.pending
      const complete = text.document.parties.length === 2
      const signatures = [...text.signatures, { city: iss, signature: bodyOf(kind).signature, at: iat, own: true }]
      const versions = [...state.versions, { ...text, signatures, complete }]
      return {
        ...state,
        versions,
        pending: null,
        state: state.state === 'proposed' ? (complete ? 'active' : 'signed') : state.state,
      }
    }
    case 'agreement.decline':
    case 'agreement.withdraw': {
      const { reason } = bodyOf(kind)
      const how = kind === 'agreement.decline' ? 'declined' : 'withdrawn'
      const notice = kind === 'agreement.decline' ? (bodyOf(kind).notice ?? null) : null
      return fail(state, { how, by: iss, reason, at: iat, notice })
    }
    case 'agreement.complete': {
      const { agreement, signatures } = bodyOf(kind)
      const versions = state.versions.map(version => {
        if (version.id !== agreement) return version
        const times = new Map(version.signatures.map(({ city, at }) => [city, at]))
        const all = signatures.map(given => ({
          ...given,
          at: times.get(given.city) ?? iat,
          own: times.has(given.city),
        }))
        return { ...version, signatures: all, complete: true }
      })
      return { ...state, versions, state: state.state === 'signed' ? 'active' : state.state }
    }
    case 'agreement.suspend':
      return suspendedBy(stands(state, bodyOf(kind).notice), [...state.suspendedBy, iss])
    case 'agreement.resume':
      return suspendedBy(
        stands(state, bodyOf(kind).notice),
        state.suspendedBy.filter(city => city !== iss),
      )
    case 'agreement.terminate': {
      const { effectiveOn, notice } = bodyOf(kind)
      return { ...stands(state, notice), state: 'terminated', pending: null, terminatedOn: effectiveOn }
    }
    case 'agreement.notice': {
      const { text, signature } = bodyOf(kind)
      const read = readNotice(text)
      if (!read.ok) return state
      const { notice } = read
      if (notice.kind === 'standing') {
        const others = state.suspendedBy.filter(city => city !== notice.city)
        return suspendedBy(stands(state, { text, signature }), notice.suspended ? [...others, notice.city] : others)
      }
      const { city, reason, at } = notice
      return fail(state, { how: 'declined', by: city, reason, at, notice: { text, signature } })
    }
    default:
      return state
  }
}

/** The text that waits will not stand: an agreement that stands is left as it is. */
function fail(state: AgreementState, why: Pick<FailedText, 'how' | 'by' | 'reason' | 'at' | 'notice'>): AgreementState {
  const text = unsettled(state)
  if (text === null) return state
  const { id, document, amendment, from } = text
  const failed = [...state.failed, { id, document, amendment, from, ...why }].slice(-REPLACED_KEPT)
  if (amendment === null) return { ...state, failed, state: why.how }
  return { ...state, failed, pending: null, versions: state.versions.filter(({ complete }) => complete) }
}

/** What a notice that was admitted says of where its city stands. */
function stands(state: AgreementState, signed: SignedNotice | undefined): AgreementState {
  const read = signed === undefined ? null : readNotice(signed.text)
  if (signed === undefined || read === null || !read.ok || read.notice.kind !== 'standing') return state
  const { notice } = read
  const others = state.standings.filter(({ city }) => city !== notice.city)
  return { ...state, standings: [...others, { ...notice, notice: signed }] }
}

/** The thread is suspended while one of its two cities is; another party's suspension stops the cases with that one alone. */
function suspendedBy(state: AgreementState, cities: readonly string[]): AgreementState {
  const own = cities.includes(state.proposer) || cities.includes(state.other)
  const stays = state.state !== 'active' && state.state !== 'suspended'
  return { ...state, suspendedBy: cities, state: stays ? state.state : own ? 'suspended' : 'active' }
}

/**
 * Why the step is not possible for `city` at `iat` (seconds), or null. The text of a body must have been read before, by
 * `openAgreementBody` or a fold. Problems: `case.author`, `agreement.transition`, `agreement.signature`, `agreement.malformed`.
 */
export function permitsAgreement(
  state: AgreementState,
  kind: AgreementKind,
  city: string,
  body: unknown,
  iat: number,
): Refused | null {
  const no = (why: string): Refused => refuse('agreement.transition', `${kind} ${why}`)
  if (AGREEMENT_AUTHORS[kind] === 'proposer' && city !== state.proposer) return refuse('case.author', kind)
  const step: Step = AGREEMENT_STEPS[kind]
  if (!step.from.includes(state.state)) return no(`in state ${state.state}`)
  const pending = step.pending === 'theirs' ? state.pending : unsettled(state)
  if (step.pending === 'none' && pending !== null) return no('while another text waits for a signature')
  if ((step.pending === 'theirs' || step.pending === 'own') && pending === null) return no('without a text to sign')
  if (step.pending === 'theirs' && pending?.by === city) return refuse('case.author', kind)
  if (step.pending === 'own' && pending?.by !== city) return refuse('case.author', kind)
  switch (kind) {
    case 'agreement.sign':
    case 'agreement.decline':
    case 'agreement.withdraw': {
      if ((body as AgreementBody<'agreement.sign'> | null)?.agreement !== pending?.id)
        return refuse('agreement.signature', 'another text')
      if (kind === 'agreement.decline') return noticed(state, kind, city, body)
      if (kind !== 'agreement.sign' || pending === null) return null
      if (pending.amendment !== null && pending.from <= dayOf(iat))
        return no('after the day on which it was to take effect')
      return isOver(pending.document, dayOf(iat)) ? no('after the last day of the text') : null
    }
    case 'agreement.counter': {
      if ((pending?.document.parties.length ?? 0) > 2) return no('between more than two parties: propose anew')
      const document = texts.get((body ?? {}) as object)?.document
      return document == null ? null : over(document, iat)
    }
    case 'agreement.amend': {
      const amendment = texts.get((body ?? {}) as object)?.amendment
      if (amendment == null) return body === null ? null : refuse('agreement.malformed', 'text')
      const version = latest(state)
      if (amendment.amends !== version.id) return no('of a version that is not the newest')
      if (amendment.effectiveFrom <= dayOf(iat)) return no('with effect on a day that has begun')
      if (version.document.parties.length > 2 && city !== state.proposer) return refuse('case.author', kind)
      const changed = amend(version.document, amendment)
      if (!changed.ok) return changed
      return beyond('effectiveFrom', amendment.effectiveFrom, iat) ?? over(changed.document, iat)
    }
    case 'agreement.complete': {
      const given = body as AgreementBody<'agreement.complete'> | null
      if (given === null) return null
      const version = state.versions.find(entry => entry.id === given.agreement)
      if (version === undefined || version.complete) return no('of what is not waiting for other parties')
      const signed = new Set(given.signatures.map(entry => entry.city))
      const parties = new Set(version.document.parties.map(party => party.code))
      const whole = boundBy(state, version).every(code => signed.has(code))
      return whole &&
        signed.size === given.signatures.length &&
        given.signatures.every(entry => parties.has(entry.city))
        ? null
        : refuse('agreement.signature', 'not of every party')
    }
    case 'agreement.suspend':
      return state.suspendedBy.includes(city) ? no('twice') : noticed(state, kind, city, body)
    case 'agreement.resume':
      return state.suspendedBy.includes(city) ? noticed(state, kind, city, body) : refuse('case.author', kind)
    case 'agreement.terminate': {
      // Cases may have begun on days that are over.
      const day = (body as AgreementBody<'agreement.terminate'> | null)?.effectiveOn
      if (day === undefined) return null
      if (day < dayOf(iat)) return no('with effect on a day that is over')
      return beyond('effectiveOn', day, iat) ?? noticed(state, kind, city, body)
    }
    case 'agreement.notice':
      return passedOn(state, body)
    default:
      return null
  }
}

/** Why the notice in a party's own step is not what the step says, or null. An earlier node gave none: it cannot be passed on. */
function noticed(
  state: AgreementState,
  kind: 'agreement.decline' | 'agreement.suspend' | 'agreement.resume' | 'agreement.terminate',
  city: string,
  body: unknown,
): Refused | null {
  const given = body as Partial<AgreementBody<'agreement.terminate'>> | null
  if (given?.notice === undefined) return null
  const no = (why: string): Refused => refuse('agreement.malformed', `notice: ${why}`)
  if (!isBetweenMany(state) || city === state.proposer) return no('between two, or of the proposer')
  const read = readNotice(given.notice.text)
  if (!read.ok) return read
  const { notice } = read
  if (notice.city !== city || notice.reason !== given.reason) return no('not what the step says')
  if (kind === 'agreement.decline')
    return notice.kind === 'decline' && notice.agreement === state.pending?.id ? null : no('not of this text')
  if (notice.kind !== 'standing') return no('not of where the city stands')
  const suspended = kind === 'agreement.terminate' ? state.suspendedBy.includes(city) : kind === 'agreement.suspend'
  const leaves = kind === 'agreement.terminate' ? given.effectiveOn : null
  return notice.suspended === suspended && notice.leavesOn === leaves
    ? newer(state, notice)
    : no('not what the step says')
}

/** Why the proposer cannot pass this notice on in this thread, or null. */
function passedOn(state: AgreementState, body: unknown): Refused | null {
  if (body === null) return null
  const read = readNotice((body as AgreementBody<'agreement.notice'>).text)
  if (!read.ok) return read
  const { notice } = read
  const parties = latest(state).document.parties.map(({ code }) => code)
  if (!parties.includes(notice.city) || notice.city === state.proposer || notice.city === state.other)
    return refuse('agreement.malformed', 'notice: not of another party')
  if (notice.kind === 'standing') return newer(state, notice)
  return notice.agreement === unsettled(state)?.id
    ? null
    : refuse('agreement.transition', 'agreement.notice of a text that does not wait')
}

/** A notice speaks of this agreement, and a former one is not given again. */
function newer(state: AgreementState, { agreement, city, no }: StandingNotice): Refused | null {
  if (agreement !== rootOf(state)) return refuse('agreement.malformed', 'notice: of another agreement')
  const before = state.standings.find(standing => standing.city === city)
  return before === undefined || no > before.no
    ? null
    : refuse('agreement.transition', 'agreement.notice: a newer one was given')
}

/** Nobody writes a text under which no case could ever begin, or that names days that cannot be meant. */
const over = (document: AgreementDocument, iat: number): Refused | null =>
  isOver(document, dayOf(iat))
    ? refuse('agreement.malformed', 'validTo: a day that is over')
    : (beyond('validFrom', document.validFrom, iat) ?? beyond('validTo', document.validTo, iat))

/** Why a day cannot be meant by who signs at `iat` (seconds), or null. */
function beyond(field: string, day: string, iat: number): Refused | null {
  const [first, last] = [`${LIMITS.namedFirstYear}-01-01`, addDays(dayOf(iat), LIMITS.agreementAheadDays)]
  if (day < first) return refuse('agreement.malformed', `${field}: not before ${first}`)
  return day > last ? refuse('agreement.malformed', `${field}: not after ${last}`) : null
}

/** Admits an agreement packet in the view of its author. The caller verifies certificate signatures (it holds the certificates). */
export async function admitAgreement(
  packets: readonly Packet[],
  candidate: Packet,
): Promise<{ ok: true; state: AgreementState } | Refused> {
  const { kind, iss, iat, agreement } = candidate.claims
  if (!isAgreementKind(kind)) return refuse('envelope.claims', 'kind')
  if (agreement !== undefined) return refuse('envelope.claims', 'agreement')
  const misplaced = checkPlace(packets, candidate)
  if (misplaced !== null) return misplaced
  if (kind === 'agreement.propose') {
    if (packets.some(packet => packet.claims.kind === kind))
      return refuse('agreement.transition', 'the thread has begun')
  } else {
    if (carriesText(kind)) {
      const read = await readText(kind, candidate.body as object)
      if (!read.ok) return read
    }
    const view = await foldAgreement(viewOf(packets, candidate))
    if (view === null) return refuse('thread.unknown')
    const refusal = permitsAgreement(view, kind, iss, candidate.body, iat)
    if (refusal !== null) return refusal
  }
  const state = await foldAgreement([...packets, candidate])
  if (state === null) return refuse('agreement.malformed')
  const { document } = latest(state)
  return (kind === 'agreement.propose' ? over(document, iat) : null) ?? { ok: true, state }
}

/**
 * Whether a case that begins at `at` (seconds) may name the version `id`. A version is open from its first day to the day before
 * the next one's. Problems: `agreement.none`, `agreement.inactive`, `agreement.uncovered`.
 */
export function coversCase(
  state: AgreementState,
  id: string,
  wanted: Parameters<typeof covers>[1],
): { ok: true; document: AgreementDocument } | Refused {
  const day = dayOf(wanted.at)
  const place = state.versions.findIndex(version => version.id === id)
  const version = state.versions[place]
  if (version === undefined)
    return refuse(state.versions.length === 0 ? 'agreement.inactive' : 'agreement.none', state.state)
  const next = state.versions.slice(place + 1).find(later => later.complete)
  if (!version.complete) {
    const [told] = version.told ?? []
    const why =
      told === undefined
        ? 'not signed by every party'
        : `${told.city}: told by ${state.proposer}, certificate not known`
    return refuse('agreement.inactive', why)
  }
  if (!isBetweenMany(state)) {
    if (state.state === 'suspended') return refuse('agreement.inactive', 'suspended')
  } else
    for (const city of [wanted.collecting, wanted.handling]) {
      if (state.suspendedBy.includes(city)) return refuse('agreement.inactive', `suspended by ${city}`)
      const last = leavesOn(state, city)
      if (last !== null && day > last) return refuse('agreement.inactive', `${city} left, last day ${last}`)
    }
  if (state.terminatedOn !== null && day > state.terminatedOn) return refuse('agreement.inactive', 'terminated')
  if (day < version.from) return refuse('agreement.inactive', `from ${version.from}`)
  if (next !== undefined && day >= next.from) return refuse('agreement.inactive', 'amended')
  const covered = covers(version.document, wanted)
  return covered.ok ? { ok: true, document: version.document } : covered
}
