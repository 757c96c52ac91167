/** Bytes of lines of lists that partners may make this node read: a store that fills with time, which a list that was begun may overdraw. */
import type { Clock } from '../../kernel/clock.ts'

export const LIST_ALLOWANCE = {
  /** bytes of lines, unpacked, that one partner may give after a rest */
  burst: 256 * 1024 * 1024,
  /** bytes of lines, unpacked, that flow in each second: what a few hundredths of a core read */
  perSecond: 1024 * 1024,
} as const

export type Allowance = ReturnType<typeof createAllowance>

export function createAllowance(clock: Clock) {
  const accounts = new Map<string, { left: number; at: number }>()

  function account(city: string): { left: number; at: number } {
    const now = clock.now()
    const known = accounts.get(city)
    const flowed = known === undefined ? LIST_ALLOWANCE.burst : ((now - known.at) / 1000) * LIST_ALLOWANCE.perSecond
    const left = Math.min(LIST_ALLOWANCE.burst, (known?.left ?? 0) + Math.max(0, flowed))
    const current = { left, at: now }
    accounts.set(city, current)
    return current
  }

  return {
    /** Counts what a partner gave. */
    spend(city: string, bytes: number): void {
      account(city).left -= bytes
    },

    /** ms until another list of the partner may be begun; 0: now. */
    wait(city: string): number {
      return Math.max(0, Math.ceil((-account(city).left / LIST_ALLOWANCE.perSecond) * 1000))
    },
  }
}
