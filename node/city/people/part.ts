/** People and records (人员与审计): who may use the node, what was done, and what others are told of it. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Ground } from '../../kernel/ground.ts'
import type { Part } from '../../part.ts'
import { auditRoutes } from './audit-routes.ts'
import { createPeople } from './people.ts'
import { peopleRoutes } from './routes.ts'

export function createPeoplePart({ db, clock, audit, events }: Ground) {
  const people = createPeople({ database: db, audit, now: clock.now, ids: randomUUID, random: randomBytes })
  return {
    port: { people },
    routes: [peopleRoutes(people), auditRoutes(audit)],
    jobs: { events: () => events.purge() },
    stop: () => people.settle(),
  } satisfies Part<object>
}
