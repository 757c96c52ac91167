/** Schema changes: numbered, forward only, each in a transaction of its own at start; a newer schema is refused. */
import { createHash } from 'node:crypto'
import { ProblemError } from '../../protocol/problem.ts'
import type { Database } from './database.ts'

export type Migration = {
  version: number
  name: string /** statements, each ended by `;` and a line break */
  sql: string
}

const checksum = (sql: string): string => createHash('sha256').update(sql).digest('hex')

/** Brings the schema up to the last migration. Problems: `store.newer`; `internal` when an applied migration was changed. */
export async function migrate(db: Database, migrations: readonly Migration[], now: () => number): Promise<number> {
  await db.transaction(tx =>
    tx.run(
      'CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL)',
    ),
  )
  const applied = await db.query<{ version: number; name: string; checksum: string }>(
    'SELECT version, name, checksum FROM schema_migrations ORDER BY version',
  )
  const newest = migrations.at(-1)?.version ?? 0
  const beyond = applied.find(row => row.version > newest)
  if (beyond !== undefined) throw new ProblemError('store.newer', `schema ${beyond.version}, program ${newest}`)
  for (const row of applied) {
    const migration = migrations.find(entry => entry.version === row.version)
    if (migration === undefined || checksum(migration.sql) !== row.checksum) {
      throw new ProblemError('internal', `migration ${row.version} ${row.name} is not the one that was applied`)
    }
  }
  const done = new Set(applied.map(row => row.version))
  const due = migrations.filter(migration => !done.has(migration.version))
  for (const migration of due) {
    await db.transaction(async tx => {
      for (const statement of migration.sql.split(/;\s*\n/)) {
        if (statement.trim() !== '') await tx.run(statement)
      }
      await tx.run('INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)', [
        migration.version,
        migration.name,
        checksum(migration.sql),
        now(),
      ])
    })
  }
  return due.length
}
