/** PostgreSQL, and what speaks its protocol (人大金仓 in its PostgreSQL mode, openGauss). Statements of a transaction are sent together. */
import { createHash } from 'node:crypto'
import pg from 'pg'
import {
  type Connection,
  codeOf,
  DatabaseFault,
  type Dialect,
  type Driver,
  type DriverOptions,
  type FaultKind,
  nameOf,
  type Row,
  type TableFacts,
  textOf,
} from '../driver.ts'

const BYTEA = 17

/** Every value as text, as the database writes it; bytes alone are bytes. */
const TYPES = {
  getTypeParser: (oid: number) =>
    oid === BYTEA ? (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex')) : (text: string) => text,
}

export const POSTGRESQL: Dialect = {
  quote: name => `"${name.replaceAll('"', '""')}"`,
  place: n => `$${n + 1}`,
  begin: ['BEGIN'],
  beginSnapshot: ['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'],
  commit: 'COMMIT',
  first: (select, rows) => `${select} LIMIT ${rows}`,
  print: (columns, rows) =>
    `SELECT count(*) || ':' || coalesce(sum(hashtext(concat_ws(chr(31), ${columns.map(column => `${column}::text`).join(', ')}))::bigint), 0) AS print ${rows}`,
  compared: n => `$${n + 1}`,
  emptyIsNull: false,
  async describe(connection, { schema, table }) {
    const { rows } = await connection.query({
      sql: `SELECT c.oid::text AS oid, c.relkind::text AS kind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = $1 AND (n.nspname = $2 OR ($2::text IS NULL AND pg_catalog.pg_table_is_visible(c.oid)))`,
      values: [table, schema],
    })
    const oid = rows[0]?.oid
    if (typeof oid !== 'string') return null
    const columns = await connection.query({
      sql: `SELECT a.attname AS name, information_schema._pg_char_max_length(a.atttypid, a.atttypmod)::text AS characters,
          (t.typcategory = 'N')::text AS number, (a.attnotnull AND NOT a.atthasdef AND a.attidentity = '')::text AS needed
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped`,
      values: [oid],
    })
    const uniques = await connection.query({
      sql: `SELECT i.indexrelid::text AS index, a.attname AS name FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate`,
      values: [oid],
    })
    return {
      columns: columns.rows.map(({ name, characters, number, needed }) => ({
        name: String(name),
        characters: characters === null || characters === undefined ? null : Number(characters),
        bytes: null,
        number: number === 'true',
        needed: needed === 'true',
      })),
      uniques: Object.values(Object.groupBy(uniques.rows, row => String(row.index))).map((rows = []) =>
        rows.map(row => String(row.name)),
      ),
      transactional: true,
    } satisfies TableFacts
  },
}

/** Classes and codes of SQLSTATE. (PostgreSQL manual, appendix A) */
const KINDS: readonly [RegExp, FaultKind][] = [
  [/^23505$/, 'unique'],
  [/^(22|23|44|P0)/, 'value'],
  [/^(28|3D|3F|42|0A)/, 'setup'],
  [/^(40|53|55|57014$)/, 'busy'],
  [/^(08|57|58|XX)/, 'lost'],
]

export function createPostgresql(options: DriverOptions): Driver {
  return {
    dialect: POSTGRESQL,
    pipelines: true,
    async connect() {
      const client = new pg.Client({
        host: options.host,
        port: options.port ?? 5432,
        ...(options.database === null ? {} : { database: options.database }),
        ...(options.user === null ? {} : { user: options.user }),
        ...(options.password === null ? {} : { password: options.password }),
        ...(options.tls === null
          ? { ssl: false }
          : { ssl: options.tls.ca === null ? { rejectUnauthorized: true } : { ca: options.tls.ca } }),
        application_name: 'tongban',
        client_encoding: 'UTF8',
        connectionTimeoutMillis: options.statementMs,
        statement_timeout: options.statementMs,
        lock_timeout: options.statementMs,
        idle_in_transaction_session_timeout: options.statementMs,
        // One that is waited for longer than the database allows is of a connection that is no more.
        query_timeout: options.statementMs + GRACE_MS,
        options: '-c timezone=Asia/Shanghai -c datestyle=ISO',
        keepAlive: true,
        types: TYPES,
        pipeline: true,
      })
      // Told by the query that it broke, and by the next one when none was under way.
      client.on('error', () => {})
      try {
        await client.connect()
      } catch (error) {
        throw faultOf(error)
      }
      return connectionOf(client)
    },
  }
}

const GRACE_MS = 5000

function connectionOf(client: pg.Client): Connection {
  const names = new Map<string, string>()
  const nameOfStatement = (sql: string): string => {
    const known = names.get(sql) ?? createHash('sha256').update(sql).digest('base64url').slice(0, 20)
    names.set(sql, known)
    return known
  }
  return {
    async query({ sql, values }) {
      try {
        const result =
          values.length === 0
            ? await client.query<Record<string, unknown>>(sql)
            : await client.query<Record<string, unknown>>({
                name: nameOfStatement(sql),
                text: sql,
                values: values.map(value => (value instanceof Uint8Array ? Buffer.from(value) : value)),
              })
        // What is committed after a failed statement is nothing, and no error.
        if (sql === POSTGRESQL.commit && result.command !== 'COMMIT') throw new DatabaseFault('value', 'rolled back')
        return { rows: result.rows.map(textsOf), changed: result.rowCount ?? 0 }
      } catch (error) {
        throw faultOf(error)
      }
    },
    destroy() {
      const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection
      stream.destroy()
    },
  }
}

const textsOf = (row: Record<string, unknown>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)]))

function faultOf(error: unknown): DatabaseFault {
  if (error instanceof DatabaseFault) return error
  const code = codeOf(error)
  const state = /^[0-9A-Z]{5}$/.test(code)
  const kind = state ? (KINDS.find(([pattern]) => pattern.test(code))?.[1] ?? 'lost') : 'lost'
  const { column, constraint, where } = error as { column?: unknown; constraint?: unknown; where?: unknown }
  const place = typeof where === 'string' ? /parameter \$(\d+)/.exec(where)?.[1] : undefined
  return new DatabaseFault(kind, code, {
    column: nameOf(column) ?? (place === undefined ? undefined : `$${place}`),
    constraint: nameOf(constraint),
  })
}
