/**
 * Makes items of the rows of tables, on top of what is held: a sheet or column that is absent leaves its part as it is, a blank
 * cell clears its field. Own tables replace a part of an item whole; `up_*` tables are changes, row by row, by operation
 * (`cd_operation` I, U, D) in the order of `cd_time` and `cd_batch`. Pure but for the items that it asks for.
 * Over 450 lines: a row is read by one state, from heading to item.
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { ServiceItem as Item } from '../../../../protocol/service/item.ts'
import { type CellFault, readCell, type Translation } from './cells.ts'
import {
  BASIC,
  type Column,
  ITEM_COLUMNS,
  ITEM_TABLES,
  ITEMS,
  KEY,
  normalHeading,
  OPERATION,
  PARTS,
  type Part,
  type PartField,
  snake,
  upColumn,
} from './columns.ts'
import type { Faults } from './faults.ts'
import { fromHeading, isBlank, isRemark } from './heading.ts'
import { unguard } from './layout.ts'
import { TABLE_LIMITS } from './limits.ts'
import type { Table } from './read.ts'

export type AssembleOptions = {
  /** what stands now, draft or published */
  held: (code: string) => Promise<ServiceItem | null>
  /** modes of items whose table has no such column */
  modes?: readonly number[]
  translate?: Translation
}

export type Assembled = { put: Map<string, ServiceItem>; remove: Set<string>; rows: number }

type Values = Readonly<Record<string, unknown>>
type Row = {
  source: Source
  no: number
  operation: string
  order: string
  values: Values
  /** fields whose cell could not be read, which was told */
  faulty: ReadonlySet<string>
}
type Place = { column: Column; continues: boolean; translate: Readonly<Record<string, string>> | undefined }
/** A table as it was found: which part of an item it holds, and its columns. */
type Source = {
  sheet: string
  up: boolean
  guarded: boolean
  part: Part | null
  /** by position; null for what is left out */
  columns: (Place | null)[]
  /** whether a column goes on in another */
  continued: boolean
  headings: readonly string[]
  fields: ReadonlySet<string>
  /** where the item's code stands; -1 without it */
  keyAt: number
}
type Found = { part: Part | null; up: string | null }

/** Bookkeeping of the upload tables. */
const SKIPPED = new Set(['cdbatch', 'cdtime', 'datasource', 'taskguid', 'taskname', 'rowguid', '事项名称'])
const ORDER = ['cdtime', 'cdbatch']
/** Rows or items that are read before other work gets its turn. */
const AT_ONCE = 500
/** Sheets for people alone. */
const PROSE = /^(说明|填[写报]说明|封面|目录|readme|sheet\d+$)/i
/** Words in the names that offices give to sheets, such as 材料清单; the first that stands in a name tells. */
const SHEET_WORDS: readonly [RegExp, PartField | null][] = [
  [/材料/, 'materials'],
  [/收费/, 'fees'],
  [/问题|问答|faq/i, 'faqs'],
  [/联系/, 'contacts'],
  [/环节/, 'handleLinks'],
  [/特别程序/, 'specialProcedures'],
  [/依据|法律/, 'legalBases'],
  [/办理点|网点/, 'offeredAt'],
  [/事项|清单|指南/, null],
]

/** All headings that a table of items may have. */
const HEADINGS = new Set(
  [...ITEM_COLUMNS, ...PARTS.flatMap(({ columns }) => columns), KEY, OPERATION].flatMap(column =>
    [column.heading, column.field, upColumn(column), snake(column.field)].map(normalHeading),
  ),
)
const plainHeading = (heading: string): string => normalHeading(heading.replace(/~\d+\s*$/, ''))
const knownHeadings = (cells: readonly string[]): number =>
  new Set(cells.map(plainHeading).filter(name => HEADINGS.has(name))).size

function findTable(name: string, headings: readonly string[]): Found | null {
  const wanted = name.trim().toLowerCase()
  if (wanted === ITEMS.heading || wanted === ITEMS.file) return { part: null, up: null }
  if (ITEM_TABLES.includes(wanted)) return { part: null, up: wanted }
  for (const part of PARTS) {
    if (wanted === part.heading || wanted === part.file) return { part, up: null }
    if (wanted === part.up) return { part, up: wanted }
  }
  // A single file by any name: its headings tell.
  const known = new Set(headings.map(normalHeading))
  const has = (columns: readonly Column[]) =>
    columns.every(({ field, heading }) => known.has(normalHeading(heading)) || known.has(normalHeading(field)))
  if (!has([KEY])) return null
  const needed = (columns: readonly Column[]) => columns.filter(column => column.required === true)
  if (has(ITEM_COLUMNS.filter(({ field }) => field === 'taskName' || field === 'deptName')))
    return { part: null, up: null }
  const part = PARTS.find(({ columns }) => has(needed(columns)))
  if (part !== undefined) return { part, up: null }
  // A name that tells what it is, and a column of that.
  const [, field] = SHEET_WORDS.find(([word]) => word.test(wanted)) ?? []
  const called = PARTS.find(each => each.field === field)
  const some = (columns: readonly Column[]) => columns.some(column => column.field !== KEY.field && has([column]))
  if (field === null && some(ITEM_COLUMNS)) return { part: null, up: null }
  return called !== undefined && some(called.columns) ? { part: called, up: null } : null
}

function openSource(
  { name: sheet, guarded }: Table,
  { part, up }: Found,
  { no, cells: headings }: { no: number; cells: readonly string[] },
  faults: Faults,
  translate: Translation,
): Source {
  const columns = part?.columns ?? (up === null ? ITEM_COLUMNS : ITEM_COLUMNS.filter(column => column.up === up))
  const known = new Map<string, Column>()
  for (const column of [...columns, KEY, OPERATION])
    for (const name of [column.heading, column.field, upColumn(column), snake(column.field)])
      if (!known.has(normalHeading(name))) known.set(normalHeading(name), column)
  const seen = new Set<Column>()
  const placed = headings.map((heading): Place | null => {
    const name = plainHeading(heading)
    const column = known.get(name) ?? null
    if (column === null) {
      const skipped = SKIPPED.has(name) && (up !== null || part !== null)
      if (name !== '' && !skipped) faults.add('note.column', sheet, no, heading.trim().slice(0, 60))
      return null
    }
    const continues = /~\d+\s*$/.test(heading)
    if (!continues && seen.has(column)) faults.add('column.twice', sheet, no, heading.trim().slice(0, 60))
    seen.add(column)
    return { column, continues, translate: translate[upColumn(column)] ?? translate[column.field] }
  })
  const keyAt = placed.findIndex(place => place?.column.field === KEY.field)
  if (knownHeadings(headings) === 0) faults.add('heading.missing', sheet, 0)
  else if (keyAt < 0) faults.add('column.missing', sheet, no, KEY.heading)
  const fields = new Set([...seen].map(({ field }) => field))
  return {
    sheet,
    up: up !== null,
    guarded: guarded && up === null,
    part,
    columns: placed,
    continued: placed.some(place => place?.continues === true),
    headings,
    fields,
    keyAt,
  }
}

/** What makes a row of changes the same row again. */
const keyOf = (part: Part, values: Values): string => {
  const key = part.key.map(field => values[field] ?? '')
  return JSON.stringify(part.field === 'materials' && key[0] === '' ? ['', values.materialName] : key)
}

export async function assemble(
  tables: AsyncIterable<Table>,
  faults: Faults,
  options: AssembleOptions,
): Promise<Assembled> {
  /** rows of each item by its code in capitals, with the code as it was first written */
  const rows = new Map<string, { code: string; list: Row[] }>()
  const sources: Source[] = []
  const once = sharing()
  /** how items are called, for what is told of them */
  const names = new Map<string, string>()
  let count = 0
  let unknown: string | null = null
  for await (const table of tables) {
    let source: Source | null = null
    let orderAt: number[] = []
    for await (const { no, cells } of fromHeading(table.rows, knownHeadings, TABLE_LIMITS.headingRows)) {
      if (source === null) {
        const found = findTable(table.name, cells)
        if (found === null) {
          if (PROSE.test(table.name)) break
          unknown ??= table.name
          faults.add('note.sheet', table.name.slice(0, 60), 0)
          break
        }
        source = openSource(table, found, { no, cells }, faults, options.translate ?? {})
        const headings = cells.map(normalHeading)
        orderAt = ORDER.map(name => headings.indexOf(name)).filter(index => index >= 0)
        sources.push(source)
        // Each of its rows would be told for the same reason.
        if (source.keyAt < 0) break
        continue
      }
      if (isBlank(cells)) continue
      if (!source.up && isRemark(cells, source.keyAt)) {
        faults.add('note.row', source.sheet, no, '', { value: cells.find(cell => cell.trim() !== '') ?? '' })
        continue
      }
      count++
      if (count % AT_ONCE === 0) await otherWork()
      const read = readRow(source, cells.map(once), no, faults)
      if (read === null) continue
      const order = orderAt.map(index => (cells[index] ?? '').trim().padStart(24)).join(' ')
      const { [KEY.field]: spelt, [OPERATION.field]: operation = 'I', ...values } = read.values
      const code = String(spelt)
      // Letters of codes are capitals, whatever was typed.
      const key = code.toUpperCase()
      if (source.part === null && typeof values.taskName === 'string') names.set(key, values.taskName)
      const row: Row = {
        source,
        no,
        operation: String(operation),
        order,
        values: source.part === null ? { taskCode: code, ...values } : values,
        faulty: read.faulty,
      }
      const of = rows.get(key)
      if (of === undefined) rows.set(key, { code, list: [row] })
      else of.list.push(row)
    }
  }
  if (sources.length === 0 && unknown !== null) faults.add('sheet.unknown', unknown.slice(0, 60), 0)
  else if (rows.size === 0 && faults.count() === 0) faults.add('sheet.empty', sources[0]?.sheet ?? '', 0)
  const assembled: Assembled = { put: new Map(), remove: new Set(), rows: count }
  let settled = 0
  for (const [key, { code, list }] of rows) {
    settled++
    if (settled % AT_ONCE === 0) await otherWork()
    // One that is held as it is written is meant.
    const held = (await options.held(code)) ?? (key === code ? null : await options.held(key))
    settle(held?.taskCode ?? key, list, held, sources, faults, options, assembled)
    rows.delete(key)
  }
  await faults.name(async item => {
    const key = item.toUpperCase()
    return names.get(key) ?? (await options.held(item))?.taskName ?? (await options.held(key))?.taskName
  })
  return assembled
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

type ReadRow = { values: Record<string, unknown>; faulty: ReadonlySet<string> }

/** Values of the cells that are not blank; null when the row belongs to no item. */
function readRow(source: Source, cells: readonly string[], no: number, faults: Faults): ReadRow | null {
  const { columns, continued, guarded, sheet } = source
  const values: Record<string, unknown> = {}
  const faulty = new Set<string>()
  const told: { fault: CellFault; column: Column; value: string }[] = []
  for (let index = 0; index < columns.length; index++) {
    const place = columns[index]
    const cell = cells[index]
    if (place === null || place === undefined || cell === undefined || place.continues) continue
    const whole = continued ? cell + restOf(source, place.column, cells) : cell
    if (whole.trim() === '') continue
    const read = readCell(guarded ? unguard(whole) : whole, place.column, place.translate)
    if (read.ok) values[place.column.field] = read.value
    else {
      faulty.add(place.column.field)
      told.push({ fault: read.fault, column: place.column, value: whole })
    }
  }
  const code = values[KEY.field]
  const item = typeof code === 'string' ? code : ''
  for (const { fault, column, value } of told)
    faults.add(fault, sheet, no, headingOf(source, column), { value: value.trim(), item })
  if (item !== '') return { values, faulty }
  if (!faulty.has(KEY.field)) faults.add('row.key', sheet, no, KEY.heading)
  return null
}

/** Text of the columns that go on with another. */
const restOf = (source: Source, column: Column, cells: readonly string[]): string =>
  source.columns
    .map((place, index) => (place?.continues === true && place.column === column ? cells[index] : ''))
    .join('')

const headingOf = (source: Source, column: Column | undefined): string =>
  column === undefined
    ? ''
    : (source.headings[source.columns.findIndex(place => place?.column === column)] ?? column.heading)

type Listed = { values: Values; row: Row | null }

/** In the order of time; items before their parts, so that a part finds its item. */
const byTime = (a: Row, b: Row): number =>
  (a.order < b.order ? -1 : a.order > b.order ? 1 : 0) ||
  Number(a.source.part !== null) - Number(b.source.part !== null)

function settle(
  code: string,
  rows: Row[],
  held: ServiceItem | null,
  sources: readonly Source[],
  faults: Faults,
  options: AssembleOptions,
  into: Assembled,
): void {
  let scalars: Record<string, unknown> | null = held === null ? null : { ...held }
  let itemRow: Row | null = null
  const parts = new Map<Part, Listed[]>()
  const listOf = (part: Part): Listed[] => {
    const known = parts.get(part)
    if (known !== undefined) return known
    const list = ((scalars?.[part.field] ?? []) as Values[]).map(values => ({ values, row: null }))
    parts.set(part, list)
    return list
  }
  const ordered = rows.toSorted(byTime)
  for (const row of ordered) {
    const { part, up, fields, sheet } = row.source
    if (part !== null) {
      const list = listOf(part)
      const at = list.findIndex(
        entry =>
          ((up && row.operation !== 'I') || entry.row === null) &&
          (keyOf(part, entry.values) === keyOf(part, row.values) || sameName(part, entry.values, row.values)),
      )
      if (row.operation === 'D') {
        if (at >= 0) list.splice(at, 1)
        continue
      }
      const entry = { values: { ...without(list[at]?.values ?? {}, fields), ...row.values }, row }
      if (at >= 0 && up) list[at] = entry
      else {
        if (at >= 0) list.splice(at, 1)
        list.push(entry)
      }
      continue
    }
    if (!up && itemRow !== null) faults.add('row.twice', sheet, row.no, KEY.heading, { item: code })
    itemRow ??= row
    if (row.operation === 'D') {
      scalars = null
      parts.clear()
    } else scalars = { ...without(scalars ?? {}, fields), ...row.values }
  }
  if (scalars === null) {
    if (itemRow !== null) into.remove.add(code)
    else faults.add('row.item', ordered[0]?.source.sheet ?? '', ordered[0]?.no ?? 0, KEY.heading, { item: code })
    return
  }
  // Where a table tells all of a part, what it does not tell is gone: own tables always do, tables of changes for an inserted item.
  const inserted = ordered.some(
    ({ source, operation }) => source.up && source.part === null && source.fields.has('taskName') && operation === 'I',
  )
  for (const { part, up } of sources)
    if (part !== null && (up ? inserted : itemRow !== null || parts.has(part)))
      parts.set(
        part,
        listOf(part).filter(({ row }) => row !== null),
      )
  finish(code, scalars, parts, itemRow ?? ordered[0] ?? null, held, faults, options, into)
}

const sameName = (part: Part, a: Values, b: Values): boolean =>
  part.field === 'materials' && b.materialCode === undefined && a.materialName === b.materialName

const without = (values: Values, fields: ReadonlySet<string>): Values =>
  Object.fromEntries(Object.entries(values).filter(([field]) => !fields.has(field)))

/** Fills in what tables leave out, and checks the whole item; faults name the row and column that it came from. */
function finish(
  code: string,
  scalars: Record<string, unknown>,
  parts: ReadonlyMap<Part, Listed[]>,
  row: Row | null,
  held: ServiceItem | null,
  faults: Faults,
  options: AssembleOptions,
  into: Assembled,
): void {
  const item: Record<string, unknown> = {
    taskVersion: held?.taskVersion ?? 1,
    taskState: held?.taskState ?? '1',
    materials: [],
    ...scalars,
    taskCode: code,
  }
  const modes = item.modes ?? held?.modes ?? options.modes
  if (modes !== undefined) item.modes = modes
  for (const [part, list] of parts) {
    if (part.field === 'materials') item.materials = numbered(list.map(({ values }) => values))
    else if (list.length > 0) item[part.field] = list.map(({ values }) => values)
    else delete item[part.field]
  }
  let lacks = false
  for (const column of ITEM_COLUMNS) {
    if (column.required !== true || item[column.field] !== undefined) continue
    lacks = true
    // A cell that could not be read was told already.
    if (row?.faulty.has(column.field) !== true)
      faults.add('column.missing', row?.source.sheet ?? BASIC, row?.no ?? 0, column.heading, { item: code })
  }
  if (lacks) return
  const parsed = Item.safeParse(item)
  if (parsed.success) {
    into.put.set(code, parsed.data)
    return
  }
  for (const { path } of parsed.error.issues) {
    const [field, index, inner] = path
    const part = [...parts.keys()].find(entry => entry.field === field)
    const from = part === undefined || typeof index !== 'number' ? null : (parts.get(part)?.[index]?.row ?? null)
    const column = (part?.columns ?? ITEM_COLUMNS).find(entry => entry.field === (part === undefined ? field : inner))
    const at = from ?? row
    const given = column === undefined ? undefined : at?.values[column.field]
    if (column !== undefined && given === undefined && at?.faulty.has(column.field) === true) continue
    faults.add(
      from !== null && column?.required === true && given === undefined ? 'column.missing' : 'cell.schema',
      at?.source.sheet ?? '',
      at?.no ?? 0,
      (at === null ? '' : headingOf(at.source, column)) || column?.heading || String(field),
      { item: code, value: typeof given === 'string' || typeof given === 'number' ? String(given) : '' },
    )
  }
}

/** Materials without a code get one from their place in the list, and keep it while they keep their place. */
function numbered(materials: readonly Values[]): Values[] {
  const used = new Set(materials.map(({ materialCode }) => materialCode))
  return materials.map((material, index) => {
    if (material.materialCode !== undefined) return material
    for (let no = Number(material.orderNum ?? index + 1); ; no++) {
      const materialCode = `M${String(no).padStart(2, '0')}`
      if (used.has(materialCode)) continue
      used.add(materialCode)
      return { materialCode, ...material }
    }
  })
}
