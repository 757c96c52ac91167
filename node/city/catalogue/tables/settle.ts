/** One item of all the rows that tables have of it, on top of what is held. Pure. */
import type { ServiceItem } from '../../../../protocol/service/item.ts'
import { ServiceItem as Item } from '../../../../protocol/service/item.ts'
import { BASIC, type Column, ITEM_COLUMNS, KEY, type Part } from './columns.ts'
import type { Faults } from './faults.ts'
import type { Said, Source, Values } from './sheet.ts'
import { DEPARTMENT } from './synonyms.ts'

export type Row = Said & { no: number; operation: string; order: string }
/** Values for what tables do not have. */
export type Defaults = { item: Values; parts: ReadonlyMap<Part, Values> }
/** Items that are to be put, and those that are to go. */
export type Settled = { put: Map<string, ServiceItem>; remove: Set<string> }

/** What makes a row of changes the same row again. */
const keyOf = (part: Part, values: Values): string => {
  const key = part.key.map(field => values[field] ?? '')
  return JSON.stringify(part.field === 'materials' && key[0] === '' ? ['', values.materialName] : key)
}

/** What was read of an item that could not be taken, and the fields of it that were not. */
export type PartialItem = { values: Readonly<Record<string, unknown>>; unread: ReadonlySet<string> }

type Settling = {
  /** modes of items whose table has no such column */
  modes?: readonly number[]
  given: Defaults
  partial?: ((item: PartialItem) => void) | undefined
}
type Listed = { values: Values; row: Row | null }

/** In the order of time; items before their parts, so that a part finds its item. */
const byTime = (a: Row, b: Row): number =>
  (a.order < b.order ? -1 : a.order > b.order ? 1 : 0) ||
  Number(a.source.part !== null) - Number(b.source.part !== null)

export function settle(
  code: string,
  rows: Row[],
  held: ServiceItem | null,
  sources: readonly Source[],
  faults: Faults,
  options: Settling,
  into: Settled,
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
    else {
      faults.add('row.item', ordered[0]?.source.sheet ?? '', ordered[0]?.no ?? 0, KEY.heading, { item: code })
      for (const row of ordered) checkAlone(row, faults)
    }
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
  options: Settling,
  into: Settled,
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
  fillIn(item, ITEM_COLUMNS, options.given.item, row)
  // A reason for visits is given for items that need one.
  if (
    item.limitSceneNum === 0 &&
    row?.values.limitSceneExplain === undefined &&
    scalars.limitSceneExplain === undefined
  )
    delete item.limitSceneExplain
  const sheet = row?.source.sheet ?? ''
  if (item.deptName === undefined && row?.source.fields.has('deptName') === false && DEPARTMENT.test(sheet.trim())) {
    item.deptName = sheet.trim()
    faults.once('note.department', sheet, row.no, '', { value: sheet })
  }
  for (const [part, list] of parts) {
    const given = options.given.parts.get(part)
    if (given !== undefined)
      for (const entry of list) {
        const values = { ...entry.values }
        if (entry.row !== null) fillIn(values, part.columns, given, entry.row)
        entry.values = values
      }
    if (part.field === 'fees') withBasis(list, item.feeBasis)
    if (part.field === 'materials') item.materials = numbered(list.map(({ values }) => values))
    else if (list.length > 0) item[part.field] = list.map(({ values }) => values)
    else delete item[part.field]
  }
  const unread = new Set<string>()
  for (const column of ITEM_COLUMNS) {
    if (column.required === true && item[column.field] === undefined) {
      unread.add(column.field)
      // A cell that could not be read was told already.
      if (row?.faulty.has(column.field) !== true) missing(column, row, code, faults)
    } else if (row?.faulty.has(column.field) === true) unread.add(column.field)
  }
  const parsed = Item.safeParse(item)
  if (parsed.success) {
    into.put.set(code, parsed.data)
    return
  }
  for (const { path } of parsed.error.issues) {
    const [field, index, inner] = path
    if (typeof field === 'string' && index === undefined && unread.has(field) && item[field] === undefined) continue
    const part = [...parts.keys()].find(entry => entry.field === field)
    const from = part === undefined || typeof index !== 'number' ? null : (parts.get(part)?.[index]?.row ?? null)
    tellIssue(part ?? null, String(part === undefined ? field : inner), from ?? row, code, faults)
    if (part === undefined) unread.add(String(field))
  }
  options.partial?.({ values: item, unread })
}

/** Tells of a field that does not hold where it came from; one that could not be read was told already. */
function tellIssue(part: Part | null, field: string, at: Row | null, code: string, faults: Faults): void {
  const column = (part?.columns ?? ITEM_COLUMNS).find(entry => entry.field === field)
  const given = column === undefined ? undefined : at?.values[column.field]
  if (column !== undefined && given === undefined && at?.faulty.has(column.field) === true) return
  if (column?.required === true && given === undefined && at !== null && at.source.part === part) {
    missing(column, at, code, faults)
    return
  }
  faults.add(
    'cell.schema',
    at?.source.sheet ?? '',
    at?.no ?? 0,
    (column === undefined ? undefined : (at?.source.headings.get(column.field) ?? column.heading)) ?? field,
    { item: code, value: typeof given === 'string' || typeof given === 'number' ? String(given) : '' },
  )
}

/** Tells what is wrong with the cells of a row of which nothing says whose it is: they are looked at once, with all others. */
export function checkAlone(row: Row, faults: Faults, partial?: Settling['partial']): void {
  const { part, fields } = row.source
  if (row.operation === 'D') return
  const unread = new Set<string>(row.faulty)
  for (const column of part?.columns ?? ITEM_COLUMNS) {
    if (row.values[column.field] !== undefined || column.field === KEY.field) continue
    if (column.required === true && !row.faulty.has(column.field) && fields.has(column.field))
      missing(column, row, '', faults)
    if (column.required === true) unread.add(column.field)
  }
  if (part !== null) {
    const values = part.field === 'materials' ? { materialCode: 'M01', ...row.values } : row.values
    const parsed = Item.shape[part.field].safeParse([values])
    for (const { path } of parsed.error?.issues ?? [])
      if (row.values[String(path[1])] !== undefined) tellIssue(part, String(path[1]), row, '', faults)
    return
  }
  unread.add(KEY.field)
  const parsed = Item.partial().safeParse(row.values)
  for (const { path } of parsed.error?.issues ?? []) {
    if (row.values[String(path[0])] !== undefined) tellIssue(null, String(path[0]), row, '', faults)
    unread.add(String(path[0]))
  }
  partial?.({ values: { materials: [], ...row.values }, unread })
}

/** A cell that lacks is told for its row, a column once for its table. */
function missing({ field, heading }: Column, row: Row | null, item: string, faults: Faults): void {
  const { sheet = BASIC, fields, headings } = row?.source ?? {}
  row?.source.lacks(field)
  const tell = row === null || fields?.has(field) === true ? faults.add : faults.once
  tell('column.missing', sheet, row?.no ?? 0, headings?.get(field) ?? heading, { item })
}

/** Puts in what the table has no column for, and what a needed cell does not say. */
function fillIn(values: Record<string, unknown>, columns: readonly Column[], given: Values, row: Row | null): void {
  for (const { field, required } of columns) {
    if (values[field] !== undefined || given[field] === undefined || row?.faulty.has(field) === true) continue
    if (required === true || row?.source.fields.has(field) !== true) values[field] = given[field]
  }
}

/** Fees in the rows of their items have the basis that the item names, where their table has no column for it. */
function withBasis(list: readonly Listed[], basis: unknown): void {
  for (const entry of list)
    if (entry.row?.source.fields.has('byLaw') === false && entry.values.byLaw === undefined && basis !== undefined)
      entry.values = { ...entry.values, byLaw: basis }
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
