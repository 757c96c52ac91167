/** The parts of a place as a row of links: each is at an address of its own, which can be sent to a colleague. */
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

export type Tab = { path: string; name: string }

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const row = useRef<HTMLElement>(null)
  useEffect(() => {
    // On a phone the one that is open may be out of sight.
    row.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [])
  return (
    <nav ref={row} className="tabs" aria-label={label}>
      {tabs.map(({ path, name }) => (
        <Link key={path} to={path} activeOptions={{ exact: true }}>
          {name}
        </Link>
      ))}
    </nav>
  )
}
