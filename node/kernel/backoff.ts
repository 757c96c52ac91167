/** When to try again what failed (退避): pauses that double up to a bound, spread by chance, and a breaker that holds after many failures. */

/** ms of the first pause, and at most. */
export type Growth = { first: number; most: number }

/** Milliseconds to wait after `failures` (≥ 1) in a row. */
export const pauseAfter = (failures: number, { first, most }: Growth): number =>
  Math.min(most, first * 2 ** Math.min(Math.max(failures, 1) - 1, 30))

/** A pause, half of it by chance: many nodes that lost the same partner do not come back at once. `random` in [0, 1). */
export const spread = (pause: number, random: number): number => Math.round(pause * (0.5 + random / 2))

export type BackoffSettings = Growth & {
  /** failures in a row that open the breaker */
  breakAfter: number
  /** ms between tries while the breaker is open */
  hold: number
}

/** Of a partner that cannot be reached, or gives nothing. */
export const BACKOFF: BackoffSettings = { first: 500, most: 60_000, breakAfter: 12, hold: 300_000 }

/** Milliseconds to wait for a partner after `failures` (≥ 1) in a row; `random` in [0, 1). */
export const delayAfter = (failures: number, random: number, settings: BackoffSettings = BACKOFF): number =>
  spread(isOpen(failures, settings) ? settings.hold : pauseAfter(failures, settings), random)

/** Whether it failed so often that it is tried seldom. */
export const isOpen = (failures: number, settings: BackoffSettings = BACKOFF): boolean =>
  failures >= settings.breakAfter
