/** What somebody does in a case that is no step, by its key: a message to the other city, the receipt of the application printed. */
import { PrinterOutlined } from '@ant-design/icons'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button, Space } from 'antd'
import { useMe } from '../session.ts'
import { useKeys } from '../shell/keys.ts'
import { useWords } from '../words.ts'
import { paperAddress } from './address.ts'
import type { Detail } from './duties.ts'
import { mayInCase } from './subject.ts'
import { CASE } from './words.ts'

/** In the state of an address: the hand goes to where a message is written. */
export const WRITES = 'write'

export function Shortcuts({ detail }: { detail: Detail }) {
  const words = useWords(CASE)
  const me = useMe()
  const navigate = useNavigate()
  const { no = detail.thread } = useParams({ strict: false }) as { no?: string }
  const reads = mayInCase(me, 'case.content', detail)
  const writes = reads && mayInCase(me, 'case.contribute', detail)
  const write = () =>
    void navigate({
      to: '/cases/$no',
      params: { no },
      search: { tab: 'messages' } as object,
      state: { [WRITES]: true } as object,
    })
  const receipt = paperAddress(detail.thread, 'receipt')
  useKeys({
    ...(writes ? { m: write } : {}),
    ...(reads ? { r: () => window.open(receipt, '_blank', 'noopener') } : {}),
  })
  return (
    <Space wrap>
      {writes ? (
        <Button onClick={write}>
          {words.message} <kbd>m</kbd>
        </Button>
      ) : null}
      {reads ? (
        <Button href={receipt} target="_blank" rel="noopener" icon={<PrinterOutlined />}>
          {words.receiptPaper} <kbd>r</kbd>
        </Button>
      ) : null}
    </Space>
  )
}
