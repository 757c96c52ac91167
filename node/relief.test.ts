import { expect, test } from 'vitest'
import { createRelief } from './relief.ts'

test('collects in two thirds of the time at most', () => {
  let [at, collections] = [0, 0]
  const relieve = createRelief(
    () => {
      at += 7
      collections++
    },
    () => at,
  )
  for (; at < 10_000; at++) relieve()
  expect(collections).toBeGreaterThan(100)
  expect(collections * 7).toBeLessThanOrEqual(6_700)
})
