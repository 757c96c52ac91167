/** Which steps of an agreement are possible (可行的步骤): by state, author, text and days. SPEC.md §7.3. */

import { addDays } from '../calendar/calendar.ts'
import { LIMITS } from '../limits.ts'
import { type Refused, refuse } from '../problem.ts'
import { texts } from './body.ts'
import { type AgreementDocument, amend, dayOf, isOver } from './document.ts'
import { AGREEMENT_AUTHORS, AGREEMENT_STEPS, type AgreementBody, type AgreementKind, type Step } from './kinds.ts'
import { readNotice, type StandingNotice } from './notice.ts'
import { type AgreementState, boundBy, isBetweenMany, latest, rootOf, unsettled } from './state.ts'

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
export const over = (document: AgreementDocument, iat: number): Refused | null =>
  isOver(document, dayOf(iat))
    ? refuse('agreement.malformed', 'validTo: a day that is over')
    : (beyond('validFrom', document.validFrom, iat) ?? beyond('validTo', document.validTo, iat))

/** Why a day cannot be meant by who signs at `iat` (seconds), or null. */
function beyond(field: string, day: string, iat: number): Refused | null {
  const first = `${LIMITS.namedFirstYear}-01-01`
  const last = addDays(dayOf(iat), LIMITS.agreementAheadDays)
  if (day < first) return refuse('agreement.malformed', `${field}: not before ${first}`)
  return day > last ? refuse('agreement.malformed', `${field}: not after ${last}`) : null
}
