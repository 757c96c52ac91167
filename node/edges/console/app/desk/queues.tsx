/** The queues on the left, each with how many cases it holds; a window lead chooses whose. */
import type { AnswerOf } from '../query.ts'
import { SHARED } from '../ui/words.ts'
import { usePair, useWords } from '../words.ts'
import { QUEUES, type QueueName } from './names.ts'
import { DESK } from './words.ts'

export function QueueList({
  counts,
  chosen,
  choose,
}: {
  counts: AnswerOf<'countQueues'>
  chosen: QueueName
  choose: (queue: QueueName) => void
}) {
  const words = useWords(DESK)
  const shared = useWords(SHARED)
  const pair = usePair()
  return (
    <ul className="queues" aria-label={words.queues}>
      {counts.items.map(({ queue, count, more }) => (
        <li key={queue}>
          <button
            type="button"
            aria-current={queue === chosen ? 'true' : undefined}
            title={more ? words.moreThanCap(counts.cap) : pair(QUEUES[queue].what)}
            className={count === 0 ? 'none' : queue === 'overdue' || queue === 'parked' ? 'bad' : undefined}
            onClick={() => choose(queue)}
          >
            <span>{pair(QUEUES[queue].name)}</span>
            <b>{more ? shared.more(counts.cap) : count}</b>
          </button>
        </li>
      ))}
    </ul>
  )
}
