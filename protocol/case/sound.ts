/**
 * What a step must say beyond its schema, and which days it may name, in the case as its author saw it. Judged once, when it is
 * signed and when it comes: what both cities took stays as it is, so folding and evidence do not ask again. Signed times alone
 * count, no clock and no holiday table, so that both cities judge alike. SPEC.md §6.4.
 */
import { dayOf } from '../agreement/document.ts'
import { addDays } from '../calendar/calendar.ts'
import { LIMITS } from '../limits.ts'
import type { Packet } from '../packet/claims.ts'
import { type Refused, refuse } from '../problem.ts'
import { resultWaits } from './commitment.ts'
import { type Correction, corrected, correctedBody, correctionsOf } from './correct.ts'
import type { CaseState } from './fold.ts'
import { type CaseContent, type CaseKind, DECISIONS } from './kinds.ts'
import { chargedTwice } from './payments.ts'
import { hasResult, objectionWaits } from './permits.ts'

/** A step before it joins its thread. */
export type NewStep = {
  kind: CaseKind
  /** null when it was purged: then nothing of it is judged */
  body: unknown
  /** time of signing, seconds */
  iat: number
}

/** The thread as the author saw it; `state` is null before the submit. */
export type View = { packets: readonly Packet[]; state: CaseState | null }

const isDecision = (outcome: string): boolean => (DECISIONS as readonly string[]).includes(outcome)

const DAY_LENGTH = '2026-11-30'.length
const secondsOf = (instant: string): number => Date.parse(instant) / 1000
const dayIn = (value: string): string => (value.length > DAY_LENGTH ? dayOf(secondsOf(value)) : value)

/** Days and instants that tell what was done before the step was signed. */
const DONE = {
  'case.submit': ['receivedAt', 'consent.acceptedAt'],
  'case.ship': ['shippedOn'],
  'case.result-received': ['receivedAt'],
  'case.decide': ['decidedOn'],
  'case.verify-remote': ['from', 'to'],
  'case.record-payment': ['settledOn'],
  'case.mail': ['at'],
  'case.originals': ['at'],
  'case.purge': ['purgedAt'],
} as const satisfies Partial<Record<CaseKind, readonly string[]>>

/** Days that are to come, and how many days after that of the signing they begin: a supplement can be given on the next one first. */
const TO_COME = {
  'case.request-supplement': { deadline: 1 },
  'case.commit': { until: 1 },
  'case.request-payment': { payBy: 1 },
  'case.accept': { promisedBy: 0 },
  'case.pause': { expectedUntil: 0 },
  'case.extend': { until: 0 },
  'case.supervise': { answerBy: 0 },
} as const satisfies Partial<Record<CaseKind, Readonly<Record<string, number>>>>

/** Days to come that no law bounds: nobody waits longer for an answer, a supplement or a special procedure. */
const WITHIN_A_YEAR: Readonly<Partial<Record<CaseKind, true>>> = {
  'case.request-supplement': true,
  'case.commit': true,
  'case.request-payment': true,
  'case.pause': true,
  'case.supervise': true,
}

/** Between which days a step that is signed at `iat` (seconds) may name each of its days; `latest` is null where this bounds none. */
export function soundDays(
  state: CaseState | null,
  kind: CaseKind,
  iat: number,
): { field: string; earliest: string; latest: string | null }[] {
  const signed = dayOf(iat)
  const done = (DONE as Partial<Record<CaseKind, readonly string[]>>)[kind] ?? []
  const toCome = (TO_COME as Partial<Record<CaseKind, Readonly<Record<string, number>>>>)[kind] ?? {}
  return [
    ...done.map(field => ({ field, earliest: firstDay(state, signed), latest: signed })),
    ...Object.entries(toCome).map(([field, after]) => ({
      field,
      earliest: addDays(signed, after),
      latest: WITHIN_A_YEAR[kind] === true ? addDays(signed, LIMITS.namedDueDays) : null,
    })),
  ]
}

/** Nothing of a case was done before the window took the application, and no application lies for half a year before it is sent. */
function firstDay(state: CaseState | null, signed: string): string {
  const received = state?.instants.received ?? null
  return received === null ? addDays(signed, -LIMITS.namedBehindDays) : dayOf(secondsOf(received))
}

/** Why the step must not be signed or taken, or null. Problems: `case.day`, `case.content`, `case.transition`. */
export function unsound(view: View, step: NewStep): Refused | null {
  if (step.body === null || step.body === undefined) return null
  if (step.kind === 'case.correct') return wrongCorrection(view, step)
  return wrongDay(view, step) ?? lacksContent(step) ?? outOfTurn(view, step) ?? beforeItsDay(view, step)
}

const valueAt = (body: unknown, path: string): string | undefined => {
  const value = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], body)
  return typeof value === 'string' ? value : undefined
}

/** `only`: paths of days that are new; others were judged when they were. */
function wrongDay({ state }: View, { kind, body, iat }: NewStep, only?: readonly string[]): Refused | null {
  const isNew = (path: string): boolean => only === undefined || only.includes(path)
  const signed = dayOf(iat)
  const first = firstDay(state, signed)
  for (const path of (DONE as Partial<Record<CaseKind, readonly string[]>>)[kind] ?? []) {
    const value = isNew(path) ? valueAt(body, path) : undefined
    if (value === undefined) continue
    const ahead = value.length > DAY_LENGTH ? secondsOf(value) > iat + LIMITS.clockSkewSeconds : value > signed
    if (ahead) return refuse('case.day', `${path}: later than the signing`)
    if (dayIn(value) < first) return refuse('case.day', `${path}: not before ${first}`)
  }
  const toCome = (TO_COME as Partial<Record<CaseKind, Readonly<Record<string, number>>>>)[kind] ?? {}
  for (const [path, after] of Object.entries(toCome)) {
    const value = isNew(path) ? valueAt(body, path) : undefined
    if (value === undefined) continue
    const earliest = addDays(signed, after)
    if (value < earliest) return refuse('case.day', `${path}: not before ${earliest}`)
    const last = addDays(signed, LIMITS.namedDueDays)
    if (WITHIN_A_YEAR[kind] === true && value > last) return refuse('case.day', `${path}: not after ${last}`)
  }
  if (kind === 'case.verify-remote') {
    const { from, to } = body as CaseContent<'case.verify-remote'>
    if (secondsOf(to) < secondsOf(from)) return refuse('case.day', 'to: before from')
  }
  if (kind === 'case.result-received' && state !== null) {
    // A result is sent before it is received; one that was handed out without being sent was decided before.
    const begun = state.instants.sent ?? state.instants.decided
    const { receivedAt } = body as CaseContent<'case.result-received'>
    if (begun !== null && secondsOf(receivedAt) < begun - LIMITS.clockSkewSeconds)
      return refuse(
        'case.day',
        `receivedAt: before the result was ${state.instants.sent === null ? 'decided' : 'sent'}`,
      )
  }
  return null
}

/** What the law asks of the words of a step. */
function lacksContent({ kind, body }: NewStep): Refused | null {
  if (kind === 'case.decide') {
    const { outcome, reason, documentNo } = body as CaseContent<'case.decide'>
    if (outcome !== 'denied') return null
    // 行政许可法 38: a denial is a document, and says why.
    if (reason === undefined) return refuse('case.content', 'reason: a denial says why (行政许可法 38)')
    if (documentNo === undefined) return refuse('case.content', 'documentNo: a denial is a document with a number')
  }
  if (kind === 'case.commit') {
    const { materials } = body as CaseContent<'case.commit'>
    const twice = materials.findIndex((code, at) => materials.indexOf(code) < at)
    if (twice >= 0) return refuse('case.content', `materials.${twice}: named twice`)
  }
  if (kind === 'case.send-result') {
    const { method, waybill } = body as CaseContent<'case.send-result'>
    if (method === 'mail' && waybill === undefined)
      return refuse('case.content', 'waybill: what is sent by mail has one')
  }
  return null
}

/** A commitment lapses when its last day is over, not before. */
function beforeItsDay({ state }: View, { kind, body, iat }: NewStep): Refused | null {
  if (kind !== 'case.close' || (body as CaseContent<'case.close'>).outcome !== 'lapsed') return null
  const until = state === null || state.state === 'supplementing' ? null : (state.committed?.until ?? null)
  return until === null || dayOf(iat) > until
    ? null
    : refuse('case.transition', `${kind} as lapsed: the commitment runs to ${until}`)
}

/** What the case must hold before the step, beyond its state. */
function outOfTurn({ packets, state }: View, { kind, body }: NewStep): Refused | null {
  const no = (why: string): Refused => refuse('case.transition', `${kind} ${why}`)
  if (kind === 'case.result-received' && state !== null) {
    if (state.instants.handedOver !== null) return no('was made already')
    if (!hasResult(state)) return no('without a result')
  }
  if (kind === 'case.decide' || kind === 'case.send-result' || kind === 'case.close') {
    // 异议: the city that owns the power is answered before its case goes on; what ends without a decision takes nothing from it.
    const decides = kind !== 'case.close' || isDecision((body as CaseContent<'case.close'>).outcome)
    if (state !== null && decides && objectionWaits(state)) return no('while an objection has no answer')
    // 容缺后补: the result is handed out once everything is there.
    if (state !== null && kind !== 'case.decide' && decides && resultWaits(state))
      return no('while materials that were committed to are missing')
  }
  if (kind === 'case.request-payment' && state !== null) {
    const { number } = body as CaseContent<'case.request-payment'>
    if (chargedTwice(state.payments, number))
      return refuse('case.content', 'number: another payment of the case stands under it')
  }
  if (kind === 'case.answer') {
    const { to, verdict } = body as CaseContent<'case.answer'>
    const asked = state?.asked.find(({ packet }) => packet === to)
    if (verdict !== undefined && asked !== undefined && asked.kind !== 'case.appeal-evaluation')
      return refuse('case.content', 'verdict: an appeal alone is upheld or rejected')
  }
  if (kind === 'case.mail') {
    const { waybill, parcel, state: mailed } = body as CaseContent<'case.mail'>
    const corrections = correctionsOf(packets)
    const brings = (packet: Packet) =>
      mayBring(packet, parcel) && handsOver({ ...packet, body: correctedBody(packet, corrections) }, parcel, waybill)
    if (mailed === 'ordered' || packets.some(brings)) return null
    return refuse(
      'case.content',
      'waybill: of no parcel that this case knows: tell first that it was shipped, sent or ordered',
    )
  }
  return null
}

/** A correction says nothing that the step itself could not have said. */
function wrongCorrection(view: View, { body, iat }: NewStep): Refused | null {
  const correction = body as Correction
  const step = view.packets.find(({ id }) => id === correction.packet)
  const read = step === undefined ? null : corrected(view.packets, step, correction)
  if (step === undefined || read === null) return null
  if (!read.ok) return read
  const kind = step.claims.kind as CaseKind
  const said = { kind, body: read.body, iat }
  const fields = (correction.fields ?? []).map(({ field }) => field)
  return wrongDay(view, said, fields) ?? (kind === 'case.mail' ? outOfTurn(view, said) : null)
}

/** Kinds that bring a parcel into the case: originals that were shipped or sent back, a result that was sent, or an order. */
const BRINGS: Readonly<Record<CaseContent<'case.mail'>['parcel'], readonly string[]>> = {
  originals: ['case.mail', 'case.ship', 'case.originals'],
  result: ['case.mail', 'case.send-result'],
}
const mayBring = ({ claims: { kind } }: Packet, parcel: CaseContent<'case.mail'>['parcel']): boolean =>
  BRINGS[parcel].includes(kind)

/** Whether a packet of such a kind brings this parcel. One that was purged may have. */
function handsOver(
  { claims: { kind }, body }: Packet,
  parcel: CaseContent<'case.mail'>['parcel'],
  { carrier, number }: CaseContent<'case.mail'>['waybill'],
): boolean {
  if (body === null) return true
  const said = body as Partial<CaseContent<'case.mail'>>
  if (kind === 'case.mail' && (said.parcel !== parcel || said.state !== 'ordered')) return false
  return said.waybill?.carrier === carrier && said.waybill.number === number
}
