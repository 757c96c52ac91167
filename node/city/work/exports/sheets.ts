/** Rows as a CSV or an XLSX file, piece by piece, so that a large one blocks nobody and is never whole in memory. Pure but for time. */
import { stringify } from 'csv-stringify/sync'
import { Zip, ZipDeflate } from 'fflate'
import { encodeUtf8 } from '../../../../protocol/primitives.ts'
import { CSV, guard } from '../../catalogue/tables/layout.ts'
import type { Format } from './formats.ts'

/** Takes rows of text and gives back the bytes that are ready; the first row is the heading. */
export type SheetWriter = { rows(rows: readonly (readonly string[])[]): Uint8Array[]; end(): Uint8Array[] }

function csvWriter(): SheetWriter {
  let begun = false
  return {
    rows(rows) {
      const text = stringify(
        rows.map(row => row.map(guard)),
        CSV,
      )
      // The mark tells spreadsheet programs that it is UTF-8.
      const mark = begun ? '' : '\ufeff'
      begun = true
      return [encodeUtf8(mark + text)]
    },
    end: () => [],
  }
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
/** The parts of a workbook of one sheet (ECMA-376 Part 1, §12.3), but for the sheet. */
const PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="办件" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** As text of a cell: what XML 1.0 cannot hold is left out, what looks like an escape is escaped (§22.9.2.19). */
const escapeCell = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll(/_x(?=[0-9a-f]{4}_)/gi, '_x005F_x')
    .replaceAll(/[&<>]/g, character => ESCAPES[character] ?? '')

/** A, B … Z, AA … */
const columnName = (index: number): string =>
  (index < 26 ? '' : columnName(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26))

/** Readers want the place of each row and cell, though the standard does not. Empty cells are left out. */
function rowXml(row: readonly string[], no: number): string {
  const cells = row.map((cell, index) =>
    cell === ''
      ? ''
      : `<c r="${columnName(index)}${no}" t="inlineStr"><is><t xml:space="preserve">${escapeCell(cell)}</t></is></c>`,
  )
  return `<row r="${no}">${cells.join('')}</row>`
}

/**
 * write-excel-file makes a sheet at one go, which at 50,000 rows keeps the node from all else for seconds: a sheet of texts
 * alone is written here row by row.
 */
function xlsxWriter(): SheetWriter {
  let ready: Uint8Array[] = []
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error
    ready.push(chunk)
  })
  const taken = (): Uint8Array[] => {
    const chunks = ready
    ready = []
    return chunks
  }
  for (const [path, xml] of Object.entries(PARTS)) {
    const file = new ZipDeflate(path, { level: 6 })
    zip.add(file)
    file.push(encodeUtf8(HEAD + xml), true)
  }
  const sheet = new ZipDeflate('xl/worksheets/sheet1.xml', { level: 6 })
  zip.add(sheet)
  sheet.push(
    encodeUtf8(
      `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><sheetData>`,
    ),
  )
  let written = 0
  return {
    rows(rows) {
      sheet.push(encodeUtf8(rows.map(row => rowXml(row, ++written)).join('')))
      return taken()
    },
    end() {
      sheet.push(encodeUtf8('</sheetData></worksheet>'), true)
      zip.end()
      return taken()
    },
  }
}

export const sheetWriter = (format: Format): SheetWriter => (format === 'csv' ? csvWriter() : xlsxWriter())
