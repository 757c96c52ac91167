/** The search: what was typed above comes in the state of the history, never in an address, for it may be a name. */
import { Link, useLocation } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { STATE_NAMES } from '../../../../../protocol/case/names.ts'
import { useCities } from '../cities.ts'
import { DaysLeft, dueAt } from '../desk/due.tsx'
import { searchOf } from '../desk/wanted.ts'
import { useNode } from '../query.ts'
import { useSettings } from '../session.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { To } from '../ui/to.tsx'
import { SHARED } from '../ui/words.ts'
import { usePair, useWords } from '../words.ts'
import '../batch/batch.css'
import { useItems, usePartners } from './names.ts'
import { SEARCH } from './words.ts'

/** Cases that are shown first, and with each press of “more”. */
const ROWS = 50
const MOST = 200

function Cases({ q }: { q: string }) {
  const words = useWords(SEARCH)
  const shared = useWords(SHARED)
  const pair = usePair()
  const cities = useCities()
  const { city } = useSettings()
  const [limit, more] = useState(ROWS)
  const read = useNode('listCases', { query: { q, limit } }, { keep: true })
  return (
    <section className="card" aria-labelledby="found-cases">
      <Shown read={read}>
        {({ items, next }) => (
          <>
            <h2 id="found-cases">{words.cases(next === null ? String(items.length) : shared.more(items.length))}</h2>
            {items.length === 0 ? <p className="muted">{words.noCases}</p> : null}
            <div className="scroll">
              <table className="batch">
                <tbody>
                  {items.map(row => (
                    <tr key={row.thread}>
                      <td>
                        <Link to={`/cases/${encodeURIComponent(row.caseNo)}`}>{row.caseNo}</Link>
                      </td>
                      <td>{row.applicant}</td>
                      <td>{row.item.name}</td>
                      <td>{cities(row.partner)}</td>
                      <td>{pair(STATE_NAMES[row.state])}</td>
                      <td>
                        <DaysLeft due={dueAt(row, city.code)} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {next === null || limit >= MOST ? null : (
              <Button onClick={() => more(MOST)} loading={read.isFetching}>
                {words.more}
              </Button>
            )}
          </>
        )}
      </Shown>
    </section>
  )
}

function Names({ q }: { q: string }) {
  const words = useWords(SEARCH)
  const cities = useCities()
  const { items, total, error, reading, refetch } = useItems(q)
  const partners = usePartners(q)
  return (
    <section className="card found" aria-label={words.items(total)}>
      {error === null ? null : <ProblemNotice error={error} retry={refetch} />}
      {reading ? <p role="status">{words.readingNames}</p> : null}
      {!reading && error === null && total + partners.length === 0 ? <p className="muted">{words.none}</p> : null}
      {total === 0 ? null : (
        <>
          <h2>{words.items(total)}</h2>
          <ul>
            {items.map(({ city, code, name, department }) => (
              <li key={`${city} ${code}`}>
                {name}{' '}
                <span className="muted">
                  {cities(city)} · {department}
                </span>{' '}
                <To address={`/${searchOf({ queue: 'ours', filter: { item: code }, selected: null })}`}>
                  {words.onDesk}
                </To>
              </li>
            ))}
          </ul>
        </>
      )}
      {partners.length === 0 ? null : (
        <>
          <h2>{words.cities(partners.length)}</h2>
          <ul>
            {partners.map(({ code, name }) => (
              <li key={code}>
                <Link to={`/partners/${code}`}>{name}</Link>{' '}
                <To address={`/${searchOf({ queue: 'ours', filter: { partner: code }, selected: null })}`}>
                  {words.cityOnDesk}
                </To>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

export function Page() {
  const words = useWords(SEARCH)
  const { text } = useLocation().state as { text?: string }
  const q = text?.trim() ?? ''
  return (
    <PageFrame title={words.title}>
      {q === '' ? (
        <section className="card">
          <p>{words.what}</p>
          <p className="muted">{words.kept}</p>
        </section>
      ) : (
        <>
          <Cases key={`cases ${q}`} q={q} />
          <Names key={`names ${q}`} q={q} />
        </>
      )}
    </PageFrame>
  )
}
