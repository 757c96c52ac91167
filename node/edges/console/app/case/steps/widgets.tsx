/** Fields of days and instants, as the browser's own: they work by keyboard and in any language; and of somebody by name. */
import type { WidgetProps } from '@rjsf/utils'
import { AutoComplete, Input } from 'antd'

export function DayWidget({ id, value, onChange, required, options }: WidgetProps) {
  const { min, max } = options as { min?: string; max?: string }
  return (
    <Input
      id={id}
      type="date"
      required={required}
      value={typeof value === 'string' ? value : ''}
      min={min}
      max={max}
      onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
      style={{ maxWidth: 200 }}
    />
  )
}

/** China Standard Time, as every clerk lives by it. */
const OFFSET = '+08:00'
const OFFSET_MS = 8 * 3_600_000

/** `2026-11-29T09:12:00` in China of an instant. */
export function chinaTime(instant: string): string {
  const at = Date.parse(instant)
  return Number.isNaN(at) ? '' : new Date(at + OFFSET_MS).toISOString().slice(0, 19)
}

export function InstantWidget({ id, value, onChange, required }: WidgetProps) {
  return (
    <Input
      id={id}
      type="datetime-local"
      step={1}
      required={required}
      value={typeof value === 'string' ? chinaTime(value) : ''}
      onChange={({ target }) => {
        const text = target.value.length === 16 ? `${target.value}:00` : target.value
        onChange(text === '' ? undefined : `${text}${OFFSET}`)
      }}
      style={{ maxWidth: 240 }}
    />
  )
}

/** Somebody of this city by name: those who may be are offered, and whoever has no account is written. */
export function PersonWidget({ id, value, onChange, required, options }: WidgetProps) {
  const { names, hint } = options as { names: string[]; hint: string }
  return (
    <AutoComplete
      id={id}
      aria-required={required}
      value={typeof value === 'string' ? value : ''}
      placeholder={hint}
      showSearch={{ filterOption: (typed, option) => String(option?.value).includes(typed.trim()) }}
      onChange={(name: string) => onChange(name === '' ? undefined : name)}
      options={names.map(name => ({ value: name }))}
      style={{ maxWidth: 320 }}
    />
  )
}
