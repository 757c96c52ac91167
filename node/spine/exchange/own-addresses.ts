/** Own addresses as partners may dial them, looked up once for many pages of packets: libp2p makes them anew each time. */
import type { Clock } from '../../kernel/clock.ts'
import { EXCHANGE_LIMITS } from './limits.ts'

export type OwnAddresses = {
  list(): string[]
  /** There is one more: the next look is a new one. */
  changed(): void
}

export function createOwnAddresses(clock: Pick<Clock, 'now'>, look: () => string[]): OwnAddresses {
  let known: { at: number; list: string[] } | null = null
  return {
    list() {
      const now = clock.now()
      if (known === null || Math.abs(now - known.at) >= EXCHANGE_LIMITS.addressesKept) known = { at: now, list: look() }
      return known.list
    },
    changed() {
      known = null
    },
  }
}
