// Over 450 lines: one store of cases, which every queue and view of it is asked of.
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, casesAt, HANDLING, submitCase, worldAgreement } from '../../../test/support/world-case.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import { lookupKeys } from '../cases/lookup.ts'
import { createBoard } from './board.ts'
import { QUEUE_NAMES, type QueueName } from './boxes.ts'
import { createQueues, type QueuePlace, type Queues, type SearchFilter } from './queues.ts'
import { rebuild, rebuildOlder } from './rebuild.ts'
import { createStatistics, type Statistics } from './statistics.ts'

const DAY = 86_400_000
const hash = (text: string) => createHash('sha256').update(text).digest()
let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string

function queuesOf(city: string): Queues {
  const { db, audit, events, cases } = world.city(city)
  return createQueues({
    db,
    clock: world.clock,
    audit,
    events,
    rows: numbers => cases.rows(numbers),
    keys: lookupKeys(hash),
    assertAsSeen: async () => {},
    isPerson: async id => id === 'p1',
  })
}
function statisticsOf(city: string): Statistics {
  const { db, clocks, packets } = world.city(city)
  return createStatistics({
    db,
    packets: (store, no) => packets().packets(store, no),
    deadlines: async (store, state) => (await clocks.of(store, state)).deadlines,
  })
}

async function submit(change: Partial<CaseContent<'case.submit'>> = {}): Promise<string> {
  const thread = await submitCase(world, agreement, change)
  await world.settle()
  return thread
}
async function say<K extends CaseKind>(city: string, thread: string, kind: K, body: CaseContent<K>): Promise<void> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}
const inQueue = async (city: string, name: QueueName, asker = { person: 'p1', windows: ['跨省通办窗口 3'] }) =>
  (await queuesOf(city).page(name, asker, 50, null)).cases.map(({ thread }) => thread)
const finds = async (q: string, city = COLLECTING) =>
  (await queuesOf(city).search({ q }, 50, null)).map(({ thread }) => thread).sort()

beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
})
afterEach(() => world.stop())

describe('queues', () => {
  test('say whose turn it is, and follow the case to its end', async () => {
    const thread = await submit()
    expect([await inQueue(COLLECTING, 'waiting'), await inQueue(HANDLING, 'ours')]).toEqual([[thread], [thread]])
    expect(await inQueue(COLLECTING, 'ours')).toEqual([])
    await say(HANDLING, thread, 'case.request-supplement', {
      notice: '请补正',
      materials: [{ code: 'M01', reason: '不清晰' }],
    })
    expect([await inQueue(COLLECTING, 'ours'), await inQueue(HANDLING, 'waiting')]).toEqual([[thread], [thread]])
    expect(await inQueue(COLLECTING, 'window')).toEqual([thread])
    // The handling city has a window of the same name, which never saw the case.
    expect(await inQueue(HANDLING, 'window')).toEqual([])
    await queuesOf(COLLECTING).assign(thread, 'p1', 'person:1')
    expect(await inQueue(COLLECTING, 'mine')).toEqual([thread])
    await expect(queuesOf(COLLECTING).assign(thread, 'p2', 'person:1')).rejects.toThrow('request.not-found')
    await expect(queuesOf(COLLECTING).assign('0'.repeat(32), 'p1', 'person:1')).rejects.toThrow('thread.unknown')
    await say(COLLECTING, thread, 'case.withdraw', { reason: '不办了' })
    await say(HANDLING, thread, 'case.close', { outcome: 'withdrawn' })
    for (const name of ['mine', 'window', 'ours', 'waiting'] as const)
      expect(await inQueue(COLLECTING, name)).toEqual([])
  })

  test('tell what is due today and overdue, of this city alone', async () => {
    const thread = await submit({ receivedAt: new Date(world.clock.now()).toISOString() })
    const at = async () => [await inQueue(HANDLING, 'due-today'), await inQueue(HANDLING, 'overdue')]
    expect(await at()).toEqual([[], []])
    world.clock.advance(DAY)
    expect(await at()).toEqual([[thread], []])
    world.clock.advance(DAY)
    expect(await at()).toEqual([[], [thread]])
    expect([await inQueue(COLLECTING, 'overdue'), (await queuesOf(HANDLING).counts({ person: 'p1' })).overdue]).toEqual(
      [[], { count: 1, more: false }],
    )
  })

  test("a partner's late duty hides none of this city's own, and both are told of", async () => {
    const thread = await submit({ receivedAt: new Date(world.clock.now()).toISOString() })
    // Shiyan has not looked at it in two days; meanwhile Ankang owes an answer.
    world.clock.advance(2 * DAY)
    await say(HANDLING, thread, 'case.supervise', { text: '请报', answerBy: '2026-11-25' })
    const row = async (city: string) => (await casesAt(world, city))[0]
    expect(await row(COLLECTING)).toMatchObject({
      due: { duty: 'recheck', city: HANDLING, level: 'overdue' },
      ownDue: { duty: 'answer', city: COLLECTING, day: '2026-11-25', left: 0 },
    })
    expect((await row(HANDLING))?.ownDue).toMatchObject({ duty: 'recheck' })
    expect([await inQueue(COLLECTING, 'due-today'), await inQueue(COLLECTING, 'overdue')]).toEqual([[thread], []])
    expect(await inQueue(HANDLING, 'overdue')).toEqual([thread])
    const { cases, events } = world.city(COLLECTING)
    const told = async () => (await events.after(0, 1000)).filter(({ type }) => type === 'case.due').length
    expect([await cases.notifyDue(), await cases.notifyDue(), await told()]).toEqual([2, 0, 2])
    world.clock.advance(DAY)
    expect([await inQueue(COLLECTING, 'due-today'), await inQueue(COLLECTING, 'overdue')]).toEqual([[], [thread]])
    expect([await cases.notifyDue(), await cases.notifyDue()]).toEqual([1, 0])
    await say(COLLECTING, thread, 'case.answer', {
      to: (await cases.get(thread)).questions[0]?.packet ?? '',
      text: '已报',
    })
    expect([await inQueue(COLLECTING, 'overdue'), (await row(COLLECTING))?.ownDue]).toEqual([[], null])
  })

  test('a right that ran out unused is nothing late, and what comes after it is told', async () => {
    const mode2 = worldAgreement({ items: worldAgreement().items.map(item => ({ ...item, modes: [2] })) })
    agreement = await agree(world, mode2)
    const thread = await submit({ mode: 2 })
    await say(COLLECTING, thread, 'case.arrived', { localCaseNo: 'AK-1' })
    await say(COLLECTING, thread, 'case.accept', {})
    await say(COLLECTING, thread, 'case.decide', { outcome: 'granted' })
    await say(COLLECTING, thread, 'case.supervise', { text: '请报', answerBy: '2026-12-31' })
    const { cases } = world.city(HANDLING)
    const own = async () => (await cases.get(thread)).ownDue?.duty
    world.clock.advance(3 * DAY)
    expect([await own(), await inQueue(HANDLING, 'due-today')]).toEqual(['objection', [thread]])
    world.clock.advance(DAY)
    expect(await inQueue(HANDLING, 'overdue')).toEqual([])
    await cases.notifyDue()
    expect(await own()).toBe('answer')
  })

  test('hold bad ratings until they are answered', async () => {
    const thread = await submit()
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
    await say(COLLECTING, thread, 'case.evaluate', { target: 'window', level: 4, channel: '窗口' })
    await say(COLLECTING, thread, 'case.evaluate', { target: 'department', level: 5, channel: '窗口' })
    expect([await inQueue(COLLECTING, 'bad-ratings'), await inQueue(HANDLING, 'bad-ratings')]).toEqual([
      [thread],
      [thread],
    ])
    await say(COLLECTING, thread, 'case.answer-evaluation', { target: 'window', text: '已致歉' })
    expect([await inQueue(COLLECTING, 'bad-ratings'), await inQueue(HANDLING, 'bad-ratings')]).toEqual([[], [thread]])
  })

  test('hold a case whose parcel was lost or came back, at both cities, whoever signed it', async () => {
    const thread = await submit()
    const other = await submit()
    const at = new Date(world.clock.now()).toISOString()
    const mail = (state: 'ordered' | 'lost' | 'collected' | 'delivered') => ({
      waybill: { carrier: 'EMS', number: '118' },
      parcel: 'originals' as const,
      state,
      at,
    })
    for (const each of [thread, other]) await say(COLLECTING, each, 'case.mail', mail('ordered'))
    await say(COLLECTING, thread, 'case.mail', mail('lost'))
    await say(COLLECTING, other, 'case.mail', mail('collected'))
    const both = async () => [await inQueue(COLLECTING, 'parcels'), await inQueue(HANDLING, 'parcels')]
    expect(await both()).toEqual([[thread], [thread]])
    await say(HANDLING, thread, 'case.mail', mail('delivered'))
    expect(await both()).toEqual([[], []])
  })

  test('are read page by page, each case once', async () => {
    const threads: string[] = []
    for (let no = 0; no < 7; no++) threads.push(await submit())
    const seen: string[] = []
    for (let after: QueuePlace | null = null, more = true; more; ) {
      const page: Awaited<ReturnType<Queues['page']>> = await queuesOf(HANDLING).page(
        'ours',
        { person: 'p1' },
        3,
        after,
      )
      seen.push(...page.cases.map(({ thread }) => thread))
      after = page.next
      more = after !== null
    }
    expect(seen.sort()).toEqual(threads.sort())
    const counts = await queuesOf(HANDLING).counts({ person: 'p1' })
    const none = { count: 0, more: false }
    expect(counts).toMatchObject({ ours: { count: 7, more: false }, waiting: none })
    // Who names no window has no queue of one, which is not an empty one.
    expect(Object.keys(counts).sort()).toEqual(QUEUE_NAMES.filter(name => name !== 'window').sort())
  })
})

describe('search', () => {
  test('finds by number, ID number, whole name and words of the item; by parts of a person never', async () => {
    const other = { type: '1' as const, name: '王大同', idType: '111', idNumber: '11010519491231002X' }
    const one = await submit({ caseNo: '61090020261123000001' })
    const two = await submit({ caseNo: '61090020261123000002', applicant: other })
    expect(await finds('6109002026')).toEqual([one, two].sort())
    expect(await finds('61090020261123000002')).toEqual([two])
    expect(await finds('11010519491231002x')).toEqual([two])
    expect(await finds('王大同')).toEqual([two])
    for (const part of ['王大', '大同', '110105194912', '%%', 'zz']) expect(await finds(part)).toEqual([])
    const [item] = (await casesAt(world, COLLECTING)).map(({ item: { name } }) => name.slice(0, 3))
    expect(await finds(item ?? '')).toEqual([one, two].sort())
    expect((await queuesOf(COLLECTING).search({ q: '王大同', state: 'closed' }, 50, null)).length).toBe(0)
    expect(
      (await queuesOf(COLLECTING).search({ partner: HANDLING, from: '2026-11-01', to: '2026-12-31' }, 1, null)).length,
    ).toBe(1)
    expect((await queuesOf(COLLECTING).search({ to: '2026-11-01' }, 50, null)).length).toBe(0)
  })
})

describe('search by phone', () => {
  const person = (phone: string) => ({ type: '1' as const, name: '陈小满', idType: '111', idNumber: 'E1', phone })

  test('finds by the whole number of the applicant, or of who acts for them, however it is written', async () => {
    const own = await submit({ applicant: person('+86 139 8765 4321') })
    const agent = { name: '李代办', idType: '111', idNumber: 'E2', phone: '0719-8100001 转 12' }
    const acted = await submit({ applicant: person('13600000000'), agent })
    for (const q of ['13987654321', '139-8765-4321', '１３９８７６５４３２１']) expect(await finds(q)).toEqual([own])
    for (const q of ['07198100001', '(0719)8100001']) expect(await finds(q)).toEqual([acted])
    expect(await finds('13600000000')).toEqual([acted])
    for (const part of ['1398765432', '8765432', '8100001', '139']) expect(await finds(part)).toEqual([])
  })

  test('finds by the number that a correction put right, and by the wrong one no more', async () => {
    const thread = await submit({ applicant: person('13987654321') })
    const { packets, db } = world.city(COLLECTING)
    const [row] = await db.query<{ no: number }>('SELECT no FROM threads WHERE type = ?', ['case'])
    const submitted = (await packets().packets(db, row?.no ?? 0)).find(({ claims }) => claims.kind === 'case.submit')
    await say(COLLECTING, thread, 'case.correct', {
      packet: submitted?.id ?? '',
      fields: [{ field: 'applicant.phone', value: '13987654322' }],
      reason: '录入有误',
    })
    expect([await finds('13987654322'), await finds('13987654321')]).toEqual([[thread], []])
  })

  test('finds cases of an earlier program once they are rebuilt', async () => {
    const thread = await submit({ applicant: person('13987654321') })
    const { db, packets, caseHandler, drafts } = world.city(COLLECTING)
    await db.transaction(async tx => {
      await tx.run('UPDATE cases SET phone_key = NULL')
      await tx.run(`INSERT INTO projection (one, form) VALUES (1, 4) ON CONFLICT (one) DO UPDATE SET form = 4`)
    })
    expect(await finds('13987654321')).toEqual([])
    await rebuildOlder(
      {
        db,
        packets: (tx: Transaction, no: number) => packets().packets(tx, no),
        handler: caseHandler,
        drafts,
        statistics: statisticsOf(COLLECTING),
      },
      new AbortController().signal,
    )
    expect(await finds('13987654321')).toEqual([thread])
  })
})

describe('search in another spelling', () => {
  const person = (name: string, idNumber: string, idType = '414') => ({ type: '1' as const, name, idType, idNumber })

  test.each([
    [
      'dots',
      '买买提江·吐尔逊',
      ['买买提江•吐尔逊', '买买提江・吐尔逊', '买买提江．吐尔逊', '买买提江.吐尔逊', '买买提江 吐尔逊'],
    ],
    ['blanks', '王 芳', ['王芳', '王　芳', ' 王芳']],
    ['a character of the old private area', '刘\ue863', ['刘䶮', '刘\ue863']],
    ['characters that nobody sees', '李\u200b雷', ['李雷']],
    ['full width', 'ＪＯＨＮ　ＳＭＩＴＨ', ['JOHN SMITH', 'john smith']],
    ['one character', '乐', ['乐']],
  ])('finds a person by a name with %s', async (_, name, asked) => {
    const thread = await submit({ applicant: person(name, 'E1234567') })
    await submit({ applicant: person('别人', 'E7654321') })
    for (const q of asked) expect(await finds(q)).toEqual([thread])
  })

  test('finds a number with brackets, blanks, small or wide letters', async () => {
    const thread = await submit({ applicant: person('香港甲', 'A123456(3)', '513'), caseNo: '安政办〔2026〕0001号' })
    await submit({ applicant: person('香港乙', 'A123456(4)', '513'), caseNo: '安政办〔2026〕0002号' })
    for (const q of [
      'A123456(3)',
      'A1234563',
      'a123456（3）',
      'Ａ１２３４５６（３）',
      '安政办 (2026) 0001 号',
      '安政办〔2026〕0001',
      '安政办20260001',
    ])
      expect(await finds(q)).toEqual([thread])
    const found = async (filter: SearchFilter) =>
      (await queuesOf(COLLECTING).search(filter, 5, null)).map(row => row.thread)
    expect(await found({ number: '安政办(2026)0001号' })).toEqual([thread])
  })

  test('finds cases by their number, whole, or by its beginning', async () => {
    const one = await submit({ caseNo: '安政办〔2026〕001' })
    const long = await submit({ caseNo: '安政办〔2026〕0012' })
    const other = await submit({ caseNo: '十堰 7' })
    // The approval system gives L- and the number as its own.
    const found = async (filter: SearchFilter) =>
      (await queuesOf(COLLECTING).search(filter, 5, null)).map(row => row.thread).sort()
    expect(await found({ number: '安政办(2026)001' })).toEqual([one])
    expect(await found({ number: '安政办' })).toEqual([])
    expect(await found({ numberPrefix: '安政办(2026)001' })).toEqual([one, long].sort())
    expect(await found({ numberPrefix: '安政办2026' })).toEqual([one, long].sort())
    expect(await found({ numberPrefix: 'l十堰7' })).toEqual([other])
    expect(await found({ numberPrefix: '安政办(2026)001', state: 'closed' })).toEqual([])
    expect(await found({ q: '安政办2026001', numberPrefix: '安政办(2026)0012' })).toEqual([long])
    expect(await found({ q: '安政办2026001', number: '十堰7' })).toEqual([])
    // One character less is a whole number: a beginning that short would be that of very many.
    expect(await found({ numberPrefix: '安政办2' })).toEqual([one, long].sort())
    expect(await found({ numberPrefix: '安政办' })).toEqual([])
    expect(await found({ numberPrefix: '十堰7' })).toEqual([other])
  })

  test('finds what an earlier program wrote, drafts and purged cases among it, once it is rebuilt', async () => {
    const thread = await submit({ applicant: person('王 芳', 'A123456(3)', '513'), caseNo: '安政办 1 号' })
    const purged = await submit({ caseNo: '安政办 2 号' })
    const { db, packets, caseHandler, drafts } = world.city(COLLECTING)
    await drafts.create({ applicant: person('王 芳', 'A123456(3)', '513') }, 'person:1')
    const keyOf = async () =>
      (await db.query<{ key: Uint8Array }>('SELECT applicant_key AS key FROM case_drafts'))[0]?.key
    const key = await keyOf()
    await db.transaction(async tx => {
      await tx.run(`UPDATE cases SET number_key = case_no, name_key = x'01', applicant_key = x'02'`)
      await tx.run(`UPDATE case_drafts SET applicant_key = x'02'`)
    })
    expect([await finds('王芳'), await finds('安政办2号')]).toEqual([[], []])
    const parts = {
      // As a purged thread is read: its bodies are gone and a city said so.
      packets: async (tx: Transaction, no: number) =>
        (await packets().packets(tx, no)).map(packet =>
          packet.claims.thread === purged && packet.claims.kind === 'case.arrived'
            ? { ...packet, claims: { ...packet.claims, kind: 'case.purge' } }
            : packet,
        ),
      db,
      handler: caseHandler,
      drafts,
      statistics: statisticsOf(COLLECTING),
    }
    await rebuild(parts)
    expect([await finds('王芳'), await finds('A1234563'), await finds('安政办2号')]).toEqual([
      [thread],
      [thread],
      [purged],
    ])
    expect(await keyOf()).toEqual(key)
  })
})

describe('statistics and rebuild', () => {
  async function play(): Promise<void> {
    const granted = await submit()
    const refused = await submit({ window: '其他窗口' })
    await submit()
    await say(HANDLING, granted, 'case.accept', {})
    await say(HANDLING, refused, 'case.refuse', { reason: '不属于本机关', basis: '行政许可法第三十二条' })
    world.clock.advance(3 * DAY)
    await say(HANDLING, granted, 'case.decide', { outcome: 'granted' })
    await say(HANDLING, granted, 'case.close', { outcome: 'granted' })
    await say(COLLECTING, granted, 'case.evaluate', { target: 'department', level: 1, channel: '窗口' })
  }

  test('follow the cases, as often as they are asked, and are the same when made anew', async () => {
    const statistics = statisticsOf(COLLECTING)
    const sums = async (made: Statistics) => [
      await made.sums('all', '2026-11', '2026-11', null),
      await made.sums('all', '2026-11-01', '2026-11-30', null),
      await made.sums('window', '2026', '2026', null),
      await made.sums('mode', '2026-11', '2026-11', '0'),
    ]
    await submit()
    await statistics.catchUp()
    await play()
    await statistics.catchUp()
    await statistics.catchUp()
    const [month] = await statistics.sums('all', '2026-11', '2026-11', null)
    expect(month).toMatchObject({
      period: '2026-11',
      counts: {
        submitted: 4,
        accepted: 1,
        decided: 1,
        ended: 2,
        rated: 1,
        'level.1': 1,
        'outcome.granted': 1,
        'outcome.refused': 1,
      },
      days: { accept: { p50: 0, p95: 0 }, decide: { p50: 3, p95: 3 }, whole: { p50: 0, p95: 3 } },
    })
    const before = await sums(statistics)
    expect(before[2]?.map(({ key, counts }) => [key, counts.submitted])).toEqual([
      ['其他窗口', 1],
      ['跨省通办窗口 3', 3],
    ])
    await statistics.reset()
    expect((await statistics.sums('all', '2026-11', '2026-11', null)).length).toBe(0)
    await statistics.catchUp()
    expect(await sums(statistics)).toEqual(before)
  })

  test('tell how long each step took, by month of all cases, of items by year', async () => {
    const statistics = statisticsOf(COLLECTING)
    const thread = await submit()
    const later = (days: number) => world.clock.advance(days * DAY)
    later(1)
    await say(HANDLING, thread, 'case.request-supplement', { notice: '请补正', materials: [] })
    later(2)
    await say(COLLECTING, thread, 'case.supplement', { materials: [], note: '已补' })
    await say(COLLECTING, thread, 'case.ship', { waybill: { carrier: 'EMS', number: '118' }, contents: ['申请表'] })
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
    later(1)
    await say(HANDLING, thread, 'case.send-result', { method: 'file' })
    later(1)
    await say(COLLECTING, thread, 'case.result-received', { receivedAt: new Date(world.clock.now()).toISOString() })
    await say(HANDLING, thread, 'case.close', { outcome: 'granted' })
    await statistics.catchUp()
    const one = (days: number) => ({ p50: days, p95: days })
    const between = {
      forward: one(0),
      recheck: one(1),
      supplement: one(2),
      mail: one(3),
      send: one(1),
      receive: one(1),
      close: one(2),
    }
    const law = { accept: one(3), decide: one(0), whole: one(5) }
    const daysOf = async (by: 'all' | 'item', period: string) =>
      (await statistics.sums(by, period, period, null)).map(({ days }) => days)
    expect(await daysOf('all', '2026')).toEqual([{ ...between, ...law }])
    expect(await daysOf('item', '2026')).toEqual([{ ...between, ...law }])
    expect(await daysOf('item', '2026-11')).toEqual([
      { ...Object.fromEntries(Object.keys(between).map(step => [step, null])), ...law },
    ])
    const before = await daysOf('all', '2026-11')
    expect(before).toEqual([{ ...between, ...law }])
    await statistics.reset()
    await statistics.catchUp()
    expect(await daysOf('all', '2026-11')).toEqual(before)
  })

  test('tell places, items and cases of today, month and year, item heat, and agreed items without cases', async () => {
    await play()
    const boardOf = async (city: string, windows: Record<string, number> = {}) => {
      const statistics = statisticsOf(city)
      await statistics.catchUp()
      const { db, agreements } = world.city(city)
      return createBoard({
        db,
        clock: world.clock,
        own: city,
        statistics,
        agreements,
        windows: async of => windows[of] ?? 0,
        partners: () => [city === HANDLING ? COLLECTING : HANDLING],
      })
    }
    const here = await boardOf(COLLECTING, { [COLLECTING]: 3, [HANDLING]: 40 })
    const there = await boardOf(HANDLING)
    const all = { today: 0, month: 3, year: 3 }
    expect(await here.board()).toEqual({
      places: { own: 3, partners: 40 },
      items: { collecting: 1, handling: 0 },
      cases: { all, collecting: all, handling: { today: 0, month: 0, year: 0 } },
      modes: [all, ...Array.from({ length: 3 }, () => ({ today: 0, month: 0, year: 0 }))],
      windows: [
        { key: '跨省通办窗口 3', today: 0, month: 2, year: 2 },
        { key: '其他窗口', today: 0, month: 1, year: 1 },
      ],
      departments: [],
    })
    await submit()
    const after = await (await boardOf(HANDLING)).board()
    expect([after.items, after.cases.handling, after.windows, after.departments.length]).toEqual([
      { collecting: 0, handling: 1 },
      { today: 1, month: 4, year: 4 },
      [],
      1,
    ])
    expect(after.departments[0]).toMatchObject({ today: 1, year: 4 })
    const [item] = await there.heat('2026', '2026', {}, 10)
    expect(item).toMatchObject({ cases: 4, name: expect.stringMatching(/\p{Script=Han}/u) })
    expect(await there.heat('2026-11', '2026-11', { role: 'handling' }, 10)).toEqual([item])
    expect(await there.heat('2026-11', '2026-11', { role: 'collecting' }, 10)).toEqual([])
    expect(await there.heat('2025', '2025', {}, 10)).toEqual([])
    expect(await here.idle('2026', '2026')).toMatchObject([{ partner: HANDLING, items: 1, idleCount: 0, idle: [] }])
    const [idle] = await here.idle('2026-10', '2026-10')
    expect(idle).toMatchObject({
      cases: 0,
      items: 1,
      idleCount: 1,
      idle: [{ role: 'collecting', partner: HANDLING, code: item?.item }],
    })
  })

  test('say whether bad ratings were followed up in time', async () => {
    const kept = await submit()
    const late = await submit()
    for (const thread of [kept, late]) {
      await say(HANDLING, thread, 'case.accept', {})
      await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
      await say(COLLECTING, thread, 'case.evaluate', { target: 'window', level: 5, channel: '窗口' })
    }
    await say(COLLECTING, kept, 'case.answer-evaluation', { target: 'window', text: '已致歉' })
    const statistics = statisticsOf(HANDLING)
    const counts = async () => {
      await statistics.catchUp()
      return (await statistics.sums('all', '2026', '2026', null))[0]?.counts
    }
    expect(await counts()).toMatchObject({ bad: 2, 'followed-up': 1 })
    world.clock.advance(20 * DAY)
    await say(COLLECTING, late, 'case.answer-evaluation', { target: 'window', text: '已致歉' })
    expect(await counts()).toMatchObject({ bad: 2, 'followed-up': 1, 'followed-late': 1 })
  })

  test('count a bad rating until its appeal is upheld, at both cities', async () => {
    const thread = await submit()
    await say(HANDLING, thread, 'case.accept', {})
    await say(HANDLING, thread, 'case.decide', { outcome: 'granted' })
    await say(COLLECTING, thread, 'case.evaluate', { target: 'department', level: 5, channel: '窗口' })
    await say(HANDLING, thread, 'case.appeal-evaluation', { target: 'department', reason: '误评' })
    const counts = async () => {
      const both = [COLLECTING, HANDLING].map(async city => {
        const statistics = statisticsOf(city)
        await statistics.catchUp()
        const counted = (await statistics.sums('all', '2026', '2026', null))[0]?.counts
        return [counted?.rated ?? 0, counted?.bad ?? 0]
      })
      return Promise.all(both)
    }
    const [before] = await counts()
    expect(before?.[1]).toBe(1)
    const [{ packet } = { packet: '' }] = (await world.city(COLLECTING).cases.get(thread)).questions
    await say(COLLECTING, thread, 'case.answer', { to: packet, text: '误评属实', verdict: 'upheld' })
    expect(await counts()).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(await inQueue(HANDLING, 'bad-ratings')).toEqual([])
  })

  test('a search leaves a row of who searched and what was found, never of what was typed', async () => {
    const thread = await submit()
    const { db, audit } = world.city(COLLECTING)
    const queues = queuesOf(COLLECTING)
    for (const q of ['610902199003075515', '陈小满', '没有此人']) await queues.searchBy('person:1', { q }, 50, null)
    await queues.searchBy('person:1', { partner: HANDLING }, 50, null)
    const rows = await audit.list({ action: 'cases.searched' }, 10, null)
    expect(rows.map(({ actor, subject, detail }) => ({ actor, subject, detail }))).toEqual(
      [
        { found: 0, threads: '' },
        { found: 1, threads: thread },
        { found: 1, threads: thread },
      ].map(detail => ({ actor: 'person:1', subject: 'search', detail })),
    )
    expect(JSON.stringify(await db.query('SELECT * FROM audit'))).not.toMatch(/610902199003075515|陈小满|没有此人/)
  })

  test('a deep page of cases is found by its index', async () => {
    await submit()
    const { db } = world.city(COLLECTING)
    const plans: string[] = []
    const query = db.query
    db.query = async (sql, params = []) => {
      if (sql.includes('ORDER BY updated_at DESC')) {
        const plan = await query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params)
        plans.push(plan.map(({ detail }) => detail).join('; '))
      }
      return query(sql, params)
    }
    const queues = queuesOf(COLLECTING)
    const [first] = await queues.search({}, 1, null)
    expect(await queues.search({}, 1, { updatedAt: first?.updatedAt ?? 0, no: first?.no ?? 0 })).toEqual([])
    expect(plans[1]).toContain('cases_updated (updated_at<?)')
    expect(plans[1]).not.toContain('TEMP B-TREE')
    db.query = query
  })

  test('a rebuild writes the same rows as were there, whatever became of them', async () => {
    await play()
    for (const city of [COLLECTING, HANDLING]) {
      const { db, packets, caseHandler, drafts } = world.city(city)
      const rows = () => db.query('SELECT * FROM cases ORDER BY thread_no')
      const before = await rows()
      await db.transaction(tx =>
        tx.run(
          `UPDATE cases SET state = 'submitted', outcome = NULL, fold = '{}', turn = NULL, due = NULL, item_name = 'x', applicant = ''`,
        ),
      )
      const told: number[] = []
      const done = await rebuild(
        {
          db,
          packets: (tx, no) => packets().packets(tx, no),
          handler: caseHandler,
          drafts,
          statistics: statisticsOf(city),
        },
        at => told.push(at),
      )
      expect([done, told]).toEqual([3, [3]])
      expect(await rows()).toEqual(before)
    }
  })

  test('rows of an earlier program are rebuilt once; one that was interrupted begins again', async () => {
    await play()
    const { db, packets, caseHandler, drafts } = world.city(HANDLING)
    const parts = {
      db,
      packets: (tx: Transaction, no: number) => packets().packets(tx, no),
      handler: caseHandler,
      drafts,
      statistics: statisticsOf(HANDLING),
    }
    const rows = () => db.query('SELECT * FROM cases ORDER BY thread_no')
    const before = await rows()
    await db.transaction(tx => tx.run(`UPDATE cases SET fold = '{}', turn = NULL`))
    await expect(rebuildOlder(parts, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    const going = new AbortController().signal
    expect(await rebuildOlder(parts, going)).toBe(3)
    expect(await rows()).toEqual(before)
    await db.transaction(tx => tx.run(`UPDATE cases SET item_name = 'x'`))
    expect(await rebuildOlder(parts, going)).toBeNull()
    await db.transaction(tx => tx.run('UPDATE projection SET form = form - 1'))
    expect(await rebuildOlder(parts, going)).toBe(3)
    expect(await rows()).toEqual(before)
  })
})
