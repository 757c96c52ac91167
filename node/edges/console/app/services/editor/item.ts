/** An item as it is edited: begun, written into, and as it is sent. Pure. */
import type { Item, Material } from '../item-type.ts'

/** What is edited may lack what an item must have. */
export type Edited = Partial<Item>

/** A new item of a department: what nearly all items say. */
export const newItem = (): Edited => ({ taskVersion: 1, taskState: '1', isFee: false, limitSceneNum: 0, materials: [] })

/** A new material: its code is the first one that is free. */
export function newMaterial(materials: readonly Pick<Material, 'materialCode'>[]): Partial<Material> {
  const taken = new Set(materials.map(({ materialCode }) => materialCode))
  let no = materials.length + 1
  const code = () => `M${String(no).padStart(2, '0')}`
  while (taken.has(code())) no++
  return { materialCode: code(), isNeed: '1', materialType: '1', materialFormat: '3', sourceType: '10' }
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Nothing is said there. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isFields(value) && Object.keys(value).length === 0)

function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said).filter(entry => !isEmpty(entry))
  if (!isFields(value)) return typeof value === 'string' && value.trim() === '' ? undefined : value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const of = said(inner)
      return isEmpty(of) ? [] : [[name, of] as const]
    }),
  )
}

/** Schemas that a city wrote: nothing in them is left out. */
const WHOLE = new Set(['form', 'formUi'])

/** As it is sent: without what was left empty. */
export function sentOf(item: Edited): Item {
  const fields = Object.entries(item).flatMap(([name, value]) => {
    const of = WHOLE.has(name) ? value : said(value)
    return isEmpty(of) ? [] : [[name, of] as const]
  })
  return { materials: [], ...Object.fromEntries(fields) } as unknown as Item
}

/** Entries of a list with one moved by a place. */
export function moved<T>(list: readonly T[], at: number, by: 1 | -1): T[] {
  const entry = list[at]
  const other = list[at + by]
  if (entry === undefined || other === undefined) return [...list]
  return list.with(at, other).with(at + by, entry)
}

/** Fields that two say differently, by their names. */
export const differing = (a: Edited, b: Edited): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    name => JSON.stringify(a[name as keyof Edited]) !== JSON.stringify(b[name as keyof Edited]),
  )
