/** Pages of a document as somebody puts them: in which order, how they are turned, which are taken out. Pure. */

export type Turn = 0 | 90 | 180 | 270
/** `no`: of the document as it is, from 0 on; `turn`: clockwise, degrees. */
export type PageTurned = { no: number; turn: Turn }

const TURNS: readonly Turn[] = [0, 90, 180, 270]
export const turnedBy = (turn: Turn, quarters: 1 | -1): Turn => TURNS[(TURNS.indexOf(turn) + quarters + 4) % 4] ?? 0

export const allPages = (count: number): PageTurned[] => Array.from({ length: count }, (_, no) => ({ no, turn: 0 }))

/** Whether it is the document as it is. */
export const isUntouched = (pages: readonly PageTurned[], count: number): boolean =>
  pages.length === count && pages.every(({ no, turn }, at) => no === at && turn === 0)

/** One entry of a list at another place. */
export function movedTo<T>(items: readonly T[], from: number, to: number): T[] {
  const [item, ...none] = items.slice(from, from + 1)
  if (item === undefined || none.length > 0) return [...items]
  return items.toSpliced(from, 1).toSpliced(Math.max(0, Math.min(to, items.length - 1)), 0, item)
}

/** What is chosen goes one place on, or back, as far as there is place; the others keep their order. */
export function shifted<T>(items: readonly T[], chosen: (item: T) => boolean, by: 1 | -1): T[] {
  const next = by === 1 ? items.toReversed() : [...items]
  for (let at = 1; at < next.length; at++) {
    const before = next[at - 1] as T
    const here = next[at] as T
    if (chosen(here) && !chosen(before)) next.splice(at - 1, 2, here, before)
  }
  return by === 1 ? next.toReversed() : next
}

/** Numbers of pages as people write them, from 1 on: `1-3, 5`; in any writing of the comma and the dash. Null: it is no such list, or leaves the document. */
export function pagesIn(text: string, count: number): number[] | null {
  const pages = new Set<number>()
  const parts = text.split(/[,，、;；\s]+/).filter(part => part !== '')
  for (const part of parts) {
    const [, from = '', to = from] = /^(\d{1,6})(?:[-–—~～至](\d{1,6}))?$/.exec(part) ?? []
    const first = Number(from)
    const last = Number(to)
    if (first < 1 || last < first || last > count) return null
    for (let page = first; page <= last; page++) pages.add(page)
  }
  return parts.length === 0 ? null : [...pages].toSorted((a, b) => a - b)
}

/** The same, as it is written shortest. */
export function pagesText(pages: readonly number[]): string {
  const parts: string[] = []
  for (let at = 0; at < pages.length; at++) {
    const first = pages[at] as number
    let last = first
    while (pages[at + 1] === last + 1) {
      last++
      at++
    }
    parts.push(first === last ? String(first) : `${first}-${last}`)
  }
  return parts.join(',')
}
