/** What is asked when a case is passed on, sent back, or others are asked to countersign it. */
import { Button, Form, Input, Radio, Select, Space } from 'antd'
import type { ReactNode } from 'react'
import { type AnswerOf, useAct, useNode } from '../../query.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useUnits } from '../../units.ts'
import { useJoined, useWords } from '../../words.ts'
import type { Detail } from '../duties.ts'
import { useUnsaved } from '../unsaved.ts'
import { OF_APPROVAL } from './stale.ts'
import { APPROVAL } from './words.ts'

/** Characters of a reason, a question and an opinion. */
export const WORDS = 2000

type Begun = { detail: Detail; close: () => void }
type Receivers = AnswerOf<'listReceivers'>

/** Departments by name, and people with what they are of. */
function useReceivers(thread: string) {
  const list = useJoined()
  const { departmentName } = useUnits()
  const { data } = useNode('listReceivers', { params: { thread } })
  const labelOf = ({ name, departments }: Receivers['people'][number]): string =>
    departments === null || departments.length === 0 ? name : `${name} · ${list(departments.map(departmentName))}`
  return {
    departments: (data?.departments ?? []).map(code => ({ value: code, label: departmentName(code) })),
    people: (data?.people ?? []).map(person => ({ value: person.id, label: labelOf(person) })),
  }
}

function Ends({ act, sending, error, close }: { act: string; sending: boolean; error: unknown; close: () => void }) {
  const words = useWords(APPROVAL)
  useUnsaved(true)
  return (
    <>
      {error === null ? null : <ProblemNotice error={error} />}
      <Space>
        <Button type="primary" htmlType="submit" loading={sending}>
          {act}
        </Button>
        <Button onClick={close}>{words.cancel}</Button>
      </Space>
    </>
  )
}

function Reason({ label, needed = true }: { label: string; needed?: boolean }): ReactNode {
  const words = useWords(APPROVAL)
  return (
    <Form.Item
      name="reason"
      label={label}
      rules={needed ? [{ required: true, whitespace: true, message: words.needed }] : []}
    >
      <Input.TextArea maxLength={WORDS} rows={2} />
    </Form.Item>
  )
}

export function PassForm({ detail, close }: Begun) {
  const words = useWords(APPROVAL)
  const { thread, version } = detail
  const pass = useAct('passOnCase', OF_APPROVAL)
  const receivers = useReceivers(thread)
  return (
    <Form<{ department?: string; person?: string; reason: string }>
      name="pass-on"
      layout="vertical"
      onFinish={({ department, person, reason }) =>
        pass.mutate(
          {
            params: { thread },
            body: {
              reason: reason.trim(),
              ...(department === undefined ? {} : { department }),
              ...(person === undefined ? {} : { person }),
            },
            ifMatch: version,
          },
          { onSuccess: close },
        )
      }
    >
      <p className="muted">{words.passOnHint}</p>
      <Form.Item name="department" label={words.department}>
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={receivers.departments} />
      </Form.Item>
      <Form.Item
        name="person"
        label={words.person}
        dependencies={['department']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, person) =>
              person === undefined && getFieldValue('department') === undefined
                ? Promise.reject(new Error(words.needTarget))
                : Promise.resolve(),
          }),
        ]}
      >
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={receivers.people} />
      </Form.Item>
      <Reason label={words.reason} />
      <Ends act={words.passOn} sending={pass.isPending} error={pass.error} close={close} />
    </Form>
  )
}

/** Both say why and nothing else. */
export function ReasonForm({
  id,
  detail,
  act,
  close,
}: Begun & { id: 'sendBackCase' | 'withdrawCountersigns'; act: string }) {
  const words = useWords(APPROVAL)
  const { thread } = detail
  const send = useAct(id, OF_APPROVAL)
  return (
    <Form<{ reason: string }>
      name="within-city"
      layout="vertical"
      onFinish={({ reason }) =>
        send.mutate({ params: { thread }, body: { reason: reason.trim() } }, { onSuccess: close })
      }
    >
      <Reason label={words.reason} />
      <Ends act={act} sending={send.isPending} error={send.error} close={close} />
    </Form>
  )
}

export function AskForm({ detail, close }: Begun) {
  const words = useWords(APPROVAL)
  const { thread, version } = detail
  const ask = useAct('askCountersigns', OF_APPROVAL)
  const receivers = useReceivers(thread)
  const options = [
    {
      label: words.department,
      options: receivers.departments.map(({ value, label }) => ({ value: `d ${value}`, label })),
    },
    { label: words.person, options: receivers.people.map(({ value, label }) => ({ value: `p ${value}`, label })) },
  ]
  const chosen = (signers: readonly string[], mark: 'd ' | 'p '): string[] =>
    signers.filter(signer => signer.startsWith(mark)).map(signer => signer.slice(mark.length))
  return (
    <Form<{ signers: string[]; rule: 'all' | 'any'; reason?: string }>
      name="ask-countersigns"
      layout="vertical"
      initialValues={{ rule: 'all' }}
      onFinish={({ signers, rule, reason = '' }) =>
        ask.mutate(
          {
            params: { thread },
            body: {
              rule,
              departments: chosen(signers, 'd '),
              people: chosen(signers, 'p '),
              ...(reason.trim() === '' ? {} : { question: reason.trim() }),
            },
            ifMatch: version,
          },
          { onSuccess: close },
        )
      }
    >
      <p className="muted">{words.askHint}</p>
      <Form.Item name="signers" label={words.signers} rules={[{ required: true, message: words.needed }]}>
        <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={options} />
      </Form.Item>
      <Form.Item name="rule" label={words.rule}>
        <Radio.Group
          options={[
            { value: 'all', label: words.all },
            { value: 'any', label: words.any },
          ]}
        />
      </Form.Item>
      <Reason label={words.question} needed={false} />
      <Ends act={words.ask} sending={ask.isPending} error={ask.error} close={close} />
    </Form>
  )
}
