import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../protocol/problem.ts'
import { createHandClock } from '../../test/support/http.ts'
import { createUpkeep, UPKEEP_LIMITS, upkeepReminders } from './upkeep.ts'

const settle = () => new Promise<void>(resolve => setImmediate(resolve))

describe('upkeep', () => {
  test('does each job soon after the start and every hour, whatever the others do', async () => {
    const clock = createHandClock(0)
    const done = { reminders: 0, purges: 0, drafts: 0 }
    const failures: string[] = []
    const finished: string[] = []
    const upkeep = createUpkeep(clock, { failed: job => failures.push(job), done: job => finished.push(job) })
    upkeep.start({
      async reminders() {
        done.reminders++
        throw new Error('SQLITE_BUSY')
      },
      async purges() {
        done.purges++
      },
      // Never ends.
      drafts: () => new Promise(() => void done.drafts++),
    })
    const pass = async (ms: number) => {
      clock.advance(ms)
      await settle()
    }
    await pass(UPKEEP_LIMITS.first - 1)
    expect(done).toEqual({ reminders: 0, purges: 0, drafts: 0 })
    await pass(1 + 2 * UPKEEP_LIMITS.apart)
    expect(done).toEqual({ reminders: 1, purges: 1, drafts: 1 })
    for (let hour = 0; hour < 3; hour++) await pass(UPKEEP_LIMITS.every)
    expect(done).toEqual({ reminders: 4, purges: 4, drafts: 1 })
    expect(failures).toEqual(['reminders', 'reminders', 'reminders', 'reminders'])
    expect(finished).toEqual(['purges', 'purges', 'purges', 'purges'])
    upkeep.end()
    await pass(10 * UPKEEP_LIMITS.every)
    expect(done.purges).toBe(4)
  })

  test('does a job at a time of its own, also after a round that failed', async () => {
    const clock = createHandClock(0)
    const rounds: number[] = []
    const failures: string[] = []
    const upkeep = createUpkeep(clock, { done() {}, failed: job => failures.push(job) })
    upkeep.start({
      health: {
        every: 60_000,
        async round() {
          rounds.push(clock.now())
          if (rounds.length === 2) throw new Error('SQLITE_BUSY')
        },
      },
    })
    for (let turn = 0; turn < 4; turn++) {
      clock.advance(turn === 0 ? UPKEEP_LIMITS.first : 60_000 - 1)
      await settle()
      clock.advance(turn === 0 ? 0 : 1)
      await settle()
    }
    expect(rounds).toEqual([0, 1, 2, 3].map(n => UPKEEP_LIMITS.first + n * 60_000))
    expect(failures).toEqual(['health'])
    upkeep.end()
  })

  test('tells of a job that fails, since when and why, until it is done again', async () => {
    const clock = createHandClock(0)
    let broken = true
    const upkeep = createUpkeep(clock, { failed() {}, done() {} })
    upkeep.start({
      async purges() {
        if (broken) throw new ProblemError('disk.full')
      },
      async drafts() {
        if (broken) throw new Error('no')
      },
    })
    const pass = async (ms: number) => {
      clock.advance(ms)
      await settle()
    }
    expect(upkeep.failing()).toEqual([])
    await pass(UPKEEP_LIMITS.first + UPKEEP_LIMITS.apart)
    await pass(UPKEEP_LIMITS.every)
    const since = UPKEEP_LIMITS.first + UPKEEP_LIMITS.apart
    expect(upkeep.failing()).toEqual([
      { job: 'purges', since, problem: { code: 'disk.full' } },
      { job: 'drafts', since, problem: { code: 'internal' } },
    ])
    expect(upkeepReminders(upkeep.failing())).toMatchObject([
      { kind: 'upkeep', subject: 'purges', level: 'fail', act: 'operator', zh: expect.stringContaining('disk.full') },
      { kind: 'upkeep', subject: 'drafts', level: 'fail', act: 'operator' },
    ])
    broken = false
    await pass(UPKEEP_LIMITS.every)
    expect(upkeep.failing()).toEqual([])
    upkeep.end()
  })
})
