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

/** Each cause with how many pieces it has, the most first. */
export function causesOf(items: readonly ParkedWork[]): { code: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { problem } of items) counts.set(problem.code, (counts.get(problem.code) ?? 0) + 1)
  return [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count)
}
