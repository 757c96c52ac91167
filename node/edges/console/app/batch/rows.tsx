/** Cases to choose from, and what became of each. */
import { Link } from '@tanstack/react-router'
import { Checkbox } from 'antd'
import type { ReactNode } from 'react'
import { isProblemCode, PROBLEMS, ProblemError } from '../../../../../protocol/problem.ts'
import type { Case } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import type { AnswerOf } from '../query.ts'
import { Cure } from '../ui/cure.tsx'
import { SHARED } from '../ui/words.ts'
import { usePair, useWords } from '../words.ts'
import './batch.css'
import type { Outcome } from './run.ts'
import { BATCH } from './words.ts'

export function PickRows({
  read: { items, next, total },
  picked,
  pick,
  more,
}: {
  read: AnswerOf<'readQueue'>
  picked: ReadonlySet<string>
  pick: (threads: ReadonlySet<string>) => void
  /** of a column that the page adds */
  more: { title: string; cell: (row: Case) => ReactNode }
}) {
  const words = useWords(BATCH)
  const shared = useWords(SHARED)
  const cities = useCities()
  const here = items.filter(({ thread }) => picked.has(thread))
  const toggle = (thread: string) => {
    const next = new Set(picked)
    if (!next.delete(thread)) next.add(thread)
    pick(next)
  }
  return (
    <>
      <div className="scroll">
        <table className="batch">
          <thead>
            <tr>
              <th>
                <Checkbox
                  aria-label={words.pickAll}
                  checked={here.length === items.length}
                  indeterminate={here.length > 0 && here.length < items.length}
                  onChange={({ target }) => pick(new Set(target.checked ? items.map(({ thread }) => thread) : []))}
                />
              </th>
              <th>{words.caseNo}</th>
              <th>{words.applicant}</th>
              <th>{words.item}</th>
              <th>{words.partner}</th>
              <th>{more.title}</th>
            </tr>
          </thead>
          <tbody>
            {items.map(row => (
              <tr key={row.thread}>
                <td>
                  <Checkbox
                    aria-label={words.pick(row.caseNo)}
                    checked={picked.has(row.thread)}
                    onChange={() => toggle(row.thread)}
                  />
                </td>
                <td>
                  <Link to={`/cases/${encodeURIComponent(row.caseNo)}`}>{row.caseNo}</Link>
                </td>
                <td>{row.applicant}</td>
                <td>{row.item.name}</td>
                <td>{cities(row.partner)}</td>
                <td>{more.cell(row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted" role="status">
        {words.picked(here.length, total.more ? shared.more(total.count) : String(total.count))}
        {next === null ? '' : ` · ${words.first(items.length)}`}
      </p>
    </>
  )
}

/** Why one was not done, and how to cure it. */
function Reason({ error }: { error: unknown }) {
  const pair = usePair()
  const shared = useWords(SHARED)
  const code = error instanceof ProblemError ? error.problem.code : String(error)
  if (!isProblemCode(code)) return <code>{code}</code>
  const { zh, en, cure, cureZh } = PROBLEMS[code]
  const first = error instanceof ProblemError ? error.changes[0] : undefined
  return (
    <>
      {pair({ zh, en })} {first === undefined ? '' : `(${first.name ?? first.by}) `}
      <span className="muted">
        {shared.cure}: <Cure zh={cureZh} en={cure} />
      </span>
    </>
  )
}

export type Told = { row: Pick<Case, 'thread' | 'caseNo' | 'applicant'>; what: string; outcome: Outcome }

export function Results({ told }: { told: readonly Told[] }) {
  const words = useWords(BATCH)
  if (told.length === 0) return null
  return (
    <section className="card" aria-labelledby="results">
      <h2 id="results">{words.results}</h2>
      <div className="scroll">
        <table className="batch">
          <thead>
            <tr>
              <th>{words.caseNo}</th>
              <th>{words.applicant}</th>
              <th />
              <th>{words.result}</th>
              <th>{words.reason}</th>
            </tr>
          </thead>
          <tbody>
            {told.map(({ row, what, outcome }) => (
              <tr key={`${row.thread} ${what}`}>
                <td>
                  <Link to={`/cases/${encodeURIComponent(row.caseNo)}`}>{row.caseNo}</Link>
                </td>
                <td>{row.applicant}</td>
                <td>{what}</td>
                <td className={`outcome-${outcome.state}`}>
                  {outcome.state === 'done' ? '✓ ' : outcome.state === 'failed' ? '✗ ' : ''}
                  {words[outcome.state]}
                </td>
                <td>{outcome.state === 'failed' ? <Reason error={outcome.error} /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
