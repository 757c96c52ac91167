/** The client against the table that it stands on, and against a node that answers as a test says. */
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../../protocol/problem.ts'
import { OPERATIONS } from './addresses.generated.ts'
import { addressOf, createClient } from './client.ts'

type Sent = { method: string; url: string; headers: Headers; body: string }

/** A client whose requests are kept, and answered as said. */
function clientOf(answer: () => Response | Promise<Response>) {
  const sent: Sent[] = []
  let keys = 0
  const client = createClient({
    url: 'http://node.test',
    token: 'tb_x',
    newKey: () => `key ${++keys}`,
    async fetch(url, init) {
      const request = new Request(url.href, init)
      sent.push({
        method: request.method,
        url: url.href.slice('http://node.test'.length),
        headers: request.headers,
        body: await request.text(),
      })
      return answer()
    },
  })
  return { client, sent }
}

const json = (value: unknown, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } })
const problemOf = async (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error: unknown) => (error instanceof ProblemError ? error : Promise.reject(error)),
  )

describe('what is sent', () => {
  test('a parameter of a path stays in its place, whatever it holds', async () => {
    const { client, sent } = clientOf(() => json({}))
    for (const code of ['a/b', 'a?b=c', 'a#b', '../x', '十堰 1', '%2e%2e', 'a\\b', 'x\ud800'])
      await client.getDraft({ params: { code } })
    const begin = '/api/v1/services/drafts/items/'
    expect(sent.map(({ url }) => url.slice(0, begin.length))).toEqual(sent.map(() => begin))
    expect(sent.map(({ url }) => decodeURIComponent(url.slice(begin.length)))).toEqual([
      'a/b',
      'a?b=c',
      'a#b',
      '../x',
      '十堰 1',
      '%2e%2e',
      'a\\b',
      'x\ufffd',
    ])
    expect(sent.every(({ url }) => !/[/?#\\]/.test(url.slice(begin.length)))).toBe(true)
  })

  test('a session brings its cookie, no token, and its CSRF header where something may change', async () => {
    const sent: Request[] = []
    const client = createClient({
      url: 'http://node.test',
      session: { csrf: 'c1', cookie: '__Host-tongban=ts_1' },
      async fetch(url, init) {
        sent.push(new Request(url.href, init))
        return json({})
      },
    })
    await client.whoAmI()
    await client.changeOwnPassword({ body: { current: 'a', password: 'b' } })
    await client.deleteView({ params: { id: '1' } })
    expect(sent.map(({ method, headers }) => [method, headers.get('x-csrf-token')])).toEqual([
      ['GET', null],
      ['PUT', 'c1'],
      ['DELETE', 'c1'],
    ])
    for (const { headers } of sent) {
      expect(headers.get('cookie')).toBe('__Host-tongban=ts_1')
      expect(headers.get('authorization')).toBeNull()
    }
    // A browser sends the cookie by itself.
    const browser = createClient({
      url: 'http://node.test',
      session: { csrf: 'c2' },
      async fetch(url, init) {
        expect(Object.keys(init.headers as object)).not.toContain('cookie')
        return json(new URL(url).pathname)
      },
    })
    await browser.whoAmI()
  })

  test('what a URL takes for another path is refused before anything is sent', async () => {
    const { client, sent } = clientOf(() => json({}))
    for (const thread of ['', '.', '..']) {
      const refused = await problemOf(client.getCase({ params: { thread } }))
      expect(refused?.problem).toMatchObject({ code: 'request.invalid', detail: expect.stringContaining('thread') })
    }
    expect(sent).toEqual([])
  })

  test('fields of a query are encoded; those that say nothing are left out', async () => {
    const { client, sent } = clientOf(() => json({ items: [], next: null }))
    await client.listCases({ query: { number: 'A&state=closed', limit: 5, state: undefined } })
    await client.listCases()
    await client.listCases({ query: {} })
    expect(sent.map(({ url }) => url)).toEqual([
      '/api/v1/cases?number=A%26state%3Dclosed&limit=5',
      '/api/v1/cases',
      '/api/v1/cases',
    ])
  })

  test('a body is JSON, an operation that acts once has a key, and the token goes with each', async () => {
    const { client, sent } = clientOf(() => json({}))
    await client.withdrawCase({ params: { thread: 'aa' }, body: { reason: '申请人撤回' } })
    await client.withdrawCase({ params: { thread: 'aa' }, body: { reason: '申请人撤回' }, key: 'mine' })
    await client.acceptCase({ params: { thread: 'aa' } })
    await client.deleteCaseDraft({ params: { id: 'd' } })
    await client.lookAtParked({ body: { what: 'dispatch', id: '1' } as never })
    expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['key 1', 'mine', 'key 2', null, null])
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(sent.map(() => 'Bearer tb_x'))
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'DELETE', 'POST'])
    expect(sent[0]?.body).toBe('{"reason":"申请人撤回"}')
    expect(sent[2]?.body).toBe('{}')
    expect([sent[3]?.body, sent[3]?.headers.get('content-type')]).toEqual(['', null])
  })

  test('the version that was read goes along as an entity tag; without one nothing is said', async () => {
    const { client, sent } = clientOf(() => json({}))
    await client.acceptCase({ params: { thread: 'aa' }, ifMatch: '12ab.0.0' })
    await client.acceptCase({ params: { thread: 'aa' } })
    expect(sent.map(({ headers }) => headers.get('if-match'))).toEqual(['"12ab.0.0"', null])
  })

  test('bytes go up as they are, with their type', async () => {
    const { client, sent } = clientOf(() => json({ sha256: 'x' }, 201))
    await client.uploadMaterial({ bytes: 'abc' })
    await client.publishItems({ bytes: new Blob(['{}\n']).stream(), type: 'application/x-ndjson' })
    expect(
      sent.map(({ body, headers }) => [body, headers.get('content-type'), headers.get('idempotency-key')]),
    ).toEqual([
      ['abc', 'application/octet-stream', null],
      ['{}\n', 'application/x-ndjson', null],
    ])
  })
})

describe('what comes back', () => {
  test('a problem is the one that the node names, with its fields', async () => {
    const field = { field: 'form.phone', level: 'error', cure: 'caller', reason: 'missing', reasonZh: '必填' }
    const { client } = clientOf(() => json({ code: 'case.preflight', detail: 'form', errors: [field] }, 422))
    const refused = await problemOf(client.getCase({ params: { thread: 'aa' } }))
    expect(refused?.problem).toMatchObject({ code: 'case.preflight', detail: 'form' })
    expect(refused?.errors).toEqual([field])
  })

  test('who was first is told with the problem', async () => {
    const changes = [{ by: 'person:7', name: '周敏', action: 'case.accept', at: '2026-11-23T00:00:00.000Z' }]
    const { client } = clientOf(() => json({ code: 'request.precondition', changes }, 412))
    expect((await problemOf(client.acceptCase({ params: { thread: 'aa' } })))?.changes).toEqual(changes)
  })

  test('an answer that is no problem of a node is told with its status, also one of a proxy', async () => {
    for (const answer of [
      new Response('<html>', { status: 502 }),
      json({ code: 'of.another.program' }, 502),
      json(null, 502),
    ]) {
      const { client } = clientOf(() => answer)
      expect((await problemOf(client.whoAmI()))?.problem).toMatchObject({ code: 'internal', detail: 'HTTP 502' })
    }
    const { client } = clientOf(() => new Response('<html>'))
    expect((await problemOf(client.whoAmI()))?.problem).toMatchObject({
      code: 'internal',
      detail: expect.stringContaining('JSON'),
    })
  })

  test('a node that cannot be reached, or goes away amid its answer, is named', async () => {
    const { client } = clientOf(() => Promise.reject(new TypeError('refused')))
    expect((await problemOf(client.whoAmI()))?.problem).toMatchObject({
      code: 'node.unreachable',
      detail: 'http://node.test',
    })
    const cut = new ReadableStream({ start: controller => controller.error(new Error('cut')) })
    const { client: other } = clientOf(() => new Response(cut))
    expect((await problemOf(other.whoAmI()))?.problem).toMatchObject({ code: 'node.unreachable' })
  })

  test('a caller that gives up gets its own reason', async () => {
    const { client } = clientOf(() => Promise.reject(new Error('aborted')))
    const given = AbortSignal.abort()
    await expect(client.whoAmI({ signal: given })).rejects.not.toBeInstanceOf(ProblemError)
  })

  test('a file comes as a stream', async () => {
    const { client, sent } = clientOf(() => new Response('PK'))
    const stream = await client.exportEvidence({ params: { thread: 'aa' } })
    expect(await new Response(stream).text()).toBe('PK')
    expect(sent[0]?.url).toBe('/api/v1/cases/aa/evidence')
  })
})

describe('the table of operations', () => {
  test('names every parameter of its paths; each address is one', () => {
    const addresses = Object.values(OPERATIONS)
    expect(addresses.length).toBeGreaterThan(150)
    expect(new Set(addresses.map(({ method, path }) => `${method} ${path}`)).size).toBe(addresses.length)
    for (const address of addresses) {
      const names = [...address.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
      const params = Object.fromEntries(names.map((name, index) => [name, `v${index}`]))
      expect(addressOf(address, { params })).not.toMatch(/[{}]/)
    }
  })
})
