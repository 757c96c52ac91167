/** What all pages of operation share: the title, and the row of those that one may open. */
import type { ReactNode } from 'react'
import type { Action } from '../../../../../protocol/rights/table.ts'
import { mayDo, useMe } from '../session.ts'
import { PageFrame } from '../ui/page.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { useWords } from '../words.ts'
import { OPERATION } from './words.ts'

/** Each part, and who may open it; the others are open to whoever may open the place. */
const PARTS: readonly { part: OperationPart; action?: Action }[] = [
  { part: 'health' },
  { part: 'backups' },
  { part: 'certificates' },
  { part: 'calendar' },
  { part: 'webhooks', action: 'webhook.read' },
  { part: 'settings' },
  { part: 'exports' },
  { part: 'purge', action: 'case.preview-purge' },
  { part: 'sms' },
  { part: 'uploads', action: 'material.keep' },
  { part: 'about' },
]
/** Parts of which events tell all that changes. */
const LIVE: ReadonlySet<OperationPart> = new Set(['calendar', 'exports'])
export type OperationPart =
  | 'health'
  | 'backups'
  | 'certificates'
  | 'calendar'
  | 'webhooks'
  | 'settings'
  | 'exports'
  | 'purge'
  | 'sms'
  | 'uploads'
  | 'about'

export function OperationFrame({
  part,
  aside,
  children,
}: {
  part: OperationPart
  aside?: ReactNode
  children: ReactNode
}) {
  const words = useWords(OPERATION)
  const me = useMe()
  const tabs = PARTS.filter(({ action }) => action === undefined || mayDo(me, action)).map(({ part: name }) => ({
    path: name === 'health' ? '/operation' : `/operation/${name}`,
    name: words[name],
  }))
  return (
    <PageFrame
      title={part === 'health' ? words.title : `${words.title} · ${words[part]}`}
      aside={aside}
      live={LIVE.has(part)}
    >
      <Tabs label={words.tabs} tabs={tabs} />
      {children}
    </PageFrame>
  )
}
