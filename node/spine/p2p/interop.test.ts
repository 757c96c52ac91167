import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, test } from 'vitest'
import { startHost } from '../../../test/support/p2p-hosts.ts'
import { startStockPeer } from '../../../test/support/stock-peer.ts'
import { collect, echo, outcome } from '../../../test/support/transport-contract.ts'

const PROTOCOL = '/interop/1'
const stops: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

async function both() {
  const host = await startHost()
  const peer = await startStockPeer()
  stops.push(
    () => host.stop(),
    () => peer.stop(),
  )
  return { host, peer, address: multiaddr(host.addresses()[0] ?? '') }
}

/** Everything that comes on a stock stream until its end. */
async function read(stream: Stream): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part.slice())
  return Buffer.concat(parts)
}

describe('a stock libp2p peer with noise in pure JavaScript', () => {
  test('dials this host and speaks frames', async () => {
    const { host, peer, address } = await both()
    await host.handle(PROTOCOL, echo, { maxFrame: 100_000, maxStreamsPerCity: 1 })
    const stream = await peer.dialProtocol(address, PROTOCOL)
    const frames = Buffer.concat([
      Buffer.from('00000001', 'hex'),
      Buffer.from('x'),
      Buffer.from([0, 1, 0x11, 0x70]),
      Buffer.alloc(70_000, 5),
    ])
    const answer = read(stream)
    for (let i = 0; i < frames.byteLength; i += 1000) stream.send(frames.subarray(i, i + 1000))
    await stream.close()
    expect((await answer).equals(frames)).toBe(true)
  })

  test('is dialled by this host', async () => {
    const { host, peer } = await both()
    await peer.handle(PROTOCOL, async stream => {
      const bytes = await read(stream)
      stream.send(bytes)
      await stream.close()
    })
    const wire = await host.open(peer.peerId.toString(), peer.getMultiaddrs().map(String), PROTOCOL)
    await wire.send(Buffer.from('to a stranger'))
    await wire.close()
    expect(await collect(wire)).toEqual(['to a stranger'])
  })

  test('pings this host, and is pinged', async () => {
    const { host, peer, address } = await both()
    expect(await peer.services.ping.ping(address)).toBeGreaterThanOrEqual(0)
    expect(await peer.services.ping.ping(address)).toBeGreaterThanOrEqual(0)
    expect(await host.ping(peer.peerId.toString())).toBeGreaterThan(0)
  })

  test.each([
    ['inside a frame', '00000005aabb', 'frame.truncated'],
    ['inside a length', '000000', 'frame.truncated'],
    ['between frames', '00000001aa', 'fulfilled'],
    ['at once', '', 'fulfilled'],
    ['after an empty frame', '00000000', 'frame.malformed'],
  ])('a stream that ends %s', async (_, hex, result) => {
    const { host, peer, address } = await both()
    const { promise, resolve } = Promise.withResolvers<string>()
    await host.handle(PROTOCOL, async wire => resolve(await outcome(collect(wire))), {
      maxFrame: 100,
      maxStreamsPerCity: 1,
    })
    const stream = await peer.dialProtocol(address, PROTOCOL)
    if (hex !== '') stream.send(Buffer.from(hex, 'hex'))
    await stream.close()
    expect(await promise).toBe(result)
  })

  test('a connection that ends under an open stream is no end of the stream', async () => {
    const { host, peer, address } = await both()
    const first = Promise.withResolvers<void>()
    const last = Promise.withResolvers<string>()
    await host.handle(
      PROTOCOL,
      async wire => {
        for await (const _ of wire.frames()) break
        first.resolve()
        last.resolve(await outcome(collect(wire)))
      },
      { maxFrame: 100, maxStreamsPerCity: 1 },
    )
    const stream = await peer.dialProtocol(address, PROTOCOL)
    stream.send(Buffer.from('0000000161', 'hex'))
    await first.promise
    for (const connection of peer.getConnections()) connection.abort(new Error('gone'))
    expect(await last.promise).toBe('exchange.unreachable')
  })
})
