import { beforeEach, expect, test } from 'vitest'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from '../store/database.ts'
import { createEventLog, type EventLog } from './events.ts'

let database: Database
let events: EventLog
let now = 0
beforeEach(async () => {
  database = await openTestStore()
  events = createEventLog({ database, now: () => now })
})

const add = (...subjects: string[]) =>
  database.transaction(async tx => {
    for (const subject of subjects) await events.append(tx, { type: 'case.changed', subject })
  })

test('listeners hear once per commit, after it, and not of what was rolled back', async () => {
  const heard: number[] = []
  const stop = events.onNew(() => heard.push(heard.length))
  await add('a', 'b')
  expect(heard).toHaveLength(1)
  await expect(
    database.transaction(async tx => {
      await events.append(tx, { type: 'case.changed', subject: 'c' })
      throw new Error('no')
    }),
  ).rejects.toThrow()
  expect(heard).toHaveLength(1)
  stop()
  await add('d')
  expect(heard).toHaveLength(1)
  expect((await events.after(0, 10)).map(event => [event.no, event.subject])).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'd'],
  ])
})

test('old events go, numbers are never used again', async () => {
  expect(await events.bounds()).toEqual({ first: 0, last: 0 })
  expect(await events.purge()).toBe(0)
  await add('a', 'b')
  now += 8 * 24 * 3600 * 1000
  expect(await events.purge()).toBe(1)
  expect(await events.bounds()).toEqual({ first: 2, last: 2 })
  await add('c')
  expect(await events.bounds()).toEqual({ first: 2, last: 3 })
})

test('events of a clock that ran ahead, or was set back, go with those around them', async () => {
  const day = 24 * 3600 * 1000
  const begun = 1000 * day
  now = begun
  await add('a')
  now = begun + 400 * day
  await add('ahead')
  now = begun + day
  await add('b')
  now = begun + 3 * day
  await add('c')
  now = begun + 2 * day
  await add('back')
  const left = async (at: number) => {
    now = at
    await events.purge()
    return (await events.after(0, 10)).map(({ subject }) => subject)
  }
  expect(await left(begun + 7 * day)).toEqual(['a', 'ahead', 'b', 'c', 'back'])
  expect(await left(begun + 7 * day + 1)).toEqual(['b', 'c', 'back'])
  expect(await left(begun + 9 * day + 1)).toEqual(['c', 'back'])
  expect(await left(begun + 10 * day + 1)).toEqual(['back'])
})

test('only the events that go, and one more, are looked at', async () => {
  const plan = await database.query<{ detail: string }>(
    'EXPLAIN QUERY PLAN SELECT no FROM events WHERE at BETWEEN 1 AND 2 ORDER BY no LIMIT 1',
  )
  expect(plan.map(({ detail }) => detail)).toEqual(['SCAN events'])
})
