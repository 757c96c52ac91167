import { describe, expect, test, vi } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { createHandClock } from '../../../test/support/http.ts'
import { idle } from '../../../test/support/play-lists.ts'
import { createAllowance, LIST_ALLOWANCE } from './allowance.ts'
import { createFollower, type FollowerParts, RETRY } from './follower.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const ANKANG = '610900'
const SHIYAN = '420300'
const { burst, perSecond } = LIST_ALLOWANCE

describe('the bytes of lists that a partner may make this node read', () => {
  test('are so many after a rest; a list that was begun may overdraw, and the next waits until that is made up for', () => {
    const clock = createHandClock(NOW)
    const allowance = createAllowance(clock)
    allowance.spend(SHIYAN, burst)
    expect(allowance.wait(SHIYAN)).toBe(0)
    allowance.spend(SHIYAN, 1)
    expect(allowance.wait(SHIYAN)).toBe(1)
    allowance.spend(SHIYAN, 10 * perSecond - 1)
    expect(allowance.wait(SHIYAN)).toBe(10_000)
    expect(allowance.wait(ANKANG)).toBe(0)
    clock.advance(9_999)
    expect(allowance.wait(SHIYAN)).toBe(1)
    clock.advance(1)
    expect(allowance.wait(SHIYAN)).toBe(0)
    clock.advance(86_400_000)
    allowance.spend(SHIYAN, burst + perSecond)
    expect(allowance.wait(SHIYAN)).toBe(1000)
  })

  test('keep a list waiting, whatever is announced and whether lists before it held', async () => {
    const clock = createHandClock(NOW)
    const allowance = createAllowance(clock)
    let costs = burst + 60 * perSecond
    let holds = false
    const fetch = vi.fn(async () => {
      allowance.spend(SHIYAN, costs)
      if (holds) return { answer: { head: '', from: null } }
      throw new ProblemError('list.root')
    })
    const follower = createFollower({
      clock,
      allowance,
      failed: () => {},
      taken: () => {},
      lists: { head: async () => ({ jws: 'held', version: 1, claims: {} }) },
      trust: { partners: () => [SHIYAN] },
      sync: () => ({ fetch }),
      db: { transaction: async () => {} },
      // Announced: that it has no list any more, which is looked into.
    } as unknown as FollowerParts)
    follower.announced(SHIYAN, null)
    await idle()
    const first = fetch.mock.calls.length
    expect(first).toBeGreaterThan(0)
    for (const ms of [RETRY.first, 60_000 * first - RETRY.first - 1]) {
      clock.advance(ms)
      follower.announced(SHIYAN, null)
      await idle()
      expect(fetch).toHaveBeenCalledTimes(first)
    }
    holds = true
    costs = 0
    clock.advance(burst)
    await idle()
    expect(fetch.mock.calls.length).toBeGreaterThan(first)
  })
})
