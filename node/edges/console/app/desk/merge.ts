/**
 * A list that does not jump under the hand: rows stay where they were shown, what is known of them is renewed in place, and what came or
 * went since is counted until somebody asks to see it. Rows far from what is seen are forgotten; their places and the cursor of their page
 * stay, by which they are read again. Pure.
 */
import type { Case } from '../../../client/api.generated.ts'

/** A page as it was shown; each begins after the last row of the one before. */
export type ShownPage = {
  cursor: string | null
  /** rows that it was shown with: the places that it keeps in the list, also when fewer come back */
  places: number
  /** threads of the first and of the last one; undefined of a page without rows */
  first: string | undefined
  last: string | undefined
  /** null while they are forgotten */
  rows: readonly Case[] | null
  /** rows that came among these while they were forgotten, and have no place */
  missing: number
}
/** The same page as the node gave it last. */
export type Fresh = { items: readonly Case[]; next: string | null }
export type ShownRow = { row: Case; gone: boolean }
/** What stands in a place of the list: `gone` was not here any more when it was read again, `reading` is being read. */
export type Place = ShownRow | 'gone' | 'reading'
/** Places of a list, from the first to the last. */
export type Span = { first: number; last: number }
export type Merged = {
  /** places of the list */
  count: number
  /** undefined past its end */
  at(place: number): Place | undefined
  /** where a row stands that is not forgotten; -1 where none does */
  placeOf(thread: string | null): number
  /** that are not shown yet */
  added: number
  gone: number
}

const threadsOf = (pages: readonly ShownPage[]): Set<string> =>
  new Set(pages.flatMap(({ rows }) => (rows ?? []).map(({ thread }) => thread)))

/** A page that is shown for the first time. */
export const shownPage = (cursor: string | null, rows: readonly Case[]): ShownPage => ({
  cursor,
  places: rows.length,
  first: rows[0]?.thread,
  last: rows.at(-1)?.thread,
  rows,
  missing: 0,
})

/** The pages with one more behind them. A row that stands elsewhere already stays there. */
export function append(pages: readonly ShownPage[], cursor: string, { items }: Fresh): ShownPage[] {
  const known = threadsOf(pages)
  return [
    ...pages,
    shownPage(
      cursor,
      items.filter(({ thread }) => !known.has(thread)),
    ),
  ]
}

/** A forgotten page with its rows again, as far as the page after it: in as many places as before. */
export function recall(pages: readonly ShownPage[], at: number, { items, next }: Fresh): ShownPage[] {
  const page = pages[at]
  if (page === undefined || page.rows !== null) return [...pages]
  const place = (thread: string | undefined) => items.findIndex(row => row.thread === thread)
  const following = place(pages[at + 1]?.first)
  const last = place(page.last)
  const end = following >= 0 ? following : last >= 0 ? last + 1 : items.length
  const known = threadsOf(pages)
  const rows = items.slice(0, end).filter(({ thread }) => !known.has(thread))
  // Where neither its own last row nor the first one after it came, others stand before them.
  const pushed = end === items.length && last < 0 && next !== null ? 1 : 0
  const missing = Math.max(pushed, rows.length - page.places)
  return pages.with(at, { ...page, rows: rows.slice(0, page.places), missing })
}

/** Where each page begins. */
function startsOf(pages: readonly ShownPage[]): number[] {
  let from = 0
  return pages.map(({ places }) => {
    const start = from
    from += places
    return start
  })
}

/** The pages that have some of these places, by their numbers. */
export function pagesOf(pages: readonly ShownPage[], { first, last }: Span): number[] {
  const starts = startsOf(pages)
  return pages.flatMap(({ places }, at) => {
    const from = starts[at] ?? 0
    return from + places > first && from <= last ? [at] : []
  })
}

/** Forgets the rows of all pages but the first one and those that have some of these places; the same pages when there is nothing to forget. */
export function forget(pages: readonly ShownPage[], near: readonly Span[]): readonly ShownPage[] {
  const kept = new Set([0, ...near.flatMap(span => pagesOf(pages, span))])
  const far = (page: ShownPage, at: number) => page.rows !== null && !kept.has(at)
  return pages.some(far) ? pages.map((page, at) => (far(page, at) ? { ...page, rows: null } : page)) : pages
}

/** `next`: cursor of the page that is not shown yet; null when all are. */
export function merge(
  pages: readonly ShownPage[],
  fresh: ReadonlyMap<string | null, Fresh>,
  next: string | null,
): Merged {
  const shown = threadsOf(pages)
  const newest = new Map([...fresh.values()].flatMap(({ items }) => items.map(row => [row.thread, row] as const)))
  const added = new Set<string>()
  const starts = startsOf(pages)
  const held = new Map<number, ShownRow[]>()
  const places = new Map<string, number>()
  let missing = 0
  let gone = 0
  for (const [at, page] of pages.entries()) {
    if (page.rows === null) continue
    const now = fresh.get(page.cursor)
    const order = new Map(page.rows.map(({ thread }, place) => [thread, place]))
    const last = Math.max(-1, ...(now?.items ?? []).map(({ thread }) => order.get(thread) ?? -1))
    const rows = page.rows.map((row, place) => {
      const renewed = newest.get(row.thread)
      places.set(row.thread, (starts[at] ?? 0) + place)
      // What stands after the last row that came again may have been pushed onto the next page.
      return {
        row: renewed ?? row,
        gone: now !== undefined && renewed === undefined && (place < last || now.next === null),
      }
    })
    held.set(at, rows)
    missing += page.missing
    gone += page.places - rows.length + rows.filter(row => row.gone).length
    if (now === undefined) continue
    // Past the last known row stands what comes by scrolling, or what was forgotten.
    const known = now.items.findLastIndex(({ thread }) => shown.has(thread))
    const open = at === pages.length - 1 ? next !== null : pages[at + 1]?.rows === null
    for (const [place, { thread }] of now.items.entries())
      if (!shown.has(thread) && (!open || place < known)) added.add(thread)
  }
  const count = (starts.at(-1) ?? 0) + (pages.at(-1)?.places ?? 0)
  return {
    count,
    at(place) {
      if (place < 0 || place >= count) return undefined
      const page = starts.findLastIndex((start, at) => start <= place && (pages[at]?.places ?? 0) > 0)
      const rows = held.get(page)
      return rows === undefined ? 'reading' : (rows[place - (starts[page] ?? 0)] ?? 'gone')
    },
    placeOf: thread => (thread === null ? -1 : (places.get(thread) ?? -1)),
    added: added.size + missing,
    gone,
  }
}
