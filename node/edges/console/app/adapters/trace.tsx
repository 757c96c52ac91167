/** The trace of what went to and came from the approval system: switched on for some hours, looked at with a purpose. */
import { Alert, Button, Form, InputNumber, Modal, Popconfirm, Space, Table, type TableColumnType } from 'antd'
import { useState } from 'react'
import type { ShowTracedAnswer } from '../../../client/api.generated.ts'
import { type AnswerOf, useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { To } from '../ui/to.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { AdaptersFrame } from './frame.tsx'
import { Sent } from './sent.tsx'
import { ADAPTERS } from './words.ts'

function Exchange({ traced }: { traced: ShowTracedAnswer }) {
  const words = useWords(ADAPTERS)
  const pair = usePair()
  const { request, answer, why, whyZh } = traced
  return (
    <>
      <Sent request={request} />
      <h3>{words.responded}</h3>
      {why === null ? null : (
        <p>
          {words.unreadable}: {pair({ zh: whyZh ?? why, en: why })}
        </p>
      )}
      <pre className="code">{answer ?? words.noAnswer}</pre>
    </>
  )
}

type Traced = AnswerOf<'listTrace'>['exchanges'][number]

/** Whose each exchange is, where there are several systems; narrowed to one by the head of the column. */
function ofSystem(exchanges: readonly Traced[], title: string): TableColumnType<Traced>[] {
  const names = [...new Set(exchanges.map(({ adapter }) => adapter))].sort()
  if (names.length < 2) return []
  return [
    {
      title,
      dataIndex: 'adapter',
      filters: names.map(name => ({ text: name, value: name })),
      onFilter: (name, { adapter }) => adapter === name,
    },
  ]
}

export function Page() {
  const words = useWords(ADAPTERS)
  const language = useLanguage()
  const me = useMe()
  const trace = useNode('listTrace')
  const turn = useAct('traceApprovalSystem', ['listTrace'])
  const show = useAct('showTraced')
  const [shown, open] = useState(false)
  const manages = mayDo(me, 'system.manage')
  const looks = mayDo(me, 'operation.look')
  const error = turn.error ?? show.error
  return (
    <AdaptersFrame part="trace">
      <p className="muted">{words.traceHint}</p>
      {error === null ? null : <ProblemNotice error={error} />}
      <Shown read={trace}>
        {({ until, exchanges }) => (
          <>
            <Alert
              showIcon
              type={until === null ? 'info' : 'warning'}
              title={until === null ? words.traceOff : words.traceOn(instantText(until, language))}
              action={
                <Button loading={trace.isFetching} onClick={() => void trace.refetch()}>
                  {words.again}
                </Button>
              }
            />
            {manages ? (
              <Space wrap>
                <Form
                  name="trace"
                  layout="inline"
                  initialValues={{ hours: 2 }}
                  onFinish={({ hours }: { hours: number }) => turn.mutate({ body: { hours } })}
                >
                  <Form.Item name="hours" label={words.hours} rules={[{ required: true, message: words.hours }]}>
                    <InputNumber min={1} precision={0} />
                  </Form.Item>
                  <Button type="primary" htmlType="submit" loading={turn.isPending}>
                    {words.start}
                  </Button>
                </Form>
                {until === null && exchanges.length === 0 ? null : (
                  <Popconfirm title={words.stopSure} onConfirm={() => turn.mutate({ body: { hours: 0 } })}>
                    <Button danger>{words.stop}</Button>
                  </Popconfirm>
                )}
              </Space>
            ) : null}
            <section className="card">
              <Table
                size="small"
                rowKey="no"
                pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
                scroll={{ x: true }}
                locale={{ emptyText: words.noTrace }}
                dataSource={exchanges}
                columns={[
                  { title: words.at, render: (_, { at }) => instantText(at, language) },
                  ...ofSystem(exchanges, words.whose),
                  { title: words.call, render: (_, { call }) => words[call] },
                  {
                    title: words.caseNo,
                    render: (_, { caseNo }) =>
                      caseNo === null ? '' : <To address={`/cases/${encodeURIComponent(caseNo)}`}>{caseNo}</To>,
                  },
                  {
                    title: words.status,
                    render: (_, { status }) => (status === null ? `✗ ${words.noAnswer}` : `HTTP ${status}`),
                  },
                  { title: words.took, render: (_, { ms }) => words.milliseconds(ms) },
                  { title: words.size, render: (_, { bytes }) => words.bytes(bytes) },
                  {
                    title: '',
                    render: (_, { no }) =>
                      looks ? (
                        <Button
                          aria-label={`${words.show} ${no}`}
                          title={words.lookHint}
                          onClick={() => show.mutate({ params: { no } }, { onSuccess: () => open(true) })}
                        >
                          {words.show}
                        </Button>
                      ) : null,
                  },
                ]}
              />
            </section>
          </>
        )}
      </Shown>
      <Modal open={shown} width={900} title={words.trace} footer={null} onCancel={() => open(false)}>
        {show.data === undefined ? null : <Exchange traced={show.data} />}
      </Modal>
    </AdaptersFrame>
  )
}
