/** What is not submitted yet, with why a partner refused it; and the way to a new case. */
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Empty, Popconfirm, Tag } from 'antd'
import { isProblemCode, PROBLEMS } from '../../../../../protocol/problem.ts'
import { useCities } from '../cities.ts'
import { useAct, useNode } from '../query.ts'
import { useSettings } from '../session.ts'
import { instantText } from '../time.ts'
import { PageFrame, Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, usePair, useWords } from '../words.ts'
import { ChooseItem } from './item.tsx'
import { NEW } from './words.ts'

export function Page() {
  const words = useWords(NEW)
  const pair = usePair()
  const language = useLanguage()
  const navigate = useNavigate()
  const { city } = useSettings()
  const drafts = useNode('listCaseDrafts')
  const remove = useAct('deleteCaseDraft', ['listCaseDrafts'])
  const create = useAct('createCaseDraft', ['listCaseDrafts'])
  const nameOf = useCities()
  return (
    <PageFrame title={words.title}>
      <section className="card" aria-labelledby="what">
        <h2 id="what">{words.what}</h2>
        <ChooseItem
          own={city.code}
          chosen={(to, item) =>
            create.mutate(
              { body: { content: { to, item } } },
              { onSuccess: ({ id }) => void navigate({ to: `/new/${id}` }) },
            )
          }
        />
        {create.error === null ? null : <ProblemNotice error={create.error} />}
      </section>
      <section className="card" aria-labelledby="drafts">
        <h2 id="drafts">{words.drafts}</h2>
        {remove.error === null ? null : <ProblemNotice error={remove.error} />}
        <Shown read={drafts}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty description={words.noDrafts} />
            ) : (
              <ul className="rows">
                {items.map(({ id, partner, item, applicant, updatedAt, problem }) => (
                  <li key={id}>
                    <Link to={`/new/${id}`}>
                      {partner === null ? '' : nameOf(partner)} · {item} · {applicant}
                    </Link>{' '}
                    <span className="muted">{instantText(updatedAt, language)}</span>{' '}
                    {problem === null ? null : (
                      <Tag>
                        ✗ {words.refused}: {isProblemCode(problem.code) ? pair(PROBLEMS[problem.code]) : problem.code}
                      </Tag>
                    )}
                    <Popconfirm title={words.removeSure} onConfirm={() => remove.mutate({ params: { id } })}>
                      <Button>{words.remove}</Button>
                    </Popconfirm>
                  </li>
                ))}
              </ul>
            )
          }
        </Shown>
      </section>
    </PageFrame>
  )
}
