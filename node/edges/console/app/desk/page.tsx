/** The desk (工作台): queues with their counts, the cases of the chosen one, and what may be done with the selected one. */
import { useLocation, useRouter } from '@tanstack/react-router'
import { Alert, Button } from 'antd'
import { useCallback, useRef, useState } from 'react'
import type { CaseKind } from '../../../../../protocol/case/kinds.ts'
import { useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { useKeys } from '../shell/keys.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import './desk.css'
import { Colleagues } from './colleagues.tsx'
import { ColumnsButton } from './columns.tsx'
import { Filters } from './filters.tsx'
import { CaseList } from './list.tsx'
import type { Span } from './merge.ts'
import { isPlaceless } from './possible.ts'
import { QueueList } from './queues.tsx'
import { useRows } from './rows.ts'
import { Selected } from './selected.tsx'
import { Views } from './views.tsx'
import { searchOf, type Wanted, wantedOf } from './wanted.ts'
import { DESK } from './words.ts'

/** The page of a case, at a step of it; a message is written in its tab. */
function caseAddress(caseNo: string, kind?: CaseKind): string {
  const page = `/cases/${encodeURIComponent(caseNo)}`
  if (kind === undefined) return page
  return kind === 'case.message' ? `${page}?tab=messages` : `${page}?step=${kind.slice('case.'.length)}`
}

const ENTER = 'Enter'

type Opened = { caseNo: string; thread: string }

/** One queue with its filters; made anew for another one. */
function Cases({ wanted, select }: { wanted: Wanted; select: (thread: string | null) => void }) {
  const { queue, filter, selected } = wanted
  const router = useRouter()
  const [sight, setSight] = useState<Span>({ first: 0, last: 0 })
  const see = useCallback((first: number, last: number) => setSight({ first, last }), [])
  const rows = useRows(queue, filter, sight, selected)
  const firstStep = useRef<CaseKind | null>(null)
  const know = useCallback((kind: CaseKind | null) => {
    firstStep.current = kind
  }, [])
  // Its thread is known here: the page need not look the number up.
  const open = ({ caseNo, thread }: Opened, kind?: CaseKind): void =>
    router.history.push(caseAddress(caseNo, kind), { thread })
  const place = rows.placeOf(selected)
  const move = (by: 1 | -1) => (): void => {
    // From nowhere, down is to the first row; places whose row went are passed.
    let to = place < 0 ? 0 : place + by
    while (rows.at(to) === 'gone') to += by
    const next = rows.at(to)
    if (typeof next === 'object') select(next.row.thread)
  }
  const selectedRow = rows.at(place)
  const here = typeof selectedRow === 'object' ? selectedRow.row : undefined
  // Whoever comes back from it finds the next one selected.
  const actAndNext = (): void => {
    if (here === undefined) return
    move(1)()
    // Two changes of one turn of the event loop would be one entry of the history.
    router.history.flush()
    open(here, firstStep.current ?? undefined)
  }
  useKeys({
    j: move(1),
    ArrowDown: move(1),
    k: move(-1),
    ArrowUp: move(-1),
    ...(here === undefined ? {} : { [ENTER]: () => open(here), e: actAndNext }),
  })
  return (
    <>
      <CaseList
        queue={queue}
        filtered={Object.values(filter).some(Boolean)}
        rows={rows}
        selected={selected}
        select={select}
        open={row => open(row)}
        see={see}
      />
      {selected === null ? (
        <Unselected />
      ) : (
        <Selected thread={selected} open={open} know={know} close={() => select(null)} />
      )}
    </>
  )
}

function Unselected() {
  const words = useWords(DESK)
  return (
    <aside className="selected empty" aria-label={words.selected}>
      <p className="muted">{words.choose}</p>
    </aside>
  )
}

export function Page() {
  const words = useWords(DESK)
  const me = useMe()
  const router = useRouter()
  const { searchStr } = useLocation()
  const wanted = wantedOf(searchStr)
  const { queue, filter } = wanted
  const show = (next: Wanted): void => router.history.replace(`/${searchOf(next)}`)
  const counts = useNode('countQueues', { query: filter }, { keep: true })
  const takesIn = mayDo(me, 'case.take-in')
  const begin = (): void => router.history.push('/new')
  return (
    <PageFrame
      title={words.title}
      aside={
        takesIn ? (
          <Button type="primary" onClick={begin}>
            {words.newCase} <kbd>n</kbd>
          </Button>
        ) : null
      }
    >
      {isPlaceless(me) ? <Alert type="warning" showIcon title={words.placeless} /> : null}
      <div className="narrowing">
        <Filters filter={filter} change={next => show({ ...wanted, filter: next })} />
        <Views wanted={wanted} show={show} />
        <ColumnsButton />
        {mayDo(me, 'case.assign') ? <Colleagues show={show} /> : null}
      </div>
      <div className="desk">
        <Shown read={counts}>
          {data => (
            <QueueList counts={data} chosen={queue} choose={next => show({ ...wanted, queue: next, selected: null })} />
          )}
        </Shown>
        <Cases
          key={JSON.stringify([queue, filter])}
          wanted={wanted}
          select={thread => show({ ...wanted, selected: thread })}
        />
      </div>
    </PageFrame>
  )
}
