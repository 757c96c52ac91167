/** All materials of an item in one cell of a table, as people list them. Pure. */
import { plainText } from '../../../../protocol/codes/spelling.ts'
import { listOf, quantityOf } from './quantities.ts'

const TYPES: readonly [RegExp, string][] = [
  [/^原件(?:和|及|与|、)复印件$/, '3'],
  [/^原件(?:或|或者|\/)复印件$/, '4'],
  [/^原件$/, '1'],
  [/^复印件$/, '2'],
]

/** Each line is a material, with its kind and how many, where it ends with these. */
export function materialsOf(cell: string): Record<string, unknown>[] {
  const lines = listOf(cell)
  return (lines.length === 1 ? (lines[0] ?? '').split(/[;；]/) : lines)
    .map(line => line.replace(/[;；。,，]\s*$/, '').trim())
    .filter(line => line !== '')
    .map(materialOf)
}

/** 原件1份，复印件2份: how many of each; null for anything else. */
export function copiesOf(cell: string): { pageNumY: number; pageNumF: number } | null {
  const [, originals, copies] =
    /^原件(.+?)[,，、;；和及]?复印件(.+)$/.exec(plainText(cell).replaceAll(/\s+/g, '')) ?? []
  const [first, second] = [originals, copies].map(part => quantityOf(part ?? ''))
  if (first == null || second == null || ![first, second].every(({ unit }) => /^[份张套]?$/.test(unit))) return null
  return { pageNumY: first.number, pageNumF: second.number }
}

function materialOf(line: string): Record<string, unknown> {
  const plain = plainText(line)
  const [, name = plain, inside] = /^(.+?)\(([^()]+)\)$/.exec(plain) ?? []
  const found: Record<string, unknown> = {}
  const words = (inside ?? '').split(/[,，、;；\s]+/).filter(word => word !== '')
  const all = words.every(word => {
    const type = TYPES.find(([pattern]) => pattern.test(word))?.[1]
    const quantity = quantityOf(word)
    if (type !== undefined) found.materialType = type
    else if (quantity !== null && /^[份张套]$/.test(quantity.unit)) found.pageNum = quantity.number
    else return false
    return true
  })
  if (words.length > 0 && all) return { materialName: name, ...found }
  const [, before, kind = ''] = /^(.+?)(原件(?:和|及|与|或)复印件|原件|复印件)$/.exec(plain) ?? []
  const type = TYPES.find(([pattern]) => pattern.test(kind))?.[1]
  return before === undefined || type === undefined
    ? { materialName: line }
    : { materialName: before, materialType: type }
}
