/**
 * Makes items of the rows of tables, on top of what is held: a sheet or column that is absent leaves its part as it is, a blank
 * cell clears its field. Own tables replace a part of an item whole; `up_*` tables are changes, row by row, by operation
 * (`cd_operation` I, U, D) in the order of `cd_time` and `cd_batch`. Pure but for the items that it asks for.
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { ServiceItem as Item } from '../../../protocol/service/item.ts'
import { readCell, type Translation } from './cells.ts'
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
  snake,
  upColumn,
} from './columns.ts'
import type { Faults } from './faults.ts'
import type { Table } from './read.ts'

export type AssembleOptions = {
  /** what stands now, draft or published */ held: (code: string) => Promise<ServiceItem | null>
  /** modes of items whose table has no such column */ modes?: readonly number[]
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
}
type Place = { column: Column; continues: boolean; translate: Readonly<Record<string, string>> | undefined }
/** A table as it was found: which part of an item it holds, and its columns. */
type Source = {
  sheet: string
  up: boolean
  guarded: boolean
  part: Part | null
  /** by position; null for what is left out */ columns: (Place | null)[]
  /** whether a column goes on in another */ continued: boolean
  headings: readonly string[]
  fields: ReadonlySet<string>
}
type Found = { part: Part | null; up: string | null }

/** Bookkeeping of the upload tables. */
const SKIPPED = new Set(['cdbatch', 'cdtime', 'datasource', 'taskguid', 'taskname', 'rowguid', '事项名称'])
const ORDER = ['cdtime', 'cdbatch']
/** Rows or items that are read before other work gets its turn. */
const AT_ONCE = 500
/** Sheets for people alone. */
const PROSE = /^(说明|readme|sheet\d+$)/i

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
  return part === undefined ? null : { part, up: null }
}

function openSource(
  { name: sheet, guarded }: Table,
  { part, up }: Found,
  headings: readonly string[],
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
    const name = normalHeading(heading.replace(/~\d+\s*$/, ''))
    const column = known.get(name) ?? null
    if (column === null) {
      const skipped = SKIPPED.has(name) && (up !== null || part !== null)
      if (name !== '' && !skipped) faults.add('note.column', sheet, 1, heading.slice(0, 60))
      return null
    }
    const continues = /~\d+\s*$/.test(heading)
    if (!continues && seen.has(column)) faults.add('column.twice', sheet, 1, heading.slice(0, 60))
    seen.add(column)
    return { column, continues, translate: translate[upColumn(column)] ?? translate[column.field] }
  })
  if (!seen.has(KEY) && !seen.has(ITEM_COLUMNS[0] ?? KEY)) faults.add('column.missing', sheet, 1, KEY.heading)
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
  const rows = new Map<string, Row[]>()
  const sources: Source[] = []
  const once = sharing()
  let count = 0
  for await (const table of tables) {
    let source: Source | null = null
    let no = 0
    let orderAt: number[] = []
    for await (const cells of table.rows) {
      no++
      if (source === null) {
        const found = findTable(table.name, cells)
        if (found === null) {
          if (PROSE.test(table.name)) break
          faults.add(
            sources.length === 0 && rows.size === 0 ? 'sheet.unknown' : 'note.sheet',
            table.name.slice(0, 60),
            0,
          )
          break
        }
        source = openSource(table, found, cells, faults, options.translate ?? {})
        const names = cells.map(normalHeading)
        orderAt = ORDER.map(name => names.indexOf(name)).filter(index => index >= 0)
        sources.push(source)
        continue
      }
      if (cells.every(cell => cell.trim() === '')) continue
      count++
      if (count % AT_ONCE === 0) await otherWork()
      const read = readRow(source, cells.map(once), no, faults)
      if (read === null) continue
      const order = orderAt.map(index => (cells[index] ?? '').trim().padStart(24)).join(' ')
      const { [KEY.field]: code, [OPERATION.field]: operation = 'I', ...values } = read
      const of = rows.get(String(code))
      const row: Row = {
        source,
        no,
        operation: String(operation),
        order,
        values: source.part === null ? { taskCode: code, ...values } : values,
      }
      if (of === undefined) rows.set(String(code), [row])
      else of.push(row)
    }
  }
  if (rows.size === 0 && faults.count() === 0) faults.add('sheet.empty', sources[0]?.sheet ?? '', 0)
  const assembled: Assembled = { put: new Map(), remove: new Set(), rows: count }
  let settled = 0
  for (const [code, list] of rows) {
    settled++
    if (settled % AT_ONCE === 0) await otherWork()
    await settle(code, list, sources, faults, options, assembled)
    rows.delete(code)
  }
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

/** Values of the cells that are not blank; null when the row belongs to no item. */
function readRow(source: Source, cells: readonly string[], no: number, faults: Faults): Record<string, unknown> | null {
  const { columns, continued, guarded } = source
  const values: Record<string, unknown> = {}
  for (let index = 0; index < columns.length; index++) {
    const place = columns[index]
    const cell = cells[index]
    if (place === null || place === undefined || cell === undefined || place.continues) continue
    const whole = continued ? cell + restOf(source, place.column, cells) : cell
    if (whole.trim() === '') continue
    const read = readCell(guarded ? unguard(whole) : whole, place.column, place.translate)
    if (read.ok) values[place.column.field] = read.value
    else faults.add(read.fault, source.sheet, no, headingOf(source, place.column))
  }
  const code = values[KEY.field]
  if (typeof code !== 'string') {
    faults.add('row.key', source.sheet, no, KEY.heading)
    return null
  }
  values[KEY.field] = code.trim()
  return values
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

/** Text that a spreadsheet would take for a formula stands behind an apostrophe in own CSV tables. */
const unguard = (text: string): string => (/^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text)

type Listed = { values: Values; row: Row | null }

/** In the order of time; items before their parts, so that a part finds its item. */
const byTime = (a: Row, b: Row): number =>
  (a.order < b.order ? -1 : a.order > b.order ? 1 : 0) ||
  Number(a.source.part !== null) - Number(b.source.part !== null)

async function settle(
  code: string,
  rows: Row[],
  sources: readonly Source[],
  faults: Faults,
  options: AssembleOptions,
  into: Assembled,
): Promise<void> {
  const held = await options.held(code)
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
    if (!up && itemRow !== null) faults.add('row.twice', sheet, row.no, KEY.heading)
    itemRow ??= row
    if (row.operation === 'D') {
      scalars = null
      parts.clear()
    } else scalars = { ...without(scalars ?? {}, fields), ...row.values }
  }
  if (scalars === null) {
    if (itemRow !== null) into.remove.add(code)
    else faults.add('row.item', ordered[0]?.source.sheet ?? '', ordered[0]?.no ?? 0, KEY.heading)
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
  const before = faults.count()
  for (const column of ITEM_COLUMNS)
    if (column.required === true && item[column.field] === undefined)
      faults.add('column.missing', row?.source.sheet ?? BASIC, row?.no ?? 0, column.heading)
  if (faults.count() > before) return
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
    const missing = from !== null && column?.required === true && from.values[column.field] === undefined
    faults.add(
      missing ? 'column.missing' : 'cell.schema',
      at?.source.sheet ?? '',
      at?.no ?? 0,
      (at === null ? '' : headingOf(at.source, column)) || column?.heading || String(field),
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
