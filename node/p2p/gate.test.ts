import type { MultiaddrConnection, PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, test } from 'vitest'
import { newPeerKey } from '../../test/support/p2p-hosts.ts'
import { ConnectionGate, type Denied } from './gate.ts'
import { P2P_LIMITS } from './limits.ts'
import { peerIdOf } from './peer-id.ts'

const newPeer = (): PeerId => peerIdFromString(peerIdOf(newPeerKey()))

function incoming(address: string): MultiaddrConnection & EventTarget {
  const connection = Object.assign(new EventTarget(), { remoteAddr: multiaddr(address), abort() {} })
  return connection as unknown as MultiaddrConnection & EventTarget
}

function gateWith(pendingInboundPerAddress: number) {
  const denied: Denied[] = []
  const limits = { ...P2P_LIMITS, pendingInboundPerAddress }
  const gate = new ConnectionGate(
    () => true,
    () => false,
    limits,
    reason => denied.push(reason),
  )
  return { gate, denied }
}

describe('the gate', () => {
  test('lets nobody be dialled who was not asked for, and counts who asks', () => {
    const { gate } = gateWith(1)
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

  test('a pending connection gives its place back when it closes or is proven, once', () => {
    const { gate, denied } = gateWith(2)
    const [one, two] = [incoming('/ip4/192.0.2.1/tcp/1'), incoming('/ip4/192.0.2.1/tcp/2')]
    expect(gate.denyInboundConnection(one)).toBe(false)
    expect(gate.denyInboundConnection(two)).toBe(false)
    expect(gate.denyInboundConnection(incoming('/ip4/192.0.2.1/tcp/3'))).toBe(true)
    expect(gate.denyInboundConnection(incoming('/ip4/192.0.2.2/tcp/3'))).toBe(false)
    expect(gate.denyInboundEncryptedConnection(newPeer(), one)).toBe(false)
    one.dispatchEvent(new Event('close'))
    expect(gate.denyInboundConnection(incoming('/ip4/192.0.2.1/tcp/4'))).toBe(false)
    expect(gate.denyInboundConnection(incoming('/ip4/192.0.2.1/tcp/5'))).toBe(true)
    two.dispatchEvent(new Event('close'))
    expect(gate.denyInboundConnection(incoming('/ip4/192.0.2.1/tcp/6'))).toBe(false)
    expect(denied).toEqual(['address-pending', 'address-pending'])
  })

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::1', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8::1', '2001:0db8:0:0:9:9:9:9', true],
    ['::1', '::2', true],
    ['2001:db8::1', '2001:db9::1', false],
  ])('%s and %s count as one address: %s', (a, b, same) => {
    const { gate } = gateWith(1)
    expect(gate.denyInboundConnection(incoming(`/ip6/${a}/tcp/1`))).toBe(false)
    expect(gate.denyInboundConnection(incoming(`/ip6/${b}/tcp/1`))).toBe(same)
  })
})
