import { describe, expect, test } from 'vitest'
import { LIMITS } from '../limits.ts'
import { readNotice, SignedNotice } from './notice.ts'

const standing = {
  v: 1,
  kind: 'standing',
  agreement: 'ab'.repeat(32),
  city: '411300',
  at: 1_793_581_200,
  no: 1,
  suspended: true,
  leavesOn: null,
  reason: '系统检修',
}
const problem = (notice: object | string) => {
  const read = readNotice(typeof notice === 'string' ? notice : JSON.stringify(notice))
  return read.ok ? null : read.problem.code
}

describe('a notice', () => {
  test('tells where a city stands, or that it declined a text', () => {
    expect(problem(standing)).toBeNull()
    expect(problem({ ...standing, suspended: false, leavesOn: '2027-06-30' })).toBeNull()
    const { no, suspended, leavesOn, ...rest } = standing
    expect(problem({ ...rest, kind: 'decline' })).toBeNull()
  })

  test('has the members of its kind and no others', () => {
    for (const change of [
      { no: 0 },
      { no: 1.5 },
      { leavesOn: '2027-02-30' },
      { city: '1' },
      { colour: 'red' },
      { v: 2 },
    ])
      expect([change, problem({ ...standing, ...change })]).toEqual([change, 'agreement.malformed'])
    expect(problem({ ...standing, kind: 'decline' })).toBe('agreement.malformed')
    for (const text of ['', 'x', '[]', `${JSON.stringify(standing)} x`])
      expect(problem(text)).toBe('agreement.malformed')
  })

  test('is so long at most', () => {
    const padded = (bytes: number) => JSON.stringify(standing).padEnd(bytes - '系统检修'.length * 2)
    expect(problem(padded(LIMITS.agreementNoticeBytes))).toBeNull()
    expect(problem(padded(LIMITS.agreementNoticeBytes + 1))).toBe('agreement.malformed')
    const signature = { protected: 'eyJ9', signature: 'c2ln' }
    const fits = (characters: number) => SignedNotice.safeParse({ text: 'x'.repeat(characters), signature }).success
    expect([fits(LIMITS.agreementNoticeBytes), fits(LIMITS.agreementNoticeBytes + 1)]).toEqual([true, false])
  })
})
