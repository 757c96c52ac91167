import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { submitContentOf } from '../../../test/support/play-case.ts'
import { playItem } from '../../../test/support/play-lists.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, casesAt, HANDLING, worldAgreement } from '../../../test/support/world-case.ts'
import { casesOf, type JointCase } from './joint.ts'

const ITEMS = [0, 1, 2, 3, 4, 5].map(no => playItem(no, { modes: [3] }))
const [CODES, MORE] = [ITEMS.slice(0, 3), ITEMS.slice(3)].map(items => items.map(item => item.taskCode)) as [
  string[],
  string[],
]
let world: Awaited<ReturnType<typeof createWorld>>

const joint = (codes: readonly string[] = CODES): JointCase => {
  const { caseNo, item: _, mode, ...shared } = submitContentOf('-', 3, [])
  return {
    shared: { ...shared, form: { 联系地址: '安康市汉滨区' } },
    items: codes.map((item, no) => ({ to: HANDLING, item, mode: 3 as const, form: { 序号: no } })),
  }
}
const cases = (city: string) => world.city(city).cases

beforeEach(async () => {
  world = await createWorld({ items: ITEMS })
  await agree(
    world,
    worldAgreement({
      items: [...CODES, ...MORE].map(taskCode => ({
        taskCode,
        taskName: taskCode,
        handling: HANDLING,
        collecting: [COLLECTING],
        modes: [3 as const],
      })),
    }),
  )
})
afterEach(() => world.stop())

describe('a joint case', () => {
  test('is entered once: every item becomes a case, the first leads, and both cities see them together', async () => {
    const submitted = await cases(COLLECTING).submitJoint(joint(), 'person:1')
    await world.settle()
    expect(new Set(submitted.map(({ caseNo }) => caseNo)).size).toBe(3)
    const lead = submitted[0]?.thread ?? ''
    for (const city of [COLLECTING, HANDLING]) {
      for (const { thread } of submitted) {
        const { linked } = await cases(city).get(thread)
        expect(linked.map(entry => entry.item.code)).toEqual(CODES)
        expect(linked.map(entry => entry.lead)).toEqual([true, false, false])
        expect(linked[0]?.thread).toBe(lead)
      }
    }
    const bodies = await cases(HANDLING).bodies(submitted[2]?.thread ?? '', 'person:2')
    expect(bodies[0]?.body).toMatchObject({ parent: lead, form: { 联系地址: '安康市汉滨区', 序号: 2 } })
  })

  test('is handed over once, when every result is there', async () => {
    const submitted = await cases(COLLECTING).submitJoint(joint(), 'person:1')
    await world.settle()
    const [first, ...rest] = submitted
    const finish = async (thread: string) => {
      await cases(HANDLING).step(thread, 'case.accept', {}, 'person:2')
      await cases(HANDLING).step(thread, 'case.decide', { outcome: 'granted' }, 'person:2')
      await cases(HANDLING).step(thread, 'case.send-result', { method: 'file' }, 'person:2')
      await world.settle()
    }
    await expect(cases(COLLECTING).handOver(first?.thread ?? '', '周敏', 'person:1')).rejects.toThrow('case.transition')
    for (const { thread } of rest) await finish(thread)
    await finish(first?.thread ?? '')
    expect(await cases(COLLECTING).handOver(rest[0]?.thread ?? '', '周敏', 'person:1')).toEqual({
      handedOver: 3,
      missing: [],
    })
    await world.settle()
    for (const { thread } of submitted) {
      const { fold } = await cases(HANDLING).get(thread)
      expect(fold.instants.handedOver).not.toBeNull()
    }
  })

  test('signs a receipt once, and only where a result was sent: not where an item was withdrawn, returned, refused or void', async () => {
    const codes = [...CODES, ...MORE]
    const submitted = await cases(COLLECTING).submitJoint(joint(codes), 'person:1')
    await world.settle()
    const [sent = '', returned = '', refused = '', voided = '', closed = '', late = ''] = submitted.map(
      ({ thread }) => thread,
    )
    const say = (thread: string, kind: CaseKind, body: object = {}) =>
      cases(HANDLING).step(thread, kind, body, 'person:2')
    const result = async (thread: string) => {
      await say(thread, 'case.accept')
      await say(thread, 'case.decide', { outcome: 'granted' })
      await say(thread, 'case.send-result', { method: 'file' })
    }
    for (const thread of [sent, voided, closed]) await result(thread)
    await say(returned, 'case.close', { outcome: 'returned' })
    await say(refused, 'case.refuse', { reason: '不属于本机关职权', basis: '行政许可法 32' })
    await say(voided, 'case.close', { outcome: 'void' })
    await say(closed, 'case.close', { outcome: 'granted' })
    await world.settle()
    const received = async () =>
      Promise.all(
        submitted.map(async ({ thread }) => {
          const { timeline } = await cases(COLLECTING).get(thread)
          return timeline.filter(({ kind }) => kind === 'case.result-received').length
        }),
      )
    const first = await marksOf('handOverJointCase', () => cases(COLLECTING).handOver(sent, '周敏', 'person:1'))
    expect([first.handedOver, first.missing.map(({ thread }) => thread)]).toEqual([2, [late]])
    expect(await received()).toEqual([1, 0, 0, 0, 1, 0])
    await expect(cases(COLLECTING).handOver(sent, '周敏', 'person:1')).rejects.toThrow('case.transition')
    await result(late)
    await world.settle()
    expect(await cases(COLLECTING).handOver(sent, '周敏', 'person:1')).toEqual({ handedOver: 1, missing: [] })
    await expect(cases(COLLECTING).handOver(sent, '周敏', 'person:1')).rejects.toThrow('not received yet')
    expect(await received()).toEqual([1, 0, 0, 0, 1, 1])
  })

  test('is checked item by item: each names its own faults, and one that stands twice is found before it is sent', async () => {
    const [item, , unlisted] = joint([CODES[0] ?? '', CODES[1] ?? '', 'unknown']).items
    if (item === undefined || unlisted === undefined) throw new Error('no items')
    const material = { code: 'M1', name: '身份证', sha256: 'ab'.repeat(32) }
    const faulty = { ...item, materials: [material] }
    const wrong: JointCase = {
      ...joint(),
      items: [faulty, unlisted, { ...item, item: MORE[0] ?? '', mode: 1 }, item, item],
    }
    const found = await cases(COLLECTING).preflightJoint(wrong, 'person:wang')
    expect(found.map(({ field, level }) => `${field} ${level}`)).toEqual([
      'items.0.materials.0.code error',
      'items.0.materials.0.sha256 error',
      'items.1.item error',
      'items.2.mode error',
      expect.stringMatching(/^items\.2\.mode/),
      'items.4.item error',
    ])
    const { shared, items } = wrong
    const sent = cases(COLLECTING).submitJoint({ shared, items: items.slice(0, 4) }, 'person:1')
    await expect(sent).rejects.toThrow(/items\.0: .*not uploaded.*; items\.1.*; items\.2/)
    await expect(cases(COLLECTING).submitJoint({ shared, items: [item, item] }, 'person:1')).rejects.toThrow(
      'items.1.item',
    )
    expect(await casesAt(world, COLLECTING)).toEqual([])
    const other = { ...item, form: { 序号: 7 } }
    expect(await cases(COLLECTING).preflightJoint({ shared, items: [item, other] }, 'person:wang')).toEqual([])
  })

  test('goes to several handling cities: each moves its own item, and the results are handed over once', async () => {
    const other = '420600'
    await world.stop()
    world = await createWorld({ items: ITEMS, codes: [COLLECTING, HANDLING, other] })
    for (const [handling, taskCode = ''] of [
      [HANDLING, CODES[0]],
      [other, CODES[1]],
    ] as const) {
      const { parties, ...terms } = worldAgreement({
        items: [{ taskCode, taskName: taskCode, handling, collecting: [COLLECTING], modes: [3] }],
      })
      await agree(
        world,
        { ...terms, parties: parties.map(p => (p.code === HANDLING ? { ...p, code: handling } : p)) },
        handling,
      )
    }
    const form = joint(CODES.slice(0, 2))
    const [first, second] = form.items
    if (first === undefined || second === undefined) throw new Error('no items')
    const submitted = await cases(COLLECTING).submitJoint(
      { ...form, items: [first, { ...second, to: other }] },
      'person:1',
    )
    await world.settle()
    const [lead = '', beside = ''] = submitted.map(({ thread }) => thread)
    const { linked } = await cases(COLLECTING).get(beside)
    expect(linked.map(({ thread, partner, lead: leads }) => [thread, partner, leads])).toEqual([
      [lead, HANDLING, true],
      [beside, other, false],
    ])
    // A handling city holds its own item alone, and knows which one leads.
    expect((await cases(other).get(beside)).linked).toEqual([])
    await expect(cases(other).get(lead)).rejects.toThrow('thread.unknown')
    expect((await cases(other).bodies(beside, 'person:2'))[0]?.body).toMatchObject({ parent: lead })
    for (const [city, thread] of [
      [HANDLING, lead],
      [other, beside],
    ] as const) {
      await cases(city).step(thread, 'case.accept', {}, 'person:2')
      await world.settle()
      if (city === HANDLING)
        await expect(cases(COLLECTING).handOver(lead, '周敏', 'person:1')).rejects.toThrow(
          `${HANDLING} ${ITEMS[0]?.taskName}: no result yet (accepted); ${other} ${ITEMS[1]?.taskName}: no result yet (arrived)`,
        )
      await cases(city).step(thread, 'case.decide', { outcome: 'granted' }, 'person:2')
      await cases(city).step(thread, 'case.send-result', { method: 'file' }, 'person:2')
      await world.settle()
      // What is ready does not wait for a slow city, which is named.
      const { handedOver, missing } = await cases(COLLECTING).handOver(beside, '周敏', 'person:1')
      expect([handedOver, missing.map(entry => entry.partner)]).toEqual([1, city === HANDLING ? [other] : []])
      await world.settle()
    }
    expect((await cases(HANDLING).get(lead)).fold.instants.handedOver).not.toBeNull()
    expect((await cases(other).get(beside)).fold.instants.handedOver).not.toBeNull()
  })

  test('is submitted wholly or not at all', async () => {
    const missing = joint([CODES[0] ?? '', 'unknown'])
    await expect(cases(COLLECTING).submitJoint(missing, 'person:1')).rejects.toThrow('item.unknown')
    expect(await casesAt(world, COLLECTING)).toEqual([])
  })

  test('whose items have notices of their own versions says of each that it was accepted', () => {
    const consent = { text: '1', acceptedAt: '2026-07-01T08:00:00Z' }
    const own = { text: '2026-03', acceptedAt: '2026-07-01T08:01:00Z' }
    const { shared, items } = joint()
    const cases = casesOf({
      shared: { ...shared, consent },
      items: items.map((item, no) => (no === 1 ? { ...item, consent: own } : item)),
    })
    expect(cases.map(entry => entry.consent)).toEqual([consent, own, consent])
  })

  test('has at least two items, and at most so many', () => {
    const of = (count: number) => () => casesOf(joint(Array.from({ length: count }, () => CODES[0] ?? '')))
    expect(of(1)).toThrow('request.invalid')
    expect(of(2)()).toHaveLength(2)
    expect(of(LIMITS.jointCases)()).toHaveLength(LIMITS.jointCases)
    expect(of(LIMITS.jointCases + 1)).toThrow('request.invalid')
  })
})

test('a case that stands alone is linked to none', async () => {
  const { mode, ...rest } = submitContentOf('-', 3, [])
  const { thread } = await cases(COLLECTING).submit(
    { ...rest, mode: 3, to: HANDLING, item: CODES[0] ?? '', caseNo: undefined },
    'person:1',
  )
  expect((await cases(COLLECTING).get(thread)).linked).toEqual([])
  await expect(cases(COLLECTING).handOver(thread, undefined, 'person:1')).rejects.toThrow('case.transition')
})
