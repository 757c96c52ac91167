import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { portOf, startHost } from '../../../test/support/p2p-hosts.ts'
import { startProxy } from '../../../test/support/tcp-proxy.ts'
import { collect, echo, outcome, text } from '../../../test/support/transport-contract.ts'
import type { P2pEvent } from './events.ts'
import type { P2pHost } from './host.ts'
import type { P2pLimits } from './limits.ts'
import { PING_PROTOCOL } from './ping.ts'

const PROTOCOL = '/faults/1'
const stops: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

/** Two hosts; the addresses lead through a proxy. */
async function throughProxy(limits: Partial<P2pLimits> = {}) {
  const [a, b] = await Promise.all([startHost({ limits }), startHost({ limits })])
  const proxy = await startProxy(portOf(b))
  stops.push(
    () => a.stop(),
    () => b.stop(),
    () => proxy.close(),
  )
  await b.handle(PROTOCOL, echo, { maxFrame: 1000, maxStreamsPerCity: 4 })
  const addresses = [`/ip4/127.0.0.1/tcp/${proxy.port}`]
  return {
    a,
    b,
    proxy,
    addresses,
    open: (signal?: AbortSignal) => a.open(b.peer, addresses, PROTOCOL, signal ? { signal } : {}),
  }
}

const closing = (host: P2pHost): Promise<void> =>
  new Promise(resolve => {
    host.onConnection(({ open }) => {
      if (!open) resolve()
    })
  })

const detail = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => 'fulfilled',
    error => (error instanceof ProblemError ? error.problem.detail : String(error)),
  )

/** A TCP server that accepts and says nothing. */
async function silentServer(): Promise<{ server: Server; address: string }> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    stops.push(() => socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, address: `/ip4/127.0.0.1/tcp/${address.port}` }
}

describe('faults of the network', () => {
  test('a connection that is cut breaks the streams of both sides, and the next open connects again', async () => {
    const { a, b, proxy, open } = await throughProxy()
    const wire = await open()
    const told = Promise.all([closing(a), closing(b)])
    proxy.cut()
    expect(await outcome(collect(wire))).toBe('exchange.unreachable')
    expect(await outcome(wire.send(Buffer.from('x')))).toBe('exchange.unreachable')
    await told
    expect(a.connected()).toEqual([])
    const again = await open()
    await again.send(Buffer.from('back'))
    await again.close()
    expect(await collect(again)).toEqual(['back'])
  })

  test('a peer that vanished without a word is noticed by the pings, on both sides', async () => {
    const { a, b, proxy, open } = await throughProxy({ pingInterval: 100, pingTimeout: 200 })
    const wire = await open()
    const told = Promise.all([closing(a), closing(b)])
    proxy.freeze()
    expect(await outcome(collect(wire))).toBe('exchange.unreachable')
    await told
  })

  test('an idle connection to a living peer stays', async () => {
    const { a, b, open } = await throughProxy({ pingInterval: 20, pingTimeout: 60_000 })
    const wire = await open()
    let closed = false
    a.onConnection(() => {
      closed = true
    })
    for (let i = 0; i < 20; i += 1) {
      await new Promise(resolve => setTimeout(resolve, 10))
      await a.ping(b.peer)
    }
    expect(closed).toBe(false)
    await wire.send(Buffer.from('still there'))
    await wire.close()
    expect(await collect(wire)).toEqual(['still there'])
  })

  test('of one connection n pings wait for their end, n+1 is refused, and the connection stays', async () => {
    const { a, b, addresses } = await throughProxy({ pingStreams: 2 })
    const hold = () => a.open(b.peer, addresses, PING_PROTOCOL)
    const held = [await hold(), await hold()]
    expect(await outcome(hold().then(collect))).toBe('exchange.unreachable')
    expect(a.connected()).toEqual([b.peer])
    for (const wire of held) await wire.send(Buffer.from('still there'))
  })

  test('a ping to a peer that vanished ends in time', async () => {
    const { a, b, proxy, open } = await throughProxy({ pingTimeout: 100 })
    await open()
    proxy.freeze()
    expect(await outcome(a.ping(b.peer))).toBe('exchange.timeout')
    expect(await outcome(a.ping(b.peer, { signal: AbortSignal.abort() }))).toBe('exchange.timeout')
  })

  test('an open on a connection that is dead gives it up and dials anew', async () => {
    const { a, b, proxy, open } = await throughProxy({ streamTimeout: 200 })
    await open()
    proxy.freeze()
    const wire = await a.open(b.peer, b.addresses(), PROTOCOL)
    await wire.send(Buffer.from('other way'))
    for await (const frame of wire.frames()) {
      expect(text(frame)).toBe('other way')
      break
    }
  })

  test('bytes that stop for a while and go on lose nothing', async () => {
    const { proxy, open } = await throughProxy()
    const wire = await open()
    const sent = Array.from({ length: 300 }, (_, i) => `${i}`)
    proxy.freeze()
    for (const frame of sent) await wire.send(Buffer.from(frame))
    const closed = wire.close()
    proxy.thaw()
    expect(await collect(wire)).toEqual(sent)
    await closed
  })

  test('a signal ends an open that hangs, at once, and the others go on', async () => {
    const { proxy, open } = await throughProxy()
    proxy.freeze()
    const controller = new AbortController()
    const given = open(controller.signal)
    const others = [open(), open()]
    controller.abort(new Error('never mind'))
    expect(await detail(given)).toBe('the call was given up')
    proxy.thaw()
    expect(await Promise.all(others.map(outcome))).toEqual(['fulfilled', 'fulfilled'])
  })

  test('stop ends an open that hangs', async () => {
    const { a, proxy, open } = await throughProxy()
    proxy.freeze()
    const given = outcome(open())
    await new Promise(resolve => setImmediate(resolve))
    await a.stop()
    expect(await given).toBe('exchange.unreachable')
  })
})

describe('peers that cannot be reached', () => {
  const peer = '12D3KooWQK1wnefoLrcVHbbnf5tLzbopUd3K3bFAoJpA7YJgL5pV'

  test('each reason is said in words, without an address', async () => {
    const limits = { addressDialTimeout: 200, dialTimeout: 2_000 }
    const host = await startHost({ limits })
    const other = await startHost()
    stops.push(
      () => host.stop(),
      () => other.stop(),
    )
    const silent = await silentServer()
    const nobody = await startProxy(1)
    await nobody.close()
    const closed = `/ip4/127.0.0.1/tcp/${nobody.port}`
    const open = (...addresses: string[]) => detail(host.open(peer, addresses, PROTOCOL))
    expect(await open()).toBe('no address is known')
    expect(await open('nonsense', '/ip4/999.1.1.1/tcp/1')).toBe('no address is usable')
    expect(await open('/ip4/127.0.0.1/udp/1')).toBe('no address can be dialled')
    expect(await open(closed)).toBe('the connection was refused: nothing listens there')
    expect(await open(silent.address)).toBe('no answer in time')
    expect(await open('/dns4/no-such-host.invalid/tcp/4001')).toMatch(/^(the host name|there is no route|no answer)/)
    expect(await open(`/ip4/127.0.0.1/tcp/${portOf(other)}`)).toBe('another key answers at this address')
    expect(await open(silent.address, closed)).toBe(
      'no answer in time; the connection was refused: nothing listens there',
    )
  })

  test('one good address among bad ones is enough', async () => {
    const [a, b] = await Promise.all([startHost({ limits: { addressDialTimeout: 200 } }), startHost()])
    stops.push(
      () => a.stop(),
      () => b.stop(),
    )
    await b.handle(PROTOCOL, echo, { maxFrame: 10, maxStreamsPerCity: 1 })
    const silent = await silentServer()
    const addresses = ['nonsense', silent.address, ...b.addresses()]
    expect(await outcome(a.open(b.peer, addresses, PROTOCOL))).toBe('fulfilled')
  })

  test('a port that is taken is a fault of the configuration', async () => {
    const host = await startHost()
    stops.push(() => host.stop())
    const taken = startHost({ listen: [`/ip4/127.0.0.1/tcp/${portOf(host)}`] })
    expect(await outcome(taken)).toBe('config.invalid')
    expect(await outcome(startHost({ listen: ['nonsense'] }))).toBe('config.invalid')
  })
})

describe('handlers and listeners that fail', () => {
  test('are reported, and nothing else happens', async () => {
    const events: P2pEvent[] = []
    const b = await startHost({ onEvent: event => events.push(event) })
    const a = await startHost({
      onEvent: () => {
        throw new Error('mistake of the reporter')
      },
    })
    stops.push(
      () => a.stop(),
      () => b.stop(),
    )
    const failures: [string, (() => Promise<void>) | (() => never)][] = [
      ['/fails/rejects', () => Promise.reject(new Error('rejected'))],
      [
        '/fails/throws',
        () => {
          throw new Error('thrown')
        },
      ],
      ['/fails/strange', () => Promise.reject('no error at all')],
    ]
    for (const [protocol, handler] of failures) {
      await b.handle(protocol, handler, { maxFrame: 10, maxStreamsPerCity: 1 })
    }
    b.onConnection(() => {
      throw new Error('mistake of the listener')
    })
    for (const [protocol] of failures) {
      expect(await outcome(collect(await a.open(b.peer, b.addresses(), protocol)))).toBe('exchange.unreachable')
    }
    expect(events.map(event => event.kind)).toEqual([
      'listener-failed',
      'handler-failed',
      'handler-failed',
      'handler-failed',
    ])
  })

  test('a send that nobody waits for brings nothing down when the stream breaks', async () => {
    const { proxy, open } = await throughProxy({ writeBuffer: 1000 })
    const wire = await open()
    proxy.freeze()
    for (let i = 0; i < 5_000; i += 1) void wire.send(new Uint8Array(900))
    wire.abort(new Error('enough'))
    expect(await outcome(wire.send(Buffer.from('x')))).toBe('exchange.unreachable')
  })

  test('a handler that returned leaves a stream that the other end must close in time', async () => {
    const b = await startHost({ limits: { lingerTimeout: 100 } })
    const a = await startHost()
    stops.push(
      () => a.stop(),
      () => b.stop(),
    )
    await b.handle(PROTOCOL, wire => wire.send(Buffer.from('here you are')), { maxFrame: 10, maxStreamsPerCity: 1 })
    const wire = await a.open(b.peer, b.addresses(), PROTOCOL)
    expect(await collect(wire)).toEqual(['here you are'])
    const sending = (async () => {
      while (true) {
        await wire.send(new Uint8Array(10))
        await new Promise(resolve => setImmediate(resolve))
      }
    })()
    expect(await outcome(sending)).toBe('exchange.unreachable')
  })
})
