/** The part of the store's contract that is about values and statements; `contract.ts` has the whole. */
import { describe, expect, test } from 'vitest'
import type { Database, Value } from './database.ts'

/** `current` gives the store of the running test, with the table `entries` of the contract in it. */
export function valuesContract(current: () => Database): void {
  const words = async () => (await current().query('SELECT word FROM entries ORDER BY no')).map(row => row.word)

  describe('values', () => {
    const roundTrip = (column: string, value: Value) =>
      current().transaction(async tx => {
        await tx.run(`INSERT INTO entries (no, ${column}) VALUES (1, ?)`, [value])
        return (await tx.query(`SELECT ${column} AS value FROM entries`))[0]?.value
      })

    test.each([
      ['bytes', 'bytes', Uint8Array.of(0, 1, 254, 255)],
      ['no bytes at all', 'bytes', new Uint8Array()],
      ['a part of a larger buffer', 'bytes', new Uint8Array([9, 1, 2, 9]).subarray(1, 3)],
      ['null', 'bytes', null],
      ['an empty text', 'word', ''],
      ['text of every plane', 'word', '湖北省十堰市 𠮷野家 é 🏛️ \' " \\ % _ ;'],
      ['text of a megabyte', 'word', '办'.repeat(350_000)],
      ['zero', 'number', 0],
      ['a negative number', 'number', -1],
      ['a time in ms', 'number', 1_795_439_091_805],
      ['the largest safe integer', 'number', Number.MAX_SAFE_INTEGER],
      ['the smallest safe integer', 'number', Number.MIN_SAFE_INTEGER],
    ])('%s comes back as it was given', async (_, column, value) => {
      const got = await roundTrip(column, value)
      expect(got).toStrictEqual(value)
      expect((await current().query(`SELECT ${column} AS value FROM entries`))[0]?.value).toStrictEqual(value)
    })

    test('a Buffer comes back as plain bytes', async () => {
      const got = await roundTrip('bytes', Buffer.from('abc'))
      expect(got).toStrictEqual(new TextEncoder().encode('abc'))
      expect(Buffer.isBuffer(got)).toBe(false)
    })

    test.each([
      ['an integer beyond the safe ones', Number.MAX_SAFE_INTEGER + 1],
      ['one below them', Number.MIN_SAFE_INTEGER - 1],
      ['NaN', Number.NaN],
      ['infinity', Number.POSITIVE_INFINITY],
      ['undefined', undefined as unknown as Value],
    ])('%s is refused', async (_, value) => {
      await expect(roundTrip('number', value)).rejects.toMatchObject({ problem: { code: 'internal' } })
      expect(await current().query('SELECT * FROM entries')).toEqual([])
    })

    test('an integer that grew beyond the safe ones in the store is refused when read', async () => {
      await roundTrip('number', Number.MAX_SAFE_INTEGER)
      await expect(current().query('SELECT number + 2 AS value FROM entries')).rejects.toMatchObject({
        problem: { code: 'internal' },
      })
    })

    test.each([[[]], [['a']], [['a', 'b', 'c']]])('parameters %j for two places are refused', async params => {
      const sql = 'INSERT INTO entries (word, bytes) VALUES (?, ?)'
      await current().transaction(tx => tx.run(sql, ['first', null]))
      await expect(current().transaction(tx => tx.run(sql, params))).rejects.toThrow(/parameters/)
      expect(await words()).toEqual(['first'])
    })

    test('two statements in one text are refused', async () => {
      const both = `INSERT INTO entries (word) VALUES ('a'); INSERT INTO entries (word) VALUES ('b')`
      await expect(current().transaction(tx => tx.run(both))).rejects.toMatchObject({ problem: { code: 'internal' } })
      expect(await words()).toEqual([])
    })

    test('run counts the rows that it changed', async () => {
      const counts = await current().transaction(async tx => [
        await tx.run(`INSERT INTO entries (word) VALUES ('a'), ('b'), ('c')`),
        await tx.run(`INSERT INTO entries (word) VALUES ('a') ON CONFLICT (word) DO NOTHING`),
        await tx.run(`UPDATE entries SET number = 1 WHERE word IN ('a', 'b')`),
        await tx.run(`UPDATE entries SET number = 1 WHERE word = 'nobody'`),
        await tx.run('DELETE FROM entries'),
      ])
      expect(counts).toEqual([3, 0, 2, 0, 3])
    })

    test('query gives the rows of RETURNING, and none for other writes', async () => {
      await current().transaction(async tx => {
        expect(await tx.query(`INSERT INTO entries (word) VALUES ('a') RETURNING no, word`)).toEqual([
          { no: 1, word: 'a' },
        ])
        expect(await tx.query(`INSERT INTO entries (word) VALUES ('b')`)).toEqual([])
      })
      expect(await words()).toEqual(['a', 'b'])
    })
  })
}
