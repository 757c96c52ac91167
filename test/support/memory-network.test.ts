import { describe, expect, test } from 'vitest'
import type { Wire } from '../../node/spine/exchange/wire.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { createMemoryNetwork } from './memory-network.ts'
import { transportContract } from './transport-contract.ts'

const PROTOCOL = '/test/1'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (frame: Uint8Array): string => new TextDecoder().decode(frame)
const caught = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fulfilled',
    error => (error instanceof ProblemError ? error.problem.code : String(error)),
  )

const all = async (wire: Wire): Promise<string[]> => {
  const frames: string[] = []
  for await (const frame of wire.frames()) frames.push(text(frame))
  return frames
}

const echo = async (wire: Wire): Promise<void> => {
  for await (const frame of wire.frames()) await wire.send(frame)
}

async function twoNodes(handler = echo, options: Parameters<typeof createMemoryNetwork>[0] = {}) {
  const network = createMemoryNetwork(options)
  const a = network.transport('a')
  const b = network.transport('b')
  await b.handle(PROTOCOL, handler, { maxFrame: 16, maxStreamsPerCity: 2 })
  await Promise.all([a.start(), b.start()])
  return { network, a, b, open: (maxFrame = 16) => a.open('b', b.addresses(), PROTOCOL, { maxFrame }) }
}

transportContract('the network in memory', async gates => {
  const network = createMemoryNetwork()
  const transports = gates.map((gate, i) => network.transport(`peer-${i}`, { gate }))
  await Promise.all(transports.map(transport => transport.start()))
  return transports
})

describe('network in memory', () => {
  test('carries frames in order and ends when the other end closed', async () => {
    const { network, open } = await twoNodes()
    const wire = await open()
    for (let i = 0; i < 100; i++) await wire.send(bytes(String(i)))
    await wire.close()
    expect(await all(wire)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)))
    await network.settle()
    expect(network.failures).toEqual([])
  })

  test('a consumer may leave the loop and go on later', async () => {
    const { open } = await twoNodes()
    const wire = await open()
    await wire.send(bytes('1'))
    await wire.send(bytes('2'))
    await wire.close()
    for await (const frame of wire.frames()) {
      expect(text(frame)).toBe('1')
      break
    }
    expect(await all(wire)).toEqual(['2'])
  })

  test('a slow reader holds the sender back', async () => {
    let wake = (): void => {}
    const ready = new Promise<void>(resolve => {
      wake = resolve
    })
    const { network, open } = await twoNodes(
      async wire => {
        await ready
        await all(wire)
      },
      { buffer: 32 },
    )
    const wire = await open()
    let sent = 0
    const sending = (async () => {
      for (; sent < 10; sent++) await wire.send(new Uint8Array(16))
    })()
    await network.settle()
    expect(sent).toBe(2)
    wake()
    await sending
    expect(sent).toBe(10)
  })

  test('an oversize frame breaks the stream on both sides', async () => {
    const { open } = await twoNodes()
    const wire = await open()
    await wire.send(new Uint8Array(16))
    await wire.send(new Uint8Array(17))
    expect(await caught(all(wire))).toBe('exchange.unreachable')
  })

  test('abort gives its own reason here and unreachable there', async () => {
    let seen = ''
    const { network, open } = await twoNodes(async wire => {
      seen = await caught(all(wire))
    })
    const wire = await open()
    await wire.send(bytes('x'))
    wire.abort(new ProblemError('exchange.timeout'))
    expect(await caught(all(wire))).toBe('exchange.timeout')
    expect(await caught(wire.send(bytes('y')))).toBe('exchange.timeout')
    await network.settle()
    expect(seen).toBe('exchange.unreachable')
  })

  test('drop, partition and heal tell the listeners and refuse opens', async () => {
    const { network, a, b, open } = await twoNodes()
    const events: string[] = []
    a.onConnection(({ peer, open }) => events.push(`a ${peer} ${open}`))
    const off = b.onConnection(({ peer, open }) => events.push(`b ${peer} ${open}`))
    const wire = await open()
    await open()
    network.drop('a', 'b')
    expect(await caught(all(wire))).toBe('exchange.unreachable')
    network.partition('a', 'b')
    expect(await caught(open())).toBe('exchange.unreachable')
    network.heal('a', 'b')
    off()
    await open()
    expect(events).toEqual(['a b true', 'b a true', 'a b false', 'b a false', 'a b true'])
  })

  test('a stalled network hangs without telling, and an abort signal ends the wait', async () => {
    const { network, a, b, open } = await twoNodes()
    const wire = await open()
    network.stall('a', 'b')
    await wire.send(bytes('1'))
    const giveUp = new AbortController()
    const opening = a.open('b', b.addresses(), PROTOCOL, { signal: giveUp.signal })
    const answer = all(wire)
    await network.settle()
    giveUp.abort()
    expect(await caught(opening)).toBe('exchange.unreachable')
    await wire.close()
    network.heal('a', 'b')
    expect(await answer).toEqual(['1'])
  })

  test('a gate, a stopped node, an unknown protocol and too many streams are unreachable', async () => {
    const network = createMemoryNetwork()
    const a = network.transport('a')
    const b = network.transport('b', { gate: peer => peer === 'a' })
    const c = network.transport('c')
    await b.handle(PROTOCOL, echo, { maxFrame: 16, maxStreamsPerCity: 1 })
    await Promise.all([a.start(), c.start()])
    expect(await caught(a.open('b', ['/memory/b'], PROTOCOL))).toBe('exchange.unreachable')
    await b.start()
    expect(await caught(c.open('b', ['/memory/b'], PROTOCOL))).toBe('exchange.unreachable')
    expect(await caught(a.open('b', [], PROTOCOL))).toBe('exchange.unreachable')
    const first = await a.open('b', ['/memory/b'], PROTOCOL)
    expect(await caught(all(await a.open('b', [], PROTOCOL)))).toBe('exchange.unreachable')
    expect(await caught(a.open('b', [], '/other/1'))).toBe('exchange.unreachable')
    await first.close()
    await network.settle()
    await a.open('b', [], PROTOCOL)
    expect(a.connected()).toEqual(['b'])
    expect(await a.ping('b')).toBe(0)
    expect(await caught(a.ping('c'))).toBe('exchange.unreachable')
  })

  test('a handler that rejects breaks its stream only and is reported', async () => {
    const { network, open } = await twoNodes(async () => {
      throw new Error('handler')
    })
    const wire = await open()
    expect(await caught(all(wire))).toBe('exchange.unreachable')
    expect(network.failures).toEqual([new Error('handler')])
    await open()
  })

  test('a hook on frames can drop the connection at an exact frame', async () => {
    const got: string[] = []
    const { network, open } = await twoNodes(
      async wire => {
        for await (const frame of wire.frames()) got.push(text(frame))
      },
      {
        onFrame: ({ frame }) => {
          if (text(frame) === '2') network.drop('a', 'b')
        },
      },
    )
    const wire = await open()
    await wire.send(bytes('1'))
    await network.settle()
    expect(await caught(wire.send(bytes('2')))).toBe('exchange.unreachable')
    expect(got).toEqual(['1'])
  })

  test('a node stops, and a new transport of the same peer takes its place', async () => {
    const { network, a, b, open } = await twoNodes()
    const wire = await open()
    await b.stop()
    expect(await caught(all(wire))).toBe('exchange.unreachable')
    expect(a.connected()).toEqual([])
    const again = network.transport('b')
    await again.handle(PROTOCOL, echo, { maxFrame: 16, maxStreamsPerCity: 2 })
    await again.start()
    const fresh = await open()
    await fresh.close()
    expect(await all(fresh)).toEqual([])
  })
})
