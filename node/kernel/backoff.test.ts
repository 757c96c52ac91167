import { expect, test } from 'vitest'
import { BACKOFF, delayAfter, isOpen, pauseAfter, spread } from './backoff.ts'

test('a pause doubles with each failure up to its bound, however many there were', () => {
  const growth = { first: 1000, most: 300_000 }
  expect([1, 2, 3, 9, 10, 1000].map(failures => pauseAfter(failures, growth))).toEqual([
    1000, 2000, 4000, 256_000, 300_000, 300_000,
  ])
  expect(pauseAfter(0, growth)).toBe(1000)
})

test('half of a pause is left to chance', () => {
  expect([0, 0.5, 0.999_999].map(random => spread(1000, random))).toEqual([500, 750, 1000])
})

test('a partner that fails so many times in a row is tried seldom', () => {
  const most = BACKOFF.breakAfter - 1
  expect([most, most + 1].map(failures => isOpen(failures))).toEqual([false, true])
  expect(delayAfter(most, 0)).toBe(BACKOFF.most / 2)
  expect(delayAfter(most + 1, 0)).toBe(BACKOFF.hold / 2)
})
