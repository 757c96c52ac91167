/** The parts of a place as a row of links: each is at an address of its own, which can be sent to a colleague. */
import { Link } from '@tanstack/react-router'

export type Tab = { path: string; name: string }

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ path, name }) => (
        <Link key={path} to={path} activeOptions={{ exact: true }}>
          {name}
        </Link>
      ))}
    </nav>
  )
}
