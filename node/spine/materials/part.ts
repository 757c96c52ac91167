/** Materials (材料): stored sealed, fetched from partners, given to them, and their pages counted. */
import { join } from 'node:path'
import type { TrustPort } from '../../city/partners/trust-part.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createRelief } from '../../kernel/relief.ts'
import { releaseJobs } from '../dispatch/job-store.ts'
import type { Misconduct } from '../exchange/ports.ts'
import type { HostPort } from '../p2p/part.ts'
import { openBlobStore } from './blob-store.ts'
import { createMaterials, type Published } from './materials.ts'
import { createPages } from './pages/pages.ts'

/** Uploads that no packet names are deleted after so many days. */
const UNNAMED_DAYS = 30

export type MaterialsPort = Awaited<ReturnType<typeof createMaterialsPart>>['port']

export async function createMaterialsPart(
  { config, db, clock, audit, events, signals, telemetry, log, random, space }: Kernel,
  { trust, identity }: TrustPort,
  { transport, budgets }: HostPort,
  misconduct?: Misconduct,
) {
  const materials = createMaterials({
    db,
    clock,
    audit,
    events,
    random,
    trust,
    transport,
    misconduct,
    space: space.problem,
    quota: config.quotas.materialsGB * 1e9,
    meter: partner => budgets.of(partner),
    released: releaseJobs,
    blobs: await openBlobStore(join(config.data, 'materials'), identity.dataKey(), createRelief()),
    observer: {
      fetched: (partner, bytes) => telemetry.events.materialFetched({ partner, bytes }),
      failed: (partner, problem) => log.warning('material not fetched', { partner, problem: problem.code }),
      ended: (partner, count) => telemetry.events.materialsEnded({ partner, materials: count }),
      arrived: () => signals.emit('material.held', null),
      faulted: error => log.error('wanted materials not seen to', {}, error),
      unswept: error => log.error('files of purged cases not deleted', {}, error),
    },
  })
  const pages = createPages({ db, open: sha256 => materials.open(sha256) })
  signals.on('partner.heard', partner => materials.wake(partner))
  return {
    port: { materials, pages },
    jobs: {
      'wanted materials': () => materials.end(),
      materials: () => materials.sweep(UNNAMED_DAYS),
    },
    start: (published: Published) => materials.start(published),
    async stop() {
      await pages.stop()
      await materials.stop()
    },
  }
}
