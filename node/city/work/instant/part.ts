/** Instant approval (秒批): conditions of items, and the cases that arrive. */
import type { Kernel } from '../../../kernel/kernel.ts'
import type { Part } from '../../../part.ts'
import type { ExchangePort } from '../../../spine/exchange/part.ts'
import type { MaterialsPort } from '../../../spine/materials/part.ts'
import type { AgreementsPort } from '../../agreements/part.ts'
import type { CasesPort } from '../../cases/part.ts'
import { miscounted } from '../../cases/scans.ts'
import type { ListsPort } from '../../catalogue/lists-part.ts'
import type { RecordsPort } from '../../records/part.ts'
import { factsOf } from '../phrases.ts'
import { createInstant, type InstantParts } from './instant.ts'
import { instantRoutes } from './routes.ts'
import { createRules } from './rules.ts'

export type InstantUses = Pick<CasesPort, 'cases'> &
  Pick<ExchangePort, 'packets'> &
  Pick<ListsPort, 'services'> &
  Pick<AgreementsPort, 'agreements'> &
  Pick<MaterialsPort, 'pages'> &
  Pick<RecordsPort, 'cityName'> &
  Pick<InstantParts, 'isWorkbench' | 'check'> & { own: string }

export function createInstantPart(
  { db, clock, audit, events, log, random }: Kernel,
  { own, cases, packets, isWorkbench, services, agreements, check, pages, cityName }: InstantUses,
) {
  const rules = createRules({
    db,
    audit,
    item: code => services.item(own, code),
    check,
    now: clock.now,
    // What arrived while it was switched on had no look.
    switchedOn: () => void instant.wake(),
  })
  const instant = createInstant({
    db,
    clock,
    audit,
    events,
    random,
    cases,
    packets: (store, no) => packets().packets(store, no),
    isWorkbench,
    isAnyOn: rules.isAnyOn,
    item: (code, version) => services.pinned(own, code, version),
    documentOf: agreements.documentOf,
    check,
    async doubtful(materials) {
      const found = await pages.held(materials.map(({ sha256 }) => sha256))
      const held = new Map(found.map(({ commitment, counted }) => [commitment.sha256, counted]))
      const missing = materials.flatMap(({ sha256 }, index) => (held.has(sha256) ? [] : [`materials.${index}.sha256`]))
      return [...missing, ...(await miscounted(pages, materials, held, true)).map(({ field }) => field)]
    },
    async factsOf(threadNo) {
      const [row] = await cases.rows([threadNo])
      if (row === undefined) throw new Error('a case that is gone')
      return factsOf(row, { now: clock.now(), own, cityName })
    },
    failed: error => log.error('instant approval not seen to', {}, error),
  })
  return {
    port: { of: instant.of },
    routes: [instantRoutes({ rules, instant, nameOf: async item => (await services.item(own, item))?.taskName ?? '' })],
    jobs: { 'instant-approval': () => instant.keepMark() },
    async start() {
      await rules.recall()
      instant.start()
    },
    stop: () => instant.stop(),
  } satisfies Part<object>
}
