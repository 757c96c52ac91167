/** Agreements with partner cities, what waits for a signature first, and the way to a new one from a template. */
import { Link } from '@tanstack/react-router'
import { Button, DatePicker, Empty, Form, Modal, Select, Space, Tag } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { Agreement } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { AGREEMENTS } from './words.ts'

export const OF_AGREEMENTS = ['listAgreements', 'getAgreement', 'diffAgreement', 'previewStep', 'listActs'] as const

/** Where an agreement stands, as people say it. */
export function Standing({ agreement }: { agreement: Pick<Agreement, 'state' | 'expired' | 'pendingBy'> }) {
  const words = useWords(AGREEMENTS)
  const { city } = useSettings()
  const { state, expired, pendingBy } = agreement
  return (
    <>
      <Tag>{expired ? words.expired : words[state]}</Tag>
      {pendingBy === null ? null : <strong>{pendingBy === city.code ? words.waitsThere : words.waitsHere}</strong>}
    </>
  )
}

type Wanted = { template: string; partners: string[]; validTo?: Dayjs | null }

function Propose({ close }: { close: () => void }) {
  const words = useWords(AGREEMENTS)
  const pair = usePair()
  const templates = useNode('listTemplates')
  const partners = useNode('listPartners')
  const draft = useAct('draftAgreement')
  const propose = useAct('proposeAgreement', OF_AGREEMENTS)
  const error = draft.error ?? propose.error
  return (
    <Modal open title={words.propose} footer={null} onCancel={close}>
      {draft.data === undefined ? (
        <Form
          name="propose"
          layout="vertical"
          onFinish={({ template, partners: others, validTo }: Wanted) =>
            draft.mutate({ body: { template, partners: others, validTo: validTo?.format('YYYY-MM-DD') } })
          }
        >
          <Form.Item name="template" label={words.template} rules={[{ required: true, message: words.template }]}>
            <Select
              autoFocus
              options={(templates.data?.items ?? []).map(({ name, zh, en }) => ({
                value: name,
                label: pair({ zh, en }),
              }))}
            />
          </Form.Item>
          <Form.Item name="partners" label={words.partner} rules={[{ required: true, message: words.partner }]}>
            <Select
              mode="multiple"
              options={(partners.data?.items ?? []).map(({ code, name }) => ({
                value: code,
                label: `${name} ${code}`,
              }))}
            />
          </Form.Item>
          <Form.Item name="validTo" label={words.validTo}>
            <DatePicker />
          </Form.Item>
          {error === null ? null : <ProblemNotice error={error} />}
          <Button type="primary" htmlType="submit" loading={draft.isPending}>
            {words.draft}
          </Button>
        </Form>
      ) : propose.data === undefined ? (
        <Space direction="vertical">
          <strong>{draft.data.document.title}</strong>
          <span>{words.drafted(draft.data.document.items.length, draft.data.leftOutCount)}</span>
          <span>{words.until(draft.data.document.validFrom, draft.data.document.validTo)}</span>
          {error === null ? null : <ProblemNotice error={error} />}
          <Button
            type="primary"
            loading={propose.isPending}
            onClick={() => propose.mutate({ body: draft.data.document })}
          >
            {words.sign}
          </Button>
        </Space>
      ) : (
        <Space direction="vertical">
          {propose.data.prepared === null ? null : <span>{words.prepared}</span>}
          {propose.data.agreements.map(agreement => (
            <Link key={agreement.thread} to={`/agreements/${agreement.thread}`}>
              {agreement.title}
            </Link>
          ))}
        </Space>
      )}
    </Modal>
  )
}

/** What one administrator prepared and another one is to sign (双人复核). */
function Acts() {
  const words = useWords(AGREEMENTS)
  const acts = useNode('listActs')
  const sign = useAct('signAct', OF_AGREEMENTS)
  const items = acts.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="card" aria-labelledby="acts">
      <h2 id="acts">{words.acts}</h2>
      {sign.error === null ? null : <ProblemNotice error={sign.error} />}
      <ul>
        {items.map(({ no, kind }) => (
          <li key={no}>
            {kind} <Button onClick={() => sign.mutate({ params: { no } })}>{words.signNow}</Button>
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
  const agreements = useNode('listAgreements')
  const nameOf = useCities()
  const propose = mayDo(me, 'agreement.manage') ? (
    <Button type="primary" onClick={() => setOpen(true)}>
      {words.propose}
    </Button>
  ) : null
  return (
    <PageFrame title={words.title} aside={propose}>
      {mayDo(me, 'agreement.oversee') ? <Acts /> : null}
      <Shown read={agreements}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty description={words.none}>
              <p>{words.noneHint}</p>
            </Empty>
          ) : (
            <ul className="rows">
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
                        {nameOf(agreement.partner)} · {words.items(agreement.items)} ·{' '}
                        {words.until(agreement.validFrom, agreement.endsOn ?? agreement.validTo)}
                      </span>
                    </Space>
                  </li>
                ))}
            </ul>
          )
        }
      </Shown>
      {open ? <Propose close={() => setOpen(false)} /> : null}
    </PageFrame>
  )
}
