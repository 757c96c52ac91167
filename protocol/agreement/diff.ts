/**
 * The difference of two texts of an agreement (文本比对), field by field: terms by name, parties by division code, items by handling
 * city and code. Where an entry stands in its list is no difference. Pure.
 */
import type { AgreedItem, AgreementDocument } from './document.ts'
import { ITEM_LABELS, type Label, PARTY_LABELS, TERM_LABELS, type TermField, valueLabel } from './labels.ts'

/** One field: its values, absent where there is none, and how a person reads them. */
export type FieldChange = {
  field: string
  label: Label
  before?: unknown
  after?: unknown
  was: Label
  is: Label
}
type Changed = 'added' | 'removed' | 'changed'
export type ItemChange = {
  change: Changed
  handling: string
  taskCode: string
  taskName: string
  fields: FieldChange[]
}
export type PartyChange = { change: Changed; code: string; name: string; fields: FieldChange[] }
export type AgreementDiff = {
  terms: FieldChange[]
  parties: PartyChange[]
  items: ItemChange[]
  counts: Record<Changed, number> & { unchanged: number }
}

type Fields = Readonly<Record<string, unknown>>

/** Whether two JSON values say the same; an absent one says the same as an empty list. */
function same(a: unknown, b: unknown): boolean {
  if (a === b || (isNone(a) && isNone(b))) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, index) => same(entry, b[index]))
  const left = a as Fields
  const right = b as Fields
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every(key => same(left[key], right[key]))
}

const isNone = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0)

/** Lists whose order means nothing, in one order. */
const SETS: Readonly<Record<string, (entry: unknown) => string>> = {
  collecting: String,
  modes: String,
  sharedFields: String,
  materialMapping: entry => JSON.stringify(entry),
}

function ordered(field: string, value: unknown): unknown {
  const key = SETS[field]
  return key === undefined || !Array.isArray(value)
    ? value
    : value.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

function changes(
  labels: Readonly<Record<string, Label>>,
  before: Fields,
  after: Fields,
  cities: ReadonlyMap<string, string>,
): FieldChange[] {
  const found: FieldChange[] = []
  for (const [field, label] of Object.entries(labels)) {
    const was = before[field]
    const is = after[field]
    if (same(ordered(field, was), ordered(field, is))) continue
    found.push({
      field,
      label,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
      was: valueLabel(field, was, cities),
      is: valueLabel(field, is, cities),
    })
  }
  return found
}

/** The terms of a document with those of `clock` and `renewal` beside the others. */
export function termsOf(document: AgreementDocument): Record<TermField, unknown> {
  const { v, parties, items, clock, renewal, ...terms } = document
  const inner = (name: string, fields: object) =>
    Object.fromEntries(Object.entries(fields).map(([field, value]) => [`${name}.${field}`, value]))
  return { ...terms, ...inner('clock', clock), ...inner('renewal', renewal) } as Record<TermField, unknown>
}

/** Names of the parties by division code. */
export const citiesOf = (...documents: readonly AgreementDocument[]): ReadonlyMap<string, string> =>
  new Map(documents.flatMap(document => document.parties.map(({ code, name }) => [code, name] as const)))

export function diffAgreements(before: AgreementDocument, after: AgreementDocument): AgreementDiff {
  const cities = citiesOf(before, after)
  const counts = { added: 0, removed: 0, changed: 0, unchanged: 0 }
  const items = [
    ...compared(before.items, after.items, item => `${item.handling}/${item.taskCode}`, ITEM_LABELS, cities),
  ].flatMap(({ change, entry, fields }): ItemChange[] => {
    counts[change]++
    const { handling, taskCode, taskName }: AgreedItem = entry
    return change === 'unchanged' ? [] : [{ change, handling, taskCode, taskName, fields }]
  })
  const parties = [...compared(before.parties, after.parties, party => party.code, PARTY_LABELS, cities)].flatMap(
    ({ change, entry, fields }): PartyChange[] =>
      change === 'unchanged' ? [] : [{ change, code: entry.code, name: entry.name, fields }],
  )
  return { terms: changes(TERM_LABELS, termsOf(before), termsOf(after), cities), parties, items, counts }
}

/** Entries of both lists by key: those of `before` in their order, then the new ones. */
function* compared<T extends object>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (entry: T) => string,
  labels: Readonly<Record<string, Label>>,
  cities: ReadonlyMap<string, string>,
): Generator<{ change: Changed | 'unchanged'; entry: T; fields: FieldChange[] }> {
  const now = new Map(after.map(entry => [keyOf(entry), entry]))
  for (const old of before) {
    const entry = now.get(keyOf(old))
    now.delete(keyOf(old))
    if (entry === undefined) {
      yield { change: 'removed', entry: old, fields: [] }
      continue
    }
    const fields = changes(labels, old as Fields, entry as Fields, cities)
    yield { change: fields.length === 0 ? 'unchanged' : 'changed', entry, fields }
  }
  for (const entry of now.values()) yield { change: 'added', entry, fields: [] }
}
