import { beforeEach, describe, expect, test } from 'vitest'
import { createHandClock, type HandClock } from '../../test/support/http.ts'
import { createRounds } from './rounds.ts'

let clock: HandClock
beforeEach(() => {
  clock = createHandClock(0)
})
const settle = () => new Promise<void>(resolve => setImmediate(resolve))

describe('rounds', () => {
  test('run one at a time; many that ask meanwhile get one more', async () => {
    let running = 0
    let most = 0
    let rounds = 0
    const gate: (() => void)[] = []
    const work = createRounds({
      clock,
      failed: () => {},
      async round() {
        rounds++
        most = Math.max(most, ++running)
        await new Promise<void>(resolve => gate.push(resolve))
        running--
        return null
      },
    })
    const first = work.wake()
    const all = Array.from({ length: 50 }, () => work.wake())
    gate.shift()?.()
    await settle()
    gate.shift()?.()
    await Promise.all([first, ...all])
    expect([rounds, most]).toEqual([2, 1])
  })

  test('whoever asks while one ends gets another, in whatever turn', async () => {
    for (let turns = 0; turns < 20; turns++) {
      let rounds = 0
      const work = createRounds({
        clock,
        failed: () => {},
        async round() {
          rounds++
          return null
        },
      })
      void work.wake()
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      void work.wake()
      await settle()
      expect([turns, rounds]).toEqual([turns, 2])
    }
  })

  test('come again when the next is due, and after one that failed', async () => {
    const at: number[] = []
    const errors: unknown[] = []
    const work = createRounds({
      clock,
      pause: 300,
      failed: error => errors.push(error),
      async round() {
        at.push(clock.now())
        if (at.length === 2) throw new Error('disk full')
        return at.length < 4 ? clock.now() + 1000 : null
      },
    })
    await work.wake()
    for (let turn = 0; turn < 100; turn++) {
      clock.advance(100)
      await settle()
    }
    expect(at).toEqual([0, 1000, 1300, 2300])
    expect(errors).toHaveLength(1)
  })

  test('a stop waits for the one that runs, and no other follows', async () => {
    let rounds = 0
    const gate = Promise.withResolvers<void>()
    const work = createRounds({
      clock,
      failed: () => {},
      async round() {
        rounds++
        await gate.promise
        return clock.now() + 1
      },
    })
    void work.wake()
    void work.wake()
    const stopped = work.stop()
    gate.resolve()
    await stopped
    clock.advance(1000)
    await work.wake()
    expect(rounds).toBe(1)
  })
})
