/** The part of the store's contract that is about backups; `contract.ts` has the whole. */
import { describe, expect, test } from 'vitest'
import type { Database, Transaction } from './database.ts'

type Subject = { database: Database; backupPath: string; openBackup(path: string): Promise<Database> }

/** `current` gives the store of the running test, with the tables `entries` and `sums` of the contract in it. */
export function backupContract(current: () => Subject): void {
  const put = (tx: Transaction, word: string) => tx.run('INSERT INTO entries (word) VALUES (?)', [word])
  const words = async (of: Database) =>
    (await of.query<{ word: string }>('SELECT word FROM entries ORDER BY no')).map(row => row.word)
  const total = async (of: Database) =>
    (await of.query<{ value: number }>(`SELECT value FROM sums WHERE name = 'total'`))[0]?.value

  describe('a backup', () => {
    test('made while transactions run opens and is consistent', async () => {
      let writing = true
      const writer = (async () => {
        for (let i = 0; writing || i < 100; i++) {
          await current().database.transaction(async tx => {
            await tx.run('INSERT INTO entries (bytes) VALUES (?)', [new Uint8Array(5000).fill(i)])
            await tx.run(`UPDATE sums SET value = value + 1 WHERE name = 'total'`)
          })
        }
      })()
      await current().database.transaction(tx => put(tx, 'before'))
      await current().database.backup(current().backupPath)
      writing = false
      await writer
      const copy = await current().openBackup(current().backupPath)
      try {
        const [row] = await copy.query<{ n: number }>('SELECT count(*) AS n FROM entries WHERE bytes IS NOT NULL')
        expect(await total(copy)).toBe(row?.n)
        expect(await copy.query(`SELECT word FROM entries WHERE word = 'before'`)).toHaveLength(1)
        await copy.transaction(tx => put(tx, 'after'))
        expect(await current().database.query(`SELECT word FROM entries WHERE word = 'after'`)).toEqual([])
      } finally {
        await copy.close()
      }
    })

    test('can be made between reads', async () => {
      let made = false
      const backup = current()
        .database.backup(current().backupPath)
        .finally(() => {
          made = true
        })
      while (!made) {
        expect(await total(current().database)).toBe(0)
        await new Promise(resolve => setImmediate(resolve))
        void current().database.query('SELECT 1 AS one')
        await Promise.resolve()
      }
      await backup
    })

    test('never replaces what is there', async () => {
      await current().database.transaction(tx => put(tx, 'first'))
      await current().database.backup(current().backupPath)
      await current().database.transaction(tx => put(tx, 'second'))
      await expect(current().database.backup(current().backupPath)).rejects.toMatchObject({
        problem: { code: 'request.conflict' },
      })
      const copy = await current().openBackup(current().backupPath)
      expect(await words(copy).finally(() => copy.close())).toEqual(['first'])
    })

    test('that cannot be written rejects, and the store goes on', async () => {
      await expect(current().database.backup(`${current().backupPath}/nowhere/at-all`)).rejects.toThrow()
      await current().database.transaction(tx => put(tx, 'a'))
      expect(await words(current().database)).toEqual(['a'])
    })
  })
}
