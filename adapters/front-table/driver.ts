/**
 * The driver port (驱动): what the adapter needs of a database, whichever it is. Every value goes as a parameter; names of tables and
 * columns come from the configuration, checked there and quoted here. Messages of databases quote the data, so none is passed on.
 */

/** A value as it is sent and read: text, also for numbers and times, so that no digit is lost; bytes for binary columns. */
export type Value = string | Uint8Array | null
export type Row = Readonly<Record<string, Value>>
export type Statement = { sql: string; values: readonly Value[] }
export type Result = { rows: Row[]; changed: number }

/**
 * Why a statement failed. lost: no answer, or none that says what became of it; busy: it may pass later; setup: the database is not as
 * the configuration says; unique: a row with such a key is there; value: the database does not take what stands in a column.
 */
export type FaultKind = 'lost' | 'busy' | 'setup' | 'unique' | 'value'

/** `column` and `constraint`: as the database names them, where it does. `code`: its own, without data. */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault'
  readonly kind: FaultKind
  readonly code: string
  readonly column: string | null
  readonly constraint: string | null
  constructor(
    kind: FaultKind,
    code: string,
    named: { column?: string | undefined; constraint?: string | undefined } = {},
  ) {
    super(`${kind} ${code}`)
    this.kind = kind
    this.code = code
    this.column = named.column ?? null
    this.constraint = named.constraint ?? null
  }
}

export interface Connection {
  /** Throws DatabaseFault. */
  query(statement: Statement): Promise<Result>
  /** Ends it at once, whatever is under way; what was not committed is undone by the database. */
  destroy(): void
}

/** What a column of a table is, as the catalogue of the database says. */
export type ColumnFacts = {
  /** as the database has it, which may differ in case from the configuration */
  name: string
  characters: number | null
  bytes: number | null
  number: boolean
  /** NOT NULL without a default */
  needed: boolean
}
export type TableFacts = {
  columns: readonly ColumnFacts[]
  /** columns of each unique constraint or index */
  uniques: readonly (readonly string[])[]
  /** false: what is written into it is not undone with its transaction */
  transactional: boolean
}

/** Table of the configuration: `schema` null where it names none. */
export type TableName = { schema: string | null; table: string }

export interface Dialect {
  quote(name: string): string
  /** place of the n-th parameter, from 0, for a value of this type */
  place(n: number, type: 'text' | 'number' | 'day' | 'time' | 'clob' | 'blob'): string
  /** statements that begin a transaction that writes, and one that reads what was committed when it began */
  begin: readonly string[]
  beginSnapshot: readonly string[]
  commit: string
  /** the first `rows` of a select */
  first(select: string, rows: number): string
  /** a select of one text, `print`, that differs when one row more, one less or another is there; `rows` is FROM and WHERE */
  print(columns: readonly string[], rows: string, order: string): string
  /** place of the n-th parameter that a column is compared with, exactly also where it is a number of many digits */
  compared(n: number, number: boolean): string
  /** an empty text is NULL */
  emptyIsNull: boolean
  /** reads what the database says of a table; null where there is none of this name */
  describe(connection: Connection, table: TableName): Promise<TableFacts | null>
}

export interface Driver {
  readonly dialect: Dialect
  /** as many connections as it can use; absent: as many as configured */
  readonly atMost?: number
  /** statements of one transaction are sent without waiting for each other; what comes after a failed one has no effect */
  readonly pipelines: boolean
  /** Throws DatabaseFault. */
  connect(): Promise<Connection>
}

/** What a driver is made of. */
export type DriverOptions = {
  host: string
  port: number | null
  database: string | null
  user: string | null
  password: string | null
  /** null: no TLS; `ca` null: the authorities of this machine */
  tls: { ca: string | null } | null
  /** of SQLite */
  file: string | null
  statementMs: number
}

/** Text of whatever a driver gives for a column that is no binary one. */
export function textOf(value: unknown): Value {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return new Uint8Array(value)
  return typeof value === 'string' ? value : String(value)
}

const MESSAGE_NAME = /^[\p{L}\p{N}_$#.]{1,130}$/u

/** A name out of an error, when it looks like one: a database might put data there. */
export const nameOf = (text: unknown): string | undefined =>
  typeof text === 'string' && MESSAGE_NAME.test(text) ? text : undefined

/** A code out of an error, of a driver or of the runtime. */
export const codeOf = (error: unknown, field: 'code' | 'errno' | 'errorNum' = 'code'): string => {
  const code = typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[field] : undefined
  return /^[\w-]{1,40}$/.test(String(code)) && code !== undefined ? String(code) : 'no code'
}
