/** One agreement: its parties and text, what waits for a signature beside the text before, what a step would touch, and the steps. */
import { Link, useParams } from '@tanstack/react-router'
import { Alert, Button, DatePicker, Form, Input, Modal, Popconfirm, Space, Table } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { AgreementDetail } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { OF_AGREEMENTS, Standing } from './page.tsx'
import { AGREEMENTS } from './words.ts'

type Act = 'decline' | 'withdraw' | 'suspend' | 'resume' | 'terminate'
const ROWS = 50

/** Which steps stand open to this city. */
function actsOf({ state, pendingBy, suspendedBy }: AgreementDetail, own: string): Act[] {
  const pending: Act[] = pendingBy === null ? [] : [pendingBy === own ? 'withdraw' : 'decline']
  const standing: Act[] =
    state === 'active' || state === 'suspended'
      ? [suspendedBy.includes(own) ? 'resume' : 'suspend', 'terminate']
      : state === 'signed'
        ? ['terminate']
        : []
  return pending.concat(standing)
}

/** The text that waits, or the newest, beside the one before. */
function Changes({ thread }: { thread: string }) {
  const words = useWords(AGREEMENTS)
  const pair = usePair()
  const diff = useNode('diffAgreement', { params: { thread } })
  return (
    <section className="card" aria-labelledby="changes">
      <h2 id="changes">{words.changes}</h2>
      <Shown read={diff}>
        {({ terms, items, counts }) => (
          <>
            <Table
              size="small"
              rowKey="field"
              pagination={false}
              scroll={{ x: true }}
              dataSource={terms}
              columns={[
                { title: words.terms, render: (_, { label }) => pair(label) },
                { title: '−', render: (_, { was }) => <del>{pair(was)}</del> },
                { title: '+', render: (_, { is }) => <ins>{pair(is)}</ins> },
              ]}
            />
            <p>
              {words.added} {counts.added} · {words.removed} {counts.removed} · {words.changed} {counts.changed} ·{' '}
              {words.unchanged(counts.unchanged)}
            </p>
            <Table
              size="small"
              rowKey="taskCode"
              scroll={{ x: true }}
              pagination={{ pageSize: ROWS, hideOnSinglePage: true }}
              dataSource={items}
              columns={[
                { title: '', render: (_, { change }) => words[change] },
                { title: words.task, dataIndex: 'taskName' },
                {
                  title: words.terms,
                  render: (_, { fields }) =>
                    fields.map(({ field, label, was, is }) => (
                      <div key={field}>
                        {pair(label)}: <del>{pair(was)}</del> <ins>{pair(is)}</ins>
                      </div>
                    )),
                },
              ]}
            />
          </>
        )}
      </Shown>
    </section>
  )
}

function Impact({ thread }: { thread: string }) {
  const words = useWords(AGREEMENTS)
  const pair = usePair()
  const impact = useNode('previewStep', { params: { thread }, query: { act: 'sign' } })
  return (
    <section className="card" aria-labelledby="impact">
      <h2 id="impact">{words.impact}</h2>
      <Shown read={impact}>
        {({ cases, faults }) => (
          <>
            <p>{words.openCases(cases.open)}</p>
            {faults.map(({ path, why, whyZh }) => (
              <p key={path}>
                ✗ {pair({ zh: whyZh, en: why })} <code>{path}</code>
              </p>
            ))}
          </>
        )}
      </Shown>
    </section>
  )
}

function Steps({ agreement }: { agreement: AgreementDetail }) {
  const words = useWords(AGREEMENTS)
  const { city } = useSettings()
  const [asked, ask] = useState<Act | null>(null)
  const { thread, version, pendingBy } = agreement
  const sign = useAct('signAgreement', OF_AGREEMENTS)
  const acts = {
    decline: useAct('declineAgreement', OF_AGREEMENTS),
    withdraw: useAct('withdrawAgreement', OF_AGREEMENTS),
    suspend: useAct('suspendAgreement', OF_AGREEMENTS),
    resume: useAct('resumeAgreement', OF_AGREEMENTS),
    terminate: useAct('terminateAgreement', OF_AGREEMENTS),
  }
  const error = sign.error ?? Object.values(acts).find(act => act.error !== null)?.error ?? null
  const finish = ({ reason, effectiveOn }: { reason: string; effectiveOn?: Dayjs }) => {
    const common = { params: { thread }, ifMatch: version }
    if (asked === 'terminate')
      acts.terminate.mutate({ ...common, body: { reason, effectiveOn: effectiveOn?.format('YYYY-MM-DD') ?? '' } })
    else if (asked !== null) acts[asked].mutate({ ...common, body: { reason } })
    ask(null)
  }
  return (
    <>
      {error === null ? null : <ProblemNotice error={error} />}
      {sign.data?.prepared === undefined || sign.data.prepared === null ? null : (
        <Alert type="info" showIcon title={words.prepared} />
      )}
      <Space wrap>
        {pendingBy !== null && pendingBy !== city.code ? (
          <Popconfirm
            title={words.signSure}
            onConfirm={() =>
              sign.mutate({ params: { thread }, ifMatch: version, body: { agreement: agreement.pending?.id } })
            }
          >
            <Button type="primary" loading={sign.isPending}>
              {words.signNow}
            </Button>
          </Popconfirm>
        ) : null}
        {actsOf(agreement, city.code).map(act => (
          <Button key={act} danger={act !== 'resume'} loading={acts[act].isPending} onClick={() => ask(act)}>
            {words[act]}
          </Button>
        ))}
      </Space>
      <Modal
        open={asked !== null}
        title={asked === null ? '' : words[asked]}
        footer={null}
        onCancel={() => ask(null)}
        destroyOnHidden
      >
        <Form name="step" layout="vertical" onFinish={finish}>
          {asked === 'terminate' ? (
            <Form.Item
              name="effectiveOn"
              label={words.effectiveOn}
              rules={[{ required: true, message: words.effectiveOn }]}
            >
              <DatePicker />
            </Form.Item>
          ) : null}
          <Form.Item name="reason" label={words.reason} rules={[{ required: true, message: words.reason }]}>
            <Input.TextArea rows={3} />
          </Form.Item>
          <Button type="primary" htmlType="submit">
            {words.confirm}
          </Button>
        </Form>
      </Modal>
    </>
  )
}

export function Page() {
  const words = useWords(AGREEMENTS)
  const pair = usePair()
  const me = useMe()
  const { city } = useSettings()
  const { thread = '' } = useParams({ strict: false }) as { thread?: string }
  const read = useNode('getAgreement', { params: { thread } })
  const aside = (
    <Space>
      <a href={`/api/v1/agreements/${thread}/document`} target="_blank" rel="noreferrer">
        {words.print}
      </a>
      <Link to="/agreements">{words.back}</Link>
    </Space>
  )
  return (
    <PageFrame title={read.data?.title ?? words.title} aside={aside}>
      <Shown read={read}>
        {agreement => (
          <>
            <section className="card">
              <Space wrap>
                <Standing agreement={agreement} />
                <span className="muted">
                  {words.items(agreement.items)} ·{' '}
                  {words.until(agreement.validFrom, agreement.endsOn ?? agreement.validTo)}
                </span>
              </Space>
              <ul>
                {agreement.document.parties.map(({ code, name, authority }) => (
                  <li key={code}>
                    {name} · {authority}{' '}
                    {agreement.signedBy.includes(code) ? <strong>✓ {words.signedBy}</strong> : null}
                  </li>
                ))}
              </ul>
              {mayDo(me, 'agreement.manage') ? <Steps agreement={agreement} /> : null}
              {(agreement.pending?.faults ?? []).map(({ path, why, whyZh }) => (
                <Alert key={path} type="warning" showIcon title={`${words.faults}: ${pair({ zh: whyZh, en: why })}`} />
              ))}
            </section>
            {agreement.pendingBy !== null && agreement.pendingBy !== city.code && mayDo(me, 'agreement.oversee') ? (
              <Impact thread={thread} />
            ) : null}
            <Changes thread={thread} />
            <section className="card" aria-labelledby="items">
              <h2 id="items">{words.itemsTitle}</h2>
              <Table
                size="small"
                rowKey={item => `${item.handling} ${item.taskCode}`}
                scroll={{ x: true }}
                pagination={{ pageSize: ROWS, hideOnSinglePage: true }}
                dataSource={agreement.document.items}
                columns={[
                  { title: words.task, render: (_, { taskName, taskCode }) => `${taskName} ${taskCode}` },
                  { title: words.handling, dataIndex: 'handling' },
                  { title: words.modes, render: (_, { modes }) => modes.join(' ') },
                ]}
              />
            </section>
          </>
        )}
      </Shown>
    </PageFrame>
  )
}
