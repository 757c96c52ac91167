/**
 * The audit log (审计日志): who did what to what, and what was refused. Rows are only ever added, in the transaction of
 * what they tell of, and each carries the hash of the row before: a changed, removed or inserted row shows.
 * Rows hold no personal data: ids, codes and numbers only. May import the store; knows no edge.
 */
import { createHash } from 'node:crypto'
import { ProblemError, type Refused, refuse } from '../../../protocol/problem.ts'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import type { Database, Transaction } from '../store/database.ts'
import { createRemembered } from '../store/remembered.ts'
import { redact } from '../telemetry/redact.ts'

/** Longest text of `actor`, `action` and `subject`, characters, and of `detail` as JSON. */
const AUDIT_LIMITS = { word: 200, detail: 4096 } as const
const VERIFY_BATCH = 1000
const GENESIS = new Uint8Array(32)

export type AuditEntry = {
  /** `person:<id>`, `city:<code>`, `adapter:<name>` (of the approval system; the kind where the configuration gives no name), `node` or `cli` */
  actor: string
  /** noun and past verb, `packet.refused` */
  action: AuditAction
  /** id of what it was done to: packet, thread, partner, person */
  subject: string
  /** codes and numbers that tell more; never personal data */
  detail?: Readonly<Record<string, string | number | boolean | null>>
}
export type AuditRow = Required<Omit<AuditEntry, 'action'>> & {
  /** an older program may have named it otherwise */
  action: string
  /** of the account that acted; null of a city, an adapter or the node */
  name: string | null
  no: number
  /** milliseconds */
  at: number
  /** lowercase hex */
  hash: string
}

export type AuditFilter = {
  actor?: string | undefined
  action?: string | undefined
  subject?: string | undefined
  /** one of these, beside what else is asked for */
  actors?: readonly string[] | undefined
  subjects?: readonly string[] | undefined
  /** ms; rows of this time or later */
  since?: number | undefined
  /** ms; rows of before this time */
  until?: number | undefined
}

export interface Audit {
  /** Adds a row in the caller's transaction; what looks like an ID number or phone is blotted out. */
  append(tx: Transaction, entry: AuditEntry): Promise<void>
  /** Newest first; `before` is the `no` of the last row of the page before. */
  list(filter: AuditFilter, limit: number, before: number | null): Promise<AuditRow[]>
  /** Every act that stands in it, by name. */
  actions(): Promise<string[]>
  /** Reads the whole chain. Rows cut off at the end show only against a `head` noted earlier. */
  verify(): Promise<{ ok: true; rows: number; head: string } | Refused>
}

type Row = {
  no: number
  at: number
  actor: string
  action: string
  subject: string
  detail: string
  prev: Uint8Array
  hash: Uint8Array
}

const hashOf = (row: Omit<Row, 'hash'>): Uint8Array =>
  createHash('sha256')
    .update(row.prev)
    .update(JSON.stringify([row.no, row.at, row.actor, row.action, row.subject, row.detail]))
    .digest()

const word = (text: string): string => redact(text).slice(0, AUDIT_LIMITS.word)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

function detailOf(entry: AuditEntry): string {
  const detail = redact(JSON.stringify(entry.detail ?? {}))
  if (detail.length > AUDIT_LIMITS.detail)
    throw new ProblemError('internal', `audit detail of ${entry.action} too long`)
  return detail
}

const COLUMNS = 'no, at, actor, action, subject, detail, prev, hash'
const INSERT = `INSERT INTO audit (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
/** An id alone names nobody to an auditor, who may not list accounts; the name is none of what is hashed. */
const NAME = `(SELECT p.name FROM people p WHERE p.id = substr(actor, 8) AND actor LIKE 'person:%') AS name`

type Head = Pick<Row, 'no' | 'hash'>

/** One for each store: it remembers the newest row between transactions. */
export function createAudit({ database, now }: { database: Database; now: () => number }): Audit {
  const heads = createRemembered<Head>()
  return {
    async append(tx, entry) {
      const last = await heads.get(tx, 'last', async () => {
        const [head] = await tx.query<Head>('SELECT no, hash FROM audit ORDER BY no DESC LIMIT 1')
        return head ?? { no: 0, hash: GENESIS }
      })
      const row = {
        no: last.no + 1,
        at: now(),
        actor: word(entry.actor),
        action: word(entry.action),
        subject: word(entry.subject),
        detail: detailOf(entry),
        prev: last.hash,
      }
      const hash = hashOf(row)
      heads.set(tx, 'last', { no: row.no, hash })
      await tx.run(INSERT, [row.no, row.at, row.actor, row.action, row.subject, row.detail, row.prev, hash])
    },

    async list(filter, limit, before) {
      const where = ['no < ?']
      const params: (string | number)[] = [before ?? Number.MAX_SAFE_INTEGER]
      for (const column of ['actor', 'action', 'subject'] as const) {
        const value = filter[column]
        if (value === undefined) continue
        where.push(`${column} = ?`)
        params.push(value)
      }
      for (const [column, values] of [
        ['actor', filter.actors],
        ['subject', filter.subjects],
      ] as const) {
        if (values === undefined) continue
        where.push(`${column} IN (SELECT value FROM json_each(?))`)
        params.push(JSON.stringify(values))
      }
      if (filter.until !== undefined) {
        where.push('at < ?')
        params.push(filter.until)
      }
      if (filter.since !== undefined) {
        // The first row of that time is found by its index: the chain is not read back to its beginning.
        where.push('no >= (SELECT min(+no) FROM audit WHERE at >= ?)', 'at >= ?')
        params.push(filter.since, filter.since)
      }
      const rows = await database.query<Row & { name: string | null }>(
        `SELECT ${COLUMNS}, ${NAME} FROM audit WHERE ${where.join(' AND ')} ORDER BY no DESC LIMIT ?`,
        [...params, limit],
      )
      return rows.map(({ prev, detail, hash, ...row }) => ({
        ...row,
        detail: JSON.parse(detail) as AuditRow['detail'],
        hash: hex(hash),
      }))
    },

    async actions() {
      // Each name is found by the index from the one before: rows of one act are passed over.
      const rows = await database.query<{ action: string }>(
        `WITH RECURSIVE names (action) AS (
           SELECT min(action) FROM audit
           UNION ALL
           SELECT (SELECT min(a.action) FROM audit a WHERE a.action > names.action) FROM names WHERE names.action IS NOT NULL
         ) SELECT action FROM names WHERE action IS NOT NULL`,
      )
      return rows.map(({ action }) => action)
    },

    async verify() {
      let expected = 1
      let prev: Uint8Array = GENESIS
      for (;;) {
        const rows = await database.query<Row>(`SELECT ${COLUMNS} FROM audit WHERE no >= ? ORDER BY no LIMIT ?`, [
          expected,
          VERIFY_BATCH,
        ])
        for (const row of rows) {
          if (row.no !== expected || !same(row.prev, prev) || !same(row.hash, hashOf(row)))
            return refuse('audit.broken', `row ${expected}`)
          expected++
          prev = row.hash
        }
        if (rows.length < VERIFY_BATCH) return { ok: true, rows: expected - 1, head: hex(prev) }
      }
    },
  }
}
