/**
 * The clock of a case (办理时限): what must be done by which day, by whom, and whether it was. Pure: both cities compute the same
 * from the same thread, agreement, item and calendar. Limits are working days, the first day not counted (行政许可法 82,
 * 民法典 201); special procedures stop the clock (45). SPEC.md §6.5.
 */
import type { AgreementDocument } from '../agreement/document.ts'
import { dayOf } from '../agreement/document.ts'
import { addWorkingDays, type Calendar, isCovered, nextDay, workingDaysBetween } from '../calendar/calendar.ts'
import type { CaseState } from './fold.ts'

/** What is due → its Chinese name. */
export const DUTIES = {
  forward: '转办',
  mail: '寄出原件',
  recheck: '复核',
  notice: '补正告知',
  supplement: '补正',
  promise: '承诺办结',
  legal: '法定办结',
  deliver: '颁发送达',
  'result-mail': '寄送结果',
  'follow-up': '差评整改',
  answer: '督办答复',
} as const
export type Duty = keyof typeof DUTIES

/** How a duty stands; `stopped` while a special procedure runs. */
export type Level = 'green' | 'yellow' | 'red' | 'overdue' | 'stopped' | 'met' | 'missed'

export type Deadline = {
  duty: Duty
  /** division code of the city that must act */ city: string
  /** the day on which the limit began, not counted */ from: string
  /** the last day; null while the clock is stopped */ due: string | null
  /** a day on the way lies past the holiday tables (暂定) */ provisional: boolean
  /** the day on which it was done */ done: string | null
  level: Level
  /** working days left, of the limit when stopped; negative when overdue; null once it was done */ left: number | null
}

export type ClockInput = {
  state: CaseState
  /** of the agreement the case began under */ terms: AgreementDocument['clock']
  /** what the agreement promises for the item in place of its list, working days */ promiseDays?: number | undefined
  /** to follow up a bad rating, working days */ evaluationDays?: number | undefined
  /** by division code */ calendarOf: (code: string) => Calendar
  /** now, seconds */ now: number
  /** working days before the last one from which a duty is yellow, and red */ warn?: { yellow: number; red: number }
}

/** Days to hand out a decision after it was made (行政许可法 44). */
const DELIVER_DAYS = 10
/** Satisfaction from which a rating is bad (差评). */
export const BAD = 4
const FOLLOW_UP_DAYS = 5
const WARN = { yellow: 3, red: 1 }

export type CaseClock = {
  deadlines: Deadline[]
  /** the day from which the law takes the case as accepted, since nobody told what is lacking in time (行政许可法 32) */
  deemedAccepted: string | null
}

/** Everything that is or was due. Duties of steps that are not reached yet are not listed. */
export function caseClock(input: ClockInput): CaseClock {
  const { state, terms } = input
  const { instants } = state
  const { collecting, handling } = state
  const received = instants.received === null ? null : dayOf(Date.parse(instants.received) / 1000)
  const on = (at: number | null): string | null => (at === null ? null : dayOf(at))
  const [submitted, arrived, decided, ended] = [
    instants.submitted,
    instants.arrived,
    instants.decided,
    instants.ended,
  ].map(on)
  const [requested, supplemented, shipped, sent] = [
    instants.supplementRequested,
    instants.supplemented,
    instants.shipped,
    instants.sent,
  ].map(on)
  const accepted = on(instants.accepted)
  const answered = earliest(accepted, requested, state.state === 'refused' ? ended : null)
  const deadlines: Deadline[] = []
  const duty = (
    name: Duty,
    city: string,
    from: string | null | undefined,
    days: number,
    done: string | null | undefined,
  ) => {
    if (from === null || from === undefined) return
    const counted = addWorkingDays(input.calendarOf(city), from, days)
    // A case that ended another way leaves nothing to be done.
    if ((done ?? null) === null && (ended ?? null) !== null) return
    deadlines.push(
      judged(input, { duty: name, city, from, due: counted.day, provisional: counted.provisional, done: done ?? null }),
    )
  }

  duty('forward', collecting, received, terms.forwardDays, submitted)
  if (shipped != null) duty('mail', collecting, submitted, terms.mailDays, shipped)
  duty('recheck', state.mover, arrived, terms.recheckDays, earliest(answered, on(instants.prechecked)))
  const noticeFrom = terms.supplementClockStart === 'receipt' ? received : arrived
  if (arrived != null) duty('notice', state.mover, noticeFrom, terms.supplementNoticeDays, answered)
  const due = state.supplementDue
  if (requested != null && due !== null && (supplemented != null || ended == null)) {
    const provisional = !isCovered(input.calendarOf(collecting), due)
    const done = supplemented ?? null
    deadlines.push(judged(input, { duty: 'supplement', city: collecting, from: requested, due, provisional, done }))
  }
  const notice = deadlines.find(entry => entry.duty === 'notice')
  const late = notice?.level === 'overdue' || notice?.level === 'missed'
  const deemedAccepted = late ? (noticeFrom ?? null) : null
  const begun = earliest(accepted, deemedAccepted)
  if (begun !== null) {
    deadlines.push(...decisions(input, begun, decided ?? null, ended ?? null))
  }
  duty('result-mail', handling, decided, terms.resultMailDays, sent)
  duty('deliver', handling, decided, DELIVER_DAYS, earliest(sent, on(instants.handedOver), ended))
  deadlines.push(...afterwards(input))
  return { deadlines, deemedAccepted }
}

/** What stays to be done after the end too: bad ratings (差评) to follow up, supervision to answer. */
function afterwards(input: ClockInput): Deadline[] {
  const { state } = input
  const found: Deadline[] = []
  for (const [target, city] of [
    ['window', state.collecting],
    ['department', state.handling],
  ] as const) {
    const rating = state.ratings[target]
    if (rating === null || rating.level < BAD) continue
    const from = dayOf(rating.at)
    const { day: due, provisional } = addWorkingDays(
      input.calendarOf(city),
      from,
      input.evaluationDays ?? FOLLOW_UP_DAYS,
    )
    const done = rating.answered === null ? null : dayOf(rating.answered)
    found.push(judged(input, { duty: 'follow-up', city, from, due, provisional, done }))
  }
  for (const { city: asker, at, answerBy, answered } of state.asked) {
    if (answerBy === null) continue
    const city = asker === state.collecting ? state.handling : state.collecting
    const provisional = !isCovered(input.calendarOf(city), answerBy)
    const done = answered === null ? null : dayOf(answered)
    found.push(judged(input, { duty: 'answer', city, from: dayOf(at), due: answerBy, provisional, done }))
  }
  return found
}

/** The promised and the legal limit: from acceptance on, without the days of special procedures, to the day of an extension. */
function decisions(input: ClockInput, from: string, decided: string | null, ended: string | null): Deadline[] {
  const { state } = input
  if (decided === null && ended !== null) return []
  const calendar = input.calendarOf(state.mover)
  const running = state.pauses.some(pause => pause.to === null)
  const paused = state.pauses.reduce(
    (days, { from: begin, to }) => days + (to === null ? 0 : workingDaysBetween(calendar, dayOf(begin), dayOf(to))),
    0,
  )
  const limits = [
    { duty: 'promise' as const, days: input.promiseDays ?? state.item?.promiseDay, stated: state.promisedBy },
    { duty: 'legal' as const, days: state.item?.anticipateDay, stated: null },
  ]
  return limits.flatMap(({ duty, days, stated }) => {
    // What the city promised in writing binds it, unless special procedures came between.
    const [first, more] = stated === null ? [from, (days ?? 0) + paused] : [stated, paused]
    if (stated === null && days === undefined) return []
    const counted = addWorkingDays(calendar, first, more)
    const promised = counted.day
    const due = state.extendedUntil !== null && state.extendedUntil > promised ? state.extendedUntil : promised
    const provisional = counted.provisional || !isCovered(calendar, due)
    if (running && decided === null) {
      const since = dayOf(state.pauses.find(pause => pause.to === null)?.from ?? 0)
      return {
        ...{ duty, city: state.mover, from, due: null, provisional, done: null, level: 'stopped' as const },
        left: workingDaysBetween(calendar, since, due),
      }
    }
    return judged(input, { duty, city: state.mover, from, due, provisional, done: decided })
  })
}

function judged(
  { calendarOf, now, warn = WARN }: ClockInput,
  open: Omit<Deadline, 'level' | 'left' | 'due'> & { due: string },
): Deadline {
  const { done, due } = open
  if (done !== null) return { ...open, level: done <= due ? 'met' : 'missed', left: null }
  return { ...open, ...urgency(calendarOf(open.city), due, now, warn) }
}

/** How urgent a day is at `now` (seconds), and the working days left, negative when it is over. */
export function urgency(
  calendar: Calendar,
  due: string,
  now: number,
  warn = WARN,
): { level: 'green' | 'yellow' | 'red' | 'overdue'; left: number } {
  const today = dayOf(now)
  const left = workingDaysBetween(calendar, today, due)
  if (today > due) return { level: 'overdue', left: Math.min(left, -1) }
  return { level: left <= warn.red ? 'red' : left <= warn.yellow ? 'yellow' : 'green', left }
}

const earliest = (...days: (string | null | undefined)[]): string | null =>
  days.reduce<string | null>((first, day) => (day != null && (first === null || day < first) ? day : first), null)

/** The last day on which the collecting city holds the personal data of an ended case; natural days. */
export function purgeDay(state: CaseState, purgeDays: number): string | null {
  const { ended } = state.instants
  if (ended === null) return null
  let day = dayOf(ended)
  for (let i = 0; i < purgeDays; i++) day = nextDay(day)
  return day
}
