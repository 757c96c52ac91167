/**
 * The composition root: the one place that picks concrete parts and joins them to a node. Everything else gets what it
 * uses in an object; tests build nodes through the same function with parts of their own.
 */

import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { Carrier } from '../adapters/sdk/carrier.ts'
import type { Adapter } from '../adapters/sdk/port.ts'
import { readCertificate } from '../certs/index.ts'
import type { CaseState } from '../protocol/case/fold.ts'
import { LIMITS } from '../protocol/limits.ts'
import { verifyPacket } from '../protocol/packet/envelope.ts'
import { type Problem, ProblemError } from '../protocol/problem.ts'
import type { LintContext } from '../protocol/service/lint.ts'
import { windowsByUnit } from '../protocol/service/organisation.ts'
import { createActs } from './agreements/acts.ts'
import { createAgreements } from './agreements/agreements.ts'
import { createAttachments } from './agreements/attachments.ts'
import { createCertificates } from './agreements/certificates.ts'
import { createDrafting } from './agreements/drafting.ts'
import { draftingRoutes } from './agreements/drafting-routes.ts'
import { createImpacts } from './agreements/impact.ts'
import { impactRoutes } from './agreements/impact-routes.ts'
import { lapsedItems } from './agreements/lapsed.ts'
import { createPapers } from './agreements/papers.ts'
import { createRenewals } from './agreements/renewal.ts'
import { agreementRoutes } from './agreements/routes.ts'
import { createSoundness } from './agreements/soundness.ts'
import { agreementTextRoutes } from './agreements/text-routes.ts'
import { createArchives } from './archive/archive.ts'
import { archiveRoutes } from './archive/routes.ts'
import { createAudit } from './audit/audit.ts'
import { createEventLog } from './audit/events.ts'
import { auditRoutes } from './audit/routes.ts'
import { createCalendars } from './calendar/calendars.ts'
import { calendarRoutes } from './calendar/routes.ts'
import { readBackups } from './cases/backups.ts'
import { type Cases, createCases, waitingOf } from './cases/cases.ts'
import { createCaseClocks } from './cases/clocks.ts'
import { createCaseHandler } from './cases/handler.ts'
import { lookupKeys } from './cases/lookup.ts'
import { purgeRoutes } from './cases/purge-routes.ts'
import { createPurges, purgeReminder } from './cases/purges.ts'
import { caseRoutes, NewCase, NewJointCase } from './cases/routes.ts'
import { createSubmissionCheck } from './cases/submission.ts'
import { createOpenCases } from './cases/under.ts'
import type { NodeConfig } from './config/config.ts'
import { readSecrets } from './config/secrets.ts'
import { jsonOf, readTextFile } from './config/text-file.ts'
import { createAdapterState } from './dispatch/adapter-state.ts'
import { createDispatch } from './dispatch/dispatch.ts'
import { dispatchRoutes } from './dispatch/routes.ts'
import { createEvaluations } from './evaluations/evaluations.ts'
import { evaluationRoutes } from './evaluations/routes.ts'
import { createEvidence } from './evidence/evidence.ts'
import { evidenceRoutes } from './evidence/routes.ts'
import { Budgets } from './exchange/budget.ts'
import { createCaseKeys } from './exchange/case-keys.ts'
import { type Clock, systemClock } from './exchange/clock.ts'
import { createExchange, type ExchangeObserver } from './exchange/exchange.ts'
import type { ThreadHandler } from './exchange/ports.ts'
import { createRounds } from './exchange/rounds.ts'
import { createExports } from './exports/exports.ts'
import { exportRoutes } from './exports/routes.ts'
import { createAuthorities } from './federation/authorities.ts'
import { authorityRoutes } from './federation/authority-routes.ts'
import { createDirectories } from './federation/directories.ts'
import { directoryRoutes } from './federation/directory-routes.ts'
import { createGossip } from './federation/gossip.ts'
import { directoryReminders } from './federation/standings.ts'
import { createVoucher, federationView } from './federation/vouch.ts'
import { createForms } from './forms/forms.ts'
import { createHttpApp } from './http/app.ts'
import { forgetAnswers } from './http/idempotency.ts'
import { timeOrNull } from './http/route.ts'
import { startServer } from './http/server.ts'
import { epochFile, openEpoch } from './identity/epoch.ts'
import { loadIdentity } from './identity/identity.ts'
import { openKeyStore } from './identity/keystore.ts'
import { identityRoutes } from './identity/routes.ts'
import { loadTrust } from './identity/trust.ts'
import { createCaseDrafts } from './intake/drafts.ts'
import { createIntake } from './intake/intake.ts'
import { intakeRoutes } from './intake/routes.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { createParcels } from './mail/parcels.ts'
import { parcelRoutes } from './mail/routes.ts'
import { countTroubles, troubleReminders } from './mail/troubles.ts'
import { createMappings } from './mappings/mappings.ts'
import { mappingRoutes } from './mappings/routes.ts'
import { openBlobStore } from './materials/blob-store.ts'
import { createLooks } from './materials/looks.ts'
import { createMaterials } from './materials/materials.ts'
import { createPages } from './materials/pages/pages.ts'
import { materialRoutes } from './materials/routes.ts'
import { createCaseSeal, createSeal, deriveKey } from './materials/seal.ts'
import { createP2pHost, type P2pHost } from './p2p/host.ts'
import { peerIdOf } from './p2p/peer-id.ts'
import type { LastDay } from './papers/forms.ts'
import { createCasePapers } from './papers/papers.ts'
import { paperRoutes } from './papers/routes.ts'
import { createHealth } from './partners/health.ts'
import { healthRoutes } from './partners/health-routes.ts'
import { gaugesOf } from './partners/judge-health.ts'
import { linkReminders } from './partners/link-reminders.ts'
import { createPartnerTests } from './partners/partner-tests.ts'
import { createPartners } from './partners/partners.ts'
import { certificateReminders } from './partners/renewals.ts'
import { roomReminders } from './partners/room-reminders.ts'
import { partnerRoutes } from './partners/routes.ts'
import { createSightings } from './partners/sightings.ts'
import { testRoutes } from './partners/test-routes.ts'
import { createPeople } from './people/people.ts'
import { peopleRoutes } from './people/routes.ts'
import { addressOf } from './public/pages.ts'
import { createApplicants } from './public/progress.ts'
import { createSite, SITE_LIMITS } from './public/site-routes.ts'
import { createBoard } from './queues/board.ts'
import { boardRoutes } from './queues/board-routes.ts'
import { bulkRoutes } from './queues/bulk-routes.ts'
import { createQueues } from './queues/queues.ts'
import { type RebuildParts, rebuild, rebuildOlder } from './queues/rebuild.ts'
import { queueRoutes } from './queues/routes.ts'
import { createStatistics } from './queues/statistics.ts'
import { createViews } from './queues/views.ts'
import { viewRoutes } from './queues/views-routes.ts'
import { createRelief } from './relief.ts'
import { createReminders } from './reminders/reminders.ts'
import { reminderRoutes } from './reminders/routes.ts'
import { createDrafts } from './services/drafts.ts'
import { draftRoutes } from './services/drafts-routes.ts'
import { organisationRoutes } from './services/organisation-routes.ts'
import { createOrganisations, type OrganisationView } from './services/organisations.ts'
import { publishedOf } from './services/published.ts'
import { serviceRoutes } from './services/routes.ts'
import { createSamples } from './services/samples.ts'
import { sampleRoutes } from './services/samples-routes.ts'
import { createServices } from './services/services.ts'
import { createDailyCheck } from './store/check.ts'
import { lockFolder } from './store/lock.ts'
import { migrate } from './store/migrate.ts'
import { PAST } from './store/migrations/former.ts'
import { MIGRATIONS } from './store/migrations/index.ts'
import { createWriteProbe } from './store/probe.ts'
import { createSpace, freeBytes } from './store/space.ts'
import { openSqlite } from './store/sqlite.ts'
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts'
import { type FailingJob, startUpkeep, upkeepReminders } from './upkeep.ts'
import { VERSION } from './version.ts'
import { post } from './webhooks/post.ts'
import { webhookRoutes } from './webhooks/routes.ts'
import { createWebhooks } from './webhooks/webhooks.ts'

export type NodeOptions = {
  config: NodeConfig
  passphrase: string
  /** told what the exchange does, besides telemetry; for benches */ observe?: Partial<ExchangeObserver>
  /** picks the adapter of the config; tests give their own */ makeAdapter?: (config: NodeConfig) => Promise<Adapter>
  clock?: Clock
  /** opens the store; tests watch what is written */ openStore?: typeof openSqlite
}

export type RunningNode = {
  url: string
  /** where the pages for applicants are served; null without them */ applicantsUrl: string | null
  peer: string
  addresses: string[]
  city: { code: string; name: string }
  /** cases past the HTTP API; for benches */ cases: Cases
  stop(): Promise<void>
}

const HOUR = 3_600_000
/** ms after which the log of the store is emptied again when something held on to it. */
const SCRUB_AGAIN = 5_000
/** Uploads that no packet names are deleted after so many days. */
const UNNAMED_DAYS = 30
/** Largest upload and its framing, bytes. */
const MAX_BODY = LIMITS.materialBytes + 1024 * 1024

/** Starts a node from its configuration; resolves when it serves. Throws ProblemError naming who must act; nothing of it runs then. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const telemetry = createTelemetry({ city: options.config.city.code })
  const log = telemetry.log('node')
  const life = createLifecycle((part, error) => log.error('did not end well', { part }, error))
  try {
    return await assemble(options, telemetry, life)
  } catch (error) {
    // Told to the log; why it did not start matters more.
    await life.end().catch(() => {})
    throw error
  }
}

async function assemble(
  {
    config,
    passphrase,
    makeAdapter = pickAdapter,
    clock = systemClock,
    observe = {},
    openStore = openSqlite,
  }: NodeOptions,
  telemetry: Telemetry,
  life: Lifecycle,
): Promise<RunningNode> {
  const begun = performance.now()
  const log = telemetry.log('node')
  const keyStore = await openKeyStore(join(config.data, 'keys'), passphrase)
  life.add('lock', lockFolder(config.data))
  const storePath = join(config.data, 'tongban.db')
  const db = openStore(storePath, { report: error => log.error('after a commit', {}, error) })
  life.add('store', () => db.close())
  await migrate(db, MIGRATIONS, clock.now, PAST)
  const audit = createAudit({ database: db, now: clock.now })
  const events = createEventLog({ database: db, now: clock.now })
  const identity = await loadIdentity({
    db,
    keyStore,
    city: config.city,
    clock,
    audit,
    events,
    changed: () => trust.reload(),
    rotated: kid => telemetry.events.keyRotated({ purpose: 'packet', kid }),
  })
  const epoch = await openEpoch({
    ...{ db, clock, audit, file: epochFile(config.data) },
    failed: error => log.error('epoch not raised', {}, error),
  })
  const directories = await createDirectories({
    db,
    clock,
    audit,
    events,
    changed: async () => {
      const before = new Map(trust.partners().map(code => [code, trust.reach(code).peers]))
      await trust.reload()
      await exchange.partnersChanged()
      const partners = trust.partners()
      for (const [code, peers] of before)
        if (!partners.includes(code)) for (const peer of peers) await host.disconnect(peer)
      gossip.tell()
    },
  })
  const trust = await loadTrust({
    db,
    city: config.city.code,
    clock,
    peerIdOf,
    revokedAt: fingerprint => directories.revocation(fingerprint)?.revokedAt,
    listedAt: directories.listedAt,
  })
  const calendars = await createCalendars({
    ...{ db, clock, audit, events, own: identity.city },
    changed: () => cases.recount(),
    announce: () => exchange.announceCalendar(),
    failed: error => log.error('days not counted anew', {}, error),
  })
  const seal = createSeal(identity.dataKey())
  const caseKeys = createCaseKeys({ seal, sealOf: createCaseSeal, randomBytes: n => randomBytes(n) })
  const randomText = (bytes: number) => randomBytes(bytes).toString('base64url')
  const threadId = () => randomBytes(16).toString('hex')
  const applicantSecret = deriveKey(identity.dataKey(), 'applicant 1')

  const countDenied = telemetry.metrics.counter(
    'tongban_connections_refused_total',
    'Connections and streams of other nodes that were refused or ended, by reason',
    ['reason'],
  )
  const budgets = new Budgets()
  const host = await createP2pHost({
    budgets,
    key: identity.peerKey(),
    listen: config.p2p.listen,
    announce: config.p2p.announce,
    ...(config.p2p.dialRange === undefined ? {} : { range: config.p2p.dialRange }),
    relay: {
      reservations: config.p2p.offerRelay,
      use: () =>
        config.p2p.relays.flatMap(code => {
          const { peers, addresses } = trust.reach(code)
          return peers.map(peer => ({ peer, addresses }))
        }),
    },
    cityOf: trust.cityOf,
    announced: () => trust.partners().map(code => [code, trust.reach(code).addresses] as const),
    gate: peer => trust.knows(peer) || partners.hasOpenInvite() || directories.admits(peer),
    onEvent: event => {
      if (event.kind === 'handler-failed') log.error('stream handler failed', { protocol: event.protocol }, event.error)
      if (event.kind === 'relay-failed')
        log.warning('no place at the relay', {
          partner: trust.cityOf(event.peer) ?? '',
          reason: event.error instanceof Error ? event.error.message : '',
        })
      if (event.kind === 'relay-reserved') exchange.moved()
      if (event.kind === 'denied') countDenied({ reason: event.reason })
      if (event.kind === 'cut-off') log.warning('too much work: not heard for a while', { city: event.city })
      if (event.kind === 'listener-failed') log.error('connection listener failed', {}, event.error)
    },
  })

  telemetry.metrics.observed(
    'tongban_relay_reservations',
    'Partners that are reached over this node',
    () => host.relays().reservations,
  )

  const countWebhook = telemetry.metrics.counter('tongban_webhook_deliveries_total', 'Messages to webhooks', [
    'outcome',
  ])
  const handlers = new Map<string, ThreadHandler>()
  const sightings = createSightings({ clock })
  const services = await createServices({
    db,
    transport: host,
    identity,
    trust,
    clock,
    audit,
    events,
    announce: head => exchange.announceList(head),
    observer: {
      failed: (city, problem) => log.warning('list not taken', { partner: city, problem: problem.code }),
      taken: city => void organisations.refresh(city),
    },
  })
  const space = createSpace({
    free: () => freeBytes(config.data),
    floor: config.quotas.freeMB * 1e6,
    now: clock.now,
  })
  const exchange = createExchange({
    db,
    keys: caseKeys,
    transport: host,
    identity,
    trust,
    lists: services,
    calendar: calendars,
    clock,
    handlers,
    observer: observeExchange(telemetry, {
      ...observe,
      received: (partner, ...what) => {
        sightings.hear(partner)
        tests.heard(partner)
        observe.received?.(partner, ...what)
      },
      confirmed: (partner, ...what) => {
        sightings.hear(partner)
        tests.heard(partner)
        observe.confirmed?.(partner, ...what)
      },
      clockSeen: (partner, ahead) => sightings.note(partner, ahead),
      heard: partner => {
        sightings.hear(partner)
        gossip.heard(partner)
        organisations.heard(partner)
        void partners.seen(partner).catch(error => log.error('partner not noted as seen', { partner }, error))
        materials.wake(partner)
      },
    }),
    software: `tongban/${VERSION}`,
    addresses: () => host.addresses(),
    randomText,
    random: Math.random,
    unwritten: async (tx, packet) => {
      await audit.append(tx, {
        actor: 'node',
        action: 'packet.unwritten',
        subject: packet.thread,
        detail: { kind: packet.kind, partner: packet.partner, problem: packet.problem.code },
      })
      await events.append(tx, { type: 'work.parked', subject: packet.thread })
    },
    noticed: async (tx, { partner, kind, problem }) => {
      await audit.append(tx, {
        actor: 'node',
        action: `link.${kind}`,
        subject: partner,
        detail: { problem: problem.code, detail: problem.detail ?? null },
      })
      await events.append(tx, { type: 'partner.changed', subject: partner })
    },
    epoch,
    renewKey: async () => {
      await identity.rotate('node')
    },
    turnedAway: (tx, { partner, id, problem, ...batch }) =>
      audit.append(tx, {
        actor: `city:${partner}`,
        action: 'packet.refused',
        subject: id,
        detail: { problem: problem.code, detail: problem.detail ?? null, ...batch },
      }),
    quota: config.quotas.packetsGB * 1e9,
    space: space.problem,
  })
  const organisations = createOrganisations({
    db,
    audit,
    clock,
    city: config.city.code,
    services,
    fetch: (city, named) => materials.fetchBytes(city, named),
    failed: (city, problem) => log.warning('organisation not taken', { partner: city, problem: problem.code }),
  })
  const openCases = createOpenCases(db)
  /** What own items may point to: without a tree there is no place. */
  const contextOf = async (tree: OrganisationView | null): Promise<LintContext> => ({
    units: windowsByUnit(tree?.units ?? []),
    samples: await samples.own(),
  })
  const drafts = createDrafts({
    db,
    audit,
    clock,
    published: publishedOf(services, config.city.code),
    context: async () => contextOf((await organisations.draft()) ?? (await organisations.view(identity.city))),
    organisation: organisations,
    agreed: {
      items: () => agreements.agreedItems(identity.city),
      cases: codes => openCases.handled(codes),
      mapped: () => mappings.own(),
    },
  })
  const author = () => exchange.author
  const packets = () => exchange.packets
  const authorities = createAuthorities({ db, clock, audit })
  const gossip = createGossip({
    transport: host,
    trust,
    clock,
    directories,
    observer: {
      refused: (partner, problem) => log.warning('directory not taken', { partner, problem: problem.code }),
    },
  })
  const partners = createPartners({
    db,
    transport: host,
    clock,
    audit,
    events,
    own: () => ({
      city: identity.city,
      name: identity.name,
      fingerprint: identity.summary().fingerprint,
      identity: identity.document(),
      addresses: host.addresses(),
      peer: host.peer,
    }),
    peerIdOf,
    judge: createVoucher({ authorities, directories, clock }),
    federation: federationView(directories),
    randomText,
    delivery: code => exchange.status(code),
    heardAt: code => sightings.heardAt(code),
    roundTrip: code => roundTrip(host, trust.reach(code).peers),
    paired: partner => telemetry.events.partnerPaired({ partner }),
    changed: async code => {
      const before = trust.reach(code).peers
      await trust.reload(code)
      await agreements.trusted(code)
      await exchange.partnersChanged()
      if (!trust.partners().includes(code)) for (const peer of before) await host.disconnect(peer)
    },
  })
  const materials = createMaterials({
    published: async (partner, sha256) => (await organisations.published(partner, sha256)) ?? samples.published(sha256),
    db,
    audit,
    events,
    quota: config.quotas.materialsGB * 1e9,
    meter: partner => budgets.of(partner),
    space: space.problem,
    released: (tx, material) => dispatch.released(tx, material),
    blobs: await openBlobStore(join(config.data, 'materials'), identity.dataKey(), createRelief()),
    transport: host,
    trust,
    clock,
    random: Math.random,
    observer: {
      fetched: (partner, bytes) => telemetry.events.materialFetched({ partner, bytes }),
      failed: (partner, problem) => log.warning('material not fetched', { partner, problem: problem.code }),
      ended: (partner, count) => telemetry.events.materialsEnded({ partner, materials: count }),
      arrived: () => dispatch.wake(),
      faulted: error => log.error('wanted materials not seen to', {}, error),
      unswept: error => log.error('files of purged cases not deleted', {}, error),
    },
  })
  const scanPages = createPages({ db, open: sha256 => materials.open(sha256) })
  const samples = createSamples({
    db,
    clock,
    audit,
    own: identity.city,
    item: (city, code) => services.item(city, code),
    files: {
      upload: (stream, maxBytes) => materials.upload(stream, maxBytes),
      open: sha256 => materials.open(sha256),
      fetch: (partner, commitment) => materials.fetchBytes(partner, commitment),
    },
  })
  const revokedAt = (fingerprint: string) => directories.revocation(fingerprint)?.revokedAt
  const certificatesOf = async (city: string) => (await trust.papers(city)).certificates
  const signerOf = async (city: string) => {
    const read = readCertificate(trust.certificatePem(city) ?? '')
    return read.ok ? read.certificate : null
  }
  const faultsOf = createSoundness({ own: identity.city, services, signerOf })
  const agreements = createAgreements({
    db,
    packets,
    author,
    identity,
    signer: () => identity.certificateSigner(),
    ...createCertificates({
      certificatesOf,
      pinnedPem: city =>
        city === identity.city || trust.problemOf(city) === null ? trust.certificatePem(city) : undefined,
      revokedAt,
    }),
    revokedAt,
    knows: async city => trust.certificateOf(city) !== undefined,
    faultsOf,
    audit,
    events,
    clock,
    materials,
    threadId,
    failed: error => log.error('agreement not completed', {}, error),
  })
  const acts = createActs({ db, clock, audit, agreements, fourEyes: config.agreements.fourEyes })
  const renewals = createRenewals({ agreements, services, clock })
  const mappings = createMappings({
    db,
    clock,
    audit,
    own: identity.city,
    services: {
      item: (city, code) => services.item(city, code),
      async search(city, words, limit) {
        const { items } = await services.find(words.slice(0, 100), { city }, limit, null)
        return items.map(({ shown: [code, name] }) => ({ code, name }))
      },
    },
  })
  const drafting = createDrafting({
    own: identity.city,
    services,
    pairs: (partner, code) => mappings.pairs(partner, code),
    signerOf,
    clock,
  })
  const papers = createPapers({ agreements, certificatesOf, clock })
  const stopping = new AbortController()
  const adapter = await makeAdapter(config)
  const impacts = createImpacts({
    ...{ own: identity.city, agreements, cases: openCases, mappings, faultsOf, adapter, clock },
  })
  const adapterState = createAdapterState({ db, seal, keys: caseKeys })
  const adapterLog = telemetry.log('adapter')
  const dispatch = createDispatch({
    db,
    packets,
    keys: caseKeys,
    adapter,
    stateOf: adapterState.of,
    name: config.adapter.name,
    context: {
      state: adapterState.of(null),
      keep: bytes => materials.upload(bytes),
      now: clock.now,
      signal: stopping.signal,
      log: (message, fields) => adapterLog.info(message, fields),
    },
    clock,
    audit,
    events,
    random: Math.random,
    openMaterial: sha256 => materials.open(sha256),
    cases: () => cases,
    observer: {
      effect: (kind, outcome, seconds) =>
        telemetry.events.adapterEffect({ adapter: adapter.kind, kind, outcome, seconds }),
      event: outcome => telemetry.events.adapterEvent({ adapter: adapter.kind, outcome }),
      parked: (what, problem, subject) => telemetry.events.parked({ what, code: problem.code, subject }),
      failed: error => adapterLog.error('dispatch failed', {}, error),
      unavailable: (problem, failures) =>
        adapterLog.warning('approval system not asked', {
          problem: problem.code,
          detail: problem.detail ?? '',
          failures,
        }),
    },
    pollEvery: config.pollSeconds * 1000,
  })
  telemetry.metrics.observed(
    'tongban_adapter_last_good_poll_seconds',
    'When the approval system last gave its answers, as Unix time; 0: not since the start',
    () => (dispatch.state().polling?.lastGood ?? 0) / 1000,
  )
  telemetry.metrics.observed(
    'tongban_adapter_slow_calls',
    'Calls to the approval system that are under way too long',
    () => dispatch.state().slow,
  )
  const forms = createForms({ clock })
  const clocks = createCaseClocks({ clock, agreements, calendars })
  const keys = lookupKeys(text => createHmac('sha256', applicantSecret).update(text).digest())
  const cases = createCases({
    db,
    packets,
    author,
    identity,
    audit,
    events,
    clock,
    services,
    agreements,
    materials,
    pages: scanPages,
    clocks,
    names: (partner, item, agreed) => mappings.names(partner, item, agreed),
    checkForm: (form, data) => forms.checkForeign(form, data),
    waiting: no => waitingOf(dispatch, materials, no),
    threadId,
    keys,
  })
  const caseDrafts = createCaseDrafts({ db, sealing: caseKeys, clock, audit, events, randomId: threadId, keys })
  const scrubbing = createRounds({
    clock,
    round: async () => ((await db.scrub()) ? null : clock.now() + SCRUB_AGAIN),
    failed: error => log.error('log of the store not emptied', {}, error),
  })
  const purges = createPurges({
    db,
    clock,
    audit,
    author,
    materials,
    drafts: caseDrafts,
    ...{ keys: caseKeys, adapterState, answers: { forget: forgetAnswers }, scrub: () => scrubbing.wake() },
    freed: (tx, partner, bytes) => packets().free(tx, partner, bytes),
    backups: () => readBackups(config.data),
    failed: (thread, problem) => log.warning('case not purged', { thread, problem: problem.code }),
  })
  handlers.set('agreement', agreements.handler)
  const caseHandler = createCaseHandler({
    identity,
    audit,
    events,
    agreements,
    materials,
    dispatch,
    clocks,
    submission: createSubmissionCheck({ services, agreements, forms }),
    item: services.pinned,
    returned: caseDrafts.returned,
    keys,
    changed: ({ thread, state }) =>
      telemetry.events.caseChanged({
        thread,
        state: state.state,
        ...(state.outcome === null ? {} : { outcome: state.outcome }),
      }),
  })
  handlers.set('case', caseHandler)
  const statistics = createStatistics({
    db,
    deadlines: async (store, state) => (await clocks.of(store, state)).deadlines,
  })
  const queues = createQueues({
    db,
    clock,
    audit,
    events,
    rows: numbers => cases.rows(numbers),
    keys,
    isPerson: async id => (await people.get(id).catch(() => null)) !== null,
  })
  const board = createBoard({
    ...{ db, clock, own: identity.city, statistics, agreements, partners: () => trust.partners() },
    windows: async code =>
      (await organisations.view(code))?.units.reduce((sum, { windows }) => sum + (windows?.length ?? 0), 0) ?? 0,
  })
  const views = createViews({ db, clock, audit, newId: randomUUID })
  const exports = createExports({
    ...{ db, clock, audit, events, queues, folder: join(config.data, 'exports') },
    newId: () => randomBytes(16).toString('hex'),
    failed: error => log.error('export failed', {}, error),
  })
  const evaluations = createEvaluations({
    ...{ db, clock, audit, own: identity.city },
    urgency: (city, limit) => clocks.urgency(city, limit),
    moves: (...move) => cases.moves(...move),
  })
  const rebuilding: RebuildParts = {
    ...{ db, packets: (tx, no) => packets().packets(tx, no), handler: caseHandler, drafts: caseDrafts, statistics },
  }
  const promised = async (state: CaseState): Promise<LastDay | null> => {
    const { deadlines } = await clocks.of(db, state)
    const promise = deadlines.find(({ duty }) => duty === 'promise')
    return promise?.due == null ? null : { day: promise.due, provisional: promise.provisional }
  }
  const cityOf = (code: string) => {
    const read = readCertificate(
      code === identity.city ? (identity.document().certificates[0] ?? '') : (trust.certificatePem(code) ?? ''),
    )
    return read.ok
      ? { name: read.certificate.name, authority: read.certificate.authority ?? read.certificate.name }
      : null
  }
  const packetsOf = (threadNo: number) => packets().packets(db, threadNo)
  const applicants = createApplicants({
    db,
    key: deriveKey(identity.dataKey(), 'progress 1'),
    cityName: code => cityOf(code)?.name ?? code,
    packets: {
      outline: threadNo => packets().outline(db, threadNo),
      bodyOf: packet => packets().bodyOf(db, packet),
    },
    item: services.pinned,
    promised,
    evaluate: async (thread, content) => {
      await cases.step(thread, 'case.evaluate', content, 'applicant')
    },
  })
  const casePapers = createCasePapers({
    db,
    clock,
    audit,
    packets: packetsOf,
    item: services.pinned,
    city: cityOf,
    verify: async jws => (await verifyPacket(jws, { resolveKey: kid => trust.key(kid), evidence: true })).ok,
    promised: async thread => promised((await cases.get(thread)).fold),
    progress(thread) {
      const { url } = config.applicants
      if (url === undefined) return null
      const code = addressOf(applicants.tokenOf(thread), { big: false, scanned: true })
      return { url: new URL('/', url).href, code: new URL(code, url).href }
    },
  })
  const intake = createIntake({
    db,
    audit,
    drafts: caseDrafts,
    cases,
    packets: packetsOf,
    keys,
    schemas: { one: NewCase, joint: NewJointCase },
  })
  const evidence = createEvidence({
    ...{ db, packets, identity, clock, audit, trust, agreements, calendars, materials },
    caseNo: async thread => (await cases.get(thread)).caseNo,
  })
  const archives = createArchives({
    ...{ db, clock, audit, evidence, materials, papers: casePapers, packets: packetsOf, own: identity.city },
    row: thread => cases.get(thread),
    cityName: code => cityOf(code)?.name ?? code,
  })
  const tests = createPartnerTests({
    db,
    clock,
    audit,
    events,
    identity,
    trust,
    author,
    packets,
    evidence,
    materials,
    threadId,
    exchange: () => exchange,
    roundTrip: code => roundTrip(host, trust.reach(code).peers),
    lists: services,
    clocks: sightings,
    calendars,
    randomBytes: n => randomBytes(n),
    failed: (partner, error) => log.error('partner test failed', { partner }, error),
    ended: (partner, failed) =>
      telemetry.events.partnerTested({
        partner,
        ...(failed === null ? {} : { hop: failed.hop, code: failed.problem.code }),
      }),
  })
  handlers.set('test', tests.handler)
  const health = createHealth({
    db,
    clock,
    trust,
    sightings,
    delivery: code => exchange.status(code),
    notices: code => exchange.notices(code),
    roundTrip: code => roundTrip(host, trust.reach(code).peers),
    sampled: (partner, sample) => telemetry.events.partnerSampled({ partner, ...gaugesOf(sample) }),
    failed: error => log.error('health of partners not sampled', {}, error),
  })
  let parcelsInTrouble = 0
  telemetry.metrics.observed(
    'tongban_parcels_in_trouble',
    'Parcels that were lost, returned, refused or not heard of, and that nobody has seen to',
    () => parcelsInTrouble,
  )
  /** hourly work whose last round failed */
  let failingJobs: () => FailingJob[] = () => []
  let cityKey: 'ok' | 'failed' | 'unproven' = 'unproven'
  /** why the own delegation could not be renewed */
  let renewal: Problem | null = null
  const reminders = createReminders({
    db,
    clock,
    events,
    sources: [
      async now => {
        const { notAfter, delegatedUntil } = identity.summary()
        const active = (await partners.list()).filter(({ status }) => status === 'active')
        const papers = active.map(({ code, name }) => {
          const { certificate, delegation } = trust.validityOf(code)
          return { city: code, name, certificateUntil: certificate, delegatedUntil: delegation }
        })
        const own = { city: identity.city, name: identity.name, certificateUntil: notAfter, delegatedUntil, renewal }
        return certificateReminders(own, papers, now)
      },
      async () => {
        const notices = exchange.notices()
        if (notices.length === 0) return []
        const names = new Map((await partners.list()).map(({ code, name }) => [code, name]))
        return linkReminders(notices, code => names.get(code) ?? '')
      },
      now => agreements.reminders(now),
      now => partners.reminders(now),
      async () => upkeepReminders(failingJobs()),
      lapsedItems({ own: identity.city, agreements, services }),
      now => calendars.coverage(now),
      async now =>
        calendars.reminders(
          (await partners.list()).filter(({ status }) => status === 'active'),
          now,
        ),
      async now => materials.reminders(await partners.list(), now),
      async now =>
        roomReminders({ filling: await exchange.filling(), space: space.problem() }, await partners.list(), now),
      async now => {
        const week = new Date(now - 7 * 24 * HOUR).toISOString().slice(0, 10)
        const late = await purges.overdue(week)
        return late === 0 ? [] : [purgeReminder(late, week, now)]
      },
      async now => {
        const revocation = directories.revocation(identity.summary().fingerprint)
        // Nobody brings a revoked city the directory that says so: its partners say it themselves.
        const told = trust.partners().filter(code => exchange.status(code)?.problem?.code === 'certificate.revoked')
        const own = { city: identity.city, revocation, told }
        return directoryReminders(directories.operators(), own, now, await partners.list())
      },
      async () => {
        const troubles = await countTroubles(db)
        parcelsInTrouble = troubles.reduce((sum, { count }) => sum + count, 0)
        return troubleReminders(troubles)
      },
    ],
  })
  const parcels = createParcels({
    ...{ db, clock, audit, events, keys: caseKeys, agreements, own: identity.city, cases },
    carrier: await carrierOf(config),
    sender: config.mail.sender ?? null,
    pollMs: config.mail.pollMinutes * 60_000,
    threadOf: no => packets().threadId(db, no),
    randomId: threadId,
    random: Math.random,
    failed: (parcel, detail) => log.error('parcel waits for a person', { parcel, detail }),
    faulted: error => log.error('parcels not seen to', {}, error),
  })
  const webhooks = createWebhooks({
    db,
    clock,
    audit,
    events,
    seal,
    allowInside: config.webhooks.allowPrivate,
    random: Math.random,
    randomSecret: bytes => randomBytes(bytes).toString('base64'),
    newId: () => `wh_${randomBytes(9).toString('base64url')}`,
    post,
    observer: {
      delivered: ok => countWebhook({ outcome: ok ? 'ok' : 'failed' }),
      disabled: id => log.warning('webhook switched off', { webhook: id }),
      faulted: error => log.error('webhooks not seen to', {}, error),
    },
  })
  const people = createPeople({ database: db, audit, now: clock.now, ids: randomUUID, random: randomBytes })

  const app = createHttpApp({
    title: `${config.city.name} ${config.city.code}`,
    version: VERSION,
    routes: [
      calendarRoutes(calendars, identity.city, () => trust.partners()),
      purgeRoutes(purges),
      webhookRoutes(webhooks),
      parcelRoutes(parcels),
      queueRoutes(queues, statistics, () => rebuild(rebuilding)),
      evaluationRoutes(evaluations),
      exportRoutes(exports),
      viewRoutes(views, queues),
      bulkRoutes({
        remind: (thread, text, actor) => cases.step(thread, 'case.remind', { text }, actor),
        print: (threads, name, actor) => casePapers.many(threads, name, actor),
      }),
      boardRoutes(board, statistics.catchUp),
      paperRoutes(casePapers),
      caseRoutes(cases),
      intakeRoutes(intake, caseDrafts),
      materialRoutes(materials, scanPages, createLooks({ db, audit, drafts: caseDrafts })),
      evidenceRoutes(evidence),
      archiveRoutes(archives),
      agreementTextRoutes({ agreements, papers, attachments: createAttachments({ db, audit, agreements, materials }) }),
      draftingRoutes(drafting, renewals),
      impactRoutes(impacts),
      agreementRoutes(agreements, acts),
      partnerRoutes(partners),
      testRoutes(tests),
      healthRoutes(health, clock),
      reminderRoutes(reminders),
      serviceRoutes(services, config.city.code, async () => contextOf(await organisations.view(identity.city))),
      sampleRoutes(samples),
      mappingRoutes(mappings),
      draftRoutes(drafts, config.city.code),
      organisationRoutes(organisations, config.city.code),
      dispatchRoutes(dispatch, materials),
      authorityRoutes(authorities),
      directoryRoutes(directories, () => ({
        v: 1,
        city: identity.city,
        name: identity.name,
        certificate: identity.summary().fingerprint,
        peer: host.peer,
        addresses: host.addresses(),
      })),
      identityRoutes(identity, {
        peer: host.peer,
        addresses: () => host.addresses(),
        relays: () => {
          const { used, reservations } = host.relays()
          return {
            used: config.p2p.relays.map(partner => ({
              partner,
              reserved: used.some(({ peer, reserved }) => reserved && trust.cityOf(peer) === partner),
            })),
            relayed: reservations,
          }
        },
      }),
      peopleRoutes(people),
      auditRoutes(audit),
    ],
    people,
    feed: events,
    database: db,
    seal,
    telemetry,
    clock,
    ids: randomUUID,
    beside: () => {
      const { polling, slow } = dispatch.state()
      return {
        approvalSystem: {
          lastGoodPoll: timeOrNull(polling?.lastGood ?? null),
          failures: polling?.failures ?? 0,
          slowCalls: slow,
        },
        cityKey,
      }
    },
    ready: {
      store: createWriteProbe(db, clock.now),
      space: async () => {
        const problem = space.problem()
        if (problem !== null) throw new ProblemError(problem.code, problem.detail)
      },
    },
  })

  // What is to end before another part is added after it; each one before it begins.
  life.add('people', () => people.settle())
  life.add('host', () => host.stop())
  await host.start()
  await partners.start()
  life.add('materials', () => materials.stop())
  life.add('forms', () => forms.stop())
  life.add('pages', () => scanPages.stop())
  life.add('services', () => services.stop())
  await services.start()
  life.add('gossip', () => gossip.stop())
  await gossip.start()
  await materials.start()
  life.add('epoch', () => epoch.stop())
  life.add('exchange', () => exchange.stop())
  await exchange.start()
  await agreements.start()
  life.add('tests', () => tests.stop())
  await tests.start()
  epoch.start()
  life.add('health', () => health.stop())
  health.start()
  life.add('dispatch', () => dispatch.stop())
  await dispatch.start()
  life.add('webhooks', () => webhooks.stop())
  webhooks.start()
  life.add('parcels', () => parcels.stop())
  parcels.start()
  life.add('exports', () => exports.stop())
  life.add('scrubbing', () => scrubbing.stop())
  // A purge may have ended between its commit and the emptying of the log.
  void scrubbing.wake()
  const adopted = (async () => {
    let anew = 0
    for (const adopt of [
      (signal: AbortSignal) => caseKeys.adopt(db, signal),
      adapterState.adopt,
      caseDrafts.adopt,
      dispatch.adopt,
    ])
      anew += await adopt(stopping.signal)
    if (anew > 0) await scrubbing.wake()
  })().catch(error => {
    if (!stopping.signal.aborted) log.error('what an earlier program sealed not sealed anew', {}, error)
  })
  life.add('adopted', () => {
    stopping.abort()
    return adopted
  })
  const rebuilt = rebuildOlder(rebuilding, stopping.signal).catch(error => {
    if (!stopping.signal.aborted) log.error('cases of an earlier program not rebuilt', {}, error)
  })
  life.add('rebuild', () => {
    stopping.abort()
    return rebuilt
  })
  // The program may have come with the holiday table of another year.
  const recounting = createRounds({
    clock,
    async round() {
      await cases.recount('provisional')
      return null
    },
    failed: error => log.error('days not counted anew', {}, error),
  })
  life.add('recount', () => recounting.stop())
  life.add('calendars', () => calendars.stop())
  void recounting.wake()
  const { host: httpHost, port, trustedProxies: proxies } = config.http
  const server = startServer({ app, host: httpHost, port, setting: 'http.port', maxBytes: MAX_BODY, clock, proxies })
  life.add('server', () => server.stop())
  const { applicants: pages } = config
  const site =
    pages.port === undefined
      ? null
      : startServer({
          app: createSite({
            title: config.city.name,
            applicants,
            now: clock.now,
            failed: error => log.error("applicant's page failed", {}, error),
          }),
          host: pages.host,
          port: pages.port,
          setting: 'applicants.port',
          maxBytes: SITE_LIMITS.formBytes * 2,
          clock,
          proxies,
        })
  if (site !== null) life.add('site', () => site.stop())
  const upkeep = startUpkeep(
    clock,
    {
      // What the law wants gone comes first, soon after each start.
      purges: () => purges.due(),
      events: () => events.purge(),
      async delegation() {
        try {
          await identity.renewIfDue()
          renewal = null
        } catch (error) {
          renewal = error instanceof ProblemError ? error.problem : { code: 'internal' }
          throw error
        }
      },
      async 'city key'() {
        try {
          await keyStore.proveCityKey()
          cityKey = 'ok'
        } catch (error) {
          cityKey = 'failed'
          throw error
        }
      },
      due: () => cases.tellDue(),
      'wanted materials': () => materials.end(),
      reminders: () => reminders.tell(),
      statistics: () => statistics.catchUp(),
      drafts: () => caseDrafts.sweep(),
      materials: () => materials.sweep(UNNAMED_DAYS),
      store: createDailyCheck(storePath, clock.now),
    },
    {
      done: (job, at) => telemetry.events.upkeepEnded({ job, at }),
      failed: (job, error) => telemetry.events.upkeepFailed({ job, error }),
    },
  )
  failingJobs = upkeep.failing
  life.add('upkeep', () => upkeep.end())
  telemetry.events.started({ version: VERSION, ms: Math.round(performance.now() - begun) })

  return {
    url: server.url,
    applicantsUrl: site?.url ?? null,
    peer: host.peer,
    addresses: host.addresses(),
    city: { code: config.city.code, name: config.city.name },
    cases,
    async stop() {
      const at = performance.now()
      await life.end()
      telemetry.events.stopped({ ms: Math.round(performance.now() - at) })
    },
  }
}

async function pickAdapter(config: NodeConfig): Promise<Adapter> {
  if (config.adapter.kind === 'workbench') {
    const { createWorkbench } = await import('../adapters/workbench/workbench.ts')
    return createWorkbench()
  }
  const { createRestAdapter } = await import('../adapters/rest/rest.ts')
  const path = resolve(config.folder, config.adapter.mapping)
  const name = `adapter.mapping: ${path}`
  const mapping = jsonOf(await readTextFile(path, 'config.invalid', name), name, 'config.invalid')
  const secrets = await readSecrets(config.adapter.secrets, process.env, config.folder)
  const { baseUrl } = config.adapter
  return createRestAdapter({ config: baseUrl === undefined ? mapping : { ...(mapping as object), baseUrl }, secrets })
}

/** The city's carrier; null when waybills are typed in. */
async function carrierOf({ mail, folder }: NodeConfig): Promise<Carrier | null> {
  if (mail.url === undefined) return null
  const { createRestCarrier } = await import('../adapters/carrier/rest.ts')
  const { token = null } =
    mail.token === undefined ? {} : await readSecrets({ token: mail.token }, process.env, folder, 'mail.')
  return createRestCarrier({ name: mail.carrier, url: mail.url, token })
}

/** Milliseconds to the first peer that answers, or null. */
async function roundTrip(host: P2pHost, peers: readonly string[]): Promise<number | null> {
  for (const peer of peers) {
    try {
      return await host.ping(peer, { signal: AbortSignal.timeout(5000) })
    } catch {
      // The next peer may answer; null says that none did.
    }
  }
  return null
}

/** What the exchange tells, as business events. */
function observeExchange(
  telemetry: Telemetry,
  on: { heard: (partner: string) => void } & Partial<ExchangeObserver>,
): ExchangeObserver {
  const { events } = telemetry
  return {
    queued: (partner, written) => {
      for (const packet of written)
        events.packetAccepted({ partner, kind: packet.claims.kind, direction: 'out', packet: packet.id })
      on.queued?.(partner, written)
    },
    received: (partner, stored, refused) => {
      for (const packet of stored)
        events.packetAccepted({ partner, kind: packet.claims.kind, direction: 'in', packet: packet.id })
      for (const { id, problem } of refused)
        events.packetRefused({ partner, kind: 'unknown', direction: 'in', code: problem.code, packet: id })
      events.receiptGiven({ partner, packets: stored.length + refused.length })
      on.received?.(partner, stored, refused)
    },
    confirmed: (partner, count, refused, seconds) => {
      events.receiptTaken({ partner, packets: count, seconds })
      for (const { kind, problem } of refused)
        events.packetRefused({ partner, kind, direction: 'out', code: problem.code, packet: '' })
      on.confirmed?.(partner, count, refused, seconds)
    },
    connected: (partner, connected) => {
      if (connected) {
        events.partnerConnected({ partner })
        on.heard(partner)
      } else {
        events.partnerLost({ partner, reason: 'stream ended' })
      }
    },
    failed: (partner, problem) => events.deliveryAttempted({ partner, ok: false, code: problem.code }),
    clockSeen: (partner, ahead, from) => on.clockSeen?.(partner, ahead, from),
    recovering: (partner, recovering, recalled) => {
      if (!recovering) events.recovered({ partner, packets: recalled })
    },
  }
}
