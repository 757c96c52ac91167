/** For whoever assigns: the queues of each colleague, and the hand-over of all that one of them has (移交全部工作). */
import { Button, Drawer, Select } from 'antd'
import { useState } from 'react'
import { isProblemCode, PROBLEMS } from '../../../../../protocol/problem.ts'
import { type AnswerOf, queries, readAgain, useEvery, useNode } from '../query.ts'
import { node } from '../session.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { SHARED } from '../ui/words.ts'
import { usePair, useWords } from '../words.ts'
import { QUEUES, type QueueName } from './names.ts'
import type { Wanted } from './wanted.ts'
import { DESK } from './words.ts'

type Work = AnswerOf<'listColleagueQueues'>['items'][number]
type Moved = { cases: number; drafts: number; kept: AnswerOf<'handOverWork'>['kept'] }

/** Colleagues of a page. */
const PAGE = 50

/** All of it, in as many requests as it takes. */
async function handOver(id: string, to: string): Promise<Moved> {
  const moved: Moved = { cases: 0, drafts: 0, kept: [] }
  for (;;) {
    const answer = await node.handOverWork({ params: { id }, body: { to } })
    moved.cases += answer.cases
    moved.drafts += answer.drafts
    moved.kept = answer.kept
    // What nothing moves any more is told, and not asked for again.
    if (!answer.more || answer.cases + answer.drafts === 0) return moved
  }
}

function Result({ moved }: { moved: Moved }) {
  const words = useWords(DESK)
  const pair = usePair()
  const reasons = new Set(moved.kept.map(({ problem }) => problem))
  return (
    <p role="status">
      {words.handedOver(moved.cases, moved.drafts)}
      {moved.kept.length === 0
        ? null
        : ` · ${words.keptBack(moved.kept.length)}: ${[...reasons].map(code => (isProblemCode(code) ? pair(PROBLEMS[code]) : code)).join(' · ')}`}
    </p>
  )
}

function OfOne({ work, cap, show }: { work: Work; cap: number; show: (queue: QueueName, assignee: string) => void }) {
  const words = useWords(DESK)
  const shared = useWords(SHARED)
  const pair = usePair()
  const [to, choose] = useState<string | null>(null)
  const [moved, tell] = useState<Moved | null>(null)
  const [error, fail] = useState<unknown>(null)
  const colleagues = useEvery('listColleagues')
  const { id } = work
  const name = work.name ?? words.nobody
  // The two that are of whoever asks cannot be shown of somebody else; their cases stand in the others.
  const busy = work.queues.filter(({ queue, count }) => count > 0 && queue !== 'mine' && queue !== 'window')
  const nameOf = (of: string) => colleagues.data?.items.find(entry => entry.id === of)?.name ?? of
  const move = async (from: string, receiver: string): Promise<void> => {
    fail(null)
    try {
      tell(await handOver(from, receiver))
      choose(null)
    } catch (problem) {
      fail(problem)
    }
    await readAgain(queries, ['listColleagueQueues', 'countQueues', 'readQueue', 'getCase'])
  }
  return (
    <li>
      <h3>{name}</h3>
      {busy.length === 0 ? <span className="muted">{words.noWork}</span> : null}
      {busy.map(({ queue, count, more }) => (
        <Button key={queue} size="small" type="link" onClick={() => show(queue, id ?? 'nobody')}>
          {pair(QUEUES[queue].name)} {more ? shared.more(cap) : count}
        </Button>
      ))}
      {id === null ? null : (
        <Select
          size="small"
          aria-label={`${name}: ${words.handOverTo}`}
          placeholder={words.handOverTo}
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 140 }}
          value={to}
          onChange={choose}
          options={(colleagues.data?.items ?? [])
            .filter(entry => entry.id !== id)
            .map(entry => ({ value: entry.id, label: entry.name }))}
        />
      )}
      {id === null || to === null ? null : (
        <Button size="small" danger onClick={() => void move(id, to)}>
          {words.handOverAsk(name, nameOf(to))}
        </Button>
      )}
      {moved === null ? null : <Result moved={moved} />}
      {error === null ? null : <ProblemNotice error={error} />}
    </li>
  )
}

export function Colleagues({ show }: { show: (wanted: Wanted) => void }) {
  const words = useWords(DESK)
  const [open, setOpen] = useState(false)
  const [limit, more] = useState(PAGE)
  const read = useNode('listColleagueQueues', { query: { limit } }, { when: open, keep: true })
  const look = (queue: QueueName, assignee: string) => {
    setOpen(false)
    show({ queue, filter: { assignee }, selected: null })
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>{words.colleagues}</Button>
      <Drawer open={open} size={480} title={words.colleagues} onClose={() => setOpen(false)}>
        <p className="muted">{words.colleaguesHint}</p>
        <Shown read={read}>
          {({ items, next, cap }) => (
            <>
              <ul className="colleagues">
                {items.map(work => (
                  <OfOne key={work.id ?? ''} work={work} cap={cap} show={look} />
                ))}
              </ul>
              {next === null || limit > PAGE ? null : (
                <Button onClick={() => more(PAGE * 4)}>{words.moreColleagues}</Button>
              )}
            </>
          )}
        </Shown>
      </Drawer>
    </>
  )
}
