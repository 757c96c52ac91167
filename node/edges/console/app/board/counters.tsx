/** What stands above all: cases taken in today, this month, this year; windows and items. */
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Block } from './block.tsx'
import { CaseNumber } from './number.tsx'
import { useBoard } from './read.ts'
import { BOARD } from './words.ts'

const ROWS = ['all', 'collecting', 'handling'] as const

export function Counters({ today }: { today: string }) {
  const words = useWords(BOARD)
  const board = useBoard(today)
  const month = today.slice(0, 7)
  const year = today.slice(0, 4)
  const spans = [
    { span: 'today', from: today, to: today },
    { span: 'month', from: `${month}-01`, to: today },
    { span: 'year', from: `${year}-01-01`, to: today },
  ] as const
  const cells = () => [
    [words.counted, words.today, words.month, words.year],
    ...ROWS.map(row => [words[row], ...spans.map(({ span }) => board.data?.cases[row][span] ?? 0)]),
  ]
  return (
    <Block id="counters" title={words.counters} cells={board.data === undefined ? undefined : cells}>
      <Shown read={board}>
        {({ cases, places, items }) => (
          <>
            <table className="board-table">
              <thead>
                <tr>
                  <th scope="col">{words.counted}</th>
                  <th scope="col">{words.today}</th>
                  <th scope="col">{words.month}</th>
                  <th scope="col">{words.year}</th>
                </tr>
              </thead>
              <tbody>
                {ROWS.map(row => (
                  <tr key={row}>
                    <th scope="row">{words[row]}</th>
                    {spans.map(({ span, from, to }) => (
                      <td key={span} className="figure">
                        <CaseNumber
                          count={cases[row][span]}
                          behind={{ counted: 'submitted', from, to, narrow: row === 'all' ? {} : { role: row } }}
                        />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
            <p className="muted">
              {words.places}: {words.placesOf(String(places.own), String(places.partners))}
              <br />
              {words.items}: {words.itemsOf(String(items.collecting), String(items.handling))}
            </p>
          </>
        )}
      </Shown>
    </Block>
  )
}
