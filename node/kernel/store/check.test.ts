import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CHECK_LIMITS, checkStore, createDailyCheck } from './check.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { openSqlite } from './sqlite.ts'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-check-'))
  path = join(folder, 'tongban.db')
  const db = openSqlite(path)
  await db.transaction(async tx => {
    await tx.run('CREATE TABLE entries (word TEXT)')
    await tx.run('CREATE INDEX by_word ON entries (word)')
    for (let n = 0; n < 2000; n++) await tx.run('INSERT INTO entries VALUES (?)', [`word ${n}`.repeat(5)])
  })
  await db.close()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Overwrites pages of 4 KiB, from one on. */
async function spoil(from: number, pages: number): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(new Uint8Array(4096 * pages).fill(7), 0, 4096 * pages, 4096 * from)
  await file.close()
}

describe('the store', () => {
  test('that is whole passes, also while it is open', async () => {
    const db = openSqlite(path)
    await checkStore(path)
    await db.close()
  })

  test.each([
    ['a page in the middle', 5, 1],
    ['the first page', 0, 1],
  ])('with %s overwritten is told as damaged', async (_, from, pages) => {
    await spoil(from, pages)
    await expect(checkStore(path)).rejects.toMatchObject({ problem: { code: 'store.damaged' } })
  })

  test('is looked at once a day, and again at once after it was found damaged', async () => {
    let now = 0
    const check = createDailyCheck(path, () => now)
    await check()
    await spoil(5, 1)
    now = CHECK_LIMITS.every - 1
    await check()
    now++
    await expect(check()).rejects.toMatchObject({ problem: { code: 'store.damaged' } })
    await expect(check()).rejects.toMatchObject({ problem: { code: 'store.damaged' } })
  })
})

test('a store whose schema is damaged is told as damaged by whoever opens it', async () => {
  const whole = join(folder, 'schema.db')
  const db = openSqlite(whole)
  await migrate(db, MIGRATIONS, () => 0)
  await db.close()
  const file = await open(whole, 'r+')
  const { size } = await file.stat()
  await file.write(new Uint8Array(size - 4096).fill(7), 0, size - 4096, 4096)
  await file.close()
  expect(() => openSqlite(whole)).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ code: 'store.damaged' }) as unknown }),
  )
})
