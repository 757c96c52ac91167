/** The own list as it is published: its version, its items, and what is drafted of it; a city without one is led to its first. */
import { Link } from '@tanstack/react-router'
import { Alert, Empty, Space } from 'antd'
import { useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { instantText } from '../time.ts'
import { Shown } from '../ui/page.tsx'
import { useLanguage, useWords } from '../words.ts'
import { Go } from './go.tsx'
import { ItemList } from './list.tsx'
import { Export, Template } from './tables.tsx'
import { ServicesFrame, useDraftCounts } from './tabs.tsx'
import { SERVICES } from './words.ts'

/** Drafts of which the list says that they are there. */
const MARKED = 200

function NoList() {
  const words = useWords(SERVICES)
  const writes = mayDo(useMe(), 'catalogue.manage')
  return (
    <Empty className="card" description={words.noList}>
      <p>{words.noListHint}</p>
      <Space wrap>
        {writes ? (
          <>
            <Go address="/services/import" primary>
              {words.importNow}
            </Go>
            <Template />
            <Go address="/services/new">{words.byHand}</Go>
          </>
        ) : null}
        <Link to="/services/cities">{words.toOthers}</Link>
      </Space>
    </Empty>
  )
}

export function Page() {
  const words = useWords(SERVICES)
  const language = useLanguage()
  const me = useMe()
  const { city } = useSettings()
  const reads = mayDo(me, 'catalogue.read')
  const list = useNode('listServices', { query: { limit: 1 } })
  const drafts = useNode('listDrafts', { query: { limit: MARKED } }, { when: reads })
  const counts = useDraftCounts()
  const drafted = new Set((drafts.data?.items ?? []).map(({ code }) => code))
  const aside = (
    <Space wrap>
      {reads && list.data?.list ? <Export /> : null}
      {mayDo(me, 'catalogue.manage') ? (
        <Go address="/services/new" primary>
          {words.byHand}
        </Go>
      ) : null}
    </Space>
  )
  return (
    <ServicesFrame aside={aside}>
      {counts === null || counts.drafts === 0 ? null : (
        <Alert type="info" showIcon title={<Link to="/services/drafts">{words.draftsWait(counts.drafts)}</Link>} />
      )}
      <Shown read={list}>
        {({ list: published }) =>
          published === null ? (
            <NoList />
          ) : (
            <>
              <p className="muted">
                {words.version(published.version, instantText(published.publishedAt, language), published.count)}
              </p>
              <ItemList city={city.code} drafted={drafted} />
            </>
          )
        }
      </Shown>
    </ServicesFrame>
  )
}
