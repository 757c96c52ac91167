/**
 * The clock of a case (办理时限): what must be done by which day, by whom, and whether it was. Pure: both cities compute the same
 * from the same thread, agreement, item and calendar. Limits are working days, the first day not counted (行政许可法 82,
 * 民法典 201); special procedures stop the clock (45). SPEC.md §6.5.
 */
import type { AgreementDocument } from '../agreement/document.ts'
import { dayOf } from '../agreement/document.ts'
import { addDays, addWorkingDays, type Calendar, isCovered, workingDaysBetween } from '../calendar/calendar.ts'
import { doneAt, notifiedAt } from '../packet/times.ts'
import { resultWaits } from './commitment.ts'
import { type CaseState, doneInstants, type SignedInstant } from './fold.ts'
import { answerDay, decisionLimits, objectionDay, standstills } from './lawful.ts'
import { decisionStands } from './permits.ts'

/** What is due → its Chinese name. */
export const DUTIES = {
  forward: '转办',
  mail: '寄出原件',
  recheck: '复核',
  notice: '一次性告知补正',
  supplement: '补正',
  commitment: '容缺补交',
  lapse: '容缺逾期处理',
  payment: '缴费',
  review: '补正审核',
  promise: '承诺办结',
  legal: '法定办结',
  deliver: '颁发送达',
  'result-mail': '寄送结果',
  objection: '异议期',
  'objection-answer': '异议答复',
  'follow-up': '差评整改',
  answer: '督办答复',
} as const
export type Duty = keyof typeof DUTIES

/** How a duty stands; `stopped` while a special procedure runs, or originals are waited for. */
export type Level = 'green' | 'yellow' | 'red' | 'overdue' | 'stopped' | 'met' | 'missed'

export type Deadline = {
  duty: Duty
  /** division code of the city that must act */
  city: string
  /** the day on which the limit began, not counted */
  from: string
  /** the last day; null while the clock is stopped */
  due: string | null
  /** a day on the way lies past the holiday tables (暂定) */
  provisional: boolean
  /** the day on which it was done */
  done: string | null
  level: Level
  /** working days left, of the limit when stopped; negative when overdue; null once it was done */
  left: number | null
}

export type ClockInput = {
  state: CaseState
  /** of the agreement the case began under */
  terms: AgreementDocument['clock']
  /** what the agreement promises for the item in place of its list, working days */
  promiseDays?: number | undefined
  /** to follow up a bad rating, working days */
  evaluationDays?: number | undefined
  /** by division code */
  calendarOf: (code: string) => Calendar
  /** now, seconds */
  now: number
  /** working days before the last one from which a duty is yellow, and red; `WARN_SHARE` of its limit at most */
  warn?: { yellow: number; red: number }
}

/** Days to hand out a decision after it was made (行政许可法 44). */
const DELIVER_DAYS = 10
/** Satisfaction from which a rating is bad (差评). */
export const BAD = 4
const FOLLOW_UP_DAYS = 5
const WARN = { yellow: 3, red: 1 }
/** What is left of a limit, at most, when it is yellow, and red: one over this. A short limit is not urgent because it is short. */
export const WARN_SHARE = { yellow: 2, red: 4 } as const

export type CaseClock = {
  deadlines: Deadline[]
  /** the day from which the law takes the case as accepted, since nobody told what is lacking in time (行政许可法 32) */
  deemedAccepted: string | null
  /** the day from which the limits of the decision count; null before the acceptance */
  begun: string | null
}

/** Everything that is or was due. Duties of steps that are not reached yet are not listed. */
export function caseClock(input: ClockInput): CaseClock {
  const { state, terms } = input
  const { collecting, mover, instants } = state
  const { submitted, decided, ended, sent, supplemented, shipped, handedOver, ...done } = doneDays(state)
  const received = instants.received === null ? null : dayOf(Date.parse(instants.received) / 1000)
  const refused = state.state === 'refused' ? ended : null
  const answered = earliest(done.accepted, done.supplementRequested, refused)
  const deadlines: Deadline[] = []
  const add = (entry: Deadline | null) => {
    // A case that ended another way leaves nothing to be done.
    if (entry !== null && (entry.done !== null || ended === null)) deadlines.push(entry)
  }
  const duty = (name: Duty, city: string, from: string | null, limit: number, done: string | null) => {
    if (from === null) return
    const { day: due, provisional } = addWorkingDays(input.calendarOf(city), from, limit)
    add(judged(input, { duty: name, city, from, due, provisional, done }))
  }

  duty('forward', collecting, received, terms.forwardDays, submitted)
  const asked = state.waits[0]
  if (state.paper || shipped !== null)
    duty('mail', collecting, on(asked?.told ?? asked?.from ?? instants.submitted), terms.mailDays, shipped)
  const begun = begunDay(state, 'submitted', collecting, mover)
  // Nobody may gain days by registering late: what was over when the case arrived stays over.
  const counted = (limit: number) =>
    restarted(input.calendarOf(mover), begun, limit, on(instants.arrived), done.arrived)
  duty('recheck', mover, counted(terms.recheckDays), terms.recheckDays, earliest(answered, done.prechecked))
  const noticeFrom = fromWindow(input, received, begun) ?? counted(terms.supplementNoticeDays)
  const notice = answering(input, 'notice', { from: noticeFrom, since: 0, done: answered })
  add(notice)
  const requested = begunDay(state, 'supplementRequested', mover, collecting)
  if (requested !== null && state.supplementDue !== null)
    add(
      named(input, { duty: 'supplement', city: collecting, from: requested, done: supplemented }, state.supplementDue),
    )
  const reviewed = begunDay(state, 'supplemented', collecting, mover)
  if (reviewed !== null)
    add(
      answering(input, 'review', {
        from: reviewed,
        since: instants.supplemented ?? 0,
        done: earliest(done.accepted, refused),
      }),
    )
  const { committed } = state
  if (committed !== null && committed.until !== null) {
    const kept = on(committed.kept === null ? null : doneAt(committed.kept, committed.keptTold))
    const promised = named(
      input,
      { duty: 'commitment', city: collecting, from: dayOf(committed.at), done: kept },
      committed.until,
    )
    add(promised)
    // A promise that is missed leaves the case to its mover: who sees to it, ends it as lapsed or decides knows what is lacking.
    // A decision that is no denial lets no result go while something is missing, so that its mover must see to it once more.
    const missed = (from: string | null, settled: string | null) => {
      if (from !== null && from < (settled ?? dayOf(input.now)))
        duty('lapse', mover, from, terms.supplementNoticeDays, settled)
    }
    missed(promised.due, earliest(kept, decided, ended))
    if (promised.due !== null && decided !== null && state.decision !== 'denied')
      missed(latest(promised.due, decided), earliest(kept, ended))
  }
  for (const { payBy, at, told, settled } of state.payments) {
    if (payBy === null) continue
    const paid = settled === null ? null : dayOf(doneAt(settled.at, settled.told))
    add(named(input, { duty: 'payment', city: collecting, from: dayOf(notifiedAt(at, told)), done: paid }, payBy))
  }
  const late = (notice?.level === 'overdue' && ended === null) || notice?.level === 'missed'
  const deemedAccepted = late && notice !== null ? notice.from : null
  const accepted = earliest(on(instants.accepted), deemedAccepted)
  if (accepted !== null) deadlines.push(...decisions(input, accepted, decided, ended))
  add(handedOut(input, 'result-mail', terms.resultMailDays, sent))
  add(handedOut(input, 'deliver', DELIVER_DAYS, earliest(sent, handedOver, ended)))
  deadlines.push(...objection(input), ...afterwards(input))
  return { deadlines, deemedAccepted, begun: accepted }
}

const on = (at: number | null): string | null => (at === null ? null : dayOf(at))

/** The day from which a limit of `actor` runs that a packet of `author` begins: its own packet by its word, one that it got by its receipt. */
function begunDay(state: CaseState, name: SignedInstant, author: string, actor: string): string | null {
  const at = state.instants[name]
  return at === null ? null : dayOf(author === actor ? at : notifiedAt(at, state.receipts?.[name]))
}

/** The days on which the steps count as done. */
function doneDays(state: CaseState): Record<SignedInstant, string | null> {
  const done = doneInstants(state)
  const days = {} as Record<SignedInstant, string | null>
  for (const name of Object.keys(done) as SignedInstant[]) days[name] = on(done[name])
  return days
}

/**
 * The day on which a limit began: it begins anew on `again`, unless it was over by then. `shown` is when that step counts as done:
 * a date that its author wrote long after gains no days.
 */
function restarted(
  calendar: Calendar,
  from: string | null,
  limit: number,
  again: string | null,
  shown = again,
): string | null {
  if (from === null || again === null || shown === null || shown <= from) return again ?? from
  return shown <= addWorkingDays(calendar, from, limit).day ? again : from
}

/**
 * The day on which the window took the application, where the agreement counts the notice from it (收件); null where it does not, and
 * where the submit came so late that the window's day would take what the moving city has.
 */
function fromWindow(
  { state, terms, calendarOf }: ClockInput,
  received: string | null,
  begun: string | null,
): string | null {
  if (terms.supplementClockStart !== 'receipt' || received === null) return null
  if (state.mover === state.collecting || begun === null) return received
  const onTheWay = Math.min(terms.forwardDays, terms.supplementNoticeDays)
  return begun <= addWorkingDays(calendarOf(state.mover), received, onTheWay).day ? received : null
}

/** A duty to a day that the other city named: one that was over when the city was told of it is the next working day, and so is one that is none (民法典 203). */
function named(
  input: ClockInput,
  open: Omit<Deadline, 'level' | 'left' | 'due' | 'provisional'>,
  day: string,
): Deadline {
  const calendar = input.calendarOf(open.city)
  const { day: due, provisional } =
    day < open.from ? addWorkingDays(calendar, open.from, 1) : addWorkingDays(calendar, day, 0)
  return judged(input, { ...open, due, provisional })
}

/**
 * What the moving city must tell within the days of the notice (一次性告知补正). It waits while the originals that its pre-check asked
 * for are not mailed, and has the whole days from when they are; it sees them when they come.
 */
function answering(
  input: ClockInput,
  duty: 'notice' | 'review',
  { from: first, since, done }: { from: string | null; since: number; done: string | null },
): Deadline | null {
  if (first === null) return null
  const { state, terms } = input
  const calendar = input.calendarOf(state.mover)
  const limit = terms.supplementNoticeDays
  const { instants, receipts } = state
  const shipped = instants.shipped === null ? null : notifiedAt(instants.shipped, receipts?.shipped)
  const delivered = instants.delivered === null ? null : notifiedAt(instants.delivered, receipts?.delivered)
  let from = first
  let { day: due, provisional } = addWorkingDays(calendar, first, limit)
  for (const wait of state.waits) {
    const begun = dayOf(wait.from)
    const over = on(wait.to)
    // What was over before, or was told before, waits for nothing.
    if (wait.from < since || begun > due || (done !== null && begun > done)) continue
    if (over === null) {
      if (done !== null) continue
      const left = workingDaysBetween(calendar, begun, due)
      return { duty, city: state.mover, from, due: null, provisional, done, level: 'stopped', left }
    }
    if (shipped !== null && wait.to === Math.max(wait.from, shipped)) {
      from = restarted(calendar, over, limit, on(delivered)) ?? over
      due = addWorkingDays(calendar, from, limit).day
    } else due = addWorkingDays(calendar, due, workingDaysBetween(calendar, begun, over)).day
    provisional ||= !isCovered(calendar, due)
  }
  return judged(input, { duty, city: state.mover, from, due, provisional, done })
}

/** What follows the decision waits while materials that were committed to are missing (容缺后补), and begins when they are there. */
function handedOut(
  { state, ...input }: ClockInput,
  duty: 'result-mail' | 'deliver',
  limit: number,
  done: string | null,
): Deadline | null {
  const decided = on(state.instants.decided)
  if (decided === null) return null
  const { mover, committed } = state
  const calendar = input.calendarOf(mover)
  if (done === null && resultWaits(state))
    return {
      duty,
      city: mover,
      from: decided,
      due: null,
      provisional: !isCovered(calendar, decided),
      done,
      level: 'stopped',
      left: limit,
    }
  const kept = committed === null || committed.kept === null ? null : notifiedAt(committed.kept, committed.keptTold)
  const from = kept === null || state.decision === 'denied' ? decided : latest(decided, dayOf(kept))
  const { day: due, provisional } = addWorkingDays(calendar, from, limit)
  return judged({ state, ...input }, { duty, city: mover, from, due, provisional, done })
}

/** Mode 2: the city that owns the power may object to the decision until a day (异议期). No fault when it does not. */
function objection(input: ClockInput): Deadline[] {
  const { state, now } = input
  const last = objectionDay(input)
  const decided = state.instants.decided
  if (last === null || decided === null) return []
  const objected = state.asked.find(({ kind, at }) => kind === 'case.object' && at >= decided)
  const done =
    on(objected === undefined ? null : doneAt(objected.at, objected.told)) ?? (dayOf(now) > last.day ? last.day : null)
  const { day: due, provisional } = last
  const from = dayOf(notifiedAt(decided, state.receipts?.decided))
  return [judged(input, { duty: 'objection', city: state.handling, from, due, provisional, done })]
}

/** What stays to be done after the end too: bad ratings (差评) to follow up, objections and supervision to answer. */
function afterwards(input: ClockInput): Deadline[] {
  const { state } = input
  const found: Deadline[] = []
  for (const [target, city] of [
    ['window', state.collecting],
    ['department', state.handling],
  ] as const) {
    const rating = state.ratings[target]
    if (rating === null || rating.level < BAD) continue
    const from = dayOf(city === state.collecting ? rating.at : notifiedAt(rating.at, rating.told))
    const { day: due, provisional } = addWorkingDays(
      input.calendarOf(city),
      from,
      input.evaluationDays ?? FOLLOW_UP_DAYS,
    )
    const done = rating.answered === null ? null : dayOf(rating.answered)
    found.push(judged(input, { duty: 'follow-up', city, from, due, provisional, done }))
  }
  for (const asked of state.asked) {
    const last = answerDay(input, asked)
    // What ended without a decision that stands takes nothing from the city that objected.
    if (last === null || (asked.answered === null && state.instants.ended !== null && !decisionStands(state))) continue
    const { day: due, provisional } = last
    const from = dayOf(notifiedAt(asked.at, asked.told))
    const done = on(asked.answered)
    found.push(judged(input, { duty: 'objection-answer', city: state.mover, from, due, provisional, done }))
  }
  for (const { kind, city: asker, at, told, answerBy, answered } of state.asked) {
    if (answerBy === null || kind === 'case.object') continue
    const city = asker === state.collecting ? state.handling : state.collecting
    found.push(named(input, { duty: 'answer', city, from: dayOf(notifiedAt(at, told)), done: on(answered) }, answerBy))
  }
  return found
}

/** The promised and the legal limit: from acceptance on, without the days of special procedures, to the day of an extension. */
function decisions(input: ClockInput, from: string, decided: string | null, ended: string | null): Deadline[] {
  const { state } = input
  if (decided === null && ended !== null) return []
  const calendar = input.calendarOf(state.mover)
  const limits = decisionLimits(input, from)
  const running = standstills(state).find(({ to }) => to === null)
  return (['promise', 'legal'] as const).flatMap((duty): Deadline[] => {
    const limit = limits[duty]
    if (limit === null) return []
    const provisional = limit.provisional || !isCovered(calendar, limit.day)
    const entry = { duty, city: state.mover, from, provisional, done: decided }
    if (running === undefined || decided !== null) return [judged(input, { ...entry, due: limit.day })]
    const since = dayOf(running.from)
    const left = workingDaysBetween(calendar, since, limit.day)
    // A procedure that begins when the day is over does not make it undone.
    return since > limit.day
      ? [{ ...entry, due: limit.day, level: 'overdue', left: Math.min(left, -1) }]
      : [{ ...entry, due: null, level: 'stopped', left }]
  })
}

function judged(
  { calendarOf, now, warn = WARN }: ClockInput,
  open: Omit<Deadline, 'level' | 'left' | 'due'> & { due: string },
): Deadline {
  const { done, due } = open
  if (done !== null) return { ...open, level: done <= due ? 'met' : 'missed', left: null }
  return { ...open, ...urgency(calendarOf(open.city), open, now, warn) }
}

/** When a limit becomes urgent: working days left, at most, of a yellow one and of a red one. */
function nearness(
  calendar: Calendar,
  { from, due }: { from: string | null; due: string },
  warn: { yellow: number; red: number },
): { yellow: number; red: number } {
  if (from === null) return warn
  const whole = Math.max(workingDaysBetween(calendar, from, due), 0)
  return {
    yellow: Math.min(warn.yellow, Math.floor(whole / WARN_SHARE.yellow)),
    red: Math.min(warn.red, Math.floor(whole / WARN_SHARE.red)),
  }
}

/**
 * How urgent a limit is at `now` (seconds), and the working days left, negative when it is over: yellow and red by the days that are left
 * and by their share of the limit, so that one which has just begun is green, however short; red on its last day. `from`: the day on
 * which it began, not counted; null when that is not known, then by the days alone.
 */
export function urgency(
  calendar: Calendar,
  limit: { from: string | null; due: string },
  now: number,
  warn = WARN,
): { level: 'green' | 'yellow' | 'red' | 'overdue'; left: number } {
  const today = dayOf(now)
  const left = workingDaysBetween(calendar, today, limit.due)
  if (today > limit.due) return { level: 'overdue', left: Math.min(left, -1) }
  const near = nearness(calendar, limit, warn)
  return { level: left <= near.red ? 'red' : left <= near.yellow ? 'yellow' : 'green', left }
}

/** The first days on which `urgency` calls a limit yellow or worse, and red or worse. */
export function urgentFrom(
  calendar: Calendar,
  limit: { from: string | null; due: string },
  warn = WARN,
): { yellow: string; red: string } {
  const near = nearness(calendar, limit, warn)
  let day = limit.due
  const back = (left: number): string => {
    for (let before = addDays(day, -1); workingDaysBetween(calendar, before, limit.due) <= left; ) {
      day = before
      before = addDays(day, -1)
    }
    return day
  }
  const red = back(near.red)
  return { yellow: back(near.yellow), red }
}

const earliest = (...days: (string | null | undefined)[]): string | null =>
  days.reduce<string | null>((first, day) => (day != null && (first === null || day < first) ? day : first), null)

const latest = (a: string, b: string): string => (a > b ? a : b)

/** The last day on which the collecting city holds the personal data of an ended case; natural days. */
export function purgeDay(state: CaseState, purgeDays: number): string | null {
  const ended = begunDay(state, 'ended', state.mover, state.collecting)
  return ended === null ? null : addDays(ended, purgeDays)
}
