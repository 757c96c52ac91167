/** Agreements that had few cases or none, and which of their items nobody asked for (协议多、办件少). */
import { Link } from '@tanstack/react-router'
import { useCities } from '../cities.ts'
import { useNode } from '../query.ts'
import { Shown } from '../ui/page.tsx'
import { useWords } from '../words.ts'
import { Block } from './block.tsx'
import { BoardTable } from './table.tsx'
import { spanOf, type Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

export function Idle({ wanted, today }: { wanted: Wanted; today: string }) {
  const words = useWords(BOARD)
  const cities = useCities()
  const { from, to } = spanOf(wanted, today)
  const read = useNode('readIdleAgreements', { query: { from, to } }, { keep: true })
  const { partner } = wanted.narrow
  const rows = (read.data?.items ?? []).filter(
    row => (partner === undefined || row.partner === partner) && row.idleCount > 0,
  )
  const heads = [words.agreement, words.partner, words.until, words.cases, words.agreed, words.idleItems]
  const cells = () => [
    heads,
    ...rows.map(row => [row.title, cities(row.partner), row.validTo, row.cases, row.items, row.idleCount]),
  ]
  return (
    <Block id="idle" title={words.idle} wide cells={read.data === undefined ? undefined : cells}>
      <Shown read={read}>
        {() =>
          rows.length === 0 ? (
            <p className="muted">{words.idleAll}</p>
          ) : (
            <BoardTable heads={heads}>
              {rows.map(row => (
                <tr key={row.thread}>
                  <th scope="row">
                    <Link to={`/agreements/${row.thread}`}>{row.title}</Link>
                  </th>
                  <td>{cities(row.partner)}</td>
                  <td>{row.validTo}</td>
                  <td className="figure">{row.cases}</td>
                  <td className="figure">{row.items}</td>
                  <td className="figure">
                    <details>
                      <summary>{row.idleCount}</summary>
                      <ul>
                        {row.idle.map(item => (
                          <li key={`${item.role} ${item.partner} ${item.code}`}>
                            {words[item.role]}: {item.name}
                          </li>
                        ))}
                      </ul>
                    </details>
                  </td>
                </tr>
              ))}
            </BoardTable>
          )
        }
      </Shown>
    </Block>
  )
}
