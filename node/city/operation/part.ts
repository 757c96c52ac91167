/** Operation of the node (运维): its settings, how it is, its backups. */
import type { Kernel } from '../../kernel/kernel.ts'
import { createWriteProbe } from '../../kernel/store/probe.ts'
import type { Part } from '../../part.ts'
import type { DispatchPort } from '../../spine/dispatch/part.ts'
import type { MaterialsPort } from '../../spine/materials/part.ts'
import { inThread } from './backup-thread.ts'
import { createBackups } from './backups.ts'
import { createNodeHealth, type NodeHealthParts } from './node-health.ts'
import { operationRoutes } from './routes.ts'
import type { Waiting } from './running-checks.ts'

export function createOperationPart(
  { config, db, clock, audit, log }: Kernel,
  work: Pick<DispatchPort, 'dispatch'> & Pick<MaterialsPort, 'materials'>,
  sources: Omit<NodeHealthParts, 'config' | 'db' | 'now' | 'writes' | 'approvalSystem' | 'parked' | 'handed'>,
) {
  const backups = createBackups({
    config,
    db,
    audit,
    clock,
    work: inThread,
    failed: (work, error) => log.error('a backup came to nothing', { work }, error),
  })
  const health = createNodeHealth({
    ...sources,
    approvalSystem: () => work.dispatch.check(),
    parked: limit => parkedWork(work, limit),
    handed: () => work.dispatch.handedTooLong(),
    config,
    db,
    now: clock.now,
    writes: createWriteProbe(db, clock.now),
  })
  return {
    port: {},
    routes: [operationRoutes(config, health, backups, clock.now)],
    stop: () => backups.settle(),
  } satisfies Part<object>
}

/** All work that waits, packets and answers, then materials: `limit` at most; what the node tries again by itself is named so. */
async function parkedWork(
  { dispatch, materials }: Pick<DispatchPort, 'dispatch'> & Pick<MaterialsPort, 'materials'>,
  limit: number,
): Promise<Waiting[]> {
  const work = (await dispatch.parked(limit)).map(entry => ({
    problem: entry.problem,
    handed: entry.what === 'packet' && entry.handedAt !== null,
    alone: entry.what === 'adapter-event' && entry.retryAt !== null,
  }))
  if (work.length >= limit) return work
  const fetches = await materials.waitingAfter(limit - work.length, null)
  return [...work, ...fetches.map(({ problem }) => ({ problem, alone: false, handed: false }))]
}
