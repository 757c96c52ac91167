import { describe, expect, test } from 'vitest'
import { PASSWORD_CHARACTERS, passwordFaults } from './password-rules.ts'

const rules = { minLength: 8, classes: 3 }
const faults = (password: string, names: string[] = ['li.lei', '李雷']) =>
  passwordFaults(password, names, rules).map(({ reason }) => reason.split(' ').slice(0, 4).join(' '))

describe('a password', () => {
  test.each(['Abcdef12', 'abcdef1!', 'ABCDEF1!', '通办a1bcdef', 'Ａbcdef12', 'pass phrase 7'])('%s holds', password => {
    expect(faults(password)).toEqual([])
  })

  test.each([
    ['Abcde12', 'at least 8 characters'],
    ['abcdefg1', 'characters of at least'],
    ['12345678', 'characters of at least'],
    ['Li.Lei-2026', 'must not hold the'],
    ['ieL.iL-2026', 'must not hold the'],
    ['Ａbc李雷1234', 'must not hold the'],
    [`Ab1${'x'.repeat(PASSWORD_CHARACTERS - 2)}`, 'at most 128 characters'],
  ])('%s is refused', (password, fault) => {
    expect(faults(password)).toEqual([fault])
  })

  test('of the greatest length holds, and every rule that is broken is told at once', () => {
    expect(faults(`Ab1${'x'.repeat(PASSWORD_CHARACTERS - 3)}`)).toEqual([])
    expect(faults('lilei', ['lilei'])).toHaveLength(3)
  })

  test('may hold two letters that happen to be a name, and may not be them', () => {
    expect(faults('Xyab12cd', ['ab'])).toEqual([])
    expect(passwordFaults('ab', ['ab'], { minLength: 1, classes: 1 })).toHaveLength(1)
    expect(passwordFaults('abcd', ['', ' '], { minLength: 1, classes: 1 })).toEqual([])
  })
})
