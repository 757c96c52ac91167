/** Proves that the store can be written, not only read: a disk that is full, or a writer that hangs, fails here. */
import type { Database } from './database.ts'

/** Writes one row; `at` in ms. */
async function write(db: Database, at: number): Promise<void> {
  await db.transaction(tx =>
    tx.run('INSERT INTO probes (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at', [at]),
  )
}

export const PROBE_LIMITS = {
  /** ms for which a proof counts, so that whoever asks often writes seldom */
  counts: 1_000,
} as const

/** A check that everybody who asks at the same time shares; `now` in ms. */
export function createWriteProbe(db: Database, now: () => number): () => Promise<void> {
  let running: Promise<void> | null = null
  let provenAt = -Infinity
  return async () => {
    const at = now()
    if (at >= provenAt && at - provenAt < PROBE_LIMITS.counts) return
    running ??= write(db, at)
      .then(() => {
        provenAt = at
      })
      .finally(() => {
        running = null
      })
    await running
  }
}
