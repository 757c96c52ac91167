/** API tokens of one person: made for a program, shown once, ended. */
import { Button, DatePicker, Form, Input, Popconfirm } from 'antd'
import type { Dayjs } from 'dayjs'
import type { AccessToken } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { instantText } from '../time.ts'
import { Once } from '../ui/once.tsx'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { PEOPLE } from './words.ts'

const OF_TOKENS = ['listTokens'] as const

function Row({ id, token, manages }: { id: string; token: AccessToken; manages: boolean }) {
  const words = useWords(PEOPLE)
  const language = useLanguage()
  const revoke = useAct('revokeToken', OF_TOKENS)
  const { label, createdAt, expiresAt, revokedAt, lastUsedAt } = token
  const over = Date.parse(expiresAt) < Date.now()
  return (
    <li>
      <strong>{label}</strong> {words.token(instantText(createdAt, language), instantText(expiresAt, language))} ·{' '}
      {lastUsedAt === null ? words.tokenNever : words.tokenUsed(instantText(lastUsedAt, language))}{' '}
      {revokedAt !== null ? `✗ ${words.tokenEnded}` : over ? `✗ ${words.tokenOver}` : null}
      {manages && revokedAt === null && !over ? (
        <Popconfirm title={words.endTokenSure} onConfirm={() => revoke.mutate({ params: { id, token: token.id } })}>
          <Button danger size="small">
            {words.endToken}
          </Button>
        </Popconfirm>
      ) : null}
      {revoke.error === null ? null : <ProblemNotice error={revoke.error} />}
    </li>
  )
}

export function Tokens({ id, manages }: { id: string; manages: boolean }) {
  const words = useWords(PEOPLE)
  const tokens = useNode('listTokens', { params: { id } })
  const create = useAct('createToken', OF_TOKENS)
  return (
    <section aria-labelledby="their-tokens">
      <h3 id="their-tokens">{words.tokens}</h3>
      <Shown read={tokens}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{words.noTokens}</p>
          ) : (
            <ul>
              {items.map(token => (
                <Row key={token.id} id={id} token={token} manages={manages} />
              ))}
            </ul>
          )
        }
      </Shown>
      {create.data === undefined ? null : (
        <Once title={create.data.accessToken.label} secret={create.data.token} hint={words.tokenOnce} />
      )}
      {manages ? (
        <Form
          name="token"
          layout="inline"
          style={{ rowGap: 8 }}
          onFinish={({ label, until }: { label: string; until: Dayjs }) =>
            create.mutate({ params: { id }, body: { label, expiresAt: until.endOf('day').toISOString() } })
          }
        >
          <Form.Item name="label" label={words.tokenFor} rules={[{ required: true, message: words.tokenFor }]}>
            <Input autoComplete="off" maxLength={100} />
          </Form.Item>
          <Form.Item name="until" label={words.tokenUntil} rules={[{ required: true, message: words.tokenUntil }]}>
            <DatePicker />
          </Form.Item>
          <Button htmlType="submit" loading={create.isPending}>
            {words.newToken}
          </Button>
        </Form>
      ) : null}
      {create.error === null ? null : <ProblemNotice error={create.error} />}
    </section>
  )
}
