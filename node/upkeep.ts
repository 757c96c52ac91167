/** What a node does by itself every hour: each job on its own, so that one that fails or takes long holds up no other. */
import type { Clock } from './exchange/clock.ts'
import { createRounds } from './exchange/rounds.ts'

export const UPKEEP_LIMITS = {
  /** ms between two rounds of a job */ every: 3_600_000,
  /** ms after the start for the first job, and between the first rounds of two: a node that is started often does its duty too */
  first: 30_000,
  apart: 2_000,
} as const

/** Jobs by name, in the order of their first rounds. */
export type UpkeepJobs = Readonly<Record<string, () => Promise<unknown>>>

/** Returns how to end it; a job that runs is not waited for. */
export function startUpkeep(clock: Clock, jobs: UpkeepJobs, failed: (job: string, error: unknown) => void): () => void {
  const ends = Object.entries(jobs).map(([name, work], index) => {
    const rounds = createRounds({
      clock,
      async round() {
        await work()
        return clock.now() + UPKEEP_LIMITS.every
      },
      failed: error => failed(name, error),
      pause: UPKEEP_LIMITS.every,
    })
    const cancel = clock.after(UPKEEP_LIMITS.first + index * UPKEEP_LIMITS.apart, () => void rounds.wake())
    return () => {
      cancel()
      void rounds.stop()
    }
  })
  return () => {
    for (const end of ends) end()
  }
}
