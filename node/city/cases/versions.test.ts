/** Two who work on one case: whoever comes second, with a page that was open before, is told who was first, and nothing is done. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { encodeUtf8 } from '../../../protocol/primitives.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { createQueues, type Queues } from '../work/queues.ts'
import { lookupKeys } from './lookup.ts'

let world: Awaited<ReturnType<typeof createWorld>>
let thread: string
let queues: Queues

const versionAt = async (city: string) => (await world.city(city).cases.get(thread)).version
const step = (city: string, kind: CaseKind, body: object, person: string, seen?: string) =>
  world.city(city).cases.step(thread, kind, body, `person:${person}`, seen === undefined ? undefined : [seen])
const told = (...changes: object[]) => ({ problem: { code: 'request.precondition' }, changes })
const packetsAt = async (city: string) => (await world.city(city).cases.get(thread)).timeline.length

beforeEach(async () => {
  world = await createWorld()
  thread = await submitCase(world, await agree(world), { mode: 1 })
  await world.settle()
  const { db, audit, events, cases } = world.city(HANDLING)
  queues = createQueues({
    db,
    audit,
    events,
    clock: world.clock,
    keys: lookupKeys(encodeUtf8),
    rows: numbers => cases.rows(numbers),
    assertAsSeen: cases.assertAsSeen,
    isPerson: async () => true,
  })
})
afterEach(() => world.stop())

describe('two clerks on one case', () => {
  test('one step is taken, though both could be; the other is told who did what and when', async () => {
    const seen = await versionAt(HANDLING)
    const taken = await step(HANDLING, 'case.precheck', {}, 'first', seen)
    expect(taken.version).not.toBe(seen)
    expect(taken.version).toBe(await versionAt(HANDLING))
    const before = await packetsAt(HANDLING)
    await expect(step(HANDLING, 'case.accept', {}, 'second', seen)).rejects.toMatchObject(
      told({ by: 'person:first', action: 'case.precheck', at: new Date(world.clock.now()).toISOString() }),
    )
    expect(await packetsAt(HANDLING)).toBe(before)
    expect((await step(HANDLING, 'case.accept', {}, 'second', taken.version)).state).toBe('accepted')
  })

  test('a step that is none any more for what the other did is told as that, not as a step out of order', async () => {
    const seen = await versionAt(HANDLING)
    await step(HANDLING, 'case.accept', {}, 'first', seen)
    await expect(step(HANDLING, 'case.accept', {}, 'second', seen)).rejects.toMatchObject(
      told({ by: 'person:first', action: 'case.accept' }),
    )
    await expect(step(HANDLING, 'case.accept', {}, 'second')).rejects.toMatchObject({
      problem: { code: 'case.transition' },
    })
  })

  test('both at once: one is taken, whatever the order', async () => {
    const seen = await versionAt(HANDLING)
    const both = await Promise.allSettled([
      step(HANDLING, 'case.message', { text: '一' }, 'first', seen),
      step(HANDLING, 'case.message', { text: '二' }, 'second', seen),
      step(HANDLING, 'case.accept', {}, 'third', seen),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of both)
      if (one.status === 'rejected') expect(one.reason).toMatchObject(told({ by: expect.stringMatching(/^person:/) }))
  })

  test('what the other city did since is told as its', async () => {
    const seen = await versionAt(HANDLING)
    await step(COLLECTING, 'case.withdraw', { reason: '申请人撤回' }, 'window')
    await world.settle()
    await expect(step(HANDLING, 'case.accept', {}, 'first', seen)).rejects.toMatchObject(
      told({ by: `city:${COLLECTING}`, action: 'case.withdraw', name: null }),
    )
  })

  test('what does not change the case, such as a receipt or a look, keeps its version', async () => {
    await step(COLLECTING, 'case.message', { text: '请问进度' }, 'window')
    const pending = await versionAt(COLLECTING)
    await world.settle()
    await world.city(COLLECTING).cases.bodies(thread, 'person:window')
    expect(await versionAt(COLLECTING)).toBe(pending)
  })
})

describe('a case that is handed over', () => {
  test('is acted on no more from a page that was open before', async () => {
    const seen = await versionAt(HANDLING)
    const given = await queues.assign(thread, 'second', 'person:first', { seen: [seen] })
    await expect(step(HANDLING, 'case.accept', {}, 'first', seen)).rejects.toMatchObject(
      told({ by: 'person:first', action: 'case.assigned' }),
    )
    await expect(queues.assign(thread, 'third', 'person:lead', { seen: [seen] })).rejects.toMatchObject(
      told({ by: 'person:first', action: 'case.assigned' }),
    )
    expect((await step(HANDLING, 'case.accept', {}, 'second', given.version)).assignee).toBe('second')
  })

  test('is claimed by one of two; the other hears whose it is', async () => {
    const claims = await Promise.allSettled(
      ['first', 'second'].map(person => queues.assign(thread, person, `person:${person}`, { from: null })),
    )
    expect(claims.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(claims[1]).toMatchObject({ reason: told({ by: 'person:first', action: 'case.assigned' }) })
    // Who has it already may claim it again, as from two pages.
    expect((await queues.assign(thread, 'first', 'person:first', { from: null })).assignee).toBe('first')
    await expect(queues.assign(thread, 'third', 'person:second', { from: 'second' })).rejects.toMatchObject(told({}))
    expect((await queues.assign(thread, 'third', 'person:first', { from: 'first' })).assignee).toBe('third')
  })
})
