import { expect, test } from 'vitest'
import { type Outcome, partsOf, runEach } from './run.ts'

test('each is told for itself, one that fails keeps no other from it', async () => {
  const told: [string, Outcome['state']][] = []
  const act = async (item: string) => {
    if (item === 'b') throw new Error('no')
  }
  await runEach(['a', 'b', 'c'], act, {
    stop: new AbortController().signal,
    tell: (item, { state }) => void told.push([item, state]),
  })
  expect(told.filter(([, state]) => state !== 'waiting' && state !== 'running')).toEqual([
    ['a', 'done'],
    ['b', 'failed'],
    ['c', 'done'],
  ])
})

test('what runs ends, what follows a stop is not begun and says so', async () => {
  const stop = new AbortController()
  const begun: string[] = []
  const last = new Map<string, Outcome['state']>()
  const act = async (item: string) => {
    begun.push(item)
    stop.abort()
  }
  await runEach(['a', 'b'], act, { stop: stop.signal, tell: (item, { state }) => void last.set(item, state) })
  expect([begun, [...last]]).toEqual([
    ['a'],
    [
      ['a', 'done'],
      ['b', 'stopped'],
    ],
  ])
})

test('parts are as large as they may be, and none is empty', () => {
  expect(partsOf([1, 2, 3], 2)).toEqual([[1, 2], [3]])
  expect(partsOf([1, 2], 2)).toEqual([[1, 2]])
  expect(partsOf([], 2)).toEqual([])
})
