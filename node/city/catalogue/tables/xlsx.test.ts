import { unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { type HandCell, xlsxByHand } from '../../../../test/support/xlsx.ts'
import { TABLE_LIMITS } from './limits.ts'
import { openXlsx, XlsxError } from './xlsx.ts'

type Options = Parameters<typeof xlsxByHand>[1]

async function read(bytes: Uint8Array, limits: { columns: number; sheetCells: number } = TABLE_LIMITS) {
  const [sheet] = await openXlsx(unzipSync(bytes), limits)
  if (sheet === undefined) throw new Error('a sheet')
  return sheet.read()
}
const row = async (cells: HandCell[], options?: Options) =>
  (await read(xlsxByHand([{ name: 'a', rows: [cells] }], options))).rows[0]?.cells
const cell = async (xml: string, options?: Options) => (await row([{ xml }], options))?.[0]
const why = async (reading: Promise<unknown>) => {
  const error = await reading.catch((thrown: unknown) => thrown)
  return error instanceof XlsxError ? error.why : error
}

const STYLES = `<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>
  <numFmt numFmtId="165" formatCode="000000"/><numFmt numFmtId="166" formatCode="[$-804]h:mm"/>
  <numFmt numFmtId="167" formatCode="0&quot;个工作日&quot;"/><numFmt numFmtId="168" formatCode="[Red]0.00_);\\(0.00\\)"/></numFmts>
  <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/><xf numFmtId="58"/><xf numFmtId="164"/>
  <xf numFmtId="165"/><xf numFmtId="20"/><xf numFmtId="166"/><xf numFmtId="10"/><xf numFmtId="22"/><xf numFmtId="167"/><xf numFmtId="168"/></cellXfs>`

describe('cells of a spreadsheet file', () => {
  test.each([
    ['an error', '<c r="@" t="e"><f>VLOOKUP(A1,B:C,2,0)</f><v>#N/A</v></c>', '#N/A'],
    ['an error of a newer program', '<c r="@" t="e"><v>#CALC!</v></c>', '#CALC!'],
    ['an error without its name', '<c r="@" t="e"/>', '#VALUE!'],
    ['a formula without value', '<c r="@"><f>Sheet2!B4</f></c>', '#VALUE!'],
    ['a formula of text without value', '<c r="@" t="str"><f>Sheet2!B3</f></c>', '#VALUE!'],
    ['a formula whose value is empty', '<c r="@"><f>Sheet2!B4</f><v></v></c>', '#VALUE!'],
    ['a formula of another cell without value', '<c r="@"><f t="shared" si="0"/></c>', '#VALUE!'],
    ['a text that is not there', '<c r="@" t="s"><v>99</v></c>', '#VALUE!'],
    ['a text by no number', '<c r="@" t="s"><v>-1</v></c>', '#VALUE!'],
    ['a number that is none', '<c r="@"><v>1,5</v></c>', '#VALUE!'],
    ['a number beyond all', '<c r="@"><v>1e999</v></c>', '#VALUE!'],
    ['a truth that is neither', '<c r="@" t="b"><v>2</v></c>', '#VALUE!'],
    ['a day that is none', '<c r="@" t="d"><v>morgen</v></c>', '#VALUE!'],
    ['a kind that nobody knows', '<c r="@" t="x"><v>1</v></c>', '#VALUE!'],
  ])('%s is unreadable, never blank', async (_, xml, text) => {
    expect(await cell(xml)).toBe(text)
  })

  test.each([
    ['text of a formula', '<c r="@" t="str"><f>A2</f><v>好</v></c>', '好'],
    ['a number of a formula', '<c r="@"><f>1+1</f><v>2</v></c>', '2'],
    ['text in CDATA', '<c r="@" t="inlineStr"><is><t><![CDATA[18 & <more>]]></t></is></c>', '18 & <more>'],
    ['text around a comment', '<c r="@" t="inlineStr"><is><t>有户籍<!-- 2026 -->，成年</t></is></c>', '有户籍，成年'],
    ['a value around a comment', '<c r="@"><v>4<!-- x -->2</v></c>', '42'],
    [
      'text in runs, without reading aids',
      '<c r="@" t="inlineStr"><is><r><t>商</t></r><r><rPr/><t>洛</t></r><rPh sb="0" eb="1"><t>shāng</t></rPh></is></c>',
      '商洛',
    ],
    ['a character beyond the first plane', '<c r="@" t="inlineStr"><is><t>&#x20BB7;野&#28165;</t></is></c>', '𠮷野清'],
    [
      'a character that XML cannot hold',
      '<c r="@" t="inlineStr"><is><t>a_x000D_b_x005F_x0041_</t></is></c>',
      'a\rb_x0041_',
    ],
    ['a truth', '<c r="@" t="b"><v>1</v></c>', '1'],
    ['a day', '<c r="@" t="d"><v>2026-12-01</v></c>', '2026-12-01'],
    ['a day with its midnight', '<c r="@" t="d"><v>2026-12-01T00:00:00</v></c>', '2026-12-01'],
    ['a day with a time', '<c r="@" t="d"><v>2026-12-01T09:30:00.000Z</v></c>', '2026-12-01 09:30'],
    [
      'prefixes',
      '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="@"><x:v>7</x:v></x:c>',
      '7',
    ],
  ])('%s is read', async (_, xml, text) => {
    expect(await cell(xml)).toBe(text)
  })

  test.each([
    ['12', '12'],
    ['12.0', '12'],
    ['1.39E10', '13900000000'],
    ['0.30000000000000004', '0.3'],
    ['12345678901234.5', '12345678901234.5'],
    ['999999999999999', '999999999999999'],
    ['1000000000000000', '1e+15'],
    ['114210001104000001', '1.14210001104e+17'],
    ['1.1611000000000001E+30', '1.1611000000000001e+30'],
    ['-0.0000001', '-1e-7'],
  ])('the number %s reads %s', async (raw, text) => {
    expect(await cell(`<c r="@"><v>${raw}</v></c>`)).toBe(text)
  })

  test('numbers read as they are shown', async () => {
    const shown = [46357, 46357, 46357, 719, 0.375, 1.5, 0.05, 46357.5, 5, 3.5]
    const cells = shown.map((value, index) => ({ xml: `<c r="@" s="${index + 1}"><v>${value}</v></c>` }))
    expect(await row(cells, { styles: STYLES })).toEqual([
      '2026-12-01',
      '2026-12-01',
      '2026-12-01',
      '000719',
      '09:00',
      '36:00',
      '5%',
      '2026-12-01 12:00',
      '5个工作日',
      '3.5',
    ])
    expect(await row([{ xml: '<c r="@" s="1"><v>1</v></c>' }], { styles: STYLES })).toEqual(['1900-01-01'])
    const mac = { styles: STYLES, book: '<workbookPr date1904="1"/>' }
    expect(await row([{ xml: '<c r="@" s="1"><v>44895</v></c>' }], mac)).toEqual(['2026-12-01'])
  })

  test('formulas of a file that leaves them to be computed are unreadable', async () => {
    const book = '<calcPr calcId="1" fullCalcOnLoad="1"/>'
    expect(await row([{ xml: '<c r="@"><f>B1</f><v>0</v></c>' }, '文'], { book })).toEqual(['#VALUE!', '文'])
  })

  test('a blank cell stays blank, and rows keep their numbers', async () => {
    const cells = ['a', { xml: '<c r="@" s="1"/>' }, { xml: '<c r="@" t="str"><f>""</f><v></v></c>' }, 'd']
    expect(await row(cells)).toEqual(['a', '', '', 'd'])
    const { rows } = await read(xlsxByHand([{ name: 'a', rows: [['a'], [], [null, 'b']] }]))
    expect(rows).toEqual([
      { no: 1, cells: ['a'] },
      { no: 3, cells: ['', 'b'] },
    ])
  })

  test('cells without places follow one another', async () => {
    const tail = '<row><c><v>1</v></c><c r="D2"><v>2</v></c><c><v>3</v></c></row>'
    expect((await read(xlsxByHand([{ name: 'a', rows: [['a']], tail }]))).rows[1]).toEqual({
      no: 2,
      cells: ['1', '', '', '2', '3'],
    })
  })

  test('a merged value counts for each row that holds something, downwards alone', async () => {
    const rows = [['标题', null, null], ['A1', 'x', '同'], [null, 'y', null], [], ['A2', 'z', null]]
    const { rows: found, merged } = await read(
      xlsxByHand([{ name: 'a', rows, merged: ['A1:C1', 'A2:A3', 'C2:C1048576'] }]),
    )
    expect(found.map(({ no, cells }) => [no, ...cells])).toEqual([
      [1, '标题'],
      [2, 'A1', 'x', '同'],
      [3, 'A1', 'y', '同'],
      [5, 'A2', 'z', '同'],
    ])
    expect(merged).toBe(2)
  })

  test('strings stand beside the sheets', async () => {
    const strings = ['<si><t>一</t></si>', '<si><t><![CDATA[二 & 三]]></t></si>', '<si/>']
    const cells = [0, 1, 2].map(at => ({ xml: `<c r="@" t="s"><v>${at}</v></c>` }))
    expect(await row([...cells, 'x'], { strings })).toEqual(['一', '二 & 三', '', 'x'])
  })
})

describe('bounds of a sheet', () => {
  test('what is formatted alone counts nothing, however far it lies', async () => {
    const tail = '<row r="1048576" spans="1:15" s="1" customFormat="1"><c r="A1048576"/><c r="XFD1048576" s="3"/></row>'
    expect((await read(xlsxByHand([{ name: 'a', rows: [['a']], tail }]))).rows).toEqual([{ no: 1, cells: ['a'] }])
  })

  test('columns and cells are bounded by those that hold something', async () => {
    const limits = { columns: 3, sheetCells: 6 }
    const of = (rows: HandCell[][]) => read(xlsxByHand([{ name: 'a', rows }]), limits)
    expect(
      (
        await of([
          ['a', 'b', 'c'],
          ['d', 'e', 'f'],
        ])
      ).rows,
    ).toHaveLength(2)
    expect(await why(of([['a', 'b', 'c', 'd']]))).toBe('oversize')
    expect(await why(of([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]))).toBe('oversize')
  })

  test('merged ranges that fill more than a sheet may hold are refused', async () => {
    const rows = [['a'], ['b'], ['c']].map(([text = '']) => [null, text])
    const merged = ['B1:B3', 'B1:B3', 'B1:B3']
    const limits = { columns: 3, sheetCells: 6 }
    expect((await read(xlsxByHand([{ name: 'a', rows, merged }]), limits)).merged).toBe(3)
    expect(await why(read(xlsxByHand([{ name: 'a', rows, merged: [...merged, 'B1:B3'] }]), limits))).toBe('oversize')
  })

  test.each([
    ['a place that is none', '<row r="2"><c r="2A"><v>1</v></c></row>'],
    ['a row that is none', '<row r="x"><c><v>1</v></c></row>'],
    ['what the parser would skip', '<row r="2"><c  r = "B2"><v>1</v></c></row>'],
    ['an entity that is not there', '<row r="2"><c t="str"><v>&more;</v></c></row>'],
    ['an element that does not end', '<row r="2"><c><v>1</v>'],
  ])('%s is refused', async (_, tail) => {
    expect(await why(read(xlsxByHand([{ name: 'a', rows: [['a']], tail }])))).toBe('unreadable')
  })
})
