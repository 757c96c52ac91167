/** One table of a file as it is read row by row: whose each row is, and the values of its cells. */
import { plainText } from '../../../../protocol/codes/spelling.ts'
import { type CellFault, type CellResult, readCell, type Translation } from './cells.ts'
import { type Column, ITEM_COLUMNS, KEY, normalHeading, OPERATION, type Part, upColumn } from './columns.ts'
import type { Faults } from './faults.ts'
import type { Head, Heading } from './heading.ts'
import { unguard } from './layout.ts'
import { copiesOf, materialsOf } from './listed-materials.ts'
import { nearestTo, takesOf } from './nearest.ts'
import { keyIsFaulty, type Owner, ownerOf, sameOwner } from './owner.ts'
import type { Table } from './read.ts'
import { type ColumnReading, newColumn, noteCell, noteUnit, noteWords, type SheetReading } from './reading.ts'
import {
  type ColumnMapping,
  findTable,
  headUnit,
  isUnread,
  knownHeads,
  type Meant,
  mappedTo,
  nameOfField,
  placeColumns,
  shownHead,
} from './recognise.ts'
import { DITTO, ELSEWHERE, NONE } from './synonyms.ts'
import { daysOf, inOtherUnit, mayBeDays } from './working-days.ts'

export type Values = Readonly<Record<string, unknown>>

/** What of a table is of one kind: its items, or a part of them. */
export type Source = {
  sheet: string
  up: boolean
  part: Part | null
  /** fields that have a column */
  fields: Set<string>
  /** how the column of a field is headed */
  headings: ReadonlyMap<string, string>
  /** says that an item lacks what a field would say */
  lacks: (field: string) => void
}
type Place = {
  column: Column
  source: Source | null
  continues: boolean
  translate: Readonly<Record<string, string>> | undefined
  /** unit that the heading tells */
  unit: string | null
  heading: string
  reading: ColumnReading
}
export type Sheet = {
  name: string
  no: number
  up: boolean
  guarded: boolean
  from1904: boolean
  /** its items first, if it has any */
  sources: readonly Source[]
  /** by position; null for what is left out */
  places: readonly (Place | null)[]
  headings: readonly string[]
  continued: boolean
  /** whether a cell holds all materials of an item */
  listed: boolean
  /** where the item's code and its name stand; -1 without them */
  keyAt: number
  nameAt: number
  reading: SheetReading
  /** nothing says whose its rows are, which was told: each of them would be told for the same reason */
  keyless: boolean
  /** words of the columns that are left out without a mapping, by position */
  glanced: Map<number, Set<string>>
  /** positions that a mapping names */
  mapped: ReadonlySet<number>
  /** the row before: its cells, and whose it was; null when that could not be read */
  last: { cells: readonly string[]; owner: Owner | null } | null
}
export type SheetOptions = {
  columns?: ColumnMapping | undefined
  translate?: Translation | undefined
  /** working days that each unit of other days stands for */
  workingDays?: Readonly<Record<string, number>> | undefined
  /** what columns seem to be that nothing names, `sheet!heading` each: read so, and told */
  guessed?: ColumnMapping | undefined
}

/** Words of a column that is left out by which it is told what it may be. */
const GLANCED = 50
/** Bookkeeping of the upload tables. */
const SKIPPED = new Set(['cdbatch', 'cdtime', 'datasource', 'taskguid', 'taskname', 'rowguid', '事项名称'])
/** Sheets for people alone. */
export const PROSE = /^(说明|填[写报]说明|封面|目录|readme|sheet\d+$)/i

/** Reads the heading of a table; null when it holds no items and no part of them. A table that stands `below` another one has its parts without saying whose they are, where that is of one item. */
export function openSheet(
  { name, guarded, from1904 = false }: Table,
  { no, heads }: Heading,
  faults: Faults,
  options: SheetOptions,
  below: { owner: Owner | null } | null,
): { sheet: Sheet | null; reading: SheetReading } {
  const mapped = heads.map((head): Meant | null | undefined => {
    const guess = mappedTo(name, head, options.guessed ?? {})
    if (guess === undefined) return mappedTo(name, head, options.columns ?? {})
    return guess === null ? null : { ...guess, how: 'guess' }
  })
  const found = findTable(
    name,
    heads,
    mapped.filter((each): each is Meant => each !== null && each !== undefined),
    below !== null,
  )
  const owner = below?.owner ?? null
  const headings = heads.map(shownHead)
  const reading: SheetReading = {
    sheet: name.slice(0, 60),
    holds: found === null ? null : (found.part?.field ?? 'items'),
    also: found?.parts.map(({ field }) => field) ?? [],
    why: found === null ? 'note.sheet' : null,
    heading: no,
    rows: 0,
    columns: headings.map((heading, at) => newColumn(at, heading)),
    absent: [],
  }
  if (found === null) return { sheet: null, reading }
  const { placed, twice } = placeColumns(heads, found, mapped)
  const up = found.up !== null
  const kinds = found.part === null ? [null, ...found.parts] : [found.part]
  const sources = kinds.map(
    (part): Source => ({
      sheet: name,
      up,
      part,
      ...fieldsOf(placed, heads, part),
      lacks: field => countLacking(reading, part === null ? field : `${part.field}.${field}`),
    }),
  )
  const places = placed.map((meant, at): Place | null => {
    const shown = headings[at] ?? ''
    const column = reading.columns[at]
    if (meant === null || column === undefined) {
      if (
        mapped[at] === undefined &&
        !isUnread(heads[at]?.text ?? '') &&
        !isSkipped(heads[at], up || found.part !== null)
      )
        faults.add('note.column', name, no, shown.slice(0, 60))
      return null
    }
    if (meant.how === 'guess') faults.add('column.guessed', name, no, shown.slice(0, 60), { value: nameOfField(meant) })
    if (twice.includes(at)) faults.add('column.twice', name, no, shown.slice(0, 60))
    Object.assign(column, {
      field: nameOfField(meant),
      name: meant.column.heading,
      takes: takesOf(meant.column),
      how: meant.how,
    })
    return {
      column: meant.column,
      source: sources.find(({ part }) => part === meant.part) ?? null,
      continues: /~\d+\s*$/.test(heads[at]?.text ?? ''),
      translate: translationOf(meant, options.translate ?? {}),
      unit: heads[at] === undefined ? null : headUnit(heads[at]),
      heading: shown,
      reading: column,
    }
  })
  const keyAt = places.findIndex(place => place?.column.field === KEY.field)
  const nameAt = up ? -1 : places.findIndex(place => place?.column.field === 'taskName')
  if (knownHeads(heads) === 0 && mapped.every(each => each === undefined || each === null)) {
    faults.add('heading.missing', name, 0)
    reading.why = 'heading.missing'
  } else if (keyAt < 0 && nameAt < 0 && owner === null) faults.add('column.missing', name, no, KEY.heading)
  for (const { part, fields } of sources) {
    for (const column of part?.columns ?? ITEM_COLUMNS)
      if (column.required === true && !fields.has(column.field) && fields.size > 0)
        reading.absent.push({
          field: nameOfField({ column, part }),
          name: column.heading,
          takes: takesOf(column),
          lacking: 0,
        })
  }
  const materials = sources.find(({ part }) => part?.field === 'materials')
  return {
    sheet: {
      name,
      no,
      up,
      guarded: guarded && !up,
      from1904,
      sources,
      places,
      headings,
      continued: places.some(place => place?.continues === true),
      listed: found.part === null && materials?.fields.size === 1,
      keyAt,
      nameAt,
      reading,
      keyless: keyAt < 0 && nameAt < 0 && owner === null,
      glanced: new Map(),
      mapped: new Set(mapped.flatMap((each, at) => (each === undefined ? [] : [at]))),
      last: owner === null ? null : { cells: [], owner },
    },
    reading,
  }
}

function countLacking({ absent, columns }: SheetReading, field: string): void {
  const column = columns.find(each => each.field === field) ?? absent.find(each => each.field === field)
  if (column !== undefined) column.lacking++
}

const isSkipped = (head: Head | undefined, plain: boolean): boolean => {
  const name = normalHeading(head?.text ?? '')
  return name === '' || (plain && SKIPPED.has(name))
}

const translationOf = ({ column, part }: Meant, translate: Translation): Readonly<Record<string, string>> | undefined =>
  translate[nameOfField({ column, part })] ?? translate[upColumn(column)] ?? translate[column.field]

function fieldsOf(
  placed: readonly (Meant | null)[],
  heads: readonly Head[],
  part: Part | null,
): Pick<Source, 'fields' | 'headings'> {
  const headings = new Map<string, string>()
  for (const [at, meant] of placed.entries()) {
    const head = heads[at]
    if (meant !== null && head !== undefined && meant.part === part && !headings.has(meant.column.field))
      headings.set(meant.column.field, shownHead(head))
  }
  return { fields: new Set(headings.keys()), headings }
}

/** What a row says of one kind of thing. */
export type Said = { source: Source; values: Values; faulty: ReadonlySet<string> }
export type SheetRow = {
  /** null when nothing tells, which was told */
  owner: Owner | null
  /** I, U or D */
  operation: string
  said: Said[]
}

type Told = { fault: CellFault | 'cell.ditto'; place: Place; value: string }

/** Reads a row that is not blank. */
export function readRow(
  sheet: Sheet,
  given: readonly string[],
  no: number,
  faults: Faults,
  workingDays: Readonly<Record<string, number>> = {},
): SheetRow {
  sheet.reading.rows++
  const told: Told[] = []
  const before = sheet.last
  const cells = withoutDittos(sheet, given, told)
  const values = new Map<Source | null, Record<string, unknown>>()
  const faulty = new Map<Source | null, Set<string>>()
  const rests: { place: Place; rest: string }[] = []
  const limits: { place: Place; result: CellResult; value: string }[] = []
  const fail = (place: Place, fault: Told['fault'], value: string): void => {
    const of = faulty.get(place.source) ?? new Set()
    faulty.set(place.source, of.add(place.column.field))
    told.push({ fault, place, value })
  }
  const take = (place: Place, value: unknown): void => {
    const of = values.get(place.source) ?? {}
    values.set(place.source, of)
    if (value !== undefined) of[place.column.field] = value
  }
  const bad = new Set(told.map(({ place }) => place))
  for (const { column, source } of bad) faulty.set(source, (faulty.get(source) ?? new Set()).add(column.field))
  for (const [index, place] of sheet.places.entries()) {
    const cell = cells[index]
    if (cell === undefined) continue
    if (place === null) glance(sheet, index, cell)
    if (place === null || place.continues || bad.has(place)) continue
    const whole = sheet.continued ? cell + restOf(sheet, place, cells) : cell
    if (whole.trim() === '') continue
    const result = readCell(sheet.guarded ? unguard(whole) : whole, place.column, place.translate, sheet.from1904)
    noteCell(place.reading, whole, result.ok ? { value: result.value, column: place.column } : null)
    const copies = result.ok || place.column.field !== 'pageNum' ? null : copiesOf(whole)
    if (!result.ok && copies === null) {
      place.reading.unread++
      noteWords(place.reading, result.unread ?? [], place.column)
    }
    if (result.rest !== undefined) rests.push({ place, rest: result.rest })
    if (inOtherUnit(place, result)) limits.push({ place, result, value: whole })
    else if (result.ok) {
      take(place, result.value)
      if (result.zeros === true) faults.once('note.zeros', sheet.name, no, place.heading, { value: whole })
      if (
        !sheet.up &&
        place.column.kind === 'text' &&
        whole.length < 40 &&
        /[见照]/.test(whole) &&
        ELSEWHERE.test(plainText(whole))
      )
        faults.once('note.elsewhere', sheet.name, no, place.heading, { value: whole })
    } else if (copies === null) fail(place, result.fault, whole)
    else values.set(place.source, { ...copies, ...values.get(place.source) })
  }
  for (const { place, result, value } of limits) {
    const of = values.get(place.source) ?? {}
    const days = daysOf(place, result, of, workingDays)
    if (days === null && result.ok) {
      faults.once('column.unit', sheet.name, sheet.no, place.heading)
      noteUnit(place.reading, place.unit ?? '')
      faulty.set(place.source, (faulty.get(place.source) ?? new Set()).add(place.column.field))
    } else if (days === null) {
      fail(place, 'cell.unit', value)
      if (!result.ok && result.limit !== undefined && mayBeDays(result.limit))
        noteUnit(place.reading, result.limit.unit)
      else noteWords(place.reading, [plainText(value)], place.column)
    } else {
      take(place, days.number)
      if (days.byLaw) faults.once('note.days', sheet.name, no, place.heading, { value })
      if (place.reading.unread > 0 && !result.ok) place.reading.unread--
    }
  }
  for (const { place, rest } of rests) keepRest(sheet, place, rest, values.get(place.source), no, faults)
  const owner = ownerOf(sheet, cells, values, faulty, no, faults)
  sheet.last = { cells, owner: owner ?? (keyIsFaulty(sheet, faulty) ? null : (before?.owner ?? null)) }
  const whose = owner === null ? {} : 'code' in owner ? { item: owner.code } : { name: owner.name }
  told.sort((a, b) => sheet.places.indexOf(a.place) - sheet.places.indexOf(b.place))
  for (const { fault, place, value } of told)
    faults.add(fault, sheet.name, no, place.heading, {
      value: value.trim(),
      nearest: fault === 'cell.code' || fault === 'cell.bool' ? nearestTo(value, place.column) : [],
      ...whose,
    })
  const operation = [...values.values()].find(of => of[OPERATION.field] !== undefined)?.[OPERATION.field] ?? 'I'
  return { owner, operation: String(operation), said: saidBy(sheet, cells, values, faulty, before, owner) }
}

/** Shows of a column that is left out what stands in it. */
function glance({ reading: { columns }, glanced, mapped }: Sheet, index: number, cell: string): void {
  const column = columns[index]
  if (column === undefined || cell.trim() === '') return
  noteCell(column, cell, null)
  if (mapped.has(index)) return
  const words = glanced.get(index) ?? new Set()
  glanced.set(index, words)
  if (words.size < GLANCED) words.add(cell)
}

/** Where `同上` stands, what stands above counts. */
function withoutDittos(sheet: Sheet, given: readonly string[], told: Told[]): readonly string[] {
  if (sheet.up || !given.some(cell => DITTO.test(cell.trim()))) return given
  return given.map((cell, index) => {
    const place = sheet.places[index]
    if (place === null || place === undefined || !DITTO.test(cell.trim())) return cell
    const above = sheet.last?.cells[index] ?? ''
    if (above.trim() === '') told.push({ fault: 'cell.ditto', place, value: cell })
    return above
  })
}

/** Text of the columns that go on with another. */
const restOf = (sheet: Sheet, { column, source }: Place, cells: readonly string[]): string =>
  sheet.places
    .map((place, index) =>
      place?.continues === true && place.column === column && place.source === source ? (cells[index] ?? '') : '',
    )
    .join('')

/** What a cell says in brackets goes where such words belong, or is told as left out. */
function keepRest(
  sheet: Sheet,
  place: Place,
  rest: string,
  values: Record<string, unknown> | undefined,
  no: number,
  faults: Faults,
): void {
  const { explain, field } = place.column
  const visits = field === 'limitSceneNum' && values?.[field] === 0
  if (values === undefined || explain === undefined || visits || values[explain] !== undefined)
    faults.once('note.rest', sheet.name, no, place.heading, { value: rest })
  else values[explain] = rest
}

/** What a row says; in a table of several kinds, what only repeats the row before it says nothing. */
function saidBy(
  sheet: Sheet,
  cells: readonly string[],
  values: ReadonlyMap<Source | null, Values>,
  faulty: ReadonlyMap<Source | null, ReadonlySet<string>>,
  before: Sheet['last'],
  owner: Owner | null,
): Said[] {
  const of = (source: Source): Said => ({
    source,
    values: values.get(source) ?? {},
    faulty: faulty.get(source) ?? new Set(),
  })
  const [only, ...others] = sheet.sources
  if (only === undefined) return []
  if (others.length === 0) return [of(only)]
  const same = owner !== null && before?.owner !== null && before !== null && sameOwner(before.owner, owner)
  const repeats = (source: Source): boolean =>
    same &&
    sheet.places.every((place, index) => {
      if (place === null || place.source !== source || place.column.field === KEY.field) return true
      const cell = (cells[index] ?? '').trim()
      return source.part === null && cell === '' ? true : cell === (before.cells[index] ?? '').trim()
    })
  return sheet.sources
    .filter(source => !repeats(source) && (source.part === null || says(sheet, source, cells)))
    .flatMap(source => (sheet.listed && source.part?.field === 'materials' ? listed(of(source)) : [of(source)]))
}

const says = (sheet: Sheet, source: Source, cells: readonly string[]): boolean =>
  sheet.places.some((place, index) => {
    const cell = plainText(cells[index] ?? '')
    return place?.source === source && cell !== '' && !NONE.test(cell)
  })

/** What each line of a cell says. */
const listed = (said: Said): Said[] =>
  materialsOf(String(said.values.materialName ?? '')).map(values => ({ ...said, values }))
