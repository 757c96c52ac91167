/** The comparison of an item of a partner city with an own one: chosen, looked at side by side, confirmed, printed. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Select, Space, Tag } from 'antd'
import { ProblemError } from '../../../../../../protocol/problem.ts'
import { useCities } from '../../cities.ts'
import { useNode } from '../../query.ts'
import { node, useSettings } from '../../session.ts'
import { instantText } from '../../time.ts'
import { Shown } from '../../ui/page.tsx'
import { To } from '../../ui/to.tsx'
import { useLanguage, useWords } from '../../words.ts'
import { compareAddress, itemAddress, useFields } from '../address.ts'
import { ServicesFrame } from '../tabs.tsx'
import { versioned } from '../versioned.ts'
import { ChooseItem } from './choose.tsx'
import { type Compared, Comparison } from './view.tsx'
import { COMPARE } from './words.ts'

const SAVED = 200

const absent = (error: unknown): null => {
  if (error instanceof ProblemError && error.problem.code === 'request.not-found') return null
  throw error
}

/** Both items, what differs, and the mapping that is saved; `own`: the one that somebody chose. */
async function compare(city: string, partner: string, item: string, own: string): Promise<Compared> {
  const saved = await versioned('getMapping', { params: { partner, item } }).catch(absent)
  const wanted = own === '' ? saved?.data.collecting : own
  const comparison = await node.compareItems({
    params: { partner, item },
    query: wanted === undefined ? {} : { own: wanted },
  })
  const [ours, theirs] = await Promise.all([
    node.getItem({ params: { city, code: comparison.collecting.code } }),
    node.getItem({ params: { city: partner, code: item } }),
  ])
  return {
    comparison,
    own: ours,
    theirs,
    saved: saved === null ? null : { mapping: saved.data, version: saved.version ?? '' },
  }
}

function Saved() {
  const words = useWords(COMPARE)
  const language = useLanguage()
  const nameOf = useCities()
  const read = useNode('listMappings', { query: { limit: SAVED } })
  return (
    <section className="card" aria-labelledby="saved-mappings">
      <h2 id="saved-mappings">{words.saved}</h2>
      <Shown read={read}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{words.noSaved}</p>
          ) : (
            <ul className="rows-of">
              {items
                .toSorted((a, b) => Number(b.stale) - Number(a.stale))
                .map(({ partner, handling, collecting, version, updatedAt, stale }) => (
                  <li key={`${partner} ${handling}`}>
                    <To address={compareAddress(partner, handling)}>
                      {nameOf(partner)} {handling}
                    </To>{' '}
                    <span className="muted">
                      {collecting} · {words.standing(version)} · {instantText(updatedAt, language)}
                    </span>{' '}
                    {stale ? <Tag color="orange">! {words.stale}</Tag> : null}
                  </li>
                ))}
            </ul>
          )
        }
      </Shown>
    </section>
  )
}

export function Page() {
  const words = useWords(COMPARE)
  const { city } = useSettings()
  const nameOf = useCities()
  const partners = useNode('listPartners')
  const [field, set] = useFields()
  const partner = field('partner')
  const item = field('item')
  const own = field('own')
  const chosen = partner !== '' && item !== ''
  const read = useQuery({
    queryKey: ['compareItems', partner, item, own],
    queryFn: () => compare(city.code, partner, item, own),
    enabled: chosen,
    retry: false,
  })
  const { data } = read
  return (
    <ServicesFrame
      title={words.title}
      aside={
        chosen ? (
          <Space wrap>
            <Button onClick={() => window.print()}>{words.print}</Button>
            <Button onClick={() => set({ partner: undefined, item: undefined, own: undefined })}>
              {words.another}
            </Button>
          </Space>
        ) : null
      }
    >
      <section className="card" aria-label={words.title}>
        {chosen ? null : <p>{words.what}</p>}
        <div className="toolbar">
          <Select
            aria-label={words.city}
            placeholder={words.city}
            style={{ width: 200 }}
            value={partner === '' ? null : partner}
            onChange={(code: string | null) => set({ partner: code ?? undefined, item: undefined, own: undefined })}
            options={(partners.data?.items ?? []).map(({ code, name }) => ({ value: code, label: name }))}
          />
          {partner === '' ? null : (
            <ChooseItem
              key={partner}
              city={partner}
              label={words.chooseTheirs}
              value={item === '' ? null : { code: item, name: data?.theirs.taskName ?? item }}
              choose={code => set({ item: code, own: undefined })}
            />
          )}
          {chosen ? (
            <ChooseItem
              city={city.code}
              label={words.chooseOurs}
              value={data === undefined ? null : { code: data.own.taskCode, name: data.own.taskName }}
              choose={code => set({ own: code })}
            />
          ) : null}
        </div>
        {data === undefined ? null : (
          <p>
            {words.ours}:{' '}
            <Link to={itemAddress(city.code, data.own.taskCode)}>
              {city.name} · {data.own.taskName}
            </Link>{' '}
            ⇄ {words.theirs}:{' '}
            <Link to={itemAddress(partner, item)}>
              {nameOf(partner)} · {data.theirs.taskName}
            </Link>
          </p>
        )}
      </section>
      {chosen ? (
        <Shown read={read}>
          {compared => (
            <Comparison
              key={`${partner} ${item} ${compared.own.taskCode}`}
              partner={partner}
              compared={compared}
              saved={() => void read.refetch()}
            />
          )}
        </Shown>
      ) : (
        <Saved />
      )}
    </ServicesFrame>
  )
}
