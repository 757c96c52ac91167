/** Parked work: why each piece stopped, who must act and how; tried again, done by hand, given up or skipped, with a reason. */
import { Button, Empty, Modal, Select, Space } from 'antd'
import { useState } from 'react'
import { isProblemCode, PROBLEMS } from '../../../../../protocol/problem.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe } from '../session.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { usePair, useWords } from '../words.ts'
import { type Ending, EndingAsked } from './ending.tsx'
import { AdaptersFrame } from './frame.tsx'
import { Piece } from './piece.tsx'
import { ADAPTERS } from './words.ts'
import { causesOf, nameOf, OF_PARKED } from './work.ts'

/** Pieces of a page, and at most. */
const PAGE = 50
const MOST = 200

export function Page() {
  const words = useWords(ADAPTERS)
  const pair = usePair()
  const me = useMe()
  const [limit, reach] = useState(PAGE)
  const [cause, choose] = useState<string | null>(null)
  const [ending, end] = useState<Ending | null>(null)
  const parked = useNode('listParked', { query: { limit } }, { keep: true })
  const retry = useAct('retryParked', OF_PARKED)
  const manages = mayDo(me, 'operation.manage')
  const aside = manages ? (
    <Button loading={retry.isPending} onClick={() => retry.mutate({ body: { all: true } })}>
      {words.retryAll}
    </Button>
  ) : null
  return (
    <AdaptersFrame part="parked" aside={aside}>
      <p className="muted" style={{ margin: 0 }}>
        {words.hint}
      </p>
      {retry.error === null ? null : <ProblemNotice error={retry.error} />}
      <Shown read={parked}>
        {({ items, next }) => {
          const causes = causesOf(items)
          const shown = items.filter(({ problem }) => cause === null || problem.code === cause)
          return items.length === 0 ? (
            <Empty description={words.none} />
          ) : (
            <>
              <Space wrap>
                <Select
                  aria-label={words.why}
                  style={{ minWidth: 260 }}
                  value={cause ?? ''}
                  onChange={value => choose(value === '' ? null : value)}
                  options={[
                    { value: '', label: `${words.why}: ${words.all}` },
                    ...causes.map(({ code, count }) => ({
                      value: code,
                      label: `${isProblemCode(code) ? pair(PROBLEMS[code]) : code} (${count})`,
                    })),
                  ]}
                />
                {manages && cause !== null ? (
                  <Button loading={retry.isPending} onClick={() => retry.mutate({ body: { code: cause } })}>
                    {words.retryKind}
                  </Button>
                ) : null}
              </Space>
              {shown.length === 0 ? <Empty description={words.noneOfFilter} /> : null}
              <ul className="rows">
                {shown.map(work => (
                  <Piece key={JSON.stringify(nameOf(work))} work={work} end={end} />
                ))}
              </ul>
              {next === null || limit >= MOST ? null : (
                <Button onClick={() => reach(Math.min(MOST, limit * 2))}>{words.more}</Button>
              )}
            </>
          )
        }}
      </Shown>
      <Modal open={ending !== null} title={ending?.title} footer={null} onCancel={() => end(null)} destroyOnHidden>
        {ending === null ? null : <EndingAsked ending={ending} close={() => end(null)} />}
      </Modal>
    </AdaptersFrame>
  )
}
