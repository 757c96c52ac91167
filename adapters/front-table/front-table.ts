/**
 * The front-table adapter (前置库): hands packets to an outside approval system as rows of exchange tables, and reads its answers from
 * others. One packet is one transaction, once, by a unique key of the database. One attempt a call: the node retries. May import the
 * adapter SDK and protocol/.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ProblemError } from '../../protocol/problem.ts'
import { type Adapter, type Call, compileTemplate, configFaults, createLacking, type Template } from '../sdk/index.ts'
import { compilePlan, ROW_VARIABLES } from './compile.ts'
import { type DatabaseConfig, FrontTableConfig } from './config.ts'
import { createDeliver } from './deliver.ts'
import { DatabaseFault, type Driver, type DriverOptions } from './driver.ts'
import { createPoller } from './events.ts'
import { saying } from './faults.ts'
import type { FrontTablePlan } from './plan.ts'
import { createPool } from './pool.ts'
import { withPreset } from './presets.ts'
import { createStatements } from './statements.ts'
import { createTables } from './tables.ts'

export type FrontTableOptions = {
  /** as `config.schema.json` describes it */
  config: unknown
  /** values of the secrets that the configuration names */
  secrets: Readonly<Record<string, string>>
  /** paths of the configuration are in this folder */
  folder: string
}

/** Throws `config.invalid` with every place that is wrong, and when the package of a driver is not installed. */
export async function createFrontTableAdapter(options: FrontTableOptions): Promise<Adapter> {
  const prepared = prepareFrontTable(options)
  return adapterOn(prepared, await driverOf(prepared.config.database, prepared.connecting))
}

export type Prepared = { config: FrontTableConfig; plan: FrontTablePlan; connecting: DriverOptions }

/** The configuration, compiled. Throws `config.invalid` with every place that is wrong. */
export function prepareFrontTable({ config, secrets, folder }: FrontTableOptions): Prepared {
  const parsed = FrontTableConfig.safeParse(withPreset(config))
  if (!parsed.success) throw new ProblemError('config.invalid', configFaults(parsed.error))
  const { database } = parsed.data
  const emptyIsNull = database.emptyIsNull ?? (database.dialect === 'oracle' || database.dialect === 'dameng')
  const compiled = compilePlan(parsed.data, { folder, emptyIsNull })
  if (!compiled.ok) throw new ProblemError(compiled.problem.code, compiled.problem.detail)
  return { config: parsed.data, plan: compiled.plan, connecting: connectingTo(database, secrets, folder) }
}

export function adapterOn({ config, plan }: Prepared, driver: Driver): Adapter {
  const { database } = config
  const pool = createPool(driver, database.connections)
  const tables = createTables(plan, driver.dialect, pool)
  const statements = createStatements(driver.dialect, tables)
  return {
    kind: 'front-table',
    system: systemOf(database),
    parallel: database.connections,
    ...createDeliver({ plan, pool, tables, statements }),
    ...(plan.sources.length === 0 ? {} : createPoller(plan, pool, tables, statements)),
    check: call => check(tables, call),
    lacking: createLacking(config.dictionaries, functions => {
      const compiled = compileTemplate('register.rows', rowsAsTemplate(config), functions, undefined, ROW_VARIABLES)
      return compiled.ok ? compiled.mapping : null
    }),
    close: async () => pool.close(),
  }
}

/** The expressions of a submit, whatever their columns are. */
const rowsAsTemplate = ({ register }: FrontTableConfig): Template =>
  register.rows.map(({ columns }) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, value]) => [name, typeof value === 'string' ? value : (value.value ?? null)]),
    ),
  )

async function check(tables: ReturnType<typeof createTables>, { signal }: Call): ReturnType<Adapter['check']> {
  try {
    const { faults, notes } = await tables.again(signal)
    if (faults.length > 0) return { ok: false, detail: saying.setup(faults) }
    return notes.length === 0 ? { ok: true } : { ok: true, detail: saying.setup(notes) }
  } catch (error) {
    if (error instanceof DatabaseFault) return { ok: false, detail: saying.unavailable('check', error) }
    throw error
  }
}

const systemOf = ({ dialect, host, port, database, file }: DatabaseConfig): string =>
  dialect === 'sqlite'
    ? `sqlite:${file ?? ''}`
    : `${dialect}://${host ?? ''}${port === undefined ? '' : `:${port}`}/${database ?? ''}`

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/** Problem: `config.invalid`. */
function connectingTo(
  database: DatabaseConfig,
  secrets: Readonly<Record<string, string>>,
  folder: string,
): DriverOptions {
  const { dialect, file, host, port, user, password, tls, allowPlain, statementMs } = database
  const problems: string[] = []
  if (dialect === 'sqlite' && file === undefined) problems.push('database.file: is missing')
  if (dialect !== 'sqlite' && host === undefined) problems.push('database.host: is missing')
  if (password !== undefined && secrets[password.secret] === undefined)
    problems.push(`database.password: there is no secret ${password.secret}`)
  if (dialect !== 'sqlite' && tls === 'off' && !allowPlain && !LOOPBACK.test(host ?? ''))
    problems.push(
      'database.tls: personal data would go in the clear; set tls, or allowPlain where the line itself is closed',
    )
  if (dialect === 'dameng' && tls !== 'off')
    problems.push('database.tls: of dameng it is set up in its client; write "off"')
  let ca: string | null = null
  if (typeof tls === 'object') {
    try {
      ca = readFileSync(resolve(folder, tls.ca), 'utf8')
    } catch {
      problems.push('database.tls.ca: cannot be read')
    }
  }
  if (problems.length > 0) throw new ProblemError('config.invalid', problems.join('; '))
  return {
    host: host ?? '',
    port: port ?? null,
    database: database.database ?? null,
    user: user ?? null,
    password: password === undefined ? null : (secrets[password.secret] ?? null),
    tls: tls === 'off' ? null : { ca },
    file: file === undefined ? null : resolve(folder, file),
    statementMs,
  }
}

/** Drivers are loaded when one is configured. */
export async function driverOf({ dialect }: DatabaseConfig, options: DriverOptions): Promise<Driver> {
  switch (dialect) {
    case 'postgresql':
      return (await import('./drivers/postgresql.ts')).createPostgresql(options)
    case 'mysql':
      return (await import('./drivers/mysql.ts')).createMysql(options)
    case 'sqlite':
      return (await import('./drivers/sqlite.ts')).createSqlite(options)
    default:
      return (await import('./drivers/oracle.ts')).createOracle(dialect, options)
  }
}
