/** The organisation tree as two tables, units (机构) and windows (窗口): imported from CSV, XLSX or JSON, exported as the same. */
import { readStrictJson } from '../../../protocol/json-outside.ts'
import { LEVELS, Organisation, OrganisationUnit } from '../../../protocol/service/organisation.ts'
import { readCell } from './cells.ts'
import { type Column, normalHeading, snake } from './columns.ts'
import { createFaults, type Fault, type Faults } from './faults.ts'
import { guard, guideOf, type Layout, packXlsx, sheetOf, valuesOf, zipOf } from './layout.ts'
import { decodeText, readTables, type Table, TableError } from './read.ts'
import type { Format } from './write.ts'

const column = (field: string, heading: string, options: Partial<Column> = {}): Column => ({
  field,
  heading,
  kind: 'text',
  ...options,
})
const required = true as const

const UNIT_COLUMNS: readonly Column[] = [
  column('code', '机构编码', { required }),
  column('name', '机构名称', { required }),
  column('level', '层级', { kind: 'code', codes: LEVELS, required }),
  column('parent', '上级机构编码'),
  column('address', '地址'),
  column('hours', '办公时间'),
  column('phone', '电话'),
]
const WINDOW_COLUMNS: readonly Column[] = [
  column('unit', '机构编码', { required }),
  column('code', '窗口编码', { required }),
  column('name', '窗口名称', { required }),
  column('place', '位置'),
  column('phone', '电话'),
  column('hours', '办公时间'),
]
const UNITS = { heading: '机构', file: 'units', columns: UNIT_COLUMNS }
const WINDOWS = { heading: '窗口', file: 'windows', columns: WINDOW_COLUMNS }

export const UNITS_FORMATS = ['csv', 'xlsx'] as const satisfies readonly Format[]
export type UnitsFormat = (typeof UNITS_FORMATS)[number]
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
  for await (const table of tables) await readTable(table, units, windows, faults)
  const found: OrganisationUnit[] = []
  const byUnit = Map.groupBy(windows, ({ values }) => values.unit)
  for (const { values, sheet, no } of units) {
    const of = byUnit.get(values.code) ?? []
    byUnit.delete(values.code)
    const unit = {
      ...values,
      level: Number(values.level),
      ...(of.length === 0 ? {} : { windows: of.map(({ values: { unit: _, ...window } }) => window) }),
    }
    const parsed = OrganisationUnit.safeParse(unit)
    if (parsed.success) found.push(parsed.data)
    for (const { path } of parsed.error?.issues ?? []) {
      const row = path[0] === 'windows' && typeof path[1] === 'number' ? of[path[1]] : undefined
      const field = row === undefined ? path[0] : path[2]
      const columns = row === undefined ? UNIT_COLUMNS : WINDOW_COLUMNS
      const heading = columns.find(entry => entry.field === field)?.heading ?? String(field)
      faults.add('cell.schema', row?.sheet ?? sheet, row?.no ?? no, heading)
    }
  }
  for (const [orphan] of byUnit.values())
    if (orphan !== undefined) faults.add('row.unit', orphan.sheet, orphan.no, '机构编码')
  if (units.length === 0 && faults.count() === 0) faults.add('sheet.empty', UNITS.heading, 0)
  return found
}

async function readTable(table: Table, units: Row[], windows: Row[], faults: Faults): Promise<void> {
  let open: { columns: (Column | null)[]; into: Row[]; needed: Column[] } | null = null
  let no = 0
  for await (const cells of table.rows) {
    no++
    if (open === null) {
      open = openTable(table.name, cells, units, windows, faults)
      if (open === null) return
      continue
    }
    if (cells.every(cell => cell.trim() === '')) continue
    const values: Record<string, unknown> = {}
    for (const [index, entry] of open.columns.entries()) {
      const cell = cells[index] ?? ''
      if (entry === null || cell.trim() === '') continue
      const read = readCell(table.guarded && /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell, entry)
      if (read.ok) values[entry.field] = read.value
      else faults.add(read.fault, table.name, no, entry.heading)
    }
    const missing = open.needed.find(({ field }) => values[field] === undefined)
    if (missing !== undefined) faults.add('column.missing', table.name, no, missing.heading)
    else open.into.push({ values, sheet: table.name, no })
  }
}

/** Which table it is, by its name or else by its headings, and what its columns hold; null for one that is not read. */
function openTable(name: string, headings: readonly string[], units: Row[], windows: Row[], faults: Faults) {
  const known = new Set(headings.map(normalHeading))
  const called = name.trim().toLowerCase()
  const is = ({ heading, file }: { heading: string; file: string }) => called === heading || called === file
  const looksLike = (columns: readonly Column[]) =>
    columns.filter(entry => entry.required === true).every(entry => known.has(normalHeading(entry.heading)))
  const layout = is(WINDOWS)
    ? WINDOWS
    : is(UNITS)
      ? UNITS
      : looksLike(WINDOW_COLUMNS)
        ? WINDOWS
        : looksLike(UNIT_COLUMNS)
          ? UNITS
          : null
  if (layout === null) {
    if (!/^(说明|readme|sheet\d+$)/i.test(called)) faults.add('note.sheet', name.slice(0, 60), 0)
    return null
  }
  const byName = new Map(
    layout.columns.flatMap(entry =>
      [entry.heading, entry.field, snake(entry.field)].map(key => [normalHeading(key), entry] as const),
    ),
  )
  const columns = headings.map(heading => {
    const found = byName.get(normalHeading(heading)) ?? null
    if (found === null && heading.trim() !== '') faults.add('note.column', name, 1, heading.slice(0, 60))
    return found
  })
  return {
    columns,
    into: layout === WINDOWS ? windows : units,
    needed: layout.columns.filter(entry => entry.required === true),
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
export async function writeUnits(
  units: readonly OrganisationUnit[],
  format: UnitsFormat,
): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>> {
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
