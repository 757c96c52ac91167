/**
 * How old a new packet may be. A city that reaches another sends at once what it signed; so what came late was signed while the link
 * was down, or its date was written back. A link is *current* when this city held all that the partner said it had. SPEC.md §2.4.
 */
import { LIMITS } from '../../../protocol/limits.ts'
import { EXCHANGE_LIMITS } from './limits.ts'

/** When the stream began on which packets came, and when they came; ms. */
export type Came = { since: number; now: number }

/** Seconds before which a packet that comes now was not signed. `currentAt`: ms; 0: never. */
export function earliest(currentAt: number, { since, now }: Came): number {
  // On a stream that is open for long nothing waits any more.
  const at = now - since > EXCHANGE_LIMITS.drained ? now : currentAt
  return at === 0 ? 0 : Math.floor(at / 1000) - LIMITS.staleSeconds
}

/** Whether a packet (seconds) was signed so lately that what the link had before it has come. */
export const isFresh = (iat: number, now: number): boolean => now - iat * 1000 <= EXCHANGE_LIMITS.drained
