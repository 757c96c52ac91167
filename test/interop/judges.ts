/** One verdict of two verifiers on a bundle, for tests; the first of them is heard twice, as the node runs it and as a browser does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { BundleInput } from '../../node/city/records/evidence/bundle.ts'
import { type BundleReport, verifyBundle } from '../../node/city/records/evidence/verify.ts'
import { bundleBytes } from '../support/play-bundle.ts'
import { verifyAsBrowser } from './browser-verifier.ts'
import { findPython, type SecondReport, verifyInPython } from './second-verifier.ts'

/** Both verifiers' word; `second` is null where there is no Python for it. */
export type Verdict = { first: BundleReport; second: SecondReport | null }

const found = findPython()
if ('reason' in found) console.warn(`SKIPPED, the second verifier's half of the evidence tests: ${found.reason}`)

/** Judges bundles by both verifiers, which know nothing but these fingerprints. */
export async function judge(zips: readonly Uint8Array[], fingerprints: readonly string[]): Promise<Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-evidence-'))
  try {
    const paths = zips.map((_, index) => join(folder, `${index}.zip`))
    for (const [index, path] of paths.entries()) await writeFile(path, zips[index] ?? new Uint8Array())
    const second = 'reason' in found ? null : await verifyInPython(found.python, paths, fingerprints)
    const verdicts: Verdict[] = []
    for (const [index, path] of paths.entries()) {
      const first = await verifyBundle(path, { fingerprints })
      // Word for word: who verifies without the node learns no less and nothing else.
      expect(await verifyAsBrowser(new Blob([new Uint8Array(zips[index] ?? [])]), fingerprints)).toEqual(first)
      verdicts.push({ first, second: second?.[index] ?? null })
    }
    return verdicts
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export async function judgeOne(zip: Uint8Array, fingerprints: readonly string[]): Promise<Verdict> {
  const [verdict] = await judge([zip], fingerprints)
  if (verdict === undefined) throw new Error('no verdict')
  return verdict
}

export const judgeInput = async (input: BundleInput, fingerprints: readonly string[]): Promise<Verdict> =>
  judgeOne(await bundleBytes(input), fingerprints)

/** Accepted by both, which count alike. */
export function expectAccepted({ first, second }: Verdict, wanted: { state: string; outcome: string | null }): void {
  expect(first.findings.filter(({ level }) => level === 'error')).toEqual([])
  expect(first).toMatchObject({ ok: true, ...wanted })
  if (second === null) return
  expect(second.errors).toEqual([])
  const { packets, receipts, materials } = first
  expect(second).toMatchObject({ ok: true, ...wanted, packets, receipts, materials })
}

/** Refused by both, and the first verifier names `word` (problem code or finding) at a file that fits. */
export function expectRefused({ first, second }: Verdict, word: string, file: RegExp = /^/): void {
  expect(first).toMatchObject({ ok: false, state: null, outcome: null })
  const named = first.findings.map(({ file, problem }) => `${file} ${problem.code} ${problem.detail ?? ''}`)
  expect(named.filter(line => line.includes(` ${word}`) && file.test(line)).length, named.join('\n')).toBeGreaterThan(0)
  for (const { zh, en } of first.findings) expect(zh.length * en.length).toBeGreaterThan(0)
  if (second === null) return
  expect(second).toMatchObject({ ok: false, state: null, outcome: null })
  expect(second.errors.length).toBeGreaterThan(0)
}
