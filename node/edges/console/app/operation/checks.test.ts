import { expect, test } from 'vitest'
import type { Check } from '../../../client/api.generated.ts'
import { splitName, urgentFirst, withTimes } from './checks.ts'

test('a check is named in one language at a time, and a reminder by what it is of and not by an id', () => {
  expect(splitName('validity 证书有效期')).toEqual({ zh: '证书有效期', en: 'validity' })
  expect(splitName('approval system 审批系统')).toEqual({ zh: '审批系统', en: 'approval system' })
  expect(splitName('partner 安康市 610900')).toEqual({ zh: '安康市 610900', en: 'partner 安康市 610900' })
  expect(splitName('administrators b0c14175-498c-4786-ab92-30612b4bfccd')).toEqual({
    zh: '三员分立',
    en: 'administrators apart',
  })
  expect(splitName('delegation 610900')).toEqual({ zh: '密钥委托 610900', en: 'delegation of keys 610900' })
  expect(splitName('agreement-end 0f0f')).toEqual({ zh: '合作协议', en: 'agreement' })
  expect(splitName('something-new 0f')).toEqual({ zh: '提醒', en: 'reminder' })
})

test('what failed stands before what wants to be seen to, and what is well apart', () => {
  const check = (level: Check['level']): Check => ({ check: level, level, detail: '', detailZh: '' })
  const { wanting, well } = urgentFirst([check('ok'), check('warn'), check('skip'), check('fail')])
  expect(wanting.map(({ level }) => level)).toEqual(['fail', 'warn'])
  expect(well.map(({ level }) => level)).toEqual(['skip', 'ok'])
})

test('instants within a text are those of China, as people read them', () => {
  const now = Date.parse('2026-12-01T00:00:00Z')
  expect(withTimes('rest 可用；上次应答 2026-11-30T14:28:58.558Z', 'zh', now)).toBe(
    'rest 可用；上次应答 11-30 周一 22:28',
  )
  expect(withTimes('holidays are known through 2026-12-31', 'en', now)).toBe('holidays are known through 2026-12-31')
})
