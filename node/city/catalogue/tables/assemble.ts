/**
 * Makes items of the rows of tables, on top of what is held: a sheet or column that is absent leaves its part as it is, a blank
 * cell clears its field. Own tables replace a part of an item whole; `up_*` tables are changes, row by row, by operation
 * (`cd_operation` I, U, D) in the order of `cd_time` and `cd_batch`. Pure but for the items that it asks for.
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import { foldName } from '../../../../protocol/codes/spelling.ts'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { readCell } from './cells.ts'
import { KEY, normalHeading, OPERATION, type Part } from './columns.ts'
import type { Faults } from './faults.ts'
import { upright } from './forms.ts'
import { fromHeading, type Heading, isBlank, isRemark, isRepeated } from './heading.ts'
import { TABLE_LIMITS } from './limits.ts'
import { type Owner, sameOwner } from './owner.ts'
import type { Table } from './read.ts'
import type { SheetReading } from './reading.ts'
import { type ColumnMapping, fieldNamed, isHeading, itemFieldOf, knownHeads } from './recognise.ts'
import { checkAlone, type Defaults, type PartialItem, type Row, type Settled, settle } from './settle.ts'
import { openSheet, PROSE, readRow, type Sheet, type SheetOptions, type Source } from './sheet.ts'
import { guessedColumns, suggestFields } from './suggest.ts'

export type AssembleOptions = SheetOptions & {
  /** what stands now, draft or published */
  held: (code: string) => Promise<ServiceItem | null>
  /** codes of the held items that are called so, by the name as `foldName` folds it */
  named?: (names: ReadonlySet<string>) => Promise<ReadonlyMap<string, readonly string[]>>
  /** modes of items whose table has no such column */
  modes?: readonly number[]
  /** what columns say that a table does not have: `materials.isNeed` is 必要 */
  defaults?: Readonly<Record<string, string>> | undefined
  /** an item that could not be taken: what was read of it, and the fields that were not */
  partial?: (item: PartialItem) => void
  /** the file is read once more: what `partial` told is told again */
  again?: () => void
}

export type Assembled = Settled & {
  rows: number
  sheets: SheetReading[]
  /** what columns seem to be that nothing names */
  guessed: ColumnMapping
}

const ORDER = ['cdtime', 'cdbatch']
/** Rows of nobody that are looked at besides. */
const STRAY = 1000
/** Rows or items that are read before other work gets its turn. */
const AT_ONCE = 500

/** Defaults as values; one that cannot be read is told. */
function readDefaults(given: Readonly<Record<string, string>>, faults: Faults): Defaults {
  const item: Record<string, unknown> = {}
  const parts = new Map<Part, Record<string, unknown>>()
  for (const [field, cell] of Object.entries(given)) {
    const named = fieldNamed(field)
    const read = named === undefined ? null : readCell(cell, named.column)
    if (named === undefined || read === null || !read.ok) {
      faults.add('mapping.default', '', 0, field, { value: cell })
      continue
    }
    const of = named.part === null ? item : (parts.get(named.part) ?? {})
    if (named.part !== null) parts.set(named.part, of)
    of[named.column.field] = read.value
  }
  return { item, parts }
}

/** Rows of all tables, by the item's code in capitals. */
type Gathered = {
  /** with the code as it was first written */
  byCode: Map<string, { code: string; list: Row[] }>
  /** rows that name their item alone, by the name as it is folded */
  byName: Map<string, { name: string; sheet: Sheet; list: Row[] }>
  sources: Source[]
  /** how items are called, for what is told of them */
  names: Map<string, string>
  sheets: SheetReading[]
  rows: number
  /** rows of which nothing says whose they are, which was told */
  stray: Row[]
  opened: Sheet[]
}

export async function assemble(
  tables: AsyncIterable<Table>,
  faults: Faults,
  options: AssembleOptions,
): Promise<Assembled> {
  const defaults = readDefaults(options.defaults ?? {}, faults)
  const gathered = await gather(tables, faults, options)
  const { byCode: rows, sources, names, sheets } = gathered
  await findByName(gathered, faults, options)
  await findZeros(rows, faults, options)
  if (rows.size === 0 && faults.count() === 0) faults.add('sheet.empty', sources[0]?.sheet ?? '', 0)
  const assembled: Assembled = { put: new Map(), remove: new Set(), rows: gathered.rows, sheets, guessed: {} }
  let settled = 0
  for (const [key, { code, list }] of rows) {
    settled++
    if (settled % AT_ONCE === 0) await otherWork()
    // One that is held as it is written is meant.
    const held = (await options.held(code)) ?? (key === code ? null : await options.held(key))
    settle(held?.taskCode ?? key, list, held, sources, faults, { ...options, given: defaults }, assembled)
    rows.delete(key)
  }
  for (const row of gathered.stray) checkAlone(row, faults, options.partial)
  for (const sheet of gathered.opened) suggestFields(sheet)
  assembled.guessed = guessedColumns(gathered.opened)
  await faults.name(async item => {
    const key = item.toUpperCase()
    return names.get(key) ?? (await options.held(item))?.taskName ?? (await options.held(key))?.taskName
  })
  return assembled
}

async function gather(tables: AsyncIterable<Table>, faults: Faults, options: AssembleOptions): Promise<Gathered> {
  const gathered: Gathered = {
    byCode: new Map(),
    byName: new Map(),
    sources: [],
    names: new Map(),
    sheets: [],
    rows: 0,
    stray: [],
    opened: [],
  }
  const once = sharing()
  let unknown: string | null = null
  for await (const table of tables) {
    if (table.hidden === true) {
      faults.add('note.hidden', table.name.slice(0, 60), 0)
      gathered.sheets.push(leftOut(table.name))
      continue
    }
    const rows = await upright(table.rows, { fieldOf: itemFieldOf, isHeading, most: TABLE_LIMITS.formRows })
    const headed = await fromHeading(rows, knownHeads, TABLE_LIMITS.headingRows)
    if (headed === null) continue
    let block = openBlock(table, headed.heading, gathered, faults, options, null)
    if (block === null) {
      if (PROSE.test(table.name)) continue
      unknown ??= table.name
      faults.add('note.sheet', table.name.slice(0, 60), 0)
      continue
    }
    for await (const { no, cells } of headed.rows) {
      if (isBlank(cells)) continue
      const { sheet, heading, orderAt }: Block = block
      if (!sheet.up && (isRemark(cells, sheet.keyAt) || isRepeated(heading, cells))) {
        faults.add('note.row', sheet.name, no, '', { value: cells.find(cell => cell.trim() !== '') ?? '' })
        continue
      }
      if (!sheet.up && isHeading(cells)) {
        const next = { no, heads: cells.map(text => ({ text, group: '' })) }
        const below: Block | null = openBlock(table, next, gathered, faults, options, { owner: block.owner ?? null })
        if (below !== null) {
          block = below
          continue
        }
      }
      gathered.rows++
      if (gathered.rows % AT_ONCE === 0) await otherWork()
      const read = readRow(sheet, cells.map(once), no, faults, options.workingDays)
      const order = orderAt.map(index => (cells[index] ?? '').trim().padStart(24)).join(' ')
      const rowsOf = read.said.map((said): Row => ({ ...said, no, operation: read.operation, order }))
      if (read.owner === null) {
        if (gathered.stray.length < STRAY) gathered.stray.push(...rowsOf)
        continue
      }
      const { owner } = block
      block.owner = owner === undefined || (owner !== null && sameOwner(owner, read.owner)) ? read.owner : null
      for (const row of rowsOf) keep(gathered, sheet, read.owner, row)
    }
  }
  if (gathered.sources.length === 0 && unknown !== null) faults.add('sheet.unknown', unknown.slice(0, 60), 0)
  return gathered
}

/** Rows of a sheet below one heading. */
type Block = {
  sheet: Sheet
  heading: Heading
  /** where upload tables say in which order their rows go */
  orderAt: readonly number[]
  /** whose all its rows are, so far; null when they are of several */
  owner: Owner | null | undefined
}

function openBlock(
  table: Table,
  heading: Heading,
  gathered: Gathered,
  faults: Faults,
  options: AssembleOptions,
  below: { owner: Owner | null } | null,
): Block | null {
  const { sheet, reading } = openSheet(table, heading, faults, options, below)
  if (sheet !== null || below === null) gathered.sheets.push(reading)
  if (sheet === null) return null
  gathered.sources.push(...sheet.sources)
  gathered.opened.push(sheet)
  const headings = heading.heads.map(({ text }) => normalHeading(text))
  return {
    sheet,
    heading,
    orderAt: ORDER.map(name => headings.indexOf(name)).filter(index => index >= 0),
    owner: below?.owner ?? undefined,
  }
}

const leftOut = (sheet: string): SheetReading => ({
  sheet: sheet.slice(0, 60),
  holds: null,
  also: [],
  why: 'note.hidden',
  heading: 0,
  rows: 0,
  columns: [],
  absent: [],
})

function keep({ byCode, byName, names }: Gathered, sheet: Sheet, owner: Owner, row: Row): void {
  const { [KEY.field]: _, [OPERATION.field]: __, ...values } = row.values
  const { part } = row.source
  const kept: Row = { ...row, values }
  if ('name' in owner) {
    const key = foldName(owner.name)
    const of = byName.get(key)
    if (of === undefined) byName.set(key, { name: owner.name, sheet, list: [kept] })
    else of.list.push(kept)
    return
  }
  const { code } = owner
  // Letters of codes are capitals, whatever was typed.
  const key = code.toUpperCase()
  if (part === null && typeof values.taskName === 'string') names.set(key, values.taskName)
  kept.values = part === null ? { taskCode: code, ...values } : values
  const of = byCode.get(key)
  if (of === undefined) byCode.set(key, { code, list: [kept] })
  else of.list.push(kept)
}

/** Rows that name their item alone find it in the file, or else among those that are held. */
async function findByName(
  { byCode, byName, names, stray }: Gathered,
  faults: Faults,
  options: AssembleOptions,
): Promise<void> {
  if (byName.size === 0) return
  const inFile = new Map<string, string[]>()
  for (const [key, name] of names) inFile.set(foldName(name), [...(inFile.get(foldName(name)) ?? []), key])
  // A row of an item without its code is one that is held; one of a part may be of an item of the file.
  const isItem = (list: readonly Row[]) => list.some(({ source }) => source.part === null)
  const inHeld = await options.named?.(
    new Set([...byName].flatMap(([name, { list }]) => (isItem(list) || !inFile.has(name) ? name : []))),
  )
  const found = (name: string, list: readonly Row[]): readonly string[] =>
    (isItem(list) ? undefined : inFile.get(name)) ?? inHeld?.get(name) ?? []
  /** sheets of which some items are found by their names */
  const some = new Set(
    [...byName].filter(([name, { list }]) => found(name, list).length === 1).map(([, { sheet }]) => sheet),
  )
  for (const [folded, { name, sheet, list }] of byName) {
    const [code, ...others] = found(folded, list)
    const row = list[0]?.no ?? 0
    if (code !== undefined && others.length === 0) {
      faults.once('note.named', sheet.name, row, KEY.heading, { value: name })
      const of = byCode.get(code.toUpperCase()) ?? { code, list: [] }
      byCode.set(code.toUpperCase(), of)
      of.list.push(...list)
      continue
    }
    stray.push(...list)
    if (!isItem(list))
      faults.add('row.name', sheet.name, row, sheet.headings[sheet.nameAt] ?? '', { value: name, name })
    // Each of its rows would be told for the same reason.
    else if (sheet.keyAt < 0 && !some.has(sheet)) faults.once('column.missing', sheet.name, sheet.no, KEY.heading)
    else faults.add('row.key', sheet.name, row, sheet.headings[sheet.keyAt] ?? KEY.heading, { value: name, name })
  }
}

/** Zeros before a number that a spreadsheet may have dropped. */
const ZEROS = ['0', '00']

/** A number that is the code of no item, and would be with the zeros before it that spreadsheets drop, is meant so. */
async function findZeros(rows: Gathered['byCode'], faults: Faults, { held }: AssembleOptions): Promise<void> {
  for (const [key, { code, list }] of [...rows]) {
    if (!/^[1-9]\d{0,14}$/.test(key) || list.some(({ source }) => source.up)) continue
    const isNew = list.some(({ source }) => source.part === null)
    if ((await held(code)) !== null) continue
    for (const zeros of ZEROS) {
      const whole = zeros + key
      const other = rows.get(whole)
      if (other === undefined && (await held(whole)) === null) continue
      if (other !== undefined && isNew) break
      faults.once('note.zeros', list[0]?.source.sheet ?? '', list[0]?.no ?? 0, KEY.heading, {
        value: code,
        item: whole,
      })
      const merged = { code: whole, list: [...(other?.list ?? []), ...list] }
      for (const row of list) if (row.source.part === null) row.values = { ...row.values, taskCode: whole }
      rows.delete(key)
      rows.set(whole, merged)
      break
    }
  }
}

/** Tables repeat themselves: short cells that are the same become one string. */
function sharing(): (cell: string) => string {
  const known = new Map<string, string>()
  return cell => {
    if (cell.length > 100) return cell
    const shared = known.get(cell)
    if (shared !== undefined) return shared
    if (known.size >= 50_000) known.clear()
    known.set(cell, cell)
    return cell
  }
}
