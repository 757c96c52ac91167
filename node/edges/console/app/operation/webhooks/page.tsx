/** Webhooks: who is told of what happens, whether it takes it, and what waits. */
import { Button, Empty, Form, Input, Modal, Popconfirm, Select, Space, Tag } from 'antd'
import { useState } from 'react'
import type { Webhook } from '../../../../client/api.generated.ts'
import { useAct, useNode } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { instantText } from '../../time.ts'
import { Once } from '../../ui/once.tsx'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { WhyNot } from '../../ui/why.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { Log } from './log.tsx'
import { EVENTS, type EventName, WEBHOOKS } from './words.ts'

const OF_WEBHOOKS = ['listWebhooks', 'readWebhookLog'] as const

function Add({ close }: { close: () => void }) {
  const words = useWords(WEBHOOKS)
  const events = useWords(EVENTS)
  const add = useAct('addWebhook', OF_WEBHOOKS)
  return (
    <Modal open title={words.add} footer={null} onCancel={close}>
      {add.data === undefined ? (
        <Form
          name="webhook"
          layout="vertical"
          onFinish={(values: { url: string; types?: EventName[] }) => add.mutate({ body: values })}
        >
          <Form.Item name="url" label={words.url} rules={[{ required: true, message: words.urlNeeded }]}>
            <Input autoFocus placeholder="https://" maxLength={1000} />
          </Form.Item>
          <Form.Item name="types" label={words.types} extra={words.typesHint}>
            <Select
              mode="multiple"
              allowClear
              options={Object.entries(events).map(([value, label]) => ({ value, label }))}
            />
          </Form.Item>
          {add.error === null ? null : <ProblemNotice error={add.error} />}
          <Button type="primary" htmlType="submit" loading={add.isPending}>
            {words.add}
          </Button>
        </Form>
      ) : (
        <Once title={words.secretOf} secret={add.data.secret} hint={words.secretOnce} />
      )}
    </Modal>
  )
}

function Standing({ webhook }: { webhook: Webhook }) {
  const words = useWords(WEBHOOKS)
  const language = useLanguage()
  const { active, waiting, failures, failingSince, nextAt, problem } = webhook
  return (
    <>
      <Space wrap>
        <Tag>{active ? `● ${words.active}` : `‖ ${words.inactive}`}</Tag>
        {failingSince === null ? (
          <span>✓ {words.well}</span>
        ) : (
          <strong>✗ {words.failing(failures, instantText(failingSince, language))}</strong>
        )}
        {waiting === 0 ? null : <span>{words.waiting(waiting)}</span>}
        {nextAt === null || failingSince === null ? null : (
          <span className="muted">{words.next(instantText(nextAt, language))}</span>
        )}
      </Space>
      {problem === null ? null : <WhyNot problem={problem} />}
    </>
  )
}

function Acts({ webhook: { id, active, url } }: { webhook: Webhook }) {
  const words = useWords(WEBHOOKS)
  const change = useAct('changeWebhook', OF_WEBHOOKS)
  const rotate = useAct('rotateWebhookSecret', OF_WEBHOOKS)
  const remove = useAct('removeWebhook', OF_WEBHOOKS)
  const test = useAct('testWebhook', OF_WEBHOOKS)
  const error = change.error ?? rotate.error ?? remove.error ?? test.error
  const named = { params: { id } }
  return (
    <>
      <Space wrap>
        <Button loading={test.isPending} onClick={() => test.mutate({ ...named, body: {} })}>
          {words.test}
        </Button>
        <Button loading={change.isPending} onClick={() => change.mutate({ ...named, body: { active: !active } })}>
          {active ? words.switchOff : words.switchOn}
        </Button>
        <Popconfirm title={words.rotateSure} onConfirm={() => rotate.mutate({ ...named, body: {} })}>
          <Button loading={rotate.isPending}>{words.rotate}</Button>
        </Popconfirm>
        <Popconfirm title={words.removeSure} onConfirm={() => remove.mutate(named)}>
          <Button danger loading={remove.isPending}>
            {words.remove}
          </Button>
        </Popconfirm>
      </Space>
      {error === null ? null : <ProblemNotice error={error} />}
      {test.data === undefined ? null : (
        <div role="status">
          {test.data.taken ? `✓ ${words.taken}` : `✗ ${words.notTaken}`}
          {test.data.problem === null ? null : <WhyNot problem={test.data.problem} />}
        </div>
      )}
      <Modal open={rotate.data !== undefined} title={url} footer={null} onCancel={() => rotate.reset()}>
        <Once title={words.rotated} secret={rotate.data?.secret ?? ''} hint={words.secretOnce} />
      </Modal>
    </>
  )
}

function Row({ webhook, manages }: { webhook: Webhook; manages: boolean }) {
  const words = useWords(WEBHOOKS)
  const events = useWords(EVENTS)
  const language = useLanguage()
  const [logs, show] = useState(false)
  const { id, url, types, createdAt } = webhook
  const nameOf = (type: string) => (Object.hasOwn(events, type) ? events[type as EventName] : type)
  return (
    <li className="card">
      <h2 style={{ overflowWrap: 'anywhere' }}>{url}</h2>
      <Standing webhook={webhook} />
      <p>
        {types.length === 0 ? words.allTypes : types.map(nameOf).join(' · ')}{' '}
        <span className="muted">{words.created(instantText(createdAt, language))}</span>
      </p>
      {manages ? <Acts webhook={webhook} /> : null}
      <div style={{ marginTop: 8 }}>
        <Button aria-expanded={logs} onClick={() => show(!logs)}>
          {words.log}
        </Button>
      </div>
      {logs ? <Log id={id} manages={manages} /> : null}
    </li>
  )
}

export function Page() {
  const words = useWords(WEBHOOKS)
  const manages = mayDo(useMe(), 'webhook.manage')
  const webhooks = useNode('listWebhooks')
  const [adding, add] = useState(false)
  const aside = manages ? (
    <Button type="primary" onClick={() => add(true)}>
      {words.add}
    </Button>
  ) : null
  return (
    <OperationFrame part="webhooks" aside={aside}>
      <p className="muted" style={{ margin: 0 }}>
        {words.hint}
      </p>
      <Shown read={webhooks}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty description={words.none}>
              <p className="muted">{words.noneHint}</p>
            </Empty>
          ) : (
            <ul className="rows">
              {items.map(webhook => (
                <Row key={webhook.id} webhook={webhook} manages={manages} />
              ))}
            </ul>
          )
        }
      </Shown>
      {adding ? <Add close={() => add(false)} /> : null}
    </OperationFrame>
  )
}
