/** Turns the own second factor on: password, a picture for the authenticator, and the first code that it shows. */
import { Button, Form, Input, Typography } from 'antd'
import { useState } from 'react'
import { renderSVG } from 'uqr'
import { ProblemError } from '../../../../../protocol/problem.ts'
import type { BeginOwnSecondFactorAnswer } from '../../../client/api.generated.ts'
import { node } from '../session.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { DOOR } from './words.ts'

/** `alone`: nothing stands above it, so that the page may begin there. */
export function SecondFactor({ done, alone = false }: { done: () => unknown; alone?: boolean }) {
  const words = useWords(DOOR)
  const [begun, setBegun] = useState<BeginOwnSecondFactorAnswer | null>(null)
  const [error, setError] = useState<unknown>(null)
  const trying = (act: () => Promise<unknown>) => {
    setError(null)
    act().catch(setError)
  }
  const rules = [{ required: true, message: words.required }]
  const needsCode = error instanceof ProblemError && error.problem.code === 'sign-in.code'
  const notice = error === null ? null : <ProblemNotice error={error} />
  if (begun === null)
    return (
      <Form
        name="second-factor"
        layout="vertical"
        requiredMark={false}
        onFinish={(body: { password: string; code?: string }) =>
          trying(async () => setBegun(await node.beginOwnSecondFactor({ body })))
        }
      >
        <Form.Item label={words.password} name="password" rules={rules}>
          <Input.Password autoFocus={alone} autoComplete="current-password" />
        </Form.Item>
        {needsCode ? (
          <Form.Item label={words.code} name="code" rules={rules}>
            <Input inputMode="numeric" maxLength={6} autoComplete="one-time-code" />
          </Form.Item>
        ) : null}
        {notice}
        <Button type="primary" htmlType="submit">
          {words.secondBegin}
        </Button>
      </Form>
    )
  return (
    <Form
      name="second-factor-code"
      layout="vertical"
      requiredMark={false}
      onFinish={(body: { code: string }) =>
        trying(async () => {
          await node.confirmOwnSecondFactor({ body })
          await done()
        })
      }
    >
      <img
        width={200}
        height={200}
        alt={words.secondPicture}
        src={`data:image/svg+xml,${encodeURIComponent(renderSVG(begun.uri))}`}
      />
      <p>
        <Typography.Text code copyable>
          {begun.secret}
        </Typography.Text>
      </p>
      <Form.Item label={words.code} name="code" rules={rules}>
        <Input inputMode="numeric" maxLength={6} autoFocus autoComplete="one-time-code" />
      </Form.Item>
      {notice}
      <Button type="primary" htmlType="submit">
        {words.save}
      </Button>
    </Form>
  )
}
