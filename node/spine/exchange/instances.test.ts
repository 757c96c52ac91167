/** Two nodes that run under one identity are told at both cities. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Instance } from '../../../protocol/exchange/frames.ts'
import { falsePartner } from '../../../test/support/false-partner.ts'
import { createWorld } from '../../../test/support/world.ts'
import { createInstances, INSTANCE_LIMITS } from './instances.ts'
import type { Wire } from './wire.ts'

const A = '610900'
const S = '420300'

describe('of two that take turns', () => {
  let world: Awaited<ReturnType<typeof createWorld>>
  beforeEach(async () => {
    world = await createWorld()
  })
  afterEach(() => world.stop())

  const newInstance = (): Instance => ({ id: randomBytes(16).toString('base64url'), startedAt: world.clock.now() })
  const kinds = () =>
    world
      .city(S)
      .exchange.notices(A)
      .map(({ kind, problem }) => `${kind} ${problem.code}`)
  test('the partner is told, and tells the city itself; a start of one alone ends it', async () => {
    const partner = await falsePartner(world, A, S)
    const says = async (instance: Instance) => {
      world.clock.advance(1000)
      partner.hello = { ...partner.hello, instance }
      await partner.greet()
      await world.settle()
    }
    const first = newInstance()
    await says(first)
    world.clock.advance(1000)
    const copy = newInstance()
    await says(copy)
    expect(kinds()).toEqual([])
    expect(partner.heard?.turns).toBeUndefined()
    await says(first)
    expect(kinds()).toEqual(['instances instance.partner'])
    expect(partner.heard?.turns?.map(({ id }) => id).sort()).toEqual([first.id, copy.id].sort())
    await says(copy)
    expect(await world.city(S).audit.list({ action: 'link.instances' }, 10, null)).toHaveLength(1)
    await says(newInstance())
    expect(kinds()).toEqual([])
    expect(partner.heard?.turns).toBeUndefined()
    await partner.stop()
  })

  test('the city is told by its partner that it hears another node under the same identity', async () => {
    const partner = await falsePartner(world, A, S)
    await partner.greet()
    const own = partner.heard?.instance ?? newInstance()
    const other = newInstance()
    partner.hello = { turns: [other, { ...other, id: randomBytes(16).toString('base64url') }] }
    await partner.greet()
    await world.settle()
    expect(kinds()).toEqual([])
    partner.hello = { turns: [own, other] }
    await partner.greet()
    await world.settle()
    expect(kinds()).toEqual(['twin instance.own'])
    partner.hello = {}
    await partner.greet()
    await world.settle()
    expect(kinds()).toEqual([])
    await partner.stop()
  })

  test('each start draws an id of its own', async () => {
    const partner = await falsePartner(world, A, S)
    await partner.greet()
    const before = partner.heard?.instance
    await world.restart(S)
    await partner.greet()
    expect(before?.id).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(partner.heard?.instance?.id).not.toBe(before?.id)
    await partner.stop()
  })
})

describe('what is remembered of a partner', () => {
  const setting = () => {
    const noted: string[] = []
    const instances = createInstances({
      own: { id: 'own', startedAt: 0 },
      notices: {
        note: async (_, kind) => void noted.push(kind),
        clear: async () => {},
      },
    })
    const ended: string[] = []
    let now = 0
    const says = (name: string, startedAt: number, at = ++now) => {
      const wire = { abort: () => void ended.push(name) } as unknown as Wire
      return instances.heard(A, { instance: { id: name, startedAt }, at } as never, wire)
    }
    return { noted, ended, says }
  }

  test.each([
    [INSTANCE_LIMITS.remembered, ['instances']],
    [INSTANCE_LIMITS.remembered + 1, []],
  ])('is one that %i others followed: %j', async (others, kinds) => {
    const { noted, says } = setting()
    for (let n = 0; n <= others; n++) await says(`i${n}`, n)
    await says('i0', 0)
    expect(noted).toEqual(kinds)
  })

  test('a stream of a former instance ends, and what it still says of before is no return', async () => {
    const { noted, ended, says } = setting()
    await says('first', 10, 20)
    await says('second', 30, 31)
    expect(ended).toEqual(['first'])
    await says('first', 10, 30)
    expect(noted).toEqual([])
    await says('first', 10, 32)
    expect(noted).toEqual(['instances'])
  })
})
