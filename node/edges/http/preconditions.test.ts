/** Versions over HTTP: what an answer names, what a request has seen, and what is told to whoever comes second. */
import { beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { changedSince, isAsSeen } from '../../kernel/seen.ts'
import { act } from '../../kernel/store/acts.ts'
import type { RouteModule } from './route.ts'

let api: TestApi
/** versions of what is written; null: nothing is there */
let version: number | null
let writes: number

const notes = (store: TestApi['database'], clerk: () => string): RouteModule => ({
  tag: 'notes',
  description: 'Only for tests',
  register(register) {
    const answer = z.strictObject({ version: z.number().nullable() })
    const versionOf = (shown: { version: number | null }) => (shown.version === null ? null : String(shown.version))
    const common = { path: '/api/v1/note', action: 'case.take-in', answer, versionOf } as const
    register.operation({ ...common, method: 'get', id: 'readNote', summary: 'Read', handle: async () => ({ version }) })
    for (const method of ['put', 'post'] as const)
      register.operation({
        ...common,
        method,
        id: `${method}Note`,
        summary: 'Write',
        guarded: true,
        body: z.strictObject({ text: z.string().optional() }),
        async handle({ seen }) {
          if (!isAsSeen(seen, version === null ? null : String(version)))
            throw await changedSince(store, [
              { by: 'city:420300', action: 'note.seen', at: 1000 },
              { by: `person:${clerk()}`, action: 'note.saved', at: 2000 },
            ])
          await store.transaction(act)
          writes++
          version = (version ?? 0) + 1
          return { version }
        },
      })
    register.operation({
      ...common,
      path: '/api/v1/plain',
      method: 'put',
      id: 'writePlain',
      summary: 'Compares no versions',
      body: z.strictObject({}),
      handle: async () => ({ version }),
    })
  },
})

beforeEach(async () => {
  version = 1
  writes = 0
  const store = await openTestStore()
  let clerk = ''
  api = await createTestApi({ store, routes: ({ database }) => [notes(database, () => clerk)] })
  clerk = (await api.people.list(10, null)).find(({ name }) => name === 'clerk')?.id ?? ''
})

const put = (headers: Record<string, string>, method = 'PUT') =>
  api.as('clerk').send(method, '/api/v1/note', { text: 'x' }, headers)

describe('a version', () => {
  test('is the ETag of an answer, and of the repeated answer too; without one there is no header', async () => {
    expect((await api.as('clerk').get('/api/v1/note')).headers.get('etag')).toBe('"1"')
    const key = { 'if-match': '"1"', 'idempotency-key': 'once' }
    expect((await put(key, 'POST')).headers.get('etag')).toBe('"2"')
    const again = await put(key, 'POST')
    expect([again.headers.get('idempotency-replayed'), again.headers.get('etag'), writes]).toEqual(['true', '"2"', 1])
    version = null
    expect((await api.as('clerk').get('/api/v1/note')).headers.get('etag')).toBe(null)
  })

  test('that was read lets the write through once; the second is told who was first, what that was and when', async () => {
    expect((await put({ 'if-match': '"1"' })).status).toBe(200)
    const lost = await put({ 'if-match': '"1"' })
    expect(lost.status).toBe(412)
    expect(lost.body).toMatchObject({
      code: 'request.precondition',
      act: 'you',
      retryable: false,
      changes: [
        { by: expect.stringContaining('person:'), name: 'clerk', action: 'note.saved', at: '1970-01-01T00:00:02.000Z' },
        { by: 'city:420300', name: null, action: 'note.seen', at: '1970-01-01T00:00:01.000Z' },
      ],
    })
    expect(writes).toBe(1)
  })

  test('is one of several, or any; a weak one is never the same', async () => {
    for (const [tags, status] of [
      ['"9", "1"', 200],
      ['*', 200],
      ['W/"3"', 412],
      ['"*"', 412],
      ['"9",W/"3"', 412],
      [' "3" ', 200],
    ] as const)
      expect([tags, (await put({ 'if-match': tags })).status]).toEqual([tags, status])
    version = null
    expect((await put({ 'if-match': '*' })).status).toBe(412)
  })

  test('may be none: then nothing is written over', async () => {
    expect((await put({ 'if-none-match': '*' })).status).toBe(412)
    version = null
    expect((await put({ 'if-match': '"1"' })).status).toBe(412)
    expect((await put({ 'if-none-match': '*' })).status).toBe(200)
  })

  test('that cannot be read, or is not compared, is refused and not passed over', async () => {
    for (const headers of [
      { 'if-match': '1' },
      { 'if-match': '"1' },
      { 'if-match': '"1" "2"' },
      { 'if-match': '' },
      { 'if-none-match': '"1"' },
      { 'if-match': '"1"', 'if-none-match': '*' },
    ])
      expect([headers, (await put(headers)).body]).toEqual([headers, expect.objectContaining({ status: 400 })])
    const plain = await api.as('clerk').send('PUT', '/api/v1/plain', {}, { 'if-match': '"1"' })
    expect(plain.body).toMatchObject({ code: 'request.invalid', detail: expect.stringContaining('If-Match') })
    expect(writes).toBe(0)
    expect((await api.as('clerk').get('/api/v1/note', { 'if-none-match': '"1"' })).status).toBe(200)
  })

  test('stands in the description: what takes one, what gives one, and what it may answer', async () => {
    const { put: written, get: read } = (await api.app.document()).paths?.['/api/v1/note'] ?? {}
    const names = (written?.parameters ?? []).map(parameter => ('name' in parameter ? parameter.name : ''))
    expect(names).toEqual(['If-Match', 'If-None-Match'])
    expect(written).toMatchObject({ 'x-problems': expect.arrayContaining(['request.precondition']) })
    expect(read).toMatchObject({ responses: { 200: { headers: { ETag: {} } } } })
    expect(read?.parameters).toBeUndefined()
  })
})
