/** The print room (待打印): papers of many cases as one document. */
import { Button } from 'antd'
import { useState } from 'react'
import type { Case } from '../../../client/api.generated.ts'
import { type Printed, printAll } from '../batch/papers.ts'
import { PickRows, Results, type Told } from '../batch/rows.tsx'
import { Sheets } from '../batch/sheets.tsx'
import { PAPERS } from '../batch/words.ts'
import { queries, readAgain, useNode } from '../query.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { PRINT } from './words.ts'

/** Cases that are shown at once: as many as a page of the API holds. */
const ROWS = 200

export function Page() {
  const words = useWords(PRINT)
  const pair = usePair()
  const read = useNode('readQueue', { params: { queue: 'to-print' }, query: { limit: ROWS } }, { keep: true })
  const [picked, pick] = useState<ReadonlySet<string>>(new Set())
  const [running, run] = useState(false)
  const [error, fail] = useState<unknown>(null)
  const [printed, show] = useState<(Printed & { rows: readonly Case[] }) | null>(null)
  const rows = (read.data?.items ?? []).filter(({ thread }) => picked.has(thread))
  const print = async (): Promise<void> => {
    run(true)
    fail(null)
    try {
      const wanted = rows.flatMap(({ thread, toPrint }) => toPrint.map(paper => ({ thread, paper })))
      show({ ...(await printAll(wanted)), rows })
      pick(new Set())
    } catch (problem) {
      fail(problem)
    } finally {
      run(false)
      await readAgain(queries, ['readQueue', 'countQueues', 'getCase'])
    }
  }
  const told: Told[] = (printed?.told ?? []).flatMap(({ thread, paper, error: problem }) => {
    const row = printed?.rows.find(entry => entry.thread === thread)
    if (row === undefined) return []
    return [
      {
        row,
        what: pair(PAPERS[paper]),
        outcome: problem === null ? { state: 'done' } : { state: 'failed', error: problem },
      },
    ]
  })
  const any = told.some(({ outcome }) => outcome.state === 'done')
  return (
    <PageFrame
      title={words.title}
      aside={
        <Button type="primary" disabled={rows.length === 0} loading={running} onClick={() => void print()}>
          {words.print}
        </Button>
      }
    >
      <p className="muted">{words.hint}</p>
      {error === null ? null : <ProblemNotice error={error} />}
      {printed === null || !any ? null : <Sheets pages={printed.pages} />}
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
                more={{
                  title: words.papers,
                  cell: ({ toPrint }) => toPrint.map(paper => pair(PAPERS[paper])).join(' · '),
                }}
              />
            </div>
          )
        }
      </Shown>
    </PageFrame>
  )
}
