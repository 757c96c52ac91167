import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseContent, CaseKind } from '../../protocol/case/kinds.ts'
import { createWorld } from '../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase, worldAgreement } from '../../test/support/world-case.ts'
import type { CaseDetail } from './cases.ts'

const DAY = 86_400_000
let world: Awaited<ReturnType<typeof createWorld>>

async function begin(limits: { promiseDay?: number; anticipateDay?: number } = { promiseDay: 5, anticipateDay: 20 }) {
  const agreement = await agree(world, worldAgreement({ clock: { recheckDays: 1 }, evaluationDays: 3 }))
  const item = { code: 'YB-1', name: '异地购房提取住房公积金', version: 1 }
  const known = worldAgreement().items[0]
  const thread = await submitCase(world, agreement, {
    item: { ...item, code: known?.taskCode ?? '', ...limits },
    receivedAt: new Date(world.clock.now()).toISOString(),
  })
  await world.settle()
  return thread
}

async function say<K extends CaseKind>(city: string, thread: string, kind: K, body: CaseContent<K>): Promise<void> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}

/** The case as both cities tell it; they tell the same. */
async function told(thread: string): Promise<CaseDetail> {
  const here = await world.city(COLLECTING).cases.get(thread)
  const there = await world.city(HANDLING).cases.get(thread)
  expect(here.clock).toEqual(there.clock)
  expect([here.due, here.holder]).toEqual([there.due, there.holder])
  return here
}

const alerts = async (city: string) =>
  (await world.city(city).events.after(0, 1000)).filter(({ type }) => type === 'case.due').length

// Monday, 23 November 2026, 08:00 in China.
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.stop())

describe('the clock of a case at two nodes', () => {
  test('tells both cities the same duties, who holds the case, and what is due first', async () => {
    const thread = await begin()
    expect(await told(thread)).toMatchObject({
      holder: HANDLING,
      due: { duty: 'recheck', city: HANDLING, day: '2026-11-24', left: 1, level: 'red' },
    })
    await say(HANDLING, thread, 'case.request-supplement', {
      notice: '请补正',
      deadline: '2026-11-30',
      materials: [{ code: 'M01', reason: '不清晰' }],
    })
    expect(await told(thread)).toMatchObject({ holder: COLLECTING, due: { duty: 'supplement', day: '2026-11-30' } })
    await say(COLLECTING, thread, 'case.supplement', { materials: [] })
    await say(HANDLING, thread, 'case.accept', {})
    expect(await told(thread)).toMatchObject({
      holder: HANDLING,
      due: { duty: 'promise', day: '2026-11-30', left: 5, level: 'green' },
    })
    await say(HANDLING, thread, 'case.pause', { procedure: 'hearing', reason: '听证' })
    expect((await told(thread)).due).toBeNull()
    await say(HANDLING, thread, 'case.resume', {})
    await say(HANDLING, thread, 'case.extend', { until: '2026-12-31', reason: '案情复杂', approver: '局长' })
    expect((await told(thread)).due).toMatchObject({ duty: 'promise', day: '2026-12-31' })
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
    await say(HANDLING, thread, 'case.close', { outcome: 'granted' })
    expect(await told(thread)).toMatchObject({ holder: null })
    await say(COLLECTING, thread, 'case.evaluate', { target: 'department', level: 5, channel: '窗口' })
    expect(await told(thread)).toMatchObject({ due: { duty: 'follow-up', city: HANDLING, day: '2026-11-26' } })
    expect((await world.city(HANDLING).cases.get(thread)).steps).toContain('case.answer-evaluation')
    await say(HANDLING, thread, 'case.answer-evaluation', { text: '已回访' })
    expect((await told(thread)).due).toBeNull()
  })

  test('counts a provisional day anew when the next holiday table is imported', async () => {
    const thread = await begin({ promiseDay: 29, anticipateDay: 40 })
    await say(HANDLING, thread, 'case.accept', {})
    expect((await told(thread)).due).toMatchObject({ day: '2027-01-01', provisional: true })
    const table = {
      v: 1 as const,
      region: 'CN',
      year: 2027,
      off: ['2027-01-01'],
      worked: [],
      source: '国务院办公厅通知',
    }
    for (const city of [COLLECTING, HANDLING]) await world.city(city).calendars.import(table, 'person:1')
    expect((await told(thread)).due).toMatchObject({ day: '2027-01-04', provisional: false })
  })

  test('tells of a day that comes near and is over, once for each stage', async () => {
    const thread = await begin()
    await say(HANDLING, thread, 'case.accept', {})
    const { cases } = world.city(HANDLING)
    expect(await cases.tellDue()).toBe(0)
    const stages = []
    for (let day = 0; day < 10; day++) {
      world.clock.advance(DAY)
      stages.push((await cases.tellDue()) + (await cases.tellDue()))
    }
    // Yellow on Wednesday, red on Friday, over on Tuesday.
    expect(stages).toEqual([0, 1, 0, 1, 0, 0, 0, 1, 0, 0])
    expect([await alerts(HANDLING), await alerts(COLLECTING)]).toEqual([3, 0])
  })

  test('a question of the other city is listed until it is answered', async () => {
    const thread = await begin()
    await say(COLLECTING, thread, 'case.remind', { text: '请尽快' })
    await say(COLLECTING, thread, 'case.supervise', { text: '请报进度', answerBy: '2026-11-25' })
    const { questions } = await world.city(HANDLING).cases.get(thread)
    expect(questions.map(({ kind, answerBy }) => [kind, answerBy])).toEqual([
      ['case.remind', null],
      ['case.supervise', '2026-11-25'],
    ])
    for (const { packet } of questions) await say(HANDLING, thread, 'case.answer', { to: packet, text: '已加快' })
    expect((await world.city(HANDLING).cases.get(thread)).questions).toEqual([])
    await expect(
      world.city(HANDLING).cases.step(thread, 'case.answer', { to: questions[0]?.packet, text: 'x' }, 'person:1'),
    ).rejects.toThrow('case.transition')
  })
})
