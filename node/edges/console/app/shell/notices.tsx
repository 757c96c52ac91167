/** The bell: cases that one may find and that call for somebody today, and what must be seen to before a day comes, to those who run the node. */
import { BellOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Badge, Button, Empty, Popover } from 'antd'
import { QUEUES, type QueueName } from '../desk/names.ts'
import { useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { Cure } from '../ui/cure.tsx'
import { SHARED } from '../ui/words.ts'
import { usePair, useWords } from '../words.ts'
import { SHELL } from './words.ts'

/** Queues whose cases do not wait until somebody happens to look: the most urgent first. */
const CALLING = [
  'overdue',
  'due-today',
  'unread',
  'withdrawals',
  'parked',
  'parcels',
] as const satisfies readonly QueueName[]

export function Notices() {
  const words = useWords(SHELL)
  const shared = useWords(SHARED)
  const pair = usePair()
  const me = useMe()
  const works = mayDo(me, 'case.list')
  const runs = mayDo(me, 'operation.read')
  const counts = useNode('countQueues', { query: {} }, { when: works, keep: true })
  const reminders = useNode('listReminders', undefined, { when: runs })
  if (!works && !runs) return null
  const { items: queues = [], cap = 0 } = counts.data ?? {}
  const calls = CALLING.flatMap(name => queues.find(({ queue, count }) => queue === name && count > 0) ?? [])
  const items = reminders.data?.items ?? []
  const list =
    calls.length + items.length === 0 ? (
      <Empty description={words.noNotices} />
    ) : (
      <ul style={{ margin: 0, paddingInlineStart: 20, maxWidth: 420, maxHeight: 400, overflow: 'auto' }}>
        {calls.map(({ queue, count, more }) => (
          <li key={queue}>
            <Link to="/" search={{ queue } as object}>
              {pair(QUEUES[queue].name)} {more ? shared.more(cap) : count}
            </Link>
            <div className="muted">{pair(QUEUES[queue].what)}</div>
          </li>
        ))}
        {items.map(reminder => (
          <li key={reminder.id}>
            {pair(reminder)}
            <div className="muted">
              <Cure zh={reminder.cureZh} en={reminder.cure} />
            </div>
          </li>
        ))}
      </ul>
    )
  const count = calls.reduce((sum, call) => sum + call.count, items.length)
  return (
    <Popover trigger="click" placement="bottomRight" title={words.notices} content={list}>
      <Badge count={count} size="small" offset={[-6, 8]}>
        <Button
          type="text"
          icon={<BellOutlined style={{ color: '#fff' }} />}
          aria-label={count === 0 ? words.notices : words.noticesOf(count)}
        />
      </Badge>
    </Popover>
  )
}
