/** Work at the window (窗口工作): queues, search, statistics, the board, saved views, exports, and what begins a case. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Part } from '../../part.ts'
import { entryRoutes } from '../../spine/dispatch/entry-routes.ts'
import { leaseRoutes } from '../../spine/dispatch/lease-routes.ts'
import { mappingRoutes } from '../../spine/dispatch/mapping-routes.ts'
import type { DispatchPort } from '../../spine/dispatch/part.ts'
import { recordingRoutes } from '../../spine/dispatch/recording-routes.ts'
import { dispatchRoutes } from '../../spine/dispatch/routes.ts'
import type { ExchangePort } from '../../spine/exchange/part.ts'
import { createLooks } from '../../spine/materials/looks.ts'
import type { MaterialsPort } from '../../spine/materials/part.ts'
import { materialRoutes } from '../../spine/materials/routes.ts'
import { createUploads } from '../../spine/materials/uploads.ts'
import type { AgreementsPort } from '../agreements/part.ts'
import { createEvaluations } from '../cases/evaluations/evaluations.ts'
import { evaluationRoutes } from '../cases/evaluations/routes.ts'
import { createApplicationCheck } from '../cases/intake/check.ts'
import { createIntake } from '../cases/intake/intake.ts'
import { createReuse } from '../cases/intake/reuse.ts'
import { reuseRoutes } from '../cases/intake/reuse-routes.ts'
import { intakeRoutes } from '../cases/intake/routes.ts'
import { NewCase, NewJointCase } from '../cases/new-case.ts'
import type { CasesPort } from '../cases/part.ts'
import { caseRoutes } from '../cases/routes.ts'
import type { RulesPort } from '../cases/rules-part.ts'
import { stepRoutes } from '../cases/steps/routes.ts'
import { createCaseSteps } from '../cases/steps/steps.ts'
import type { ListsPort } from '../catalogue/lists-part.ts'
import type { CataloguePort } from '../catalogue/part.ts'
import type { TrustPort } from '../partners/trust-part.ts'
import type { Grants } from '../people/grants.ts'
import type { People } from '../people/people.ts'
import type { RecordsPort } from '../records/part.ts'
import { createApproval } from './approval/approval.ts'
import { approvalRoutes } from './approval/routes.ts'
import { createBoard } from './board.ts'
import { boardRoutes } from './board-routes.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { colleagueRoutes } from './colleague-routes.ts'
import { createColleagues } from './colleagues.ts'
import { createDeskColumns } from './columns.ts'
import { deskColumnRoutes } from './columns-routes.ts'
import { createExports } from './exports/exports.ts'
import { exportRoutes } from './exports/routes.ts'
import { createHandOver } from './hand-over.ts'
import { createInstantPart } from './instant/part.ts'
import { createPhrases, factsOf } from './phrases.ts'
import { phraseRoutes } from './phrases-routes.ts'
import { queueRoutes } from './queue-routes.ts'
import { createQueues } from './queues.ts'
import { type RebuildParts, rebuild, rebuildOlder } from './rebuild.ts'
import { caseListRoutes } from './routes.ts'
import { createStatistics } from './statistics.ts'
import { createUnread } from './unread.ts'
import { createViews } from './views.ts'
import { viewRoutes } from './views-routes.ts'

export function createWorkPart(
  kernel: Kernel,
  { trust, identity, seal, caseKeys }: TrustPort,
  { packets }: ExchangePort,
  { cases, clocks, drafts, handler, keys, mayCount }: CasesPort,
  {
    agreements,
    dispatch,
    remoteDesks,
    keepFile,
    organisations,
    materials,
    pages,
    casePapers,
    cityName,
    people,
    grants,
    services,
    rules,
  }: Pick<AgreementsPort, 'agreements'> &
    Pick<DispatchPort, 'dispatch' | 'remoteDesks' | 'keepFile'> &
    Pick<CataloguePort, 'organisations'> &
    MaterialsPort &
    Pick<RecordsPort, 'casePapers' | 'cityName'> & { people: People; grants: Grants } & ListsPort &
    RulesPort,
) {
  const { config, db, clock, audit, events, log, randomBytes, randomId, space } = kernel
  const own = identity.city
  const statistics = createStatistics({
    db,
    packets: (reader, no) => packets().packets(reader, no),
    deadlines: async (reader, state) => (await clocks.of(reader, state)).deadlines,
  })
  const handOver = createHandOver({ db, audit, events, people, now: clock.now })
  const queues = createQueues({
    db,
    clock,
    audit,
    events,
    keys,
    rows: numbers => cases.rows(numbers),
    assertAsSeen: cases.assertAsSeen,
    isPerson: handOver.isColleague,
  })
  const isWorkbench = (adapter: string) => dispatch.kindOf(adapter) === 'workbench'
  const approval = createApproval({
    db,
    audit,
    events,
    keys: caseKeys,
    colleagues: () => handOver.colleagues(Number.POSITIVE_INFINITY, null),
    isWorkbench,
    now: clock.now,
  })
  const instant = createInstantPart(kernel, {
    own,
    cases,
    packets,
    isWorkbench,
    services,
    agreements,
    check: rules.checkForm,
    pages,
    cityName,
  })
  const unread = createUnread({ db, audit, events, rows: numbers => cases.rows(numbers) })
  const colleagues = createColleagues({ queues, accounts: handOver.colleagues })
  const board = createBoard({
    db,
    clock,
    own,
    statistics,
    agreements,
    partners: () => trust.partners(),
    windows: async code =>
      (await organisations.view(code))?.units.reduce((sum, { windows }) => sum + (windows?.length ?? 0), 0) ?? 0,
  })
  const views = createViews({ db, clock, audit, newId: randomUUID })
  const phrases = createPhrases({ db, clock, audit, newId: randomUUID })
  const exports = createExports({
    db,
    clock,
    audit,
    events,
    queues,
    folder: join(config.data, 'exports'),
    newId: randomId,
    failed: error => log.error('export failed', {}, error),
  })
  const evaluations = createEvaluations({
    db,
    clock,
    audit,
    own,
    urgency: (city, limit) => clocks.urgency(city, limit),
    moves: (...move) => cases.moves(...move),
  })
  const check = createApplicationCheck({ cases, clock, schemas: { one: NewCase, joint: NewJointCase } })
  const contactOf = async (id: string) => grants.contactOf(await people.get(id))
  const steps = createCaseSteps({
    db,
    audit,
    clock,
    clocks,
    cases,
    agreements,
    services,
    city: own,
    packets: no => packets().packets(db, no),
    contactOf,
    namesOf: colleagues.namesOf,
  })
  const intake = createIntake({
    db,
    audit,
    cases,
    keys,
    drafts,
    packets: no => packets().packets(db, no),
    check,
    clock,
    contactOf,
  })
  const reuse = createReuse({
    db,
    clock,
    audit,
    keys,
    packets: no => packets().packets(db, no),
    held: async hashes => new Set((await materials.held(hashes)).map(({ sha256 }) => sha256)),
  })
  const looks = createLooks({ db, audit, drafts })
  const uploads = createUploads({
    db,
    folder: join(config.data, 'uploads'),
    clock,
    id: randomId,
    random: randomBytes,
    seal,
    failed: error => log.error('an upload whose time is over not deleted', {}, error),
    space: space.problem,
    async keep(stream, actor) {
      const stored = await materials.upload(stream)
      await looks.uploaded(stored.sha256, actor)
      return stored
    },
  })
  const rebuilding: RebuildParts = {
    db,
    packets: (reader, no) => packets().packets(reader, no),
    handler,
    drafts,
    statistics,
  }
  const stopping = new AbortController()
  let rebuilt: Promise<unknown> | null = null
  return {
    port: { queues, uploads },
    routes: [
      queueRoutes(queues, unread, colleagues),
      caseListRoutes(queues, statistics, () => rebuild(rebuilding)),
      colleagueRoutes(handOver),
      approvalRoutes({ approval, cases, instantOf: instant.port.of }),
      ...instant.routes,
      evaluationRoutes(evaluations),
      exportRoutes(exports),
      viewRoutes(views, queues),
      phraseRoutes({
        phrases,
        async about(thread) {
          const row = await cases.get(thread)
          return { item: row.item.code, facts: factsOf(row, { now: clock.now(), own, cityName }) }
        },
      }),
      deskColumnRoutes(createDeskColumns({ db, clock })),
      bulkRoutes({
        remind: (thread, text, actor) => cases.step(thread, 'case.remind', { text }, actor),
        print: (threads, name, actor, mine) => casePapers.many(threads, name, actor, mine),
      }),
      boardRoutes(board, statistics.catchUp),
      caseRoutes(cases, check),
      stepRoutes(steps),
      reuseRoutes(reuse),
      intakeRoutes(intake, drafts),
      materialRoutes(materials, pages, looks, mayCount),
      dispatchRoutes(dispatch, materials),
      recordingRoutes(dispatch.recordings),
      mappingRoutes(dispatch),
      leaseRoutes(remoteDesks, keepFile),
      entryRoutes(dispatch),
    ],
    jobs: { statistics: () => statistics.catchUp(), ...instant.jobs },
    async start() {
      await instant.start()
      await uploads.start()
      rebuilt = rebuildOlder(rebuilding, stopping.signal).catch(error => {
        if (!stopping.signal.aborted) log.error('cases of an earlier program not rebuilt', {}, error)
      })
    },
    async stop() {
      stopping.abort()
      await instant.stop()
      await rebuilt
      await exports.stop()
      await uploads.stop()
    },
  } satisfies Part<object>
}
