/** Where cases go: from the city that takes them in to the one that decides, on the map of China. */
import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { AnswerOf } from '../query.ts'
import { useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { useDrawn } from '../ui/chart/chart.tsx'
import { ChinaMap } from '../ui/map/map.tsx'
import type { MapCity, MapFlow } from '../ui/map/picture.ts'
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Block } from './block.tsx'
import { useSums } from './read.ts'
import { casesAddress, daysOf, spanOf, type Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

type Sums = AnswerOf<'readStatistics'>

/** Cities with what went between them and this one, and the flows of each way, the largest first. */
export function useFlows(sums: Sums | undefined): { cities: MapCity[]; flows: MapFlow[] } {
  const words = useWords(BOARD)
  const { city } = useSettings()
  const partners = useNode('listPartners')
  return useMemo(() => {
    const flows = (sums?.items ?? []).flatMap(({ key, counts }): MapFlow[] => {
      const [role, partner = ''] = key.split(' ')
      const count = counts.submitted ?? 0
      if (count === 0) return []
      return [role === 'collecting' ? { from: city.code, to: partner, count } : { from: partner, to: city.code, count }]
    })
    const names = new Map((partners.data?.items ?? []).map(({ code, name }) => [code, name]))
    // Of a city that is no partner any more its cases are still here.
    for (const { from, to } of flows)
      for (const code of [from, to]) if (code !== city.code && !names.has(code)) names.set(code, code)
    const countOf = (code: string) =>
      flows.reduce((sum, { from, to, count }) => sum + (from === code || to === code ? count : 0), 0)
    const others = [...names].map(([code, name]): MapCity => {
      const count = countOf(code)
      return count === 0
        ? { code, name, state: 'off', words: words.noCases }
        : { code, name, state: 'good', words: words.withCases(String(count)) }
    })
    return {
      cities: [{ code: city.code, name: city.name, state: 'own', words: words.ownCity }, ...others],
      flows: flows.toSorted((a, b) => b.count - a.count),
    }
  }, [sums, partners.data, city, words])
}

export function Flows({ wanted, today, choose }: { wanted: Wanted; today: string; choose: (partner: string) => void }) {
  const words = useWords(BOARD)
  const me = useMe()
  const { city } = useSettings()
  const router = useRouter()
  const drawn = useDrawn()
  const read = useSums(wanted, today, 'flow')
  const { cities, flows } = useFlows(read.data)
  const nameOf = (code: string) => cities.find(other => other.code === code)?.name ?? code
  const open = ({ from, to }: MapFlow) => {
    const narrow =
      from === city.code
        ? ({ role: 'collecting', partner: to } as const)
        : ({ role: 'handling', partner: from } as const)
    router.history.push(
      casesAddress({
        counted: 'submitted',
        ...daysOf(spanOf(wanted, today)),
        narrow: { ...wanted.narrow, ...narrow },
      }),
    )
  }
  const cells = () => [
    [words.fromCity, words.toCity, words.cases],
    ...flows.map(({ from, to, count }) => [nameOf(from), nameOf(to), count]),
  ]
  return (
    <Block id="flows" title={words.map} wide cells={read.data === undefined ? undefined : cells} drawn={drawn}>
      <Shown read={read}>
        {() => (
          <ChinaMap
            label={words.map}
            cities={cities}
            flows={flows}
            counted={words.cases}
            onOpen={choose}
            onFlow={mayDo(me, 'case.list') ? open : undefined}
            drawn={drawn}
          />
        )}
      </Shown>
    </Block>
  )
}
