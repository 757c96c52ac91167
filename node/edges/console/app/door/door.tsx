/** What is shown before somebody may work: sign-in, the first administrator, a new password, a second factor. */
import { Button, Form, Input, Space } from 'antd'
import { type ReactNode, useState } from 'react'
import { ProblemError } from '../../../../../protocol/problem.ts'
import { useNode } from '../query.ts'
import { node, refresh, type SessionState, signIn, signOut } from '../session.ts'
import { useCityColour } from '../theme.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { languageNow, speak, useWords } from '../words.ts'
import { SecondFactor } from './second-factor.tsx'
import { DOOR } from './words.ts'

/** What a form sends, and what went wrong when it was sent last. */
function useSending<T>(send: (values: T) => Promise<unknown>) {
  const [sending, setSending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const submit = async (values: T): Promise<void> => {
    setSending(true)
    setError(null)
    try {
      await send(values)
    } catch (problem) {
      setError(problem)
    } finally {
      setSending(false)
    }
  }
  return { sending, error, submit }
}

function Box({ title, children }: { title: string; children: ReactNode }) {
  const words = useWords(DOOR)
  const { data } = useNode('howToSignIn')
  useCityColour(data?.colour)
  return (
    <div className="door">
      {/* Whose node this is, before somebody types a password. */}
      {data === undefined ? null : (
        <header>
          {words.product} · {data.city}
        </header>
      )}
      <section aria-labelledby="door">
        <h1 id="door">{title}</h1>
        {children}
        <Button type="link" onClick={() => speak(languageNow() === 'zh' ? 'en' : 'zh')}>
          {words.language}
        </Button>
      </section>
    </div>
  )
}

/** By account and password; the code is asked for once the node wants it. */
export function SignIn() {
  const words = useWords(DOOR)
  const how = useNode('howToSignIn')
  const { sending, error, submit } = useSending(signIn)
  const needsCode = error instanceof ProblemError && error.problem.code === 'sign-in.code'
  const [coded, setCoded] = useState(false)
  if (needsCode && !coded) setCoded(true)
  return (
    <Form name="sign-in" layout="vertical" onFinish={submit} requiredMark={false}>
      <Form.Item label={words.account} name="account" rules={[{ required: true, message: words.required }]}>
        <Input autoFocus autoComplete="username" />
      </Form.Item>
      <Form.Item label={words.password} name="password" rules={[{ required: true, message: words.required }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      {coded ? (
        <Form.Item label={words.code} name="code" rules={[{ required: true, message: words.required }]}>
          <Input inputMode="numeric" maxLength={6} autoFocus autoComplete="one-time-code" />
        </Form.Item>
      ) : null}
      <Space direction="vertical" style={{ width: '100%' }}>
        {error === null ? null : <ProblemNotice error={error} />}
        <Button type="primary" htmlType="submit" block loading={sending}>
          {words.signIn}
        </Button>
        {how.data?.singleSignOn === true ? (
          <Button block href="/sign-in">
            {words.single}
          </Button>
        ) : null}
      </Space>
    </Form>
  )
}

function SetUp({ length, classes }: { length: number; classes: number }) {
  const words = useWords(DOOR)
  const { sending, error, submit } = useSending(
    async (values: { code: string; name: string; account: string; password: string }) => {
      await node.setUpAdministrator({ body: values })
      await signIn({ account: values.account, password: values.password })
    },
  )
  const rules = [{ required: true, message: words.required }]
  return (
    <Form name="set-up" layout="vertical" onFinish={submit} requiredMark={false}>
      <p>{words.setUpHint}</p>
      <Form.Item label={words.setUpCode} name="code" rules={rules}>
        <Input autoFocus autoComplete="off" />
      </Form.Item>
      <Form.Item label={words.name} name="name" rules={rules}>
        <Input autoComplete="name" />
      </Form.Item>
      <Form.Item label={words.account} name="account" rules={rules}>
        <Input autoComplete="username" />
      </Form.Item>
      <Form.Item label={words.password} name="password" rules={rules} extra={words.rules(length, classes)}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      {error === null ? null : <ProblemNotice error={error} />}
      <Button type="primary" htmlType="submit" block loading={sending}>
        {words.create}
      </Button>
    </Form>
  )
}

/** Changes the own password; `hint` says why it must be. */
export function NewPassword({ done }: { done: () => unknown }) {
  const words = useWords(DOOR)
  const how = useNode('howToSignIn')
  const { sending, error, submit } = useSending(
    async ({ current, next, code }: { current: string; next: string; code?: string }) => {
      await node.changeOwnPassword({ body: { current, password: next, code } })
      await done()
    },
  )
  const needsCode = error instanceof ProblemError && error.problem.code === 'sign-in.code'
  const rules = [{ required: true, message: words.required }]
  return (
    <Form name="new-password" layout="vertical" onFinish={submit} requiredMark={false}>
      <Form.Item label={words.current} name="current" rules={rules}>
        <Input.Password autoFocus autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        label={words.next}
        name="next"
        rules={rules}
        extra={how.data === undefined ? undefined : words.rules(how.data.minLength, how.data.classes)}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        label={words.repeat}
        name="repeat"
        dependencies={['next']}
        rules={[
          { required: true, message: words.required },
          ({ getFieldValue }) => ({
            validator: async (_, value) => {
              if (value !== getFieldValue('next')) throw new Error(words.differ)
            },
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      {needsCode ? (
        <Form.Item label={words.code} name="code" rules={rules}>
          <Input inputMode="numeric" maxLength={6} autoComplete="one-time-code" />
        </Form.Item>
      ) : null}
      {error === null ? null : <ProblemNotice error={error} />}
      <Button type="primary" htmlType="submit" loading={sending}>
        {words.save}
      </Button>
    </Form>
  )
}

/** Who is not signed in yet, or must see to something first. */
export function Door({ session }: { session: SessionState }) {
  const words = useWords(DOOR)
  const how = useNode('howToSignIn')
  const [known, setKnown] = useState(false)
  if (session.at === 'due')
    return (
      <Box title={session.due.includes('password') ? words.newPassword : words.second}>
        <p>{session.due.includes('password') ? words.newPasswordHint : words.secondHint}</p>
        {session.due.includes('password') ? <NewPassword done={refresh} /> : <SecondFactor done={refresh} alone />}
        <Button type="link" onClick={() => void signOut()}>
          {words.signOut}
        </Button>
      </Box>
    )
  return (
    <Shown read={how}>
      {({ setUp, minLength, classes }) => (
        <Box title={setUp && !known ? words.setUp : words.signIn}>
          {setUp && !known ? <SetUp length={minLength} classes={classes} /> : <SignIn />}
          {setUp ? (
            <Button type="link" onClick={() => setKnown(!known)}>
              {known ? words.setUp : words.haveAccount}
            </Button>
          ) : null}
        </Box>
      )}
    </Shown>
  )
}
