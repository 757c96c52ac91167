/** Partners (合作城市): pairing, directories between cities, tests and health of the links, and what must be seen to there. */

import type { Kernel } from '../../kernel/kernel.ts'
import type { Part } from '../../part.ts'
import type { ExchangePort } from '../../spine/exchange/part.ts'
import type { MaterialsPort } from '../../spine/materials/part.ts'
import type { HostPort } from '../../spine/p2p/part.ts'
import { peerIdOf } from '../../spine/p2p/peer-id.ts'
import type { CalendarsPort } from '../calendar/part.ts'
import { calendarRoutes } from '../calendar/routes.ts'
import type { ListsPort } from '../catalogue/lists-part.ts'
import type { createEvidence } from '../records/evidence/evidence.ts'
import { isBarred } from './admission.ts'
import { directoryRoutes } from './federation/directory-routes.ts'
import { createGossip } from './federation/gossip.ts'
import { directoryReminders } from './federation/standings.ts'
import { createVoucher, federationView } from './federation/vouch.ts'
import { createHealth, SAMPLING } from './health.ts'
import { healthRoutes } from './health-routes.ts'
import { createCertificateDesk } from './identity/certificate.ts'
import { identityRoutes, type Reach } from './identity/routes.ts'
import { gaugesOf } from './judge-health.ts'
import { createLinkEvents } from './link-events.ts'
import { linkReminders } from './link-reminders.ts'
import { createPartnerTests } from './partner-tests.ts'
import { createPartners } from './partners.ts'
import { certificateReminders } from './renewals.ts'
import { roomReminders } from './room-reminders.ts'
import { partnerRoutes } from './routes.ts'
import type { createSightings } from './sightings.ts'
import { testRoutes } from './test-routes.ts'
import type { TrustPort } from './trust-part.ts'

type Sightings = { sightings: ReturnType<typeof createSightings> }

export function createPartnersPart(
  kernel: Kernel,
  trusted: TrustPort,
  network: HostPort,
  {
    exchange,
    sightings,
    calendars,
    materials,
  }: Pick<ExchangePort, 'exchange'> & Sightings & CalendarsPort & Pick<MaterialsPort, 'materials'>,
) {
  const { config, db, clock, audit, events, signals, telemetry, log, randomText, space } = kernel
  const { trust, identity, directories, authorities, renew, renewal, cityKey } = trusted
  const { host, transport, breakerOf, invites, roundTrip } = network
  const own = () => ({
    city: identity.city,
    name: identity.name,
    identity: identity.document(),
    fingerprint: identity.summary().fingerprint,
    addresses: host.addresses(),
    peer: host.peer,
  })
  const gossip = createGossip({
    transport,
    trust,
    clock,
    directories,
    observer: {
      refused: (partner, problem) => log.warning('directory not taken', { partner, problem: problem.code }),
    },
  })
  const partners = createPartners({
    db,
    transport,
    clock,
    audit,
    events,
    own,
    barred: city => isBarred(config, city),
    peerIdOf,
    randomText,
    roundTrip,
    invites,
    judge: createVoucher({ authorities, directories, clock }),
    federation: federationView(directories),
    delivery: code => exchange.status(code),
    tryNow: code => exchange.tryNow(code),
    breakerOf,
    heardAt: code => sightings.heardAt(code),
    paired: partner => telemetry.events.partnerPaired({ partner }),
    changed: renew,
  })
  signals.on('directory.changed', () => gossip.announce())
  signals.on('partner.heard', partner => gossip.heard(partner))
  signals.on('partner.heard', partner => partners.seen(partner))
  const links = createLinkEvents({
    db,
    events,
    clock,
    failed: error => log.error('change of a link not told', {}, error),
  })
  signals.on('partner.linked', link => links.note(link))
  signals.on('partner.ended', ({ city }) => links.forget(city))

  const active = async () => (await partners.list()).filter(({ status }) => status === 'active')
  const reminders: Part<object>['reminders'] = [
    async now => {
      const { notAfter, delegatedUntil } = identity.summary()
      const papers = (await active()).map(({ code, name }) => {
        const { certificate, delegation } = trust.validityOf(code)
        return { city: code, name, certificateUntil: certificate, delegatedUntil: delegation }
      })
      const { city, name } = identity
      return certificateReminders(
        { city, name, certificateUntil: notAfter, delegatedUntil, renewal: renewal() },
        papers,
        now,
      )
    },
    async () => {
      const notices = exchange.notices()
      if (notices.length === 0) return []
      const names = new Map((await partners.list()).map(({ code, name }) => [code, name]))
      return linkReminders(notices, code => names.get(code) ?? '')
    },
    now => partners.reminders(now),
    async now => calendars.reminders(await active(), now),
    async now => materials.reminders(await partners.list(), now),
    async now =>
      roomReminders({ filling: await exchange.filling(), space: space.problem() }, await partners.list(), now),
    async now => {
      const revocation = directories.revocation(identity.summary().fingerprint)
      // Nobody brings a revoked city the directory that says so: its partners say it themselves.
      const told = trust.partners().filter(code => exchange.status(code)?.problem?.code === 'certificate.revoked')
      const city = { city: identity.city, revocation, told }
      return directoryReminders(directories.operators(), city, now, await partners.list())
    },
  ]

  const desk = createCertificateDesk({
    city: config.city,
    keyStore: kernel.keyStore,
    db,
    audit,
    now: clock.now,
    delegation: () => ({ until: identity.summary().delegatedUntil, problem: renewal() }),
    cityKey,
    revocation(fingerprint) {
      const found = directories.revocation(fingerprint)
      return found === undefined ? null : { at: found.revokedAt, reason: found.reason }
    },
  })
  const reach: Reach = {
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
  }
  return {
    port: { partners, reach },
    routes: [
      calendarRoutes(calendars, identity.city, () => trust.partners()),
      partnerRoutes(partners),
      directoryRoutes(directories, () => ({
        v: 1,
        city: identity.city,
        name: identity.name,
        certificate: identity.summary().fingerprint,
        peer: host.peer,
        addresses: host.addresses(),
      })),
      identityRoutes(identity, reach, desk),
    ],
    reminders,
    async start() {
      await partners.start()
      await links.start()
      await gossip.start()
    },
    jobs: { directories: async () => gossip.announce() },
    async stop() {
      links.stop()
      await gossip.stop()
    },
  } satisfies Part<object>
}

/** Health of the links with partners. */
export function createHealthPart(
  { db, clock, telemetry }: Kernel,
  { trust }: TrustPort,
  { roundTrip, breakerOf }: HostPort,
  { exchange, sightings }: Pick<ExchangePort, 'exchange'> & Sightings,
) {
  const health = createHealth({
    db,
    clock,
    trust,
    sightings,
    roundTrip,
    breakerOf,
    delivery: code => exchange.status(code),
    notices: code => exchange.notices(code),
    sampled: (partner, sample) => telemetry.events.partnerSampled({ partner, ...gaugesOf(sample) }),
  })
  return {
    port: { health },
    routes: [healthRoutes(health, clock)],
    jobs: { health: { every: SAMPLING.every, round: () => health.sample() } },
    stop: () => health.stop(),
  } satisfies Part<object>
}

/** Tests of the links with partners: each walks all hops of a case. */
export function createPartnerTestsPart(
  { db, clock, audit, events, signals, telemetry, log, randomBytes, randomId }: Kernel,
  { trust, identity }: TrustPort,
  { roundTrip }: HostPort,
  { exchange, author, packets }: ExchangePort,
  {
    sightings,
    services,
    calendars,
    ...rest
  }: Pick<MaterialsPort, 'materials'> &
    ListsPort &
    CalendarsPort &
    Sightings & { evidence: ReturnType<typeof createEvidence> },
) {
  const tests = createPartnerTests({
    ...rest,
    db,
    clock,
    audit,
    events,
    identity,
    trust,
    author,
    packets,
    roundTrip,
    calendars,
    randomBytes,
    threadId: randomId,
    exchange: () => exchange,
    lists: services,
    clocks: sightings,
    failed: (partner, error) => log.error('partner test failed', { partner }, error),
    ended: (partner, failed) =>
      telemetry.events.partnerTested({
        partner,
        ...(failed === null ? {} : { hop: failed.hop, code: failed.problem.code }),
      }),
  })
  signals.on('partner.exchanged', partner => tests.heard(partner))
  return {
    port: { tests },
    routes: [testRoutes(tests)],
    threadHandlers: [tests.handler],
    start: () => tests.start(),
    stop: () => tests.stop(),
  } satisfies Part<object>
}
