/**
 * Cities that paired over the network in memory and can test each other: real trust, exchange, lists, materials on disk,
 * evidence, each with its store and a clock that may be off. No agreement, no approval system.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleCity, exampleItems } from '../../examples/data/load.ts'
import { createServices } from '../../node/city/catalogue/services.ts'
import { createPartnerTests } from '../../node/city/partners/partner-tests.ts'
import { createSightings } from '../../node/city/partners/sightings.ts'
import { createEvidence } from '../../node/city/records/evidence/evidence.ts'
import { createCaseKeys } from '../../node/kernel/keys/case-keys.ts'
import { createCaseSeal } from '../../node/kernel/keys/seal.ts'
import { FREE } from '../../node/spine/exchange/budget.ts'
import { createExchange } from '../../node/spine/exchange/exchange.ts'
import type { OwnIdentity, ThreadHandler } from '../../node/spine/exchange/ports.ts'
import { openBlobStore } from '../../node/spine/materials/blob-store.ts'
import { createMaterials } from '../../node/spine/materials/materials.ts'
import { fromHex, sha256 } from '../../protocol/primitives.ts'
import type { Problem } from '../../protocol/problem.ts'
import { atRest, watchedBlobs } from './activity.ts'
import { createHandClock, type HandClock } from './http.ts'
import { createMemoryNetwork, type MemoryNetwork, type MemoryNetworkOptions } from './memory-network.ts'
import { type PairableCity, pairableCity, readOut } from './paired.ts'
import { type PlayCity, playCity } from './play-city.ts'

const NO_TABLES = { from: 2026, national: [], regional: [] }

export type TestableCity = Awaited<ReturnType<typeof testableCity>>

/** The clock of one city: the common one, and by how many ms this one is off. */
export type OwnClock = HandClock & { off: number }

function ownClock(common: HandClock): OwnClock {
  const clock: OwnClock = { ...common, off: 0, now: () => common.now() + clock.off }
  return clock
}

async function testableCity(city: PairableCity, network: MemoryNetwork, clock: OwnClock, folder: string) {
  const { db, trust, transport, audit, events, play, side } = city
  const identity: OwnIdentity = {
    city: play.code,
    name: play.name,
    signer: () => play.packetSigner,
    document: () => side.identity,
  }
  // As a node's identity keeps its own papers, for evidence.
  await db.transaction(async tx => {
    await tx.run('INSERT INTO certificates (fingerprint, city, pem, trusted_at) VALUES (?, ?, ?, ?)', [
      play.fingerprint,
      play.code,
      play.certificate,
      clock.now(),
    ])
    for (const jws of side.identity.delegations)
      await tx.run('INSERT INTO delegations (id, city, type, certificate, jws, iat) VALUES (?, ?, ?, ?, ?, ?)', [
        fromHex(await sha256(jws)),
        play.code,
        'delegation',
        play.fingerprint,
        jws,
        Math.floor(clock.now() / 1000),
      ])
  })
  await trust.reload()
  const handlers = new Map<string, ThreadHandler>()
  const sightings = createSightings({ clock })
  const failures: unknown[] = []
  const ended: { hop: string; problem: Problem }[] = []
  const receiptSeconds: number[] = []
  const services = await createServices({
    db,
    transport,
    identity,
    trust,
    clock,
    audit,
    events,
    announce: head => exchange.announceList(head),
    observer: { failed: () => {} },
  })
  const exchange = createExchange({
    db,
    keys: createCaseKeys({
      seal: { seal: plain => plain, open: sealed => sealed },
      sealOf: createCaseSeal,
      randomBytes: n => randomBytes(n),
    }),
    transport,
    identity,
    trust,
    lists: services,
    calendar: { notice: () => NO_TABLES, receive: async () => {} },
    clock,
    handlers,
    observer: {
      queued: () => {},
      received: partner => {
        sightings.hear(partner)
        tests.heard(partner)
      },
      confirmed: (partner, _count, _refused, seconds) => {
        receiptSeconds.push(seconds)
        sightings.hear(partner)
        tests.heard(partner)
      },
      connected: () => {},
      failed: () => {},
      clockSeen: (partner, ahead) => sightings.note(partner, ahead),
      recovering: () => {},
    },
    software: 'test',
    addresses: () => [],
    randomText: bytes => randomBytes(bytes).toString('base64url'),
    random: () => 0,
    unwritten: async () => {},
    noticed: async () => {},
    epoch: { restored: () => false, agreed: async () => {} },
    renewKey: async () => {},
    turnedAway: async () => {},
    quota: Number.MAX_SAFE_INTEGER,
    space: () => null,
  })
  const materials = createMaterials({
    db,
    blobs: watchedBlobs(await openBlobStore(folder, randomBytes(32))),
    transport,
    trust,
    clock,
    audit,
    events,
    quota: Number.MAX_SAFE_INTEGER,
    meter: () => FREE,
    space: () => null,
    released: async () => {},
    random: () => 0,
    observer: {
      fetched: () => {},
      failed: () => {},
      ended: () => {},
      arrived: () => {},
      faulted: error => failures.push(error),
      unswept: () => {},
    },
  })
  const packets = () => exchange.packets
  const evidence = createEvidence({
    db,
    packets,
    identity,
    clock,
    audit,
    trust,
    agreements: { evidence: async () => [] },
    calendars: { tablesOf: () => [] },
    caseNo: async thread => thread,
    materials,
  })
  const make = () =>
    createPartnerTests({
      db,
      clock,
      audit,
      events,
      identity,
      trust,
      author: () => exchange.author,
      packets,
      evidence,
      materials,
      calendars: { differences: async () => [] },
      threadId: () => randomBytes(16).toString('hex'),
      exchange: () => exchange,
      roundTrip: async () => 1,
      lists: services,
      clocks: sightings,
      randomBytes: n => randomBytes(n),
      failed: (_, error) => failures.push(error),
      ended: (_, failed) => {
        if (failed !== null) ended.push(failed)
      },
    })
  const tests = make()
  handlers.set('test', tests.handler)
  return {
    ...city,
    network,
    clock,
    handlers,
    services,
    exchange,
    materials,
    tests,
    sightings,
    failures,
    ended,
    receiptSeconds,
    /** the partner tests of the node that runs after this one, on the same store */
    again() {
      const next = make()
      handlers.set('test', next.handler)
      return next
    },
    transport,
    /** publishes three items as the own list */
    async publishList() {
      const example = await exampleCity(play.code)
      await services.publish((await exampleItems(example)).slice(0, 3), 'person:1')
    },
    /** how many files the blob store holds */
    files: async () =>
      (await readdir(folder, { recursive: true, withFileTypes: true })).filter(entry => entry.isFile()).length,
    async start() {
      await services.start()
      await materials.start(async () => null)
      await exchange.start()
      await tests.start()
    },
    async stop() {
      await tests.stop()
      await exchange.stop()
      services.stop()
      await materials.stop()
      await transport.stop()
      await db.close()
    },
  }
}

export type PartnerWorld = Awaited<ReturnType<typeof createPartnerWorld>>

/** RSA keys take a while: every world of a test file shares its cities. */
let plays: Promise<PlayCity[]> | undefined

/** Ankang (610900) and Shiyan (420300), paired and confirmed; `tick` lets what waits for a moment go on. */
export async function createPartnerWorld(start: number, options: MemoryNetworkOptions = {}) {
  const network = createMemoryNetwork(options)
  const common = createHandClock(start)
  const root = await mkdtemp(join(tmpdir(), 'tongban-partner-world-'))
  plays ??= Promise.all(['610900', '420300'].map(code => playCity(code, { now: Math.floor(start / 1000), kept: true })))
  const made: TestableCity[] = []
  for (const play of await plays) {
    const clock = ownClock(common)
    const city = await pairableCity({ ...play, delegations: [], revocations: [] }, network, clock)
    made.push(await testableCity(city, network, clock, join(root, play.code)))
  }
  const [ankang, shiyan] = made
  if (ankang === undefined || shiyan === undefined) throw new Error('no cities')
  const { invite } = await ankang.partners.invite('420300', 1, 'person:1')
  await shiyan.partners.accept(invite, 'person:2')
  await ankang.partners.confirm('420300', await readOut(ankang, shiyan), 'person:1')
  await shiyan.partners.confirm('610900', await readOut(shiyan, ankang), 'person:2')
  const turns = async () => {
    // A reader with a frame in hand may wait for the clock.
    await atRest(() => network.settle(100))
  }
  return {
    network,
    common,
    ankang,
    shiyan,
    /** Moves the clock by `ms` in steps, until `done` gives something. */
    async until<T>(done: () => Promise<T | null>, step = 250, most = 3000): Promise<T> {
      for (let turn = 0; turn < most; turn++) {
        const found = await done()
        if (found !== null) return found
        await turns()
        common.advance(step)
      }
      throw new Error('it does not end')
    },
    async stop() {
      network.heal(ankang.peer, shiyan.peer)
      await Promise.all(made.map(city => city.stop()))
      await rm(root, { recursive: true, force: true })
    },
  }
}
