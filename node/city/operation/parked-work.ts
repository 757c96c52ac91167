/** All work that waits (挂起), as health counts it: packets and answers, then materials. */
import type { DispatchPort } from '../../spine/dispatch/part.ts'
import type { MaterialsPort } from '../../spine/materials/part.ts'
import type { Waiting } from './running-checks.ts'

/** `limit` at most; what the node tries again by itself is named so. */
export async function parkedWork(
  { dispatch }: Pick<DispatchPort, 'dispatch'>,
  { materials }: Pick<MaterialsPort, 'materials'>,
  limit: number,
): Promise<Waiting[]> {
  const work = (await dispatch.parked(limit)).map(entry => ({
    problem: entry.problem,
    alone: entry.what === 'adapter-event' && entry.retryAt !== null,
  }))
  if (work.length >= limit) return work
  const fetches = await materials.waitingAfter(limit - work.length, null)
  return [...work, ...fetches.map(({ problem }) => ({ problem, alone: false }))]
}
