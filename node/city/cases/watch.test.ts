/** What watchers of cases are told: over the API, with the rights of each, and by one statement however many watch. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { departmentOf } from '../../../protocol/rights/can.ts'
import type { Role } from '../../../protocol/rights/roles.ts'
import { createHandClock, createTestApi, type TestApi } from '../../../test/support/http.ts'
import { PLAY_ITEM } from '../../../test/support/play-case.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { createPresence, PRESENCE_LIMITS } from './presence.ts'
import { presenceRoutes } from './presence-routes.ts'
import { createCaseRights } from './rights.ts'

const DEPARTMENT = departmentOf(PLAY_ITEM.code)
const OTHER_DEPARTMENT = '11420300MB0765432Y'

let world: Awaited<ReturnType<typeof createWorld>>
let agreement: string
let closing: (() => Promise<void>)[]
beforeEach(async () => {
  closing = []
  world = await createWorld()
  agreement = await agree(world)
})
afterEach(async () => {
  for (const close of closing) await close()
  await world.stop()
})

/** The API of a city, whose statements and transactions are counted. */
async function apiOf(city: string, limits: { eventWaiting?: number } = {}) {
  const { db, audit, events } = world.city(city)
  const counts = { queries: 0, transactions: 0 }
  const store: typeof db = {
    ...db,
    query(sql, params) {
      counts.queries++
      return db.query(sql, params)
    },
    transaction(work) {
      counts.transactions++
      return db.transaction(work)
    },
  }
  const beats = createHandClock()
  const presence = createPresence({
    clock: beats,
    subjects: createCaseRights({ db: store, audit, accountsOf: async id => [id], separateDecision: true }).subjects,
    failed: error => {
      throw error
    },
  })
  const api = await createTestApi({
    store,
    kept: { audit, events },
    limits: { eventStreams: 500, eventStreamsPerPerson: 500, ...limits },
    caseRights: ({ grants, database }) =>
      createCaseRights({ db: database, audit, accountsOf: grants.accountsOf, separateDecision: true }),
    live: presence,
    routes: () => [presenceRoutes(presence)],
  })
  return { api, beats, counts }
}

type Places = { departments?: string[] | null; windows?: string[] | null }
async function worker(api: TestApi, roles: Role[], places: Places = {}) {
  const { account, token } = await api.people.create('test', {
    name: roles.join(' '),
    roles,
    ...places,
    expiresAt: null,
  })
  return { id: account.id, token, client: api.withToken(token) }
}

/** A stream: what it was told since it was asked last, by the names of events. */
async function watch(api: TestApi, { token }: { token: string }, query = '') {
  const response = await api.app.request(`/api/v1/events${query}`, { headers: { authorization: `Bearer ${token}` } })
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
  closing.push(() => reader.cancel())
  const next = async (): Promise<string | null> => {
    const { done, value } = await reader.read()
    return done ? null : new TextDecoder().decode(value)
  }
  await next()
  return { next, status: response.status }
}
const dataOf = (text: string | null) =>
  [...(text ?? '').matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as Record<string, unknown>)

const submit = async (window: string): Promise<string> => {
  const thread = await submitCase(world, agreement, { window })
  await world.settle()
  return thread
}
/** Whoever was about to read has read. */
const quiet = () => world.settle()
/** An event that is for everybody, after which a watcher has heard whatever came before. */
const mark = (city: string) =>
  world
    .city(city)
    .db.transaction(tx => world.city(city).events.append(tx, { type: 'calendar.changed', subject: 'mark' }))

describe('events', () => {
  test('of a case say which step it was, and where and whose the case is', async () => {
    const { api } = await apiOf(HANDLING)
    const lead = await watch(api, await worker(api, ['leader']))
    const thread = await submit('1号窗口')
    const [told] = dataOf(await lead.next())
    expect(told).toMatchObject({
      type: 'case.changed',
      subject: thread,
      kind: 'case.submit',
      city: COLLECTING,
      role: 'handling',
      item: PLAY_ITEM.code,
      assignee: null,
    })
  })

  test('come by type, kind, city, role, window, assignee, item and case, when all that was asked for fits', async () => {
    const { api } = await apiOf(COLLECTING)
    const lead = await worker(api, ['window-lead'])
    const one = await submit('1号窗口')
    const two = await submit('2号窗口')
    await world.city(COLLECTING).cases.step(two, 'case.remind', { text: '请尽快' }, 'person:1')
    await world.settle()
    await mark(COLLECTING)
    const subjects = async (query: string) =>
      [
        ...new Set(
          dataOf(await (await watch(api, lead, `?after=0&${query}`)).next())
            .filter(({ type }) => type === 'case.changed')
            .map(({ subject }) => subject),
        ),
      ].sort()
    const window = (name: string) => `window=${encodeURIComponent(name)}`
    expect(await subjects(window('1号窗口'))).toEqual([one])
    expect(await subjects(window('1号窗口,2号窗口'))).toEqual([one, two].sort())
    expect(await subjects('kind=case.remind')).toEqual([two])
    expect(await subjects(`kind=case.submit&${window('2号窗口')}`)).toEqual([two])
    expect(await subjects(`case=${one}`)).toEqual([one])
    expect(await subjects(`city=${HANDLING}&type=case.changed`)).toEqual([one, two].sort())
    expect(await subjects(`role=collecting&item=${PLAY_ITEM.code}&assignee=none`)).toEqual([one, two].sort())
  })

  test('of a draft come to those who work on it', async () => {
    const { api } = await apiOf(COLLECTING)
    const { drafts } = world.city(COLLECTING)
    const here = await worker(api, ['window-clerk'], { windows: ['1号窗口'] })
    const there = await worker(api, ['window-clerk'], { windows: ['2号窗口'] })
    const draft = await drafts.create({ window: '1号窗口' }, 'person:somebody')
    await mark(COLLECTING)
    const heard = async (who: typeof here) =>
      dataOf(await (await watch(api, who, '?after=0&type=case-draft.changed,calendar.changed')).next()).map(
        ({ subject }) => subject,
      )
    expect(await heard(here)).toEqual([draft.id, 'mark'])
    expect(await heard(there)).toEqual(['mark'])
  })

  test('of somebody’s export come to them alone', async () => {
    const { api } = await apiOf(COLLECTING)
    const { db, events } = world.city(COLLECTING)
    const own = await worker(api, ['leader'])
    const other = await worker(api, ['leader'])
    await db.transaction(tx => events.append(tx, { type: 'export.changed', subject: 'job', person: own.id }))
    await mark(COLLECTING)
    const heard = async (who: typeof own) =>
      dataOf(await (await watch(api, who, '?after=0&type=export.changed,calendar.changed')).next()).map(
        ({ subject }) => subject,
      )
    expect(await heard(own)).toEqual(['job', 'mark'])
    expect(await heard(other)).toEqual(['mark'])
  })

  test('500 watchers of every kind cost one query for each commit', async () => {
    const { api, counts } = await apiOf(HANDLING)
    const people = [
      await worker(api, ['leader']),
      await worker(api, ['examiner'], { departments: [DEPARTMENT] }),
      await worker(api, ['examiner'], { departments: [OTHER_DEPARTMENT] }),
      await worker(api, ['audit-administrator']),
      await worker(api, ['integrator']),
    ]
    const watchers = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const person = people[n % people.length] as (typeof people)[number]
        return {
          ...(await watch(api, person, n % 2 === 0 ? '' : `?city=${COLLECTING}`)),
          hears: n % people.length !== 2,
        }
      }),
    )
    expect(watchers.every(({ status }) => status === 200)).toBe(true)
    const thread = await submit('1号窗口')
    const hearing = watchers.filter(({ hears }) => hears)
    /** Reads on until a step was told. */
    const heard = async ({ next }: (typeof hearing)[number], kind: string) => {
      for (;;) if (dataOf(await next()).some(told => told.kind === kind && told.subject === thread)) return
    }
    await Promise.all(hearing.map(watcher => heard(watcher, 'case.arrived')))
    for (const kind of ['case.precheck', 'case.accept'] as const) {
      const told = hearing.map(watcher => heard(watcher, kind))
      await quiet()
      const before = counts.queries
      await world.city(HANDLING).cases.step(thread, kind, {}, 'person:1')
      await Promise.all(told)
      expect(counts.queries - before, kind).toBe(1)
    }
  })

  test('a session or token that ended hears nothing more, also of what comes in the same instant', async () => {
    const { api } = await apiOf(HANDLING)
    const leader = await worker(api, ['leader'])
    const stream = await watch(api, leader)
    const next = stream.next()
    await api.people.revoke('test', leader.id)
    await submit('1号窗口')
    expect(await next).toBeNull()
  })

  test('who may less since hears less at once, and is told so', async () => {
    const { api } = await apiOf(HANDLING)
    const examiner = await worker(api, ['examiner'], { departments: [DEPARTMENT] })
    const stream = await watch(api, examiner, '?type=account.changed,case.changed,calendar.changed')
    const first = stream.next()
    await api.grants.give('test', examiner.id, { departments: [OTHER_DEPARTMENT] })
    expect(dataOf(await first)).toMatchObject([{ type: 'account.changed', subject: examiner.id }])
    await submit('1号窗口')
    const second = stream.next()
    await mark(HANDLING)
    expect(dataOf(await second).map(({ type }) => type)).toEqual(['calendar.changed'])
  })

  test('a watcher of whom nothing was for long goes on where it got to', async () => {
    const { api } = await apiOf(HANDLING)
    const leader = await worker(api, ['leader'])
    const stream = await watch(api, leader, '?kind=case.decide')
    await mark(HANDLING)
    const { last } = await api.events.bounds()
    const next = stream.next()
    await quiet()
    api.clock.advance(15_000)
    expect(await next).toBe(`: still here\nid: ${last}\n\n`)
  })
})

describe('presence', () => {
  const put = ({ client }: Awaited<ReturnType<typeof worker>>, thread: string, unsaved = false, page = 'p') =>
    client.send('PUT', `/api/v1/cases/${thread}/presence/${page}`, { unsaved })

  test('is pushed to those who find the case, and is refused to those who do not', async () => {
    const { api } = await apiOf(HANDLING)
    const thread = await submit('1号窗口')
    const examiner = await worker(api, ['examiner'], { departments: [DEPARTMENT] })
    const other = await worker(api, ['examiner'], { departments: [OTHER_DEPARTMENT] })
    const leader = await worker(api, ['leader'])
    const watching = await watch(api, leader, '?type=presence.changed')
    const apart = await watch(api, other)
    const next = watching.next()
    expect((await put(examiner, thread, true)).body).toMatchObject({
      people: [{ id: examiner.id, name: 'examiner', unsaved: true }],
      beatSeconds: PRESENCE_LIMITS.beatSeconds,
      forgottenSeconds: PRESENCE_LIMITS.forgottenSeconds,
    })
    const text = await next
    expect(text).not.toMatch(/^id:/m)
    expect(dataOf(text)).toMatchObject([
      { type: 'presence.changed', subject: thread, city: COLLECTING, people: [{ id: examiner.id, unsaved: true }] },
    ])
    expect((await put(other, thread)).body).toMatchObject({ code: 'rights.scope' })
    expect((await other.client.get(`/api/v1/cases/${thread}/presence`)).body).toMatchObject({ code: 'rights.scope' })
    const end = apart.next()
    await mark(HANDLING)
    expect(dataOf(await end).map(({ type }) => type)).toEqual(['calendar.changed'])
    // Who comes later is told what is so.
    const late = await watch(api, leader, `?case=${thread}`)
    expect(dataOf(await late.next())).toMatchObject([{ people: [{ id: examiner.id }] }])
  })

  test('is forgotten without a beat, and by DELETE', async () => {
    const { api, beats } = await apiOf(HANDLING)
    const thread = await submit('1号窗口')
    const leader = await worker(api, ['leader'])
    await put(leader, thread)
    await put(leader, thread, false, 'q')
    const left = await leader.client.send('DELETE', `/api/v1/cases/${thread}/presence/q`)
    expect(left.body).toMatchObject({ people: [{ id: leader.id }] })
    beats.advance(PRESENCE_LIMITS.forgottenSeconds * 1000)
    expect((await leader.client.get(`/api/v1/cases/${thread}/presence`)).body).toMatchObject({ people: [] })
  })

  test('writes nothing, and costs one query for 500 watchers', async () => {
    const { api, counts } = await apiOf(HANDLING)
    const thread = await submit('1号窗口')
    const writer = await worker(api, ['leader'])
    // One person is let in so often.
    const leaders = await Promise.all(Array.from({ length: 5 }, () => worker(api, ['leader'])))
    const watchers = await Promise.all(leaders.flatMap(leader => Array.from({ length: 100 }, () => watch(api, leader))))
    expect(watchers).toHaveLength(500)
    await put(writer, thread)
    await Promise.all(watchers.map(({ next }) => next()))
    const told = watchers.map(({ next }) => next())
    await quiet()
    const before = { ...counts }
    await put(writer, thread, true)
    const texts = await Promise.all(told)
    expect(texts.map(text => dataOf(text)[0]?.people)).toEqual(
      texts.map(() => [expect.objectContaining({ unsaved: true })]),
    )
    expect(counts.transactions - before.transactions).toBe(0)
    // Who asks, whether they may, and of which city, window and assignee the case is: of the one who has it open.
    expect(counts.queries - before.queries).toBeLessThanOrEqual(3)
    const audited = await api.audit.list({}, 100, null)
    expect(audited.some(({ action }) => action.includes('presence'))).toBe(false)
  })

  test('a page that says so by itself does not keep a session that nobody uses', async () => {
    const { api } = await apiOf(HANDLING)
    const uses: boolean[] = []
    const session = api.access.authenticator.session
    api.access.authenticator.session = (token, use) => {
      uses.push(use)
      return session(token, use)
    }
    const browser = api.browser({ cookie: `ts_${'a'.repeat(43)}`, csrf: 'x' })
    const thread = '0'.repeat(32)
    await browser.send('PUT', `/api/v1/cases/${thread}/presence/p`, { unsaved: false })
    await browser.get(`/api/v1/cases/${thread}/presence`)
    await browser.get('/api/v1/events')
    await browser.get('/api/v1/me')
    expect(uses).toEqual([false, false, false, true])
  })

  test('a watcher that does not read has so many waiting, and its stream ends with one more', async () => {
    const { api } = await apiOf(HANDLING, { eventWaiting: 2 })
    const threads = [await submit('1'), await submit('2'), await submit('3')] as const
    const leader = await worker(api, ['leader'])
    const stream = await watch(api, leader, '?type=presence.changed')
    for (const thread of threads.slice(0, 2)) await put(leader, thread)
    expect(dataOf(await stream.next())).toHaveLength(2)
    for (const thread of threads) await put(leader, thread, true)
    expect(await stream.next()).toBeNull()
  })
})
