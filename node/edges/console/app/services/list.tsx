/** Items of one city: found by words or by initials, narrowed by what they are, a page of them at a time. */
import { Link } from '@tanstack/react-router'
import { Button, Empty, Input, Select, Space } from 'antd'
import { useEffect, useState } from 'react'
import type { SearchItemsQuery } from '../../../client/api.generated.ts'
import { useNode } from '../query.ts'
import { type Item, isInitials, useInitials } from '../search/names.ts'
import { Shown } from '../ui/page.tsx'
import { Scroll } from '../ui/scroll.tsx'
import { useLanguage, useWords } from '../words.ts'
import { itemAddress, useFields } from './address.ts'
import { choicesOf, valueText } from './fields.ts'
import { SERVICES } from './words.ts'

/** Items of a page. */
const PAGE = 100
/** After the last key, milliseconds. */
const PAUSE = 250
/** Filters, by the field of an item that each is about. */
const FACETS = {
  department: 'deptName',
  type: 'taskType',
  mode: 'modes',
  level: 'useLevel',
  audience: 'serverType',
} as const
type Facet = keyof typeof FACETS
const FACET_NAMES = Object.keys(FACETS) as Facet[]

function Filters({ counts }: { counts: Readonly<Record<Facet, { value: string; count: number }[]>> | undefined }) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  const [field, set] = useFields()
  const [text, setText] = useState(field('q'))
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text.trim() !== field('q')) set({ q: text.trim() })
    }, PAUSE)
    return () => clearTimeout(timer)
  })
  const named = (facet: Facet, value: string) =>
    facet === 'department' ? value : valueText(FACETS[facet], value, language)
  const chosen = FACET_NAMES.some(facet => field(facet) !== '') || field('q') !== ''
  return (
    <div className="item-filters">
      <Input.Search
        aria-label={words.search}
        placeholder={words.search}
        allowClear
        value={text}
        onChange={({ target }) => setText(target.value)}
        style={{ width: 300 }}
      />
      {FACET_NAMES.map(facet => {
        const told = counts?.[facet].map(({ value, count }) => ({ value, label: `${named(facet, value)} ${count}` }))
        const value = field(facet)
        return (
          <Select
            key={facet}
            aria-label={words[facet]}
            placeholder={words[facet]}
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            popupMatchSelectWidth={false}
            value={value === '' ? undefined : value}
            onChange={(next?: string) => set({ [facet]: next })}
            options={told ?? choicesOf(FACETS[facet], language)}
            style={{ minWidth: 130, maxWidth: 240 }}
          />
        )
      })}
      {chosen ? (
        <Button
          onClick={() => {
            setText('')
            set({ q: undefined, ...Object.fromEntries(FACET_NAMES.map(name => [name, undefined])) })
          }}
        >
          {words.clear}
        </Button>
      ) : null}
    </div>
  )
}

function Rows({ items, drafted }: { items: readonly Item[]; drafted: ReadonlySet<string> }) {
  const words = useWords(SERVICES)
  const language = useLanguage()
  return (
    <Scroll label={words.title}>
      <table className="table items">
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col">{words.department}</th>
            <th scope="col">{words.type}</th>
            <th scope="col">{words.mode}</th>
            <th scope="col">{words.audience}</th>
            <th scope="col">{words.limit}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ city, code, name, state, department, type, modes, audience, promiseDay }) => (
            <tr key={code}>
              <td>
                <Link to={itemAddress(city, code)}>{name}</Link>
                {state === '1' ? null : <strong> {valueText('taskState', state, language)}</strong>}
                {drafted.has(code) ? <span className="muted"> · {words.inDraft}</span> : null}
                <div className="muted item-code">{code}</div>
              </td>
              <td>{department}</td>
              <td>{valueText('taskType', type, language)}</td>
              <td>{valueText('modes', modes, language)}</td>
              <td>{valueText('serverType', audience, language)}</td>
              <td>{words.days(promiseDay)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** `drafted`: codes of items that a draft changes. */
export function ItemList({ city, drafted = new Set() }: { city: string; drafted?: ReadonlySet<string> }) {
  const words = useWords(SERVICES)
  const [field] = useFields()
  const q = field('q')
  const letters = isInitials(q)
  const filter = Object.fromEntries(FACET_NAMES.flatMap(name => (field(name) === '' ? [] : [[name, field(name)]])))
  const asked = JSON.stringify([city, q, filter])
  const [paged, setPaged] = useState<{ asked: string; cursors: readonly string[] }>({ asked, cursors: [] })
  // Another question begins on its first page.
  const cursors = paged.asked === asked ? paged.cursors : []
  const setCursors = (next: readonly string[]) => setPaged({ asked, cursors: next })
  const query: SearchItemsQuery = { ...filter, city, limit: PAGE, ...(letters ? {} : { q }), cursor: cursors.at(-1) }
  const read = useNode('searchItems', { query }, { keep: true })
  const initials = useInitials(letters)
  const fits = (item: Item) => item.city === city && FACET_NAMES.every(name => holds(item, name, field(name)))
  const lower = q.toLowerCase()
  return (
    <section className="card" aria-label={words.title}>
      <Filters counts={read.data?.facets} />
      {letters ? (
        <Shown read={initials}>
          {all => {
            const found = all.filter(({ item, initials: of }) => of.includes(lower) && fits(item))
            return (
              <>
                <p role="status">{words.total(found.length)}</p>
                {found.length === 0 ? (
                  <Empty description={words.none} />
                ) : (
                  <Rows items={found.slice(0, PAGE).map(({ item }) => item)} drafted={drafted} />
                )}
              </>
            )
          }}
        </Shown>
      ) : (
        <Shown read={read}>
          {({ items, total, next }) => (
            <>
              <p role="status">{words.total(total)}</p>
              {items.length === 0 ? <Empty description={words.none} /> : <Rows items={items} drafted={drafted} />}
              {next === null && cursors.length === 0 ? null : (
                <Space className="paging">
                  <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
                    {words.earlier}
                  </Button>
                  <span>{words.page(cursors.length + 1)}</span>
                  <Button disabled={next === null} onClick={() => next !== null && setCursors(cursors.concat(next))}>
                    {words.later}
                  </Button>
                </Space>
              )}
            </>
          )}
        </Shown>
      )}
    </section>
  )
}

function holds(item: Item, facet: Facet, value: string): boolean {
  if (value === '') return true
  const of = { department: item.department, type: item.type, level: item.level }
  if (facet === 'mode') return item.modes.some(mode => String(mode) === value)
  if (facet === 'audience') return item.audience.includes(value)
  return of[facet] === value
}
