/** Pieces of parked work: what each is named by, and the causes that there are. */
import type { ParkedWork, RetryParkedRequest } from '../../../client/api.generated.ts'
import type { OperationId } from '../session.ts'

export const OF_PARKED: readonly OperationId[] = ['listParked', 'getHealth']

/** What a retry names it by. */
export const nameOf = (work: ParkedWork): RetryParkedRequest =>
  work.what === 'packet'
    ? { packetNo: work.packetNo }
    : work.what === 'adapter-event'
      ? { event: work.event }
      : { material: work.material }

/** The approval system of a piece, by its name; null of a material, which is the partner's. */
export const adapterOf = (work: ParkedWork): string | null => (work.what === 'material' ? null : work.adapter)

/** How many pieces say the same, the most first. */
function countedBy(items: readonly ParkedWork[], of: (work: ParkedWork) => string | null) {
  const counts = new Map<string, number>()
  for (const value of items.flatMap(work => of(work) ?? [])) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count)
}

/** The causes that there are, and the approval systems, each with how many pieces it has. */
export const causesOf = (items: readonly ParkedWork[]) => countedBy(items, ({ problem }) => problem.code)
export const systemsOf = (items: readonly ParkedWork[]) => countedBy(items, adapterOf)

/** Which pieces are shown, as the address says it; what is absent is every one. */
export type Wanted = { readonly cause?: string; readonly adapter?: string }

/** Of the part of an address from its question mark on. */
export function wantedOf(search: string): Wanted {
  const fields = new URLSearchParams(search)
  const [cause, adapter] = ['cause', 'adapter'].map(name => fields.get(name) || undefined)
  return { ...(cause === undefined ? {} : { cause }), ...(adapter === undefined ? {} : { adapter }) }
}
export const parkedAddress = (wanted: Wanted): string => {
  const fields = new URLSearchParams(wanted)
  return fields.size === 0 ? '/adapters/parked' : `/adapters/parked?${fields}`
}
