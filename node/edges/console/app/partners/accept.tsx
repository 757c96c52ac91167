/** Accepts an invite that another city sent. */

import { useNavigate } from '@tanstack/react-router'
import { Button, Form, Input, Modal } from 'antd'
import { useAct } from '../query.ts'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { PARTNERS } from './words.ts'

export function AcceptInvite({ open, close }: { open: boolean; close: () => void }) {
  const words = useWords(PARTNERS)
  const navigate = useNavigate()
  const accept = useAct('acceptInvite', ['listPartners'])
  return (
    <Modal open={open} title={words.accept} footer={null} onCancel={close} destroyOnHidden>
      <Form
        name="accept"
        layout="vertical"
        onFinish={({ invite }: { invite: string }) =>
          accept.mutate(
            { body: { invite } },
            {
              onSuccess: ({ code }) => {
                close()
                void navigate({ to: `/partners/${code}` })
              },
            },
          )
        }
      >
        <Form.Item label={words.paste} name="invite" rules={[{ required: true, message: words.paste }]}>
          <Input.TextArea autoFocus rows={4} autoComplete="off" />
        </Form.Item>
        {accept.error === null ? null : <ProblemNotice error={accept.error} />}
        <Button type="primary" htmlType="submit" loading={accept.isPending}>
          {words.acceptButton}
        </Button>
      </Form>
    </Modal>
  )
}
