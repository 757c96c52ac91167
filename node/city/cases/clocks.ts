/** The clock of a case (办理时限) at this node: the agreement's terms and the holiday tables put to its state. */
import type { AgreementDocument } from '../../../protocol/agreement/document.ts'
import { agreedItem, dayOf } from '../../../protocol/agreement/document.ts'
import type { Calendar } from '../../../protocol/calendar/calendar.ts'
import {
  type CaseClock,
  type ClockInput,
  caseClock,
  type Deadline,
  purgeDay,
  urgency,
  urgentFrom,
} from '../../../protocol/case/deadlines.ts'
import type { Asked, CaseState } from '../../../protocol/case/fold.ts'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { answerDay, type LawfulDays, lawfulDays, objectionDay, unlawful } from '../../../protocol/case/lawful.ts'
import { type Refused, refuse } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Reader } from '../../kernel/store/database.ts'

export type CaseClocks = ReturnType<typeof createCaseClocks>

export function createCaseClocks(parts: {
  clock: Clock
  agreements: { documentOf(store: Reader, id: string): Promise<AgreementDocument | null> }
  calendars: { of(code: string): Calendar }
}) {
  async function inputOf(
    store: Reader,
    state: CaseState,
    now = seconds(parts.clock.now()),
  ): Promise<ClockInput | null> {
    const document = state.agreement === null ? null : await parts.agreements.documentOf(store, state.agreement)
    if (document === null) return null
    return {
      state,
      terms: document.clock,
      promiseDays: agreedItem(document, state.handling, state.item?.code ?? '')?.promiseDays,
      evaluationDays: document.evaluationDays,
      calendarOf: code => parts.calendars.of(code),
      now,
    }
  }

  return {
    /** How urgent a limit of a city is now, from the day on which it began. */
    urgency: (city: string, limit: { from: string | null; due: string }) =>
      urgency(parts.calendars.of(city), limit, seconds(parts.clock.now())),

    /** Today in China. */
    today: () => dayOf(seconds(parts.clock.now())),

    /** The days from which it is yellow, and red. */
    urgentFrom: (city: string, limit: { from: string | null; due: string }) =>
      urgentFrom(parts.calendars.of(city), limit),

    /** The last day on which the collecting city holds the personal data of the case; null while it is open. */
    async purgeOn(store: Reader, state: CaseState): Promise<string | null> {
      if (state.instants.ended === null || state.agreement === null) return null
      const document = await parts.agreements.documentOf(store, state.agreement)
      return document === null ? null : purgeDay(state, document.purgeDays)
    },

    /** Every duty of the case, as it stands now; none when the agreement is not held. */
    async of(store: Reader, state: CaseState): Promise<CaseClock> {
      const input = await inputOf(store, state)
      return input === null ? { deadlines: [], deemedAccepted: null, begun: null } : caseClock(input)
    },

    /** Why this city must not sign the step now, in the state before it: days past what law or agreement allow. */
    async unlawful(store: Reader, state: CaseState, kind: CaseKind, content: unknown): Promise<Refused | null> {
      const input = await inputOf(store, state)
      return input === null ? null : unlawful(input, caseClock(input).begun, kind, content)
    },

    /** Between which days the step may name its own; null where neither law nor agreement says it. */
    async days(store: Reader, state: CaseState, kind: CaseKind): Promise<LawfulDays | null> {
      const input = await inputOf(store, state)
      return input === null ? null : lawfulDays(input, caseClock(input).begun, kind)
    },

    /** The questions of the other city with the day by which the law or the agreement wants them answered. */
    async dated(store: Reader, state: CaseState, questions: readonly Asked[]): Promise<Asked[]> {
      const input = questions.some(({ kind }) => kind === 'case.object') ? await inputOf(store, state) : null
      if (input === null) return [...questions]
      return questions.map(asked => ({ ...asked, answerBy: asked.answerBy ?? answerDay(input, asked)?.day ?? null }))
    },

    /** An objection of the other city that was signed (seconds) after its days had ended, and more than a week of grace. */
    async objectedLate(store: Reader, state: CaseState, at: number): Promise<Refused | null> {
      const input = await inputOf(store, state)
      const last = input === null ? null : objectionDay(input)
      return last !== null && dayOf(at - OBJECTION_GRACE) > last.day
        ? refuse('case.limit', `the days to object ended on ${last.day}`)
        : null
    },
  }
}

/** Seconds: the other city's holiday tables may know of days off that are not known here yet. */
const OBJECTION_GRACE = 8 * 86_400

/** The duty that is due first, of either city or of one; null when nothing is. */
export function nextDue({ deadlines }: CaseClock, city?: string): (Deadline & { due: string }) | null {
  const open = deadlines.filter(
    (entry): entry is Deadline & { due: string } =>
      entry.done === null && entry.due !== null && (city === undefined || entry.city === city),
  )
  return open.toSorted((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : 0))[0] ?? null
}
