import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import { createCaseKeys } from '../../kernel/keys/case-keys.ts'
import { createCaseSeal, createSeal } from '../../kernel/keys/seal.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createAdapterState } from './adapter-state.ts'

const SAID = '{"opinion":"申请人陈小满材料不齐"}'
let db: Database
let state: ReturnType<typeof createAdapterState>
let keys: ReturnType<typeof createCaseKeys>
beforeEach(async () => {
  db = await openTestStore()
  const seal = createSeal(randomBytes(32))
  keys = createCaseKeys({ seal, sealOf: createCaseSeal, randomBytes: n => randomBytes(n) })
  state = createAdapterState({ db, seal, keys })
})
afterEach(() => db.close())

const stored = async () =>
  (await db.query<{ value: string | Uint8Array }>('SELECT value FROM adapter_state')).map(({ value }) =>
    Buffer.from(value).toString(),
  )

test('values are sealed, read from any call, claimed once and deleted', async () => {
  const anywhere = state.of(null)
  const ofCase = state.of(4)
  await anywhere.put('event:1', SAID)
  await ofCase.put('event:2', SAID)
  expect(await ofCase.claim('event:2', () => 'other')).toBe(SAID)
  expect(await anywhere.claim('event:3', () => SAID)).toBe(SAID)
  for (const key of ['event:1', 'event:2', 'event:3'])
    expect([await anywhere.get(key), await ofCase.get(key)]).toEqual([SAID, SAID])
  for (const value of await stored()) expect(value).not.toContain('陈小满')
  await anywhere.delete('event:1')
  expect(await anywhere.get('event:1')).toBeNull()
  expect([await anywhere.next('n'), await ofCase.next('n')]).toEqual([1, 2])
})

test('what a delivery wrote goes with its case, also when a poll wrote it again', async () => {
  await state.of(4).put('outbox', SAID)
  await state.of(null).put('outbox', `${SAID} `)
  await state.of(5).put('other', SAID)
  expect(await db.transaction(tx => state.forget(tx, 4))).toBe(1)
  expect([await state.of(null).get('outbox'), await state.of(null).get('other')]).toEqual([null, SAID])
  await db.transaction(tx => keys.destroy(tx, 5))
  expect(await state.of(null).get('other')).toBeNull()
})

test.each([1, 200, 201])('%i values that were kept open are sealed', async count => {
  await db.transaction(async tx => {
    for (let n = 0; n < count; n++)
      await tx.run('INSERT INTO adapter_state (key, value) VALUES (?, ?)', [`a event:${n}`, SAID])
    await tx.run(`INSERT INTO adapter_state (key, value) VALUES ('poll cursor rest', '7'), ('n serial', '3')`)
  })
  const going = new AbortController().signal
  expect(await state.of(null).get('event:0')).toBe(SAID)
  expect([await state.adopt(going), await state.adopt(going)]).toEqual([count, 0])
  expect((await stored()).filter(value => value.includes('陈小满'))).toEqual([])
  expect([await state.of(null).get('event:0'), await state.of(null).next('serial')]).toEqual([SAID, 4])
  expect(await db.query(`SELECT value FROM adapter_state WHERE key = 'poll cursor rest'`)).toEqual([{ value: '7' }])
})
