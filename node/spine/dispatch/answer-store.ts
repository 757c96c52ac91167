/** The SQL of answers: those that are kept until they are settled, the poll cursor, and from where answers were passed over. */
import type { Problem } from '../../../protocol/problem.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { ADAPTER_OF_CASE, IS_OF_CASE, keyOf, MAIN, NUMBER_OF_ANSWER, numberOf } from './numbers.ts'
import type { Leased } from './worker.ts'

/** An answer that is not settled. `localCaseNo` is null while it cannot be read. */
export type Answer = {
  no: number
  id: string
  localCaseNo: string | null
  /** null when it was too large to keep */
  sealed: Uint8Array | null
  /** of what is sealed; null as an earlier program kept it */
  key: Uint8Array | null
  /** of the last try */
  problem: Problem | null
  attempts: number
}

/** Which kept answers: one, those of a local case number, those of one problem, or all that wait. */
export type Which = { event: string } | { localCaseNo: string } | { code: string } | { all: true }

/** A kept answer as a person sees it. */
export type KeptAnswer = {
  no: number
  id: string
  /** whose it is */
  adapter: string
  localCaseNo: string | null
  /** case number and thread of the case, when it is one of this node */
  caseNo: string | null
  thread: string | null
  problem: Problem | null
  /** whether an earlier answer of its case must be settled first */
  behind: boolean
  /** when it is tried again by itself; null: it waits for a person, or behind another */
  nextAt: number | null
  attempts: number
  at: number
}

type Row = {
  no: number
  id: string
  local_case_no: string | null
  move: Uint8Array | null
  key: Uint8Array | null
  problem: string | null
  attempts: number
}
const toAnswer = (row: Row): Answer => ({
  no: row.no,
  id: row.id,
  localCaseNo: row.local_case_no,
  sealed: row.move,
  key: row.key,
  attempts: row.attempts,
  problem: row.problem === null ? null : (JSON.parse(row.problem) as Problem),
})

const EARLIER = `EXISTS (SELECT 1 FROM adapter_events e WHERE e.local_case_no = a.local_case_no AND e.no < a.no AND e.state <> 'done')`

export type AnswerStore = ReturnType<typeof createAnswerStore>

/** `adapter`: whose answers these are, as `adapter_events.adapter` names it; local case numbers come as the keys of `numbers.ts`. */
export function createAnswerStore(db: Database, adapter: string = MAIN) {
  /** Under which answers of numbers that no case has were passed over. */
  const strangers = keyOf(adapter, '')

  const put = (tx: Transaction, key: string, value: string) =>
    tx.run(
      'INSERT INTO adapter_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      [key, value],
    )
  const get = async (key: string): Promise<string | null> =>
    (await db.query<{ value: string }>('SELECT value FROM adapter_state WHERE key = ?', [key]))[0]?.value ?? null

  function where(which: Which): [sql: string, params: string[]] {
    if ('event' in which) return ['a.id = ?', [which.event]]
    if ('localCaseNo' in which) return ['a.local_case_no = ?', [which.localCaseNo]]
    if ('code' in which) return [`a.problem ->> '$.code' = ?`, [which.code]]
    return ['1 = 1', []]
  }

  return {
    /**
     * What cursor and answers of the system `name` stand under. One that was known by kind and address is known by that for ever,
     * so that nothing of it is read twice; `alone`: it may also be the only one of its kind that was ever asked.
     */
    async system(name: string, former: string, kind: string, alone: boolean): Promise<string> {
      const known = await get(`system ${name}`)
      if (known !== null) return known
      const asked = (
        await db.query<{ key: string }>(`SELECT key FROM adapter_state WHERE key LIKE 'poll cursor %' ORDER BY key`)
      )
        .map(({ key }) => key.slice('poll cursor '.length))
        .filter(found => found === kind || found.startsWith(`${kind} `))
      const [only] = asked
      const system = asked.includes(former) ? former : alone && asked.length === 1 ? (only ?? name) : name
      await db.transaction(tx => put(tx, `system ${name}`, system))
      return system
    },

    cursor: (system: string) => get(`poll cursor ${system}`),
    saveCursor: (tx: Transaction, system: string, cursor: string) => put(tx, `poll cursor ${system}`, cursor),

    /** How many kept answers there are, and their bytes: of known cases, and of local case numbers that no case has. */
    async kept(): Promise<{ known: number; unknown: number; bytes: number }> {
      const [row] = await db.query<{ all_: number; unknown: number | null; bytes: number | null }>(
        `SELECT count(*) AS all_, sum(a.bytes) AS bytes, sum(a.local_case_no IS NULL OR NOT EXISTS (SELECT 1 FROM cases c
           WHERE ${IS_OF_CASE})) AS unknown
         FROM adapter_events a WHERE a.state <> 'done' AND a.adapter = ?`,
        [adapter],
      )
      const unknown = row?.unknown ?? 0
      return { known: (row?.all_ ?? 0) - unknown, unknown, bytes: row?.bytes ?? 0 }
    },

    /** Whether a case here has the number, how many answers are kept for it, and from which cursor on more were passed over. */
    async ofCase(localCaseNo: string): Promise<{ known: boolean; kept: number; passed: boolean }> {
      const [row] = await db.query<{ known: number; kept: number; passed: number }>(
        `SELECT EXISTS (SELECT 1 FROM cases c WHERE c.local_case_no = ?2 AND c.role = 'handling' AND ${ADAPTER_OF_CASE} = ?3) AS known,
           (SELECT count(*) FROM adapter_events WHERE local_case_no = ?1 AND state <> 'done') AS kept,
           EXISTS (SELECT 1 FROM adapter_gaps WHERE local_case_no = ?1) AS passed`,
        localCaseNo === '' ? [strangers, '', adapter] : [localCaseNo, numberOf(adapter, localCaseNo), adapter],
      )
      return { known: row?.known === 1, kept: row?.kept ?? 0, passed: row?.passed === 1 }
    },

    /** Keeps an answer, in its order within its case; false when it was taken before. One with a `problem` waits for a person. */
    async keep(
      tx: Transaction,
      answer: {
        id: string
        localCaseNo: string | null
        sealed: Uint8Array | null
        key: Uint8Array | null
        problem: Problem | null
        /** whether its adapter is told that it is kept */
        acknowledged: boolean
        at: number
      },
    ): Promise<boolean> {
      const { id, localCaseNo, sealed, key, problem, acknowledged, at } = answer
      const changed = await tx.run(
        `INSERT INTO adapter_events (id, state, local_case_no, move, bytes, problem, attempts, next_at, blocked, at, key, unacknowledged, adapter)
         SELECT a.id, ?2, a.local_case_no, ?4, ?5, ?6, 0, 0, ${EARLIER}, ?7, ?8, ?9, ?10
         FROM (SELECT ?1 AS id, ?3 AS local_case_no, 9007199254740991 AS no) a WHERE true ON CONFLICT (id) DO NOTHING`,
        [
          id,
          problem === null ? 'ready' : 'parked',
          localCaseNo,
          sealed,
          sealed?.byteLength ?? 0,
          problem === null ? null : JSON.stringify(problem),
          at,
          key,
          acknowledged ? 1 : 0,
          adapter,
        ],
      )
      return changed > 0
    },

    /** Its adapter is told once more that it is kept. */
    acknowledgeAgain: (tx: Transaction, id: string): Promise<number> =>
      tx.run('UPDATE adapter_events SET unacknowledged = 1 WHERE id = ?', [id]),

    /** Kept answers of which their adapter was not told, in their order, `limit` at most. */
    unacknowledged: (system: string, limit: number): Promise<{ no: number; id: string }[]> =>
      db.query(
        `SELECT no, id FROM adapter_events WHERE unacknowledged = 1 AND substr(id, 1, length(?1) + 1) = ?1 || ' ' ORDER BY no LIMIT ?2`,
        [system, limit],
      ),

    /** Their adapter was told that they are kept. */
    acknowledged: (tx: Transaction, numbers: readonly number[]): Promise<number> =>
      tx.run(
        'UPDATE adapter_events SET unacknowledged = 0 WHERE unacknowledged = 1 AND no IN (SELECT value FROM json_each(?))',
        [JSON.stringify(numbers)],
      ),

    /** Notes an id as taken; false when it was. */
    async claim(
      tx: Transaction,
      answer: { id: string; localCaseNo: string | null; acknowledged: boolean; at: number },
    ): Promise<boolean> {
      const { id, localCaseNo, acknowledged, at } = answer
      const changed = await tx.run(
        `INSERT INTO adapter_events (id, state, local_case_no, at, unacknowledged) VALUES (?, 'done', ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
        [id, localCaseNo, at, acknowledged ? 1 : 0],
      )
      return changed > 0
    },

    /** The next answer that can be taken now, one per case; or when there will be one. What was never tried comes first. */
    async next(now: number, busy: readonly number[], room: number): Promise<Leased<Answer>> {
      const rows = await db.query<Row>(
        `SELECT no, id, local_case_no, move, key, problem, attempts FROM adapter_events
         WHERE adapter = ? AND state = 'ready' AND blocked = 0 AND next_at <= ? AND no NOT IN (${busy.map(() => '?').join(', ')})
         ORDER BY next_at, no LIMIT ?`,
        [adapter, now, ...busy, room],
      )
      const jobs = rows.map(toAnswer)
      if (jobs.length === room) return { jobs, nextAt: null }
      const [due] = await db.query<{ next: number | null }>(
        `SELECT min(next_at) AS next FROM adapter_events WHERE adapter = ? AND state = 'ready' AND blocked = 0 AND next_at > ?`,
        [adapter, now],
      )
      return { jobs, nextAt: due?.next ?? null }
    },

    /** An answer is settled, and its text let go; the next one of its case can be taken. */
    async settle(tx: Transaction, { no, localCaseNo }: Pick<Answer, 'no' | 'localCaseNo'>, at: number): Promise<void> {
      await tx.run(
        `UPDATE adapter_events AS a SET state = iif(a.no = ?1, 'done', a.state), move = iif(a.no = ?1, NULL, a.move),
           key = iif(a.no = ?1, NULL, a.key),
           bytes = iif(a.no = ?1, 0, a.bytes), problem = iif(a.no = ?1, NULL, a.problem), at = iif(a.no = ?1, ?3, a.at), blocked = 0
         WHERE a.no = ?1 OR a.no = (SELECT min(n.no) FROM adapter_events n
           WHERE n.local_case_no = ?2 AND n.state <> 'done' AND n.no <> ?1)`,
        [no, localCaseNo, at],
      )
    },

    /** It could not be taken: `nextAt` null leaves it to a person. */
    async wait(tx: Transaction, no: number, problem: Problem, nextAt: number | null): Promise<void> {
      await tx.run(
        `UPDATE adapter_events SET state = ?, next_at = ?, problem = ?, attempts = attempts + 1 WHERE no = ? AND state <> 'done'`,
        [nextAt === null ? 'parked' : 'ready', nextAt ?? 0, JSON.stringify(problem), no],
      )
    },

    /** It is of another case than it was kept for: it takes its place among the answers of that one. */
    async placed(tx: Transaction, { no, localCaseNo: former }: Answer, localCaseNo: string): Promise<void> {
      await tx.run('UPDATE adapter_events SET local_case_no = ? WHERE no = ?', [localCaseNo, no])
      await tx.run(
        `UPDATE adapter_events AS a SET blocked = ${EARLIER} WHERE a.local_case_no IN (?, ?) AND a.state <> 'done'`,
        [localCaseNo, former],
      )
    },

    /** Has kept answers tried again now; how many. */
    retry: (tx: Transaction, which: Which): Promise<number> => {
      const [sql, params] = where(which)
      return tx.run(
        `UPDATE adapter_events AS a SET state = 'ready', next_at = 0
         WHERE a.adapter = ? AND a.state <> 'done' AND (a.state = 'parked' OR a.next_at > 0) AND ${sql}`,
        [adapter, ...params],
      )
    },

    /** Kept answers that an earlier program sealed with the node's key. */
    async withoutKey(tx: Transaction, limit: number): Promise<{ no: number; id: string; sealed: Uint8Array }[]> {
      return tx.query(
        `SELECT no, id, move AS sealed FROM adapter_events WHERE state <> 'done' AND move IS NOT NULL AND key IS NULL ORDER BY no LIMIT ?`,
        [limit],
      )
    },

    /** The text of a kept answer is sealed with this key now. */
    async sealedAnew(tx: Transaction, no: number, key: Uint8Array, sealed: Uint8Array): Promise<void> {
      await tx.run('UPDATE adapter_events SET move = ?, bytes = ?, key = ? WHERE no = ?', [
        sealed,
        sealed.byteLength,
        key,
        no,
      ])
    },

    /** At start: a mapping may have been corrected, and a case become known. */
    async retryAtStart(tx: Transaction): Promise<void> {
      await tx.run(
        `UPDATE adapter_events AS a SET state = 'ready', next_at = 0 WHERE a.adapter = ? AND a.state = 'parked'
           AND (a.problem ->> '$.code' = 'adapter.mapping' OR (a.problem ->> '$.code' = 'thread.unknown'
             AND ${NUMBER_OF_ANSWER} IN (SELECT local_case_no FROM cases)))`,
        [adapter],
      )
    },

    /** Whether answers that were not settled, or gaps, are kept at all. */
    async any(tx: Transaction): Promise<boolean> {
      const rows = await tx.query(
        `SELECT 1 AS found FROM adapter_events WHERE state <> 'done' UNION ALL SELECT 1 FROM adapter_gaps LIMIT 1`,
      )
      return rows.length > 0
    },

    /** A case has the number now: its answers are taken, also those that were passed over among those of unknown numbers. */
    async known(tx: Transaction, localCaseNo: string): Promise<number> {
      await tx.run(
        `INSERT INTO adapter_gaps (local_case_no, system, cursor, at) SELECT ?, system, cursor, at FROM adapter_gaps WHERE local_case_no = ?
         ON CONFLICT (local_case_no) DO NOTHING`,
        [localCaseNo, strangers],
      )
      return tx.run(
        `UPDATE adapter_events SET state = 'ready', next_at = 0
         WHERE local_case_no = ? AND state = 'parked' AND problem ->> '$.code' = 'thread.unknown'`,
        [localCaseNo],
      )
    },

    async byId(id: string): Promise<Answer | null> {
      const [row] = await db.query<Row>(
        `SELECT no, id, local_case_no, move, key, problem, attempts FROM adapter_events WHERE id = ? AND state <> 'done'`,
        [id],
      )
      return row === undefined ? null : toAnswer(row)
    },

    /** What is kept of a local case number, in its order; `limit` at most, where there is one. */
    async keptOf(localCaseNo: string, limit = -1): Promise<Answer[]> {
      const rows = await db.query<Row>(
        `SELECT no, id, local_case_no, move, key, problem, attempts FROM adapter_events
         WHERE local_case_no = ? AND state <> 'done' ORDER BY no LIMIT ?`,
        [localCaseNo, limit],
      )
      return rows.map(toAnswer)
    },

    /** Gives up the kept answers of one local case number; how many. */
    async dismiss(tx: Transaction, localCaseNo: string, at: number): Promise<number> {
      return tx.run(
        `UPDATE adapter_events SET state = 'done', move = NULL, key = NULL, bytes = 0, problem = NULL, blocked = 0, at = ?
         WHERE local_case_no = ? AND state <> 'done'`,
        [at, localCaseNo],
      )
    },

    /** From this cursor on answers of a case were passed over; '' stands for all numbers that no case has. */
    async pass(tx: Transaction, localCaseNo: string, system: string, cursor: string | null, at: number): Promise<void> {
      await tx.run(
        `INSERT INTO adapter_gaps (local_case_no, system, cursor, at) VALUES (?, ?, ?, ?) ON CONFLICT (local_case_no) DO NOTHING`,
        [localCaseNo === '' ? strangers : localCaseNo, system, cursor, at],
      )
    },

    /** Whether answers of this system were passed over at all. */
    async hasGaps(system: string): Promise<boolean> {
      return (await db.query('SELECT 1 AS one FROM adapter_gaps WHERE system = ? LIMIT 1', [system])).length > 0
    },

    /** The gap that was looked at least recently, of a case with at most `kept` answers here; that of all unknown numbers if `unknown`. */
    async gap(
      system: string,
      kept: number,
      unknown: boolean,
    ): Promise<{ localCaseNo: string; cursor: string | null } | null> {
      const [row] = await db.query<{ local_case_no: string; cursor: string | null }>(
        `SELECT g.local_case_no, g.cursor FROM adapter_gaps g WHERE g.system = ? AND iif(g.local_case_no = ?, ?, (SELECT count(*)
           FROM adapter_events e WHERE e.local_case_no = g.local_case_no AND e.state <> 'done') <= ?)
         ORDER BY g.at, g.local_case_no LIMIT 1`,
        [system, strangers, unknown ? 1 : 0, kept],
      )
      if (row === undefined) return null
      return { localCaseNo: row.local_case_no === strangers ? '' : row.local_case_no, cursor: row.cursor }
    },

    /** A gap begins later now, or (`cursor` undefined) is closed. */
    async moveGap(tx: Transaction, localCaseNo: string, cursor: string | null | undefined, at: number): Promise<void> {
      const key = localCaseNo === '' ? strangers : localCaseNo
      if (cursor === undefined) await tx.run('DELETE FROM adapter_gaps WHERE local_case_no = ?', [key])
      else await tx.run('UPDATE adapter_gaps SET cursor = ?, at = ? WHERE local_case_no = ?', [cursor, at, key])
    },

    /** Kept answers that wait, oldest first; of the adapter `of`, or of every one. `after` is the number of the last one seen. */
    async waiting(limit: number, after: number, of: string | null): Promise<KeptAnswer[]> {
      const rows = await db.query<{
        no: number
        id: string
        adapter: string
        local_case_no: string | null
        case_no: string | null
        thread: Uint8Array | null
        problem: string | null
        state: string
        blocked: number
        next_at: number
        attempts: number
        at: number
      }>(
        `SELECT a.no, a.id, a.adapter, ${NUMBER_OF_ANSWER} AS local_case_no, c.case_no, t.thread, a.problem, a.state, a.blocked, a.next_at,
           a.attempts, a.at
         FROM adapter_events a LEFT JOIN cases c ON ${IS_OF_CASE}
         LEFT JOIN threads t ON t.no = c.thread_no
         WHERE a.state <> 'done' AND a.no > ? AND (a.problem IS NOT NULL OR a.blocked = 1) AND (? IS NULL OR a.adapter = ?)
         ORDER BY a.no LIMIT ?`,
        [after, of, of, limit],
      )
      return rows.map(row => ({
        no: row.no,
        id: row.id,
        adapter: row.adapter,
        localCaseNo: row.local_case_no,
        caseNo: row.case_no,
        thread: row.thread === null ? null : Buffer.from(row.thread).toString('hex'),
        problem: row.problem === null ? null : (JSON.parse(row.problem) as Problem),
        behind: row.blocked === 1,
        nextAt: row.state === 'parked' || row.blocked === 1 ? null : row.next_at,
        attempts: row.attempts,
        at: row.at,
      }))
    },

    /** What of a case the approval system answered and is not signed. */
    async waitingOf(localCaseNo: string): Promise<{ parked: boolean; problem: Problem; at: number }[]> {
      const rows = await db.query<{ state: string; problem: string; at: number }>(
        `SELECT state, problem, at FROM adapter_events
         WHERE local_case_no = ? AND state <> 'done' AND problem IS NOT NULL ORDER BY no LIMIT 100`,
        [localCaseNo],
      )
      return rows.map(row => ({
        parked: row.state === 'parked',
        problem: JSON.parse(row.problem) as Problem,
        at: row.at,
      }))
    },
  }
}
