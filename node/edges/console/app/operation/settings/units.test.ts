import { expect, test } from 'vitest'
import { settingsWith, unitOf, valueText } from './units.ts'

test('a number has the unit that its name ends with, and a name without one has none', () => {
  expect(unitOf('signIn.lockMinutes')).toEqual({ zh: '分钟', en: 'minutes' })
  expect(unitOf('quotas.packetsGB')).toEqual({ zh: 'GB', en: 'GB' })
  expect(unitOf('signIn.failures')).toBeNull()
})

test('values are written as in the file, and what is not set is empty', () => {
  expect([null, undefined, 'x', 5, false, [], ['a', 'b'], { kind: 'rest' }].map(valueText)).toEqual([
    '',
    '',
    'x',
    '5',
    'false',
    '',
    'a, b',
    '{"kind":"rest"}',
  ])
})

test('a setting is found by its name and by what it means, in either language', () => {
  const settings = [
    { key: 'http.port', zh: '接口端口', en: 'port of the API' },
    { key: 'log.level', zh: '日志级别', en: 'how much is logged' },
  ]
  expect(settingsWith(settings, ' PORT ').map(({ key }) => key)).toEqual(['http.port'])
  expect(settingsWith(settings, '日志').map(({ key }) => key)).toEqual(['log.level'])
  expect(settingsWith(settings, '')).toHaveLength(2)
  expect(settingsWith(settings, 'nothing')).toEqual([])
})
