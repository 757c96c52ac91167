import { afterEach, describe, expect, test } from 'vitest'
import { copyOf } from '../../../test/support/store.ts'
import { createWorld, fakeAdapter } from '../../../test/support/world.ts'
import { agree, submitCase as submit } from '../../../test/support/world-case.ts'

type World = Awaited<ReturnType<typeof createWorld>>
const A = '610900'
const S = '420300'
let world: World | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** Lets the clock run, past every back-off, until the case is there. */
async function reached(w: World, code: string, thread: string, state: string): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    w.clock.advance(600_000)
    await w.settle()
    if ((await stateOf(w, code, thread).catch(() => null)) === state) break
  }
  w.clock.advance(600_000)
  await w.settle()
}

/** Whether it ends by itself, while the clock stands: once nothing else is under way, nothing but the partner could end it. */
const ending = (w: World, stopping: Promise<void>): Promise<string> =>
  Promise.race([stopping.then(() => 'ended'), w.settle().then(() => 'waits for the partner')])

const stateOf = async (w: World, code: string, thread: string) => (await w.city(code).cases.get(thread)).state

describe('exchange', () => {
  test('carries an agreement and a case across and back', async () => {
    world = await createWorld()
    const agreement = await agree(world)
    expect((await world.city(S).agreements.list({}, 10, null))[0]?.state).toBe('active')
    expect((await world.city(A).agreements.list({}, 10, null))[0]?.state).toBe('active')
    const thread = await submit(world, agreement)
    await world.settle()
    expect(await stateOf(world, A, thread)).toBe('arrived')
    await world.city(S).cases.step(thread, 'case.accept', {}, 'person:1')
    await world.city(S).cases.step(thread, 'case.decide', { outcome: 'granted' }, 'person:1')
    await world.city(S).cases.step(thread, 'case.close', { outcome: 'granted' }, 'person:1')
    await world.settle()
    const here = await world.city(A).cases.get(thread)
    const there = await world.city(S).cases.get(thread)
    expect(here).toMatchObject({ state: 'closed', outcome: 'granted' })
    expect(here.fold).toEqual(there.fold)
    expect(here.timeline.every(entry => entry.receiptedAt !== null)).toBe(true)
    expect(world.city(A).problems).toEqual([])
    expect(world.city(S).problems).toEqual([])
  })

  test('what the window has no room for goes as the receipts come, and a receipt alone looks for nothing', async () => {
    world = await createWorld()
    const w = world
    const agreement = await agree(w)
    w.network.partition(A, S)
    const threads: string[] = []
    // Some 5 MB, of which 4 MiB may be under way.
    for (let no = 0; no < 22; no++)
      threads.push(await submit(w, agreement, { form: { 说明: 'x'.repeat(230_000) } as never }))
    w.network.heal(A, S)
    await reached(w, A, threads.at(-1) ?? '', 'arrived')
    for (const thread of threads) expect(await stateOf(w, A, thread)).toBe('arrived')
    const { db } = w.city(A)
    const pages: string[] = []
    const { query } = db
    db.query = (sql, params) => {
      if (sql.includes('FROM packets p LEFT JOIN bodies') && sql.includes('p.place >=')) pages.push(sql)
      return query(sql, params)
    }
    const thread = await submit(w, agreement)
    await w.settle()
    expect(await stateOf(w, A, thread)).toBe('arrived')
    // The packet goes from memory, and neither it nor its receipt has the store looked through.
    expect(pages).toEqual([])
    expect(w.city(A).problems.filter(({ problem }) => problem.code !== 'exchange.unreachable')).toEqual([])
  })

  test('a partner that is down for the whole submit is the same case, later', async () => {
    world = await createWorld()
    const agreement = await agree(world)
    world.network.partition(A, S)
    const thread = await submit(world, agreement)
    await world.settle()
    expect(await stateOf(world, A, thread)).toBe('submitted')
    world.network.heal(A, S)
    await reached(world, A, thread, 'arrived')
    expect(await stateOf(world, A, thread)).toBe('arrived')
  })

  test('tries at once for a person who asks, who is told how that went, and a stream that works stays', async () => {
    world = await createWorld()
    const { exchange } = world.city(A)
    world.network.partition(A, S)
    // Some pauses later the next try is far away, and the clock stands still from here on.
    for (let no = 0; no < 8; no++) {
      world.clock.advance(600_000)
      await world.settle()
    }
    const before = exchange.status(S)
    expect(before).toMatchObject({ connected: false, problem: { code: 'exchange.unreachable' } })
    await exchange.tryNow(S)
    const after = exchange.status(S)
    expect(after).toMatchObject({ connected: false, problem: { code: 'exchange.unreachable' } })
    expect(after?.failures).toBe((before?.failures ?? 0) + 1)
    world.network.heal(A, S)
    await exchange.tryNow(S)
    expect(exchange.status(S)).toMatchObject({ connected: true, failures: 0, problem: null })
    await exchange.tryNow(S)
    expect(exchange.status(S)).toMatchObject({ connected: true, failures: 0 })
    await exchange.tryNow('999999')
  })

  test('stops at once, though a dial to a partner that does not answer is under way', async () => {
    world = await createWorld()
    const city = world.city(A)
    world.network.partition(A, S)
    await world.settle()
    world.network.heal(A, S)
    world.network.stall(A, S)
    // Past the pause after the lost connection: the partner is dialled, and says nothing.
    world.clock.advance(600_000)
    await world.settle()
    expect(city.exchange.status(S)).toMatchObject({ connected: false, nextTryAt: null })
    expect(await ending(world, city.stop())).toBe('ended')
  })

  test('stops at once, in whatever instant of the opening of a stream', async () => {
    world = await createWorld()
    const w = world
    for (let instant = 0; instant < 40; instant++) {
      w.network.partition(A, S)
      await w.settle()
      w.network.heal(A, S)
      w.network.stall(A, S)
      w.clock.advance(600_000)
      await w.settle()
      w.network.heal(A, S)
      for (let turn = 0; turn < instant; turn++) await Promise.resolve()
      expect([instant, await ending(w, w.city(A).exchange.stop())]).toEqual([instant, 'ended'])
      await w.restart(A)
    }
  })

  test('a refused packet leaves its chain, and the next one takes its place', async () => {
    world = await createWorld()
    const agreement = await agree(world)
    const thread = await submit(world, agreement)
    await world.settle()
    // The handling city no longer accepts messages: its handler is what refuses, as a newer rule would.
    const handlers = world.city(S).handlers.get('case')
    if (handlers === undefined) throw new Error('no handler')
    const admit = handlers.admit
    handlers.admit = async () => ({ ok: false, problem: { code: 'case.transition', detail: 'test' } })
    await world.city(A).cases.step(thread, 'case.message', { text: '请尽快办理' }, 'person:1')
    await world.settle()
    const parked = await world.city(A).cases.get(thread)
    expect(parked.parked).toMatchObject({ code: 'case.transition', kind: 'case.message' })
    expect(parked.timeline.map(entry => entry.kind)).toEqual(['case.submit', 'case.arrived'])
    handlers.admit = admit
    await world.city(A).cases.step(thread, 'case.message', { text: '请尽快办理' }, 'person:1')
    await world.settle()
    expect((await world.city(S).cases.get(thread)).timeline.map(entry => entry.kind)).toEqual([
      'case.submit',
      'case.arrived',
      'case.message',
    ])
    const refused = await world.city(S).audit.list({ action: 'packet.refused' }, 10, null)
    expect(refused).toHaveLength(1)
  })

  test('lost receipts are given again, and nothing is done twice', async () => {
    const effects = new Map<string, number>()
    let drop = true
    world = await createWorld({
      adapter: code => (code === S ? fakeAdapter(effects) : fakeAdapter()),
      onFrame: ({ from, to, frame }) => {
        if (drop && from === S && to === A && frame[0] === 3) {
          drop = false
          world?.network.drop(A, S)
        }
      },
    })
    const agreement = await agree(world)
    const threads = await Promise.all(Array.from({ length: 20 }, () => submit(world as World, agreement)))
    await world.settle()
    for (const thread of threads) await reached(world, A, thread, 'arrived')
    for (const thread of threads) expect(await stateOf(world, A, thread)).toBe('arrived')
    expect([...effects.values()].every(count => count === 1)).toBe(true)
    expect(effects.size).toBe(20)
    expect(drop).toBe(false)
  })

  test('a node restored from an old backup fetches its own packets back before it signs', async () => {
    world = await createWorld()
    const agreement = await agree(world)
    const before = await submit(world, agreement)
    await world.settle()
    const backup = await copyOf(world.city(A).db)
    const after = await submit(world, agreement)
    await world.settle()
    await world.city(A).cases.step(before, 'case.message', { text: '补充说明' }, 'person:1')
    await world.settle()
    // Restored: the second case and the message are forgotten, and one packet is signed before the partner is reached.
    world.network.partition(A, S)
    await world.restart(A, backup)
    await world.city(A).cases.step(before, 'case.remind', { text: '请尽快' }, 'person:1')
    world.network.heal(A, S)
    await reached(world, A, after, 'arrived')
    await reached(world, S, before, 'arrived')
    const kinds = ['case.submit', 'case.arrived', 'case.message', 'case.remind']
    for (const code of [A, S]) {
      expect((await world.city(code).cases.get(before)).timeline.map(entry => entry.kind).sort()).toEqual(
        [...kinds].sort(),
      )
    }
    expect(await stateOf(world, A, after)).toBe('arrived')
    expect((await world.city(A).cases.get(before)).fold).toEqual((await world.city(S).cases.get(before)).fold)
    const link = await world.city(A).exchange.packets.link(world.city(A).db, S, 'out')
    const mirrored = await world.city(S).exchange.packets.link(world.city(S).db, A, 'in')
    expect(link.hash).toBe(mirrored.hash)
  })

  test('a receiver restored from an old backup is given again what it forgot', async () => {
    const effects = new Map<string, number>()
    world = await createWorld({ adapter: code => (code === S ? fakeAdapter(effects) : fakeAdapter()) })
    const agreement = await agree(world)
    const backup = await copyOf(world.city(S).db)
    const thread = await submit(world, agreement)
    await world.settle()
    await world.city(S).cases.step(thread, 'case.accept', {}, 'person:1')
    await world.settle()
    await world.restart(S, backup)
    await reached(world, S, thread, 'accepted')
    expect(await stateOf(world, S, thread)).toBe('accepted')
    expect((await world.city(A).cases.get(thread)).fold).toEqual((await world.city(S).cases.get(thread)).fold)
  })
})
