/** Whoever is asked to countersign the case agrees here, or not: for oneself, and for each own department that is asked. */
import { AuditOutlined } from '@ant-design/icons'
import { Button, Form, Input, Space } from 'antd'
import { useAct } from '../../query.ts'
import { useMe } from '../../session.ts'
import { ProblemNotice } from '../../ui/problem.tsx'
import { useUnits } from '../../units.ts'
import { useWords } from '../../words.ts'
import type { Detail } from '../duties.ts'
import { Phrases } from '../steps/phrases.tsx'
import { mayInCase } from '../subject.ts'
import { useUnsaved } from '../unsaved.ts'
import { WORDS } from './forms.tsx'
import { OF_APPROVAL } from './stale.ts'
import { APPROVAL } from './words.ts'

function Answer({ thread, department }: { thread: string; department: string | null }) {
  const words = useWords(APPROVAL)
  const { departmentName } = useUnits()
  const answer = useAct('countersignCase', OF_APPROVAL)
  const [form] = Form.useForm<{ opinion?: string }>()
  const opinion = Form.useWatch('opinion', form) ?? ''
  useUnsaved(opinion.trim() !== '')
  const send = (agrees: boolean) => {
    const written = opinion.trim()
    if (!agrees && written === '') {
      form.setFields([{ name: 'opinion', errors: [words.opinionNeeded] }])
      return
    }
    answer.mutate({
      params: { thread },
      body: {
        agrees,
        ...(written === '' ? {} : { opinion: written }),
        ...(department === null ? {} : { department }),
      },
    })
  }
  return (
    <Form form={form} name={`countersign-${department ?? 'self'}`} layout="vertical">
      <h3>{department === null ? words.forYourself : words.forDepartment(departmentName(department))}</h3>
      <Phrases
        thread={thread}
        kind="case.decide"
        insert={text => form.setFieldsValue({ opinion: `${opinion}${text}`.slice(0, WORDS) })}
      />
      <Form.Item name="opinion" label={words.opinion} extra={words.opinionHint}>
        <Input.TextArea maxLength={WORDS} rows={2} />
      </Form.Item>
      {answer.error === null ? null : <ProblemNotice error={answer.error} />}
      <Space>
        <Button type="primary" loading={answer.isPending} onClick={() => send(true)}>
          {words.agree}
        </Button>
        <Button danger loading={answer.isPending} onClick={() => send(false)}>
          {words.disagree}
        </Button>
      </Space>
    </Form>
  )
}

export function Answers({ detail }: { detail: Detail }) {
  const words = useWords(APPROVAL)
  const me = useMe()
  const { people, departments } = detail.asked
  const own = departments.filter(code => me.departments === null || me.departments.includes(code))
  const asked = [...(people.includes(me.id) ? [null] : []), ...own]
  if (asked.length === 0 || !mayInCase(me, 'case.countersign', detail)) return null
  return (
    <section className="card" aria-labelledby="countersign">
      <h2 id="countersign">
        <AuditOutlined /> {words.waitsForYou}
      </h2>
      {asked.map(department => (
        <Answer key={department ?? ''} thread={detail.thread} department={department} />
      ))}
    </section>
  )
}
