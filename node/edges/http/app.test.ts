// Over 450 lines: one edge with a route of each kind, of which every promise to callers is tested.
import { beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { PROBLEMS, ProblemError } from '../../../protocol/problem.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { documentFaults } from './document.ts'
import { HTTP_LIMITS } from './limits.ts'
import { pageOf, pageQuery } from './page.ts'
import type { RouteModule } from './route.ts'

const CANARY = '420300199001011234'

/** Downloads whose body was let go. */
const letGone: string[] = []
/** its length, of which no part but the shortest is read before the answer begins */
const UNREAD = 2 * HTTP_LIMITS.readBytes
const unread = (name: string) =>
  new ReadableStream<Uint8Array>({ pull: () => {}, cancel: () => void letGone.push(name) })

/** Operations that do each thing the edge must cope with. */
const trials = (log: string[]): RouteModule => ({
  tag: 'trials',
  description: 'Only for tests',
  register(api) {
    api.operation({
      method: 'post',
      path: '/api/v1/trials/{name}',
      id: 'tryIt',
      summary: 'Try',
      action: 'case.claim',
      params: z.strictObject({ name: z.string().max(20) }),
      body: z.strictObject({ idNumber: z.string().max(18), count: z.number().int().default(1) }),
      answer: z.strictObject({ seen: z.string(), count: z.number() }),
      status: 201,
      bodyBytes: 2000,
      problems: ['case.transition'],
      async handle({ params, body }) {
        log.push(params.name)
        if (params.name === 'own') throw new ProblemError('case.transition', 'decided', { act: 'operator' })
        if (params.name === 'refuse') throw new ProblemError('case.transition', 'decided')
        if (params.name === 'break') throw new Error(`row of ${body.idNumber} is broken`)
        if (params.name === 'loose') return { seen: 'x', count: 1, secret: 'never goes out' }
        return { seen: params.name, count: body.count }
      },
    })
    api.operation({
      method: 'get',
      path: '/api/v1/trials',
      id: 'listTrials',
      summary: 'List',
      action: 'case.take-in',
      query: z.strictObject(pageQuery),
      answer: pageOf(z.strictObject({ n: z.number() })),
      handle: async ({ query: { limit } }) => ({ items: [{ n: limit }], next: null }),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/trials',
      id: 'makeTrial',
      summary: 'Make one',
      action: 'catalogue.manage',
      answer: z.strictObject({ name: z.string() }),
      status: 201,
      handle: async () => ({ name: 'a b' }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/trials/{name}',
      id: 'readTrial',
      summary: 'Read one',
      action: 'case.take-in',
      params: z.strictObject({ name: z.string() }),
      answer: z.strictObject({}),
      handle: async () => ({}),
    })
    api.operation({
      method: 'post',
      path: '/api/v1/trials/{name}/stop',
      id: 'stopTrial',
      summary: 'Takes no body',
      action: 'case.take-in',
      params: z.strictObject({ name: z.string().max(20) }),
      answer: z.strictObject({ stopped: z.literal(true) }),
      handle: async () => ({ stopped: true as const }),
    })
    api.operation({
      method: 'get',
      path: '/api/v1/slow',
      id: 'slow',
      summary: 'Never answers',
      action: 'case.take-in',
      answer: z.strictObject({}),
      handle: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    api.upload({
      method: 'put',
      path: '/api/v1/files/{name}',
      id: 'putFile',
      summary: 'Upload',
      action: 'case.take-in',
      params: z.strictObject({ name: z.string() }),
      takes: { types: ['application/pdf'], bytes: 10 },
      answer: z.strictObject({ size: z.number() }),
      async handle({ stream }) {
        let size = 0
        for await (const chunk of stream) size += chunk.byteLength
        return { size }
      },
    })
    api.download({
      path: '/api/v1/parts/{size}',
      id: 'getParts',
      summary: 'Download that breaks off',
      action: 'case.take-in',
      params: z.strictObject({ size: z.coerce.number() }),
      gives: { types: ['application/pdf'], description: 'The file' },
      ranged: true,
      handle: async ({ params: { size } }) => ({
        type: 'application/pdf',
        version: 'v',
        size,
        body: new ReadableStream({ pull: controller => controller.error(new Error('cut off')) }),
      }),
    })
    for (const ranged of [true, false])
      api.download({
        path: `/api/v1/${ranged ? 'ranged' : 'plain'}`,
        id: ranged ? 'getRanged' : 'getPlain',
        summary: 'Download that holds a file open',
        action: 'case.take-in',
        gives: { types: ['application/pdf'], description: 'The file' },
        ...(ranged ? { ranged } : {}),
        handle: async ({ wanted }) => {
          const part = ranged ? wanted.part('v', UNREAD) : null
          const body = unread(ranged ? 'ranged' : 'plain')
          return { type: 'application/pdf', version: 'v', size: UNREAD, body, ...(part === null ? {} : { part }) }
        },
      })
    api.download({
      path: '/api/v1/late',
      id: 'getLate',
      summary: 'Download that begins when its time is over',
      action: 'case.take-in',
      gives: { types: ['application/pdf'], description: 'The file' },
      handle: ({ signal }) =>
        new Promise(resolve =>
          signal.addEventListener('abort', () => resolve({ type: 'application/pdf', body: unread('late') })),
        ),
    })
    api.download({
      path: '/api/v1/files/{name}',
      id: 'getFile',
      summary: 'Download',
      action: 'case.take-in',
      params: z.strictObject({ name: z.string() }),
      gives: { types: ['application/pdf'], description: 'The file' },
      handle: async ({ params }) => ({
        type: 'application/pdf',
        body: 'bytes',
        size: 5,
        filename: `${params.name}.pdf`,
      }),
    })
  },
})

let api: TestApi
let log: string[]

beforeEach(async () => {
  log = []
  api = await createTestApi({ store: await openTestStore(), routes: () => [trials(log)] })
})

describe('a download that nobody reads closes what it holds open', () => {
  beforeEach(() => void letGone.splice(0))

  test.each([
    ['ranged', {}, 200, UNREAD],
    ['ranged', { range: 'bytes=1-' }, 206, UNREAD - 1],
    ['plain', {}, 200, UNREAD],
  ])('asked for its head: %s %j', async (name, headers, status, length) => {
    const answer = await api.app.request(`/api/v1/${name}`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${api.as('clerk').token}`, ...headers },
    })
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
      status,
      String(length),
      '',
    ])
    expect(letGone).toEqual([name])
  })

  test('begun when its time was over', async () => {
    const answer = api.app.request('/api/v1/late', { headers: { authorization: `Bearer ${api.as('clerk').token}` } })
    await expect
      .poll(() => {
        api.clock.advance(31_000)
        return Promise.race([answer, null])
      })
      .not.toBeNull()
    expect((await answer).status).toBe(500)
    await expect.poll(() => letGone).toEqual(['late'])
  })
})

describe('a download by parts', () => {
  test('that is short is read before its answer begins, one byte more is not', async () => {
    const get = async (size: number) =>
      api.app.request(`/api/v1/parts/${size}`, {
        headers: { authorization: `Bearer ${api.as('clerk').token}` },
      })
    expect((await get(HTTP_LIMITS.readBytes)).status).toBe(500)
    const long = await get(HTTP_LIMITS.readBytes + 1)
    expect(long.status).toBe(200)
    await expect(long.bytes()).rejects.toThrow('cut off')
  })
})

describe('who may call', () => {
  test('without a token, with a wrong one, with the wrong role', async () => {
    const anonymous = await api.app.request('/api/v1/trials')
    expect(anonymous.status).toBe(401)
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer realm="tongban"')
    expect((await api.withToken(`tb_${'A'.repeat(43)}`).get('/api/v1/trials')).body).toMatchObject({
      code: 'request.unauthenticated',
    })
    expect((await api.as('auditor').get('/api/v1/trials')).body).toMatchObject({
      code: 'request.forbidden',
      act: 'you',
    })
    expect((await api.as('clerk').get('/api/v1/trials')).status).toBe(200)
  })

  test('a token has its rate, and callers without one share that of their address', async () => {
    const clerk = api.as('clerk')
    const statuses = await Promise.all(
      Array.from({ length: 201 }, () => clerk.get('/api/v1/trials').then(r => r.status)),
    )
    expect(statuses.filter(status => status === 200)).toHaveLength(200)
    expect(statuses.at(-1)).toBe(429)
    api.clock.advance(1000)
    expect((await clerk.get('/api/v1/trials')).status).toBe(200)

    const from = (address: string) => api.app.request('/api/v1/trials', { address }).then(r => r.status)
    for (let i = 0; i < 60; i++) expect(await from('2001:db8:1:2::1')).toBe(401)
    expect(await from('2001:db8:1:2::ffff')).toBe(429)
    expect(await from('2001:db8:1:3::1')).toBe(401)
    expect((await clerk.get('/api/v1/trials')).status).toBe(200)
  })
})

describe('problems', () => {
  test('say who must act here, where that is another one than the code says', async () => {
    const told = async (name: string) => (await api.as('clerk').post(`/api/v1/trials/${name}`, { idNumber: '1' })).body
    expect(await told('refuse')).toMatchObject({ code: 'case.transition', act: 'you' })
    expect(await told('own')).toMatchObject({ code: 'case.transition', act: 'operator' })
  })

  test('are RFC 9457, in the language asked for, and link to their page', async () => {
    const reply = await api
      .as('clerk')
      .post('/api/v1/trials/refuse', { idNumber: '1' }, { 'accept-language': 'zh-CN, en;q=0.5' })
    expect(reply.status).toBe(409)
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
    expect(reply.body).toEqual({
      type: '/problems/case.transition',
      title: '办件当前状态不允许该步骤',
      status: 409,
      code: 'case.transition',
      detail: '已决定',
      detailEn: 'decided',
      detailZh: '已决定',
      act: 'you',
      retryable: false,
      cure: '查看当前状态及其允许的步骤',
      en: 'The step is not possible in the present state of the case',
      zh: '办件当前状态不允许该步骤',
      cureEn: 'Look at the state and the steps it allows',
      cureZh: '查看当前状态及其允许的步骤',
      requestId: reply.headers.get('x-request-id'),
    })
    const page = await api.app.request('/problems/case.transition')
    expect(page.status).toBe(200)
    const shown = await page.text()
    for (const text of [
      '办件当前状态不允许该步骤',
      '查看当前状态及其允许的步骤',
      'Look at the state and the steps it allows',
    ])
      expect(shown).toContain(text)
    const list = await (await api.app.request('/problems')).text()
    for (const { cure, cureZh } of Object.values(PROBLEMS)) {
      expect(list).toContain(Bun.escapeHTML(cure).replaceAll('&#x27;', '&#39;'))
      expect(list).toContain(cureZh)
    }
    expect((await api.app.request('/problems/no.such')).status).toBe(404)
  })

  test.each([
    ['an unknown field', '/api/v1/trials/a', { idNumber: CANARY, [CANARY]: 1 }, 'body: (top): unknown field, 1 in all'],
    ['a wrong value', '/api/v1/trials/a', { idNumber: `${CANARY}0` }, 'body: idNumber: at most 18 characters'],
    ['a wrong path', `/api/v1/trials/${CANARY}${CANARY}`, { idNumber: '1' }, 'path: name: at most 20 characters'],
    ['an unknown query', `/api/v1/trials/a?x=${CANARY}`, { idNumber: '1' }, 'query: x: not a field that this takes'],
    ['a doubled query', '/api/v1/trials/a?x=1&x=2', { idNumber: '1' }, 'query: a field is given twice'],
    ['no JSON', '/api/v1/trials/a', `{"idNumber":"${CANARY}"`, 'body: not JSON in UTF-8'],
    [
      'a number that readers round',
      '/api/v1/trials/a',
      `{"idNumber":"1","count":42030019900101123400}`,
      'body: count: a number that JSON readers round: beyond ±(2^53 − 1), or with more digits than a double keeps; write it as text',
    ],
    [
      'a number past every double',
      '/api/v1/trials/a',
      '{"idNumber":"1","x":[{"y":1e400}]}',
      'body: x.0.y: a number that JSON readers round: beyond ±(2^53 − 1), or with more digits than a double keeps; write it as text',
    ],
    [
      'a field twice',
      '/api/v1/trials/a',
      `{"idNumber":"1","idNumber":"${CANARY}"}`,
      'body: idNumber: a member that stands twice',
    ],
    [
      'a name that is lost on the way',
      '/api/v1/trials/a',
      `{"idNumber":"1","__proto__":{"idNumber":"${CANARY}"}}`,
      'body: __proto__: no member may have this name',
    ],
    ['an array', '/api/v1/trials/a', [CANARY], 'body: (top): must be of the type object'],
    ['null', '/api/v1/trials/a', 'null', 'body: (top): must be of the type object'],
    ['no body', '/api/v1/trials/a', undefined, 'body: missing'],
  ])('name the field and never the value: %s', async (_, path, body, detail) => {
    const reply = await api.as('clerk').post(path, body)
    expect(reply.body).toMatchObject({ code: 'request.invalid', detail })
    expect(reply.text).not.toContain(CANARY)
    expect(log).toEqual([])
  })

  test('an operation without a body takes none, or an empty object; with anything else it is refused', async () => {
    const stop = (body?: unknown) => api.as('clerk').post('/api/v1/trials/a/stop', body)
    expect((await stop()).body).toEqual({ stopped: true })
    expect((await stop({})).body).toEqual({ stopped: true })
    for (const body of [{ a: 1 }, [], 'null'])
      expect((await stop(body)).body).toMatchObject({ code: 'request.invalid', detail: 'body: none expected' })
  })

  test('a body of another media type, not UTF-8, or too large', async () => {
    const clerk = api.as('clerk')
    const typed = await clerk.post('/api/v1/trials/a', '{"idNumber":"1"}', { 'content-type': 'text/plain' })
    expect(typed.body).toMatchObject({
      status: 415,
      code: 'request.media-type',
      detail: 'content-type: application/json in UTF-8 expected',
    })
    for (const [type, status] of [
      ['application/json; charset=gbk', 415],
      ['application/json;charset="UTF-8"', 201],
      ['application/json; charset=utf8', 201],
    ] as const)
      expect((await clerk.post('/api/v1/trials/a', '{"idNumber":"1"}', { 'content-type': type })).status).toBe(status)
    const init = {
      method: 'POST',
      headers: { authorization: `Bearer ${clerk.token}`, 'content-type': 'application/json' },
    }
    const latin = await api.app.request('/api/v1/trials/a', { ...init, body: new Uint8Array([0x22, 0xff, 0x22]) })
    expect(await latin.json()).toMatchObject({ detail: 'body: not JSON in UTF-8' })
    const fits = JSON.stringify({ idNumber: '1' })
    expect((await clerk.post('/api/v1/trials/a', fits.padEnd(2000))).status).toBe(201)
    expect((await clerk.post('/api/v1/trials/a', fits.padEnd(2001))).body).toMatchObject({ code: 'request.oversize' })
    const chunks = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(' '.repeat(1000)))
      },
    })
    const endless = await api.app.request('/api/v1/trials/a', { ...init, body: chunks })
    expect(await endless.json()).toMatchObject({ code: 'request.oversize' })
  })

  test('an unforeseen error says nothing but the id of its log line', async () => {
    const reply = await api.as('clerk').post('/api/v1/trials/break', { idNumber: CANARY })
    expect(reply.status).toBe(500)
    expect(reply.body).toMatchObject({ code: 'internal', act: 'operator', requestId: expect.any(String) })
    expect(reply.text).not.toMatch(/broken|stack|420300/)
    const loose = await api.as('clerk').post('/api/v1/trials/loose', { idNumber: '1' })
    expect(loose.status).toBe(500)
    expect(loose.text).not.toContain('secret')
  })

  test('a full disk is told as that to whoever writes, reads go on, and so does all once there is room', async () => {
    const store = await openTestStore()
    const full = await createTestApi({ store })
    const limit = (pages: number) => store.transaction(tx => tx.query(`PRAGMA max_page_count = ${pages}`))
    const [size] = await store.query<{ page_count: number }>('PRAGMA page_count')
    const administrator = full.as('administrator')
    const add = () => administrator.post('/api/v1/people', { name: '王'.repeat(100), roles: ['clerk'] })
    await limit(size?.page_count ?? 0)
    let reply = await add()
    for (let tries = 0; reply.status === 201 && tries < 200; tries++) reply = await add()
    expect(reply.status).toBe(507)
    expect(reply.body).toMatchObject({ code: 'disk.full', act: 'operator' })
    expect((await administrator.get('/api/v1/people')).status).toBe(200)
    expect((await administrator.get('/api/v1/me')).status).toBe(200)
    await limit(1_000_000)
    expect((await add()).status).toBe(201)
  })

  test('an operation past its time is ended', async () => {
    const reply = api.as('clerk').get('/api/v1/slow')
    await expect
      .poll(() => {
        api.clock.advance(31_000)
        return Promise.race([reply, null])
      })
      .not.toBeNull()
    expect((await reply).body).toMatchObject({ code: 'internal', detail: 'the time limit of the operation passed' })
  })

  test('a body that drips is not waited for', async () => {
    const reply = api.app.request('/api/v1/trials/a', {
      method: 'POST',
      headers: { authorization: `Bearer ${api.as('clerk').token}`, 'content-type': 'application/json' },
      body: new ReadableStream({ start: controller => controller.enqueue(new TextEncoder().encode('{')) }),
    })
    await expect
      .poll(() => {
        api.clock.advance(31_000)
        return Promise.race([reply, null])
      })
      .not.toBeNull()
    expect(await (await reply).json()).toMatchObject({ code: 'request.invalid', detail: 'body: not sent in time' })
  })

  test('nothing is at an unknown address', async () => {
    expect((await api.as('clerk').get('/api/v2/cases')).body).toMatchObject({ code: 'request.not-found' })
    expect((await api.as('clerk').send('DELETE', '/api/v1/nothing')).status).toBe(404)
  })

  test('another method than those of an address is told them', async () => {
    for (const [method, path, allow] of [
      ['DELETE', '/api/v1/trials', 'GET, HEAD, POST'],
      ['POST', '/api/v1/files/a.b', 'GET, HEAD, PUT'],
      ['PUT', '/healthz', 'GET, HEAD'],
      ['GET', '/api/v1/trials/x/stop', 'POST'],
    ] as const) {
      const { status, body, headers } = await api.as('clerk').send(method, path)
      expect([path, status, headers.get('allow')]).toEqual([path, 405, allow])
      expect(body).toMatchObject({ code: 'request.method' })
    }
  })

  test('each field that is wrong is told for who marks it, with a reason in both languages', async () => {
    const errorsOf = async (path: string, body: unknown, headers = {}) =>
      (await api.as('clerk').post(path, body, headers)).body as { errors: object[]; detail: string }
    const caller = { level: 'error', cure: 'caller' }
    const told = (field: string, code: string, en: string, zh: string, more = {}) => ({
      field,
      path: field === '' ? '' : `/${field}`,
      code,
      ...caller,
      en,
      zh,
      reason: en,
      reasonZh: zh,
      ...more,
    })
    expect(
      (await errorsOf('/api/v1/trials/a', { idNumber: `${CANARY}0`, count: 1.5, naem: 1, [CANARY]: 2 })).errors,
    ).toEqual([
      told('idNumber', 'too-large', 'at most 18 characters', '最多 18个字符'),
      told('count', 'type', 'must be of the type int', '类型应为整数', { value: 1.5 }),
      told('naem', 'unknown', 'not a field that this takes', '没有这个字段', { value: 1 }),
      told('', 'unknown', 'unknown field, 1 in all', '未知字段，共 1 个'),
    ])
    expect((await errorsOf('/api/v1/trials/a', {})).errors).toEqual([
      told('idNumber', 'required', 'must be there', '必填'),
    ])
    const { errors, detail } = await errorsOf('/api/v1/trials/a', '{"idNumber":1e400}', { 'accept-language': 'zh-CN' })
    expect(errors).toMatchObject([{ field: 'idNumber', ...caller, reasonZh: expect.stringContaining('请写成文本') }])
    expect(detail).toMatch(/^idNumber：数字会被舍入/)
    expect((await errorsOf('/api/v1/trials/a?page=2', {})).errors).toMatchObject([{ field: 'page' }])
  })

  test('what happened and what to do stand in both languages, whichever was asked for', async () => {
    const { en, zh, cure, cureZh } = PROBLEMS['request.invalid']
    for (const [language, title] of [
      ['zh-CN', zh],
      ['en', en],
    ] as const) {
      const { body } = await api.as('clerk').post('/api/v1/trials/a', {}, { 'accept-language': language })
      expect(body).toMatchObject({ title, en, zh, cureEn: cure, cureZh })
    }
  })

  test('what was made says where it can be read', async () => {
    const reply = await api.as('administrator').post('/api/v1/trials', {}, { 'idempotency-key': 'k' })
    const again = await api.as('administrator').post('/api/v1/trials', {}, { 'idempotency-key': 'k' })
    for (const one of [reply, again])
      expect([one.status, one.headers.get('location')]).toEqual([201, '/api/v1/trials/a%20b'])
    const none = await api.as('clerk').post('/api/v1/trials/a', { idNumber: '1' })
    expect([none.status, none.headers.get('location')]).toEqual([201, null])
  })
})

describe('bytes', () => {
  test('uploads are streamed, bounded and typed', async () => {
    const put = (body: string, type: string) =>
      api.as('clerk').send('PUT', '/api/v1/files/a', body, { 'content-type': type })
    expect((await put('0123456789', 'application/pdf; x=y')).body).toEqual({ size: 10 })
    expect((await put('0123456789x', 'application/pdf')).body).toMatchObject({ code: 'request.oversize' })
    expect((await put('0', 'text/html')).body).toMatchObject({ code: 'request.media-type', status: 415 })
  })

  test('downloads are attachments that cannot run here', async () => {
    const reply = await api.as('clerk').get('/api/v1/files/%E8%AF%81')
    expect(reply.text).toBe('bytes')
    expect(reply.headers.get('content-disposition')).toBe(
      `attachment; filename="_.pdf"; filename*=UTF-8''%E8%AF%81.pdf`,
    )
    expect(reply.headers.get('content-security-policy')).toContain('sandbox')
    expect(reply.headers.get('content-length')).toBe('5')
  })
})

describe('what every answer carries', () => {
  test('security headers, and no caching of what is personal', async () => {
    for (const path of ['/api/v1/trials', '/', '/reference', '/healthz', '/nothing']) {
      const { headers } = await api.as('clerk').get(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('x-request-id')).toMatch(/^r\d+$/)
    }
    expect((await api.as('clerk').get('/api/v1/trials')).headers.get('cache-control')).toBe('no-store')
  })

  test('pages load nothing from elsewhere and run nothing inline', async () => {
    for (const path of ['/', '/reference', '/problems', '/problems/internal']) {
      const page = await (await api.app.request(path)).text()
      expect(page).not.toMatch(/https?:\/\/|<script>|<style|style="| on[a-z]+=/)
      for (const [, asset] of page.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
        const reply = await api.app.request(asset ?? '')
        expect([asset, reply.status]).toEqual([asset, 200])
        expect((await reply.arrayBuffer()).byteLength).toBeGreaterThan(10)
      }
    }
    expect((await api.app.request('/reference/package.json')).status).toBe(404)
  })
})

describe('health', () => {
  test('ready, failing, stopping', async () => {
    expect(await (await api.app.request('/healthz')).json()).toEqual({ status: 'ok' })
    expect(await (await api.app.request('/readyz')).json()).toEqual({ status: 'ready', checks: { store: 'ok' } })
    await api.database.close()
    expect(await (await api.app.request('/readyz')).json()).toEqual({ status: 'failing', checks: { store: 'failed' } })
    api.app.drain()
    const stopping = await api.app.request('/readyz')
    expect([stopping.status, await stopping.json()]).toEqual([503, { status: 'stopping', checks: { store: 'failed' } }])
  })

  test('metrics are for the loopback address, administrators and auditors', async () => {
    await api.as('clerk').get('/api/v1/trials')
    const local = await (await api.app.request('/metrics')).text()
    expect(local).toContain('tongban_http_seconds_count{method="GET",route="/api/v1/trials",status="200"} 1')
    const status = async (init: object) => (await api.app.request('/metrics', init)).status
    expect(await status({ address: '192.0.2.1' })).toBe(401)
    expect(await status({ headers: { 'x-forwarded-for': '192.0.2.1' } })).toBe(401)
    const as = (role: 'auditor' | 'clerk') => ({
      address: '192.0.2.1',
      headers: { authorization: `Bearer ${api.as(role).token}` },
    })
    expect(await status(as('auditor'))).toBe(200)
    expect(await status(as('clerk'))).toBe(403)
  })
})

describe('the OpenAPI document', () => {
  test('keeps the rules', async () => {
    const reply = await api.app.request('/openapi.json')
    const document = z
      .looseObject({
        openapi: z.string(),
        paths: z.any(),
        components: z.any(),
        servers: z.any(),
        tags: z.any(),
        webhooks: z.any(),
      })
      .parse(await reply.json())
    expect(document.openapi).toBe('3.1.0')
    expect(document.paths['/api/v1/trials/{name}'].post['x-roles']).toEqual([
      'window-clerk',
      'examiner',
      'leader',
      'window-lead',
      'business-administrator',
    ])
    const { schema } = document.paths['/api/v1/people'].post.requestBody.content['application/json']
    expect(schema).toEqual({ $ref: '#/components/schemas/CreatePersonRequest' })
    const { name } = document.components.schemas.CreatePersonRequest.properties
    expect(document.servers).toEqual([{ url: '/', description: 'This node' }])
    expect(document.paths['/healthz'].get.security).toEqual([])
    const made = document.paths['/api/v1/trials'].post.responses['201']
    expect(made.content['application/json'].schema).toEqual({ $ref: '#/components/schemas/MakeTrialAnswer' })
    expect(Object.keys(made.headers)).toEqual(['X-Request-Id', 'Location', 'Idempotency-Replayed'])
    expect(document.webhooks.event.post.requestBody.content['application/json'].schema.required).toEqual([
      'type',
      'timestamp',
      'data',
    ])
    const tags = document.tags.map(({ name: tag }: { name: string }) => tag)
    expect(new Set(tags).size).toBe(tags.length)
    expect([new RegExp(name.pattern, 'su').test('李 雷'), new RegExp(name.pattern, 'su').test(' ')]).toEqual([
      true,
      false,
    ])
    const { operations, faults } = documentFaults(await api.app.document())
    expect(faults).toEqual([])
    expect(operations).toBeGreaterThan(10)
  })

  test('the rules can fail', async () => {
    const loose = await createTestApi({
      store: await openTestStore(),
      routes: () => [
        {
          tag: 'loose',
          description: 'Breaks the rules',
          register(register) {
            register.operation({
              method: 'put',
              path: '/api/v1/loose/{id}',
              id: 'loose',
              summary: 'Loose',
              action: 'case.take-in',
              body: z.object({ deep: z.strictObject({ er: z.array(z.object({ x: z.string() })) }) }),
              answer: z.strictObject({}),
              handle: async () => ({}),
            })
          },
        },
      ],
    })
    expect(documentFaults(await loose.app.document()).faults).toEqual([
      'put /api/v1/loose/{id}: body lets unknown fields in',
      'put /api/v1/loose/{id}: body.deep.er[] lets unknown fields in',
      'put /api/v1/loose/{id}: path parameters not described',
    ])
  })
})
