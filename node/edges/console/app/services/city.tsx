/** The list of another city, as it was verified here. */
import { useParams } from '@tanstack/react-router'
import { Empty } from 'antd'
import { isProblemCode, ProblemError } from '../../../../../protocol/problem.ts'
import { useCities } from '../cities.ts'
import { useNode } from '../query.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { ItemList } from './list.tsx'
import { ServicesFrame } from './tabs.tsx'
import { SERVICES } from './words.ts'

type Why = { code: string; detail?: string; detailZh?: string | null }
const problemOf = ({ code, detail, detailZh }: Why): ProblemError =>
  new ProblemError(isProblemCode(code) ? code : 'internal', detail, { detailZh: detailZh ?? undefined })

export function Page() {
  const words = useWords(SERVICES)
  const language = useLanguage()
  const nameOf = useCities()
  const { city = '' } = useParams({ strict: false }) as { city?: string }
  const list = useNode('listPartnerServices', { params: { code: city }, query: { limit: 1 } })
  return (
    <ServicesFrame title={`${words.title} · ${nameOf(city)}`}>
      <Shown read={list}>
        {({ list: published, problem }) => (
          <>
            {problem === null ? null : (
              <section className="card">
                <h2>{words.stale}</h2>
                <ProblemNotice error={problemOf(problem)} />
              </section>
            )}
            {published === null ? (
              <Empty className="card" description={words.noListOther}>
                <p>{words.noListOtherHint}</p>
              </Empty>
            ) : (
              <>
                <p className="muted">
                  {words.version(published.version, instantText(published.publishedAt, language), published.count)}
                </p>
                <ItemList city={city} />
              </>
            )}
          </>
        )}
      </Shown>
    </ServicesFrame>
  )
}
