/** Small XLSX files by hand, cell by cell, so that every spelling that programs write can be made. */
import { strToU8, zipSync } from 'fflate'

/** Text, nothing, a number with its style, or the XML of a cell with `@` where its place stands. */
export type HandCell = string | number | null | { xml: string }
export type HandSheet = {
  name: string
  rows: readonly (readonly HandCell[])[]
  merged?: readonly string[]
  tail?: string
}
type Options = { strings?: readonly string[]; styles?: string; book?: string; hidden?: readonly string[] }

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function cellXml(cell: HandCell, column: number, row: number): string {
  const place = `${String.fromCharCode(65 + column)}${row}`
  if (cell === null) return ''
  if (typeof cell === 'string')
    return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`
  return typeof cell === 'number' ? `<c r="${place}"><v>${cell}</v></c>` : cell.xml.replaceAll('@', place)
}

const sheetXml = ({ rows, merged = [], tail = '' }: HandSheet): string =>
  `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${rows
    .map(
      (row, index) =>
        `<row r="${index + 1}">${row.map((cell, column) => cellXml(cell, column, index + 1)).join('')}</row>`,
    )
    .join('')}${tail}</sheetData>${
    merged.length === 0 ? '' : `<mergeCells>${merged.map(range => `<mergeCell ref="${range}"/>`).join('')}</mergeCells>`
  }</worksheet>`

/** Sheets of at most 26 columns; `strings` are the `si` elements, `styles` the formats of the cells in their order, `hidden` names sheets. */
export function xlsxByHand(
  sheets: readonly HandSheet[],
  { strings = [], styles = '', book = '', hidden = [] }: Options = {},
): Uint8Array {
  const relations = [
    ...sheets.map((_, index) => ['worksheet', `worksheets/sheet${index + 1}.xml`]),
    ['sharedStrings', 'sharedStrings.xml'],
    ['styles', 'styles.xml'],
  ]
  const files: Record<string, string> = {
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${REL}"><sheets>${sheets
      .map(
        ({ name }, index) =>
          `<sheet name="${escaped(name)}" sheetId="${index + 1}"${hidden.includes(name) ? ' state="hidden"' : ''} r:id="r${index + 1}"/>`,
      )
      .join('')}</sheets>${book}</workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${relations
      .map(([type, target], index) => `<Relationship Id="r${index + 1}" Type="${REL}/${type}" Target="${target}"/>`)
      .join('')}</Relationships>`,
    'xl/sharedStrings.xml': `<sst xmlns="${MAIN}">${strings.join('')}</sst>`,
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}">${styles}</styleSheet>`,
  }
  for (const [index, sheet] of sheets.entries()) files[`xl/worksheets/sheet${index + 1}.xml`] = sheetXml(sheet)
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, xml]) => [path, strToU8(xml)])))
}
