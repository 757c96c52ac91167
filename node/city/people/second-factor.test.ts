import { describe, expect, test } from 'vitest'
import { enrolment, stepOf } from './second-factor.ts'

/** The secret of RFC 6238, appendix B, whose codes have eight digits there. */
const secret = new TextEncoder().encode('12345678901234567890')

describe('the second factor', () => {
  test.each([
    [59_000, '287082', 1],
    [1_111_111_109_000, '081804', 37_037_036],
    [20_000_000_000_000, '353130', 666_666_666],
  ])('has the codes of RFC 6238 (%i)', (at, code, step) => {
    expect(stepOf(secret, code, at)).toBe(step)
  })

  test('takes the step before and the one after, and none beside', () => {
    const at = 1_111_111_109_000
    const step = 37_037_036
    for (const [ms, found] of [
      [at + 30_000, step],
      [at - 30_000, step],
      [at + 60_000, null],
      [at - 60_000, null],
    ] as const)
      expect([ms, stepOf(secret, '081804', ms)]).toEqual([ms, found])
  })

  test.each(['', '81804', '0081804', ' 081804', '08180a', '０８１８０４'])('%j is no code', code => {
    expect(stepOf(secret, code, 1_111_111_109_000)).toBeNull()
  })

  test('is told to authenticators as they read it', () => {
    const told = enrolment(secret, '通办 十堰市', 'li.lei')
    expect(told.secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
    const uri = new URL(told.uri)
    expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp'])
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: '通办 十堰市',
      secret: told.secret,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
  })
})
