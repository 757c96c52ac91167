/** What may stand in a cell that could not be read: the words of its column, those nearest to what stands there first. Pure. */
import { plainText } from '../../../../protocol/codes/spelling.ts'
import type { Column } from './columns.ts'

/** What each kind of column takes, in words. */
export const KINDS: Record<Column['kind'], string> = {
  text: '文本',
  id: '编码，单元格设为“文本”格式',
  ids: '编码，每行一个',
  int: '非负整数',
  bool: '是 / 否',
  day: '日期，如 2026-01-31',
  code: '代码或名称',
  codes: '代码或名称，可多个，用“、”分隔',
  modes: '代码或名称，可多个，用“、”分隔',
  lines: '每行一条',
  json: 'JSON',
  commitment: '附件：sha256:…;size=…;type=…',
}

/** Share of the characters that two words have in common, 0 to 1 (Dice). */
export function likeness(a: string, b: string): number {
  const left = [...a]
  const right = [...b]
  if (left.length + right.length === 0) return 0
  const rest = [...right]
  let shared = 0
  for (const character of left) {
    const at = rest.indexOf(character)
    if (at < 0) continue
    rest.splice(at, 1)
    shared++
  }
  return (2 * shared) / (left.length + right.length)
}

/** Each code of a column with all names that it has alone. */
function namesOf({ codes = {}, also = {} }: Column): { code: string; name: string; names: string[] }[] {
  return Object.entries(codes).map(([code, name]) => ({
    code,
    name,
    names: [name, ...Object.entries(also).flatMap(([other, of]) => (of === code ? [other] : []))],
  }))
}

const isCoded = ({ kind }: Column): boolean => kind === 'code' || kind === 'codes' || kind === 'modes'

/** What may stand in a column instead of a word; empty where that is no list of words. */
export function nearestTo(word: string, column: Column): string[] {
  if (column.kind === 'bool') return ['是', '否']
  if (!isCoded(column)) return []
  const plain = plainText(word)
  return namesOf(column)
    .map(({ name, names }) => ({ name, score: Math.max(...names.map(each => likeness(plain, each))) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ name }) => name)
}

const NEGATION = /[非不无未免勿]/g
const negations = (text: string): number => text.match(NEGATION)?.length ?? 0

/** The one code that a word names in part, such as 县级 in 县级及以下; null when none or several are. */
export function suggestionFor(word: string, column: Column): string | null {
  if (!isCoded(column)) return null
  const plain = plainText(word).replaceAll(/[\s()]/g, '')
  const holds = (name: string): boolean =>
    [...name].length > 1 &&
    [...plain].length > 1 &&
    (plain.includes(name) || name.includes(plain)) &&
    // 非必须提供 is not 必须.
    negations(plain) === negations(name)
  const found = namesOf(column).filter(({ names }) => names.some(holds))
  return found.length === 1 ? (found[0]?.name ?? null) : null
}

/** What a column takes, in words: its codes by name, or how it is filled in. */
export const takesOf = (column: Column): string =>
  isCoded(column) ? Object.values(column.codes ?? {}).join('、') : KINDS[column.kind]
