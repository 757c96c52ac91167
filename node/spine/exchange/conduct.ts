/**
 * How each partner behaves (对方行为): what it may do only so often, and the pause of one that went beyond. Kept by this node
 * whatever the partner announces or however often it connects; in memory, so that a restart forgives.
 */

import { pauseAfter } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import { EXCHANGE_LIMITS } from './limits.ts'

const HOUR = 3_600_000

/** So many at once, and so many more flow in an hour. */
export class Allowance {
  readonly #clock: Clock
  readonly #atOnce: number
  readonly #perHour: number
  #left: number
  #at: number

  constructor(clock: Clock, atOnce: number, perHour: number) {
    this.#clock = clock
    this.#atOnce = atOnce
    this.#perHour = perHour
    this.#left = atOnce
    this.#at = clock.now()
  }

  get left(): number {
    const now = this.#clock.now()
    this.#left = Math.min(this.#atOnce, this.#left + (Math.max(0, now - this.#at) * this.#perHour) / HOUR)
    this.#at = now
    return this.#left
  }

  /** Takes what happened, also more than is left: it is made up for before anything else may happen. */
  charge(count: number): void {
    this.#left = this.left - count
  }

  /** Ms until so many are left. */
  wait(count: number): number {
    return Math.max(0, Math.ceil(((count - this.left) * HOUR) / this.#perHour))
  }
}

export class Conduct {
  readonly refused: Allowance
  readonly hellos: Allowance
  readonly #clock: Clock
  #pausedUntil = 0
  #pauses = 0
  #recalled = { from: 0, through: 0, at: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
    this.refused = new Allowance(clock, EXCHANGE_LIMITS.refused, EXCHANGE_LIMITS.refused)
    this.hellos = new Allowance(clock, EXCHANGE_LIMITS.hellos, EXCHANGE_LIMITS.hellosPerHour)
  }

  /** When its packets are looked at again, ms; null: now. */
  get pausedUntil(): number | null {
    return this.#clock.now() < this.#pausedUntil ? this.#pausedUntil : null
  }

  /** Begins a pause, or leaves the one that goes on as it is; when it ends, ms. */
  pause(): number {
    const now = this.#clock.now()
    if (now < this.#pausedUntil) return this.#pausedUntil
    this.#pauses = now < this.#pausedUntil + HOUR ? this.#pauses + 1 : 0
    const again = pauseAfter(this.#pauses + 1, { first: EXCHANGE_LIMITS.pause, most: EXCHANGE_LIMITS.longestPause })
    this.#pausedUntil = now + Math.max(again, this.refused.wait(EXCHANGE_LIMITS.refused / 10))
    return this.#pausedUntil
  }

  /** Notes that the packet at a place is given back; whether it was so already a short time ago. */
  recall(place: number): boolean {
    const now = this.#clock.now()
    const { from, through, at } = this.#recalled
    if (now - at >= EXCHANGE_LIMITS.recall || through === 0) {
      this.#recalled = { from: place, through: place, at: now }
      return false
    }
    if (place >= from && place <= through) return true
    this.#recalled = { from: Math.min(from, place), through: Math.max(through, place), at }
    return false
  }
}

/** The conduct of each partner, by its code. */
export function createConducts(clock: Clock): (partner: string) => Conduct {
  const conducts = new Map<string, Conduct>()
  return partner => {
    const known = conducts.get(partner)
    if (known !== undefined) return known
    const conduct = new Conduct(clock)
    conducts.set(partner, conduct)
    return conduct
  }
}
