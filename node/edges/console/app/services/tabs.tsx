/** The frame of the pages of services: their title, and the way from one to the others. */
import type { ReactNode } from 'react'
import { useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { PageFrame } from '../ui/page.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { useWords } from '../words.ts'
import './services.css'
import { SERVICES } from './words.ts'

/** What changes with drafts, and with what is published. */
export const OF_DRAFTS = ['listDrafts', 'getDraft', 'previewPublication', 'lintDrafts'] as const
export const OF_LISTS = [...OF_DRAFTS, 'listServices', 'searchItems', 'getItem'] as const

/** How many drafts wait; null for those who may not see them. */
export function useDraftCounts() {
  const me = useMe()
  const may = mayDo(me, 'catalogue.read')
  return useNode('listDrafts', { query: { limit: 1 } }, { when: may }).data?.counts ?? null
}

export function ServicesFrame({ title, aside, children }: { title?: string; aside?: ReactNode; children: ReactNode }) {
  const words = useWords(SERVICES)
  const me = useMe()
  const counts = useDraftCounts()
  const writes = mayDo(me, 'catalogue.manage')
  const tabs = [
    { path: '/services', name: words.own },
    ...(mayDo(me, 'catalogue.read')
      ? [{ path: '/services/drafts', name: counts === null ? words.drafts : words.draftsOf(counts.drafts) }]
      : []),
    ...(writes ? [{ path: '/services/import', name: words.import }] : []),
    { path: '/services/cities', name: words.others },
    { path: '/services/compare', name: words.compare },
  ]
  return (
    <PageFrame title={title ?? words.title} aside={aside}>
      <Tabs label={words.parts} tabs={tabs} />
      {children}
    </PageFrame>
  )
}
