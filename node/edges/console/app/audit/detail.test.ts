import { expect, test } from 'vitest'
import { PROBLEMS } from '../../../../../protocol/problem.ts'
import { partsOf, valueText } from './detail.ts'

test('purposes, problems, rights and roles are told by their names, and what nobody named as it is', () => {
  expect(valueText('purpose', 'legal').zh).toBe('依法协助查询')
  expect(valueText('problem', 'exchange.timeout').zh).toBe(PROBLEMS['exchange.timeout'].zh)
  expect(valueText('right', 'case.content').en).toContain('read what was written')
  expect(valueText('roles', 'examiner leader').zh).toBe('部门审核人员、负责人')
  expect(valueText('way', 'second-factor').zh).toBe('密码和动态验证码')
  expect(valueText('reason', 'replaced').zh).toBe('被新的会话取代')
  expect(valueText('reason', '已由窗口办理').en).toBe('已由窗口办理')
  expect(valueText('purpose', 'constructor')).toEqual({ zh: 'constructor', en: 'constructor' })
  expect(valueText('count', 3)).toEqual({ zh: '3', en: '3' })
})

test('a detail has its parts in order, without those that say nothing, and its text in both languages', () => {
  expect(partsOf({ detail: { problem: 'disk.full', detail: 'no room', since: null }, detailZh: '没有空间' })).toEqual([
    { name: 'problem', value: PROBLEMS['disk.full'] },
    { name: 'detail', value: { zh: '没有空间', en: 'no room' } },
  ])
})
