/**
 * The composition root (组装): the one place that picks the parts of a node and joins them. Each is given what it uses, all of it
 * built before: the ground, then the way of a packet, then what cities do with it, then the edges. What is known only when all are
 * there (the meaning of packets, what lists name, who signs the answers of the approval system) is handed over at the start.
 */
import type { Adapter } from '../adapters/sdk/port.ts'
import { createAgreementsPart } from './city/agreements/part.ts'
import { createCalendarsPart } from './city/calendar/part.ts'
import { createMailPart } from './city/cases/mail/part.ts'
import { createCasesPart } from './city/cases/part.ts'
import { createPurgesPart } from './city/cases/purges-part.ts'
import { createCaseRights } from './city/cases/rights.ts'
import { createRulesPart } from './city/cases/rules-part.ts'
import { createWatchPart } from './city/cases/watch-part.ts'
import { createListsPart } from './city/catalogue/lists-part.ts'
import { createCataloguePart } from './city/catalogue/part.ts'
import { createReminders } from './city/notify/reminders/reminders.ts'
import { reminderRoutes } from './city/notify/reminders/routes.ts'
import { createSmsPart } from './city/notify/sms/part.ts'
import { createWebhooksPart } from './city/notify/webhooks/part.ts'
import { createOperationPart } from './city/operation/part.ts'
import { observeExchange } from './city/partners/observer.ts'
import { createHealthPart, createPartnersPart, createPartnerTestsPart } from './city/partners/part.ts'
import { createSightings } from './city/partners/sightings.ts'
import { createTrustPart } from './city/partners/trust-part.ts'
import { createPeoplePart } from './city/people/part.ts'
import { createRecordsPart } from './city/records/part.ts'
import { createWorkPart } from './city/work/part.ts'
import { serve } from './edges/part.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import type { NodeConfig } from './kernel/config/config.ts'
import { openKernel } from './kernel/kernel.ts'
import type { KeyStore } from './kernel/keys/keystore.ts'
import type { Lifecycle } from './kernel/lifecycle.ts'
import { createDailyCheck } from './kernel/store/check.ts'
import { openSqlite } from './kernel/store/sqlite.ts'
import type { Telemetry } from './kernel/telemetry/telemetry.ts'
import { createUpkeep, upkeepReminders } from './kernel/upkeep.ts'
import type { Part } from './part.ts'
import { createDispatchPart, observeDispatch, pickAdapter } from './spine/dispatch/part.ts'
import type { ExchangeObserver } from './spine/exchange/exchange.ts'
import { createExchangePart } from './spine/exchange/part.ts'
import { createMaterialsPart } from './spine/materials/part.ts'
import { createHostPart } from './spine/p2p/part.ts'
import { VERSION } from './version.ts'

export type NodeOptions = {
  config: NodeConfig
  passphrase: string
  /** the key store under the passphrase, when whoever starts the node began to open it already */
  keyStore?: Promise<KeyStore>
  /** picks the adapter of the config; tests give their own */
  makeAdapter?: (config: NodeConfig) => Promise<Adapter>
  clock?: Clock
  /** opens the store; tests watch what is written */
  openStore?: typeof openSqlite
  /** aborted while the node starts: no further part begins, and the start throws its reason */
  stopping?: AbortSignal
}

/** What tests and benches put beside the parts that a node has. */
export type Overrides = {
  /** told what the exchange does, besides telemetry */
  observe?: Partial<ExchangeObserver>
}

/** Builds a node and starts it; each part that began is in `life`, whether or not the start succeeds. */
export async function compose(
  {
    config,
    passphrase,
    keyStore,
    makeAdapter = pickAdapter,
    clock = systemClock,
    openStore = openSqlite,
    stopping,
  }: NodeOptions,
  { observe = {} }: Overrides,
  telemetry: Telemetry,
  life: Lifecycle,
) {
  // The ground.
  const kernel = await openKernel({ config, passphrase, keyStore, openStore, clock, telemetry, life })
  stopping?.throwIfAborted()
  const { db, events, signals, space } = kernel
  const people = await createPeoplePart(kernel)
  const upkeep = createUpkeep(clock, {
    done: (job, at) => telemetry.events.upkeepEnded({ job, at }),
    failed: (job, error) => telemetry.events.upkeepFailed({ job, error }),
  })

  // The way of a packet.
  const trust = await createTrustPart(kernel)
  const { identity, epoch, seal, caseKeys } = trust.port
  const host = await createHostPart(kernel, trust.port)
  const lists = await createListsPart(kernel, trust.port, host.port)
  const calendars = await createCalendarsPart(kernel, identity.city)
  const sightings = createSightings({ clock })
  const exchange = createExchangePart(kernel, {
    identity,
    trust: trust.port.trust,
    epoch,
    caseKeys,
    software: `tongban/${VERSION}`,
    space: space.problem,
    transport: host.port.transport,
    lists: lists.port.services,
    calendar: calendars.port.calendars,
    addresses: () => host.port.host.addresses(),
    renewKey: async () => void (await identity.rotate('node')),
    quota: config.quotas.packetsGB * 1e9,
    observer: observeExchange(telemetry, signals, sightings, observe),
  })
  const materials = await createMaterialsPart(kernel, trust.port, host.port)
  const adapter = await makeAdapter(config)
  stopping?.throwIfAborted()
  const dispatch = createDispatchPart(kernel, exchange.port, {
    adapter,
    name: config.adapter.name,
    pollEvery: config.pollSeconds * 1000,
    seal,
    caseKeys,
    keep: bytes => materials.port.materials.upload(bytes),
    openMaterial: sha256 => materials.port.materials.open(sha256),
    observer: observeDispatch(telemetry, adapter.kind),
  })

  // What cities do with it.
  const below = { ...exchange.port, ...lists.port, ...calendars.port, ...materials.port, ...dispatch.port, sightings }
  const agreements = createAgreementsPart(kernel, trust.port, exchange.port, { ...below, ...people.port })
  const catalogue = createCataloguePart(kernel, lists.port, materials.port, agreements.port)
  const partners = createPartnersPart(kernel, trust.port, host.port, below)
  const health = createHealthPart(kernel, trust.port, host.port, below)
  const rules = createRulesPart(kernel, trust.port, { ...lists.port, ...agreements.port })
  const cases = createCasesPart(kernel, exchange.port, {
    ...below,
    ...rules.port.rules,
    identity,
    caseKeys,
    agreements: agreements.port.agreements,
  })
  const common = { ...below, ...agreements.port, ...catalogue.port, ...cases.port, ...people.port }
  const records = createRecordsPart(kernel, trust.port, exchange.port, cases.port, common)
  const tests = createPartnerTestsPart(kernel, trust.port, host.port, exchange.port, { ...below, ...records.port })
  const purges = createPurgesPart(kernel, trust.port, exchange.port, common)
  const mail = await createMailPart(kernel, trust.port, exchange.port, common)
  const webhooks = createWebhooksPart(kernel, trust.port)
  const sms = await createSmsPart(kernel, trust.port, exchange.port, cases.port)
  const work = createWorkPart(kernel, trust.port, exchange.port, cases.port, { ...common, ...records.port })

  const caseRights = createCaseRights({
    db,
    audit: kernel.audit,
    accountsOf: people.port.grants.accountsOf,
    separateDecision: config.rights.separateDecision,
  })
  const watch = createWatchPart(kernel, caseRights)

  /** In the order in which they begin. */
  const parts: Readonly<Record<string, Part<object>>> = {
    people,
    host,
    partners,
    rules,
    lists,
    catalogue,
    materials: { ...materials, start: () => materials.start(catalogue.port.published) },
    trust,
    exchange: {
      ...exchange,
      start: () => exchange.start([...agreements.threadHandlers, ...tests.threadHandlers, ...cases.threadHandlers]),
    },
    agreements,
    tests,
    health,
    dispatch: { ...dispatch, start: () => dispatch.start(cases.port.cases) },
    webhooks,
    sms,
    mail,
    purges,
    records,
    work,
    cases,
    calendars,
    watch,
  }
  const all = Object.values(parts)
  const reminders = createReminders({
    db,
    clock,
    events,
    sources: [...all.flatMap(part => part.reminders ?? []), async () => upkeepReminders(upkeep.failing())],
  })
  for (const [name, { start, stop }] of Object.entries(parts)) {
    // Before it begins: what it had begun when it throws ends too.
    if (stop !== undefined) life.add(name, stop)
    await start?.()
    stopping?.throwIfAborted()
  }

  const operation = createOperationPart(
    kernel,
    { ...dispatch.port, ...materials.port },
    {
      certificateUntil: () => identity.summary().notAfter,
      relays: () => partners.port.reach.relays(),
      carrier: () => mail.port.parcels.standing(),
      coveredThrough: () => calendars.port.calendars.of(identity.city).covered?.through ?? null,
      partners: () => partners.port.partners.list(),
      findings: async code => (await health.port.health.of(code, 'hour', clock.now())).findings,
      reminders: () => reminders.list(),
    },
  )
  life.add('operation', operation.stop)

  // The edges.
  const routes = [...all.flatMap(part => part.routes ?? []), reminderRoutes(reminders), ...operation.routes]
  const served = serve(
    kernel,
    {
      routes,
      caseRights,
      ...watch.port,
      uploads: work.port.uploads,
      ...trust.port,
      ...dispatch.port,
      ...records.port,
      ...people.port,
    },
    life,
  )
  life.add('upkeep', () => upkeep.end())
  upkeep.start({
    // What the law wants gone comes first, soon after each start.
    ...purges.jobs,
    ...Object.fromEntries(all.flatMap(part => Object.entries(part.jobs ?? {}))),
    reminders: () => reminders.notify(),
    store: createDailyCheck(kernel.storePath, clock.now),
  })
  return { ...served, host: host.port.host, cases: cases.port.cases, setUpFile: people.port.setUpFile() }
}
