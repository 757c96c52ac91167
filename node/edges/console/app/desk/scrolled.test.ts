import { expect, test } from 'vitest'
import { drawn, mostRows, ROW, scrolledTo } from './scrolled.ts'

test('what is drawn is what is seen and some rows on each side, and never past an end', () => {
  expect(drawn(1_000_000, 0, 10 * ROW)).toEqual({ first: 0, last: 21 })
  expect(drawn(1_000_000, 500_000 * ROW, 10 * ROW)).toEqual({ first: 499_988, last: 500_021 })
  expect(drawn(1_000_000, 999_990 * ROW, 10 * ROW)).toEqual({ first: 999_978, last: 999_999 })
  expect(drawn(3, 0, 10 * ROW)).toEqual({ first: 0, last: 2 })
  expect(drawn(0, 0, 10 * ROW)).toEqual({ first: 0, last: -1 })
  // A list that became shorter than where one was.
  expect(drawn(5, 900 * ROW, 10 * ROW)).toEqual({ first: 4, last: 4 })
})

test('a row is brought into sight by the shortest way, and one that is seen stays where it is', () => {
  expect(scrolledTo(5, 0, 10 * ROW)).toBe(0)
  expect(scrolledTo(10, 0, 10 * ROW)).toBe(ROW)
  expect(scrolledTo(3, 20 * ROW, 10 * ROW)).toBe(3 * ROW)
})

test('a million rows are within what a browser lays out, and the limit follows its zoom', () => {
  expect(mostRows(1)).toBeGreaterThanOrEqual(1_000_000)
  expect(mostRows(1) * ROW).toBeLessThan(2 ** 25)
  expect(mostRows(2)).toBe(Math.floor(mostRows(1) / 2))
})
