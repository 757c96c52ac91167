/** The applicant: masked until somebody asks for it; the look goes into the audit log. */
import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons'
import { Button, Descriptions } from 'antd'
import { useState } from 'react'
import type { CaseContent } from '../../../../../../protocol/case/kinds.ts'
import { useNode } from '../../query.ts'
import { Shown } from '../../ui/page.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { formLines } from '../form-lines.ts'
import { CASE } from '../words.ts'
import type { Held } from './tabs.tsx'

/** As its city wrote it. */
type Application = Partial<CaseContent<'case.submit'>>

function Person({ application, item }: { application: Application; item: Held['detail']['item'] & { city: string } }) {
  const words = useWords(CASE)
  const language = useLanguage()
  const listed = useNode('getItem', { params: { city: item.city, code: item.code } })
  const { applicant, agent, delivery, form } = application
  const types: Readonly<Record<string, string>> = { 111: words.residentId, '001': words.creditCode }
  const methods = {
    'e-licence': words.byLicence,
    mail: words.byMail,
    collecting: words.atCollecting,
    handling: words.atHandling,
  }
  const lines = [
    [words.name, applicant?.name],
    [words.idType, applicant === undefined ? undefined : (types[applicant.idType] ?? applicant.idType)],
    [words.idNumber, applicant?.idNumber],
    [words.phone, applicant?.phone],
    [words.address, applicant?.address],
    [words.legalRepresentative, applicant?.legalRepresentative],
    [
      words.agent,
      agent === undefined ? undefined : [agent.name, agent.idNumber, agent.phone].filter(Boolean).join(' '),
    ],
    [
      words.delivery,
      delivery === undefined
        ? undefined
        : [methods[delivery.method], ...Object.values(delivery.recipient ?? {})].join(' '),
    ],
  ] as const
  return (
    <Descriptions column={1} bordered size="small">
      {lines.map(([label, value]) =>
        value === undefined ? null : (
          <Descriptions.Item key={label} label={label}>
            {value}
          </Descriptions.Item>
        ),
      )}
      {formLines(form ?? {}, listed.data?.form, language).map(({ name, label, value }) => (
        <Descriptions.Item key={`form ${name}`} label={label}>
          {value}
        </Descriptions.Item>
      ))}
    </Descriptions>
  )
}

export function Applicant({ detail, cities }: Held) {
  const words = useWords(CASE)
  const [shown, show] = useState(false)
  const read = useNode('readCaseBodies', { params: { thread: detail.thread } }, { when: shown })
  if (!shown)
    return (
      <>
        <p>
          {words.applicant} {detail.applicant}
        </p>
        <p className="muted">{words.masked}</p>
        <Button icon={<EyeOutlined />} onClick={() => show(true)}>
          {words.showPerson}
        </Button>
      </>
    )
  return (
    <>
      <Button icon={<EyeInvisibleOutlined />} onClick={() => show(false)}>
        {words.hidePerson}
      </Button>
      <Shown read={read}>
        {({ bodies }) => {
          const body = bodies.find(({ kind }) => kind === 'case.submit')?.body
          return typeof body === 'object' && body !== null ? (
            <Person application={body as Application} item={{ ...detail.item, city: cities.handling }} />
          ) : (
            <p className="muted">{words.personPurged}</p>
          )
        }}
      </Shown>
    </>
  )
}
