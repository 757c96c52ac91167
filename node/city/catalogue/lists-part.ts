/** Service lists (事项清单): the own one, and those that partners tell. */

import type { Ground } from '../../kernel/ground.ts'
import type { Part } from '../../part.ts'
import type { HostPort } from '../../spine/p2p/part.ts'
import type { TrustPort } from '../partners/trust-part.ts'
import { createServices } from './services.ts'

export type ListsPort = Awaited<ReturnType<typeof createListsPart>>['port']

export async function createListsPart(
  { db, clock, audit, events, signals, log }: Ground,
  { trust, identity }: TrustPort,
  { transport }: HostPort,
) {
  const services = await createServices({
    db,
    clock,
    audit,
    events,
    trust,
    identity,
    transport,
    announce: () => signals.emit('list.changed', identity.city),
    observer: {
      failed: (city, problem) => log.warning('list not taken', { partner: city, problem: problem.code }),
      taken: city => signals.emit('list.changed', city),
    },
  })
  return {
    port: { services },
    start: () => services.start(),
    stop: () => services.stop(),
  } satisfies Part<object>
}
