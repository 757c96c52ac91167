/** A part of the board: its heading, what leaves it as a file, and what it shows. */
import type { ReactNode } from 'react'
import type { Drawn } from '../ui/chart/chart.tsx'
import { Exports } from './export.tsx'
import type { Cells } from './sheet.ts'

export function Block({
  id,
  title,
  cells,
  drawn,
  wide = false,
  children,
}: {
  id: string
  title: string
  cells?: (() => Cells) | undefined
  drawn?: Drawn
  wide?: boolean
  children: ReactNode
}) {
  return (
    <section className={`card board-block${wide ? ' wide' : ''}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {cells === undefined ? null : <Exports name={title} cells={cells} drawn={drawn} />}
      </header>
      {children}
    </section>
  )
}
