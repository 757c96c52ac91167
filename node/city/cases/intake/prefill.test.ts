import { expect, test } from 'vitest'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { prefill } from './prefill.ts'

const item = (properties: object, formUi?: Record<string, unknown>): ServiceItem => ({
  taskCode: 'A1',
  taskName: '缴存证明',
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '公积金中心',
  serverType: ['1'],
  projectType: '2',
  modes: [0],
  anticipateDay: 10,
  promiseDay: 5,
  limitSceneNum: 0,
  isFee: false,
  materials: [],
  form: { type: 'object', properties },
  ...(formUi === undefined ? {} : { formUi }),
})
const person = { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' } as const

test('the identity number tells birth date, sex and area, as each form offers them', () => {
  const form = item({
    born: { type: 'string', title: '出生日期' },
    sex: { type: 'string', title: '性别' },
    code: { enum: ['1', '2'], title: '性别' },
    word: { enum: ['男', '女'], title: '性别' },
    other: { enum: ['x'], title: '性别' },
    who: { type: 'string', title: '姓名' },
    number: { type: 'string', title: '公民身份号码' },
    area: { type: 'string', title: '户籍行政区划' },
  })
  expect(prefill(form, { applicant: person, form: {} }, [])).toEqual({
    applicant: person,
    form: {
      born: '1949-12-31',
      sex: '女',
      code: '2',
      word: '女',
      who: '陈小满',
      number: '11010519491231002X',
      area: '110105',
    },
    from: {
      'form.born': 'number',
      'form.sex': 'number',
      'form.code': 'number',
      'form.word': 'number',
      'form.who': 'applicant',
      'form.number': 'applicant',
      'form.area': 'number',
    },
  })
})

test('a number that does not check tells nothing, a credit code tells area and organisation', () => {
  const form = item({ born: { title: '出生日期' }, area: { title: '行政区划代码' }, org: { title: '组织机构代码' } })
  const wrong = { ...person, idNumber: '110105194912310021' }
  expect(prefill(form, { applicant: wrong, form: {} }, []).form).toEqual({})
  const company = { type: '2', idType: '001', idNumber: '91350100M000100Y43' } as const
  expect(prefill(form, { applicant: company, form: {} }, []).form).toEqual({ area: '350100', org: 'M000100Y4' })
})

test('the hint of the item goes before the title, and an unknown hint fills nothing', () => {
  const form = item(
    { a: { title: '日期' }, b: { title: '出生日期' } },
    { a: { 'ui:prefill': 'birthDate' }, b: { 'ui:prefill': 'none' } },
  )
  expect(prefill(form, { applicant: person, form: {} }, []).form).toEqual({ a: '1949-12-31' })
})

test('earlier cases fill what is empty, the same item first; nothing typed is overwritten', () => {
  const form = item({
    phone: { title: '联系电话' },
    bank: { title: '开户行' },
    reason: { title: '事由' },
    list: { title: '明细' },
  })
  const earlier = [
    { item: 'B2', applicant: { ...person, phone: '13900000002' }, form: { bank: 'newer', reason: 'b' } },
    { item: 'A1', applicant: { ...person, phone: '13900000001' }, form: { bank: 'same item', list: { a: 1 } } },
  ]
  expect(prefill(form, { applicant: person, form: { reason: 'typed' } }, earlier)).toEqual({
    applicant: { ...person, phone: '13900000002' },
    form: { reason: 'typed', phone: '13900000002', bank: 'same item' },
    from: { 'applicant.phone': 'earlier', 'form.phone': 'applicant', 'form.bank': 'earlier' },
  })
})
