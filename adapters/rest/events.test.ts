import { createHash } from 'node:crypto'
import { HttpResponse, http, type JsonBodyType } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ProblemError } from '../../protocol/problem.ts'
import type { Adapter } from '../sdk/port.ts'
import { CANARIES, readAnswers, testContext } from '../sdk/test-kit.ts'
import type { RestConfigInput } from './config.ts'
import { createRestAdapter } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const events: RestConfigInput['events'] = {
  path: '/events?after={cursor}',
  list: 'events',
  each: {
    id: 'id',
    localCaseNo: 'no',
    kind: "$ours('step', step)",
    body: { 'case.accept': { promisedBy: '$day(promised)' }, 'case.progress': { step: 'name' } },
  },
  cursor: 'next',
}
const config: RestConfigInput = {
  baseUrl: 'https://approval.test',
  auth: { scheme: 'none' },
  dictionaries: {
    step: { codes: { 'case.accept': 2, 'case.progress': 8, 'case.decide': 11 }, incoming: { '1': null } },
  },
  register: { path: '/cases', body: '$', response: { localCaseNo: 'no' } },
  events,
}

const accept = (id: number, no: string) => ({ id: `e${id}`, no, step: 2, promised: '20261210' })
const progress = (id: number, no: string, name: string | number = '承办') => ({ id: `e${id}`, no, step: '8', name })

/** Answers with one page, and keeps the cursors that were asked for. */
function page(body: JsonBodyType | string, init: ResponseInit = {}): string[] {
  const asked: string[] = []
  server.use(
    http.get('https://approval.test/events', ({ request }) => {
      asked.push(new URL(request.url).searchParams.get('after') ?? '')
      return typeof body === 'string' ? new HttpResponse(body, init) : HttpResponse.json(body, init)
    }),
  )
  return asked
}

function begin(change: Partial<RestConfigInput> = {}, keepsAll = false) {
  const adapter: Adapter = createRestAdapter({
    config: { ...config, ...change },
    secrets: {},
    keepsAll: () => keepsAll,
  })
  const { context, log, kept } = testContext()
  const poll = async (cursor: string | null = null) => {
    const page = await adapter.poll?.(cursor, context)
    if (page === undefined) throw new Error('it is not polled')
    const { events, problems } = await readAnswers(adapter, page.events, context)
    const raw = page.events.flatMap(event => ('raw' in event ? [event] : []))
    return { ids: events.map(event => event.id), cursor: page.cursor, events, problems, raw }
  }
  const failing = async () => {
    const error = await adapter.poll?.(null, context).catch((thrown: unknown) => thrown)
    if (!(error instanceof ProblemError)) throw new Error('no problem was thrown')
    return error.problem
  }
  return { adapter, context, log, kept, poll, failing }
}

describe('events', () => {
  test('become moves, in their order, from the cursor on', async () => {
    const { poll } = begin()
    const asked = page({ events: [accept(1, 'A'), progress(2, 'A')], next: 2 })
    expect(await poll()).toMatchObject({
      ids: ['e1', 'e2'],
      cursor: '2',
      events: [
        { id: 'e1', localCaseNo: 'A', move: { kind: 'case.accept', body: { promisedBy: '2026-12-10' } } },
        { id: 'e2', localCaseNo: 'A', move: { kind: 'case.progress', body: { step: '承办' } } },
      ],
    })
    await poll('2 & more')
    expect(asked).toEqual(['0', '2 & more'])
  })

  test('a list of one, an empty list and no list', async () => {
    const { poll } = begin()
    page({ events: accept(1, 'A'), next: 'x' })
    expect(await poll()).toMatchObject({ ids: ['e1'], cursor: 'x' })
    page({ events: [], next: 'x' })
    expect(await poll('x')).toMatchObject({ ids: [], cursor: 'x' })
    page({})
    expect(await poll('x')).toMatchObject({ ids: [], cursor: 'x' })
  })

  test('a step without meaning here is left out', async () => {
    const { poll } = begin()
    page({ events: [{ id: 1, no: 'A', step: 1 }, accept(2, 'A')], next: 2 })
    expect(await poll()).toMatchObject({ ids: ['e2'], cursor: '2' })
  })

  test.each([
    [
      'an unknown code',
      { ...accept(2, 'B'), step: 77 },
      'events.each.kind: dictionary step does not know their code "77"',
    ],
    ['a kind without a body', { ...accept(2, 'B'), step: 11 }, 'events.each.kind: gave a kind that each.body lacks'],
    [
      'a field that cannot be mapped',
      { ...accept(2, 'B'), promised: CANARIES[0] },
      'events.each.body.case.accept.promisedBy: not a time in a known form',
    ],
    [
      'a body that the packet does not allow',
      progress(2, 'B', 7),
      'events.each.body.case.progress: step: invalid_type',
    ],
    ['no id', { ...accept(2, 'B'), id: ' ' }, 'events.each.id: found no id of 1 to 200 characters'],
  ])('%s cannot be read; what stands beside it can, and the cursor moves on', async (_, wrong, reason) => {
    const { adapter, context, log, poll } = begin()
    page({ events: [accept(1, 'A'), wrong, progress(3, 'B'), progress(4, 'C')], next: 4 })
    const { ids, cursor, problems, raw } = await poll('0')
    expect({ ids, cursor }).toEqual({ ids: ['e1', 'e3', 'e4'], cursor: '4' })
    expect(problems).toEqual([{ code: 'adapter.mapping', detail: reason }])
    expect(raw[1]?.localCaseNo).toBe('B')
    for (const canary of CANARIES) expect(JSON.stringify([log, problems])).not.toContain(canary)
    // Whether the system can be used is another question.
    server.use(http.get('https://approval.test/', () => new HttpResponse(null, { status: 200 })))
    expect(await adapter.check(context)).toMatchObject({ ok: true })
  })

  test('an answer that was kept raw is read anew by a corrected mapping', async () => {
    const { poll } = begin()
    page({ events: [{ ...accept(2, 'B'), step: 77 }], next: 2 })
    const { raw } = await poll('0')
    const corrected = begin({ dictionaries: { step: { codes: { 'case.accept': 77 } } } })
    expect(await corrected.adapter.read?.(raw[0]?.raw ?? '', corrected.context)).toMatchObject({
      ok: true,
      event: { id: 'e2', localCaseNo: 'B', move: { kind: 'case.accept' } },
    })
  })

  test('an answer whose case or id cannot be told is given without', async () => {
    const { poll } = begin()
    page({ events: [accept(1, 'A'), { ...accept(2, ''), no: null }, { ...accept(3, 'C'), id: null }], next: 3 })
    const { ids, cursor, raw } = await poll('0')
    expect({ ids, cursor }).toEqual({ ids: ['e1'], cursor: '3' })
    expect(raw.map(({ id, localCaseNo }) => [id, localCaseNo])).toEqual([
      ['e1', 'A'],
      ['e2', null],
      [null, 'C'],
    ])
  })

  test.each([
    ['a list of words', { events: ['x'] }],
    ['numbers', { events: [1, 2] }],
    ['null', { events: [null] }],
  ])('%s is no event', async (_, body) => {
    const { poll } = begin()
    page({ ...body, next: 9 })
    const { ids, cursor } = await poll('0')
    expect({ ids, cursor }).toEqual({ ids: [], cursor: '9' })
  })

  test('a cursor that is none is the mapping to correct', async () => {
    page({ events: [], next: { a: 1 } })
    expect(await begin().failing()).toEqual({ code: 'adapter.mapping', detail: 'events.cursor: found no cursor' })
  })

  test.each([401, 404, 500, 503])('HTTP %i: the next poll tries again', async status => {
    page(`${CANARIES[0]}`, { status })
    expect(await begin().failing()).toEqual({ code: 'adapter.unavailable', detail: `events: HTTP ${status}` })
  })

  test('an error inside HTTP 200 is not an empty list', async () => {
    page({ status: { code: 0 }, custom: { code: 'E7' } })
    const ok = { ...events, ok: 'status.code = 1', error: 'custom.code' }
    expect(await begin({ events: ok }).failing()).toEqual({
      code: 'adapter.unavailable',
      detail: 'events: HTTP 200, error E7',
    })
  })

  test('a page that is too large is refused', async () => {
    const { failing } = begin({ maxResponseBytes: 2048 })
    page('x'.repeat(2049))
    expect(await failing()).toEqual({
      code: 'adapter.unavailable',
      detail: 'events: HTTP 200, but the answer is larger than maxResponseBytes',
    })
  })

  test('an answer that cannot be read is not an empty page, also when nothing else is asked of it', async () => {
    const { failing } = begin()
    page('<html>login</html>')
    expect(await failing()).toEqual({
      code: 'adapter.unavailable',
      detail: 'events: HTTP 200, but the answer is a page',
    })
    page('OK')
    expect(await failing()).toMatchObject({ detail: 'events: HTTP 200, but the answer is no JSON' })
    page('')
    expect(await failing()).toMatchObject({ detail: 'events: HTTP 200, but the answer is empty' })
  })

  test('ids, numbers and cursors beyond 2^53 keep every digit', async () => {
    const { poll } = begin()
    const asked = page(
      '{"next":900719925474099301,"events":[' +
        '{"id":202611300000000001,"no":202611300000000123,"step":2,"promised":"20261210"},' +
        '{"id":202611300000000002,"no":202611300000000124,"step":"8","name":"承办"},' +
        '{"id":202611300000000003202611,"no":9007199254740991,"step":"8","name":"承办"}]}',
    )
    const { events, cursor } = await poll()
    expect(events?.map(({ id, localCaseNo }) => [id, localCaseNo])).toEqual([
      ['202611300000000001', '202611300000000123'],
      ['202611300000000002', '202611300000000124'],
      ['202611300000000003202611', '9007199254740991'],
    ])
    expect(cursor).toBe('900719925474099301')
    await poll(cursor)
    expect(asked.at(-1)).toBe('900719925474099301')
  })

  test.each(['1.5', '{"a":1}', '[1]', 'true'])('%s is neither an id nor a number of a case', async id => {
    const { poll } = begin()
    page(`{"next":1,"events":[{"id":${id},"no":"A","step":2,"promised":"20261210"}]}`)
    expect(await poll('0')).toMatchObject({ ids: [], cursor: '1' })
    page(`{"next":1,"events":[{"id":1,"no":${id},"step":2,"promised":"20261210"}]}`)
    expect(await poll('0')).toMatchObject({ ids: [], cursor: '1' })
  })

  test('a text of an answer holds the digits that the system wrote', async () => {
    const text = "'费用' & fee & '元，流水' & serial"
    const { poll } = begin({
      events: { ...events, each: { ...events.each, body: { 'case.progress': { step: text } } } },
    })
    page('{"next":1,"events":[{"id":1,"no":"A","step":8,"fee":0.1234567890123456789,"serial":202611300000000123}]}')
    expect((await poll()).events?.[0]?.move.body).toEqual({
      step: '费用0.1234567890123456789元，流水202611300000000123',
    })
  })

  test('without events there is nothing to poll', () => {
    const { events, ...rest } = config
    expect(createRestAdapter({ config: rest, secrets: {} }).poll).toBeUndefined()
  })
})

describe('files of answers', () => {
  const PDF = new TextEncoder().encode('%PDF-1.4 decision')
  const withFiles: Partial<RestConfigInput> = {
    dictionaries: { step: { codes: { 'case.decide': 11, 'case.message': 14 } } },
    events: {
      path: '/events?after={cursor}',
      list: 'events',
      each: {
        id: 'id',
        localCaseNo: 'no',
        kind: "$ours('step', step)",
        body: {
          'case.decide': { outcome: "'granted'", documents: 'files' },
          'case.message': {
            text: "'见附件'",
            attachments: "[files.{ 'sha256': $, 'code': 'R01', 'name': '决定书.pdf' }]",
          },
        },
      },
      cursor: 'next',
      files: { path: '/files/{file}' },
    },
  }
  const decide = (id: number, no: string, files: string[], step = 11) => ({ id: `e${id}`, no, step, files })
  function files(answer: (id: string) => Response): string[] {
    const asked: string[] = []
    server.use(
      http.get('https://approval.test/files/:id', ({ params }) => {
        asked.push(String(params.id))
        return answer(String(params.id)) as never
      }),
    )
    return asked
  }
  const pdf = () => new HttpResponse(PDF, { headers: { 'content-type': 'application/pdf' } })
  const HASH = createHash('sha256').update(PDF).digest('hex')

  test('are fetched, kept, and named by their hashes', async () => {
    const { poll, kept } = begin(withFiles)
    page({ events: [decide(1, 'A', ['F 1']), decide(2, 'A', ['F2'], 14)], next: 2 })
    const asked = files(pdf)
    expect((await poll()).events?.map(event => event.move.body)).toEqual([
      { outcome: 'granted', documents: [HASH] },
      { text: '见附件', attachments: [{ sha256: HASH, code: 'R01', name: '决定书.pdf' }] },
    ])
    expect(asked).toEqual(['F 1', 'F2'])
    expect(kept.get(HASH)).toEqual(PDF)
  })

  test('that cannot be had now are asked for again when the answer is read again', async () => {
    const { adapter, context } = begin(withFiles)
    page({ events: [decide(1, 'A', ['F1'])], next: 1 })
    const given = await adapter.poll?.(null, context)
    const [first] = given?.events ?? []
    if (first === undefined || !('raw' in first)) throw new Error('no raw answer')
    files(() => new HttpResponse(null, { status: 503 }))
    await expect(adapter.read?.(first.raw, context)).rejects.toMatchObject({
      problem: { code: 'adapter.unavailable', detail: 'events.files: HTTP 503' },
    })
    files(pdf)
    expect(await adapter.read?.(first.raw, context)).toMatchObject({ ok: true, event: { id: 'e1' } })
  })

  test('that are not there, or that no packet may carry, are told of with their answer alone', async () => {
    const { poll, context } = begin(withFiles)
    const keep = context.keep
    context.keep = async bytes => {
      const stored = await keep(bytes)
      if (stored.size === 3) throw new ProblemError('material.oversize')
      return stored
    }
    page({ events: [decide(1, 'A', ['gone']), decide(2, 'B', ['F2']), decide(3, 'C', ['large'])], next: 3 })
    files(id =>
      id === 'gone' ? new HttpResponse(null, { status: 404 }) : id === 'large' ? new HttpResponse('big') : pdf(),
    )
    const { ids, cursor, problems } = await poll()
    expect({ ids, cursor }).toEqual({ ids: ['e2'], cursor: '3' })
    expect(problems.map(({ detail }) => detail)).toEqual(['events.files: HTTP 404', 'events.files: material.oversize'])
  })

  test('need a place for their id in the path', () => {
    const { events } = withFiles
    if (events === undefined) throw new Error('no events')
    expect(() => begin({ ...withFiles, events: { ...events, files: { path: '/files' } } })).toThrow(
      /\{file\} is missing/,
    )
  })
})

test('what means nothing here is left out, or given to be read by an earlier version', async () => {
  page({ events: [accept(1, 'N-1'), { id: 'e2', no: 'N-1', step: 1 }], next: '2' })
  expect((await begin().poll()).raw.map(({ id }) => id)).toEqual(['e1'])
  const all = await begin({}, true).poll()
  expect(all.raw.map(({ id }) => id)).toEqual(['e1', 'e2'])
  expect([all.ids, all.problems]).toEqual([['e1'], []])
})
