/** The way to a new case, and what did not reach the other city yet. */
import { useNavigate } from '@tanstack/react-router'
import { useAct } from '../query.ts'
import { useSettings } from '../session.ts'
import { PageFrame } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useWords } from '../words.ts'
import { ChooseItem } from './item.tsx'
import { Outbox } from './outbox.tsx'
import { NEW } from './words.ts'

export function Page() {
  const words = useWords(NEW)
  const navigate = useNavigate()
  const { city } = useSettings()
  const create = useAct('createCaseDraft', ['listCaseDrafts'])
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
      <Outbox />
    </PageFrame>
  )
}
