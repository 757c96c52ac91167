/** The version of an item for whoever edits it (If-Match): the same for the same content, wherever it was read. */
import { createHash } from 'node:crypto'
import type { ServiceItem } from '../../../protocol/service/item.ts'

/** Of a draft that a published item goes. */
const REMOVAL = 'removal'
const LENGTH = 16

/** Fields in one order, whoever wrote them. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, ordered(inner)]),
  )
}

/** `item` null: it is drafted to go. */
export const itemVersion = (item: ServiceItem | null): string =>
  item === null
    ? REMOVAL
    : createHash('sha256')
        .update(JSON.stringify(ordered(item)))
        .digest('hex')
        .slice(0, LENGTH)
