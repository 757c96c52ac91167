/** The rows of a queue: pages that are read as one scrolls, renewed by events without moving under the hand. */
import { useQueries } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type AnswerOf, reading } from '../query.ts'
import { type Fresh, merge, type ShownPage, type ShownRow } from './merge.ts'
import type { QueueName } from './names.ts'
import type { Filter } from './wanted.ts'

/** Rows of a page. */
const PAGE = 100
/** Rows before the end at which the next page is asked for. */
const AHEAD = 40

type Shown = { pages: readonly ShownPage[]; next: string | null }
export type Sight = { first: number; last: number }

export type Rows = {
  rows: readonly ShownRow[]
  added: number
  gone: number
  /** there are more than these */
  more: boolean
  /** of all pages, as the node counts; undefined until the first one was read */
  total: AnswerOf<'readQueue'>['total'] | undefined
  error: unknown
  refetch: () => unknown
  /** shows what came and went */
  renew: () => void
}

/** The pages that hold the rows in sight, by their cursors; the first one is always among them, for what is new comes there. */
function inSight({ pages, next }: Shown, { first, last }: Sight): Set<string | null> {
  const cursors = new Set<string | null>([null])
  let from = 0
  for (const { cursor, rows } of pages) {
    if (from + rows.length > first && from <= last) cursors.add(cursor)
    from += rows.length
  }
  if (next !== null && last >= from - AHEAD) cursors.add(next)
  return cursors
}

/** Of a component that is made anew for another queue or other filters. `sight`: places of the rows that are seen. */
export function useRows(queue: QueueName, filter: Filter, sight: Sight): Rows {
  const [shown, show] = useState<Shown | null>(null)
  const cursors = [...(shown === null ? [null] : inSight(shown, sight))]
  const reads = useQueries({
    queries: cursors.map(cursor =>
      reading('readQueue', {
        params: { queue },
        query: { ...filter, limit: PAGE, ...(cursor === null ? {} : { cursor }) },
      }),
    ),
  })
  const fresh = new Map<string | null, Fresh>()
  for (const [at, { data }] of reads.entries()) if (data !== undefined) fresh.set(cursors[at] ?? null, data)
  const [first] = reads
  const merged = merge(shown?.pages ?? [], fresh, shown?.next ?? null)
  const renew = (): void => {
    if (first?.data !== undefined) show({ pages: [{ cursor: null, rows: first.data.items }], next: first.data.next })
  }
  const following = shown?.next == null ? undefined : fresh.get(shown.next)
  // Nothing is under the hand where nothing is shown.
  const empty = shown === null || merged.rows.every(({ gone }) => gone)
  useEffect(() => {
    if (first?.data === undefined || first.isFetching) return
    if (shown === null || (empty && first.data.items.length > 0)) renew()
    else if (following !== undefined) {
      const known = new Set(shown.pages.flatMap(({ rows }) => rows.map(({ thread }) => thread)))
      const rows = following.items.filter(({ thread }) => !known.has(thread))
      show({ pages: [...shown.pages, { cursor: shown.next, rows }], next: following.next })
    }
  })
  const failed = reads.find(({ error }) => error !== null)
  return {
    ...merged,
    more: shown?.next != null,
    total: first?.data?.total,
    error: failed?.error ?? null,
    refetch: () => failed?.refetch(),
    renew,
  }
}
