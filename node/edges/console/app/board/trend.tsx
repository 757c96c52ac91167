/** Cases taken in over time: by month, or by day within one month. */
import { useMemo } from 'react'
import { useNode } from '../query.ts'
import { Chart, useDrawn } from '../ui/chart/chart.tsx'
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Block } from './block.tsx'
import { lineOf } from './charts.ts'
import { everyPeriod } from './numbers.ts'
import { daysOf, hasDays, type Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

export function Trend({ wanted, today }: { wanted: Wanted; today: string }) {
  const words = useWords(BOARD)
  const drawn = useDrawn()
  const daily = hasDays(wanted)
  const days = daysOf({ grain: 'month', ...wanted })
  const last = days.to > today ? today : days.to
  const { from, to } = daily ? { from: days.from, to: last < days.from ? days.from : last } : wanted
  const read = useNode(
    'readStatistics',
    { query: { ...wanted.narrow, by: 'all', grain: daily ? 'day' : 'month', from, to } },
    { keep: true },
  )
  const points = useMemo(() => {
    const counts = new Map((read.data?.items ?? []).map(({ period, counts }) => [period, counts.submitted ?? 0]))
    return everyPeriod(from, to).map(period => ({ period, count: counts.get(period) ?? 0 }))
  }, [read.data, from, to])
  const option = useMemo(
    () =>
      lineOf(
        words.submitted,
        points.map(({ period, count }) => ({ period: daily ? period.slice(5) : period, count })),
      ),
    [points, daily, words],
  )
  const cells = () => [[words.period, words.submitted], ...points.map(({ period, count }) => [period, count])]
  return (
    <Block id="trend" title={words.trend} cells={read.data === undefined ? undefined : cells} drawn={drawn}>
      <Shown read={read}>
        {() => (
          <>
            <Chart label={words.trend} option={option} height={260} drawn={drawn} />
            {wanted.from === wanted.to && !daily ? <p className="muted">{words.trendNoDays}</p> : null}
            <details>
              <summary>{words.asTable}</summary>
              <table className="board-table">
                <thead>
                  <tr>
                    <th scope="col">{words.period}</th>
                    <th scope="col">{words.submitted}</th>
                  </tr>
                </thead>
                <tbody>
                  {points.map(({ period, count }) => (
                    <tr key={period}>
                      <th scope="row">{period}</th>
                      <td className="figure">{count}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </details>
          </>
        )}
      </Shown>
    </Block>
  )
}
