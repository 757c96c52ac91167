/** Own exports: begun from a queue, watched, downloaded, deleted. */
import { Button, Empty, Form, Popconfirm, Select, Space } from 'antd'
import type { BeginExportRequest, Export } from '../../../../client/api.generated.ts'
import { saveAs } from '../../case/download.ts'
import { QUEUE_ORDER, QUEUES, type QueueName } from '../../desk/names.ts'
import { useAct, useNode } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { instantText } from '../../time.ts'
import { useWhile } from '../../ui/pace.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { WhyNot } from '../../ui/why.tsx'
import { useLanguage, usePair, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { sizeText } from './size.ts'
import { FILES } from './words.ts'

const OF_EXPORTS = ['listExports'] as const

function Begin() {
  const words = useWords(FILES)
  const pair = usePair()
  const begin = useAct('beginExport', OF_EXPORTS)
  return (
    <section className="card">
      <Form
        name="export"
        layout="inline"
        style={{ rowGap: 8 }}
        initialValues={{ format: 'xlsx' }}
        onFinish={(values: { queue: QueueName; format: BeginExportRequest['format'] }) =>
          begin.mutate({ body: values })
        }
      >
        <Form.Item name="queue" label={words.queue} rules={[{ required: true, message: words.queueNeeded }]}>
          <Select
            style={{ width: 220 }}
            options={QUEUE_ORDER.map(queue => ({ value: queue, label: pair(QUEUES[queue].name) }))}
          />
        </Form.Item>
        <Form.Item name="format" label={words.format}>
          <Select
            style={{ width: 200 }}
            options={(['xlsx', 'csv'] as const).map(value => ({ value, label: words[value] }))}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={begin.isPending}>
          {words.begin}
        </Button>
      </Form>
      {begin.error === null ? null : <ProblemNotice error={begin.error} />}
    </section>
  )
}

function Row({ job }: { job: Export }) {
  const words = useWords(FILES)
  const language = useLanguage()
  const remove = useAct('deleteExport', OF_EXPORTS)
  const download = useAct('downloadExport', OF_EXPORTS)
  const { id, format, state, done, total, bytes, problem, createdAt, expiresAt } = job
  const error = remove.error ?? download.error
  const states = {
    waiting: `◔ ${words.waiting}`,
    running: `◔ ${words.running(done, total)}`,
    done: `✓ ${words.done(done, sizeText(bytes))}`,
    failed: `✗ ${words.failed}`,
  }
  const name = `tongban-${createdAt.slice(0, 10)}.${format}`
  const get = () =>
    download.mutate({ params: { id } }, { onSuccess: async stream => saveAs(await new Response(stream).blob(), name) })
  return (
    <li className="card">
      <Space wrap>
        <strong>{words[format]}</strong>
        <span role="status">{states[state]}</span>
        <span className="muted">
          {words.createdAt(instantText(createdAt, language))} · {words.expiresAt(instantText(expiresAt, language))}
        </span>
        {state === 'done' ? (
          <Button type="primary" loading={download.isPending} onClick={get}>
            {words.download}
          </Button>
        ) : null}
        <Popconfirm title={words.remove} onConfirm={() => remove.mutate({ params: { id } })}>
          <Button danger loading={remove.isPending}>
            {words.remove}
          </Button>
        </Popconfirm>
      </Space>
      {problem === null ? null : <WhyNot problem={problem} />}
      {error === null ? null : <ProblemNotice error={error} />}
    </li>
  )
}

export function Page() {
  const words = useWords(FILES)
  const exports = useNode('listExports')
  const goesOn = exports.data?.items.some(({ state }) => state === 'waiting' || state === 'running') === true
  useWhile(goesOn, exports.refetch, exports.dataUpdatedAt)
  return (
    <OperationFrame part="exports">
      <p className="muted" style={{ margin: 0 }}>
        {words.hint}
      </p>
      {mayDo(useMe(), 'case.list') ? <Begin /> : null}
      <Shown read={exports}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty description={words.none}>
              <p className="muted">{words.noneHint}</p>
            </Empty>
          ) : (
            <ul className="rows">
              {items.map(job => (
                <Row key={job.id} job={job} />
              ))}
            </ul>
          )
        }
      </Shown>
    </OperationFrame>
  )
}
