/** The columns of a case by which it is due (时限义务): who must act next, what is due first, and what this city itself must do first. */

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
  turn: 'own' | 'partner' | null
  /** bad ratings that this city must follow up */
  bad: number
  own_due: string | null
  own_duty: Duty | null
  own_provisional: 0 | 1
  /** the days on which the two limits began */
  due_from: string | null
  own_from: string | null
}

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
] as const satisfies readonly (keyof DutyColumns)[]

export const dutyValues = (duty: DutyColumns) => DUTY_COLUMNS.map(column => duty[column])

type DutyParts = { clocks: CaseClocks; identity: Pick<OwnIdentity, 'city'> }

export async function dutyOf(tx: Transaction, { clocks, identity }: DutyParts, state: CaseState): Promise<DutyColumns> {
  const clock = await clocks.of(tx, state)
  const next = nextDue(clock)
  const own = nextDue(clock, identity.city)
  const holder = holderOf(state)
  const open = state.state !== 'closed' && state.state !== 'refused'
  const rating = state.ratings[state.collecting === identity.city ? 'window' : 'department']
  return {
    holder,
    due: next?.due ?? null,
    due_duty: next?.duty ?? null,
    due_city: next?.city ?? null,
    due_provisional: next?.provisional === true ? 1 : 0,
    turn: !open ? null : holder === identity.city ? 'own' : 'partner',
    bad: rating !== null && rating.level >= BAD && rating.answered === null ? 1 : 0,
    own_due: own?.due ?? null,
    own_duty: own?.duty ?? null,
    own_provisional: own?.provisional === true ? 1 : 0,
    due_from: next?.from ?? null,
    own_from: own?.from ?? null,
  }
}

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
