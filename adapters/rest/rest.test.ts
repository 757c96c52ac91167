// Over 450 lines: one fake approval system, which answers in each way that the adapter must bear.
import { HttpResponse, http, type JsonBodyType } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CANARIES, sampleMaterial, samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import type { RestConfigInput } from './config.ts'
import { JUDGE_LIMITS } from './judge.ts'
import { createRestAdapter } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** What ends by silence is tested with the requests themselves; here a busy machine is not to be taken for a silent system. ms */
const UNHURRIED = 600_000

const base: RestConfigInput = {
  baseUrl: 'https://approval.test/api',
  auth: { scheme: 'bearer', secret: 'token' },
  timeoutMs: UNHURRIED,
  dictionaries: { mode: { codes: { '0': 'A', '1': 'B' } }, step: { codes: { 'case.accept': 2, 'case.decide': 11 } } },
  errors: { BUSY: '稍后再试' },
  register: {
    path: '/cases?source={caseNo}',
    headers: { 'x-source': 'tongban', 'x-system': { secret: 'system' } },
    body: { params: { no: 'caseNo', name: 'body.applicant.name', mode: "$theirs('mode', body.mode)" } },
    response: { ok: 'status.code = 1', localCaseNo: 'custom.flowsn', error: 'custom.code' },
  },
}
const secrets = { token: 's3cret-token', system: 'sys' }
const adapterOf = (change: Partial<RestConfigInput> = {}) =>
  createRestAdapter({ config: { ...base, ...change }, secrets })
const { context } = testContext()
const submit = sampleSubmit('one')

type Seen = { url: string; method: string; headers: Record<string, string>; body: unknown }

/** Answers every request for `path` with the same, and keeps what came. */
function answering(
  body: JsonBodyType | string,
  init: ResponseInit = {},
  method: 'post' | 'get' | 'put' = 'post',
  path = '/cases',
): Seen[] {
  const seen: Seen[] = []
  server.use(
    http[method](`https://approval.test/api${path}`, async ({ request }) => {
      const text = await request.text()
      const headers = Object.fromEntries(request.headers)
      seen.push({ url: request.url, method: request.method, headers, body: text === '' ? null : tryJson(text) })
      return typeof body === 'string' ? new HttpResponse(body, init) : HttpResponse.json(body, init)
    }),
  )
  return seen
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.length
  }
}

const good = { status: { code: 1 }, custom: { flowsn: 'SP1' } }

describe('register', () => {
  test('sends the mapped case with key, secrets and address, and reads the number', async () => {
    const seen = answering(good)
    expect(await adapterOf().deliver(submit, context)).toEqual({ ok: true, localCaseNo: 'SP1' })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({
      url: `https://approval.test/api/cases?source=${submit.caseNo}`,
      method: 'POST',
      headers: {
        authorization: 'Bearer s3cret-token',
        'idempotency-key': submit.idempotencyKey,
        'content-type': 'application/json; charset=utf-8',
        'x-source': 'tongban',
        'x-system': 'sys',
      },
      body: { params: { no: submit.caseNo, name: '欧阳金丝雀', mode: 'B' } },
    })
  })

  test('sends a secret in the body where the mapping names one, beside fields that only look so', async () => {
    const seen = answering(good)
    const body = { token: { secret: 'token' }, other: { secret: 'caseNo', more: '1' } }
    await adapterOf({ register: { ...base.register, body } }).deliver(submit, context)
    expect(seen[0]?.body).toEqual({ token: 's3cret-token', other: { secret: submit.caseNo, more: 1 } })
  })

  test('sends identity numbers as they stand on the card, and everything else as it was written', async () => {
    const seen = answering(good)
    const adapter = adapterOf({ register: { ...base.register, body: '[body.applicant, body.agent]' } })
    const applicant = { name: 'x', idType: '111', idNumber: '11010519491231002x' }
    const agent = { name: 'y', idType: '414', idNumber: 'e1234567x' }
    await adapter.deliver({ ...submit, body: { ...submit.body, applicant, agent } }, context)
    expect(seen[0]?.body).toEqual([{ ...applicant, idNumber: '11010519491231002X' }, agent])
  })

  test('the check tells what counts as success without being asked', async () => {
    server.use(http.get('https://approval.test/api', () => new HttpResponse(null)))
    expect(await adapterOf().check(context)).toEqual({ ok: true })
    const { ok, ...response } = base.register.response
    const adapter = adapterOf({
      register: { ...base.register, response },
      packets: { 'case.withdraw': { path: '/withdraw', body: {} } },
      materials: { path: '/files/{sha256}' },
    })
    expect(await adapter.check(context)).toEqual({
      ok: true,
      detail:
        'without register.response.ok, packets.case.withdraw.response.ok, materials.response.ok each 2xx counts as success; ' +
        'a system that answers 200 to everything needs them',
    })
  })

  test('sends the same bytes at every attempt, and nothing that is not mapped', async () => {
    const seen = answering(good)
    const adapter = adapterOf({ register: { ...base.register, body: '$' } })
    const material = sampleMaterial('m')
    server.use(http.put('https://approval.test/api/files/:id', () => new HttpResponse(null, { status: 204 })))
    const withMaterials = adapterOf({
      register: { ...base.register, body: '$' },
      materials: { path: '/files/{sha256}' },
    })
    await adapter.deliver({ ...submit, attempt: 0 }, context)
    await adapter.deliver({ ...submit, attempt: 7 }, context)
    await withMaterials.deliver({ ...submit, materials: [material] }, context)
    expect(seen[1]?.body).toEqual(seen[0]?.body)
    expect(Object.keys(seen[0]?.body as object).sort()).toEqual(
      ['body', 'caseNo', 'from', 'idempotencyKey', 'kind', 'localCaseNo', 'materials', 'thread', 'to'].sort(),
    )
    expect(JSON.stringify(seen)).not.toContain('AAAAAAAAAAAAAAAAAAAAAA')
    const { sha256, size, type, code, name } = material
    expect(seen[2]?.body).toMatchObject({ materials: [{ sha256, size, type, code, name }] })
  })

  test.each([
    ['a number', { flowsn: 42 }, '42'],
    ['text', { flowsn: '420300-7' }, '420300-7'],
  ])('a local case number may be %s', async (_, custom, expected) => {
    answering({ ...good, custom })
    expect(await adapterOf().deliver(submit, context)).toEqual({ ok: true, localCaseNo: expected })
  })

  test.each([
    ['is missing', {}],
    ['is empty', { flowsn: '' }],
    ['is blank at its end', { flowsn: 'SP1 ' }],
    ['is no text', { flowsn: [1] }],
    ['is too long', { flowsn: 'x'.repeat(101) }],
  ])('a local case number that %s is the mapping to correct', async (_, custom) => {
    answering({ ...good, custom })
    expect(await adapterOf().deliver(submit, context)).toEqual({
      ok: false,
      code: 'adapter.mapping',
      detail: 'register.response.localCaseNo: found no local case number of 1 to 100 characters',
      retryable: false,
    })
  })

  test('409 with the number of the case that is there is success; without one it may still be at work, but not for ever', async () => {
    answering({ status: { code: 0 }, custom: { flowsn: 'SP9' } }, { status: 409 })
    expect(await adapterOf().deliver(submit, context)).toEqual({ ok: true, localCaseNo: 'SP9' })
    answering({ status: { code: 0 } }, { status: 409 })
    expect(await adapterOf().deliver({ ...submit, attempt: 4 }, context)).toMatchObject({ retryable: true })
    expect(await adapterOf().deliver({ ...submit, attempt: 5 }, context)).toMatchObject({
      code: 'adapter.refused',
      retryable: false,
    })
  })

  test.each([408, 425, 429, 500, 502, 503, 504])('HTTP %i: again later', async status => {
    answering(`<html>${CANARIES[0]}</html>`, { status })
    expect(await adapterOf().deliver(submit, context)).toEqual({
      ok: false,
      code: 'adapter.unavailable',
      detail: `register: HTTP ${status}`,
      retryable: true,
    })
  })

  test.each([400, 401, 403, 404, 410, 413, 422])('HTTP %i: refused', async status => {
    answering(`<html>${CANARIES[0]}</html>`, { status })
    expect(await adapterOf().deliver(submit, context)).toEqual({
      ok: false,
      code: 'adapter.refused',
      detail: `register: HTTP ${status}`,
      retryable: false,
    })
  })

  test('a redirect is not followed: it could carry personal data elsewhere', async () => {
    answering('', { status: 307, headers: { location: 'https://elsewhere.test/' } })
    expect(await adapterOf().deliver(submit, context)).toMatchObject({
      code: 'adapter.refused',
      detail: 'register: HTTP 307; redirects are not followed',
    })
  })

  test('HTTP 200 with an error inside, as vendors answer', async () => {
    answering({ status: { code: 0 }, custom: { code: 'E17', text: CANARIES[2] } })
    expect(await adapterOf().deliver(submit, context)).toEqual({
      ok: false,
      code: 'adapter.refused',
      detail: 'register: HTTP 200, error E17',
      retryable: false,
    })
  })

  test('an error code is shown when it is plain or listed; a text never is', async () => {
    const detailOf = async (code: unknown) => {
      answering({ status: { code: 0 }, custom: { code } } as JsonBodyType)
      const result = await adapterOf().deliver(submit, context)
      return result.ok ? '' : result.detail
    }
    expect(await detailOf('BUSY')).toBe('register: HTTP 200, error BUSY: 稍后再试')
    expect(await detailOf(-50)).toBe('register: HTTP 200, error -50')
    for (const text of [CANARIES[0], CANARIES[1], CANARIES[2], 'ZHANG SAN']) {
      expect(await detailOf(text)).toBe('register: HTTP 200, an error that the configuration does not list')
    }
    expect(await detailOf(undefined)).toBe('register: HTTP 200, and `ok` does not find it a success')
  })

  test('the configuration may say that an answer means: there already, or try again', async () => {
    const response = { ...base.register.response, duplicate: "custom.code = 'DUP'", retry: "custom.code = 'BUSY'" }
    const adapter = adapterOf({ register: { ...base.register, response } })
    answering({ status: { code: 0 }, custom: { code: 'DUP', flowsn: 'SP3' } })
    expect(await adapter.deliver(submit, context)).toEqual({ ok: true, localCaseNo: 'SP3' })
    answering({ status: { code: 0 }, custom: { code: 'BUSY' } })
    expect(await adapter.deliver(submit, context)).toMatchObject({
      code: 'adapter.unavailable',
      detail: 'register: HTTP 200, error BUSY: 稍后再试',
      retryable: true,
    })
  })

  test('a predicate that is neither true nor false is the mapping to correct', async () => {
    const response = { ...base.register.response, ok: 'custom.flowsn' }
    answering(good)
    expect(await adapterOf({ register: { ...base.register, response } }).deliver(submit, context)).toMatchObject({
      code: 'adapter.mapping',
      detail: 'register.response.ok: must be true or false',
    })
  })

  test('$httpStatus can be asked for', async () => {
    const response = { ...base.register.response, ok: '$httpStatus = 201' }
    const adapter = adapterOf({ register: { ...base.register, response } })
    answering(good, { status: 201 })
    expect(await adapter.deliver(submit, context)).toMatchObject({ ok: true })
    answering(good, { status: 200 })
    expect(await adapter.deliver(submit, context)).toMatchObject({ code: 'adapter.refused' })
  })

  test.each([
    ['a page', '<html>login</html>', 'a page'],
    ['a text', 'success', 'no JSON'],
    ['JSON cut off', '{"status":{"code":1},"cus', 'no JSON'],
    ['nothing', '', 'empty'],
    ['an answer without end', 'x'.repeat(3000), 'larger than maxResponseBytes'],
  ])('%s at HTTP 200 leaves open what became of the case: try again, and then ask a person', async (_, body, what) => {
    answering(body, { status: 200 })
    const adapter = adapterOf({ maxResponseBytes: 2048 })
    for (const attempt of [0, JUDGE_LIMITS.unknownAttempts - 1])
      expect(await adapter.deliver({ ...submit, attempt }, context)).toEqual({
        ok: false,
        code: 'adapter.unavailable',
        detail: `register: HTTP 200, but the answer is ${what}`,
        retryable: true,
      })
    expect(await adapter.deliver({ ...submit, attempt: JUDGE_LIMITS.unknownAttempts }, context)).toEqual({
      ok: false,
      code: 'adapter.unknown',
      detail: `register: HTTP 200, but the answer is ${what}`,
      retryable: false,
    })
  })

  test('a page is no success of a packet either, of whose answer nothing is read', async () => {
    const adapter = adapterOf({ packets: { 'case.withdraw': { path: '/withdraw', body: {} } } })
    const withdraw = samplePacket(submit, 'case.withdraw', 'SP1')
    answering('<!doctype html><title>login</title>', { status: 200 }, 'post', '/withdraw')
    expect(await adapter.deliver(withdraw, context)).toMatchObject({ code: 'adapter.unavailable', retryable: true })
    answering('OK', { status: 200 }, 'post', '/withdraw')
    expect(await adapter.deliver(withdraw, context)).toEqual({ ok: true })
  })

  test.each(['202611300000000123', '20261130000000000000012345', '9007199254740993'])(
    'the number %s, which no double holds, is taken as it was written',
    async flowsn => {
      answering(`{"status":{"code":1},"custom":{"flowsn":${flowsn}}}`)
      expect(await adapterOf().deliver(submit, context)).toEqual({ ok: true, localCaseNo: flowsn })
    },
  )

  test('a code that the dictionary lacks is told before anything is sent', async () => {
    const seen = answering(good)
    expect(await adapterOf().deliver({ ...submit, body: { ...submit.body, mode: 3 } }, context)).toEqual({
      ok: false,
      code: 'adapter.mapping',
      detail: 'register.body.params.mode: dictionary mode does not know our code "3"',
      retryable: false,
    })
    expect(seen).toEqual([])
  })

  const chineseNo = { ...base.register, response: { ...base.register.response, localCaseNo: "custom.text & '-1'" } }
  const head = Buffer.from('{"status":{"code":1},"custom":{"text":"')
  const tail = Buffer.from('"}}')
  const GBK = Buffer.concat([head, Buffer.from([0xca, 0xae, 0xd1, 0xdf]), tail])
  const FOUR_BYTES = Buffer.concat([head, Buffer.from([0x82, 0x35, 0x8f, 0x33]), tail])
  const UTF8 = Buffer.concat([head, Buffer.from('材料齐全'), tail])
  async function read(bytes: Uint8Array, type: string, change: Partial<RestConfigInput> = {}) {
    server.use(
      http.post('https://approval.test/api/cases', () =>
        HttpResponse.arrayBuffer(new Uint8Array(bytes).buffer, { headers: { 'content-type': type } }),
      ),
    )
    return adapterOf({ register: chineseNo, ...change }).deliver(submit, context)
  }

  test.each(['GB2312', 'gbk', 'gb18030', 'cp936', 'MS936', 'x-gbk', '"gb2312"', 'GB_2312-80'])(
    'an answer in the national charset is read under its name %s',
    async charset => {
      expect(await read(GBK, `application/json; charset=${charset}`)).toEqual({ ok: true, localCaseNo: '十堰-1' })
      expect(await read(FOUR_BYTES, `application/json;charset=${charset}`)).toMatchObject({ localCaseNo: '龦-1' })
    },
  )

  test('Chinese text in UTF-8 is read as that, whatever the label or the setting says', async () => {
    for (const type of ['application/json; charset=GBK', 'text/html;charset=gb2312', 'application/json'])
      for (const charset of ['gb18030', undefined] as const)
        expect(await read(UTF8, type, charset === undefined ? {} : { charset })).toEqual({
          ok: true,
          localCaseNo: '材料齐全-1',
        })
  })

  test('the setting tells the charset of a system that does not say it, or says it wrongly', async () => {
    for (const type of ['application/json', 'text/html', 'application/json; charset=utf-8', 'text/plain;charset=x']) {
      expect(await read(GBK, type)).toMatchObject({
        code: 'adapter.unavailable',
        detail: 'register: HTTP 200, but the answer is in another charset; see `charset`',
      })
      expect(await read(GBK, type, { charset: 'gb18030' })).toEqual({ ok: true, localCaseNo: '十堰-1' })
    }
  })
})

describe('packets', () => {
  const withdraw = samplePacket(submit, 'case.withdraw', 'SP/1 2')

  test('goes to its own address, with the local case number encoded', async () => {
    const seen = answering('', { status: 204 }, 'post', '/cases/:no/withdraw')
    const adapter = adapterOf({
      packets: { 'case.withdraw': { path: '/cases/{localCaseNo}/withdraw', body: { reason: 'body.reason' } } },
    })
    expect(await adapter.deliver(withdraw, context)).toEqual({ ok: true })
    expect(seen[0]).toMatchObject({
      url: 'https://approval.test/api/cases/SP%2F1%202/withdraw',
      headers: { 'idempotency-key': withdraw.idempotencyKey },
      body: { reason: '欧阳金丝雀不再办理' },
    })
  })

  test('a number that would leave the path, or is not there, is refused', async () => {
    const adapter = adapterOf({
      packets: { 'case.withdraw': { path: '/cases/{localCaseNo}/withdraw', body: {} } },
    })
    for (const localCaseNo of ['..', '.', '', null]) {
      expect(await adapter.deliver({ ...withdraw, localCaseNo }, context)).toMatchObject({
        code: 'adapter.mapping',
        detail: 'packets.case.withdraw.path: there is no localCaseNo that an address can hold',
      })
    }
  })

  test('a kind that is not mapped is refused, or left out with a log line when the configuration says so', async () => {
    expect(await adapterOf().deliver(withdraw, context)).toEqual({
      ok: false,
      code: 'adapter.mapping',
      detail: 'packets: case.withdraw is not mapped',
      retryable: false,
    })
    const { context: logging, log } = testContext()
    expect(await adapterOf({ unmapped: 'ignore' }).deliver(withdraw, logging)).toEqual({ ok: true })
    expect(log).toEqual([{ message: 'packet left out, its kind is not mapped', fields: { kind: 'case.withdraw' } }])
  })
})

describe('materials', () => {
  const materials = { path: '/files/{sha256}?code={code}', response: { ok: 'done' } } as const

  test('are sent as they are, before the case, each under a key of its own', async () => {
    const files = answering({ done: true }, {}, 'put', '/files/:id')
    const cases = answering(good)
    const material = sampleMaterial('one', { chunks: 4, chunkBytes: 1000 })
    const delivery = { ...submit, materials: [material] }
    expect(await adapterOf({ materials }).deliver(delivery, context)).toMatchObject({ ok: true })
    expect(files).toMatchObject([
      {
        url: `https://approval.test/api/files/${material.sha256}?code=M01`,
        headers: {
          authorization: 'Bearer s3cret-token',
          'content-type': 'application/pdf',
          'content-length': '4000',
          'idempotency-key': `${submit.idempotencyKey}.${material.sha256}`,
        },
        body: 4000,
      },
    ])
    expect(cases).toHaveLength(1)
  })

  test('those that are there already are not sent again by a retry', async () => {
    const files = answering({ done: true }, {}, 'put', '/files/:id')
    const delivery = { ...submit, materials: [sampleMaterial('a'), sampleMaterial('bb')] }
    const adapter = adapterOf({ materials })
    answering('', { status: 503 })
    expect(await adapter.deliver(delivery, context)).toMatchObject({ retryable: true })
    expect(files).toHaveLength(2)
    answering({ status: { code: 0 } })
    expect(await adapter.deliver({ ...delivery, attempt: 1 }, context)).toMatchObject({ code: 'adapter.refused' })
    expect(files).toHaveLength(2)
    // After a refusal a person has looked at it, and what they did there is not known: everything is sent again.
    answering(good)
    expect(await adapter.deliver({ ...delivery, attempt: 2 }, context)).toMatchObject({ ok: true })
    expect(files).toHaveLength(4)
  })

  test('one that is refused stops the case', async () => {
    answering({ done: false }, {}, 'put', '/files/:id')
    const cases = answering(good)
    const delivery = { ...submit, materials: [sampleMaterial('a')] }
    expect(await adapterOf({ materials }).deliver(delivery, context)).toEqual({
      ok: false,
      code: 'adapter.refused',
      detail: 'materials: HTTP 200, and `ok` does not find it a success',
      retryable: false,
    })
    expect(cases).toEqual([])
  })

  test('one whose bytes are not as many as the packet says does not arrive', async () => {
    server.use(
      http.put('https://approval.test/api/files/:id', async ({ request }) => {
        const whole = await request.arrayBuffer().catch(() => null)
        return whole === null ? HttpResponse.error() : HttpResponse.json({ done: true })
      }),
    )
    for (const wrong of [-1, 1]) {
      const material = sampleMaterial('short')
      const cases = answering(good)
      const lying = { ...material, size: material.size + wrong, open: () => material.open() }
      expect(await adapterOf({ materials }).deliver({ ...submit, materials: [lying] }, context)).toMatchObject({
        ok: false,
        code: 'adapter.unavailable',
      })
      expect(cases).toEqual([])
    }
  })

  test('are refused when the configuration does not say where they go, and left when it says so', async () => {
    const cases = answering(good)
    const material = sampleMaterial('a')
    const delivery = { ...submit, materials: [material] }
    expect(await adapterOf().deliver(delivery, context)).toMatchObject({ code: 'adapter.mapping' })
    expect(cases).toEqual([])
    expect(await adapterOf({ materials: 'ignore' }).deliver(delivery, context)).toMatchObject({ ok: true })
    expect(material.opened).toBe(0)
  })
})

test('a plan tells what a delivery sends, without sending it and without a secret', async () => {
  const adapter = adapterOf()
  const planned = await adapter.plan?.(submit)
  if (planned?.ok !== true) throw new Error('it has no plan')
  const [first] = planned.requests
  const seen = answering({ status: { code: 1 }, custom: { flowsn: 'F1' } })
  expect(seen).toEqual([])
  await adapter.deliver(submit, context)
  expect(planned.requests).toHaveLength(1)
  expect(first).toMatchObject({ method: 'POST', url: seen[0]?.url })
  expect(JSON.parse(first?.body ?? '')).toEqual(seen[0]?.body)
  expect(first?.headers).toEqual(['authorization', 'idempotency-key', 'x-source', 'x-system'])
  expect(JSON.stringify(planned)).not.toContain(secrets.token)
  const register = { ...base.register, body: { token: { secret: 'token' }, no: 'caseNo' } }
  expect(await adapterOf({ register }).plan?.(submit)).toMatchObject({
    requests: [{ body: JSON.stringify({ token: '***', no: submit.caseNo }) }],
  })
  const unmapped = { ...submit, kind: 'case.remind' }
  expect(await adapterOf({ unmapped: 'ignore' }).plan?.(unmapped)).toEqual({ ok: true, requests: [] })
  expect(await adapter.plan?.(unmapped)).toEqual({
    ok: false,
    problem: { code: 'adapter.mapping', detail: 'packets: case.remind is not mapped' },
  })
})
