/**
 * The rows of a queue: pages that are read as one scrolls, renewed by events without moving under the hand. However far one scrolls, only
 * those near what is seen are kept.
 */
import { useQueries } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type AnswerOf, reading } from '../query.ts'
import {
  append,
  type Fresh,
  forget,
  type Merged,
  merge,
  pagesOf,
  recall,
  type ShownPage,
  type Span,
  shownPage,
} from './merge.ts'
import type { QueueName } from './names.ts'
import { mostRows } from './scrolled.ts'
import type { Filter } from './wanted.ts'

/** Rows of the first page, which is waited for, and of each further one: the most that the node gives. */
const PAGE = { first: 100, further: 200 }
/** Rows before the end at which the next page is asked for. */
const AHEAD = 40
/** Rows that are kept on each side of those in sight. */
const NEAR = 600

type Shown = { pages: readonly ShownPage[]; next: string | null }

export type Rows = Merged & {
  /** there are more than these */
  more: boolean
  /** there are more, and this is the longest list that a browser scrolls */
  full: boolean
  /** of all pages, as the node counts; undefined until the first one was read */
  total: AnswerOf<'readQueue'>['total'] | undefined
  error: unknown
  refetch: () => unknown
  /** shows what came and went */
  renew: () => void
}

const placesOf = (pages: readonly ShownPage[]): number => pages.reduce((sum, { places }) => sum + places, 0)

/** The pages that hold the rows in sight, by their cursors; the first one is always among them, for what is new comes there. */
function inSight({ pages, next }: Shown, sight: Span): Set<string | null> {
  const cursors = new Set<string | null>([null])
  for (const at of pagesOf(pages, sight)) cursors.add(pages[at]?.cursor ?? null)
  const count = placesOf(pages)
  if (next !== null && sight.last >= count - AHEAD && count < mostRows(devicePixelRatio)) cursors.add(next)
  return cursors
}

/** What is known now of the list that is shown: forgotten pages in sight come back, one that follows is put behind, far ones are forgotten. */
function grown(shown: Shown, fresh: ReadonlyMap<string | null, Fresh>, sight: Span, place: number): Shown {
  let { pages, next } = shown
  for (const at of pagesOf(pages, sight)) {
    const page = pages[at]
    const now = page?.rows === null ? fresh.get(page.cursor) : undefined
    if (now !== undefined) pages = recall(pages, at, now)
  }
  const following = next === null ? undefined : fresh.get(next)
  if (next !== null && following !== undefined) {
    pages = append(pages, next, following)
    next = following.next
  }
  const near = { first: sight.first - NEAR, last: sight.last + NEAR }
  // The selected row is kept with those beside it, to which a key leads.
  pages = forget(pages, place < 0 ? [near] : [near, { first: place - 1, last: place + 1 }])
  return pages === shown.pages ? shown : { pages, next }
}

/** Of a component that is made anew for another queue or other filters. `sight`: places of the rows that are seen. */
export function useRows(queue: QueueName, filter: Filter, sight: Span, selected: string | null): Rows {
  const [shown, show] = useState<Shown | null>(null)
  const cursors = [...(shown === null ? [null] : inSight(shown, sight))]
  const reads = useQueries({
    queries: cursors.map(cursor => ({
      ...reading('readQueue', {
        params: { queue },
        query: {
          ...filter,
          limit: cursor === null ? PAGE.first : PAGE.further,
          ...(cursor === null ? {} : { cursor }),
        },
      }),
      // The list itself keeps what is near.
      gcTime: 0,
    })),
  })
  const fresh = new Map<string | null, Fresh>()
  for (const [at, { data }] of reads.entries()) if (data !== undefined) fresh.set(cursors[at] ?? null, data)
  const [first] = reads
  const merged = merge(shown?.pages ?? [], fresh, shown?.next ?? null)
  const renew = (): void => {
    if (first?.data !== undefined) show({ pages: [shownPage(null, first.data.items)], next: first.data.next })
  }
  // Nothing is under the hand where nothing is shown.
  const empty = shown === null || merged.gone === merged.count
  useEffect(() => {
    if (first?.data === undefined || first.isFetching) return
    if (shown === null || (empty && first.data.items.length > 0)) renew()
    else show(grown(shown, fresh, sight, merged.placeOf(selected)))
  })
  const failed = reads.find(({ error }) => error !== null)
  const more = shown?.next != null
  return {
    ...merged,
    more,
    full: more && merged.count >= mostRows(devicePixelRatio),
    total: first?.data?.total,
    error: failed?.error ?? null,
    refetch: () => failed?.refetch(),
    renew,
  }
}
