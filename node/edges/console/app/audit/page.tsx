/** The audit log: searched by who, what, to what and when, as the address says; its chain checked; exported. */
import { useLocation, useRouter } from '@tanstack/react-router'
import { Alert, Button, DatePicker, Form, Input, Select, Space, Tag } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { ProblemError } from '../../../../../protocol/problem.ts'
import { auditedText } from '../../../../../protocol/rights/audited.ts'
import { OPERATIONS } from '../../../client/addresses.generated.ts'
import { addressOf } from '../../../client/client.ts'
import { useAct, useNode } from '../query.ts'
import { PageFrame } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { type Asked, askedOf, queryOf, searchOf } from './asked.ts'
import { Rows, useActorName } from './rows.tsx'
import { AUDIT } from './words.ts'

type Values = { name?: string; action?: string; case?: string; since?: Dayjs | null; until?: Dayjs | null }
const dayOf = (day: Dayjs | null | undefined): string => day?.format('YYYY-MM-DD') ?? ''
const dayjsOf = (day: string | undefined): Dayjs | null => (day === undefined ? null : dayjs(day))

function Filters({ asked, name, ask }: { asked: Asked; name: string; ask: (asked: Asked, name: string) => void }) {
  const words = useWords(AUDIT)
  const pair = usePair()
  const actorName = useActorName()
  const actions = useNode('listAuditActions')
  const options = (actions.data?.items ?? []).map(value => {
    const named = auditedText(value)
    return { value, label: named === null ? value : pair(named) }
  })
  const { actor, subject } = asked
  return (
    <Form
      name="audit"
      layout="inline"
      style={{ rowGap: 8 }}
      initialValues={{ ...asked, name, since: dayjsOf(asked.since), until: dayjsOf(asked.until) }}
      onFinish={({ name: typed, action, since, until, ...values }: Values) =>
        ask(
          {
            ...(actor === undefined ? {} : { actor }),
            ...(subject === undefined ? {} : { subject }),
            action: action ?? '',
            case: values.case ?? '',
            since: dayOf(since),
            until: dayOf(until),
          },
          typed ?? '',
        )
      }
    >
      <Form.Item name="name" label={words.name}>
        <Input allowClear autoComplete="off" />
      </Form.Item>
      <Form.Item name="action" label={words.action}>
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} style={{ width: 240 }} options={options} />
      </Form.Item>
      <Form.Item name="case" label={words.caseNo}>
        <Input allowClear autoComplete="off" />
      </Form.Item>
      <Form.Item name="since" label={words.since}>
        <DatePicker />
      </Form.Item>
      <Form.Item name="until" label={words.until}>
        <DatePicker />
      </Form.Item>
      <Space wrap>
        <Button type="primary" htmlType="submit">
          {words.search}
        </Button>
        <Button onClick={() => ask({}, '')}>{words.clear}</Button>
        {actor === undefined ? null : (
          <Tag closable onClose={() => ask({ ...asked, actor: '' }, name)}>
            {words.ofWho(actorName({ actor, name: null }))}
          </Tag>
        )}
        {subject === undefined ? null : (
          <Tag closable onClose={() => ask({ ...asked, subject: '' }, name)}>
            {words.ofWhat(subject)}
          </Tag>
        )}
      </Space>
    </Form>
  )
}

export function Page() {
  const words = useWords(AUDIT)
  const router = useRouter()
  const { searchStr } = useLocation()
  const asked = askedOf(searchStr)
  // A name stands in no address.
  const [name, setName] = useState('')
  const check = useAct('verifyAudit')
  const query = queryOf(asked, name)
  const ask = (next: Asked, typed: string) => {
    setName(typed)
    router.history.push(`/audit${searchOf(next)}`)
  }
  const broken = check.error instanceof ProblemError && check.error.problem.code === 'audit.broken'
  return (
    <PageFrame
      live={false}
      title={words.title}
      aside={
        <Space>
          <Button loading={check.isPending} onClick={() => check.mutate({})}>
            {words.check}
          </Button>
          <Button href={addressOf(OPERATIONS.exportAudit, { query })} download>
            {words.exporting}
          </Button>
        </Space>
      }
    >
      <Filters key={`${searchStr} ${name}`} asked={asked} name={name} ask={ask} />
      {broken ? <Alert showIcon type="error" title={words.broken} description={words.brokenHint} /> : null}
      {check.error === null ? null : <ProblemNotice error={check.error} />}
      {check.data === undefined ? null : (
        <Alert
          showIcon
          type="success"
          title={words.whole(check.data.rows)}
          description={
            <>
              <p>{words.wholeHint}</p>
              {words.head}: <code style={{ overflowWrap: 'anywhere' }}>{check.data.head}</code>
            </>
          }
        />
      )}
      <Rows key={JSON.stringify(query)} query={query} />
    </PageFrame>
  )
}
