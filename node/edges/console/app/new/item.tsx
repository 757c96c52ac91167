/** What is to be done: the item, found by its words among those of all cities; the ones used last come first. */
import { Alert, Button, Radio, Select, Spin } from 'antd'
import { useEffect, useState } from 'react'
import { useCities } from '../cities.ts'
import { useNode } from '../query.ts'
import { useWords } from '../words.ts'
import type { Content, Guide } from './content.ts'
import { idAt } from './field.tsx'
import { NEW } from './words.ts'

const OFFERED = 20
/** After the last key, milliseconds. */
const PAUSE = 200
const LAST = 'tongban.items'
type Last = { to: string; item: string; name: string }

const lastItems = (): Last[] => {
  try {
    return JSON.parse(localStorage.getItem(LAST) ?? '[]') as Last[]
  } catch {
    return []
  }
}
/** Items alone: nothing of a person. */
export const rememberItem = (chosen: Last): void =>
  localStorage.setItem(
    LAST,
    JSON.stringify([chosen].concat(lastItems().filter(({ item }) => item !== chosen.item)).slice(0, 8)),
  )

function useLate<T>(value: T): T {
  const [late, setLate] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), PAUSE)
    return () => clearTimeout(timer)
  }, [value])
  return late
}

export function ChooseItem({ own, chosen }: { own: string; chosen: (to: string, item: string) => void }) {
  const words = useWords(NEW)
  const [text, setText] = useState('')
  const asked = useLate(text.trim())
  const found = useNode('searchItems', { query: { q: asked, limit: OFFERED } }, { when: asked.length > 1, keep: true })
  const nameOf = useCities()
  const options =
    asked.length > 1
      ? (found.data?.items ?? [])
          .filter(({ city }) => city !== own)
          .map(({ city, code, name, department, promiseDay }) => ({
            value: `${city} ${code}`,
            label: `${nameOf(city)} · ${name} · ${department} · ${words.days(promiseDay)}`,
          }))
      : lastItems().map(({ to, item, name }) => ({ value: `${to} ${item}`, label: `${nameOf(to)} · ${name}` }))
  return (
    <Select
      id="what-item"
      aria-label={words.search}
      autoFocus
      style={{ width: '100%' }}
      placeholder={words.searchHint}
      value={null}
      options={options}
      showSearch={{ filterOption: false, onSearch: setText }}
      notFoundContent={
        found.isFetching ? <Spin size="small" aria-label={words.searching} /> : asked === '' ? null : words.noItems
      }
      onChange={(value: string | null) => {
        const [to = '', item = ''] = (value ?? '').split(' ')
        chosen(to, item)
      }}
    />
  )
}

/** The chosen item: mode, conditions, and how it differs from the own one. */
export function ChosenItem({
  guide,
  content,
  city,
  notes,
  change,
  other,
}: {
  guide: Guide
  content: Content
  city: string
  /** what the city wants differently from the own item */
  notes: readonly string[]
  change: (part: Partial<Content>) => void
  other: () => void
}) {
  const words = useWords(NEW)
  const { item, modes, agreed } = guide
  const MODES = [words.mode0, words.mode1, words.mode2, words.mode3]
  return (
    <>
      <p>
        <strong>
          {city} · {item.taskName}
        </strong>{' '}
        <span className="muted">
          {item.deptName} · {words.days(agreed?.promiseDays ?? item.promiseDay)}
        </span>{' '}
        <Button onClick={other}>{words.change}</Button>
      </p>
      {modes.length === 0 ? <Alert type="error" showIcon title={words.notAgreed} /> : null}
      {modes.length > 1 ? (
        <Radio.Group
          id={idAt('/mode')}
          aria-label={words.mode}
          value={content.mode}
          onChange={event => change({ mode: event.target.value as 0 | 1 | 2 | 3 })}
          options={modes.map(({ mode }) => ({ value: mode, label: MODES[mode] ?? String(mode) }))}
        />
      ) : null}
      {item.acceptCondition === undefined ? null : (
        <p className="muted">
          {words.condition}: {item.acceptCondition}
        </p>
      )}
      {agreed?.difference === undefined && notes.length === 0 ? null : (
        <section className="notes" aria-label={words.difference}>
          <strong>{words.difference}</strong>
          <ul>
            {(agreed?.difference === undefined ? [] : [agreed.difference]).concat(notes).map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
