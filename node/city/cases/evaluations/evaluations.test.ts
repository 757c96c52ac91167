import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseContent, CaseKind } from '../../../../protocol/case/kinds.ts'
import { createWorld } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../../test/support/world-case.ts'
import { createEvaluations, type Evaluations, FOLLOW_UPS } from './evaluations.ts'

const DAY = 86_400_000
let world: Awaited<ReturnType<typeof createWorld>>
let thread: string

function evaluationsOf(city: string): Evaluations {
  const { db, audit, cases, clocks } = world.city(city)
  return createEvaluations({
    db,
    clock: world.clock,
    audit,
    own: city,
    urgency: (of, limit) => clocks.urgency(of, limit),
    moves: (...move) => cases.moves(...move),
  })
}
async function say<K extends CaseKind>(city: string, kind: K, body: CaseContent<K>): Promise<void> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}
const list = (city: string, filter: Parameters<Evaluations['list']>[0]) => evaluationsOf(city).list(filter, 50, null)
const code = (error: { problem: { code: string } }) => error.problem.code

beforeEach(async () => {
  world = await createWorld()
  thread = await submitCase(world, await agree(world))
  await world.settle()
  await say(HANDLING, 'case.accept', {})
  await say(HANDLING, 'case.decide', { outcome: 'granted' })
  await say(COLLECTING, 'case.evaluate', { target: 'window', level: 4, channel: '窗口', realName: true })
  await say(COLLECTING, 'case.evaluate', { target: 'department', level: 5, channel: '网页' })
})
afterEach(() => world.stop())

describe('bad ratings', () => {
  test('stand in one list at both cities with the day they are due, and grow urgent', async () => {
    for (const city of [COLLECTING, HANDLING]) {
      const found = await list(city, { state: 'open' })
      expect(found.map(({ target, city: of, level, realName, due }) => [target, of, level, realName, due])).toEqual([
        ['window', COLLECTING, 4, true, '2026-11-30'],
        ['department', HANDLING, 5, null, '2026-11-30'],
      ])
      expect(found[0]?.urgency).not.toBe('overdue')
      expect((await list(city, { state: 'open', city: 'own' })).map(({ city: of }) => of)).toEqual([city])
    }
    world.clock.advance(10 * DAY)
    expect((await list(HANDLING, { state: 'open' })).map(({ urgency }) => urgency)).toEqual(['overdue', 'overdue'])
    const [first] = await evaluationsOf(HANDLING).list({ state: 'open' }, 1, null)
    const rest = await evaluationsOf(HANDLING).list({ state: 'open' }, 1, [first?.due ?? '', first?.no ?? 0])
    expect([first?.target, rest.map(({ target }) => target)]).toEqual(['window', ['department']])
  })

  test('are followed up step by step; what ends it is signed, and both cities know', async () => {
    const { followUp } = evaluationsOf(COLLECTING)
    const call = { target: 'window', way: 'phone' } as const
    await followUp(thread, { ...call, result: 'unreached' }, 'person:1')
    expect((await list(COLLECTING, { state: 'open', city: 'own' }))[0]?.followUps).toMatchObject([
      { way: 'phone', result: 'unreached', actor: 'person:1' },
    ])
    const done = await followUp(
      thread,
      { ...call, result: 'rectified', text: '已致歉', measure: '增开窗口' },
      'person:1',
    )
    expect([done.urgency, done.followUps.length]).toEqual(['answered', 2])
    await world.settle()
    expect((await list(HANDLING, { state: 'open' })).map(({ target }) => target)).toEqual(['department'])
    expect((await list(HANDLING, { state: 'all' })).length).toBe(2)
    const { items } = { items: await world.city(COLLECTING).audit.list({ action: 'rating.followed-up' }, 10, null) }
    expect(items.map(({ subject, detail }) => [subject, detail])).toEqual([
      [thread, { target: 'window', way: 'phone', result: 'rectified' }],
      [thread, { target: 'window', way: 'phone', result: 'unreached' }],
    ])
  })

  test('of a mistake is appealed, and the other city answers', async () => {
    const handling = evaluationsOf(HANDLING)
    await handling.followUp(
      thread,
      { target: 'department', way: 'phone', result: 'mistaken', text: '评价对象有误' },
      'person:2',
    )
    await world.settle()
    const [appealed] = await list(COLLECTING, { state: 'appealed' })
    expect([appealed?.target, appealed?.appealAnsweredAt]).toEqual(['department', null])
    const answer = { target: 'department', text: '核实为误评' } as const
    expect(await handling.answerAppeal(thread, answer, 'person:2').catch(code)).toBe('case.author')
    await evaluationsOf(COLLECTING).answerAppeal(thread, answer, 'person:1')
    await world.settle()
    for (const city of [COLLECTING, HANDLING]) {
      expect(await list(city, { state: 'appealed' })).toEqual([])
      expect((await list(city, { state: 'open', city: HANDLING }))[0]?.appealAnsweredAt).not.toBe(null)
    }
    expect(await evaluationsOf(COLLECTING).answerAppeal(thread, answer, 'person:1').catch(code)).toBe('case.transition')
  })

  test.each(['upheld', 'rejected'] as const)('whose appeal is %s, once, are counted as that says', async verdict => {
    const handling = evaluationsOf(HANDLING)
    const mistaken = { target: 'department', way: 'phone', result: 'mistaken', text: '评价对象有误' } as const
    await handling.followUp(thread, mistaken, 'person:2')
    await world.settle()
    world.clock.advance(10 * DAY)
    await evaluationsOf(COLLECTING).answerAppeal(thread, { target: 'department', text: '已复核', verdict }, 'person:1')
    await world.settle()
    for (const city of [COLLECTING, HANDLING]) {
      const [rating] = (await list(city, { state: 'all' })).filter(({ target }) => target === 'department')
      expect([rating?.verdict, rating?.urgency]).toEqual([verdict, verdict === 'upheld' ? 'answered' : 'overdue'])
      const open = (await list(city, { state: 'open' })).map(({ target }) => target)
      expect(open).toEqual(verdict === 'upheld' ? ['window'] : ['window', 'department'])
      const { clock } = await world.city(city).cases.get(thread)
      const duty = clock.deadlines.find(({ duty, city: of }) => duty === 'follow-up' && of === HANDLING)
      // It was appealed in time; how long the other city took to judge it brings nobody into delay.
      expect(duty?.level).toBe(verdict === 'upheld' ? 'met' : 'overdue')
      const [{ bad } = { bad: -1 }] = await world.city(city).db.query<{ bad: number }>('SELECT bad FROM cases')
      expect(bad).toBe(city === COLLECTING || verdict === 'rejected' ? 1 : 0)
    }
    expect(await handling.followUp(thread, mistaken, 'person:2').catch(code)).toBe('case.transition')
    if (verdict === 'rejected') {
      await handling.followUp(thread, { ...mistaken, result: 'explained', text: '已说明' }, 'person:2')
      await world.settle()
      expect((await list(COLLECTING, { state: 'open' })).map(({ target }) => target)).toEqual(['window'])
    }
  })

  test('of the other city, of no case, without a text, or past the limit are refused', async () => {
    const { followUp } = evaluationsOf(COLLECTING)
    const call = { target: 'window', way: 'phone', result: 'unreached' } as const
    const refused = (...input: Parameters<Evaluations['followUp']>) => followUp(...input).then(() => null, code)
    expect([
      await refused(thread, { ...call, target: 'department' }, 'person:1'),
      await refused('0'.repeat(32), call, 'person:1'),
      await refused(thread, { ...call, result: 'explained' }, 'person:1'),
      await refused(thread, { ...call, text: '未接' }, 'person:1'),
    ]).toEqual(['case.author', 'thread.unknown', 'request.invalid', 'request.invalid'])
    for (let no = 0; no < FOLLOW_UPS; no++) expect(await refused(thread, call, 'person:1')).toBe(null)
    expect(await refused(thread, call, 'person:1')).toBe('request.conflict')
  })
})
