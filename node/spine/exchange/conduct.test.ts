import { describe, expect, test } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { Allowance, Conduct, createConducts } from './conduct.ts'
import { EXCHANGE_LIMITS } from './limits.ts'

describe('an allowance', () => {
  test('n at once, then as many as flow in, and no more than n are saved up', () => {
    const clock = createHandClock()
    const allowance = new Allowance(clock, 10, 60)
    allowance.charge(10)
    expect(allowance.left).toBe(0)
    expect(allowance.wait(1)).toBe(60_000)
    clock.advance(60_000)
    expect(allowance.left).toBe(1)
    clock.advance(86_400_000)
    expect(allowance.left).toBe(10)
  })

  test('what went beyond is made up for first', () => {
    const clock = createHandClock()
    const allowance = new Allowance(clock, 10, 60)
    allowance.charge(15)
    clock.advance(5 * 60_000)
    expect(allowance.left).toBe(0)
    expect(allowance.wait(2)).toBe(120_000)
  })

  test('a clock that is set back by a day gives and takes nothing', () => {
    let now = 100_000_000
    const allowance = new Allowance({ ...createHandClock(), now: () => now }, 10, 60)
    allowance.charge(10)
    now -= 86_400_000
    expect(allowance.left).toBe(0)
    now += 60_000
    expect(allowance.left).toBe(1)
  })
})

describe('a pause', () => {
  test('grows while it follows another within an hour, up to the longest, and begins small again after good conduct', () => {
    const clock = createHandClock()
    const conduct = new Conduct(clock)
    const lengths: number[] = []
    for (let n = 0; n < 9; n++) {
      const until = conduct.pause()
      lengths.push(until - clock.now())
      expect(conduct.pause()).toBe(until)
      clock.advance(until - clock.now() - 1)
      expect(conduct.pausedUntil).toBe(until)
      clock.advance(1)
      expect(conduct.pausedUntil).toBeNull()
    }
    const { pause, longestPause } = EXCHANGE_LIMITS
    expect(lengths).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map(minutes => Math.min(longestPause, minutes * pause)))
    clock.advance(3_600_000)
    expect(conduct.pause() - clock.now()).toBe(pause)
  })

  test('lasts until a tenth of the refusals of an hour may happen again', () => {
    const clock = createHandClock()
    const conduct = new Conduct(clock)
    conduct.refused.charge(EXCHANGE_LIMITS.refused)
    expect(conduct.pause() - clock.now()).toBe(360_000)
  })
})

test('packets are given back once without cost, and again after an hour', () => {
  const clock = createHandClock()
  const conduct = createConducts(clock)('610100')
  const places = [5, 6, 7]
  expect(places.map(place => conduct.recall(place))).toEqual([false, false, false])
  expect(places.map(place => conduct.recall(place))).toEqual([true, true, true])
  expect([4, 8, 4].map(place => conduct.recall(place))).toEqual([false, false, true])
  clock.advance(EXCHANGE_LIMITS.recall)
  expect(conduct.recall(6)).toBe(false)
  expect(conduct.recall(7)).toBe(false)
})

test('each partner has its own', () => {
  const conducts = createConducts(createHandClock())
  conducts('610100').refused.charge(5_000)
  expect(conducts('610900').refused.left).toBe(EXCHANGE_LIMITS.refused)
  expect(conducts('610100').refused.left).toBeLessThan(0)
})
