import { describe, expect, test } from 'vitest'
import { answersCommitment, type Committed, commitsBeyond, handedIn, resultWaits } from './commitment.ts'

const committed = (change: Partial<Committed> = {}): Committed => ({
  missing: ['M03', 'M04'],
  until: '2026-12-10',
  at: 1,
  kept: null,
  ...change,
})
const given = (...codes: string[]) => ({
  materials: codes.map((code, no) => ({ code, name: code, sha256: `${no}`.repeat(64) })),
})

describe('a commitment', () => {
  test('is kept when the last of its materials came, at the time of that', () => {
    const some = handedIn(committed(), ['M03', 'M03'], { at: 5, told: null })
    expect(some).toEqual(committed({ missing: ['M04'] }))
    expect(handedIn(some, ['M01', 'M04'], { at: 7, told: 9 })).toEqual(committed({ missing: [], kept: 7, keptTold: 9 }))
    const kept = committed({ missing: [], kept: 7 })
    expect(handedIn(kept, ['M04'], { at: 9, told: null })).toBe(kept)
    expect(handedIn(null, ['M04'], { at: 9, told: null })).toBeNull()
  })

  test('that was purged takes anything, and holds nothing up', () => {
    const purged = committed({ missing: null, until: null })
    expect(answersCommitment(purged, given('M09'))).toBeNull()
    expect(handedIn(purged, ['M03'], { at: 5, told: null })).toBe(purged)
    expect(resultWaits({ committed: purged, decision: 'granted' })).toBe(false)
    expect(answersCommitment(committed(), null)).toBeNull()
  })

  test.each([
    [['M03'], null],
    [['M03', 'M04', 'M04'], null],
    [['M03', 'M05'], 'materials.1.code: not committed to, or there already'],
  ])('is answered by %j', (codes, detail) => {
    expect(answersCommitment(committed(), given(...codes))).toEqual(
      detail === null ? null : { ok: false, problem: { code: 'case.supplement', detail } },
    )
  })

  test('holds the result up until it is kept, but no denial', () => {
    for (const decision of ['granted', 'forwarded', null] as const)
      expect(resultWaits({ committed: committed(), decision })).toBe(true)
    expect(resultWaits({ committed: committed(), decision: 'denied' })).toBe(false)
    expect(resultWaits({ committed: committed({ missing: [], kept: 7 }), decision: 'granted' })).toBe(false)
    expect(resultWaits({ committed: null, decision: 'granted' })).toBe(false)
  })

  test.each([
    [['M03'], null],
    [['M03', 'M77'], "materials.1: not in the item's list"],
    [['M01'], 'materials.0: may not be handed in later'],
    [['M02'], 'materials.0: may not be handed in later'],
    [['M04'], 'materials.0: was handed in'],
  ])('is to what the item lets come later, and did not come: %j', (materials, detail) => {
    const needs = ['1', '2', '3', '3'] as const
    const item = {
      materials: needs.map((isNeed, at) => ({ materialCode: `M0${at + 1}`, materialName: 'x', isNeed })) as never,
    }
    const refused = commitsBeyond({ materials, until: '2026-12-10' }, item, given('M04'))
    expect(refused).toEqual(detail === null ? null : { ok: false, problem: { code: 'case.content', detail } })
  })
})
