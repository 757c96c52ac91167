/** SQLite, in the process of the node: for trials, and for what exchanges a file. One connection; a file that another one writes is busy. */
import { Database } from 'bun:sqlite'
import {
  type Connection,
  codeOf,
  DatabaseFault,
  type Dialect,
  type Driver,
  type DriverOptions,
  type FaultKind,
  nameOf,
  textOf,
  type Value,
} from '../driver.ts'

export const SQLITE: Dialect = {
  quote: name => `"${name.replaceAll('"', '""')}"`,
  place: () => '?',
  begin: ['BEGIN IMMEDIATE'],
  beginSnapshot: ['BEGIN'],
  commit: 'COMMIT',
  first: (select, rows) => `${select} LIMIT ${rows}`,
  print: (columns, rows, order) =>
    `SELECT count(*) || ':' || coalesce(group_concat(mark, char(30)), '') AS print
      FROM (SELECT ${columns.join(' || char(31) || ')} AS mark ${rows} ORDER BY ${order})`,
  // What a column of numbers is compared with becomes one.
  compared: () => '?',
  emptyIsNull: false,
  async describe(connection, { schema, table }) {
    const at = schema === null ? 'main' : schema
    const columns = await connection.query({
      sql: 'SELECT name, type, "notnull" AS needed, dflt_value AS preset, pk FROM pragma_table_xinfo(?, ?)',
      values: [table, at],
    })
    if (columns.rows.length === 0) return null
    const indexes = await connection.query({
      sql: 'SELECT l.name AS "index", i.name AS name FROM pragma_index_list(?, ?) l, pragma_index_info(l.name, ?) i WHERE l."unique" = 1 AND l.partial = 0',
      values: [table, at, at],
    })
    const primary = columns.rows.filter(({ pk }) => pk !== '0').map(({ name }) => String(name))
    return {
      columns: columns.rows.map(({ name, type, needed, preset, pk }) => ({
        name: String(name),
        characters: null,
        bytes: null,
        number: /INT|REAL|FLOA|DOUB|NUM|DEC/i.test(String(type)),
        needed: needed === '1' && preset === null && !(pk !== '0' && /^INTEGER$/i.test(String(type))),
      })),
      uniques: [
        ...(primary.length > 0 ? [primary] : []),
        ...Object.values(Object.groupBy(indexes.rows, row => String(row.index))).map((rows = []) =>
          rows.map(row => String(row.name)),
        ),
      ],
      transactional: true,
    }
  },
}

const KINDS: readonly [RegExp, FaultKind][] = [
  [/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|ROWID)$/, 'unique'],
  [/^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/, 'value'],
  [/^SQLITE_(BUSY|LOCKED)/, 'busy'],
  [/^SQLITE_(ERROR|AUTH|READONLY|NOTADB|CANTOPEN|PERM)/, 'setup'],
]

export function createSqlite({ file }: DriverOptions): Driver {
  return {
    dialect: SQLITE,
    atMost: 1,
    pipelines: false,
    async connect() {
      try {
        const database = new Database(file ?? ':memory:', {
          readwrite: true,
          create: false,
          safeIntegers: true,
          strict: true,
        })
        // The thread of the node waits for nobody: a lock is busy, and tried again later.
        database.run('PRAGMA busy_timeout = 0')
        database.run('PRAGMA foreign_keys = ON')
        return connectionOf(database)
      } catch (error) {
        throw faultOf(error)
      }
    },
  }
}

function connectionOf(database: Database): Connection {
  return {
    async query({ sql, values }) {
      try {
        const statement = database.query<Record<string, unknown>, Value[]>(sql)
        if (statement.columnNames.length === 0) return { rows: [], changed: statement.run(...values).changes }
        const rows = statement.all(...values)
        return {
          rows: rows.map(row => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)]))),
          changed: rows.length,
        }
      } catch (error) {
        throw faultOf(error)
      }
    },
    destroy: () => database.close(),
  }
}

function faultOf(error: unknown): DatabaseFault {
  if (error instanceof DatabaseFault) return error
  const code = codeOf(error)
  const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1] ?? 'lost'
  const text = error instanceof Error ? error.message : ''
  // `NOT NULL constraint failed: table.column`, `UNIQUE constraint failed: table.column`
  const named = nameOf(/^(?:NOT NULL|UNIQUE) constraint failed: ([^,\s]+)$/.exec(text)?.[1])
  return new DatabaseFault(kind, code, { column: named?.split('.').at(-1) })
}
