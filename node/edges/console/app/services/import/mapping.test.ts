import { expect, test } from 'vitest'
import { filledIn } from '../../../../client/column-mapping.ts'
import {
  alike,
  answerAt,
  answered,
  columnChoices,
  EMPTY,
  type Fault,
  headingIn,
  merged,
  nameOfFile,
  placesOf,
  type Report,
} from './mapping.ts'

type Column = Report['sheets'][number]['columns'][number]
const column = (heading: string, field: string | null, change: Partial<Column> = {}): Column => ({
  at: 'A',
  heading,
  field,
  name: '',
  takes: '文本',
  how: field === null ? null : 'other',
  filled: 1,
  unread: 0,
  lacking: 0,
  samples: [],
  words: [],
  units: [],
  suggestion: null,
  ...change,
})
const report = (
  columns: Column[],
  absent: Report['sheets'][number]['absent'] = [],
): Pick<Report, 'sheets' | 'findings'> => ({
  sheets: [{ sheet: '清单', holds: 'items', also: [], why: null, heading: 1, rows: 2, columns, absent }],
  findings: [],
})
const FIRST = report(
  [
    column('对象', 'serverType', {
      words: [
        { given: '个体户', cells: 2, nearest: ['自然人', '企业法人'], suggestion: null },
        { given: '企业法人等', cells: 1, nearest: ['企业法人'], suggestion: '企业法人' },
      ],
    }),
    column('时限', 'promiseDay', { units: ['日'] }),
    column('备注', null),
  ],
  [{ field: 'materials.isNeed', name: '必要性', takes: '必要、非必要、容缺后补', lacking: 3 }],
)

test('an import asks for each word, default and unit once, and offers what may stand there', () => {
  expect(placesOf(FIRST)).toEqual([
    { of: 'values', field: 'serverType', given: '个体户', hint: '自然人、企业法人', choices: ['自然人', '企业法人'] },
    { of: 'values', field: 'serverType', given: '企业法人等', hint: '', choices: ['企业法人'] },
    {
      of: 'defaults',
      field: 'materials.isNeed',
      hint: '必要、非必要、容缺后补',
      choices: ['必要', '非必要', '容缺后补'],
    },
    { of: 'workingDays', unit: '日' },
  ])
})

test('answers stay when the next run asks again, and what was not answered is not said', () => {
  const [person, , need, days] = placesOf(FIRST)
  if (person === undefined || need === undefined || days === undefined) throw new Error('places')
  let mapping = merged(EMPTY, FIRST, new Set())
  expect(answerAt(mapping, person)).toBe('')
  mapping = answered(answered(answered(mapping, person, '自然人'), days, '1'), need, '必要')
  mapping = { ...mapping, columns: { ...mapping.columns, 备注: 'acceptCondition' } }
  const again = merged(mapping, FIRST, new Set(['备注']))
  expect([answerAt(again, person), answerAt(again, need), answerAt(again, days)]).toEqual(['自然人', '必要', '1'])
  expect(again.columns).toEqual({ 对象: 'serverType', 时限: 'promiseDay', 备注: 'acceptCondition' })
  const { mapping: said, open } = filledIn(answered(again, need, ''))
  expect(said.defaults).toEqual({})
  expect(said.values).toEqual({ serverType: { 个体户: '自然人', 企业法人等: '企业法人' } })
  expect(open).toEqual(['defaults.materials.isNeed'])
  expect(answered(again, days, 'x').workingDays).toEqual({})
})

test('a heading that stands for two fields is named with its sheet; a file gives its name to its mapping', () => {
  expect(headingIn({ ...EMPTY, columns: { '清单!名称': 'taskName' } }, '清单', '名称')).toBe('清单!名称')
  expect(headingIn({ ...EMPTY, columns: { 名称: 'taskName' } }, '清单', '名称')).toBe('名称')
  expect(nameOfFile('市人社局 清单.2026.xlsx')).toBe('市人社局 清单.2026')
})

test('faults of one column that say the same are one, with their rows; a column may be any field of an item or of a part', () => {
  const fault = (row: number, value: string): Fault => ({
    code: 'value.code',
    sheet: '清单',
    row,
    column: '对象',
    value,
    item: '',
    name: '',
    nearest: [],
    alike: 2,
    zh: '',
    en: '',
    cureZh: '',
    cureEn: '',
  })
  expect(alike([fault(3, '甲'), fault(5, '甲'), fault(6, '乙')]).map(({ rows }) => rows)).toEqual([[3, 5], [6]])
  const choices = columnChoices('zh', '不导入')
  expect(choices[0]).toEqual({ value: '', label: '不导入' })
  expect(choices).toContainEqual({ value: 'materials.isNeed', label: '申请材料 · 必要性' })
  expect(choices.some(({ value }) => value === 'materials')).toBe(false)
})

test('by what fees are laid down is asked once where the table does not say it; texts of which each item has its own are not', () => {
  const lacking = (field: string) => ({ field, name: '', takes: '文本', lacking: 2 })
  const asked = report([column('收费项目', 'fees.feeName')], ['fees.byLaw', 'fees.feeStand', 'deptName'].map(lacking))
  expect(placesOf(asked).map(place => (place.of === 'defaults' ? place.field : place.of))).toEqual([
    'fees.byLaw',
    'deptName',
  ])
})
