/** The thread of an agreement between two cities: its fold, its admission, and which cases it covers. SPEC.md §7.3. */

import type { Packet } from '../packet/claims.ts'
import { type Refused, refuse } from '../problem.ts'
import { canonicalOrder, checkPlace, viewOf } from '../thread/chain.ts'
import { carriesText, type ReadText, readText, texts } from './body.ts'
import { type AgreementDocument, amend, covers, dayOf } from './document.ts'
import { type AgreementBody, type AgreementKind, isAgreementKind } from './kinds.ts'
import { readNotice, type SignedNotice } from './notice.ts'
import { over, permitsAgreement } from './permit.ts'
import {
  type AgreementState,
  type FailedText,
  isBetweenMany,
  latest,
  leavesOn,
  type PendingText,
  REPLACED_KEPT,
  unsettled,
} from './state.ts'

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
  { id, text, amendment }: ReadText,
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
      const { by, reason, ...text } = state.pending
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
  const index = state.versions.findIndex(version => version.id === id)
  const version = state.versions[index]
  if (version === undefined)
    return refuse(state.versions.length === 0 ? 'agreement.inactive' : 'agreement.none', state.state)
  const next = state.versions.slice(index + 1).find(later => later.complete)
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
