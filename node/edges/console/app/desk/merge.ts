/**
 * A list that does not jump under the hand: rows stay where they were shown, what is known of them is renewed in place, and what came or
 * went since is counted until somebody asks to see it. Pure.
 */
import type { Case } from '../../../client/api.generated.ts'

/** A page as it was shown; each begins after the last row of the one before. */
export type ShownPage = { cursor: string | null; rows: readonly Case[] }
/** The same page as the node gave it last. */
export type Fresh = { items: readonly Case[]; next: string | null }
export type ShownRow = { row: Case; gone: boolean }
export type Merged = {
  rows: ShownRow[]
  /** that are not shown yet */
  added: number
  gone: number
}

/** `next`: cursor of the page that is not shown yet; null when all are. */
export function merge(
  pages: readonly ShownPage[],
  fresh: ReadonlyMap<string | null, Fresh>,
  next: string | null,
): Merged {
  const shown = new Set(pages.flatMap(({ rows }) => rows.map(({ thread }) => thread)))
  const newest = new Map([...fresh.values()].flatMap(({ items }) => items.map(row => [row.thread, row] as const)))
  const added = new Set<string>()
  const rows: ShownRow[] = []
  for (const [at, page] of pages.entries()) {
    const now = fresh.get(page.cursor)
    const places = new Map(page.rows.map(({ thread }, place) => [thread, place]))
    const last = Math.max(-1, ...(now?.items ?? []).map(({ thread }) => places.get(thread) ?? -1))
    for (const [place, row] of page.rows.entries()) {
      const renewed = newest.get(row.thread)
      // What stands after the last row that came again may have been pushed onto the next page.
      const gone = now !== undefined && renewed === undefined && (place < last || now.next === null)
      rows.push({ row: renewed ?? row, gone })
    }
    if (now === undefined) continue
    // Past the last known row of the last page stands what comes by scrolling.
    const known = now.items.findLastIndex(({ thread }) => shown.has(thread))
    const open = at === pages.length - 1 && next !== null
    for (const [place, { thread }] of now.items.entries())
      if (!shown.has(thread) && (!open || place < known)) added.add(thread)
  }
  return { rows, added: added.size, gone: rows.filter(({ gone }) => gone).length }
}
