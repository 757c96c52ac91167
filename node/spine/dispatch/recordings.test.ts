/** Recordings of cases between two cities of a world: what the handling one's approval system was sent and answered, of nobody. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { createTestApi } from '../../../test/support/http.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { recordingRoutes } from './recording-routes.ts'
import { RECORDING_LIMITS } from './recordings.ts'

const PERSON = {
  name: '欧阳金丝雀',
  idNumber: '420300199001011234',
  phone: '13800138000',
  address: '茅箭区人民北路一号',
}
const REMAINS = ['欧阳', '金丝雀', PERSON.idNumber, '19900101', PERSON.phone, '茅箭区', '人民北路', '张三']
const PATH = '/api/v1/approval-system/recordings'
type Api = Awaited<ReturnType<typeof createTestApi>>

let world: World
let api: Api
const threads: string[] = []

beforeAll(async () => {
  const system = new PlayApproval()
  system.answer = kind => (kind === 'case.submit' ? { ok: true, localCaseNo: 'SL-2026-0001' } : { ok: true })
  const tracing = (adapter: Adapter): Adapter => ({
    ...adapter,
    async deliver(delivery, call) {
      const { applicant } = delivery.submit as { applicant: typeof PERSON }
      call.trace?.({
        at: call.now(),
        ms: 1,
        status: 200,
        why: null,
        request: {
          method: 'POST',
          url: `https://spxt.test/cases/${applicant.idNumber}`,
          headers: ['authorization'],
          body: JSON.stringify({
            sqr: applicant.name,
            csrq: applicant.idNumber.slice(6, 14),
            key: delivery.idempotencyKey,
          }),
        },
        answer: JSON.stringify({ code: '200', msg: '受理成功', caseno: 'SL-2026-0001', jbr: '张三' }),
      })
      return adapter.deliver(delivery, call)
    },
    async poll(cursor, call) {
      call.trace?.({
        at: call.now(),
        ms: 1,
        status: 200,
        why: null,
        request: { method: 'GET', url: 'https://spxt.test/events', headers: [], body: null },
        answer: JSON.stringify({ events: [{ caseno: 'SL-2026-0001', sqr: PERSON.name }] }),
      })
      return (await adapter.poll?.(cursor, call)) ?? { events: [], cursor: '0' }
    },
  })
  world = await createWorld({
    adapter: code => (code === '420300' ? tracing(system.adapter()) : new PlayApproval().adapter()),
  })
  const agreement = await agree(world)
  const { dispatch } = world.city('420300')
  await dispatch.trace.trace(1, 'person:1')
  for (const caseNo of ['AK20261102-0001', 'AK20261102-0002'])
    threads.push(
      await submitCase(world, agreement, {
        caseNo,
        applicant: { type: '1', idType: '111', ...PERSON },
        form: { purpose: '出国留学', holder: PERSON.name },
      }),
    )
  await world.settle()
  world.clock.advance(1000)
  await world.settle()
  api = await createTestApi({ store: await openTestStore(), routes: () => [recordingRoutes(dispatch.recordings)] })
})
afterAll(() => world?.stop())

type Found = {
  items: {
    thread: string
    caseNo: string
    as: { thread: string; caseNo: string }
    packets: {
      kind: string
      idempotencyKey: string
      body: { applicant: typeof PERSON; form: object }
      exchanges: { request: { url: string; body: string }; answer: string }[]
    }[]
  }[]
  pages: { answer: string }[]
  next: string | null
}
const record = async (body: object) => {
  const { status, body: found } = await api
    .as('integrator')
    .post(PATH, { since: '2026-01-01T00:00:00Z', words: ['受理成功'], ...body })
  expect([status, found]).toEqual([200, expect.anything()])
  return found as Found
}
const read = async () =>
  (await world.city('420300').audit.list({ action: 'case.read' }, 100, null)).map(({ subject }) => subject)

describe('a recording', () => {
  test('holds what was handed over and answered, says the same of a pseudonym, and nothing of the person', async () => {
    const { items, pages } = await record({})
    const [{ packets, as, ...one } = { packets: [], as: null, thread: '', caseNo: '' }] = items
    expect(items.map(({ caseNo }) => caseNo).sort()).toEqual(['AK20261102-0001', 'AK20261102-0002'])
    expect(one).toMatchObject({ thread: expect.stringMatching(/^[\da-f]{32}$/) })
    const [packet] = packets
    const { applicant } = packet?.body ?? { applicant: PERSON }
    const [exchange] = packet?.exchanges ?? []
    expect(packets).toMatchObject([{ kind: 'case.submit', exchanges: [{ request: { method: 'POST' }, status: 200 }] }])
    expect(exchange?.request.url).toBe(`https://spxt.test/cases/${applicant.idNumber}`)
    expect(JSON.parse(exchange?.request.body ?? '')).toEqual({
      sqr: applicant.name,
      csrq: applicant.idNumber.slice(6, 14),
      key: packet?.idempotencyKey,
    })
    expect(JSON.parse(exchange?.answer ?? '')).toMatchObject({ code: '200', msg: '受理成功' })
    expect(pages.length).toBeGreaterThan(0)
    expect(pages.at(-1)?.answer).toContain(applicant.name)
    const written = JSON.stringify([packets, pages])
    for (const gone of [...REMAINS, ...threads, one.caseNo]) expect(written).not.toContain(gone)
    expect(JSON.stringify(as)).not.toContain(one.caseNo)
  })

  test('comes in pages, of the cases and the time that are asked for, and each case leaves an audit row', async () => {
    const before = (await read()).length
    const first = await record({ limit: 1 })
    expect(first.items).toHaveLength(1)
    const second = await record({ limit: 1, cursor: first.next })
    expect([second.items.length, second.next, second.pages]).toEqual([1, null, []])
    expect(new Set([...first.items, ...second.items].map(({ thread }) => thread))).toEqual(new Set(threads))
    expect((await read()).length - before).toBe(3)
    const only = await record({ threads: threads.slice(1) })
    expect(only.items.map(({ thread }) => thread)).toEqual(threads.slice(1))
    expect((await record({ adapter: 'test' })).items).toHaveLength(2)
    const other = await api.as('integrator').post(PATH, { since: '2026-01-01T00:00:00Z', adapter: 'other' })
    expect(other.body).toMatchObject({ code: 'request.not-found' })
    expect((await record({ since: '2100-01-01T00:00:00Z' })).items).toEqual([])
    expect((await record({ until: '2020-01-01T00:00:00Z' })).items).toEqual([])
  })

  test('keeps codes of a form where they are named', async () => {
    const formOf = async (body: object) => (await record(body)).items[0]?.packets[0]?.body.form
    expect(await formOf({ keep: ['purpose'] })).toMatchObject({ purpose: '出国留学' })
    expect(await formOf({})).not.toMatchObject({ purpose: '出国留学' })
    expect(JSON.stringify(await formOf({ keep: ['holder'], words: [PERSON.name] }))).not.toContain('金丝雀')
  })

  test('is given to nobody who may not look at what was sent', async () => {
    for (const role of ['clerk', 'auditor'] as const)
      expect((await api.as(role).post(PATH, { since: '2026-01-01T00:00:00Z' })).body).toMatchObject({
        code: 'request.forbidden',
      })
  })
})

describe('answers that are not settled', () => {
  let own: World
  afterAll(() => own?.stop())

  test('are read once for each case, however many wait in the city: the oldest of a case, up to the limit', async () => {
    const system = new PlayApproval()
    let serial = 0
    system.answer = kind => (kind === 'case.submit' ? { ok: true, localCaseNo: `L${++serial}` } : { ok: true })
    own = await createWorld({
      adapter: code => (code === '420300' ? system.adapter() : new PlayApproval().adapter()),
    })
    const agreement = await agree(own)
    const of: string[] = []
    for (const number of [1, 2, 3]) {
      of.push(await submitCase(own, agreement, { caseNo: `AK-${number}` }))
      await own.settle()
    }
    const tell = (localCaseNo: string, count: number) => {
      for (let n = 1; n <= count; n++)
        system.answers.push({ id: `${localCaseNo}-${n}`, localCaseNo, raw: JSON.stringify({ code: 'X', n }) })
    }
    tell('L1', RECORDING_LIMITS.answers + 1)
    tell('L2', RECORDING_LIMITS.answers)
    tell('L3', 1)
    for (let turn = 0; turn < 4; turn++) {
      own.clock.advance(1000)
      await own.settle()
    }
    const { db, dispatch } = own.city('420300')
    const asked = vi.spyOn(db, 'query')
    const { items } = await dispatch.recordings.list(
      { since: 0, until: Number.MAX_SAFE_INTEGER, limit: 10, after: null, words: [] },
      'person:1',
    )
    const reads = asked.mock.calls.filter(([sql]) => sql.includes('FROM adapter_events')).length
    asked.mockRestore()
    expect(items.map(({ thread }) => thread)).toEqual(of)
    expect(items.map(({ answers }) => answers.length)).toEqual([RECORDING_LIMITS.answers, RECORDING_LIMITS.answers, 1])
    expect(items[0]?.answers[0]).toBe(JSON.stringify({ code: 'X', n: 1 }))
    expect(reads).toBe(items.length)
  })
})
