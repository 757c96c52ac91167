/** People who wait a while for what comes of a case's answers, or of an answer without one. */
import type { Problem } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import { ANSWER_LIMITS } from './limits.ts'

/** `kept`: how many answers of a local case number are not settled. */
export function createAnswerWaiters(clock: Clock, kept: (localCaseNo: string) => Promise<number>) {
  const waiters = new Map<string | number, Set<(problem: Problem | null) => void>>()

  return {
    /** Tells who waits: at once of a problem, else when nothing of the case is left. */
    notify(key: string | number, problem: Problem | undefined): void {
      const waiting = waiters.get(key)
      if (waiting === undefined) return
      const end = (told: Problem | null) => {
        waiters.delete(key)
        for (const done of waiting) done(told)
      }
      if (problem !== undefined || typeof key === 'number') end(problem ?? null)
      else
        kept(key).then(
          count => count === 0 && end(null),
          () => end(null),
        )
    },

    /** Waits a while for what comes of a key; null when all of it is settled or it takes longer. */
    outcomeOf(key: string | number): Promise<Problem | null> {
      return new Promise(resolve => {
        const waiting = waiters.get(key) ?? new Set()
        waiters.set(key, waiting)
        const cancel = clock.after(ANSWER_LIMITS.asked, () => {
          waiting.delete(done)
          resolve(null)
        })
        const done = (problem: Problem | null) => {
          cancel()
          resolve(problem)
        }
        waiting.add(done)
      })
    },

    /** Nobody waits any longer. */
    end(): void {
      for (const waiting of waiters.values()) for (const done of waiting) done(null)
      waiters.clear()
    },
  }
}
