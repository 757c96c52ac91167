import { expect, test } from 'vitest'
import { begun, markOf, pairsOf, proposedFor, unpaired } from './pairs.ts'
import type { ComparisonOf, SavedMapping } from './types.ts'

const named = (code: string) => ({ code, name: code, version: 1 })
const COMPARISON: ComparisonOf = {
  collecting: named('own'),
  handling: named('theirs'),
  same: 3,
  differences: [],
  pairs: [
    { collecting: named('A1'), handling: named('B1'), by: 'name', similarity: 1, differences: [] },
    {
      collecting: named('A2'),
      handling: named('B2'),
      by: 'similar',
      similarity: 0.6,
      differences: [{ field: 'isNeed', label: '必要性', collecting: '1', handling: '3' }],
    },
  ],
  onlyCollecting: [named('A3')],
  onlyHandling: [named('B3')],
  form: { onlyCollecting: [], onlyHandling: [], differing: [] },
}

test('pairs begin as the comparison proposes them, and as they were saved once they are', () => {
  const codes = ['B1', 'B2', 'B3']
  const proposed = begun(codes, COMPARISON, null)
  expect(proposed.map(({ collecting }) => collecting)).toEqual(['A1', 'A2', null])
  expect(proposed.map(pairing => markOf(COMPARISON, pairing))).toEqual(['same', 'unlike', 'onlyTheirs'])
  const saved = { pairs: [{ collecting: 'A3', handling: 'B3', note: '盖章' }] } as SavedMapping
  const kept = begun(codes, COMPARISON, saved)
  expect(kept).toEqual([
    { handling: 'B1', collecting: null, note: '' },
    { handling: 'B2', collecting: null, note: '' },
    { handling: 'B3', collecting: 'A3', note: '盖章' },
  ])
  // A person may know better than the names: what they paired is no proposal, and is looked at.
  expect(proposedFor(COMPARISON, { handling: 'B3', collecting: 'A3', note: '' })).toBe(null)
  expect(markOf(COMPARISON, { handling: 'B3', collecting: 'A3', note: '' })).toBe('unlike')
  expect(pairsOf([...kept, { handling: 'B9', collecting: 'A1', note: ' ' }])).toEqual([
    { handling: 'B3', collecting: 'A3', note: '盖章' },
    { handling: 'B9', collecting: 'A1' },
  ])
  expect(unpaired([{ materialCode: 'A1' }, { materialCode: 'A3' }], kept)).toEqual([{ materialCode: 'A1' }])
})
