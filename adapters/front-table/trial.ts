/** A SQLite file with tables of a test, and adapters on it. */
import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Adapter, Delivery } from '../sdk/index.ts'
import { readAnswers, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import type { FrontTableConfigInput } from './config.ts'
import { createFrontTableAdapter } from './front-table.ts'

export type Trial = ReturnType<typeof startTrial>

export function startTrial(...tables: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'tongban-trial-'))
  const file = join(folder, 'exchange.sqlite')
  const db = new Database(file)
  for (const sql of tables) db.run(sql)
  const adapters: Adapter[] = []
  return {
    folder,
    db,
    rows: (sql: string) => db.query<Record<string, unknown>, []>(sql).all(),
    async adapter(
      config: Omit<FrontTableConfigInput, 'database'> & { database?: Partial<FrontTableConfigInput['database']> },
    ) {
      const adapter = await createFrontTableAdapter({
        config: { ...config, database: { dialect: 'sqlite', file, ...config.database } },
        secrets: {},
        folder,
      })
      adapters.push(adapter)
      return adapter
    },
    async stop() {
      for (const adapter of adapters) await adapter.close?.()
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a node makes of one more poll. */
export async function pollOnce(adapter: Adapter, cursor: string | null, now?: number) {
  const { context } = testContext(now === undefined ? {} : { now })
  if (adapter.poll === undefined) throw new Error('it reads no answers')
  const page = await adapter.poll(cursor, context)
  return { ...(await readAnswers(adapter, page.events, context)), given: page.events, cursor: page.cursor }
}

export const CASES =
  'CREATE TABLE cases (k TEXT PRIMARY KEY, a TEXT, b TEXT, n NUMERIC, d TEXT, t TEXT, x BLOB, no TEXT, state TEXT, why TEXT)'
export type Columns = FrontTableConfigInput['register']['rows'][number]['columns']

/** A submit as one row of `cases`. */
export const register = (columns: Columns, more: object = {}): FrontTableConfigInput['register'] => ({
  rows: [{ table: 'cases', key: 'k', columns: { k: 'idempotencyKey', ...columns } }],
  localCaseNo: 'caseNo',
  ...more,
})

export const deliver = (adapter: Adapter, delivery: Delivery = sampleSubmit('one')) =>
  adapter.deliver(delivery, testContext().context)
