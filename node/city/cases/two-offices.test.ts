/**
 * Two offices with one case: whose it is never becomes doubtful, whatever two people press at once, whatever page was open before, and
 * wherever a node is killed while a case goes back. What one city may do, the other may not.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { killable } from '../../../test/support/killable.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'

let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string
let thread: string
beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
  thread = await submitCase(world, agreement, { mode: 1 })
  await world.settle()
})
afterEach(() => world.stop())

const show = (city: string) => world.city(city).cases.get(thread)
const step = (city: string, kind: CaseKind, body: object, person = 'clerk', seen?: string) =>
  world.city(city).cases.step(thread, kind, body, `person:${person}`, seen === undefined ? undefined : [seen])
const kindsAt = async (city: string) => (await show(city)).timeline.map(({ kind }) => kind).toSorted()
const bothShow = async (expected: object) => {
  for (const city of [COLLECTING, HANDLING]) expect(await show(city)).toMatchObject(expected)
  expect(await kindsAt(COLLECTING)).toEqual(await kindsAt(HANDLING))
}

describe('two who press the same button at once', () => {
  test('complete a case once, also from pages that name no version', async () => {
    const both = await Promise.allSettled(
      ['first', 'second'].map(person => step(HANDLING, 'case.close', { outcome: 'returned' }, person)),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const lost = both.find(one => one.status === 'rejected') as PromiseRejectedResult
    expect(lost.reason).toMatchObject({ problem: { code: 'case.transition' } })
    await world.settle()
    await bothShow({ state: 'closed', outcome: 'returned' })
    expect((await kindsAt(HANDLING)).filter(kind => kind === 'case.close')).toHaveLength(1)
  })
})

describe('whose turn it is', () => {
  test('is written by each city for itself alone: no step of the window takes the case back', async () => {
    await step(HANDLING, 'case.accept', {})
    await world.settle()
    await step(COLLECTING, 'case.message', { text: '请问进度' })
    await step(COLLECTING, 'case.ship', {
      waybill: { carrier: 'EMS', number: '1' },
      contents: ['身份证复印件'],
    })
    await world.settle()
    await bothShow({ state: 'accepted' })
    for (const [kind, body] of [
      ['case.precheck', {}],
      ['case.accept', {}],
      ['case.decide', { outcome: 'granted', documentNo: '十审〔2026〕1号' }],
      ['case.close', { outcome: 'returned' }],
    ] as const)
      await expect(step(COLLECTING, kind, body), kind).rejects.toMatchObject({ problem: { code: 'case.author' } })
    await bothShow({ state: 'accepted' })
  })

  test('a page of the window that was open before the return sends nothing into the case that came back', async () => {
    const seen = (await show(COLLECTING)).version
    await step(HANDLING, 'case.close', { outcome: 'returned' }, 'examiner')
    await world.settle()
    for (const [kind, body] of [
      ['case.supplement', { materials: [], form: { reason: '补' } }],
      ['case.withdraw', { reason: '申请人撤回' }],
      ['case.remind', { text: '请尽快' }],
    ] as const)
      await expect(step(COLLECTING, kind, body, 'window', seen)).rejects.toMatchObject({
        problem: { code: 'request.precondition' },
        changes: [{ by: `city:${HANDLING}`, action: 'case.close' }],
      })
    await bothShow({ state: 'closed', outcome: 'returned' })
  })
})

describe('a node that is killed while a case goes back', () => {
  const RETURNS = [
    ['case.close', { outcome: 'returned' }, { state: 'closed', outcome: 'returned' }],
    ['case.refuse', { reason: '不属于本机关职权范围', basis: '行政许可法第三十二条' }, { state: 'refused' }],
  ] as const

  test.each([
    ['the city that returns it', HANDLING],
    ['the city that gets it back', COLLECTING],
  ])('leaves one state in both cities wherever that was: %s', async (_, victim) => {
    for (const [kind, body, ends] of RETURNS) {
      let killed = 0
      for (let after = 1; ; after++) {
        thread = await submitCase(world, agreement, { mode: 1 })
        await world.settle()
        const { db } = world.city(victim)
        const mortal = killable(db)
        await world.restart(victim, mortal)
        await world.settle()
        mortal.dieAfter(after)
        await step(HANDLING, kind, body).catch(() => {})
        await world.settle()
        const died = mortal.dead
        if (died) killed++
        await world.restart(victim, db)
        await world.settle()
        // Who was cut off asks again, as after a crash one does: it was done already, or is done now.
        if ((await show(HANDLING)).state !== ends.state) await step(HANDLING, kind, body)
        world.clock.advance(3_600_000)
        await world.settle()
        await bothShow(ends)
        expect((await kindsAt(COLLECTING)).filter(one => one === kind)).toHaveLength(1)
        const possible = await Promise.all([COLLECTING, HANDLING].map(async city => (await show(city)).steps))
        for (const steps of possible) {
          expect(steps).not.toContain('case.accept')
          expect(steps).not.toContain('case.supplement')
          expect(steps).not.toContain('case.withdraw')
        }
        if (!died) break
      }
      expect(killed, kind).toBeGreaterThan(0)
    }
  })
})
