/** Fields of an item as people read them: names of paths, names of codes, a value as a text. Pure. */
import { joined } from '../catalogue.ts'
import type { Language } from '../words.ts'
import { CODE_NAMES, FIELD_NAMES, YES_NO } from './field-words.ts'

/** Of the item, or of a part after its name; a field that nobody named stands as it is. */
export const fieldName = (field: string, language: Language): string => FIELD_NAMES[field]?.[language] ?? field

/** `materials.M01.isNeed`, `materials.0.isNeed`: the field, without the entry of the list. */
function partsOf(path: string): { list: string; entry: string; field: string | null } {
  const [list = '', ...others] = path.split('.')
  const last = others.at(-1)
  // The name of an entry may hold points.
  if (last !== undefined && others.length > 1 && FIELD_NAMES[`${list}.${last}`] !== undefined)
    return { list, entry: others.slice(0, -1).join('.'), field: last }
  return { list, entry: others.join('.'), field: null }
}

/** The name of the field for codes: `materials.isNeed` of `materials.M01.isNeed`. */
export function fieldOf(path: string): string {
  const { list, field } = partsOf(path)
  return field === null ? list : `${list}.${field}`
}

/** What a path is called: `申请材料 M01 必要性`. `entries` gives names of entries. */
export function pathName(path: string, language: Language, entries: (list: string, entry: string) => string): string {
  const { list, entry, field } = partsOf(path)
  if (entry === '') return fieldName(list, language)
  if (FIELD_NAMES[`${list}.${entry}`] !== undefined)
    return `${fieldName(list, language)} · ${fieldName(`${list}.${entry}`, language)}`
  const named = `${fieldName(list, language)} · ${entries(list, entry)}`
  return field === null ? named : `${named} · ${fieldName(`${list}.${field}`, language)}`
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const NONE = '—'

/** A value of a field as a text; `field` as `fieldOf` gives it. */
export function valueText(field: string, value: unknown, language: Language): string {
  if (value === undefined || value === null || value === '') return NONE
  if (typeof value === 'boolean') return YES_NO[value ? 'true' : 'false'][language]
  if (Array.isArray(value)) {
    if (value.length === 0) return NONE
    const texts = value.map(entry => valueText(field, entry, language))
    return value.every(isFields) || field.endsWith('reviewPoints') ? texts.join('\n') : joined(texts, language)
  }
  if (isFields(value)) {
    if (typeof value.sha256 === 'string' && typeof value.size === 'number')
      return `${String(value.type)} · ${Math.ceil(value.size / 1024)} KiB`
    return Object.entries(value)
      .filter(([, inner]) => inner !== undefined && inner !== '')
      .map(([name, inner]) =>
        FIELD_NAMES[`${field}.${name}`] === undefined
          ? `${name}: ${typeof inner === 'object' ? JSON.stringify(inner) : String(inner)}`
          : `${fieldName(`${field}.${name}`, language)}: ${valueText(`${field}.${name}`, inner, language)}`,
      )
      .join(language === 'zh' ? '；' : '; ')
  }
  return CODE_NAMES[field]?.[String(value)]?.[language] ?? String(value)
}

/** What a part of an item is called in a list: a material by its name. */
export function entryName(item: { materials?: readonly { materialCode: string; materialName: string }[] } | null) {
  return (list: string, entry: string): string => {
    if (list !== 'materials') return entry
    const material =
      item?.materials?.find(({ materialCode }) => materialCode === entry) ??
      (/^\d+$/.test(entry) ? item?.materials?.[Number(entry)] : undefined)
    return material?.materialName ?? entry
  }
}

/** Choices of a field with their names. */
export const choicesOf = (field: string, language: Language): { value: string; label: string }[] =>
  Object.entries(CODE_NAMES[field] ?? {})
    .map(([value, pair]) => ({ value, label: pair[language] }))
    .sort((a, b) => (a.value < b.value ? -1 : 1))
