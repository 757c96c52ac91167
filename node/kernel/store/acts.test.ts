import { beforeEach, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import { type ActRecord, act, actOn, asRequest } from './acts.ts'
import type { Database } from './database.ts'

let store: Database
let marked: (string | null)[]
let before: Set<string>
const record: ActRecord = {
  mark: async (_, part) => void marked.push(part),
  carriedOut: async part => before.has(part),
}

beforeEach(async () => {
  store = await openTestStore()
  marked = []
  before = new Set()
})

test('a transaction is the act when it says so, once', async () => {
  await asRequest(record, async () => {
    await store.transaction(async () => {})
    expect(marked).toEqual([])
    await store.transaction(async tx => {
      await act(tx)
      await act(tx)
    })
  })
  expect(marked).toEqual([null])
})

test('outside a request, and after its end, nothing is marked', async () => {
  await store.transaction(act)
  let later = async () => {}
  await asRequest(record, async () => {
    const work = () => store.transaction(act)
    const gate = Promise.withResolvers<void>()
    const running = gate.promise.then(work)
    later = async () => {
      gate.resolve()
      await running
    }
  })
  await later()
  expect(marked).toEqual([])
})

test('each part marks under its own name, and one that was carried out is not again', async () => {
  before.add('b')
  const told: string[] = []
  await asRequest(record, async () => {
    for (const part of ['a', 'b', 'c'])
      told.push(
        await actOn(
          part,
          async () => {
            await store.transaction(act)
            return `now ${part}`
          },
          'before',
        ),
      )
  })
  expect(marked).toEqual(['a', 'c'])
  expect(told).toEqual(['now a', 'before', 'now c'])
  expect(await actOn('b', async () => 'now b', 'before')).toBe('now b')
})
