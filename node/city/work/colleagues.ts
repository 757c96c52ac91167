/** The boxes of colleagues (同事的办件): for whoever may give cases to others, what each has of those cases, and what nobody has. */
import { type CaseSubject, can, type Holder, isProgram, scopesOf } from '../../../protocol/rights/can.ts'
import type { Action, Scope } from '../../../protocol/rights/table.ts'
import type { Account } from '../../kernel/person.ts'
import { casesOf } from '../cases/rights.ts'
import type { QueueName } from './boxes.ts'
import type { Count, Queues } from './queues.ts'

export type Colleague = {
  /** account; null: nobody */
  id: string | null
  name: string | null
  counts: Partial<Record<QueueName, Count>>
}
/** Place of an account in the order of all. */
export type ColleaguePlace = readonly [createdAt: number, id: string]

/** Accounts that are read at once. */
const BATCH = 200

/** What a city does in the cases of a scope: all of them are of one side or the other. */
const SIDES: Readonly<Record<Scope, readonly ('collecting' | 'handling')[]>> = {
  all: ['collecting', 'handling'],
  collecting: ['collecting'],
  window: ['collecting'],
  handling: ['handling'],
  department: ['handling'],
  assigned: [],
  asked: [],
}
const sidesOf = (person: Holder, action: 'case.assign' | 'case.claim'): string[] =>
  scopesOf(person, action).flatMap(scope => [...SIDES[scope]])

export type ColleaguesParts = {
  queues: Pick<Queues, 'counts'>
  /** those to which cases can be given, oldest first */
  accounts: (limit: number, after: ColleaguePlace | null) => Promise<Account[]>
}
export type Colleagues = ReturnType<typeof createColleagues>

export const createColleagues = ({ queues, accounts }: ColleaguesParts) => ({
  /** Names of the people who may do this to a case, oldest account first, `limit` at most; a name that two have stands once. */
  async namesOf(action: Action, subject: CaseSubject, limit: number): Promise<string[]> {
    const names = new Set<string>()
    for (let last: ColleaguePlace | null = null; names.size < limit; ) {
      const batch: Account[] = await accounts(BATCH, last)
      for (const account of batch) if (!isProgram(account) && can(account, action, subject).ok) names.add(account.name)
      const end = batch.at(-1)
      if (end === undefined || batch.length < BATCH) break
      last = [end.createdAt, end.id]
    }
    return [...names].slice(0, limit)
  },

  /** A page of the accounts that take cases which the lead assigns, oldest first, before them what nobody has. */
  async page(
    lead: Holder,
    limit: number,
    after: ColleaguePlace | null,
  ): Promise<{ items: Colleague[]; next: ColleaguePlace | null }> {
    const sees = casesOf(lead, 'case.assign')
    const sides = sidesOf(lead, 'case.assign')
    const takes = (account: Account): boolean => sidesOf(account, 'case.claim').some(side => sides.includes(side))
    const found: Account[] = []
    for (let last = after; found.length <= limit; ) {
      const batch = await accounts(BATCH, last)
      found.push(...batch.filter(takes))
      const end = batch.at(-1)
      if (end === undefined || batch.length < BATCH) break
      last = [end.createdAt, end.id]
    }
    const shown = found.slice(0, limit)
    const items: Colleague[] = []
    if (after === null)
      items.push({ id: null, name: null, counts: await queues.counts({ person: '', sees }, { assignee: null }) })
    for (const { id, name } of shown)
      items.push({ id, name, counts: await queues.counts({ person: id, sees }, { assignee: id }) })
    const last = shown.at(-1)
    return { items, next: found.length > limit && last !== undefined ? [last.createdAt, last.id] : null }
  },
})
