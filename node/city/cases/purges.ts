/**
 * Purge of personal data (清除个人信息): so many days after its end as the agreement says, the collecting city deletes what it holds
 * of a case: bodies, files, drafts left over, the applicant in its lists and its search. The signed packets stay, so that thread and
 * evidence still verify, and the deletion is a signed packet itself (`case.purge`). Deleted and recorded in one transaction, in which the
 * key of the case is destroyed; files go after it, and the store's log is emptied.
 */

import { dayOf } from '../../../protocol/agreement/document.ts'
import type { CaseContent } from '../../../protocol/case/kinds.ts'
import { fromHex, toHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { CaseKeys } from '../../kernel/keys/case-keys.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { Reminder } from '../../kernel/reminder.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Reader, Transaction } from '../../kernel/store/database.ts'
import { KEY_OF_CASE } from '../../spine/dispatch/numbers.ts'
import { type Author, isGone, type StoredPacket } from '../../spine/exchange/ports.ts'
import { type Backup, stillHolding } from './backups.ts'
import { forgetCountersigns } from './countersigns.ts'
import { forgetSms } from './sms-consents.ts'

export type PurgeCause = CaseContent<'case.purge'>['cause']

/** What a purge would delete, or why it cannot yet. */
export type PurgePreview = {
  thread: string
  /** last day on which the data are held; null while the case is open, and of a case that this city handled: it keeps the file */
  purgeOn: string | null
  /** whether the case has ended: only then it can be purged */
  ended: boolean
  purgedAt: number | null
  bodies: number
  materials: number
  /** drafts that were left over when the case was submitted */
  drafts: number
  /** drafts of the same applicant for the same item that were worked on since: a purge leaves them to the window */
  laterDrafts: number
  /** entries of lists that were made from the bodies: the case's own row, parcels, SMS, steps of the approval system */
  projections: number
  /** keyed hashes by which a search finds the applicant */
  search: number
  /** backups that hold it until they are deleted, or another one replaces the file of their keys */
  backups: Backup[]
  problem: Problem | null
}

/** What a purge deleted. */
type Gone = { bodies: number; materials: number; drafts: number }

export type PurgesParts = {
  db: Database
  clock: Clock
  audit: Audit
  author: () => Author
  materials: {
    /** how many files packets of the thread alone name */
    ownedBy(store: Reader, threadNo: number): Promise<number>
    /** how many files of packets since then, ms, the partner is not known to hold */
    unfetched(store: Reader, threadNo: number, since: number): Promise<number>
    /** asks the partner about them; whether it answered */
    askWhetherFetched(threadNo: number, since: number): Promise<boolean>
    forget(tx: Transaction, threadNo: number): Promise<number>
  }
  drafts: {
    leftOver(store: Reader, of: DraftsOf): Promise<{ drafts: number; laterDrafts: number }>
    forget(tx: Transaction, of: DraftsOf): Promise<number>
  }
  /** the key under which everything of the case is sealed */
  keys: Pick<CaseKeys, 'destroy'>
  adapterState: { forget(tx: Transaction, threadNo: number): Promise<number> }
  /** what was answered at the API and is kept for repeats */
  answers: {
    forget(tx: Transaction, thread: Uint8Array): Promise<void>
  }
  /** empties the log of the store, now or as soon as nothing holds on to it */
  scrub: () => Promise<void>
  /** packets of the partner take so many bytes no longer */
  freed: (tx: Transaction, partner: string, bytes: number) => Promise<void>
  backups: () => Promise<Backup[]>
  failed: (thread: string, problem: Problem) => void
}

/** A case whose drafts are looked for. */
export type DraftsOf = {
  thread: Uint8Array
  /** keyed hash of the applicant's ID number; empty when purged */
  applicantKey: Uint8Array
  partner: string
  item: string
  /** ms */
  submittedAt: number
}

type Row = {
  thread_no: number
  thread: Uint8Array
  partner: string
  submitted_at: number
  purge_on: string | null
  ended: number
  purged_at: number | null
  applicant_key: Uint8Array
  item_code: string
  /** 1 when this city told of a purge before */
  told: number
}

const ROW = `SELECT c.thread_no, t.thread, c.partner, c.submitted_at, c.purge_on, c.purged_at, c.applicant_key, c.item_code,
    c.state IN ('closed', 'refused') AS ended,
    EXISTS (SELECT 1 FROM packets p WHERE p.thread_no = c.thread_no AND p.direction = 'out' AND p.kind = 'case.purge' AND p.status <> 'refused') AS told
  FROM cases c JOIN threads t ON t.no = c.thread_no`
/** Cases that one round takes. */
const ROUND = 500

/** Days for which a material that the partner does not confirm keeps its case from being purged. */
const GIVEN_DAYS = 30

export type Purges = ReturnType<typeof createPurges>

export function createPurges(parts: PurgesParts) {
  const { db, clock, audit } = parts

  async function rowOf(thread: string): Promise<Row> {
    const [row] = await db.query<Row>(`${ROW} WHERE t.thread = ?`, [fromHex(thread)])
    if (row === undefined) throw new ProblemError('thread.unknown')
    return row
  }

  const BODIES = `FROM bodies WHERE packet_no IN (SELECT no FROM packets WHERE thread_no = ? AND kind <> 'case.purge')`

  async function counts(store: Reader, threadNo: number): Promise<{ bodies: number; materials: number }> {
    const [bodies] = await store.query<{ n: number }>(`SELECT count(*) AS n ${BODIES}`, [threadNo])
    return { bodies: bodies?.n ?? 0, materials: await parts.materials.ownedBy(store, threadNo) }
  }

  const draftsOf = (row: Row): DraftsOf => ({
    thread: row.thread,
    applicantKey: row.applicant_key,
    partner: row.partner,
    item: row.item_code,
    submittedAt: row.submitted_at,
  })

  // The number of a collected case is the partner's, and may be that of another case in the own approval system.
  const STEPS = `move IS NOT NULL
    AND local_case_no = (SELECT ${KEY_OF_CASE} FROM cases c WHERE c.thread_no = ? AND c.role = 'handling')`

  /** What lists and search hold of the applicant. */
  async function listed(store: Reader, threadNo: number): Promise<{ projections: number; search: number }> {
    const [row] = await store.query<{ projections: number; search: number }>(
      `SELECT (applicant <> '') + (SELECT count(*) FROM parcels WHERE thread_no = c.thread_no)
           + (SELECT count(*) FROM sms WHERE thread_no = c.thread_no)
           + (SELECT count(*) FROM sms_consents WHERE thread_no = c.thread_no)
           + (SELECT count(*) FROM adapter_events WHERE ${STEPS}) AS projections,
         (length(applicant_key) > 0) + (name_key IS NOT NULL) + (phone_key IS NOT NULL) + (agent_phone_key IS NOT NULL) AS search
       FROM cases c WHERE thread_no = ?`,
      [threadNo, threadNo],
    )
    return row ?? { projections: 0, search: 0 }
  }

  const mustBeGivenSince = () => clock.now() - GIVEN_DAYS * 86_400_000

  /** What still needs the data: packets on their way, work of the approval system, a partner that may not have all of it. */
  async function obstacle(store: Reader, threadNo: number): Promise<Problem | null> {
    const [waiting] = await store.query<{ packets: number; jobs: number }>(
      `SELECT (SELECT count(*) FROM packets WHERE thread_no = ? AND status = 'pending') AS packets,
         (SELECT count(*) FROM dispatch_jobs WHERE thread_no = ? AND state <> 'done') AS jobs`,
      [threadNo, threadNo],
    )
    if ((waiting?.packets ?? 0) > 0)
      return { code: 'request.conflict', detail: "packets of the case wait for the partner's receipt" }
    if ((waiting?.jobs ?? 0) > 0)
      return { code: 'request.conflict', detail: 'work for the approval system is not done: tongban parked' }
    const ungiven = await parts.materials.unfetched(store, threadNo, mustBeGivenSince())
    if (ungiven > 0)
      return { code: 'request.conflict', detail: `the partner is not known to hold ${ungiven} materials of the case` }
    return null
  }

  /** Deletes in the transaction what the thread has, but for the signed packets. */
  async function erase(tx: Transaction, row: Row): Promise<Gone> {
    const { thread_no } = row
    const drafts = await parts.drafts.forget(tx, draftsOf(row))
    const [taken] = await tx.query<{ bytes: number | null }>(
      `SELECT sum(length(b.sealed)) AS bytes FROM packets p JOIN bodies b ON b.packet_no = p.no
       WHERE p.thread_no = ? AND p.direction = 'in' AND p.kind <> 'case.purge'`,
      [thread_no],
    )
    await parts.freed(tx, row.partner, taken?.bytes ?? 0)
    const bodies = await tx.run(`DELETE ${BODIES}`, [thread_no])
    const materials = await parts.materials.forget(tx, thread_no)
    await tx.run(
      `UPDATE adapter_events SET state = 'done', move = NULL, key = NULL, bytes = 0, problem = NULL, blocked = 0 WHERE ${STEPS}`,
      [thread_no],
    )
    await tx.run('DELETE FROM rewrites WHERE thread = ?', [toHex(row.thread)])
    await parts.adapterState.forget(tx, thread_no)
    await parts.answers.forget(tx, row.thread)
    await tx.run('DELETE FROM parcels WHERE thread_no = ?', [thread_no])
    await tx.run('DELETE FROM mail_troubles WHERE thread_no = ?', [thread_no])
    await forgetSms(tx, thread_no)
    await tx.run('DELETE FROM open_originals WHERE thread_no = ?', [thread_no])
    await forgetCountersigns(tx, thread_no)
    await tx.run(`UPDATE scan_reuses SET applicant_key = x'' WHERE thread_no = ?`, [thread_no])
    await tx.run(
      `UPDATE cases SET applicant = '', applicant_key = x'', name_key = NULL, phone_key = NULL, agent_phone_key = NULL, parked = NULL, purge_on = NULL, purged_at = coalesce(purged_at, ?),
         unread = 0, to_print = 0, to_hand_out = 0
       WHERE thread_no = ?`,
      [clock.now(), thread_no],
    )
    await parts.keys.destroy(tx, thread_no)
    return { bodies, materials, drafts }
  }

  /** `silent`: partners that gave no answer in this round, who are not asked again in it. */
  async function run(row: Row, cause: PurgeCause, actor: string, silent: Set<string> = new Set()): Promise<Gone> {
    const thread = toHex(row.thread)
    if (!silent.has(row.partner) && !(await parts.materials.askWhetherFetched(row.thread_no, mustBeGivenSince())))
      silent.add(row.partner)
    const problem = await obstacle(db, row.thread_no)
    if (problem !== null) throw new ProblemError(problem.code, problem.detail)
    // What came after the purge, or back with a backup, is deleted too; the purge itself is told once.
    if (row.told === 1)
      return db.transaction(async tx => {
        await act(tx)
        const gone = await erase(tx, row)
        await audit.append(tx, { actor, action: 'case.purged', subject: thread, detail: gone })
        return gone
      })
    const told = await counts(db, row.thread_no)
    let drafts = 0
    const content: CaseContent<'case.purge'> = { cause, ...told, purgedAt: new Date(clock.now()).toISOString() }
    await parts
      .author()
      .write({ thread, partner: row.partner }, [{ kind: 'case.purge', content, materials: [] }], async tx => {
        await act(tx)
        const still = await obstacle(tx, row.thread_no)
        const gone = await erase(tx, row)
        drafts = gone.drafts
        // The purge's own packet waits, of course; another one came in between, and with it other counts.
        if (gone.bodies !== told.bodies || gone.materials !== told.materials || still?.detail?.includes('approval'))
          throw new ProblemError('request.conflict', 'the case moved meanwhile: try again')
        await audit.append(tx, { actor, action: 'case.purge', subject: thread, detail: { cause, ...gone } })
      })
    return { ...told, drafts }
  }

  return {
    /** What a purge would delete. Problem: `thread.unknown`. */
    async preview(thread: string): Promise<PurgePreview> {
      const row = await rowOf(thread)
      const backups = await parts.backups()
      await parts.materials.askWhetherFetched(row.thread_no, mustBeGivenSince())
      return {
        thread,
        purgeOn: row.purge_on,
        ended: row.ended === 1,
        purgedAt: row.purged_at,
        ...(await counts(db, row.thread_no)),
        ...(await parts.drafts.leftOver(db, draftsOf(row))),
        ...(await listed(db, row.thread_no)),
        backups: stillHolding(backups, row.submitted_at, row.purged_at),
        problem: await obstacle(db, row.thread_no),
      }
    },

    /** Purges a case that has ended, now. Problems: `thread.unknown`, `case.transition` before its end, `request.conflict`, `partner.inactive`. */
    async purge(thread: string, cause: PurgeCause, actor: string): Promise<Gone> {
      const gone = await run(await rowOf(thread), cause, actor)
      await parts.scrub()
      return gone
    },

    /** Purges each case whose last day is over; how many. One that cannot be yet is tried again in the next round. */
    async due(): Promise<number> {
      // Of a restored store the drafts of a case are found only once its lists are made anew (form 0: they are not).
      const [lists] = await db.query<{ form: number }>('SELECT form FROM projection')
      if (lists?.form === 0) return 0
      const today = dayOf(seconds(clock.now()))
      let purged = 0
      const silent = new Set<string>()
      for (let last: [string, number] = ['', 0]; ; ) {
        const rows = await db.query<Row & { purge_on: string }>(
          `${ROW} WHERE c.purge_on < ? AND (c.purge_on, c.thread_no) > (?, ?) ORDER BY c.purge_on, c.thread_no LIMIT ?`,
          [today, ...last, ROUND],
        )
        for (const row of rows) {
          try {
            await run(row, 'agreement', 'node', silent)
            purged++
          } catch (error) {
            const problem = error instanceof ProblemError ? error.problem : { code: 'internal' as const }
            parts.failed(toHex(row.thread), problem)
          }
        }
        if (purged > 0) await parts.scrub()
        const end = rows.at(-1)
        if (end === undefined || rows.length < ROUND) return purged
        last = [end.purge_on, end.thread_no]
      }
    },

    /** Cases whose last day was over before `day` and which are not purged. */
    async overdue(day: string): Promise<number> {
      const [row] = await db.query<{ n: number }>('SELECT count(*) AS n FROM cases WHERE purge_on < ?', [day])
      return row?.n ?? 0
    },
  }
}

/** Days that what comes after a purge is held. */
export const AFTER_PURGE_DAYS = 30

/** Whether what is held of the thread was purged: then its bodies no longer tell its state. */
export const isPurged = (packets: readonly StoredPacket[]): boolean =>
  packets.some(packet => packet.claims.kind === 'case.submit' && isGone(packet))

/** Reminder that cases could not be purged in time: `count` of them whose day was over before `day`. */
export const purgeReminder = (count: number, day: string, now: number): Reminder => ({
  id: `purge:${day}`,
  kind: 'purge',
  subject: String(count),
  dueAt: now,
  level: 'fail',
  act: 'operator',
  en: `Personal data of ${count} cases should have been deleted before ${day}`,
  zh: `${count} 个办件的个人信息应于 ${day} 前清除`,
  cure: 'The log says why (case not purged): resume the partner, or see to what is parked; each hour it is tried again',
})
