/** Where a table begins and ends: titles above its heading, totals and remarks below its rows. */
import { plainText } from '../../../../protocol/codes/spelling.ts'
import type { Table } from './read.ts'
import type { Row } from './xlsx.ts'

/** A column as it is headed; `group` is what stands above it and others, where the heading has two rows. */
export type Head = { text: string; group: string }
/** The heading of a table; `no` is its row, the lower one of two. */
export type Heading = { no: number; heads: readonly Head[] }
export type Headed = { heading: Heading; rows: AsyncIterable<Row> }

const single = ({ no, cells }: Row): Heading => ({ no, heads: cells.map(text => ({ text, group: '' })) })

/** Two rows as one heading: what stands above and goes on to the right groups what stands below. */
function paired(upper: Row, lower: Row): Heading {
  let group = ''
  const heads = Array.from({ length: Math.max(upper.cells.length, lower.cells.length) }, (_, at): Head => {
    const above = upper.cells[at] ?? ''
    const below = lower.cells[at] ?? ''
    if (above.trim() !== '') group = above
    // A cell that is merged downwards is its own heading.
    if (below.trim() === '' || below === above) return { text: above, group: '' }
    return { text: below, group }
  })
  return { no: lower.no, heads }
}

/** A unit or a remark in brackets, which a heading has in a row of its own below it. */
const BRACKETED = /^[(（[【][^()（）]{1,30}[)）\]】]$/

/** The heading with the units that stand in brackets in the row below it: 承诺时限 above （工作日）. Null where that row holds anything else. */
function withNotes({ no, heads }: Heading, below: Row): Heading | null {
  const notes = below.cells.map(cell => cell.trim())
  const told = notes.filter(note => note !== '')
  const beneath = notes.every((note, at) => note === '' || (heads[at]?.text ?? '').trim() !== '')
  if (below.no !== no + 1 || told.length === 0 || !beneath || !told.every(note => BRACKETED.test(note))) return null
  return { no: below.no, heads: heads.map((head, at) => ({ ...head, text: `${head.text}${notes[at] ?? ''}` })) }
}

/**
 * A table without what stands above it: the row, or the two rows one below the other, that name most of the columns that `known`
 * counts. Null when it holds nothing.
 */
export async function fromHeading(
  rows: Table['rows'],
  known: (heads: readonly Head[]) => number,
  most: number,
): Promise<Headed | null> {
  const above: Row[] = []
  const walk = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  for (;;) {
    const next = await walk.next()
    if (next.done === true) break
    if (isBlank(next.value.cells)) continue
    above.push(next.value)
    if (next.value.no >= most) break
  }
  const [first] = above
  if (first === undefined) return null
  let best = { heading: single(first), count: known(single(first).heads), at: 0 }
  for (const [at, row] of above.entries()) {
    const one = single(row)
    const count = known(one.heads)
    if (count > best.count) best = { heading: one, count, at }
    const upper = above[at - 1]
    // What stands by itself is a title.
    if (upper === undefined || upper.no !== row.no - 1 || filled(upper.cells) < 2) continue
    const two = paired(upper, row)
    const both = known(two.heads)
    // The lower row alone may be as good.
    if (both > best.count) best = { heading: two, count: both, at }
  }
  const below = above[best.at + 1]
  const noted = below === undefined ? null : withNotes(best.heading, below)
  return {
    heading: noted ?? best.heading,
    rows: (async function* () {
      yield* above.slice(best.at + (noted === null ? 1 : 2))
      for (let next = await walk.next(); next.done !== true; next = await walk.next()) yield next.value
    })(),
  }
}

const filled = (cells: readonly string[]): number => cells.filter(cell => cell.trim() !== '').length

export const isBlank = (cells: readonly string[]): boolean => cells.every(cell => cell.trim() === '')

const REMARK =
  /^(合计|总计|小计|共计|累计|总数|本页小计|以下空白|注\d*[:：.、]|注意事项|备注[:：]|说明[:：]|[填示]?例[:：]|示例$|填[表报写](人|单位|日期|时间|说明|示例)|[※*＊]|共\d+[项个件]|制表|审核人|负责人|经办人[:：]|联系人[:：]|联系电话[:：])/

/** A total by itself, which is the name of nothing. */
const TOTAL = /^(合计|总计|小计|共计|累计|本页小计|(?:grand|sub)?-?total)[:：]?$/i

/** Whether a row says something about the table: its first word is that of a total or a remark, and where its key stands is nothing else. */
export function isRemark(cells: readonly string[], keyAt: number): boolean {
  const first = cells.find(cell => cell.trim() !== '') ?? ''
  const key = cells[keyAt] ?? ''
  // Most rows begin with a code or a number, and are no remark.
  if (key.trim() !== '' && key !== first && !/^[\s\u3000(（]*[1１合总小共累本GSTgst]/.test(first)) return false
  const word = plainText(first).replaceAll(/\s/g, '')
  if (TOTAL.test(word) || isNumbering(cells)) return true
  if (key.trim() !== '' && key !== first) return false
  return REMARK.test(word) || isSection(cells, word, keyAt)
}

/** A line of words in a cell of its own, at the left, which parts the rows below it from those above: 一、市公安局 */
const isSection = (cells: readonly string[], word: string, keyAt: number): boolean =>
  /\p{Script=Han}/u.test(word) &&
  [cells[0], cells[keyAt]].some(cell => cell !== undefined && cell.trim() !== '') &&
  cells.every(cell => cell.trim() === '' || plainText(cell).replaceAll(/\s/g, '') === word)

/** The columns of a form, counted from 1. */
function isNumbering(cells: readonly string[]): boolean {
  if (cells.some(cell => cell.length > 8)) return false
  const filled = cells.map(cell => plainText(cell).replaceAll(/[()]/g, '')).filter(cell => cell !== '')
  return filled.length >= 3 && filled.every((cell, index) => cell === String(index + 1))
}

/** Whether a row is the heading once more, as it stands on each page that is printed. */
export const isRepeated = ({ heads }: Heading, cells: readonly string[]): boolean =>
  heads.some(({ text }) => text.trim() !== '') &&
  heads.every(({ text }, at) => (cells[at] ?? '').trim() === text.trim())
