import { expect, test } from 'vitest'
import { createGiven } from './given.ts'

test('bytes are new to a partner once, resumed or not', () => {
  const given = createGiven()
  expect(given.note('610900', 'a', 0, 100)).toBe(0)
  expect(given.note('610900', 'a', 50, 100)).toBe(50)
  expect(given.note('610900', 'a', 150, 50)).toBe(0)
  expect(given.note('610900', 'a', 0, 200)).toBe(200)
  expect(given.note('610900', 'a', 0, 10)).toBe(10)
  expect(given.note('610100', 'a', 0, 100)).toBe(0)
  expect(given.note('610900', 'b', 0, 100)).toBe(0)
})

test('n materials are remembered; of n+1 the one longest untouched is new again', () => {
  const given = createGiven(2)
  given.note('610900', 'a', 0, 100)
  given.note('610900', 'b', 0, 100)
  expect(given.note('610900', 'a', 0, 100)).toBe(100)
  given.note('610900', 'c', 0, 100)
  expect(given.note('610900', 'a', 0, 100)).toBe(100)
  expect(given.note('610900', 'b', 0, 100)).toBe(0)
})
