import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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

describe('limits', () => {
  const tooMuch = (detail: string) => ({ problem: { code: 'adapter.mapping', detail: `state: ${detail}` } })

  test.each(['a', '件', '😀'])('a key of %s', async letter => {
    const key = letter.repeat(STATE_LIMITS.key / letter.length)
    const anywhere = state.of(null)
    await anywhere.put(key, SAID)
    expect(await anywhere.get(key)).toBe(SAID)
    const longer = `${key}a`
    const refused = tooMuch(`a key is longer than ${STATE_LIMITS.key} characters`)
    for (const call of [
      () => anywhere.get(longer),
      () => anywhere.put(longer, ''),
      () => anywhere.delete(longer),
      () => anywhere.claim(longer, () => ''),
      () => anywhere.update(longer, () => ''),
      () => anywhere.next(longer),
    ])
      await expect(call()).rejects.toMatchObject(refused)
    expect([await anywhere.next(key), await stored()]).toMatchObject([1, { length: 2 }])
  })

  test.each(['a', '件'])('a value of %s, in bytes', async letter => {
    const whole = Math.floor(STATE_LIMITS.value / Buffer.byteLength(letter))
    const value = `${letter.repeat(whole)}${'a'.repeat(STATE_LIMITS.value - whole * Buffer.byteLength(letter))}`
    expect(Buffer.byteLength(value)).toBe(STATE_LIMITS.value)
    const refused = tooMuch(`a value is larger than ${STATE_LIMITS.value} bytes`)
    for (const own of [state.of(null), state.of(4)]) {
      await own.put('k', value)
      await expect(own.put('k', `${value}a`)).rejects.toMatchObject(refused)
      await expect(own.update('k', () => `${value}a`)).rejects.toMatchObject(refused)
      await expect(own.claim('other', () => `${value}a`)).rejects.toMatchObject(refused)
      expect([await own.get('k'), await own.get('other')]).toEqual([value, null])
    }
  })

  test('values of one case, and none of those that belong to none', async () => {
    await db.transaction(async tx => {
      for (let n = 1; n < STATE_LIMITS.ofCase; n++)
        await tx.run('INSERT INTO adapter_state (key, value, thread_no) VALUES (?, ?, 4)', [`a of case ${n}`, 'v'])
      for (let n = 0; n <= STATE_LIMITS.ofCase; n++)
        await tx.run('INSERT INTO adapter_state (key, value) VALUES (?, ?)', [`a of none ${n}`, 'v'])
    })
    await state.of(null).put('shared', SAID)
    await state.of(4).put('last', SAID)
    const refused = tooMuch(`more than ${STATE_LIMITS.ofCase} values of one case`)
    await expect(state.of(4).put('one more', SAID)).rejects.toMatchObject(refused)
    // Nor does a case take over what belonged to none.
    await expect(state.of(4).put('shared', SAID)).rejects.toMatchObject(refused)
    await state.of(4).put('last', 'changed')
    await state.of(5).put('of another', SAID)
    await state.of(4).delete('last')
    await state.of(4).put('one more', SAID)
    await state.of(null).put('of none', SAID)
  })
})

test('each of several adapters has keys and counters of its own', async () => {
  const main = state.of(null)
  const one = state.of(null, 'gjj')
  const other = state.of(4, 'zhbs')
  for (const [index, own] of [main, one, other].entries()) await own.put('k', String(index))
  expect(await Promise.all([main, one, other].map(own => own.get('k')))).toEqual(['0', '1', '2'])
  expect(await Promise.all([main, one, other].map(own => own.next('n')))).toEqual([1, 1, 1])
  expect([await main.list('', null, 9), await one.list('', null, 9)]).toEqual([
    [{ key: 'k', value: '0' }],
    [{ key: 'k', value: '1' }],
  ])
  expect(await db.transaction(tx => state.forget(tx, 4))).toBe(1)
  expect([await main.get('k'), await one.get('k'), await other.get('k')]).toEqual(['0', '1', null])
})
