/** What a change of an item changes, field by field: lists by the entry's own key, so that a moved entry is no change of all. Pure. */
import type { ServiceItem } from '../../../protocol/service/item.ts'

export type Difference = {
  /** field, and for lists the entry and its field: `materials.M01.isNeed` */
  path: string
  /** absent when it is new */
  before?: unknown
  /** absent when it is gone */
  after?: unknown
}

/** Fields that tell the entries of a list apart. */
const KEYS = {
  materials: ['materialCode'],
  fees: ['feeName'],
  faqs: ['question'],
  contacts: ['role', 'name', 'phone'],
  handleLinks: ['linkName'],
  specialProcedures: ['specialName'],
  legalBases: ['lawName', 'article'],
  offeredAt: ['unit'],
} as const satisfies Partial<Record<keyof ServiceItem, readonly string[]>>

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** An empty list says the same as none. */
const isNone = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0)

/** Whether two JSON values are the same, whatever the order of their fields. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || (isNone(a) && isNone(b))) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, index) => sameValue(entry, b[index]))
  if (!isFields(a) || !isFields(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key => sameValue(a[key], b[key]))
}

/** Whether an item says nothing new: it may say that its version is higher. */
export const sameItem = (draft: ServiceItem, published: ServiceItem): boolean =>
  sameValue({ ...draft, taskVersion: 0 }, { ...published, taskVersion: 0 }) &&
  draft.taskVersion <= published.taskVersion

/** Entries by key, each key once; null when keys repeat and entries are compared by place. */
function byKey(list: readonly Fields[], fields: readonly string[]): Map<string, Fields> | null {
  const map = new Map(
    list.map(entry => [
      fields
        .map(field => String(entry[field] ?? ''))
        .join(' ')
        .trim(),
      entry,
    ]),
  )
  return map.size === list.length ? map : null
}

const whole = (path: string, before: unknown, after: unknown): Difference => ({
  path,
  ...(isNone(before) ? {} : { before }),
  ...(isNone(after) ? {} : { after }),
})

function* fieldsOf(path: string, before: Fields, after: Fields): Generator<Difference> {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
    if (!sameValue(before[key], after[key])) yield whole(`${path}.${key}`, before[key], after[key])
}

/** What differs between a published item and its draft; either may be missing. */
export function differences(before: ServiceItem | null, after: ServiceItem | null): Difference[] {
  if (before === null || after === null) return []
  const found: Difference[] = []
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof ServiceItem>) {
    const old = before[field]
    const now = after[field]
    if (sameValue(old, now)) continue
    const fields = Object.hasOwn(KEYS, field) ? KEYS[field as keyof typeof KEYS] : null
    const lists =
      fields === null ? null : [byKey((old ?? []) as Fields[], fields), byKey((now ?? []) as Fields[], fields)]
    const [left, right] = lists ?? []
    if (left === null || left === undefined || right === null || right === undefined) {
      found.push(whole(field, old, now))
      continue
    }
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      const one = left.get(key)
      const other = right.get(key)
      if (one === undefined || other === undefined) found.push(whole(`${field}.${key}`, one, other))
      else found.push(...fieldsOf(`${field}.${key}`, one, other))
    }
    const order = (map: Map<string, Fields>, of: Map<string, Fields>) => [...map.keys()].filter(key => of.has(key))
    const was = order(left, right)
    const is = order(right, left)
    if (!sameValue(was, is)) found.push({ path: `${field}.order`, before: was, after: is })
  }
  return found
}
