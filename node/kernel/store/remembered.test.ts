import { beforeEach, describe, expect, test } from 'vitest'
import type { Database, Transaction } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { createRemembered } from './remembered.ts'
import { openSqlite } from './sqlite.ts'

describe('what is remembered between transactions', () => {
  let db: Database
  let reads: number
  let remembered: ReturnType<typeof createRemembered<number>>
  beforeEach(async () => {
    db = openSqlite(':memory:')
    reads = 0
    remembered = createRemembered<number>()
    await db.transaction(tx => tx.run('CREATE TABLE counts (n INTEGER NOT NULL)'))
    await db.transaction(tx => tx.run('INSERT INTO counts VALUES (7)'))
  })

  const read = async (tx: Transaction) => {
    reads++
    const [row] = await tx.query<{ n: number }>('SELECT n FROM counts')
    return row?.n ?? 0
  }
  const count = (fails = false) =>
    db.transaction(async tx => {
      const next = (await remembered.get(tx, 'n', read)) + 1
      remembered.set(tx, 'n', next)
      await tx.run('UPDATE counts SET n = ?', [next])
      if (fails) throw new Error('no')
      return next
    })

  test('is read once', async () => {
    expect(await Promise.all([count(), count(), count()])).toEqual([8, 9, 10])
    expect(await count()).toBe(11)
    expect(reads).toBe(1)
  })

  test('is read anew after a rollback, by the next of the same group too', async () => {
    const outcomes = await Promise.allSettled([count(), count(true), count()])
    expect(outcomes.map(outcome => (outcome.status === 'fulfilled' ? outcome.value : 'no'))).toEqual([8, 'no', 9])
    expect(reads).toBe(2)
  })

  test('is read anew when the commit of the group fails', async () => {
    let fails = true
    const commits = createGroupCommit(
      {
        query: () => [],
        run: () => 1,
        begin: () => {},
        commit() {
          if (fails) throw new Error('I/O')
        },
        inTransaction: true,
        rollback: () => {},
        savepoint: () => {},
        releaseSavepoint: () => {},
        rollbackToSavepoint: () => {},
      },
      () => {},
    )
    const next = () =>
      commits.transaction(async tx => {
        const value = (await remembered.get(tx, 'n', async () => 0)) + 1
        remembered.set(tx, 'n', value)
        return value
      })
    await Promise.allSettled([next(), next()])
    fails = false
    expect(await next()).toBe(1)
  })
})
