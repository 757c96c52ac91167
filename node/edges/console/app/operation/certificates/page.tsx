/** The certificate of this city and its keys: how they stand, and how they are renewed, step by step. */
import { Alert, Button, Descriptions, Popconfirm, Space, Table } from 'antd'
import type { CertificateState, Identity } from '../../../../client/api.generated.ts'
import { saveAs } from '../../case/download.ts'
import { useAct, useNode } from '../../query.ts'
import { mayDo, useMe } from '../../session.ts'
import { instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { ProblemNotice } from '../../ui/problem.tsx'
import { WhyNot } from '../../ui/why.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { OperationFrame } from '../frame.tsx'
import { Rollover } from './rollover.tsx'
import { grouped } from './steps.ts'
import { CERTIFICATES } from './words.ts'

/** Days before its end from which the node itself warns. */
const SOON = 60

function Days({ left }: { left: number }) {
  const words = useWords(CERTIFICATES)
  if (left < 0)
    return (
      <strong>
        ✗ {words.ended(-left)} · {words.renewNow}
      </strong>
    )
  return left > SOON ? (
    <span>✓ {words.left(left)}</span>
  ) : (
    <strong>
      ! {words.left(left)} · {words.renewNow}
    </strong>
  )
}

function Certificate({ certificate }: { certificate: CertificateState }) {
  const words = useWords(CERTIFICATES)
  const language = useLanguage()
  const { name, city, issuer, selfIssued, validFrom, validTo, daysLeft, fingerprint, serial } = certificate
  const { revoked, cityKey, delegation, pem } = certificate
  const keyStates = { ok: `✓ ${words.keyOk}`, failed: `✗ ${words.keyFailed}`, unproven: `– ${words.keyUnproven}` }
  const items = [
    [words.holder, `${name} ${city}`],
    [words.issuer, `${issuer}（${selfIssued ? words.selfIssued : words.issued}）`],
    [
      words.valid,
      <Space key="valid" wrap>
        {words.span(instantText(validFrom, language), instantText(validTo, language))}
        <Days left={daysLeft} />
      </Space>,
    ],
    [
      words.fingerprint,
      <div key="fingerprint">
        <code>{grouped(fingerprint)}</code> <span className="muted">{words.fingerprintHint}</span>
      </div>,
    ],
    [
      words.serial,
      <code key="serial" style={{ overflowWrap: 'anywhere' }}>
        {serial}
      </code>,
    ],
    [words.cityKey, keyStates[cityKey]],
    [words.delegation, words.until(instantText(delegation.until, language))],
  ] as const
  return (
    <section className="card" aria-labelledby="certificate">
      <h2 id="certificate">{words.certificate}</h2>
      {revoked === null ? null : (
        <Alert
          type="error"
          showIcon
          title={`${words.revoked}: ${instantText(revoked.at, language)}`}
          description={revoked.reason}
        />
      )}
      {delegation.problem === null ? null : (
        <Alert type="error" showIcon title={words.delegation} description={<WhyNot problem={delegation.problem} />} />
      )}
      <Descriptions
        column={1}
        size="small"
        items={items.map(([label, children]) => ({ key: label, label, children }))}
      />
      <Button onClick={() => saveAs(new Blob([pem], { type: 'application/x-pem-file' }), `certificate-${city}.pem`)}>
        {words.download}
      </Button>
    </section>
  )
}

function Keys({ keys, manages }: { keys: Identity['keys']; manages: boolean }) {
  const words = useWords(CERTIFICATES)
  const language = useLanguage()
  const stale = ['getIdentity', 'getCertificate'] as const
  const rotate = useAct('rotatePacketKey', stale)
  const revoke = useAct('revokePacketKey', stale)
  const error = rotate.error ?? revoke.error
  const states = { current: `✓ ${words.current}`, retired: words.retired, revoked: `✗ ${words.revokedKey}` }
  return (
    <section className="card" aria-labelledby="keys">
      <h2 id="keys">{words.keys}</h2>
      {error === null ? null : <ProblemNotice error={error} />}
      {rotate.data === undefined ? null : <Alert type="success" showIcon title={words.rotated} />}
      <Table
        size="small"
        rowKey="kid"
        pagination={false}
        scroll={{ x: true }}
        dataSource={keys}
        columns={[
          { title: words.kid, render: (_, { kid }) => <code>{kid}</code> },
          { title: words.purpose, render: (_, { purpose }) => words[purpose] },
          { title: words.state, render: (_, { state }) => states[state] },
          { title: words.delegatedUntil, render: (_, { delegatedUntil }) => instantText(delegatedUntil, language) },
          {
            title: '',
            render: (_, { kid, purpose, state }) =>
              manages && purpose === 'packet' && state === 'retired' ? (
                <Popconfirm title={words.revokeSure} onConfirm={() => revoke.mutate({ params: { kid }, body: {} })}>
                  <Button danger>{words.revoke}</Button>
                </Popconfirm>
              ) : null,
          },
        ]}
      />
      {manages ? (
        <Popconfirm title={words.rotateSure} onConfirm={() => rotate.mutate({ body: {} })}>
          <Button style={{ marginTop: 8 }} loading={rotate.isPending}>
            {words.rotate}
          </Button>
        </Popconfirm>
      ) : null}
    </section>
  )
}

export function Page() {
  const manages = mayDo(useMe(), 'trust.manage')
  const certificate = useNode('getCertificate')
  const identity = useNode('getIdentity')
  return (
    <OperationFrame part="certificates">
      <Shown read={certificate}>
        {state => (
          <>
            <Certificate certificate={state} />
            <Shown read={identity}>{({ keys }) => <Keys keys={keys} manages={manages} />}</Shown>
            <Rollover certificate={state} manages={manages} />
          </>
        )}
      </Shown>
    </OperationFrame>
  )
}
