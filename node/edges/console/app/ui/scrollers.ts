/** Tables that are wider than the screen are scrolled by keys too: they take the focus while something of them is hidden. */
import { type RefObject, useEffect } from 'react'

function mark(root: HTMLElement): void {
  for (const content of root.querySelectorAll<HTMLElement>('.ant-table-content'))
    if (content.scrollWidth > content.clientWidth) content.tabIndex = 0
    else content.removeAttribute('tabindex')
}

export function useScrollers(page: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = page.current
    if (root === null) return
    let frame = 0
    // What changes together is looked at once.
    const later = () => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => mark(root))
    }
    const changed = new MutationObserver(later)
    changed.observe(root, { childList: true, subtree: true })
    const resized = new ResizeObserver(later)
    resized.observe(root)
    return () => {
      cancelAnimationFrame(frame)
      changed.disconnect()
      resized.disconnect()
    }
  }, [page])
}
