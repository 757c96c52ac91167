/** Which hello of a partner is its newest: those of its two streams may overtake one another, and what is older must not take the place of what is newer. */
import type { Clock } from '../../kernel/clock.ts'

/** ms within which one hello may overtake another; later an earlier time is that of a clock that was put right. */
export const OVERTAKING = 60_000

export type Hellos = ReturnType<typeof createHellos>

export function createHellos(clock: Clock) {
  const newest = new Map<string, { at: number; heard: number }>()
  return {
    /** Whether no hello that the partner wrote after `at`, ms of its clock, was heard a short time ago. */
    isNewest(partner: string, at: number): boolean {
      const known = newest.get(partner)
      const now = clock.now()
      if (known !== undefined && at < known.at && Math.abs(now - known.heard) < OVERTAKING) return false
      newest.set(partner, { at, heard: now })
      return true
    },
  }
}
