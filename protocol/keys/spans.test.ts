import { describe, expect, test } from 'vitest'
import { fc } from '../../test/support/properties.ts'
import { joinSpans, spanOf, spanOfMs, within } from './spans.ts'

const CERTIFICATE = { begins: 100, ends: 200 }

describe('spans of a delegated key', () => {
  test('a delegation counts within its certificate, both ends included, and only when it was signed within', () => {
    expect(spanOf({ iat: 100, nbf: 50, exp: 250 }, CERTIFICATE)).toEqual(CERTIFICATE)
    expect(spanOf({ iat: 200, nbf: 150, exp: 160 }, CERTIFICATE)).toEqual({ begins: 150, ends: 160 })
    expect(spanOf({ iat: 99, nbf: 150, exp: 160 }, CERTIFICATE)).toBeNull()
    expect(spanOf({ iat: 201, nbf: 150, exp: 160 }, CERTIFICATE)).toBeNull()
    expect(spanOf({ iat: 100, nbf: 201, exp: 210 }, CERTIFICATE)).toBeNull()
  })

  test('those that overlap or touch become one; a second between two stays a gap', () => {
    const first = { begins: 1, ends: 10 } as const
    const touching = { begins: 11, ends: 20 } as const
    const apart = { begins: 22, ends: 30 } as const
    expect(joinSpans([apart, touching, first])).toEqual([{ begins: 1, ends: 20 }, apart])
    expect(joinSpans([first, { begins: 3, ends: 5 }])).toEqual([first])
    expect(joinSpans([])).toEqual([])
  })

  test('joining changes no answer', () => {
    const span = fc.tuple(fc.nat(60), fc.nat(20)).map(([begins, length]) => ({ begins, ends: begins + length }))
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), fc.nat(90), (spans, at) => {
        expect(within(joinSpans(spans), at)).toBe(within(spans, at))
      }),
    )
  })

  test('a validity in milliseconds keeps its whole seconds', () => {
    expect(spanOfMs(1001, 2999)).toEqual({ begins: 2, ends: 2 })
    expect(spanOfMs(1000, 2000)).toEqual({ begins: 1, ends: 2 })
  })
})
