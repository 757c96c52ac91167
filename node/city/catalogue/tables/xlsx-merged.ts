/** Merged cells of a sheet of an XLSX file. Pure. */

/** Row from 1, column from 0. */
export type Place = { row: number; column: number }
/** First place of the rows from `no` on. */
function rowsFrom(rows: readonly { no: number }[], no: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.no ?? 0) < no) low = middle + 1
    else high = middle
  }
  return low
}

export type Range = { from: Place; to: Place }

/** The value of merged cells counts for each of their rows that holds something, as it does on the screen; how many ranges did so; null when that fills more than `most` cells. */
export function unmerge(
  rows: readonly { no: number; cells: string[] }[],
  ranges: readonly Range[],
  most: number,
): number | null {
  let merged = 0
  let filled = 0
  for (const { from, to } of ranges) {
    const first = rowsFrom(rows, from.row)
    const value = rows[first]?.no === from.row ? (rows[first]?.cells[from.column] ?? '') : ''
    if (value === '' || to.row === from.row) continue
    for (let at = first + 1; at < rows.length; at++) {
      const row = rows[at]
      if (row === undefined || row.no > to.row) break
      if (++filled > most) return null
      while (row.cells.length <= from.column) row.cells.push('')
      row.cells[from.column] = value
    }
    merged++
  }
  return merged
}
