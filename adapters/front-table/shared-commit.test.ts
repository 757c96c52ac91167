/** Writes that share a commit, in a real SQLite: none takes another one with it, and the database commits once for all of them. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Driver, Row, Statement } from './driver.ts'
import { createSqlite } from './drivers/sqlite.ts'
import { createPool, type Pool } from './pool.ts'
import { SHARED_LIMITS } from './shared-commit.ts'
import { startTrial, type Trial } from './trial.ts'

const { signal } = new AbortController()
let trial: Trial
let commits: number
let pool: Pool

/** The driver itself, counted. */
const countedDriver = (): Driver => {
  const driver = createSqlite({
    file: join(trial.folder, 'exchange.sqlite'),
    host: '',
    port: null,
    database: null,
    user: null,
    password: null,
    tls: null,
    statementMs: 1000,
  })
  return {
    ...driver,
    async connect() {
      const connection = await driver.connect()
      return {
        query(statement) {
          if (statement.sql === driver.dialect.commit) commits++
          return connection.query(statement)
        },
        destroy: () => connection.destroy(),
      }
    },
  }
}

beforeEach(() => {
  trial = startTrial(
    'CREATE TABLE rows (k TEXT PRIMARY KEY, n INTEGER CHECK (n < 1000))',
    'CREATE TABLE harsh (k TEXT PRIMARY KEY ON CONFLICT ROLLBACK)',
    'CREATE TABLE child (k TEXT REFERENCES rows (k) DEFERRABLE INITIALLY DEFERRED)',
  )
  commits = 0
  pool = createPool(countedDriver(), 4)
})
afterEach(async () => {
  pool.close()
  await trial.stop()
})

const insert = (k: string, n: number): Statement => ({
  sql: 'INSERT INTO rows (k, n) VALUES (?, ?)',
  values: [k, String(n)],
})
const only = (sql: string, ...values: string[]): Statement => ({ sql, values })
const read = (k: string): Statement => only('SELECT n FROM rows WHERE k = ?', k)
const stored = (table = 'rows') => trial.rows(`SELECT k FROM ${table} ORDER BY k`).map(({ k }) => k)
const kindOf = async (work: Promise<Row[]>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { kind?: string }) => error.kind ?? String(error),
  )

test('what comes at once is committed once, and each is told its own row', async () => {
  const names = Array.from({ length: SHARED_LIMITS.writes }, (_, n) => `k${n}`)
  const rows = await Promise.all(names.map((k, n) => pool.writeAll(signal, [insert(k, n)], read(k))))
  expect(rows).toEqual(names.map((_, n) => [{ n: String(n) }]))
  expect(stored()).toHaveLength(names.length)
  expect(commits).toBe(1)
})

test('one more than a transaction takes is in the next one', async () => {
  const names = Array.from({ length: SHARED_LIMITS.writes + 1 }, (_, n) => `k${n}`)
  await Promise.all(names.map((k, n) => pool.writeAll(signal, [insert(k, n)], null)))
  expect(stored()).toHaveLength(names.length)
  expect(commits).toBe(2)
})

test('what the database refuses of one is undone whole, and is nothing to the others', async () => {
  const kinds = await Promise.all([
    kindOf(pool.writeAll(signal, [insert('a', 1)], null)),
    kindOf(pool.writeAll(signal, [insert('b', 2), insert('a', 3)], null)),
    kindOf(pool.writeAll(signal, [insert('c', 4), insert('d', 5000)], null)),
    kindOf(pool.writeAll(signal, [insert('e', 6)], null)),
  ])
  expect(kinds).toEqual(['done', 'unique', 'value', 'done'])
  expect(stored()).toEqual(['a', 'e'])
})

test('a rule that undoes the whole transaction holds for the one that broke it', async () => {
  await pool.writeAll(signal, [only('INSERT INTO harsh VALUES (?)', 'a')], null)
  const kinds = await Promise.all([
    kindOf(pool.writeAll(signal, [insert('a', 1)], null)),
    kindOf(pool.writeAll(signal, [insert('b', 2), only('INSERT INTO harsh VALUES (?)', 'a')], null)),
    kindOf(pool.writeAll(signal, [insert('c', 3)], null)),
  ])
  expect(kinds).toEqual(['done', 'unique', 'done'])
  expect(stored()).toEqual(['a', 'c'])
})

test('a rule that is asked at the commit holds for the one that broke it', async () => {
  const kinds = await Promise.all([
    kindOf(pool.writeAll(signal, [insert('a', 1)], null)),
    kindOf(pool.writeAll(signal, [insert('b', 2), only('INSERT INTO child VALUES (?)', 'nobody')], null)),
    kindOf(pool.writeAll(signal, [insert('c', 3), only('INSERT INTO child VALUES (?)', 'c')], null)),
  ])
  expect(kinds).toEqual(['done', 'value', 'done'])
  expect(stored()).toEqual(['a', 'c'])
  expect(stored('child')).toEqual(['c'])
})

test('one that is given up before its turn is not written, and leaves the others to theirs', async () => {
  const given = new AbortController()
  const works = [
    kindOf(pool.writeAll(signal, [insert('a', 1)], null)),
    kindOf(pool.writeAll(given.signal, [insert('b', 2)], null)),
  ]
  given.abort()
  expect(await Promise.all(works)).toEqual(['done', 'lost'])
  expect(stored()).toEqual(['a'])
})

test('all of them wait for another one that writes, and are written after it', async () => {
  const other = trial.db
  other.run('BEGIN IMMEDIATE')
  other.run("INSERT INTO rows VALUES ('other', 1)")
  let pauses = 0
  const patient = createPool(countedDriver(), 1, async () => {
    if (++pauses === 2) other.run('COMMIT')
  })
  const works = ['a', 'b'].map(k => kindOf(patient.writeAll(signal, [insert(k, 1)], null)))
  expect(await Promise.all(works)).toEqual(['done', 'done'])
  patient.close()
  expect([stored(), pauses]).toEqual([['a', 'b', 'other'], 2])
})
