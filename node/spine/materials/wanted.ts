/** The SQL of wanted materials (待取材料): what packets of a partner name and is not held, by partner, hash and size. */
import { type Commitment, fromHex, toHex } from '../../../protocol/primitives.ts'
import type { Problem } from '../../../protocol/problem.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { inList } from '../../kernel/store/sql.ts'

export type Wanted = { partner: string; sha256: string; size: number; type: string; attempts: number }

/** `at` is since when it is wanted, ms; `ended`: it is not tried any more until a person asks for it again. */
export type WaitingMaterial = {
  sha256: string
  size: number
  partner: string
  attempts: number
  problem: Problem
  ended: boolean
  at: number
}

/** What was given up, and the threads whose packets name it. */
export type Ended = { partner: string; materials: number; threads: string[] }

type Reader = Pick<Transaction, 'query'>
type WaitingRow = Omit<WaitingMaterial, 'sha256' | 'problem' | 'ended'> & {
  sha256: Uint8Array
  problem: string | null
  ended_at: number | null
}

/** Of two sizes of one hash one is false, and the held bytes tell which. */
const FALSE_SIZE = JSON.stringify({ code: 'material.hash', detail: 'size' } satisfies Problem)
const NO_PATH = JSON.stringify({ code: 'exchange.unreachable' } satisfies Problem)
/** Rows listed at most. */
const LISTED = 100

export type WantedStore = ReturnType<typeof createWantedStore>

export function createWantedStore(db: Database) {
  const waitingOf = (row: WaitingRow, problem: Problem): WaitingMaterial => ({
    sha256: toHex(row.sha256),
    size: row.size,
    partner: row.partner,
    attempts: row.attempts,
    problem,
    ended: row.ended_at !== null,
    at: row.at,
  })

  return {
    /** Those of the materials that are not held in the size that is named. */
    async missing(tx: Transaction, materials: readonly Commitment[]): Promise<Commitment[]> {
      if (materials.length === 0) return []
      const { marks, params } = inList(materials.map(({ sha256 }) => fromHex(sha256)))
      const rows = await tx.query<{ sha256: Uint8Array; size: number }>(
        `SELECT sha256, size FROM materials WHERE sha256 IN (${marks})`,
        params,
      )
      const held = new Map(rows.map(({ sha256, size }) => [toHex(sha256), size]))
      return materials.filter(({ sha256, size }) => held.get(sha256) !== size)
    },

    /**
     * Notes what a packet of the partner names; nothing when it is held, or wanted already. What was given up is wanted again, but
     * for a false size. How many more are wanted: 0 or 1.
     */
    async add(tx: Transaction, partner: string, { sha256, size, type }: Commitment, now: number): Promise<number> {
      return tx.run(
        `INSERT INTO wanted_materials (partner, sha256, size, type, attempts, next_at, problem, since, ended_at)
         SELECT ?1, ?2, ?3, ?4, 0, ?5, iif(m.size IS NULL, NULL, ?6), ?5, iif(m.size IS NULL, NULL, ?5)
           FROM (SELECT 1) LEFT JOIN materials m ON m.sha256 = ?2 WHERE m.size IS NOT ?3
         ON CONFLICT DO UPDATE SET since = excluded.since, next_at = excluded.next_at, attempts = 0,
           problem = excluded.problem, ended_at = excluded.ended_at WHERE ended_at IS NOT NULL`,
        [partner, fromHex(sha256), size, type, now, FALSE_SIZE],
      )
    },

    /** Partners of whom something is wanted. */
    async partners(): Promise<string[]> {
      const rows = await db.query<{ partner: string }>(
        `WITH RECURSIVE each_of (partner) AS (
           SELECT min(partner) FROM wanted_materials WHERE ended_at IS NULL
           UNION ALL SELECT (SELECT min(w.partner) FROM wanted_materials w WHERE w.ended_at IS NULL AND w.partner > each_of.partner)
             FROM each_of WHERE each_of.partner IS NOT NULL)
         SELECT partner FROM each_of WHERE partner IS NOT NULL`,
      )
      return rows.map(({ partner }) => partner)
    },

    /** What is due of a partner, what waits longest first. */
    async due(partner: string, now: number, limit: number): Promise<Wanted[]> {
      const rows = await db.query<Omit<Wanted, 'sha256'> & { sha256: Uint8Array }>(
        `SELECT partner, sha256, size, type, attempts FROM wanted_materials
         WHERE partner = ? AND ended_at IS NULL AND next_at <= ? ORDER BY next_at LIMIT ?`,
        [partner, now, limit],
      )
      return rows.map(row => ({ ...row, sha256: toHex(row.sha256) }))
    },

    /** When the next one of a partner is due that is not yet, ms; null when none is. */
    async nextAt(partner: string, now: number): Promise<number | null> {
      const [row] = await db.query<{ at: number | null }>(
        'SELECT min(next_at) AS at FROM wanted_materials WHERE partner = ? AND ended_at IS NULL AND next_at > ?',
        [partner, now],
      )
      return row?.at ?? null
    },

    /** A try failed; the next is not before `nextAt`, ms. */
    async failed(tx: Transaction, row: Wanted, problem: Problem, nextAt: number): Promise<void> {
      await tx.run(
        `UPDATE wanted_materials SET attempts = attempts + 1, next_at = ?, problem = ?
         WHERE partner = ? AND sha256 = ? AND size = ? AND ended_at IS NULL`,
        [nextAt, JSON.stringify(problem), row.partner, fromHex(row.sha256), row.size],
      )
    },

    /** The bytes are here: nobody has to give them any more, and who named another size named it falsely. */
    async satisfied(
      tx: Transaction,
      { sha256, size }: Pick<Commitment, 'sha256' | 'size'>,
      now: number,
    ): Promise<{ wanted: boolean; ended: Ended[] }> {
      const hash = fromHex(sha256)
      const wanted = await tx.run('DELETE FROM wanted_materials WHERE sha256 = ? AND size = ?', [hash, size])
      const liars = await tx.query<{ partner: string }>(
        'SELECT partner FROM wanted_materials WHERE sha256 = ? AND ended_at IS NULL',
        [hash],
      )
      const ended: Ended[] = []
      for (const { partner } of liars)
        ended.push({ partner, materials: 1, threads: await threadsOf(tx, partner, hash) })
      if (liars.length > 0)
        await tx.run('UPDATE wanted_materials SET ended_at = ?, problem = ? WHERE sha256 = ? AND ended_at IS NULL', [
          now,
          FALSE_SIZE,
          hash,
        ])
      return { wanted: wanted > 0, ended }
    },

    /** Gives up what a partner has not given since `before`, ms, `limit` at most. */
    async end(tx: Transaction, partner: string, before: number, limit: number, now: number): Promise<Ended> {
      const rows = await tx.query<{ sha256: Uint8Array; size: number }>(
        `SELECT sha256, size FROM wanted_materials WHERE partner = ? AND ended_at IS NULL AND since < ? ORDER BY since LIMIT ?`,
        [partner, before, limit],
      )
      const threads = new Set<string>()
      for (const { sha256, size } of rows) {
        await tx.run(
          'UPDATE wanted_materials SET ended_at = ?, problem = coalesce(problem, ?) WHERE partner = ? AND sha256 = ? AND size = ?',
          [now, NO_PATH, partner, sha256, size],
        )
        for (const thread of await threadsOf(tx, partner, sha256)) threads.add(thread)
      }
      return { partner, materials: rows.length, threads: [...threads] }
    },

    /** Wants again what was given up, or tries at once what waits; of which partners. */
    async again(tx: Transaction, sha256: string, now: number): Promise<string[]> {
      const hash = fromHex(sha256)
      const rows = await tx.query<{ partner: string }>(
        'SELECT DISTINCT partner FROM wanted_materials WHERE sha256 = ?',
        [hash],
      )
      await tx.run(
        `UPDATE wanted_materials SET since = iif(ended_at IS NULL, since, ?), ended_at = NULL, next_at = 0 WHERE sha256 = ?`,
        [now, hash],
      )
      return rows.map(({ partner }) => partner)
    },

    /** Whether a partner's material of this hash and size is still to be fetched. */
    async isOpen({ partner, sha256, size }: Pick<Wanted, 'partner' | 'sha256' | 'size'>): Promise<boolean> {
      const found = await db.query(
        'SELECT 1 AS found FROM wanted_materials WHERE partner = ? AND sha256 = ? AND size = ? AND ended_at IS NULL',
        [partner, fromHex(sha256), size],
      )
      return found.length > 0
    },

    /** What could not be fetched, and why, oldest first; after the last one seen. */
    async waiting(
      limit: number = LISTED,
      after: Pick<WaitingMaterial, 'at' | 'sha256' | 'partner'> | null = null,
    ): Promise<WaitingMaterial[]> {
      const rows = await db.query<WaitingRow>(
        `SELECT sha256, size, partner, attempts, problem, ended_at, since AS at FROM wanted_materials
         WHERE problem IS NOT NULL AND (since, sha256, partner) > (?, ?, ?) ORDER BY since, sha256, partner LIMIT ?`,
        [after?.at ?? -1, fromHex(after?.sha256 ?? ''), after?.partner ?? '', limit],
      )
      return rows.map(row => waitingOf(row, JSON.parse(row.problem ?? NO_PATH) as Problem))
    },

    /** The same of one thread; `problemOf` is why nothing is fetched from a partner at all. */
    async waitingOf(threadNo: number, problemOf: (partner: string) => Problem | null): Promise<WaitingMaterial[]> {
      const rows = await db.query<WaitingRow>(
        `SELECT DISTINCT w.sha256, w.size, w.partner, w.attempts, w.problem, w.ended_at, w.since AS at
         FROM packets p JOIN packet_materials m ON m.packet_no = p.no
           JOIN wanted_materials w ON w.partner = p.partner AND w.sha256 = m.sha256 AND w.size = m.size
         WHERE p.thread_no = ? AND p.direction = 'in' ORDER BY w.since LIMIT ?`,
        [threadNo, LISTED],
      )
      return rows.flatMap(row => {
        const problem = row.problem === null ? problemOf(row.partner) : (JSON.parse(row.problem) as Problem)
        return problem === null ? [] : [waitingOf(row, problem)]
      })
    },

    /** What packets of the thread alone name is wanted no more, of all threads whose bodies are held. */
    async forget(tx: Transaction, threadNo: number): Promise<void> {
      await tx.run(
        `DELETE FROM wanted_materials WHERE (partner, sha256, size) IN (
           SELECT p.partner, m.sha256, m.size FROM packets p JOIN packet_materials m ON m.packet_no = p.no
           WHERE p.thread_no = ?1 AND NOT EXISTS (SELECT 1 FROM packet_materials o JOIN packets q ON q.no = o.packet_no
             JOIN bodies b ON b.packet_no = q.no WHERE o.sha256 = m.sha256 AND q.partner = p.partner AND q.thread_no <> ?1))`,
        [threadNo],
      )
    },

    /** How many materials are wanted of the partner. */
    async count(store: Reader, partner: string): Promise<number> {
      const [row] = await store.query<{ n: number }>(
        'SELECT count(*) AS n FROM wanted_materials WHERE partner = ? AND ended_at IS NULL',
        [partner],
      )
      return row?.n ?? 0
    },

    /** Bytes of held materials that the partner gave. */
    async kept(partner: string): Promise<number> {
      const [row] = await db.query<{ bytes: number | null }>(
        'SELECT sum(size) AS bytes FROM materials WHERE partner = ?',
        [partner],
      )
      return row?.bytes ?? 0
    },

    /** Bytes that each partner gave or is to give, and what of it was given up and when last, ms. */
    async shares(
      partners: readonly string[],
    ): Promise<{ partner: string; bytes: number; ended: number; endedAt: number | null }[]> {
      return db.query(
        `SELECT value AS partner,
           coalesce((SELECT sum(size) FROM materials WHERE partner = value), 0)
             + coalesce((SELECT sum(size) FROM wanted_materials WHERE partner = value AND ended_at IS NULL), 0) AS bytes,
           (SELECT count(*) FROM wanted_materials WHERE partner = value AND ended_at IS NOT NULL) AS ended,
           (SELECT max(ended_at) FROM wanted_materials WHERE partner = value AND ended_at IS NOT NULL) AS endedAt
         FROM json_each(?)`,
        [JSON.stringify(partners)],
      )
    },
  }
}

/** Threads in which the partner named the material, LISTED at most. */
async function threadsOf(store: Reader, partner: string, sha256: Uint8Array): Promise<string[]> {
  const rows = await store.query<{ thread: Uint8Array }>(
    `SELECT DISTINCT t.thread FROM packet_materials m JOIN packets p ON p.no = m.packet_no JOIN threads t ON t.no = p.thread_no
     WHERE m.sha256 = ? AND p.partner = ? AND p.direction = 'in' LIMIT ?`,
    [sha256, partner, LISTED],
  )
  return rows.map(({ thread }) => toHex(thread))
}
