import { afterEach, describe, expect, test, vi } from 'vitest'
import { createHandClock } from '../../../test/support/http.ts'
import { startHost } from '../../../test/support/p2p-hosts.ts'
import { collect, echo, outcome } from '../../../test/support/transport-contract.ts'
import { Budgets, frameWork, WORK_LIMITS } from '../exchange/budget.ts'
import type { Wire } from '../exchange/wire.ts'
import type { P2pEvent } from './events.ts'
import type { P2pHost, P2pHostOptions } from './host.ts'

const FLOOD = '/flood/1'
const OTHER = '/flood/2'
const ECHO = '/echo/1'
const TINY = Uint8Array.of(7)
const stops: (() => unknown)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()))
})

async function host(options: Partial<P2pHostOptions> = {}): Promise<P2pHost> {
  const started = await startHost(options)
  stops.push(() => started.stop())
  return started
}

/** Counts turns of the event loop until stopped. */
function turns() {
  let count = 0
  let going = true
  const next = () => {
    count++
    if (going) setImmediate(next)
  }
  setImmediate(next)
  stops.push(() => {
    going = false
  })
  return () => count
}

async function pour(wire: Wire, frames: number): Promise<void> {
  for (let n = 0; n < frames; n++) {
    const sent = wire.send(TINY)
    if (n % 1000 === 999) await sent
  }
}

describe('turns of the event loop', () => {
  test('a handler that does no I/O gets a bounded run of frames between two turns, over all streams of a city', async () => {
    const victim = await host({ cityOf: () => '610100' })
    const turn = turns()
    const runs = new Map<number, number>()
    let taken = 0
    const count = async (wire: Wire) => {
      for await (const frame of wire.frames()) {
        taken += frame.byteLength
        wire.meter.useful(frame.byteLength)
        runs.set(turn(), (runs.get(turn()) ?? 0) + 1)
      }
    }
    for (const protocol of [FLOOD, OTHER]) await victim.handle(protocol, count, { maxFrame: 10, maxStreamsPerCity: 4 })
    const hostile = await host()
    const wires = await Promise.all(
      [FLOOD, FLOOD, OTHER].map(protocol => hostile.open(victim.peer, victim.addresses(), protocol)),
    )
    await Promise.all(
      wires.map(async wire => {
        await pour(wire, 10_000)
        await wire.close()
        await collect(wire)
      }),
    )
    expect(taken).toBe(30_000)
    // Each of the streams may have taken one before it sees that the run is over.
    expect(Math.max(...runs.values())).toBeLessThanOrEqual(WORK_LIMITS.turnFrames + wires.length)
  })
})

describe('a city that spent its work budget', () => {
  async function flooded(frames: number) {
    const clock = createHandClock()
    const events: P2pEvent[] = []
    const names = new Map<string, string>()
    const budgets = new Budgets(clock)
    const victim = await host({ budgets, cityOf: peer => names.get(peer), onEvent: event => events.push(event) })
    let taken = 0
    await victim.handle(
      FLOOD,
      async wire => {
        for await (const frame of wire.frames()) taken += frame.byteLength
      },
      { maxFrame: 10, maxStreamsPerCity: 4 },
    )
    await victim.handle(ECHO, echo, { maxFrame: 10, maxStreamsPerCity: 4 })
    const hostile = await host()
    const honest = await host()
    names.set(hostile.peer, '610100')
    names.set(honest.peer, '610900')
    const wire = await hostile.open(victim.peer, victim.addresses(), FLOOD)
    const poured = pour(wire, frames).then(() => wire.close())
    poured.catch(() => {})
    return { clock, events, budgets, victim, hostile, honest, wire, poured, taken: () => taken }
  }

  test('is held back while others are served, and nothing of it is lost', async () => {
    const frames = 40_000
    const { clock, budgets, victim, honest, wire, poured, taken } = await flooded(frames)
    const budget = budgets.of('610100')
    await vi.waitFor(() => expect(budget.delay).toBeGreaterThan(0), { timeout: 60_000 })
    const echoing = await honest.open(victim.peer, victim.addresses(), ECHO)
    for (let n = 0; n < 50; n++) await echoing.send(TINY)
    await echoing.close()
    expect(await collect(echoing)).toHaveLength(50)
    expect(taken()).toBeGreaterThan(10_000)
    expect(taken()).toBeLessThanOrEqual(WORK_LIMITS.reserve / frameWork(1) + 1)
    const ended = collect(wire)
    let over = false
    void ended.then(() => {
      over = true
    })
    while (!over) {
      clock.advance(1_000)
      await new Promise(resolve => setImmediate(resolve))
    }
    await poured
    expect(taken()).toBe(frames)
  })

  test('a stream that is held back still ends when it is torn down, and does not keep the host from stopping', async () => {
    const { budgets, victim, wire } = await flooded(40_000)
    await vi.waitFor(() => expect(budgets.of('610100').delay).toBeGreaterThan(0), { timeout: 60_000 })
    wire.abort(new Error('enough'))
    await victim.stop()
    expect(victim.connected()).toEqual([])
  })

  test('and goes on costing is cut off with all its peers, and heard again after a rest', async () => {
    const { clock, events, budgets, victim, hostile, wire } = await flooded(10)
    budgets.of('610100').charge(WORK_LIMITS.reserve + WORK_LIMITS.owed)
    expect(await outcome(hostile.open(victim.peer, victim.addresses(), ECHO).then(echoes))).toBe('exchange.unreachable')
    expect(events).toContainEqual({ kind: 'cut-off', city: '610100' })
    await vi.waitFor(() => expect(victim.connected()).toEqual([]), { timeout: 60_000 })
    expect(await outcome(collect(wire))).toBe('exchange.unreachable')
    expect(await outcome(hostile.open(victim.peer, victim.addresses(), ECHO).then(echoes))).toBe('exchange.unreachable')
    expect(events.filter(({ kind }) => kind === 'cut-off')).toHaveLength(1)
    clock.advance(WORK_LIMITS.cutOff)
    expect(await outcome(hostile.open(victim.peer, victim.addresses(), ECHO).then(echoes))).toBe('fulfilled')
  })

  async function echoes(wire: Wire): Promise<void> {
    await wire.send(TINY)
    await wire.close()
    expect(await collect(wire)).toHaveLength(1)
  }
})
