/**
 * The composition root (组装): the one place that picks the parts of a node and joins them. Each is given what it uses, all of it
 * built before: the ground, then the way of a packet, then what cities do with it, then the edges. What is known only when all are
 * there (the meaning of packets, what lists name, who signs the answers of the approval system) is handed over at the start.
 */

import { createReminders } from './city/notify/reminders/reminders.ts'
import { reminderRoutes } from './city/notify/reminders/routes.ts'
import { createOperationPart } from './city/operation/part.ts'
import { composeCity } from './city/part.ts'
import { createPeoplePart } from './city/people/part.ts'
import { serve } from './edges/part.ts'
import { systemClock } from './kernel/clock.ts'
import { openKernel } from './kernel/kernel.ts'
import type { Lifecycle } from './kernel/lifecycle.ts'
import { createDailyCheck } from './kernel/store/check.ts'
import { openSqlite } from './kernel/store/sqlite.ts'
import type { Telemetry } from './kernel/telemetry/telemetry.ts'
import { createUpkeep, upkeepReminders } from './kernel/upkeep.ts'
import type { NodeOptions, Overrides } from './options.ts'
import type { Part } from './part.ts'
import { pickAdapter } from './spine/dispatch/part.ts'
import { composeWay } from './way.ts'

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
  { observe = {}, misconduct }: Overrides,
  telemetry: Telemetry,
  life: Lifecycle,
) {
  // The ground.
  const kernel = await openKernel({ config, passphrase, keyStore, openStore, clock, telemetry, life })
  stopping?.throwIfAborted()
  const { db, events } = kernel
  const people = await createPeoplePart(kernel)
  const upkeep = createUpkeep(clock, {
    done: (job, at) => telemetry.events.upkeepEnded({ job, at }),
    failed: (job, error) => telemetry.events.upkeepFailed({ job, error }),
  })

  const way = await composeWay(kernel, { makeAdapter, observe, misconduct, stopping })
  const { trust, host, lists, calendars, exchange, materials, dispatch } = way

  // What cities do with it.
  const city = await composeCity(kernel, {
    trust: trust.port,
    host: host.port,
    exchange: exchange.port,
    lists: lists.port,
    calendars: calendars.port,
    materials: materials.port,
    dispatch: dispatch.port,
    people: people.port,
    sightings: way.sightings,
  })
  const { agreements, catalogue, partners, tests, cases, mail, work, caseRights } = city

  /** In the order in which they begin. */
  const parts: Readonly<Record<string, Part<object>>> = {
    people,
    host,
    partners,
    rules: city.rules,
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
    health: city.health,
    dispatch: { ...dispatch, start: () => dispatch.start(cases.port.cases) },
    webhooks: city.webhooks,
    sms: city.sms,
    mail,
    purges: city.purges,
    records: city.records,
    work,
    cases,
    calendars,
    watch: city.watch,
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
      certificateUntil: () => trust.port.identity.summary().notAfter,
      relays: () => partners.port.reach.relays(),
      carrier: () => mail.port.parcels.standing(),
      coveredThrough: () => calendars.port.calendars.of(trust.port.identity.city).covered?.through ?? null,
      partners: () => partners.port.partners.list(),
      findings: async code => (await city.health.port.health.of(code, 'hour', clock.now())).findings,
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
      ...city.watch.port,
      uploads: work.port.uploads,
      ...trust.port,
      ...dispatch.port,
      ...city.records.port,
      ...people.port,
    },
    life,
  )
  life.add('upkeep', () => upkeep.end())
  upkeep.start({
    // What the law wants gone comes first, soon after each start.
    ...city.purges.jobs,
    ...Object.fromEntries(all.flatMap(part => Object.entries(part.jobs ?? {}))),
    reminders: () => reminders.notify(),
    store: createDailyCheck(kernel.storePath, clock.now),
  })
  return { ...served, host: host.port.host, cases: cases.port.cases, setUpFile: people.port.setUpFile() }
}
