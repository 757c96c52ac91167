/** Items as forms, and tables below each other in one sheet. */
import { describe, expect, test } from 'vitest'
import { type HandCell, type HandSheet, xlsxByHand } from '../../../../test/support/xlsx.ts'
import { TABLE_LIMITS } from './limits.ts'
import { importTables, type TableImport } from './tables.ts'

const book = (...sheets: HandSheet[]) =>
  importTables(xlsxByHand(sheets), 'a.xlsx', { held: async () => null, named: async () => new Map() })
const errors = ({ errors: list }: TableImport) =>
  list.map(({ code, sheet, row, column }) => `${code} ${sheet}:${row}:${column}`)

const HEAD = [
  '实施编码',
  '事项名称',
  '实施主体',
  '事项类型',
  '行使层级',
  '服务对象',
  '办件类型',
  '办理模式',
  '法定时限（工作日）',
  '承诺时限',
  '到现场次数',
  '是否收费',
]
const ROW = [
  'A1',
  '失业登记',
  '人社局',
  '公共服务',
  '市级',
  '个人',
  '承诺件',
  '全程网办',
  '10',
  '5个工作日',
  '0次',
  '否',
]
const OTHER = ['A2', '档案接收', ...ROW.slice(2)]
const M_HEAD = ['材料名称', '是否必要', '材料类型', '材料形式', '材料来源', '份数']
const M_ROW = ['身份证', '必须', '原件和复印件', '纸质', '自备', '原件1份，复印件2份']
const A1 = await book({ name: '清单', rows: [HEAD, ROW] })
const item = A1.put.get('A1')
const material = {
  materialCode: 'M01',
  materialName: '身份证',
  isNeed: '1',
  materialType: '3',
  materialFormat: '1',
  sourceType: '10',
  pageNumY: 1,
  pageNumF: 2,
}

describe('a form', () => {
  const pairs = HEAD.map((label, at): HandCell[] => [label, ROW[at] ?? null])

  test('has its labels at the left, and its values beside them', async () => {
    const table = await book({ name: '失业登记', rows: [['失业登记办事指南'], ...pairs] })
    expect([errors(table), [...table.put.values()]]).toEqual([[], [item]])
  })

  test('has several pairs in a row, whose values may be blank or merged', async () => {
    const rows = Array.from({ length: 6 }, (_, at): HandCell[] => [
      HEAD[2 * at] ?? null,
      null,
      ROW[2 * at] ?? null,
      HEAD[2 * at + 1] ?? null,
      ROW[2 * at + 1] ?? null,
    ])
    const table = await book({ name: '失业登记', rows: [...rows, ['咨询电话', null, null, '备注', '无']] })
    expect([errors(table), [...table.put.values()]]).toEqual([[], [item]])
    expect(table.notes.map(({ code, column }) => [code, column])).toEqual([['note.column', '备注']])
  })

  test('has an item in each column', async () => {
    const rows = HEAD.map((label, at): HandCell[] => [label, ROW[at] ?? null, OTHER[at] ?? null])
    const table = await book({ name: '清单', rows })
    expect([errors(table), [...table.put.values()]]).toEqual([
      [],
      [item, { ...item, taskCode: 'A2', taskName: '档案接收' }],
    ])
  })

  test('has its materials in a table below, which are those of its item', async () => {
    const table = await book({ name: '失业登记', rows: [...pairs, ['申请材料'], M_HEAD, M_ROW] })
    expect([errors(table), [...table.put.values()]]).toEqual([[], [{ ...item, materials: [material] }]])
  })

  test('is looked for in the first rows alone', async () => {
    const rows = (at: number) =>
      Array.from(
        { length: at },
        (_, no): HandCell[] => pairs[no] ?? (no === at - 1 ? ['咨询电话', '12345'] : ['备注', '无']),
      )
    const last = await book({ name: '清单', rows: rows(TABLE_LIMITS.formRows) })
    expect(last.put.get('A1')?.linkWay).toBe('12345')
    const past = await book({ name: '清单', rows: rows(TABLE_LIMITS.formRows + 1) })
    expect(past.put.get('A1')?.linkWay).toBeUndefined()
  })
})

describe('tables below each other', () => {
  test('are read each by its heading, and parts find their items by name', async () => {
    const parts = [
      ['事项名称', ...M_HEAD],
      ['失业登记', ...M_ROW],
    ]
    const table = await book({ name: 'Sheet1', rows: [HEAD, ROW, OTHER, [], ['材料清单'], ...parts] })
    expect([errors(table), table.put.get('A1')]).toEqual([[], { ...item, materials: [material] }])
    expect(table.sheets.map(({ holds, heading, rows }) => [holds, heading, rows])).toEqual([
      ['items', 1, 2],
      ['materials', 6, 1],
    ])
  })

  test('without a word whose they are they are told once, when there are several items', async () => {
    const one = await book({ name: 'Sheet1', rows: [HEAD, ROW, M_HEAD, M_ROW] })
    expect([errors(one), one.put.get('A1')]).toEqual([[], { ...item, materials: [material] }])
    const several = await book({ name: 'Sheet1', rows: [HEAD, ROW, OTHER, M_HEAD, M_ROW, M_ROW] })
    expect(errors(several)).toEqual(['column.missing Sheet1:4:实施编码'])
  })
})
