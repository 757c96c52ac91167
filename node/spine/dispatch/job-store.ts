/** The SQL of dispatch: jobs. Answers have a store of their own. */

import type { CaseState } from '../../../protocol/case/fold.ts'
import { type Commitment, fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Problem } from '../../../protocol/problem.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { type PacketsOf, stateOf } from './stored-fold.ts'
import type { Leased } from './worker.ts'

/** A packet to hand over; `free`: it is known to wait for nothing. */
export type NewJob = { packetNo: number; threadNo: number; at: number; free: boolean }
export type Job = { packetNo: number; threadNo: number; attempts: number }

/** A job that is due, with its thread and what the case stands at; `fold` is null when there is no such case. */
export type DueJob = Job & { thread: string; fold: CaseState | null }

/** A job that waits for a person. */
export type ParkedJob = {
  packetNo: number
  kind: string
  thread: string
  caseNo: string | null
  localCaseNo: string | null
  problem: Problem
  attempts: number
  at: number
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
  WHERE j.state = 'ready' AND j.blocked = 0 ORDER BY j.next_at, j.packet_no LIMIT ?`

const INSERT_FREE = `INSERT INTO dispatch_jobs (packet_no, thread_no, state, attempts, next_at, problem, updated_at, blocked)
  VALUES (?, ?, 'ready', 0, 0, NULL, ?, 0)`
const INSERT = `INSERT INTO dispatch_jobs (packet_no, thread_no, state, attempts, next_at, problem, updated_at, blocked)
  VALUES (?, ?, 'ready', 0, 0, NULL, ?,
    (SELECT CASE WHEN ${BLOCKED} THEN 1 ELSE 0 END FROM (SELECT ? AS packet_no, ? AS thread_no) j))`

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

export function createJobStore(db: Database, packets: PacketsOf) {
  /** jobs that are with the adapter, or of whose end the store took no note yet */
  const leased = new Set<number>()

  return {
    /** Queues a packet; after its wanted materials were noted, in the same transaction. */
    async insert(tx: Transaction, { packetNo, threadNo, at, free }: NewJob): Promise<void> {
      if (free) await tx.run(INSERT_FREE, [packetNo, threadNo, at])
      else await tx.run(INSERT, [packetNo, threadNo, at, packetNo, threadNo])
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
        }>(DUE, [room + leased.size + 1])
        const jobs: DueJob[] = []
        let nextAt: number | null = null
        for (const { packet_no, thread_no, attempts, next_at, thread, fold } of rows) {
          if (leased.has(packet_no)) continue
          if (next_at > now) nextAt ??= next_at
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
        `UPDATE dispatch_jobs SET state = 'done', problem = NULL, updated_at = ?, blocked = 0 WHERE packet_no = ?`,
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
      const [row] = await tx.query('SELECT 1 AS found FROM dispatch_jobs WHERE packet_no = ?', [job.packetNo])
      if (row === undefined || leased.has(job.packetNo)) return false
      await this.finish(job, at, tx)
      return true
    },

    async retry(tx: Transaction, job: Job, problem: Problem, at: number, nextAt: number): Promise<void> {
      await tx.run(
        `UPDATE dispatch_jobs SET state = 'ready', attempts = attempts + 1, next_at = ?, problem = ?, updated_at = ? WHERE packet_no = ?`,
        [nextAt, JSON.stringify(problem), at, job.packetNo],
      )
    },

    async park(tx: Transaction, job: Job, problem: Problem, at: number): Promise<void> {
      await tx.run(
        `UPDATE dispatch_jobs SET state = 'parked', attempts = attempts + 1, problem = ?, updated_at = ? WHERE packet_no = ?`,
        [JSON.stringify(problem), at, job.packetNo],
      )
    },

    /** Puts parked jobs back to work: one, those of one problem, or all; how many. */
    async unpark(
      tx: Transaction,
      which: { packetNo: number } | { code: string } | { all: true },
      at: number,
    ): Promise<number> {
      const [where, params] =
        'packetNo' in which
          ? ['packet_no = ?', [which.packetNo]]
          : 'code' in which
            ? [`problem ->> '$.code' = ?`, [which.code]]
            : ['1 = 1', []]
      return tx.run(
        `UPDATE dispatch_jobs SET state = 'ready', next_at = 0, updated_at = ? WHERE state = 'parked' AND ${where}`,
        [at, ...params],
      )
    },

    /** A job that is not done. */
    async open(packetNo: number): Promise<{ job: Job; kind: string; thread: string } | null> {
      const [row] = await db.query<{ thread_no: number; attempts: number; kind: string; thread: Uint8Array }>(
        `SELECT j.thread_no, j.attempts, p.kind, t.thread FROM dispatch_jobs j JOIN packets p ON p.no = j.packet_no
         JOIN threads t ON t.no = j.thread_no WHERE j.packet_no = ? AND j.state <> 'done'`,
        [packetNo],
      )
      if (row === undefined) return null
      const job = { packetNo, threadNo: row.thread_no, attempts: row.attempts }
      return { job, kind: row.kind, thread: toHex(row.thread) }
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
        problem: JSON.parse(row.problem) as Problem,
        at: row.updated_at,
      }))
    },

    /** Parked jobs in the order of their packets. `after` is the number of the last one seen. */
    async parked(limit: number, after: number): Promise<ParkedJob[]> {
      const rows = await db.query<{
        packet_no: number
        kind: string
        thread: Uint8Array
        case_no: string | null
        local_case_no: string | null
        problem: string
        attempts: number
        updated_at: number
      }>(
        `SELECT j.packet_no, p.kind, t.thread, c.case_no, c.local_case_no, j.problem, j.attempts, j.updated_at FROM dispatch_jobs j
         JOIN packets p ON p.no = j.packet_no JOIN threads t ON t.no = j.thread_no LEFT JOIN cases c ON c.thread_no = j.thread_no
         WHERE j.state = 'parked' AND j.packet_no > ? ORDER BY j.packet_no LIMIT ?`,
        [after, limit],
      )
      return rows.map(row => ({
        packetNo: row.packet_no,
        kind: row.kind,
        caseNo: row.case_no,
        localCaseNo: row.local_case_no,
        thread: toHex(row.thread),
        problem: JSON.parse(row.problem) as Problem,
        attempts: row.attempts,
        at: row.updated_at,
      }))
    },
  }
}
