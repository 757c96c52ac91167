/** Bounds of what is imported: bytes, rows, columns and characters of a cell. */
export const TABLE_LIMITS = {
  /** an upload, packed as it comes */
  bytes: 128 * 1024 * 1024,
  /** all CSV files of a ZIP, unpacked */
  csvBytes: 384 * 1024 * 1024,
  /** all parts of an XLSX file, unpacked */
  xlsxBytes: 96 * 1024 * 1024,
  /** entries of a ZIP or XLSX file */
  entries: 200,
  /** rows of all tables */
  rows: 1_500_000,
  /** columns of a table */
  columns: 200,
  /** first rows of a table in which its heading is looked for: titles may stand above it */
  headingRows: 20,
  /** first rows of a table in which the labels of a form are looked for */
  formRows: 200,
  /** cells of a sheet of an XLSX file, from the first of each row to its last that holds something */
  sheetCells: 4_000_000,
  /** characters of one cell */
  cell: 256 * 1024,
  /** characters that a cell of an XLSX file holds; longer text goes on in the next column */
  xlsxCell: 32_000,
  /** items of an XLSX export; more go out as CSV */
  xlsxItems: 10_000,
} as const
