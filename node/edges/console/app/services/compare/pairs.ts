/** Which material is which, as a person confirms it: begun from what was saved, else from what the comparison proposes. Pure. */
import type { ComparisonOf, SavedMapping } from './types.ts'

/** A material of the partner's, the own one that it is, and a note for the counter. */
export type Pairing = { handling: string; collecting: string | null; note: string }
export type Mark = 'same' | 'unlike' | 'onlyTheirs'

export function begun(codes: readonly string[], comparison: ComparisonOf, saved: SavedMapping | null): Pairing[] {
  const of = new Map<string, { collecting: string; note?: string | undefined }>(
    saved === null
      ? comparison.pairs.map(pair => [pair.handling.code, { collecting: pair.collecting.code }])
      : saved.pairs.map(({ handling, collecting, note }) => [handling, { collecting, note }]),
  )
  return codes.map(handling => {
    const known = of.get(handling)
    return { handling, collecting: known?.collecting ?? null, note: known?.note ?? '' }
  })
}

/** As it is saved: what stands for nothing is left out. */
export const pairsOf = (pairings: readonly Pairing[]) =>
  pairings.flatMap(({ handling, collecting, note }) =>
    collecting === null ? [] : [{ handling, collecting, ...(note.trim() === '' ? {} : { note: note.trim() }) }],
  )

/** What the comparison says of a pairing; null where a person paired what it did not. */
export const proposedFor = ({ pairs }: ComparisonOf, { handling, collecting }: Pairing) =>
  pairs.find(pair => pair.handling.code === handling && pair.collecting.code === collecting) ?? null

export function markOf(comparison: ComparisonOf, pairing: Pairing): Mark {
  if (pairing.collecting === null) return 'onlyTheirs'
  const proposed = proposedFor(comparison, pairing)
  return proposed !== null && proposed.differences.length === 0 ? 'same' : 'unlike'
}

/** Own materials that stand for none of theirs. */
export const unpaired = <T extends { materialCode: string }>(own: readonly T[], pairings: readonly Pairing[]): T[] => {
  const taken = new Set(pairings.map(({ collecting }) => collecting))
  return own.filter(({ materialCode }) => !taken.has(materialCode))
}
