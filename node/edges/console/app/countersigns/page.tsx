/** What waits for one's word (待会签): cases that other departments decide and in which one is asked to countersign, the oldest first. */
import { Link } from '@tanstack/react-router'
import { Button, Table, Tag } from 'antd'
import { useState } from 'react'
import { useNode } from '../query.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
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
            <>
              <p className="muted">{words.hint}</p>
              <Table
                size="small"
                rowKey={({ case: { thread }, department }) => `${thread} ${department}`}
                pagination={false}
                scroll={{ x: 'max-content' }}
                dataSource={items}
                columns={[
                  {
                    title: words.case,
                    render: (_, { case: { thread, caseNo } }) => (
                      <Link to="/cases/$no" params={{ no: thread }}>
                        {caseNo}
                      </Link>
                    ),
                  },
                  { title: words.item, render: (_, { case: { item } }) => item.name },
                  { title: words.applicant, render: (_, { case: { applicant } }) => applicant },
                  {
                    title: words.as,
                    render: (_, { department }) => (department === null ? words.yourself : departmentName(department)),
                  },
                  { title: words.rule, render: (_, { rule }) => <Tag>{words[rule]}</Tag> },
                  { title: words.asked, render: (_, { by, at }) => words.askedBy(by, instantText(at, language)) },
                ]}
              />
              {next === null || limit >= MOST ? null : (
                <Button onClick={() => reach(Math.min(MOST, limit * 2))}>{words.more}</Button>
              )}
            </>
          )
        }
      </Shown>
    </PageFrame>
  )
}
