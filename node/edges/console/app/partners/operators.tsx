/** Operators of federations that the node trusts, their directories, and the certificates that they revoked. */
import { Alert, Button, Form, Input, Popconfirm, Space, Upload } from 'antd'
import { numbersOf } from '../../../../../protocol/spoken.ts'
import type { ListOperatorsAnswer } from '../../../client/api.generated.ts'
import { saveAs } from '../case/download.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, node, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { Spoken } from './spoken.tsx'
import { FEDERATION } from './words-federation.ts'

const OF_TRUST = ['listOperators', 'listFederationCities', 'listRevocations', 'listPartners'] as const
type Operator = ListOperatorsAnswer['items'][number]

function OperatorRow({ operator: { operator, directory }, manages }: { operator: Operator; manages: boolean }) {
  const words = useWords(FEDERATION)
  const language = useLanguage()
  const distrust = useAct('distrustOperator', OF_TRUST)
  const save = async () => {
    const jws = await new Response(await node.exportDirectory({ params: { operator } })).blob()
    saveAs(jws, 'directory.jws')
  }
  return (
    <li>
      <Space wrap>
        <strong>{directory?.name ?? operator.slice(0, 12)}</strong>
        {directory === null ? (
          <span>{words.noDirectory}</span>
        ) : (
          <>
            <span>
              {directory.standing === 'current' ? '✓' : '▲'} {words[directory.standing]}
            </span>
            <span>{words.version(directory.version, directory.cities)}</span>
            <span className="muted">{words.until(instantText(directory.nextUpdate, language))}</span>
            <Button onClick={() => void save()}>{words.exportDirectory}</Button>
          </>
        )}
        {manages ? (
          <Popconfirm title={words.distrustSure} onConfirm={() => distrust.mutate({ params: { operator } })}>
            <Button danger>{words.distrust}</Button>
          </Popconfirm>
        ) : null}
      </Space>
      <div>
        {words.thumbprint}: <code style={{ overflowWrap: 'anywhere' }}>{operator}</code>
      </div>
      <Spoken fingerprint={operator} />
      {directory?.fork == null ? null : <Alert type="error" showIcon title={words.fork} />}
      {directory?.successor == null ? null : (
        <Alert type="warning" showIcon title={`${words.successor} ${directory.successor}`} />
      )}
      {distrust.error === null ? null : <ProblemNotice error={distrust.error} />}
    </li>
  )
}

/** Trusts an operator once its thumbprint was compared: as it is typed it stands there in words. */
function Trust() {
  const words = useWords(FEDERATION)
  const trust = useAct('trustOperator', OF_TRUST)
  const [form] = Form.useForm<{ operator: string }>()
  const typed = ((Form.useWatch('operator', form) as string | undefined) ?? '').trim()
  const whole = numbersOf(typed).length > 0
  return (
    <Form form={form} name="trust" layout="vertical">
      <Form.Item name="operator" label={words.thumbprint}>
        <Input autoComplete="off" maxLength={100} style={{ maxWidth: 520 }} />
      </Form.Item>
      {whole ? (
        <div>
          {words.compare}
          <Spoken fingerprint={typed} />
        </div>
      ) : null}
      {trust.error === null ? null : <ProblemNotice error={trust.error} />}
      {/* The words that are compared stand above. */}
      <Popconfirm
        placement="bottomLeft"
        title={words.trustSure}
        disabled={!whole}
        onConfirm={() => trust.mutate({ body: { operator: typed } }, { onSuccess: () => form.resetFields() })}
      >
        <Button type="primary" disabled={!whole} loading={trust.isPending}>
          {words.trust}
        </Button>
      </Popconfirm>
    </Form>
  )
}

function Import() {
  const words = useWords(FEDERATION)
  const take = useAct('importDirectory', OF_TRUST)
  return (
    <>
      <Upload
        accept=".jws,text/plain"
        showUploadList={false}
        beforeUpload={file => {
          void file.text().then(text => take.mutate({ body: { jws: text.trim() } }))
          return false
        }}
      >
        <Button loading={take.isPending}>{words.importDirectory}</Button>
      </Upload>
      {take.error === null ? null : <ProblemNotice error={take.error} />}
    </>
  )
}

export function Operators() {
  const words = useWords(FEDERATION)
  const me = useMe()
  const manages = mayDo(me, 'trust.manage')
  const operators = useNode('listOperators')
  return (
    <section className="card" aria-labelledby="operators">
      <h2 id="operators">{words.operators}</h2>
      <Shown read={operators}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{words.noOperators}</p>
          ) : (
            <ul className="rows">
              {items.map(operator => (
                <OperatorRow key={operator.operator} operator={operator} manages={manages} />
              ))}
            </ul>
          )
        }
      </Shown>
      {manages ? (
        <Space direction="vertical" style={{ width: '100%', marginTop: 12 }}>
          <Trust />
          <Import />
        </Space>
      ) : (
        <p className="muted">{words.notYours}</p>
      )}
    </section>
  )
}

export function Revocations() {
  const words = useWords(FEDERATION)
  const language = useLanguage()
  const me = useMe()
  const revocations = useNode('listRevocations')
  const release = useAct('releaseRevocation', OF_TRUST)
  return (
    <section className="card" aria-labelledby="revocations">
      <h2 id="revocations">{words.revocations}</h2>
      {release.error === null ? null : <ProblemNotice error={release.error} />}
      <Shown read={revocations}>
        {({ items }) =>
          items.length === 0 ? (
            <p>✓ {words.noRevocations}</p>
          ) : (
            <ul className="rows">
              {items.map(({ certificate, revokedAt, reason, kept }) => (
                <li key={certificate}>
                  <code style={{ overflowWrap: 'anywhere' }}>{certificate}</code>
                  <div>
                    ✗ {words.revoked(instantText(revokedAt, language), reason)} {kept ? `· ${words.keptOne}` : ''}
                  </div>
                  {kept && mayDo(me, 'trust.manage') ? (
                    <Popconfirm
                      title={words.releaseSure}
                      onConfirm={() => release.mutate({ params: { certificate }, body: {} })}
                    >
                      <Button>{words.release}</Button>
                    </Popconfirm>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </section>
  )
}
