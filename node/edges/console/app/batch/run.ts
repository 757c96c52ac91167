/** An act on many cases, one after the other: each is told for itself, one that fails keeps no other from it, and all that follow can be stopped. Pure. */

export type Outcome = { state: 'waiting' | 'running' | 'done' | 'stopped' } | { state: 'failed'; error: unknown }

export async function runEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
  { stop, tell }: { stop: AbortSignal; tell: (item: T, outcome: Outcome) => void },
): Promise<void> {
  for (const item of items) tell(item, { state: 'waiting' })
  for (const item of items) {
    if (stop.aborted) {
      tell(item, { state: 'stopped' })
      continue
    }
    tell(item, { state: 'running' })
    try {
      await act(item)
      tell(item, { state: 'done' })
    } catch (error) {
      tell(item, { state: 'failed', error })
    }
  }
}

/** In parts of so many at most. */
export const partsOf = <T>(items: readonly T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / most) }, (_, part) => items.slice(part * most, (part + 1) * most))
