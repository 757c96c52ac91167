import { afterEach, describe, expect, test } from 'vitest'
import type { MoveRequest } from '../../../protocol/case/kinds.ts'
import { type Refused, refuse } from '../../../protocol/problem.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { createAnswerStore } from './answer-store.ts'
import { ANSWER_LIMITS, DISPATCH_LIMITS } from './limits.ts'

const S = '420300'
type World = Awaited<ReturnType<typeof createWorld>>
let world: World | undefined
afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** Two cities; the approval system of Shiyan gives its cases the numbers L1, L2 … */
async function begin(system: PlayApproval, cases = 1) {
  let serial = 0
  system.answer = kind => (kind === 'case.submit' ? { ok: true, localCaseNo: `L${++serial}` } : { ok: true })
  const w = await createWorld({ adapter: code => (code === S ? system.adapter() : new PlayApproval().adapter()) })
  world = w
  const agreement = await agree(w)
  const threads: string[] = []
  for (let number = 0; number < cases; number++) {
    threads.push(await submitCase(w, agreement, { caseNo: `AK-${number + 1}` }))
    await w.settle()
  }
  const city = () => w.city(S)
  return {
    w,
    agreement,
    threads,
    state: async (number = 1) => (await city().cases.get(threads[number - 1] ?? '')).state,
    kinds: async (number = 1) => (await city().cases.get(threads[number - 1] ?? '')).timeline.map(({ kind }) => kind),
    parked: async () =>
      (await city().dispatch.parked()).map(work => [
        work.what === 'packet' ? work.packetNo : work.event,
        work.localCaseNo,
        work.problem.code,
      ]),
    poll: async (times = 2) => {
      for (let turn = 0; turn < times; turn++) {
        w.clock.advance(1000)
        await w.settle()
      }
    },
    audit: (action: string) => city().audit.list({ action }, 10, null),
  }
}

const accept = { kind: 'case.accept', body: {} } as const
const progress = { kind: 'case.progress', body: { step: '审核' } } as const
const decide: MoveRequest = { kind: 'case.decide', body: { outcome: 'granted' } }
const raw = (id: string | null, localCaseNo: string | null) => ({
  id,
  localCaseNo,
  raw: JSON.stringify({ id, localCaseNo }),
})

describe('an answer', () => {
  test('that says what stands already is told of and passed over', async () => {
    const system = new PlayApproval()
    const { poll, state, kinds, parked, audit } = await begin(system)
    for (const move of [accept, accept, progress, decide]) system.say(move)
    await poll()
    expect(await state()).toBe('decided')
    expect(await kinds()).toEqual(['case.submit', 'case.arrived', 'case.accept', 'case.progress', 'case.decide'])
    expect(await parked()).toEqual([])
    expect(await audit('adapter-event.standing')).toMatchObject([{ subject: 'L1' }])
  })

  test('has a key of its own while it is kept, and none once it is settled', async () => {
    const system = new PlayApproval()
    const { w, threads, poll, state } = await begin(system)
    const { db, dispatch, cases } = w.city(S)
    await cases.step(threads[0] ?? '', 'case.accept', {}, 'person:1')
    system.say({ kind: 'case.accept', body: { promisedBy: '2026-12-10' } })
    system.say({ kind: 'case.progress', body: { step: '核对 11010519491231002X' } })
    await poll()
    type Held = { key: Uint8Array | null; move: Uint8Array | null; bytes: number }
    const held = () => db.query<Held>('SELECT key, move, bytes FROM adapter_events ORDER BY no')
    const [first, second] = await held()
    expect(first?.key).not.toEqual(second?.key)
    expect([second?.key?.byteLength, second?.bytes]).toEqual([32, second?.move?.byteLength])
    expect(Buffer.from(second?.move ?? []).includes('11010519491231002X')).toBe(false)
    expect(await dispatch.answer('e2', 'person:1')).toContain('11010519491231002X')
    // As an earlier program kept it: under the key of the node.
    const answer = Buffer.from(await dispatch.answer('e2', 'person:1'))
    await db.transaction(tx => tx.run('UPDATE adapter_events SET key = NULL, move = ? WHERE no = 2', [answer]))
    expect(await dispatch.adopt(new AbortController().signal)).toBe(1)
    expect(Buffer.from((await held())[1]?.move ?? []).includes('11010519491231002X')).toBe(false)
    await marksOf('skipParked', () => dispatch.skip('e1', '已由窗口受理', 'person:1'))
    await w.settle()
    expect(await state()).toBe('accepted')
    expect(await held()).toEqual([
      { key: null, move: null, bytes: 0 },
      { key: null, move: null, bytes: 0 },
    ])
  })

  test('that says more than what stands is for a person, who skips it with a reason; what follows it goes on', async () => {
    const system = new PlayApproval()
    const { w, threads, poll, state, parked, audit } = await begin(system)
    await w.city(S).cases.step(threads[0] ?? '', 'case.accept', {}, 'person:1')
    system.say({ kind: 'case.accept', body: { promisedBy: '2026-12-10' } })
    system.say(decide)
    await poll()
    expect(await parked()).toEqual([
      ['e1', 'L1', 'case.transition'],
      ['e2', 'L1', 'adapter.behind'],
    ])
    const { dispatch } = w.city(S)
    await expect(dispatch.dismiss('L1', 'person:1')).rejects.toMatchObject({ problem: { code: 'request.conflict' } })
    expect(await parked()).toHaveLength(2)
    await dispatch.skip('e1', '已由窗口受理', 'person:1')
    await w.settle()
    expect(await state()).toBe('decided')
    expect(await parked()).toEqual([])
    expect(await audit('adapter-event.skipped')).toMatchObject([
      { actor: 'person:1', subject: 'L1', detail: { problem: 'case.transition', reason: '已由窗口受理' } },
    ])
    await expect(dispatch.skip('e1', '再次', 'person:1')).rejects.toMatchObject({
      problem: { code: 'request.not-found' },
    })
  })

  test('that cannot be read holds back its case alone, however much follows it', async () => {
    const system = new PlayApproval()
    system.page = 10
    const { w, poll, state, kinds, parked } = await begin(system, 3)
    system.answers.push(raw('e0', 'L1'))
    system.say(accept, 'L1')
    system.say(accept, 'L2')
    for (let step = 0; step < 20; step++) system.say(progress, 'L2')
    system.say(accept, 'L3')
    await poll(5)
    expect(await kinds(2)).toHaveLength(23)
    expect(await state(3)).toBe('accepted')
    expect(await parked()).toEqual([
      ['e0', 'L1', 'adapter.mapping'],
      ['e2', 'L1', 'adapter.behind'],
    ])
    expect((await w.city(S).cases.get((await w.city(S).dispatch.parked())[0]?.thread ?? '')).waiting).toMatchObject([
      { what: 'answer', parked: true, problem: { code: 'adapter.mapping', detail: 'kind: unknown' } },
    ])
    // The mapping is corrected, and the node starts with it.
    system.reads = async () => ({
      ok: true,
      event: { id: 'e0', localCaseNo: 'L1', move: { kind: 'case.precheck', body: {} } },
    })
    await w.restart(S)
    await poll()
    expect(await kinds(1)).toEqual(['case.submit', 'case.arrived', 'case.precheck', 'case.accept'])
    expect(await parked()).toEqual([])
  })

  test('of which neither case nor id can be told holds back nothing, and is taken once when it can be read', async () => {
    const system = new PlayApproval()
    const { w, poll, kinds, state, parked } = await begin(system, 2)
    system.answers.push(raw(null, null))
    system.say(accept, 'L2')
    await poll()
    expect(await state(2)).toBe('accepted')
    const [only] = await w.city(S).dispatch.parked()
    expect(only).toMatchObject({ what: 'adapter-event', localCaseNo: null, problem: { code: 'adapter.mapping' } })
    system.reads = async () => ({ ok: true, event: { id: 'e1', localCaseNo: 'L1', move: accept } })
    // The system tells it again meanwhile, in a form that can be read.
    system.answers.push({ id: 'e1', localCaseNo: 'L1', move: accept })
    await poll()
    expect(await w.city(S).dispatch.retry({ all: true }, 'person:1')).toBe(1)
    await poll()
    expect(await kinds(1)).toEqual(['case.submit', 'case.arrived', 'case.accept'])
    expect(await parked()).toEqual([])
  })

  test('that has no meaning once it can be read is settled without a step', async () => {
    const system = new PlayApproval()
    const { w, poll, kinds, parked } = await begin(system)
    system.answers.push(raw('e1', 'L1'))
    await poll()
    system.reads = async () => ({ ok: true, event: null })
    expect(await w.city(S).dispatch.retry({ event: 'e1' }, 'person:1')).toBe(1)
    expect(await kinds()).toEqual(['case.submit', 'case.arrived'])
    expect(await parked()).toEqual([])
  })

  test('with a problem that may pass waits for its case alone, and is tried again by itself', async () => {
    const system = new PlayApproval()
    const { w, poll, state, parked } = await begin(system, 2)
    const sha256 = 'ab'.repeat(32)
    system.say(accept, 'L1')
    system.say({ kind: 'case.decide', body: { outcome: 'granted', documents: [sha256] } }, 'L1')
    system.say(accept, 'L2')
    await poll(4)
    expect(await state(1)).toBe('accepted')
    expect(await state(2)).toBe('accepted')
    expect(await parked()).toEqual([['e2', 'L1', 'material.missing']])
    expect(await w.city(S).dispatch.parked()).toMatchObject([{ retryAt: expect.any(Number) }])
    expect(w.city(S).dispatch.state().polling).toMatchObject({ failures: 0 })
    w.city(S).scans.held.set(sha256, { sha256, size: 1, type: 'application/pdf' })
    await poll(20)
    expect(await state(1)).toBe('decided')
    expect(await parked()).toEqual([])
  })

  test('whose file is never given stops no other one', async () => {
    const system = new PlayApproval()
    const { poll, state } = await begin(system, 2)
    const given = Promise.withResolvers<Refused>()
    system.reads = () => given.promise
    system.answers.push(raw('e0', 'L1'))
    await poll(1)
    system.say(accept, 'L2')
    await poll(1)
    expect(await state(2)).toBe('accepted')
    given.resolve(refuse('adapter.mapping'))
  })

  test('of a system that moved to another address is not taken twice', async () => {
    const system = new PlayApproval()
    const { w, poll, kinds } = await begin(system)
    system.say(accept)
    system.say(progress)
    await poll()
    system.address = 'https://SECOND.test'
    await w.restart(S)
    system.say({ kind: 'case.progress', body: { step: '办结' } })
    await poll()
    expect(await kinds()).toEqual(['case.submit', 'case.arrived', 'case.accept', 'case.progress', 'case.progress'])
  })
})

describe('a retry', () => {
  test('is of all that wait for one problem, or of all', async () => {
    const system = new PlayApproval()
    const { w, poll, state, parked } = await begin(system, 2)
    for (const number of ['L1', 'L2']) system.say(decide, number)
    await poll()
    expect(await parked()).toHaveLength(2)
    const { dispatch, cases } = w.city(S)
    expect(await dispatch.retry({ code: 'adapter.mapping' }, 'person:1')).toBe(0)
    for (const { thread } of await dispatch.parked()) await cases.step(thread ?? '', 'case.accept', {}, 'person:1')
    expect(await dispatch.retry({ code: 'case.transition' }, 'person:1')).toBe(2)
    await w.settle()
    expect([await state(1), await state(2)]).toEqual(['decided', 'decided'])
    expect(await parked()).toEqual([])
  })
})

describe('what is kept', () => {
  /** So many kept answers of one local case number, `bytes` of them in all. */
  const seed = (w: World, count: number, localCaseNo: string, bytes = 0) =>
    w.city(S).db.transaction(tx =>
      tx.run(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO adapter_events (id, state, local_case_no, move, bytes, problem, at)
         SELECT 'seed ' || i, 'parked', ?2, x'', iif(i = 1, ?3, 0), '{"code":"internal"}', 0 FROM n`,
        [count, localCaseNo, bytes],
      ),
    )
  const gaps = async (w: World) =>
    (await w.city(S).db.query<{ n: string }>('SELECT local_case_no AS n FROM adapter_gaps')).map(({ n }) => n)
  const ids = async (w: World, localCaseNo: string) =>
    (
      await w.city(S).db.query<{ id: string }>('SELECT id FROM adapter_events WHERE local_case_no = ?', [localCaseNo])
    ).map(({ id }) => id)

  test.each([
    [ANSWER_LIMITS.ofCase - 1, true],
    [ANSWER_LIMITS.ofCase, false],
  ])(
    'of one case: beside %i another is kept: %s; other cases go on, and it is read when there is room',
    async (count, fits) => {
      const system = new PlayApproval()
      const { w, poll, state } = await begin(system, 2)
      await seed(w, count, 'L1')
      system.say(progress, 'L1')
      system.say(accept, 'L2')
      await poll()
      expect(await state(2)).toBe('accepted')
      expect((await ids(w, 'L1')).includes('test e1')).toBe(fits)
      expect(await gaps(w)).toEqual(fits ? [] : ['L1'])
      await w.city(S).db.transaction(tx => tx.run(`UPDATE adapter_events SET state = 'done' WHERE id LIKE 'seed %'`))
      await poll(3)
      expect(await ids(w, 'L1')).toContain('test e1')
      expect(await gaps(w)).toEqual([])
    },
  )

  test.each([
    ['for numbers that no case has', ANSWER_LIMITS.unknown - 1, 'L404', 0, true],
    ['for numbers that no case has', ANSWER_LIMITS.unknown, 'L404', 0, false],
    ['for all cases', ANSWER_LIMITS.all - 1, 'L1', 0, true],
    ['for all cases', ANSWER_LIMITS.all, 'L1', 0, false],
    ['bytes', 1, 'L1', ANSWER_LIMITS.bytes - 200, true],
    ['bytes', 1, 'L1', ANSWER_LIMITS.bytes, false],
  ])('%s: beside %i of %s and %i bytes another is kept: %s', async (what, count, localCaseNo, bytes, fits) => {
    const system = new PlayApproval()
    const { w, poll, state } = await begin(system, 2)
    await seed(w, count, localCaseNo, bytes)
    const other = what.startsWith('for numbers') ? 'L405' : 'L2'
    system.say(decide, other)
    await poll()
    expect(await ids(w, other)).toEqual(fits ? ['test e1'] : [])
    expect(await gaps(w)).toEqual(fits ? [] : [other === 'L2' ? 'L2' : ''])
    await w.city(S).db.transaction(tx => tx.run(`DELETE FROM adapter_events WHERE id LIKE 'seed %'`))
    await poll(3)
    expect(await ids(w, other)).toEqual(['test e1'])
    expect(await gaps(w)).toEqual([])
    expect(await state(2)).toBe('arrived')
  })

  test.each([
    [ANSWER_LIMITS.answer, 'kind: unknown'],
    [ANSWER_LIMITS.answer + 1, `the answer is longer than ${ANSWER_LIMITS.answer} characters`],
  ])('an answer of %i characters: %s', async (length, detail) => {
    const system = new PlayApproval()
    const { w, poll } = await begin(system)
    const frame = JSON.stringify({ raw: '' }).length
    system.answers.push({ id: 'e1', localCaseNo: 'L1', raw: 'x'.repeat(length - frame) })
    await poll()
    expect(await w.city(S).dispatch.parked()).toMatchObject([{ problem: { code: 'adapter.mapping', detail } }])
  })

  test('of a number that becomes known is taken, also what was passed over among the unknown', async () => {
    const system = new PlayApproval()
    const { w, agreement, poll } = await begin(system)
    await seed(w, ANSWER_LIMITS.unknown, 'L404')
    system.say(accept, 'L2')
    await poll()
    expect(await ids(w, 'L2')).toEqual([])
    const thread = await submitCase(w, agreement, { caseNo: 'AK-9' })
    await w.settle()
    await poll(3)
    expect((await w.city(S).cases.get(thread)).state).toBe('accepted')
  })
})

describe('the approval system', () => {
  test('is not well while its answers cannot be had, and says when they last could', async () => {
    const system = new PlayApproval()
    const { w, poll } = await begin(system)
    const { dispatch } = w.city(S)
    await poll()
    const before = w.clock.now()
    expect(await dispatch.check()).toEqual({
      kind: 'test',
      name: 'test',
      ok: true,
      slow: [],
      others: [],
      polling: { lastGood: before, failures: 0 },
    })
    system.down = true
    await poll()
    expect(await dispatch.check()).toMatchObject({
      ok: false,
      detail: 'answers: HTTP 503',
      polling: { lastGood: before, failures: expect.any(Number) },
    })
  })

  test.each([
    [DISPATCH_LIMITS.slow - 1, true],
    [DISPATCH_LIMITS.slow, false],
  ])('a call that is under way for %i ms: well %s', async (ms, ok) => {
    const system = new PlayApproval()
    const { w, poll } = await begin(system)
    system.hangs = true
    await poll(1)
    w.clock.advance(ms)
    const { dispatch } = w.city(S)
    expect(await dispatch.check()).toMatchObject({ ok, slow: ok ? [] : [{ kind: 'poll' }] })
    expect(dispatch.state().slow).toBe(ok ? 0 : 1)
    w.clock.advance(DISPATCH_LIMITS.poll)
  })

  test('that was known by its address keeps its answers under its name; another name is another system', async () => {
    const db = await openTestStore()
    const store = createAnswerStore(db)
    const seed = (key: string) => db.transaction(tx => store.saveCursor(tx, key, '7'))
    expect(await store.system('rest', 'rest https://a.test', 'rest', true)).toBe('rest')
    await db.transaction(tx => tx.run('DELETE FROM adapter_state'))
    await seed('rest https://a.test')
    // The address was written otherwise in the very start that brought names.
    expect(await store.system('rest', 'rest https://A.test', 'rest', true)).toBe('rest https://a.test')
    expect(await store.system('rest', 'rest https://b.test', 'rest', true)).toBe('rest https://a.test')
    expect(await store.system('other', 'rest https://b.test', 'rest', false)).toBe('other')
    await db.transaction(tx => tx.run(`DELETE FROM adapter_state WHERE key LIKE 'system %'`))
    await seed('rest https://b.test')
    expect(await store.system('spyw', 'rest https://b.test', 'rest', false)).toBe('rest https://b.test')
  })
})
