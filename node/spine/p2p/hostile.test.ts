import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { StreamMuxerFactory } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { tellsWhere } from '../../../test/support/chance.ts'
import { newPeerKey, portOf, startHost } from '../../../test/support/p2p-hosts.ts'
import { startStockPeer } from '../../../test/support/stock-peer.ts'
import { collect, echo, outcome } from '../../../test/support/transport-contract.ts'
import type { P2pEvent } from './events.ts'
import type { P2pHost, P2pHostOptions } from './host.ts'
import { peerIdOf } from './peer-id.ts'
import { undecodedBytes } from './yamux.ts'

const PROTOCOL = '/hostile/1'
const MIB = 1024 * 1024
const stops: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

async function target(options: Partial<P2pHostOptions> = {}): Promise<P2pHost> {
  const host = await startHost(options)
  stops.push(() => host.stop())
  await host.handle(PROTOCOL, echo, { maxFrame: MIB, maxStreamsPerCity: 4 })
  return host
}

/** A raw socket, and the promise of its end. */
async function dial(host: P2pHost): Promise<{ socket: Socket; closed: Promise<void> }> {
  const socket = connect(portOf(host), '127.0.0.1')
  stops.push(() => socket.destroy())
  socket.on('error', () => {})
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()))
  await Promise.race([closed, new Promise<void>(resolve => socket.on('connect', () => resolve()))])
  return { socket, closed }
}

/** The host still serves a peer it knows. */
async function serves(host: P2pHost): Promise<boolean> {
  const friend = await startHost()
  try {
    const wire = await friend.open(host.peer, host.addresses(), PROTOCOL)
    await wire.send(Buffer.from('well?'))
    await wire.close()
    return (await collect(wire)).join() === 'well?'
  } finally {
    await friend.stop()
  }
}

const multistream = (line: string): Buffer => Buffer.concat([Buffer.from([line.length + 1]), Buffer.from(`${line}\n`)])

describe('strangers at the TCP port', () => {
  const WRITTEN = [
    ['random bytes', randomBytes(100_000)],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: tongban\r\n\r\n')],
    ['a TLS hello', Buffer.from(`16030100c8010000c40303${'00'.repeat(190)}`, 'hex')],
    ['zeros', Buffer.alloc(100_000)],
    ['a huge multistream length', Buffer.from('ffffffff7f', 'hex')],
    ['another encryption', Buffer.concat([multistream('/multistream/1.0.0'), multistream('/tls/1.0.0')])],
    [
      'noise and then garbage',
      Buffer.concat([multistream('/multistream/1.0.0'), multistream('/noise'), randomBytes(100_000)]),
    ],
    [
      'a noise message of 64 KiB that never ends',
      Buffer.concat([multistream('/multistream/1.0.0'), multistream('/noise'), Buffer.from('ffff00', 'hex')]),
    ],
    ['nothing', Buffer.alloc(0)],
    ['half a message', multistream('/multistream/1.0.0').subarray(0, 7)],
  ] as const

  /** All come at once: the silent ones wait out the time for a handshake together. */
  test('who writes what is no handshake is closed within the time for one, and the host serves on', async () => {
    const host = await target({ limits: { inboundUpgradeTimeout: 2_000, pendingInboundPerAddress: WRITTEN.length } })
    const open = new Set<string>(WRITTEN.map(([what]) => what))
    tellsWhere(() => `still open: ${[...open].join(', ')}`)
    await Promise.all(
      WRITTEN.map(async ([what, bytes]) => {
        const { socket, closed } = await dial(host)
        socket.write(bytes)
        socket.resume()
        await closed
        open.delete(what)
      }),
    )
    expect([...open]).toEqual([])
    expect(host.connected()).toEqual([])
    expect(await serves(host)).toBe(true)
  })

  test('half-open connections of one address: n wait, with n+1 the oldest is closed at once, and the places come free', async () => {
    const events: P2pEvent[] = []
    const limits = { pendingInboundPerAddress: 3, pendingInbound: 10, inboundUpgradeTimeout: 700 }
    const host = await target({ limits, onEvent: event => events.push(event) })
    const silent = [await dial(host), await dial(host), await dial(host)]
    const oneMore = await dial(host)
    await silent[0]?.closed
    expect(events).toEqual([{ kind: 'denied', reason: 'address-pending' }])
    expect([...silent, oneMore].map(({ socket }) => socket.destroyed)).toEqual([true, false, false, false])
    await Promise.all([...silent, oneMore].map(({ closed }) => closed))
    expect(await serves(host)).toBe(true)
  })

  test('half-open connections in all: n wait, with n+1 the oldest is closed at once', async () => {
    const host = await target({ limits: { pendingInbound: 3, inboundUpgradeTimeout: 700 } })
    const silent = [await dial(host), await dial(host), await dial(host)]
    const oneMore = await dial(host)
    await silent[0]?.closed
    expect([...silent, oneMore].map(({ socket }) => socket.destroyed)).toEqual([true, false, false, false])
    await Promise.all([...silent, oneMore].map(({ closed }) => closed))
    expect(await serves(host)).toBe(true)
  })

  test('connections of one address in a second: n are heard, n+1 is closed at once', async () => {
    const host = await target({ limits: { inboundPerSecond: 5, inboundUpgradeTimeout: 10_000 } })
    const heard: Socket[] = []
    for (let i = 0; i < 5; i += 1) heard.push((await dial(host)).socket)
    await (await dial(host)).closed
    expect(heard.some(socket => socket.destroyed)).toBe(false)
  })

  test('a stranger who keeps writing is cut off after so many bytes, whether or not he reads', async () => {
    const denied: P2pEvent[] = []
    const limits = { inboundUpgradeTimeout: 20_000, pendingInboundPerAddress: 32, handshakeBytes: 64 * 1024 }
    const host = await target({ limits, onEvent: event => denied.push(event) })
    // Valid requests, so that they are worked on.
    const flood = Buffer.concat(Array.from({ length: 3000 }, () => multistream('/multistream/1.0.0')))
    const sockets = await Promise.all(Array.from({ length: 16 }, () => dial(host)))
    const before = process.memoryUsage().rss
    const pour = ({ socket, closed }: { socket: Socket; closed: Promise<void> }, reads: boolean): Promise<void> => {
      if (reads) socket.resume()
      else socket.pause()
      const more = (): void => {
        while (!socket.destroyed && socket.write(flood)) {
          // until the socket is full
        }
      }
      socket.on('drain', more)
      more()
      return closed
    }
    await Promise.all(sockets.map((socket, i) => pour(socket, i % 2 === 0)))
    expect(denied).toEqual(sockets.map(() => ({ kind: 'denied', reason: 'handshake-bytes' })))
    expect((process.memoryUsage().rss - before) / MIB).toBeLessThan(96)
    expect(await serves(host)).toBe(true)
  })

  test('many strangers leave nothing behind', async () => {
    const denied: P2pEvent[] = []
    const host = await target({
      gate: () => false,
      limits: { inboundPerSecond: 1000, inboundPerSecondKnown: 1000, inboundPerSecondStrangers: 1000 },
      onEvent: event => denied.push(event),
    })
    const told: unknown[] = []
    host.onConnection(event => told.push(event))
    const strangers = await Promise.all(Array.from({ length: 4 }, () => startHost()))
    stops.push(...strangers.map(stranger => () => stranger.stop()))
    for (let i = 0; i < 25; i += 1) {
      const results = await Promise.all(
        strangers.map(stranger => outcome(stranger.open(host.peer, host.addresses(), PROTOCOL))),
      )
      expect(new Set(results)).toEqual(new Set(['exchange.unreachable']))
    }
    expect(denied).toHaveLength(100)
    expect(new Set(denied.map(event => JSON.stringify(event)))).toEqual(
      new Set([JSON.stringify({ kind: 'denied', reason: 'unknown-peer' })]),
    )
    expect(told).toEqual([])
    expect(host.connected()).toEqual([])
  })

  test('somebody else at the address of a partner is found out', async () => {
    const host = await target()
    const partner = peerIdOf(newPeerKey())
    const friend = await startHost()
    stops.push(() => friend.stop())
    const addresses = host.addresses().map(address => address.replace(/\/p2p\/.*/, ''))
    await expect(friend.open(partner, addresses, PROTOCOL)).rejects.toThrow(
      'exchange.unreachable: another key answers at this address',
    )
    await expect(friend.open(partner, host.addresses(), PROTOCOL)).rejects.toThrow(
      'exchange.unreachable: no address is usable',
    )
  })
})

describe('a known peer that misbehaves', () => {
  /** Says it would send a frame of 1 GiB, and sends. */
  const giant =
    (progress: { sent: number }): (() => StreamMuxerFactory) =>
    () => ({
      protocol: '/yamux/1.0.0',
      createStreamMuxer(connection) {
        const muxer = yamux()().createStreamMuxer(connection)
        // The first message of the host tells that its handshake is done.
        const start = (): void => {
          connection.removeEventListener('message', start)
          connection.send(Buffer.from('000000010000000100000000', 'hex'))
          connection.send(Buffer.from('000000000000000140000000', 'hex'))
          const pour = (): void => {
            while (connection.status === 'open') {
              progress.sent += 64 * 1024
              if (!connection.send(new Uint8Array(64 * 1024))) return
            }
          }
          connection.addEventListener('drain', () => queueMicrotask(pour))
          pour()
        }
        connection.addEventListener('message', start)
        return muxer
      },
    })

  test('canary: the size of what yamux has not decoded can be read', async () => {
    const listeners = new EventTarget()
    const log = Object.assign(() => {}, { error() {}, trace() {}, enabled: false, newScope: () => log })
    const connection = Object.assign(listeners, { log, direction: 'inbound', send: () => true })
    const muxer = yamux({ enableKeepAlive: false })().createStreamMuxer(
      connection as unknown as Parameters<StreamMuxerFactory['createStreamMuxer']>[0],
    )
    expect(undecodedBytes(muxer)).toBe(0)
    listeners.dispatchEvent(Object.assign(new Event('message'), { data: Buffer.from('00000000', 'hex') }))
    expect(undecodedBytes(muxer)).toBe(4)
  })

  test('a multiplexer frame of 1 GiB ends the connection long before', async () => {
    const host = await target()
    const progress = { sent: 0 }
    const peer = await startStockPeer({ muxer: giant(progress) })
    stops.push(() => peer.stop())
    const connection = await peer.dial(multiaddr(host.addresses()[0] ?? ''))
    if (connection.status === 'open') {
      await new Promise(resolve => connection.addEventListener('close', resolve))
    }
    expect(progress.sent).toBeGreaterThan(MIB)
    expect(progress.sent).toBeLessThan(64 * MIB)
    expect(await serves(host)).toBe(true)
  })

  test('frames that nobody takes are held at the sender', async () => {
    const host = await startHost()
    stops.push(() => host.stop())
    const { promise, resolve } = Promise.withResolvers<void>()
    await host.handle(PROTOCOL, () => promise, { maxFrame: MIB, maxStreamsPerCity: 4 })
    const friend = await startHost()
    stops.push(() => friend.stop())
    const before = process.memoryUsage().rss
    const sent = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const wire = await friend.open(host.peer, host.addresses(), PROTOCOL)
        let frames = 0
        const sending = (async () => {
          while (true) {
            await wire.send(new Uint8Array(1024))
            frames += 1
          }
        })()
        sending.catch(() => {})
        let last = -1
        await vi.waitFor(() => {
          const still = frames === last
          last = frames
          expect(still && frames > 0).toBe(true)
        }, 60_000)
        return frames * 1024
      }),
    )
    expect(Math.max(...sent)).toBeLessThan(4 * MIB)
    expect((process.memoryUsage().rss - before) / MIB).toBeLessThan(96)
    resolve()
  })

  test('more connections than allowed: the oldest goes', async () => {
    const host = await target({ limits: { connectionsPerCity: 2 } })
    const peer = await startStockPeer()
    stops.push(() => peer.stop())
    const address = multiaddr(host.addresses()[0] ?? '')
    const first = await peer.dial(address, { force: true })
    const gone = new Promise(resolve => first.addEventListener('close', resolve))
    await peer.dial(address, { force: true })
    expect(first.status).toBe('open')
    await peer.dial(address, { force: true })
    await gone
    expect(host.connected()).toEqual([peer.peerId.toString()])
    const stream = await peer.dialProtocol(address, PROTOCOL)
    expect(stream.status).toBe('open')
  })

  test('a gate that changes its mind stops new streams of an open connection', async () => {
    let open = true
    const host = await target({ gate: () => open })
    const friend = await startHost()
    stops.push(() => friend.stop())
    const wire = await friend.open(host.peer, host.addresses(), PROTOCOL)
    open = false
    expect(await outcome(collect(await friend.open(host.peer, [], PROTOCOL)))).toBe('exchange.unreachable')
    await wire.close()
    expect(await collect(wire)).toEqual([])
  })

  test('a gate that throws says no', async () => {
    const host = await target({
      gate: () => {
        throw new Error('store closed')
      },
    })
    const friend = await startHost()
    stops.push(() => friend.stop())
    expect(await outcome(friend.open(host.peer, host.addresses(), PROTOCOL))).toBe('exchange.unreachable')
  })
})
