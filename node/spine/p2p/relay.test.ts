import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { freePort } from '../../../test/support/node-process.ts'
import { newPeerKey, startHost } from '../../../test/support/p2p-hosts.ts'
import { echo, outcome } from '../../../test/support/transport-contract.ts'
import type { P2pEvent } from './events.ts'
import { createP2pHost, type P2pHost, type P2pHostOptions } from './host.ts'
import { peerIdOf } from './peer-id.ts'
import { RELAY_PLACES } from './relay-places.ts'

const PROTOCOL = '/relayed/1'
const FRAME = 64 * 1024

let hosts: P2pHost[] = []
afterEach(async () => {
  await Promise.all(hosts.map(host => host.stop()))
  hosts = []
})
const started = async (options: Partial<P2pHostOptions> = {}): Promise<P2pHost> => {
  const host = await startHost(options)
  hosts.push(host)
  return host
}
const soon = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 20 })

const everybody = () => true
const citiesOf = (partner: (peer: string) => boolean) => (peer: string) => (partner(peer) ? peer : undefined)
const offers = (partner: (peer: string) => boolean = everybody, reservations = 4) => ({
  relay: { reservations, use: () => [] },
  cityOf: citiesOf(partner),
})
const uses = (...relays: P2pHost[]) => {
  const used = relays.map(relay => ({ peer: relay.peer, addresses: relay.addresses() }))
  return { listen: [], limits: { relayRound: 100 }, relay: { reservations: 0, use: () => used } }
}

/** A city that nobody can connect to, reachable at the relay, which answers what it is sent. */
async function hidden(relay: P2pHost, options: Partial<P2pHostOptions> = {}): Promise<P2pHost> {
  const city = await started({ ...uses(relay), ...options })
  await city.handle(PROTOCOL, echo, { maxFrame: FRAME, maxStreamsPerCity: 4 })
  await soon(() => expect(city.relays().used).toEqual([{ peer: relay.peer, reserved: true }]))
  return city
}

/** A relay at a port of its own, where it is again after it was stopped. */
async function relayAtPort(options: Partial<P2pHostOptions> = offers()): Promise<P2pHost> {
  const listen = [`/ip4/127.0.0.1/tcp/${await freePort()}`]
  return started({ key: newPeerKey(), listen, ...options })
}
const reservedAt = (city: P2pHost) => city.relays().used.map(({ reserved }) => reserved)

async function exchange(from: P2pHost, to: P2pHost, addresses: readonly string[], bytes: number): Promise<number> {
  const wire = await from.open(to.peer, addresses, PROTOCOL, { maxFrame: FRAME })
  const frame = new Uint8Array(FRAME / 2).fill(7)
  const count = Math.ceil(bytes / frame.byteLength)
  const sending = (async () => {
    for (let sent = 0; sent < count; sent++) await wire.send(frame)
    await wire.close()
  })()
  let got = 0
  for await (const back of wire.frames()) got += back.byteLength
  await sending
  return got
}

describe('relay', () => {
  test('carries streams both ways to a city that listens nowhere, more than strangers get', async () => {
    const relay = await started(offers())
    const city = await hidden(relay)
    expect(city.addresses()).toEqual([`${relay.addresses()[0]}/p2p-circuit/p2p/${city.peer}`])
    expect(relay.relays().reservations).toBe(1)
    const partner = await started({ listen: [] })
    await partner.handle(PROTOCOL, echo, { maxFrame: FRAME, maxStreamsPerCity: 4 })
    // The library's own limit would be 128 KiB.
    const size = 8 * 1024 * 1024
    expect(await exchange(partner, city, city.addresses(), size)).toBe(size)
    expect(await city.ping(partner.peer)).toBeGreaterThan(0)
    // The hidden city opens streams over the same connection.
    expect(await exchange(city, partner, [], FRAME)).toBe(FRAME)
  })

  test('serves partners alone: no place for a stranger, no way for a stranger to one who has a place', async () => {
    const events: P2pEvent[] = []
    const friends = new Set<string>()
    const relay = await started({ ...offers(peer => friends.has(peer)), onEvent: event => events.push(event) })
    const key = newPeerKey()
    const failures: P2pEvent[] = []
    const city = await started({ ...uses(relay), key, onEvent: event => failures.push(event) })
    await soon(() => expect(failures.map(({ kind }) => kind)).toEqual(['relay-failed']))
    expect(city.relays().used[0]?.reserved).toBe(false)
    expect(city.addresses()).toEqual([])
    await city.stop()
    friends.add(city.peer)
    const admitted = await hidden(relay, { key })
    const stranger = await started({ listen: [] })
    expect(await outcome(stranger.open(admitted.peer, admitted.addresses(), PROTOCOL))).toBe('exchange.unreachable')
    friends.add(stranger.peer)
    expect(await exchange(stranger, admitted, admitted.addresses(), FRAME)).toBe(FRAME)
    expect(events.filter(({ kind }) => kind === 'denied')).toEqual([
      { kind: 'denied', reason: 'relay' },
      { kind: 'denied', reason: 'relay' },
    ])
  })

  test('the city behind it still decides who may talk to it', async () => {
    const relay = await started(offers())
    const friends = new Set<string>([relay.peer])
    const city = await hidden(relay, { gate: peer => friends.has(peer) })
    const stranger = await started({ listen: [] })
    expect(await outcome(stranger.open(city.peer, city.addresses(), PROTOCOL))).toBe('exchange.unreachable')
    friends.add(stranger.peer)
    expect(await exchange(stranger, city, city.addresses(), FRAME)).toBe(FRAME)
  })

  test('nobody but the city behind the address can answer', async () => {
    const relay = await started(offers())
    const city = await hidden(relay)
    const other = await hidden(relay)
    const partner = await started({ listen: [] })
    const [address = ''] = city.addresses()
    expect(await outcome(partner.open(other.peer, [address], PROTOCOL))).toBe('exchange.unreachable')
  })

  test('gives out so many places and not one more', async () => {
    const relay = await started(offers(everybody, 2))
    await hidden(relay)
    await hidden(relay)
    const failures: P2pEvent[] = []
    const third = await started({ ...uses(relay), onEvent: event => failures.push(event) })
    await soon(() => expect(failures).toHaveLength(1))
    expect(third.relays().used[0]?.reserved).toBe(false)
    expect(relay.relays().reservations).toBe(2)
  })

  test('a city has one place whatever the number of its peers, its oldest peers lose theirs, and another city gets its own', async () => {
    const cities = new Map<string, string>()
    const cityOf = (peer: string) => cities.get(peer)
    const relay = await started({ ...offers(everybody, 2), cityOf })
    // Who lost its place asks again in its next round; here nobody does meanwhile.
    const limits = { relayRound: 600_000 }
    const many: P2pHost[] = []
    for (let i = 0; i < 5; i += 1) {
      const key = newPeerKey()
      cities.set(peerIdOf(key), '610100')
      many.push(await hidden(relay, { key, limits }))
    }
    const key = newPeerKey()
    cities.set(peerIdOf(key), '610900')
    const honest = await hidden(relay, { key, limits })
    expect(relay.relays().reservations).toBe(2)
    const partner = await started({ listen: [] })
    cities.set(partner.peer, '420300')
    const reached = async (city: P2pHost) =>
      (await outcome(partner.open(city.peer, city.addresses(), PROTOCOL))) !== 'exchange.unreachable'
    expect(await reached(honest)).toBe(true)
    const newest = many.slice(-RELAY_PLACES.peersPerCity)
    expect(await Promise.all(many.map(reached))).toEqual(many.map(city => newest.includes(city)))
  })

  test('when all places are taken, a city that is gone or no partner any more loses its own', async () => {
    const cities = new Map<string, string>()
    const relay = await started({ ...offers(everybody, 1), cityOf: peer => cities.get(peer) })
    const reserve = async (city: string) => {
      const key = newPeerKey()
      cities.set(peerIdOf(key), city)
      return hidden(relay, { key })
    }
    const first = await reserve('610100')
    await first.stop()
    await soon(() => expect(relay.connected()).toEqual([]))
    const second = await reserve('610900')
    expect(relay.relays().reservations).toBe(1)
    cities.delete(second.peer)
    await reserve('420300')
    expect(relay.relays().reservations).toBe(1)
  })

  test('over a relay a city has n connections to another, over all its peers; with one more its oldest goes, and nobody else loses one', async () => {
    const cities = new Map<string, string>()
    const relay = await started({ ...offers(), cityOf: peer => cities.get(peer) })
    const key = newPeerKey()
    cities.set(peerIdOf(key), '420300')
    const city = await hidden(relay, { key, limits: { connectionsPerCity: 20 } })
    const from = async (code: string) => {
      const host = await started({ listen: [] })
      cities.set(host.peer, code)
      await host.open(city.peer, city.addresses(), PROTOCOL)
      return host
    }
    const reaches = (host: P2pHost) => host.connected().includes(city.peer)
    const honest = await from('610900')
    const many: P2pHost[] = []
    for (let i = 0; i < RELAY_PLACES.circuitsPerCity + 2; i += 1) many.push(await from('610100'))
    await soon(() => expect(many.map(reaches)).toEqual([false, false, true, true, true, true]))
    expect(reaches(honest)).toBe(true)
    expect(await exchange(honest, city, [], FRAME)).toBe(FRAME)
  })

  test('a relay is dialled where its own city says, not where one that is reached over it does', async () => {
    let came = 0
    const silent = createServer(() => {
      came += 1
    })
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const bogus = `/ip4/127.0.0.1/tcp/${(silent.address() as AddressInfo).port}`
    const relay = await started(offers())
    const city = await hidden(relay)
    const partner = await started({ listen: [], announced: () => [[relay.peer, relay.addresses()]] })
    const lie = `${bogus}/p2p/${relay.peer}/p2p-circuit/p2p/${city.peer}`
    expect(await exchange(partner, city, [lie], FRAME)).toBe(FRAME)
    expect(came).toBe(0)
    silent.close()
  })

  test('a node that offers none refuses, and a node that uses none is not reached over one', async () => {
    const relay = await started()
    const failures: P2pEvent[] = []
    await started({ ...uses(relay), onEvent: event => failures.push(event) })
    await soon(() => expect(failures.map(({ kind }) => kind)).toEqual(['relay-failed']))
  })

  test('when the relay was down the place is made anew', async () => {
    const key = newPeerKey()
    const port = await freePort()
    const options: P2pHostOptions = { key, listen: [`/ip4/127.0.0.1/tcp/${port}`], gate: everybody, ...offers() }
    const relay = await createP2pHost(options)
    hosts.push(relay)
    await relay.start()
    const city = await hidden(relay)
    const partner = await started({ listen: [] })
    const [address = ''] = city.addresses()
    expect(await exchange(partner, city, [address], FRAME)).toBe(FRAME)
    await relay.stop()
    await soon(() => expect(city.relays().used[0]?.reserved).toBe(false))
    expect(await outcome(partner.open(city.peer, [address], PROTOCOL))).toBe('exchange.unreachable')
    await relay.start()
    await soon(() => expect(city.relays().used[0]?.reserved).toBe(true))
    expect(await exchange(partner, city, [address], FRAME)).toBe(FRAME)
  })

  test('of two relays each carries alone, and one that was down does again, also the first of them', async () => {
    const relays = [await relayAtPort(), await relayAtPort()]
    const [first, second] = relays as [P2pHost, P2pHost]
    const key = newPeerKey()
    const told: P2pEvent[] = []
    const city = await started({ ...uses(...relays), key, onEvent: event => told.push(event) })
    await city.handle(PROTOCOL, echo, { maxFrame: FRAME, maxStreamsPerCity: 4 })
    await soon(() => expect(reservedAt(city)).toEqual([true, true]))
    expect(told.map(event => event.kind === 'relay-reserved' && event.peer).toSorted()).toEqual(
      [first.peer, second.peer].toSorted(),
    )
    const partner = await started({ listen: [] })
    const addresses = city.addresses()
    expect(addresses).toHaveLength(2)
    for (const [down, at] of [
      [first, [false, true]],
      [second, [true, false]],
    ] as const) {
      await down.stop()
      await soon(() => expect(reservedAt(city)).toEqual(at))
      expect(await exchange(partner, city, addresses, FRAME)).toBe(FRAME)
      await down.start()
      await soon(() => expect(reservedAt(city)).toEqual([true, true]))
    }
    for (const relay of relays) await relay.stop()
    await soon(() => expect(reservedAt(city)).toEqual([false, false]))
    for (const relay of relays) await relay.start()
    await soon(() => expect(reservedAt(city)).toEqual([true, true]))
    expect(await exchange(partner, city, addresses, FRAME)).toBe(FRAME)
  })

  test('a relay that does not answer holds up no other, and is asked again', async () => {
    const silent = await started()
    await silent.handle('/libp2p/circuit/relay/0.2.0/hop', () => new Promise(() => {}), {
      maxFrame: FRAME,
      maxStreamsPerCity: 9,
    })
    const relay = await relayAtPort()
    const failures: P2pEvent[] = []
    const onEvent = (event: P2pEvent) => event.kind === 'relay-failed' && failures.push(event)
    const city = await started({ ...uses(silent, relay), onEvent })
    await soon(() => expect(reservedAt(city)).toEqual([false, true]))
    expect(failures).toEqual([])
    await soon(() => expect(failures).toHaveLength(1))
    await relay.stop()
    await soon(() => expect(reservedAt(city)).toEqual([false, false]))
    await relay.start()
    await soon(() => expect(reservedAt(city)).toEqual([false, true]))
  })

  test('a partner that offers no place is asked again, and gives one when it offers them', async () => {
    const listen = [`/ip4/127.0.0.1/tcp/${await freePort()}`]
    const key = newPeerKey()
    const before = await started({ key, listen })
    const failures: P2pEvent[] = []
    const onEvent = (event: P2pEvent) => event.kind === 'relay-failed' && failures.push(event)
    const city = await started({ ...uses(before), onEvent })
    await soon(() => expect(failures).toHaveLength(1))
    await before.stop()
    await started({ key, listen, ...offers() })
    await soon(() => expect(reservedAt(city)).toEqual([true]))
  })

  test('two cities that moved to another relay at the same time find each other there', async () => {
    const former = await relayAtPort()
    const next = await relayAtPort()
    const keys = [newPeerKey(), newPeerKey()]
    const at = (relay: P2pHost) => Promise.all(keys.map(key => hidden(relay, { key })))
    const before = await at(former)
    const known = before.map(city => city.addresses())
    for (const city of before) await city.stop()
    const [one, other] = (await at(next)) as [P2pHost, P2pHost]
    expect(await exchange(one, other, known[1] ?? [], FRAME)).toBe(FRAME)
  })
})
