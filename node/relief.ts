/** Gives memory back that the collector does not see, in a share of the time that leaves the rest for work. */

/**
 * Collects now, unless it did so lately: of the time that passes, at most two thirds go into it, for with a large heap a collection
 * takes long. A smaller share was measured not to hold the bound of a large material (`test/faults/large.test.ts`).
 */
export function createRelief(
  collect: () => void = () => Bun.gc(true),
  now: () => number = () => performance.now(),
): () => void {
  let next = 0
  return () => {
    const began = now()
    if (began < next) return
    collect()
    const ended = now()
    next = ended + (ended - began) / 2
  }
}
