/**
 * Lists as an office writes them, from the workbook to the items.
 * Over 450 lines: the same list, with one thing at a time as offices do it.
 */
import { describe, expect, test } from 'vitest'
import { foldName } from '../../../../protocol/codes/spelling.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { type HandCell, type HandSheet, xlsxByHand } from '../../../../test/support/xlsx.ts'
import { importTables, type TableImport } from './tables.ts'
import { importUnits } from './units.ts'

type Options = Partial<Parameters<typeof importTables>[2]>
const read = (bytes: Uint8Array, name: string, held: readonly ServiceItem[] = [], options: Options = {}) =>
  importTables(bytes, name, {
    held: async code => held.find(({ taskCode }) => taskCode === code) ?? null,
    named: async names =>
      new Map(
        [...names].map(name => [
          name,
          held.filter(item => foldName(item.taskName) === name).map(({ taskCode }) => taskCode),
        ]),
      ),
    ...options,
  })
const book = (sheets: readonly HandSheet[], held: readonly ServiceItem[] = [], options: Options = {}) =>
  read(xlsxByHand(sheets), 'a.xlsx', held, options)
const csv = (rows: readonly (readonly string[])[], held: readonly ServiceItem[] = [], options: Options = {}) =>
  read(new TextEncoder().encode(rows.map(cells => cells.join(',')).join('\n')), 'list.csv', held, options)
const errors = ({ errors: list }: Pick<TableImport, 'errors'>) =>
  list.map(({ code, sheet, row, column }) => `${code} ${sheet}:${row}:${column}`)
const notes = ({ notes: list }: TableImport) => list.map(({ code, sheet, row }) => `${code} ${sheet}:${row}`)
const one = async (reading: Promise<TableImport>): Promise<ServiceItem> => {
  const table = await reading
  expect(errors(table)).toEqual([])
  const [item] = table.put.values()
  if (item === undefined) throw new Error('an item')
  return item
}

const HEAD = [
  '事项编码',
  '事项名称',
  '责任单位',
  '权力类型',
  '行使层级',
  '服务对象',
  '办件类型',
  '通办方式',
  '法定时限',
  '承诺时限',
  '跑动次数',
  '收费情况',
]
const ROW = ['A1', '失业登记', '人社局', '公共服务', '市级', '自然人', '承诺件', '全程网办', '10', '5', '0', '否']
const row = (change: Record<number, HandCell>): HandCell[] => ROW.map((cell, at) => change[at] ?? cell)
const items = (...rows: HandCell[][]): HandSheet => ({ name: '事项清单', rows: [HEAD, ...rows] })
const with1 = (heading: string, cell: HandCell): HandSheet => ({
  name: '事项清单',
  rows: [
    [...HEAD, heading],
    [...ROW, cell],
  ],
})
const A1 = await one(book([items(ROW)]))
const M_HEAD = ['材料名称', '是否必要', '材料类型', '材料形式', '材料来源', '份数']
const M_ROW = ['身份证', '必须', '原件', '纸质', '自备', '1份']

describe('headings', () => {
  test('columns have their usual other names and stand in any order', async () => {
    expect(A1).toMatchObject({
      taskCode: 'A1',
      taskName: '失业登记',
      deptName: '人社局',
      taskType: '20',
      anticipateDay: 10,
      promiseDay: 5,
      limitSceneNum: 0,
      isFee: false,
      modes: [0],
    })
    expect(await one(book([{ name: '清单', rows: [[...HEAD].reverse(), [...ROW].reverse()] }]))).toEqual(A1)
  })

  test('a name of the template goes before another name of the same column', async () => {
    const both = await book([
      {
        name: '事项',
        rows: [
          [...HEAD, '实施主体'],
          [...ROW, '市人社局'],
        ],
      },
    ])
    expect([errors(both), both.put.get('A1')?.deptName]).toEqual([[], '市人社局'])
    expect(notes(both)).toEqual(['note.column 事项:1'])
    const twice = await book([
      {
        name: '事项',
        rows: [
          [...HEAD, '主管部门'],
          [...ROW, '市人社局'],
        ],
      },
    ])
    expect(errors(twice)).toEqual(['column.twice 事项:1:主管部门'])
  })

  test('a heading of two rows is read with its groups, merged or not', async () => {
    const upper = HEAD.map((heading, at) => (at === 8 ? '办结时限（工作日）' : at === 9 ? null : heading))
    const lower = HEAD.map((_, at) => (at === 8 ? '法定' : at === 9 ? '承诺' : null))
    expect(await one(book([{ name: '清单', rows: [['某市清单'], upper, lower, ROW] }]))).toEqual(A1)
    const merged = [...HEAD.keys()]
      .filter(at => at < 8 || at > 9)
      .map(at => `${String.fromCharCode(65 + at)}1:${String.fromCharCode(65 + at)}2`)
    expect(await one(book([{ name: '清单', rows: [upper, lower, ROW], merged: [...merged, 'I1:J1'] }]))).toEqual(A1)
    expect(
      await one(
        csv([upper.map(String).map(cell => (cell === 'null' ? '' : cell)), lower.map(cell => cell ?? ''), ROW]),
      ),
    ).toEqual(A1)
  })

  test('a title by itself groups nothing', async () => {
    const rows = [
      ['材料清单'],
      ['序号', '事项编码', ...M_HEAD.slice(0, -2), '来源'],
      ['1', 'A1', ...M_ROW.slice(0, -1)],
    ]
    const table = await book([{ name: '材料', rows }], [A1])
    expect([errors(table), notes(table)]).toEqual([[], []])
    expect(table.sheets[0]?.columns.map(({ heading }) => heading)).toEqual(rows[1])
  })

  test('columns for the eye, numbers of columns, headings that repeat and lines between departments are no items', async () => {
    const numbers = HEAD.map((_, at) => String(at + 1))
    const table = await book([
      {
        name: '清单',
        rows: [
          ['序号', ...HEAD],
          ['1', ...numbers.map(no => String(Number(no) + 1))],
          ['一、市人社局'],
          ['1', ...ROW],
          ['序号', ...HEAD],
          ['2', ...row({ 0: 'A2' })],
        ],
      },
    ])
    expect([errors(table), [...table.put.keys()]]).toEqual([[], ['A1', 'A2']])
    expect(notes(table)).toEqual(['note.row 清单:2', 'note.row 清单:3', 'note.row 清单:5'])
  })
})

describe('limits', () => {
  const limit = (cell: HandCell, at = 9) => book([items(row({ [at]: cell }))])
  test.each([
    ['5个工作日', 5],
    ['５ 个 工 作 日', 5],
    ['五个工作日内', 5],
    ['自受理之日起5个工作日内办结', 5],
    ['即办', 0],
    ['当场办结', 0],
    ['5工作日', 5],
  ])('%s', async (cell, days) => {
    expect(await one(limit(cell))).toEqual({ ...A1, promiseDay: days })
  })

  test('what a limit says in brackets is kept as its explanation', async () => {
    expect(await one(limit('5个工作日（不含公示）'))).toEqual({ ...A1, promiseExplain: '不含公示' })
    const both = await book([with1('承诺时限说明', '见法规'), { name: '字典', rows: [['无']] }])
    expect(both.put.get('A1')?.promiseExplain).toBe('见法规')
    const kept = await book([
      {
        name: '清单',
        rows: [
          [...HEAD, '承诺时限说明'],
          [...row({ 9: '5个工作日（不含公示）' }), '另有公示'],
        ],
      },
    ])
    expect([kept.put.get('A1')?.promiseExplain, notes(kept)]).toEqual(['另有公示', ['note.rest 清单:2']])
  })

  test('days are working days where the heading, a column of units or the law on licences says so, and nowhere else', async () => {
    const headed = HEAD.map(heading => (heading === '承诺时限' ? '承诺时限（工作日）' : heading))
    expect(await one(book([{ name: '清单', rows: [headed, row({ 9: '5天' })] }]))).toEqual(A1)
    const unit = {
      name: '清单',
      rows: [
        [...HEAD, '承诺时限单位'],
        [...row({ 9: '5日' }), '工作日'],
      ],
    }
    expect(await one(book([unit]))).toMatchObject({ promiseDay: 5, promiseType: '1' })
    const licence = await book([items(row({ 3: '行政许可', 8: '20日', 9: '自受理之日起5日内' }))])
    expect([errors(licence), licence.put.get('A1')]).toEqual([[], { ...A1, taskType: '01', anticipateDay: 20 }])
    expect(notes(licence)).toEqual(['note.days 事项清单:2', 'note.days 事项清单:2'])
    expect(errors(await limit('5日'))).toEqual(['cell.unit 事项清单:2:承诺时限'])
    expect(errors(await limit('一个月'))).toEqual(['cell.unit 事项清单:2:承诺时限'])
  })

  test('a heading in another unit is told once, and a cell may say its own', async () => {
    const headed = HEAD.map(heading => (heading === '承诺时限' ? '承诺时限（天）' : heading))
    const table = await book([
      { name: '清单', rows: [headed, ROW, row({ 0: 'A2' }), row({ 0: 'A3', 9: '5个工作日' })] },
    ])
    expect(errors(table)).toEqual(['column.unit 清单:1:承诺时限(天)'.replace('(天)', '（天）')])
    expect([...table.put.keys()]).toEqual(['A3'])
  })

  test('a mapping says how many working days a unit stands for', async () => {
    const days = { workingDays: { 日: 1, 月: 22 } }
    const table = await book([items(row({ 8: '一个月', 9: '5日' }))], [], days)
    expect([errors(table), table.put.get('A1')]).toEqual([[], { ...A1, anticipateDay: 22 }])
    expect(errors(await book([items(row({ 9: '半年' }))], [], days))).toEqual(['cell.int 事项清单:2:承诺时限'])
  })
})

describe('words', () => {
  test.each([
    ['不收费', false],
    ['免费', false],
    ['无', false],
    ['收费', true],
    ['√', true],
  ])('fees: %s', async (cell, isFee) => {
    expect(await one(book([items(row({ 11: cell }))]))).toEqual({ ...A1, isFee })
  })

  test.each([
    ['个人/企业', ['1', '2']],
    ['自然人和企业法人', ['1', '2']],
    ['1.个人\n2.法人', ['1', '2', '3', '4']],
    ['个 人', ['1']],
  ])('audience: %s', async (cell, serverType) => {
    expect(await one(book([items(row({ 5: cell }))]))).toEqual({ ...A1, serverType })
  })

  test.each([
    ['最多跑一次', 1],
    ['零跑动', 0],
    ['1次', 1],
  ])('visits: %s', async (cell, limitSceneNum) => {
    expect(await one(book([items(row({ 10: cell }))]))).toEqual({ ...A1, limitSceneNum })
  })

  test.each([
    [{ xml: '<c r="@"><v>46082</v></c>' }, '2026-03-01'],
    ['46082', '2026-03-01'],
    ['2026年3月1日', '2026-03-01'],
    ['2026.3.1', '2026-03-01'],
  ])('days: %s', async (cell, day) => {
    expect(await one(book([with1('生效日期', cell)]))).toEqual({ ...A1, planEffectiveDate: day })
  })

  test('marks that say there is none are none where a code, a number, a day or an attachment stands; text stays text', async () => {
    for (const mark of ['/', '——', '无', '暂无']) {
      expect(await one(book([with1('地方实施编码', mark)]))).toEqual(A1)
      expect(await one(book([with1('失效日期', mark)]))).toEqual(A1)
    }
    expect(await one(book([with1('失效日期', '长期')]))).toEqual(A1)
    expect(await one(book([with1('申请条件', '无')]))).toEqual({ ...A1, acceptCondition: '无' })
    expect(errors(await book([items(row({ 9: '/' }))]))).toEqual(['cell.int 事项清单:2:承诺时限'])
  })

  test('what points elsewhere is told and stays', async () => {
    const table = await book([with1('申请条件', '详见附件2')])
    expect([table.put.get('A1')?.acceptCondition, notes(table)]).toEqual(['详见附件2', ['note.elsewhere 事项清单:2']])
    const condition = await book([with1('申请条件', '见义勇为人员')])
    expect(notes(condition)).toEqual([])
  })

  test('ditto marks take what stands above, and nothing above is an error', async () => {
    const table = await book([items(ROW, row({ 0: 'A2', 1: '失业金申领', 2: '同上', 7: '〃' }))])
    expect([errors(table), table.put.get('A2')]).toEqual([[], { ...A1, taskCode: 'A2', taskName: '失业金申领' }])
    expect(errors(await book([items(row({ 2: '同上' }))]))).toEqual(['cell.ditto 事项清单:2:责任单位'])
  })
})

describe('materials', () => {
  const material = { isNeed: '1', materialType: '1', materialFormat: '1', sourceType: '10', pageNum: 1 }

  test('in the rows of their items, whose cells are merged or left blank', async () => {
    const head = [...HEAD, ...M_HEAD]
    const second = ['户口簿', '非必要', '复印件', '纸质', '政府部门核发', '2']
    const blank = ROW.map(() => '')
    const rows = [
      head,
      [...ROW, ...M_ROW],
      [...blank, ...second],
      [...row({ 0: 'A2', 1: '失业金申领' }).map(String), ...M_ROW],
    ]
    const merged = [...HEAD.keys()].map(at => `${String.fromCharCode(65 + at)}2:${String.fromCharCode(65 + at)}3`)
    for (const table of [
      await csv(rows),
      await book([{ name: '清单', rows: rows.map(cells => cells.map(cell => cell || null)), merged }]),
    ]) {
      expect(errors(table)).toEqual([])
      expect(table.put.get('A1')).toEqual({
        ...A1,
        materials: [
          { materialCode: 'M01', materialName: '身份证', ...material },
          {
            materialCode: 'M02',
            materialName: '户口簿',
            isNeed: '2',
            materialType: '2',
            materialFormat: '1',
            sourceType: '20',
            pageNum: 2,
          },
        ],
      })
      expect(table.put.get('A2')?.materials).toHaveLength(1)
    }
  })

  test('under a group of their own, with short names', async () => {
    const upper = [...HEAD, '申请材料', ...M_HEAD.slice(1).map(() => null)]
    const lower = [...HEAD.map(() => null), '名称', '必要性', '类型', '形式', '来源', '份数']
    expect((await one(book([{ name: '清单', rows: [upper, lower, [...ROW, ...M_ROW]] }]))).materials).toEqual([
      { materialCode: 'M01', materialName: '身份证', ...material },
    ])
  })

  test('on a sheet of their own, by the name of their item, before or behind it', async () => {
    const sheet = {
      name: '材料清单',
      rows: [
        ['事项名称', ...M_HEAD],
        ['失业登记', ...M_ROW],
        [null, '户口簿', ...M_ROW.slice(1)],
      ],
    }
    for (const sheets of [
      [items(ROW), sheet],
      [sheet, items(ROW)],
    ]) {
      const table = await book(sheets)
      expect(errors(table)).toEqual([])
      expect(table.put.get('A1')?.materials.map(({ materialName }) => materialName)).toEqual(['身份证', '户口簿'])
      expect(notes(table)).toContain('note.named 材料清单:2')
    }
    expect((await one(book([sheet], [A1]))).materials).toHaveLength(2)
    expect(errors(await book([sheet], [A1, { ...A1, taskCode: 'A2' }]))).toEqual(['row.name 材料清单:2:事项名称'])
    expect(errors(await book([sheet]))).toEqual(['row.name 材料清单:2:事项名称'])
  })

  test('a blank code goes on with the one above; below one that cannot be read nothing is told again', async () => {
    const rows = [
      ['事项编码', ...M_HEAD],
      ['A1', ...M_ROW],
      [null, '户口簿', ...M_ROW.slice(1)],
    ]
    const table = await book([items(ROW), { name: '材料', rows }])
    expect([errors(table), notes(table), table.put.get('A1')?.materials.length]).toEqual([
      [],
      ['note.filled 材料:3'],
      2,
    ])
    const broken = [
      ['事项编码', ...M_HEAD],
      [{ xml: '<c r="@" t="e"><v>#REF!</v></c>' }, ...M_ROW],
      [null, ...M_ROW],
    ]
    expect(errors(await book([items(ROW), { name: '材料', rows: broken }]))).toEqual(['cell.error 材料:2:事项编码'])
    expect(
      errors(
        await book([
          items(ROW),
          {
            name: '材料',
            rows: [
              ['事项编码', ...M_HEAD],
              [null, ...M_ROW],
            ],
          },
        ]),
      ),
    ).toEqual(['row.key 材料:2:事项编码'])
  })

  test('fees in the rows of their items have the basis that the item names', async () => {
    const head = [...HEAD, '收费项目', '收费标准', '收费依据']
    const cells = [...row({ 11: '收费' }), '工本费', '20元/本', '发改价格〔2020〕1号']
    expect(await one(book([{ name: '清单', rows: [head, cells] }]))).toEqual({
      ...A1,
      isFee: true,
      feeBasis: '发改价格〔2020〕1号',
      fees: [{ feeName: '工本费', feeStand: '20元/本', byLaw: '发改价格〔2020〕1号' }],
    })
  })

  test('all in one cell, with what a mapping gives for the columns that are not there', async () => {
    const defaults = {
      'materials.isNeed': '必要',
      'materials.materialType': '原件',
      'materials.materialFormat': '纸质',
      'materials.sourceType': '申请人自备',
    }
    const sheet = with1('申请材料', '1. 身份证（原件，1份）\n2. 户口簿复印件\n3. 申请表（一式两份）')
    const { materials } = await one(book([sheet], [], { defaults }))
    expect(materials.map(({ materialName, materialType, pageNum }) => [materialName, materialType, pageNum])).toEqual([
      ['身份证', '1', 1],
      ['户口簿', '2', undefined],
      ['申请表', '1', 2],
    ])
    expect(errors(await book([sheet]))).toEqual(
      ['必要性', '材料形式', '来源渠道', '材料类型'].map(column => `column.missing 事项清单:2:${column}`),
    )
    expect((await one(book([with1('申请材料', '无')], [], { defaults }))).materials).toEqual([])
  })
})

describe('sheets', () => {
  test('a sheet for each department is read, with its name where no column says it', async () => {
    const head = HEAD.filter(heading => heading !== '责任单位')
    const without = (cells: HandCell[]) => cells.filter((_, at) => at !== 2)
    const table = await book([
      { name: '市人社局', rows: [head, without(ROW)] },
      { name: '市公安局', rows: [head, without(row({ 0: 'A2', 1: '居住证' }))] },
    ])
    expect([errors(table), [...table.put.values()].map(({ deptName }) => deptName)]).toEqual([
      [],
      ['市人社局', '市公安局'],
    ])
    expect(notes(table)).toEqual(['note.department 市人社局:2', 'note.department 市公安局:2'])
  })

  test('hidden sheets are left out, hidden rows are read, and both are told', async () => {
    const bytes = xlsxByHand([items(ROW), { name: '旧表', rows: [HEAD, ROW] }], { hidden: ['旧表'] })
    const table = await read(bytes, 'a.xlsx')
    expect([errors(table), notes(table), table.put.size]).toEqual([[], ['note.hidden 旧表:0'], 1])
    const rows = { ...items(ROW), tail: '<row r="3" hidden="1"><c r="A3" t="inlineStr"><is><t>A1</t></is></c></row>' }
    expect(notes(await book([rows]))).toEqual(['note.hidden-rows 事项清单:3'])
  })

  test('numbers count with the words that they are shown with', async () => {
    const formats = ['0"天"', '0"个工作日"', '"A"0000', '#,##0\\次']
    const styles = `<numFmts>${formats.map((format, at) => `<numFmt numFmtId="${170 + at}" formatCode="${format.replaceAll('"', '&quot;')}"/>`).join('')}</numFmts><cellXfs><xf numFmtId="0"/>${formats.map((_, at) => `<xf numFmtId="${170 + at}"/>`).join('')}</cellXfs>`
    const cell = (style: number, value: number) => ({ xml: `<c r="@" s="${style}"><v>${value}</v></c>` })
    const shown = (change: Record<number, HandCell>) => read(xlsxByHand([items(row(change))], { styles }), 'a.xlsx')
    expect(await one(shown({ 0: cell(3, 1), 9: cell(2, 5), 10: cell(4, 0) }))).toEqual({ ...A1, taskCode: 'A0001' })
    expect(errors(await shown({ 9: cell(1, 5) }))).toEqual(['cell.unit 事项清单:2:承诺时限'])
  })

  test('zeros that a code has lost are put back where that is an item', async () => {
    const item = { ...A1, taskCode: '0101' }
    const rows = [
      ['事项编码', ...M_HEAD],
      [{ xml: '<c r="@"><v>101</v></c>' }, ...M_ROW],
    ]
    const table = await book([{ name: '材料', rows }], [item])
    expect([errors(table), [...table.put.keys()], notes(table)]).toEqual([[], ['0101'], ['note.zeros 材料:2']])
    expect(errors(await book([{ name: '材料', rows }], [{ ...A1, taskCode: '000101' }]))).toEqual([
      'row.item 材料:2:实施编码',
    ])
  })

  test('a column that lacks is told once, a cell that lacks for its row', async () => {
    const head = HEAD.filter(heading => heading !== '办件类型')
    const rows = ['A1', 'A2', 'A3'].map(code => row({ 0: code }).filter((_, at) => at !== 6))
    expect(errors(await book([{ name: '清单', rows: [head, ...rows] }]))).toEqual(['column.missing 清单:2:办件类型'])
    const cells = await csv([HEAD, row({ 6: '' }).map(String), row({ 0: 'A2', 6: '' }).map(String)])
    expect(errors(cells)).toEqual(['column.missing list:2:办件类型', 'column.missing list:3:办件类型'])
  })

  test.each([
    ['the old .xls', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0], 'file.old'],
    [
      'a workbook behind a password',
      [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...Buffer.from('EncryptedPackage', 'utf16le')],
      'file.locked',
    ],
    ['a page that is called .xls', [...Buffer.from('\r\n<html xmlns:x="urn:x"><table>')], 'file.old'],
    ['the XML of 2003', [...Buffer.from('<?xml version="1.0"?><Workbook>')], 'file.old'],
    ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d], 'file.old'],
  ])('%s is refused with its cure', async (_, bytes, code) => {
    const table = await read(Uint8Array.from(bytes), '清单.xls')
    expect([errors(table), table.put.size]).toEqual([[`${code} 清单.xls:0:`], 0])
    expect(table.errors[0]?.cureZh).toContain('另存为 .xlsx')
  })
})

describe('the messy workbook of a city', () => {
  const titles: HandCell[][] = [
    ['商洛市政务服务事项清单（2026年版）'],
    ['填报单位：市行政审批局', null, '填报时间：2026年3月1日'],
  ]
  const upper = [
    '序号',
    ...HEAD.map((heading, at) => (at === 8 ? '办结时限' : at === 9 ? null : heading)),
    '实施日期',
    '咨询电话',
  ]
  const lower = [
    null,
    ...HEAD.map((_, at) => (at === 8 ? '法定（工作日）' : at === 9 ? '承诺（工作日）' : null)),
    null,
    null,
  ]
  const rows: HandCell[][] = [
    [
      '１',
      'Ａ１',
      '失业登记',
      '市人社局',
      '公共服务',
      '地市级',
      '个人',
      '承诺',
      '代收代办',
      '１０',
      '5个工作日',
      '0次',
      '不收费',
      '２０２６－０３－０１',
      '０９１４－２３００００１',
    ],
    [
      '2',
      'a2',
      '档案接收',
      '同上',
      '同上',
      '市级',
      '个人、企业',
      '即办件',
      '全程网办',
      '20天',
      '即办',
      '最多跑一次',
      '×',
      '2026.3.1',
      '0914-2300002',
    ],
    ['合计', '2项'],
    ['注：本表一式两份。'],
  ]
  const materials: HandCell[][] = [
    ['申请材料清单'],
    ['序号', '实施编码', '事项名称', ...M_HEAD],
    ['1', 'A1', '失业登记', ...M_ROW],
    ['2', null, null, '登记表', '必须', '原件', '纸质/电子', '申请人提供', '一式两份'],
    ['3', 'A2', '档案接收', '介绍信', '是', '原件及复印件', '纸质', '政府部门核发', '1'],
  ]

  test('is taken as it is', async () => {
    const table = await book([
      { name: '封面', rows: [['商洛市']] },
      { name: '政务服务事项', rows: [...titles, upper, lower, ...rows], merged: ['A1:O1', 'J3:K3'] },
      { name: '申请材料', rows: materials, merged: ['B3:B4', 'C3:C4'] },
    ])
    expect(errors(table)).toEqual([])
    expect([...table.put.values()]).toMatchObject([
      {
        taskCode: 'A1',
        useLevel: '3',
        serverType: ['1'],
        modes: [1],
        anticipateDay: 10,
        promiseDay: 5,
        planEffectiveDate: '2026-03-01',
      },
      {
        taskCode: 'A2',
        deptName: '市人社局',
        taskType: '20',
        anticipateDay: 20,
        promiseDay: 0,
        limitSceneNum: 1,
        isFee: false,
      },
    ])
    expect(
      [...table.put.values()].map(item => item.materials.map(({ materialName, pageNum }) => [materialName, pageNum])),
    ).toEqual([
      [
        ['身份证', 1],
        ['登记表', 2],
      ],
      [['介绍信', 1]],
    ])
  })
})

test('units and windows have their usual other names', async () => {
  const units = [
    ['单位编码', '单位名称', '行政层级', '上级编码'],
    ['U1', '市局', '市本级', null],
    ['U2', '某镇', '镇', 'U1'],
  ]
  const windows = [
    ['所属机构编码', '窗口编号', '窗口'],
    ['U1', 'W1', '一号'],
  ]
  const bytes = xlsxByHand([
    { name: '单位', rows: units },
    { name: '综合窗口', rows: windows },
  ])
  const table = await importUnits(bytes, 'a.xlsx')
  expect([errors(table), table.units]).toEqual([
    [],
    [
      { code: 'U1', name: '市局', level: 2, windows: [{ code: 'W1', name: '一号' }] },
      { code: 'U2', name: '某镇', level: 4, parent: 'U1' },
    ],
  ])
})

describe('everything at once', () => {
  const wide = (no: string, ...cells: string[]) => [no, ...ROW.slice(1, 12 - cells.length), ...cells]

  test('an item that lacks something is looked at to its end', async () => {
    const table = await book([
      {
        name: '清单',
        rows: [
          [...HEAD, '行政复议'],
          [...ROW.slice(0, 9), '', ...ROW.slice(10), '长'.repeat(600)],
        ],
      },
    ])
    expect(errors(table)).toEqual(['column.missing 清单:2:承诺时限', 'cell.schema 清单:2:行政复议'])
  })

  test('a row whose code cannot be read is looked at as well, and parts of an item that is not there', async () => {
    const table = await book([
      items(ROW, ['1.1E+17', ...ROW.slice(1, 9), '', ...ROW.slice(10)]),
      {
        name: '材料',
        rows: [
          ['事项编码', ...M_HEAD],
          ['B9', '户口本', '', ...M_ROW.slice(2)],
        ],
      },
    ])
    expect(errors(table)).toEqual([
      'cell.number 事项清单:3:事项编码',
      'row.item 材料:2:实施编码',
      'column.missing 材料:2:是否必要',
      'column.missing 事项清单:3:承诺时限',
    ])
  })

  test('where nothing says whose rows are, their cells are looked at, and that is told once', async () => {
    const table = await book([
      { name: '清单', rows: [HEAD.slice(2), ROW.slice(2), ROW.slice(2).with(3, '职工'), ROW.slice(2).with(7, '')] },
    ])
    expect(errors(table)).toEqual([
      'column.missing 清单:1:实施编码',
      'cell.code 清单:3:服务对象',
      'column.missing 清单:4:承诺时限',
    ])
  })

  test('a column of codes under a name that is not known is guessed by its cells', async () => {
    const head = HEAD.with(0, '业务流水').with(1, '业务')
    const table = await book([{ name: '清单', rows: [head, row({ 0: '11420300MB1000000A3000131001' })] }])
    expect(table.sheets[0]?.columns[0]).toMatchObject({ field: 'taskCode', how: 'guess' })
    expect(errors(table)).toEqual(['column.guessed 清单:1:业务流水', 'column.guessed 清单:1:业务'])
    expect(table.put.has('11420300MB1000000A3000131001')).toBe(true)
  })

  test('words that are not known are told with their column, each once, and what may stand there', async () => {
    const table = await book([items(ROW, row({ 0: 'A2', 5: '职工、自然人' }), row({ 0: 'A3', 5: '职工' }))])
    const [reading] = table.sheets
    expect(reading?.columns[5]?.words).toEqual([
      { given: '职工', cells: 2, nearest: expect.arrayContaining(['自然人', '行政机关']), suggestion: null },
    ])
    expect(table.errors[0]?.nearest).toHaveLength(6)
    const mended = await book([items(ROW, row({ 0: 'A2', 5: '职工、自然人' }))], [], {
      translate: { serverType: { 职工: '自然人、企业法人' } },
    })
    expect(mended.put.get('A2')?.serverType).toEqual(['1', '2'])
  })

  test('what a file has no words for is told as it lacks it: columns, units, cells', async () => {
    const table = await book([{ name: '清单', rows: [HEAD.slice(0, 11), row({ 8: '20日', 9: '' }).slice(0, 11)] }])
    const [reading] = table.sheets
    expect(reading?.absent).toEqual([{ field: 'isFee', name: '是否收费', takes: '是 / 否', lacking: 1 }])
    expect([reading?.columns[8]?.units, reading?.columns[9]?.lacking]).toEqual([['日'], 1])
  })

  test('a column that nothing names is read as what its cells say, and told; one that was mistaken gives way', async () => {
    const rows = [
      [...HEAD.slice(0, 3), '类别', ...HEAD.slice(4), '属性', '页次'],
      [...row({ 3: '社保业务' }), '公共服务', '1'],
      [...row({ 0: 'A2', 3: '社保业务' }), '民生实事', '2'],
    ]
    const table = await book([{ name: '清单', rows }])
    // What stands in it is told with it, as if it had been named.
    expect(errors(table)).toEqual(['column.guessed 清单:1:属性', 'cell.code 清单:3:属性'])
    expect([table.errors[0]?.value, table.put.get('A1')?.taskType]).toEqual(['taskType', '20'])
    const columns = table.sheets[0]?.columns ?? []
    expect(columns.find(({ heading }) => heading === '属性')).toMatchObject({ field: 'taskType', how: 'guess' })
    expect(columns.find(({ heading }) => heading === '类别')?.field).toBeNull()
    // A mapping confirms it, or has it left out, whatever stands in it.
    const said = { 类别: '', 属性: 'taskType', 页次: '' }
    const known = await book([{ name: '清单', rows: rows.slice(0, 2) }], [], { columns: said })
    expect([errors(known), known.put.get('A1')?.taskType]).toEqual([[], '20'])
    const left = await book([{ name: '清单', rows: rows.slice(0, 2) }], [], { columns: { ...said, 属性: '' } })
    expect(errors(left)).toEqual(['column.missing 清单:2:事项类型'])
  })

  test('what was told of items on the way to a guess is told once', async () => {
    let told = 0
    const rows = [[...HEAD.slice(0, 3), '属性', ...HEAD.slice(4)], row({ 9: '' })]
    await book([{ name: '清单', rows }], [], {
      partial: () => {
        told++
      },
      again: () => {
        told = 0
      },
    })
    expect(told).toBe(1)
  })

  test('columns of held items are left out as before: nothing lacks what they would say', async () => {
    const rows = [
      ['事项编码', '承诺时限', '属性'],
      ['A1', '4', '公共服务'],
    ]
    const table = await book([{ name: '事项', rows }], [A1])
    expect([errors(table), table.put.get('A1')?.promiseDay]).toEqual([[], 4])
  })

  test('headings in two languages and in English are known, and codes that are parted by blanks', async () => {
    const both = HEAD.map((heading, at) => `${['Code', 'Name', 'Dept', 'Type'][at] ?? 'Column'} ${heading}`)
    const english =
      'item code,item name,department,item type,level,applicant,case type,mode,statutory days,promised days,visits,charge'
    const cells = row({ 0: '1142 0300 MB10 0000 0A', 9: '5 working days', 8: '10 business days' })
    for (const head of [both, english.split(',')]) {
      const table = await book([{ name: 'Items', rows: [head, cells, wide('Total')] }])
      expect([errors(table), table.put.get('11420300MB1000000A')?.anticipateDay]).toEqual([[], 10])
    }
  })
})
