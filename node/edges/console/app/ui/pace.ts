/** Reads again for as long as something goes on that no event tells of. */
import { useEffect } from 'react'

/** Milliseconds between two looks. */
const PACE = 1500

export function useWhile(goesOn: boolean, again: () => unknown, at: number): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: one look after another, each a while after the answer before
  useEffect(() => {
    if (!goesOn) return
    const timer = setTimeout(() => void again(), PACE)
    return () => clearTimeout(timer)
  }, [goesOn, at])
}
