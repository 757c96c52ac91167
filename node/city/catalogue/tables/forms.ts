/** Items as forms (办事指南): labels with their values beside them, as many pairs in a row as fit, or an item in each column. Pure. */
import { isBlank } from './heading.ts'
import type { Table } from './read.ts'
import type { Row } from './xlsx.ts'

/** Labels that make a table a form, of which no row has more than a third. */
const LABELS = 6

type Asked = {
  /** field of an item that a cell is the label of; null for none */
  fieldOf: (cell: string) => string | null
  isHeading: (cells: readonly string[]) => boolean
  /** rows in which labels are looked for */
  most: number
}

/** A table as it is, or a form as a table: a heading of its labels, a row of each item, and the tables that stand below it. */
export async function upright(rows: Table['rows'], { fieldOf, isHeading, most }: Asked): Promise<Table['rows']> {
  const first: Row[] = []
  const walk = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  let ended = false
  while (!ended && (first.at(-1)?.no ?? 0) < most) {
    const next = await walk.next()
    if (next.done === true) ended = true
    else if (next.value.no > most) {
      first.push(next.value)
      break
    } else first.push(next.value)
  }
  const below = first.findIndex(({ no, cells }) => no > most || isHeading(cells))
  const form = formOf(below < 0 ? first : first.slice(0, below), fieldOf)
  return (async function* () {
    if (form === null) yield* first
    else {
      yield* form
      if (below >= 0) yield* first.slice(below)
    }
    if (ended) return
    for (let next = await walk.next(); next.done !== true; next = await walk.next()) yield next.value
  })()
}

/** Rows of a form, its labels first; null for what is none. */
function formOf(rows: readonly Row[], fieldOf: Asked['fieldOf']): Row[] | null {
  const fields = new Set<string>()
  const labelled = new Set<number>()
  let widest = 0
  for (const { cells } of rows) {
    let labels = 0
    for (const [at, cell] of cells.entries()) {
      const field = cell.trim() === '' ? null : fieldOf(cell)
      if (field === null) continue
      labels++
      fields.add(field)
      labelled.add(at)
    }
    widest = Math.max(widest, labels)
  }
  if (fields.size < LABELS || !fields.has('taskCode') || widest * 3 > fields.size) return null
  const columns = [...labelled].sort((a, b) => a - b)
  const pairs = rows.flatMap(row => pairsOf(row, columns))
  const items = Math.max(1, ...(columns.length > 1 ? [] : itemsOf(pairs)))
  const no = rows[0]?.no ?? 1
  return [
    { no, cells: pairs.map(({ label }) => label) },
    ...Array.from({ length: items }, (_, item) => ({ no, cells: pairs.map(({ values }) => values[item] ?? '') })),
  ]
}

type Pair = { label: string; values: readonly string[] }

/** Labels of a row, each with what stands between it and the next one; titles have nothing beside them. */
function pairsOf({ cells }: Row, columns: readonly number[]): Pair[] {
  if (cells.filter(cell => cell.trim() !== '').length < 2) return []
  return columns.flatMap((at, index): Pair[] => {
    const label = cells[at] ?? ''
    if (label.trim() === '') return []
    const beside = cells.slice(at + 1, columns[index + 1])
    // One value may stand in any of the cells that it is merged over; of several items each has its column.
    return [{ label, values: columns.length > 1 ? [beside.find(cell => cell.trim() !== '') ?? ''] : beside }]
  })
}

/** How many columns hold a value of half of the labels, and so an item. */
function itemsOf(pairs: readonly Pair[]): number[] {
  const most = Math.max(0, ...pairs.map(({ values }) => values.length))
  return Array.from({ length: most }, (_, at) =>
    pairs.filter(({ values }) => !isBlank([values[at] ?? ''])).length * 2 >= pairs.length ? at + 1 : 0,
  )
}
