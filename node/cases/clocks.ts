/** The clock of a case (办理时限) at this node: the agreement's terms and the holiday tables put to its state. */
import type { AgreementDocument } from '../../protocol/agreement/document.ts'
import { agreedItem } from '../../protocol/agreement/document.ts'
import type { Calendar } from '../../protocol/calendar/calendar.ts'
import { type CaseClock, caseClock, type Deadline, purgeDay, urgency } from '../../protocol/case/deadlines.ts'
import type { CaseState } from '../../protocol/case/fold.ts'
import { type Clock, seconds } from '../exchange/clock.ts'
import type { Reader } from '../exchange/ports.ts'

export type CaseClocks = ReturnType<typeof createCaseClocks>

export function createCaseClocks(parts: {
  clock: Clock
  agreements: { documentOf(store: Reader, id: string): Promise<AgreementDocument | null> }
  calendars: { of(code: string): Calendar }
}) {
  return {
    /** How urgent a day of a city is now. */
    urgency: (city: string, due: string) => urgency(parts.calendars.of(city), due, seconds(parts.clock.now())),

    /** The last day on which the collecting city holds the personal data of the case; null while it is open. */
    async purgeOn(store: Reader, state: CaseState): Promise<string | null> {
      if (state.instants.ended === null || state.agreement === null) return null
      const document = await parts.agreements.documentOf(store, state.agreement)
      return document === null ? null : purgeDay(state, document.purgeDays)
    },

    /** Every duty of the case, as it stands now; none when the agreement is not held. */
    async of(store: Reader, state: CaseState): Promise<CaseClock> {
      const document = state.agreement === null ? null : await parts.agreements.documentOf(store, state.agreement)
      if (document === null) return { deadlines: [], deemedAccepted: null }
      return caseClock({
        state,
        terms: document.clock,
        promiseDays: agreedItem(document, state.handling, state.item?.code ?? '')?.promiseDays,
        evaluationDays: document.evaluationDays,
        calendarOf: code => parts.calendars.of(code),
        now: seconds(parts.clock.now()),
      })
    },
  }
}

/** The duty that is due first, of either city; null when nothing is. */
export function nextDue({ deadlines }: CaseClock): (Deadline & { due: string }) | null {
  const open = deadlines.filter(
    (entry): entry is Deadline & { due: string } => entry.done === null && entry.due !== null,
  )
  return open.toSorted((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : 0))[0] ?? null
}
