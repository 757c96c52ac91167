/** A new agreement: from a template, with chosen partners, all items that fit or none yet; it is kept as a draft and opened. */
import { useNavigate } from '@tanstack/react-router'
import { Button, DatePicker, Form, Modal, Radio, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useAct, useNode } from '../query.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { AGREEMENTS } from './words.ts'

type Wanted = { template: string; partners: string[]; validTo?: Dayjs | null; which: 'all' | 'none' }

export function Begin({ close }: { close: () => void }) {
  const words = useWords(AGREEMENTS)
  const pair = usePair()
  const navigate = useNavigate()
  const templates = useNode('listTemplates')
  const partners = useNode('listPartners')
  const fill = useAct('draftAgreement')
  const keep = useAct('createAgreementDraft', ['listAgreementDrafts'])
  const [form] = Form.useForm<Wanted>()
  const chosen = Form.useWatch('template', form)
  const template = (templates.data?.items ?? []).find(({ name }) => name === chosen)
  const ready = (partners.data?.items ?? []).filter(({ status }) => status === 'active')
  const error = fill.error ?? keep.error
  const begin = ({ template: name, partners: others, validTo, which }: Wanted) =>
    fill.mutate(
      { body: { template: name, partners: others, validTo: validTo?.format('YYYY-MM-DD') } },
      {
        onSuccess: ({ document }) =>
          keep.mutate(
            { body: { document: which === 'all' ? document : { ...document, items: [] } } },
            { onSuccess: ({ id }) => void navigate({ to: `/agreements/drafts/${id}` }) },
          ),
      },
    )
  return (
    <Modal open title={words.begin} footer={null} onCancel={close}>
      <Form<Wanted> form={form} name="begin" layout="vertical" initialValues={{ which: 'all' }} onFinish={begin}>
        <Form.Item
          name="partners"
          label={words.partner}
          rules={[{ required: true, message: words.partner }]}
          extra={partners.data !== undefined && ready.length === 0 ? words.noPartners : undefined}
        >
          <Select
            mode="multiple"
            autoFocus
            options={ready.map(({ code, name }) => ({ value: code, label: `${name} ${code}` }))}
          />
        </Form.Item>
        <Form.Item
          name="template"
          label={words.template}
          rules={[{ required: true, message: words.template }]}
          extra={template === undefined ? undefined : pair({ zh: template.useZh, en: template.useEn })}
        >
          <Select
            options={(templates.data?.items ?? []).map(({ name, zh, en }) => ({
              value: name,
              label: pair({ zh, en }),
            }))}
          />
        </Form.Item>
        <Form.Item name="which" label={words.which}>
          <Radio.Group
            options={[
              { value: 'all', label: words.everyItem },
              { value: 'none', label: words.chosenItems },
            ]}
          />
        </Form.Item>
        <Form.Item name="validTo" label={words.validTo}>
          <DatePicker />
        </Form.Item>
        {error === null ? null : <ProblemNotice error={error} />}
        <Button type="primary" htmlType="submit" loading={fill.isPending || keep.isPending}>
          {words.start}
        </Button>
      </Form>
    </Modal>
  )
}
