/** One item of a city: its guide, and what may be done with it from here. */
import { Link, useParams, useRouter } from '@tanstack/react-router'
import { Alert, Button, Popconfirm, Space, Tag } from 'antd'
import { useCities } from '../cities.ts'
import { useAct, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { Shown } from '../ui/page.tsx'
import { ProblemNotice } from '../ui/problem.tsx'
import { useLanguage, useWords } from '../words.ts'
import { compareAddress, draftAddress } from './address.ts'
import { valueText } from './fields.ts'
import { Go } from './go.tsx'
import { Guide } from './guide.tsx'
import { OF_LISTS, ServicesFrame } from './tabs.tsx'
import { SERVICES } from './words.ts'

/** What stands open to whoever writes the own list. */
function OwnActs({ code }: { code: string }) {
  const words = useWords(SERVICES)
  const router = useRouter()
  const remove = useAct('draftRemoval', OF_LISTS)
  return (
    <>
      <Go address={draftAddress(code)} primary>
        {words.edit}
      </Go>
      <Popconfirm
        title={words.removeSure}
        styles={{ root: { maxWidth: 360 } }}
        onConfirm={() =>
          remove.mutate({ params: { code } }, { onSuccess: () => router.history.push('/services/drafts') })
        }
      >
        <Button danger>{words.remove}</Button>
      </Popconfirm>
      {remove.error === null ? null : <ProblemNotice error={remove.error} />}
    </>
  )
}

/** In which modes an agreement covers a partner's item now. */
function Agreed({ city, code }: { city: string; code: string }) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  const guide = useNode('readGuide', { params: { code: city, item: code } })
  if (guide.data === undefined) return guide.error === null ? null : <ProblemNotice error={guide.error} />
  if (guide.data.modes.length === 0) return <Alert type="warning" showIcon title={words.notAgreed} />
  return (
    <p>
      {words.agreedModes}:{' '}
      {guide.data.modes.map(({ mode }) => (
        <Tag key={mode}>{valueText('modes', mode, language)}</Tag>
      ))}
    </p>
  )
}

export function Page() {
  const words = useWords(SERVICES)
  const me = useMe()
  const nameOf = useCities()
  const settings = useSettings()
  const { city = '', code = '' } = useParams({ strict: false }) as { city?: string; code?: string }
  const own = city === settings.city.code
  const item = useNode('getItem', { params: { city, code } })
  const aside = (
    <Space wrap>
      {own && mayDo(me, 'catalogue.manage') ? <OwnActs code={code} /> : null}
      {own ? null : <Go address={compareAddress(city, code)}>{words.compareThis}</Go>}
      <Button onClick={() => window.print()}>{words.print}</Button>
    </Space>
  )
  return (
    <ServicesFrame title={`${words.guide} · ${item.data?.taskName ?? code}`} aside={aside}>
      <p className="muted">
        <Link to={own ? '/services' : `/services/${city}`}>
          {nameOf(city)} · {words.title}
        </Link>
      </p>
      {own || !mayDo(me, 'reference.read') ? null : <Agreed city={city} code={code} />}
      <Shown read={item}>{of => <Guide city={city} item={of} />}</Shown>
    </ServicesFrame>
  )
}
