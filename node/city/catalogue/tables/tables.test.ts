// Over 450 lines: every column of the tables is read and written here, by the same sample of items.
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { plainCode } from '../../../../protocol/codes/spelling.ts'
import { unwritable } from '../../../../protocol/json-text.ts'
import { CONTACT_ROLES, ServiceItem } from '../../../../protocol/service/item.ts'
import { fc } from '../../../../test/support/properties.ts'
import { readCell } from './cells.ts'
import { ITEM_COLUMNS, PARTS } from './columns.ts'
import { FORMATS, type Format } from './formats.ts'
import { TABLE_LIMITS } from './limits.ts'
import { decodeText } from './read.ts'
import { importTables, type TableImport, writeTables, writeTemplate } from './tables.ts'

const BATCH = { batch: '0123456789abcdef', time: '2026-11-02 09:00:00' }
const nothingHeld = async () => null
const utf8 = (text: string) => new TextEncoder().encode(text)

const allOf = async (made: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await new Response(made).arrayBuffer())

async function bytesOf(format: Format, items: readonly ServiceItem[]): Promise<Uint8Array> {
  return allOf(await writeTables(() => items, format, BATCH))
}

const csv = (
  text: string,
  name = 'items.csv',
  held: readonly ServiceItem[] = [],
  modes?: number[],
): Promise<TableImport> =>
  importTables(utf8(text), name, {
    held: async code => held.find(item => item.taskCode === code) ?? null,
    ...(modes === undefined ? {} : { modes }),
  })
const zip = (
  files: Record<string, string>,
  held: readonly ServiceItem[] = [],
  modes?: number[],
): Promise<TableImport> =>
  importTables(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, utf8(text)]))), 'a.zip', {
    held: async code => held.find(item => item.taskCode === code) ?? null,
    ...(modes === undefined ? {} : { modes }),
  })
const places = ({ errors }: TableImport) =>
  errors.map(({ code, sheet, row, column }) => `${code} ${sheet}:${row}:${column}`)

// --- any item
const words = (max: number) =>
  fc
    .array(
      fc.constantFrom(
        '事',
        '项',
        '"',
        ',',
        '\n',
        '\r\n',
        "'",
        '=',
        '-',
        '_x0041_',
        ' ',
        '𠀀',
        'a',
        '1',
        '[',
        ';',
        '\t',
        '~2',
      ),
      {
        minLength: 1,
        maxLength: max,
      },
    )
    .map(list => `${list.join('')}字`)
/** Codes have no line breaks and tabs, and are written plainly. */
const codes = (max: number) => words(max).map(text => plainCode(text.replaceAll(/[\n\r\t]/g, '')))
const isCode = (field: string) => !ServiceItem.shape[field as keyof ServiceItem].safeParse('a\nb').success
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const days = fc.integer({ min: 0, max: 3650 })
const commitment = fc.record({
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  size: fc.nat(),
  type: fc.constantFrom('image/jpeg', 'application/pdf'),
})
const json = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.jsonValue({ maxDepth: 2 }).filter(value => unwritable(value, 3) === null),
  { maxKeys: 3 },
)
const some = <T extends string>(...codes: T[]) => fc.subarray(codes, { minLength: 1 })
const texts = ITEM_COLUMNS.filter(({ kind }) => kind === 'text').map(({ field }) => field)
const plain = texts.filter(
  field => field !== 'onlineHandleUrl' && field !== 'deptCode' && !/^(town|village)Code$/.test(field),
)
const bools = ITEM_COLUMNS.filter(({ kind }) => kind === 'bool').map(({ field }) => field)
const optionals = (fields: readonly string[], value: fc.Arbitrary<unknown>) =>
  fc.record(Object.fromEntries(fields.map(field => [field, optional(value)])))
const material = fc
  .tuple(
    fc.record({
      materialName: words(5),
      isNeed: fc.constantFrom('1', '2', '3'),
      materialType: fc.constantFrom('1', '2', '3', '4'),
      materialFormat: fc.constantFrom('1', '2', '3'),
      sourceType: fc.constantFrom('10', '20', '99'),
    }),
    optionals(['needExplain', 'sourceExplain', 'issuer', 'acceptStand', 'fillExplain', 'byLaw'], words(4)),
    fc.record({
      pageNum: optional(fc.nat(99)),
      pageNumY: optional(fc.nat(99)),
      pageNumF: optional(fc.nat(99)),
      reviewPoints: optional(fc.array(words(4), { minLength: 1, maxLength: 3 })),
      exampleGuid: optional(commitment),
      formGuid: optional(commitment),
      isResultCert: optional(fc.boolean()),
      certCode: optional(codes(4)),
      orderNum: optional(fc.nat(99)),
    }),
  )
  .map(parts => Object.assign({}, ...parts) as object)
const item: fc.Arbitrary<ServiceItem> = fc
  .tuple(
    optionals(
      plain.filter(field => !isCode(field)),
      words(4),
    ),
    optionals(plain.filter(isCode), codes(4)),
    optionals(bools, fc.boolean()),
    fc.record({
      taskCode: fc.stringMatching(/^[0-9A-Z]{31}$/),
      taskName: words(8),
      deptName: words(4),
      taskVersion: fc.integer({ min: 1, max: 99 }),
      taskState: fc.constantFrom('1', '2', '3'),
      taskType: fc.constantFrom('01', '05', '07', '10', '11', '20', '21'),
      useLevel: fc.constantFrom('1', '3', '5', '7'),
      deptType: optional(fc.constantFrom('1', '9')),
      serverType: some('1', '2', '3', '6'),
      projectType: fc.constantFrom('1', '2', '9'),
      modes: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
      anticipateDay: days,
      anticipateType: optional(fc.constant('1')),
      promiseDay: days,
      handleType: optional(some('1', '2', '4', '9')),
      limitSceneNum: fc.nat(20),
      isFee: fc.boolean(),
      planEffectiveDate: optional(fc.constantFrom('2026-01-31', '2028-02-29')),
      onlineHandleDepth: optional(some('1', '5', '8')),
      onlineLevel: optional(fc.constantFrom('1', '4')),
      onlineHandleUrl: optional(fc.constant('https://example.gov.cn/?a=1,2')),
      resultGuid: optional(commitment),
      form: optional(json),
      formUi: optional(json),
      consent: optional(fc.record({ version: codes(2), text: words(9) })),
      sharedFields: optional(fc.array(words(3), { minLength: 1, maxLength: 3 })),
    }),
    fc.record({
      materials: fc
        .array(material, { maxLength: 3 })
        .map(list => list.map((entry, index) => ({ ...entry, materialCode: `=M${index}` }))),
      fees: optional(
        fc.array(
          fc.record({ feeName: words(3), feeStand: words(3), byLaw: words(3), isDesc: optional(fc.boolean()) }),
          { minLength: 1, maxLength: 2 },
        ),
      ),
      faqs: optional(fc.array(fc.record({ question: words(4), answer: words(9) }), { minLength: 1, maxLength: 2 })),
      contacts: optional(
        fc.array(
          fc.record({
            role: fc.constantFrom(...(Object.keys(CONTACT_ROLES) as (keyof typeof CONTACT_ROLES)[])),
            name: optional(words(2)),
            phone: optional(fc.constant('+86 13800000000')),
          }),
          { minLength: 1, maxLength: 2 },
        ),
      ),
      legalBases: optional(
        fc.array(fc.record({ lawName: words(3), article: optional(words(2)) }), { minLength: 1, maxLength: 2 }),
      ),
      offeredAt: optional(
        fc.uniqueArray(
          fc.record({
            unit: codes(2),
            below: optional(fc.boolean()),
            windows: optional(fc.array(codes(2), { minLength: 1, maxLength: 2 })),
          }),
          {
            minLength: 1,
            maxLength: 2,
            selector: entry => entry.unit,
          },
        ),
      ),
    }),
  )
  .map(parts => ServiceItem.parse(JSON.parse(JSON.stringify(Object.assign({}, ...parts)))))

const HEAD =
  '实施编码,事项名称,实施主体,事项类型,行使层级,服务对象,办件类型,办理模式,法定办结时限,承诺办结时限,到现场次数,是否收费'
const ROW = 'A1,失业登记,人社局,公共服务,市级,自然人,承诺件,全程网办、异地代收,10,5,0,否'
const [A1] = [...(await csv(`${HEAD}\n${ROW}`)).put.values()]
if (A1 === undefined) throw new Error('the row is an item')

describe('tables of items', () => {
  test('every field of an item has its column', () => {
    const parts = PARTS.map(({ field }) => field)
    expect([...ITEM_COLUMNS.map(({ field }) => field), ...parts].toSorted()).toEqual(
      Object.keys(ServiceItem.shape).toSorted(),
    )
    for (const part of PARTS) {
      const list = ServiceItem.shape[part.field]
      const { shape } = 'element' in list ? list.element : list.unwrap().element
      expect(part.columns.map(({ field }) => field).toSorted()).toEqual(Object.keys(shape).toSorted())
    }
  })

  test.each(FORMATS)('a round trip through %s loses nothing', async format => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(item, { maxLength: 3, selector: entry => entry.taskCode, minLength: 1 }),
        async items => {
          const read = await importTables(await bytesOf(format, items), 'a', { held: nothingHeld })
          expect(places(read)).toEqual([])
          expect([...read.put.values()]).toEqual(items)
        },
      ),
      { numRuns: 40 },
    )
  })

  test.each([
    ['tabs in the cells of a row', '实施编码,问题,解答\nA1,\t何时,\t\t今日\nA1,何处,窗口'],
    ['a comma in the title', '常见问题, 十堰\n实施编码\t问题\t解答\nA1\t何时\t今日'],
    ['many marks in one quoted cell', '实施编码;问题;解答\nA1;何时;"一,二,三,四\n五,六,七,八"'],
  ])('%s are no delimiter', async (_, text) => {
    const read = await importTables(Buffer.from(text), '常见问题.csv', {
      held: async code => (code === 'A1' ? A1 : null),
    })
    expect(places(read)).toEqual([])
    expect(read.put.get('A1')?.faqs?.length).toBeGreaterThan(0)
  })

  test('text longer than a cell of XLSX holds goes on in the next column', async () => {
    const long = { ...A1, form: { type: 'object', title: `${'长'.repeat(31_970)}𠀀${'文'.repeat(40_000)}` } }
    const read = await importTables(await bytesOf('xlsx', [long, { ...A1, taskCode: 'A2' }]), 'a.xlsx', {
      held: nothingHeld,
    })
    expect([...read.put.values()]).toEqual([long, { ...A1, taskCode: 'A2' }])
  })

  test('a filled template is read; an empty one says that nothing is in it', async () => {
    const template = await allOf(await writeTemplate('xlsx'))
    expect(places(await importTables(template, '模板.xlsx', { held: nothingHeld }))).toEqual(['sheet.empty 事项:0:'])
  })

  test('names and codes are read, in either spelling', async () => {
    expect(A1).toMatchObject({ taskType: '20', useLevel: '3', serverType: ['1'], modes: [0, 1], isFee: false })
    const coded = await csv(`${HEAD}\nA1,失业登记,人社局,7,3,"1，2^3",2,"0,1",10,5.0,0,0`)
    expect(coded.put.get('A1')).toMatchObject({ taskType: '07', serverType: ['1', '2', '3'], promiseDay: 5 })
  })

  test('GB18030 and UTF-16 are detected', async () => {
    const gb = Uint8Array.from([0xca, 0xa7, 0xd2, 0xb5])
    expect(decodeText(gb)).toBe('失业')
    expect(decodeText(Uint8Array.from([0xca, 0xaf, 0xd1, 0xdf]))).toBe('石堰')
    expect(decodeText(utf8('ʧҵ 失业'))).toBe('ʧҵ 失业')
    expect(decodeText(Uint8Array.from([0xff, 0xfe, 0x31, 0x59, 0x1a, 0x4e]))).toBe('失业')
    expect(decodeText(utf8('\ufeff失业'))).toBe('失业')
    expect(decodeText(Uint8Array.from([0xca, 0xff, 0xff]))).toBeNull()
    const read = await importTables(Uint8Array.from([0xca, 0xff, 0xff]), 'items.csv', { held: nothingHeld })
    expect(places(read)).toEqual(['file.encoding items:0:'])
  })

  test.each([
    ['cell.int', 'A1,失业登记,人社局,20,3,1,2,0,十几天,5,0,0', '法定办结时限'],
    ['cell.unit', 'A1,失业登记,人社局,20,3,1,2,0,十天,5,0,0', '法定办结时限'],
    ['cell.bool', 'A1,失业登记,人社局,20,3,1,2,0,10,5,0,也许', '是否收费'],
    ['cell.code', 'A1,失业登记,人社局,公证,3,1,2,0,10,5,0,0', '事项类型'],
    ['cell.code', 'A1,失业登记,人社局,20,3,自然人、鬼,2,0,10,5,0,0', '服务对象'],
    ['cell.number', '1.1420300E+30,失业登记,人社局,20,3,1,2,0,10,5,0,0', '实施编码'],
    ['cell.error', 'A1,#REF!,人社局,20,3,1,2,0,10,5,0,0', '事项名称'],
    ['cell.schema', 'A1,失业登记,人社局,20,3,1,2,0,10,5,99,0', '到现场次数'],
    ['column.missing', 'A1,失业登记,,20,3,1,2,0,10,5,0,0', '实施主体'],
    ['row.key', ',失业登记,人社局,20,3,1,2,0,10,5,0,0', '实施编码'],
  ])('%s is reported with row and column, and with its cure', async (code, row, column) => {
    const read = await csv(`${HEAD}\n${ROW.replace('A1', 'A0')}\n\n${row}`)
    expect(places(read)).toContain(`${code} items:4:${column}`)
    for (const fault of read.errors) expect(fault.cureZh).not.toBe('')
  })

  test('a row of a material is named when the material does not hold', async () => {
    const head = '实施编码,材料名称,必要性,材料类型,材料形式,来源渠道,份数'
    const read = await zip({
      'items.csv': `${HEAD}\n${ROW}`,
      '材料.csv': `${head}\nA1,身份证,必要,原件,纸质,10,1\nA1,申请表,,原件,纸质,10,9999`,
    })
    expect(places(read).toSorted()).toEqual(['cell.schema 材料:3:份数', 'column.missing 材料:3:必要性'])
    expect(places(await csv(`${head}\nB1,身份证,必要,原件,纸质,10,1`, '材料.csv', [A1]))).toEqual([
      'row.item 材料:2:实施编码',
    ])
  })

  test('what a file does not tell stays, a blank cell clears', async () => {
    const held = {
      ...A1,
      linkWay: '0719-1',
      transactAddr: '一楼',
      materials: [{ ...M1, reviewPoints: ['在有效期内'] }],
    }
    const kept = await csv('实施编码,事项名称,实施主体,咨询电话\nA1,失业登记,人社局,', 'items.csv', [held])
    const { linkWay, ...rest } = held
    expect(kept.put.get('A1')).toEqual(rest)
    const materials = await csv(
      '实施编码,材料编码,材料名称,必要性,材料类型,材料形式,来源渠道\nA1,M01,居民身份证,必要,原件,纸质,10',
      '材料.csv',
      [held],
    )
    expect(materials.put.get('A1')).toEqual({
      ...held,
      materials: [{ ...M1, materialName: '居民身份证', materialFormat: '1', reviewPoints: ['在有效期内'] }],
    })
  })

  test('an item that stands twice is refused', async () => {
    expect(places(await csv(`${HEAD}\n${ROW}\n${ROW}`))).toEqual(['row.twice items:3:实施编码'])
  })

  test('unknown columns and sheets are told and left out', async () => {
    const read = await zip({ 'items.csv': `${HEAD},心情\n${ROW},好`, 'other.csv': 'a,b\n1,2', 'notes.docx': 'x' })
    expect(read.notes.map(({ code, sheet }) => `${code} ${sheet}`).toSorted()).toEqual([
      'note.column items',
      'note.sheet notes.docx',
      'note.sheet other',
    ])
    expect(read.put.get('A1')).toEqual(A1)
  })
})

const M1 = {
  materialCode: 'M01',
  materialName: '身份证',
  isNeed: '1',
  materialType: '1',
  materialFormat: '3',
  sourceType: '10',
} as const

describe('upload tables', () => {
  const basicHead =
    'task_code,task_name,dept_name,task_type,use_level,server_type,project_type,anticipate_day,promise_day,limit_scene_num,is_fee,cd_operation,cd_time,cd_batch'
  const basic = (operation: string, days: number, time = '20261102090000') =>
    `A1,失业登记,人社局,20,3,1,2,10,${days},0,0,${operation},${time},b1`
  const materialHead =
    'task_code,material_name,is_need,material_type,material_format,source_type,order_num,cd_operation,cd_time'

  test('a batch of insertions makes items; modes come from the importer', async () => {
    const read = await zip(
      {
        'up_task_general_material.csv': `${materialHead}\nA1,身份证,1,1,3,20,1,I,1\nA1,申请表,1,1,3,10,2,I,1`,
        'up_task_general_basic.csv': `${basicHead}\n${basic('I', 5)}`,
      },
      [],
      [0],
    )
    expect(places(read)).toEqual([])
    expect(read.put.get('A1')).toMatchObject({
      promiseDay: 5,
      modes: [0],
      materials: [{ materialCode: 'M01' }, { materialCode: 'M02', materialName: '申请表' }],
    })
    const without = await csv(`${basicHead}\n${basic('I', 5)}`, 'up_task_general_basic.csv')
    expect(places(without)).toEqual(['column.missing up_task_general_basic:2:办理模式'])
  })

  test('changes go by time, and touch what they name', async () => {
    const held: ServiceItem = {
      ...A1,
      form: { type: 'object' },
      materials: [
        { ...M1, reviewPoints: ['在有效期内'] },
        { ...M1, materialCode: 'M02', materialName: '申请表' },
      ],
    }
    const read = await zip(
      {
        'up_task_general_basic.csv': `${basicHead}\n${basic('U', 3, '20261103000000')}\n${basic('U', 4, '20261102000000')}`,
        'up_task_general_material.csv': `${materialHead}\nA1,申请表,,,,,,D,2\nA1,照片,1,1,2,10,3,I,2`,
      },
      [held],
    )
    expect(places(read)).toEqual([])
    expect(read.put.get('A1')).toMatchObject({
      promiseDay: 3,
      form: { type: 'object' },
      materials: [
        { materialName: '身份证', reviewPoints: ['在有效期内'] },
        { materialName: '照片', materialCode: 'M03' },
      ],
    })
  })

  test('an insertion of an item that is held replaces what its tables tell and keeps the rest', async () => {
    const held: ServiceItem = {
      ...A1,
      form: { type: 'object' },
      materials: [
        { ...M1, reviewPoints: ['在有效期内'] },
        { ...M1, materialCode: 'M02', materialName: '申请表' },
      ],
    }
    const read = await zip(
      {
        'up_task_general_basic.csv': `${basicHead}\n${basic('I', 3)}`,
        'up_task_general_material.csv': `${materialHead}\nA1,身份证,1,1,3,20,1,I,1`,
      },
      [held],
    )
    expect(read.put.get('A1')).toMatchObject({ form: { type: 'object' }, modes: [0, 1] })
    expect(read.put.get('A1')?.materials).toEqual([
      { ...M1, sourceType: '20', orderNum: 1, reviewPoints: ['在有效期内'] },
    ])
  })

  test('a deletion removes the item, a later insertion brings it back', async () => {
    const gone = await csv(`${basicHead}\n${basic('D', 5)}`, 'up_task_general_basic.csv', [A1])
    expect([...gone.remove]).toEqual(['A1'])
    const back = await csv(
      `${basicHead}\n${basic('I', 7, '20261104000000')}\n${basic('D', 5)}`,
      'up_task_general_basic.csv',
      [A1],
    )
    expect([...back.remove, back.put.get('A1')?.promiseDay]).toEqual([7])
  })

  test("another system's codes are translated", async () => {
    const head = 'task_code,material_name,is_need,material_type,material_format,source_type'
    const read = await importTables(utf8(`${head}\nA1,身份证,0,1,3,4`), 'up_task_general_material.csv', {
      held: async () => A1,
      translate: { is_need: { 0: '1', 1: '2' }, source_type: { 4: '20' } },
    })
    expect(read.put.get('A1')?.materials).toMatchObject([{ isNeed: '1', sourceType: '20' }])
  })

  test('limits in another unit, and attachments of another system, are told', async () => {
    const unit = await csv(`${basicHead},anticipate_type\n${basic('I', 5)},2`, 'up_task_general_basic.csv', [A1])
    expect(places(unit)).toEqual(['cell.unit up_task_general_basic:2:anticipate_type'])
    const sample = await csv(
      `${materialHead},example_guid\nA1,身份证,1,1,3,20,1,I,1,8F3A-1`,
      'up_task_general_material.csv',
      [A1],
    )
    expect(sample.errors.length + sample.notes.length).toBe(1)
    expect(sample.put.get('A1')?.materials).toHaveLength(1)
  })

  test('exports name their batch, operation and time', async () => {
    const files = unzipSync(await bytesOf('up', [A1]))
    const text = new TextDecoder().decode(files['up_task_general_basic.csv'])
    expect(text).toContain('cd_batch,cd_operation,cd_time,data_source')
    expect(text).toContain(`${BATCH.batch},I,${BATCH.time},tongban`)
  })
})

describe('bounds', () => {
  const held = { held: nothingHeld }
  const items = (count: number) =>
    utf8(`${HEAD}\n${Array.from({ length: count }, (_, index) => ROW.replace('A1', `A${index}`)).join('\n')}`)

  test.each([
    ['rows', { rows: 3 }, items(2), items(3)],
    ['columns', { columns: 12 }, items(1), utf8(`${HEAD},多\n${ROW},1`)],
    ['cell', { cell: 20 }, items(1), utf8(`${HEAD}\n${ROW.replace('失业登记', '登'.repeat(21))}`)],
  ])('%s', async (_, limit, fits, breaks) => {
    expect((await importTables(fits, 'items.csv', held, { ...TABLE_LIMITS, ...limit })).errors).toEqual([])
    const refused = await importTables(breaks, 'items.csv', held, { ...TABLE_LIMITS, ...limit })
    expect([refused.put.size, ...refused.errors.map(({ code }) => code)]).toEqual([0, 'file.oversize'])
  })

  test('a ZIP that unpacks to more than it may is not unpacked', async () => {
    const bomb = zipSync({ 'items.csv': new Uint8Array(1_000_001).fill(0x20) })
    expect(bomb.byteLength).toBeLessThan(10_000)
    const read = await importTables(bomb, 'a.zip', held, { ...TABLE_LIMITS, csvBytes: 1_000_000 })
    expect(places(read)).toEqual(['file.oversize a.zip:0:'])
  })

  test('a ZIP that lies about its size gives no more than it declares', async () => {
    const bomb = zipSync({ 'items.csv': utf8(`${HEAD}\n${ROW}\n${' '.repeat(1_000_000)}`) })
    const view = new DataView(bomb.buffer, bomb.byteOffset)
    const directory = view.getUint32(bomb.byteLength - 6, true)
    const declared = 300
    view.setUint32(directory + 24, declared, true)
    const read = await importTables(bomb, 'a.zip', held, { ...TABLE_LIMITS, csvBytes: declared })
    expect(read.errors.every(({ code }) => code.startsWith('file.') || code.startsWith('c'))).toBe(true)
    expect(JSON.stringify([...read.put.values()]).length).toBeLessThan(1000)
  })

  test('a sheet whose last cell lies far away is refused before it is filled', async () => {
    const files = unzipSync(await bytesOf('xlsx', [A1]))
    const path = Object.keys(files).find(name => /worksheets\/sheet1\.xml$/.test(name)) ?? ''
    const xml = new TextDecoder().decode(files[path])
    for (const [far, told] of [
      ['<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', ['file.oversize a.xlsx:0:']],
      ['<row r="9"><c  r = "XFD9"><v>1</v></c></row>', ['file.unreadable a.xlsx:0:']],
      ['<row r="9"><c r="&#88;FD9"><v>1</v></c></row>', ['file.oversize a.xlsx:0:']],
      ['<row r="1048576"><c r="XFD1048576"/></row>', []],
    ] as const) {
      const crafted = zipSync({ ...files, [path]: utf8(xml.replace('</sheetData>', `${far}</sheetData>`)) })
      expect(places(await importTables(crafted, 'a.xlsx', held))).toEqual(told)
    }
  })

  test('a number that readers round, and a field twice, are told with their place, in a file of JSON as in a cell', async () => {
    const item = JSON.stringify(A1)
    const form = (number: string) => item.replace('{', `{"form":{"properties":{"n":{"maximum":${number}}}},`)
    for (const [text, place] of [
      [`[${item},${form('9007199254740993')}]`, 'cell.json a.json:2:form.properties.n.maximum'],
      [`{"items":[${form('1e400')}]}`, 'cell.json a.json:1:form.properties.n.maximum'],
      [`[${item.replace('{', '{"taskCode":"B1",')}]`, 'cell.json a.json:1:taskCode'],
    ] as const) {
      const read = await importTables(utf8(text), 'a.json', held)
      expect([places(read), read.put.size]).toEqual([[place], 0])
    }
    const column = { field: 'form', heading: '表单', kind: 'json' } as const
    expect(readCell('{"maximum":9007199254740993}', column)).toEqual({ ok: false, fault: 'cell.json' })
    expect(readCell('{"maximum":"9007199254740993"}', column)).toMatchObject({ ok: true })
  })

  test('any bytes are refused without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, zipped) => {
        const input = zipped ? Uint8Array.from([0x50, 0x4b, 3, 4, ...bytes]) : bytes
        const read = await importTables(input, 'x', held)
        expect(read.put.size).toBe(0)
      }),
    )
  })
})
