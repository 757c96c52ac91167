/** The SQL of dispatch: jobs, the poll cursor, answers that were taken or parked. */

import type { CaseState } from '../../protocol/case/fold.ts'
import { type Commitment, fromHex } from '../../protocol/primitives.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { Database, Transaction } from '../store/database.ts'

export type Job = { packetNo: number; threadNo: number; attempts: number }

/** What waits for a person. */
export type ParkedWork =
  | { what: 'packet'; packetNo: number; kind: string; thread: string; problem: Problem; at: number }
  | { what: 'adapter-event'; event: string; localCaseNo: string; problem: Problem; at: number }

/** Whether a material of the job `j` is still wanted from who named it. */
const LACKS = `EXISTS (SELECT 1 FROM packet_materials m JOIN packets p ON p.no = m.packet_no
  JOIN wanted_materials w ON w.partner = p.partner AND w.sha256 = m.sha256 AND w.size = m.size WHERE m.packet_no = j.packet_no)`
/** Whether the job `j` must wait: for an earlier one of its case, or for a material. */
const BLOCKED = `(EXISTS (SELECT 1 FROM dispatch_jobs e
  WHERE e.thread_no = j.thread_no AND e.packet_no < j.packet_no AND e.state <> 'done') OR ${LACKS})`

/** `system` names the approval system: cursors and answers of another one are apart. */
export function createJobStore(db: Database, system: string) {
  const CURSOR = `poll cursor ${system}`
  return {
    /** Queues a packet; after its wanted materials were noted, in the same transaction. */
    async insert(tx: Transaction, job: { packetNo: number; threadNo: number; at: number }): Promise<void> {
      await tx.run(
        `INSERT INTO dispatch_jobs (packet_no, thread_no, state, attempts, next_at, problem, updated_at, blocked)
         SELECT j.packet_no, j.thread_no, 'ready', 0, 0, NULL, ?3, ${BLOCKED}
         FROM (SELECT ?1 AS packet_no, ?2 AS thread_no) j`,
        [job.packetNo, job.threadNo, job.at],
      )
    },

    /** Leases the next job that is due and not blocked. A lease lasts as long as the process: one node works on one store. */
    async lease(now: number): Promise<{ job: Job } | { nextAt: number | null }> {
      return db.transaction(async tx => {
        const [row] = await tx.query<{ packet_no: number; thread_no: number; attempts: number }>(
          `SELECT packet_no, thread_no, attempts FROM dispatch_jobs
           WHERE state = 'ready' AND blocked = 0 AND next_at <= ? ORDER BY next_at, packet_no LIMIT 1`,
          [now],
        )
        if (row === undefined) {
          const [due] = await tx.query<{ next: number | null }>(
            `SELECT min(next_at) AS next FROM dispatch_jobs WHERE state = 'ready' AND blocked = 0 AND next_at > ?`,
            [now],
          )
          return { nextAt: due?.next ?? null }
        }
        await tx.run(`UPDATE dispatch_jobs SET state = 'leased', updated_at = ? WHERE packet_no = ?`, [
          now,
          row.packet_no,
        ])
        return { job: { packetNo: row.packet_no, threadNo: row.thread_no, attempts: row.attempts } }
      })
    },

    /** At start: what was leased is tried again with the same idempotency key, and what blocks each job is worked out anew. */
    async releaseAll(): Promise<void> {
      await db.transaction(async tx => {
        await tx.run(`UPDATE dispatch_jobs SET state = 'ready' WHERE state <> 'done' AND state = 'leased'`)
        await tx.run(`UPDATE dispatch_jobs AS j SET blocked = ${BLOCKED} WHERE j.state <> 'done' AND j.state = 'ready'`)
      })
    },

    /** A material is here: jobs that waited for nothing else are blocked no more. */
    async released(tx: Transaction, { sha256, size }: Pick<Commitment, 'sha256' | 'size'>): Promise<void> {
      await tx.run(
        `UPDATE dispatch_jobs AS j SET blocked = ${BLOCKED}
         WHERE j.blocked = 1 AND j.packet_no IN (SELECT packet_no FROM packet_materials WHERE sha256 = ? AND size = ?)`,
        [fromHex(sha256), size],
      )
    },

    /** Ends a job; with it the next one of its case is blocked by its materials alone. */
    async finish(job: Job, at: number, tx?: Transaction): Promise<void> {
      if (tx === undefined) return db.transaction(own => this.finish(job, at, own))
      await tx.run(
        `UPDATE dispatch_jobs AS j SET state = iif(j.packet_no = ?1, 'done', j.state), problem = iif(j.packet_no = ?1, NULL, j.problem),
           updated_at = iif(j.packet_no = ?1, ?2, j.updated_at), blocked = iif(j.packet_no = ?1, 0, ${LACKS})
         WHERE j.packet_no = ?1 OR j.packet_no = (SELECT min(n.packet_no) FROM dispatch_jobs n
           WHERE n.thread_no = ?3 AND n.packet_no > ?1 AND n.state <> 'done')`,
        [job.packetNo, at, job.threadNo],
      )
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

    async unpark(tx: Transaction, packetNo: number, at: number): Promise<boolean> {
      const changed = await tx.run(
        `UPDATE dispatch_jobs SET state = 'ready', next_at = 0, updated_at = ? WHERE packet_no = ? AND state = 'parked'`,
        [at, packetNo],
      )
      return changed > 0
    },

    async fold(threadNo: number): Promise<CaseState | null> {
      const [row] = await db.query<{ fold: string }>('SELECT fold FROM cases WHERE thread_no = ?', [threadNo])
      return row === undefined ? null : (JSON.parse(row.fold) as CaseState)
    },

    async cursor(): Promise<string | null> {
      const [row] = await db.query<{ value: string }>('SELECT value FROM adapter_state WHERE key = ?', [CURSOR])
      return row?.value ?? null
    },

    async saveCursor(cursor: string): Promise<void> {
      await db.transaction(tx => put(tx, CURSOR, cursor))
    },

    async knowsEvent(id: string): Promise<boolean> {
      return (await db.query('SELECT 1 AS known FROM adapter_events WHERE id = ?', [id])).length > 0
    },

    /** Keeps an answer as taken or parked; false when it was taken before. */
    async saveEvent(
      tx: Transaction,
      event: {
        id: string
        state: 'done' | 'parked'
        localCaseNo: string
        move: Uint8Array | null
        problem: Problem | null
        at: number
      },
    ): Promise<boolean> {
      const changed = await tx.run(
        `INSERT INTO adapter_events (id, state, local_case_no, move, problem, at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, move = excluded.move, problem = excluded.problem, at = excluded.at
         WHERE adapter_events.state = 'parked'`,
        [
          event.id,
          event.state,
          event.localCaseNo,
          event.move,
          event.problem === null ? null : JSON.stringify(event.problem),
          event.at,
        ],
      )
      return changed > 0
    },

    /** Gives up the parked answers of one local case number; how many. */
    async dismiss(tx: Transaction, localCaseNo: string, at: number): Promise<number> {
      return tx.run(
        `UPDATE adapter_events SET state = 'done', move = NULL, at = ? WHERE local_case_no = ? AND state = 'parked'`,
        [at, localCaseNo],
      )
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

    /** Parked answers of one case, in the order given. */
    async parkedEvents(localCaseNo: string): Promise<{ id: string; move: Uint8Array; problem: Problem }[]> {
      const rows = await db.query<{ id: string; move: Uint8Array; problem: string }>(
        `SELECT id, move, problem FROM adapter_events WHERE local_case_no = ? AND state = 'parked' ORDER BY no`,
        [localCaseNo],
      )
      return rows.map(row => ({ ...row, problem: JSON.parse(row.problem) as Problem }))
    },

    /** Local case numbers whose answers came before this node knew the case. */
    async awaited(): Promise<string[]> {
      const rows = await db.query<{ n: string }>(
        `SELECT DISTINCT e.local_case_no AS n FROM adapter_events e JOIN cases c ON c.local_case_no = e.local_case_no
         WHERE e.state = 'parked' AND e.problem LIKE '%"thread.unknown"%'`,
      )
      return rows.map(row => row.n)
    },

    /** Oldest first, 200 at most. */
    async parked(): Promise<ParkedWork[]> {
      const packets = await db.query<{
        packet_no: number
        kind: string
        thread: Uint8Array
        problem: string
        updated_at: number
      }>(
        `SELECT j.packet_no, p.kind, t.thread, j.problem, j.updated_at FROM dispatch_jobs j
         JOIN packets p ON p.no = j.packet_no JOIN threads t ON t.no = j.thread_no
         WHERE j.state = 'parked' ORDER BY j.updated_at LIMIT 100`,
      )
      const answers = await db.query<{ id: string; local_case_no: string; problem: string; at: number }>(
        `SELECT id, local_case_no, problem, at FROM adapter_events WHERE state = 'parked' ORDER BY no LIMIT 100`,
      )
      return [
        ...packets.map(row => ({
          what: 'packet' as const,
          packetNo: row.packet_no,
          kind: row.kind,
          thread: Buffer.from(row.thread).toString('hex'),
          problem: JSON.parse(row.problem) as Problem,
          at: row.updated_at,
        })),
        ...answers.map(row => ({
          what: 'adapter-event' as const,
          event: row.id,
          localCaseNo: row.local_case_no,
          problem: JSON.parse(row.problem) as Problem,
          at: row.at,
        })),
      ]
    },
  }
}

const put = (tx: Transaction, key: string, value: string): Promise<number> =>
  tx.run(
    'INSERT INTO adapter_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    [key, value],
  )
