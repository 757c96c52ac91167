/** The steps of an agreement: those that stand open now, each with what it would touch; the others say why they do not. */
import { useNavigate } from '@tanstack/react-router'
import { Alert, Button, DatePicker, Form, Input, Modal, Popconfirm, Radio, Space } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { AgreementDetail, DraftRenewalAnswer } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { useSettings } from '../session.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useJoined, useWords } from '../words.ts'
import { ImpactView } from './impact.tsx'
import { OF_AGREEMENTS } from './standing.tsx'
import { ACTS, type Act, whyNot } from './steps.ts'
import { type Document, today } from './text.ts'
import { AGREEMENTS } from './words.ts'

type Asked = 'decline' | 'withdraw' | 'suspend' | 'resume' | 'terminate'
const TOUCHING = ['suspend', 'resume', 'terminate'] as const
const isTouching = (act: Asked): act is (typeof TOUCHING)[number] => TOUCHING.some(name => name === act)

/** What the step would touch; a termination once its day is chosen. */
function Preview({ thread, act, on }: { thread: string; act: (typeof TOUCHING)[number]; on: string | undefined }) {
  const words = useWords(AGREEMENTS)
  const ready = act !== 'terminate' || on !== undefined
  const impact = useNode(
    'previewStep',
    { params: { thread }, query: act === 'terminate' ? { act, on } : { act } },
    { when: ready },
  )
  return (
    <section aria-labelledby="step-impact">
      <h3 id="step-impact">{words.impactOf}</h3>
      {ready ? (
        <Shown read={impact}>{found => <ImpactView impact={found} />}</Shown>
      ) : (
        <p className="muted">{words.chooseDay}</p>
      )}
    </section>
  )
}

/** A step with its reason, and its day where it has one. */
function Ask({
  agreement,
  act,
  prepared,
  close,
}: {
  agreement: AgreementDetail
  act: Asked
  /** with four eyes: it waits for another administrator */
  prepared: () => void
  close: () => void
}) {
  const words = useWords(AGREEMENTS)
  const { thread, version } = agreement
  const [form] = Form.useForm<{ reason: string; effectiveOn?: Dayjs }>()
  const on = (Form.useWatch('effectiveOn', form) as Dayjs | undefined)?.format('YYYY-MM-DD')
  const acts = {
    decline: useAct('declineAgreement', OF_AGREEMENTS),
    withdraw: useAct('withdrawAgreement', OF_AGREEMENTS),
    suspend: useAct('suspendAgreement', OF_AGREEMENTS),
    resume: useAct('resumeAgreement', OF_AGREEMENTS),
    terminate: useAct('terminateAgreement', OF_AGREEMENTS),
  }
  const { error, isPending } = acts[act]
  const finish = ({ reason }: { reason: string }) => {
    const common = { params: { thread }, ifMatch: version }
    const given = (outcome: object): void => {
      if ('prepared' in outcome && outcome.prepared !== null) prepared()
      close()
    }
    if (act === 'terminate')
      acts.terminate.mutate({ ...common, body: { reason, effectiveOn: on ?? '' } }, { onSuccess: given })
    else acts[act].mutate({ ...common, body: { reason } }, { onSuccess: given })
  }
  return (
    <Modal open title={words[act]} footer={null} onCancel={close} width={640}>
      <Form form={form} name="step" layout="vertical" onFinish={finish}>
        {act === 'terminate' ? (
          <Form.Item
            name="effectiveOn"
            label={words.effectiveOn}
            rules={[{ required: true, message: words.effectiveOn }]}
          >
            <DatePicker />
          </Form.Item>
        ) : null}
        {isTouching(act) ? <Preview thread={thread} act={act} on={on} /> : null}
        <Form.Item name="reason" label={words.reason} rules={[{ required: true, message: words.reason }]}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
        {error === null ? null : <ProblemNotice error={error} />}
        <Button type="primary" danger={act !== 'resume'} htmlType="submit" loading={isPending}>
          {words.confirm}
        </Button>
      </Form>
    </Modal>
  )
}

type As = 'terms' | 'amendment' | 'proposal'

/** What stands with new dates, as a draft to be looked through. */
function Renew({ agreement, close }: { agreement: AgreementDetail; close: () => void }) {
  const words = useWords(AGREEMENTS)
  const list = useJoined()
  const navigate = useNavigate()
  const { thread, version } = agreement
  const draft = useAct('draftRenewal')
  const keep = useAct('createAgreementDraft', ['listAgreementDrafts'])
  const standing = agreement.versions.findLast(({ complete }) => complete)
  const error = draft.error ?? keep.error
  const written = ({ document, amendment }: DraftRenewalAnswer) => {
    if (amendment === null || standing === undefined) return { document: document ?? {} }
    const { title, reason, effectiveFrom, terms } = amendment
    return {
      document: { ...standing.document, ...terms },
      step: { act: 'amend' as const, thread, version, title, reason, effectiveFrom },
    }
  }
  return (
    <Modal open title={words.renew} footer={null} onCancel={close}>
      <Form
        name="renew"
        layout="vertical"
        initialValues={{ as: 'terms' }}
        onFinish={({ as, validTo }: { as: As; validTo?: Dayjs | null }) =>
          draft.mutate({
            params: { thread },
            body: {
              ...(as === 'terms' ? {} : { as }),
              ...(validTo === undefined || validTo === null ? {} : { validTo: validTo.format('YYYY-MM-DD') }),
            },
          })
        }
      >
        <Form.Item name="as" label={words.renewAs}>
          <Radio.Group
            options={[
              { value: 'terms', label: words.renewAsTerms },
              { value: 'amendment', label: words.renewAmendment },
              { value: 'proposal', label: words.renewProposal },
            ]}
          />
        </Form.Item>
        <Form.Item name="validTo" label={words.renewTo}>
          <DatePicker />
        </Form.Item>
        {error === null ? null : <ProblemNotice error={error} />}
        {draft.data === undefined ? (
          <Button type="primary" htmlType="submit" loading={draft.isPending}>
            {words.renew}
          </Button>
        ) : (
          <Space direction="vertical">
            {draft.data.goneCount === 0 ? null : (
              <Alert
                type="warning"
                showIcon
                title={words.gone(draft.data.goneCount)}
                description={list(draft.data.gone.map(({ taskName }) => taskName))}
              />
            )}
            <Button
              type="primary"
              loading={keep.isPending}
              onClick={() =>
                draft.data !== undefined &&
                keep.mutate(
                  { body: written(draft.data) },
                  { onSuccess: ({ id }) => void navigate({ to: `/agreements/drafts/${id}` }) },
                )
              }
            >
              {words.goOn}
            </Button>
          </Space>
        )}
      </Form>
    </Modal>
  )
}

export function Steps({ agreement }: { agreement: AgreementDetail }) {
  const words = useWords(AGREEMENTS)
  const list = useJoined()
  const navigate = useNavigate()
  const { city, fourEyes } = useSettings()
  const [asked, ask] = useState<Asked | 'renew' | null>(null)
  const [prepared, tellPrepared] = useState(false)
  const { thread, version, pending } = agreement
  const sign = useAct('signAgreement', OF_AGREEMENTS)
  const keep = useAct('createAgreementDraft', ['listAgreementDrafts'])
  const all = ACTS.map(act => ({ act, why: whyNot(act, agreement, city.code, today()) }))
  const open = all.filter(({ why }) => why === null)
  const refused = all.filter(({ why }) => why !== null)
  const write = (act: 'counter' | 'amend') => {
    const document: Document = act === 'counter' ? (pending?.document ?? agreement.document) : agreement.document
    keep.mutate(
      { body: { document, step: { act, thread, version } } },
      { onSuccess: ({ id }) => void navigate({ to: `/agreements/drafts/${id}` }) },
    )
  }
  const error = sign.error ?? keep.error
  const press = (act: Act) => {
    if (act === 'counter' || act === 'amend') write(act)
    else if (act !== 'sign') ask(act)
  }
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{words.steps}</h2>
      {error === null ? null : <ProblemNotice error={error} />}
      {sign.data?.prepared == null && !prepared ? null : <Alert type="info" showIcon title={words.prepared} />}
      <Space wrap>
        {open.map(({ act }) =>
          act === 'sign' ? (
            <Popconfirm
              key={act}
              title={fourEyes ? words.prepareSure : words.signSure}
              onConfirm={() => sign.mutate({ params: { thread }, ifMatch: version, body: { agreement: pending?.id } })}
            >
              <Button type="primary" loading={sign.isPending}>
                {words.sign}
              </Button>
            </Popconfirm>
          ) : (
            <Button
              key={act}
              danger={act === 'decline' || act === 'terminate' || act === 'suspend' || act === 'withdraw'}
              loading={keep.isPending && (act === 'counter' || act === 'amend')}
              onClick={() => press(act)}
            >
              {words[act]}
            </Button>
          ),
        )}
      </Space>
      <details className="muted">
        <summary>
          {words.refused} {list(refused.map(({ act }) => words[act]))}
        </summary>
        <ul className="refused-steps">
          {refused.map(({ act, why }) => (
            <li key={act}>
              {words[act]}: {why === null ? '' : words[why]}
            </li>
          ))}
        </ul>
      </details>
      {asked === 'renew' ? <Renew agreement={agreement} close={() => ask(null)} /> : null}
      {asked !== null && asked !== 'renew' ? (
        <Ask agreement={agreement} act={asked} prepared={() => tellPrepared(true)} close={() => ask(null)} />
      ) : null}
    </section>
  )
}
