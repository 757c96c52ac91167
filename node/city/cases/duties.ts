/** The columns of a case by which it is due (时限义务): who must act next, what is due first, and what this city itself must do first. */

import { dayOf } from '../../../protocol/agreement/document.ts'
import { BAD, type Duty } from '../../../protocol/case/deadlines.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { holderOf } from '../../../protocol/case/permits.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import type { OwnIdentity, StoredPacket } from '../../spine/exchange/ports.ts'
import { type CaseClocks, nextDue } from './clocks.ts'
import { saveRatings } from './ratings.ts'

export type DutyColumns = {
  holder: string | null
  due: string | null
  due_duty: Duty | null
  due_city: string | null
  due_provisional: 0 | 1
  /** whose turn it is; `paused`: nobody's, while a special procedure runs; null at the end */
  turn: 'own' | 'partner' | 'paused' | null
  /** bad ratings that this city must follow up */
  bad: number
  own_due: string | null
  own_duty: Duty | null
  own_provisional: 0 | 1
  /** the days on which the two limits began */
  due_from: string | null
  own_from: string | null
  /** the days from which they are yellow, and red */
  due_yellow: string | null
  due_red: string | null
  own_yellow: string | null
  own_red: string | null
  /** the day by which work is ordered: of this city while it is its turn, else of whoever is first */
  desk_due: string
  ended_on: string | null
  /** a result lies at this city's window */
  to_hand_out: 0 | 1
}

/** Where what has no day stands: after everything that has one. */
const NO_DAY = '9999-12-31'

/** In the order of every statement that writes them. */
export const DUTY_COLUMNS = [
  'holder',
  'due',
  'due_duty',
  'due_city',
  'due_provisional',
  'turn',
  'bad',
  'own_due',
  'own_duty',
  'own_provisional',
  'due_from',
  'own_from',
  'due_yellow',
  'due_red',
  'own_yellow',
  'own_red',
  'desk_due',
  'ended_on',
  'to_hand_out',
] as const satisfies readonly (keyof DutyColumns)[]

export const dutyValues = (duty: DutyColumns) => DUTY_COLUMNS.map(column => duty[column])

type DutyParts = { clocks: CaseClocks; identity: Pick<OwnIdentity, 'city'> }

export async function dutyOf(tx: Transaction, { clocks, identity }: DutyParts, state: CaseState): Promise<DutyColumns> {
  const clock = await clocks.of(tx, state)
  const next = nextDue(clock)
  const own = nextDue(clock, identity.city)
  const holder = holderOf(state)
  const turn = turnOf(state, holder, identity.city)
  const due = next === null ? null : clocks.urgentFrom(next.city, next)
  const ownDue = own === null ? null : clocks.urgentFrom(own.city, own)
  const { ended } = state.instants
  const rating = state.ratings[state.collecting === identity.city ? 'window' : 'department']
  return {
    holder,
    due: next?.due ?? null,
    due_duty: next?.duty ?? null,
    due_city: next?.city ?? null,
    due_provisional: next?.provisional === true ? 1 : 0,
    turn,
    bad: rating !== null && rating.level >= BAD && rating.answered === null ? 1 : 0,
    own_due: own?.due ?? null,
    own_duty: own?.duty ?? null,
    own_provisional: own?.provisional === true ? 1 : 0,
    due_from: next?.from ?? null,
    own_from: own?.from ?? null,
    due_yellow: due?.yellow ?? null,
    due_red: due?.red ?? null,
    own_yellow: ownDue?.yellow ?? null,
    own_red: ownDue?.red ?? null,
    desk_due: (turn === 'own' ? own : next)?.due ?? NO_DAY,
    ended_on: ended === null ? null : dayOf(ended),
    to_hand_out: liesHere(state, identity.city) ? 1 : 0,
  }
}

function turnOf({ state }: CaseState, holder: string | null, own: string): DutyColumns['turn'] {
  if (state === 'closed' || state === 'refused') return null
  if (state === 'paused') return 'paused'
  return holder === own ? 'own' : 'partner'
}

/** Whether a result was sent to the window of this city and nobody has received it, also when the case was closed since. */
const liesHere = ({ collecting, instants, outcome, purgedBy }: CaseState, own: string): boolean =>
  collecting === own &&
  instants.sent !== null &&
  instants.handedOver === null &&
  outcome !== 'void' &&
  !purgedBy.includes(own)

/** Takes what `changedDuty` gives: what was told of another day may be told again. */
export const SET_DUTY = `alerted = CASE WHEN due IS ? AND due_duty IS ? THEN alerted END,
  own_alerted = CASE WHEN own_due IS ? AND own_duty IS ? THEN own_alerted END,
  ${DUTY_COLUMNS.map(column => `${column} = ?`).join(', ')}`
export const changedDuty = (duty: DutyColumns) => [
  duty.due,
  duty.due_duty,
  duty.own_due,
  duty.own_duty,
  ...dutyValues(duty),
]

/** Writes anew who holds a case and what is due first. */
export async function saveDuty(
  tx: Transaction,
  parts: DutyParts,
  threadNo: number,
  state: CaseState,
  packets: readonly StoredPacket[] = [],
): Promise<void> {
  const duty = await dutyOf(tx, parts, state)
  await saveRatings(tx, parts.clocks, threadNo, state, packets)
  await tx.run(`UPDATE cases SET ${SET_DUTY} WHERE thread_no = ?`, [...changedDuty(duty), threadNo])
}
