/** What was filled into the form of an item, line by line, under the names that its schema gives. */
import { joined } from '../catalogue.ts'
import type { Language } from '../words.ts'

export type FormLine = { name: string; label: string; value: string }

type Described = { title?: string; properties?: Readonly<Record<string, Described>>; items?: Described }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function textOf(value: unknown, language: Language): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value))
    return joined(
      value.map(entry => textOf(entry, language)),
      language,
    )
  if (isObject(value))
    return Object.values(value)
      .map(entry => textOf(entry, language))
      .join(' ')
  return value === null || value === undefined ? '' : String(value)
}

/** Objects in it give a line for each of their fields. */
export function formLines(
  form: Readonly<Record<string, unknown>>,
  schema: unknown,
  language: Language,
  before = '',
): FormLine[] {
  const { properties = {} } = isObject(schema) ? (schema as Described) : {}
  return Object.entries(form).flatMap(([name, value]) => {
    const described = properties[name]
    const label = [before, described?.title ?? name].filter(part => part !== '').join(' ')
    if (isObject(value)) return formLines(value, described, language, label)
    return [{ name: `${before} ${name}`, label, value: textOf(value, language) }]
  })
}
