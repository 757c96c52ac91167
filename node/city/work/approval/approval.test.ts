import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorkbench } from '../../../../adapters/workbench/workbench.ts'
import { departmentOf } from '../../../../protocol/rights/can.ts'
import type { Role } from '../../../../protocol/rights/roles.ts'
import { createTestApi, type TestApi } from '../../../../test/support/http.ts'
import { marksOf } from '../../../../test/support/marks.ts'
import { PLAY_ITEM } from '../../../../test/support/play-case.ts'
import { createWorld, fakeAdapter } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../../test/support/world-case.ts'
import { createCaseRights } from '../../cases/rights.ts'
import { createHandOver } from '../hand-over.ts'
import { type Approval, createApproval } from './approval.ts'
import { approvalRoutes } from './routes.ts'

const OWN = departmentOf(PLAY_ITEM.code)
const FIRE = '11420300MB0000001A'
const LAW = '11420300MB0000002B'

let world: Awaited<ReturnType<typeof createWorld>>
let api: TestApi
let thread: string
let approval: Approval

async function begin(adapter = createWorkbench) {
  world = await createWorld({ adapter: code => (code === HANDLING ? adapter() : fakeAdapter()) })
  const agreement = await agree(world)
  const { db, audit, events, caseKeys, cases, dispatch } = world.city(HANDLING)
  api = await createTestApi({
    store: db,
    kept: { audit, events },
    caseRights: ({ grants, database }) =>
      createCaseRights({ db: database, audit, accountsOf: grants.accountsOf, separateDecision: true }),
    routes: ({ people, clock }) => {
      const handOver = createHandOver({ db, audit, events, people, now: clock.now })
      approval = createApproval({
        db,
        audit,
        events,
        keys: caseKeys,
        colleagues: () => handOver.colleagues(Number.POSITIVE_INFINITY, null),
        isWorkbench: name => dispatch.kindOf(name) === 'workbench',
        now: clock.now,
      })
      return [approvalRoutes({ approval, cases, instantOf: async () => null })]
    },
  })
  thread = await submitCase(world, agreement, {})
  await world.settle()
}
beforeEach(() => begin())
afterEach(() => world.stop())

async function worker(roles: Role[], departments: string[]) {
  api.clock.advance(1)
  const name = `${roles.join(' ')} ${departments.join(' ')}`
  const { account, token } = await api.people.create('test', { name, roles, departments, expiresAt: null })
  const client = api.withToken(token)
  const at = (path: string) => `/api/v1/cases/${thread}/${path}`
  return {
    id: account.id,
    account,
    post: async (path: string, body: unknown) =>
      (await client.post(at(path), body)) as { status: number; body: unknown },
    get: async (path: string) => (await client.get(at(path))) as { status: number; body: unknown },
    waiting: async () => ((await client.get('/api/v1/countersigns')).body as { items: unknown[] }).items,
  }
}
const caseNow = () => world.city(HANDLING).cases.get(thread)
async function accept() {
  await world.city(HANDLING).cases.step(thread, 'case.accept', {}, 'person:x')
  await world.settle()
}
const decide = (outcome = 'granted') => world.city(HANDLING).cases.step(thread, 'case.decide', { outcome }, 'person:x')

describe('a case within the city', () => {
  test('is passed on to another department and sent back, with who, when and why', async () => {
    const examiner = await worker(['examiner'], [OWN])
    const fire = await worker(['examiner'], [FIRE])
    expect((await fire.post('pass-on', { department: OWN, reason: '归你们' })).body).toMatchObject({
      code: 'rights.scope',
    })
    expect(await examiner.post('pass-on', { department: FIRE, reason: '属消防审查' })).toMatchObject({
      status: 200,
      body: { passedTo: FIRE, assignee: null },
    })
    // It is the other department's now: queues read the same column.
    expect((await examiner.post('pass-on', { department: OWN, reason: '拿回来' })).body).toMatchObject({
      code: 'rights.scope',
    })
    const [row] = await world.city(HANDLING).db.query('SELECT place, passed_to FROM cases')
    expect(row).toEqual({ place: `d:${FIRE}`, passed_to: FIRE })
    expect(await fire.post('send-back', { reason: '不属本部门' })).toMatchObject({
      status: 200,
      body: { passedTo: null },
    })
    expect((await examiner.post('send-back', { reason: '再退' })).body).toMatchObject({ code: 'case.transition' })
    expect((await examiner.get('approval')).body).toMatchObject({
      possible: true,
      back: null,
      rounds: [],
      acts: [
        {
          kind: 'passed-on',
          by: examiner.id,
          from: { department: OWN },
          to: { department: FIRE },
          words: '属消防审查',
        },
        { kind: 'sent-back', by: fire.id, from: { department: FIRE }, to: { department: OWN }, words: '不属本部门' },
      ],
    })
    const { items } = { items: await api.audit.list({ action: 'case.passed-on' }, 10, null) }
    expect(items.map(({ actor, detail }) => ({ actor, detail }))).toEqual([
      { actor: `person:${examiner.id}`, detail: { from: OWN, to: FIRE, person: null } },
    ])
  })

  test('is passed on to a person, and comes back to the person who passed it on', async () => {
    const examiner = await worker(['examiner'], [OWN])
    const leader = await worker(['leader'], [OWN])
    const stranger = await worker(['examiner'], [FIRE])
    await world.city(HANDLING).db.transaction(tx => tx.run('UPDATE cases SET assignee = ?', [examiner.id]))
    expect((await examiner.post('pass-on', { person: stranger.id, reason: '请办' })).body).toMatchObject({
      code: 'rights.assignee',
    })
    expect((await examiner.post('pass-on', { department: 'nobody', reason: '请办' })).body).toMatchObject({
      code: 'rights.assignee',
    })
    expect((await examiner.post('pass-on', { person: examiner.id, reason: '请办' })).body).toMatchObject({
      code: 'request.invalid',
    })
    expect((await examiner.post('pass-on', { person: leader.id, reason: '拟准予，请审批' })).body).toMatchObject({
      assignee: leader.id,
    })
    expect((await leader.post('send-back', { reason: '请补充现场意见' })).body).toMatchObject({ assignee: examiner.id })
    // Who is gone gets nothing back: the department has it.
    await examiner.post('pass-on', { person: leader.id, reason: '再报' })
    await api.people.revoke('test', examiner.id)
    expect((await leader.post('send-back', { reason: '退回部门' })).body).toMatchObject({ assignee: null })
  })

  test('stays where it was passed on when lists are written anew', async () => {
    const examiner = await worker(['examiner'], [OWN])
    await worker(['examiner'], [FIRE])
    await examiner.post('pass-on', { department: FIRE, reason: '属消防审查' })
    await accept()
    const { db, packets, caseHandler } = world.city(HANDLING)
    const [row] = await db.query<{ no: number }>('SELECT thread_no AS no FROM cases')
    const no = row?.no ?? 0
    await db.transaction(async tx =>
      caseHandler.rebuild(tx, {
        thread,
        threadNo: no,
        partner: COLLECTING,
        packets: await packets().packets(tx, no),
        at: api.clock.now(),
      }),
    )
    expect(await caseNow()).toMatchObject({ passedTo: FIRE, state: 'accepted' })
    const [again] = await db.query<{ place: string }>('SELECT place FROM cases')
    expect(again?.place).toBe(`d:${FIRE}`)
  })
})

test('each act says in its own transaction that it is the act of its request', async () => {
  const examiner = await worker(['examiner'], [OWN])
  const fire = await worker(['examiner'], [FIRE])
  await accept()
  await marksOf('passOnCase', () => approval.passOn(thread, { department: FIRE }, '属消防审查', examiner.account))
  await marksOf('sendBackCase', () => approval.sendBack(thread, '不属本部门', fire.account))
  const request = { rule: 'all' as const, of: [{ department: FIRE }], question: null }
  await marksOf('askCountersigns', () => approval.ask(thread, request, examiner.account))
  const answer = { department: FIRE, agrees: true, opinion: null }
  await marksOf('countersignCase', () => approval.countersign(thread, answer, fire.account))
  await approval.ask(thread, request, examiner.account)
  await marksOf('withdrawCountersigns', () => approval.withdraw(thread, '改由本部门核查', examiner.account))
})

describe('countersigning', () => {
  test('holds a decision up until all agree; who is asked may read the case until then', async () => {
    const examiner = await worker(['examiner'], [OWN])
    const fire = await worker(['examiner'], [FIRE])
    const law = await worker(['leader'], [LAW])
    await accept()
    expect((await fire.get('approval')).body).toMatchObject({ code: 'rights.scope' })
    expect(
      (
        await examiner.post('countersigns', {
          departments: [FIRE],
          people: [law.id],
          question: '是否同意准予？',
        })
      ).status,
    ).toBe(201)
    expect((await examiner.post('countersigns', { departments: [LAW] })).body).toMatchObject({
      code: 'request.conflict',
    })
    await expect(decide()).rejects.toMatchObject({ problem: { code: 'case.transition' } })
    expect(
      await world
        .city(HANDLING)
        .cases.rehearse(thread, 'case.decide', { outcome: 'granted' }, 'person:x')
        .catch(e => e.problem),
    ).toMatchObject({
      code: 'case.transition',
    })
    expect(await fire.waiting()).toMatchObject([{ case: { thread }, department: FIRE, rule: 'all' }])
    expect(await law.waiting()).toMatchObject([{ case: { thread }, department: null }])
    expect(await examiner.waiting()).toEqual([])
    expect((await fire.get('approval')).status).toBe(200)
    expect((await fire.post('pass-on', { department: FIRE, reason: 'x' })).body).toMatchObject({ code: 'rights.scope' })
    expect((await fire.post('countersign', { agrees: true })).body).toMatchObject({ code: 'request.invalid' })
    expect((await fire.post('countersign', { department: FIRE, agrees: true, opinion: '同意' })).status).toBe(200)
    expect(await fire.waiting()).toEqual([])
    expect((await fire.get('approval')).body).toMatchObject({ code: 'rights.scope' })
    await expect(decide()).rejects.toMatchObject({ problem: { code: 'case.transition' } })
    expect((await law.post('countersign', { agrees: true })).status).toBe(200)
    expect(await caseNow()).toMatchObject({ asked: { people: [], departments: [] } })
    expect((await examiner.get('approval')).body).toMatchObject({
      rounds: [
        {
          state: 'agreed',
          answers: [
            { department: FIRE, agrees: true },
            { person: law.id, agrees: true },
          ],
        },
      ],
    })
    expect(await decide()).toMatchObject({ state: 'decided' })
    expect((await examiner.post('countersigns', { departments: [FIRE] })).body).toMatchObject({
      code: 'case.transition',
    })
  })

  test('that is refused holds the decision up until it is asked anew or withdrawn, with a reason', async () => {
    const examiner = await worker(['examiner'], [OWN])
    const fire = await worker(['examiner'], [FIRE])
    await accept()
    await examiner.post('countersigns', { departments: [FIRE] })
    expect((await fire.post('countersign', { department: FIRE, agrees: false })).body).toMatchObject({
      code: 'request.invalid',
    })
    await fire.post('countersign', { department: FIRE, agrees: false, opinion: '疏散通道不足' })
    await expect(decide()).rejects.toMatchObject({ problem: { detail: expect.stringContaining('does not agree') } })
    await examiner.post('countersigns', { departments: [FIRE], question: '已整改' })
    expect((await examiner.post('countersigns/withdraw', { reason: '改由本部门核查' })).status).toBe(200)
    expect(await fire.waiting()).toEqual([])
    expect((await examiner.post('countersigns/withdraw', { reason: '再撤' })).body).toMatchObject({
      code: 'case.transition',
    })
    expect(await decide()).toMatchObject({ state: 'decided' })
    expect((await examiner.get('approval')).body).toMatchObject({
      rounds: [{ state: 'disagreed' }, { state: 'withdrawn' }],
      acts: [
        { kind: 'asked' },
        { kind: 'countersigned', agrees: false, words: '疏散通道不足' },
        { kind: 'asked', words: '已整改' },
        { kind: 'withdrawn', words: '改由本部门核查' },
      ],
    })
  })

  test('of any: one is enough', async () => {
    const examiner = await worker(['examiner'], [OWN])
    const fire = await worker(['examiner'], [FIRE])
    const law = await worker(['examiner'], [LAW])
    await accept()
    await examiner.post('countersigns', { rule: 'any', departments: [FIRE, LAW] })
    await fire.post('countersign', { department: FIRE, agrees: false, opinion: '不同意' })
    await expect(decide()).rejects.toMatchObject({ problem: { code: 'case.transition' } })
    await law.post('countersign', { department: LAW, agrees: true })
    expect(await decide()).toMatchObject({ state: 'decided' })
  })

  test('is asked of nobody who could not answer, nor of who asks', async () => {
    const examiner = await worker(['examiner'], [OWN])
    const clerk = await worker(['window-clerk'], [])
    for (const [body, code] of [
      [{ departments: ['nobody'] }, 'rights.assignee'],
      [{ people: [clerk.id] }, 'rights.assignee'],
      [{ people: [examiner.id] }, 'request.invalid'],
      [{ departments: [FIRE, FIRE] }, 'request.invalid'],
      [{}, 'request.invalid'],
      [{ departments: Array(21).fill(FIRE) }, 'request.invalid'],
    ] as const)
      expect((await examiner.post('countersigns', body)).body).toMatchObject({ code })
  })

  test('is of cases alone that the workbench decides', async () => {
    await world.stop()
    await begin(fakeAdapter)
    const examiner = await worker(['examiner'], [OWN])
    await worker(['examiner'], [FIRE])
    expect((await examiner.get('approval')).body).toMatchObject({ possible: false })
    for (const path of ['pass-on', 'countersigns'])
      expect(
        (await examiner.post(path, path === 'pass-on' ? { department: FIRE, reason: 'x' } : { departments: [FIRE] }))
          .body,
      ).toMatchObject({ code: 'case.transition' })
  })
})
