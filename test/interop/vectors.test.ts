/** The second verifier, which shares no code with the project, says the same of the signed test vectors. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findPython } from './second-verifier.ts'

const found = findPython()
const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

if ('reason' in found) {
  test('vectors in Python are skipped', () => {
    console.log(found.reason)
    expect(found.reason).toContain('cryptography')
  })
} else {
  test('vectors in Python', () => {
    const out = execFileSync(found.python, [pathOf('verify_vectors.py'), pathOf('../../protocol/vectors')], {
      encoding: 'utf8',
    })
    const report = JSON.parse(out) as { passed: number; failed: string[] }
    expect(report.failed).toEqual([])
    expect(report.passed).toBeGreaterThan(50)
  })
}
