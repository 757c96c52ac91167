/** What one webhook was told, attempt by attempt; an event sent again, or all from one on. */
import { Button, Form, InputNumber, Space, Table } from 'antd'
import { useState } from 'react'
import { useAct, useNode } from '../../query.ts'
import { instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { WhyNot } from '../../ui/why.tsx'
import { useLanguage, usePair, useWords } from '../../words.ts'
import { EVENTS, type EventName, WEBHOOKS } from './words.ts'

const PAGE = 20
const OF_WEBHOOKS = ['listWebhooks', 'readWebhookLog'] as const

export function Log({ id, manages }: { id: string; manages: boolean }) {
  const words = useWords(WEBHOOKS)
  const events = useWords(EVENTS)
  const pair = usePair()
  const language = useLanguage()
  const [limit, reach] = useState(PAGE)
  const log = useNode('readWebhookLog', { params: { id }, query: { limit } }, { keep: true })
  const resend = useAct('resendWebhook', OF_WEBHOOKS)
  const replay = useAct('replayWebhook', OF_WEBHOOKS)
  const error = resend.error ?? replay.error
  const nameOf = (type: string) => (Object.hasOwn(events, type) ? events[type as EventName] : words.testMessage)
  return (
    <div style={{ marginTop: 8 }}>
      {error === null ? null : <ProblemNotice error={error} />}
      {resend.data === undefined ? null : (
        <div role="status">
          {resend.data.taken ? `✓ ${words.taken}` : `✗ ${words.notTaken}`}
          {resend.data.problem === null ? null : <WhyNot problem={resend.data.problem} />}
        </div>
      )}
      <Shown read={log}>
        {({ items, next }) => (
          <>
            <Table
              size="small"
              rowKey="no"
              pagination={false}
              scroll={{ x: true }}
              locale={{ emptyText: words.logNone }}
              dataSource={items}
              columns={[
                { title: words.at, render: (_, { at }) => instantText(at, language) },
                { title: words.event, dataIndex: 'event' },
                { title: words.type, render: (_, { type }) => nameOf(type) },
                {
                  title: words.answer,
                  render: (_, { status, problem, problemZh }) => (
                    <>
                      {problem === null ? '✓' : '✗'} {status === null ? words.noAnswer : `HTTP ${status}`}
                      {problem === null ? null : (
                        <div className="muted">{pair({ zh: problemZh ?? problem, en: problem })}</div>
                      )}
                    </>
                  ),
                },
                { title: words.ms, render: (_, { ms }) => words.milliseconds(ms) },
                {
                  title: '',
                  render: (_, { event, type }) =>
                    manages && Object.hasOwn(events, type) ? (
                      <Button
                        aria-label={`${words.resend} ${event}`}
                        onClick={() => resend.mutate({ params: { id }, body: { event } })}
                      >
                        {words.resend}
                      </Button>
                    ) : null,
                },
              ]}
            />
            {next === null || limit >= 200 ? null : (
              <Button style={{ marginTop: 8 }} onClick={() => reach(Math.min(200, limit * 3))}>
                {words.more}
              </Button>
            )}
          </>
        )}
      </Shown>
      {manages ? (
        <Form
          name={`replay-${id}`}
          layout="inline"
          style={{ marginTop: 8 }}
          onFinish={({ from }: { from: number }) => replay.mutate({ params: { id }, body: { from } })}
        >
          <Form.Item name="from" label={words.replayFrom} rules={[{ required: true, message: words.replayFrom }]}>
            <InputNumber min={1} precision={0} />
          </Form.Item>
          <Space wrap>
            <Button htmlType="submit" loading={replay.isPending}>
              {words.replay}
            </Button>
            <span className="muted">{words.replayHint}</span>
          </Space>
        </Form>
      ) : null}
    </div>
  )
}
