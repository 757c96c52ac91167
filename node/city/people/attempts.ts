/**
 * Failed attempts (失败计数) of each account and of each address, in bounded memory: after so many the key is locked for a while. Those
 * that run count as failed until they end, so that a hundred at once are no hundred guesses. Names that no account has are
 * counted as the others are: nobody learns by it which there are.
 */

export const ATTEMPT_LIMITS = {
  /** accounts, and addresses, that are remembered; the one that was not asked for longest is forgotten first */
  entries: 10_000,
} as const

/** What the store remembers of an account over a restart; `failedAt` in ms. */
export type Failures = { failures: number; failedAt: number }

export type Attempt =
  | {
      ok: true
      /** the last failure that is one too many locks */
      fail(): Failures
      /** it was right */
      succeed(): void
      /** neither */
      leave(): void
    }
  | {
      ok: false
      /** ms; null: too many run at once */
      until: number | null
    }

export interface Attempts {
  /** Begins one attempt under the key; `known`: what the store has of it, when it is not in memory. */
  begin(key: string, known?: Failures | undefined): Attempt
  /** Until when the key is locked, ms; null when it is not. */
  lockedUntil(known: Failures): number | null
  /** Forgets what failed under the key. */
  clear(key: string): void
}

type Entry = Failures & { running: number }

export function createAttempts(options: {
  /** failures after which a key is locked */
  limit: number
  /** ms that it stays so, and after which failures are forgotten */
  lockMs: number
  /** ms */
  now: () => number
  entries?: number
}): Attempts {
  const { limit, lockMs, now, entries = ATTEMPT_LIMITS.entries } = options
  const held = new Map<string, Entry>()

  const over = ({ failedAt }: Failures): boolean => now() - failedAt >= lockMs

  function entryOf(key: string, known: Failures | undefined): Entry {
    const found = held.get(key) ?? { failures: known?.failures ?? 0, failedAt: known?.failedAt ?? 0, running: 0 }
    if (over(found)) found.failures = 0
    held.delete(key)
    held.set(key, found)
    const [eldest] = held.keys()
    if (held.size > entries && eldest !== undefined) held.delete(eldest)
    return found
  }

  const lockedUntil = (known: Failures): number | null =>
    known.failures >= limit && !over(known) ? known.failedAt + lockMs : null

  return {
    lockedUntil,
    clear: key => void held.delete(key),
    begin(key, known) {
      const entry = entryOf(key, known)
      const until = lockedUntil(entry)
      if (until !== null) return { ok: false, until }
      if (entry.failures + entry.running >= limit) return { ok: false, until: null }
      entry.running++
      return {
        ok: true,
        fail() {
          entry.running--
          entry.failures++
          entry.failedAt = now()
          return { failures: entry.failures, failedAt: entry.failedAt }
        },
        succeed() {
          entry.running--
          entry.failures = 0
        },
        leave: () => void entry.running--,
      }
    },
  }
}
