/** A case named by its number where the API takes its thread. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, submitCase } from '../../../test/support/world-case.ts'
import { createApplicationCheck } from './intake/check.ts'
import { NewCase, NewJointCase } from './new-case.ts'
import { createCaseRights } from './rights.ts'
import { caseRoutes } from './routes.ts'

const hash = (text: string) => createHash('sha256').update(text).digest('hex')

let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string
let api: TestApi
beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
  const { db, cases, audit, events } = world.city(COLLECTING)
  api = await createTestApi({
    store: db,
    kept: { audit, events },
    caseRights: ({ grants, database }) =>
      createCaseRights({ db: database, audit, accountsOf: grants.accountsOf, separateDecision: true }),
    routes: () => [
      caseRoutes(
        cases,
        createApplicationCheck({ cases, clock: world.clock, schemas: { one: NewCase, joint: NewJointCase } }),
      ),
    ],
  })
})
afterEach(() => world.stop())

async function submit(caseNo: string, window = '1号窗口'): Promise<string> {
  const thread = await submitCase(world, agreement, { caseNo, window })
  await world.settle()
  return thread
}
const codeOf = ({ status, body }: { status: number; body: unknown }) =>
  status < 300 ? 'yes' : (body as { code: string }).code

describe('a case', () => {
  test('is read and served by its number as by its thread, in any spelling', async () => {
    const thread = await submit('61090020261123000001')
    const clerk = api.as('clerk')
    const byThread = await clerk.get(`/api/v1/cases/${thread}`)
    for (const named of ['61090020261123000001', '610900-2026-1123-000001', '610900%2020261123%20000001']) {
      const answer = await clerk.get(`/api/v1/cases/${named}`)
      expect([answer.status, answer.body, answer.headers.get('etag')]).toEqual([
        200,
        byThread.body,
        byThread.headers.get('etag'),
      ])
    }
    const said = await clerk.post('/api/v1/cases/61090020261123000001/message', { text: '您好' })
    expect([said.status, (said.body as { thread: string }).thread]).toEqual([201, thread])
    // What is kept of it names the thread.
    expect(await clerk.get('/api/v1/cases/61090020261123000001/bodies')).toMatchObject({ status: 200 })
    const rows = await world
      .city(COLLECTING)
      .db.query<{ subject: string }>(`SELECT subject FROM audit WHERE action IN ('case.message', 'case.read')`)
    expect(new Set(rows.map(({ subject }) => subject))).toEqual(new Set([thread]))
  })

  test('is the same to a repeated request, whichever way it is named', async () => {
    const thread = await submit('61090020261123000001')
    const clerk = api.as('clerk')
    const headers = { 'idempotency-key': 'once' }
    const first = await clerk.post(`/api/v1/cases/${thread}/message`, { text: '您好' }, headers)
    const again = await clerk.post('/api/v1/cases/61090020261123000001/message', { text: '您好' }, headers)
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true'])
    expect(again.body).toEqual(first.body)
    const { bodies } = (await clerk.get(`/api/v1/cases/${thread}/bodies`)).body as { bodies: { kind: string }[] }
    expect(bodies.filter(({ kind }) => kind === 'case.message')).toHaveLength(1)
  })

  test('of others is refused by its number as by its thread', async () => {
    const thread = await submit('61090020261123000002', '2号窗口')
    const { token } = await api.people.create('test', {
      name: '王窗口',
      roles: ['window-clerk'],
      windows: ['1号窗口'],
      expiresAt: null,
    })
    const clerk = api.withToken(token)
    for (const named of [thread, '61090020261123000002']) {
      expect(codeOf(await clerk.get(`/api/v1/cases/${named}`))).toBe('rights.scope')
      expect(codeOf(await clerk.post(`/api/v1/cases/${named}/message`, { text: '您好' }))).toBe('rights.scope')
    }
  })

  test('that no number, or more than one, stands for is unknown; the local number stands for it too', async () => {
    const one = await submit('61090020261123000001')
    await submit('61090020261123000003')
    const clerk = api.as('clerk')
    const read = async (named: string) => codeOf(await clerk.get(`/api/v1/cases/${encodeURIComponent(named)}`))
    for (const named of ['61090020261123000009', '6109002026', '- -', '../queues', hash('x').slice(0, 32)])
      expect([named, await read(named)]).toEqual([named, 'thread.unknown'])
    expect(await read('9'.repeat(65))).toBe('request.invalid')
    const { db } = world.city(COLLECTING)
    await db.transaction(tx => tx.run(`UPDATE cases SET local_key = 'SL7' WHERE case_no = '61090020261123000001'`))
    expect((await clerk.get('/api/v1/cases/sl-7')).body).toMatchObject({ thread: one })
    await db.transaction(tx => tx.run(`UPDATE cases SET local_key = 'SL7'`))
    expect(await read('SL-7')).toBe('thread.unknown')
  })
})
