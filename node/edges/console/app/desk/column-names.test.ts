import { expect, test } from 'vitest'
import { moved } from './column-names.ts'

test('a column moves by one place, and not beyond the ends', () => {
  expect(moved(['level', 'item', 'due'], 'item', -1)).toEqual(['item', 'level', 'due'])
  expect(moved(['level', 'item', 'due'], 'item', 1)).toEqual(['level', 'due', 'item'])
  expect(moved(['level', 'item'], 'level', -1)).toEqual(['level', 'item'])
  expect(moved(['level', 'item'], 'item', 1)).toEqual(['level', 'item'])
  expect(moved(['level', 'item'], 'way', 1)).toEqual(['level', 'item'])
})
