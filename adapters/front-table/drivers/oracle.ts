/**
 * Oracle and 达梦, whose packages `oracledb` and `dmdb` are alike and are not brought along: who needs one installs it beside the
 * program (`npm install oracledb`). Neither database is to be had for tests, so nothing here was proved against one.
 */
import { ProblemError } from '../../../protocol/problem.ts'
import {
  type Connection,
  DatabaseFault,
  type Dialect,
  type Driver,
  type DriverOptions,
  type FaultKind,
  nameOf,
  type Row,
  textOf,
} from '../driver.ts'

/** What is used of either package. */
type OracleLike = {
  OUT_FORMAT_OBJECT: unknown
  STRING?: unknown
  BUFFER?: unknown
  DB_TYPE_BLOB?: unknown
  getConnection(options: Record<string, unknown>): Promise<OracleConnection>
}
type OracleConnection = {
  execute(
    sql: string,
    values: unknown[],
    options: Record<string, unknown>,
  ): Promise<{ rows?: Record<string, unknown>[]; rowsAffected?: number }>
  close(options?: { drop: boolean }): Promise<void>
  callTimeout?: number
}

const PLACES = {
  text: (n: number) => `:${n}`,
  number: (n: number) => `TO_NUMBER(:${n})`,
  day: (n: number) => `TO_DATE(:${n}, 'YYYY-MM-DD')`,
  time: (n: number) => `TO_TIMESTAMP(:${n}, 'YYYY-MM-DD HH24:MI:SS')`,
  clob: (n: number) => `:${n}`,
  blob: (n: number) => `:${n}`,
} as const

const FORMATS = [
  "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS'",
  "ALTER SESSION SET NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF6'",
  "ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'",
  "ALTER SESSION SET TIME_ZONE = '+08:00'",
]

const ORACLE: Dialect = {
  quote: name => `"${name.replaceAll('"', '""')}"`,
  place: (n, type) => PLACES[type](n + 1),
  // A transaction begins with its first statement.
  begin: [],
  beginSnapshot: ['SET TRANSACTION READ ONLY'],
  commit: 'COMMIT',
  first: (select, rows) => `SELECT * FROM (${select}) WHERE ROWNUM <= ${rows}`,
  print: (columns, rows) =>
    `SELECT COUNT(*) || ':' || NVL(SUM(ORA_HASH(${columns.join(' || CHR(31) || ')})), 0) AS "print" ${rows}`,
  compared: (n, number) => (number ? PLACES.number(n + 1) : `:${n + 1}`),
  emptyIsNull: true,
  describe,
}

async function describe(
  connection: Connection,
  { schema, table }: { schema: string | null; table: string },
): ReturnType<Dialect['describe']> {
  const owner = schema === null ? "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')" : ':2'
  const of = (sql: string) => connection.query({ sql, values: schema === null ? [table] : [table, schema] })
  const columns = await of(
    `SELECT COLUMN_NAME AS "name", CHAR_LENGTH AS "characters", DATA_LENGTH AS "bytes", CHAR_USED AS "used", DATA_TYPE AS "type",
      NULLABLE AS "nullable", DEFAULT_LENGTH AS "preset"
    FROM ALL_TAB_COLUMNS WHERE TABLE_NAME = :1 AND OWNER = ${owner}`,
  )
  if (columns.rows.length === 0) return null
  const uniques = await of(
    `SELECT c.INDEX_NAME AS "index", c.COLUMN_NAME AS "name" FROM ALL_IND_COLUMNS c JOIN ALL_INDEXES i ON i.OWNER = c.INDEX_OWNER AND i.INDEX_NAME = c.INDEX_NAME
      WHERE c.TABLE_NAME = :1 AND c.TABLE_OWNER = ${owner} AND i.UNIQUENESS = 'UNIQUE'`,
  )
  return {
    columns: columns.rows.map(({ name, characters, bytes, used, type, nullable, preset }) => {
      const isText = /CHAR/.test(String(type))
      return {
        name: String(name),
        characters: isText && used === 'C' ? Number(characters) : null,
        bytes: isText && used !== 'C' ? Number(bytes) : null,
        number: /^(NUMBER|FLOAT|INTEGER|INT|DECIMAL|DEC|BIGINT)/.test(String(type)),
        needed: nullable === 'N' && (preset === null || preset === undefined),
      }
    }),
    uniques: Object.values(Object.groupBy(uniques.rows, row => String(row.index))).map((rows = []) =>
      rows.map(row => String(row.name)),
    ),
    transactional: true,
  }
}

/** Numbers of ORA- errors; those of 达梦 are negative. */
const KINDS: readonly [RegExp, FaultKind][] = [
  [/^(1|-6602)$/, 'unique'],
  [/^(1400|1401|1407|1438|1461|1722|1830|1840|1843|1858|1861|2290|2291|2292|12899|20\d{3}|-6[16]\d\d)$/, 'value'],
  [/^(54|60|8177|30006|1013)$/, 'busy'],
  [/^(900|903|904|911|942|1017|1031|1045|12514|28000|-2106|-2501|-2207)$/, 'setup'],
]

const PACKAGES = {
  oracle: { name: 'oracledb', port: 1521 },
  dameng: { name: 'dmdb', port: 5236 },
} as const

/** Problem: `config.invalid` when the package is not installed. */
export async function createOracle(which: keyof typeof PACKAGES, options: DriverOptions): Promise<Driver> {
  const { name, port } = PACKAGES[which]
  let library: OracleLike
  try {
    const loaded = (await import(name)) as { default?: OracleLike } & OracleLike
    library = loaded.default ?? loaded
  } catch {
    throw new ProblemError('config.invalid', `database.dialect: the package ${name} is needed beside the program`)
  }
  const { host, user, password, database, tls, statementMs } = options
  const at = `${host}:${options.port ?? port}`
  const target =
    which === 'oracle'
      ? { user, password, connectString: `${tls === null ? '' : 'tcps://'}${at}/${database ?? ''}` }
      : { connectString: `dm://${encodeURIComponent(user ?? '')}:${encodeURIComponent(password ?? '')}@${at}` }
  return {
    dialect: ORACLE,
    pipelines: false,
    async connect() {
      try {
        const client = await library.getConnection(target)
        client.callTimeout = statementMs
        const connection = connectionOf(library, client)
        if (which === 'oracle') for (const sql of FORMATS) await connection.query({ sql, values: [] })
        return connection
      } catch (error) {
        throw faultOf(error)
      }
    },
  }
}

function connectionOf(library: OracleLike, client: OracleConnection): Connection {
  const { OUT_FORMAT_OBJECT, STRING, BUFFER, DB_TYPE_BLOB } = library
  const options = {
    outFormat: OUT_FORMAT_OBJECT,
    autoCommit: false,
    fetchTypeHandler: ({ dbType }: { dbType: unknown }) => ({ type: dbType === DB_TYPE_BLOB ? BUFFER : STRING }),
  }
  return {
    async query({ sql, values }) {
      try {
        const sent = values.map(value => (value instanceof Uint8Array ? Buffer.from(value) : value))
        const { rows, rowsAffected } = await client.execute(sql, sent, options)
        return { rows: (rows ?? []).map(textsOf), changed: rowsAffected ?? rows?.length ?? 0 }
      } catch (error) {
        throw faultOf(error)
      }
    },
    destroy: () => void client.close({ drop: true }).catch(() => {}),
  }
}

const textsOf = (row: Record<string, unknown>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)]))

function faultOf(error: unknown): DatabaseFault {
  if (error instanceof DatabaseFault) return error
  const { errorNum, errCode, message } = error as { errorNum?: unknown; errCode?: unknown; message?: unknown }
  const text = typeof message === 'string' ? message : ''
  const number = String(errorNum ?? errCode ?? /(?:ORA-|\[)(-?\d+)/.exec(text)?.[1] ?? '').replace(/^0+(?=\d)/, '')
  const code = /^-?\d{1,6}$/.test(number) ? number : 'no code'
  const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1] ?? 'lost'
  return new DatabaseFault(kind, code, {
    // ORA-12899: value too large for column "S"."T"."C" (actual: 5, maximum: 3); ORA-01400: cannot insert NULL into ("S"."T"."C")
    column: nameOf(/"[^"]+"\."[^"]+"\."([^"]+)"/.exec(text)?.[1]),
    constraint: nameOf(/constraint \(([^)]+)\)/.exec(text)?.[1]),
  })
}
