/** Gives memory back that the collector does not see, as little as keeps the process small, in a share of the time that leaves the rest for work. */

export const RELIEF_LIMITS = {
  /** bytes that the process may hold above what it held after the last collection */
  growth: 24 * 1024 * 1024,
} as const

/**
 * Collects now when the process has grown since it last did, and did so not lately: of the time that passes, at most two thirds go into it,
 * for with a large heap a collection takes long. A smaller share was measured not to hold the bound of a large material
 * (`test/faults/large.test.ts`).
 */
export function createRelief(
  collect: () => void = () => Bun.gc(true),
  now: () => number = () => performance.now(),
  /** bytes */
  resident: () => number = () => process.memoryUsage.rss(),
): () => void {
  let next = 0
  let floor = Number.POSITIVE_INFINITY
  return () => {
    const held = resident()
    floor = Math.min(floor, held)
    if (held <= floor + RELIEF_LIMITS.growth) return
    const began = now()
    if (began < next) return
    collect()
    const ended = now()
    next = ended + (ended - began) / 2
    floor = resident()
  }
}
