import { expect, test } from 'vitest'
import { sizeText } from './size.ts'

test('a size has the unit that keeps it short', () => {
  expect([0, 1023, 1024, 1536, 102_400, 1_048_576, 5 * 1024 ** 4 * 1024].map(sizeText)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KB',
    '1.5 KB',
    '100 KB',
    '1.0 MB',
    '5120 TB',
  ])
})
