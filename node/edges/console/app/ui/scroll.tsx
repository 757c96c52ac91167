/** A table that may be wider than the page: it is scrolled by keys too. */
import type { ReactNode } from 'react'

export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys too
    <section className="scroll keys-scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
