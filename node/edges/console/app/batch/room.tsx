/** Cases of one queue that something is done with, several at once: rows to choose from, the act with its stop, what became of each, what is printed. */
import { Button, Form, Space } from 'antd'
import { type ReactNode, useRef, useState } from 'react'
import type { Case, ReadQueueQuery } from '../../../client/api.generated.ts'
import { queries, readAgain, useNode } from '../query.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { PickRows, Results, type Told } from './rows.tsx'
import { Sheets } from './sheets.tsx'
import { BATCH } from './words.ts'

/** Cases that are shown at once: as many as a page of the API holds. */
const ROWS = 200

/** Does it with the rows in the order in which they were chosen; answers the pages to print. `tell`: of all that was begun, whenever something of it is new. */
export type RoomAct = (
  rows: readonly Case[],
  run: { stop: AbortSignal; tell: (told: readonly Told[]) => void },
) => Promise<readonly string[]>

type Texts = { title: string; hint: string; empty: string; act: string }

export function BatchRoom({
  name,
  queue,
  filter = {},
  texts,
  column,
  fields = null,
  lacking = null,
  act,
}: {
  /** of its form */
  name: string
  queue: 'to-print' | 'to-hand-out' | 'ours'
  /** of the queue, those alone */
  filter?: Pick<ReadQueueQuery, 'state'>
  texts: Texts
  /** that the page adds to the rows */
  column: { title: string; cell: (row: Case) => ReactNode }
  /** what must be said before */
  fields?: ReactNode
  /** what is not said yet; null: nothing */
  lacking?: string | null
  act: RoomAct
}) {
  const words = useWords(BATCH)
  const read = useNode('readQueue', { params: { queue }, query: { ...filter, limit: ROWS } }, { keep: true })
  const [picked, pick] = useState<ReadonlySet<string>>(new Set())
  const [told, tell] = useState<readonly Told[]>([])
  const [pages, show] = useState<readonly string[]>([])
  const [running, run] = useState(false)
  const stop = useRef<AbortController | null>(null)
  const items = read.data?.items ?? []
  // In the order in which they were chosen.
  const rows = [...picked].flatMap(thread => items.find(row => row.thread === thread) ?? [])

  const begin = async (): Promise<void> => {
    run(true)
    show([])
    stop.current = new AbortController()
    let last: readonly Told[] = []
    try {
      const made = await act(rows, {
        stop: stop.current.signal,
        tell: now => {
          last = now
          tell(now)
        },
      })
      show(made)
    } finally {
      const open = new Set(last.flatMap(({ row, outcome }) => (outcome.state === 'done' ? [] : [row.thread])))
      // What was not done stays chosen.
      pick(new Set(rows.flatMap(({ thread }) => (open.has(thread) ? [thread] : []))))
      run(false)
      await readAgain(queries, ['readQueue', 'countQueues', 'getCase'])
    }
  }
  return (
    <PageFrame title={texts.title}>
      <p className="muted">{texts.hint}</p>
      <Form name={name} layout="inline" onFinish={() => void begin()}>
        {fields}
        <Space wrap>
          <Button
            type="primary"
            htmlType="submit"
            disabled={rows.length === 0 || lacking !== null}
            loading={running}
            title={lacking ?? undefined}
          >
            {texts.act}
          </Button>
          {running ? (
            <Button danger onClick={() => stop.current?.abort()}>
              {words.stop}
            </Button>
          ) : null}
          {rows.length > 0 && lacking !== null ? <span className="muted">{lacking}</span> : null}
        </Space>
      </Form>
      {pages.length === 0 ? null : <Sheets pages={pages} />}
      <Results told={told} />
      <Shown read={read}>
        {data =>
          data.items.length === 0 ? (
            <p className="muted">{texts.empty}</p>
          ) : (
            <div className="scroll">
              <PickRows read={data} picked={picked} pick={pick} more={column} />
            </div>
          )
        }
      </Shown>
    </PageFrame>
  )
}
