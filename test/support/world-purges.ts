/** The purges of a city of a world, which moves no bytes: nothing of a material is owned, and the partner holds all of it. */
import { createPurges, type Purges, type PurgesParts } from '../../node/city/cases/purges.ts'
import { forgetAnswers } from '../../node/edges/http/idempotency.ts'
import type { World, WorldCity } from './world.ts'

export const worldPurges = (
  { clock }: Pick<World, 'clock'>,
  city: WorldCity,
  {
    materials,
    failed = () => {},
  }: { materials?: Partial<PurgesParts['materials']>; failed?: PurgesParts['failed'] } = {},
): Purges =>
  createPurges({
    db: city.db,
    clock,
    audit: city.audit,
    author: () => city.exchange.author,
    materials: {
      ownedBy: async () => 0,
      unfetched: async () => 0,
      askWhetherFetched: async () => true,
      forget: async () => 0,
      ...materials,
    },
    drafts: city.drafts,
    keys: city.caseKeys,
    adapterState: city.adapterState,
    answers: { forget: forgetAnswers },
    scrub: async () => {},
    freed: async () => {},
    backups: async () => [],
    failed,
  })
