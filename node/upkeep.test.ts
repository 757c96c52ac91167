import { describe, expect, test } from 'vitest'
import { createHandClock } from '../test/support/http.ts'
import { startUpkeep, UPKEEP_LIMITS } from './upkeep.ts'

const settle = () => new Promise<void>(resolve => setImmediate(resolve))

describe('upkeep', () => {
  test('does each job soon after the start and every hour, whatever the others do', async () => {
    const clock = createHandClock(0)
    const done = { reminders: 0, purges: 0, drafts: 0 }
    const failures: string[] = []
    const end = startUpkeep(
      clock,
      {
        async reminders() {
          done.reminders++
          throw new Error('SQLITE_BUSY')
        },
        async purges() {
          done.purges++
        },
        // Never ends.
        drafts: () => new Promise(() => void done.drafts++),
      },
      job => failures.push(job),
    )
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
    end()
    await pass(10 * UPKEEP_LIMITS.every)
    expect(done.purges).toBe(4)
  })
})
