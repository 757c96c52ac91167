import { expect, test } from 'vitest'
import { initialsOf } from './initials.ts'

test('names are found by the initials of their pinyin', () => {
  expect(initialsOf('住房公积金')).toBe('zfgjj')
  expect(initialsOf('十堰市')).toBe('sys')
  // 重 is read in two ways.
  expect(initialsOf('重庆市')).toBe('cqs')
  expect(initialsOf('出具“个人”证明（A4）')).toBe('cjgrzma4')
})
