/** Files that somebody puts in: which kinds are taken, to which material a name belongs, and what follows of one that was edited. Pure. */
import type { Asked } from './content.ts'

/** What the node takes; it judges by content. */
export const TYPES = 'image/jpeg,image/png,application/pdf,.ofd'
const TAKEN = /\.(jpe?g|png|pdf|ofd)$/i

export const isTaken = (name: string): boolean => TAKEN.test(name)
export const isPicture = (name: string): boolean => /\.(jpe?g|png)$/i.test(name)
export const isPdf = (name: string): boolean => /\.pdf$/i.test(name)
export const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '')

/** Without what people write differently: case, width, blanks, marks, the numbers of copies. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\(\d+\)/g, '')
    .replace(/[\s_\-–—.·,，、()（）《》“”"]/g, '')

/** Pairs of neighbouring characters. */
const pairsOf = (text: string): Set<string> =>
  new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2)))

/** Of the pairs of the name, how many the material has at least. */
const ALIKE = 0.5

/** The material that a file is of by its name; null: none, or no single one. */
export function materialOf(
  name: string,
  asked: readonly Pick<Asked, 'materialCode' | 'materialName'>[],
): string | null {
  const stem = plain(stemOf(name))
  if (stem === '') return null
  const rated = asked.map(({ materialCode, materialName }) => {
    const code = plain(materialCode)
    const title = plain(materialName)
    if (stem === code || stem === title) return { materialCode, score: 4 }
    if (code.length > 1 && stem.startsWith(code)) return { materialCode, score: 3 }
    if (title !== '' && (stem.includes(title) || title.includes(stem.replace(/\d+$/, '')))) {
      // A part of one character or two says little.
      if (stem.length > 2) return { materialCode, score: 2 }
    }
    const pairs = pairsOf(stem.replace(/\d+$/, ''))
    const common = [...pairs].filter(pair => title.includes(pair)).length
    const share = pairs.size === 0 ? 0 : common / pairs.size
    return { materialCode, score: share >= ALIKE ? share : 0 }
  })
  const best = Math.max(0, ...rated.map(({ score }) => score))
  const winners = rated.filter(({ score }) => score === best)
  return best > 0 && winners.length === 1 ? (winners[0]?.materialCode ?? null) : null
}

/** Entries of one material in another order among themselves; those of other materials stay where they are. */
export function reordered<T>(all: readonly T[], own: readonly T[], next: readonly T[]): T[] {
  const order = [...next]
  return all.map(one => (own.includes(one) ? (order.shift() ?? one) : one))
}
