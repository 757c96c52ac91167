/** Authorities whose certificates confirm a city without words. */
import { Button, Form, Input, Popconfirm, Space } from 'antd'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { Spoken } from './spoken.tsx'
import { FEDERATION } from './words-federation.ts'

function Accept() {
  const words = useWords(FEDERATION)
  const accept = useAct('acceptAuthority', ['listAuthorities'])
  const [form] = Form.useForm<{ pem: string; fingerprint: string }>()
  return (
    <Form
      form={form}
      name="authority"
      layout="vertical"
      onFinish={({ pem, fingerprint }) =>
        accept.mutate(
          { body: { pem, fingerprint: fingerprint.toLowerCase().replaceAll(/[^0-9a-f]/g, '') } },
          { onSuccess: () => form.resetFields() },
        )
      }
    >
      <Form.Item name="pem" label={words.pem} rules={[{ required: true, message: words.pem }]}>
        <Input.TextArea rows={4} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="fingerprint"
        label={words.fingerprintGiven}
        rules={[{ required: true, message: words.fingerprintGiven }]}
      >
        <Input autoComplete="off" maxLength={120} />
      </Form.Item>
      {accept.error === null ? null : <ProblemNotice error={accept.error} />}
      <Button htmlType="submit" loading={accept.isPending}>
        {words.accept}
      </Button>
    </Form>
  )
}

export function Authorities() {
  const words = useWords(FEDERATION)
  const language = useLanguage()
  const me = useMe()
  const manages = mayDo(me, 'trust.manage')
  const authorities = useNode('listAuthorities')
  const remove = useAct('removeAuthority', ['listAuthorities'])
  return (
    <section className="card" aria-labelledby="authorities">
      <h2 id="authorities">{words.authorities}</h2>
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
      <Shown read={authorities}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{words.noAuthorities}</p>
          ) : (
            <ul className="rows">
              {items.map(({ fingerprint, name, acceptedAt, certificateValidTo, partners }) => (
                <li key={fingerprint}>
                  <Space wrap>
                    <strong>{name}</strong>
                    <span className="muted">
                      {words.acceptedAt(instantText(acceptedAt, language), instantText(certificateValidTo, language))} ·{' '}
                      {words.through(partners.length)}
                    </span>
                    {manages ? (
                      <Popconfirm title={words.removeSure} onConfirm={() => remove.mutate({ params: { fingerprint } })}>
                        <Button danger>{words.remove}</Button>
                      </Popconfirm>
                    ) : null}
                  </Space>
                  <Spoken fingerprint={fingerprint} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {manages ? <Accept /> : null}
    </section>
  )
}
