/** The hand-over of results (待发放): to a person, who is noted; the proof of delivery is printed. */
import { Button, Form, Input, Space } from 'antd'
import { useRef, useState } from 'react'
import { STATE_NAMES } from '../../../../../protocol/case/names.ts'
import type { Case } from '../../../client/api.generated.ts'
import { printAll } from '../batch/papers.ts'
import { PickRows, Results, type Told } from '../batch/rows.tsx'
import { type Outcome, runEach } from '../batch/run.ts'
import { Sheets } from '../batch/sheets.tsx'
import { BATCH } from '../batch/words.ts'
import { useKept } from '../case/kept.ts'
import { queries, readAgain, useNode } from '../query.ts'
import { node } from '../session.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { HAND_OVER } from './words.ts'

/** Cases that are shown at once: as many as a page of the API holds. */
const ROWS = 200
/** Characters of the name of who collects. */
const NAME = 200

export function Page() {
  const words = useWords(HAND_OVER)
  const batch = useWords(BATCH)
  const pair = usePair()
  const read = useNode('readQueue', { params: { queue: 'to-hand-out' }, query: { limit: ROWS } }, { keep: true })
  const [collector, keep] = useKept<string>('handover', 'collector')
  const [picked, pick] = useState<ReadonlySet<string>>(new Set())
  const [told, tell] = useState<readonly Told[]>([])
  const [pages, show] = useState<readonly string[]>([])
  const [error, fail] = useState<unknown>(null)
  const stop = useRef<AbortController | null>(null)
  const [running, run] = useState(false)
  const by = (collector ?? '').trim()
  const rows = (read.data?.items ?? []).filter(({ thread }) => picked.has(thread))

  const give = async (): Promise<void> => {
    run(true)
    fail(null)
    stop.current = new AbortController()
    const outcomes = new Map<string, Outcome>()
    await runEach(
      rows,
      ({ thread, version }) =>
        node.resultReceivedCase({
          params: { thread },
          body: { receivedAt: new Date().toISOString(), by },
          ifMatch: version,
        }),
      {
        stop: stop.current.signal,
        tell: (row: Case, outcome) => {
          outcomes.set(row.thread, outcome)
          tell(
            rows.map(of => ({ row: of, what: words.giving, outcome: outcomes.get(of.thread) ?? { state: 'waiting' } })),
          )
        },
      },
    )
    const done = rows.filter(({ thread }) => outcomes.get(thread)?.state === 'done')
    // Whoever was not served stays chosen.
    pick(new Set(rows.flatMap(({ thread }) => (outcomes.get(thread)?.state === 'done' ? [] : [thread]))))
    try {
      if (done.length > 0) {
        show((await printAll(done.map(({ thread }) => ({ thread, paper: 'delivery' })))).pages)
        keep(null)
      }
    } catch (problem) {
      fail(problem)
    } finally {
      run(false)
      await readAgain(queries, ['readQueue', 'countQueues', 'getCase'])
    }
  }
  return (
    <PageFrame title={words.title}>
      <p className="muted">{words.hint}</p>
      <Form name="handover" layout="inline" onFinish={() => void give()}>
        <Form.Item label={words.collector} htmlFor="handover-collector">
          <Input
            id="handover-collector"
            maxLength={NAME}
            placeholder={words.collectorHint}
            autoComplete="off"
            style={{ width: 280 }}
            value={collector ?? ''}
            onChange={({ target }) => keep(target.value)}
          />
        </Form.Item>
        <Space>
          <Button
            type="primary"
            htmlType="submit"
            disabled={rows.length === 0 || by === ''}
            loading={running}
            title={by === '' ? words.required : undefined}
          >
            {words.give}
          </Button>
          {running ? (
            <Button danger onClick={() => stop.current?.abort()}>
              {batch.stop}
            </Button>
          ) : null}
          {rows.length > 0 && by === '' ? <span className="muted">{words.required}</span> : null}
        </Space>
      </Form>
      {error === null ? null : <ProblemNotice error={error} />}
      {pages.length === 0 ? null : <Sheets pages={pages} />}
      <Results told={told} />
      <Shown read={read}>
        {data =>
          data.items.length === 0 ? (
            <p className="muted">{words.empty}</p>
          ) : (
            <div className="scroll">
              <PickRows
                read={data}
                picked={picked}
                pick={pick}
                more={{ title: words.state, cell: ({ state }) => pair(STATE_NAMES[state]) }}
              />
            </div>
          )
        }
      </Shown>
    </PageFrame>
  )
}
