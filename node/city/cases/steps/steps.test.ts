import { afterEach, beforeEach, expect, test } from 'vitest'
import { addDays } from '../../../../protocol/calendar/calendar.ts'
import type { CaseKind } from '../../../../protocol/case/kinds.ts'
import { type Problem, problem } from '../../../../protocol/problem.ts'
import { PLAY_ITEM } from '../../../../test/support/play-case.ts'
import { playItem } from '../../../../test/support/play-lists.ts'
import { createWorld, type World } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../../test/support/world-case.ts'
import { type CaseSteps, createCaseSteps } from './steps.ts'

const PAPER = { isNeed: '2', materialType: '1', materialFormat: '1', sourceType: '20' } as const
const ITEM = playItem(0, {
  taskCode: PLAY_ITEM.code,
  taskVersion: PLAY_ITEM.version,
  materials: [
    { materialCode: 'M01', materialName: '户口簿', ...PAPER },
    { materialCode: 'M02', materialName: '申请表', ...PAPER, materialFormat: '2' },
    { materialCode: 'M03', materialName: '证明', ...PAPER, isNeed: '3' },
  ],
  isFee: true,
  contacts: [{ role: 'mail', department: '十堰市民中心', phone: '0719-8100001', note: '十堰市茅箭区北京北路 99 号' }],
})
const PERSON = { id: '1', name: '李窗口', roles: [], departments: null, windows: null }
const MAY: { may: Problem | null; mayRead: boolean } = { may: null, mayRead: true }
let world: World
let thread: string
let steps: Record<string, CaseSteps>

const stepsAt = (code: string): CaseSteps => {
  const city = world.city(code)
  return createCaseSteps({
    db: city.db,
    audit: city.audit,
    clock: world.clock,
    clocks: city.clocks,
    city: code,
    cases: city.cases,
    packets: no => city.packets().packets(city.db, no),
    agreements: city.agreements,
    services: { item: async () => ITEM },
    contactOf: async () => ({ staffNumber: 'AK-017', phone: '0915-3200001' }),
    namesOf: async (action, { role, item }) => [`${action} ${role} ${item}`],
  })
}
const at = (city: string): CaseSteps => steps[city] as CaseSteps
const form = (city: string, kind: CaseKind, who = MAY) => at(city).form(thread, kind, PERSON, who)
const day = (days: number) => addDays(new Date(world.clock.now() + 8 * 3_600_000).toISOString().slice(0, 10), days)

/** Takes a step with what is known of it and what only a person knows; how many values that were. */
async function take(city: string, kind: CaseKind, typed: object = {}): Promise<Record<string, unknown>> {
  const { defaults, problem: refused } = await form(city, kind)
  expect([kind, refused]).toEqual([kind, null])
  const body = merged(defaults, typed as Record<string, unknown>)
  expect([kind, await at(city).rehearse(thread, kind, body, 'person:wang')]).toEqual([kind, []])
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
  return body
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const merged = (under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    [...new Set([...Object.keys(under), ...Object.keys(over)])].map(name => {
      const before = under[name]
      const now = over[name]
      return [name, isObject(before) && isObject(now) ? merged(before, now) : (now ?? before)]
    }),
  )

beforeEach(async () => {
  world = await createWorld({ items: [ITEM] })
  const agreement = await agree(world)
  steps = { [COLLECTING]: stepsAt(COLLECTING), [HANDLING]: stepsAt(HANDLING) }
  const scan = (code: string, letter: string) => ({ code, name: `${code}.pdf`, sha256: letter.repeat(64) })
  thread = await submitCase(world, agreement, {
    mode: 1,
    item: { ...PLAY_ITEM, promiseDay: 5, anticipateDay: 10 },
    receivedAt: new Date(world.clock.now() - 3_600_000).toISOString(),
    materials: [scan('M01', 'a'), scan('M02', 'b')],
    delivery: { method: 'mail', recipient: { name: '陈小满', address: '安康市汉滨区巴山东路 8 号' } },
  })
  await world.settle()
})
afterEach(() => world.stop())

test('a whole case of mode 1 is taken with what the node knows of each step, and few words', async () => {
  await take(HANDLING, 'case.precheck')
  const shipped = await take(COLLECTING, 'case.ship', { waybill: { carrier: 'EMS', number: '1' } })
  expect(shipped).toMatchObject({
    contents: ['户口簿'],
    shippedOn: day(0),
    payer: 'handling',
    recipient: { name: '十堰市民中心', phone: '0719-8100001', address: '十堰市茅箭区北京北路 99 号' },
  })
  expect(await take(HANDLING, 'case.mail')).toMatchObject({
    waybill: { carrier: 'EMS', number: '1' },
    parcel: 'originals',
    state: 'delivered',
  })
  const { promisedBy } = await take(HANDLING, 'case.accept')
  expect(promisedBy).toMatch(/^\d{4}-\d\d-\d\d$/)
  expect(await take(HANDLING, 'case.decide', { outcome: 'granted' })).toMatchObject({ decidedOn: day(0) })
  expect(await take(HANDLING, 'case.send-result', { waybill: { number: '2' } })).toMatchObject({
    method: 'mail',
    waybill: { carrier: 'EMS', number: '2' },
    payer: 'handling',
    recipient: { name: '陈小满', address: '安康市汉滨区巴山东路 8 号' },
  })
  expect(await take(HANDLING, 'case.mail')).toMatchObject({ waybill: { number: '2' }, parcel: 'result' })
  expect(await take(COLLECTING, 'case.result-received')).toMatchObject({ by: '陈小满' })
  expect(await take(HANDLING, 'case.close')).toEqual({ outcome: 'granted' })
  expect(await take(COLLECTING, 'case.evaluate', { level: 5 })).toMatchObject({ target: 'window' })
  expect(await take(COLLECTING, 'case.evaluate', { level: 4 })).toMatchObject({ target: 'department' })
  expect(await take(COLLECTING, 'case.answer-evaluation', { text: '已致歉' })).toMatchObject({ target: 'window' })
  expect(await take(HANDLING, 'case.answer-evaluation', { text: '已致歉' })).toMatchObject({ target: 'department' })
  // No parcel is on its way any more.
  expect((await form(COLLECTING, 'case.mail')).defaults).not.toHaveProperty('waybill')
})

test('what is asked, withdrawn, examined elsewhere or overdue is known too', async () => {
  await take(COLLECTING, 'case.remind', { text: '请尽快' })
  const [asked] = (await world.city(HANDLING).cases.get(thread)).questions
  expect(await take(HANDLING, 'case.answer', { text: '好' })).toMatchObject({ to: asked?.packet })
  const verified = await take(COLLECTING, 'case.verify-remote', {
    subject: 'identity',
    result: 'verified',
    handlingClerk: { no: 'SY-1' },
  })
  expect(verified).toMatchObject({ collectingClerk: { name: '李窗口', no: 'AK-017', phone: '0915-3200001' } })
  await take(HANDLING, 'case.request-supplement', { notice: '缺背面', deadline: day(2) })
  expect((await form(HANDLING, 'case.close')).defaults).toEqual({})
  world.clock.advance(4 * 86_400_000)
  expect((await form(HANDLING, 'case.close')).defaults).toEqual({ outcome: 'lapsed' })
  await take(COLLECTING, 'case.withdraw', { reason: '撤回' })
  expect(await take(HANDLING, 'case.close')).toEqual({ outcome: 'withdrawn' })
})

test('the days of a step are those within which it is taken, to the day', async () => {
  const bounds = async (city: string, kind: CaseKind, field: string, more: object) => {
    const { days, defaults } = await form(city, kind)
    const found = days.find(entry => entry.field === field)
    if (found === undefined) throw new Error(`${kind} ${field} has no days`)
    const refused = async (value: string) =>
      (await at(city).rehearse(thread, kind, { ...defaults, ...more, [field]: value }, 'person:wang')).map(
        entry => entry.field,
      )
    expect([kind, await refused(found.earliest)]).toEqual([kind, []])
    expect([kind, await refused(addDays(found.earliest, -1))]).toEqual([kind, [field]])
    if (found.latest === null) return found
    expect([kind, await refused(found.latest)]).toEqual([kind, []])
    expect([kind, await refused(addDays(found.latest, 1))]).toEqual([kind, [field]])
    return found
  }
  await bounds(COLLECTING, 'case.ship', 'shippedOn', { waybill: { carrier: 'EMS', number: '1' } })
  await bounds(HANDLING, 'case.request-supplement', 'deadline', { notice: '缺' })
  await bounds(COLLECTING, 'case.supervise', 'answerBy', { text: '请报' })
  const accepted = await bounds(HANDLING, 'case.accept', 'promisedBy', {})
  expect(accepted.latest).not.toBeNull()
  await take(HANDLING, 'case.accept')
  await bounds(HANDLING, 'case.pause', 'expectedUntil', { procedure: 'hearing', reason: '听证' })
  await bounds(HANDLING, 'case.decide', 'decidedOn', { outcome: 'granted' })
  const { days, people } = await form(HANDLING, 'case.extend')
  // Who may decide may approve.
  expect(people).toEqual([{ field: 'approver', names: [`case.decide handling ${PLAY_ITEM.code}`] }])
  const [until] = days
  expect(until).toMatchObject({ field: 'until', workingDay: true })
  const said = { reason: '案情复杂', approver: '分管负责人' }
  const extended = async (value: string) =>
    (await at(HANDLING).rehearse(thread, 'case.extend', { ...said, until: value }, 'person:wang')).map(
      ({ field }) => field,
    )
  expect(await extended(until?.latest ?? '')).toEqual([])
  expect(await extended(addDays(until?.latest ?? '', 1))).toEqual(['until'])
  expect(await extended(addDays(until?.earliest ?? '', -1))).toEqual(['until'])
})

test('a step that is not possible says why, and has no defaults', async () => {
  expect(await form(HANDLING, 'case.decide')).toMatchObject({
    problem: { code: 'case.transition', detail: 'case.decide in state arrived' },
    defaults: {},
    people: [],
  })
  expect(await form(COLLECTING, 'case.accept')).toMatchObject({ problem: { code: 'case.author' }, defaults: {} })
  const may = problem('rights.scope', 'of other cases')
  expect(await form(HANDLING, 'case.accept', { may, mayRead: true })).toMatchObject({ problem: may, defaults: {} })
  for (const kind of ['case.answer', 'case.answer-evaluation', 'case.result-received', 'case.revoke'] as const)
    expect((await form(kind === 'case.result-received' ? COLLECTING : HANDLING, kind)).problem).not.toBeNull()
})

test('a step that waits for something else says for what', async () => {
  const why = async (city: string, kind: CaseKind) => (await form(city, kind)).problem?.detail
  for (const [city, kind, detail] of [
    [HANDLING, 'case.answer', 'case.answer without a question of the other city'],
    [HANDLING, 'case.answer-evaluation', 'case.answer-evaluation without a rating'],
    [HANDLING, 'case.record-payment', 'case.record-payment without a payment that is open'],
    [COLLECTING, 'case.submit', 'case.submit was made already'],
  ] as const)
    expect(await why(city, kind)).toBe(detail)
  await take(COLLECTING, 'case.commit', { materials: ['M03'], until: day(5) })
  await take(HANDLING, 'case.accept')
  await take(HANDLING, 'case.decide', { outcome: 'granted' })
  const waits = 'case.send-result while materials that were committed to are missing'
  expect(await why(HANDLING, 'case.send-result')).toBe(waits)
  const proof = 'c'.repeat(64)
  world.city(COLLECTING).scans.held.set(proof, { sha256: proof, size: 1000, type: 'application/pdf' })
  await take(COLLECTING, 'case.hand-in', { materials: [{ code: 'M03', name: 'M03.pdf', sha256: proof }] })
  await take(HANDLING, 'case.send-result', { waybill: { carrier: 'EMS', number: '2' } })
  await take(COLLECTING, 'case.result-received')
  expect(await why(COLLECTING, 'case.result-received')).toBe('case.result-received was made already')
})

test('of originals and fees the days are known, the only open payment, and what this city may note of it', async () => {
  expect(await take(COLLECTING, 'case.originals', { event: 'taken', items: [{ name: '户口簿' }] })).toHaveProperty('at')
  await take(HANDLING, 'case.accept')
  await take(HANDLING, 'case.request-payment', { number: '1', amount: '10.00' })
  const payment = (await world.city(HANDLING).cases.get(thread)).timeline.at(-1)?.packet
  const known = { payment, settledOn: day(0), by: 'AK-017' }
  expect((await form(HANDLING, 'case.record-payment')).defaults).toEqual(known)
  expect(await take(COLLECTING, 'case.record-payment')).toEqual({ ...known, result: 'paid' })
})

test('what is known of the applicant leaves an audit row, and is kept from who may not read the case', async () => {
  for (const [kind, typed] of [
    ['case.accept', {}],
    ['case.decide', { outcome: 'granted' }],
  ] as const)
    await take(HANDLING, kind, typed)
  const rows = async () => (await world.city(HANDLING).audit.list({ subject: thread }, 100, null)).length
  const before = await rows()
  expect((await form(HANDLING, 'case.send-result', { may: null, mayRead: false })).defaults).toEqual({})
  expect(await rows()).toBe(before)
  expect((await form(HANDLING, 'case.send-result')).defaults).toHaveProperty('recipient')
  expect(await rows()).toBe(before + 1)
  expect((await form(HANDLING, 'case.progress')).problem).not.toBeNull()
  expect(await rows()).toBe(before + 1)
})

test('a rehearsal tells every field, then what the case says, and writes nothing', async () => {
  const { db } = world.city(HANDLING)
  const count = () =>
    db.query(
      'SELECT (SELECT count(*) FROM packets) AS packets, (SELECT count(*) FROM audit) AS audit, (SELECT count(*) FROM events) AS events',
    )
  const before = await count()
  const rehearse = async (kind: CaseKind, body: unknown) =>
    (await at(HANDLING).rehearse(thread, kind, body, 'person:wang')).map(({ field, code }) => [field, code])
  expect(await rehearse('case.refuse', { reason: '' })).toEqual([
    ['reason', 'required'],
    ['basis', 'required'],
  ])
  expect(await rehearse('case.decide', {})).toEqual([
    ['', 'case.transition'],
    ['outcome', 'required'],
  ])
  expect(await rehearse('case.decide', { outcome: 'granted' })).toEqual([['', 'case.transition']])
  expect(await rehearse('case.accept', { promisedBy: '2026-01-01' })).toEqual([['promisedBy', 'case.limit']])
  expect(
    await rehearse('case.request-supplement', { notice: '缺', materials: [{ code: 'M77', reason: 'x' }] }),
  ).toEqual([['materials.0.code', 'case.content']])
  expect(await rehearse('case.accept', {})).toEqual([])
  expect(await count()).toEqual(before)
  await expect(at(HANDLING).rehearse('0'.repeat(32), 'case.accept', {}, 'person:wang')).rejects.toThrow(
    'thread.unknown',
  )
})
