/**
 * How far the days that a step names may lie from the day on which it was signed, so that nobody counts to a day that cannot be
 * meant: 9999-12-31 for “without end” (长期), or a year with a digit wrong. SPEC.md §6.4.
 */
import { dayOf } from '../agreement/document.ts'
import { addDays } from '../calendar/calendar.ts'
import { LIMITS } from '../limits.ts'
import { type Refused, refuse } from '../problem.ts'
import type { CaseKind } from './kinds.ts'

/** `happened` lies behind, but for clocks that differ; `due` ahead; `told` may be either. */
type Sort = 'happened' | 'due' | 'told'

/** Every day and instant of a body, by its path in it. What the law says of a promise and an extension, the clock holds them to (§6.5). */
export const NAMED_DAYS: Readonly<Partial<Record<CaseKind, Readonly<Record<string, Sort>>>>> = {
  'case.submit': { receivedAt: 'happened', 'consent.acceptedAt': 'happened' },
  'case.ship': { shippedOn: 'told' },
  'case.result-received': { receivedAt: 'happened' },
  'case.request-supplement': { deadline: 'due' },
  'case.commit': { until: 'due' },
  'case.request-payment': { payBy: 'due' },
  'case.record-payment': { settledOn: 'told' },
  'case.accept': { promisedBy: 'told' },
  'case.pause': { expectedUntil: 'due' },
  'case.extend': { until: 'told' },
  'case.decide': { decidedOn: 'told' },
  'case.supervise': { answerBy: 'due' },
  'case.verify-remote': { from: 'told', to: 'told' },
  'case.mail': { at: 'happened' },
  'case.originals': { at: 'happened' },
  'case.purge': { purgedAt: 'told' },
}

/** The first of all days that may be named. */
const FIRST_DAY = `${LIMITS.namedFirstYear}-01-01`

/** Why the days that a body names cannot be meant by who signed it at `iat` (seconds); null when they can, or it was purged. */
export function implausible(kind: CaseKind, body: unknown, iat: number): Refused | null {
  for (const [path, sort] of Object.entries(NAMED_DAYS[kind] ?? {})) {
    const value = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | null)?.[name], body)
    if (typeof value !== 'string') continue
    const day = value.length > 10 ? dayOf(Date.parse(value) / 1000) : value
    const [first, last] = boundsOf(sort, dayOf(iat))
    if (day < first) return refuse('case.day', `${path}: not before ${first}`)
    if (day > last) return refuse('case.day', `${path}: not after ${last}`)
  }
  return null
}

function boundsOf(sort: Sort, signed: string): [first: string, last: string] {
  const last = addDays(signed, sort === 'happened' ? LIMITS.namedHappenedDays : LIMITS.namedAheadDays)
  return [sort === 'due' ? signed : FIRST_DAY, last]
}
