/** Rows of the audit log: who did what to what, in words, with the way to the case and to more of the same. */
import { Link } from '@tanstack/react-router'
import { Button, Empty, Table } from 'antd'
import { useState } from 'react'
import { auditedText } from '../../../../../protocol/rights/audited.ts'
import type { AuditRow, ListAuditQuery } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useNode } from '../query.ts'
import { node } from '../session.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { To } from '../ui/to.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { actorOf, searchOf } from './asked.ts'
import { partsOf } from './detail.ts'
import { labelOf } from './labels.ts'
import { AUDIT } from './words.ts'

const PAGE = 100

/** Rows after the first page, each asked for when somebody wants more. */
function useMore(query: ListAuditQuery, first: string | null) {
  const [more, setMore] = useState<{ rows: AuditRow[]; next: string | null } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const next = more === null ? first : more.next
  const load = async () => {
    if (next === null) return
    setError(null)
    try {
      const answer = await node.listAudit({ query: { ...query, limit: PAGE, cursor: next } })
      setMore(before => ({ rows: (before?.rows ?? []).concat(answer.items), next: answer.next }))
    } catch (problem) {
      setError(problem)
    }
  }
  return { rows: more?.rows ?? [], next, load, error }
}

/** Who acted, in a word or two. */
export function useActorName(): (row: Pick<AuditRow, 'actor' | 'name'>) => string {
  const words = useWords(AUDIT)
  const nameOf = useCities()
  return row => {
    const actor = actorOf(row)
    if (actor.is === 'person') return actor.name ?? actor.id
    if (actor.is === 'city') return nameOf(actor.code)
    return actor.is === 'other' ? actor.text : words[actor.is]
  }
}

function Subject({ row: { caseNo, subjectName, subject } }: { row: AuditRow }) {
  const words = useWords(AUDIT)
  const nameOf = useCities()
  return (
    <>
      {caseNo === null ? (
        <span style={{ overflowWrap: 'anywhere' }}>{subjectName ?? nameOf(subject)}</span>
      ) : (
        <Link to={`/cases/${encodeURIComponent(caseNo)}`}>{caseNo}</Link>
      )}{' '}
      <To address={`/audit${searchOf({ subject })}`}>{words.onlyOf}</To>
    </>
  )
}

function Detail({ row }: { row: AuditRow }) {
  const pair = usePair()
  return (
    <span style={{ overflowWrap: 'anywhere' }}>
      {partsOf(row).map(({ name, value }) => (
        <span key={name}>
          {pair(labelOf(name))}: {pair(value)}{' '}
        </span>
      ))}
    </span>
  )
}

export function Rows({ query }: { query: ListAuditQuery }) {
  const words = useWords(AUDIT)
  const pair = usePair()
  const language = useLanguage()
  const actorName = useActorName()
  const rows = useNode('listAudit', { query: { ...query, limit: PAGE } })
  const more = useMore(query, rows.data?.next ?? null)
  return (
    <Shown read={rows}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty description={words.none} />
        ) : (
          <>
            <Table
              size="small"
              rowKey="no"
              pagination={false}
              scroll={{ x: true }}
              dataSource={items.concat(more.rows)}
              columns={[
                {
                  title: words.at,
                  render: (_, { at }) => <span style={{ whiteSpace: 'nowrap' }}>{instantText(at, language)}</span>,
                },
                {
                  title: words.who,
                  render: (_, row) => <To address={`/audit${searchOf({ actor: row.actor })}`}>{actorName(row)}</To>,
                },
                {
                  title: words.what,
                  render: (_, { action }) => {
                    const name = auditedText(action)
                    return <span title={action}>{name === null ? action : pair(name)}</span>
                  },
                },
                { title: words.of, render: (_, row) => <Subject row={row} /> },
                { title: words.detail, render: (_, row) => <Detail row={row} /> },
              ]}
            />
            {more.error === null ? null : <ProblemNotice error={more.error} retry={more.load} />}
            {more.next === null ? null : <Button onClick={() => void more.load()}>{words.more}</Button>}
          </>
        )
      }
    </Shown>
  )
}
