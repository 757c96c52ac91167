/** Tokens of one person: those made for programs, each shown once and ended by itself, and that of the account. */
import { Button, DatePicker, Form, Input, Popconfirm } from 'antd'
import type { Dayjs } from 'dayjs'
import type { AccessToken, CreateTokenRequest, Person } from '../../../client/api.generated.ts'
import { useAct, useNode } from '../query.ts'
import { instantText } from '../time.ts'
import { Once } from '../ui/once.tsx'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { PEOPLE } from './words.ts'

/** Tokens by their labels, each with what ends it; `revoke` is null for who may only look. */
export function TokenList({
  items,
  revoke,
}: {
  items: readonly AccessToken[]
  revoke: ((token: string) => void) | null
}) {
  const words = useWords(PEOPLE)
  const language = useLanguage()
  if (items.length === 0) return <p className="muted">{words.noTokens}</p>
  return (
    <ul>
      {items.map(({ id, label, createdAt, expiresAt, revokedAt, lastUsedAt }) => {
        const over = Date.parse(expiresAt) < Date.now()
        return (
          <li key={id}>
            <strong>{label}</strong> {words.token(instantText(createdAt, language), instantText(expiresAt, language))} ·{' '}
            {lastUsedAt === null ? words.tokenNever : words.tokenUsed(instantText(lastUsedAt, language))}{' '}
            {revokedAt !== null ? `✗ ${words.tokenEnded}` : over ? `✗ ${words.tokenOver}` : null}
            {revoke !== null && revokedAt === null && !over ? (
              <Popconfirm title={words.endTokenSure} onConfirm={() => revoke(id)}>
                <Button danger size="small" aria-label={`${words.endToken} ${label}`}>
                  {words.endToken}
                </Button>
              </Popconfirm>
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}

/** Asks what a token is for and until when; the last day counts whole. */
export function NewToken({ pending, make }: { pending: boolean; make: (body: CreateTokenRequest) => void }) {
  const words = useWords(PEOPLE)
  const [form] = Form.useForm<{ label: string; until: Dayjs }>()
  return (
    <Form
      form={form}
      name="token"
      layout="inline"
      style={{ rowGap: 8 }}
      onFinish={({ label, until }) => {
        make({ label, expiresAt: until.endOf('day').toISOString() })
        // Enter after the day makes it too: the button after it is no second one.
        form.resetFields()
      }}
    >
      <Form.Item name="label" label={words.tokenFor} rules={[{ required: true, message: words.tokenFor }]}>
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <Form.Item name="until" label={words.tokenUntil} rules={[{ required: true, message: words.tokenUntil }]}>
        <DatePicker />
      </Form.Item>
      <Button htmlType="submit" loading={pending}>
        {words.newToken}
      </Button>
    </Form>
  )
}

/** The token of the account itself, with which its commands sign in: another one takes its place. */
function Rotate({ person: { id, name } }: { person: Person }) {
  const words = useWords(PEOPLE)
  const rotate = useAct('rotatePerson', ['listPeople'])
  return (
    <>
      {rotate.data === undefined ? null : (
        <Once title={words.rotated(name)} secret={rotate.data.token} hint={words.onlyOnce} />
      )}
      <Popconfirm title={words.rotateSure} onConfirm={() => rotate.mutate({ params: { id }, body: {} })}>
        <Button danger loading={rotate.isPending} style={{ marginTop: 12 }}>
          {words.rotate}
        </Button>
      </Popconfirm>
      {rotate.error === null ? null : <ProblemNotice error={rotate.error} />}
    </>
  )
}

export function Tokens({ person, manages }: { person: Person; manages: boolean }) {
  const words = useWords(PEOPLE)
  const { id } = person
  const tokens = useNode('listTokens', { params: { id } })
  const create = useAct('createToken', ['listTokens'])
  const revoke = useAct('revokeToken', ['listTokens'])
  const error = create.error ?? revoke.error
  return (
    <section aria-labelledby="their-tokens">
      <h3 id="their-tokens">{words.tokens}</h3>
      <Shown read={tokens}>
        {({ items }) => (
          <TokenList items={items} revoke={manages ? token => revoke.mutate({ params: { id, token } }) : null} />
        )}
      </Shown>
      {create.data === undefined ? null : (
        <Once title={create.data.accessToken.label} secret={create.data.token} hint={words.tokenOnce} />
      )}
      {manages ? <NewToken pending={create.isPending} make={body => create.mutate({ params: { id }, body })} /> : null}
      {error === null ? null : <ProblemNotice error={error} />}
      {manages ? <Rotate person={person} /> : null}
    </section>
  )
}
