import { Database as Sqlite } from 'bun:sqlite'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { copyInWorker } from './backup.ts'
import { databaseContract } from './contract.ts'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

let folder = ''
let serial = 0
const fresh = () => join(folder, `store-${++serial}.db`)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-sqlite-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function subject(path: string) {
  const reported: unknown[] = []
  const database = openSqlite(path, { report: error => reported.push(error) })
  return { database, reported, backupPath: fresh(), openBackup: async (copy: string) => openSqlite(copy) }
}

databaseContract('SQLite in a file', async () => subject(fresh()))
databaseContract('SQLite without a name', async () => subject(':memory:'))

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
const pragma = async (db: Database, name: string) =>
  db.transaction(async tx => Object.values((await tx.query(`PRAGMA ${name}`))[0] ?? {})[0])

describe('SQLite', () => {
  test('is set up for durability, and for packets of 1 to 3 KB', async () => {
    const db = openSqlite(fresh())
    const kept = ['journal_mode', 'synchronous', 'page_size', 'wal_autocheckpoint', 'foreign_keys', 'temp_store']
    const values = await Promise.all(kept.map(name => pragma(db, name)))
    expect(values).toEqual(['wal', 2, 4096, 32_000, 1, 2])
    await db.close()
  })

  test('what was deleted stands nowhere in its files once it was scrubbed; a reader that holds on is waited for', async () => {
    const path = fresh()
    const db = openSqlite(path)
    const name = basename(path)
    const found = async () => {
      const names = (await readdir(folder)).filter(file => file.startsWith(name))
      const files = await Promise.all(names.map(file => readFile(join(folder, file))))
      return files.some(bytes => bytes.includes('a word that goes'))
    }
    await db.transaction(tx => tx.run('CREATE TABLE a (x TEXT)'))
    await db.transaction(tx => tx.run('INSERT INTO a (x) VALUES (?)', [`a word that goes${'.'.repeat(20_000)}`]))
    expect(await db.scrub()).toBe(true)
    const reader = new Sqlite(path, { readonly: true })
    reader.run('BEGIN')
    reader.query('SELECT count(*) FROM a').get()
    await db.transaction(tx => tx.run('DELETE FROM a'))
    reader.run('PRAGMA busy_timeout = 0')
    expect([await db.scrub(), await found()]).toEqual([false, true])
    reader.run('COMMIT')
    reader.close()
    const writing = Array.from({ length: 5 }, () => db.transaction(tx => tx.run(`INSERT INTO a (x) VALUES ('b')`)))
    expect(await db.scrub()).toBe(true)
    await Promise.all(writing)
    expect(await found()).toBe(false)
    await db.close()
    await expect(db.scrub()).rejects.toMatchObject({ problem: { code: 'internal' } })
  })

  test('a read sees every commit made before it, by this process at once and by another in the next turn', async () => {
    const path = fresh()
    const db = openSqlite(path)
    const other = openSqlite(path)
    await db.transaction(tx => tx.run('CREATE TABLE a (x INTEGER)'))
    const count = async () => (await db.query<{ n: number }>('SELECT count(*) AS n FROM a'))[0]?.n
    for (let n = 1; n <= 3; n++) {
      expect(await count()).toBe(2 * n - 2)
      await db.transaction(tx => tx.run('INSERT INTO a VALUES (1)'))
      expect(await count()).toBe(2 * n - 1)
      await other.transaction(tx => tx.run('INSERT INTO a VALUES (2)'))
      await new Promise(resolve => setImmediate(resolve))
      expect(await count()).toBe(2 * n)
    }
    await Promise.all([db.close(), other.close()])
  })

  test('keeps its files from others, journals and backups too', async () => {
    const path = fresh()
    const copy = fresh()
    const db = openSqlite(path)
    await db.transaction(tx => tx.run('CREATE TABLE a (x INTEGER)'))
    await db.backup(copy)
    expect(await Promise.all([path, `${path}-wal`, `${path}-shm`, copy].map(modeOf))).toEqual(Array(4).fill('600'))
    await db.close()
    expect((await readdir(folder)).filter(name => /-wal$|-shm$|\.part$/.test(name))).toEqual([])
  })

  test('without a name leaves nothing behind, even while it is open', async () => {
    // A place of its own: others make folders where all do.
    const place = join(folder, 'temporary')
    await mkdir(place)
    const was = process.env.TMPDIR
    process.env.TMPDIR = place
    onTestFinished(() => {
      if (was === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = was
    })
    const db = openSqlite(':memory:')
    expect(tmpdir()).toBe(place)
    await db.transaction(tx => tx.run('CREATE TABLE a (x INTEGER)'))
    expect(await readdir(place)).toEqual([])
    await db.close()
  })

  test('says which file is no store, and why', async () => {
    const path = fresh()
    await writeFile(path, 'x'.repeat(40_000))
    expect(() => openSqlite(path)).toThrow(/store-\d+\.db does not open: file is not a database/)
    expect(() => openSqlite(join(folder, 'nowhere', 'store.db'))).toThrow(/does not open/)
  })

  test('a commit that fails rejects all that shared it, and nothing of them stays', async () => {
    const db = openSqlite(fresh())
    await db.transaction(async tx => {
      await tx.run('CREATE TABLE parents (id INTEGER PRIMARY KEY)')
      await tx.run('CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)')
    })
    const called: string[] = []
    const outcomes = await Promise.allSettled([
      db.transaction(async tx => {
        tx.afterCommit(() => called.push('after'))
        await tx.run('INSERT INTO parents (id) VALUES (1)')
      }),
      db.transaction(tx => tx.run('INSERT INTO children (parent) VALUES (2)')),
    ])
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { message: expect.stringContaining('FOREIGN KEY') } },
      { status: 'rejected', reason: { message: expect.stringContaining('FOREIGN KEY') } },
    ])
    expect(called).toEqual([])
    expect(await db.query('SELECT * FROM parents')).toEqual([])
    await db.transaction(tx => tx.run('INSERT INTO parents (id) VALUES (3)'))
    expect(await db.query('SELECT * FROM parents')).toEqual([{ id: 3 }])
    await db.close()
  })

  test('a full disk fails who needs the room, and the store goes on', async () => {
    const db = openSqlite(fresh())
    await db.transaction(tx => tx.run('CREATE TABLE a (x BLOB)'))
    await db.transaction(tx => tx.query('PRAGMA max_page_count = 10'))
    const outcomes = await Promise.allSettled(
      [100, 1_000_000, 100].map(size =>
        db.transaction(tx => tx.run('INSERT INTO a VALUES (?)', [new Uint8Array(size)])),
      ),
    )
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { problem: { code: 'disk.full' } } })
    const told = outcomes.filter(outcome => outcome.status === 'fulfilled').length
    expect(await db.query('SELECT count(*) AS n FROM a')).toEqual([{ n: told }])
    await db.transaction(tx => tx.run('INSERT INTO a VALUES (?)', [new Uint8Array(100)]))
    await db.close()
  })

  test('another process that keeps the file to itself fails those who wait, and the store goes on', async () => {
    const path = fresh()
    const db = openSqlite(path)
    await db.transaction(tx => tx.run('CREATE TABLE a (x INTEGER)'))
    const { Database: Sqlite } = await import('bun:sqlite')
    const other = new Sqlite(path)
    await db.transaction(tx => tx.query('PRAGMA busy_timeout = 50'))
    other.run('BEGIN IMMEDIATE')
    const outcomes = Promise.allSettled([
      db.transaction(tx => tx.run('INSERT INTO a VALUES (1)')),
      db.transaction(tx => tx.run('INSERT INTO a VALUES (2)')),
    ])
    expect(await outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'SQLITE_BUSY' } },
      { status: 'rejected', reason: { code: 'SQLITE_BUSY' } },
    ])
    other.run('ROLLBACK')
    other.close()
    await db.transaction(tx => tx.run('INSERT INTO a VALUES (3)'))
    expect(await db.query('SELECT x FROM a')).toEqual([{ x: 3 }])
    await db.close()
  })

  test('a backup onto a full disk is refused by that name', async () => {
    const path = fresh()
    const db = openSqlite(path)
    await db.transaction(tx => tx.run('CREATE TABLE a (x BLOB)'))
    await db.transaction(tx => tx.run('INSERT INTO a VALUES (zeroblob(100000))'))
    // The system's own full disk.
    await expect(copyInWorker(path, '/dev/full')).rejects.toMatchObject({ problem: { code: 'disk.full' } })
    await db.close()
  })

  test('a backup of a damaged store fails and leaves no file', async () => {
    const path = fresh()
    const copy = fresh()
    const db = openSqlite(path)
    await db.transaction(async tx => {
      await tx.run('CREATE TABLE a (x BLOB)')
      for (let i = 0; i < 50; i++) await tx.run('INSERT INTO a VALUES (?)', [new Uint8Array(50_000)])
    })
    await db.close()
    const file = await open(path, 'r+')
    await file.write(new Uint8Array(100_000), 0, 100_000, 1_000_000)
    await file.close()
    const damaged = openSqlite(path)
    await expect(damaged.backup(copy)).rejects.toThrow()
    await damaged.close()
    expect((await readdir(folder)).filter(name => join(folder, name).startsWith(copy))).toEqual([])
  })

  test('a statement changes with the schema under it', async () => {
    const db = openSqlite(fresh())
    await db.transaction(async tx => {
      await tx.run('CREATE TABLE a (x INTEGER)')
      await tx.run('INSERT INTO a VALUES (1)')
    })
    expect(await db.query('SELECT * FROM a')).toEqual([{ x: 1 }])
    await db.transaction(tx => tx.run('ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 2'))
    expect(await db.query('SELECT * FROM a')).toEqual([{ x: 1, y: 2 }])
    await db.close()
  })

  test('a statement is planned once, whatever the values are', async () => {
    const schema = ['CREATE TABLE t (x INTEGER, y INTEGER)', 'CREATE INDEX fives ON t (y) WHERE x = 5']
    const explain = 'EXPLAIN QUERY PLAN SELECT y FROM t WHERE x = ?'
    const db = openSqlite(fresh())
    for (const sql of schema) await db.transaction(tx => tx.run(sql))
    const planFor = async (value: number) => (await db.query<{ detail: string }>(explain, [value]))[0]?.detail
    expect(await planFor(5)).toBe(await planFor(6))
    await db.close()
    // What SQLite does by itself, and what it costs a statement to be prepared at each run for it.
    const bare = new Sqlite(':memory:')
    for (const sql of schema) bare.run(sql)
    const statement = bare.prepare<{ detail: string }, [number]>(explain)
    expect(statement.all(5)[0]?.detail).not.toBe(statement.all(6)[0]?.detail)
    bare.close()
  })

  test('more statements than are kept prepared all work', async () => {
    const db = openSqlite(':memory:')
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 1200; i++) expect(await db.query(`SELECT ${i} AS i`)).toEqual([{ i }])
    }
    await db.close()
  })
})

/** Starts `test/support/commit-loop.ts`: it commits pairs of rows without end and prints each number once committed. */
function startLoop(path: string): { child: ChildProcess; told: number[]; reached(count: number): Promise<void> } {
  const script = join(import.meta.dirname, '../../../test/support/commit-loop.ts')
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('no output')
  const told: number[] = []
  let wake = () => {}
  createInterface(child.stdout).on('line', line => {
    told.push(Number(line))
    wake()
  })
  const reached = async (count: number) => {
    while (told.length < count) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
  return { child, told, reached }
}

describe('kill -9', () => {
  test('loses nothing that was told, and no transaction is there by half', async () => {
    const path = fresh()
    const told = new Set<number>()
    for (const count of [1, 40, 400, 1500]) {
      const loop = startLoop(path)
      await loop.reached(count)
      loop.child.kill('SIGKILL')
      await once(loop.child, 'close')
      for (const number of loop.told) told.add(number)
      const db = openSqlite(path)
      const kept = new Set((await db.query<{ n: number }>('SELECT n FROM a')).map(row => row.n))
      expect([...told].filter(number => !kept.has(number))).toEqual([])
      expect(await db.query('SELECT n FROM a EXCEPT SELECT n FROM b')).toEqual([])
      expect(await db.query('SELECT n FROM b EXCEPT SELECT n FROM a')).toEqual([])
      expect(await db.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      await db.close()
    }
    expect(told.size).toBeGreaterThanOrEqual(1941)
  })
})

describe('why not Bun.SQL', () => {
  test('its SQLite adapter loses a write that was made while another caller rolls back', async () => {
    const sql = new Bun.SQL('sqlite://:memory:')
    await sql`CREATE TABLE a (x INTEGER)`
    await sql
      .begin(async tx => {
        await tx`INSERT INTO a VALUES (1)`
        await sql`INSERT INTO a VALUES (2)`
        throw new Error('rolled back')
      })
      .catch(() => {})
    // When this fails, Bun has mended it: look again whether one adapter can serve both engines.
    expect(await sql`SELECT x FROM a`).toHaveLength(0)
    await sql.close()
  })
})
