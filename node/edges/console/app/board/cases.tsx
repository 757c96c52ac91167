/** The cases behind a number of the board: the same filters, asked of the list of cases. */

import { Link, useLocation } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import type { CountedAs } from '../../../../../protocol/case/counted.ts'
import { SATISFACTION_NAMES, STATE_NAMES } from '../../../../../protocol/case/names.ts'
import { useCities } from '../cities.ts'
import { useNode } from '../query.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { To } from '../ui/to.tsx'
import { usePair, useWords } from '../words.ts'
import './board.css'
import { type Behind, behindOf } from './wanted.ts'
import { BOARD } from './words.ts'

/** Cases that are shown first, and more with each press; a page of the API has no more. */
const ROWS = 50
const MOST = 200

function useCountedText(): (counted: CountedAs) => string {
  const words = useWords(BOARD)
  const pair = usePair()
  const names: Readonly<Record<CountedAs, string>> = {
    submitted: words.submitted,
    accepted: words.accepted,
    decided: words.decided,
    ended: words.ended,
    'on-time': words.kept,
    late: words.late,
    rated: words.rated,
    bad: words.bad,
    'level.1': pair(SATISFACTION_NAMES[1]),
    'level.2': pair(SATISFACTION_NAMES[2]),
    'level.3': pair(SATISFACTION_NAMES[3]),
    'level.4': pair(SATISFACTION_NAMES[4]),
    'level.5': pair(SATISFACTION_NAMES[5]),
  }
  return counted => names[counted]
}

function Cases({ behind }: { behind: Behind }) {
  const words = useWords(BOARD)
  const pair = usePair()
  const cities = useCities()
  const [limit, more] = useState(ROWS)
  const { counted, from, to, narrow } = behind
  const read = useNode('listCases', { query: { ...narrow, counted, from, to, limit } }, { keep: true })
  return (
    <section className="card" aria-label={words.casesTitle}>
      <Shown read={read}>
        {({ items, next }) =>
          items.length === 0 ? (
            <p className="muted">{words.casesNone}</p>
          ) : (
            <>
              <div className="board-cases">
                <table className="board-table">
                  <thead>
                    <tr>
                      <th scope="col">{words.number}</th>
                      <th scope="col">{words.applicant}</th>
                      <th scope="col">{words.item}</th>
                      <th scope="col">{words.partner}</th>
                      <th scope="col">{words.state}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map(row => (
                      <tr key={row.thread}>
                        <th scope="row">
                          <Link to={`/cases/${encodeURIComponent(row.caseNo)}`}>{row.caseNo}</Link>
                        </th>
                        <td>{row.applicant}</td>
                        <td>{row.item.name}</td>
                        <td>{cities(row.partner)}</td>
                        <td>{pair(STATE_NAMES[row.state])}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {next === null ? null : limit < MOST ? (
                <Button onClick={() => more(MOST)} loading={read.isFetching}>
                  {words.more}
                </Button>
              ) : (
                <p className="muted">{words.casesFirst(String(MOST))}</p>
              )}
            </>
          )
        }
      </Shown>
    </section>
  )
}

export function Page() {
  const words = useWords(BOARD)
  const countedText = useCountedText()
  const { searchStr } = useLocation()
  const behind = behindOf(searchStr)
  const cities = useCities()
  if (behind === null)
    return (
      <PageFrame title={words.casesTitle} aside={<To address="/board">{words.back}</To>}>
        <p>{words.casesNoNumber}</p>
      </PageFrame>
    )
  const { role, partner, item, department } = behind.narrow
  const said = [
    words.casesOf(countedText(behind.counted), behind.from, behind.to),
    ...(role === undefined ? [] : [words[role]]),
    ...(partner === undefined ? [] : [cities(partner)]),
    ...(item === undefined ? [] : [`${words.item} ${item}`]),
    ...(department === undefined ? [] : [`${words.department} ${department}`]),
  ]
  return (
    <PageFrame title={words.casesTitle} aside={<To address="/board">{words.back}</To>}>
      <p>{said.join(' · ')}</p>
      <p className="muted">{words.casesScope}</p>
      <Cases key={searchStr} behind={behind} />
    </PageFrame>
  )
}
