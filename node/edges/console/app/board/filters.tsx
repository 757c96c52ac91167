/** What the board counts: months, direction, city, item, department. All of it stands in the address. */
import { Button, Radio, Select, Space } from 'antd'
import type { ReactNode } from 'react'
import { useNode } from '../query.ts'
import { useWords } from '../words.ts'
import { useSums } from './read.ts'
import { monthsUpTo, PERIODS, periodOf, spanOf, type Wanted } from './wanted.ts'
import { BOARD } from './words.ts'

type Option = { value: string; label: string }

function Choice({
  label,
  value,
  options,
  width,
  set,
}: {
  label: string
  value: string | undefined
  options: readonly Option[]
  width: number
  set: (value: string | undefined) => void
}): ReactNode {
  // What an address names stands there, though nothing of this period is of it.
  const shown =
    value === undefined || options.some(option => option.value === value)
      ? options
      : [{ value, label: value }, ...options]
  return (
    <Select
      aria-label={label}
      placeholder={label}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={360}
      style={{ width }}
      value={value}
      onChange={set}
      options={[...shown]}
    />
  )
}

export function Filters({
  wanted,
  today,
  want,
  departmentName,
}: {
  wanted: Wanted
  today: string
  want: (change: Partial<Wanted>) => void
  departmentName: (code: string) => string
}) {
  const words = useWords(BOARD)
  const { from, to, narrow } = wanted
  const partners = useNode('listPartners')
  const span = spanOf(wanted, today)
  const heat = useNode('readItemHeat', { query: { from: span.from, to: span.to, limit: 500 } }, { keep: true })
  const departments = useSums({ ...wanted, narrow: {} }, today, 'department')
  const months = monthsUpTo(today).map(month => ({ value: month, label: month }))
  const period = PERIODS.find(name => {
    const named = periodOf(name, today)
    return named.from === from && named.to === to
  })
  const narrowBy = (change: Wanted['narrow']) => want({ narrow: { ...narrow, ...change } })
  const filtered = Object.values(narrow).some(value => value !== undefined)
  return (
    <search className="board-filters" aria-label={words.filters}>
      <Space wrap>
        <Radio.Group
          aria-label={words.period}
          optionType="button"
          value={period ?? null}
          onChange={({ target }) => want(periodOf(target.value as (typeof PERIODS)[number], today))}
          options={PERIODS.map(name => ({ value: name, label: words[name] }))}
        />
        <Select
          aria-label={words.from}
          value={from}
          style={{ width: 110 }}
          onChange={month => want({ from: month, to: month > to ? month : to })}
          options={months}
        />
        <span aria-hidden="true">–</span>
        <Select
          aria-label={words.to}
          value={to}
          style={{ width: 110 }}
          onChange={month => want({ to: month, from: month < from ? month : from })}
          options={months}
        />
        <Choice
          label={words.direction}
          value={narrow.role}
          width={150}
          set={role => narrowBy({ role: role as Wanted['narrow']['role'] })}
          options={[
            { value: 'collecting', label: words.collecting },
            { value: 'handling', label: words.handling },
          ]}
        />
        <Choice
          label={words.partner}
          value={narrow.partner}
          width={130}
          set={partner => narrowBy({ partner })}
          options={(partners.data?.items ?? []).map(({ code, name }) => ({ value: code, label: name }))}
        />
        <Choice
          label={words.item}
          value={narrow.item}
          width={180}
          set={item => narrowBy({ item })}
          options={(heat.data?.items ?? []).map(({ item, name }) => ({ value: item, label: name }))}
        />
        <Choice
          label={words.department}
          value={narrow.department}
          width={150}
          set={department => narrowBy({ department })}
          options={(departments.data?.items ?? []).map(({ key }) => ({ value: key, label: departmentName(key) }))}
        />
        {filtered ? <Button onClick={() => want({ narrow: {} })}>{words.clear}</Button> : null}
      </Space>
    </search>
  )
}
