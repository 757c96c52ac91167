/** MySQL and MariaDB, and what speaks their protocol (OceanBase, TiDB, GoldenDB). */
import mysql from 'mysql2/promise'
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
  textOf,
  type Value,
} from '../driver.ts'

export const MYSQL: Dialect = {
  quote: name => `\`${name.replaceAll('`', '``')}\``,
  place: () => '?',
  begin: ['START TRANSACTION'],
  beginSnapshot: [
    'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
  ],
  commit: 'COMMIT',
  first: (select, rows) => `${select} LIMIT ${rows}`,
  print: (columns, rows) =>
    `SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS(CHAR(31), ${columns.join(', ')}))), 0)) AS print ${rows}`,
  // A text beside a number would be compared as a double, which loses digits.
  compared: (_, number) => (number ? 'CAST(? AS DECIMAL(65, 10))' : '?'),
  emptyIsNull: false,
  async describe(connection, { schema, table }) {
    const at = schema === null ? { where: 'DATABASE()', values: [] } : { where: '?', values: [schema] }
    const of = (sql: string) => connection.query({ sql, values: [...at.values, table] })
    const columns = await of(
      `SELECT COLUMN_NAME AS name, CHARACTER_MAXIMUM_LENGTH AS characters, NUMERIC_PRECISION IS NOT NULL AS number,
        IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NULL AND EXTRA NOT LIKE '%auto_increment%' AND EXTRA NOT LIKE '%GENERATED%' AS needed
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${at.where} AND TABLE_NAME = ?`,
    )
    if (columns.rows.length === 0) return null
    const uniques = await of(
      `SELECT INDEX_NAME AS \`index\`, COLUMN_NAME AS name, SUB_PART AS part FROM information_schema.STATISTICS
        WHERE TABLE_SCHEMA = ${at.where} AND TABLE_NAME = ? AND NON_UNIQUE = 0`,
    )
    const engines = await of(
      `SELECT e.TRANSACTIONS AS transactions FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
        WHERE t.TABLE_SCHEMA = ${at.where} AND t.TABLE_NAME = ?`,
    )
    return {
      columns: columns.rows.map(({ name, characters, number, needed }) => ({
        name: String(name),
        characters: characters === null || characters === undefined ? null : Number(characters),
        bytes: null,
        number: number === '1',
        needed: needed === '1',
      })),
      uniques: Object.values(Object.groupBy(uniques.rows, row => String(row.index)))
        .filter((rows = []) => rows.every(row => row.part === null))
        .map((rows = []) => rows.map(row => String(row.name))),
      // A view has no engine; it is not written to.
      transactional: engines.rows.every(({ transactions }) => transactions === 'YES'),
    }
  },
}

/** Numbers of errors of the server. (MariaDB knowledge base, error codes) */
const KINDS: readonly [readonly number[], FaultKind][] = [
  [[1062, 1586], 'unique'],
  // NULL, range, length, wrong value, foreign key, check, SIGNAL of a trigger
  [
    [
      1048, 1264, 1265, 1292, 1364, 1366, 1367, 1406, 1411, 1451, 1452, 1441, 1644, 3819, 4025, 1690, 1216, 1217, 1761,
      1762,
    ],
    'value',
  ],
  [[1205, 1213, 1040, 1203, 1226, 3024, 1969, 1020, 3572], 'busy'],
  [[1044, 1045, 1049, 1054, 1064, 1109, 1142, 1143, 1146, 1227, 1290, 1698, 1836, 1792, 3118, 4151], 'setup'],
]

export function createMysql(options: DriverOptions): Driver {
  return {
    dialect: MYSQL,
    pipelines: false,
    async connect() {
      try {
        const client = await mysql.createConnection({
          host: options.host,
          port: options.port ?? 3306,
          ...(options.database === null ? {} : { database: options.database }),
          ...(options.user === null ? {} : { user: options.user }),
          ...(options.password === null ? {} : { password: options.password }),
          ...(options.tls === null ? {} : { ssl: options.tls.ca === null ? {} : { ca: options.tls.ca } }),
          charset: 'utf8mb4',
          connectTimeout: options.statementMs,
          enableKeepAlive: true,
          // As they are written: no digit and no microsecond is lost.
          supportBigNumbers: true,
          bigNumberStrings: true,
          dateStrings: true,
          jsonStrings: true,
          // LOAD DATA LOCAL would let a server read files of this machine.
          flags: ['-LOCAL_FILES'],
        })
        // Told by the query that it broke, and by the next one when none was under way.
        client.on('error', () => {})
        const connection = connectionOf(client, options.statementMs + GRACE_MS)
        const seconds = Math.max(1, Math.ceil(options.statementMs / 1000))
        await connection.query({
          sql: `SET time_zone = '+08:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO', innodb_lock_wait_timeout = ${seconds}`,
          values: [],
        })
        return connection
      } catch (error) {
        throw faultOf(error)
      }
    },
  }
}

/** One that is waited for longer than the database allows is of a connection that is no more. */
const GRACE_MS = 5000

function connectionOf(client: mysql.Connection, timeout: number): Connection {
  return {
    async query({ sql, values }) {
      try {
        const sent = values.map(value => (value instanceof Uint8Array ? Buffer.from(value) : value))
        const [result] =
          sent.length === 0
            ? await client.query({ sql, timeout })
            : await client.execute({ sql, values: sent, timeout })
        if (!Array.isArray(result)) return { rows: [], changed: result.affectedRows }
        return { rows: (result as Record<string, unknown>[]).map(textsOf), changed: result.length }
      } catch (error) {
        throw faultOf(error)
      }
    },
    destroy: () => client.destroy(),
  }
}

const textsOf = (row: Record<string, unknown>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]): [string, Value] => [name, textOf(value)]))

function faultOf(error: unknown): DatabaseFault {
  if (error instanceof DatabaseFault) return error
  const { errno, message } = error as { errno?: unknown; message?: unknown }
  const number = typeof errno === 'number' ? errno : 0
  const kind = KINDS.find(([numbers]) => numbers.includes(number))?.[1] ?? 'lost'
  const text = typeof message === 'string' ? message : ''
  return new DatabaseFault(kind, number > 0 ? String(number) : codeOf(error), {
    // The names stand at places of the message that no value reaches.
    column: nameOf(/(?:for column|^Column|^Field) [`'](?:[^`']*`\.`)?([^`']+)[`']/.exec(text)?.[1]),
    constraint: nameOf(/(?:for key |CONSTRAINT )[`']([^`']+)[`'](?=$| |\))/.exec(text.slice(-200))?.[1]),
  })
}
