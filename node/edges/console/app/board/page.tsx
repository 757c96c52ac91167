/** The board (看板): what leaders ask for, of the months and cases that the address names; each number leads to its cases. */
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { Button, Empty } from 'antd'
import { departmentOf } from '../../../../../protocol/rights/can.ts'
import { useCities } from '../cities.ts'
import { OF_SUMS } from '../live.ts'
import { readAgain, reading, useNode } from '../query.ts'
import { useSettings } from '../session.ts'
import { clockText } from '../time.ts'
import { PageFrame } from '../ui/page.tsx'
import { To } from '../ui/to.tsx'
import { useWords } from '../words.ts'
import './board.css'
import { Counters } from './counters.tsx'
import { Filters } from './filters.tsx'
import { Flows } from './flows.tsx'
import { Heat } from './heat.tsx'
import { Idle } from './idle.tsx'
import { Places, Windows } from './places.tsx'
import { useSeesAll, useSums, useWanted } from './read.ts'
import { Steps } from './steps.tsx'
import { Summary } from './summary.tsx'
import { Trend } from './trend.tsx'
import type { Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

/** Units and items that are read at once: the most that the node gives. */
const AT_ONCE = 200
/** Units whose code a code begins: a department stands before what is below it. */
const NEAREST = 5

/**
 * Departments by the names that the city has published: of its organisation, else of its items; one of neither stands by its code. Those
 * that count here and are not among the first of either are asked for one by one.
 */
function useDepartments(wanted: Wanted, today: string): (code: string) => string {
  const { city } = useSettings()
  const params = { city: city.code }
  const units = useNode('listUnits', { params, query: { limit: AT_ONCE } })
  const items = useNode('searchItems', { query: { ...params, limit: AT_ONCE } })
  const sums = useSums({ ...wanted, narrow: {} }, today, 'department')
  const names = new Map([
    ...(items.data?.items ?? []).map(({ code, department }) => [departmentOf(code), department] as const),
    ...(units.data?.items ?? []).map(({ code, name }) => [code, name] as const),
  ])
  const known = units.data !== undefined && items.data !== undefined
  const others = known ? (sums.data?.items ?? []).map(({ key }) => key).filter(code => !names.has(code)) : []
  const named = useQueries({
    queries: others.flatMap(code => [
      reading('searchItems', { query: { ...params, q: code, limit: 1 } }),
      reading('listUnits', { params, query: { q: code, limit: NEAREST } }),
    ]),
  })
  for (const { data } of named)
    for (const entry of data?.items ?? [])
      if ('department' in entry)
        names.set(departmentOf(entry.code), names.get(departmentOf(entry.code)) ?? entry.department)
      else if (others.includes(entry.code)) names.set(entry.code, entry.name)
  return code => names.get(code) ?? code
}

/** How old sums may be: to whom events tell of every case they are new within seconds, to others those of the last reading. */
function SumsAsOf() {
  const words = useWords(BOARD)
  const all = useSeesAll()
  const { dataUpdatedAt, isFetching } = useNode('readBoard')
  const client = useQueryClient()
  if (all) return <span className="muted">{words.lag}</span>
  return (
    <>
      <span className="muted">{words.sumsOf(clockText(dataUpdatedAt))}</span>
      <Button loading={isFetching} onClick={() => void readAgain(client, OF_SUMS)}>
        {words.refresh}
      </Button>
    </>
  )
}

export function Page() {
  const words = useWords(BOARD)
  const { wanted, today, want } = useWanted()
  const cityName = useCities()
  const departmentName = useDepartments(wanted, today)
  const seesAll = useSeesAll()
  const all = useSums(wanted, today, 'all')
  const filtered = Object.values(wanted.narrow).some(value => value !== undefined)
  const narrowBy = (change: typeof wanted.narrow) => want({ narrow: { ...wanted.narrow, ...change } })
  const of = { wanted, today }
  return (
    <PageFrame
      title={words.title}
      live={seesAll}
      aside={
        <>
          <To address="/board/screen">{words.screen}</To>
          <SumsAsOf />
        </>
      }
    >
      <Filters {...of} want={want} departmentName={departmentName} />
      {all.data?.items.length === 0 ? (
        <Empty description={filtered ? words.noMatch : words.empty}>
          <p>{filtered ? words.noMatchHint : words.emptyHint}</p>
        </Empty>
      ) : null}
      <div className="board">
        <Counters today={today} />
        <Summary {...of} />
        <Flows {...of} choose={partner => narrowBy({ partner })} />
        <div>
          <Trend {...of} />
          <Steps {...of} />
          <Windows />
        </div>
        <div>
          <Places by="partner" {...of} nameOf={cityName} />
          <Heat {...of} choose={item => narrowBy({ item })} />
          <Places by="department" {...of} nameOf={departmentName} />
        </div>
        <Idle {...of} />
      </div>
    </PageFrame>
  )
}
