/** What the pages of the approval system share: the title, and the row of them. */
import type { ReactNode } from 'react'
import { PageFrame } from '../ui/page.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { useWords } from '../words.ts'
import { ADAPTERS } from './words.ts'

const PARTS = ['state', 'parked', 'trace', 'coverage'] as const
type Part = (typeof PARTS)[number]

export function AdaptersFrame({ part, aside, children }: { part: Part; aside?: ReactNode; children: ReactNode }) {
  const words = useWords(ADAPTERS)
  const tabs = PARTS.map(name => ({ path: name === 'state' ? '/adapters' : `/adapters/${name}`, name: words[name] }))
  return (
    <PageFrame title={part === 'state' ? words.title : words[part]} aside={aside} live={false}>
      <Tabs label={words.tabs} tabs={tabs} />
      {children}
    </PageFrame>
  )
}
