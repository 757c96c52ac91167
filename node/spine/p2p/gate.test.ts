import type { MultiaddrConnection, PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, test } from 'vitest'
import { newPeerKey } from '../../../test/support/p2p-hosts.ts'
import { ConnectionGate, type Denied } from './gate.ts'
import { P2P_LIMITS, type P2pLimits } from './limits.ts'
import { peerIdOf } from './peer-id.ts'

const newPeer = (): PeerId => peerIdFromString(peerIdOf(newPeerKey()))

function incoming(address: string): MultiaddrConnection & EventTarget & { aborted: boolean } {
  const connection = Object.assign(new EventTarget(), {
    remoteAddr: multiaddr(address),
    aborted: false,
    abort() {
      connection.aborted = true
    },
  })
  return connection as unknown as MultiaddrConnection & EventTarget & { aborted: boolean }
}

const UNHURRIED = { inboundPerSecond: 1000, inboundPerSecondKnown: 1000, inboundPerSecondStrangers: 1000 }

function gateWith(given: Partial<P2pLimits> & { announced?: string[] } = {}) {
  const { announced = [], ...limits } = given
  const denied: Denied[] = []
  const clock = { now: 0 }
  const cities = new Map<string, string>()
  const gate = new ConnectionGate({
    gate: () => true,
    cityOf: peer => cities.get(peer),
    announced: () => [['420300', announced]],
    range: 'private',
    limits: { ...P2P_LIMITS, ...UNHURRIED, ...limits },
    onDenied: reason => denied.push(reason),
    now: () => clock.now,
  })
  /** Lets one come in; false when it was turned away. */
  const enter = (address: string) => {
    const connection = incoming(address)
    return { connection, entered: !gate.denyInboundConnection(connection) }
  }
  return { gate, denied, clock, cities, enter }
}

const aborted = (entries: { connection: { aborted: boolean } }[]): boolean[] =>
  entries.map(({ connection }) => connection.aborted)

describe('the gate', () => {
  test('lets nobody be dialled who was not asked for, and counts who asks', () => {
    const { gate } = gateWith()
    const peer = newPeer()
    expect(gate.denyDialPeer(peer)).toBe(true)
    const first = gate.want(peer.toString())
    const second = gate.want(peer.toString())
    first()
    first()
    expect(gate.denyDialPeer(peer)).toBe(false)
    expect(gate.denyOutboundEncryptedConnection(peer)).toBe(false)
    expect(gate.denyOutboundEncryptedConnection(newPeer())).toBe(true)
    second()
    expect(gate.denyDialPeer(peer)).toBe(true)
  })

  test.each([
    ['/ip4/192.0.2.1/tcp/1', false],
    ['/ip4/10.0.0.1/tcp/1', false],
    ['/dns4/tongban.example/tcp/1', false],
    ['/ip4/127.0.0.1/tcp/22', true],
    ['/ip6/::1/tcp/22', true],
    ['/ip6/::ffff:127.0.0.1/tcp/22', true],
    ['/ip4/169.254.169.254/tcp/80', true],
    ['/ip6/fe80::1/tcp/1', true],
    ['/ip4/0.0.0.0/tcp/1', true],
    ['/ip4/224.0.0.1/tcp/1', true],
    ['/unix/%2Frun%2Fdocker.sock', true],
    ['/dnsaddr/tongban.example', true],
    ['/ip4/127.0.0.1/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp/p2p-circuit', true],
  ])('an address that a partner tells, %s: refused %s', (address, refused) => {
    expect(gateWith().gate.denyDialMultiaddr(multiaddr(address))).toBe(refused)
  })
})

describe('half-open connections', () => {
  test('of one address: n wait, with n+1 its oldest goes, and a place comes back when one closes or is done, once', () => {
    const { gate, denied, enter } = gateWith({ pendingInboundPerAddress: 2 })
    const one = enter('/ip4/192.0.2.1/tcp/1')
    const two = enter('/ip4/192.0.2.1/tcp/2')
    expect(aborted([one, two])).toEqual([false, false])
    const other = enter('/ip4/192.0.2.2/tcp/3')
    const three = enter('/ip4/192.0.2.1/tcp/3')
    expect(three.entered).toBe(true)
    expect(aborted([one, two, three, other])).toEqual([true, false, false, false])
    two.connection.dispatchEvent(new Event('close'))
    two.connection.dispatchEvent(new Event('close'))
    const four = enter('/ip4/192.0.2.1/tcp/4')
    expect(gate.denyInboundEncryptedConnection(newPeer(), three.connection)).toBe(false)
    expect(gate.denyInboundUpgradedConnection(newPeer(), three.connection)).toBe(false)
    const five = enter('/ip4/192.0.2.1/tcp/5')
    expect(aborted([three, four, five])).toEqual([false, false, false])
    enter('/ip4/192.0.2.1/tcp/6')
    expect(aborted([three, four, five])).toEqual([false, true, false])
    expect(denied).toEqual(['address-pending', 'address-pending'])
  })

  test('in all: with n+1 the oldest of the address that holds most goes, before one that is alone', () => {
    const { denied, enter } = gateWith({ pendingInbound: 5, pendingInboundPerAddress: 3 })
    const alone = enter('/ip4/192.0.2.9/tcp/1')
    const few = ['1', '2'].map(port => enter(`/ip4/192.0.2.1/tcp/${port}`))
    const many = ['1', '2'].map(port => enter(`/ip4/192.0.2.2/tcp/${port}`))
    const late = ['3', '4'].map(host => enter(`/ip4/192.0.2.${host}/tcp/1`))
    expect(aborted([alone, ...few, ...many, ...late])).toEqual([false, true, false, true, false, false, false])
    expect(denied).toEqual(['pending', 'pending'])
  })

  test('addresses that partners announce, or came from, have places that strangers never take', () => {
    const { gate, cities, enter } = gateWith({
      pendingInbound: 4,
      announced: ['/ip4/198.51.100.1/tcp/8421/p2p/x', '/dns4/tongban.example/tcp/1', 'nonsense'],
    })
    const partner = newPeer()
    cities.set(partner.toString(), '420300')
    const before = enter('/ip4/198.51.100.2/tcp/1')
    expect(gate.denyInboundEncryptedConnection(partner, before.connection)).toBe(false)
    gate.denyInboundUpgradedConnection(partner, before.connection)
    const known = [enter('/ip4/198.51.100.1/tcp/1'), enter('/ip4/198.51.100.2/tcp/2')]
    const flood = Array.from({ length: 100 }, (_, i) => enter(`/ip4/192.0.2.${i}/tcp/1`))
    expect(aborted(known)).toEqual([false, false])
    expect(flood.filter(({ connection }) => !connection.aborted)).toHaveLength(4)
  })

  test('of one address of partners: n wait and come in a second, more than of a stranger, with n+1 its oldest goes', () => {
    const limits = {
      pendingInboundPerKnown: 3,
      pendingInboundPerAddress: 1,
      inboundPerSecondKnown: 5,
      inboundPerSecond: 1,
    }
    const { enter } = gateWith({ ...limits, announced: ['/ip4/198.51.100.1/tcp/8421'] })
    const came = ['1', '2', '3', '4', '5', '6'].map(port => enter(`/ip4/198.51.100.1/tcp/${port}`))
    expect(came.map(({ entered }) => entered)).toEqual([true, true, true, true, true, false])
    expect(aborted(came.slice(0, 5))).toEqual([true, true, false, false, false])
  })

  test('one that proved to be of a city leaves the places of its address, and the city has n of its own', () => {
    const { gate, cities, enter } = gateWith({ pendingInboundPerAddress: 2, pendingInboundPerCity: 2 })
    const peers = [newPeer(), newPeer(), newPeer()]
    for (const peer of peers) cities.set(peer.toString(), '420300')
    const proven = peers.map((peer, i) => {
      const entry = enter(`/ip4/192.0.2.1/tcp/${i}`)
      gate.denyInboundEncryptedConnection(peer, entry.connection)
      return entry
    })
    const others = ['8', '9'].map(port => enter(`/ip4/192.0.2.1/tcp/${port}`))
    expect(aborted([...proven, ...others])).toEqual([true, false, false, false, false])
  })

  test('all who come over one relay: n wait, with n+1 the oldest goes, and nobody else is counted with them', () => {
    const { enter } = gateWith({ pendingInboundPerRelay: 2, pendingInboundPerAddress: 1 })
    const over = () => enter(`/ip4/192.0.2.1/tcp/1/p2p/${newPeer()}/p2p-circuit/p2p/${newPeer()}`)
    const relay = newPeer()
    const same = () => enter(`/ip4/192.0.2.1/tcp/1/p2p/${relay}/p2p-circuit/p2p/${newPeer()}`)
    const direct = enter('/ip4/192.0.2.1/tcp/7')
    const one = same()
    const two = same()
    const other = over()
    const three = same()
    expect(aborted([direct, one, two, other, three])).toEqual([false, true, false, false, false])
  })

  test('of one address in a second: n enter, n+1 is turned away, and in the next second they come in again', () => {
    const { clock, denied, enter } = gateWith({ inboundPerSecond: 3 })
    const came = () => enter('/ip4/192.0.2.1/tcp/1').entered
    expect([came(), came(), came(), came()]).toEqual([true, true, true, false])
    expect(enter('/ip4/192.0.2.2/tcp/1').entered).toBe(true)
    clock.now = 999
    expect(came()).toBe(false)
    clock.now = 1000
    expect(came()).toBe(true)
    expect(denied).toEqual(['address-rate', 'address-rate'])
  })

  test('of all strangers in a second: n enter, n+1 is turned away, whatever its address, and one of a partner still enters', () => {
    const { enter } = gateWith({ inboundPerSecondStrangers: 3, announced: ['/ip4/198.51.100.1/tcp/8421'] })
    const came = ['1', '2', '3', '4'].map(host => enter(`/ip4/192.0.2.${host}/tcp/1`).entered)
    expect(came).toEqual([true, true, true, false])
    expect(enter('/ip4/198.51.100.1/tcp/1').entered).toBe(true)
  })

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::1', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8::1', '2001:0db8:0:0:9:9:9:9', true],
    ['::1', '::2', true],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
    ['2001:db8::1', '2001:db9::1', false],
  ])('%s and %s count as one address: %s', (a, b, same) => {
    const { enter } = gateWith({ pendingInboundPerAddress: 1 })
    const first = enter(`/ip6/${a}/tcp/1`)
    enter(`/ip6/${b}/tcp/1`)
    expect(first.connection.aborted).toBe(same)
  })
})
