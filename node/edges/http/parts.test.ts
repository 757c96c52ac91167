import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { fc } from '../../../test/support/properties.ts'
import { decodeCursor, encodeCursor, toPage } from './page.ts'
import { languageOf } from './problem.ts'
import { createRateLimiter, isLoopback } from './rate.ts'

describe('cursors', () => {
  const Place = z.tuple([z.number(), z.string()])
  test('give back the place, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (n, text) => {
        expect(decodeCursor(Place, encodeCursor([n, text]))).toEqual([n, text])
      }),
    )
    expect(decodeCursor(Place, undefined)).toBeNull()
  })
  test('of another list, or made up, are refused', () => {
    for (const cursor of [encodeCursor(['1', 2]), encodeCursor([1]), 'AAAA', '']) {
      expect(() => decodeCursor(Place, cursor)).toThrow('request.invalid')
    }
  })
  test('the last page has none', () => {
    const page = (rows: number[]) => toPage(rows, 2, row => [row], String)
    expect(page([1, 2])).toEqual({ items: ['1', '2'], next: null })
    expect(page([1, 2, 3])).toEqual({ items: ['1', '2'], next: encodeCursor([2]) })
    expect(page([])).toEqual({ items: [], next: null })
  })
})

describe('rates', () => {
  test('a bucket empties and fills again', () => {
    let now = 0
    const limiter = createRateLimiter({ perSecond: 2, burst: 3, entries: 10, now: () => now })
    const take = (times: number) => Array.from({ length: times }, () => limiter.take('a'))
    expect(take(4)).toEqual([true, true, true, false])
    now += 499
    expect(take(1)).toEqual([false])
    now += 1
    expect(take(2)).toEqual([true, false])
    now += 3_600_000
    expect(take(4)).toEqual([true, true, true, false])
    expect(limiter.take('b')).toBe(true)
  })

  test('never lets more through than burst and rate, and remembers a bounded number', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 200 }), waits => {
        let now = 0
        let allowed = 0
        const limiter = createRateLimiter({ perSecond: 5, burst: 10, entries: 2, now: () => now })
        for (const wait of waits) {
          now += wait
          if (limiter.take('x')) allowed++
        }
        expect(allowed).toBeLessThanOrEqual(10 + (now / 1000) * 5)
      }),
    )
    let full = true
    const limiter = createRateLimiter({ perSecond: 0, burst: 1, entries: 2, now: () => 0 })
    for (const key of ['a', 'b', 'c']) full &&= limiter.take(key)
    expect(full).toBe(true)
    expect([limiter.take('c'), limiter.take('b'), limiter.take('a')]).toEqual([false, false, true])
  })

  test('loopback', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true)
    expect(['10.0.0.1', '::2', '1127.0.0.1', 'unknown', ''].some(isLoopback)).toBe(false)
  })
})

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['zh', 'zh'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
  ['en-US,en;q=0.9,zh;q=0.8', 'en'],
  ['fr, zh-Hans;q=0.5', 'zh'],
  ['zh;q=0, en', 'en'],
  ['fr', 'en'],
  ['zh,'.repeat(100), 'en'],
] as const)('the language of %s is %s', (header, language) => expect(languageOf(header)).toBe(language))
