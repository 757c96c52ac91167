/** One agreement: its parties and text, what waits for a signature beside the text before, what a step would touch, and the steps. */

import { Link, useParams } from '@tanstack/react-router'
import { Alert, Button, Select, Space } from 'antd'
import { useState } from 'react'
import { OPERATIONS } from '../../../client/addresses.generated.ts'
import type { AgreementDetail } from '../../../client/api.generated.ts'
import { addressOf } from '../../../client/client.ts'
import { useCities } from '../cities.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { DiffView } from './diff-view.tsx'
import { ImpactView } from './impact.tsx'
import { ItemRows, useParties } from './item-rows.tsx'
import { Drafts } from './page.tsx'
import { OF_AGREEMENTS, Standing, useTerm } from './standing.tsx'
import { Stated } from './stated.tsx'
import { Steps } from './taken.tsx'
import { AGREEMENTS } from './words.ts'

/** Every text that can be named, as people call it. */
function useTexts({ versions, pending }: AgreementDetail): { value: string; label: string }[] {
  const words = useWords(AGREEMENTS)
  const nameOf = useCities()
  return versions
    .map(({ id, from }, index) => ({ value: id, label: words.version(index + 1, from) }))
    .concat(pending === null ? [] : [{ value: pending.id, label: words.pendingText(nameOf(pending.by)) }])
}

/** Two texts side by side: the one that waits, or the newest, beside the one before, or whichever are chosen. */
function Changes({ agreement }: { agreement: AgreementDetail }) {
  const words = useWords(AGREEMENTS)
  const nameOf = useCities()
  const { thread } = agreement
  const texts = useTexts(agreement)
  const [before, setBefore] = useState<string | null>(null)
  const [after, setAfter] = useState<string | null>(null)
  const diff = useNode('diffAgreement', {
    params: { thread },
    query: { ...(before === null ? {} : { before }), ...(after === null ? {} : { after }) },
  })
  const called = ({ id, by, from, kind }: { id: string; by: string | null; from: string; kind: string }) =>
    texts.find(({ value }) => value === id)?.label ?? (kind === 'replaced' && by !== null ? nameOf(by) : from)
  return (
    <section className="card" aria-labelledby="changes">
      <h2 id="changes">{words.changes}</h2>
      {texts.length < 2 ? null : (
        <Space wrap style={{ marginBottom: 8 }}>
          <Select
            aria-label={words.compareBefore}
            style={{ minWidth: 260 }}
            value={before ?? ''}
            options={[{ value: '', label: words.automatic }, ...texts]}
            onChange={id => setBefore(id === '' ? null : id)}
          />
          <Select
            aria-label={words.compareAfter}
            style={{ minWidth: 260 }}
            value={after ?? ''}
            options={[{ value: '', label: words.newest }, ...texts]}
            onChange={id => setAfter(id === '' ? null : id)}
          />
        </Space>
      )}
      <Shown read={diff}>
        {found =>
          found.before === null ? (
            <p>{words.first}</p>
          ) : (
            <DiffView diff={found} before={called(found.before)} after={called(found.after)} />
          )
        }
      </Shown>
    </section>
  )
}

function Impact({ thread }: { thread: string }) {
  const words = useWords(AGREEMENTS)
  const impact = useNode('previewStep', { params: { thread }, query: { act: 'sign' } })
  return (
    <section className="card" aria-labelledby="impact">
      <h2 id="impact">{words.impact}</h2>
      <Shown read={impact}>{found => <ImpactView impact={found} />}</Shown>
    </section>
  )
}

/** Signatures that the proposer told, by certificates that this city has not compared yet. */
function Told({ agreement }: { agreement: AgreementDetail }) {
  const words = useWords(AGREEMENTS)
  const nameOf = useParties(agreement.document.parties)
  const confirm = useAct('confirmAgreementCertificate', OF_AGREEMENTS)
  const told = agreement.versions.flatMap(version => version.told)
  if (told.length === 0) return null
  return (
    <section className="card" aria-labelledby="told">
      <h2 id="told">{words.told}</h2>
      {confirm.error === null ? null : <ProblemNotice error={confirm.error} />}
      {confirm.data?.prepared == null ? null : <Alert type="info" showIcon title={words.prepared} />}
      <ul>
        {told.map(({ city, fingerprint, by }) => (
          <li key={`${city} ${fingerprint}`}>
            {words.toldHint(nameOf(city), nameOf(by))}
            <div>
              <code style={{ overflowWrap: 'anywhere' }}>{fingerprint}</code>
            </div>
            <Button
              loading={confirm.isPending}
              onClick={() =>
                confirm.mutate({
                  params: { thread: agreement.thread },
                  ifMatch: agreement.version,
                  body: { city, fingerprint },
                })
              }
            >
              {words.confirmCertificate}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Attachments({ thread }: { thread: string }) {
  const words = useWords(AGREEMENTS)
  const files = useNode('listAttachments', { params: { thread } })
  const items = files.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="card" aria-labelledby="attachments">
      <h2 id="attachments">{words.attachments}</h2>
      <ul>
        {items.map(({ sha256, name, held }) => (
          <li key={sha256}>
            {name}{' '}
            {held ? (
              <a href={addressOf(OPERATIONS.downloadAttachment, { params: { thread, sha256 } })} download={name}>
                {words.download}
              </a>
            ) : (
              <span className="muted">{words.fetching}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What became of texts that will not stand, and of parties of an agreement between many. */
function Past({ agreement }: { agreement: AgreementDetail }) {
  const words = useWords(AGREEMENTS)
  const language = useLanguage()
  const nameOf = useParties(agreement.document.parties)
  const { failed, standings } = agreement
  return (
    <>
      {standings.length === 0 ? null : (
        <section className="card" aria-labelledby="standings">
          <h2 id="standings">{words.standings}</h2>
          <ul>
            {standings.map(({ city, suspended, leavesOn, at }) => (
              <li key={city}>
                {nameOf(city)}: {suspended ? words.suspended : ''} {leavesOn === null ? '' : words.leaves(leavesOn)}{' '}
                <span className="muted">{instantText(at, language)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {failed.length === 0 ? null : (
        <section className="card" aria-labelledby="failed">
          <h2 id="failed">{words.failed}</h2>
          <ul>
            {failed.map(({ id, by, how, reason, at }) => (
              <li key={`${id} ${at}`}>
                {words.failedText(nameOf(by), words[how], instantText(at, language))}: {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

export function Page() {
  const words = useWords(AGREEMENTS)
  const pair = usePair()
  const me = useMe()
  const term = useTerm()
  const { city } = useSettings()
  const { thread = '' } = useParams({ strict: false }) as { thread?: string }
  const read = useNode('getAgreement', { params: { thread } })
  const aside = (
    <Space>
      <a href={addressOf(OPERATIONS.printAgreement, { params: { thread } })} target="_blank" rel="noreferrer">
        {words.print}
      </a>
      <Link to="/agreements">{words.back}</Link>
    </Space>
  )
  return (
    <PageFrame title={read.data?.title ?? words.title} aside={aside}>
      <Shown read={read}>
        {agreement => {
          const { pending, pendingBy } = agreement
          const signed = pending?.signedBy ?? agreement.signedBy
          return (
            <>
              <section className="card">
                <Space wrap>
                  <Standing agreement={agreement} />
                  <span className="muted">
                    {words.items(agreement.items)} · {term(agreement)}
                  </span>
                </Space>
                <ul>
                  {agreement.document.parties.map(({ code, name, authority }) => (
                    <li key={code}>
                      {name} · {authority}{' '}
                      {signed.includes(code) ? <strong>✓ {words.signedBy}</strong> : `○ ${words.notSignedBy}`}
                    </li>
                  ))}
                </ul>
                {pending?.reason == null ? null : (
                  <p>
                    {words.reason}: {pending.reason}
                  </p>
                )}
                {pending === null || pending.faults.length === 0 ? null : (
                  <Alert
                    type="warning"
                    showIcon
                    title={words.faults}
                    description={pending.faults.map(({ path, why, whyZh }) => (
                      <div key={path}>
                        {pair({ zh: whyZh, en: why })} <code>{path}</code>
                      </div>
                    ))}
                  />
                )}
                {mayDo(me, 'agreement.manage') ? <Steps agreement={agreement} /> : null}
              </section>
              {mayDo(me, 'agreement.oversee') ? <Drafts of={thread} /> : null}
              <Told agreement={agreement} />
              {pendingBy !== null && pendingBy !== city.code && mayDo(me, 'agreement.oversee') ? (
                <Impact thread={thread} />
              ) : null}
              <Changes agreement={agreement} />
              <Past agreement={agreement} />
              <Attachments thread={thread} />
              <Stated document={(pending ?? agreement).document} />
              <ItemRows parties={agreement.document.parties} items={(pending ?? agreement).document.items} />
            </>
          )
        }}
      </Shown>
    </PageFrame>
  )
}
