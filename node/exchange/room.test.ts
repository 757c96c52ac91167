/** Want of room, at the partner or on the own disk, is named and costs few connections; what waits goes on once there is room. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ProblemError } from '../../protocol/problem.ts'
import { createWorld } from '../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../test/support/world-case.ts'

describe('without room', () => {
  let world: Awaited<ReturnType<typeof createWorld>>
  let agreement: string
  beforeEach(async () => {
    world = await createWorld()
    agreement = await agree(world)
  })
  afterEach(() => world.stop())

  const pass = async (seconds: number) => {
    for (let at = 0; at < seconds * 2; at++) {
      world.clock.advance(500)
      await world.network.settle()
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
})
