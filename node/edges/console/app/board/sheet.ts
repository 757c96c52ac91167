/** Numbers as a spreadsheet. What looks like a formula stays the text that it is. */

/** The first row is the head. */
export type Cells = readonly (readonly (string | number | null)[])[]

/** Of a sheet's name: longer ones and some signs are refused by spreadsheets. */
const NAME = { most: 31, refused: /[\\/?*[\]:]/g }

/** Texts are cells of the type of texts, which no spreadsheet computes. */
export const typedCells = (cells: Cells) =>
  cells.map((row, index) =>
    row.map(value =>
      value === null
        ? null
        : typeof value === 'number'
          ? { value, type: Number }
          : { value, type: String, ...(index === 0 ? { fontWeight: 'bold' as const } : {}) },
    ),
  )

export async function sheetOf(name: string, cells: Cells): Promise<Blob> {
  const { default: writeXlsxFile } = await import('write-excel-file/browser')
  const sheet = name.replaceAll(NAME.refused, ' ').slice(0, NAME.most)
  return writeXlsxFile(typedCells(cells), { sheet }).toBlob()
}
