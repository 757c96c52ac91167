import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acting, createTestApi, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import type { EventType } from '../../kernel/records/events.ts'

let api: TestApi
let closing: (() => Promise<void>)[]

beforeEach(async () => {
  closing = []
  api = await createTestApi({ store: await openTestStore(), limits: { eventStreamsPerPerson: 2 } })
})
afterEach(async () => {
  for (const close of closing) await close()
})

const add = (type: EventType, subject: string) =>
  api.database.transaction(tx => api.events.append(tx, { type, subject }))

async function watch(role: Acting, query = '', headers: Record<string, string> = {}) {
  const response = await api.app.request(`/api/v1/events${query}`, {
    headers: { authorization: `Bearer ${api.as(role).token}`, ...headers },
  })
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
  closing.push(() => reader.cancel())
  return {
    response,
    /** The next piece of the stream; null at its end. */
    async next(): Promise<string | null> {
      const { done, value } = await reader.read()
      return done ? null : new TextDecoder().decode(value)
    },
    close: () => reader.cancel(),
  }
}

const OPENING = 'retry: 3000\n: connected\n\n'

describe('events', () => {
  test('come as they happen, with number, type, instant and subject only', async () => {
    await add('case.changed', 'before')
    const watcher = await watch('clerk')
    expect(watcher.response.headers.get('content-type')).toBe('text/event-stream')
    expect(await watcher.next()).toBe(OPENING)
    const next = watcher.next()
    await add('case.changed', 'abc')
    expect(await next).toBe(
      'id: 2\nevent: case.changed\ndata: {"no":2,"at":"2026-11-23T00:00:00.000Z","type":"case.changed","subject":"abc"}\n\n',
    )
  })

  test('go on after the last one seen', async () => {
    for (const subject of ['1', '2', '3']) await add('case.changed', subject)
    const byHeader = await watch('clerk', '?after=0', { 'last-event-id': '1' })
    expect(await byHeader.next()).toBe(OPENING)
    expect((await byHeader.next())?.match(/^id: .*$/gm)).toEqual(['id: 2', 'id: 3'])
    const byQuery = await watch('clerk', '?after=2')
    await byQuery.next()
    expect((await byQuery.next())?.match(/^id: .*$/gm)).toEqual(['id: 3'])
    expect((await api.as('auditor').get('/api/v1/events', { 'last-event-id': 'x' })).body).toMatchObject({
      code: 'request.invalid',
    })
  })

  test('tell a watcher whose place is gone to read anew', async () => {
    await add('case.changed', 'old')
    api.clock.advance(8 * 24 * 3600 * 1000)
    for (const subject of ['2', '3']) await add('case.changed', subject)
    expect(await api.events.purge()).toBe(1)
    const stale = await watch('clerk', '?after=0')
    expect(await stale.next()).toBe(`${OPENING}id: 3\nevent: reset\ndata: {}\n\n`)
    const ahead = await watch('auditor', '?after=99')
    expect(await ahead.next()).toContain('event: reset')
    const edge = await watch('integrator', '?after=1')
    expect(await edge.next()).toBe(OPENING)
  })

  test('are seen by roles that may', async () => {
    const clerk = await watch('clerk', '?after=0')
    const integrator = await watch('integrator', '?after=0')
    expect([await clerk.next(), await integrator.next()]).toEqual([OPENING, OPENING])
    await add('work.parked', 'p')
    await add('case.changed', 'c')
    expect((await clerk.next())?.match(/^event: .*$/gm)).toEqual(['event: case.changed'])
    expect((await integrator.next())?.match(/^event: .*$/gm)).toEqual(['event: work.parked', 'event: case.changed'])
  })

  test('a heartbeat keeps the stream, and ends it when the token was revoked', async () => {
    const { account, token } = await api.people.create('test', { name: 'x', roles: ['clerk'], expiresAt: null })
    const response = await api.app.request('/api/v1/events', { headers: { authorization: `Bearer ${token}` } })
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
    const next = async () => {
      const read = reader.read()
      await expect
        .poll(async () => {
          api.clock.advance(15_000)
          return (await Promise.race([read, null])) !== null
        })
        .toBe(true)
      const { value } = await read
      return value === undefined ? null : new TextDecoder().decode(value)
    }
    expect(await next()).toBe(OPENING)
    expect(await next()).toBe(': still here\n\n')
    await api.people.revoke('test', account.id)
    expect(await next()).toBeNull()
  })

  test('streams are counted, and freed when closed or drained', async () => {
    const first = await watch('clerk')
    const second = await watch('clerk')
    expect((await watch('clerk')).response.status).toBe(429)
    await first.close()
    const third = await watch('clerk')
    expect(third.response.status).toBe(200)
    await second.next()
    const last = second.next()
    api.app.drain()
    expect(await last).toBeNull()
    expect(await (await api.app.request('/metrics')).text()).toContain('tongban_event_streams 0')
  })

  test('that are asked for their head alone take no place', async () => {
    const headers = { authorization: `Bearer ${api.as('clerk').token}` }
    for (let i = 0; i < 3; i++) {
      const { status } = await api.app.request('/api/v1/events', { method: 'HEAD', headers })
      expect(status).toBe(200)
    }
    expect(await (await api.app.request('/metrics')).text()).toContain('tongban_event_streams 0')
  })

  test('a watcher that does not read holds at most one page', async () => {
    let reads = 0
    const counted = await createTestApi({
      again: api,
      store: {
        ...api.database,
        query: (sql, params) => {
          if (sql.includes('FROM events WHERE no >')) reads++
          return api.database.query(sql, params)
        },
      },
    })
    for (let i = 0; i < 1000; i++) await add('case.changed', String(i))
    const response = await counted.app.request('/api/v1/events?after=0', {
      headers: { authorization: `Bearer ${counted.as('clerk').token}` },
    })
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
    await reader.read()
    await reader.read()
    expect(reads).toBe(1)
    await reader.cancel()
  })
})
