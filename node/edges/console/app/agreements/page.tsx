/** Agreements with partner cities, what waits for a signature first; drafts; and the way to a new one from a template. */
import { Link } from '@tanstack/react-router'
import { Button, Empty, Space } from 'antd'
import { useState } from 'react'
import type { AgreementDraft } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useEvery, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { useJoined, useLanguage, useWords } from '../words.ts'
import { Acts } from './acts.tsx'
import { Begin } from './begin.tsx'
import { Standing, useTerm } from './standing.tsx'
import { AGREEMENTS } from './words.ts'

/** Drafts by whom they were saved last; `of`: those that are about one agreement. */
export function Drafts({ of }: { of?: string }) {
  const words = useWords(AGREEMENTS)
  const list = useJoined()
  const language = useLanguage()
  const nameOf = useCities()
  const { city } = useSettings()
  const drafts = useNode('listAgreementDrafts')
  const items = (drafts.data?.items ?? []).filter(({ step }) => of === undefined || step?.thread === of)
  if (items.length === 0) return null
  const kinds = { counter: words.ofCounter, amend: words.ofAmend }
  const nameIn = ({ title, step }: AgreementDraft) => (step?.act === 'amend' && step.title ? step.title : title)
  return (
    <section className="card" aria-labelledby="drafts">
      <h2 id="drafts">{words.drafts}</h2>
      <ul>
        {items.map(draft => (
          <li key={draft.id}>
            <Link to={`/agreements/drafts/${draft.id}`}>{nameIn(draft) ?? words.untitled}</Link>{' '}
            {draft.step === null ? words.ofPropose : kinds[draft.step.act]} ·{' '}
            {list(draft.parties.filter(code => code !== city.code).map(nameOf))}{' '}
            <span className="muted">
              {words.savedBy(draft.updatedByName ?? draft.updatedBy, instantText(draft.updatedAt, language))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function Page() {
  const words = useWords(AGREEMENTS)
  const me = useMe()
  const [open, setOpen] = useState(false)
  const agreements = useEvery('listAgreements')
  const nameOf = useCities()
  const term = useTerm()
  const begin = mayDo(me, 'agreement.manage') ? (
    <Button type="primary" onClick={() => setOpen(true)}>
      {words.begin}
    </Button>
  ) : null
  return (
    <PageFrame title={words.title} aside={begin}>
      {mayDo(me, 'agreement.oversee') ? (
        <>
          <Acts />
          <Drafts />
        </>
      ) : null}
      <Shown read={agreements}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty description={words.none}>
              <p>{words.noneHint}</p>
            </Empty>
          ) : (
            <ul className="rows" aria-label={words.agreements}>
              {items
                .toSorted((a, b) => Number(b.pendingBy !== null) - Number(a.pendingBy !== null))
                .map(agreement => (
                  <li key={agreement.thread} className="card">
                    <Space wrap>
                      <Link to={`/agreements/${agreement.thread}`}>
                        <strong>{agreement.title}</strong>
                      </Link>
                      <Standing agreement={agreement} />
                      <span className="muted">
                        {nameOf(agreement.partner)} · {words.items(agreement.items)} · {term(agreement)}
                      </span>
                    </Space>
                  </li>
                ))}
            </ul>
          )
        }
      </Shown>
      {open ? <Begin close={() => setOpen(false)} /> : null}
    </PageFrame>
  )
}
