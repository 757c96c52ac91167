/** What a purge of a case would delete and which backups still hold it; its archive; and the purge before its day. */
import { Alert, Button, Form, Input, Modal, Radio, Space } from 'antd'
import { useState } from 'react'
import type { PreviewPurgeAnswer, PurgeCaseRequest } from '../../../../client/api.generated.ts'
import { saveAs } from '../../case/download.ts'
import { useAct, useNode } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { dayText, instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { To } from '../../ui/to.tsx'
import { WhyNot } from '../../ui/why.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { PURGE } from './words.ts'

function Scope({ preview }: { preview: PreviewPurgeAnswer }) {
  const words = useWords(PURGE)
  const language = useLanguage()
  const { purgeOn, ended, purgedAt, bodies, materials, drafts, projections, search, laterDrafts, backups, problem } =
    preview
  return (
    <>
      <p>
        <strong>
          {purgedAt !== null
            ? `✓ ${words.purged(instantText(purgedAt, language))}`
            : purgeOn !== null
              ? words.purgeOn(dayText(purgeOn, language))
              : ended
                ? words.kept
                : words.stillOpen}
        </strong>
      </p>
      {problem === null ? null : (
        <Alert type="warning" showIcon title={words.obstacle} description={<WhyNot problem={problem} />} />
      )}
      <h3>{words.would}</h3>
      <ul>
        <li>{words.bodies(bodies)}</li>
        <li>{words.materials(materials)}</li>
        <li>{words.drafts(drafts)}</li>
        <li>{words.projections(projections)}</li>
        <li>{words.search(search)}</li>
      </ul>
      {laterDrafts === 0 ? null : <p>{words.laterDrafts(laterDrafts)}</p>}
      <h3>{words.backups}</h3>
      {backups.length === 0 ? <p>{words.noBackups}</p> : null}
      <ul>
        {backups.map(({ folder, at, keys }) => (
          <li key={folder}>
            <code>{folder}</code> {instantText(at, language)} ·{' '}
            {keys === null ? words.backupWithin : words.backupKeys(keys)}
          </li>
        ))}
      </ul>
    </>
  )
}

function PurgeNow({ thread, close }: { thread: string; close: () => void }) {
  const words = useWords(PURGE)
  const purge = useAct('purgeCase', ['previewPurge', 'getCase', 'listCases'])
  return (
    <Modal open title={words.purge} footer={null} onCancel={close}>
      {purge.data === undefined ? (
        <Form
          name="purge"
          layout="vertical"
          onFinish={({ cause }: PurgeCaseRequest) => purge.mutate({ params: { thread }, body: { cause } })}
        >
          <p>{words.sure}</p>
          <Form.Item name="cause" label={words.cause} rules={[{ required: true, message: words.causeNeeded }]}>
            <Radio.Group>
              <Space direction="vertical">
                <Radio value="request">{words.request}</Radio>
                <Radio value="law">{words.law}</Radio>
              </Space>
            </Radio.Group>
          </Form.Item>
          {purge.error === null ? null : <ProblemNotice error={purge.error} />}
          <Space>
            <Button danger type="primary" htmlType="submit" loading={purge.isPending}>
              {words.purge}
            </Button>
            <Button onClick={close}>{words.cancel}</Button>
          </Space>
        </Form>
      ) : (
        <Alert type="success" showIcon title={words.done(purge.data.bodies, purge.data.materials)} />
      )}
    </Modal>
  )
}

function OfCase({ no }: { no: string }) {
  const words = useWords(PURGE)
  const me = useMe()
  const preview = useNode('previewPurge', { params: { thread: no } })
  const archive = useAct('archiveCase')
  const [asking, ask] = useState(false)
  return (
    <section className="card" aria-label={no}>
      <Shown read={preview}>
        {found => {
          const { thread, ended, purgedAt, problem } = found
          const purgeable = ended && purgedAt === null
          return (
            <>
              <Space wrap>
                <To address={`/cases/${encodeURIComponent(no)}`}>{words.open}</To>
                {mayDo(me, 'case.export') ? (
                  <Button
                    title={words.archiveHint}
                    loading={archive.isPending}
                    onClick={() =>
                      archive.mutate(
                        { params: { thread } },
                        { onSuccess: async zip => saveAs(await new Response(zip).blob(), `archive-${thread}.zip`) },
                      )
                    }
                  >
                    {words.archive}
                  </Button>
                ) : null}
                {mayDo(me, 'case.purge') && purgeable ? (
                  <Button
                    danger
                    disabled={problem !== null}
                    title={problem === null ? undefined : words.obstacle}
                    onClick={() => ask(true)}
                  >
                    {words.purge}
                  </Button>
                ) : null}
              </Space>
              {archive.error === null ? null : <ProblemNotice error={archive.error} />}
              <Scope preview={found} />
              {asking ? <PurgeNow thread={thread} close={() => ask(false)} /> : null}
            </>
          )
        }}
      </Shown>
    </section>
  )
}

export function Page() {
  const words = useWords(PURGE)
  const [no, look] = useState<string | null>(null)
  return (
    <OperationFrame part="purge">
      <p className="muted" style={{ margin: 0 }}>
        {words.hint}
      </p>
      <Form
        name="purge-of"
        layout="inline"
        style={{ rowGap: 8 }}
        onFinish={(values: { no: string }) => look(values.no.trim())}
      >
        <Form.Item name="no" label={words.caseNo} rules={[{ required: true, message: words.caseNo }]}>
          <Input autoComplete="off" />
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {words.look}
        </Button>
      </Form>
      {no === null ? null : <OfCase key={no} no={no} />}
    </OperationFrame>
  )
}
