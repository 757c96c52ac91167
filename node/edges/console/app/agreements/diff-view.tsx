/** Two texts of an agreement side by side: each change has its mark and its word, and what changed within a text is marked there. */
import { Table } from 'antd'
import { useMemo } from 'react'
import type { DiffAgreementDraftAnswer } from '../../../client/api.generated.ts'
import { useCities } from '../cities.ts'
import { Scroll } from '../ui/scroll.tsx'
import { usePair, useWords } from '../words.ts'
import { type Part, sidesOf } from './text-diff.ts'
import { DIFFERENCE } from './words-diff.ts'
import './agreements.css'

export type Diff = Pick<DiffAgreementDraftAnswer, 'terms' | 'parties' | 'items' | 'counts'>
type Change = 'added' | 'removed' | 'changed'
type Row = { key: string; change: Change; name: string; label: string; before: string; after: string }

/** Beside the word: a colour alone says nothing to some. */
const MARKS = { added: '＋', removed: '－', changed: '≠' } as const
const ROWS = 50

function Side({ parts }: { parts: readonly Part[] }) {
  return (
    <>
      {parts.map(({ text, mark }, index) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is known by its place
        if (mark === 'removed') return <del key={index}>{text}</del>
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is known by its place
        if (mark === 'added') return <ins key={index}>{text}</ins>
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is known by its place
        return <span key={index}>{text}</span>
      })}
    </>
  )
}

/** What stands in one row of the table: a term, a party, a field of an item, or an item that comes or goes. */
function useRows({ terms, parties, items }: Diff): Row[] {
  const words = useWords(DIFFERENCE)
  const pair = usePair()
  const nameOf = useCities()
  return useMemo(() => {
    const one = (change: Change, name: string, key: string, label: string, was: string, is: string): Row => ({
      key: `${key} ${label}`,
      change,
      name,
      label,
      before: was,
      after: is,
    })
    const named = ({ taskName, taskCode }: { taskName: string; taskCode: string }) => `${taskName} ${taskCode}`
    return [
      ...terms.map(({ field, label, was, is }) =>
        one('changed', words.terms, `term ${field}`, pair(label), pair(was), pair(is)),
      ),
      ...parties.flatMap(party =>
        party.change === 'changed'
          ? party.fields.map(({ field, label, was, is }) =>
              one('changed', party.name, `party ${party.code} ${field}`, pair(label), pair(was), pair(is)),
            )
          : [whole(one, party.change, party.name, `party ${party.code}`, words.party)],
      ),
      ...items.flatMap(item => {
        const where = `${nameOf(item.handling)} · ${named(item)}`
        const key = `item ${item.handling} ${item.taskCode}`
        return item.change === 'changed'
          ? item.fields.map(({ field, label, was, is }) =>
              one('changed', where, `${key} ${field}`, pair(label), pair(was), pair(is)),
            )
          : [whole(one, item.change, where, key, words.item)]
      }),
    ]
  }, [terms, parties, items, words, pair, nameOf])
}

type One = (change: Change, name: string, key: string, label: string, was: string, is: string) => Row
const whole = (one: One, change: 'added' | 'removed', name: string, key: string, label: string): Row =>
  one(change, name, key, label, change === 'removed' ? name : '', change === 'added' ? name : '')

/** `before` and `after`: how the two texts are called. */
export function DiffView({ diff, before, after }: { diff: Diff; before: string; after: string }) {
  const words = useWords(DIFFERENCE)
  const rows = useRows(diff)
  const { counts } = diff
  return (
    <div className="diff">
      <p>
        {MARKS.added} {words.added} {counts.added} · {MARKS.removed} {words.removed} {counts.removed} · {MARKS.changed}{' '}
        {words.changed} {counts.changed} · {words.unchanged(counts.unchanged)}
      </p>
      {rows.length === 0 ? (
        <p>✓ {words.same}</p>
      ) : (
        <>
          <Scroll label={words.where}>
            <Table
              size="small"
              rowKey="key"
              pagination={{ pageSize: ROWS, hideOnSinglePage: true }}
              dataSource={rows}
              columns={[
                {
                  title: words.change,
                  width: 96,
                  render: (_, { change }) => (
                    <span className="mark">
                      {MARKS[change]} {words[change]}
                    </span>
                  ),
                },
                {
                  title: words.where,
                  width: 220,
                  render: (_, { name, label }) => (
                    <>
                      {name}
                      <div className="muted">{label}</div>
                    </>
                  ),
                },
                { title: before, render: (_, row) => <Side parts={sidesOf(row.before, row.after).before} /> },
                { title: after, render: (_, row) => <Side parts={sidesOf(row.before, row.after).after} /> },
              ]}
            />
          </Scroll>
        </>
      )}
    </div>
  )
}
