/** The columns of a case by which it is due (时限义务): who must act next, what is due first, and what this city itself must do first. */

import { dayOf } from '../../../protocol/agreement/document.ts'
import { BAD, type Duty } from '../../../protocol/case/deadlines.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { holderOf } from '../../../protocol/case/permits.ts'
import { CLOSE_FROM, type State } from '../../../protocol/case/table.ts'
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
  /** the applicant asks to withdraw, and this city must answer */
  withdrawal: 0 | 1
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
  'withdrawal',
] as const satisfies readonly (keyof DutyColumns)[]

export const dutyValues = (duty: DutyColumns) => DUTY_COLUMNS.map(column => duty[column])

export type DutyParts = { clocks: CaseClocks; identity: Pick<OwnIdentity, 'city'>; duties: WrittenDuties }

export async function dutyOf(
  tx: Transaction,
  { clocks, identity }: Pick<DutyParts, 'clocks' | 'identity'>,
  state: CaseState,
): Promise<DutyColumns> {
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
    withdrawal: mayWithdraw(state, identity.city) ? 1 : 0,
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

/** Whether a withdrawal (撤回) is asked for that this city may still grant. */
const mayWithdraw = ({ withdrawRequested, mover, state }: CaseState, own: string): boolean =>
  withdrawRequested && mover === own && (CLOSE_FROM.withdrawn as readonly State[]).includes(state)

export const DUTY_LIMITS = {
  /** cases of which is remembered what their rows say of duties: some 300 bytes each */
  written: 4_096,
  /** how many fewer are left once there are more */
  dropped: 512,
} as const

export type WrittenDuties = ReturnType<typeof createWrittenDuties>

/** What the rows of cases say of duties, as this process wrote it last; one for each store. */
export function createWrittenDuties() {
  /** those written last are at the end */
  const written = new Map<number, DutyColumns>()
  return {
    /** Undefined when it is not known. */
    of: (threadNo: number): DutyColumns | undefined => written.get(threadNo),

    note(tx: Transaction, threadNo: number, duty: DutyColumns): void {
      written.delete(threadNo)
      written.set(threadNo, duty)
      tx.afterRollback(() => written.delete(threadNo))
      if (written.size <= DUTY_LIMITS.written) return
      // Many at once: until a Map is laid out anew, whoever looks for its first entry walks over all that were deleted before it.
      let over = DUTY_LIMITS.dropped + 1
      for (const oldest of written.keys()) {
        if (over-- === 0) break
        written.delete(oldest)
      }
    },
  }
}

type ChangeGroup = {
  columns: readonly (keyof DutyColumns)[]
  alerted?: readonly [string, 'due' | 'own_due', 'due_duty' | 'own_duty']
}

/** Columns that change together, so that few texts name them; what was told of another day may be told again. */
const GROUPS: readonly ChangeGroup[] = [
  {
    columns: ['due', 'due_duty', 'due_city', 'due_provisional', 'due_from', 'due_yellow', 'due_red'],
    alerted: ['alerted', 'due', 'due_duty'],
  },
  {
    columns: ['own_due', 'own_duty', 'own_provisional', 'own_from', 'own_yellow', 'own_red'],
    alerted: ['own_alerted', 'own_due', 'own_duty'],
  },
  { columns: ['holder', 'turn', 'desk_due'] },
  { columns: ['bad', 'ended_on', 'to_hand_out', 'withdrawal'] },
]

type Assignments = { set: string; groups: readonly ChangeGroup[] }
/** by the groups that are written, a bit each */
const assignments = new Map<number, Assignments>()

function assignmentsOf(mask: number): Assignments {
  const known = assignments.get(mask)
  if (known !== undefined) return known
  const groups = GROUPS.filter((_, index) => (mask & (1 << index)) !== 0)
  const set = groups
    .flatMap(({ columns, alerted }) => [
      ...(alerted === undefined
        ? []
        : [`${alerted[0]} = CASE WHEN ${alerted[1]} IS ? AND ${alerted[2]} IS ? THEN ${alerted[0]} END`]),
      ...columns.map(column => `${column} = ?`),
    ])
    .join(', ')
  const made = { set, groups }
  assignments.set(mask, made)
  return made
}

/**
 * What an UPDATE of a case sets of its duties: all that differs from what its row says, so that no index is written for the rest; all
 * when that is not known. `set` is one of a few texts, empty when nothing differs.
 */
export function dutyChange(
  before: DutyColumns | undefined,
  duty: DutyColumns,
): { set: string; params: (string | number | null)[] } {
  let mask = 0
  for (const [index, { columns }] of GROUPS.entries())
    if (before === undefined || columns.some(column => before[column] !== duty[column])) mask |= 1 << index
  const { set, groups } = assignmentsOf(mask)
  const params = groups.flatMap(({ columns, alerted }) => [
    ...(alerted === undefined ? [] : [duty[alerted[1]], duty[alerted[2]]]),
    ...columns.map(column => duty[column]),
  ])
  return { set, params }
}

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
  const { set, params } = dutyChange(undefined, duty)
  await tx.run(`UPDATE cases SET ${set} WHERE thread_no = ?`, [...params, threadNo])
  parts.duties.note(tx, threadNo, duty)
}
