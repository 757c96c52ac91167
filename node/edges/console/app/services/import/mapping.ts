/**
 * How an office's list is read, as it is corrected on the page: what an import asked, what was answered, and what is kept of both when
 * the next run asks again. Pure.
 */
import type { ColumnMapping, ImportDraftsAnswer } from '../../../../client/api.generated.ts'
import { isOpen, mappingOf, OPEN } from '../../../../client/column-mapping.ts'
import type { Language } from '../../words.ts'
import { FIELD_NAMES } from '../field-words.ts'
import { fieldName } from '../fields.ts'

export type Report = ImportDraftsAnswer
export type Mapping = Required<ColumnMapping>
export type Sheet = Report['sheets'][number]
export type Fault = Report['errors'][number]

export const EMPTY: Mapping = { columns: {}, values: {}, defaults: {}, workingDays: {} }

/** A place that the reading of the file leaves open, or fills by a guess: one answer. */
export type Place =
  | { of: 'values'; field: string; given: string; hint: string; choices: readonly string[] }
  | { of: 'defaults'; field: string; hint: string; choices: readonly string[] }
  | { of: 'workingDays'; unit: string }

const keyOf = (place: Place): string =>
  place.of === 'values'
    ? `values ${place.field} ${place.given}`
    : place.of === 'defaults'
      ? `defaults ${place.field}`
      : `workingDays ${place.unit}`

export { keyOf as placeKey }

const hintOf = (value: unknown): string => (isOpen(value) ? String(value).replace(/^\s*[?？]\s*/, '') : '')
/** `必要、非必要、容缺后补…` */
const choicesIn = (hint: string): string[] =>
  hint.includes('、')
    ? hint
        .replace(/…$/, '')
        .split('、')
        .map(word => word.trim())
        .filter(word => word !== '')
    : hint.includes(' / ')
      ? hint.split(' / ').map(word => word.trim())
      : []

/** What an import asks of whoever reads its report, in the order of the file. */
export function placesOf(report: Pick<Report, 'sheets' | 'findings'>): Place[] {
  const asked = mappingOf(report)
  const nearest = new Map(
    report.sheets.flatMap(({ columns }) =>
      columns.flatMap(({ field, words }) => words.map(word => [`${field} ${word.given}`, word.nearest] as const)),
    ),
  )
  return [
    ...Object.entries(asked.values ?? {}).flatMap(([field, words]) =>
      Object.entries(words).map(([given, value]): Place => {
        const hint = hintOf(value)
        const near = nearest.get(`${field} ${given}`) ?? []
        return { of: 'values', field, given, hint, choices: near.length > 0 ? near : choicesIn(hint) }
      }),
    ),
    ...Object.entries(asked.defaults ?? {}).map(([field, value]): Place => {
      const hint = hintOf(value)
      return { of: 'defaults', field, hint, choices: choicesIn(hint) }
    }),
    ...Object.keys(asked.workingDays ?? {}).map((unit): Place => ({ of: 'workingDays', unit })),
  ]
}

/** What stands at a place; an open one says nothing. */
export function answerAt(mapping: Mapping, place: Place): string {
  const value =
    place.of === 'values'
      ? mapping.values[place.field]?.[place.given]
      : place.of === 'defaults'
        ? mapping.defaults[place.field]
        : mapping.workingDays[place.unit]
  return value === undefined || isOpen(value) ? '' : String(value)
}

/** The mapping with an answer at a place; an empty one opens it again. */
export function answered(mapping: Mapping, place: Place, answer: string): Mapping {
  if (place.of === 'values')
    return {
      ...mapping,
      values: {
        ...mapping.values,
        [place.field]: { ...mapping.values[place.field], [place.given]: answer === '' ? OPEN : answer },
      },
    }
  if (place.of === 'defaults')
    return { ...mapping, defaults: { ...mapping.defaults, [place.field]: answer === '' ? OPEN : answer } }
  const days: Record<string, number> = { ...mapping.workingDays }
  if (/^\d+$/.test(answer)) days[place.unit] = Number(answer)
  else delete days[place.unit]
  return { ...mapping, workingDays: days }
}

const closed = <T>(record: Readonly<Record<string, T>> = {}): [string, T][] =>
  Object.entries(record).filter(([, value]) => !isOpen(value))

/**
 * What is known after another run: answers given before stay, headings as somebody set them too, and what the file asks now stands
 * beside them. `set`: headings that somebody set by hand.
 */
export function merged(
  before: Mapping,
  report: Pick<Report, 'sheets' | 'findings'>,
  set: ReadonlySet<string>,
): Mapping {
  const asked = mappingOf(report)
  const values: Record<string, Record<string, string>> = {}
  for (const field of new Set([...Object.keys(asked.values ?? {}), ...Object.keys(before.values)]))
    values[field] = { ...asked.values?.[field], ...Object.fromEntries(closed(before.values[field])) }
  return {
    columns: {
      ...before.columns,
      ...asked.columns,
      ...Object.fromEntries(Object.entries(before.columns).filter(([heading]) => set.has(heading))),
    },
    values,
    defaults: { ...asked.defaults, ...Object.fromEntries(closed(before.defaults)) },
    workingDays: { ...asked.workingDays, ...Object.fromEntries(closed(before.workingDays)) },
  }
}

/** Under which name a heading stands in the mapping: with its sheet where that alone is meant. */
export const headingIn = (mapping: Mapping, sheet: string, heading: string): string =>
  Object.hasOwn(mapping.columns, `${sheet}!${heading}`) ? `${sheet}!${heading}` : heading

/** Faults that say the same of one column, with all their rows. */
export function alike(faults: readonly Fault[]): (Fault & { rows: number[] })[] {
  const groups = new Map<string, Fault & { rows: number[] }>()
  for (const fault of faults) {
    const key = JSON.stringify([fault.code, fault.sheet, fault.column, fault.value])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { ...fault, rows: [fault.row] })
    else group.rows.push(fault.row)
  }
  return [...groups.values()]
}

/** Lists of parts, of which a column is a field, never the whole. */
const WHOLES = new Set([
  'fees',
  'faqs',
  'handleLinks',
  'specialProcedures',
  'legalBases',
  'offeredAt',
  'contacts',
  'materials',
])

/** Fields that a column may be, with their names; the first one leaves it out. */
export function columnChoices(language: Language, leftOut: string): { value: string; label: string }[] {
  return [
    { value: '', label: leftOut },
    ...Object.keys(FIELD_NAMES)
      .filter(field => !WHOLES.has(field) && !field.startsWith('consent.'))
      .map(field => {
        const [list = '', part] = field.split('.')
        const name = fieldName(field, language)
        return { value: field, label: part === undefined ? name : `${fieldName(list, language)} · ${name}` }
      }),
  ]
}

/** A name for the mapping of a file: that of the file, without its ending. */
export const nameOfFile = (file: string): string =>
  file
    .replace(/\.[^.]+$/, '')
    .trim()
    .slice(0, 100)
