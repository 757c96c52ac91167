/** What the fetching and giving of materials may take, with its defaults. Both cities know those of protocol/limits.ts. */
export const MATERIAL_LIMITS = {
  /** materials fetched from one partner at a time */
  fetches: 2,
  /** materials fetched into memory from one partner at a time: samples, trees, partner tests */
  fetchesInMemory: 8,
  /** streams on which one city may ask at a time */
  streams: 8,
  /** bytes of a chunk that is given */
  chunk: 64 * 1024,
  /** ms without a frame, either way, after which a transfer is given up; it resumes where it stopped */
  stall: 30_000,
  /** bytes a second that a transfer brings at least, on average over each `window`: so its whole time is bounded by its size */
  bytesPerSecond: 4 * 1024,
  /** ms over which the speed of a transfer is judged */
  window: 60_000,
  /** ms for what is fetched into memory, once it began to come */
  inMemory: 60_000,
  /** ms at most between two tries with a partner that answers, but not with what it committed to */
  refusedPause: 5_000,
  /** wanted materials of one partner; a packet that names more is refused */
  wanted: 100_000,
  /** ms for which a count of them holds, what came meanwhile added */
  counted: 10_000,
  /** days after which a wanted material is given up */
  days: 30,
  /** days for which a scan that may be used again outlives the purge of its case: as long as an untouched draft */
  reusable: 60,
  /** wanted materials that are given up in one transaction */
  endedAtOnce: 500,
  /** share of the partner's quota at which the administrator is told */
  told: 0.8,
} as const
