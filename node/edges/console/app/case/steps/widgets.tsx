/** Fields of days and instants, as the browser's own: they work by keyboard and in any language. */
import type { WidgetProps } from '@rjsf/utils'
import { Input } from 'antd'

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
