/** What waits for one's word (待会签): cases that other departments decide and in which one is asked to countersign, the oldest first. */
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useNode } from '../query.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { Scroll } from '../ui/scroll.tsx'
import { useUnits } from '../units.ts'
import { useLanguage, useWords } from '../words.ts'
import { COUNTERSIGNS } from './words.ts'

/** Rows at first, and as many as a page of the API holds. */
const ROWS = 50
const MOST = 200
/** Events of a case go to those who find it in lists, which who is asked does not: it is read again so often, ms. */
const AGAIN = 60_000

export function Page() {
  const words = useWords(COUNTERSIGNS)
  const language = useLanguage()
  const { departmentName } = useUnits()
  const [limit, reach] = useState(ROWS)
  const read = useNode('listCountersigns', { query: { limit } }, { keep: true, every: AGAIN })
  return (
    <PageFrame title={words.title} live={false}>
      <Shown read={read}>
        {({ items, next }) =>
          items.length === 0 ? (
            <p className="card muted">{words.empty}</p>
          ) : (
            <section className="card" aria-label={words.title}>
              <Scroll label={words.title}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{words.case}</th>
                      <th scope="col">{words.item}</th>
                      <th scope="col">{words.applicant}</th>
                      <th scope="col">{words.as}</th>
                      <th scope="col">{words.rule}</th>
                      <th scope="col">{words.asked}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map(({ case: { thread, caseNo, item, applicant }, department, by, at, rule }) => (
                      <tr key={`${thread} ${department}`}>
                        <td>
                          <Link to="/cases/$no" params={{ no: thread }}>
                            {caseNo}
                          </Link>
                        </td>
                        <td>{item.name}</td>
                        <td>{applicant}</td>
                        <td>{department === null ? words.yourself : departmentName(department)}</td>
                        <td>{words[rule]}</td>
                        <td>{words.askedBy(by, instantText(at, language))}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
              {next === null || limit >= MOST ? null : (
                <Button onClick={() => reach(Math.min(MOST, limit * 2))}>{words.more}</Button>
              )}
            </section>
          )
        }
      </Shown>
    </PageFrame>
  )
}
