/** What the approval system remembers, in SQLite: cases, effects by idempotency key, attempts, materials, events. */
import { Database } from 'bun:sqlite'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS cases (
  no INTEGER PRIMARY KEY, flowsn TEXT NOT NULL UNIQUE, caseno TEXT NOT NULL UNIQUE, params TEXT NOT NULL,
  script TEXT NOT NULL, step INTEGER NOT NULL, waiting INTEGER NOT NULL, due_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS effects (
  idempotency_key TEXT PRIMARY KEY, operation TEXT NOT NULL, request TEXT NOT NULL, flowsn TEXT NOT NULL, answer TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS attempts (idempotency_key TEXT PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS materials (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, flowsn TEXT NOT NULL, operatetype INTEGER NOT NULL, row TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS cases_open ON cases (due_at) WHERE waiting = 0;
`

export type CaseRow = {
  flowsn: string
  caseno: string
  script: string
  step: number
  /** 1 while it waits for the applicant */
  waiting: number
}
export type EventRow = { id: number; flowsn: string; operatetype: number; row: Record<string, unknown> }
export type Effect = { operation: string; request: string; flowsn: string; answer: string }

export type Store = ReturnType<typeof openStore>

/** Opens or makes the file; `:memory:` for none. Every method is one transaction, durable when it returns. */
export function openStore(file: string) {
  const db = new Database(file, { create: true, strict: true })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;')
  db.exec(SCHEMA)
  const one = <T>(sql: string, ...params: (string | number)[]) => db.query<T, (string | number)[]>(sql).get(...params)
  const all = <T>(sql: string, ...params: (string | number)[]) => db.query<T, (string | number)[]>(sql).all(...params)
  const run = (sql: string, ...params: (string | number)[]) => db.query(sql).run(...params)

  return {
    transaction: <T>(work: () => T): T => db.transaction(work).immediate(),

    /** Counts an attempt, whatever comes of it; how many there were, this one included. */
    attempted(key: string): number {
      const row = one<{ n: number }>(
        'INSERT INTO attempts VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n',
        key,
      )
      return row?.n ?? 1
    },

    effect: (key: string) =>
      one<Effect>('SELECT operation, request, flowsn, answer FROM effects WHERE idempotency_key = ?', key),
    saveEffect(key: string, { operation, request, flowsn, answer }: Effect): void {
      run('INSERT INTO effects VALUES (?, ?, ?, ?, ?)', key, operation, request, flowsn, answer)
    },

    caseOf: (flowsn: string) =>
      one<CaseRow>('SELECT flowsn, caseno, script, step, waiting FROM cases WHERE flowsn = ?', flowsn),
    caseOfNumber: (caseno: string) =>
      one<CaseRow>('SELECT flowsn, caseno, script, step, waiting FROM cases WHERE caseno = ?', caseno),
    /** Serial of the next case, from 1. */
    nextSerial: () => one<{ n: number }>('SELECT coalesce(max(no), 0) + 1 AS n FROM cases')?.n ?? 1,
    addCase(row: { flowsn: string; caseno: string; params: string; script: string; dueAt: number }): void {
      run(
        'INSERT INTO cases (flowsn, caseno, params, script, step, waiting, due_at) VALUES (?, ?, ?, ?, 0, 0, ?)',
        row.flowsn,
        row.caseno,
        row.params,
        row.script,
        row.dueAt,
      )
    },
    move(flowsn: string, to: { script: string; step: number; waiting: boolean; dueAt: number }): void {
      run(
        'UPDATE cases SET script = ?, step = ?, waiting = ?, due_at = ? WHERE flowsn = ?',
        to.script,
        to.step,
        to.waiting ? 1 : 0,
        to.dueAt,
        flowsn,
      )
    },
    /** Cases that the officer may move on now. */
    due: (now: number) =>
      all<CaseRow>(
        'SELECT flowsn, caseno, script, step, waiting FROM cases WHERE waiting = 0 AND due_at <= ? ORDER BY no LIMIT 1000',
        now,
      ),

    addEvent(flowsn: string, operatetype: number, row: Record<string, unknown>): void {
      run('INSERT INTO events (flowsn, operatetype, row) VALUES (?, ?, ?)', flowsn, operatetype, JSON.stringify(row))
    },
    eventsAfter: (id: number, limit: number): EventRow[] =>
      all<{ id: number; flowsn: string; operatetype: number; row: string }>(
        'SELECT id, flowsn, operatetype, row FROM events WHERE id > ? ORDER BY id LIMIT ?',
        id,
        limit,
      ).map(event => ({ ...event, row: JSON.parse(event.row) as Record<string, unknown> })),

    saveMaterial(sha256: string, size: number): void {
      run('INSERT INTO materials VALUES (?, ?) ON CONFLICT DO NOTHING', sha256, size)
    },
    material: (sha256: string) => one<{ size: number }>('SELECT size FROM materials WHERE sha256 = ?', sha256),

    /** Attempts count every call with an idempotency key; effects only what came about. */
    stats() {
      const rows = all<{ key: string; operation: string | null; n: number }>(
        `SELECT a.idempotency_key AS key, e.operation, a.n FROM attempts a LEFT JOIN effects e USING (idempotency_key)
         ORDER BY a.rowid`,
      )
      return {
        effects: rows.filter(row => row.operation !== null).length,
        attempts: rows.reduce((sum, row) => sum + row.n, 0),
        byKey: Object.fromEntries(
          rows.map(row => [
            row.key,
            { operation: row.operation, attempts: row.n, effects: row.operation === null ? 0 : 1 },
          ]),
        ),
        cases: one<{ n: number }>('SELECT count(*) AS n FROM cases')?.n ?? 0,
        materials: one<{ n: number }>('SELECT count(*) AS n FROM materials')?.n ?? 0,
        events: one<{ n: number }>('SELECT count(*) AS n FROM events')?.n ?? 0,
      }
    },
    close: () => db.close(),
  }
}
