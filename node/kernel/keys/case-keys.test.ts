import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from '../store/database.ts'
import { CASE_KEY_LIMITS, CASE_SEALED, type CaseKeys, createCaseKeys } from './case-keys.ts'
import { createCaseSeal, createSeal } from './seal.ts'

const NODE = createSeal(randomBytes(32))
const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString())
const words = Buffer.from('陈小满 610902199003075515')

let db: Database
let keys: CaseKeys
let asked: string[]
const fresh = () => createCaseKeys({ seal: NODE, sealOf: createCaseSeal, randomBytes: n => randomBytes(n) })
beforeEach(async () => {
  db = await openTestStore()
  keys = fresh()
  asked = []
})
afterEach(() => db.close())

const sealed = (threadNo: number, kind = 'case.submit') =>
  db.transaction(tx => keys.sealBody(tx, threadNo, kind, words, 'b'))
const watched = (): Database => ({
  ...db,
  query: (sql, params) => {
    asked.push(sql)
    return db.query(sql, params)
  },
})

test('what is sealed for a case opens with its key alone, after a restart too, and never once the key is destroyed', async () => {
  const one = await sealed(1)
  const other = await sealed(2)
  expect([one[0], one.byteLength]).toEqual([CASE_SEALED, words.byteLength + 29])
  expect(() => NODE.open(one, 'b')).toThrow('damaged')
  expect(text(await fresh().open(db, 1, one, 'b'))).toBe(words.toString())
  await expect(keys.open(db, 2, one, 'b')).rejects.toThrow('damaged')
  await db.transaction(tx => keys.destroy(tx, 1))
  for (const held of [keys, fresh()]) {
    expect(await held.open(db, 1, one, 'b')).toBeNull()
    expect(text(await held.open(db, 2, other, 'b'))).toBe(words.toString())
  }
  const later = await sealed(1)
  expect(text(await keys.open(db, 1, later, 'b'))).toBe(words.toString())
  await expect(keys.open(db, 1, one, 'b')).rejects.toThrow('damaged')
})

test('what is no body of a case, and the record of a purge, open with the key of the node', async () => {
  for (const kind of ['case.purge', 'agreement.propose', 'test.ping'])
    expect(text(NODE.open(await sealed(1, kind), 'b'))).toBe(words.toString())
  expect(await db.query('SELECT * FROM case_keys')).toEqual([])
})

test('a key costs one statement when its case begins, and none for each packet after', async () => {
  const statements: string[] = []
  for (let n = 0; n < 3; n++)
    await db.transaction(async tx => {
      const noting = {
        ...tx,
        run: (sql: string, params?: readonly (string | number | Uint8Array | null)[]) => {
          statements.push(sql)
          return tx.run(sql, params)
        },
      }
      await keys.sealBody(noting, 7, 'case.message', words, 'b')
    })
  expect(statements).toHaveLength(1)
  const held = await sealed(7)
  await keys.open(watched(), 7, held, 'b')
  expect(asked).toEqual([])
  await fresh().open(watched(), 7, held, 'b')
  expect(asked).toHaveLength(1)
})

test('a key that was rolled back seals nothing', async () => {
  const failing = db.transaction(async tx => {
    await keys.sealBody(tx, 1, 'case.submit', words, 'b')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  const held = await sealed(1)
  expect(text(await fresh().open(db, 1, held, 'b'))).toBe(words.toString())
})

test.each([CASE_KEY_LIMITS.kept, CASE_KEY_LIMITS.kept + 1])('of %i keys those used last stay opened', async count => {
  const first = await sealed(1)
  await db.transaction(async tx => {
    for (let no = 2; no <= count; no++) await keys.seal(tx, no, words, 'b')
  })
  expect(text(await keys.open(watched(), 1, first, 'b'))).toBe(words.toString())
  expect(asked).toHaveLength(count > CASE_KEY_LIMITS.kept ? 1 : 0)
})

test.each([1, CASE_KEY_LIMITS.page, CASE_KEY_LIMITS.page + 1])(
  '%i bodies of before are sealed anew, once',
  async count => {
    await db.transaction(async tx => {
      for (let no = 1; no <= count; no++) {
        const id = Buffer.alloc(32, no)
        const kind = no === 1 && count > 1 ? 'agreement.propose' : 'case.submit'
        await tx.run(
          `INSERT INTO packets (no, id, thread_no, partner, direction, place, log_hash, seq, kind, iat, jws, status, stored_at)
         VALUES (?1, ?2, ?1, 'p', 'in', ?1, x'', 1, ?3, 0, '', 'stored', 0)`,
          [no, id, kind],
        )
        const body = NODE.seal(words, id.toString('hex'))
        await tx.run('INSERT INTO bodies (packet_no, sealed) VALUES (?, ?)', [no, body])
      }
      await tx.run('UPDATE body_sealing SET through = ?', [count])
    })
    const going = new AbortController().signal
    expect(await keys.adopt(db, AbortSignal.abort())).toBe(0)
    expect(await keys.adopt(db, going)).toBe(count === 1 ? 1 : count - 1)
    expect(await keys.adopt(db, going)).toBe(0)
    const rows = await db.query<{ no: number; sealed: Uint8Array }>('SELECT packet_no AS no, sealed FROM bodies')
    for (const { no, sealed: body } of rows) {
      expect(body[0]).toBe(no === 1 && count > 1 ? 1 : CASE_SEALED)
      expect(text(await fresh().open(db, no, body, Buffer.alloc(32, no).toString('hex')))).toBe(words.toString())
    }
  },
)
