/** A store of its own for each test: the real SQLite engine in memory, with the whole schema. */
import type { Database } from '../../node/store/database.ts'
import { migrate } from '../../node/store/migrate.ts'
import { MIGRATIONS } from '../../node/store/migrations/index.ts'
import { openSqlite } from '../../node/store/sqlite.ts'

export async function openTestStore(path = ':memory:'): Promise<Database> {
  const store = openSqlite(path)
  await migrate(store, MIGRATIONS, () => 0)
  return store
}
