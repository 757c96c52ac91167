/**
 * Rights within cases (办件权限): whether a person may act on one, and which of all they find, by the table of `protocol/rights/`. A person of
 * every case costs no look at the store. May import the kernel.
 */

import { foldNumber } from '../../../protocol/codes/spelling.ts'
import { toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import {
  type CaseSubject,
  can,
  departmentOf,
  type Holder,
  holdsRole,
  isProgram,
  ownScopes,
  reachesBeyond,
  scopesOf,
} from '../../../protocol/rights/can.ts'
import { needsPurpose, type Purpose, purposeRule } from '../../../protocol/rights/purposes.ts'
import type { Action, Scope } from '../../../protocol/rights/table.ts'
import { type CaseFacts, type CaseRights, type DraftFacts, windowsOf, worksOn } from '../../kernel/case-rights.ts'
import type { Person } from '../../kernel/person.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Value } from '../../kernel/store/database.ts'
import { ASKED, askedIn } from './countersigns.ts'

/** Cases with one value in a column that indexes begin with. */
export type Source = { readonly by: 'role' | 'place' | 'assignee'; readonly is: string }
/** A condition on rows of `cases`; `of`: the same as sources that add up. */
export type Found = { where: string; params: Value[]; of?: readonly Source[] }

type Row = Omit<CaseFacts, 'asked'> & { thread: Uint8Array; asked: string | null }

/** The window of this city that took a case in, or the department that handles it: `cases.place`. */
export const windowPlace = (window: string | null): string => `w:${window ?? ''}`
export const departmentPlace = (department: string): string => `d:${department}`
export const placeOf = (role: CaseSubject['role'], window: string | null, item: string): string =>
  role === 'collecting' ? windowPlace(window) : departmentPlace(departmentOf(item))

const SOURCES: Readonly<Record<Exclude<Scope, 'all'>, (person: Holder) => Source[]>> = {
  collecting: () => [{ by: 'role', is: 'collecting' }],
  handling: () => [{ by: 'role', is: 'handling' }],
  window: ({ windows }) => (windows ?? []).map(window => ({ by: 'place', is: windowPlace(window) })),
  department: ({ departments }) => (departments ?? []).map(code => ({ by: 'place', is: departmentPlace(code) })),
  assigned: ({ id }) => [{ by: 'assignee', is: id }],
  // Lists of cases are of what one works on; what waits for one's word has a list of its own.
  asked: () => [],
}

/** A source as a condition. A unary plus keeps it out of the choice of an index: that of the list bounds the rows, in its order. */
export const isOf = ({ by, is }: Source): Found => ({ where: `+${by} = ?`, params: [is] })

/** The cases of any of the sources: a list of many places is looked up in one table. */
export function ofAny(sources: readonly Source[]): Found {
  const places = sources.filter(({ by }) => by === 'place').map(({ is }) => is)
  const found = [
    ...sources.filter(({ by }) => by !== 'place').map(isOf),
    ...(places.length === 0
      ? []
      : [{ where: '+place IN (SELECT value FROM json_each(?))', params: [JSON.stringify(places)] }]),
  ]
  return {
    where: found.length === 0 ? '0' : `(${found.map(({ where }) => where).join(' OR ')})`,
    params: found.flatMap(({ params }) => params),
    of: sources,
  }
}

/** The cases within which a person may do this, as a condition; null for every one. */
export function casesOf(person: Holder, action: Action): Found | null {
  const scopes = scopesOf(person, action)
  const bounded = scopes.filter(scope => scope !== 'all')
  return bounded.length < scopes.length ? null : ofAny(bounded.flatMap(scope => SOURCES[scope](person)))
}

/**
 * The same, of those alone on which the person works: what no purpose is asked for (查阅目的). Where cases are looked for by whose they are, and
 * none is named, those beyond are left out.
 */
export function ownCasesOf(person: Holder, action: Action): Found | null {
  const may = casesOf(person, action)
  if (isProgram(person) || !reachesBeyond(person, action)) return may
  const own = ofAny(ownScopes(person).flatMap(scope => (scope === 'all' ? [] : SOURCES[scope](person))))
  return may === null ? own : { where: `(${may.where} AND ${own.where})`, params: [...may.params, ...own.params] }
}

/** An account, and the name that its cases show. */
export type Assignee = Pick<Person, 'id' | 'name'>

/** Whose a case is that a person takes in: their own, where they work on cases; a program hands it to nobody. */
export const takerOf = ({ id, name, roles }: Person): Assignee | null =>
  holdsRole(roles, 'case.claim') ? { id, name } : null

export type CaseRightsParts = {
  db: Database
  audit: Pick<Audit, 'append'>
  /** accounts of the person behind an account, itself among them */
  accountsOf: (id: string) => Promise<readonly string[]>
  /** whether who accepted a case is kept from deciding it */
  separateDecision: boolean
}

export function createCaseRights({ db, audit, accountsOf, separateDecision }: CaseRightsParts): CaseRights {
  async function subjects(threads: readonly string[]): Promise<Map<string, CaseFacts>> {
    const rows = await db.query<Row>(
      `SELECT t.thread, c.role, c.partner AS city, c.item_code AS item, c.passed_to AS department, c.window, c.assignee, ${ASKED} AS asked FROM threads t JOIN cases c ON c.thread_no = t.no
       WHERE t.thread IN (SELECT unhex(value) FROM json_each(?))`,
      [JSON.stringify(threads)],
    )
    return new Map(
      rows.map(({ thread, asked, ...subject }) => [
        toHex(thread),
        asked === null ? subject : { ...subject, asked: askedIn(asked) },
      ]),
    )
  }

  /** Accounts that accepted a case, the person's own one for any account of theirs. */
  async function acceptedBy(thread: string, person: string): Promise<string[]> {
    const rows = await db.query<{ actor: string }>(
      `SELECT DISTINCT actor FROM audit WHERE subject = ? AND action = 'case.accept' AND actor LIKE 'person:%'`,
      [thread],
    )
    const accepted = rows.map(({ actor }) => actor.slice('person:'.length))
    if (accepted.length === 0) return []
    const own = await accountsOf(person)
    return accepted.map(id => (own.includes(id) ? person : id))
  }

  /** A row beside that of the look itself: every look of its kind leaves it, whichever operation it is. */
  const note = (person: string, action: Action, subject: string, purpose: Purpose): Promise<void> =>
    db.transaction(tx =>
      audit.append(tx, {
        actor: `person:${person}`,
        action: 'purpose.named',
        subject,
        detail: { right: action, purpose },
      }),
    )

  return {
    subjects,

    async threadOf(number) {
      const key = foldNumber(number)
      if (key === '') return null
      const rows = await db.query<{ thread: Uint8Array }>(
        `SELECT thread FROM threads WHERE no IN (SELECT thread_no FROM cases WHERE number_key = ?1
           UNION SELECT thread_no FROM cases WHERE local_key = ?1) LIMIT 2`,
        [key],
      )
      const [only] = rows
      return only === undefined || rows.length > 1 ? null : toHex(only.thread)
    },

    async demandPurpose(person, action, subject, purpose) {
      if (!needsPurpose(person, action, null)) return
      if (purpose === undefined) throw new ProblemError('rights.purpose', action)
      await note(person.id, action, subject, purpose)
    },

    async demandDraft(person, id) {
      if (windowsOf(person) === null) return
      const [row] = await db.query<DraftFacts>('SELECT owner, window FROM case_drafts WHERE id = ?', [id])
      // What is not there is told by whoever looks for it.
      if (row !== undefined && !worksOn(person, row))
        throw new ProblemError('rights.scope', 'the draft is of another window')
    },

    async demand(person, action, thread, purpose) {
      const decides = action === 'case.decide' && separateDecision && !isProgram(person)
      const everywhere = scopesOf(person, action).includes('all')
      // Who works on every case, or on all that they may look at, is asked for no purpose.
      const beyond = purposeRule(action) === 'beyond' && needsPurpose(person, action, null)
      if (everywhere && !decides && !beyond) return
      const subject = (await subjects([thread])).get(thread)
      if (subject === undefined) throw new ProblemError('thread.unknown')
      const may = can(
        person,
        action,
        decides ? { ...subject, acceptedBy: await acceptedBy(thread, person.id) } : subject,
      )
      if (!may.ok) throw new ProblemError(may.problem.code, may.problem.detail)
      if (!beyond || !needsPurpose(person, action, subject)) return
      if (purpose === undefined) throw new ProblemError('rights.purpose', action)
      await note(person.id, action, thread, purpose)
    },
  }
}
