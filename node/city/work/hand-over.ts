/**
 * Hand-over (移交): all open work of one account, as of somebody on leave or gone, to another in one act. What another has by now, what is
 * not the caller's to assign and what the receiver could not work on stays where it is, and is told. May import the store and the audit log.
 */
import { toHex } from '../../../protocol/primitives.ts'
import { type ProblemCode, ProblemError } from '../../../protocol/problem.ts'
import { type CaseSubject, can, holdsRole, scopesOf } from '../../../protocol/rights/can.ts'
import type { Action } from '../../../protocol/rights/table.ts'
import type { Account, Person } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { ASSIGNED } from '../cases/as-seen.ts'
import { handOverDrafts } from '../cases/intake/draft-hand-over.ts'
import { isLive, type People } from '../people/people.ts'

export const HAND_OVER_LIMITS = {
  /** cases of one act, in one transaction */
  cases: 1000,
} as const

/** Actions of which whoever is given a case must be able to take one at least. */
const WORK = [
  'case.serve',
  'case.accept',
  'case.examine',
  'case.decide',
  'case.contribute',
] as const satisfies readonly Action[]

/** Whether an account can be given cases at all: it is in use, and one of its roles works on them. */
export const isColleague = (account: Account, now: number): boolean =>
  isLive(account, now) && holdsRole(account.roles, 'case.claim')

/** Whether an account could take a step at least of a case, as that would be. */
export const canWorkOn = (account: Account, subject: CaseSubject): boolean =>
  WORK.some(action => can(account, action, subject).ok)

/** A case that was not moved. */
export type Kept = {
  thread: string
  /** `request.precondition`: another has it; `rights.scope`: not the caller's to assign; `rights.assignee`: the receiver could not work on it */
  problem: ProblemCode
  /** who has it */
  assignee: string | null
}

export type HandedOver = {
  cases: number
  drafts: number
  kept: Kept[]
  /** open cases of the account that the caller does not find */
  others: number
  /** drafts of no window that stay; those of a window have their readers already */
  keptDrafts: number
  /** there are more than HAND_OVER_LIMITS.cases: the same act goes on with them */
  more: boolean
}

export type HandOverParts = {
  db: Database
  audit: Audit
  events: EventLog
  people: Pick<People, 'get' | 'list'>
  /** ms */
  now: () => number
}

type Row = CaseSubject & { no: number; thread: Uint8Array }

const COLUMNS =
  't.thread, c.thread_no AS no, c.role, c.item_code AS item, c.passed_to AS department, c.window, c.assignee'
const JOINED = 'FROM cases c JOIN threads t ON t.no = c.thread_no'

export type HandOver = ReturnType<typeof createHandOver>

export function createHandOver(parts: HandOverParts) {
  const { db, audit, events, people, now } = parts

  /** Open cases of the account, what is due first first; those that were named, whosever they are by now. */
  function rowsOf(tx: Transaction, from: string, threads: readonly string[] | undefined): Promise<Row[]> {
    return threads === undefined
      ? tx.query<Row>(
          `SELECT ${COLUMNS} ${JOINED} WHERE c.turn IS NOT NULL AND c.assignee = ?
           ORDER BY coalesce(c.due, '9999-12-31'), c.thread_no LIMIT ?`,
          [from, HAND_OVER_LIMITS.cases + 1],
        )
      : tx.query<Row>(
          `SELECT ${COLUMNS} ${JOINED} WHERE t.thread IN (SELECT unhex(value) FROM json_each(?)) ORDER BY c.thread_no`,
          [JSON.stringify(threads)],
        )
  }

  return {
    /** Accounts to which cases can be given, oldest first, after a place. */
    async colleagues(limit: number, after: readonly [createdAt: number, id: string] | null): Promise<Account[]> {
      const found: Account[] = []
      for (let place = after; found.length < limit; ) {
        const rows = await people.list(HAND_OVER_LIMITS.cases, place)
        found.push(...rows.filter(account => isColleague(account, now())))
        const last = rows.at(-1)
        if (last === undefined || rows.length < HAND_OVER_LIMITS.cases) break
        place = [last.createdAt, last.id]
      }
      return found.slice(0, limit)
    },

    /**
     * Moves the open cases of an account, or those of it that are named, and its drafts that it alone could open. Problems:
     * `request.not-found` without such an account, `rights.assignee` when the receiver can be given no case, `request.invalid`.
     */
    async all(
      from: string,
      to: string,
      caller: Person,
      actor: string,
      threads?: readonly string[],
    ): Promise<HandedOver> {
      if (from === to) throw new ProblemError('request.invalid', 'to: the account that has the work')
      await people.get(from)
      const receiver = await people.get(to)
      if (!isColleague(receiver, now())) throw new ProblemError('rights.assignee', 'to')
      return db.transaction(async tx => {
        const rows = await rowsOf(tx, from, threads)
        const more = rows.length > HAND_OVER_LIMITS.cases
        const kept: Kept[] = []
        const moved: Row[] = []
        let others = (threads?.length ?? 0) - (threads === undefined ? 0 : rows.length)
        for (const row of rows.slice(0, HAND_OVER_LIMITS.cases)) {
          const keep = (problem: ProblemCode) =>
            kept.push({ thread: toHex(row.thread), problem, assignee: row.assignee })
          if (!can(caller, 'case.list', row).ok) others++
          else if (row.assignee !== from) keep('request.precondition')
          else if (!can(caller, 'case.assign', row).ok) keep('rights.scope')
          else if (!canWorkOn(receiver, { ...row, assignee: to })) keep('rights.assignee')
          else moved.push(row)
        }
        await act(tx)
        if (moved.length > 0)
          await tx.run('UPDATE cases SET assignee = ? WHERE thread_no IN (SELECT value FROM json_each(?))', [
            to,
            JSON.stringify(moved.map(({ no }) => no)),
          ])
        for (const { thread } of moved) {
          const subject = toHex(thread)
          await audit.append(tx, { actor, action: ASSIGNED, subject, detail: { from, to } })
          await events.append(tx, { type: 'case.changed', subject })
        }
        const mayDrafts = scopesOf(caller, 'case.assign').some(scope => scope === 'all' || scope === 'collecting')
        const own =
          threads === undefined && mayDrafts
            ? await handOverDrafts(tx, parts, {
                from: `person:${from}`,
                to: `person:${to}`,
                actor,
                mayTakeIn: holdsRole(receiver.roles, 'case.take-in'),
              })
            : { moved: 0, kept: 0 }
        await audit.append(tx, {
          actor,
          action: 'work.handed-over',
          subject: from,
          detail: { to, cases: moved.length, drafts: own.moved, kept: kept.length + others, keptDrafts: own.kept },
        })
        return { cases: moved.length, drafts: own.moved, kept, others, keptDrafts: own.kept, more }
      })
    },

    /** Whether an account can be given cases. */
    isColleague: async (id: string): Promise<boolean> => {
      const account = await people.get(id).catch(() => null)
      return account !== null && isColleague(account, now())
    },
  }
}
