// Over 450 lines: two cities with their people, of whom every right within cases is asked.
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toHex } from '../../../protocol/primitives.ts'
import { type CaseSubject, can, departmentOf, isOwn, isProgram } from '../../../protocol/rights/can.ts'
import { ROLES, type Role } from '../../../protocol/rights/roles.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { PLAY_ITEM, submitContentOf } from '../../../test/support/play-case.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { bulkRoutes } from '../work/bulk-routes.ts'
import { createColleagues } from '../work/colleagues.ts'
import { createHandOver } from '../work/hand-over.ts'
import { queueRoutes } from '../work/queue-routes.ts'
import { createQueues } from '../work/queues.ts'
import { caseListRoutes } from '../work/routes.ts'
import { createStatistics } from '../work/statistics.ts'
import { createUnread } from '../work/unread.ts'
import { createApplicationCheck } from './intake/check.ts'
import { createIntake } from './intake/intake.ts'
import { intakeRoutes } from './intake/routes.ts'
import { lookupKeys } from './lookup.ts'
import { NewCase, NewJointCase } from './new-case.ts'
import { casesOf, createCaseRights, ownCasesOf, takerOf } from './rights.ts'
import { caseRoutes } from './routes.ts'

const DEPARTMENT = departmentOf(PLAY_ITEM.code)
const OTHER_DEPARTMENT = '11420300MB0765432Y'
const hash = (text: string) => createHash('sha256').update(text).digest()

let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string
beforeEach(async () => {
  world = await createWorld()
  agreement = await agree(world)
})
afterEach(() => world.stop())

async function apiOf(city: string, separateDecision = true): Promise<TestApi> {
  const { db, cases, clocks, audit, events, drafts, packets } = world.city(city)
  return createTestApi({
    store: db,
    kept: { audit, events },
    caseRights: ({ grants, database }) =>
      createCaseRights({ db: database, audit, accountsOf: grants.accountsOf, separateDecision }),
    routes: ({ people }) => {
      const queues = createQueues({
        db,
        clock: world.clock,
        audit,
        events,
        keys: lookupKeys(hash),
        assertAsSeen: cases.assertAsSeen,
        rows: numbers => cases.rows(numbers),
        isPerson: async id => (await people.get(id).catch(() => null)) !== null,
      })
      const statistics = createStatistics({
        db,
        packets: (store, no) => packets().packets(store, no),
        deadlines: async (store, state) => (await clocks.of(store, state)).deadlines,
      })
      const check = createApplicationCheck({
        cases,
        clock: world.clock,
        schemas: { one: NewCase, joint: NewJointCase },
      })
      return [
        queueRoutes(
          queues,
          createUnread({ db, audit, events, rows: numbers => cases.rows(numbers) }),
          createColleagues({
            queues,
            accounts: createHandOver({ db, audit, events, people, now: world.clock.now }).colleagues,
          }),
        ),
        caseListRoutes(queues, statistics, async () => 0),
        caseRoutes(cases, check),
        intakeRoutes(
          createIntake({
            db,
            audit,
            // Of the item nothing but its form is asked.
            cases: { ...cases, guide: async () => ({ item: { materials: [] }, modes: [] }) as never },
            drafts,
            keys: lookupKeys(hash),
            packets: no => packets().packets(db, no),
            check,
            clock: world.clock,
            contactOf: async () => ({ staffNumber: null, phone: null }),
          }),
          drafts,
        ),
        bulkRoutes({
          remind: (thread, text, actor) => cases.step(thread, 'case.remind', { text }, actor),
          print: async threads => ({ html: '', items: threads.map(thread => ({ thread, problem: null })) }),
        }),
      ]
    },
  })
}

type Places = { departments?: string[] | null; windows?: string[] | null }
async function worker(api: TestApi, roles: Role[], places: Places = {}) {
  const { account, token } = await api.people.create('test', {
    name: roles.join(' '),
    roles,
    ...places,
    expiresAt: null,
  })
  const client = api.withToken(token)
  const threads = async (path: string) =>
    ((await client.get(path)).body as { items: { thread: string }[] }).items.map(({ thread }) => thread).sort()
  const codeOf = async (path: string, body?: object) => {
    const { status, body: answer } = body === undefined ? await client.get(path) : await client.post(path, body)
    return status < 300 ? 'yes' : (answer as { code: string }).code
  }
  return { id: account.id, client, threads, codeOf }
}
async function submit(window: string): Promise<string> {
  const thread = await submitCase(world, agreement, { window })
  await world.settle()
  return thread
}

describe('what a city takes in', () => {
  test('a window clerk finds, reads and serves the cases of the own windows, and those assigned', async () => {
    const api = await apiOf(COLLECTING)
    const own = await submit('1号窗口')
    const other = await submit('2号窗口')
    const clerk = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const lead = await worker(api, ['window-lead'])
    const everywhere = await worker(api, ['window-clerk'], { windows: null })
    const nowhere = await worker(api, ['window-clerk'])
    for (const path of ['/api/v1/cases', '/api/v1/queues/waiting', '/api/v1/cases?q=陈小满&purpose=supervision']) {
      expect(await clerk.threads(path), path).toEqual([own])
      expect(await lead.threads(path), path).toEqual([own, other].sort())
      expect(await everywhere.threads(path), path).toEqual([own, other].sort())
      expect(await nowhere.threads(path), path).toEqual([])
    }
    // A window that is asked for widens nothing.
    expect(await clerk.threads('/api/v1/queues/window?window=2%E5%8F%B7%E7%AA%97%E5%8F%A3')).toEqual([])
    for (const path of ['', '/bodies']) {
      expect(await clerk.codeOf(`/api/v1/cases/${own}${path}`)).toBe('yes')
      expect(await clerk.codeOf(`/api/v1/cases/${other}${path}`)).toBe('rights.scope')
    }
    expect(await clerk.codeOf(`/api/v1/cases/${other}/message`, { text: '您好' })).toBe('rights.scope')
    expect(await clerk.codeOf(`/api/v1/cases/${'0'.repeat(32)}`)).toBe('thread.unknown')
    expect(await lead.codeOf(`/api/v1/cases/${other}/assign`, { to: clerk.id })).toBe('yes')
    expect(await clerk.threads('/api/v1/cases')).toEqual([own, other].sort())
    expect(await clerk.codeOf(`/api/v1/cases/${other}/message`, { text: '您好' })).toBe('yes')
  })

  test('counts are of the rows that one finds', async () => {
    const api = await apiOf(COLLECTING)
    for (const window of ['1号窗口', '1号窗口', '2号窗口']) await submit(window)
    for (const [roles, windows, waiting] of [
      [['window-clerk'], ['1号窗口'], 2],
      [['window-lead'], [], 3],
      [['examiner'], [], 0],
      [['audit-administrator'], [], 3],
    ] as [Role[], string[], number][]) {
      const person = await worker(api, roles, { windows })
      const { items } = (await person.client.get('/api/v1/queues')).body as {
        items: { queue: string; count: number }[]
      }
      expect(items.find(({ queue }) => queue === 'waiting')?.count, roles[0]).toBe(waiting)
      for (const { queue, count } of items)
        expect(await person.threads(`/api/v1/queues/${queue}`), queue).toHaveLength(count)
    }
  })

  test('the queue of a window is that of the windows at which one works, unless one is named', async () => {
    const api = await apiOf(COLLECTING)
    const own = await submit('1号窗口')
    const other = await submit('2号窗口')
    const clerk = await worker(api, ['window-clerk'], { windows: ['1号窗口', '2号窗口'] })
    const lead = await worker(api, ['window-lead'])
    expect(await clerk.threads('/api/v1/queues/window')).toEqual([own, other].sort())
    expect(await clerk.threads('/api/v1/queues/window?window=2%E5%8F%B7%E7%AA%97%E5%8F%A3')).toEqual([other])
    expect(await lead.codeOf('/api/v1/queues/window')).toBe('request.invalid')
    const { items } = (await lead.client.get('/api/v1/queues')).body as { items: { queue: string }[] }
    expect(items.map(({ queue }) => queue)).not.toContain('window')
  })

  test('a lead sees the queues of each colleague and of nobody, within what they may assign, and a clerk does not', async () => {
    const api = await apiOf(COLLECTING)
    const threads = [await submit('1号窗口'), await submit('1号窗口'), await submit('2号窗口')]
    const clerk = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const idle = await worker(api, ['window-clerk'], { windows: ['2号窗口'] })
    const examiner = await worker(api, ['examiner'], { departments: [DEPARTMENT] })
    const lead = await worker(api, ['window-lead'])
    const gone = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    await api.people.revoke('test', gone.id)
    for (const thread of threads.slice(0, 2)) await lead.codeOf(`/api/v1/cases/${thread}/assign`, { to: clerk.id })
    const path = '/api/v1/colleagues/queues'
    expect(await clerk.codeOf(path)).toBe('request.forbidden')
    const pageOf = async (query = '') =>
      (await lead.client.get(`${path}${query}`)).body as {
        items: { id: string | null; name: string; queues: { queue: string; count: number }[] }[]
        next: string | null
      }
    const countOf = (queues: { queue: string; count: number }[], name: string) =>
      queues.find(({ queue }) => queue === name)?.count
    const { items, next } = await pageOf()
    expect(next).toBeNull()
    const seen = new Map(items.map(({ id, queues }) => [id, [countOf(queues, 'mine'), countOf(queues, 'waiting')]]))
    expect([seen.get(null), seen.get(clerk.id), seen.get(idle.id), seen.get(lead.id)]).toEqual([
      [0, 1],
      [2, 2],
      [0, 0],
      [0, 0],
    ])
    expect([seen.has(gone.id), seen.has(examiner.id)]).toEqual([false, false])
    const paged: (string | null)[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await pageOf(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
      paged.push(...page.items.map(({ id }) => id))
      cursor = page.next
    }
    expect(paged).toEqual(items.map(({ id }) => id))
    // What a row says is what the queue of that colleague holds.
    expect(await lead.threads(`/api/v1/queues/waiting?assignee=${clerk.id}`)).toEqual(threads.slice(0, 2).sort())
    expect(await lead.threads('/api/v1/queues/waiting?assignee=nobody')).toEqual(threads.slice(2))
    expect(await clerk.threads('/api/v1/queues/waiting?assignee=me')).toEqual(threads.slice(0, 2).sort())
  })

  test('messages are read by those who may read the case', async () => {
    const api = await apiOf(COLLECTING)
    const thread = await submit('1号窗口')
    await world.city(HANDLING).cases.step(thread, 'case.message', { text: '请补充电话' }, 'person:1')
    await world.settle()
    const clerk = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const other = await worker(api, ['window-clerk'], { windows: ['2号窗口'] })
    const auditor = await worker(api, ['audit-administrator'])
    expect(await clerk.threads('/api/v1/queues/unread')).toEqual([thread])
    const { bodies } = (await clerk.client.get(`/api/v1/cases/${thread}/bodies`)).body as {
      bodies: { packet: string }[]
    }
    const body = { through: bodies.at(-1)?.packet }
    expect(await other.codeOf(`/api/v1/cases/${thread}/read`, body)).toBe('rights.scope')
    expect(await auditor.codeOf(`/api/v1/cases/${thread}/read`, body)).toBe('request.forbidden')
    expect(await clerk.codeOf(`/api/v1/cases/${thread}/read`, body)).toBe('yes')
    expect(await clerk.threads('/api/v1/queues/unread')).toEqual([])
  })

  test('a clerk takes and gives back, a lead assigns; each case of many is asked for', async () => {
    const api = await apiOf(COLLECTING)
    const own = await submit('1号窗口')
    const other = await submit('2号窗口')
    const clerk = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const colleague = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const lead = await worker(api, ['window-lead'])
    const assign = `/api/v1/cases/${own}/assign`
    expect(await clerk.codeOf(assign, { to: colleague.id })).toBe('request.forbidden')
    expect(await clerk.codeOf(assign, { to: 'me' })).toBe('yes')
    expect(await colleague.codeOf(assign, { to: null })).toBe('request.forbidden')
    expect(await clerk.codeOf(assign, { to: null })).toBe('yes')
    expect(await lead.codeOf(assign, { to: colleague.id })).toBe('yes')
    for (const [path, body] of [
      ['/api/v1/bulk/cases/assign', { to: 'me' }],
      ['/api/v1/bulk/cases/remind', { text: '请尽快' }],
      ['/api/v1/bulk/cases/print', { paper: 'receipt' }],
    ] as const) {
      const { body: answer } = await clerk.client.post(path, { threads: [own, other], ...body })
      const { items } = answer as { items: { thread: string; problem: string | null }[] }
      expect(new Map(items.map(({ thread, problem }) => [thread, problem])).get(other), path).toBe('rights.scope')
      expect(new Map(items.map(({ thread, problem }) => [thread, problem])).get(own), path).not.toBe('rights.scope')
    }
  })
})

describe('what a look is for', () => {
  test('a prefill, which names none, looks into the cases that its asker works on alone', async () => {
    const api = await apiOf(COLLECTING)
    const other = await submit('2号窗口')
    const lead = await worker(api, ['window-lead'], { windows: ['1号窗口'] })
    const { idNumber, phone } = submitContentOf('-', 0, []).applicant
    const prefill = async () => {
      const { body } = await lead.client.post('/api/v1/cases/prefill', {
        to: HANDLING,
        item: PLAY_ITEM.code,
        applicant: { type: '1', idType: '111', idNumber },
        form: {},
      })
      expect(body).toMatchObject({ applicant: { idNumber } })
      return (body as { applicant: { phone?: string } }).applicant.phone
    }
    expect(await prefill()).toBeUndefined()
    expect(await lead.codeOf(`/api/v1/cases/${other}/assign`, { to: 'me' })).toBe('yes')
    expect(await prefill()).toBe(phone)
  })

  const named = async (api: TestApi) =>
    (await api.audit.list({ action: 'purpose.named' }, 20, null)).map(({ actor, subject, detail }) => ({
      actor,
      subject,
      ...detail,
    }))

  test('is named where the case is not one that its reader works on, and stands in the audit log', async () => {
    const api = await apiOf(COLLECTING)
    const own = await submit('1号窗口')
    const other = await submit('2号窗口')
    const lead = await worker(api, ['window-lead'], { windows: ['1号窗口'] })
    const bodies = (thread: string, query = '') => lead.codeOf(`/api/v1/cases/${thread}/bodies${query}`)
    expect(await bodies(own)).toBe('yes')
    expect(await bodies(other)).toBe('rights.purpose')
    expect(await bodies(other, '?purpose=curiosity')).toBe('request.invalid')
    expect(await named(api)).toEqual([])
    expect(await bodies(other, '?purpose=complaint')).toBe('yes')
    const row = { actor: `person:${lead.id}`, right: 'case.content', purpose: 'complaint' }
    expect(await named(api)).toEqual([{ ...row, subject: other }])
    expect((await api.audit.list({ action: 'case.read', subject: other }, 5, null)).length).toBe(1)
    // One that is named where none is needed is no claim to more.
    expect(await bodies(own, '?purpose=complaint')).toBe('yes')
    expect(await named(api)).toHaveLength(1)
    // Each case of many is asked for.
    const threads = [own, other]
    const print = async (query: string) => {
      const path = `/api/v1/bulk/cases/print${query}`
      const { items } = (await lead.client.post(path, { threads, paper: 'receipt' })).body as {
        items: { thread: string; problem: string | null }[]
      }
      return new Map(items.map(({ thread, problem }) => [thread, problem])).get(other)
    }
    expect(await print('')).toBe('rights.purpose')
    expect(await print('?purpose=cover')).toBeNull()
  })

  test('is named for a search by what names a person, where it reaches beyond the own cases', async () => {
    const api = await apiOf(COLLECTING)
    await submit('1号窗口')
    const clerk = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const auditor = await worker(api, ['audit-administrator'], { windows: null, departments: null })
    expect(await clerk.codeOf('/api/v1/cases?q=陈小满')).toBe('yes')
    expect(await auditor.codeOf('/api/v1/cases?q=陈小满')).toBe('rights.purpose')
    expect(await auditor.codeOf('/api/v1/cases?partner=420300')).toBe('yes')
    expect(await auditor.codeOf('/api/v1/cases?q=陈小满&purpose=legal')).toBe('yes')
    expect(await named(api)).toEqual([
      { actor: `person:${auditor.id}`, subject: 'search', right: 'case.list', purpose: 'legal' },
    ])
    expect(JSON.stringify(await api.audit.list({}, 200, null))).not.toContain('陈小满')
  })
})

test('of a joint case one is told, hands over and acts on those parts alone that are theirs', async () => {
  const api = await apiOf(COLLECTING)
  const lead = await submit('1号窗口')
  const other = await submitCase(world, agreement, { window: '2号窗口', parent: lead })
  await world.settle()
  const clerk = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
  const both = await worker(api, ['window-clerk'], { windows: ['1号窗口', '2号窗口'] })
  const linked = async (who: typeof clerk) => {
    const { body } = await who.client.get(`/api/v1/cases/${lead}`)
    return (body as { linked: { thread: string }[] }).linked.map(({ thread }) => thread)
  }
  expect(await linked(clerk)).toEqual([lead])
  expect(await linked(both)).toEqual([lead, other])
  const { cases } = world.city(HANDLING)
  for (const thread of [lead, other]) {
    for (const [kind, body] of [
      ['case.accept', {}],
      ['case.decide', { outcome: 'granted', documentNo: '十审〔2026〕1号' }],
      ['case.send-result', { method: 'file' }],
    ] as const)
      await cases.step(thread, kind, body, 'person:1')
    await world.settle()
  }
  const path = `/api/v1/cases/${lead}/hand-over`
  expect(await clerk.codeOf(path, {})).toBe('rights.scope')
  expect((await both.client.post(path, {})).body).toEqual({ handedOver: 2, missing: [] })
})

test('a draft is of the clerks of its window, or of its owner alone', async () => {
  const api = await apiOf(COLLECTING)
  const owner = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
  const colleague = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
  const other = await worker(api, ['window-clerk'], { windows: ['2号窗口'] })
  const lead = await worker(api, ['window-lead'])
  const made = await owner.client.post('/api/v1/case-drafts', { content: { window: '1号窗口' } })
  const { id } = made.body as { id: string }
  const path = `/api/v1/case-drafts/${id}`
  for (const [person, code] of [
    [owner, 'yes'],
    [colleague, 'yes'],
    [lead, 'yes'],
    [other, 'rights.scope'],
  ] as const) {
    expect(await person.codeOf(path)).toBe(code)
    const { body } = await person.client.get('/api/v1/case-drafts?window=1%E5%8F%B7%E7%AA%97%E5%8F%A3')
    expect((body as { items: object[] }).items).toHaveLength(code === 'yes' ? 1 : 0)
  }
  const changed = await other.client.send('PUT', path, { version: 1, content: { window: '2号窗口' } })
  expect(changed.body).toMatchObject({ code: 'rights.scope' })
  expect((await other.client.send('DELETE', path)).body).toMatchObject({ code: 'rights.scope' })
  // Its owner goes on with it at whatever window it is.
  const moved = await owner.client.send('PUT', path, { version: 1, content: { window: '2号窗口' } })
  expect(moved.status).toBe(200)
  expect([await owner.codeOf(path), await other.codeOf(path), await colleague.codeOf(path)]).toEqual([
    'yes',
    'yes',
    'rights.scope',
  ])
})

describe('what a city handles', () => {
  const GRANTED = { outcome: 'granted', documentNo: '十审〔2026〕1号' }
  /** The workbench says at once that it arrived. */
  const arrived = () => submit('1号窗口')

  test('an examiner acts for the own departments alone, and a leader decides', async () => {
    const api = await apiOf(HANDLING)
    const thread = await arrived()
    const own = await worker(api, ['examiner'], { departments: [DEPARTMENT] })
    const other = await worker(api, ['examiner'], { departments: [OTHER_DEPARTMENT] })
    const leader = await worker(api, ['leader'], { departments: [DEPARTMENT] })
    // The window of the other city has the name of a window here.
    const window = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    expect(await own.threads('/api/v1/queues/ours')).toEqual([thread])
    expect(await other.threads('/api/v1/queues/ours')).toEqual([])
    expect(await window.threads('/api/v1/cases')).toEqual([])
    const accept = `/api/v1/cases/${thread}/accept`
    expect(await other.codeOf(accept, {})).toBe('rights.scope')
    expect(await other.codeOf(`/api/v1/cases/${thread}/bodies`)).toBe('rights.scope')
    expect(await window.codeOf(accept, {})).toBe('rights.scope')
    expect(await own.codeOf(accept, {})).toBe('yes')
    const decide = `/api/v1/cases/${thread}/decide`
    expect(await own.codeOf(decide, GRANTED)).toBe('request.forbidden')
    expect(await leader.codeOf(decide, GRANTED)).toBe('yes')
  })

  test('who accepted a case does not decide it, by no account of theirs; another leader does', async () => {
    const api = await apiOf(HANDLING)
    const thread = await arrived()
    const places = { departments: [DEPARTMENT] }
    const first = await worker(api, ['examiner', 'leader'], places)
    const second = await worker(api, ['leader'], places)
    const other = await worker(api, ['leader'], places)
    for (const { id } of [first, second]) await api.grants.give('test', id, { staffNumber: '0042' })
    expect(await first.codeOf(`/api/v1/cases/${thread}/accept`, {})).toBe('yes')
    const decide = `/api/v1/cases/${thread}/decide`
    expect(await first.codeOf(decide, GRANTED)).toBe('rights.separation')
    expect(await second.codeOf(decide, GRANTED)).toBe('rights.separation')
    expect(await other.codeOf(decide, GRANTED)).toBe('yes')
  })

  test('one person does both where the city says so, and a former clerk of every case too', async () => {
    const api = await apiOf(HANDLING, false)
    const clerk = api.as('clerk')
    const thread = await arrived()
    expect((await clerk.post(`/api/v1/cases/${thread}/accept`, {})).status).toBe(201)
    expect((await clerk.post(`/api/v1/cases/${thread}/decide`, GRANTED)).status).toBe(201)
  })

  test('events of a case come to those alone who find it', async () => {
    const api = await apiOf(HANDLING)
    const own = await worker(api, ['examiner'], { departments: [DEPARTMENT] })
    const other = await worker(api, ['examiner'], { departments: [OTHER_DEPARTMENT] })
    const thread = await arrived()
    const heard = async (who: typeof own) => {
      const response = await api.app.request('/api/v1/events?after=0', {
        headers: { authorization: `Bearer ${who.client.token}` },
      })
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      // The store is read page by page; what is of no case is for everybody, and comes after what is.
      await world
        .city(HANDLING)
        .db.transaction(tx => world.city(HANDLING).events.append(tx, { type: 'calendar.changed', subject: 'end' }))
      while (!text.includes('"subject":"end"')) text += (await reader?.read())?.value ?? ''
      await reader?.cancel()
      return text
    }
    expect(await heard(own)).toContain(thread)
    expect(await heard(other)).not.toContain(thread)
  })
})

test('a person of every case costs no look at the store, and no condition', async () => {
  const rights = createCaseRights({
    db: {
      query: () => {
        throw new Error('the store was asked')
      },
    } as never,
    audit: { append: async () => {} },
    accountsOf: async () => [],
    separateDecision: true,
  })
  const clerk = { id: 'p', name: 'p', roles: ['window-lead', 'leader'], departments: null, windows: null } as const
  for (const action of ['case.list', 'case.read', 'case.content'] as const) {
    await rights.demand(clerk, action, '0'.repeat(32))
    expect(casesOf(clerk, action)).toBeNull()
  }
  expect(casesOf({ ...clerk, roles: ['system-administrator'] }, 'case.list')).toEqual({
    where: '0',
    params: [],
    of: [],
  })
})

test('the cases of which one may do something without a purpose are the same by one and among all', async () => {
  const id = 'p'
  const threads = [await submit('1号窗口'), await submit('2号窗口'), await submit('3号窗口')]
  for (const city of [COLLECTING, HANDLING]) {
    const { db, audit } = world.city(city)
    await db.transaction(tx =>
      tx.run('UPDATE cases SET assignee = ? WHERE thread_no = (SELECT no FROM threads WHERE thread = unhex(?))', [
        id,
        threads[2] ?? '',
      ]),
    )
    const rights = createCaseRights({ db, audit, accountsOf: async () => [id], separateDecision: true })
    const of = await rights.subjects(threads)
    for (const held of [
      ...ROLES.map(role => [role]),
      ['window-clerk', 'leader'],
      ['window-lead', 'examiner'],
    ] as Role[][])
      for (const windows of [null, [], ['1号窗口']])
        for (const departments of [null, [], [DEPARTMENT], [OTHER_DEPARTMENT]]) {
          const person = { id, roles: held, windows, departments }
          for (const action of ['case.content', 'case.export', 'case.list'] as const) {
            const one = threads.filter(thread => {
              const subject = of.get(thread) as CaseSubject
              return can(person, action, subject).ok && (isProgram(person) || isOwn(person, subject))
            })
            const found = ownCasesOf(person, action)
            const rows = await db.query<{ thread: Uint8Array }>(
              `SELECT t.thread FROM cases c JOIN threads t ON t.no = c.thread_no WHERE ${found?.where ?? '1'}`,
              found?.params ?? [],
            )
            expect([person, action, rows.map(({ thread }) => toHex(thread)).sort()]).toEqual([
              person,
              action,
              one.sort(),
            ])
          }
        }
  }
})

test('a case that is taken in is of whoever takes it in, and of nobody where a program does', () => {
  const places = { id: 'p', name: '李雷', departments: null, windows: null }
  const taker = { id: 'p', name: '李雷' }
  expect(takerOf({ ...places, roles: ['window-clerk'] })).toEqual(taker)
  expect(takerOf({ ...places, roles: ['integrator', 'window-lead'] })).toEqual(taker)
  expect(takerOf({ ...places, roles: ['integrator'] })).toBeNull()
})

test('lists of those who find some cases are bounded by the same index', async () => {
  const { db } = world.city(COLLECTING)
  const clerk = { id: 'p', roles: ['window-clerk', 'examiner'], departments: [DEPARTMENT], windows: ['1'] } as const
  const asked: { sql: string; params: readonly unknown[] }[] = []
  const queues = createQueues({
    clock: world.clock,
    audit: world.city(COLLECTING).audit,
    events: world.city(COLLECTING).events,
    db: {
      ...db,
      query: async (sql, params = []) => {
        asked.push({ sql, params })
        return db.query(sql, params)
      },
    },
    rows: async () => [],
    keys: lookupKeys(hash),
    assertAsSeen: async () => {},
    isPerson: async () => true,
  })
  const sees = casesOf(clerk, 'case.list')
  await queues.search({}, 50, null, sees)
  expect(asked).toHaveLength(1)
  for (const { sql, params } of asked) {
    const plan = await db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, params as never)
    const [first] = plan.map(({ detail }) => detail)
    expect([sql, first]).toEqual([sql, expect.stringMatching(/^(SEARCH cases USING|SCAN cases USING INDEX)/)])
    expect([sql, plan.some(({ detail }) => detail.includes('TEMP B-TREE'))]).toEqual([sql, false])
  }
})
