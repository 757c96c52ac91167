/**
 * Search over lists (事项检索). The names of a list stand in memory as a few long texts, in which any part of a name is found by one pass
 * at memory speed: Chinese has no spaces to cut words at, and two characters are a word. What a hit shows stands beside them; items themselves stay in the store.
 * Over 450 lines: columns, ranking and facets share one layout in memory.
 */
import { GROUP_BUCKETS, LIST_BUCKETS } from '../../../protocol/service/list-tree.ts'
import type { Lists } from './lists.ts'
import { yieldToEventLoop } from './stage.ts'
import type { Shown, Summary } from './summary.ts'

const GROUPS = LIST_BUCKETS / GROUP_BUCKETS
/** Characters of names and codes that stay in memory, of all lists together; one or two bytes each. A list of 100,000 items takes twelve millions. */
const INDEX_CHARACTERS = 32 * 1024 * 1024
/** Words of one query; further ones are not looked at. */
const WORDS = 8
/** Departments that an index carries over from version to version, used or not. */
const DEPARTMENTS_KEPT = 20_000
/** Departments that are named with their counts, the largest first. */
const DEPARTMENTS = 50

export const FACETS = ['city', 'department', 'type', 'level', 'audience', 'mode'] as const
export type Facet = (typeof FACETS)[number]
export type Filters = Partial<Record<Facet, string>>
export type Count = { value: string; count: number }

export type SearchQuery = {
  /** words that all must stand in name, code or department; empty finds everything */
  text: string
  filters: Filters
  /** by code alone, as a list is paged */
  byCode?: boolean
  limit: number
  /** place of the last hit of the page before */
  after: Place | null
}
/** rank, code, city */
export type Place = readonly [rank: number, code: string, city: string]
export type Hit = { place: Place; shown: Shown }
export type Found = {
  hits: Hit[]
  /** of all pages */
  total: number
  facets: Record<Facet, Count[]>
}

/** A text of many entries, each ended by LF. */
type Column = {
  text: string
  /** where each entry begins, and the end */
  at: Uint32Array
  ascii: boolean
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text)

function columnOf(entries: readonly string[]): Column {
  const at = new Uint32Array(entries.length + 1)
  for (const [index, entry] of entries.entries()) at[index + 1] = (at[index] ?? 0) + entry.length + 1
  const text = entries.length === 0 ? '' : `${entries.join('\n')}\n`
  return { text, at, ascii: isAscii(text) }
}

const entry = ({ text, at }: Column, place: number): string => text.slice(at[place], (at[place + 1] ?? 1) - 1)

/** Calls `found` once for each entry that holds the word, in order. */
function scan({ text, at, ascii }: Column, word: string, found: (place: number, offset: number) => void): void {
  if (ascii && !isAscii(word)) return
  let place = 0
  for (let hit = text.indexOf(word); hit >= 0; hit = text.indexOf(word, at[place])) {
    // The entry that the hit lies in: the last that begins at it or before. Of a common word, not far from here.
    let low = place
    let step = 1
    while (low + step < at.length - 1 && (at[low + step] ?? 0) <= hit) {
      low += step
      step *= 2
    }
    for (let high = Math.min(low + step, at.length - 1); low + 1 < high; ) {
      const middle = (low + high) >> 1
      if ((at[middle] ?? 0) <= hit) low = middle
      else high = middle
    }
    found(low, hit - (at[low] ?? 0))
    place = low + 1
    if (place >= at.length - 1) return
  }
}

/** Items of 64 buckets, in the order of their codes. */
type Group = {
  size: number
  names: Column
  /** the names as they are written */
  titles: Column
  codes: Column
  otherCodes: Column
  /** numbers into the departments of the list */
  departments: Uint32Array
  /** values of the other facets: places in `values` */
  type: Uint8Array
  level: Uint8Array
  /** one bit for each digit */
  audience: Uint8Array
  mode: Uint8Array
  state: Uint8Array
  projectType: Uint8Array
  promiseDay: Uint32Array
  taskVersion: Float64Array
}

type Index = {
  city: string
  version: number
  groups: (Group | null)[]
  departments: { names: string[]; numbers: Map<string, number>; normal: string[] }
  characters: number
}

/** Full-width and half-width forms of a letter are one, and case does not count (Unicode NFKC). */
export const normal = (text: string): string => text.normalize('NFKC').toLowerCase()

const line = (text: string): string => text.replaceAll('\n', ' ')

const digits = (text: string): number => {
  let bits = 0
  for (const digit of text) bits |= 1 << Number(digit)
  return bits
}
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7]
const textOf = (bits: number): string => DIGITS.filter(digit => (bits >> digit) & 1).join('')

function groupOf(unsorted: readonly Summary[], { departments }: Index): Group {
  const summaries = unsorted.toSorted(([a], [b]) => (a < b ? -1 : 1))
  const number = (name: string): number => {
    const known = departments.numbers.get(name)
    if (known !== undefined) return known
    departments.numbers.set(name, departments.names.length)
    departments.normal.push(normal(name))
    return departments.names.push(name) - 1
  }
  return {
    size: summaries.length,
    names: columnOf(summaries.map(([, name]) => line(normal(name)))),
    titles: columnOf(summaries.map(([, name]) => line(name))),
    codes: columnOf(summaries.map(([code]) => code)),
    otherCodes: columnOf(summaries.map(summary => `${normal(summary[0])} ${normal(summary[11])}`)),
    departments: Uint32Array.from(summaries, ([, , department]) => number(department)),
    type: Uint8Array.from(summaries, summary => Number(summary[3])),
    level: Uint8Array.from(summaries, summary => Number(summary[4])),
    audience: Uint8Array.from(summaries, summary => digits(summary[5])),
    mode: Uint8Array.from(summaries, summary => digits(summary[6])),
    state: Uint8Array.from(summaries, summary => Number(summary[7])),
    projectType: Uint8Array.from(summaries, summary => Number(summary[8])),
    promiseDay: Uint32Array.from(summaries, summary => summary[9]),
    taskVersion: Float64Array.from(summaries, summary => summary[10]),
  }
}

const charactersOf = (group: Group | null): number =>
  group === null
    ? 0
    : group.names.text.length + group.titles.text.length + group.codes.text.length + group.otherCodes.text.length

const shownOf = (group: Group, place: number, { departments }: Index): Shown => [
  entry(group.codes, place),
  entry(group.titles, place),
  departments.names[group.departments[place] ?? -1] ?? '',
  typeText(group.type[place] ?? 0),
  String(group.level[place]),
  textOf(group.audience[place] ?? 0),
  textOf(group.mode[place] ?? 0),
  String(group.state[place]),
  String(group.projectType[place]),
  group.promiseDay[place] ?? 0,
  group.taskVersion[place] ?? 0,
]
/** A code of 事项类型, two digits. */
const typeText = (value: number): string => String(value).padStart(2, '0')

export function createSearch(lists: Lists, capacity = INDEX_CHARACTERS) {
  /** by city and version, the one used last at the end */
  const indexes = new Map<string, Promise<Index>>()
  /** newest version that was indexed of each city, so that the next one reads only what changed */
  const latest = new Map<string, number>()

  async function fill(index: Index, missing: Iterable<number>): Promise<void> {
    for (const group of missing) {
      const made = groupOf(await lists.summaries(index.city, index.version, group), index)
      index.characters += charactersOf(made) - charactersOf(index.groups[group] ?? null)
      index.groups[group] = made
      await yieldToEventLoop()
    }
  }

  async function load(city: string, version: number): Promise<Index> {
    const before = latest.get(city)
    const last = before === undefined ? undefined : await indexes.get(`${city} ${before}`)
    const reusable = last !== undefined && last.version < version && last.departments.names.length < DEPARTMENTS_KEPT
    const known = reusable ? last : undefined
    const groups: (Group | null)[] = known?.groups.slice() ?? new Array<null>(GROUPS).fill(null)
    const index: Index = {
      city,
      version,
      groups,
      departments: known?.departments ?? { names: [], numbers: new Map(), normal: [] },
      characters: known?.characters ?? 0,
    }
    if (known === undefined) await fill(index, groups.keys())
    else {
      const changed = await lists.changed(city, known.version, version)
      await fill(index, new Set(changed.map(bucket => Math.floor(bucket / GROUP_BUCKETS))))
    }
    return index
  }

  /** Keeps the indexes used last within the capacity; one is always kept. */
  async function trim(): Promise<void> {
    let held = 0
    for (const [key, index] of [...indexes].toReversed()) {
      const { characters } = await index
      held += characters
      if (held > capacity && held > characters) indexes.delete(key)
    }
  }

  async function indexOf(city: string, version: number): Promise<Index> {
    const key = `${city} ${version}`
    let index = indexes.get(key)
    if (index === undefined) {
      index = load(city, version)
      indexes.set(key, index)
      try {
        await index
      } catch (error) {
        indexes.delete(key)
        throw error
      }
      const before = latest.get(city) ?? 0
      if (before < version) {
        latest.set(city, version)
        if (before > 0) indexes.delete(`${city} ${before}`)
      }
      await trim()
    } else {
      indexes.delete(key)
      indexes.set(key, index)
    }
    return index
  }

  return {
    /** Hits in these versions of lists, best first: name begins with the query, holds it, anything else; then by code. */
    async find(versions: readonly { city: string; version: number }[], query: SearchQuery): Promise<Found> {
      const words = [...new Set(normal(query.text).split(/\s+/).filter(Boolean))].slice(0, WORDS)
      const tally = new Tally(query)
      for (const { city, version } of versions) {
        const index = await indexOf(city, version)
        const departments = words.map(word => departmentsWith(index, word))
        const cityMisses = query.filters.city !== undefined && query.filters.city !== city
        tally.begin(index, cityMisses)
        for (const group of index.groups) if (group !== null) tally.group(group, words, departments)
        tally.end()
        await yieldToEventLoop()
      }
      return tally.found()
    },
  }
}

/** 1 for each department of the list whose name holds the word; null when there is none. */
function departmentsWith({ departments }: Index, word: string): Uint8Array | null {
  const found = new Uint8Array(departments.normal.length)
  for (const [number, name] of departments.normal.entries()) if (name.includes(word)) found[number] = 1
  return found.includes(1) ? found : null
}

const before = (a: Place, b: Place): boolean =>
  a[0] !== b[0] ? a[0] < b[0] : a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2]

/** A hit of the page, and where what it shows stands. */
type Kept = { place: Place; index: Index; group: Group; at: number }

/** Counts and ranks while groups go by; keeps one page of hits. */
class Tally {
  readonly #query: SearchQuery
  readonly #hits: Kept[] = []
  #total = 0
  readonly #cities: Count[] = []
  readonly #departments = new Map<string, number>()
  readonly #types = new Uint32Array(256)
  readonly #levels = new Uint32Array(256)
  /** by the bits that an item has */
  readonly #audiences = new Uint32Array(256)
  readonly #modes = new Uint32Array(256)
  #index: Index | null = null
  #cityMisses = false
  #wantedDepartment = -1
  #cityCount = 0
  #departmentCounts = new Uint32Array(0)

  constructor(query: SearchQuery) {
    this.#query = query
  }

  begin(index: Index, cityMisses: boolean): void {
    this.#index = index
    this.#cityMisses = cityMisses
    this.#cityCount = 0
    this.#departmentCounts = new Uint32Array(index.departments.names.length)
    const { department } = this.#query.filters
    this.#wantedDepartment = department === undefined ? -1 : (index.departments.numbers.get(department) ?? -2)
  }

  /** A facet counts what would be found if it were not filtered by itself. */
  group(group: Group, words: readonly string[], departments: readonly (Uint8Array | null)[]): void {
    const ranks = rank(group, words, departments)
    const { filters } = this.#query
    const type = filters.type === undefined ? -1 : Number(filters.type)
    const level = filters.level === undefined ? -1 : Number(filters.level)
    const audience = filters.audience === undefined ? 0 : 1 << Number(filters.audience)
    const mode = filters.mode === undefined ? 0 : 1 << Number(filters.mode)
    // Codes ascend: once one of a rank comes after the page, so do the others of it.
    let full = NONE
    const [passed, first] = this.#passed(group)
    for (let index = 0; index < group.size; index++) {
      const found = ranks === null ? 0 : (ranks[index] ?? NONE)
      if (found === NONE) continue
      const rank = this.#query.byCode === true ? 0 : found
      const department = group.departments[index] ?? 0
      const itsType = group.type[index] ?? 0
      const itsLevel = group.level[index] ?? 0
      const audiences = group.audience[index] ?? 0
      const modes = group.mode[index] ?? 0
      let misses = 0
      if (this.#cityMisses) misses |= 1
      if (this.#wantedDepartment !== -1 && this.#wantedDepartment !== department) misses |= 2
      if (type >= 0 && type !== itsType) misses |= 4
      if (level >= 0 && level !== itsLevel) misses |= 8
      if (audience !== 0 && (audiences & audience) === 0) misses |= 16
      if (mode !== 0 && (modes & mode) === 0) misses |= 32
      if ((misses & ~1) === 0) this.#cityCount++
      if ((misses & ~2) === 0) this.#departmentCounts[department] = (this.#departmentCounts[department] ?? 0) + 1
      if ((misses & ~4) === 0) this.#types[itsType] = (this.#types[itsType] ?? 0) + 1
      if ((misses & ~8) === 0) this.#levels[itsLevel] = (this.#levels[itsLevel] ?? 0) + 1
      if ((misses & ~16) === 0) this.#audiences[audiences] = (this.#audiences[audiences] ?? 0) + 1
      if ((misses & ~32) === 0) this.#modes[modes] = (this.#modes[modes] ?? 0) + 1
      if (misses !== 0) continue
      this.#total++
      if (rank >= full || rank < passed || (rank === passed && index < first)) continue
      if (!this.#keep(rank, group, index)) full = rank
    }
  }

  end(): void {
    if (this.#index === null) return
    const { city, departments } = this.#index
    if (this.#cityCount > 0) this.#cities.push({ value: city, count: this.#cityCount })
    for (const [number, count] of this.#departmentCounts.entries()) {
      const name = departments.names[number]
      if (count > 0 && name !== undefined) this.#departments.set(name, (this.#departments.get(name) ?? 0) + count)
    }
  }

  found(): Found {
    const counts = (values: Uint32Array, toValue: (value: number) => string): Count[] =>
      largest([...values.entries()].flatMap(([value, count]) => (count > 0 ? { value: toValue(value), count } : [])))
    return {
      hits: this.#hits.map(({ place, group, at, index }) => ({ place, shown: shownOf(group, at, index) })),
      total: this.#total,
      facets: {
        city: largest(this.#cities),
        department: largest([...this.#departments].map(([value, count]) => ({ value, count }))).slice(0, DEPARTMENTS),
        type: counts(this.#types, typeText),
        level: counts(this.#levels, String),
        audience: counts(byDigit(this.#audiences), String),
        mode: counts(byDigit(this.#modes), String),
      },
    }
  }

  /** The rank up to which the pages before went, and the first place of it in the group that they did not show. */
  #passed({ size, codes }: Group): [rank: number, place: number] {
    const { after } = this.#query
    if (after === null) return [-1, 0]
    const [rank, code, city] = after
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >> 1
      if (before([rank, entry(codes, middle), this.#index?.city ?? ''], [rank, code, `${city}\0`])) low = middle + 1
      else high = middle
    }
    return [rank, low]
  }

  /** Puts a hit in its place on the page; false when it comes after a full one. */
  #keep(rank: number, group: Group, place: number): boolean {
    const { limit } = this.#query
    const last = this.#hits.length < limit ? undefined : this.#hits.at(-1)?.place
    if (this.#index === null || (last !== undefined && rank > last[0])) return false
    const hit: Place = [rank, entry(group.codes, place), this.#index.city]
    if (last !== undefined && !before(hit, last)) return false
    let low = 0
    let high = this.#hits.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#hits[middle]
      if (other !== undefined && before(other.place, hit)) low = middle + 1
      else high = middle
    }
    this.#hits.splice(low, 0, { place: hit, index: this.#index, group, at: place })
    if (this.#hits.length > limit) this.#hits.pop()
    return true
  }
}

const NONE = 255
/** Ranks: the name begins with the first word and holds the others; it holds all; code or department hold some. */
const BEGINS = 0
const HOLDS = 1
const ELSEWHERE = 2

/** The rank of each item of a group, NONE where a word stands nowhere; null when there are no words. */
function rank(group: Group, words: readonly string[], departments: readonly (Uint8Array | null)[]): Uint8Array | null {
  const [first, ...others] = words
  if (first === undefined) return null
  const ranks = standings(group, first, departments[0] ?? null, BEGINS)
  for (const [number, word] of others.entries()) {
    // A later word in the name changes nothing about how it begins.
    const here = standings(group, word, departments[number + 1] ?? null, HOLDS)
    for (let index = 0; index < group.size; index++) {
      const one = here[index] ?? NONE
      if (one > HOLDS && one > (ranks[index] ?? NONE)) ranks[index] = one
    }
  }
  return ranks
}

/** Where one word stands in each item; `begins` is the rank of a name that begins with it. */
function standings(group: Group, word: string, inDepartments: Uint8Array | null, begins: number): Uint8Array {
  const here = new Uint8Array(group.size).fill(NONE)
  scan(group.otherCodes, word, place => {
    here[place] = ELSEWHERE
  })
  if (inDepartments !== null) {
    for (let index = 0; index < group.size; index++)
      if (inDepartments[group.departments[index] ?? 0] === 1) here[index] = ELSEWHERE
  }
  scan(group.names, word, (place, offset) => {
    here[place] = offset === 0 ? begins : HOLDS
  })
  return here
}

/** How many items have each digit, from how many have each set of digits. */
function byDigit(bySet: Uint32Array): Uint32Array {
  const digits = new Uint32Array(8)
  for (const [bits, count] of bySet.entries())
    for (let digit = 0; digit < 8; digit++) if ((bits >> digit) & 1) digits[digit] = (digits[digit] ?? 0) + count
  return digits
}

const largest = (counts: Count[]): Count[] =>
  counts.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
