/** Which rows of a list are seen, where all are of one height: arithmetic, however many there are. */
import { type RefObject, useCallback, useLayoutEffect, useState } from 'react'
import type { Span } from './merge.ts'

/** Height of a row, pixels of style. */
export const ROW = 32
/** The head of the list stands over its rows, as high as one of them. */
const HEAD = ROW
/** Rows that are drawn on each side of those that are seen. */
const OVERSCAN = 12
/** The highest element that browsers lay out, pixels of the screen: Chromium counts them in 64ths within 32 bits. */
const HIGHEST = 33_000_000

/** Rows of the longest list that a browser scrolls, at so many pixels of the screen for each of style. */
export const mostRows = (ratio: number): number => Math.floor(HIGHEST / ratio / ROW)

/** The rows that a list draws, of `count`, where `height` pixels from `top` on are seen; `last` before `first` when there are none. */
export const drawn = (count: number, top: number, height: number): Span => ({
  first: Math.max(0, Math.min(Math.floor(top / ROW) - OVERSCAN, count - 1)),
  last: Math.min(count, Math.ceil((top + height) / ROW) + OVERSCAN) - 1,
})

/** How far one must have scrolled to see a row, the least from where it is. */
export const scrolledTo = (place: number, top: number, height: number): number =>
  Math.max(Math.min(top, place * ROW), (place + 1) * ROW - height)

/** The rows to draw as one scrolls, and how a row is brought into sight. */
export function useScrolled(
  scroller: RefObject<HTMLElement | null>,
  count: number,
): Span & { to(place: number): void } {
  const [seen, see] = useState({ top: 0, height: 0 })
  useLayoutEffect(() => {
    const { current } = scroller
    if (current === null) return
    // Within one row nothing else is drawn.
    const look = (): void => {
      const top = current.scrollTop - (current.scrollTop % ROW)
      const height = current.clientHeight - HEAD + ROW
      see(before => (before.top === top && before.height === height ? before : { top, height }))
    }
    look()
    current.addEventListener('scroll', look, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(current)
    return () => {
      current.removeEventListener('scroll', look)
      observer.disconnect()
    }
  }, [scroller])
  const to = useCallback(
    (place: number): void => {
      const { current } = scroller
      if (current !== null) current.scrollTop = scrolledTo(place, current.scrollTop, current.clientHeight - HEAD)
    },
    [scroller],
  )
  return { ...drawn(count, seen.top, seen.height), to }
}
