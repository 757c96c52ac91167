/** Tables as offices make them: what people write around, between and into the cells. */
import { describe, expect, test } from 'vitest'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { type HandCell, type HandSheet, xlsxByHand } from '../../../../test/support/xlsx.ts'
import { guard, unguard } from './layout.ts'
import { TABLE_LIMITS } from './limits.ts'
import { importTables, type TableImport } from './tables.ts'
import { importUnits } from './units.ts'

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
const M_HEAD = ['实施编码', '材料编码', '材料名称', '必要性', '材料类型', '材料形式', '来源渠道', '出具机构']
const M_ROW = ['A1', 'M01', '身份证', '必要', '原件', '纸质', '政府部门核发', '公安机关']
const items = (...rows: HandCell[][]): HandSheet => ({ name: '事项', rows: [HEAD, ...rows] })
const row = (change: Record<number, HandCell>): HandCell[] => ROW.map((cell, at) => change[at] ?? cell)

const read = (bytes: Uint8Array, name = 'a.xlsx', held: readonly ServiceItem[] = []): Promise<TableImport> =>
  importTables(bytes, name, { held: async code => held.find(({ taskCode }) => taskCode === code) ?? null })
const book = (sheets: readonly HandSheet[], held: readonly ServiceItem[] = []) =>
  read(xlsxByHand(sheets), 'a.xlsx', held)
const csv = (rows: readonly (readonly string[])[], held: readonly ServiceItem[] = []) =>
  read(new TextEncoder().encode(rows.map(cells => cells.join(',')).join('\n')), 'items.csv', held)
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

describe('titles and remarks', () => {
  test('a heading stands below titles and above totals and remarks', async () => {
    const title = [['商洛市政务服务事项清单'], ['填报单位：', null, '填报时间：'], []]
    const below = [['合计', null, '1'], ['注：本表一式两份。'], [null, '填表人：', '王某']]
    const table = await book([{ name: '事项', rows: [...title, HEAD, ROW, ...below], merged: ['A1:L1'] }])
    expect(told(table)).toEqual(['note.row 事项:6:', 'note.row 事项:7:', 'note.row 事项:8:'])
    expect([...table.put.values()]).toEqual([A1])
    const text = await csv([['商洛市政务服务事项清单'], ['填报单位：', ''], HEAD, ROW, ['合计', '', '1']])
    expect([told(text), [...text.put.values()]]).toEqual([['note.row items:5:'], [A1]])
  })

  test('the lower row of a heading in groups is the heading', async () => {
    const groups = HEAD.map((heading, at) => (at < 8 || at > 9 ? heading : at === 8 ? '办结时限' : null))
    const lower = HEAD.map((heading, at) => (at < 8 || at > 9 ? null : heading))
    const merged = [...HEAD.keys()].filter(at => at < 8 || at > 9).map(at => String.fromCharCode(65 + at))
    const sheet = { name: '事项', rows: [groups, lower, ROW], merged: ['I1:J1', ...merged.map(at => `${at}1:${at}2`)] }
    expect(await one(book([sheet]))).toEqual(A1)
  })

  test('an item whose name begins like a remark is an item', async () => {
    const named = {
      name: '事项',
      rows: [
        [HEAD[1] ?? '', HEAD[0] ?? '', ...HEAD.slice(2)],
        ['合计工时审批', 'A1', ...ROW.slice(2)],
      ],
    }
    expect(await one(book([named]))).toEqual({ ...A1, taskName: '合计工时审批' })
  })

  test('a table without heading is told once, however many rows it has', async () => {
    const rows = Array.from({ length: 50 }, (_, no) => [`第${no}行`, '值'])
    expect(told(await book([{ name: '事项', rows }]))).toEqual(
      ['note.column 事项:1:第0行', 'note.column 事项:1:值'].toSpliced(0, 0, 'heading.missing 事项:0:'),
    )
    const keyless = await csv([HEAD.slice(1), ...Array.from({ length: 50 }, () => ROW.slice(1))])
    expect(told(keyless)).toEqual(['column.missing items:1:实施编码'])
  })

  test('a heading is looked for in the first rows alone', async () => {
    const above = (count: number) => Array.from({ length: count }, (_, no) => [`第${no}行`])
    expect(await one(book([{ name: '事项', rows: [...above(TABLE_LIMITS.headingRows - 1), HEAD, ROW] }]))).toEqual(A1)
    const far = await book([{ name: '事项', rows: [...above(TABLE_LIMITS.headingRows), HEAD, ROW] }])
    expect(told(far)[0]).toBe('heading.missing 事项:0:')
  })
})

describe('sheets of a workbook', () => {
  test('sheets are known by their headings and by the words of their names; others are left out', async () => {
    const table = await book([
      { name: '封面', rows: [['政务服务事项']] },
      { name: '政务服务事项清单', rows: [HEAD, ROW] },
      { name: '申请材料清单', rows: [M_HEAD, M_ROW] },
      { name: '字典', rows: [['类型', '名称']] },
    ])
    expect(told(table)).toEqual(['note.sheet 字典:0:'])
    expect(table.put.get('A1')?.materials).toMatchObject([{ materialCode: 'M01', issuer: '公安机关' }])
    const short = await book([{ name: '材料清单', rows: [M_HEAD.slice(0, 3), M_ROW.slice(0, 3)] }], [A1])
    expect(told(short)).toEqual(
      ['必要性', '材料类型', '材料形式', '来源渠道'].map(column => `column.missing 材料清单:2:${column}`),
    )
  })

  test('codes that are merged downwards count for each row, and that is told', async () => {
    const rows = [M_HEAD, M_ROW, [null, 'M02', '户口簿', '必要', '原件', '纸质', '政府部门核发', null]]
    const table = await book([items(ROW), { name: '材料', rows, merged: ['A2:A3', 'H2:H3'] }])
    expect(told(table)).toEqual(['note.merged 材料:0:'])
    expect(table.put.get('A1')?.materials.map(({ materialCode, issuer }) => [materialCode, issuer])).toEqual([
      ['M01', '公安机关'],
      ['M02', '公安机关'],
    ])
  })

  test('a formatted last row is no row', async () => {
    const tail = '<row r="1048576" s="1" customFormat="1"><c r="A1048576"/></row>'
    expect(await one(book([{ ...items(ROW), tail }]))).toEqual(A1)
  })
})

describe('what people write into cells', () => {
  test('full width digits and letters, units of numbers and other names of codes are read', async () => {
    const written = row({ 0: 'Ａ１', 4: '地市级', 5: '个人、企业', 8: '１０', 9: '５个工作日', 10: '０次' })
    expect(await one(book([items(written)]))).toEqual({ ...A1, serverType: ['1', '2'] })
    const day = { ...items(row({}).concat('２０２６－０３－０１')) }
    expect(await one(book([{ ...day, rows: [[...HEAD, '计划生效日期'], ...day.rows.slice(1)] }]))).toMatchObject({
      planEffectiveDate: '2026-03-01',
    })
  })

  test('limits that are not told in working days are refused for that', async () => {
    for (const limit of ['5天', '5日', '1个月', '24小时', '5个自然日'])
      expect(told(await book([items(row({ 9: limit }))]))).toEqual(['cell.unit 事项:2:承诺办结时限'])
    expect(told(await book([items(row({ 10: '0天' }))]))).toEqual(['cell.int 事项:2:到现场次数'])
  })

  test('a day that can be read in two ways is refused', async () => {
    const dated = (day: HandCell) =>
      book([
        {
          name: '事项',
          rows: [
            [...HEAD, '计划生效日期'],
            [...ROW, day],
          ],
        },
      ])
    for (const day of ['2026115', '202611', '2026-11', '11/5/2026', '20261301'])
      expect(told(await dated(day))).toEqual(['cell.day 事项:2:计划生效日期'])
    for (const day of [
      '2026-11-05',
      '2026/11/5',
      '2026年11月5日',
      '2026.11.5',
      '20261105',
      '2026-11-05 09:30',
      { xml: '<c r="@" t="d"><v>2026-11-05T00:00:00</v></c>' },
    ])
      expect(await one(dated(day))).toMatchObject({ planEffectiveDate: '2026-11-05' })
  })

  test('each spelling of a code is the same item', async () => {
    for (const code of ["'A1", '\u200bA1', 'Ａ１', 'a1', ' A1 ', '‘A1']) {
      const table = await csv([HEAD, [code, '新名称', ...ROW.slice(2)]], [A1])
      expect([...table.put].map(([key, item]) => [key, item.taskName])).toEqual([['A1', '新名称']])
      expect((await csv([HEAD, [code, ...ROW.slice(1)]])).put.get('A1')).toEqual(A1)
    }
    const twice = await csv([HEAD, ROW, ['a1', ...ROW.slice(1)]])
    expect(told(twice)).toEqual(['row.twice items:3:实施编码'])
  })

  test('an item that is held in small letters keeps them', async () => {
    const small = { ...A1, taskCode: 'a1' }
    expect([...(await csv([HEAD, ['a1', ...ROW.slice(1)]], [small])).put.keys()]).toEqual(['a1'])
  })

  test('a code or number that a program took for a number is refused in any column of text', async () => {
    const places: HandSheet = {
      name: '办理点',
      rows: [
        ['实施编码', '机构编码', '窗口编码'],
        ['A1', { xml: '<c r="@"><v>114210001104000001</v></c>' }, null],
        ['A1', 'U2', { xml: '<c r="@"><v>11421000110400000</v></c>' }],
      ],
    }
    const laws: HandSheet = {
      name: '依据',
      rows: [
        ['实施编码', '法律法规名称', '文号'],
        ['A1', '某法', { xml: '<c r="@"><v>20240001000200030004</v></c>' }],
      ],
    }
    const people: HandSheet = {
      name: '联系人',
      rows: [
        ['实施编码', '角色', '电话'],
        ['A1', '收件对接', { xml: '<c r="@"><v>9140000000000000123</v></c>' }],
      ],
    }
    expect(told(await book([items(ROW), places, laws, people]))).toEqual([
      'cell.number 办理点:2:机构编码',
      'cell.number 办理点:3:窗口编码',
      'cell.number 依据:2:文号',
      'cell.number 联系人:2:电话',
    ])
    for (const number of ['1.14E+17', '1.14e17', '9E+18', '１．１４Ｅ＋１７'])
      expect(
        told(
          await csv([
            [...HEAD, '咨询电话'],
            [...ROW, number],
          ]),
        ),
      ).toEqual(['cell.number items:2:咨询电话'])
    const plain = await book([
      {
        name: '事项',
        rows: [
          [...HEAD, '咨询电话'],
          [...ROW, 13800000000],
        ],
      },
    ])
    expect(plain.put.get('A1')).toMatchObject({ linkWay: '13800000000' })
  })

  test('an unreadable cell is told and clears nothing', async () => {
    const held = { ...A1, linkWay: '0914-2300001' }
    const cells = [
      '<c r="@" t="e"><v>#N/A</v></c>',
      '<c r="@"><f>B1</f></c>',
      '<c r="@" t="str"><f>B1</f></c>',
      '<c r="@" t="s"><v>7</v></c>',
    ]
    for (const xml of cells) {
      const table = await book(
        [
          {
            name: '事项',
            rows: [
              [...HEAD, '咨询电话'],
              [...ROW, { xml }],
            ],
          },
        ],
        [held],
      )
      expect([told(table), table.put.size]).toEqual([['cell.error 事项:2:咨询电话'], 1])
    }
    expect(
      told(
        await csv(
          [
            [...HEAD, '咨询电话'],
            [...ROW, '#N/A'],
          ],
          [held],
        ),
      ),
    ).toEqual(['cell.error items:2:咨询电话'])
  })
})

describe('what is told', () => {
  test('each cell once, with its value and whose it is', async () => {
    const table = await book([
      items(row({ 9: '五天', 11: '也许' })),
      { name: '材料', rows: [M_HEAD, M_ROW.map((cell, at) => (at === 3 ? '一定' : cell))] },
    ])
    expect(table.errors.map(({ code, column, value, item, name }) => [code, column, value, item, name])).toEqual([
      ['cell.unit', '承诺办结时限', '五天', 'A1', '失业登记'],
      ['cell.bool', '是否收费', '也许', 'A1', '失业登记'],
      ['cell.code', '必要性', '一定', 'A1', '失业登记'],
    ])
    const held = await book(
      [{ name: '材料', rows: [M_HEAD, M_ROW.map((cell, at) => (at === 3 ? '一定' : cell))] }],
      [A1],
    )
    expect(held.errors.map(({ name }) => name)).toEqual(['失业登记'])
    const code = await book([items(row({ 0: { xml: '<c r="@" t="e"><v>#REF!</v></c>' } }))])
    expect(told(code)).toEqual(['cell.error 事项:2:实施编码'])
  })

  test('a value is shown by its beginning', async () => {
    const shown = async (text: string) => (await book([items(row({ 9: text }))])).errors[0]?.value
    expect(await shown('长'.repeat(40))).toBe('长'.repeat(40))
    expect(await shown('𠮷'.repeat(41))).toBe(`${'𠮷'.repeat(40)}…`)
  })

  test('a stray quote is told with the row in which it stands', async () => {
    const rows = Array.from({ length: 3000 }, (_, no) => [`A${no}`, ...ROW.slice(1)])
    rows[2499] = ['A2499', '失业"登记"', ...ROW.slice(2)]
    expect(told(await csv([HEAD, ...rows]))).toEqual(['file.csv items:2501:'])
    expect(told(await csv([HEAD, rows[2499] ?? []]))).toEqual(['file.csv items:2:'])
  })
})

describe('units as offices write them', () => {
  test('codes are one in every spelling, levels have their other names, and each fault is told once', async () => {
    const units = [
      ['商洛市机构'],
      ['机构编码', '机构名称', '层级', '上级机构编码'],
      ['Ｕ１', '市局', '地市级'],
      ["'U2", '某镇', '乡级', 'U1'],
      ['合计', '2'],
    ]
    const windows = [
      ['机构编码', '窗口编码', '窗口名称'],
      ['U1', 'Ｗ１', '一号'],
    ]
    const table = await importUnits(
      xlsxByHand([
        { name: '机构', rows: units },
        { name: '窗口', rows: windows },
      ]),
      'a.xlsx',
    )
    expect([table.errors, table.units]).toEqual([
      [],
      [
        { code: 'U1', name: '市局', level: 2, windows: [{ code: 'W1', name: '一号' }] },
        { code: 'U2', name: '某镇', level: 4, parent: 'U1' },
      ],
    ])
    const bad = [
      ['机构编码', '机构名称', '层级'],
      ['U1', '市局', '星级'],
      ['U2', null, '市级'],
    ]
    const faulty = await importUnits(
      xlsxByHand([
        { name: '机构', rows: bad },
        { name: '窗口', rows: windows },
      ]),
      'a.xlsx',
    )
    expect(faulty.errors.map(({ code, row: at, column, value, item }) => [code, at, column, value, item])).toEqual([
      ['cell.code', 2, '层级', '星级', 'U1'],
      ['column.missing', 3, '机构名称', '', 'U2'],
    ])
  })
})

test('text that a spreadsheet takes for a formula is guarded in every width, and comes back', () => {
  for (const text of ['=1+1', '+1', '-1', '@x', '\tx', '\rx', '\nx', '＝1+1', '＋1', '－1', '＠x', "'=1", "''＝1"]) {
    expect(guard(text)).toBe(`'${text}`)
    expect(unguard(guard(text))).toBe(text)
  }
  for (const text of ['1-1', "'字", '字=', '']) expect([guard(text), unguard(text)]).toEqual([text, text])
})
