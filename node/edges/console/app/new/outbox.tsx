/** What did not reach the other city yet: drafts, what was refused, what waits for a receipt. Each says why, and who must act; none waits for another. */
import { Link } from '@tanstack/react-router'
import { Button, Empty, Popconfirm } from 'antd'
import type { Case, Draft } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { useAct, useNode } from '../query.ts'
import { instantText } from '../time.ts'
import { inWords } from '../ui/in-words.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { Told } from '../ui/told.tsx'
import { useLanguage, useWords } from '../words.ts'
import { NEW } from './words.ts'

/** Rows that are looked into one by one. */
const ROWS = 50

/** Why the partner refused it. */
function Refused({ problem }: { problem: NonNullable<Draft['problem']> }) {
  const words = useWords(NEW)
  return (
    <div>
      <span className="wrong">✗ {words.refused}</span>
      <Told problem={inWords(problem)} />
    </div>
  )
}

/** What a draft lacks, by who can cure it. */
function Lacks({ id }: { id: string }) {
  const words = useWords(NEW)
  const read = useNode('checkCaseDraft', { params: { id } })
  if (read.error !== null) return <ProblemNotice error={read.error} retry={read.refetch} />
  if (read.data === undefined) return null
  const errors = read.data.findings.filter(({ level }) => level === 'error')
  const by = (...cures: string[]) => errors.filter(({ cure }) => cures.includes(cure)).length
  const parts = [
    [words.here, by('clerk')],
    [words.applicant, by('applicant')],
    [words.others, by('administrator', 'partner')],
  ] as const
  return (
    <div className={errors.length === 0 ? 'muted' : 'wrong'}>
      {errors.length === 0
        ? `✓ ${words.mayBeSent}`
        : `✗ ${parts.flatMap(([title, count]) => (count === 0 ? [] : [`${title} ${count}`])).join(' · ')}`}
    </div>
  )
}

function DraftRow({ draft }: { draft: Draft }) {
  const words = useWords(NEW)
  const language = useLanguage()
  const nameOf = useCities()
  const remove = useAct('deleteCaseDraft', ['listCaseDrafts'])
  const { id, partner, item, applicant, updatedAt, problem } = draft
  const guide = useNode(
    'readGuide',
    { params: { code: partner ?? '', item: item ?? '' } },
    { when: partner !== null && item !== null },
  )
  return (
    <li>
      <Link to={`/new/${id}`}>
        {partner === null ? '' : nameOf(partner)} · {guide.data?.item.taskName ?? item} · {applicant}
      </Link>{' '}
      <span className="muted">{instantText(updatedAt, language)}</span>{' '}
      <Popconfirm title={words.removeSure} onConfirm={() => remove.mutate({ params: { id } })}>
        <Button size="small">{words.remove}</Button>
      </Popconfirm>
      {problem === null ? <Lacks id={id} /> : <Refused problem={problem} />}
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
    </li>
  )
}

/** Why nothing comes of a partner now, and who must act. */
function Partner({ code }: { code: string }) {
  const words = useWords(NEW)
  const read = useNode('getPartnerHealth', { params: { code } })
  const findings = read.data?.findings ?? []
  if (read.error !== null) return <ProblemNotice error={read.error} retry={read.refetch} />
  if (read.data === undefined) return null
  if (findings.length === 0)
    return <div className="muted">{read.data.now.connected ? words.sentSoon : words.notConnected}</div>
  return findings.map(finding => <Told key={finding.code} problem={finding} />)
}

function SentRow({ row: { thread, caseNo, item, applicant, partner } }: { row: Case }) {
  const words = useWords(NEW)
  const language = useLanguage()
  const nameOf = useCities()
  const read = useNode('getCase', { params: { thread } })
  const submit = read.data?.timeline.find(({ kind }) => kind === 'case.submit')
  const waiting = read.data?.waiting ?? []
  return (
    <li>
      <Link to={`/cases/${encodeURIComponent(caseNo)}`}>
        {caseNo} · {nameOf(partner)} · {item.name} · {applicant}
      </Link>{' '}
      {submit === undefined ? null : <span className="muted">{instantText(submit.at, language)}</span>}
      {read.error === null ? null : <ProblemNotice error={read.error} retry={read.refetch} />}
      {submit === undefined ? null : submit.status === 'pending' ? (
        <div>
          <span className="wrong">✗ {words.notReceived(nameOf(partner))}</span>
          <Partner code={partner} />
        </div>
      ) : (
        <div className="muted">✓ {words.received(nameOf(partner))}</div>
      )}
      {waiting.map(({ what, problem }) => (
        <div key={`${what} ${problem.code}`} className="wrong">
          ✗ <Told problem={inWords(problem)} />
        </div>
      ))}
    </li>
  )
}

export function Outbox() {
  const words = useWords(NEW)
  const drafts = useNode('listCaseDrafts', { query: { limit: ROWS } })
  const sent = useNode('readQueue', {
    params: { queue: 'waiting' },
    query: { role: 'collecting', state: 'submitted', limit: ROWS },
  })
  return (
    <>
      <section className="card" aria-labelledby="drafts">
        <h2 id="drafts">{words.drafts}</h2>
        <Shown read={drafts}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty description={words.noDrafts} />
            ) : (
              <>
                <ul className="rows">
                  {items.map(draft => (
                    <DraftRow key={draft.id} draft={draft} />
                  ))}
                </ul>
                {next === null ? null : <p className="muted">{words.moreDrafts(items.length)}</p>}
              </>
            )
          }
        </Shown>
      </section>
      <section className="card" aria-labelledby="sent">
        <h2 id="sent">{words.onTheWay}</h2>
        <Shown read={sent}>
          {({ items, next }) =>
            items.length === 0 ? (
              <p className="muted">{words.allArrived}</p>
            ) : (
              <>
                <ul className="rows">
                  {items.map(row => (
                    <SentRow key={row.thread} row={row} />
                  ))}
                </ul>
                {next === null ? null : <p className="muted">{words.moreSent(items.length)}</p>}
              </>
            )
          }
        </Shown>
      </section>
    </>
  )
}
