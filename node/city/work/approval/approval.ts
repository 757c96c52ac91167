/**
 * Approval by several within the city (内部审批), for cases that the workbench decides: a case is passed on to another department or person
 * (转办), sent back to whoever passed it on (退回), and others are asked to countersign before a decision goes out (会签). Each act is one
 * transaction, judged by what stands in the store then, and gives the number of its case; the other city hears of none. May import cases, audit, events and the store.
 */
import { decodeUtf8, encodeUtf8, fromHex } from '../../../../protocol/primitives.ts'
import { ProblemError } from '../../../../protocol/problem.ts'
import type { AuditAction } from '../../../../protocol/rights/audited.ts'
import { type CaseSubject, can, departmentOf, type Holder, isAsked } from '../../../../protocol/rights/can.ts'
import type { Action } from '../../../../protocol/rights/table.ts'
import type { CaseKeys } from '../../../kernel/keys/case-keys.ts'
import type { Account, Person } from '../../../kernel/person.ts'
import type { Audit } from '../../../kernel/records/audit.ts'
import type { EventLog } from '../../../kernel/records/events.ts'
import type { Seen } from '../../../kernel/seen.ts'
import { act } from '../../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../../kernel/store/database.ts'
import { ADAPTER_OF_CASE } from '../../../spine/dispatch/numbers.ts'
import { assertAsSeen, PASSED_ON, SENT_BACK } from '../../cases/as-seen.ts'
import { ASKED, askedIn } from '../../cases/countersigns.ts'
import { departmentPlace } from '../../cases/rights.ts'
import { canWorkOn } from '../hand-over.ts'
import {
  type Act,
  type Course,
  courseOf,
  courseOn,
  type Desk,
  type Done,
  isSame,
  type Rule,
  type Signer,
} from './course.ts'
import { namesOf, type Waiting, waitingFor } from './waiting.ts'

export const APPROVAL_LIMITS = {
  /** acts of one case */
  acts: 500,
  /** people and departments of one request to countersign */
  signers: 20,
  /** characters of a reason, a question and an opinion */
  words: 2000,
} as const

/** An act as it is shown; `words`: the reason, question or opinion, null when there is none or it was purged. */
export type Told = Act & { words: string | null }

export type ApprovalParts = {
  db: Database
  audit: Pick<Audit, 'append'>
  events: Pick<EventLog, 'append'>
  keys: Pick<CaseKeys, 'seal' | 'open' | 'opener'>
  /** every account to which cases can be given */
  colleagues: () => Promise<Account[]>
  /** whether people decide the cases of this adapter here, by the name that `case_adapters` has */
  isWorkbench: (adapter: string) => boolean
  /** ms */
  now: () => number
}

type Row = Omit<CaseSubject, 'asked'> & {
  no: number
  turn: string | null
  state: string
  adapter: string
  asked: string | null
}
type Found = { row: Row; subject: CaseSubject; desk: Desk; acts: Act[]; course: Course }

/** Before a decision: the states in which others can be asked. */
const UNDECIDED: ReadonlySet<string> = new Set([
  'submitted',
  'arrived',
  'prechecked',
  'supplementing',
  'accepted',
  'paused',
])
const context = (threadNo: number, act: number): string => `approval ${threadNo} ${act}`

export type Approval = ReturnType<typeof createApproval>

export function createApproval({ db, audit, events, keys, now, ...parts }: ApprovalParts) {
  async function actsOf(store: Reader, threadNo: number): Promise<(Act & { sealed: Uint8Array | null })[]> {
    const rows = await store.query<{
      no: number
      kind: Act['kind']
      at: number
      actor: string
      detail: string
      sealed: Uint8Array | null
    }>('SELECT no, kind, at, actor, detail, sealed FROM approval_acts WHERE thread_no = ? ORDER BY no', [threadNo])
    return rows.map(({ no, kind, at, actor, detail, sealed }) => ({
      ...(JSON.parse(detail) as Done),
      kind,
      no,
      at,
      by: actor,
      sealed,
    })) as (Act & { sealed: Uint8Array | null })[]
  }

  /** The case as it stands in this transaction, for somebody who may do this to it. */
  async function find(store: Reader, thread: string, caller: Holder, action: Action): Promise<Found> {
    const [row] = await store.query<Row>(
      `SELECT c.thread_no AS no, c.role, c.item_code AS item, c.passed_to AS department, c.window, c.assignee, c.turn, c.state,
         ${ADAPTER_OF_CASE} AS adapter, ${ASKED} AS asked
       FROM cases c JOIN threads t ON t.no = c.thread_no WHERE t.thread = ?`,
      [fromHex(thread)],
    )
    if (row === undefined) throw new ProblemError('thread.unknown')
    const subject: CaseSubject = { ...row, asked: askedIn(row.asked ?? '[]') }
    const may = can(caller, action, subject)
    if (!may.ok) throw new ProblemError(may.problem.code, may.problem.detail)
    if (row.turn === null) throw new ProblemError('case.transition', 'the case has ended')
    if (row.role !== 'handling' || !parts.isWorkbench(row.adapter))
      throw new ProblemError('case.transition', 'the case is not decided at the workbench of this city')
    const acts = await actsOf(store, row.no)
    if (acts.length >= APPROVAL_LIMITS.acts)
      throw new ProblemError('request.conflict', `${APPROVAL_LIMITS.acts} acts within the city at most of one case`)
    const desk = { department: row.department ?? departmentOf(row.item), person: row.assignee }
    return { row, subject, desk, acts, course: courseOf(acts) }
  }

  /** Writes the act with its words; `detail` of the audit row names no more than codes and accounts. */
  async function note(
    tx: Transaction,
    thread: string,
    { row, acts }: Found,
    caller: Holder,
    done: Done,
    words: string | null,
    action: AuditAction,
    detail: Record<string, string | number | boolean | null>,
  ): Promise<Act> {
    await act(tx)
    const { kind, ...rest } = done
    const at = now()
    await tx.run('INSERT INTO approval_acts (thread_no, kind, at, actor, detail) VALUES (?, ?, ?, ?, ?)', [
      row.no,
      kind,
      at,
      caller.id,
      JSON.stringify(rest),
    ])
    const [last] = await tx.query<{ no: number }>('SELECT max(no) AS no FROM approval_acts WHERE thread_no = ?', [
      row.no,
    ])
    const no = last?.no ?? (acts.at(-1)?.no ?? 0) + 1
    if (words !== null)
      await tx.run('UPDATE approval_acts SET sealed = ? WHERE no = ?', [
        await keys.seal(tx, row.no, encodeUtf8(words), context(row.no, no)),
        no,
      ])
    await audit.append(tx, { actor: `person:${caller.id}`, action, subject: thread, detail })
    await events.append(tx, { type: 'case.changed', subject: thread, kind: action })
    return { ...done, no, by: caller.id, at } as Act
  }

  async function move(tx: Transaction, { row }: Found, { department, person }: Desk): Promise<void> {
    const own = departmentOf(row.item)
    // Statistics look at what changed since.
    await tx.run('UPDATE cases SET passed_to = ?, place = ?, assignee = ?, updated_at = ? WHERE thread_no = ?', [
      department === own ? null : department,
      departmentPlace(department),
      person,
      now(),
      row.no,
    ])
  }

  /** Keeps who is asked still as rows of their own, by which they find it; and how the request stands, by which a decision waits. */
  async function keepRound(tx: Transaction, threadNo: number, course: Course): Promise<void> {
    const round = course.rounds.at(-1)
    if (round === undefined) return
    await tx.run('DELETE FROM countersigns WHERE thread_no = ?', [threadNo])
    if (round.state === 'open')
      for (const { of, agrees } of round.answers)
        if (agrees === null)
          await tx.run('INSERT INTO countersigns (thread_no, round, department, person) VALUES (?, ?, ?, ?)', [
            threadNo,
            round.no,
            'department' in of ? of.department : null,
            'person' in of ? of.person : null,
          ])
    await tx.run(
      `INSERT INTO countersign_rounds (thread_no, round, state) VALUES (?, ?, ?)
       ON CONFLICT (thread_no) DO UPDATE SET round = excluded.round, state = excluded.state`,
      [threadNo, round.no, round.state],
    )
  }

  return {
    /**
     * Passes a case on (转办): to a person, a department, or a person of another department. Problems: `thread.unknown`, `rights.scope`,
     * `rights.assignee` when nobody there could work on it, `case.transition`, `request.invalid`, `request.precondition`.
     */
    async passOn(
      thread: string,
      to: { department?: string | undefined; person?: string | undefined },
      reason: string,
      caller: Person,
      seen?: Seen,
    ): Promise<number> {
      const colleagues = await parts.colleagues()
      return db.transaction(async tx => {
        const found = await find(tx, thread, caller, 'case.pass-on')
        await assertAsSeen(tx, thread, seen)
        const { desk, subject } = found
        const next: Desk = { department: to.department ?? desk.department, person: to.person ?? null }
        if (to.department === undefined && to.person === undefined)
          throw new ProblemError('request.invalid', 'to: name a department, a person, or both')
        if (next.department === desk.department && next.person === desk.person)
          throw new ProblemError('request.invalid', 'to: who has the case already')
        const given = { ...subject, department: next.department, assignee: next.person }
        const receivers = colleagues.filter(({ id }) => next.person === null || id === next.person)
        const known = next.department === departmentOf(subject.item) || departmentsOf(colleagues).has(next.department)
        if (!known || !receivers.some(account => canWorkOn(account, given)))
          throw new ProblemError('rights.assignee', next.person === null ? 'department' : 'person')
        await note(tx, thread, found, caller, { kind: 'passed-on', from: desk, to: next }, reason, PASSED_ON, {
          from: desk.department,
          to: next.department,
          person: next.person,
        })
        await move(tx, found, next)
        return found.row.no
      })
    },

    /**
     * Sends a case back to whoever passed it on (退回); to their department when that person can have it no more. Problems: as of
     * `passOn`; `case.transition` when nobody passed it on.
     */
    async sendBack(thread: string, reason: string, caller: Person, seen?: Seen): Promise<number> {
      const colleagues = await parts.colleagues()
      return db.transaction(async tx => {
        const found = await find(tx, thread, caller, 'case.pass-on')
        await assertAsSeen(tx, thread, seen)
        const { desk, subject, course } = found
        const before = course.back.at(-1)
        if (before === undefined)
          throw new ProblemError('case.transition', 'nobody passed the case on: there is nobody to send it back to')
        const stays = colleagues.some(
          account =>
            account.id === before.person &&
            canWorkOn(account, { ...subject, department: before.department, assignee: before.person }),
        )
        const to = stays ? before : { ...before, person: null }
        await note(tx, thread, found, caller, { kind: 'sent-back', from: desk, to }, reason, SENT_BACK, {
          from: desk.department,
          to: to.department,
          person: to.person,
        })
        await move(tx, found, to)
        return found.row.no
      })
    },

    /**
     * Asks people and departments to countersign (会签): until all of them, or one, agree, no decision goes out. Problems: as of `passOn`;
     * `request.conflict` while others are asked already, `rights.assignee` for who could not answer.
     */
    async ask(
      thread: string,
      { rule, of, question }: { rule: Rule; of: readonly Signer[]; question: string | null },
      caller: Person,
      seen?: Seen,
    ): Promise<number> {
      if (of.some((signer, at) => of.findIndex(other => isSame(signer, other)) !== at))
        throw new ProblemError('request.invalid', 'of: the same twice')
      if (of.some(signer => 'person' in signer && signer.person === caller.id))
        throw new ProblemError('request.invalid', 'of: who asks does not countersign')
      const colleagues = await parts.colleagues()
      for (const signer of of) {
        const asked =
          'person' in signer
            ? { people: [signer.person], departments: [] }
            : { people: [], departments: [signer.department] }
        const able = ({ id, roles, departments, windows }: Account): boolean =>
          id !== caller.id && can({ id, roles, departments, windows }, 'case.countersign', { ...NO_CASE, asked }).ok
        const known = 'person' in signer || departmentsOf(colleagues).has(signer.department)
        if (!known || !colleagues.some(able))
          throw new ProblemError('rights.assignee', 'person' in signer ? signer.person : signer.department)
      }
      return db.transaction(async tx => {
        const found = await find(tx, thread, caller, 'case.pass-on')
        await assertAsSeen(tx, thread, seen)
        if (!UNDECIDED.has(found.row.state)) throw new ProblemError('case.transition', 'the case is decided')
        if (found.course.rounds.at(-1)?.state === 'open')
          throw new ProblemError('request.conflict', 'others are asked to countersign already')
        const done = await note(
          tx,
          thread,
          found,
          caller,
          { kind: 'asked', rule, of },
          question,
          'case.countersign-asked',
          { rule, of: of.length },
        )
        await keepRound(tx, found.row.no, courseOn(found.course, done))
        return found.row.no
      })
    },

    /**
     * Agrees or not, for oneself or for a department that was asked; the same answer again changes nothing. Problems: `rights.scope` for
     * who is not asked, `request.forbidden` for who asks, `request.conflict` for another answer than was given, `request.invalid`.
     */
    async countersign(
      thread: string,
      { department, agrees, opinion }: { department?: string | undefined; agrees: boolean; opinion: string | null },
      caller: Person,
    ): Promise<number> {
      if (!agrees && opinion === null) throw new ProblemError('request.invalid', 'opinion: say why you do not agree')
      const as: Signer = department === undefined ? { person: caller.id } : { department }
      return db.transaction(async tx => {
        const repeated = await isRepeated(tx, thread, caller, as, agrees)
        if (repeated !== null) return repeated
        const found = await find(tx, thread, caller, 'case.countersign')
        const round = found.course.rounds.at(-1)
        const mine = isAsked(
          'person' in as ? { people: [as.person], departments: [] } : { people: [], departments: [as.department] },
          caller,
        )
        const place = mine ? round?.answers.find(({ of }) => isSame(of, as)) : undefined
        if (round?.state !== 'open' || place === undefined)
          throw new ProblemError('request.invalid', 'department: name the one for which you are asked, or none')
        if (place.agrees !== null) throw new ProblemError('request.conflict', 'this was answered already')
        if (round.by === caller.id) throw new ProblemError('request.forbidden', 'who asks does not countersign')
        const done = await note(
          tx,
          thread,
          found,
          caller,
          { kind: 'countersigned', as, agrees },
          opinion,
          'case.countersigned',
          { agrees, for: department ?? null },
        )
        await keepRound(tx, found.row.no, courseOn(found.course, done))
        return found.row.no
      })
    },

    /** Takes the request back, with a reason: the decision no longer waits for it. Problems: as of `passOn`; `case.transition` without one. */
    async withdraw(thread: string, reason: string, caller: Person): Promise<number> {
      return db.transaction(async tx => {
        const found = await find(tx, thread, caller, 'case.pass-on')
        const state = found.course.rounds.at(-1)?.state
        if (state !== 'open' && state !== 'disagreed')
          throw new ProblemError('case.transition', 'nobody is asked to countersign')
        const done = await note(
          tx,
          thread,
          found,
          caller,
          { kind: 'withdrawn' },
          reason,
          'case.countersign-withdrawn',
          {},
        )
        await keepRound(tx, found.row.no, courseOn(found.course, done))
        return found.row.no
      })
    },

    /** The course of a case with what was written in it: personal data, so that reading it leaves an audit row. Problem: `thread.unknown`. */
    async course(
      thread: string,
      actor: string,
    ): Promise<{ threadNo: number; acts: Told[]; course: Course; possible: boolean }> {
      const [row] = await db.query<{ no: number; role: string; turn: string | null; adapter: string }>(
        `SELECT c.thread_no AS no, c.role, c.turn, ${ADAPTER_OF_CASE} AS adapter
         FROM cases c JOIN threads t ON t.no = c.thread_no WHERE t.thread = ?`,
        [fromHex(thread)],
      )
      if (row === undefined) throw new ProblemError('thread.unknown')
      const acts = await actsOf(db, row.no)
      const open = await keys.opener(
        db,
        acts.map(({ sealed }) => ({ threadNo: row.no, sealed })),
      )
      if (acts.length > 0)
        await db.transaction(tx =>
          audit.append(tx, { actor, action: 'case.read', subject: thread, detail: { for: 'approval' } }),
        )
      return {
        threadNo: row.no,
        acts: acts.map(({ sealed, ...done }) => {
          const plain = sealed === null ? null : open(row.no, sealed, context(row.no, done.no))
          return { ...done, words: plain === null ? null : decodeUtf8(plain) }
        }),
        course: courseOf(acts),
        possible: row.role === 'handling' && row.turn !== null && parts.isWorkbench(row.adapter),
      }
    },

    /** What waits for somebody's word, the oldest first, after a place. */
    waiting: (person: Pick<Holder, 'id' | 'departments'>, limit: number, after: number | null): Promise<Waiting[]> =>
      waitingFor(db, person, limit, after),

    /** Names of accounts by id, those that ended too. */
    namesOf: (ids: readonly string[]): Promise<ReadonlyMap<string, string>> => namesOf(db, ids),

    /** To whom a case can be passed on, and who can be asked: accounts that work on cases, and the departments that they are of. */
    async receivers(): Promise<{ people: Account[]; departments: string[] }> {
      const people = (await parts.colleagues()).filter(({ roles }) =>
        roles.some(role => role === 'examiner' || role === 'leader'),
      )
      return { people, departments: [...departmentsOf(people)].sort() }
    },
  }

  /** The number of the case when this answer was given before, by the same person, in the request that stands; else null. */
  async function isRepeated(
    store: Reader,
    thread: string,
    caller: Holder,
    as: Signer,
    agrees: boolean,
  ): Promise<number | null> {
    const [row] = await store.query<{ no: number }>('SELECT no FROM threads WHERE thread = ?', [fromHex(thread)])
    if (row === undefined) return null
    const round = courseOf(await actsOf(store, row.no)).rounds.at(-1)
    const given = round?.answers.find(({ of }) => isSame(of, as))
    return given?.by === caller.id && given.agrees === agrees ? row.no : null
  }
}

/** Departments that accounts are of by name: who is of every one is a sign of none. */
const departmentsOf = (accounts: readonly Account[]): Set<string> =>
  new Set(accounts.flatMap(({ departments }) => departments ?? []))

/** Whether somebody can countersign at all, whatever the case. */
const NO_CASE: CaseSubject = { role: 'handling', item: '', window: null, assignee: null }
