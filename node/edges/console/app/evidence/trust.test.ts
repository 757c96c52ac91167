import { describe, expect, test } from 'vitest'
import { basisOf, fingerprintsIn, type Trust, verdictOf } from './trust.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const none: Trust = { roots: [], typed: [], compared: [], node: [] }
const root = (kind: 'city' | 'authority', ...vouches: string[]) =>
  ({ file: 'root.pem', kind, name: '某市', fingerprint: A, vouches }) as const

describe('the ground on which a certificate rests', () => {
  test('is the strongest of those that there are', () => {
    const all: Trust = {
      roots: [root('authority', A), root('city', A)],
      typed: [A],
      compared: [A],
      node: [A],
    }
    expect(basisOf(A, all)).toBe('file')
    expect(basisOf(A, { ...all, roots: [root('authority', A)] })).toBe('authority')
    expect(basisOf(A, { ...all, roots: [root('city', B)] })).toBe('typed')
    expect(basisOf(A, { ...none, compared: [A], node: [A] })).toBe('compared')
    expect(basisOf(A, { ...none, node: [A] })).toBe('node')
    expect(basisOf(A, none)).toBe(null)
  })

  test('is none for a file that is no certificate', () => {
    const spoilt = { file: 'poem.pem', kind: 'none', problem: { code: 'certificate.malformed' } } as const
    expect(basisOf(A, { ...none, roots: [spoilt] })).toBe(null)
  })
})

test('a bundle proves something when it verifies and every certificate rests on something', () => {
  const report = { ok: true, certificates: [{ fingerprint: A }, { fingerprint: B }] }
  expect(verdictOf(report, { ...none, typed: [A] })).toBe('unconfirmed')
  expect(verdictOf(report, { ...none, typed: [A], compared: [B] })).toBe('proved')
  expect(verdictOf({ ...report, ok: false }, { ...none, typed: [A, B] })).toBe('refuted')
  expect(verdictOf({ ok: true, certificates: [] }, none)).toBe('unconfirmed')
})

test('fingerprints are read as people write them, and what is none is told', () => {
  const colons = A.toUpperCase().replaceAll(/..(?!$)/g, '$&:')
  expect(fingerprintsIn(`${colons}，${B}\n\n abc `)).toEqual({ fingerprints: [A, B], malformed: ['abc'] })
  expect(fingerprintsIn('')).toEqual({ fingerprints: [], malformed: [] })
})
