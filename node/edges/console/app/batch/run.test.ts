import { expect, test } from 'vitest'
import { type Outcome, runEach, runsOf } from './run.ts'

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

test('neighbours that are alike are a run, as long as one may be; the order stays', () => {
  const first = (text: string) => text[0]
  expect(runsOf(['a1', 'a2', 'b1', 'a3'], first, 2)).toEqual([['a1', 'a2'], ['b1'], ['a3']])
  expect(runsOf(['a1', 'a2', 'a3'], first, 2)).toEqual([['a1', 'a2'], ['a3']])
  expect(runsOf([], first, 2)).toEqual([])
})
