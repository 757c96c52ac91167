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

/** Neighbours that are alike, in runs of so many at most; the order stays. */
export function runsOf<T>(items: readonly T[], alike: (item: T) => unknown, most: number): [T, ...T[]][] {
  const runs: [T, ...T[]][] = []
  for (const item of items) {
    const last = runs.at(-1)
    if (last === undefined || last.length === most || alike(last[0]) !== alike(item)) runs.push([item])
    else last.push(item)
  }
  return runs
}
