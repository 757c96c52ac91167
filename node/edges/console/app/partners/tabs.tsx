/** The pages of partners beside each other: list, map, federation. */
import { mayDo, useMe } from '../session.ts'
import { Tabs } from '../ui/tabs.tsx'
import { useWords } from '../words.ts'
import { PARTNERS } from './words.ts'
import './partners.css'

export function PartnerTabs() {
  const words = useWords(PARTNERS)
  const me = useMe()
  const tabs = [
    { path: '/partners', name: words.list },
    { path: '/partners/map', name: words.map },
    ...(mayDo(me, 'partner.oversee') ? [{ path: '/partners/federation', name: words.federation }] : []),
  ]
  return <Tabs label={words.title} tabs={tabs} />
}
