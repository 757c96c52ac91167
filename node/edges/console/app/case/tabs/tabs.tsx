/** What the case holds, on the right of its timeline; the chosen tab stands in the address. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWords } from '../../words.ts'
import { WithinCity } from '../approval/within.tsx'
import type { Cities } from '../cities.ts'
import type { Detail } from '../duties.ts'
import { CASE } from '../words.ts'
import { Applicant } from './applicant.tsx'
import { Materials } from './materials.tsx'
import { Messages } from './messages.tsx'
import { Papers } from './papers.tsx'
import { Parcels } from './parcels.tsx'
import { Rights } from './rights.tsx'
import { TabStrip } from './strip.tsx'

const TABS = ['materials', 'messages', 'papers', 'person', 'parcels', 'approval', 'rights'] as const
type Tab = (typeof TABS)[number]

export type Held = { detail: Detail; cities: Cities }

const CONTENT: { readonly [T in Tab]: (held: Held) => ReactNode } = {
  materials: Materials,
  messages: Messages,
  papers: Papers,
  person: Applicant,
  parcels: Parcels,
  approval: WithinCity,
  rights: Rights,
}

export function CaseTabs(held: Held) {
  const words = useWords(CASE)
  const navigate = useNavigate()
  const { tab } = useSearch({ strict: false }) as { tab?: string }
  const { unread, toPrint, role, asked } = held.detail
  // What the collecting city does not decide has no course within it.
  const tabs = TABS.filter(name => name !== 'approval' || role === 'handling')
  const chosen = tabs.find(name => name === tab) ?? 'materials'
  const more: { [T in Tab]?: number } = {
    messages: unread,
    papers: toPrint.length,
    approval: asked.people.length + asked.departments.length,
  }
  const Content = CONTENT[chosen]
  return (
    <section className="card case-tabs" aria-label={words.tabs}>
      <TabStrip
        name="case-tab"
        label={words.tabs}
        tabs={tabs.map(name => {
          const count = more[name] ?? 0
          return { name, label: count === 0 ? words[name] : `${words[name]} ${count}` }
        })}
        chosen={chosen}
        choose={key => void navigate({ to: '.', search: { tab: key } as object, replace: true })}
      >
        <Content key={chosen} {...held} />
      </TabStrip>
    </section>
  )
}
