/** Cities that can pair over the network in memory: real certificates, delegations, trust and partners, each with its store. */
import { randomBytes } from 'node:crypto'
import { createAuthorities } from '../../node/city/partners/federation/authorities.ts'
import { createDirectories } from '../../node/city/partners/federation/directories.ts'
import { createGossip } from '../../node/city/partners/federation/gossip.ts'
import { createVoucher, federationView } from '../../node/city/partners/federation/vouch.ts'
import { createInvites } from '../../node/city/partners/invites.ts'
import type { OwnSide } from '../../node/city/partners/pairing.ts'
import { createPartners } from '../../node/city/partners/partners.ts'
import { createAudit } from '../../node/kernel/records/audit.ts'
import { createEventLog } from '../../node/kernel/records/events.ts'
import { type PublicPeerKey, peerIdOf } from '../../node/spine/p2p/peer-id.ts'
import { loadTrust } from '../../node/spine/trust/trust.ts'
import { thumbprint } from '../../protocol/keys/delegation.ts'
import type { Problem } from '../../protocol/problem.ts'
import { atRest, watched } from './activity.ts'
import { createHandClock, type HandClock } from './http.ts'
import { createMemoryNetwork, type MemoryFrame, type MemoryNetwork } from './memory-network.ts'
import { newPeerKey } from './p2p-hosts.ts'
import { delegate, type PlayCity, playCity } from './play-city.ts'
import { openTestStore } from './store.ts'

export type PairableCity = Awaited<ReturnType<typeof pairableCity>>

export async function pairableCity(play: PlayCity, network: MemoryNetwork, clock: HandClock) {
  const { kty, crv, x } = newPeerKey()
  const jwk: PublicPeerKey = { kty, crv, x }
  const kid = await thumbprint(jwk)
  const peer = peerIdOf(jwk)
  const now = Math.floor(clock.now() / 1000)
  await delegate(play, [{ kty, crv, x, kid, purpose: 'peer' }, play.packetKey], {
    nbf: now - 60,
    exp: now + 90 * 86_400,
  })
  const db = watched(await openTestStore())
  const changes: string[] = []
  const pairings: string[] = []
  const tries: string[] = []
  /** cities from which the settings keep this one */
  const barred = new Set<string>()
  const transport = network.transport(peer, {
    gate: other => trust.knows(other) || invites.anyOpen() || directories.admits(other),
  })
  const side: OwnSide = {
    city: play.code,
    name: play.name,
    fingerprint: play.fingerprint,
    identity: { certificates: [play.certificate], delegations: play.delegations, revocations: play.revocations },
    addresses: [`/memory/${play.code}/p2p/${peer}`],
    peer,
  }
  const audit = createAudit({ database: db, now: clock.now })
  const events = createEventLog({ database: db, now: clock.now })
  const randomText = (bytes: number) => randomBytes(bytes).toString('base64url')
  const invites = createInvites({ db, clock, audit, events, randomText })
  const authorities = createAuthorities({ db, clock, audit })
  const directories = await createDirectories({
    db,
    clock,
    audit,
    events,
    changed: async () => {
      await trust.reload()
      gossip.announce()
    },
  })
  const trust = await loadTrust({
    db,
    city: play.code,
    clock,
    peerIdOf,
    barred: code => barred.has(code),
    revokedAt: fingerprint => directories.revocation(fingerprint)?.revokedAt,
    listedAt: directories.listedAt,
  })
  const refusedDirectories: Problem[] = []
  const gossip = createGossip({
    transport,
    trust,
    clock,
    directories,
    observer: { refused: (_, problem) => refusedDirectories.push(problem) },
  })
  const partners = createPartners({
    invites,
    db,
    transport,
    clock,
    audit,
    events,
    own: () => side,
    barred: code => barred.has(code),
    peerIdOf,
    judge: createVoucher({ authorities, directories, clock }),
    federation: federationView(directories),
    randomText,
    delivery: () => null,
    tryNow: async code => void tries.push(code),
    breakerOf: () => null,
    heardAt: () => null,
    roundTrip: async () => 1,
    paired: code => pairings.push(code),
    changed: async code => {
      changes.push(code)
      await trust.reload(code)
    },
  })
  await partners.start()
  await gossip.start()
  await transport.start()
  return {
    play,
    db,
    trust,
    partners,
    invites,
    authorities,
    directories,
    gossip,
    refusedDirectories,
    transport,
    side,
    peer,
    peerKid: kid,
    audit,
    events,
    changes,
    pairings,
    tries,
    barred,
  }
}

/** A network with a clock, and the cities 610900, 420300 and 422801; `impostor` is 420300 under another certificate. */
export function createPairingWorld(start: number) {
  let watch: (frame: MemoryFrame) => void = () => {}
  const network = createMemoryNetwork({ onFrame: frame => watch(frame) })
  const clock = createHandClock(start)
  plays ??= Promise.all(
    ['610900', '420300', '420300', '422801'].map(code => playCity(code, { now: Math.floor(start / 1000), kept: true })),
  )
  const make = async (index: number): Promise<PairableCity> => {
    const play = (await plays)?.[index]
    if (play === undefined) throw new Error('no such city')
    return pairableCity({ ...play, delegations: [], revocations: [] }, network, clock)
  }
  /** Sees each frame on its way. */
  const onFrame = (see: (frame: MemoryFrame) => void) => {
    watch = see
  }
  return {
    network,
    clock,
    onFrame,
    /** Waits until nothing moves on the network nor in a store, whatever waits for the clock. */
    settle: () => atRest(() => network.settle(100)),
    ankang: () => make(0),
    shiyan: () => make(1),
    impostor: () => make(2),
    enshi: () => make(3),
  }
}

/** RSA keys take a while: every world of a test file shares them. */
let plays: Promise<PlayCity[]> | undefined

export const invited = async (from: PairableCity, city = '420300'): Promise<string> =>
  (await from.partners.invite(city, 24, 'person:1')).invite

export const paired = async (from: PairableCity, to: PairableCity) =>
  to.partners.accept(await invited(from, to.side.city), 'person:2')

/** The words that a city asks for, as the administrator of the other one reads them out. */
export async function readOut(
  asking: Pick<PairableCity, 'play' | 'partners'>,
  reading: Pick<PairableCity, 'play' | 'partners'>,
): Promise<string[]> {
  const { asked } = await asking.partners.get(reading.play.code)
  const { words } = await reading.partners.get(asking.play.code)
  return asked.map(place => words[place - 1] ?? 'not shown there')
}

/** The administrator of a city types what the other one reads out. */
export const confirmed = async (asking: PairableCity, reading: PairableCity, actor = 'person:1') =>
  asking.partners.confirm(reading.play.code, await readOut(asking, reading), actor)

/** Paired and confirmed on both sides. */
export async function activated(from: PairableCity, to: PairableCity): Promise<void> {
  await paired(from, to)
  await confirmed(from, to)
  await confirmed(to, from, 'person:2')
}

/** Actions in the audit log, oldest first. */
export const actionsOf = async (city: PairableCity): Promise<string[]> =>
  (await city.audit.list({}, 50, null)).map(row => row.action).reverse()

/** Rows of the store that keep something of a city. */
export async function tracesOf(city: PairableCity, code: string): Promise<number> {
  const [row] = await city.db.query<{ n: number }>(
    `SELECT (SELECT count(*) FROM partners WHERE code = ?) + (SELECT count(*) FROM certificates WHERE city = ?)
       + (SELECT count(*) FROM delegations WHERE city = ?) AS n`,
    [code, code, code],
  )
  return row?.n ?? 0
}
