/** Want of room, at the partner or on the own disk, is named and costs few connections; what waits goes on once there is room. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { createWorld, fakeAdapter } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'

describe('without room', () => {
  let world: Awaited<ReturnType<typeof createWorld>>
  let agreement: string
  /** how often the approval system had each effect */
  let effects: Map<string, number>
  beforeEach(async () => {
    effects = new Map()
    world = await createWorld({ adapter: () => fakeAdapter(effects) })
    agreement = await agree(world)
  })
  afterEach(() => world.stop())

  const pass = async (seconds: number) => {
    for (let at = 0; at < seconds * 2; at++) {
      world.clock.advance(500)
      await world.settle()
    }
  }
  const codes = (city: string) => new Set(world.city(city).problems.map(({ problem }) => problem.code))

  const full = {
    'at the partner': () => {
      const { room } = world.city(HANDLING)
      room.problem = { code: 'store.full' }
      return () => {
        room.problem = null
      }
    },
    'on the own disk': () => {
      const { db } = world.city(COLLECTING)
      const { transaction } = db
      db.transaction = async () => {
        throw new ProblemError('disk.full')
      }
      return () => {
        db.transaction = transaction
      }
    },
    'on the disk of the partner': () => {
      const { db } = world.city(HANDLING)
      const { transaction } = db
      db.transaction = async () => {
        throw new ProblemError('disk.full')
      }
      return () => {
        db.transaction = transaction
      }
    },
  }

  test.each([
    ['at the partner', 'store.full'],
    ['on the own disk', 'disk.full'],
    ['on the disk of the partner', 'store.full'],
  ] as const)('%s: told as %s, tried ever more seldom, and all goes on by itself', async (where, code) => {
    // It waits until the room in question is the only one that lacks.
    const first = full['at the partner']()
    const thread = await submitCase(world, agreement)
    await pass(1)
    const room = full[where]()
    if (where !== 'at the partner') first()
    world.city(COLLECTING).problems.length = 0
    await pass(120)
    expect(codes(COLLECTING)).toContain(code)
    // Two a second, when each greeting begins the count anew.
    expect(world.city(COLLECTING).problems.length).toBeLessThan(40)
    room()
    await pass(60)
    await world.settle()
    expect((await world.city(HANDLING).cases.get(thread)).thread).toBe(thread)
  })

  describe('of a store whose disk is full', () => {
    /** Lets the file of a city's store grow no further, as its engine finds out. */
    async function fill(city: string): Promise<() => Promise<unknown>> {
      const limit = (pages: number) =>
        world.city(city).db.transaction(tx => tx.query(`PRAGMA max_page_count = ${pages}`))
      const [found] = await world.city(city).db.query<{ page_count: number }>('PRAGMA page_count')
      await limit(found?.page_count ?? 0)
      return () => limit(1_000_000)
    }
    const submit = (no: number) =>
      submitCase(world, agreement, { caseNo: `AK-${no}`, form: { reason: 'x'.repeat(4000) } })
    const held = async (city: string, threads: readonly string[]) =>
      Promise.all(threads.map(thread => world.city(city).cases.get(thread)))

    test('the own one: whoever acts is told so, what is held is read, and what was sent arrives once', async () => {
      const threads = [await submit(0)]
      await world.settle()
      const room = await fill(COLLECTING)
      let refused: unknown = null
      for (let no = 1; no < 100 && refused === null; no++)
        await submit(no).then(
          thread => threads.push(thread),
          error => {
            refused = error
          },
        )
      expect(refused).toMatchObject({ problem: { code: 'disk.full' } })
      await pass(30)
      expect((await held(COLLECTING, threads)).map(({ thread }) => thread)).toEqual(threads)
      await room()
      threads.push(await submit(100))
      await pass(60)
      await world.settle()
      expect((await held(HANDLING, threads)).map(({ state }) => state)).toEqual(threads.map(() => 'arrived'))
      expect([...effects.values()]).toEqual(threads.map(() => 1))
    })

    test('the one of the partner: it keeps what it has, the sender goes on with its work, and all arrives once', async () => {
      const threads = [await submit(0)]
      await world.settle()
      const room = await fill(HANDLING)
      world.city(COLLECTING).problems.length = 0
      for (let no = 1; no < 100 && !codes(COLLECTING).has('store.full'); no++) {
        threads.push(await submit(no))
        await pass(1)
      }
      expect(codes(COLLECTING)).toContain('store.full')
      threads.push(await submit(100))
      expect(await held(HANDLING, threads.slice(0, 1))).toMatchObject([{ state: 'arrived' }])
      expect(
        await world
          .city(HANDLING)
          .cases.get(threads.at(-1) ?? '')
          .catch(error => error),
      ).toMatchObject({
        problem: { code: 'thread.unknown' },
      })
      await room()
      await pass(60)
      await world.settle()
      expect((await held(HANDLING, threads)).map(({ state }) => state)).toEqual(threads.map(() => 'arrived'))
      expect([...effects.values()]).toEqual(threads.map(() => 1))
    })
  })
})
