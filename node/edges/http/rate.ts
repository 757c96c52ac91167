/** Token buckets with bounded memory: the least recently seen key is forgotten first. */

export interface RateLimiter {
  /** Takes one from the key's bucket; false when it is empty. */
  take(key: string): boolean
}

export function createRateLimiter(options: {
  perSecond: number
  burst: number
  /** keys remembered */
  entries: number
  /** now, milliseconds */
  now: () => number
}): RateLimiter {
  const { perSecond, burst, entries, now } = options
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(key) {
      const at = now()
      const old = buckets.get(key)
      const gained = old === undefined ? burst : (Math.max(0, at - old.at) / 1000) * perSecond
      const left = Math.min(burst, (old?.left ?? 0) + gained)
      const allowed = left >= 1
      buckets.delete(key)
      buckets.set(key, { left: allowed ? left - 1 : left, at })
      if (buckets.size > entries) for (const eldest of buckets.keys()) return buckets.delete(eldest) && allowed
      return allowed
    },
  }
}

export const isLoopback = (address: string): boolean =>
  /^127\./.test(address) || address === '::1' || /^::ffff:127\./i.test(address)
