import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { ProblemError, refuse } from '../../../protocol/problem.ts'
import { submitContentOf } from '../../../test/support/play-case.ts'
import { playItem } from '../../../test/support/play-lists.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, worldAgreement } from '../../../test/support/world-case.ts'
import type { NewCase } from './cases.ts'
import { createCaseSteps } from './steps/steps.ts'

const DAY = 86_400_000
const scanOf = (letter: string) => letter.repeat(64)
const material = (materialCode: string, isNeed: '1' | '2' | '3') => ({
  materialCode,
  materialName: materialCode,
  isNeed,
  materialType: '4' as const,
  materialFormat: '3' as const,
  sourceType: '10' as const,
})
const ITEM = playItem(0, {
  modes: [0],
  promiseDay: 15,
  anticipateDay: 20,
  materials: [material('M01', '1'), material('M02', '2'), material('M03', '3'), material('M04', '3')],
})
let world: Awaited<ReturnType<typeof createWorld>>

const { caseNo, item, mode, ...rest } = submitContentOf('-', 0, [])
const given = (code: string, letter: string) => ({ code, sha256: scanOf(letter), name: '扫描件.pdf' })
const newCase = (change: Partial<NewCase> = {}): NewCase => ({
  ...rest,
  to: HANDLING,
  item: ITEM.taskCode,
  mode: 0,
  materials: [given('M01', 'a')],
  receivedAt: new Date(world.clock.now()).toISOString(),
  ...change,
})
const at = (city: string) => world.city(city).cases
const day = (days: number) => new Date(world.clock.now() + 8 * 3_600_000 + days * DAY).toISOString().slice(0, 10)

async function say<K extends CaseKind>(city: string, thread: string, kind: K, body: CaseContent<K>): Promise<void> {
  await at(city).step(thread, kind, body, 'person:1')
  await world.settle()
}
async function begin(commitment?: NewCase['commitment']): Promise<string> {
  const { thread } = await at(COLLECTING).submit(newCase(commitment === undefined ? {} : { commitment }), 'person:1')
  await world.settle()
  return thread
}
/** What both cities tell of it; they tell the same. */
async function told(thread: string) {
  const here = await at(COLLECTING).get(thread)
  const there = await at(HANDLING).get(thread)
  expect(here.clock).toEqual(there.clock)
  expect([here.fold.committed, here.state, here.outcome]).toEqual([there.fold.committed, there.state, there.outcome])
  const duty = (name: string) => here.clock.deadlines.find(entry => entry.duty === name)
  return { ...here, duty, stepsThere: there.steps }
}
/** What the handling city would be shown as its end of the case. */
function proposals(thread: string) {
  const { db, audit, clocks, cases, agreements, packets } = world.city(HANDLING)
  const steps = createCaseSteps({
    db,
    audit,
    clock: world.clock,
    clocks,
    city: HANDLING,
    cases,
    packets: no => packets().packets(db, no),
    agreements,
    services: { item: async () => ITEM },
    contactOf: async () => ({ staffNumber: null, phone: null }),
    namesOf: async () => [],
  })
  const person = { id: '1', name: '李审核', roles: [], departments: null, windows: null }
  return async () => (await steps.form(thread, 'case.close', person, { may: null, mayRead: true })).defaults
}
const problemOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => {
      if (error instanceof ProblemError) return error.problem
      throw error
    },
  )

// Monday, 23 November 2026, 08:00 in China.
beforeEach(async () => {
  world = await createWorld({ items: [ITEM] })
  const { taskCode, taskName } = ITEM
  await agree(
    world,
    worldAgreement({ items: [{ taskCode, taskName, handling: HANDLING, collecting: [COLLECTING], modes: [0] }] }),
  )
  for (const letter of ['a', 'b', 'c', 'd'])
    world
      .city(COLLECTING)
      .scans.held.set(scanOf(letter), { sha256: scanOf(letter), size: 1000, type: 'application/pdf' })
})
afterEach(() => world.stop())

describe('materials that come later', () => {
  test('a commitment is signed with the case, and is a duty of the collecting city at both', async () => {
    const thread = await begin({ materials: ['M03', 'M04'], until: day(14) })
    const { fold, duty, timeline } = await told(thread)
    expect(timeline.map(({ kind }) => kind).slice(0, 2)).toEqual(['case.submit', 'case.commit'])
    expect(fold.committed).toMatchObject({ missing: ['M03', 'M04'], until: '2026-12-07', kept: null })
    expect(duty('commitment')).toMatchObject({ city: COLLECTING, due: '2026-12-07', done: null, level: 'green' })
    const actions = (await world.city(COLLECTING).db.query<{ action: string }>('SELECT action FROM audit')).map(
      ({ action }) => action,
    )
    expect(actions).toEqual(expect.arrayContaining(['case.submit', 'case.commit']))
  })

  test('a submit with a commitment gives one row, as it stands with both', async () => {
    const row = await at(COLLECTING).submit(newCase({ commitment: { materials: ['M03'], until: day(14) } }), 'person:1')
    expect(row).toMatchObject({ version: (await at(COLLECTING).get(row.thread)).version })
  })

  test('the case goes on; the result waits for all that was promised, and so do its days', async () => {
    const thread = await begin({ materials: ['M03', 'M04'], until: day(14) })
    await say(HANDLING, thread, 'case.accept', {})
    await say(COLLECTING, thread, 'case.hand-in', { materials: [given('M04', 'b')] })
    expect((await told(thread)).fold.committed).toMatchObject({ missing: ['M03'], kept: null })
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
    const waiting = await told(thread)
    expect(waiting.holder).toBe(COLLECTING)
    expect(waiting.stepsThere).not.toContain('case.send-result')
    for (const name of ['deliver', 'result-mail'])
      expect(waiting.duty(name)).toMatchObject({ due: null, level: 'stopped' })
    expect(
      await problemOf(at(HANDLING).step(thread, 'case.send-result', { method: 'pickup' }, 'person:2')),
    ).toMatchObject({ code: 'case.transition' })
    world.clock.advance(3 * DAY)
    await say(COLLECTING, thread, 'case.hand-in', { materials: [given('M03', 'c')] })
    const there = await told(thread)
    expect(there.holder).toBe(HANDLING)
    expect(there.duty('commitment')).toMatchObject({ done: '2026-11-26', level: 'met' })
    expect(there.duty('result-mail')).toMatchObject({ from: '2026-11-26', due: '2026-11-27' })
    await say(HANDLING, thread, 'case.send-result', { method: 'pickup' })
    expect((await told(thread)).state).toBe('sending')
  })

  test('a denial waits for nothing', async () => {
    const thread = await begin({ materials: ['M03'], until: day(14) })
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.decide', { outcome: 'denied', reason: '不符合条件', documentNo: '1' })
    const { holder, duty } = await told(thread)
    expect([holder, duty('result-mail')?.level]).toEqual([HANDLING, 'green'])
    await say(HANDLING, thread, 'case.send-result', { method: 'pickup' })
    expect((await told(thread)).state).toBe('sending')
  })

  test.each(['arrived', 'prechecked', 'supplementing', 'accepted', 'paused', 'decided'] as const)(
    'is handed in while the case is %s',
    async state => {
      const thread = await begin({ materials: ['M03'], until: day(14) })
      if (state === 'prechecked') await say(HANDLING, thread, 'case.precheck', {})
      if (state === 'supplementing')
        await say(HANDLING, thread, 'case.request-supplement', { notice: '请补正', materials: [] })
      if (state === 'accepted' || state === 'paused' || state === 'decided')
        await say(HANDLING, thread, 'case.accept', {})
      if (state === 'paused') await say(HANDLING, thread, 'case.pause', { procedure: 'hearing', reason: '听证' })
      if (state === 'decided') await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
      expect((await told(thread)).steps).toContain('case.hand-in')
      await say(COLLECTING, thread, 'case.hand-in', { materials: [given('M03', 'c')] })
      const after = await told(thread)
      expect([after.state, after.fold.committed?.missing]).toEqual([state, []])
      expect(after.steps.includes('case.hand-in') && after.fold.committed?.kept === null).toBe(false)
    },
  )

  test('a promise that is not kept is overdue, and the case may lapse on the day after, not before', async () => {
    const thread = await begin({ materials: ['M03'], until: day(2) })
    await say(HANDLING, thread, 'case.accept', {})
    const lapse = () => problemOf(at(HANDLING).step(thread, 'case.close', { outcome: 'lapsed' }, 'person:2'))
    world.clock.advance(2 * DAY)
    expect(await lapse()).toEqual({
      code: 'case.transition',
      detail: 'case.close as lapsed: the commitment runs to 2026-11-25',
    })
    world.clock.advance(DAY)
    const { duty, ownDue } = await told(thread)
    expect(duty('commitment')).toMatchObject({ level: 'overdue', left: -1 })
    expect(ownDue).toMatchObject({ duty: 'commitment', level: 'overdue' })
    // It is the moving city's to see to it from then on, in the days of a notice.
    expect(duty('lapse')).toMatchObject({ city: HANDLING, from: '2026-11-25', due: '2026-12-02', done: null })
    // What comes late still counts, while the case is open.
    expect((await told(thread)).steps).toContain('case.hand-in')
    expect(await lapse()).toBeNull()
    await world.settle()
    expect(await told(thread)).toMatchObject({ state: 'closed', outcome: 'lapsed' })
  })

  test('a promise that was missed is in the queues of the moving city, told of, and ended by the step as it is proposed', async () => {
    const thread = await begin({ materials: ['M03'], until: day(2) })
    await say(HANDLING, thread, 'case.accept', {})
    const { db, cases } = world.city(HANDLING)
    const proposed = proposals(thread)
    const ownDue = async () =>
      (await db.query<{ own_due: string; own_duty: string }>('SELECT own_due, own_duty FROM cases'))[0]
    world.clock.advance(2 * DAY)
    expect(await proposed()).toEqual({})
    world.clock.advance(DAY)
    expect(await proposed()).toEqual({ outcome: 'lapsed', note: '承诺于 2026年11月25日 前补交而未补交：M03' })
    // Nobody did anything: the round that tells of days sees that it is the moving city's turn.
    expect(await ownDue()).toMatchObject({ own_duty: 'promise' })
    expect(await cases.notifyDue()).toBeGreaterThan(0)
    expect(await ownDue()).toEqual({ own_due: '2026-12-02', own_duty: 'lapse' })
    expect((await told(thread)).duty('lapse')?.level).toBe('green')
    world.clock.advance(7 * DAY)
    expect((await told(thread)).duty('lapse')).toMatchObject({ level: 'overdue', city: HANDLING })
    await say(HANDLING, thread, 'case.close', (await proposed()) as CaseContent<'case.close'>)
    expect(await told(thread)).toMatchObject({ state: 'closed', outcome: 'lapsed' })
    expect((await told(thread)).duty('lapse')?.level).toBe('missed')
  })

  test('a decision whose promise was missed is its city’s to see to, proposed to end as void, and does not lapse', async () => {
    const thread = await begin({ materials: ['M03'], until: day(2) })
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
    const { db, cases } = world.city(HANDLING)
    const proposed = proposals(thread)
    const ownDuty = async () => (await db.query<{ own_duty: string | null }>('SELECT own_duty FROM cases'))[0]?.own_duty
    expect(await proposed()).toEqual({})
    expect((await told(thread)).duty('lapse')).toBeUndefined()
    world.clock.advance(3 * DAY)
    expect(await cases.notifyDue()).toBeGreaterThan(0)
    expect(await ownDuty()).toBe('lapse')
    expect((await told(thread)).duty('lapse')).toMatchObject({ city: HANDLING, from: '2026-11-25', due: '2026-12-02' })
    const close = (outcome: CaseContent<'case.close'>['outcome']) =>
      problemOf(at(HANDLING).step(thread, 'case.close', { outcome }, 'person:2'))
    for (const outcome of ['lapsed', 'granted'] as const)
      expect(await close(outcome)).toMatchObject({ code: 'case.transition' })
    expect(await proposed()).toEqual({ outcome: 'void', note: '承诺于 2026年11月25日 前补交而未补交：M03' })
    await say(HANDLING, thread, 'case.close', (await proposed()) as CaseContent<'case.close'>)
    expect(await told(thread)).toMatchObject({ state: 'closed', outcome: 'void' })
    expect((await told(thread)).duty('lapse')?.level).toBe('met')
  })

  test.each([
    [{ materials: ['M03', 'M99'] }, 'commitment.materials.1'],
    [{ materials: ['M02'] }, 'commitment.materials.0'],
    [{ materials: ['M01'] }, 'commitment.materials.0'],
    [{ materials: ['M03', 'M03'] }, 'commitment.materials.1'],
    [{ materials: ['M03'], until: '2026-11-23' }, 'commitment.until'],
    [{ materials: ['M03'], until: '2028-01-01' }, 'commitment.until'],
    [{ materials: ['M03'], documents: [scanOf('f')] }, null],
  ] as const)('the pre-flight and the submit refuse a commitment %j', async (change, field) => {
    const commitment = { until: '2026-12-07', ...change } as unknown as NonNullable<NewCase['commitment']>
    const input = newCase({ commitment })
    const found = await problemOf(
      at(COLLECTING)
        .preflight(input, 'person:wang')
        .then(findings => {
          expect(findings).toContainEqual(expect.objectContaining({ field, level: 'error', cure: 'clerk' }))
        }),
    )
    expect(found?.code ?? null).toBe(field === null ? 'material.missing' : null)
    expect(await problemOf(at(COLLECTING).submit(input, 'person:1'))).toMatchObject({
      code: field === null ? 'material.missing' : 'case.preflight',
    })
  })

  test('the other city refuses a commitment to what its item does not let come later', async () => {
    const thread = await begin()
    const handler = world.city(COLLECTING).handlers.get('case')
    if (handler === undefined) throw new Error('no handler')
    expect(
      await problemOf(at(COLLECTING).step(thread, 'case.commit', { materials: ['M02'], until: day(5) }, 'person:1')),
    ).toMatchObject({ code: 'case.content', detail: 'materials.0: may not be handed in later' })
    world.city(COLLECTING).handlers.set('case', { ...handler, admit: async () => ({ ok: true }) })
    await at(COLLECTING).step(thread, 'case.commit', { materials: ['M02'], until: day(5) }, 'person:1')
    await world.settle()
    expect(await at(COLLECTING).get(thread)).toMatchObject({
      parked: { code: 'case.content', kind: 'case.commit' },
      fold: { committed: null },
    })
  })

  test('a city that does not know the kind refuses it alone, and the case goes on', async () => {
    const handler = world.city(HANDLING).handlers.get('case')
    if (handler === undefined) throw new Error('no handler')
    world.city(HANDLING).handlers.set('case', {
      ...handler,
      openBody: async (claims, bytes) =>
        claims.kind === 'case.commit' ? refuse('envelope.claims', 'kind') : handler.openBody(claims, bytes),
    })
    const thread = await begin({ materials: ['M03'], until: day(5) })
    expect(await at(COLLECTING).get(thread)).toMatchObject({
      refused: [{ kind: 'case.commit', problem: { code: 'envelope.claims' } }],
      fold: { committed: null },
    })
    expect((await told(thread)).state).toBe('arrived')
  })
})
