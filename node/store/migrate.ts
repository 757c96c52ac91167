/** Schema changes: numbered, forward only, each in a transaction of its own at start; a newer schema is refused. */
import { createHash } from 'node:crypto'
import { ProblemError } from '../../protocol/problem.ts'
import type { Database } from './database.ts'
import { statementsOf } from './sql.ts'

export type Migration = { version: number; name: string /** statements, each ended by `;` */; sql: string }

type Applied = { version: number; name: string; checksum: string }

const checksum = (sql: string): string => createHash('sha256').update(sql).digest('hex')

/**
 * Brings the schema up to the last migration; how many were applied. `now` in ms.
 * Problems: `store.newer`; `internal` when an applied migration was changed, or one was put before it.
 */
export async function migrate(db: Database, migrations: readonly Migration[], now: () => number): Promise<number> {
  for (const [index, { version, name }] of migrations.entries()) {
    if (!Number.isSafeInteger(version) || version <= (migrations[index - 1]?.version ?? 0))
      throw new ProblemError('internal', `migration ${version} ${name} is out of order`)
  }
  await db.transaction(tx =>
    tx.run(
      'CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL)',
    ),
  )
  const due = dueAfter(
    await db.query<Applied>('SELECT version, name, checksum FROM schema_migrations ORDER BY version'),
    migrations,
  )
  for (const { version, name, sql } of due) {
    await db.transaction(async tx => {
      for (const statement of statementsOf(sql)) await tx.run(statement)
      await tx.run('INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)', [
        version,
        name,
        checksum(sql),
        now(),
      ])
    })
  }
  return due.length
}

/** What is still to be applied; refuses a history that is not the beginning of the list. */
function dueAfter(applied: readonly Applied[], migrations: readonly Migration[]): readonly Migration[] {
  const program = migrations.at(-1)?.version ?? 0
  const schema = applied.at(-1)?.version ?? 0
  if (schema > program) throw new ProblemError('store.newer', `schema ${schema}, program ${program}`)
  for (const [index, row] of applied.entries()) {
    const migration = migrations[index]
    if (migration?.version !== row.version || checksum(migration.sql) !== row.checksum)
      throw new ProblemError('internal', `migration ${row.version} ${row.name} is not the one that was applied`)
  }
  return migrations.slice(applied.length)
}
