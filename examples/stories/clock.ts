/** A clock that runs as the real one does, and can be put forward by days: what was to happen meanwhile happens at once. */
import type { Clock } from '../../node/kernel/clock.ts'

export type StoryClock = Clock & {
  /** Goes to this hour, China Standard Time, so many days later; past a weekend, when counters are closed. */
  later(days: number, hour: number): void
}

const DAY = 86_400_000
const CHINA = 8 * 3_600_000

/** `ahead`: ms by which it goes before the real one at first. */
export function createStoryClock(ahead = 0): StoryClock {
  const waiting = new Set<{ at: number; wake: () => void }>()
  const now = () => Date.now() + ahead
  return {
    now,
    after(ms, callback) {
      const entry = { at: now() + ms, wake: () => {} }
      const timer = setTimeout(() => entry.wake(), ms)
      entry.wake = () => {
        clearTimeout(timer)
        if (waiting.delete(entry)) callback()
      }
      waiting.add(entry)
      return () => {
        clearTimeout(timer)
        waiting.delete(entry)
      }
    },
    later(days, hour) {
      const midnight = Math.floor((now() + CHINA) / DAY) * DAY - CHINA
      let target = midnight + days * DAY + hour * 3_600_000
      while (days > 0 && [0, 6].includes(new Date(target + CHINA).getUTCDay())) target += DAY
      if (target > now()) ahead += target - now()
      for (const entry of [...waiting].sort((a, b) => a.at - b.at)) if (entry.at <= now()) entry.wake()
    },
  }
}
