import { expect, test } from 'vitest'
import { createRelief, RELIEF_LIMITS } from './relief.ts'

const { growth } = RELIEF_LIMITS

test('collects in two thirds of the time at most', () => {
  let at = 0
  let collections = 0
  let held = 0
  const relieve = createRelief(
    () => {
      at += 7
      collections++
    },
    () => at,
    () => {
      held += 2 * growth
      return held
    },
  )
  for (; at < 10_000; at++) relieve()
  expect(collections).toBeGreaterThan(100)
  expect(collections * 7).toBeLessThanOrEqual(6_700)
})

test('collects once the process has grown beyond the bound since it last did, and not before', () => {
  let at = 0
  let held = 1000
  let collections = 0
  const relieve = createRelief(
    () => {
      collections++
      held -= growth / 2
    },
    () => at++,
    () => held,
  )
  const grown = (bytes: number): number => {
    held = bytes
    relieve()
    return collections
  }
  expect([grown(1000), grown(1000 + growth), grown(1000 + growth + 1)]).toEqual([0, 0, 1])
  // What it did not give back is in use.
  const floor = held
  expect([grown(floor + growth), grown(floor + growth + 1)]).toEqual([1, 2])
  // What was given back otherwise may grow again only from there.
  expect([grown(500), grown(500 + growth), grown(500 + growth + 1)]).toEqual([2, 2, 3])
})
