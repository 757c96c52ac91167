/**
 * What the desk shows, as its address says it, so that it can be sent to a colleague: queue, filters, selected case. Nothing personal
 * stands there: accounts by their ids, cases by their threads.
 */
import type { ReadQueueQuery } from '../../../client/api.generated.ts'
import { QUEUE_ORDER, type QueueName } from './names.ts'

export const FILTERS = [
  'role',
  'partner',
  'item',
  'department',
  'window',
  'state',
  'level',
  'ownLevel',
  'assignee',
] as const
export type FilterName = (typeof FILTERS)[number]
export type Filter = Pick<ReadQueueQuery, FilterName>
export type Wanted = { queue: QueueName; filter: Filter; selected: string | null }

const QUEUE = 'queue'
const SELECTED = 'case'
const FIRST: QueueName = 'mine'

/** Of the part of an address from its question mark on; what nobody knows there is left out. */
export function wantedOf(search: string): Wanted {
  const fields = new URLSearchParams(search)
  const named = fields.get(QUEUE)
  const filter = Object.fromEntries(FILTERS.flatMap(name => (fields.get(name) ? [[name, fields.get(name)]] : [])))
  return {
    queue: QUEUE_ORDER.find(queue => queue === named) ?? FIRST,
    // What is no value of a filter is refused by the node, which says so on the page.
    filter: filter as Filter,
    selected: fields.get(SELECTED),
  }
}

export function searchOf({ queue, filter, selected }: Wanted): string {
  const fields = new URLSearchParams()
  if (queue !== FIRST) fields.set(QUEUE, queue)
  for (const name of FILTERS) if (filter[name]) fields.set(name, filter[name])
  if (selected !== null) fields.set(SELECTED, selected)
  return fields.size === 0 ? '' : `?${fields}`
}
