/** Items by how many cases they had (事项热度). */
import { Button } from 'antd'
import { useMemo } from 'react'
import { useNode } from '../query.ts'
import { Chart, useDrawn } from '../ui/chart/chart.tsx'
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Block } from './block.tsx'
import { barsOf } from './charts.ts'
import { CaseNumber } from './number.tsx'
import { BoardTable } from './table.tsx'
import { daysOf, spanOf, type Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

/** Items of the table; the chart shows the first ones. */
const LISTED = 50
const DRAWN = 10
/** Of a bar, pixels. */
const BAR = 30

export function Heat({ wanted, today, choose }: { wanted: Wanted; today: string; choose: (item: string) => void }) {
  const words = useWords(BOARD)
  const drawn = useDrawn()
  const span = spanOf(wanted, today)
  const { from, to } = span
  const read = useNode('readItemHeat', { query: { ...wanted.narrow, from, to, limit: LISTED } }, { keep: true })
  const items = read.data?.items ?? []
  const option = useMemo(
    () =>
      barsOf(
        words.cases,
        (read.data?.items ?? []).slice(0, DRAWN).map(({ name, cases }) => ({ name, count: cases })),
      ),
    [read.data, words],
  )
  const cells = () => [
    [words.item, words.code, words.cases],
    ...items.map(({ name, item, cases }) => [name, item, cases]),
  ]
  return (
    <Block
      id="heat"
      title={words.heat}
      cells={read.data === undefined ? undefined : cells}
      drawn={items.length === 0 ? undefined : drawn}
    >
      <Shown read={read}>
        {() =>
          items.length === 0 ? (
            <p className="muted">{words.empty}</p>
          ) : (
            <>
              <Chart
                label={words.heat}
                option={option}
                height={Math.min(items.length, DRAWN) * BAR + 50}
                drawn={drawn}
              />
              <BoardTable heads={[words.item, words.cases]}>
                {items.map(({ item, name, cases }) => (
                  <tr key={item}>
                    <th scope="row">
                      <Button type="link" onClick={() => choose(item)}>
                        {name}
                      </Button>
                    </th>
                    <td className="figure">
                      <CaseNumber
                        count={cases}
                        behind={{ counted: 'submitted', ...daysOf(span), narrow: { ...wanted.narrow, item } }}
                      />
                    </td>
                  </tr>
                ))}
              </BoardTable>
              {items.length < LISTED ? null : <p className="muted">{words.heatHint(String(LISTED))}</p>}
            </>
          )
        }
      </Shown>
    </Block>
  )
}
