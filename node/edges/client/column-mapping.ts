/**
 * How the lists of an office are read (列对照): made of what an import told, with a place for all that a person must say yet, and as it was
 * filled in. Pure: commands and the console write the same one.
 */
import type { ColumnMapping, ImportDraftsAnswer } from './api.generated.ts'

type Read = Pick<ImportDraftsAnswer, 'sheets' | 'findings'>

/** What has yet to be said in a mapping that an import wrote begins so: `? 自然人、企业法人…` says what may stand there. */
export const OPEN = '?'
export const isOpen = (value: unknown): boolean => typeof value === 'string' && /^\s*[?？]/.test(value)

/** Texts that all items of a list may have alike: their department, and by what its fees are laid down. */
const ALIKE = new Set(['deptName', 'fees.byLaw'])

/** Of what is no list of words a mapping gives what every item has alike. */
const mayBeDefault = ({ field, takes }: { field: string; takes: string }): boolean =>
  takes !== '文本' || ALIKE.has(field)

/** Rules that find what an item does not say: one answer may hold for all items of a table without a column for it. */
const LACKING = new Set(['visits.reason', 'visits.how', 'fee.basis', 'fee.online'])

/**
 * What the file was read by, as a mapping to be corrected, with a place for all that it must say for the file to be read: a heading
 * that stands for one field everywhere by itself, others with their sheet; what is a guess stands there, what is none begins with `?`.
 */
export function mappingOf({ sheets, findings }: Read): ColumnMapping {
  const fields = new Map<string, Set<string>>()
  const all = sheets.flatMap(({ sheet, holds, why, columns }) => {
    const suggested = new Set(columns.flatMap(({ suggestion }) => suggestion ?? []))
    const named = columns.filter(({ heading }) => heading !== '')
    if (holds === null && (why !== 'note.sheet' || named.length < 2)) return []
    return named.map(({ heading, field, suggestion }) => ({
      sheet,
      heading,
      // A column of which nothing could be read gives way to one that speaks for its field.
      field: suggestion ?? (field !== null && suggested.has(field) ? '' : (field ?? '')),
    }))
  })
  for (const { heading, field } of all) fields.set(heading, (fields.get(heading) ?? new Set()).add(field))
  const columns = Object.fromEntries(
    all.map(({ sheet, heading, field }): [string, string] => [
      (fields.get(heading)?.size ?? 0) > 1 ? `${sheet}!${heading}` : heading,
      field,
    ]),
  )
  const values: Record<string, Record<string, string>> = {}
  const defaults: Record<string, string> = {}
  const workingDays: Record<string, number | string> = {}
  for (const { columns: read, absent } of sheets) {
    const suggested = new Set(read.flatMap(({ suggestion }) => suggestion ?? []))
    for (const { field, takes, words, units, lacking } of read) {
      if (field === null || suggested.has(field)) continue
      for (const { given, nearest, suggestion } of words) {
        const of = values[field] ?? {}
        values[field] = of
        of[given] = suggestion ?? `${OPEN} ${nearest.length === 0 ? takes : nearest.join('、')}`.slice(0, 500)
      }
      for (const unit of units) workingDays[unit] = `${OPEN} 合几个工作日 working days`
      if (lacking > 0 && mayBeDefault({ field, takes })) defaults[field] = `${OPEN} ${takes}`
    }
    for (const { field, takes, lacking } of absent)
      if (lacking > 0 && !suggested.has(field) && mayBeDefault({ field, takes }))
        defaults[field] = `${OPEN} ${takes}`.slice(0, 500)
  }
  const there = new Set(all.map(({ field }) => field))
  for (const { level, rule, path, zh } of findings)
    if (level === 'error' && LACKING.has(rule) && !there.has(path)) defaults[path] = `${OPEN} ${zh}`
  return { columns, values, defaults, workingDays: workingDays as Record<string, number> }
}

/** What that mapping says by a guess, for a person to look at: `经办 → deptName`. */
export const guessesOf = ({ sheets }: Pick<Read, 'sheets'>): string[] => [
  ...new Set(
    sheets.flatMap(({ columns }) => [
      ...columns.flatMap(({ heading, field, how }) => (how === 'guess' ? [`${heading} → ${field}`] : [])),
      ...columns.flatMap(({ words }) =>
        words.flatMap(({ given, suggestion }) => (suggestion === null ? [] : [`${given} → ${suggestion}`])),
      ),
    ]),
  ),
]

/** Places of a mapping that say nothing yet: `values.serverType.职工` */
export const openPlaces = ({ values = {}, defaults = {}, workingDays = {} }: Partial<ColumnMapping>): string[] => [
  ...Object.entries(values).flatMap(([field, words]) => openKeys(words).map(word => `values.${field}.${word}`)),
  ...openKeys(defaults).map(field => `defaults.${field}`),
  ...openKeys(workingDays).map(unit => `workingDays.${unit}`),
]
const openKeys = (record: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(record).flatMap(([key, value]) => (isOpen(value) ? [key] : []))

const said = <T>(record: Readonly<Record<string, T>> = {}): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => !isOpen(value)))

/** A mapping as it was filled in: what has yet to be said is not said. */
export function filledIn(mapping: Partial<ColumnMapping>): { mapping: ColumnMapping; open: string[] } {
  const { columns, values, defaults, workingDays } = mapping
  return {
    open: openPlaces(mapping),
    mapping: {
      ...mapping,
      columns: said(columns),
      values: Object.fromEntries(
        Object.entries(values ?? {})
          .map(([field, words]) => [field, said(words)] as const)
          .filter(([, words]) => Object.keys(words).length > 0),
      ),
      defaults: said(defaults),
      // Who fills in a place between quotes leaves them.
      workingDays: Object.fromEntries(
        Object.entries(said(workingDays)).map(([unit, days]) => [
          unit,
          /^\d+$/.test(String(days)) ? Number(days) : days,
        ]),
      ),
    },
  }
}
