/** What is to be typed into the local system for this case: the sheet in the order of its screen, and the number that it gave. */
import { CopyOutlined, EditOutlined } from '@ant-design/icons'
import { Button, Form, Input, Radio, Space } from 'antd'
import { useRef, useState } from 'react'
import { TITLES } from '../../../../../../protocol/case/names.ts'
import { type AnswerOf, useAct, useNode } from '../../query.ts'
import { useMe } from '../../session.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { WhyNot } from '../../ui/why.tsx'
import { usePair, useWords } from '../../words.ts'
import type { Detail } from '../duties.ts'
import { useKept } from '../kept.ts'
import { mayInCase } from '../subject.ts'
import { useUnsaved } from '../unsaved.ts'
import { ENTRY } from './words.ts'

type Entry = AnswerOf<'listEntries'>['items'][number]
type Field = Entry['fields'][number]

/** One line, with a button that copies it; where the browser lets no page copy, it selects the text. */
function Line({ field, told }: { field: Field; told: (text: string) => void }) {
  const words = useWords(ENTRY)
  const shown = useRef<HTMLSpanElement>(null)
  const { label, value, copy, why } = field
  const take = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value)
      told(words.copied(label))
    } catch {
      const selection = getSelection()
      if (shown.current !== null) selection?.selectAllChildren(shown.current)
      told(words.selected(label))
    }
  }
  return (
    <tr>
      <th scope="row" lang="zh">
        {label}
      </th>
      <td>
        {why !== null ? (
          <span className="muted">
            {words.notTold} · <WhyNot problem={why} />
          </span>
        ) : value === '' ? (
          <span className="muted">{words.nothing}</span>
        ) : (
          <span ref={shown} lang="zh" className="entry-value">
            {value}
          </span>
        )}
      </td>
      <td>
        {copy ? (
          <Button size="small" icon={<CopyOutlined />} aria-label={words.copy(label)} onClick={() => void take()}>
            {words.act}
          </Button>
        ) : null}
      </td>
    </tr>
  )
}

function Sheet({ fields }: { fields: readonly Field[] }) {
  const words = useWords(ENTRY)
  const [said, say] = useState('')
  if (fields.length === 0) return <p>{words.noFields}</p>
  return (
    <>
      <Scroll label={words.sheet}>
        <table className="entry-sheet">
          <thead>
            <tr>
              <th scope="col">{words.field}</th>
              <th scope="col">{words.value}</th>
              <th scope="col">{words.act}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: labels of a screen may come twice, their order is fixed
              <Line key={`${index} ${field.label}`} field={field} told={say} />
            ))}
          </tbody>
        </table>
      </Scroll>
      <p role="status">{said}</p>
    </>
  )
}

type Given = { localCaseNo?: string; status: 'entered' | 'accepted' }

function EndForm({ thread, entry, done }: { thread: string; entry: Entry; done: () => void }) {
  const words = useWords(ENTRY)
  const end = useAct('endEntry', ['listEntries', 'getCase', 'getCaseTimeline', 'readQueue', 'countQueues'])
  const [kept, keep] = useKept<Given>(thread, `entry-${entry.packetNo}`)
  useUnsaved(kept !== null)
  const send = ({ localCaseNo, status }: Given) =>
    end.mutate(
      {
        params: { thread, packetNo: entry.packetNo },
        body: { status, ...(entry.arrives ? { localCaseNo: localCaseNo?.trim() } : {}) },
      },
      {
        onSuccess: () => {
          keep(null)
          done()
        },
      },
    )
  return (
    <Form<Given>
      name={`entry-${entry.packetNo}`}
      layout="vertical"
      initialValues={kept ?? { status: 'entered' }}
      onValuesChange={(_, given) => keep(given)}
      onFinish={send}
    >
      {entry.arrives ? (
        <>
          <Form.Item
            name="localCaseNo"
            label={words.localNo}
            rules={[{ required: true, whitespace: true, message: words.localNoNeeded }]}
          >
            <Input maxLength={100} autoComplete="off" style={{ maxWidth: 320 }} />
          </Form.Item>
          <Form.Item name="status" label={words.status} extra={words.acceptedHint}>
            <Radio.Group
              options={[
                { value: 'entered', label: words.entered },
                { value: 'accepted', label: words.accepted },
              ]}
            />
          </Form.Item>
        </>
      ) : (
        <Form.Item name="status" hidden>
          <Input />
        </Form.Item>
      )}
      {end.error === null ? null : <ProblemNotice error={end.error} />}
      <Button type="primary" htmlType="submit" loading={end.isPending}>
        {words.done}
      </Button>
    </Form>
  )
}

function Opened({ detail, done }: { detail: Detail; done: () => void }) {
  const words = useWords(ENTRY)
  const pair = usePair()
  const me = useMe()
  const { thread } = detail
  const read = useNode('listEntries', { params: { thread } })
  return (
    <Shown read={read}>
      {({ items: [entry, ...others] }) =>
        entry === undefined ? (
          <p>{words.over}</p>
        ) : (
          <>
            <h3>
              {words.title(entry.system)} · {pair(TITLES[entry.kind as keyof typeof TITLES])}
            </h3>
            <Sheet fields={entry.fields} />
            {mayInCase(me, 'case.accept', detail) ? (
              <EndForm key={entry.packetNo} thread={thread} entry={entry} done={done} />
            ) : (
              <p>{words.mayNot}</p>
            )}
            {others.length === 0 ? null : <p className="muted">{words.also}</p>}
          </>
        )
      }
    </Shown>
  )
}

/** The sheet is read when somebody opens it, since it shows the applicant whole, and each reading is audited. */
export function EntrySheets({ detail }: { detail: Detail }) {
  const words = useWords(ENTRY)
  const [open, setOpen] = useState(false)
  return (
    <section className="card entry" aria-labelledby="entry">
      <h2 id="entry">
        <EditOutlined /> {words.waits}
      </h2>
      <p>{words.waitsHint}</p>
      <Space>
        <Button type={open ? 'default' : 'primary'} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? words.hide : words.open}
        </Button>
      </Space>
      {open ? <Opened detail={detail} done={() => setOpen(false)} /> : null}
    </section>
  )
}
