/**
 * Rights within cases (办件权限): whether a person may act on one, and which of all they find, by the table of `protocol/rights/`. A person of
 * every case costs no look at the store. May import the kernel.
 */

import { toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { can, type Holder, holdsRole, isProgram, scopesOf } from '../../../protocol/rights/can.ts'
import { needsPurpose, type Purpose, purposeRule } from '../../../protocol/rights/purposes.ts'
import type { Action, Scope } from '../../../protocol/rights/table.ts'
import { type CaseFacts, type CaseRights, type DraftFacts, windowsOf, worksOn } from '../../kernel/case-rights.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Database, Value } from '../../kernel/store/database.ts'

/** A condition on rows of `cases`. */
export type Found = { where: string; params: Value[] }

type Row = CaseFacts & { thread: Uint8Array }

/** The organ of an item's code, as `departmentOf` reads it. */
const DEPARTMENT = `CASE WHEN length(item_code) BETWEEN 31 AND 33 AND item_code NOT GLOB '*[^0-9A-Z]*'
  THEN substr(item_code, 1, 18) ELSE item_code END`

// A unary plus keeps the conditions out of the choice of an index: that of the queue bounds the rows, in its order.
const CONDITIONS: Readonly<Record<Scope, (person: Holder) => Found>> = {
  all: () => ({ where: '1', params: [] }),
  collecting: () => ({ where: `+role = 'collecting'`, params: [] }),
  handling: () => ({ where: `+role = 'handling'`, params: [] }),
  window: ({ windows }) => ({
    where: `(+role = 'collecting' AND +window IN (SELECT value FROM json_each(?)))`,
    params: [JSON.stringify(windows ?? [])],
  }),
  department: ({ departments }) => ({
    where: `(+role = 'handling' AND ${DEPARTMENT} IN (SELECT value FROM json_each(?)))`,
    params: [JSON.stringify(departments ?? [])],
  }),
  assigned: ({ id }) => ({ where: '+assignee = ?', params: [id] }),
}

/** The cases within which a person may do this, as a condition; null for every one. */
export function casesOf(person: Holder, action: Action): Found | null {
  const scopes = scopesOf(person, action)
  if (scopes.includes('all')) return null
  const found = scopes.map(scope => CONDITIONS[scope](person))
  return {
    where: found.length === 0 ? '0' : `(${found.map(({ where }) => where).join(' OR ')})`,
    params: found.flatMap(({ params }) => params),
  }
}

/** Whose a case is that a person takes in: their own, where they work on cases; a program hands it to nobody. */
export const takerOf = (person: Holder): string | null => (holdsRole(person.roles, 'case.claim') ? person.id : null)

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
      `SELECT t.thread, c.role, c.partner AS city, c.item_code AS item, c.window, c.assignee FROM threads t JOIN cases c ON c.thread_no = t.no
       WHERE t.thread IN (SELECT unhex(value) FROM json_each(?))`,
      [JSON.stringify(threads)],
    )
    return new Map(rows.map(({ thread, ...subject }) => [toHex(thread), subject]))
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
