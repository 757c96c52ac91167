/** The organisation tree as two tables, units (机构) and windows (窗口): imported from CSV, XLSX or JSON, exported as the same. */
import { readStrictJson } from '../../../../protocol/json-outside.ts'
import { LEVELS, Organisation, OrganisationUnit } from '../../../../protocol/service/organisation.ts'
import { type CellFault, readCell } from './cells.ts'
import type { Column } from './columns.ts'
import { createFaults, type Fault, type Faults } from './faults.ts'
import type { TableFile, UnitsFormat } from './formats.ts'
import { fromHeading, type Head, type Heading, isBlank, isRemark, isRepeated } from './heading.ts'
import { guard, guideOf, type Layout, packXlsx, sheetOf, unguard, valuesOf, zipOf } from './layout.ts'
import { TABLE_LIMITS } from './limits.ts'
import { decodeText, readTables, type Table, TableError } from './read.ts'
import { isUnread, lookUp, namesOf, shownHead } from './recognise.ts'
import { PROSE } from './sheet.ts'
import { ALSO_LEVEL } from './synonyms.ts'

const column = (field: string, heading: string, options: Partial<Column> = {}): Column => ({
  field,
  heading,
  kind: 'text',
  ...options,
})
const required = true as const

/** Items count levels from the nation, trees from the province. */
const LEVEL_NAMES = Object.fromEntries(
  Object.entries(ALSO_LEVEL)
    .map(([name, level]) => [name, String(Number(level) - 1)] as const)
    .filter(([, level]) => Object.hasOwn(LEVELS, level)),
)
const UNIT_COLUMNS: readonly Column[] = [
  column('code', '机构编码', { kind: 'id', required }),
  column('name', '机构名称', { required }),
  column('level', '层级', { kind: 'code', codes: LEVELS, also: LEVEL_NAMES, required }),
  column('parent', '上级机构编码', { kind: 'id' }),
  column('address', '地址'),
  column('hours', '办公时间'),
  column('phone', '电话'),
]
const WINDOW_COLUMNS: readonly Column[] = [
  column('unit', '机构编码', { kind: 'id', required }),
  column('code', '窗口编码', { kind: 'id', required }),
  column('name', '窗口名称', { required }),
  column('place', '位置'),
  column('phone', '电话'),
  column('hours', '办公时间'),
]
const UNITS = { heading: '机构', file: 'units', columns: UNIT_COLUMNS, names: namesOf(UNIT_COLUMNS, 'units.') }
const WINDOWS = {
  heading: '窗口',
  file: 'windows',
  columns: WINDOW_COLUMNS,
  names: namesOf(WINDOW_COLUMNS, 'windows.'),
}

export type UnitsImport = { units: OrganisationUnit[]; errors: Fault[]; errorCount: number; notes: Fault[] }

/** Reads a file of units and windows; never throws on its content. */
export async function importUnits(bytes: Uint8Array, name: string): Promise<UnitsImport> {
  const faults = createFaults()
  let units: OrganisationUnit[] = []
  try {
    units = isJson(bytes) ? readJson(bytes, name, faults) : await assemble(readTables(bytes, name, faults), faults)
  } catch (error) {
    if (!(error instanceof TableError)) throw error
  }
  return { units, errors: faults.errors(), errorCount: faults.count(), notes: faults.notes() }
}

const isJson = (bytes: Uint8Array): boolean => /^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 100)))

function readJson(bytes: Uint8Array, name: string, faults: Faults): OrganisationUnit[] {
  const read = readStrictJson(decodeText(bytes) ?? '')
  const units = Organisation.pick({ units: true })
    .loose()
    .safeParse(read.ok ? read.value : null)
  if (units.success) return units.data.units
  faults.add('file.unreadable', name, 0)
  return []
}

type Row = { values: Record<string, unknown>; sheet: string; no: number }

async function assemble(tables: AsyncIterable<Table>, faults: Faults): Promise<OrganisationUnit[]> {
  const units: Row[] = []
  const windows: Row[] = []
  /** codes of rows that could not be read, which was told */
  const broken = new Set<string>()
  for await (const table of tables) await readTable(table, { units, windows, broken }, faults)
  const found: OrganisationUnit[] = []
  const byUnit = Map.groupBy(windows, ({ values }) => values.unit)
  for (const { values, sheet, no } of units) {
    const of = byUnit.get(values.code) ?? []
    byUnit.delete(values.code)
    const unit = {
      ...values,
      level: Number(values.level),
      ...(of.length === 0 ? {} : { windows: of.map(({ values: { unit, ...window } }) => window) }),
    }
    const parsed = OrganisationUnit.safeParse(unit)
    if (parsed.success) found.push(parsed.data)
    for (const { path } of parsed.error?.issues ?? []) {
      const row = path[0] === 'windows' && typeof path[1] === 'number' ? of[path[1]] : undefined
      const field = row === undefined ? path[0] : path[2]
      const columns = row === undefined ? UNIT_COLUMNS : WINDOW_COLUMNS
      const heading = columns.find(entry => entry.field === field)?.heading ?? String(field)
      faults.add('cell.schema', row?.sheet ?? sheet, row?.no ?? no, heading, { item: String(values.code) })
    }
  }
  for (const [unit, [orphan]] of byUnit)
    if (orphan !== undefined && !broken.has(String(unit)))
      faults.add('row.unit', orphan.sheet, orphan.no, '机构编码', { value: String(unit) })
  if (units.length === 0 && faults.count() === 0) faults.add('sheet.empty', UNITS.heading, 0)
  return found
}

type Into = { units: Row[]; windows: Row[]; broken: Set<string> }

const knownHeads = (heads: readonly Head[]): number =>
  heads.filter(head => [UNITS, WINDOWS].some(({ names }) => lookUp(head, names) !== null)).length

async function readTable(table: Table, into: Into, faults: Faults): Promise<void> {
  if (table.hidden === true) {
    faults.add('note.hidden', table.name.slice(0, 60), 0)
    return
  }
  const headed = await fromHeading(table.rows, knownHeads, TABLE_LIMITS.headingRows)
  if (headed === null) return
  const open = openTable(table.name, headed.heading, faults)
  if (open === null) return
  for await (const { no, cells } of headed.rows) {
    if (isBlank(cells)) continue
    if (isRemark(cells, open.keyAt) || isRepeated(headed.heading, cells)) {
      faults.add('note.row', table.name, no, '', { value: cells.find(cell => cell.trim() !== '') ?? '' })
      continue
    }
    const values: Record<string, unknown> = {}
    const told: { fault: CellFault; column: Column; value: string }[] = []
    for (const [index, entry] of open.columns.entries()) {
      const cell = cells[index] ?? ''
      if (entry === null || cell.trim() === '') continue
      const read = readCell(table.guarded ? unguard(cell) : cell, entry)
      if (read.ok) values[entry.field] = read.value
      else told.push({ fault: read.fault, column: entry, value: cell.trim() })
    }
    const key = values.unit ?? values.code
    const item = typeof key === 'string' ? key : ''
    for (const { fault, column, value } of told) faults.add(fault, table.name, no, column.heading, { value, item })
    const lacking = open.needed.filter(({ field }) => values[field] === undefined)
    // A cell that could not be read was told already.
    const missing = lacking.find(each => told.every(({ column }) => column !== each))
    if (missing !== undefined) faults.add('column.missing', table.name, no, missing.heading, { item })
    if (lacking.length > 0) into.broken.add(item)
    else into[open.into].push({ values, sheet: table.name, no })
  }
}

/** Which table it is, by its name or else by its headings, and what its columns hold; null for one that is not read. */
function openTable(name: string, { no, heads }: Heading, faults: Faults) {
  const called = name.trim().toLowerCase()
  const is = ({ heading, file }: { heading: string; file: string }) => called === heading || called === file
  const looksLike = ({ columns, names }: typeof UNITS) => {
    const found = new Set(heads.map(head => lookUp(head, names)?.column.field))
    return columns.every(({ field, required }) => required !== true || found.has(field))
  }
  const layout = [WINDOWS, UNITS].find(is) ?? [WINDOWS, UNITS].find(looksLike)
  if (layout === undefined) {
    if (!PROSE.test(called)) faults.add('note.sheet', name.slice(0, 60), 0)
    return null
  }
  const found = heads.map(head => (head.text.trim() === '' ? null : lookUp(head, layout.names)))
  // One that is called as in the template goes before others that are meant by another name.
  const columns = found.map((each, at) => {
    const taken = found.some(
      (other, place) =>
        other?.column === each?.column &&
        other !== each &&
        other !== null &&
        each !== null &&
        (other.rank < each.rank || (other.rank === each.rank && place < at)),
    )
    const shown = shownHead(heads[at] ?? { text: '', group: '' })
    if ((each === null || taken) && shown !== '' && !isUnread(shown))
      faults.add('note.column', name, no, shown.slice(0, 60))
    return taken ? null : (each?.column ?? null)
  })
  const needed = layout.columns.filter(entry => entry.required === true)
  // Each of its rows would be told for the same reason.
  const absent = needed.filter(entry => !columns.includes(entry))
  if (knownHeads(heads) === 0) faults.add('heading.missing', name, 0)
  else for (const { heading } of absent) faults.add('column.missing', name, no, heading)
  if (absent.length > 0) return null
  return {
    columns,
    into: layout === WINDOWS ? ('windows' as const) : ('units' as const),
    needed,
    keyAt: columns.findIndex(entry => entry?.field === 'code'),
  }
}

const layouts = (named: (table: { heading: string; file: string }) => string): Layout<OrganisationUnit>[] => [
  {
    name: named(UNITS),
    headings: UNIT_COLUMNS.map(({ heading }) => heading),
    rowsOf: unit => [valuesOf(UNIT_COLUMNS, unit, true)],
  },
  {
    name: named(WINDOWS),
    headings: WINDOW_COLUMNS.map(({ heading }) => heading),
    rowsOf: unit => (unit.windows ?? []).map(window => valuesOf(WINDOW_COLUMNS, { ...window, unit: unit.code }, true)),
  },
]

/** Units as CSV files in a ZIP, or as XLSX; without units an empty table to fill in. */
export async function writeUnits(units: readonly OrganisationUnit[], format: UnitsFormat): Promise<TableFile> {
  if (format === 'csv')
    return zipOf(
      layouts(({ file }) => file),
      () => units,
      guard,
    )
  const sheets = layouts(({ heading }) => heading).map(({ name, headings, rowsOf }) =>
    sheetOf(
      name,
      headings,
      units.flatMap(unit => [...rowsOf(unit)]),
    ),
  )
  return packXlsx([...sheets, guideOf([UNITS, WINDOWS])])
}
