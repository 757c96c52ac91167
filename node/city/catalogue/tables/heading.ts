/** Where a table begins and ends: titles above its heading, totals and remarks below its rows. */
import { plainText } from '../../../../protocol/codes/spelling.ts'
import type { Table } from './read.ts'
import type { Row } from './xlsx.ts'

/** Rows of a table, its heading first, without what stands above it: the row that names most of the columns that `known` counts. */
export async function* fromHeading(
  rows: Table['rows'],
  known: (cells: readonly string[]) => number,
  most: number,
): AsyncGenerator<Row> {
  const above: Row[] = []
  let best = 0
  let chosen = false
  const choose = (): readonly Row[] => {
    chosen = true
    return above.slice(best)
  }
  for await (const row of rows) {
    if (chosen) {
      yield row
      continue
    }
    if (isBlank(row.cells)) continue
    above.push(row)
    const counted = above[best]
    if (counted !== undefined && known(row.cells) > known(counted.cells)) best = above.length - 1
    if (row.no >= most) yield* choose()
  }
  if (!chosen) yield* choose()
}

export const isBlank = (cells: readonly string[]): boolean => cells.every(cell => cell.trim() === '')

const REMARK =
  /^(合计|总计|小计|共计|累计|总数|注\d*[:：.、]|备注[:：]|说明[:：]|填[表报](人|单位|日期|时间|说明)|制表|审核人|负责人|联系人[:：]|联系电话[:：])/

/** Whether a row says something about the table: its first word is that of a total or a remark, and where its key stands is nothing else. */
export function isRemark(cells: readonly string[], keyAt: number): boolean {
  const first = cells.find(cell => cell.trim() !== '') ?? ''
  const key = cells[keyAt] ?? ''
  const word = plainText(first).replaceAll(/\s/g, '')
  return (key.trim() === '' || key === first) && REMARK.test(word)
}
