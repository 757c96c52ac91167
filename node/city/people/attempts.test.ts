import { describe, expect, test } from 'vitest'
import { ATTEMPT_LIMITS, createAttempts } from './attempts.ts'

const LOCK = 1_800_000

function attempts(entries?: number) {
  const time = { now: 1_000_000_000 }
  const held = createAttempts({
    limit: 5,
    lockMs: LOCK,
    now: () => time.now,
    ...(entries === undefined ? {} : { entries }),
  })
  const begin = (key: string, known?: { failures: number; failedAt: number }) => held.begin(key, known)
  const fail = (key: string) => {
    const attempt = begin(key)
    if (!attempt.ok) throw new Error('locked')
    return attempt.fail()
  }
  return { time, held, begin, fail }
}

describe('failed attempts', () => {
  test('the fourth leaves the key open, the fifth locks it for the whole time from then on, and no longer', () => {
    const { begin, fail } = attempts()
    for (let n = 0; n < 4; n++) fail('a')
    expect(begin('a').ok).toBe(true)
    const fresh = attempts()
    for (let n = 0; n < 5; n++) fresh.fail('a')
    expect(fresh.begin('a')).toEqual({ ok: false, until: fresh.time.now + LOCK })
    expect(fresh.begin('b').ok).toBe(true)
    fresh.time.now += LOCK - 1
    expect(fresh.begin('a').ok).toBe(false)
    fresh.time.now += 1
    expect(fresh.begin('a').ok).toBe(true)
  })

  test('are forgotten when one was right, and when they are old', () => {
    const { time, begin, fail } = attempts()
    for (let n = 0; n < 4; n++) fail('a')
    const right = begin('a')
    if (right.ok) right.succeed()
    expect(fail('a').failures).toBe(1)
    for (let n = 0; n < 3; n++) fail('a')
    time.now += LOCK
    expect(fail('a').failures).toBe(1)
  })

  test('that run count until they end: a hundred at once are five guesses', () => {
    const { begin } = attempts()
    const running = Array.from({ length: 100 }, () => begin('a'))
    expect(running.filter(({ ok }) => ok)).toHaveLength(5)
    for (const attempt of running) if (attempt.ok) attempt.fail()
    expect(begin('a').ok).toBe(false)
  })

  test('one that was neither right nor wrong counts nothing', () => {
    const { begin, fail } = attempts()
    for (let n = 0; n < 20; n++) {
      const attempt = begin('a')
      if (attempt.ok) attempt.leave()
    }
    expect(fail('a').failures).toBe(1)
  })

  test('what the store knows of a key counts when memory has nothing of it', () => {
    const { time, begin } = attempts()
    expect(begin('a', { failures: 5, failedAt: time.now - 1 }).ok).toBe(false)
    expect(begin('b', { failures: 5, failedAt: time.now - LOCK }).ok).toBe(true)
  })

  test('so many keys are remembered: one more, and the eldest is forgotten', () => {
    const { begin, fail } = attempts(3)
    for (let n = 0; n < 5; n++) fail('a')
    fail('b')
    fail('c')
    expect(begin('a').ok).toBe(false)
    fail('d')
    expect(begin('a').ok).toBe(false)
    for (const key of ['e', 'f', 'g']) fail(key)
    expect(begin('a').ok).toBe(true)
    expect(ATTEMPT_LIMITS.entries).toBe(10_000)
  })
})
