import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Adapter, Exchange } from '../../../adapters/sdk/port.ts'
import { createHandClock, createTestApi } from '../../../test/support/http.ts'
import { PlayApproval } from '../../../test/support/play-approval.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'
import { createCaseKeys } from '../../kernel/keys/case-keys.ts'
import { createCaseSeal, createSeal } from '../../kernel/keys/seal.ts'
import { createAudit } from '../../kernel/records/audit.ts'
import type { Database } from '../../kernel/store/database.ts'
import { dispatchRoutes } from './routes.ts'
import { createTrace, forgetTrace, TRACE_LIMITS, type Trace } from './trace.ts'

const NUMBER = '420300199001011234'
const HOUR = 3_600_000
let db: Database
let clock: ReturnType<typeof createHandClock>
let trace: Trace
let audit: ReturnType<typeof createAudit>
const failures: unknown[] = []

const exchange = (at: number, text = NUMBER): Exchange => ({
  at,
  ms: 12,
  status: 200,
  answer: text,
  why: null,
  request: { method: 'POST', url: 'https://spxt.test/cases', headers: ['authorization'], body: text },
})
const tell = async (threadNo: number | null, text?: string, times = 1): Promise<void> => {
  for (let n = 0; n < times; n++) {
    trace.of('deliver', () => threadNo)?.(exchange(clock.now(), text))
    await trace.stop()
  }
}
const kept = async () => (await trace.list()).exchanges
const open = () =>
  createTrace({
    db,
    clock,
    audit,
    keys: createCaseKeys({ seal: NODE, sealOf: createCaseSeal, randomBytes: n => randomBytes(n) }),
    failed: error => failures.push(error),
  })
const NODE = createSeal(randomBytes(32))

beforeEach(async () => {
  db = await openTestStore()
  clock = createHandClock()
  audit = createAudit({ database: db, now: clock.now })
  failures.length = 0
  trace = open()
  for (const no of [1, 2])
    await db.transaction(tx =>
      tx.run('INSERT INTO threads (no, thread, type, partner, started_at) VALUES (?, ?, ?, ?, 0)', [
        no,
        Buffer.alloc(16, no),
        'case',
        '610900',
      ]),
    )
})
afterEach(async () => {
  await trace.stop()
  expect(failures).toEqual([])
  await db.close()
})

describe('what the approval system is sent and answers', () => {
  test('is kept only once that was switched on, and no longer than for the hours that were said', async () => {
    expect(trace.of('deliver', () => 1)).toBeUndefined()
    await tell(1)
    expect(await trace.list()).toEqual({ until: 0, exchanges: [] })
    const until = await trace.trace(2, 'person:1')
    expect(until).toBe(clock.now() + 2 * HOUR)
    await tell(1)
    expect(await trace.list()).toMatchObject({ until, exchanges: [{ no: 1, call: 'deliver', status: 200, ms: 12 }] })
    clock.advance(2 * HOUR - 1)
    const again = open()
    await again.start()
    expect(again.of('deliver', () => 1)).toBeDefined()
    await again.stop()
    clock.advance(1)
    expect(trace.of('deliver', () => 1)).toBeUndefined()
    expect((await trace.list()).until).toBe(0)
    expect(await kept()).toHaveLength(1)
    expect(await trace.trace(0, 'person:1')).toBe(0)
    expect(await kept()).toEqual([])
    expect(await audit.list({ action: 'adapter-trace.on' }, 5, null)).toMatchObject([
      { actor: 'person:1', detail: { hours: 2 } },
    ])
    expect(await audit.list({ action: 'adapter-trace.off' }, 5, null)).toHaveLength(1)
  })

  test('is sealed; a list shows nothing of a person, and a look at one leaves a row of the case', async () => {
    await trace.trace(1, 'person:1')
    await tell(1)
    await tell(null)
    const rows = await db.query<{ sealed: Uint8Array; key: Uint8Array | null }>('SELECT * FROM adapter_trace')
    expect(rows.map(({ sealed, key }) => [Buffer.from(sealed).includes(NUMBER), key === null])).toEqual([
      [false, true],
      [false, false],
    ])
    expect(JSON.stringify(await kept())).not.toContain(NUMBER)
    expect(await trace.show(1, 'person:2')).toMatchObject({ answer: NUMBER, request: { body: NUMBER } })
    expect(await trace.show(2, 'person:2')).toMatchObject({ answer: NUMBER })
    expect(await audit.list({ action: 'case.read' }, 5, null)).toMatchObject([
      { actor: 'person:2', subject: 'approval-system', detail: { for: 'trace', exchange: 2 } },
      { actor: 'person:2', subject: '01'.repeat(16), detail: { for: 'trace', exchange: 1 } },
    ])
    await expect(trace.show(3, 'person:2')).rejects.toMatchObject({ problem: { code: 'request.not-found' } })
  })

  test('goes with the purge of its case, and what is of no case with any; that of another case stays', async () => {
    await trace.trace(1, 'person:1')
    for (const threadNo of [1, null, 2]) await tell(threadNo)
    await db.transaction(tx => forgetTrace(tx, 1).then(() => {}))
    expect(await kept()).toMatchObject([{ no: 3, thread: '02'.repeat(16) }])
  })

  test('is kept to its number, its bytes and its days, the newest', async () => {
    await trace.trace(TRACE_LIMITS.hours, 'person:1')
    await tell(1, 'x', TRACE_LIMITS.exchanges)
    expect(await kept()).toHaveLength(TRACE_LIMITS.exchanges)
    await tell(1, 'x')
    const numbers = (await kept()).map(({ no }) => no)
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([TRACE_LIMITS.exchanges, 201, 2])
    const [{ bytes = 0 } = {}] = await kept()
    await db.transaction(tx =>
      tx.run('UPDATE adapter_trace SET bytes = ? WHERE no = 2', [TRACE_LIMITS.bytes - 200 * bytes]),
    )
    await db.transaction(tx => tx.run('DELETE FROM adapter_trace WHERE no = 3').then(() => {}))
    await tell(1, 'x')
    expect((await kept()).at(-1)?.no).toBe(2)
    await db.transaction(tx => tx.run('DELETE FROM adapter_trace WHERE no = 4').then(() => {}))
    await db.transaction(tx =>
      tx.run('UPDATE adapter_trace SET bytes = ? WHERE no = 2', [TRACE_LIMITS.bytes - 199 * bytes + 1]),
    )
    await tell(1, 'x')
    expect((await kept()).at(-1)?.no).toBe(5)
    const days = TRACE_LIMITS.days * 24 * HOUR
    clock.advance(days)
    expect(await kept()).toHaveLength(199)
    clock.advance(1)
    expect(await kept()).toEqual([])
  })

  test('waits to be written to a bound, and more is left out', async () => {
    await trace.trace(1, 'person:1')
    const heard = trace.of('deliver', () => 1)
    for (let n = 0; n <= TRACE_LIMITS.waiting; n++) heard?.(exchange(clock.now()))
    await trace.stop()
    expect(await kept()).toHaveLength(TRACE_LIMITS.waiting)
    await tell(1)
    expect(await kept()).toHaveLength(TRACE_LIMITS.waiting + 1)
  })
})

test('an administrator switches it on for hours within the limit; the integrator sees each request with its case', async () => {
  const system = new PlayApproval()
  const tracing = (adapter: Adapter): Adapter => ({
    ...adapter,
    deliver(delivery, context) {
      context.trace?.(exchange(context.now(), delivery.caseNo))
      return adapter.deliver(delivery, context)
    },
  })
  const world = await createWorld({
    adapter: code => tracing((code === '420300' ? system : new PlayApproval()).adapter()),
  })
  try {
    const agreement = await agree(world)
    const routes = dispatchRoutes(world.city('420300').dispatch, {
      waitingAfter: async () => [],
      retry: async () => {},
    })
    const api = await createTestApi({ store: await openTestStore(), routes: () => [routes] })
    const path = '/api/v1/approval-system/trace'
    const administrator = api.as('administrator')
    const integrator = api.as('integrator')
    for (const hours of [TRACE_LIMITS.hours + 1, -1, 1.5])
      expect((await administrator.post(path, { hours })).body).toMatchObject({ code: 'request.invalid' })
    expect((await integrator.post(path, { hours: 1 })).body).toMatchObject({ code: 'request.forbidden' })
    await submitCase(world, agreement, { caseNo: 'AK-1' })
    await world.settle()
    expect((await administrator.post(path, { hours: TRACE_LIMITS.hours })).status).toBe(200)
    const thread = await submitCase(world, agreement, { caseNo: 'AK-2' })
    await world.settle()
    expect((await integrator.get(path)).body).toMatchObject({
      exchanges: [{ no: 1, call: 'deliver', thread, caseNo: 'AK-2', status: 200 }],
    })
    expect((await integrator.get(`${path}/1`)).body).toMatchObject({ answer: 'AK-2', request: { method: 'POST' } })
    expect((await api.as('auditor').get(`${path}/1`)).body).toMatchObject({ code: 'request.forbidden' })
    expect((await api.as('clerk').get(path)).body).toMatchObject({ code: 'request.forbidden' })
  } finally {
    await world.stop()
  }
})
