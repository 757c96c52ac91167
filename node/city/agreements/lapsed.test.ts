import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, worldAgreement } from '../../../test/support/world-case.ts'
import { lapsedItems } from './lapsed.ts'

let world: Awaited<ReturnType<typeof createWorld>>
beforeEach(async () => {
  world = await createWorld({ codes: [COLLECTING, HANDLING] })
})
afterEach(() => world.stop())

test('agreed items that the newest list no longer offers are told, once for each list that says so', async () => {
  const { agreements } = world.city(HANDLING)
  const item = (taskCode: string, handling: string, collecting: string) => ({
    taskCode,
    taskName: taskCode,
    handling,
    collecting: [collecting],
    modes: [0 as const],
  })
  const id = await agree(
    world,
    worldAgreement({
      items: [
        item('H1', HANDLING, COLLECTING),
        item('H2', HANDLING, COLLECTING),
        item('H3', HANDLING, COLLECTING),
        item('C1', COLLECTING, HANDLING),
      ],
    }),
  )
  const lists: Record<string, { version: number; states: Record<string, string> }> = {
    [HANDLING]: { version: 1, states: { H1: '1', H2: '1', H3: '1' } },
  }
  let read = 0
  const source = lapsedItems({
    own: HANDLING,
    agreements,
    services: {
      view: async city => (lists[city] === undefined ? null : { version: lists[city].version, publishedAt: 5 }),
      item: async (city, code) => {
        read++
        const taskState = lists[city]?.states[code]
        return taskState === undefined ? null : ({ taskState } as ServiceItem)
      },
    },
  })
  expect(await source(0)).toEqual([])
  lists[HANDLING] = { version: 2, states: { H1: '1', H2: '2' } }
  lists[COLLECTING] = { version: 9, states: {} }
  const [ours, theirs] = await source(0)
  expect(ours).toMatchObject({ subject: HANDLING, kind: 'agreement-items', act: 'you', dueAt: 5 })
  expect(ours?.en).toContain('2 items')
  expect(ours?.zh).toContain('H2, H3')
  expect(theirs).toMatchObject({ subject: COLLECTING, cure: expect.stringContaining('Ask the partner') as unknown })
  // The same lists are not read again, and the same items are the same reminder in a later list.
  const before = read
  expect((await source(0)).map(({ id: told }) => told)).toEqual([ours?.id, theirs?.id])
  expect(read).toBe(before)
  lists[HANDLING] = { version: 3, states: { H1: '1', H2: '2' } }
  expect((await source(0))[0]?.id).toBe(ours?.id)
  lists[HANDLING] = { version: 4, states: { H1: '1', H2: '1' } }
  expect((await source(0))[0]?.id).not.toBe(ours?.id)

  // What an amendment takes out is asked for no more, nor what an agreement named that ended.
  const thread = (await agreements.list({}, 10, null)).find(row => row.id === id)?.thread ?? ''
  await agreements.amend(
    thread,
    {
      title: '补充协议',
      reason: '停办',
      effectiveFrom: '2026-12-01',
      remove: [{ handling: HANDLING, taskCode: 'H3' }],
    },
    { actor: 'person:1' },
  )
  await world.settle()
  await world.city(COLLECTING).agreements.sign(thread, null, { actor: 'person:2' })
  await world.settle()
  expect((await source(0)).map(({ subject }) => subject)).toEqual([COLLECTING])
  const terminate = { kind: 'agreement.terminate', reason: '终止', effectiveOn: '2026-12-31' } as const
  await agreements.change(thread, terminate, { actor: 'person:1' })
  expect(await source(0)).toEqual([])
})
