/** Parked work: why each piece stopped, who must act and how; tried again, done by hand, given up or skipped, with a reason. */
import { Link } from '@tanstack/react-router'
import { Button, Empty, Form, Input, Modal, Space, Tag } from 'antd'
import { useState } from 'react'
import type { ParkedWork } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { Told } from '../ui/told.tsx'
import { useLanguage, useWords } from '../words.ts'
import { ADAPTERS } from './words.ts'

const OF_PARKED = ['listParked', 'getHealth'] as const
type Ending = { title: string; act: (reason: string) => void }

/** What a retry names it by. */
const nameOf = (work: ParkedWork) =>
  work.what === 'packet'
    ? { packetNo: work.packetNo }
    : work.what === 'adapter-event'
      ? { event: work.event }
      : { material: work.material }

function Piece({ work, manages, end }: { work: ParkedWork; manages: boolean; end: (ending: Ending) => void }) {
  const words = useWords(ADAPTERS)
  const language = useLanguage()
  const retry = useAct('retryParked', OF_PARKED)
  const done = useAct('endParked', OF_PARKED)
  const giveUp = useAct('giveUpParked', OF_PARKED)
  const skip = useAct('skipParked', OF_PARKED)
  const error = retry.error ?? done.error ?? giveUp.error ?? skip.error
  const whats = { packet: words.packet, 'adapter-event': words.answer, material: words.material }
  const caseNo = work.what === 'material' ? null : work.caseNo
  return (
    <li className="card">
      <Space wrap>
        <Tag>{whats[work.what]}</Tag>
        {work.what === 'packet' ? <code>{work.kind}</code> : null}
        {caseNo === null ? null : (
          <Link to={`/cases/${caseNo}`} title={words.open}>
            {caseNo}
          </Link>
        )}
        <span className="muted">
          {instantText(work.at, language)} · {words.attempts(work.attempts)}
        </span>
      </Space>
      <Told problem={work.problem} />
      {error === null ? null : <ProblemNotice error={error} />}
      {manages ? (
        <Space wrap>
          <Button type="primary" loading={retry.isPending} onClick={() => retry.mutate({ body: nameOf(work) })}>
            {words.retry}
          </Button>
          {work.what === 'packet' ? (
            <>
              <Button
                onClick={() =>
                  end({
                    title: words.done,
                    act: reason => done.mutate({ body: { packetNo: work.packetNo, reason } }),
                  })
                }
              >
                {words.done}
              </Button>
              <Button
                danger
                onClick={() =>
                  end({
                    title: words.giveUp,
                    act: reason => giveUp.mutate({ body: { packetNo: work.packetNo, reason } }),
                  })
                }
              >
                {words.giveUp}
              </Button>
            </>
          ) : null}
          {work.what === 'adapter-event' ? (
            <Button
              danger
              onClick={() =>
                end({ title: words.skipAnswer, act: reason => skip.mutate({ body: { event: work.event, reason } }) })
              }
            >
              {words.skipAnswer}
            </Button>
          ) : null}
        </Space>
      ) : null}
    </li>
  )
}

export function Page() {
  const words = useWords(ADAPTERS)
  const me = useMe()
  const parked = useNode('listParked')
  const retryAll = useAct('retryParked', OF_PARKED)
  const [ending, setEnding] = useState<Ending | null>(null)
  const manages = mayDo(me, 'operation.manage')
  const aside = manages ? (
    <Button loading={retryAll.isPending} onClick={() => retryAll.mutate({ body: { all: true } })}>
      {words.retryAll}
    </Button>
  ) : null
  return (
    <PageFrame title={words.title} aside={aside}>
      <p className="muted">{words.hint}</p>
      {retryAll.error === null ? null : <ProblemNotice error={retryAll.error} />}
      <Shown read={parked}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty description={words.none} />
          ) : (
            <ul className="rows">
              {items.map(work => (
                <Piece key={JSON.stringify(nameOf(work))} work={work} manages={manages} end={setEnding} />
              ))}
            </ul>
          )
        }
      </Shown>
      <Modal
        open={ending !== null}
        title={ending?.title}
        footer={null}
        onCancel={() => setEnding(null)}
        destroyOnHidden
      >
        <Form
          name="ending"
          layout="vertical"
          onFinish={({ reason }: { reason: string }) => {
            ending?.act(reason)
            setEnding(null)
          }}
        >
          <Form.Item name="reason" label={words.reason} rules={[{ required: true, message: words.reason }]}>
            <Input.TextArea autoFocus rows={3} maxLength={500} />
          </Form.Item>
          <Button type="primary" htmlType="submit">
            {words.confirm}
          </Button>
        </Form>
      </Modal>
    </PageFrame>
  )
}
