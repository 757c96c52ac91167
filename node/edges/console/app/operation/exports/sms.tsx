/** SMS to applicants: how the gateway answers, what waits, and those of one case, sent again where that helps. */
import { Alert, Button, Form, Input, Popconfirm, Table } from 'antd'
import { useState } from 'react'
import { useAct, useNode } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { FILES } from './words.ts'

function OfCase({ no }: { no: string }) {
  const words = useWords(FILES)
  const pair = usePair()
  const language = useLanguage()
  const may = mayDo(useMe(), 'case.contribute')
  const messages = useNode('listSms', { params: { thread: no } })
  const retry = useAct('retrySms', ['listSms', 'readSms'])
  const states = {
    wanted: `◔ ${words.wanted}`,
    sending: `◔ ${words.sending}`,
    sent: `✓ ${words.sent}`,
    failed: `✗ ${words.smsStateFailed}`,
    unclear: `? ${words.unclear}`,
    dropped: `– ${words.dropped}`,
  }
  return (
    <Shown read={messages}>
      {({ items }) => (
        <>
          {retry.error === null ? null : <ProblemNotice error={retry.error} />}
          <Table
            size="small"
            rowKey="id"
            pagination={false}
            scroll={{ x: true }}
            locale={{ emptyText: words.noMessages }}
            dataSource={items}
            columns={[
              { title: words.at, render: (_, { createdAt }) => instantText(createdAt, language) },
              { title: words.kind, render: (_, { kind }) => words[kind] },
              { title: words.phone, dataIndex: 'phone' },
              {
                title: words.state,
                render: (_, { state, problem, problemZh }) => (
                  <>
                    {states[state]}
                    {problem === null ? null : (
                      <div className="muted">{pair({ zh: problemZh ?? problem, en: problem })}</div>
                    )}
                  </>
                ),
              },
              { title: words.attempts, dataIndex: 'attempts' },
              {
                title: '',
                render: (_, { id, state }) =>
                  may && (state === 'failed' || state === 'unclear') ? (
                    <Popconfirm
                      title={state === 'unclear' ? words.unclear : words.again}
                      onConfirm={() => retry.mutate({ params: { thread: no, id } })}
                    >
                      <Button>{words.again}</Button>
                    </Popconfirm>
                  ) : null,
              },
            ]}
          />
        </>
      )}
    </Shown>
  )
}

export function Page() {
  const words = useWords(FILES)
  const pair = usePair()
  const language = useLanguage()
  const sms = useNode('readSms')
  const [no, look] = useState<string | null>(null)
  const reads = mayDo(useMe(), 'case.read')
  return (
    <OperationFrame part="sms">
      <p className="muted" style={{ margin: 0 }}>
        {words.smsHint}
      </p>
      <Shown read={sms}>
        {({ configured, waiting, failed, since, answeredAt, problem, problemZh }) =>
          configured ? (
            <Alert
              showIcon
              type={failed > 0 || problem !== null ? 'warning' : 'success'}
              title={words.smsOn}
              description={
                <ul style={{ margin: 0, paddingInlineStart: 20 }}>
                  <li>{words.smsWaiting(waiting)}</li>
                  <li>
                    {failed === 0
                      ? words.smsWell
                      : words.smsFailed(failed, since === null ? '' : instantText(since, language))}
                  </li>
                  <li>
                    {answeredAt === null ? words.neverAnswered : words.answered(instantText(answeredAt, language))}
                  </li>
                  {problem === null ? null : (
                    <li>
                      {words.lastProblem}: {pair({ zh: problemZh ?? problem, en: problem })}
                    </li>
                  )}
                </ul>
              }
            />
          ) : (
            <Alert showIcon type="info" title={words.smsOff} description={words.smsOffHint} />
          )
        }
      </Shown>
      {reads ? (
        <section className="card" aria-labelledby="of-case">
          <h2 id="of-case">{words.ofCase}</h2>
          <Form
            name="sms"
            layout="inline"
            style={{ rowGap: 8, marginBottom: 8 }}
            onFinish={(values: { no: string }) => look(values.no.trim())}
          >
            <Form.Item name="no" label={words.caseNo} rules={[{ required: true, message: words.caseNo }]}>
              <Input autoComplete="off" />
            </Form.Item>
            <Button htmlType="submit">{words.look}</Button>
          </Form>
          {no === null ? null : <OfCase no={no} />}
        </section>
      ) : null}
    </OperationFrame>
  )
}
