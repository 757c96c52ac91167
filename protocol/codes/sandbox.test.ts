import { describe, expect, test } from 'vitest'
import { divisionOf } from './divisions.ts'
import { readResidentId } from './resident-id.ts'
import { isSandbox, SANDBOX_CITY, sandboxPerson } from './sandbox.ts'

describe('codes of sandbox cities', () => {
  test.each([
    ['990000', true],
    ['999999', true],
    [SANDBOX_CITY, true],
    ['989999', false],
    ['420300', false],
    ['9900001', false],
    ['99000', false],
  ])('%s: %s', (code, is) => {
    expect(isSandbox(code)).toBe(is)
    if (is) expect(divisionOf(code)).toBeNull()
  })
})

describe('made-up applicants', () => {
  test('have ID numbers with a right check character and an area of nobody, each another one', () => {
    const people = Array.from({ length: 1000 }, (_, n) => sandboxPerson(n))
    for (const { idNumber } of people)
      expect(readResidentId(idNumber)).toMatchObject({ area: SANDBOX_CITY, birthDate: '1990-03-07' })
    expect(new Set(people.map(({ idNumber }) => idNumber)).size).toBe(1000)
  })
})
