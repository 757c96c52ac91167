/** Asks why work is ended, and under which number a case was keyed in where that is so. */
import { Button, Form, Input } from 'antd'
import { useWords } from '../words.ts'
import { ADAPTERS } from './words.ts'

export type Ending = {
  title: string
  hint?: string
  /** a case may have been keyed in by hand */
  numbered: boolean
  act: (reason: string, localCaseNo: string | undefined) => void
}

export function EndingAsked({ ending, close }: { ending: Ending; close: () => void }) {
  const words = useWords(ADAPTERS)
  return (
    <Form
      name="ending"
      layout="vertical"
      onFinish={({ reason, localCaseNo }: { reason: string; localCaseNo?: string }) => {
        const no = localCaseNo?.trim() ?? ''
        ending.act(reason, no === '' ? undefined : no)
        close()
      }}
    >
      {ending.hint === undefined ? null : <p>{ending.hint}</p>}
      {ending.numbered ? (
        <Form.Item name="localCaseNo" label={words.localCaseNo}>
          <Input maxLength={100} autoComplete="off" />
        </Form.Item>
      ) : null}
      <Form.Item name="reason" label={words.reason} rules={[{ required: true, message: words.reason }]}>
        <Input.TextArea autoFocus rows={3} maxLength={500} />
      </Form.Item>
      <Button type="primary" htmlType="submit">
        {words.confirm}
      </Button>
    </Form>
  )
}
