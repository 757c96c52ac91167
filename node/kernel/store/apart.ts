/**
 * A copy of the store without its keys (docs/decisions/018): where a key stood, its mark stands, and the keys go into a file of their
 * own. What is kept for a day, and what lists can be made anew from the bodies, is left out. `join` gives a copy the keys that are left.
 */
import { Worker } from 'node:worker_threads'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Value } from './database.ts'
import { type KeyFile, MARK_BYTES } from './key-file.ts'
import { type Connection, openConnection } from './sqlite-connection.ts'

/** Columns that hold a key, sealed with the node's own. */
export const KEY_COLUMNS: Readonly<Record<string, string>> = {
  case_keys: 'sealed',
  case_drafts: 'key',
  adapter_events: 'key',
}

/** What a copy holds instead of a column: answers kept for repeats, and what can be searched for with the node's key alone. */
export const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  idempotency: { status: 'iif(sealed IS NULL, status, NULL)', sealed: 'NULL', about: 'NULL' },
  cases: { applicant: `''`, applicant_key: `x''`, name_key: 'NULL', phone_key: 'NULL', agent_phone_key: 'NULL' },
  case_drafts: { applicant: `''`, applicant_key: 'NULL' },
  scan_reuses: { applicant_key: `x''` },
}

/** Tables that a copy has empty: what was traced is for days; that, who is signed in and what of a scan is still on its way are for the node that runs. */
export const LEFT_EMPTY: ReadonlySet<string> = new Set(['adapter_trace', 'sessions', 'uploads'])

/** What the worker is told; `keys` is a file of keys that is being made. */
export type ApartOrder = { source: string; target: string; keys: string }

/** Copies the database file `source` in a thread of its own into `target`, an empty file, and its keys into `keys`. */
export function copyApart(order: ApartOrder): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./apart-worker.ts', import.meta.url), { workerData: order })
    worker.once('error', reject)
    worker.once('exit', code => (code === 0 ? resolve() : reject(new ProblemError('internal', 'the backup failed'))))
  })
}

/** The id of a store, hex. Problem: `request.conflict` before its first start with this program. */
export function storeIdentity(path: string): string {
  const connection = openConnection(path, ['busy_timeout = 5000'], 'read')
  try {
    const [table] = connection.query(`SELECT 1 FROM sqlite_schema WHERE name = 'store_identity'`, [])
    if (table === undefined)
      throw new ProblemError(
        'request.conflict',
        'the store is as an earlier program left it: start the node once, or back up with that program',
      )
    const [row] = connection.query<{ id: Uint8Array }>('SELECT id FROM store_identity', [])
    return Buffer.from(row?.id ?? []).toString('hex')
  } finally {
    connection.close()
  }
}

/** What of a copy has no key left. */
export type Closed = {
  cases: number
  drafts: number
  answers: number
  /** numbers of cases that began after the file of keys was made, the first of them */
  newer: string[]
  /** how many these are */
  newerCases: number
}

/** Case numbers that are told of. */
const NAMED = 20

/**
 * Gives a copy the keys that the file has, null: none, and deletes what they would have opened: what was purged, sent or settled since.
 * `at`: what began after it, ms, the file of keys cannot know.
 */
export function joinKeys(path: string, keys: KeyFile | null, at: number): Closed {
  const connection = openConnection(path, ['secure_delete = ON', 'foreign_keys = ON'], 'write')
  try {
    connection.run('BEGIN', [])
    const closed = join(connection, keys, at)
    connection.run('COMMIT', [])
    return closed
  } finally {
    connection.close()
  }
}

function join(connection: Connection, keys: KeyFile | null, at: number): Closed {
  const run = (sql: string, params: readonly Value[] = []) => connection.run(sql, params)
  run('CREATE TEMP TABLE closed (table_name TEXT NOT NULL, id NOT NULL)')
  for (const [table, column] of Object.entries(KEY_COLUMNS)) {
    const id = table === 'case_drafts' ? 'id' : 'rowid'
    for (let last: Value = id === 'id' ? '' : -1; ; ) {
      const page: { id: string | number; mark: Uint8Array }[] = connection.query(
        `SELECT ${id} AS id, ${column} AS mark FROM ${table} WHERE length(${column}) = ${MARK_BYTES} AND ${id} > ? ORDER BY ${id} LIMIT 1000`,
        [last],
      )
      for (const { id: owner, mark } of page) {
        const key = keys?.keyOf(mark) ?? null
        if (key !== null) run(`UPDATE ${table} SET ${column} = ? WHERE ${id} = ?`, [key, owner])
        else run('INSERT INTO closed VALUES (?, ?)', [table, owner])
      }
      const end = page.at(-1)
      if (end === undefined) break
      last = end.id
    }
  }
  const [CASES, DRAFTS, ANSWERS] = ['case_keys', 'case_drafts', 'adapter_events'].map(
    table => `(SELECT id FROM closed WHERE table_name = '${table}')`,
  )
  const newer = `FROM cases WHERE thread_no IN ${CASES}
    AND thread_no IN (SELECT no FROM threads WHERE started_at > ?)`
  const names = connection.query<{ case_no: string }>(`SELECT case_no ${newer} ORDER BY thread_no LIMIT ${NAMED}`, [at])
  const [count] = connection.query<{ n: number }>(`SELECT count(*) AS n ${newer}`, [at])
  // As the purge does; what is sealed with the node's key, as the record of a purge is, stays.
  run(
    `DELETE FROM bodies WHERE substr(sealed, 1, 1) = x'02' AND packet_no IN (SELECT no FROM packets WHERE thread_no IN ${CASES})`,
  )
  run(
    `DELETE FROM rewrites WHERE substr(draft, 1, 1) = x'02' AND thread IN (SELECT lower(hex(thread)) FROM threads WHERE no IN ${CASES})`,
  )
  for (const table of [
    'adapter_state',
    'parcels',
    'mail_troubles',
    'sms',
    'sms_consents',
    'open_originals',
    'case_keys',
  ])
    run(`DELETE FROM ${table} WHERE thread_no IN ${CASES}`)
  run(`DELETE FROM case_draft_materials WHERE draft IN ${DRAFTS}`)
  const drafts = run(`DELETE FROM case_drafts WHERE id IN ${DRAFTS}`)
  const answers = run(
    `UPDATE adapter_events SET state = 'done', move = NULL, key = NULL, bytes = 0, problem = NULL
     WHERE no IN ${ANSWERS}`,
  )
  run(
    `UPDATE adapter_events AS a SET blocked = EXISTS (SELECT 1 FROM adapter_events e
       WHERE e.local_case_no = a.local_case_no AND e.no < a.no AND e.state <> 'done') WHERE a.state <> 'done'`,
  )
  // What was left out of the copy is made anew from the bodies after the start.
  run('UPDATE projection SET form = 0')
  const [cases] = connection.query<{ n: number }>(`SELECT count(*) AS n FROM closed WHERE table_name = 'case_keys'`, [])
  run('DROP TABLE closed')
  return {
    cases: cases?.n ?? 0,
    drafts,
    answers,
    newer: names.map(({ case_no }) => case_no),
    newerCases: count?.n ?? 0,
  }
}
