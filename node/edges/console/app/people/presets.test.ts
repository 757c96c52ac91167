import { expect, test } from 'vitest'
import { joined, PRESET_NAMES, PRESETS, peopleWith } from './presets.ts'

test('no usual set of roles joins administrators who watch each other, and one that does is told', () => {
  for (const name of PRESET_NAMES) expect(joined(PRESETS[name]), name).toEqual([])
  expect(joined(['audit-administrator', 'leader', 'system-administrator'])).toEqual([
    'system-administrator',
    'audit-administrator',
  ])
  expect(joined(['security-administrator', 'business-administrator'])).toEqual([])
})

test('people are found by name, staff number or window, and who left only where they are wanted', () => {
  const of = (name: string, fields: object = {}) => ({
    name,
    staffNumber: null,
    windows: null,
    revokedAt: null,
    ...fields,
  })
  const people = [
    of('王小明', { staffNumber: 'A42' }),
    of('李四', { windows: ['3 号窗'] }),
    of('赵五', { revokedAt: 'x' }),
  ]
  const names = (text: string, ended = false) => peopleWith(people, text, ended).map(({ name }) => name)
  expect(names('')).toEqual(['王小明', '李四'])
  expect(names('a42')).toEqual(['王小明'])
  expect(names(' 3 号')).toEqual(['李四'])
  expect(names('赵', true)).toEqual(['赵五'])
})
