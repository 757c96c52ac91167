import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addDays } from '../../../protocol/calendar/calendar.ts'
import type { CaseContent, CaseKind, Mode } from '../../../protocol/case/kinds.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase, worldAgreement } from '../../../test/support/world-case.ts'
import type { CaseDetail } from './detail.ts'

const DAY = 86_400_000
const ITEMS = worldAgreement().items.map(item => ({ ...item, modes: [0, 1, 2, 3] as Mode[] }))
let world: Awaited<ReturnType<typeof createWorld>>

async function begin(
  limits: { promiseDay?: number; anticipateDay?: number } = { promiseDay: 5, anticipateDay: 20 },
  change: Partial<CaseContent<'case.submit'>> = {},
) {
  const agreement = await agree(world, worldAgreement({ items: ITEMS, clock: { recheckDays: 1 }, evaluationDays: 3 }))
  const item = { code: 'YB-1', name: '异地购房提取住房公积金', version: 1 }
  const known = worldAgreement().items[0]
  const thread = await submitCase(world, agreement, {
    item: { ...item, code: known?.taskCode ?? '', ...limits },
    receivedAt: new Date(world.clock.now()).toISOString(),
    ...change,
  })
  await world.settle()
  return thread
}

async function say<K extends CaseKind>(city: string, thread: string, kind: K, body: CaseContent<K>): Promise<void> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}

/** Gives a material for each code. */
async function supplement(thread: string, codes: readonly string[]): Promise<void> {
  const materials = codes.map((code, no) => ({ sha256: `${no}`.repeat(64), code, name: code }))
  for (const { sha256 } of materials)
    world.city(COLLECTING).scans.held.set(sha256, { sha256, size: 1, type: 'application/pdf' })
  await say(COLLECTING, thread, 'case.supplement', { materials })
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
  test('a case just begun presses nobody; on the last day of its first limit it does, and that is told once', async () => {
    const thread = await begin()
    const levels = async () => {
      const { due, ownDue, clock } = await world.city(HANDLING).cases.get(thread)
      return [due?.level, ownDue?.level, clock.deadlines.find(({ duty }) => duty === 'recheck')?.level]
    }
    const { cases } = world.city(HANDLING)
    expect(await levels()).toEqual(['green', 'green', 'green'])
    expect(await cases.notifyDue()).toBe(0)
    world.clock.advance(24 * 3600_000)
    expect(await levels()).toEqual(['red', 'red', 'red'])
    expect([await cases.notifyDue(), await cases.notifyDue()]).toEqual([1, 0])
  })

  test('tells both cities the same duties, who holds the case, and what is due first', async () => {
    const thread = await begin()
    expect(await told(thread)).toMatchObject({
      holder: HANDLING,
      due: { duty: 'recheck', city: HANDLING, day: '2026-11-24', left: 1, level: 'green' },
    })
    await say(HANDLING, thread, 'case.request-supplement', {
      notice: '请补正',
      deadline: '2026-11-30',
      materials: [{ code: 'M01', reason: '不清晰' }],
    })
    expect(await told(thread)).toMatchObject({ holder: COLLECTING, due: { duty: 'supplement', day: '2026-11-30' } })
    expect((await world.city(COLLECTING).cases.get(thread)).fold.lacking).toEqual({ materials: ['M01'], form: [] })
    // The clerk is told before anything is sent; and what another city sends past its own check is refused.
    for (const [codes, detail] of [
      [[], 'materials.M01: missing'],
      [['M03'], 'materials.0.code: not asked for'],
    ] as const)
      await expect(supplement(thread, codes)).rejects.toMatchObject({ problem: { code: 'case.supplement', detail } })
    await supplement(thread, ['M01'])
    expect(await told(thread)).toMatchObject({ holder: HANDLING, due: { duty: 'review', day: '2026-11-30' } })
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
    const reminded = async () => (await world.city(HANDLING).calendars.coverage(0)).map(({ en }) => en)
    expect(await reminded()).toEqual([expect.stringContaining('1 open cases are due beyond it')])
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
    expect(await reminded()).toEqual([expect.stringContaining('names 1 days off')])
  })

  test('counts by a day of one region alike at both, though only its own city imported it; says who lacks a national table', async () => {
    const thread = await begin()
    await say(HANDLING, thread, 'case.accept', {})
    expect((await told(thread)).due).toMatchObject({ duty: 'promise', day: '2026-11-30' })
    const table = { v: 1 as const, year: 2026, off: ['2026-11-26'], worked: [], source: '省政府通知' }
    await world.city(HANDLING).calendars.import({ ...table, region: HANDLING.slice(0, 2) }, 'person:1')
    await world.settle()
    expect((await told(thread)).due).toMatchObject({ duty: 'promise', day: '2026-12-01' })
    const reminders = (city: string, partner: string) =>
      world.city(city).calendars.reminders([{ code: partner, name: partner }], world.clock.now())
    expect([await reminders(COLLECTING, HANDLING), await reminders(HANDLING, COLLECTING)]).toEqual([[], []])
    const next = { ...table, region: 'CN', year: 2027, off: ['2027-01-01'] }
    await world.city(HANDLING).calendars.import(next, 'person:1')
    await world.settle()
    expect(await reminders(COLLECTING, HANDLING)).toMatchObject([
      { id: `calendar:${HANDLING}:CN:2027:own`, act: 'you' },
    ])
    await world.city(COLLECTING).calendars.import(next, 'person:1')
    await world.settle()
    expect([await reminders(COLLECTING, HANDLING), await reminders(HANDLING, COLLECTING)]).toEqual([[], []])
  })

  test('tells of a day that comes near and is over, once for each stage', async () => {
    const thread = await begin()
    await say(HANDLING, thread, 'case.accept', {})
    const { cases } = world.city(HANDLING)
    expect(await cases.notifyDue()).toBe(0)
    const stages = []
    for (let day = 0; day < 10; day++) {
      world.clock.advance(DAY)
      stages.push((await cases.notifyDue()) + (await cases.notifyDue()))
    }
    // A limit of five days: yellow with two left, on Thursday, red on Friday, over on Tuesday.
    expect(stages).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0, 0])
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

  test('lets nobody sign a day that the law does not allow', async () => {
    const thread = await begin()
    const refused = (kind: CaseKind, body: object, detail: string) =>
      expect(world.city(HANDLING).cases.step(thread, kind, body, 'person:1')).rejects.toMatchObject({
        problem: { code: 'case.limit', detail },
      })
    await refused('case.accept', { promisedBy: '2026-11-20' }, 'promisedBy: not before the acceptance, 2026-11-23')
    await refused('case.accept', { promisedBy: '2027-01-29' }, 'promisedBy: not past the legal limit, 2026-12-21')
    await say(HANDLING, thread, 'case.accept', { promisedBy: '2026-12-01' })
    const because = { reason: '案情复杂', approver: '局长' }
    await refused('case.extend', { until: '2036-01-01', ...because }, 'until: past 2027-01-04, the last day allowed')
    await refused('case.extend', { until: '2026-12-05', ...because }, 'until: not a working day')
    await refused(
      'case.extend',
      { until: '2026-12-01', ...because },
      'until: not later than the day that is due now, 2026-12-01',
    )
    await say(HANDLING, thread, 'case.extend', { until: '2027-01-04', ...because })
    expect((await told(thread)).due).toMatchObject({ duty: 'promise', day: '2027-01-04' })
  })

  test('an answer of the approval system that would accept and extend at once is judged step by step', async () => {
    const thread = await begin()
    const moves = (until: string) =>
      world.city(HANDLING).cases.moves(
        thread,
        [
          { kind: 'case.accept', body: {} },
          { kind: 'case.extend', body: { until, reason: '案情复杂', approver: '局长' } },
        ],
        'adapter',
        async () => {},
      )
    await expect(moves('2027-01-05')).rejects.toThrow('case.limit')
    expect((await told(thread)).state).toBe('arrived')
    await moves('2026-12-31')
    await world.settle()
    expect((await told(thread)).state).toBe('accepted')
  })

  test('originals that nobody mailed turn red at the city that owes them, and the notice waits', async () => {
    const original = { sha256: '7'.repeat(64), code: 'M01', name: '申请表', form: 'original' as const }
    const thread = await begin(undefined, { mode: 1, materials: [original] })
    await say(HANDLING, thread, 'case.precheck', {})
    expect(await told(thread)).toMatchObject({ holder: COLLECTING, due: { duty: 'mail', city: COLLECTING } })
    world.clock.advance(3 * DAY)
    expect((await told(thread)).due).toMatchObject({ duty: 'mail', day: '2026-11-25', level: 'overdue', left: -1 })
    expect((await told(thread)).clock).toMatchObject({ deemedAccepted: null })
    await say(COLLECTING, thread, 'case.ship', { waybill: { carrier: 'EMS', number: '1' }, contents: ['申请表'] })
    expect(await told(thread)).toMatchObject({ holder: HANDLING, due: { duty: 'notice', day: '2026-12-03' } })
  })

  test('in mode 2 the owner may object within the agreed days, after the end too', async () => {
    const thread = await begin(undefined, { mode: 2 })
    await say(COLLECTING, thread, 'case.arrived', { localCaseNo: 'AK-1' })
    await say(COLLECTING, thread, 'case.accept', {})
    await say(COLLECTING, thread, 'case.decide', { outcome: 'granted' })
    await say(COLLECTING, thread, 'case.send-result', { method: 'pickup' })
    await say(COLLECTING, thread, 'case.close', { outcome: 'granted' })
    const objection = { duty: 'objection', city: HANDLING, day: '2026-11-26' }
    expect(await told(thread)).toMatchObject({ state: 'closed', holder: null, due: objection })
    world.clock.advance(3 * DAY)
    await say(HANDLING, thread, 'case.object', { reason: '文号有误' })
    const [question] = (await world.city(COLLECTING).cases.get(thread)).questions
    await say(COLLECTING, thread, 'case.answer', { to: question?.packet ?? '', text: '已更正' })
    expect(await told(thread)).toMatchObject({ state: 'closed', outcome: 'granted', due: null })
    world.clock.advance(DAY)
    await expect(
      world.city(HANDLING).cases.step(thread, 'case.object', { reason: '迟了' }, 'person:1'),
    ).rejects.toMatchObject({ problem: { code: 'case.limit', detail: 'the days to object ended on 2026-11-26' } })
  })

  describe('in mode 2 an objection', () => {
    const decide = { outcome: 'granted' as const }
    const seen = (city: string, thread: string) => world.city(city).cases.get(thread)
    async function accepted(): Promise<string> {
      const thread = await begin(undefined, { mode: 2 })
      await say(COLLECTING, thread, 'case.arrived', { localCaseNo: 'AK-1' })
      await say(COLLECTING, thread, 'case.accept', {})
      return thread
    }
    const questionOf = async (thread: string) => (await seen(COLLECTING, thread)).questions[0]

    test('has a day and a duty, and nothing is decided before it has its answer', async () => {
      const thread = await accepted()
      await say(HANDLING, thread, 'case.object', { reason: '材料不符' })
      const question = await questionOf(thread)
      expect(question).toMatchObject({ kind: 'case.object', answerBy: '2026-11-26' })
      for (const city of [COLLECTING, HANDLING])
        expect((await seen(city, thread)).clock.deadlines).toContainEqual(
          expect.objectContaining({ duty: 'objection-answer', city: COLLECTING, due: '2026-11-26' }),
        )
      expect((await seen(COLLECTING, thread)).steps).not.toContain('case.decide')
      await expect(world.city(COLLECTING).cases.step(thread, 'case.decide', decide, 'person:1')).rejects.toMatchObject({
        problem: { code: 'case.transition' },
      })
      await say(COLLECTING, thread, 'case.answer', { to: question?.packet ?? '', text: '已核对' })
      await say(COLLECTING, thread, 'case.decide', decide)
      expect((await seen(HANDLING, thread)).state).toBe('decided')
    })

    test('that is upheld after the end revokes the decision, at both cities', async () => {
      const thread = await accepted()
      await say(COLLECTING, thread, 'case.decide', decide)
      await say(COLLECTING, thread, 'case.close', decide)
      expect((await seen(COLLECTING, thread)).steps).not.toContain('case.revoke')
      await say(HANDLING, thread, 'case.object', { reason: '申请人不符合条件' })
      const question = await questionOf(thread)
      expect((await seen(COLLECTING, thread)).steps).toContain('case.revoke')
      const revoke = { objection: question?.packet ?? '', reason: '异议成立', basis: '行政许可法 69' }
      await say(COLLECTING, thread, 'case.revoke', revoke)
      for (const city of [COLLECTING, HANDLING]) {
        const { state, outcome, clock, questions } = await seen(city, thread)
        expect([state, outcome, questions]).toEqual(['closed', 'void', []])
        expect(clock.deadlines.find(({ duty }) => duty === 'objection-answer')).toMatchObject({ level: 'met' })
      }
      await expect(world.city(COLLECTING).cases.step(thread, 'case.revoke', revoke, 'person:1')).rejects.toMatchObject({
        problem: { code: 'case.transition' },
      })
    })

    test('is among the steps until its last day', async () => {
      const thread = await accepted()
      await say(COLLECTING, thread, 'case.decide', decide)
      world.clock.advance(3 * DAY)
      expect((await seen(HANDLING, thread)).steps).toContain('case.object')
      world.clock.advance(DAY)
      expect((await seen(HANDLING, thread)).steps).not.toContain('case.object')
    })
  })

  test('an objection that another city sends long after its days is refused, by the day on which it was signed', async () => {
    const thread = await begin(undefined, { mode: 2 })
    await say(COLLECTING, thread, 'case.arrived', { localCaseNo: 'AK-1' })
    await say(COLLECTING, thread, 'case.accept', {})
    await say(COLLECTING, thread, 'case.decide', { outcome: 'granted' })
    // Past the check before signing, as a node would that has none.
    const object = () =>
      world
        .city(HANDLING)
        .exchange.author.write({ thread, partner: COLLECTING }, [{ kind: 'case.object', content: { reason: 'x' } }])
    world.network.partition(COLLECTING, HANDLING)
    await object()
    world.clock.advance(30 * DAY)
    world.network.heal(COLLECTING, HANDLING)
    for (let minute = 0; minute < 10; minute++) {
      world.clock.advance(60_000)
      await world.settle()
    }
    expect((await told(thread)).fold.asked).toHaveLength(1)
    await object()
    await world.settle()
    expect((await world.city(HANDLING).cases.get(thread)).parked).toMatchObject({
      code: 'case.limit',
      kind: 'case.object',
    })
  })
})

describe('a packet that was long on the way', () => {
  /** What happens while the cities do not reach each other for `days`; then they do. */
  async function apart(days: number, act: () => Promise<unknown>): Promise<void> {
    world.network.partition(COLLECTING, HANDLING)
    await act()
    world.clock.advance(days * DAY)
    world.network.heal(COLLECTING, HANDLING)
    for (let minute = 0; minute < 10; minute++) {
      world.clock.advance(60_000)
      await world.settle()
    }
  }

  test('a submit begins what the handling city must do on the day of its receipt, at both cities alike', async () => {
    const agreement = await agree(world, worldAgreement({ items: ITEMS, clock: { recheckDays: 1 } }))
    const receivedAt = new Date(world.clock.now()).toISOString()
    let thread = ''
    await apart(28, async () => {
      thread = await submitCase(world, agreement, { receivedAt })
      // Until there is a receipt, by the word of its author.
      const { clock, timeline } = await world.city(COLLECTING).cases.get(thread)
      expect(clock.deadlines.find(({ duty }) => duty === 'notice')).toMatchObject({ from: '2026-11-23' })
      expect(timeline).toMatchObject([{ receiptedAt: null, differs: false }])
    })
    const { clock, due, timeline } = await told(thread)
    expect(clock).toMatchObject({ deemedAccepted: null })
    expect(clock.deadlines).toMatchObject([
      { duty: 'forward', city: COLLECTING, done: '2026-12-21', level: 'missed' },
      { duty: 'recheck', city: HANDLING, from: '2026-12-21', due: '2026-12-22', level: 'green' },
      { duty: 'notice', city: HANDLING, from: '2026-12-21', level: 'green' },
    ])
    expect(due).toMatchObject({ duty: 'recheck', day: '2026-12-22' })
    expect(timeline[0]).toMatchObject({ kind: 'case.submit', differs: true })
    expect(timeline.at(-1)).toMatchObject({ kind: 'case.arrived', differs: false })
    const there = (await world.city(HANDLING).cases.get(thread)).timeline
    expect(there).toEqual(timeline)
  })

  test('a notice in time that came late is late, and what was told of a refused step stays told', async () => {
    const thread = await begin()
    await apart(20, () =>
      world.city(HANDLING).cases.step(thread, 'case.request-supplement', { notice: '补', materials: [] }, 'person:1'),
    )
    const { clock, timeline } = await told(thread)
    expect(clock.deemedAccepted).toBe('2026-11-23')
    expect(clock.deadlines.find(({ duty }) => duty === 'notice')).toMatchObject({ done: '2026-12-13', level: 'missed' })
    expect(timeline.at(-1)).toMatchObject({ kind: 'case.request-supplement', differs: true })
  })
})

describe('a partner that tells holidays afterwards', () => {
  test('meets no duty by them that it missed, unless the administrator takes them', async () => {
    const thread = await begin({ promiseDay: 5, anticipateDay: 20 }, { receivedAt: '2026-11-16T09:00:00+08:00' })
    const here = world.city(HANDLING)
    const dutyOf = async (name: string) => {
      const { clock } = await here.cases.get(thread)
      const found = clock.deadlines.find(({ duty }) => duty === name)
      return [found?.due, found?.level]
    }
    const missed = ['2026-11-17', 'missed']
    expect(await dutyOf('forward')).toEqual(missed)
    const off = Array.from({ length: 60 }, (_, n) => addDays('2026-10-15', n))
    const regional = [{ v: 1 as const, region: '61', year: 2026, off, worked: [], source: '通知' }]
    await here.calendars.receive(COLLECTING, { ...here.calendars.notice(), regional })
    await world.settle()
    expect(await dutyOf('forward')).toEqual(missed)
    await here.calendars.accept(COLLECTING, 'person:1')
    expect((await dutyOf('forward'))[1]).toBe('met')
  })
})
