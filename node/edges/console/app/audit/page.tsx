/** The audit log: searched by who, what, to what and when; its chain checked; exported. */
import { Alert, Button, DatePicker, Empty, Form, Input, Select, Space, Table } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { AuditRow, ListAuditQuery } from '../../../client/api.generated.ts'
import { addressOf } from '../../../client/client.ts'
import { useAct, useNode } from '../query.ts'
import { node } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { AUDIT } from './words.ts'

const PAGE = 100
type Asked = { name?: string; action?: string; case?: string; since?: Dayjs | null; until?: Dayjs | null }

const given = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.trim()
const queryOf = ({ name, action, case: caseNo, since, until }: Asked): ListAuditQuery => ({
  name: given(name),
  action: given(action),
  case: given(caseNo),
  since: since?.startOf('day').toISOString(),
  until: until?.endOf('day').toISOString(),
})

/** Rows after the first page, each asked for when somebody wants more. */
function useMore(query: ListAuditQuery, first: string | null) {
  const [more, setMore] = useState<{ rows: AuditRow[]; next: string | null } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const next = more === null ? first : more.next
  const load = async () => {
    if (next === null) return
    setError(null)
    try {
      const answer = await node.listAudit({ query: { ...query, limit: PAGE, cursor: next } })
      setMore(before => ({ rows: (before?.rows ?? []).concat(answer.items), next: answer.next }))
    } catch (problem) {
      setError(problem)
    }
  }
  return { rows: more?.rows ?? [], next, load, error }
}

function Rows({ query }: { query: ListAuditQuery }) {
  const words = useWords(AUDIT)
  const language = useLanguage()
  const rows = useNode('listAudit', { query: { ...query, limit: PAGE } })
  const more = useMore(query, rows.data?.next ?? null)
  return (
    <Shown read={rows}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty description={words.none} />
        ) : (
          <>
            <Table
              size="small"
              rowKey="no"
              pagination={false}
              scroll={{ x: true }}
              dataSource={items.concat(more.rows)}
              columns={[
                {
                  title: words.at,
                  render: (_, { at }) => <span style={{ whiteSpace: 'nowrap' }}>{instantText(at, language)}</span>,
                },
                { title: words.who, render: (_, { name, actor }) => name ?? actor },
                { title: words.what, dataIndex: 'action' },
                { title: words.of, render: (_, { caseNo, subjectName, subject }) => caseNo ?? subjectName ?? subject },
                {
                  title: words.detail,
                  render: (_, { detail }) => (
                    <span style={{ overflowWrap: 'anywhere' }}>
                      {Object.entries(detail)
                        .map(([name, value]) => `${name}=${String(value)}`)
                        .join(' ')}
                    </span>
                  ),
                },
              ]}
            />
            {more.error === null ? null : <ProblemNotice error={more.error} retry={more.load} />}
            {more.next === null ? null : <Button onClick={() => void more.load()}>{words.more}</Button>}
          </>
        )
      }
    </Shown>
  )
}

export function Page() {
  const words = useWords(AUDIT)
  const [asked, ask] = useState<ListAuditQuery>({})
  const actions = useNode('listAuditActions')
  const check = useAct('verifyAudit')
  return (
    <PageFrame
      title={words.title}
      aside={
        <Space>
          <Button loading={check.isPending} onClick={() => check.mutate({})}>
            {words.check}
          </Button>
          <Button href={addressOf({ path: '/api/v1/audit/export' }, { query: asked })} download>
            {words.exporting}
          </Button>
        </Space>
      }
    >
      <Form name="audit" layout="inline" style={{ rowGap: 8 }} onFinish={(values: Asked) => ask(queryOf(values))}>
        <Form.Item name="name" label={words.name}>
          <Input allowClear />
        </Form.Item>
        <Form.Item name="action" label={words.action}>
          <Select
            allowClear
            showSearch
            style={{ width: 220 }}
            options={(actions.data?.items ?? []).map(action => ({ value: action, label: action }))}
          />
        </Form.Item>
        <Form.Item name="case" label={words.caseNo}>
          <Input allowClear />
        </Form.Item>
        <Form.Item name="since" label={words.since}>
          <DatePicker />
        </Form.Item>
        <Form.Item name="until" label={words.until}>
          <DatePicker />
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {words.search}
        </Button>
      </Form>
      {check.error === null ? null : <ProblemNotice error={check.error} />}
      {check.data === undefined ? null : (
        <Alert
          showIcon
          type="success"
          title={words.whole(check.data.rows)}
          description={<code>{check.data.head}</code>}
        />
      )}
      <Rows key={JSON.stringify(asked)} query={asked} />
    </PageFrame>
  )
}
