/** Stores of every schema that ever landed, by the texts of their migrations as they were. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Database } from '../database.ts'
import { judgeSchema, type Migration, migrate } from '../migrate.ts'
import { openSqlite } from '../sqlite.ts'
import { PAST } from './former.ts'
import { MIGRATIONS } from './index.ts'

type Histories = { texts: Record<string, Migration>; chains: { commit: string; applied: string[] }[] }
const FILE = new URL('../../../../test/fixtures/histories.json.gz', import.meta.url)
const { texts, chains } = JSON.parse(gunzipSync(await readFile(FILE)).toString('utf8')) as Histories

const chainOf = (applied: readonly string[]): Migration[] =>
  applied.map(sum => {
    const text = texts[sum]
    if (text === undefined) throw new Error(`no text ${sum}`)
    return text
  })

async function storeOf(applied: readonly string[]): Promise<Database> {
  const db = openSqlite(':memory:')
  await migrate(db, chainOf(applied), () => 1)
  return db
}

const words = (sql: string): string => sql.replaceAll(/\s+/g, ' ')

/** Tables with their columns in the order of their names, and every index: columns that came by a bridge stand last. */
async function schemaOf(db: Database) {
  const tables = await db.query<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  )
  const columns = []
  for (const { name, sql } of tables) {
    const rows = await db.query(
      `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo('${name}') ORDER BY name`,
    )
    columns.push({
      name,
      rows,
      checks: [...words(sql).matchAll(/CHECK \(.*?\)\)|WITHOUT ROWID/g)].map(([text]) => text),
    })
  }
  const indexes = await db.query<{ name: string; sql: string | null }>(
    `SELECT name, sql FROM sqlite_schema WHERE type NOT IN ('table') ORDER BY name`,
  )
  return { columns, indexes: indexes.map(({ name, sql }) => ({ name, sql: sql === null ? null : words(sql) })) }
}

const fresh = await (async () => {
  const db = openSqlite(':memory:')
  await migrate(db, MIGRATIONS, () => 1)
  return schemaOf(db).finally(() => db.close())
})()

test.each(chains)('a store of $commit becomes what a new store is', async ({ applied }) => {
  const db = await storeOf(applied)
  await judgeSchema(db, MIGRATIONS, PAST)
  await migrate(db, MIGRATIONS, () => 2, PAST)
  expect(await schemaOf(db)).toEqual(fresh)
  const sums = MIGRATIONS.map(({ sql }) => createHash('sha256').update(sql).digest('hex'))
  expect(await db.query('SELECT version, checksum FROM schema_migrations ORDER BY version')).toEqual(
    MIGRATIONS.map(({ version }, index) => ({ version, checksum: sums[index] })),
  )
  expect(await migrate(db, MIGRATIONS, () => 3, PAST)).toBe(0)
  await db.close()
})

test('each former text is one that landed', () => {
  expect(chains.length).toBeGreaterThan(40)
  for (const { version, checksum } of PAST.former)
    expect(texts[checksum.slice(0, 12)], `migration ${version}`).toMatchObject({ version })
})
