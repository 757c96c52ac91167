/** Cells as lists to choose from and spreadsheets leave them, and what offices write below headings and behind days. */
import { describe, expect, test } from 'vitest'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { type HandCell, type HandSheet, xlsxByHand } from '../../../../test/support/xlsx.ts'
import { importTables, type TableImport } from './tables.ts'

const HEAD = [
  '实施编码',
  '事项名称',
  '实施主体',
  '事项类型',
  '行使层级',
  '服务对象',
  '办件类型',
  '办理模式',
  '法定办结时限',
  '承诺办结时限',
  '到现场次数',
  '是否收费',
]
const ROW = ['A1', '失业登记', '人社局', '公共服务', '市级', '自然人', '承诺件', '全程网办', '10', '5', '0', '否']
const items = (...rows: HandCell[][]): HandSheet => ({ name: '事项', rows: [HEAD, ...rows] })
const row = (change: Record<number, HandCell>): HandCell[] => ROW.map((cell, at) => change[at] ?? cell)
const book = (sheets: readonly HandSheet[]): Promise<TableImport> =>
  importTables(xlsxByHand(sheets), 'a.xlsx', { held: async () => null })
const told = ({ errors, notes }: Pick<TableImport, 'errors' | 'notes'>) =>
  [...errors, ...notes].map(({ code, sheet, row: at, column }) => `${code} ${sheet}:${at}:${column}`)
const one = async (reading: Promise<TableImport>): Promise<ServiceItem> => {
  const table = await reading
  expect(told(table).filter(each => !each.startsWith('note.'))).toEqual([])
  const [item] = table.put.values()
  if (item === undefined) throw new Error('an item')
  return item
}
const A1 = await one(book([items(ROW)]))

describe('cells as lists to choose from, and spreadsheets, leave them', () => {
  test('a code with its name behind it is that code, and a yes or no too', async () => {
    const picked = row({ 3: '20-公共服务', 4: '3：市级', 5: '1-自然人', 6: '2.承诺件', 7: '0-全程网办', 11: '0-否' })
    expect(await one(book([items(picked)]))).toEqual(A1)
    const several = await one(book([items(row({ 7: '0-全程网办；1-异地代收代办', 11: '1-是' }))]))
    expect([several.modes, several.isFee]).toEqual([[0, 1], true])
  })

  test('a code whose name is that of another one is asked about, and so is a yes with the number of a no', async () => {
    const table = await book([items(row({ 3: '01-公共服务', 7: '1-全程网办', 11: '0-是' }))])
    expect(told(table)).toEqual(['cell.code 事项:2:事项类型', 'cell.code 事项:2:办理模式', 'cell.bool 事项:2:是否收费'])
  })

  test.each([
    ['20元', true],
    ['收费：120元/本', true],
    ['0元', false],
    ['0.00元/份', false],
    ['不收费', false],
  ])('a fee of %s says whether there is one', async (cell, isFee) => {
    expect((await one(book([items(row({ 11: cell }))]))).isFee).toBe(isFee)
  })

  test('what says both is asked about', async () => {
    expect(told(await book([items(row({ 11: '不收费，补领10元' }))]))).toEqual(['cell.bool 事项:2:是否收费'])
  })

  const withColumn = (heading: string, cell: HandCell) =>
    book([
      {
        name: '事项',
        rows: [
          [...HEAD, heading],
          [...ROW, cell],
        ],
      },
    ])

  test.each([
    ['基本编码', '105001000', 'catalogCode', '000105001000'],
    ['基本编码', { xml: '<c r="@"><v>2105001000</v></c>' }, 'catalogCode', '002105001000'],
    ['咨询电话', '7198100031', 'linkWay', '07198100031'],
    ['投诉电话', { xml: '<c r="@"><v>1065558100</v></c>' }, 'superviseWay', '01065558100'],
  ] as const)('zeros that a spreadsheet took of %s %j are put back, and told', async (heading, cell, field, whole) => {
    const table = await withColumn(heading, cell)
    expect([...table.put.values()][0]?.[field]).toBe(whole)
    expect(told(table)).toEqual([`note.zeros 事项:2:${heading}`])
  })

  test.each([
    ['基本编码', '000105001000', 'catalogCode'],
    ['基本编码', '10500', 'catalogCode'],
    ['咨询电话', '0719-8100031', 'linkWay'],
    ['咨询电话', '13900000000', 'linkWay'],
    ['咨询电话', '4008100031', 'linkWay'],
    ['咨询电话', '12345', 'linkWay'],
  ] as const)('%s %s has lost none', async (heading, cell, field) => {
    const table = await withColumn(heading, cell)
    expect([...table.put.values()][0]?.[field]).toBe(cell)
    expect(told(table)).toEqual([])
  })

  test('a column whose every cell speaks for a field that lacks is taken for that one, which is to be confirmed', async () => {
    const misnamed = HEAD.map(heading => (heading === '办理模式' ? '办理形式' : heading))
    const table = await book([{ name: '事项', rows: [misnamed, row({ 7: '代收代办、多地联办' })] }])
    expect(told(table)).toEqual(['column.guessed 事项:1:办理形式'])
    const some = await book([{ name: '事项', rows: [misnamed, row({ 7: '窗口、全程网办' })] }])
    expect(told(some)).toContain('cell.code 事项:2:办理形式')
    expect(told(some)).not.toContain('column.guessed 事项:1:办理形式')
  })
})

describe('what stands behind days and below headings', () => {
  test('units in brackets in a row of their own below a heading are of the heading', async () => {
    const below = (days: string) => HEAD.map((_, at) => (at === 8 || at === 9 ? days : at === 10 ? '(次)' : null))
    expect(await one(book([items(below('（工作日）'), ROW)]))).toEqual(A1)
    // Days of another kind are asked about, as if they stood in the heading.
    expect(told(await book([items(below('（自然日）'), ROW)]))).toEqual([
      'column.unit 事项:2:法定办结时限（自然日）',
      'column.unit 事项:2:承诺办结时限（自然日）',
    ])
  })

  test('a row of data below the heading whose first cells stand in brackets is a row', async () => {
    expect(await one(book([items(row({ 1: '（失业登记）' }))]))).toEqual({ ...A1, taskName: '（失业登记）' })
  })

  test.each(['2026/3/1 星期日', '2026年3月1日（周日）', '2026-03-01 礼拜天'])('%s is a day', async day => {
    const table = await book([
      {
        name: '事项',
        rows: [
          [...HEAD, '计划生效日期'],
          [...ROW, day],
        ],
      },
    ])
    expect([...table.put.values()][0]?.planEffectiveDate).toBe('2026-03-01')
  })
})
