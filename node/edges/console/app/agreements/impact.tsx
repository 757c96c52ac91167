/** What a step would touch before it is taken: open cases, items that come or go, mappings, and what of a text does not hold. */
import { Link } from '@tanstack/react-router'
import { Alert } from 'antd'
import type { ReactNode } from 'react'
import type { PreviewStepAnswer } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { usePair, useWords } from '../words.ts'
import { DIFFERENCE } from './words-diff.ts'

/** Names that are shown of a list. */
const SHOWN = 8

function Named({ title, rows }: { title: string; rows: readonly ReactNode[] }) {
  const words = useWords(DIFFERENCE)
  if (rows.length === 0) return null
  return (
    <details>
      <summary>{title}</summary>
      <ul>
        {rows.slice(0, SHOWN).map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: it is shown once and never moves
          <li key={index}>{row}</li>
        ))}
        {rows.length > SHOWN ? <li className="muted">{words.more(rows.length - SHOWN)}</li> : null}
      </ul>
    </details>
  )
}

export function ImpactView({ impact }: { impact: PreviewStepAnswer }) {
  const words = useWords(DIFFERENCE)
  const pair = usePair()
  const nameOf = useCities()
  const { act, from, cases, gained, lost, mappings, faults, adapter } = impact
  const item = ({ taskName, handling, elsewhere }: (typeof gained)[number]) =>
    `${nameOf(handling)} · ${taskName}${elsewhere ? `（${words.elsewhere}）` : ''}`
  const mapped = ({ partner, taskName }: (typeof mappings.stale)[number]) => `${nameOf(partner)} · ${taskName}`
  const untouched = cases.open + gained.length + lost.length === 0
  return (
    <div>
      <p>
        {from === null ? words.renews : words.from(from)} · {words.openCases(cases.open, cases.touched)}
      </p>
      {act === 'sign' || act === 'propose' || act === 'amend' ? (
        faults.length === 0 ? (
          <p>✓ {words.noFaults}</p>
        ) : (
          <Alert
            type="error"
            showIcon
            title={words.faults}
            description={
              <ul>
                {faults.map(({ path, why, whyZh }) => (
                  <li key={path}>
                    {pair({ zh: whyZh, en: why })} <code>{path}</code>
                  </li>
                ))}
              </ul>
            }
          />
        )
      ) : null}
      {untouched ? <p>{words.nothing}</p> : null}
      <Named title={`－ ${words.lost(lost.length)}`} rows={lost.map(item)} />
      <Named title={`＋ ${words.gained(gained.length)}`} rows={gained.map(item)} />
      <Named
        title={`${words.cases} ${cases.open}`}
        rows={cases.shown.map(({ caseNo, itemName }) => (
          <>
            <Link to={`/cases/${caseNo}`}>{caseNo}</Link> {itemName}
          </>
        ))}
      />
      <Named title={words.touched(mappings.touched.length)} rows={mappings.touched.map(mapped)} />
      <Named title={words.stale(mappings.stale.length)} rows={mappings.stale.map(mapped)} />
      <Named title={words.missing(mappings.missing.length)} rows={mappings.missing.map(mapped)} />
      <Named
        title={words.lacking(adapter.lacking.length)}
        rows={adapter.lacking.map(({ taskCode, lacks }) => `${taskCode}: ${lacks}`)}
      />
    </div>
  )
}
