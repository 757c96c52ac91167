/** Times of last use (最近使用), written now and then: what is asked a hundred times a second is noted once a minute. */
import type { Database, Transaction } from '../../kernel/store/database.ts'

/** ms between two notes of one thing. */
const USED_EVERY = 60_000

export interface Uses {
  /** When it was used last: what the store says, or what is known since; ms. */
  last(id: string, stored: number | null): number
  note(id: string, stored: number | null, at: number): void
  /** What ended is forgotten. */
  forget(id: string): void
  /** Resolves when all that was noted is written. */
  settle(): Promise<void>
}

export function createUses(
  database: Pick<Database, 'transaction'>,
  write: (tx: Transaction, id: string, at: number) => Promise<void>,
): Uses {
  const usedAt = new Map<string, { at: number; written: number }>()
  const writing = new Set<Promise<void>>()
  return {
    last: (id, stored) => Math.max(stored ?? 0, usedAt.get(id)?.at ?? 0),
    note(id, stored, at) {
      const written = Math.max(stored ?? 0, usedAt.get(id)?.written ?? 0)
      const due = at - written >= USED_EVERY
      usedAt.set(id, { at, written: due ? at : written })
      if (!due) return
      // A failure to write it must not fail the request.
      const done = database.transaction(tx => write(tx, id, at)).catch(() => undefined)
      writing.add(done)
      done.finally(() => writing.delete(done))
    },
    forget: id => void usedAt.delete(id),
    async settle() {
      await Promise.all(writing)
    },
  }
}
