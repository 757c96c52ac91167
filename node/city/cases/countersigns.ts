/**
 * Whether others must agree before a case is decided (会签), and who is asked: what the steps and the rights of a case look at. Who asks, who
 * answers and what came of it: `work/approval`. May import the store.
 */

import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { CaseSubject } from '../../../protocol/rights/can.ts'
import type { Reader, Transaction } from '../../kernel/store/database.ts'

/** How the last request of a case stands. Until all is agreed, or it is withdrawn, nothing is decided. */
export const ROUND_STATES = ['open', 'agreed', 'disagreed', 'withdrawn'] as const
export type RoundState = (typeof ROUND_STATES)[number]

/** Accounts and departments that have not answered. */
export type Asked = { people: string[]; departments: string[] }

/** SQL: who is asked of the case `c` and has not answered, as JSON; null: nobody. */
export const ASKED = `(SELECT json_group_array(json_array(a.person, a.department)) FROM countersigns a
  WHERE a.thread_no = c.thread_no HAVING count(*) > 0)`

export function askedIn(json: string): Asked {
  const parts = JSON.parse(json) as [person: string | null, department: string | null][]
  return {
    people: parts.flatMap(([person]) => (person === null ? [] : [person])),
    departments: parts.flatMap(([, department]) => (department === null ? [] : [department])),
  } satisfies CaseSubject['asked']
}

export async function askedOf(store: Reader, threadNo: number): Promise<Asked> {
  const [row] = await store.query<{ asked: string | null }>(
    `SELECT ${ASKED} AS asked FROM cases c WHERE c.thread_no = ?`,
    [threadNo],
  )
  return askedIn(row?.asked ?? '[]')
}

/** Why these steps cannot be taken yet: a decision waits for those who were asked. */
export async function notCountersigned(
  store: Reader,
  threadNo: number,
  steps: readonly { kind: string }[],
): Promise<Problem | null> {
  if (!steps.some(({ kind }) => kind === 'case.decide')) return null
  const [round] = await store.query<{ state: RoundState }>('SELECT state FROM countersign_rounds WHERE thread_no = ?', [
    threadNo,
  ])
  if (round?.state === 'open')
    return {
      code: 'case.transition',
      detail: 'others are asked to countersign and have not all answered: wait for them, or withdraw the request',
    }
  if (round?.state === 'disagreed')
    return {
      code: 'case.transition',
      detail: 'who was asked to countersign does not agree: ask anew, or withdraw the request with a reason',
    }
  return null
}

/** Problem: `case.transition`. */
export async function assertCountersigned(
  store: Reader,
  threadNo: number,
  steps: readonly { kind: string }[],
): Promise<void> {
  const problem = await notCountersigned(store, threadNo, steps)
  if (problem !== null) throw new ProblemError(problem.code, problem.detail)
}

/** With the purge of a case: who did what and when stays, as in the audit log; what they wrote goes. */
export async function forgetCountersigns(tx: Transaction, threadNo: number): Promise<void> {
  await tx.run('UPDATE approval_acts SET sealed = NULL WHERE thread_no = ?', [threadNo])
  await tx.run('DELETE FROM countersigns WHERE thread_no = ?', [threadNo])
}
