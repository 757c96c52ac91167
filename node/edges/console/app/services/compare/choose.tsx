/** An item of a city, found by its words. */
import { Select } from 'antd'
import { useEffect, useState } from 'react'
import { useNode } from '../../query.ts'

const OFFERED = 50
/** After the last key, milliseconds. */
const PAUSE = 200

export function ChooseItem({
  city,
  label,
  value,
  choose,
}: {
  city: string
  label: string
  value: { code: string; name: string } | null
  choose: (code: string) => void
}) {
  const [text, setText] = useState('')
  const [asked, ask] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => ask(text.trim()), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  const found = useNode('searchItems', { query: { city, q: asked, limit: OFFERED } }, { keep: true })
  const items = (found.data?.items ?? []).filter(item => item.city === city)
  const options = items.map(({ code, name, department }) => ({ value: code, label: `${name} · ${department}` }))
  const known = value === null || items.some(({ code }) => code === value.code)
  return (
    <Select
      aria-label={label}
      placeholder={label}
      showSearch={{ filterOption: false, onSearch: setText }}
      popupMatchSelectWidth={false}
      style={{ width: 380, maxWidth: '100%' }}
      value={value?.code ?? null}
      options={known ? options : [{ value: value.code, label: value.name }, ...options]}
      onChange={(code: string | null) => code !== null && choose(code)}
    />
  )
}
