/** How a certificate is renewed: each step with where it is done, and which partners go by the new one already. */
import { Alert, Button, Radio, Space, Steps, Typography } from 'antd'
import { type ReactNode, useState } from 'react'
import type { CertificateState } from '../../../../client/api.generated.ts'
import { saveAs } from '../../case/download.ts'
import { useAct, useNode } from '../../query.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { To } from '../../ui/to.tsx'
import { useWords } from '../../words.ts'
import { requestName, type Step, stepsOf, trustOf, WAYS, type Way, wayOf } from './steps.ts'
import { CERTIFICATES } from './words.ts'

function Request({ newKey, city, manages }: { newKey: boolean; city: string; manages: boolean }) {
  const words = useWords(CERTIFICATES)
  const request = useAct('requestCertificate', ['getCertificate'])
  const { data } = request
  return (
    <Space direction="vertical" style={{ width: '100%' }}>
      {request.error === null ? null : <ProblemNotice error={request.error} />}
      <Space wrap>
        <Button disabled={!manages} loading={request.isPending} onClick={() => request.mutate({ body: { newKey } })}>
          {words.request}
        </Button>
        {data === undefined || data.newKey !== newKey ? null : (
          <Button
            type="primary"
            onClick={() => saveAs(new Blob([data.request], { type: 'application/x-pem-file' }), requestName(city))}
          >
            {words.requestFile} {requestName(city)}
          </Button>
        )}
      </Space>
      <span className="muted">{words.requestHint}</span>
    </Space>
  )
}

/** Whether each partner goes by the present certificate. */
function Partners() {
  const words = useWords(CERTIFICATES)
  const partners = useNode('listPartners')
  const says = {
    trusts: words.trusts,
    mismatch: words.mismatch,
    pending: words.other(words.pending),
    suspended: words.other(words.suspended),
    notConnected: words.other(words.notConnected),
  }
  return (
    <Shown read={partners}>
      {({ items }) =>
        items.length === 0 ? (
          <span className="muted">{words.noPartners}</span>
        ) : (
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>
            {items.map(partner => (
              <li key={partner.code}>
                <To address={`/partners/${partner.code}`}>{partner.name}</To> {says[trustOf(partner)]}
              </li>
            ))}
          </ul>
        )
      }
    </Shown>
  )
}

const Command = ({ text, label }: { text: string; label: string }) => (
  <div>
    <span className="muted">{label}: </span>
    <Typography.Text code copyable>
      {text}
    </Typography.Text>
  </div>
)

export function Rollover({ certificate, manages }: { certificate: CertificateState; manages: boolean }) {
  const words = useWords(CERTIFICATES)
  const { city, selfIssued, waiting } = certificate
  const [way, choose] = useState<Way>(wayOf(certificate))
  const names: Record<Way, string> = {
    self: words.waySelf,
    selfNew: words.waySelfNew,
    authority: words.wayAuthority,
    authorityNew: words.wayAuthorityNew,
  }
  const titles: Record<Step['is'], string> = {
    request: words.request,
    toAuthority: words.toAuthority,
    stop: words.stop,
    install: words.install,
    renew: words.renew,
    start: words.start,
    backup: words.backup,
    tell: words.tell,
    again: words.again,
    confirmed: words.confirmed,
  }
  function contentOf(step: Step): ReactNode {
    if (step.is === 'request') return <Request newKey={step.newKey} city={city} manages={manages} />
    if (step.is === 'toAuthority') return <Command text={step.command} label={words.theirCommand} />
    if (step.is === 'renew' || step.is === 'install') return <Command text={step.command} label={words.byCommand} />
    if (step.is === 'backup') return <To address="/operation/backups">{words.toBackups}</To>
    if (step.is === 'again') return <To address="/partners">{words.toInvite}</To>
    return step.is === 'confirmed' ? <Partners /> : null
  }
  return (
    <section className="card" aria-labelledby="rollover">
      <h2 id="rollover">{words.rollover}</h2>
      <p className="muted">{words.rolloverHint}</p>
      {waiting ? <Alert type="info" showIcon title={words.waiting} /> : null}
      <Radio.Group
        aria-label={words.how}
        value={way}
        onChange={event => choose(event.target.value as Way)}
        style={{ margin: '8px 0 16px' }}
      >
        <Space direction="vertical">
          {WAYS.map(name => (
            <Radio key={name} value={name}>
              {names[name]}
            </Radio>
          ))}
        </Space>
      </Radio.Group>
      <Steps
        orientation="vertical"
        size="small"
        current={-1}
        items={stepsOf(way, city, selfIssued).map(step => ({ title: titles[step.is], content: contentOf(step) }))}
      />
    </section>
  )
}
