/**
 * What tests leave to chance. One number, told before anything runs (`template.ts`), brings all of a run again: the order of its files,
 * what its properties draw, where its walks go and when its nodes are killed.
 */
import { onTestFailed } from 'vitest'

/** As `vitest.config.ts` tells it to every process. */
export const SEED = Number(process.env.TONGBAN_TEST_SEED)

export type Dice = {
  /** 0 to n - 1 */
  upTo: (n: number) => number
  one: <T>(of: readonly [T, ...T[]]) => T
  chance: (p: number) => boolean
}

/** The same numbers for the same seed (mulberry32). */
export function diceOf(seed: number): Dice {
  let at = seed >>> 0
  const next = () => {
    at = (at + 0x6d2b79f5) >>> 0
    let t = Math.imul(at ^ (at >>> 15), at | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const upTo = (n: number) => Math.floor(next() * n)
  return { upTo, one: of => of[upTo(of.length)] ?? of[0], chance: p => next() < p }
}

/** Within a test: when it fails, or is ended because it hangs, it tells how it comes again and `where` it was. */
export function tellsWhere(where: () => string): void {
  onTestFailed(({ task }) => console.error(`TONGBAN_TEST_SEED=${SEED} ${task.name}: ${where()}`))
}
