import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { sheetOf, typedCells } from './sheet.ts'

const NASTY = ['=1+1', '+1', '-1', '@SUM(A1)', '=HYPERLINK("http://x")']

test('what looks like a formula stays text in a spreadsheet, and numbers are numbers', async () => {
  const blob = await sheetOf('按城市', [['城市', '件数'], ...NASTY.map((text, index) => [text, index])])
  const files = unzipSync(new Uint8Array(await blob.arrayBuffer()))
  const sheet = strFromU8(files['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
  expect(sheet).not.toContain('<f>')
  expect(sheet).not.toContain('t="str"')
  expect(sheet.match(/<v>[0-4]<\/v>/g)?.length).toBeGreaterThanOrEqual(NASTY.length)
  const texts = Object.entries(files)
    .filter(([name]) => name.endsWith('.xml'))
    .map(([, bytes]) => strFromU8(bytes))
    .join('')
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)']) expect(texts).toContain(`>${text}<`)
  expect(typedCells([['x'], ['=1', 2, null]])[1]).toEqual([
    { value: '=1', type: String },
    { value: 2, type: Number },
    null,
  ])
})

test('a name that spreadsheets refuse is mended', async () => {
  const blob = await sheetOf(`a/b*c?[d]:e\\${'长'.repeat(40)}`, [['x']])
  const files = unzipSync(new Uint8Array(await blob.arrayBuffer()))
  const [, name = ''] = /<sheet[^>]* name="([^"]*)"/.exec(strFromU8(files['xl/workbook.xml'] ?? new Uint8Array())) ?? []
  expect(name).toMatch(/^a b c {2}d {2}e 长+$/)
  expect(name).toHaveLength(31)
})
