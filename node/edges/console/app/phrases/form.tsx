/** A phrase as it is written: a new one, or one that is written anew. */
import { Button, Form, Input, Select, Space } from 'antd'
import { CASE_CONTENT, type CaseKind } from '../../../../../protocol/case/kinds.ts'
import { TITLES } from '../../../../../protocol/case/names.ts'
import { type AnswerOf, type InputOf, useAct } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useUnits } from '../units.ts'
import { useLanguage, useWords } from '../words.ts'
import { PHRASES } from './words.ts'

export type Phrase = AnswerOf<'listPhrases'>['items'][number]
type Body = InputOf<'addPhrase'>['body']

/** What pages show of phrases. */
export const OF_PHRASES = ['listPhrases', 'readPhrases'] as const
const PLACEHOLDERS = '{办件编号} {办理地编号} {事项} {收件城市} {办理城市} {今天}'
/** Characters of a title, a text and a code. */
const MOST = { title: 60, text: 2000, code: 50 } as const

/** Steps in which people write. */
const KINDS = (Object.keys(CASE_CONTENT) as CaseKind[]).filter(
  kind => kind !== 'case.submit' && kind !== 'case.purge',
) as NonNullable<Body['step']>[]

const given = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.trim()

export function PhraseForm({ phrase, close }: { phrase: Phrase | null; close: () => void }) {
  const words = useWords(PHRASES)
  const language = useLanguage()
  const me = useMe()
  const own = mayDo(me, 'phrase.manage') ? null : me.departments
  const { departments } = useUnits()
  const add = useAct('addPhrase', OF_PHRASES)
  const change = useAct('changePhrase', OF_PHRASES)
  const act = phrase === null ? add : change
  const mine = departments.filter(({ code }) => own === null || own.includes(code))
  const known = new Set(mine.map(({ code }) => code))
  const others = [...(own ?? []), phrase?.department].filter(code => typeof code === 'string' && !known.has(code))
  const send = ({ title, text, step, item, department }: Body) => {
    const body: Body = { title: title.trim(), text, step, item: given(item), department }
    if (phrase === null) add.mutate({ body }, { onSuccess: close })
    else
      change.mutate(
        { params: { id: phrase.id }, body, ifMatch: String(Date.parse(phrase.updatedAt)) },
        { onSuccess: close },
      )
  }
  return (
    <Form<Body>
      name="phrase"
      layout="vertical"
      initialValues={{
        title: phrase?.title,
        text: phrase?.text,
        step: phrase?.step ?? undefined,
        item: phrase?.item ?? undefined,
        department: phrase?.department ?? undefined,
      }}
      onFinish={send}
    >
      <Form.Item name="title" label={words.name} rules={[{ required: true, whitespace: true, message: words.needed }]}>
        <Input maxLength={MOST.title} />
      </Form.Item>
      <Form.Item
        name="text"
        label={words.text}
        extra={words.textHint(PLACEHOLDERS)}
        rules={[{ required: true, whitespace: true, message: words.needed }]}
      >
        <Input.TextArea maxLength={MOST.text} rows={4} />
      </Form.Item>
      <Form.Item name="step" label={words.step}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={words.anyStep}
          options={KINDS.map(kind => ({ value: kind, label: TITLES[kind][language] }))}
        />
      </Form.Item>
      <Form.Item name="item" label={words.item} extra={words.itemHint}>
        <Input maxLength={MOST.code} />
      </Form.Item>
      <Form.Item name="department" label={words.department}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={words.own}
          options={[
            ...mine.map(({ code, name }) => ({ value: code, label: name })),
            ...others.map(code => ({ value: code, label: code })),
          ]}
        />
      </Form.Item>
      {act.error === null ? null : <ProblemNotice error={act.error} />}
      <Space>
        <Button type="primary" htmlType="submit" loading={act.isPending}>
          {words.save}
        </Button>
        <Button onClick={close}>{words.cancel}</Button>
      </Space>
    </Form>
  )
}
