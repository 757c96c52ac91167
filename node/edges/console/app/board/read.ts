/** What the board reads of the node: sums of a span, of the cases that are wanted. */
import { useLocation, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { ReadStatisticsQuery } from '../../../client/api.generated.ts'
import { useNode } from '../query.ts'
import { useMe } from '../session.ts'
import { chineseDay, searchOf, spanOf, type Wanted, wantedOf } from './wanted.ts'

/** How soon a new day is noticed, milliseconds. */
const LOOK = 30_000

/** The day in China; it goes on at midnight. */
export function useToday(): string {
  const [today, set] = useState(() => chineseDay(Date.now()))
  useEffect(() => {
    const timer = setInterval(() => set(chineseDay(Date.now())), LOOK)
    return () => clearInterval(timer)
  }, [])
  return today
}

/** What the address wants, and how to want something else; its whole history is that of the browser. */
export function useWanted(): { wanted: Wanted; today: string; want: (change: Partial<Wanted>) => void } {
  const { searchStr } = useLocation()
  const router = useRouter()
  const today = useToday()
  const wanted = wantedOf(searchStr, today)
  return {
    wanted,
    today,
    want: change => router.history.push(`/board${searchOf({ ...wanted, ...change }, today)}`),
  }
}

/** Sums of the whole span by one dimension. What was read stays while something else is asked for. */
export function useSums(wanted: Wanted, today: string, by: ReadStatisticsQuery['by']) {
  const span = spanOf(wanted, today)
  return useNode('readStatistics', { query: { ...wanted.narrow, ...span, by, total: 'true' } }, { keep: true })
}

/** Counters of today, this month, this year; a new day has new ones. */
export function useBoard(today: string) {
  const read = useNode('readBoard')
  const [of, set] = useState(today)
  const { refetch } = read
  useEffect(() => {
    if (of === today) return
    set(today)
    void refetch()
  }, [of, today, refetch])
  return read
}

/** Whether events tell this account of every case that sums count: of those that it may not find it is told nothing. */
export function useSeesAll(): boolean {
  const { rights } = useMe()
  return rights.some(({ action, scopes }) => action === 'case.list' && scopes.includes('all'))
}
