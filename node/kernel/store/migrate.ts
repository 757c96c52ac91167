/** Schema changes: numbered, forward only, each in a transaction of its own at start; a store of another program is refused. */
import { createHash } from 'node:crypto'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Database } from './database.ts'
import { statementsOf } from './sql.ts'

export type Migration = {
  version: number
  name: string
  /** statements, each ended by `;` */
  sql: string
}

/** A text that a migration had when it landed, and what brings a store that has it to what the present text does. */
export type FormerText = {
  version: number
  /** of that text */
  checksum: string
  bridge: string
}

/** What landed otherwise than it stands now; `inOrderFrom`: migrations below it were put in before applied ones. */
export type Past = { former: readonly FormerText[]; inOrderFrom: number }
const NO_PAST: Past = { former: [], inOrderFrom: 1 }

type Applied = { version: number; name: string; checksum: string }
type Step = { version: number; name: string; statements: string; checksum: string; bridges: boolean }

const checksum = (sql: string): string => createHash('sha256').update(sql).digest('hex')

/**
 * Brings the schema up to the last migration; how many were applied or bridged. `now` in ms.
 * Problems, before anything is changed: `store.newer`; `store.foreign` for a history that is not one of this program.
 */
export async function migrate(
  db: Database,
  migrations: readonly Migration[],
  now: () => number,
  past: Past = NO_PAST,
): Promise<number> {
  const steps = stepsAfter(await appliedTo(db), migrations, past)
  if (steps.length === 0) return 0
  await db.transaction(tx =>
    tx.run(
      'CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL)',
    ),
  )
  for (const { version, name, statements, checksum: sum, bridges } of steps) {
    await db.transaction(async tx => {
      for (const statement of statementsOf(statements))
        await tx.run(statement).catch(error => Promise.reject(unfit(error, `migration ${version} ${name}`)))
      if (bridges) await tx.run('UPDATE schema_migrations SET checksum = ? WHERE version = ?', [sum, version])
      else
        await tx.run('INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)', [
          version,
          name,
          sum,
          now(),
        ])
    })
  }
  return steps.length
}

/** What the data do not allow is told as such; a full disk, say, stays what it is. */
function unfit(error: unknown, step: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^SQLITE_(ERROR|CONSTRAINT|MISMATCH)/.test(code)
    ? new ProblemError('store.foreign', `${step}: ${(error as Error).message}`, { cause: error })
    : error
}

/** Whether a start would take the store, which is only read. Problems: `store.newer`, `store.foreign`. */
export async function judgeSchema(
  db: Pick<Database, 'query'>,
  migrations: readonly Migration[],
  past: Past,
): Promise<void> {
  const applied = await appliedTo(db)
  if (applied.length === 0) throw new ProblemError('store.foreign', 'no migration was applied')
  stepsAfter(applied, migrations, past)
}

async function appliedTo(db: Pick<Database, 'query'>): Promise<Applied[]> {
  const tables = await db.query<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  )
  const applied = tables.some(({ name }) => name === 'schema_migrations')
    ? await db.query<Applied>('SELECT version, name, checksum FROM schema_migrations ORDER BY version')
    : []
  if (applied.length === 0 && tables.some(({ name }) => name !== 'schema_migrations'))
    throw new ProblemError('store.foreign', 'tables, and no migration that made them')
  return applied
}

/** What is still to be done, bridges first: what comes after them builds on the present texts. */
function stepsAfter(
  applied: readonly Applied[],
  migrations: readonly Migration[],
  { former, inOrderFrom }: Past,
): readonly Step[] {
  for (const [index, { version, name }] of migrations.entries()) {
    if (!Number.isSafeInteger(version) || version <= (migrations[index - 1]?.version ?? 0))
      throw new ProblemError('internal', `migration ${version} ${name} is out of order`)
  }
  const program = migrations.at(-1)?.version ?? 0
  const schema = applied.at(-1)?.version ?? 0
  if (schema > program) throw new ProblemError('store.newer', `schema ${schema}, program ${program}`)
  const known = new Map(migrations.map(migration => [migration.version, migration]))
  const bridges = applied.flatMap(row => {
    const migration = known.get(row.version)
    const present = migration === undefined ? null : checksum(migration.sql)
    if (present === row.checksum) return []
    const bridge = former.find(text => text.version === row.version && text.checksum === row.checksum)
    if (migration === undefined || present === null || bridge === undefined)
      throw new ProblemError('store.foreign', `migration ${row.version} ${row.name} is not one of this program`)
    return [{ ...migration, statements: bridge.bridge, checksum: present, bridges: true }]
  })
  const held = new Set(applied.map(({ version }) => version))
  const due = migrations.filter(({ version }) => !held.has(version))
  for (const { version, name } of due)
    if (version < schema && version >= inOrderFrom)
      throw new ProblemError('store.foreign', `migration ${version} ${name} was passed over`)
  return [
    ...bridges,
    ...due.map(migration => ({
      ...migration,
      statements: migration.sql,
      checksum: checksum(migration.sql),
      bridges: false,
    })),
  ]
}
