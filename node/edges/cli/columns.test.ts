import { expect, test } from 'vitest'
import type { ImportDraftsAnswer } from '../client/api.generated.ts'
import { filledIn, mappingOf } from '../client/column-mapping.ts'
import { describeSheets } from './columns.ts'

type Sheet = ImportDraftsAnswer['sheets'][number]
const column = (at: string, heading: string, field: string | null, change: Partial<Sheet['columns'][number]> = {}) => ({
  at,
  heading,
  field,
  name: field === null ? '' : '名称',
  takes: '文本',
  how: field === null ? null : ('other' as const),
  filled: 1,
  unread: 0,
  lacking: 0,
  samples: [],
  words: [],
  units: [],
  suggestion: null,
  ...change,
})
const sheet = (name: string, columns: Sheet['columns'], change: Partial<Sheet> = {}): Sheet => ({
  sheet: name,
  holds: 'items',
  also: [],
  why: null,
  heading: 3,
  rows: 12,
  columns,
  absent: [],
  ...change,
})

test('each column is shown with its field, what its cells were read as, and what was not read', () => {
  const shown = describeSheets([
    sheet(
      '清单',
      [
        column('A', '序号', null, { samples: [{ given: '1', read: '' }] }),
        column('B', '承诺时限', 'promiseDay', {
          unread: 1,
          samples: [
            { given: '5个工作日', read: '5' },
            { given: '很快', read: '' },
          ],
        }),
        column('C', '', null, { filled: 0 }),
      ],
      { also: ['materials'], absent: [{ field: 'isFee', name: '是否收费', takes: '是 / 否', lacking: 1 }] },
    ),
    sheet('旧表', [], { holds: null, why: 'note.hidden' }),
  ])
  expect(shown).toEqual([
    '  清单: items, materials, heading in row 3 表头在第 3 行, 12 rows 行',
    '    A 序号: not read 未导入: “1”',
    '    B 承诺时限 → 名称 promiseDay (other name 异名, 1 cells not read 格未读懂): “5个工作日” → 5, “很快” ?',
    '    no column 没有列: 是否收费 isFee',
    '  旧表: not read 未导入',
  ])
})

test('the mapping that is written has each heading once, and with its sheet where sheets differ', () => {
  const sheets = [
    sheet('甲', [column('A', '编码', 'taskCode'), column('B', '名称', 'taskName'), column('C', '备注', null)]),
    sheet('乙', [column('A', '编码', 'taskCode'), column('B', '名称', 'materials.materialName')]),
    sheet('旧表', [column('A', '别的', null)], { holds: null }),
  ]
  expect(mappingOf({ sheets, findings: [] })).toEqual({
    columns: { 编码: 'taskCode', '甲!名称': 'taskName', 备注: '', '乙!名称': 'materials.materialName' },
    values: {},
    defaults: {},
    workingDays: {},
  })
})

test('what a mapping has yet to say stands in it, with what may stand there; a guess stands by itself', () => {
  const words = [
    { given: '群众团体', cells: 2, nearest: ['社会组织法人', '自然人'], suggestion: null },
    { given: '中国公民', cells: 1, nearest: ['自然人'], suggestion: '自然人' },
  ]
  const sheets = [
    sheet(
      '清单',
      [
        column('A', '编码', 'taskCode'),
        column('B', '对象', 'serverType', { words, takes: '自然人、社会组织法人' }),
        column('C', '承诺时限', 'promiseDay', { units: ['日'], lacking: 1, takes: '非负整数' }),
        column('D', '类别', 'taskType', { unread: 1, words }),
        column('E', '性质', null, { suggestion: 'taskType' }),
        column('F', '名称', 'taskName', { lacking: 1 }),
      ],
      { absent: [{ field: 'isFee', name: '是否收费', takes: '是 / 否', lacking: 3 }] },
    ),
  ]
  const finding = { level: 'error' as const, zh: '必须填写原因', en: '', code: 'A1', name: '' }
  const findings = [
    { ...finding, rule: 'visits.reason', path: 'limitSceneExplain' },
    { ...finding, rule: 'phone.same', path: 'superviseWay' },
  ]
  const mapping = mappingOf({ sheets, findings })
  expect(mapping).toEqual({
    columns: {
      编码: 'taskCode',
      对象: 'serverType',
      承诺时限: 'promiseDay',
      类别: '',
      性质: 'taskType',
      名称: 'taskName',
    },
    values: { serverType: { 群众团体: '? 社会组织法人、自然人', 中国公民: '自然人' } },
    defaults: { promiseDay: '? 非负整数', isFee: '? 是 / 否', limitSceneExplain: '? 必须填写原因' },
    workingDays: { 日: '? 合几个工作日 working days' },
  })
  expect(filledIn(mapping)).toEqual({
    open: [
      'values.serverType.群众团体',
      'defaults.promiseDay',
      'defaults.isFee',
      'defaults.limitSceneExplain',
      'workingDays.日',
    ],
    mapping: { ...mapping, values: { serverType: { 中国公民: '自然人' } }, defaults: {}, workingDays: {} },
  })
})

test('days that were filled in between quotes are numbers', () => {
  const { mapping } = filledIn({ workingDays: JSON.parse('{ "月": "22", "日": 1 }') as Record<string, number> })
  expect(mapping.workingDays).toEqual({ 月: 22, 日: 1 })
})
