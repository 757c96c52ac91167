/** When to try an unreachable partner again: full jitter over an exponential, and a breaker that holds after many failures. */

export type BackoffSettings = {
  /** ms before the first retry */ first: number
  /** ms at most while the breaker is closed */ cap: number
  /** failures in a row that open the breaker */ breakAfter: number
  /** ms between tries while the breaker is open */ hold: number
}

export const BACKOFF: BackoffSettings = { first: 500, cap: 60_000, breakAfter: 12, hold: 300_000 }

/** Milliseconds to wait after `failures` (≥ 1) in a row; `random` in [0, 1) spreads many nodes that lost the same partner. */
export function delayAfter(failures: number, random: number, settings: BackoffSettings = BACKOFF): number {
  if (isOpen(failures, settings)) return Math.round(settings.hold * (0.5 + random / 2))
  const ceiling = Math.min(settings.cap, settings.first * 2 ** Math.min(failures - 1, 30))
  return Math.round(ceiling * (0.5 + random / 2))
}

/** Whether the breaker is open: the partner is tried seldom, until it speaks itself. */
export const isOpen = (failures: number, settings: BackoffSettings = BACKOFF): boolean =>
  failures >= settings.breakAfter
