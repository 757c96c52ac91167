import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import { createCaseKeys } from '../../kernel/keys/case-keys.ts'
import { createCaseSeal, createSeal } from '../../kernel/keys/seal.ts'
import type { Database } from '../../kernel/store/database.ts'
import { createAdapterState, STATE_LIMITS } from './adapter-state.ts'

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

test('values are listed by the bytes of their keys, of one case by its own calls alone', async () => {
  const anywhere = state.of(null)
  for (const key of ['out/b', 'out/a', 'out/é', 'other', 'out/']) await anywhere.put(key, key)
  await state.of(4).put('out/case', SAID)
  const keysOf = async (...asked: Parameters<typeof anywhere.list>) =>
    (await anywhere.list(...asked)).map(({ key }) => key)
  expect(await keysOf('out/', null, 9)).toEqual(['out/', 'out/a', 'out/b', 'out/case', 'out/é'])
  expect(await keysOf('out/', 'out/a', 2)).toEqual(['out/b', 'out/case'])
  expect(await keysOf('nothing', null, 9)).toEqual([])
  expect(await state.of(4).list('', null, 9)).toEqual([{ key: 'out/case', value: SAID }])
  expect(await state.of(5).list('', null, 9)).toEqual([])
})

test('a list gives so many values at most', async () => {
  await db.transaction(async tx => {
    for (let n = 0; n <= STATE_LIMITS.page; n++)
      await tx.run('INSERT INTO adapter_state (key, value) VALUES (?, ?)', [`a ${String(n).padStart(4, '0')}`, 'v'])
  })
  const anywhere = state.of(null)
  expect(await anywhere.list('', null, STATE_LIMITS.page)).toHaveLength(STATE_LIMITS.page)
  const all = await anywhere.list('', null, STATE_LIMITS.page + 1)
  expect(all).toHaveLength(STATE_LIMITS.page)
  expect(await anywhere.list('', all.at(-1)?.key ?? null, 9)).toHaveLength(1)
})

test('a value is changed in one piece, however many change it at once, and deleted', async () => {
  const ofCase = state.of(4)
  const more = (old: string | null) => String(Number(old ?? '0') + 1)
  const said = await Promise.all(Array.from({ length: 5 }, () => ofCase.update('n', more)))
  expect(said.toSorted()).toEqual(['1', '2', '3', '4', '5'])
  expect(await state.of(null).get('n')).toBe('5')
  expect(await ofCase.update('n', () => null)).toBeNull()
  expect(await ofCase.get('n')).toBeNull()
  await ofCase.update('own', () => SAID)
  expect(await db.transaction(tx => state.forget(tx, 4))).toBe(1)
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
