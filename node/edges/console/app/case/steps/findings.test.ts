import { expect, test } from 'vitest'
import { arrange, type StepFinding, textOf } from './findings.ts'

const finding = (path: string, code: string, level: StepFinding['level'] = 'error'): StepFinding => ({
  path,
  code,
  level,
  en: code,
  zh: code,
  field: path,
  reason: code,
  reasonZh: code,
  cure: 'clerk',
})
const say = ({ zh }: StepFinding) => zh

test('an error stands at its field, one of the whole and a notice above the form', () => {
  const found = [
    finding('/materials/0/pages', 'scan-pages'),
    finding('', 'case.transition'),
    finding('/a', 'x', 'notice'),
  ]
  const { fields, above, blocked } = arrange(found, { tried: false, say })
  expect(fields).toEqual({ materials: { 0: { pages: { __errors: ['scan-pages'] } } } })
  expect(above.map(({ code }) => code)).toEqual(['case.transition', 'x'])
  expect(blocked).toBe(true)
})

test('what is not written yet is told once somebody tried to send it, and blocks from the beginning', () => {
  const found = [finding('/reason', 'required')]
  expect(arrange(found, { tried: false, say })).toEqual({ fields: {}, above: [], blocked: true })
  expect(arrange(found, { tried: true, say }).fields).toEqual({ reason: { __errors: ['required'] } })
  expect(arrange([finding('/reason', 'x', 'notice')], { tried: true, say }).blocked).toBe(false)
})

test('parts of a pointer are read as RFC 6901 writes them', () => {
  expect(arrange([finding('/a~1b/c~0d', 'value')], { tried: true, say }).fields).toEqual({
    'a/b': { 'c~d': { __errors: ['value'] } },
  })
})

test('a finding is told by the names of fields and choices, and never by a code', () => {
  const form = {
    outcome: { 'ui:enumNames': ['准予', '不予'] },
    items: { items: { form: { 'ui:enumNames': ['原件'] } } },
  }
  const names: Readonly<Record<string, string>> = { 'materials.M01': '身份证', to: '结束时间' }
  const words = { choose: (all: string) => `请选择：${all}`, otherForm: '格式不正确' }
  const said = (path: string, code: string, zh: string, field = '') =>
    textOf({ ...finding(path, code), zh, field }, { language: 'zh', form, nameOf: name => names[name], words })
  expect(said('/outcome', 'value', '取值为：granted, denied')).toBe('请选择：准予、不予')
  expect(said('/items/0/form', 'required', '必填，取值为：original')).toBe('请选择：原件')
  expect(said('/number', 'format', '格式不符合接口说明：^[A-Z]$')).toBe('格式不正确')
  expect(said('/reason', 'required', '必填')).toBe('必填')
  expect(
    said('/materials', 'case.supplement', '补正内容与补正告知书不符（materials.M01：缺少）', 'materials.M01'),
  ).toBe('补正内容与补正告知书不符（身份证：缺少）')
  const english = { ...finding('/to', 'case.day'), en: 'case.day: not according to the days: to: past it', field: 'to' }
  expect(textOf(english, { language: 'en', form, nameOf: () => 'To', words })).toBe(
    'not according to the days: To: past it',
  )
})
