/** What a table holds and what each of its columns is: by name, by the other names that offices give, or as its mapping says. Pure. */
import {
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
import type { Head } from './heading.ts'
import { HEADINGS, PART_WORDS, UNREAD_HEADINGS } from './synonyms.ts'
import { ENGLISH_HEADINGS } from './synonyms-english.ts'

/** How a column was found: by its name in the template, by another name, by the mapping, or by what stands in it. */
export type How = 'name' | 'other' | 'mapping' | 'guess'
export type Meant = { column: Column; part: Part | null; how: How }
/** What a table holds: items, or a part of them; `parts` stand in the rows of its items as well. */
export type Found = { part: Part | null; parts: readonly Part[]; up: string | null }

type Names = {
  template: ReadonlyMap<string, Column>
  sure: ReadonlyMap<string, Column>
  short: ReadonlyMap<string, Column>
}

/** All names of columns; the first column of a name has it. */
export function namesOf(columns: readonly Column[], of: string): Names {
  const template = new Map<string, Column>()
  const sure = new Map<string, Column>()
  const short = new Map<string, Column>()
  const add = (into: Map<string, Column>, name: string, column: Column) => {
    const key = normalHeading(name)
    if (!into.has(key)) into.set(key, column)
  }
  for (const column of columns) {
    for (const name of [column.heading, column.field, upColumn(column), snake(column.field)])
      add(template, name, column)
    for (const others of [HEADINGS[`${of}${column.field}`], ENGLISH_HEADINGS[`${of}${column.field}`]]) {
      for (const name of others?.sure ?? []) add(sure, name, column)
      for (const name of others?.short ?? []) add(short, name, column)
    }
  }
  return { template, sure, short }
}

const LABEL = ITEM_COLUMNS.filter(({ field }) => field === 'taskName')
const ITEM_NAMES = namesOf([...ITEM_COLUMNS, KEY, OPERATION], '')
const UP_NAMES = new Map(
  ITEM_TABLES.map(up => [up, namesOf([...ITEM_COLUMNS.filter(column => column.up === up), KEY, OPERATION], '')]),
)
const PART_NAMES = new Map(PARTS.map(part => [part, namesOf(part.columns, `${part.field}.`)]))
/** Of a part's table: its own columns, and those that say whose it is. */
const OWNER_NAMES = namesOf([KEY, OPERATION, ...LABEL], '')
/** The column without which a part is not there. */
const leadOf = (part: Part): Column | undefined =>
  part.columns.find(({ required, kind }) => required === true && kind === 'text') ??
  part.columns.find(({ required }) => required)

const plain = (text: string): string => normalHeading(text.replace(/~\d+\s*$/, ''))
/** A part by a word of its name; undefined when no word tells, null for items. */
const partOf = (name: string): Part | null | undefined => {
  const found = PART_WORDS.find(([word]) => word.test(name))
  return found === undefined ? undefined : (PARTS.find(({ field }) => field === found[1]) ?? null)
}

const LATIN = /[A-Za-z][A-Za-z&.'’/-]*/g
const HAN = /\p{Script=Han}/u

/** A heading as it is, and each of its languages where it stands in two: `Item Code 事项编码` */
function spellingsOf(text: string): string[] {
  const whole = plain(text)
  if (whole === '' || !HAN.test(text) || !/[A-Za-z]/.test(text)) return [whole]
  const chinese = plain(text.replaceAll(LATIN, ' ').replaceAll(/[/|·\-–—]/g, ' '))
  const other = plain((text.match(LATIN) ?? []).join(' '))
  return [...new Set([whole, chinese, other])].filter(spelling => spelling !== '')
}

function* callings({ text, group }: Head): Generator<string> {
  const names = spellingsOf(text)
  for (const above of group.trim() === '' ? [] : spellingsOf(group)) {
    const part = partOf(above)
    for (const own of names) {
      yield above + own
      yield own + above
      if (part !== undefined && part !== null) yield normalHeading(part.heading) + own
    }
  }
  yield* names
}

/** A heading is looked up among the columns of each table there is. */
const CALLED = new WeakMap<Head, readonly string[]>()

/** What a heading may be called: with its group before or behind it, or by itself. */
function calledAs(head: Head): readonly string[] {
  const known = CALLED.get(head)
  if (known !== undefined) return known
  const called = [...callings(head)]
  CALLED.set(head, called)
  return called
}

const RANKS = ['template', 'sure', 'short'] as const
type Named = { column: Column; rank: number }

/** The column that a heading names, and how surely: 0 as the template does. */
export function lookUp(head: Head, names: Names, ranks: readonly (keyof Names)[] = RANKS): Named | null {
  for (const called of calledAs(head))
    for (const rank of ranks) {
      const column = names[rank].get(called)
      if (column !== undefined) return { column, rank: RANKS.indexOf(rank) }
    }
  return null
}

const SURE = ['template', 'sure'] as const
const fieldsOf = (heads: readonly Head[], names: Names, ranks: readonly (keyof Names)[] = SURE): Set<string> =>
  new Set(heads.flatMap(head => lookUp(head, names, ranks)?.column.field ?? []))

/** How many columns of a table of items, or of a part of them, a row names. */
export const knownHeads = (heads: readonly Head[]): number =>
  heads.filter(head => [ITEM_NAMES, ...PART_NAMES.values()].some(names => lookUp(head, names, SURE) !== null)).length

const NAMES: ReadonlySet<string> = new Set(
  [ITEM_NAMES, OWNER_NAMES, ...PART_NAMES.values()].flatMap(({ template, sure }) => [
    ...template.keys(),
    ...sure.keys(),
  ]),
)
/** Columns of a heading that stands below other rows, and the share of its cells that they are. */
const HEADING = { columns: 3, share: 0.7 }

const isNamed = (cell: string): boolean => NAMES.has(plain(cell)) || spellingsOf(cell).some(name => NAMES.has(name))

/** Whether a row between others is the heading of one more table. */
export function isHeading(cells: readonly string[]): boolean {
  const filled = cells.filter(cell => cell.trim() !== '')
  const [first = ''] = filled
  // Most rows are told by their first cell.
  if (filled.length < HEADING.columns || !(isNamed(first) || isUnread(first))) return false
  const named = filled.filter(isNamed).length
  return named >= HEADING.columns && named >= HEADING.share * filled.filter(cell => !isUnread(cell)).length
}

/** Field of an item that a cell names; null for none. */
export const itemFieldOf = (cell: string): string | null =>
  lookUp({ text: cell, group: '' }, ITEM_NAMES, SURE)?.column.field ?? null

/** Fields that say whose a row is, rather than what it says. */
const OWNERS: ReadonlySet<string> = new Set([KEY.field, OPERATION.field, 'taskName', 'deptName', 'deptCode'])
/** Columns of items alone that make a table one of items, whatever else stands in it. */
const ITEM_LIKE = 3
/** Columns that make a table one of items though none says whose its rows are, which is told. */
const ITEM_SURELY = 6

/** What a table holds, by its name or its headings; null for one that is none of these. One that is `owned` needs not say whose its rows are. */
export function findTable(
  name: string,
  heads: readonly Head[],
  mapped: readonly Meant[],
  owned: boolean,
): Found | null {
  const wanted = name.trim().toLowerCase()
  if (ITEM_TABLES.includes(wanted)) return { part: null, parts: [], up: wanted }
  const meant = mapped.map(({ column, part }) => ({ column, part }))
  const items = fieldsOf(heads, ITEM_NAMES)
  for (const { column, part } of meant) if (part === null) items.add(column.field)
  const within = new Map(
    PARTS.map(part => {
      const fields = fieldsOf(heads, PART_NAMES.get(part) ?? ITEM_NAMES)
      for (const each of meant) if (each.part === part) fields.add(each.column.field)
      return [part, fields]
    }),
  )
  const led = PARTS.filter(part => {
    const lead = leadOf(part)
    return lead !== undefined && within.get(part)?.has(lead.field) === true && !items.has(lead.field)
  })
  if (wanted === ITEMS.heading || wanted === ITEMS.file) return { part: null, parts: led, up: null }
  for (const part of PARTS) {
    if (wanted === part.heading || wanted === part.file) return { part, parts: [], up: null }
    if (wanted === part.up) return { part, parts: [], up: wanted }
  }
  // A table by any name: its headings tell, and among columns that are sure 编码 and 名称 are those of items.
  const loose = fieldsOf(heads, ITEM_NAMES, RANKS)
  const keyed = [KEY.field, 'taskName'].some(field => items.has(field) || loose.has(field))
  if (!keyed && !owned) return items.size >= ITEM_SURELY ? { part: null, parts: led, up: null } : null
  const own = [...items].filter(field => !OWNERS.has(field) && led.every(part => within.get(part)?.has(field) !== true))
  if (own.length >= ITEM_LIKE && keyed) return { part: null, parts: led, up: null }
  const has = (part: Part): boolean =>
    part.columns.every(({ field, required }) => required !== true || within.get(part)?.has(field) === true)
  const whole = PARTS.find(part => has(part))
  if (whole !== undefined) return { part: whole, parts: [], up: null }
  if (items.has(KEY.field) && items.has('taskName') && items.has('deptName') && led.length === 0)
    return { part: null, parts: [], up: null }
  // A name that tells what it is, and a column of that.
  const called = partOf(wanted)
  if (called === null && (own.length > 0 || items.size > 2)) return { part: null, parts: led, up: null }
  if (called !== undefined && called !== null && [...(within.get(called) ?? [])].some(field => !OWNERS.has(field)))
    return { part: called, parts: [], up: null }
  const [only, ...others] = led
  if (only !== undefined && others.length === 0 && own.length === 0) return { part: only, parts: [], up: null }
  return own.length > 0 && items.has(KEY.field) ? { part: null, parts: led, up: null } : null
}

/** Fields of columns by heading: `promiseDay`, `materials.isNeed`; an empty one is left out. */
export type ColumnMapping = Readonly<Record<string, string>>

/** A heading as it is shown: its group before it. */
export const shownHead = ({ text, group }: Head): string =>
  (group.trim() === '' ? text : `${group}/${text}`).replaceAll(/\s+/g, ' ').trim().slice(0, 100)

const FIELDS = new Map<string, { column: Column; part: Part | null }>([
  ...ITEM_COLUMNS.map(column => [column.field, { column, part: null }] as const),
  ...PARTS.flatMap(part => part.columns.map(column => [`${part.field}.${column.field}`, { column, part }] as const)),
])
/** Column of a field that a mapping or a default names. */
export const fieldNamed = (field: string): { column: Column; part: Part | null } | undefined => FIELDS.get(field)
/** How a mapping names a column. */
export const nameOfField = ({ column, part }: { column: Column; part: Part | null }): string =>
  part === null ? column.field : `${part.field}.${column.field}`

/** What the mapping says of a heading of a sheet: a column, null for one that is left out, undefined for nothing. */
export function mappedTo(sheet: string, head: Head, mapping: ColumnMapping): Meant | null | undefined {
  const shown = shownHead(head)
  for (const key of [`${sheet}!${shown}`, shown, head.text.trim()]) {
    if (!Object.hasOwn(mapping, key)) continue
    const named = fieldNamed(mapping[key] ?? '')
    return named === undefined ? null : { ...named, how: 'mapping' }
  }
  return undefined
}

type Placed = Meant & { rank: number }

/** What each column is; null for one that is not read. A column that is called as in the template goes before one of another name. */
export function placeColumns(
  heads: readonly Head[],
  { part, parts, up }: Found,
  mapped: readonly (Meant | null | undefined)[],
): { placed: (Meant | null)[]; twice: number[] } {
  const strict = up !== null
  const all: { part: Part | null; names: Names }[] =
    part === null
      ? [
          { part: null, names: (up === null ? undefined : UP_NAMES.get(up)) ?? ITEM_NAMES },
          ...parts.map(each => ({ part: each, names: PART_NAMES.get(each) ?? ITEM_NAMES })),
        ]
      : [
          { part, names: PART_NAMES.get(part) ?? ITEM_NAMES },
          { part: null, names: OWNER_NAMES },
        ]
  const named = (head: Head): Placed | null => {
    const group = head.group.trim() === '' ? undefined : partOf(plain(head.group))
    // A group says of which part its columns are.
    const scopes =
      group === undefined || head.group.trim() === ''
        ? all
        : all.toSorted((a, b) => Number(b.part === group) - Number(a.part === group))
    for (const [place, scope] of scopes.entries()) {
      const ranks = strict ? (['template'] as const) : place === 0 || scope.part === group ? RANKS : SURE
      const found = lookUp(head, scope.names, ranks)
      if (found !== null)
        return { column: found.column, part: scope.part, how: found.rank === 0 ? 'name' : 'other', rank: found.rank }
    }
    return null
  }
  const found = heads.map((head, at): Placed | null => {
    const given = mapped[at]
    if (given !== undefined) return given === null ? null : { ...given, rank: -1 }
    return head.text.trim() === '' ? null : named(head)
  })
  if (!strict && part !== null) ownedByCode(found, part)
  const twice: number[] = []
  const taken = new Map<string, { at: number; rank: number }>()
  const placed: (Meant | null)[] = found.map(() => null)
  for (const [at, each] of found.entries()) {
    if (each === null) continue
    const key = nameOfField(each)
    const before = taken.get(key)
    const continues = /~\d+\s*$/.test(heads[at]?.text ?? '')
    if (before === undefined || continues || each.rank < before.rank) {
      if (before !== undefined && !continues) placed[before.at] = null
      placed[at] = each
      if (!continues) taken.set(key, { at, rank: each.rank })
    } else if (each.rank === before.rank) {
      placed[at] = each
      twice.push(at)
    }
  }
  return { placed, twice }
}

/** The only code of a part's table, 编码 by name, says whose its rows are: without one they are nobody's. */
function ownedByCode(found: (Placed | null)[], part: Part): void {
  const isOwner = (each: Placed | null): boolean =>
    each?.part === null && (each.column.field === KEY.field || each.column.field === 'taskName')
  if (found.some(isOwner)) return
  const at = found.findIndex(each => each?.part === part && each.rank === 2 && /Code$/.test(each.column.field))
  const code = found[at]
  if (code !== null && code !== undefined) found[at] = { ...code, column: KEY, part: null }
}

/** Whether a heading is for the eye alone. */
export const isUnread = (heading: string): boolean => spellingsOf(heading).some(name => UNREAD_HEADINGS.has(name))

/** Units of time in a heading, other than working days: 承诺时限（天） */
export function headUnit({ text, group }: Head): 'working' | string | null {
  const words = `${group} ${text}`.replaceAll('（', '(').replaceAll('）', ')')
  if (/工作[日天]/.test(words)) return 'working'
  const [, unit] = /\((?:单位[:：]?)?个?((?:自然|日历)日|小时|分钟|[天日周月年时])\)/.exec(words) ?? []
  return unit ?? null
}
