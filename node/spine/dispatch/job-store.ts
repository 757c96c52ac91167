/** The SQL of dispatch: jobs. Answers have a store of their own. */

import type { CaseState } from '../../../protocol/case/fold.ts'
import { type Commitment, fromHex, Sha256, toHex } from '../../../protocol/primitives.ts'
import type { Problem } from '../../../protocol/problem.ts'
import type { Database, Transaction, Value } from '../../kernel/store/database.ts'
import { MAIN } from './numbers.ts'
import { type PacketsOf, stateOf } from './stored-fold.ts'
import type { Leased } from './worker.ts'

/** A packet to hand over; `free`: it is known to wait for nothing. */
export type NewJob = { packetNo: number; threadNo: number; at: number; free: boolean }
export type Job = { packetNo: number; threadNo: number; attempts: number }

/** A job that is due, with its thread and what the case stands at; `fold` is null when there is no such case. */
export type DueJob = Job & { thread: string; fold: CaseState | null }

/** Why a job waits; `theirCode`: the code of the approval system's own answer. */
export type Cause = Problem & { theirCode?: string | undefined }

/** A job that waits for a person, or for what its approval system makes of it. */
export type ParkedJob = {
  packetNo: number
  kind: string
  thread: string
  caseNo: string | null
  localCaseNo: string | null
  problem: Problem
  theirCode: string | null
  attempts: number
  /** name of the adapter among several; the main one has none */
  adapter: string
  /** since when the approval system has it; null: it does not, or nobody knows */
  handedAt: number | null
  /** when it is handed over or looked at again by itself; null: a person must */
  retryAt: number | null
  at: number
}

/** An open job as an outcome finds it. */
export type FoundJob = { job: Job; kind: string; thread: string; done: boolean }

/** `next_at` of a job that is never looked at by itself. */
const NEVER = Number.MAX_SAFE_INTEGER

function readCause(text: string): { problem: Problem; theirCode: string | null } {
  const { theirCode, ...problem } = JSON.parse(text) as Cause
  return { problem, theirCode: theirCode ?? null }
}

/** Whether a material of the job `j` is still wanted from who named it. */
const LACKS = `EXISTS (SELECT 1 FROM packet_materials m JOIN packets p ON p.no = m.packet_no
  JOIN wanted_materials w ON w.partner = p.partner AND w.sha256 = m.sha256 AND w.size = m.size WHERE m.packet_no = j.packet_no)`
/** Whether the job `j` must wait: for an earlier one of its case, or for a material. */
const BLOCKED = `(EXISTS (SELECT 1 FROM dispatch_jobs e
  WHERE e.thread_no = j.thread_no AND e.packet_no < j.packet_no AND e.state <> 'done') OR ${LACKS})`

/** Found in the order of an index that holds nothing else. */
const DUE = `SELECT j.packet_no, j.thread_no, j.attempts, j.next_at, t.thread, c.fold FROM dispatch_jobs j
  LEFT JOIN threads t ON t.no = j.thread_no LEFT JOIN cases c ON c.thread_no = j.thread_no
  WHERE j.adapter = ? AND j.state = 'ready' AND j.blocked = 0 ORDER BY j.next_at, j.packet_no LIMIT ?`

const INSERT_FREE = `INSERT INTO dispatch_jobs (packet_no, thread_no, state, attempts, next_at, problem, updated_at, blocked, adapter)
  VALUES (?, ?, 'ready', 0, 0, NULL, ?, 0, ?)`
const INSERT = `INSERT INTO dispatch_jobs (packet_no, thread_no, state, attempts, next_at, problem, updated_at, blocked, adapter)
  VALUES (?, ?, 'ready', 0, 0, NULL, ?,
    (SELECT CASE WHEN ${BLOCKED} THEN 1 ELSE 0 END FROM (SELECT ? AS packet_no, ? AS thread_no) j), ?)`

/** A material is here: jobs that waited for nothing else are blocked no more. */
export async function releaseJobs(
  tx: Transaction,
  { sha256, size }: Pick<Commitment, 'sha256' | 'size'>,
): Promise<void> {
  await tx.run(
    `UPDATE dispatch_jobs AS j SET blocked = ${BLOCKED}
     WHERE j.blocked = 1 AND j.packet_no IN (SELECT packet_no FROM packet_materials WHERE sha256 = ? AND size = ?)`,
    [fromHex(sha256), size],
  )
}

export type JobStore = ReturnType<typeof createJobStore>

/** `adapter`: whose jobs these are, as `dispatch_jobs.adapter` names it. */
export function createJobStore(db: Database, packets: PacketsOf, adapter: string = MAIN) {
  /** jobs that are with the adapter, or of whose end the store took no note yet */
  const leased = new Set<number>()

  async function find(
    where: 'j.packet_no = ?' | 'p.id = ? AND j.adapter = ?',
    ...values: Value[]
  ): Promise<FoundJob | null> {
    const [row] = await db.query<{
      packet_no: number
      thread_no: number
      attempts: number
      state: string
      kind: string
      thread: Uint8Array
    }>(
      `SELECT j.packet_no, j.thread_no, j.attempts, j.state, p.kind, t.thread FROM dispatch_jobs j JOIN packets p ON p.no = j.packet_no
       JOIN threads t ON t.no = j.thread_no WHERE ${where}`,
      values,
    )
    if (row === undefined) return null
    const job = { packetNo: row.packet_no, threadNo: row.thread_no, attempts: row.attempts }
    return { job, kind: row.kind, thread: toHex(row.thread), done: row.state === 'done' }
  }

  return {
    /** Queues a packet; after its wanted materials were noted, in the same transaction. */
    async insert(tx: Transaction, { packetNo, threadNo, at, free }: NewJob): Promise<void> {
      if (free) await tx.run(INSERT_FREE, [packetNo, threadNo, at, adapter])
      else await tx.run(INSERT, [packetNo, threadNo, at, packetNo, threadNo, adapter])
    },

    /**
     * Leases jobs that are due and not blocked, `room` at most, and says when the next one is due. A lease stands in `leased` and
     * lasts as long as the process, for one node works on one store: what was leased when it ended is ready when it starts, and is
     * tried again with the same idempotency key.
     */
    async lease(now: number, room: number): Promise<Leased<DueJob>> {
      // In a transaction, though it writes nothing: no other one that ends jobs runs meanwhile.
      return db.transaction(async tx => {
        const rows = await tx.query<{
          packet_no: number
          thread_no: number
          attempts: number
          next_at: number
          thread: Uint8Array | null
          fold: string | null
        }>(DUE, [adapter, room + leased.size + 1])
        const jobs: DueJob[] = []
        let nextAt: number | null = null
        for (const { packet_no, thread_no, attempts, next_at, thread, fold } of rows) {
          if (leased.has(packet_no)) continue
          if (next_at > now) nextAt ??= next_at === NEVER ? null : next_at
          else if (jobs.length < room)
            jobs.push({
              packetNo: packet_no,
              threadNo: thread_no,
              attempts,
              thread: thread === null ? '' : toHex(thread),
              fold: fold === null ? null : await stateOf(tx, packets, { threadNo: thread_no, fold }),
            })
        }
        for (const { packetNo } of jobs) leased.add(packetNo)
        tx.afterRollback(() => {
          for (const { packetNo } of jobs) leased.delete(packetNo)
        })
        return { jobs, nextAt }
      })
    },

    /** What came of a leased job is noted. */
    unlease: (packetNo: number): void => void leased.delete(packetNo),

    /** At start: what an earlier program noted as leased is ready, and what blocks each job is worked out anew. */
    async releaseAll(): Promise<void> {
      leased.clear()
      await db.transaction(async tx => {
        await tx.run(`UPDATE dispatch_jobs SET state = 'ready' WHERE state <> 'done' AND state = 'leased'`)
        await tx.run(`UPDATE dispatch_jobs AS j SET blocked = ${BLOCKED} WHERE j.state <> 'done' AND j.state = 'ready'`)
      })
    },

    /** Ends a job; with it the next one of its case is blocked by its materials alone. */
    async finish(job: Job, at: number, tx?: Transaction): Promise<void> {
      if (tx === undefined) return db.transaction(own => this.finish(job, at, own))
      await tx.run(
        `UPDATE dispatch_jobs SET state = 'done', problem = NULL, handed_at = NULL, updated_at = ?, blocked = 0 WHERE packet_no = ?`,
        [at, job.packetNo],
      )
      const [next] = await tx.query<{ packet_no: number }>(
        `SELECT packet_no FROM dispatch_jobs WHERE thread_no = ? AND packet_no > ? AND state <> 'done' ORDER BY packet_no LIMIT 1`,
        [job.threadNo, job.packetNo],
      )
      if (next !== undefined)
        await tx.run(`UPDATE dispatch_jobs AS j SET blocked = ${LACKS} WHERE j.packet_no = ?`, [next.packet_no])
    },

    /** Ends a job for a person; false while it is with the adapter. */
    async endByHand(tx: Transaction, job: Job, at: number): Promise<boolean> {
      if ((await this.standing(tx, job.packetNo)) === 'leased') return false
      await this.finish(job, at, tx)
      return true
    },

    /** One that the approval system has already stays handed over. */
    async retry(tx: Transaction, job: Job, cause: Cause, at: number, nextAt: number): Promise<void> {
      await tx.run(
        `UPDATE dispatch_jobs SET state = 'ready', attempts = attempts + 1, next_at = ?, problem = ?, updated_at = ? WHERE packet_no = ?`,
        [nextAt, JSON.stringify(cause), at, job.packetNo],
      )
    },

    /** The approval system has it, since `at` or since it was handed over first; `nextAt` null: it is not looked at by itself. */
    async handed(tx: Transaction, job: Job, at: number, nextAt: number | null): Promise<void> {
      await tx.run(
        `UPDATE dispatch_jobs SET state = 'ready', attempts = attempts + 1, next_at = ?, problem = ?, handed_at = coalesce(handed_at, ?),
           updated_at = ? WHERE packet_no = ?`,
        [nextAt ?? NEVER, JSON.stringify({ code: 'adapter.handed' } satisfies Cause), at, at, job.packetNo],
      )
    },

    async park(tx: Transaction, job: Job, cause: Cause, at: number): Promise<void> {
      await tx.run(
        `UPDATE dispatch_jobs SET state = 'parked', attempts = attempts + 1, problem = ?, handed_at = NULL, updated_at = ?
         WHERE packet_no = ?`,
        [JSON.stringify(cause), at, job.packetNo],
      )
    },

    /**
     * Puts parked jobs back to work: one, those of one problem, or all; how many. One that was handed over is looked at again when it is
     * named, or its problem is. Of these adapters alone.
     */
    async unpark(
      tx: Transaction,
      which: { packetNo: number } | { code: string } | { all: true },
      at: number,
      adapters: readonly string[],
    ): Promise<number> {
      const [where, params] =
        'packetNo' in which
          ? ['packet_no = ?', [which.packetNo]]
          : 'code' in which
            ? [`problem ->> '$.code' = ?`, [which.code]]
            : ['1 = 1', []]
      return tx.run(
        `UPDATE dispatch_jobs SET state = 'ready', next_at = 0, updated_at = iif(state = 'parked', ?, updated_at)
         WHERE (state = 'parked' OR (handed_at IS NOT NULL AND ?)) AND adapter IN (SELECT value FROM json_each(?)) AND ${where}`,
        [at, 'all' in which ? 0 : 1, JSON.stringify(adapters), ...params],
      )
    },

    /** A job that is not done. */
    async open(packetNo: number): Promise<FoundJob | null> {
      const found = await find('j.packet_no = ?', packetNo)
      return found?.done === false ? found : null
    },

    /** The job of the packet with this id, done or not; null: this adapter has none. */
    ofPacket: (id: string): Promise<FoundJob | null> =>
      Sha256.safeParse(id).success ? find('p.id = ? AND j.adapter = ?', fromHex(id), adapter) : Promise.resolve(null),

    /** Jobs of a case that its approval system, or whoever types into it, has, in the order of their packets. */
    async handedOf(thread: string): Promise<(Job & { handedAt: number })[]> {
      const rows = await db.query<{ packet_no: number; thread_no: number; attempts: number; handed_at: number }>(
        `SELECT j.packet_no, j.thread_no, j.attempts, j.handed_at FROM dispatch_jobs j JOIN threads t ON t.no = j.thread_no
         WHERE t.thread = ? AND j.handed_at IS NOT NULL AND j.state = 'ready' ORDER BY j.packet_no`,
        [fromHex(thread)],
      )
      return rows.map(({ packet_no, thread_no, attempts, handed_at }) => ({
        packetNo: packet_no,
        threadNo: thread_no,
        attempts,
        handedAt: handed_at,
      }))
    },

    /** How a job stands that is about to be ended: with the adapter, or ended before. */
    async standing(tx: Transaction, packetNo: number): Promise<'open' | 'leased' | 'done'> {
      const [row] = await tx.query<{ state: string }>('SELECT state FROM dispatch_jobs WHERE packet_no = ?', [packetNo])
      if (row === undefined || row.state === 'done') return 'done'
      return leased.has(packetNo) ? 'leased' : 'open'
    },

    /** Jobs that the approval system has had since before `before`: how many, and since when the oldest. */
    async handedBefore(before: number): Promise<{ count: number; since: number | null }> {
      const [row] = await db.query<{ count: number; since: number | null }>(
        'SELECT count(*) AS count, min(handed_at) AS since FROM dispatch_jobs WHERE handed_at IS NOT NULL AND handed_at < ?',
        [before],
      )
      return row ?? { count: 0, since: null }
    },

    /** Jobs of a case that are neither done nor with the adapter, in their order. */
    async restOf(
      reader: Pick<Database, 'query'>,
      threadNo: number,
    ): Promise<{ packetNo: number; kind: string; parked: boolean }[]> {
      const rows = await reader.query<{ packet_no: number; kind: string; state: string }>(
        `SELECT j.packet_no, p.kind, j.state FROM dispatch_jobs j JOIN packets p ON p.no = j.packet_no
         WHERE j.thread_no = ? AND j.state IN ('ready', 'parked') AND j.state <> 'done' ORDER BY j.packet_no`,
        [threadNo],
      )
      return rows
        .filter(({ packet_no }) => !leased.has(packet_no))
        .map(({ packet_no, kind, state }) => ({ packetNo: packet_no, kind, parked: state === 'parked' }))
    },

    /** Cases with jobs to do that have ended, or whose local case number is known while their submit is still to be handed over. */
    async overtaken(): Promise<{ threadNo: number; thread: string }[]> {
      const rows = await db.query<{ thread_no: number; thread: Uint8Array }>(
        `SELECT DISTINCT j.thread_no, t.thread FROM dispatch_jobs j JOIN packets p ON p.no = j.packet_no
         JOIN cases c ON c.thread_no = j.thread_no JOIN threads t ON t.no = j.thread_no
         WHERE j.state <> 'done' AND (c.state IN ('closed', 'refused') OR (p.kind = 'case.submit' AND c.local_case_no IS NOT NULL))`,
      )
      return rows.map(row => ({ threadNo: row.thread_no, thread: toHex(row.thread) }))
    },

    async fold(threadNo: number): Promise<CaseState | null> {
      const [row] = await db.query<{ fold: string }>('SELECT fold FROM cases WHERE thread_no = ?', [threadNo])
      return row === undefined ? null : stateOf(db, packets, { threadNo, fold: row.fold })
    },

    /** What of a case its approval system has not taken: parked, or tried before without success. */
    async waitingOf(threadNo: number): Promise<{ kind: string; parked: boolean; problem: Problem; at: number }[]> {
      const rows = await db.query<{ kind: string; state: string; problem: string; updated_at: number }>(
        `SELECT p.kind, j.state, j.problem, j.updated_at FROM dispatch_jobs j JOIN packets p ON p.no = j.packet_no
         WHERE j.thread_no = ? AND j.state <> 'done' AND j.problem IS NOT NULL ORDER BY j.packet_no`,
        [threadNo],
      )
      return rows.map(row => ({
        kind: row.kind,
        parked: row.state === 'parked',
        problem: readCause(row.problem).problem,
        at: row.updated_at,
      }))
    },

    /**
     * Parked jobs, and those that the approval system has, in the order of their packets; of the adapter `of`, or of every one. `after` is the
     * number of the last one seen.
     */
    async parked(limit: number, after: number, of: string | null = null): Promise<ParkedJob[]> {
      const rows = await db.query<{
        packet_no: number
        kind: string
        thread: Uint8Array
        case_no: string | null
        local_case_no: string | null
        problem: string
        attempts: number
        adapter: string
        handed_at: number | null
        state: string
        next_at: number
        updated_at: number
      }>(
        `SELECT j.packet_no, p.kind, t.thread, c.case_no, c.local_case_no, j.problem, j.attempts, j.adapter, j.handed_at, j.state,
           j.next_at, j.updated_at
         FROM dispatch_jobs j JOIN packets p ON p.no = j.packet_no JOIN threads t ON t.no = j.thread_no
         LEFT JOIN cases c ON c.thread_no = j.thread_no
         WHERE j.packet_no IN (SELECT packet_no FROM dispatch_jobs WHERE state = 'parked'
           UNION ALL SELECT packet_no FROM dispatch_jobs WHERE handed_at IS NOT NULL) AND j.packet_no > ? AND (? IS NULL OR j.adapter = ?)
         ORDER BY j.packet_no LIMIT ?`,
        [after, of, of, limit],
      )
      return rows.map(row => ({
        packetNo: row.packet_no,
        kind: row.kind,
        caseNo: row.case_no,
        localCaseNo: row.local_case_no,
        thread: toHex(row.thread),
        ...readCause(row.problem),
        attempts: row.attempts,
        adapter: row.adapter,
        handedAt: row.handed_at,
        retryAt: row.state === 'parked' || row.next_at === NEVER ? null : row.next_at,
        at: row.updated_at,
      }))
    },
  }
}
