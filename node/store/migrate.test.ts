import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from './database.ts'
import { type Migration, migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { openSqlite } from './sqlite.ts'

const FIRST: Migration = { version: 1, name: 'first', sql: 'CREATE TABLE a (x INTEGER);\nCREATE INDEX a_x ON a (x);\n' }
const SECOND: Migration = { version: 2, name: 'second', sql: 'ALTER TABLE a ADD COLUMN y TEXT;' }
const now = () => 1_795_000_000_000

let db: Database
beforeEach(() => {
  db = openSqlite(':memory:')
})
afterEach(() => db.close())

const history = () => db.query('SELECT version, name, applied_at FROM schema_migrations ORDER BY version')
const tables = async () =>
  (await db.query<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)).map(
    row => row.name,
  )

describe('migrations', () => {
  test('are applied once, in order, and recorded', async () => {
    expect(await migrate(db, [FIRST], now)).toBe(1)
    expect(await migrate(db, [FIRST, SECOND], now)).toBe(1)
    expect(await migrate(db, [FIRST, SECOND], now)).toBe(0)
    expect(await history()).toEqual([
      { version: 1, name: 'first', applied_at: now() },
      { version: 2, name: 'second', applied_at: now() },
    ])
    await db.transaction(tx => tx.run('INSERT INTO a (x, y) VALUES (?, ?)', [1, 'y']))
  })

  test('one that fails leaves nothing of itself, and those before it stand', async () => {
    const broken: Migration = {
      version: 2,
      name: 'broken',
      sql: 'CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1);',
    }
    await expect(migrate(db, [FIRST, broken], now)).rejects.toThrow(/no such table: nowhere/)
    expect(await tables()).toEqual(['a', 'schema_migrations'])
    expect(await migrate(db, [FIRST, SECOND], now)).toBe(1)
  })

  test('several statements on one line all count', async () => {
    await migrate(
      db,
      [{ version: 1, name: 'line', sql: `CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT DEFAULT ';')` }],
      now,
    )
    expect(await tables()).toEqual(['a', 'b', 'schema_migrations'])
  })

  test('a schema newer than the program is refused', async () => {
    await migrate(db, [FIRST, SECOND], now)
    await expect(migrate(db, [FIRST], now)).rejects.toMatchObject({
      problem: { code: 'store.newer', detail: 'schema 2, program 1' },
    })
  })

  test.each([
    ['that was changed after it was applied', [{ ...FIRST, sql: `${FIRST.sql}-- better` }, SECOND]],
    [
      'that was put before an applied one',
      [
        { ...FIRST, version: 1 },
        { ...SECOND, version: 2 },
        { ...SECOND, version: 3 },
      ],
    ],
    ['that was taken away', [SECOND, { ...SECOND, version: 3 }]],
  ])('one %s is refused', async (_, list) => {
    await migrate(db, [FIRST, { ...SECOND, version: 3 }], now)
    await expect(migrate(db, list, now)).rejects.toMatchObject({
      problem: { code: expect.stringMatching(/internal|newer/) },
    })
    expect(await history()).toHaveLength(2)
  })

  test.each([
    ['out of order', [SECOND, FIRST]],
    ['twice', [FIRST, FIRST]],
    ['below one', [{ ...FIRST, version: 0 }]],
    ['not whole', [{ ...FIRST, version: 1.5 }]],
  ])('numbers %s are refused before anything runs', async (_, list) => {
    await expect(migrate(db, list, now)).rejects.toMatchObject({ problem: { code: 'internal' } })
    expect(await tables()).toEqual([])
  })

  test('the own list applies to an empty store', async () => {
    expect(await migrate(db, MIGRATIONS, now)).toBe(MIGRATIONS.length)
    expect(MIGRATIONS.length).toBeGreaterThan(0)
    expect(await migrate(db, MIGRATIONS, now)).toBe(0)
  })

  test('answers that were kept open are overwritten in the file, not only let go', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tongban-migrate-'))
    const file = join(folder, 'node.sqlite')
    const holds = async () => {
      const files = await Promise.all((await readdir(folder)).map(name => readFile(join(folder, name))))
      return files.some(bytes => bytes.includes('11010519491231002X'))
    }
    const before = openSqlite(file)
    await migrate(
      before,
      MIGRATIONS.filter(({ version }) => version < 20),
      now,
    )
    await before.transaction(tx =>
      tx.run(
        `INSERT INTO idempotency (person, key, request_hash, status, body, at) VALUES ('p', 'k', x'00', 200, ?, 1)`,
        ['{"idNumber":"11010519491231002X"}'],
      ),
    )
    await before.close()
    expect(await holds()).toBe(true)
    const after = openSqlite(file)
    await migrate(after, MIGRATIONS, now)
    await after.close()
    expect(await holds()).toBe(false)
    await rm(folder, { recursive: true })
  })
})
