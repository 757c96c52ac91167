/** The desk (工作台): queues with their counts, and the cases of the chosen one. */
import { useState } from 'react'
import { useNode } from '../query.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { SHARED } from '../ui/words.ts'
import { useWords } from '../words.ts'
import { DESK } from './words.ts'

type Queue = Parameters<typeof Cases>[0]['queue']

function Cases({
  queue,
}: {
  queue:
    | 'mine'
    | 'window'
    | 'ours'
    | 'waiting'
    | 'paused'
    | 'due-today'
    | 'overdue'
    | 'unread'
    | 'to-print'
    | 'to-hand-out'
    | 'parked'
    | 'parcels'
    | 'originals'
    | 'bad-ratings'
    | 'done'
}) {
  const words = useWords(DESK)
  const rows = useNode('readQueue', { params: { queue } }, { keep: true })
  return (
    <Shown read={rows}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="muted">{words.empty}</p>
        ) : (
          <table>
            <tbody>
              {items.map(({ thread, caseNo, applicant, item, stateName }) => (
                <tr key={thread}>
                  <td>{caseNo}</td>
                  <td>{applicant}</td>
                  <td>{item.name}</td>
                  <td>{stateName}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )
      }
    </Shown>
  )
}

export function Page() {
  const words = useWords(DESK)
  const shared = useWords(SHARED)
  const counts = useNode('countQueues')
  const [queue, choose] = useState<Queue>('mine')
  return (
    <PageFrame title={words.title}>
      <Shown read={counts}>
        {({ items, cap }) => (
          <div role="tablist" aria-label={words.queues}>
            {items.map(entry => (
              <button
                key={entry.queue}
                type="button"
                role="tab"
                aria-selected={entry.queue === queue}
                onClick={() => choose(entry.queue)}
              >
                {entry.title} {entry.more ? shared.more(cap) : entry.count}
              </button>
            ))}
          </div>
        )}
      </Shown>
      <Cases queue={queue} />
    </PageFrame>
  )
}
