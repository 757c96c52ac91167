/** Whatever strangers, or one partner with all its peers, take of a host: the places of the other partners stay theirs. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Libp2p, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { newPeerKey, portOf, startHost } from '../../../test/support/p2p-hosts.ts'
import { startStockPeer } from '../../../test/support/stock-peer.ts'
import { collect, echo, outcome } from '../../../test/support/transport-contract.ts'
import type { P2pEvent } from './events.ts'
import type { P2pHost, P2pHostOptions } from './host.ts'
import { P2P_LIMITS } from './limits.ts'
import { peerIdOf } from './peer-id.ts'

const PROTOCOL = '/places/1'
/** Tests of places are not about how fast somebody comes. */
const UNHURRIED = { inboundPerSecond: 10_000, inboundPerSecondKnown: 10_000, inboundPerSecondStrangers: 10_000 }
const stops: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

const soon = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 20 })

async function started(options: Partial<P2pHostOptions> = {}): Promise<P2pHost> {
  const host = await startHost(options)
  stops.push(() => host.stop())
  return host
}

/** A host that knows the peers of cities, lets strangers in as with an open invite, and answers what it is sent. */
async function target(options: Partial<P2pHostOptions> = {}) {
  const cities = new Map<string, string>()
  const denied: string[] = []
  const host = await started({
    cityOf: peer => cities.get(peer),
    onEvent: (event: P2pEvent) => {
      if (event.kind === 'denied') denied.push(event.reason)
    },
    ...options,
    limits: { ...UNHURRIED, ...options.limits },
  })
  await host.handle(PROTOCOL, echo, { maxFrame: 1024, maxStreamsPerCity: 4 })
  return { host, cities, denied }
}

/** libp2p nodes with keys of their own, of one city or of none. */
async function peers(count: number, cities?: Map<string, string>, city = '610100'): Promise<Libp2p[]> {
  const made = await Promise.all(Array.from({ length: count }, () => startStockPeer()))
  for (const peer of made) {
    stops.push(() => peer.stop())
    cities?.set(peer.peerId.toString(), city)
  }
  return made
}

const grab = (peer: Libp2p, host: P2pHost) =>
  peer.dial(multiaddr(host.addresses()[0] ?? ''), { force: true }).catch(() => undefined)

/** So many one after the other: dials at once to one peer join. */
async function grabMany(peer: Libp2p | undefined, host: P2pHost, count: number) {
  const held: Awaited<ReturnType<typeof grab>>[] = []
  for (let i = 0; i < count && peer !== undefined; i += 1) held.push(await grab(peer, host))
  return held
}

const opened = (connections: Awaited<ReturnType<typeof grab>>[]): number =>
  connections.filter(connection => connection?.status === 'open').length

/** A frame is served on the stream, which stays open. */
async function answered(stream: Stream): Promise<void> {
  stream.send(Buffer.from('0000000178', 'hex'))
  await new Promise(resolve => stream.addEventListener('message', resolve, { once: true }))
}

/** A partner's new connection serves a stream. */
async function serves(host: P2pHost, cities: Map<string, string>, city = '610900'): Promise<string[]> {
  const key = newPeerKey()
  cities.set(peerIdOf(key), city)
  const partner = await startHost({ key })
  try {
    const wire = await partner.open(host.peer, host.addresses(), PROTOCOL)
    await wire.send(Buffer.from('well?'))
    await wire.close()
    return await collect(wire)
  } finally {
    await partner.stop()
  }
}

describe('connections', () => {
  test('a city has n, whatever the number of its peers; its own oldest goes, and another partner gets 4 of 4', async () => {
    const { host, cities, denied } = await target()
    const many = await peers(12, cities)
    const held = (await Promise.all(many.map(peer => grabMany(peer, host, 4)))).flat()
    await soon(() => expect(opened(held)).toBe(P2P_LIMITS.connectionsPerCity))
    expect(denied).toContain('city')
    const [honest] = await peers(1, cities, '610900')
    const own = await grabMany(honest, host, 4)
    expect(opened(own)).toBe(4)
    await Promise.all(many.map(peer => grab(peer, host)))
    expect(opened(own)).toBe(4)
  })

  test('strangers have n, in all and of one address, with one more an older one goes, and none of them takes a place of a partner', async () => {
    const { host, cities, denied } = await target({ limits: { strangersPerAddress: 3 } })
    const [partner] = await peers(1, cities, '610900')
    const own = await grabMany(partner, host, 4)
    const held: Awaited<ReturnType<typeof grab>>[] = []
    for (const peer of await peers(6)) held.push(await grab(peer, host))
    await soon(() => expect(opened(held)).toBe(3))
    // The newest ones are let in: a flood keeps nobody out.
    expect(held.slice(-3).map(connection => connection?.status)).toEqual(['open', 'open', 'open'])
    expect(denied).toEqual(['strangers', 'strangers', 'strangers'])
    expect(opened(own)).toBe(4)
    expect(await serves(host, cities)).toEqual(['well?'])
  })

  test('strangers who hold streams keep no newer one out: the oldest of them goes, one that nobody serves before', async () => {
    const { host } = await target({ limits: { strangersPerAddress: 3 } })
    const held: Awaited<ReturnType<typeof grab>>[] = []
    const come = async (holds: boolean) => {
      const [peer] = await peers(1)
      const connection = peer && (await grab(peer, host))
      if (holds) {
        const stream = await connection?.newStream(PROTOCOL)
        // Served, and held open.
        if (stream !== undefined) await answered(stream)
      }
      held.push(connection)
    }
    const states = () => held.map(connection => connection?.status === 'open')
    for (const holds of [true, false, true]) await come(holds)
    await come(true)
    await soon(() => expect(states()).toEqual([true, false, true, true]))
    await come(true)
    await soon(() => expect(states()).toEqual([false, false, true, true, true]))
  })

  test('strangers with keys of their own while an invite is open, ten times as many as have a place: each new connection of a partner is served', async () => {
    const { host, cities } = await target()
    const come = async () => {
      const stranger = await startHost({ listen: [] })
      stops.push(() => stranger.stop())
      await outcome(stranger.open(host.peer, host.addresses(), PROTOCOL))
    }
    for (let round = 0; round < 10; round += 1) {
      const flood = Array.from({ length: P2P_LIMITS.strangers }, come)
      expect(await serves(host, cities)).toEqual(['well?'])
      await Promise.all(flood)
    }
    expect(host.connected().length).toBeLessThanOrEqual(P2P_LIMITS.strangers + 1)
    expect(await serves(host, cities)).toEqual(['well?'])
  })

  test("a stranger's connection ends after its time, one on which a pairing runs after twice, and one that became a partner's stays", async () => {
    const clock = createHandClock()
    const { host, cities } = await target({ clock, limits: { strangersPerAddress: 4 } })
    const [idle, pairing, paired] = await peers(3)
    if (!idle || !pairing || !paired) throw new Error('three peers')
    const held: Awaited<ReturnType<typeof grab>>[] = []
    for (const peer of [idle, pairing, paired]) held.push(await grab(peer, host))
    const stream = await held[1]?.newStream(PROTOCOL)
    // Served, and held open.
    if (stream !== undefined) await answered(stream)
    await soon(() => expect(host.connected()).toHaveLength(3))
    cities.set(paired.peerId.toString(), '610900')
    const states = () => held.map(connection => connection?.status === 'open')
    clock.advance(P2P_LIMITS.strangerTime - 1)
    expect(host.connected()).toHaveLength(3)
    clock.advance(1)
    await soon(() => expect(states()).toEqual([false, true, true]))
    clock.advance(P2P_LIMITS.strangerTime - 1)
    expect(host.connected()).toHaveLength(2)
    clock.advance(1)
    await soon(() => expect(states()).toEqual([false, false, true]))
    clock.advance(P2P_LIMITS.strangerTime)
    expect(host.connected()).toEqual([paired.peerId.toString()])
  })
})

describe('streams', () => {
  test('of one protocol a city has n over all its peers and connections; another city has its own', async () => {
    const { host, cities, denied } = await target()
    const { promise, resolve } = Promise.withResolvers<void>()
    const served: string[] = []
    await host.handle(
      '/held/1',
      async wire => {
        served.push(cities.get(wire.peer) ?? '')
        await promise
      },
      { maxFrame: 1024, maxStreamsPerCity: 2 },
    )
    for (const peer of await peers(3, cities)) {
      const connection = await grab(peer, host)
      await connection?.newStream('/held/1')
      await connection?.newStream('/held/1').catch(() => undefined)
    }
    await soon(() => expect(denied.filter(reason => reason === 'streams').length).toBeGreaterThan(0))
    const [honest] = await peers(1, cities, '610900')
    if (honest === undefined) throw new Error('a peer')
    const connection = await grab(honest, host)
    await connection?.newStream('/held/1')
    await soon(() => expect(served).toEqual(['610100', '610100', '610900']))
    resolve()
  })

  test('this node opens n to one city, over all its peers, and n+1 is refused here', async () => {
    const cities = new Map<string, string>()
    const host = await started({ cityOf: peer => cities.get(peer), limits: { outboundStreams: 2 } })
    const one = await started()
    const two = await started()
    const other = await started()
    cities.set(one.peer, '610100').set(two.peer, '610100').set(other.peer, '610900')
    for (const far of [one, two, other]) await far.handle(PROTOCOL, echo, { maxFrame: 1024, maxStreamsPerCity: 9 })
    const open = (far: P2pHost) => host.open(far.peer, far.addresses(), PROTOCOL)
    const wires = [await open(one), await open(two)]
    await expect(open(two)).rejects.toThrow('exchange.unreachable: too many streams are open')
    await open(other)
    await wires[0]?.close()
    await collect(wires[0] as (typeof wires)[number])
    await open(two)
    // One that fails gives its place back.
    for (let i = 0; i < 3; i += 1) await outcome(host.open(other.peer, [], '/unknown/1'))
    expect(await outcome(open(other))).not.toBe('exchange.unreachable')
  })
})

describe('dials', () => {
  /** Counts who connects, and says nothing. */
  async function silent() {
    let came = 0
    const server = createServer(() => {
      came += 1
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    stops.push(() => server.close())
    return { port: (server.address() as AddressInfo).port, came: () => came }
  }

  test.each(['/ip4/127.0.0.1', '/ip6/::ffff:127.0.0.1', '/dns4/localhost', '/dns/localhost'])(
    'a partner does not lead a node of a network to %s of its own machine, unless that is meant',
    async host => {
      const { port, came } = await silent()
      const node = await started({ listen: [], range: 'private', limits: { dialTimeout: 1_000 } })
      const partner = peerIdOf(newPeerKey())
      expect(await outcome(node.open(partner, [`${host}/tcp/${port}`], PROTOCOL))).toBe('exchange.unreachable')
      expect(came()).toBe(0)
      const meant = await started({ listen: [], range: 'loopback', limits: { dialTimeout: 1_000 } })
      await outcome(meant.open(partner, [`${host}/tcp/${port}`], PROTOCOL))
      expect(came()).toBe(1)
    },
  )

  test('a name leads to a partner that listens there', async () => {
    const { host } = await target()
    const node = await started({ listen: [] })
    const wire = await node.open(host.peer, [`/dns4/localhost/tcp/${portOf(host)}`], PROTOCOL)
    await wire.close()
    expect(await collect(wire)).toEqual([])
  })

  test('n addresses of a peer are tried, and not one more', async () => {
    const { host } = await target()
    const node = await started({ listen: [], limits: { addressesPerPeer: 3 } })
    const none = Array.from({ length: 3 }, (_, i) => `/ip4/127.0.0.1/tcp/${i + 1}`)
    const open = (addresses: string[]) => outcome(node.open(host.peer, addresses, PROTOCOL))
    expect(await open([...none, ...host.addresses()])).toBe('exchange.unreachable')
    // What can't be dialled at all does not count.
    expect(await open(['nonsense', '/unix/x', ...none.slice(1), ...host.addresses()])).not.toBe('exchange.unreachable')
  })

  test('over a relay that is no partner nobody is dialled', async () => {
    const { port, came } = await silent()
    const relay = peerIdOf(newPeerKey())
    const partner = peerIdOf(newPeerKey())
    const node = await started({ listen: [], cityOf: peer => (peer === partner ? '610900' : undefined) })
    const address = `/ip4/127.0.0.1/tcp/${port}/p2p/${relay}/p2p-circuit/p2p/${partner}`
    expect(await outcome(node.open(partner, [address], PROTOCOL))).toBe('exchange.unreachable')
    expect(came()).toBe(0)
  })
})

describe('half-open connections', () => {
  /** Silent sockets from an address of this machine, as many as it is let, anew when they are ended. */
  function flood(host: P2pHost, from: string, sockets: number): () => number {
    let going = true
    let came = 0
    const held = new Set<Socket>()
    stops.push(() => {
      going = false
      for (const socket of held) socket.destroy()
    })
    const next = (): void => {
      if (!going) return
      came += 1
      const socket = connect({ port: portOf(host), host: '127.0.0.1', localAddress: from })
      held.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        held.delete(socket)
        setTimeout(next, 20)
      })
    }
    for (let i = 0; i < sockets; i += 1) next()
    return () => came
  }

  test.each([
    ['a partner known before', true],
    ['somebody unknown so far', false],
  ])('64 idle sockets from six addresses at both ends, ended ones anew: %s always gets in', async (_, known) => {
    const a = await target()
    const b = await target()
    if (known) expect(await serves(a.host, a.cities)).toEqual(['well?'])
    const counts = [a, b].flatMap(({ host }) =>
      Array.from({ length: 6 }, (_, i) => flood(host, `127.0.0.${i + 2}`, 11)),
    )
    await soon(() => expect(Math.min(...counts.map(count => count()))).toBeGreaterThan(11))
    for (let i = 0; i < 10; i += 1) {
      expect(await serves(a.host, a.cities)).toEqual(['well?'])
      expect(await serves(b.host, b.cities)).toEqual(['well?'])
    }
  })

  test('one that says nothing is closed after the time for first bytes, long before that for the handshake', async () => {
    const { host, denied } = await target({ limits: { firstBytesTimeout: 100, inboundUpgradeTimeout: 60_000 } })
    const socket = connect({ port: portOf(host), host: '127.0.0.1' })
    socket.on('error', () => {})
    await new Promise<void>(resolve => socket.on('close', () => resolve()))
    expect(denied).toEqual(['first-bytes'])
  })
})
