/**
 * Sums of some cases alone (统计范围): which of the kept sums answer, and how. What one dimension says is asked of it, role and partner
 * together of the flows, and what an item or department narrows of the sums of each role, partner and item. Pure.
 */
import type { CountedAs } from '../../../protocol/case/counted.ts'
import type { Value } from '../../kernel/store/database.ts'

/** `window`: of this city, for what it took in; `department`: of this city, that has what it decides: the organ in the item's code, or to which the case was passed on. */
export const DIMENSIONS = ['all', 'role', 'partner', 'mode', 'item', 'window', 'department', 'flow'] as const
export type Dimension = (typeof DIMENSIONS)[number]
/** `flow`: role and partner, with a space between; `pair`: as `pairOf` writes it. */
export type Kept = Dimension | 'pair'

/** Cases that fit all of these. */
export type Narrow = {
  role?: 'collecting' | 'handling' | undefined
  partner?: string | undefined
  item?: string | undefined
  /** what this city decides, by the department that has it */
  department?: string | undefined
}
const NARROWS = ['role', 'partner', 'item', 'department'] as const

/** No code has it: behind it stands the department to which a case was passed on. */
const PASSED = '\t'

/** Key of a pair: role, partner, item, and the department that has the case in place of that of its item. */
export const pairOf = ({ r, p, i, h }: { r: string; p: string; i: string; h?: string }): string =>
  `${r} ${p} ${i}${h === undefined ? '' : `${PASSED}${h}`}`

/** Parts of the key of a flow or pair, and the organ of the item of a pair as `departmentOf` takes it. */
const ROLE = `substr(key, 1, instr(key, ' ') - 1)`
const PARTNER = `substr(key, instr(key, ' ') + 1, 6)`
const MARK = 'instr(key, char(9))'
export const withoutPassed = `CASE WHEN ${MARK} > 0 THEN substr(key, 1, ${MARK} - 1) ELSE key END`
const ITEM = `substr(${withoutPassed}, instr(key, ' ') + 8)`
const DEPARTMENT = `CASE WHEN ${MARK} > 0 THEN substr(key, ${MARK} + 1)
  WHEN length(${ITEM}) BETWEEN 31 AND 33 AND ${ITEM} NOT GLOB '*[^0-9A-Z]*' THEN substr(${ITEM}, 1, 18) ELSE ${ITEM} END`

/** Rows of the kept sums: their dimension, the key of the answer as an expression, and conditions. */
export type Wanted = {
  dim: Kept
  key: string
  where: string[]
  params: Value[]
}

const KEYS: Readonly<Partial<Record<Dimension, string>>> = {
  all: `''`,
  role: ROLE,
  partner: PARTNER,
  item: ITEM,
  department: DEPARTMENT,
  flow: `${ROLE} || ' ' || ${PARTNER}`,
}
/** What a flow tells: sums of these that no item or department narrows are of some hundred rows, where pairs have one for each item. */
const OF_FLOWS = new Set<Dimension>(['all', 'role', 'partner', 'flow'])

/** Where sums of a dimension are found, of all cases or of those that fit; null: such sums are not kept. */
export function wantedOf(by: Dimension, narrow: Narrow): Wanted | null {
  const named = NARROWS.filter(name => narrow[name] !== undefined)
  const [only] = named
  if (only === undefined) return { dim: by, key: 'key', where: [], params: [] }
  if (named.length === 1 && (by === 'all' || by === only))
    return { dim: only, key: by === 'all' ? `''` : 'key', where: ['key = ?'], params: [narrow[only] ?? ''] }
  const key = KEYS[by]
  if (key === undefined) return null
  const where: string[] = []
  const params: Value[] = []
  for (const [expression, value] of [
    [ROLE, narrow.role],
    [PARTNER, narrow.partner],
    [ITEM, narrow.item],
    [DEPARTMENT, narrow.department],
  ] as const)
    if (value !== undefined) {
      where.push(`${expression} = ?`)
      params.push(value)
    }
  // Departments are of this city, which decides.
  if (by === 'department' || narrow.department !== undefined) where.push(`${ROLE} = 'handling'`)
  const flows = OF_FLOWS.has(by) && narrow.item === undefined && narrow.department === undefined
  return { dim: flows ? 'flow' : 'pair', key, where, params }
}

/** Whether the days of such sums are kept: those of flows, pairs and items are not. */
export const hasDays = (by: Dimension, narrow: Narrow): boolean => {
  const dim = wantedOf(by, narrow)?.dim
  return dim !== 'flow' && dim !== 'pair' && !(dim === 'item' && by !== 'item')
}

const dayIn = (field: string): string => `json_extract(given, '$.${field}') BETWEEN ? AND ?`
const ratedAs = (level: string): string =>
  `json_array_length(given, '$.v') > 0 AND EXISTS (SELECT 1 FROM json_each(given, '$.v') AS rating
   WHERE json_extract(rating.value, '$[0]') BETWEEN ? AND ? AND json_extract(rating.value, '$[1]') ${level})`

/** Those that few cases are: an index has them. */
const RARE = new Set<CountedAs>(['late', 'rated', 'bad', 'level.1', 'level.2', 'level.3', 'level.4', 'level.5'])
const FITS: Readonly<Record<CountedAs, string>> = {
  submitted: dayIn('s'),
  accepted: dayIn('a'),
  decided: dayIn('d'),
  ended: dayIn('e'),
  'on-time': `json_extract(given, '$.t') = 1 AND ${dayIn('d')}`,
  late: `json_extract(given, '$.t') = 0 AND ${dayIn('d')}`,
  rated: ratedAs('>= 1'),
  bad: ratedAs('>= 4'),
  'level.1': ratedAs('= 1'),
  'level.2': ratedAs('= 2'),
  'level.3': ratedAs('= 3'),
  'level.4': ratedAs('= 4'),
  'level.5': ratedAs('= 5'),
}

/** Condition on `cases`: statistics count the case so, on a day from `from` to `to`. */
export const countedAs = (as: CountedAs, from: string, to: string): { where: string; params: Value[] } => ({
  where: RARE.has(as)
    ? `thread_no IN (SELECT thread_no FROM case_stat WHERE ${FITS[as]})`
    : `EXISTS (SELECT 1 FROM case_stat AS part WHERE part.thread_no = cases.thread_no AND ${FITS[as]})`,
  params: [from, to],
})
