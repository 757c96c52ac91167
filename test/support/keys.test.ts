import { expect, test } from 'vitest'
import { testKey } from './keys.ts'

test('a key that is kept is given to nobody else, and those in a row differ', () => {
  const kept = testKey('kept')
  const given = Array.from({ length: 100 }, () => testKey())
  expect(given).not.toContain(kept)
  for (let at = 0; at + 20 <= given.length; at += 20) expect(new Set(given.slice(at, at + 20)).size).toBe(20)
})
