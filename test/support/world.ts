/**
 * Two or more cities in one process: real exchange, agreements, cases and dispatch over the network in memory and SQLite
 * in memory. Faults come from the network and from `restart`; time is a clock moved by hand.
 */
import { createHash } from 'node:crypto'
import * as jose from 'jose'
import type { Adapter } from '../../adapters/sdk/port.ts'
import { createAgreements } from '../../node/city/agreements/agreements.ts'
import type { TrustedCertificate } from '../../node/city/agreements/certificates.ts'
import type { Soundness } from '../../node/city/agreements/soundness.ts'
import { createCalendarsPart } from '../../node/city/calendar/part.ts'
import { lookupKeys } from '../../node/city/cases/lookup.ts'
import { createCasesPart } from '../../node/city/cases/part.ts'
import { createForms } from '../../node/city/catalogue/forms/forms.ts'
import type { Clock } from '../../node/kernel/clock.ts'
import { createGround } from '../../node/kernel/ground.ts'
import { createCaseKeys, type Seal } from '../../node/kernel/keys/case-keys.ts'
import { createCaseSeal } from '../../node/kernel/keys/seal.ts'
import type { Database } from '../../node/kernel/store/database.ts'
import { migrate } from '../../node/kernel/store/migrate.ts'
import { MIGRATIONS } from '../../node/kernel/store/migrations/index.ts'
import { createTelemetry } from '../../node/kernel/telemetry/telemetry.ts'
import { createUpkeep } from '../../node/kernel/upkeep.ts'
import type { LaneParts } from '../../node/spine/dispatch/lane.ts'
import { createDispatchPart, type DispatchUses } from '../../node/spine/dispatch/part.ts'
import { createRouting, type RouteRule } from '../../node/spine/dispatch/routing.ts'
import { createExchangePart } from '../../node/spine/exchange/part.ts'
import type { ListBoard, OwnIdentity, Trust } from '../../node/spine/exchange/ports.ts'
import { EPOCH_LIMITS, type EpochFile, openEpoch } from '../../node/spine/trust/epoch.ts'
import type { CertificateSigner } from '../../protocol/keys/delegation.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { PACKET_ALG } from '../../protocol/names.ts'
import type { KeyResolver, PacketSigner, TrustedKey } from '../../protocol/packet/envelope.ts'
import type { Commitment } from '../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { atRest, watched } from './activity.ts'
import { createHandClock, type HandClock } from './http.ts'
import { createMemoryNetwork, type MemoryNetwork, type MemoryNetworkOptions } from './memory-network.ts'
import { type PlayCity, playCity, playKey, trusting } from './play-city.ts'
import { openTestStore } from './store.ts'

const plainSeal: Seal = { seal: plain => plain, open: sealed => sealed }
const noLists: ListBoard = { head: () => null, announced: () => {} }

export type WorldCity = Awaited<ReturnType<typeof startCity>>

export type World = {
  /** resolves the packet keys of all cities */
  resolve: KeyResolver
  network: MemoryNetwork
  clock: HandClock
  cities: Map<string, WorldCity>
  city(code: string): WorldCity
  /** Waits until nothing moves on the network nor in a store. */
  settle(): Promise<void>
  stop(): Promise<void>
}

/** An approval system that takes every case at once and remembers what it saw. */
export function fakeAdapter(effects: Map<string, number> = new Map()): Adapter {
  return {
    kind: 'fake',
    async deliver(delivery) {
      effects.set(delivery.idempotencyKey, (effects.get(delivery.idempotencyKey) ?? 0) + 1)
      return delivery.kind === 'case.submit' ? { ok: true, localCaseNo: `L-${delivery.caseNo}` } : { ok: true }
    },
    check: async () => ({ ok: true }),
  }
}

/** This world moves no bytes: what a city holds is put here by the test, and what it would fetch is noted. */
/** `foreign`: held, and of nobody who acts here */
type Scans = { held: Map<string, Commitment>; wanted: { partner: string; sha256: string }[]; foreign: Set<string> }

/** What all cities know of each other's certificates; the last one of a city signs. */
type Certificates = {
  trusted: Map<string, TrustedCertificate[]>
  signers: Map<string, CertificateSigner>
  /** cities that a city is not paired with */
  strangers: Map<string, ReadonlySet<string>>
  /** cities that go on signing by the certificate that they replaced */
  unjudged: Set<string>
}

/** The packet keys that cities took on since the world began; all others know them at once. */
type Keys = { current: Map<string, PacketSigner>; known: Map<string, TrustedKey> }

type Setup = Certificates & {
  play: PlayCity
  resolve: KeyResolver
  network: MemoryNetwork
  clock: Clock
  keys: Keys
  epochOf: EpochFile
  db: Database
  partners: readonly string[]
  adapter: Adapter
  several: Several
  /** what every city publishes */
  items: readonly ServiceItem[]
  faultsOf: Soundness
}

/** Approval systems besides, by their names, with the routes to them; `alone`: there is no main one. */
export type Several = { others?: Record<string, Adapter>; routes?: readonly RouteRule[]; alone?: boolean }

async function startCity({
  trusted,
  signers,
  strangers,
  unjudged,
  faultsOf,
  play,
  resolve,
  network,
  clock,
  keys,
  epochOf,
  db,
  partners,
  adapter,
  several,
  items,
}: Setup) {
  await migrate(db, MIGRATIONS, clock.now)
  const transport = network.transport(play.code, { gate: peer => partners.includes(peer) })
  const document = { certificates: [play.certificate], delegations: play.delegations, revocations: play.revocations }
  const identity: OwnIdentity = {
    city: play.code,
    name: play.name,
    signer: () => keys.current.get(play.code) ?? play.packetSigner,
    document: () => document,
  }
  const trust: Trust = {
    key: kid => resolve(kid) as TrustedKey | undefined,
    cityOf: peer => (partners.includes(peer) ? peer : undefined),
    reach: city =>
      partners.includes(city) ? { peers: [city], addresses: [`/memory/${city}`] } : { peers: [], addresses: [] },
    partners: () => partners,
    problemOf: city => (partners.includes(city) ? null : { code: 'partner.inactive' }),
    refusalOf: () => ({ code: 'partner.unknown' }),
    learn: async () => ({ ok: true }),
  }
  const telemetry = createTelemetry({ city: play.code })
  const ground = { ...createGround({ db, clock, telemetry }), random: () => 0 }
  const { audit, events } = ground
  const caseKeys = createCaseKeys({ seal: plainSeal, sealOf: createCaseSeal, randomBytes: ground.randomBytes })
  const problems: { partner: string; problem: Problem; error: unknown }[] = []
  const failed = (error: unknown) => problems.push({ partner: '', problem: { code: 'internal' }, error })
  /** what packets of one partner may take here, bytes, and why nothing is taken */
  const room: { quota: number; problem: Problem | null } = { quota: Number.MAX_SAFE_INTEGER, problem: null }
  const epoch = await openEpoch({ db, clock, audit, file: epochOf })
  const calendars = await createCalendarsPart(ground, play.code)
  const exchange = createExchangePart(ground, {
    transport,
    identity,
    trust,
    epoch,
    caseKeys,
    lists: noLists,
    calendar: calendars.port.calendars,
    observer: {
      queued: () => {},
      received: () => {},
      confirmed: () => {},
      connected: () => {},
      failed: (partner, problem, error) => problems.push({ partner, problem, error }),
      recovering: () => {},
      clockSeen: () => {},
    },
    software: 'test',
    addresses: () => [],
    renewKey: async () => {
      const { jwk, signer } = await playKey('packet')
      const { kid, purpose, ...publicKey } = jwk
      const key = (await jose.importJWK(publicKey, PACKET_ALG)) as jose.CryptoKey
      const begins = Math.floor(clock.now() / 1000) - LIMITS.clockSkewSeconds
      const spans = [{ begins, ends: begins + 90 * 86_400 }]
      keys.known.set(kid, { key, city: play.code, spans, revokedAt: null })
      keys.current.set(play.code, signer)
    },
    get quota() {
      return room.quota
    },
    space: () => room.problem,
  })
  const { author, packets, handlers } = exchange.port
  const knownOf = (city: string) => (strangers.get(play.code)?.has(city) === true ? [] : (trusted.get(city) ?? []))
  const scans: Scans = { held: new Map(), wanted: [], foreign: new Set() }
  const held = async (hashes: readonly string[]) => hashes.flatMap(sha256 => scans.held.get(sha256) ?? [])
  const agreements = createAgreements({
    db,
    packets,
    author,
    identity,
    audit,
    events,
    clock,
    faultsOf,
    failed,
    threadId: ground.randomId,
    materials: {
      held,
      attachable: held,
      room: async () => ({ ok: true }),
      want: async (_, partner, materials) => {
        scans.wanted.push(...materials.map(({ sha256 }) => ({ partner, sha256 })))
        return true
      },
    },
    signer: async () => signers.get(play.code) ?? play.certificateSigner,
    certificateOf: async (city, kid) => knownOf(city).find(({ key }) => key.kid === kid) ?? null,
    pinnedOf: async city =>
      (unjudged.has(play.code) && city === play.code ? knownOf(city)[0] : knownOf(city).at(-1)) ?? null,
    knows: async city => trusted.has(city),
    revokedAt: fingerprint =>
      [...trusted.values()].flat().find(found => found.fingerprint === fingerprint)?.revokedAt ?? undefined,
  })
  const observer: LaneParts['observer'] = {
    effect: () => {},
    event: () => {},
    parked: () => {},
    failed,
    unavailable: (problem, failures) => problems.push({ partner: 'adapter', problem, error: failures }),
  }
  const { others = {}, routes = [], alone = false } = several
  const named = Object.entries(others).map(([lane, one]) => ({ lane, name: lane, adapter: one, observer }))
  const systems = [...(alone ? [] : [{ adapter, observer }]), ...named] as unknown as DispatchUses['systems']
  const dispatch = createDispatchPart(ground, exchange.port, {
    systems,
    routing: createRouting(routes, alone ? null : adapter.kind),
    seal: plainSeal,
    caseKeys,
    keep: async () => {
      throw new ProblemError('internal', 'this world keeps no files')
    },
    openMaterial: () => new ReadableStream(),
  })
  const item = async (_: string, code: string) => items.find(({ taskCode }) => taskCode === code) ?? null
  const cases = createCasesPart(ground, exchange.port, {
    identity,
    agreements,
    caseKeys,
    item,
    services: { item },
    calendars: calendars.port.calendars,
    dispatch: dispatch.port.dispatch,
    keys: lookupKeys(text => createHash('sha256').update(text).digest()),
    names: async () => [],
    checkForm: createForms({ clock }).checkForeign,
    submission: { prepare: async () => {}, judge: async () => ({ ok: true }) },
    pages: {
      of: async () => null,
      held: async hashes =>
        (await held(hashes)).map(commitment => ({
          commitment,
          counted: undefined,
          own: !scans.foreign.has(commitment.sha256),
        })),
    },
    account: async () => Promise.reject(new ProblemError('request.not-found')),
    materials: { want: async () => false, room: async () => ({ ok: true }), waiting: async () => [] },
    changed: () => {},
  })
  await transport.start()
  await exchange.start([agreements.handler, ...cases.threadHandlers])
  const upkeep = createUpkeep(clock, { done: () => {}, failed: (_, error) => failed(error) })
  upkeep.start({ epoch: { every: EPOCH_LIMITS.every, round: () => epoch.advance() } })
  await dispatch.start(cases.port.cases)
  return {
    play,
    db,
    caseKeys,
    adapterState: dispatch.port.adapterState,
    transport,
    exchange: exchange.port.exchange,
    agreements,
    cases: cases.port.cases,
    dispatch: dispatch.port.dispatch,
    audit,
    scans,
    events,
    calendars: calendars.port.calendars,
    clocks: cases.port.clocks,
    packets,
    caseHandler: cases.port.handler,
    drafts: cases.port.drafts,
    smsConsents: cases.port.smsConsents,
    lookup: cases.port.keys,
    handlers,
    problems,
    room,
    async stop() {
      await dispatch.stop()
      await exchange.stop()
      upkeep.end()
      await epoch.stop()
      await transport.stop()
    },
  }
}

const known = new Map<string, Promise<PlayCity>>()

const certificateOf = ({ certificateKey, certificate, fingerprint }: PlayCity): TrustedCertificate => ({
  key: certificateKey,
  pem: certificate,
  fingerprint,
  revokedAt: null,
})

/** RSA keys take a while: every world of a test file shares its cities. */
function sharedCity(code: string): Promise<PlayCity> {
  const city = known.get(code) ?? playCity(code, { now: Date.parse('2026-11-23T00:00:00Z') / 1000, kept: true })
  known.set(code, city)
  return city
}

export async function createWorld(
  options: MemoryNetworkOptions & {
    adapter?: (code: string) => Adapter
    several?: (code: string) => Several
    codes?: readonly string[]
    items?: readonly ServiceItem[]
    /** what of a text a city finds wrong; nothing, for most tests publish no lists */
    faultsOf?: (code: string) => Soundness
  } = {},
): Promise<
  World & {
    restart(code: string, db?: Database): Promise<WorldCity>
    renewCertificate(code: string): Promise<TrustedCertificate>
    trusted: Certificates['trusted']
    strangers: Certificates['strangers']
    unjudged: Certificates['unjudged']
    signers: Certificates['signers']
    /** the counters outside of the stores, by city: what a snapshot of the whole machine puts back too */
    epochs: Map<string, number>
    /** The clock of a city is off by so many ms from now on. */
    skew(code: string, ms: number): void
  }
> {
  const codes = options.codes ?? ['610900', '420300']
  const plays = await Promise.all(codes.map(sharedCity))
  const trusted: Certificates['trusted'] = new Map(plays.map(play => [play.code, [certificateOf(play)]]))
  const signers: Certificates['signers'] = new Map()
  const strangers: Certificates['strangers'] = new Map()
  const unjudged: Certificates['unjudged'] = new Set()
  const clock = createHandClock()
  const keys: Keys = { current: new Map(), known: new Map() }
  const offsets = new Map<string, number>()
  const epochs = new Map<string, number>()
  const all = await trusting(...plays)
  // As the cities' delegations say: from a month ago on, for most of a year.
  const [begins, ends] = [-30, 335].map(days => clock.now() / 1000 + days * 86_400) as [number, number]
  const resolve = (kid: string): TrustedKey | undefined => {
    const taken = keys.known.get(kid)
    if (taken !== undefined) return taken
    const key = all(kid) as TrustedKey | undefined
    return key === undefined ? undefined : { ...key, spans: [{ begins, ends }] }
  }
  const network = createMemoryNetwork(options)
  const cities = new Map<string, WorldCity>()
  const begin = async (play: PlayCity, db: Database) => {
    const city = await startCity({
      play,
      resolve,
      network,
      clock: { ...clock, now: () => clock.now() + (offsets.get(play.code) ?? 0) },
      keys,
      epochOf: {
        read: async () => epochs.get(play.code) ?? null,
        write: async number => void epochs.set(play.code, number),
      },
      db,
      partners: codes.filter(code => code !== play.code),
      adapter: options.adapter?.(play.code) ?? fakeAdapter(),
      several: options.several?.(play.code) ?? {},
      items: options.items ?? [],
      faultsOf: options.faultsOf?.(play.code) ?? (async () => []),
      trusted,
      signers,
      strangers,
      unjudged,
    })
    cities.set(play.code, city)
    return city
  }
  for (const play of plays) await begin(play, watched(await openTestStore()))
  const city = (code: string) => {
    const found = cities.get(code)
    if (found === undefined) throw new Error(`no city ${code}`)
    return found
  }
  const world = {
    network,
    clock,
    resolve,
    cities,
    city,
    async settle() {
      await atRest(network.settle)
    },
    async stop() {
      for (const entry of cities.values()) {
        await entry.stop()
        await entry.db.close()
      }
    },
    /** A city signs with a new certificate, which all others pinned in place of the one before. */
    async renewCertificate(code: string) {
      const renewed = await playCity(code, { now: clock.now() / 1000 })
      trusted.get(code)?.push(certificateOf(renewed))
      signers.set(code, renewed.certificateSigner)
      return certificateOf(renewed)
    },
    trusted,
    strangers,
    unjudged,
    signers,
    epochs,
    skew: (code: string, ms: number) => void offsets.set(code, ms),
    async restart(code: string, db?: Database) {
      const old = city(code)
      await old.stop()
      return begin(old.play, db === undefined ? old.db : watched(db))
    },
  }
  await world.settle()
  // The first city dialled before the second listened.
  for (const entry of cities.values()) entry.problems.length = 0
  return world
}
