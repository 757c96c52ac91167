/** The same numbers by city, by department, and by window. */
import { useNode } from '../query.ts'
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Block } from './block.tsx'
import { CaseNumber } from './number.tsx'
import { onTimeShare, satisfiedShare } from './numbers.ts'
import { useSums } from './read.ts'
import { BoardTable } from './table.tsx'
import { daysOf, type Narrow, spanOf, type Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

/** One row for each city or department. `nameOf`: as people know it. */
export function Places({
  by,
  wanted,
  today,
  nameOf,
}: {
  by: 'partner' | 'department'
  wanted: Wanted
  today: string
  nameOf: (key: string) => string
}) {
  const words = useWords(BOARD)
  const title = by === 'partner' ? words.byPartner : words.byDepartment
  const read = useSums(wanted, today, by)
  const days = daysOf(spanOf(wanted, today))
  const rows = (read.data?.items ?? []).toSorted((a, b) => (b.counts.submitted ?? 0) - (a.counts.submitted ?? 0))
  const narrowTo = (key: string): Narrow => ({ ...wanted.narrow, [by]: key })
  const heads = [words[by], words.submitted, words.decided, words.onTime, words.satisfaction]
  const cells = () => [
    heads,
    ...rows.map(({ key, counts }) => [
      nameOf(key),
      counts.submitted ?? 0,
      counts.decided ?? 0,
      onTimeShare(counts),
      satisfiedShare(counts),
    ]),
  ]
  return (
    <Block id={by} title={title} cells={read.data === undefined ? undefined : cells}>
      <Shown read={read}>
        {() =>
          rows.length === 0 ? (
            <p className="muted">{words.empty}</p>
          ) : (
            <BoardTable heads={heads}>
              {rows.map(({ key, counts }) => (
                <tr key={key}>
                  <th scope="row">{nameOf(key)}</th>
                  {(['submitted', 'decided'] as const).map(counted => (
                    <td key={counted} className="figure">
                      <CaseNumber count={counts[counted] ?? 0} behind={{ counted, ...days, narrow: narrowTo(key) }} />
                    </td>
                  ))}
                  <td className="figure">{onTimeShare(counts) ?? words.none}</td>
                  <td className="figure">{satisfiedShare(counts) ?? words.none}</td>
                </tr>
              ))}
            </BoardTable>
          )
        }
      </Shown>
    </Block>
  )
}

/** Each window that took cases in for other cities this year (本办理点代其他收件). */
export function Windows() {
  const words = useWords(BOARD)
  const read = useNode('readBoard')
  const rows = read.data?.windows ?? []
  const heads = [words.window, words.today, words.month, words.year]
  const cells = () => [heads, ...rows.map(({ key, today, month, year }) => [key, today, month, year])]
  if (read.data !== undefined && rows.length === 0) return null
  return (
    <Block id="windows" title={words.byWindow} cells={read.data === undefined ? undefined : cells}>
      <Shown read={read}>
        {() => (
          <BoardTable heads={heads}>
            {rows.map(({ key, today, month, year }) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td className="figure">{today}</td>
                <td className="figure">{month}</td>
                <td className="figure">{year}</td>
              </tr>
            ))}
          </BoardTable>
        )}
      </Shown>
    </Block>
  )
}
