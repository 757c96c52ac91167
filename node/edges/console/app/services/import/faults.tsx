/** All that is to be seen to: cells that could not be read with what may stand there, and what would block publication. */

import { Button } from 'antd'
import { useState } from 'react'
import { useJoined, useLanguage, usePair, useWords } from '../../words.ts'
import { useCures } from '../cures.ts'
import { pathName } from '../fields.ts'
import { cureOf } from '../findings.ts'
import { SERVICES } from '../words.ts'
import { alike, type Fault, type Report } from './mapping.ts'
import { IMPORT } from './words.ts'

/** Groups that are shown at first, rows and words of one of them. */
const SHOWN = 50
const ROWS = 6
const NEAREST = 12

function Groups({ faults, bad }: { faults: readonly Fault[]; bad: boolean }) {
  const words = useWords(IMPORT)
  const list = useJoined()
  const pair = usePair()
  const [all, showAll] = useState(false)
  const groups = alike(faults)
  return (
    <>
      <ul className="rows-of">
        {groups.slice(0, all ? groups.length : SHOWN).map(fault => {
          const rows = fault.rows.filter(row => row > 0)
          const place = words.faultPlace(
            fault.sheet,
            rows.length === 0 ? '' : words.rowsOf(rows.slice(0, ROWS).join(', '), Math.max(rows.length, fault.alike)),
            fault.column,
          )
          return (
            <li key={`${fault.code} ${fault.sheet} ${fault.column} ${fault.value} ${fault.row}`}>
              <span className={bad ? 'worse' : 'muted'}>{bad ? '✗' : 'ⓘ'}</span> <strong>{place}</strong>{' '}
              {fault.value === '' ? null : <q>{fault.value}</q>} {pair(fault)}
              {fault.name === '' || rows.length > 1 ? null : <div className="muted">{fault.name}</div>}
              <div>→ {pair({ zh: fault.cureZh, en: fault.cureEn })}</div>
              {fault.nearest.length === 0 ? null : (
                <div className="muted">
                  {words.may}: {list(fault.nearest.slice(0, NEAREST))}
                </div>
              )}
            </li>
          )
        })}
      </ul>
      {all || groups.length <= SHOWN ? null : (
        <Button onClick={() => showAll(true)}>{words.moreFaults(groups.length - SHOWN)}</Button>
      )}
    </>
  )
}

function Findings({ findings }: { findings: Report['findings'] }) {
  const services = useWords(SERVICES)
  const language = useLanguage()
  const pair = usePair()
  const cures = useCures()
  const rules = [...Map.groupBy(findings, ({ level, rule }) => `${level} ${rule}`).values()]
  return (
    <ul className="rows-of">
      {rules.map(of => {
        const [first] = of
        if (first === undefined) return null
        return (
          <li key={`${first.level} ${first.rule}`}>
            <details>
              <summary>
                <span className={first.level === 'error' ? 'worse' : 'advice'}>
                  {first.level === 'error' ? `✗ ${services.blocks}` : `! ${services.advises}`}
                </span>{' '}
                {pair(first)} · {services.times(of.length)}
              </summary>
              <ul className="item-points">
                {of.slice(0, SHOWN).map(({ code, name, path }) => (
                  <li key={`${code} ${path}`}>
                    {name} <span className="muted">{pathName(path, language, (_, entry) => entry)}</span>
                  </li>
                ))}
              </ul>
            </details>
            <div className="muted">
              {services.cures}: {cures[cureOf(first.rule)]}
            </div>
          </li>
        )
      })}
    </ul>
  )
}

export function Faults({ report }: { report: Report }) {
  const words = useWords(IMPORT)
  const { errors, errorCount, notes, findings } = report
  return (
    <>
      {errorCount === 0 ? null : (
        <section className="card" aria-labelledby="import-faults">
          <h2 id="import-faults">{words.faultsTitle}</h2>
          <Groups faults={errors} bad />
          {errorCount > errors.length ? <p>{words.moreFaults(errorCount - errors.length)}</p> : null}
        </section>
      )}
      {findings.length === 0 ? null : (
        <section className="card" aria-labelledby="import-findings">
          <h2 id="import-findings">{words.findings}</h2>
          <Findings findings={findings} />
        </section>
      )}
      {notes.length === 0 ? null : (
        <section className="card" aria-labelledby="import-notes">
          <h2 id="import-notes">{words.notes}</h2>
          <Groups faults={notes} bad={false} />
        </section>
      )}
    </>
  )
}
