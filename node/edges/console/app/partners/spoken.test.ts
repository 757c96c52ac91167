import { expect, test } from 'vitest'
import { numbersOf } from '../../../../../protocol/spoken.ts'
import { spokenOf } from './spoken.ts'

test('a fingerprint is the same six words in hex and in base64url, and another one has others', async () => {
  expect(numbersOf('00'.repeat(32))).toEqual([0, 0, 0, 0, 0, 0])
  expect(numbersOf('ff'.repeat(32))).toEqual([2047, 2047, 2047, 2047, 2047, 2047])
  // 11 bits each: 0000 0000 001 1 1111…
  expect(numbersOf(`003${'f'.repeat(61)}`)).toEqual([1, 2047, 2047, 2047, 2047, 2047])
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  const base64url = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
  expect(numbersOf(base64url)).toEqual(numbersOf(hex))
  expect(await spokenOf('00'.repeat(32))).toEqual(Array.from({ length: 6 }, () => '的 abandon'))
  expect(await spokenOf(hex)).not.toEqual(await spokenOf(hex.replace(/^../, '00')))
})

test('what is no fingerprint has no words', () => {
  for (const text of ['', 'ab', 'not a fingerprint', '指纹']) expect(numbersOf(text)).toEqual([])
})
