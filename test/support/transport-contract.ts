/** What every `Transport` does, as a suite: the libp2p host and the network in memory both pass it. */
import { afterEach, describe, expect, test } from 'vitest'
import type { Gate, Transport, Wire } from '../../node/spine/exchange/wire.ts'
import { ProblemError } from '../../protocol/problem.ts'

/** Makes started transports of one network; the gates decide who may connect to each. */
export type MakeTransports = (gates: readonly Gate[]) => Promise<Transport[]>

const PROTOCOL = '/contract/1'
const LIMIT = 1000

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const text = (frame: Uint8Array): string => new TextDecoder().decode(frame)

/** The problem code that the work fails with; 'fulfilled' if it does not, the message if it is no ProblemError. */
export const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fulfilled',
    error => (error instanceof ProblemError ? error.problem.code : String(error)),
  )

export async function collect(wire: Wire): Promise<string[]> {
  const frames: string[] = []
  for await (const frame of wire.frames()) frames.push(text(frame))
  return frames
}

export async function echo(wire: Wire): Promise<void> {
  for await (const frame of wire.frames()) {
    wire.meter.useful(frame.byteLength)
    await wire.send(frame)
  }
}

/** Resolves with the next value given to `put`. */
export function once<T>(): { put: (value: T) => void; got: Promise<T> } {
  const { promise, resolve } = Promise.withResolvers<T>()
  return { put: resolve, got: promise }
}

export function transportContract(name: string, make: MakeTransports): void {
  describe(`${name} as a transport`, () => {
    let running: Transport[] = []

    afterEach(async () => {
      await Promise.all(running.map(transport => transport.stop()))
      running = []
    })

    const nodes = async (...gates: Gate[]): Promise<{ a: Transport; b: Transport }> => {
      running = await make([gates[0] ?? (() => true), gates[1] ?? (() => true)])
      const [a, b] = running
      if (a === undefined || b === undefined) throw new Error('two transports are needed')
      return { a, b }
    }

    const serving = async (handler: (wire: Wire) => Promise<void>, maxStreamsPerCity = 4) => {
      const { a, b } = await nodes()
      await b.handle(PROTOCOL, handler, { maxFrame: LIMIT, maxStreamsPerCity })
      const open = (maxFrame = LIMIT): Promise<Wire> => a.open(b.peer, b.addresses(), PROTOCOL, { maxFrame })
      return { a, b, open }
    }

    test('carries frames in order and ends when the other end closed', async () => {
      const { a, b, open } = await serving(echo)
      const wire = await open()
      expect(wire.peer).toBe(b.peer)
      expect(a.peer).not.toBe(b.peer)
      const sent = Array.from({ length: 2000 }, (_, i) => `frame ${i}`)
      const sending = (async () => {
        for (const frame of sent) await wire.send(bytes(frame))
        await wire.close()
      })()
      expect(await collect(wire)).toEqual(sent)
      await sending
    })

    test('frames that were not awaited keep their order', async () => {
      const { open } = await serving(echo)
      const wire = await open()
      const sent = Array.from({ length: 500 }, (_, i) => `frame ${i}`)
      await Promise.all(sent.map(frame => wire.send(bytes(frame))))
      await wire.close()
      expect(await collect(wire)).toEqual(sent)
    })

    test('a frame may be changed once send resolved', async () => {
      const { open } = await serving(echo)
      const wire = await open()
      const frame = bytes('before')
      await wire.send(frame)
      frame.set(bytes('AFTER!'))
      await wire.close()
      expect(await collect(wire)).toEqual(['before'])
    })

    test('each half ends on its own', async () => {
      const heard = once<string[]>()
      const { open } = await serving(async wire => {
        heard.put(await collect(wire))
        await wire.send(bytes('after your end'))
      })
      const wire = await open()
      await wire.send(bytes('question'))
      await wire.close()
      expect(await heard.got).toEqual(['question'])
      expect(await collect(wire)).toEqual(['after your end'])
      expect(await outcome(wire.send(bytes('late')))).toBe('exchange.unreachable')
    })

    test('the handler closes first and the opener goes on', async () => {
      const heard = once<string[]>()
      const { open } = await serving(async wire => {
        await wire.send(bytes('all I have'))
        await wire.close()
        heard.put(await collect(wire))
      })
      const wire = await open()
      expect(await collect(wire)).toEqual(['all I have'])
      await wire.send(bytes('and mine'))
      await wire.close()
      expect(await heard.got).toEqual(['and mine'])
    })

    test('a consumer may leave the loop and go on later', async () => {
      const { open } = await serving(echo)
      const wire = await open()
      for (const frame of ['1', '2', '3']) await wire.send(bytes(frame))
      await wire.close()
      for await (const frame of wire.frames()) {
        expect(text(frame)).toBe('1')
        break
      }
      expect(await collect(wire)).toEqual(['2', '3'])
    })

    test('a second consumer at once is a mistake of the program', async () => {
      const { open } = await serving(echo)
      const wire = await open()
      const reading = collect(wire)
      expect(() => wire.frames()).toThrow(/being read/)
      await wire.close()
      await reading
    })

    test.each([
      [LIMIT, 'fulfilled'],
      [LIMIT + 1, 'frame.oversize'],
    ])('the handler reads a frame of %i bytes: %s', async (size, result) => {
      const heard = once<string>()
      const { open } = await serving(async wire => heard.put(await outcome(collect(wire))))
      const wire = await open()
      await wire.send(new Uint8Array(size))
      await wire.close()
      expect(await heard.got).toBe(result)
    })

    test.each([
      [LIMIT, 'fulfilled'],
      [LIMIT + 1, 'frame.oversize'],
    ])('the opener reads a frame of %i bytes: %s', async (size, result) => {
      const { open } = await serving(wire => wire.send(new Uint8Array(size)))
      const wire = await open()
      expect(await outcome(collect(wire))).toBe(result)
      wire.abort(new Error('done'))
    })

    test('frames before an oversize one still arrive', async () => {
      const { open } = await serving(async wire => {
        await wire.send(bytes('good'))
        await wire.send(new Uint8Array(LIMIT + 1))
        await collect(wire)
      })
      const wire = await open()
      const heard: string[] = []
      const reading = (async () => {
        for await (const frame of wire.frames()) heard.push(text(frame))
      })()
      expect(await outcome(reading)).toBe('frame.oversize')
      expect(heard).toEqual(['good'])
    })

    test('an empty frame is refused where it is sent', async () => {
      const { open } = await serving(echo)
      const wire = await open()
      expect(await outcome(wire.send(new Uint8Array(0)))).toBe('frame.malformed')
      await wire.close()
      expect(await collect(wire)).toEqual([])
    })

    test('a slow consumer holds the sender back, and then gets everything', async () => {
      const go = once<void>()
      const total = once<number>()
      const { open } = await serving(async wire => {
        await go.got
        let count = 0
        for await (const frame of wire.frames()) {
          wire.meter.useful(frame.byteLength)
          count += frame.byteLength
        }
        total.put(count)
      })
      const wire = await open()
      const size = 64 * 1024 * 1024
      let sent = 0
      let moved = true
      const sending = (async () => {
        for (; sent < size; sent += LIMIT) {
          await wire.send(new Uint8Array(LIMIT))
          moved = true
        }
        await wire.close()
      })()
      // Held back: nothing moves for many turns of the event loop.
      for (let quiet = 0; quiet < 200; quiet += 1) {
        if (moved) quiet = 0
        moved = false
        await new Promise(resolve => setTimeout(resolve, 1))
      }
      expect(sent).toBeGreaterThan(0)
      expect(sent).toBeLessThan(4 * 1024 * 1024)
      go.put()
      await sending
      expect(await total.got).toBe(sent)
    })

    test('abort gives its own reason here and unreachable there', async () => {
      const heard = once<string>()
      const { open } = await serving(async wire => heard.put(await outcome(collect(wire))))
      const wire = await open()
      await wire.send(bytes('x'))
      wire.abort(new ProblemError('exchange.timeout'))
      expect(await outcome(collect(wire))).toBe('exchange.timeout')
      expect(await outcome(wire.send(bytes('y')))).toBe('exchange.timeout')
      await wire.close()
      expect(await heard.got).toBe('exchange.unreachable')
    })

    test('abort frees a send that is held back', async () => {
      const { open } = await serving(async wire => {
        await heldBack.got
        wire.abort(new Error('enough'))
      })
      const heldBack = once<void>()
      const wire = await open()
      const sending = (async () => {
        while (true) await wire.send(new Uint8Array(LIMIT))
      })()
      heldBack.put()
      expect(await outcome(sending)).toBe('exchange.unreachable')
    })

    test('a handler that rejects breaks its stream only', async () => {
      let calls = 0
      const { open } = await serving(async wire => {
        calls += 1
        if (calls === 1) throw new Error('mistake of the handler')
        await echo(wire)
      })
      expect(await outcome(collect(await open()))).toBe('exchange.unreachable')
      const wire = await open()
      await wire.send(bytes('still here'))
      await wire.close()
      expect(await collect(wire)).toEqual(['still here'])
    })

    test('a protocol that nobody handles is unreachable', async () => {
      const { a, b } = await serving(echo)
      expect(await outcome(a.open(b.peer, b.addresses(), '/other/1'))).toBe('exchange.unreachable')
      expect(await outcome(a.open(b.peer, b.addresses(), PROTOCOL))).toBe('fulfilled')
    })

    test('at most so many streams of one peer', async () => {
      const { open } = await serving(echo, 2)
      const first = await open()
      const second = await open()
      for (const wire of [first, second]) {
        await wire.send(bytes('x'))
        for await (const _ of wire.frames()) break
      }
      expect(await outcome(collect(await open()))).toBe('exchange.unreachable')
      await first.close()
      await collect(first)
      // Its place is free once both ends know of the end; a stream in between may still be turned away.
      const again = async (): Promise<string[]> => {
        const wire = await open()
        await wire.send(bytes('again'))
        await wire.close()
        return collect(wire)
      }
      expect(await again().catch(again)).toEqual(['again'])
    })

    test('a gate that does not know the peer lets nothing through', async () => {
      const { a, b } = await nodes(
        () => true,
        () => false,
      )
      await b.handle(PROTOCOL, echo, { maxFrame: LIMIT, maxStreamsPerCity: 1 })
      const events: string[] = []
      for (const node of [a, b]) node.onConnection(({ open }) => events.push(`${open}`))
      expect(await outcome(a.open(b.peer, b.addresses(), PROTOCOL))).toBe('exchange.unreachable')
      expect(events).toEqual([])
    })

    test('opens at once share one connection, and both sides hear of it once', async () => {
      const { a, b, open } = await serving(echo, 8)
      const events: string[] = []
      a.onConnection(({ peer, open }) => events.push(`a ${peer === b.peer} ${open}`))
      const heard = once<void>()
      b.onConnection(({ peer, open }) => {
        events.push(`b ${peer === a.peer} ${open}`)
        heard.put()
      })
      const wires = await Promise.all([open(), open(), open(), open()])
      await heard.got
      expect(events.sort()).toEqual(['a true true', 'b true true'])
      // The other side uses the same connection, without an address.
      await a.handle(PROTOCOL, echo, { maxFrame: LIMIT, maxStreamsPerCity: 1 })
      const back = await b.open(a.peer, [], PROTOCOL)
      for (const wire of [...wires, back]) {
        await wire.send(bytes('x'))
        await wire.close()
        expect(await collect(wire)).toEqual(['x'])
      }
      expect(events).toHaveLength(2)
    })

    test('disconnect breaks every stream, tells both sides, and a new open connects again', async () => {
      const broken = once<string>()
      const { a, b, open } = await serving(async wire => broken.put(await outcome(collect(wire))))
      const wire = await open()
      await wire.send(bytes('x'))
      const events: string[] = []
      const gone = [a, b].map(
        node =>
          new Promise<void>(resolve => {
            node.onConnection(({ open }) => {
              events.push(String(open))
              if (!open) resolve()
            })
          }),
      )
      await a.disconnect(b.peer)
      expect(await outcome(collect(wire))).toBe('exchange.unreachable')
      expect(await broken.got).toBe('exchange.unreachable')
      await Promise.all(gone)
      expect(events).toEqual(['false', 'false'])
      expect(await outcome(a.ping(b.peer))).toBe('exchange.unreachable')
      await a.disconnect(b.peer)
      expect(await outcome(open())).toBe('fulfilled')
    })

    test('a listener may be taken off, and one that throws harms nobody', async () => {
      const { a, open } = await serving(echo)
      let calls = 0
      const off = a.onConnection(() => {
        calls += 1
      })
      a.onConnection(() => {
        throw new Error('mistake of the listener')
      })
      off()
      await open()
      expect(calls).toBe(0)
    })

    test('ping measures a round trip of a connected peer and never dials', async () => {
      const { a, b, open } = await serving(echo)
      expect(await outcome(a.ping(b.peer))).toBe('exchange.unreachable')
      await open()
      const begun = performance.now()
      const time = await a.ping(b.peer)
      expect(time).toBeGreaterThanOrEqual(0)
      expect(time).toBeLessThanOrEqual(performance.now() - begun)
    })

    test('no address, an aborted signal, and the own peer id are unreachable', async () => {
      const { a, b } = await serving(echo)
      expect(await outcome(a.open(b.peer, [], PROTOCOL))).toBe('exchange.unreachable')
      const signal = AbortSignal.abort(new Error('never mind'))
      expect(await outcome(a.open(b.peer, b.addresses(), PROTOCOL, { signal }))).toBe('exchange.unreachable')
      expect(await outcome(a.open(a.peer, a.addresses(), PROTOCOL))).toBe('exchange.unreachable')
    })

    test('stop breaks the streams, waits for the handlers, and the node starts again', async () => {
      let returned = false
      const serving_ = once<void>()
      const { b, open } = await serving(async wire => {
        serving_.put()
        await outcome(collect(wire))
        returned = true
      })
      const wire = await open()
      await serving_.got
      await b.stop()
      expect(returned).toBe(true)
      expect(await outcome(collect(wire))).toBe('exchange.unreachable')
      expect(await outcome(open())).toBe('exchange.unreachable')
      await b.stop()
      await b.start()
      expect(await outcome(open())).toBe('fulfilled')
    })
  })
}
