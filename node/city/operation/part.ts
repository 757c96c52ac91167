/** Operation of the node (运维): its settings, how it is, its backups. */
import type { Kernel } from '../../kernel/kernel.ts'
import { createWriteProbe } from '../../kernel/store/probe.ts'
import type { Part } from '../../part.ts'
import { inThread } from './backup-thread.ts'
import { createBackups } from './backups.ts'
import { createNodeHealth, type NodeHealthParts } from './node-health.ts'
import { operationRoutes } from './routes.ts'

export function createOperationPart(
  { config, db, clock, audit, log }: Kernel,
  sources: Omit<NodeHealthParts, 'config' | 'db' | 'now' | 'writes'>,
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
