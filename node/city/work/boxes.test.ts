import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dayOf } from '../../../protocol/agreement/document.ts'
import { BAD } from '../../../protocol/case/deadlines.ts'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { holderOf, stepsFor } from '../../../protocol/case/permits.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { can, departmentOf, type Holder } from '../../../protocol/rights/can.ts'
import { diceOf, SEED, tellsWhere } from '../../../test/support/chance.ts'
import { PLAY_ITEM } from '../../../test/support/play-case.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { worldPurges } from '../../../test/support/world-purges.ts'
import type { CaseDetail } from '../cases/detail.ts'
import { lookupKeys } from '../cases/lookup.ts'
import { casesOf } from '../cases/rights.ts'
import { createCasePapers } from '../records/papers/papers.ts'
import { type Asker, BOX_LIMITS, type BoxFilter, QUEUE_NAMES, type QueueName } from './boxes.ts'
import { createQueues, type QueuePlace, type Queues } from './queues.ts'
import { createUnread } from './unread.ts'

const DAY = 86_400_000
const DEPARTMENT = departmentOf(PLAY_ITEM.code)
const WINDOW = '1号窗口'
let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string

beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
})
afterEach(() => world.stop())

function queuesOf(city: string): Queues {
  const { db, audit, events, cases } = world.city(city)
  return createQueues({
    db,
    clock: world.clock,
    audit,
    events,
    rows: numbers => cases.rows(numbers),
    keys: lookupKeys(text => createHash('sha256').update(text).digest()),
    assertAsSeen: async () => {},
    isPerson: async () => true,
  })
}
function papersOf(city: string) {
  const { db, audit, events, exchange } = world.city(city)
  return createCasePapers({
    db,
    audit,
    events,
    clock: world.clock,
    packets: no => exchange.packets.packets(db, no),
    item: async () => null,
    city: () => null,
    verify: async () => true,
    promised: async () => null,
    progress: () => null,
  })
}
const unreadOf = (city: string) => createUnread({ ...world.city(city), rows: n => world.city(city).cases.rows(n) })

async function submit(change: Partial<CaseContent<'case.submit'>> = {}): Promise<string> {
  const thread = await submitCase(world, agreement, { window: WINDOW, ...change })
  await world.settle()
  return thread
}
async function say<K extends CaseKind>(city: string, thread: string, kind: K, body: CaseContent<K>): Promise<void> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}
async function whole(queues: Queues, name: QueueName, asker: Asker, filter: BoxFilter = {}, size = 50) {
  const threads: string[] = []
  for (let after: QueuePlace | null = null, more = true; more; ) {
    const page: Awaited<ReturnType<Queues['page']>> = await queues.page(name, asker, size, after, filter)
    threads.push(...page.cases.map(({ thread }) => thread))
    after = page.next
    more = after !== null
  }
  return threads
}
const inBox = (city: string, name: QueueName, asker: Asker = { person: 'p1' }) => whole(queuesOf(city), name, asker)
const boxes = async (city: string, thread: string, asker: Asker = { person: 'p1', windows: [WINDOW] }) => {
  const found: QueueName[] = []
  for (const name of QUEUE_NAMES) if ((await inBox(city, name, asker)).includes(thread)) found.push(name)
  return found
}

describe('a case', () => {
  test('whose special procedure runs is no load, and comes back when it ends', async () => {
    const thread = await submit()
    await queuesOf(COLLECTING).assign(thread, 'p1', 'person:1')
    await say(HANDLING, thread, 'case.accept', {})
    for (const paper of ['receipt', 'acceptance'] as const) await papersOf(COLLECTING).html(thread, paper, 'person:1')
    expect([await boxes(COLLECTING, thread), await boxes(HANDLING, thread)]).toEqual([
      ['mine', 'window', 'waiting'],
      ['ours'],
    ])
    await say(HANDLING, thread, 'case.pause', { procedure: 'hearing', reason: '听证' })
    expect([await boxes(COLLECTING, thread), await boxes(HANDLING, thread)]).toEqual([
      ['paused', 'to-print'],
      ['paused'],
    ])
    await say(HANDLING, thread, 'case.resume', { result: '完成' })
    expect(await boxes(HANDLING, thread)).toEqual(['ours'])
  })

  test('is to be handed out from when the result is at the window until somebody received it, closed or not', async () => {
    const thread = await submit()
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
    expect(await inBox(COLLECTING, 'to-hand-out')).toEqual([])
    await say(HANDLING, thread, 'case.send-result', { method: 'mail', waybill: { carrier: 'EMS', number: '118' } })
    expect([await inBox(COLLECTING, 'to-hand-out'), await inBox(HANDLING, 'to-hand-out')]).toEqual([[thread], []])
    await say(HANDLING, thread, 'case.close', { outcome: 'granted' })
    expect(await inBox(COLLECTING, 'to-hand-out')).toEqual([thread])
    await say(COLLECTING, thread, 'case.result-received', { receivedAt: new Date(world.clock.now()).toISOString() })
    expect(await inBox(COLLECTING, 'to-hand-out')).toEqual([])
  })

  test('is a withdrawal to be answered at the city that moves it, from the asking until it ends or is decided', async () => {
    const thread = await submit()
    await say(HANDLING, thread, 'case.accept', {})
    await say(COLLECTING, thread, 'case.withdraw', { reason: '申请人改变主意' })
    expect([await inBox(HANDLING, 'withdrawals'), await inBox(COLLECTING, 'withdrawals')]).toEqual([[thread], []])
    await say(HANDLING, thread, 'case.close', { outcome: 'withdrawn' })
    expect(await inBox(HANDLING, 'withdrawals')).toEqual([])
    const other = await submit()
    await say(HANDLING, other, 'case.accept', {})
    await say(COLLECTING, other, 'case.withdraw', { reason: '申请人改变主意' })
    expect(await inBox(HANDLING, 'withdrawals')).toEqual([other])
    await say(HANDLING, other, 'case.decide', { outcome: 'granted' })
    expect(await inBox(HANDLING, 'withdrawals')).toEqual([])
  })

  test('has each paper of its steps to print at the window that took it, once more when a step is corrected', async () => {
    const thread = await submit()
    const toPrint = async (city = COLLECTING) => (await world.city(city).cases.get(thread)).toPrint
    expect([await toPrint(), await toPrint(HANDLING)]).toEqual([['receipt'], []])
    await papersOf(HANDLING).html(thread, 'receipt', 'person:1')
    expect(await toPrint()).toEqual(['receipt'])
    await papersOf(COLLECTING).html(thread, 'receipt', 'person:1')
    expect([await toPrint(), await inBox(COLLECTING, 'to-print')]).toEqual([[], []])
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted', documentNo: '十审〔2026〕1号' })
    expect(await toPrint()).toEqual(['acceptance', 'decision'])
    await papersOf(COLLECTING).many([thread], 'decision', 'person:1')
    expect(await toPrint()).toEqual(['acceptance'])
    const packet = (await world.city(HANDLING).cases.bodies(thread, 'person:1')).find(
      ({ kind }) => kind === 'case.decide',
    )?.packet
    await say(HANDLING, thread, 'case.correct', {
      packet: packet ?? '',
      reason: '文号有误',
      fields: [{ field: 'documentNo', value: '十审〔2026〕2号' }],
    })
    expect(await toPrint()).toEqual(['acceptance', 'decision'])
    await say(HANDLING, thread, 'case.close', { outcome: 'granted' })
    expect(await toPrint()).toEqual(['acceptance', 'decision'])
  })

  test('that ended without a decision has the paper of its end to print', async () => {
    const thread = await submit()
    await say(COLLECTING, thread, 'case.withdraw', { reason: '不办了' })
    await say(HANDLING, thread, 'case.close', { outcome: 'withdrawn' })
    expect((await world.city(COLLECTING).cases.get(thread)).toPrint).toEqual(['receipt', 'withdrawal', 'termination'])
  })

  test('is unread from each message of the other city on, until it was read through the last that was shown', async () => {
    const thread = await submit()
    await say(HANDLING, thread, 'case.message', { text: '请补充电话' })
    await say(COLLECTING, thread, 'case.message', { text: '好的' })
    const read = async () => (await world.city(COLLECTING).cases.get(thread)).unread
    expect([await read(), await inBox(COLLECTING, 'unread'), await inBox(HANDLING, 'unread')]).toEqual([
      1,
      [thread],
      [thread],
    ])
    const last = async () => (await world.city(COLLECTING).cases.bodies(thread, 'person:1')).at(-1)?.packet ?? ''
    const shown = await last()
    await say(HANDLING, thread, 'case.message', { text: '谢谢' })
    const unread = unreadOf(COLLECTING)
    expect(await unread.read(thread, shown, 'person:1')).toMatchObject({ unread: 1 })
    expect(await unread.read(thread, await last(), 'person:1')).toMatchObject({ unread: 0 })
    // An older page, read late, brings nothing back.
    expect(await unread.read(thread, shown, 'person:1')).toMatchObject({ unread: 0 })
    expect(await inBox(COLLECTING, 'unread')).toEqual([])
    await expect(unread.read(thread, 'ab'.repeat(32), 'person:1')).rejects.toThrow('request.not-found')
    await expect(unread.read('0'.repeat(32), shown, 'person:1')).rejects.toThrow('thread.unknown')
    const { audit } = world.city(COLLECTING)
    expect(await audit.list({ action: 'case.messages-read' }, 10, null)).toHaveLength(2)
    // Who wrote last has read nothing by it.
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.message', { text: '已受理' })
    expect(await boxes(COLLECTING, thread)).toContain('unread')
  })

  test(`that ended is shown for ${BOX_LIMITS.doneDays} days, what ended last first`, async () => {
    const first = await submit()
    const second = await submit()
    await say(HANDLING, first, 'case.refuse', { reason: '不属于本机关', basis: '行政许可法第三十二条' })
    world.clock.advance(DAY)
    await say(HANDLING, second, 'case.refuse', { reason: '不属于本机关', basis: '行政许可法第三十二条' })
    expect(await inBox(COLLECTING, 'done')).toEqual([second, first])
    expect(await whole(queuesOf(COLLECTING), 'done', { person: 'p1' }, {}, 1)).toEqual([second, first])
    world.clock.advance((BOX_LIMITS.doneDays - 1) * DAY)
    expect(await inBox(COLLECTING, 'done')).toEqual([second, first])
    world.clock.advance(DAY)
    expect(await inBox(COLLECTING, 'done')).toEqual([second])
  })

  test('that was purged has nothing to print, to hand out or to read', async () => {
    const thread = await submit()
    const { db } = world.city(COLLECTING)
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
    await say(HANDLING, thread, 'case.send-result', { method: 'file' })
    await say(HANDLING, thread, 'case.close', { outcome: 'granted' })
    await say(HANDLING, thread, 'case.message', { text: '请尽快领取' })
    const kept = async () =>
      (
        await db.query<{ unread: number; to_print: number; to_hand_out: number }>(
          'SELECT unread, to_print > 0 AS to_print, to_hand_out FROM cases',
        )
      )[0]
    expect(await kept()).toEqual({ unread: 1, to_print: 1, to_hand_out: 1 })
    await worldPurges(world, world.city(COLLECTING)).purge(thread, 'agreement', 'person:1')
    await world.settle()
    expect(await kept()).toEqual({ unread: 0, to_print: 0, to_hand_out: 0 })
    expect(await boxes(COLLECTING, thread)).toEqual(['done'])
  })
})

describe('every box and filter', () => {
  const CONTENT: Partial<Record<CaseKind, object>> = {
    'case.arrived': { localCaseNo: 'SY-1' },
    'case.precheck': { opinion: '齐全' },
    'case.request-supplement': { notice: '请补正', materials: [] },
    'case.supplement': { materials: [] },
    'case.accept': {},
    'case.refuse': { reason: '不属于本机关', basis: '行政许可法第三十二条' },
    'case.progress': { step: '审查', event: '完成' },
    'case.pause': { procedure: 'hearing', reason: '听证' },
    'case.resume': { result: '完成' },
    'case.decide': { outcome: 'granted' },
    'case.send-result': { method: 'file' },
    'case.close': { outcome: 'granted' },
    'case.supervise': { text: '请报', answerBy: '2026-12-03' },
    'case.message': { text: '收到' },
    'case.withdraw': { reason: '不办了' },
    'case.result-received': { receivedAt: '2026-11-23T12:00:00+08:00' },
    'case.evaluate': { target: 'department', level: 5, channel: '窗口' },
    'case.answer-evaluation': { target: 'department', text: '已致歉' },
  }
  /** What somebody at the window hands to the applicant, written down once more. */
  const PAPER: Partial<Record<CaseKind, string>> = {
    'case.submit': 'receipt',
    'case.request-supplement': 'supplement-notice',
    'case.supplement': 'supplement-receipt',
    'case.accept': 'acceptance',
    'case.refuse': 'refusal',
    'case.pause': 'special-procedure',
    'case.decide': 'decision',
    'case.send-result': 'delivery',
    'case.withdraw': 'withdrawal',
  }
  const nobody: Holder = { id: 'p9', roles: [], departments: [], windows: [] }
  const PEOPLE: Holder[] = [
    { ...nobody, id: 'p1', roles: ['business-administrator'] },
    { ...nobody, id: 'p1', roles: ['window-clerk'], windows: [WINDOW] },
    {
      ...nobody,
      id: 'p2',
      roles: ['window-clerk', 'examiner'],
      windows: [WINDOW, '2号窗口'],
      departments: [DEPARTMENT],
    },
    { ...nobody, id: 'p2', roles: ['examiner'], departments: ['11420300MB0765432Y'] },
    { ...nobody, id: 'p1', roles: ['window-lead'] },
    { ...nobody, id: 'p1', roles: ['leader'] },
    { ...nobody, id: 'p1', roles: ['system-administrator'] },
    // Of more places than are read one by one.
    {
      ...nobody,
      roles: ['window-clerk'],
      windows: [WINDOW, ...Array.from({ length: BOX_LIMITS.sources }, (_, at) => `窗口 ${at}`)],
    },
  ]
  type Facts = { thread: string; papers: Set<string>; unread: number; assignee: string | null }

  /** The boxes of a case by its state and its deadlines, told without the table. */
  function standsIn(own: string, detail: CaseDetail, facts: Facts, person: Holder, today: string): QueueName[] {
    const { fold } = detail
    const { ended, sent, handedOver } = fold.instants
    const load = ended === null && fold.state !== 'paused'
    const collecting = fold.collecting === own
    const duties = detail.clock.deadlines.filter(({ city, done, due }) => city === own && done === null && due !== null)
    const first = duties.map(({ due }) => due ?? '').sort()[0] ?? null
    const rating = fold.ratings[collecting ? 'window' : 'department']
    const stands: Partial<Record<QueueName, boolean>> = {
      mine: load && facts.assignee === person.id,
      window: load && collecting && (person.windows ?? []).includes(detail.window ?? '-'),
      ours: load && holderOf(fold) === own,
      waiting: load && holderOf(fold) !== own,
      paused: fold.state === 'paused',
      'due-today': first === today,
      overdue: first !== null && first < today,
      unread: facts.unread > 0,
      'to-print': facts.papers.size > 0,
      'to-hand-out': collecting && sent !== null && handedOver === null,
      withdrawals: fold.withdrawRequested && fold.mover === own && ended === null && fold.instants.decided === null,
      'bad-ratings': rating !== null && rating.level >= BAD && rating.answered === null,
      done: ended !== null && Date.parse(dayOf(ended)) >= Date.parse(today) - BOX_LIMITS.doneDays * DAY,
    }
    return QUEUE_NAMES.filter(name => stands[name])
  }

  const FILTERS: [BoxFilter, (detail: CaseDetail, facts: Facts) => boolean][] = [
    [{}, () => true],
    [{ role: 'collecting' }, ({ role }) => role === 'collecting'],
    [{ role: 'handling' }, ({ role }) => role === 'handling'],
    [{ partner: HANDLING }, ({ partner }) => partner === HANDLING],
    [{ item: PLAY_ITEM.code }, () => true],
    [{ item: 'none' }, () => false],
    [{ department: DEPARTMENT }, ({ role }) => role === 'handling'],
    [{ department: DEPARTMENT, role: 'collecting' }, () => false],
    [{ assignee: 'p1' }, (_, { assignee }) => assignee === 'p1'],
    [{ assignee: null }, (_, { assignee }) => assignee === null],
    [{ assignee: 'p2', state: 'accepted' }, ({ state }, { assignee }) => assignee === 'p2' && state === 'accepted'],
    ...(['submitted', 'arrived', 'supplementing', 'accepted', 'decided'] as const).map(
      wanted => [{ state: wanted }, ({ state }) => state === wanted] as (typeof FILTERS)[number],
    ),
    ...(['green', 'yellow', 'red', 'overdue'] as const).flatMap(
      level =>
        [
          [{ level }, ({ due }) => due?.level === level],
          [{ ownLevel: level }, ({ ownDue }) => ownDue?.level === level],
        ] as (typeof FILTERS)[number][],
    ),
  ]

  test('counts what its pages hold, and holds what the case says', async () => {
    let at = 'begin'
    tellsWhere(() => at)
    const dice = diceOf(SEED)
    const held = new Map<string, Facts[]>([
      [COLLECTING, []],
      [HANDLING, []],
    ])
    let compared = 0
    const seen = new Set<QueueName>()

    async function compare(filters: typeof FILTERS): Promise<void> {
      const today = dayOf(world.clock.now() / 1000)
      for (const [city, facts] of held) {
        const queues = queuesOf(city)
        const cases = await Promise.all(
          facts.map(async of => ({ of, detail: await world.city(city).cases.get(of.thread) })),
        )
        for (const [index, person] of PEOPLE.entries()) {
          const found = cases.filter(
            ({ detail, of }) =>
              can(person, 'case.list', {
                role: detail.role,
                item: detail.item.code,
                window: detail.window,
                assignee: of.assignee,
              }).ok,
          )
          const asker = { person: person.id, windows: person.windows ?? undefined, sees: casesOf(person, 'case.list') }
          // Each person has the whole boxes and a third of the filters, another one than the next.
          for (const [filter, passes] of filters.filter((_, number) => number === 0 || number % 3 === index % 3)) {
            const counts = await queues.counts(asker, filter)
            for (const name of QUEUE_NAMES) {
              if (name === 'window' && asker.windows?.length === 0) continue
              at = JSON.stringify({ city, person: person.roles, filter, name })
              const expected = found.filter(
                ({ of, detail }) => passes(detail, of) && standsIn(city, detail, of, person, today).includes(name),
              )
              const rows = await whole(queues, name, asker, filter, 1 + dice.upTo(4))
              expect(rows.toSorted(), at).toEqual(expected.map(({ of }) => of.thread).sort())
              expect([counts[name], await queues.total(name, asker, filter)], at).toEqual(
                Array(2).fill({ count: rows.length, more: false }),
              )
              if (rows.length > 0) seen.add(name)
              compared++
            }
          }
        }
      }
    }

    for (let number = 0; number < 9; number++) {
      const thread = await submit({ window: dice.one([WINDOW, '2号窗口', '3号窗口']), mode: dice.one([0, 1] as const) })
      held.get(COLLECTING)?.push({ thread, papers: new Set(['receipt']), unread: 0, assignee: null })
      held.get(HANDLING)?.push({ thread, papers: new Set(), unread: 0, assignee: null })
    }
    for (let step = 0; step < 90; step++) {
      const city = dice.one([COLLECTING, HANDLING] as const)
      const facts = dice.one(held.get(city) as [Facts, ...Facts[]])
      const there = held.get(city === HANDLING ? COLLECTING : HANDLING)?.find(({ thread }) => thread === facts.thread)
      const { cases } = world.city(city)
      const kinds = stepsFor((await cases.get(facts.thread)).fold, city).filter(kind => CONTENT[kind] !== undefined)
      const kind = kinds[dice.upTo(Math.max(1, kinds.length))]
      if (kind !== undefined) {
        const taken = await cases.step(facts.thread, kind, CONTENT[kind], 'person:1').catch((error: unknown) => error)
        if (taken instanceof Error && !(taken instanceof ProblemError)) throw taken
        await world.settle()
        const paper = PAPER[kind]
        const window = city === COLLECTING ? facts : there
        if (!(taken instanceof Error) && paper !== undefined) window?.papers.add(paper)
        if (!(taken instanceof Error) && kind === 'case.message' && there !== undefined) there.unread++
      }
      if (dice.chance(0.2)) {
        facts.assignee = dice.one(['p1', 'p2', null])
        await queuesOf(city).assign(facts.thread, facts.assignee, 'person:1')
      }
      if (dice.chance(0.1)) {
        const through = (await cases.bodies(facts.thread, 'person:1')).at(-1)?.packet ?? ''
        await unreadOf(city).read(facts.thread, through, 'person:1')
        facts.unread = 0
      }
      if (city === COLLECTING && facts.papers.size > 0 && dice.chance(0.3)) {
        const [paper = ''] = facts.papers
        await papersOf(city).html(facts.thread, paper as 'receipt', 'person:1')
        facts.papers.delete(paper)
      }
      if (dice.chance(0.15)) {
        world.clock.advance(dice.one([DAY / 4, DAY, 2 * DAY]))
        await world.settle()
      }
      if (step % 30 === 29) await compare([FILTERS[0] as (typeof FILTERS)[number], dice.one(FILTERS as [never])])
    }
    await compare(FILTERS)
    expect(compared).toBeGreaterThan(1000)
    for (const name of ['ours', 'waiting', 'window', 'to-print', 'overdue'] as const) expect(seen).toContain(name)
  })
})
