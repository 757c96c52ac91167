/** One of what can be chosen, or several: nothing empty stands among them, and what may stay open can be cleared. */
import { ariaDescribedByIds, enumOptionsIndexForValue, enumOptionsValueForIndex, type WidgetProps } from '@rjsf/utils'
import { Select } from 'antd'
import { useWords } from '../words.ts'
import { SHARED } from './words.ts'

type Place = string | string[] | undefined

export function ChoiceWidget({
  id,
  htmlName,
  value,
  multiple,
  required,
  disabled,
  readonly,
  autofocus,
  options,
  placeholder,
  onChange,
  onBlur,
  onFocus,
}: WidgetProps) {
  const words = useWords(SHARED)
  const { enumOptions = [], enumDisabled, emptyValue } = options
  // By their places: values may be numbers, truths or null.
  const chosen: Place = enumOptionsIndexForValue(value, enumOptions, multiple)
  const name = { name: htmlName ?? id }
  return (
    <Select<Place>
      {...name}
      id={id}
      mode={multiple ? 'multiple' : undefined}
      autoFocus={autofocus}
      disabled={disabled || readonly}
      aria-required={required}
      aria-describedby={ariaDescribedByIds(id)}
      allowClear={!multiple && required !== true}
      placeholder={placeholder === undefined || placeholder === '' ? words.choose : placeholder}
      value={chosen}
      getPopupContainer={({ parentElement }) => parentElement}
      showSearch={{
        filterOption: (typed, option) => String(option?.label).toLowerCase().includes(typed.toLowerCase()),
      }}
      options={enumOptions.map((option, place) => ({
        value: String(place),
        label: option.label,
        disabled: Array.isArray(enumDisabled) && enumDisabled.includes(option.value),
      }))}
      onChange={next =>
        onChange(next === undefined ? emptyValue : enumOptionsValueForIndex(next, enumOptions, emptyValue))
      }
      onBlur={() => onBlur(id, value)}
      onFocus={() => onFocus(id, value)}
      style={{ width: '100%' }}
    />
  )
}
