/** The pages of partners beside each other: list, map, federation. */
import { Link } from '@tanstack/react-router'
import { mayDo, useMe } from '../session.ts'
import { useWords } from '../words.ts'
import { PARTNERS } from './words.ts'
import './partners.css'

export function PartnerTabs() {
  const words = useWords(PARTNERS)
  const me = useMe()
  const pages = [
    { to: '/partners', word: words.list },
    { to: '/partners/map', word: words.map },
    ...(mayDo(me, 'partner.oversee') ? [{ to: '/partners/federation', word: words.federation }] : []),
  ]
  return (
    <nav className="tabs" aria-label={words.title}>
      {pages.map(({ to, word }) => (
        <Link key={to} to={to} activeOptions={{ exact: true }}>
          {word}
        </Link>
      ))}
    </nav>
  )
}
