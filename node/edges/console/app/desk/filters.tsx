/** What the list is narrowed to; it stands in the address. */
import { AutoComplete, Button, Select } from 'antd'
import { useState } from 'react'
import { STATE_NAMES } from '../../../../../protocol/case/names.ts'
import type { State } from '../../../../../protocol/case/table.ts'
import { useEvery, useNode } from '../query.ts'
import { mayDo, useMe, useSettings } from '../session.ts'
import { usePair, useWords } from '../words.ts'
import { LEVELS, ROLES } from './names.ts'
import type { Filter, FilterName } from './wanted.ts'
import { DESK } from './words.ts'

type Option = { value: string; label: string }
type Pair = { zh: string; en: string }

/** Letters of a search for an item, from which on the node is asked. */
const LEAST = 2

function useOptions(of: Readonly<Record<string, Pair | { name: Pair }>>): Option[] {
  const pair = usePair()
  return Object.entries(of).map(([value, name]) => ({ value, label: pair('name' in name ? name.name : name) }))
}

type Found = {
  /** what a text finds; of no text what may be chosen at once, and the name of what is chosen */
  useFound: (q: string, value: string | undefined) => Option[]
  width: number
  /** of the names that are offered */
  popup: number
}

/** What the node is asked for by words of its name, and of which the code is kept. */
const FOUND: Readonly<Record<'item' | 'department', Found>> = {
  item: { useFound: useItems, width: 150, popup: 360 },
  department: { useFound: useOwnUnits, width: 120, popup: 300 },
}

/** The one that is chosen by an address is named by what the lists say of its code. */
function useItems(q: string, value: string | undefined): Option[] {
  const wanted = q.length >= LEAST ? q : (value ?? '')
  const { data } = useNode('searchItems', { query: { q: wanted, limit: 20 } }, { when: wanted !== '', keep: true })
  const names = new Map((data?.items ?? []).map(({ code, name }) => [code, name]))
  return [...names].map(([code, label]) => ({ value: code, label }))
}

/** The departments of this city by code: those of the own account first, and the units that the city has published. */
function useOwnUnits(q: string): Option[] {
  const { departments } = useMe()
  const { city } = useSettings()
  const { data } = useNode('listUnits', {
    params: { city: city.code },
    query: { limit: 50, ...(q === '' ? {} : { q }) },
  })
  const units = (data?.items ?? []).map(({ code, name }) => ({ value: code, label: name }))
  const own = (departments ?? []).filter(code => !units.some(unit => unit.value === code))
  return own.map(code => ({ value: code, label: code })).concat(units)
}

function FoundFilter({
  name,
  value,
  set,
}: {
  name: keyof typeof FOUND
  value: string | undefined
  set: (value: string | undefined) => void
}) {
  const words = useWords(DESK)
  const { useFound, width, popup } = FOUND[name]
  const [q, search] = useState('')
  const options = useFound(q.trim(), value)
  return (
    <Select
      aria-label={words[name]}
      placeholder={words[name]}
      allowClear
      showSearch={{ filterOption: false, onSearch: search }}
      value={value}
      onChange={set}
      notFoundContent={q === '' ? words.nameHint : undefined}
      popupMatchSelectWidth={popup}
      style={{ width }}
      options={options}
    />
  )
}

function AssigneeFilter({ value, set }: { value: string | undefined; set: (value: string | undefined) => void }) {
  const words = useWords(DESK)
  const me = useMe()
  const colleagues = useEvery('listColleagues', undefined, { when: mayDo(me, 'case.assign') })
  const others = (colleagues.data?.items ?? []).filter(({ id }) => id !== me.id)
  return (
    <Select
      aria-label={words.assignee}
      placeholder={words.assignee}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      value={value}
      onChange={set}
      style={{ width: 110 }}
      options={[
        { value: 'me', label: words.me },
        { value: 'nobody', label: words.nobody },
        ...others.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  )
}

export function Filters({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const words = useWords(DESK)
  const { windows } = useMe()
  const partners = useNode('listPartners')
  const roles = useOptions(ROLES)
  const states = useOptions(STATE_NAMES satisfies Record<State, Pair>)
  const levels = useOptions(LEVELS)
  const set = (name: FilterName) => (value: string | undefined) =>
    change({ ...filter, [name]: value === '' ? undefined : value })
  const plain = (name: 'role' | 'partner' | 'state' | 'level', options: Option[], width: number) => (
    <Select
      aria-label={words[name]}
      placeholder={words[name]}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      value={filter[name]}
      onChange={set(name)}
      style={{ width }}
      options={options}
    />
  )
  return (
    <search className="filters" aria-label={words.filters}>
      {plain('role', roles, 110)}
      {plain(
        'partner',
        (partners.data?.items ?? []).map(({ code, name }) => ({ value: code, label: name })),
        120,
      )}
      <FoundFilter name="item" value={filter.item} set={set('item')} />
      <FoundFilter name="department" value={filter.department} set={set('department')} />
      <AutoComplete
        aria-label={words.window}
        placeholder={words.window}
        allowClear
        value={filter.window}
        onChange={set('window')}
        style={{ width: 110 }}
        options={(windows ?? []).map(window => ({ value: window }))}
      />
      {plain('state', states, 110)}
      {plain('level', levels, 90)}
      <AssigneeFilter value={filter.assignee} set={set('assignee')} />
      {Object.values(filter).some(Boolean) ? <Button onClick={() => change({})}>{words.clear}</Button> : null}
    </search>
  )
}
