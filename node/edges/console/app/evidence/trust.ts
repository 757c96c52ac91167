/**
 * Whose certificates the reader of a bundle takes for those of the cities, and why: a file that they have from elsewhere, an authority that
 * they accept, a fingerprint that they typed or compared by eye. What this node says counts only when the reader lets it.
 */
import type { Problem } from '../../../../../protocol/problem.ts'

/** A certificate that the reader dropped; `vouches`: fingerprints of the certificates of the bundle that it is, or that it issued. */
export type Root =
  | { file: string; kind: 'city' | 'authority'; name: string; fingerprint: string; vouches: readonly string[] }
  | { file: string; kind: 'none'; problem: Problem }

export type Basis = 'file' | 'authority' | 'typed' | 'compared' | 'node'

export type Trust = {
  roots: readonly Root[]
  typed: readonly string[]
  compared: readonly string[]
  /** what this node says, as far as the reader takes its word */
  node: readonly string[]
}

/** On what it rests that a certificate is its city's, the strongest ground first; null: on nothing. */
export function basisOf(fingerprint: string, { roots, typed, compared, node }: Trust): Basis | null {
  for (const kind of ['city', 'authority'] as const)
    if (roots.some(root => root.kind === kind && root.vouches.includes(fingerprint)))
      return kind === 'city' ? 'file' : 'authority'
  if (typed.includes(fingerprint)) return 'typed'
  if (compared.includes(fingerprint)) return 'compared'
  return node.includes(fingerprint) ? 'node' : null
}

/** Fingerprints as people write them: upper case, with colons or spaces, one a line or between commas. */
export function fingerprintsIn(text: string): { fingerprints: string[]; malformed: string[] } {
  const fingerprints: string[] = []
  const malformed: string[] = []
  for (const line of text.split(/[\n,;，；]+/)) {
    const plain = line.replaceAll(/[\s:：]/g, '').toLowerCase()
    if (/^[0-9a-f]{64}$/.test(plain)) fingerprints.push(plain)
    else if (plain !== '') malformed.push(line.trim())
  }
  return { fingerprints, malformed }
}

export type Verdict = 'proved' | 'unconfirmed' | 'refuted'

/** What a bundle proves: nothing when it does not verify, and nothing about cities as long as a certificate rests on nothing. */
export function verdictOf(
  { ok, certificates }: { ok: boolean; certificates: readonly { fingerprint: string }[] },
  trust: Trust,
): Verdict {
  if (!ok) return 'refuted'
  const known = certificates.every(({ fingerprint }) => basisOf(fingerprint, trust) !== null)
  return known && certificates.length > 0 ? 'proved' : 'unconfirmed'
}
