/**
 * How far a city may move a day by its own word: an extension (延期, 行政许可法 42), a promise (承诺), an objection (异议, mode 2).
 * The clock never follows a word further than this, whoever gave it; a node refuses such a word before it signs. SPEC.md §6.5.
 */
import { dayOf } from '../agreement/document.ts'
import {
  addDays,
  addWorkingDays,
  type Calendar,
  type Counted,
  isWorkingDay,
  workingDaysBetween,
} from '../calendar/calendar.ts'
import { doneAt, notifiedAt } from '../packet/times.ts'
import { type Refused, refuse } from '../problem.ts'
import type { ClockInput } from './deadlines.ts'
import type { Asked, CaseState } from './fold.ts'
import type { CaseContent, CaseKind } from './kinds.ts'
import { decisionStands } from './permits.ts'

/** Working days that an extension adds at most; of a joint case (多地联办, 统一办理、联合办理、集中办理) it is 15. */
export const EXTEND_DAYS = 10
const EXTEND_JOINT_DAYS = 15

/** A promise where no legal limit is known goes no further, ten years, so that nobody counts to a wild day. */
const PROMISE_SECONDS = 3650 * 86_400

export type DecisionLimits = {
  promise: Counted | null
  legal: Counted | null
  /** the last day to which an extension can move; null without any limit */
  latest: string | null
}

type LimitInput = Pick<ClockInput, 'state' | 'promiseDays' | 'calendarOf'>

/** The limits of the decision, counted from the day of acceptance, `from`; a pause that still runs is not counted. */
export function decisionLimits(input: LimitInput, from: string): DecisionLimits {
  const { state } = input
  const calendar = input.calendarOf(state.mover)
  const paused = pausedDays(calendar, state)
  const { promiseDay, anticipateDay } = state.item ?? {}
  const legal = anticipateDay === undefined ? null : addWorkingDays(calendar, from, anticipateDay + paused)
  const promise = promised(input, from, paused)
  const last = legal ?? promise
  if (last === null) return { promise, legal, latest: null }
  const latest = addWorkingDays(calendar, last.day, state.mode === 3 ? EXTEND_JOINT_DAYS : EXTEND_DAYS).day
  const until = extended(calendar, state, latest)
  const moved = (counted: Counted | null): Counted | null =>
    counted === null || until === null || until.day <= counted.day ? counted : until
  return { promise: moved(promise), legal: moved(legal), latest }

  function promised({ promiseDays }: LimitInput, begun: string, more: number): Counted | null {
    const days = promiseDays ?? promiseDay
    if (state.promisedBy === null) return days === undefined ? null : addWorkingDays(calendar, begun, days + more)
    // What the city promised in writing binds it, unless special procedures came between.
    const accepted = state.instants.accepted === null ? begun : dayOf(state.instants.accepted)
    const lawful =
      anticipateDay === undefined
        ? dayOf(Date.parse(begun) / 1000 + PROMISE_SECONDS)
        : addWorkingDays(calendar, begun, anticipateDay).day
    // A day outside what is lawful is taken as the nearest one inside.
    const [, stated = lawful] = [accepted, state.promisedBy, lawful].toSorted()
    return addWorkingDays(calendar, stated, more)
  }
}

/** The day of the extension, no later than `latest`; procedures that began after it put it off. */
function extended(calendar: Calendar, state: CaseState, latest: string): Counted | null {
  const { extendedUntil, instants, receipts } = state
  if (extendedUntil === null || extendedUntil === '') return null
  const extendedAt = instants.extended === null ? 0 : doneAt(instants.extended, receipts?.extended)
  const until = addWorkingDays(calendar, extendedUntil < latest ? extendedUntil : latest, 0).day
  const counted = addWorkingDays(calendar, until, pausedDays(calendar, state, extendedAt))
  return counted.day > latest ? { ...counted, day: latest } : counted
}

/** When the clock stood still: pauses that overlap, such as a hearing while a fee is not paid, are one. `to` is null while it stands. */
export function standstills({ pauses }: Pick<CaseState, 'pauses'>, since = 0): { from: number; to: number | null }[] {
  const found: { from: number; to: number | null }[] = []
  for (const { from, to } of pauses.filter(pause => pause.from >= since).toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1)
    if (last === undefined || (last.to !== null && last.to < from)) found.push({ from, to })
    else if (last.to !== null) last.to = to === null ? null : Math.max(last.to, to)
  }
  return found
}

/** Working days of the special procedures that are over and began at `since` or later. */
const pausedDays = (calendar: Calendar, state: CaseState, since = 0): number =>
  standstills(state, since).reduce(
    (days, { from, to }) => (to === null ? days : days + workingDaysBetween(calendar, dayOf(from), dayOf(to))),
    0,
  )

/** The last day on which the city that owns a case of mode 2 may object to the decision; null when there is none to object to. */
export function objectionDay({
  state,
  terms,
  calendarOf,
}: Pick<ClockInput, 'state' | 'terms' | 'calendarOf'>): Counted | null {
  const { decided } = state.instants
  if (state.mover !== state.collecting || decided === null || !decisionStands(state)) return null
  return addWorkingDays(
    calendarOf(state.handling),
    dayOf(notifiedAt(decided, state.receipts?.decided)),
    terms.objectionDays,
  )
}

/** The last day on which the city that moves a case of mode 2 answers an objection; null of what is none. */
export function answerDay(
  { state, terms, calendarOf }: Pick<ClockInput, 'state' | 'terms' | 'calendarOf'>,
  { kind, at, told }: Asked,
): Counted | null {
  return kind === 'case.object'
    ? addWorkingDays(calendarOf(state.mover), dayOf(notifiedAt(at, told)), terms.objectionDays)
    : null
}

export type LawfulDays = {
  /** field of the body */
  field: string
  earliest: string
  /** null: no law or agreement bounds it */
  latest: string | null
  /** the day itself must be one */
  workingDay: boolean
  /** what the city named itself before, or what the list or the agreement promises */
  proposed: string | null
}

/** Between which days a step may name its own when it is signed now; null for one that names none, or before the acceptance that counts. */
export function lawfulDays(input: ClockInput, begun: string | null, kind: CaseKind): LawfulDays | null {
  const { state, now } = input
  const today = dayOf(now)
  if (kind === 'case.accept') {
    const { legal, promise } = decisionLimits(input, begun ?? today)
    const proposed = promise === null || (legal !== null && promise.day > legal.day) ? legal : promise
    return {
      field: 'promisedBy',
      earliest: today,
      latest: legal?.day ?? null,
      workingDay: false,
      proposed: proposed === null || proposed.day < today ? null : proposed.day,
    }
  }
  if (kind !== 'case.extend' || begun === null) return null
  // A procedure that runs has taken its days until now.
  const pauses = state.pauses.map(({ to, ...pause }) => ({ ...pause, to: to ?? now }))
  const { promise, legal, latest } = decisionLimits({ ...input, state: { ...state, pauses } }, begun)
  const [due] = [promise, legal].flatMap(limit => (limit === null ? [] : [limit.day])).toSorted()
  return {
    field: 'until',
    earliest: due === undefined ? today : addDays(due, 1),
    latest,
    workingDay: true,
    proposed: null,
  }
}

/**
 * Why a city must not sign the step with the days that it names, or null. `begun` is the day of acceptance that the clock
 * tells, null before it; `state` stands before the step.
 */
export function unlawful(input: ClockInput, begun: string | null, kind: CaseKind, content: unknown): Refused | null {
  const { state, now } = input
  const calendar = input.calendarOf(state.mover)
  const today = dayOf(now)
  if (kind === 'case.accept') {
    const { promisedBy } = content as CaseContent<'case.accept'>
    const days = lawfulDays(input, begun, kind)
    if (promisedBy === undefined || days === null) return null
    if (promisedBy < days.earliest)
      return refuse('case.limit', `promisedBy: not before the acceptance, ${days.earliest}`)
    return days.latest !== null && promisedBy > days.latest
      ? refuse('case.limit', `promisedBy: not past the legal limit, ${days.latest}`)
      : null
  }
  if (kind === 'case.extend') {
    const { until } = content as CaseContent<'case.extend'>
    const days = lawfulDays(input, begun, kind)
    if (days === null) return null
    if (!isWorkingDay(calendar, until)) return refuse('case.limit', 'until: not a working day')
    if (until < days.earliest)
      return refuse('case.limit', `until: not later than the day that is due now, ${addDays(days.earliest, -1)}`)
    return days.latest !== null && until > days.latest
      ? refuse('case.limit', `until: past ${days.latest}, the last day allowed`)
      : null
  }
  if (kind === 'case.object') {
    const last = objectionDay(input)
    return last !== null && today > last.day ? refuse('case.limit', `the days to object ended on ${last.day}`) : null
  }
  return null
}
