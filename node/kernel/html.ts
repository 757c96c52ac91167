/**
 * Pages as they are written (网页): by `html` alone, which takes all that it is given for text, unless it is HTML already; so nothing
 * that strangers wrote becomes an element, an attribute or a script.
 */
import { html, raw } from 'hono/html'

export { html, raw }

/** What `html` gave. */
export type Html = ReturnType<typeof html>

/** Pieces with something between each two. */
export const joined = (pieces: readonly (Html | string)[], between: Html): Html =>
  html`${pieces.flatMap((piece, index) => (index === 0 ? [piece] : [between, piece]))}`

/** A whole page as text. */
export function textOf(page: Html): string {
  // Pages are made of what is there; one that waits for something would be printed as `[object Promise]`.
  if (page instanceof Promise) throw new TypeError('a page waits for what it shows')
  return page.toString()
}
