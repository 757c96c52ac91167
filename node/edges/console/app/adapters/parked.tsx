/** Parked work: why each piece stopped, who must act and how; tried again, done by hand, given up or skipped, with a reason. */
import { useLocation, useRouter } from '@tanstack/react-router'
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
import { causesOf, nameOf, OF_PARKED, parkedAddress, systemsOf, type Wanted, wantedOf } from './work.ts'

/** Pieces of a page, and at most. */
const PAGE = 50
const MOST = 200

type Counted = { value: string; count: number }

/** One of what there is, or all of it. What was chosen and is there no more stays to be seen. */
function Choose({
  label,
  counted,
  chosen,
  nameOfValue = value => value,
  choose,
}: {
  label: string
  counted: readonly Counted[]
  chosen: string | undefined
  nameOfValue?: (value: string) => string
  choose: (value: string | undefined) => void
}) {
  const words = useWords(ADAPTERS)
  const gone =
    chosen === undefined || counted.some(({ value }) => value === chosen) ? [] : [{ value: chosen, count: 0 }]
  return (
    <Select
      aria-label={label}
      style={{ minWidth: 260, maxWidth: '100%' }}
      value={chosen ?? ''}
      onChange={value => choose(value === '' ? undefined : value)}
      options={[
        { value: '', label: `${label}: ${words.all}` },
        ...[...counted, ...gone].map(({ value, count }) => ({ value, label: `${nameOfValue(value)} (${count})` })),
      ]}
    />
  )
}

export function Page() {
  const words = useWords(ADAPTERS)
  const pair = usePair()
  const me = useMe()
  const router = useRouter()
  const wanted = wantedOf(useLocation().searchStr)
  const [limit, reach] = useState(PAGE)
  const [ending, end] = useState<Ending | null>(null)
  const { cause, adapter } = wanted
  const query = { limit, adapter }
  // What there is to choose from is of every system, whichever is shown.
  const all = useNode('listParked', { query: { limit: MOST } })
  const parked = useNode('listParked', { query }, { keep: true })
  const retry = useAct('retryParked', OF_PARKED)
  const manages = mayDo(me, 'operation.manage')
  const systems = systemsOf(all.data?.items ?? [])
  const narrow = (part: { [Name in keyof Wanted]: string | undefined }) => {
    const next = Object.entries({ ...wanted, ...part }).filter(([, value]) => value !== undefined)
    router.history.replace(parkedAddress(Object.fromEntries(next)))
  }
  const aside = manages ? (
    <Button loading={retry.isPending} onClick={() => retry.mutate({ body: { all: true, adapter } })}>
      {words.retryAll}
    </Button>
  ) : null
  return (
    <AdaptersFrame part="parked" aside={aside}>
      <p className="muted">{words.hint}</p>
      {retry.error === null ? null : <ProblemNotice error={retry.error} />}
      {systems.length > 1 || adapter !== undefined ? (
        <Choose label={words.title} counted={systems} chosen={adapter} choose={value => narrow({ adapter: value })} />
      ) : null}
      <Shown read={parked}>
        {({ items, next }) => {
          const shown = items.filter(({ problem }) => cause === undefined || problem.code === cause)
          return items.length === 0 ? (
            <Empty description={adapter === undefined ? words.none : words.noneOfFilter} />
          ) : (
            <>
              <Space wrap>
                <Choose
                  label={words.why}
                  counted={causesOf(items)}
                  chosen={cause}
                  nameOfValue={code => (isProblemCode(code) ? pair(PROBLEMS[code]) : code)}
                  choose={value => narrow({ cause: value })}
                />
                {manages && cause !== undefined ? (
                  <Button loading={retry.isPending} onClick={() => retry.mutate({ body: { code: cause, adapter } })}>
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
              {next === null ? null : limit < MOST ? (
                <Button onClick={() => reach(Math.min(MOST, limit * 2))}>{words.more}</Button>
              ) : (
                <p>{words.moreThan(MOST)}</p>
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
