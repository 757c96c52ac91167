/** People and records (人员与审计): who may use the node, what was done, and what others are told of it. */
import { randomBytes, randomUUID } from 'node:crypto'
import { base64url } from 'jose'
import type { Kernel } from '../../kernel/kernel.ts'
import { createSeal } from '../../kernel/keys/seal.ts'
import type { Part } from '../../part.ts'
import { auditRoutes } from './audit-routes.ts'
import { createGrants } from './grants.ts'
import { createPeople } from './people.ts'
import { peopleRoutes } from './routes.ts'

export function createPeoplePart({ config, keyStore, db, clock, audit, events }: Kernel) {
  const dataKey = base64url.decode(keyStore.keys().dataKey)
  const people = createPeople({ database: db, audit, now: clock.now, ids: randomUUID, random: randomBytes })
  const grants = createGrants({
    db,
    audit,
    now: clock.now,
    seal: createSeal(dataKey),
    dataKey,
    separateAdministrators: config.rights.separateAdministrators,
  })
  return {
    port: { people, grants },
    routes: [peopleRoutes(people, grants), auditRoutes(audit)],
    jobs: { events: () => events.purge() },
    stop: () => people.settle(),
  } satisfies Part<object>
}
