import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from './database.ts'
import { judgeSchema, type Migration, migrate, type Past } from './migrate.ts'
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
      problem: { code: expect.stringMatching(/^store\.(foreign|newer)$/) },
    })
    expect(await history()).toHaveLength(2)
  })

  describe('with a past', () => {
    const OLD: Migration = { ...FIRST, sql: 'CREATE TABLE a (x INTEGER);' }
    const THIRD: Migration = { version: 3, name: 'third', sql: 'CREATE TABLE c (x INTEGER);' }
    const sum = createHash('sha256').update(OLD.sql).digest('hex')
    const past: Past = {
      former: [{ version: 1, checksum: sum, bridge: 'CREATE INDEX a_x ON a (x);' }],
      inOrderFrom: 3,
    }
    const indexes = () => db.query(`SELECT name FROM sqlite_schema WHERE type = 'index'`)

    test('a text that was known is bridged once, before what comes after it, and counts as the present one', async () => {
      await migrate(db, [OLD], now)
      const uses: Migration = { ...SECOND, sql: 'DROP INDEX a_x; CREATE INDEX a_y ON a (x);' }
      expect(await migrate(db, [FIRST, uses], now, past)).toBe(2)
      expect(await indexes()).toEqual([{ name: 'a_y' }])
      expect(await migrate(db, [FIRST, uses], now)).toBe(0)
    })

    test('a bridge that fails leaves the former text, and the next start tries again', async () => {
      await migrate(db, [OLD], now)
      const broken: Past = { ...past, former: [{ version: 1, checksum: sum, bridge: 'DROP INDEX nowhere;' }] }
      await expect(migrate(db, [FIRST], now, broken)).rejects.toThrow(/nowhere/)
      expect(await migrate(db, [FIRST], now, past)).toBe(1)
    })

    test.each([
      ['just below where order begins is made up for', 3, [FIRST, SECOND, THIRD], null],
      ['from where order begins on is refused', 2, [FIRST, SECOND, THIRD], 'store.foreign'],
    ])('one passed over %s', async (_, inOrderFrom, list, code) => {
      await migrate(db, [FIRST, THIRD], now)
      const outcome = migrate(db, list, now, { former: [], inOrderFrom })
      if (code === null) expect(await outcome).toBe(1)
      else await expect(outcome).rejects.toMatchObject({ problem: { code } })
    })

    test('a database with tables of something else is refused, and left as it is', async () => {
      await db.transaction(tx => tx.run('CREATE TABLE other (x INTEGER)'))
      await expect(migrate(db, [FIRST], now)).rejects.toMatchObject({ problem: { code: 'store.foreign' } })
      expect(await tables()).toEqual(['other'])
    })

    test('data that a migration does not fit are named with it', async () => {
      await migrate(db, [FIRST], now)
      await db.transaction(tx => tx.run('INSERT INTO a (x) VALUES (1), (1)'))
      const once: Migration = { ...SECOND, sql: 'CREATE UNIQUE INDEX a_once ON a (x);' }
      await expect(migrate(db, [FIRST, once], now)).rejects.toMatchObject({
        problem: { code: 'store.foreign', detail: 'migration 2 second: UNIQUE constraint failed: a.x' },
      })
    })

    test('a judgement is that of the start, and changes nothing', async () => {
      await expect(judgeSchema(db, [FIRST], past)).rejects.toMatchObject({ problem: { code: 'store.foreign' } })
      expect(await tables()).toEqual([])
      await migrate(db, [OLD], now)
      await judgeSchema(db, [FIRST, SECOND], past)
      await expect(judgeSchema(db, [FIRST], { ...past, former: [] })).rejects.toMatchObject({
        problem: { code: 'store.foreign', detail: 'migration 1 first is not one of this program' },
      })
      expect(await indexes()).toEqual([])
    })
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
