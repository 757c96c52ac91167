import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CHECKPOINT_LIMITS, type CheckpointWork, createCheckpointer, startThread } from './checkpoint.ts'
import { openSqlite } from './sqlite.ts'
import { type Connection, openConnection } from './sqlite-connection.ts'

const PAGE = 4096
let folder = ''
let path = ''
let writer: Connection

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-checkpoint-'))
  path = join(folder, 'store.db')
  await writeFile(path, '')
  writer = openConnection(path, ['journal_mode = WAL', 'synchronous = OFF', 'wal_autocheckpoint = 0'], 'write')
  writer.run('CREATE TABLE t (x TEXT NOT NULL)', [])
})
afterEach(async () => {
  writer.close()
  await rm(folder, { recursive: true, force: true })
})

const write = () => writer.run('INSERT INTO t (x) VALUES (?)', ['x'.repeat(PAGE)])
/** Pages that stand in the file, and not in its log alone. */
const inFile = async () => (await stat(path)).size / PAGE
/** Pages of the log, which this writes back. */
const inLog = () => writer.query<{ log: number }>('PRAGMA wal_checkpoint(PASSIVE)', [])[0]?.log

function commit(checkpointer: { committed(): void }, times: number): void {
  for (let time = 0; time < times; time++) {
    write()
    checkpointer.committed()
  }
}

test('the log is written back by a thread of its own after so many commits and not one earlier; the next write begins it anew', async () => {
  const checkpointer = createCheckpointer(path)
  commit(checkpointer, CHECKPOINT_LIMITS.commits - 1)
  await checkpointer.quiet()
  expect(await inFile()).toBeLessThan(2)
  commit(checkpointer, 1)
  await checkpointer.quiet()
  expect(await inFile()).toBeGreaterThan(CHECKPOINT_LIMITS.commits)
  write()
  expect(inLog()).toBeLessThan(10)
  await checkpointer.end()
})

test('one order at a time; what is committed meanwhile counts for the next', async () => {
  const begun: Worker[] = []
  const checkpointer = createCheckpointer(path, work => {
    const worker = startThread(work)
    begun.push(worker)
    return worker
  })
  commit(checkpointer, 3 * CHECKPOINT_LIMITS.commits)
  expect(begun).toHaveLength(1)
  await checkpointer.quiet()
  expect(await inFile()).toBeGreaterThan(CHECKPOINT_LIMITS.commits)
  commit(checkpointer, 1)
  await checkpointer.quiet()
  expect([begun.length, (await inFile()) > 3 * CHECKPOINT_LIMITS.commits]).toEqual([1, true])
  await checkpointer.end()
})

test('a thread without orders ends, and another one begins with the next', async () => {
  const begun: Worker[] = []
  const hasty = (work: CheckpointWork) => {
    const worker = startThread({ ...work, idle: 1 })
    begun.push(worker)
    return worker
  }
  const checkpointer = createCheckpointer(path, hasty)
  for (const turn of [1, 2]) {
    commit(checkpointer, CHECKPOINT_LIMITS.commits)
    const [worker] = begun.slice(-1)
    if (worker === undefined) throw new Error('no thread began')
    await once(worker, 'exit')
    expect([begun.length, (await inFile()) > turn * CHECKPOINT_LIMITS.commits]).toEqual([turn, true])
  }
  await checkpointer.end()
})

test('one that cannot be keeps nothing waiting, and the next is tried again', async () => {
  const begun: Worker[] = []
  const elsewhere = (work: CheckpointWork) => {
    const worker = startThread({ ...work, path: begun.length === 0 ? folder : path })
    begun.push(worker)
    return worker
  }
  const checkpointer = createCheckpointer(path, elsewhere)
  commit(checkpointer, CHECKPOINT_LIMITS.commits)
  await checkpointer.quiet()
  expect(await inFile()).toBeLessThan(2)
  commit(checkpointer, CHECKPOINT_LIMITS.commits)
  await checkpointer.quiet()
  expect([begun.length, (await inFile()) > 2 * CHECKPOINT_LIMITS.commits]).toEqual([2, true])
  await checkpointer.end()
})

test('after its end none begins, and nobody holds the log any more', async () => {
  const checkpointer = createCheckpointer(path)
  commit(checkpointer, CHECKPOINT_LIMITS.commits)
  await checkpointer.end()
  commit(checkpointer, 2 * CHECKPOINT_LIMITS.commits)
  await checkpointer.quiet()
  writer.close()
  expect(await readdir(folder)).toEqual(['store.db'])
  writer = openConnection(path, [], 'write')
  expect(writer.query('SELECT count(*) AS n FROM t', [])).toEqual([{ n: 3 * CHECKPOINT_LIMITS.commits }])
})

test('a store is scrubbed while its log is written back, and closes with the thread', async () => {
  const store = join(folder, 'whole.db')
  const db = openSqlite(store)
  await db.transaction(tx => tx.run('CREATE TABLE t (x TEXT NOT NULL)'))
  for (let no = 1; no < CHECKPOINT_LIMITS.commits; no++)
    await db.transaction(tx => tx.run('INSERT INTO t (x) VALUES (?)', ['x'.repeat(PAGE)]))
  expect((await stat(`${store}-wal`)).size).toBeGreaterThan(PAGE * CHECKPOINT_LIMITS.commits)
  expect(await db.scrub()).toBe(true)
  expect((await stat(`${store}-wal`)).size).toBe(0)
  await db.close()
  expect((await readdir(folder)).filter(name => name.startsWith('whole'))).toEqual(['whole.db'])
})
