import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { departmentOf } from '../../../protocol/rights/can.ts'
import type { Role } from '../../../protocol/rights/roles.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { PLAY_ITEM } from '../../../test/support/play-case.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { DRAFTS_EACH } from '../cases/intake/drafts.ts'
import { createCaseRights } from '../cases/rights.ts'
import { colleagueRoutes } from './colleague-routes.ts'
import { createHandOver, HAND_OVER_LIMITS } from './hand-over.ts'

const DEPARTMENT = departmentOf(PLAY_ITEM.code)
let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string
beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
})
afterEach(() => world.stop())

async function apiOf(city: string): Promise<TestApi> {
  const { db, audit, events } = world.city(city)
  return createTestApi({
    store: db,
    kept: { audit, events },
    caseRights: ({ grants, database }) =>
      createCaseRights({ db: database, audit, accountsOf: grants.accountsOf, separateDecision: true }),
    routes: ({ people, clock }) => [colleagueRoutes(createHandOver({ db, audit, events, people, now: clock.now }))],
  })
}

type Places = { departments?: string[] | null; windows?: string[] | null }
async function worker(api: TestApi, roles: Role[], places: Places = {}) {
  const name = roles.join(' ')
  api.clock.advance(1)
  const { account, token } = await api.people.create('test', { name, roles, ...places, expiresAt: null })
  return { id: account.id, client: api.withToken(token) }
}
const submit = async (window: string) => {
  const thread = await submitCase(world, agreement, { window })
  await world.settle()
  return thread
}
const give = (city: string, thread: string, to: string | null) =>
  world
    .city(city)
    .db.transaction(tx =>
      tx.run('UPDATE cases SET assignee = ? WHERE thread_no = (SELECT no FROM threads WHERE thread = unhex(?))', [
        to,
        thread,
      ]),
    )
const assigneeAt = async (city: string, thread: string) => (await world.city(city).cases.get(thread)).assignee

describe('all work of one account', () => {
  test('goes to another in one act, drafts of no window too, and each case tells from whom', async () => {
    const api = await apiOf(COLLECTING)
    const gone = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const next = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const lead = await worker(api, ['window-lead'])
    const threads = [await submit('1号窗口'), await submit('2号窗口')]
    for (const thread of threads) await give(COLLECTING, thread, gone.id)
    const { drafts } = world.city(COLLECTING)
    const own = await drafts.create({ to: HANDLING }, `person:${gone.id}`)
    const shared = await drafts.create({ window: '1号窗口' }, `person:${gone.id}`)
    await api.people.revoke('test', gone.id)
    const { status, body } = await lead.client.post(`/api/v1/colleagues/${gone.id}/hand-over`, { to: next.id })
    expect({ status, body }).toEqual({
      status: 200,
      body: { cases: 2, drafts: 1, kept: [], others: 0, keptDrafts: 0, more: false },
    })
    for (const thread of threads) expect(await assigneeAt(COLLECTING, thread)).toBe(next.id)
    const mine = await drafts.list({ person: `person:${next.id}` }, 10, null)
    expect(mine.map(({ id, owner, version }) => [id, owner, version])).toEqual([[own.id, `person:${next.id}`, 2]])
    expect((await drafts.open(shared.id, `person:${next.id}`)).draft.owner).toBe(`person:${gone.id}`)
    const rows = await api.audit.list({ action: 'case.assigned' }, 10, null)
    expect(rows.map(({ actor, detail }) => ({ actor, detail }))).toEqual(
      threads.map(() => ({ actor: `person:${lead.id}`, detail: { from: gone.id, to: next.id } })),
    )
    // A page of before that names them finds that they are another's.
    const again = await lead.client.post(`/api/v1/colleagues/${gone.id}/hand-over`, { to: lead.id, threads })
    expect(again.body).toMatchObject({
      cases: 0,
      kept: threads.map(thread => ({ thread, problem: 'request.precondition', assignee: next.id })).toSorted(),
    })
    for (const thread of threads) expect(await assigneeAt(COLLECTING, thread)).toBe(next.id)
  })

  test("leaves what is not the caller's, and what the receiver could not work on, and says so", async () => {
    const api = await apiOf(HANDLING)
    const thread = await submit('1号窗口')
    const gone = await worker(api, ['examiner'], { departments: [DEPARTMENT] })
    const other = await worker(api, ['examiner'], { departments: ['11420300MB0765432Y'] })
    const same = await worker(api, ['examiner'], { departments: [DEPARTMENT] })
    const leader = await worker(api, ['leader'], { departments: [DEPARTMENT] })
    const windowLead = await worker(api, ['window-lead'])
    await give(HANDLING, thread, gone.id)
    const path = `/api/v1/colleagues/${gone.id}/hand-over`
    expect((await windowLead.client.post(path, { to: same.id })).body).toMatchObject({ cases: 0, kept: [], others: 1 })
    expect((await leader.client.post(path, { to: other.id })).body).toMatchObject({
      cases: 0,
      kept: [{ thread, problem: 'rights.assignee', assignee: gone.id }],
    })
    expect(await assigneeAt(HANDLING, thread)).toBe(gone.id)
    expect((await leader.client.post(path, { to: same.id })).body).toMatchObject({ cases: 1, kept: [] })
    // Drafts are of windows: a leader moves none.
    await world.city(HANDLING).drafts.create({ to: COLLECTING }, `person:${gone.id}`)
    expect((await leader.client.post(path, { to: same.id })).body).toMatchObject({ drafts: 0, keptDrafts: 0 })
    for (const [who, code] of [
      [same, 'request.forbidden'],
      [leader, 'request.not-found'],
    ] as const)
      expect((await who.client.post('/api/v1/colleagues/nobody/hand-over', { to: same.id })).body).toMatchObject({
        code,
      })
  })

  test('goes to nobody who has ended or works on no cases', async () => {
    const api = await apiOf(COLLECTING)
    const gone = await worker(api, ['window-clerk'])
    const lead = await worker(api, ['window-lead'])
    const program = await worker(api, ['integrator'])
    const ended = await worker(api, ['window-clerk'])
    await api.people.revoke('test', ended.id)
    for (const to of [program.id, ended.id])
      expect((await lead.client.post(`/api/v1/colleagues/${gone.id}/hand-over`, { to })).body).toMatchObject({
        code: 'rights.assignee',
      })
    expect((await lead.client.post(`/api/v1/colleagues/${gone.id}/hand-over`, { to: gone.id })).status).toBe(400)
  })

  test(`is ${HAND_OVER_LIMITS.cases} cases an act; one more waits for the next`, async () => {
    const api = await apiOf(COLLECTING)
    const gone = await worker(api, ['window-clerk'])
    const lead = await worker(api, ['window-lead'])
    await submit('1号窗口')
    const { db } = world.city(COLLECTING)
    const columns = (await db.query<{ name: string }>('SELECT name FROM pragma_table_info(?)', ['cases']))
      .map(({ name }) => name)
      .filter(name => name !== 'thread_no' && name !== 'case_no')
    const more = async (n: number) =>
      db.transaction(async tx => {
        await tx.run(
          `INSERT INTO threads (thread, type, partner, started_at) SELECT randomblob(16), 'case', partner, started_at FROM (SELECT * FROM threads WHERE type = 'case' LIMIT 1), json_each(?)
           LIMIT ?`,
          [JSON.stringify(Array.from({ length: n }, () => 1)), n],
        )
        await tx.run(
          `INSERT INTO cases (thread_no, case_no, ${columns.join(', ')})
           SELECT t.no, 'n' || t.no, ${columns.map(name => `c.${name}`).join(', ')} FROM threads t, (SELECT * FROM cases LIMIT 1) c
           WHERE t.type = 'case' AND t.no NOT IN (SELECT thread_no FROM cases)`,
        )
        await tx.run('UPDATE cases SET assignee = ?', [gone.id])
      })
    const path = `/api/v1/colleagues/${gone.id}/hand-over`
    await more(HAND_OVER_LIMITS.cases - 1)
    expect((await lead.client.post(path, { to: lead.id })).body).toMatchObject({
      cases: HAND_OVER_LIMITS.cases,
      more: false,
    })
    await more(1)
    expect((await lead.client.post(path, { to: lead.id })).body).toMatchObject({
      cases: HAND_OVER_LIMITS.cases,
      more: true,
    })
    expect((await lead.client.post(path, { to: lead.id })).body).toMatchObject({ cases: 1, more: false })
  })

  test(`leaves drafts of which the receiver would hold more than ${DRAFTS_EACH}`, async () => {
    const api = await apiOf(COLLECTING)
    const gone = await worker(api, ['window-clerk'])
    const next = await worker(api, ['window-clerk'])
    const lead = await worker(api, ['window-lead'])
    const { db, drafts } = world.city(COLLECTING)
    for (const owner of [gone, gone, next]) await drafts.create({}, `person:${owner.id}`)
    const [row] = await db.query<{ id: string }>('SELECT id FROM case_drafts WHERE owner = ?', [`person:${next.id}`])
    await db.transaction(async tx => {
      const columns = (await tx.query<{ name: string }>('SELECT name FROM pragma_table_info(?)', ['case_drafts']))
        .map(({ name }) => name)
        .filter(name => name !== 'id')
        .join(', ')
      for (let n = 0; n < DRAFTS_EACH - 2; n++)
        await tx.run(`INSERT INTO case_drafts (id, ${columns}) SELECT ?, ${columns} FROM case_drafts WHERE id = ?`, [
          `copy ${n}`,
          row?.id ?? '',
        ])
    })
    const { body } = await lead.client.post(`/api/v1/colleagues/${gone.id}/hand-over`, { to: next.id })
    expect(body).toMatchObject({ drafts: 1, keptDrafts: 1 })
  })
})

test('colleagues are listed for those who assign: accounts in use that work on cases, without phones', async () => {
  const api = await apiOf(COLLECTING)
  const clerk = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
  await worker(api, ['integrator'])
  const ended = await worker(api, ['window-clerk'])
  await api.people.revoke('test', ended.id)
  await api.grants.give('test', clerk.id, { phone: '13900000000', staffNumber: '17' })
  const lead = await worker(api, ['window-lead'])
  expect((await clerk.client.get('/api/v1/colleagues')).body).toMatchObject({ code: 'request.forbidden' })
  const found: { id: string }[] = []
  for (let next: string | null = ''; next !== null; ) {
    const path: string = `/api/v1/colleagues?limit=1${next === '' ? '' : `&cursor=${next}`}`
    const { body, text } = await lead.client.get(path)
    expect(text).not.toContain('13900000000')
    found.push(...(body as { items: { id: string }[] }).items)
    next = (body as { next: string | null }).next
  }
  const made = found.filter(({ id }) => [clerk.id, ended.id, lead.id].includes(id))
  expect(made).toMatchObject([
    { id: clerk.id, name: 'window-clerk', roles: ['window-clerk'], departments: [], windows: ['1号窗口'] },
    { id: lead.id },
  ])
})
