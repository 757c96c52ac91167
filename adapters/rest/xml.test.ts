/** XML over HTTP, files within a packet, and answers that answer several records. */
import { createHash } from 'node:crypto'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { encode, jsonOfXml, readXml } from '../sdk/index.ts'
import { sampleMaterial, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import type { RestConfigInput } from './config.ts'
import { JUDGE_LIMITS } from './judge.ts'
import { createRestAdapter } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const base: RestConfigInput = {
  baseUrl: 'https://approval.test',
  auth: { scheme: 'none' },
  timeoutMs: 600_000,
  charset: 'gb18030',
  requestCharset: 'gb18030',
  answers: 'xml',
  errors: { '-901': '姓名有误' },
  materials: 'ignore',
  register: {
    path: '/add',
    as: 'xml',
    mediaType: 'text/xml',
    body: [
      '<Case xmlns="urn:case" code="{{ $secret(\'licence\') }}">',
      '  <Name>{{ body.applicant.name }}</Name>',
      '  <File tb:each="{{ materials }}" no="{{ $index }}"><Code>{{ code }}</Code><Bytes>{{ content }}</Bytes></File>',
      '</Case>',
    ],
    response: { ok: "R.CODE = '1'", error: 'R.CODE', localCaseNo: 'R.NO' },
  },
}
const secrets = { licence: '<lic>&1' }
const adapterOf = (change: Partial<RestConfigInput> = {}) =>
  createRestAdapter({ config: { ...base, ...change }, secrets })
const submit = sampleSubmit('xml')
const { context } = testContext()

/** Answers with this, and keeps what came. */
function answering(answer: string, init: ResponseInit = {}) {
  const seen: { type: string | null; accept: string | null; length: string | null; text: string }[] = []
  server.use(
    http.post('https://approval.test/add', async ({ request }) => {
      const text = new TextDecoder('gb18030' as 'utf-8', { fatal: true }).decode(await request.arrayBuffer())
      const { headers } = request
      seen.push({
        type: headers.get('content-type'),
        accept: headers.get('accept'),
        length: headers.get('content-length'),
        text,
      })
      return new HttpResponse(encode(answer, 'gb18030'), { headers: { 'content-type': 'text/html' }, ...init })
    }),
  )
  return seen
}
const fields = (text = '') => {
  const read = readXml(text)
  return read.ok ? jsonOfXml(read.root) : read.fault
}

describe('XML over HTTP', () => {
  test('a document is sent as its template says, in the charset, and the answer is read by its local names', async () => {
    const seen = answering('<ns:R xmlns:ns="urn:a"><ns:CODE>1</ns:CODE><ns:NO>202611300000000123</ns:NO></ns:R>')
    expect(await adapterOf().deliver(submit, context)).toEqual({ ok: true, localCaseNo: '202611300000000123' })
    expect(seen[0]?.type).toBe('text/xml; charset=gb18030')
    expect(seen[0]?.accept).toBe('application/xml, text/xml')
    expect(seen[0]?.text).toMatch(/^<\?xml version="1.0" encoding="GB18030"\?>\n<Case xmlns="urn:case" code="&lt;lic/)
    expect(fields(seen[0]?.text)).toEqual({ '@code': '<lic>&1', Name: '欧阳金丝雀' })
  })

  test('a document within an answer is read in its place; an answer without one as it is', async () => {
    const inner = "<![CDATA[<?xml version='1.0' encoding='GBK'?><R><CODE>1</CODE><NO>甲-1</NO></R>]]>"
    answering(`<return>${inner}</return>`)
    const adapter = adapterOf({ inner: 'return' })
    expect(await adapter.deliver(submit, context)).toEqual({ ok: true, localCaseNo: '甲-1' })
    answering('<R><CODE>-901</CODE></R>')
    expect(await adapter.deliver(submit, context)).toMatchObject({
      code: 'adapter.refused',
      detail: 'register: HTTP 200, error -901: 姓名有误',
    })
    for (const [text, why] of [
      ['&lt;R>cut', 'no XML that is read'],
      ['&lt;!DOCTYPE R [&lt;!ENTITY x "y">]>&lt;R>&amp;x;&lt;/R>', 'no XML that is read'],
      ['&lt;html>登录&lt;/html>', 'a page'],
    ]) {
      answering(`<return>${text}</return>`)
      const tried = await adapter.deliver(submit, context)
      expect(tried).toMatchObject({ code: 'adapter.unavailable', retryable: true })
      expect(tried).toMatchObject({ detail: expect.stringContaining(why ?? '') })
      expect(await adapter.deliver({ ...submit, attempt: JUDGE_LIMITS.unknownAttempts }, context)).toMatchObject({
        code: 'adapter.unknown',
        retryable: false,
      })
    }
  })

  test('neither plan nor trace shows a secret, escaped either', async () => {
    answering('<R><CODE>1</CODE><NO>1</NO></R>')
    const told: unknown[] = []
    await adapterOf().deliver(submit, { ...context, trace: exchange => told.push(exchange) })
    told.push(await adapterOf().plan?.(submit))
    expect(JSON.stringify(told)).toContain('<Case xmlns=\\"urn:case\\" code=\\"***\\">')
    expect(JSON.stringify(told)).not.toMatch(/lic>|lt;lic/)
  })

  test('the check of dictionaries reads a template too', async () => {
    const adapter = adapterOf({
      dictionaries: { item: { codes: { A1: '1' } } },
      register: {
        ...base.register,
        body: "<a b=\"{{ $theirs('item', body.item.code) }}\">{{ $secret('licence') }}</a>",
      },
    })
    const asked = [{ code: 'A2', name: '学历公证', modes: [0] }]
    expect(await adapter.lacking?.(asked)).toEqual([{ code: 'A2', lacks: 'dictionaries.item: A2' }])
  })

  test.each([
    [{ register: { ...base.register, body: { a: '1' } } }, 'register.body: XML is a text, or a list of its lines'],
    [{ register: { ...base.register, body: '<a>' } }, 'register.body: no XML: it is cut off'],
    [{ register: { ...base.register, body: "<a>{{ $secret('x') }}</a>" } }, 'register.body.a: the secret x is missing'],
    [{ register: { ...base.register, mediaType: 'text' } }, 'register.mediaType'],
  ])('a mistake is told at the start: %#', (change, fault) => {
    expect(() => adapterOf(change as never)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ detail: expect.stringContaining(fault) }) }),
    )
  })
})

describe('files within a packet', () => {
  const small = sampleMaterial('small', { chunks: 5, chunkBytes: 1001 })
  const other = sampleMaterial('another', { chunks: 1, chunkBytes: 1 })
  const packet = sampleSubmit('files', [small, { ...other, code: 'M02' }])

  test('stand whole in it, as it is sent, and it is no longer than it says', async () => {
    const seen = answering('<R><CODE>1</CODE><NO>1</NO></R>')
    expect(await adapterOf({ materials: 'inline' }).deliver(packet, context)).toMatchObject({ ok: true })
    const { File } = fields(seen[0]?.text) as { File: Record<string, string>[] }
    expect(File.map(file => [file['@no'], file.Code])).toEqual([
      ['1', 'M01'],
      ['2', 'M02'],
    ])
    expect(
      File.map(({ Bytes = '' }) => createHash('sha256').update(Buffer.from(Bytes, 'base64')).digest('hex')),
    ).toEqual([small.sha256, other.sha256])
    expect(Number(seen[0]?.length)).toBe(encode(seen[0]?.text ?? '', 'gb18030')?.byteLength)
  })

  test('a packet that leaves one out is refused before it is sent; so is one that names one that it lacks', async () => {
    const seen = answering('<R><CODE>1</CODE><NO>1</NO></R>')
    const register = (body: string) => adapterOf({ materials: 'inline', register: { ...base.register, body } })
    expect(await register('<a>{{ materials[0].content }}</a>').deliver(packet, context)).toMatchObject({
      code: 'adapter.mapping',
      detail: 'register.body: the content of each file must stand in it, as it is',
    })
    const foreign = `<a>the-content-of-${'0'.repeat(64)}-stands-here</a>`
    expect(await register(foreign).deliver(submit, context)).toMatchObject({
      code: 'adapter.mapping',
      detail: 'register.body: the content of a file that the packet lacks',
    })
    expect(seen).toHaveLength(0)
  })

  test('in JSON they stand in the same way; what is planned shows where', async () => {
    const adapter = adapterOf({
      materials: 'inline',
      register: { ...base.register, as: 'json', body: { files: '[materials.content]' } },
    })
    const seen = answering('<R><CODE>1</CODE><NO>1</NO></R>')
    await adapter.deliver(packet, context)
    expect((JSON.parse(seen[0]?.text ?? '') as { files: string[] }).files).toHaveLength(2)
    const planned = await adapter.plan?.(packet)
    expect(planned).toMatchObject({ requests: [{ body: expect.stringContaining(small.sha256) }] })
  })
})

describe('an answer to several records', () => {
  const records = (codes: string[]) =>
    `<R><CODE>1</CODE><NO>N1</NO>${codes.map(code => `<REC><C>${code}</C></REC>`).join('')}</R>`
  const adapter = adapterOf({
    register: {
      ...base.register,
      response: {
        ...base.register.response,
        records: {
          list: 'R.REC',
          outcome: "C = '-1' ? 'again' : C = '-2' ? 'unknown'",
          ok: "C = '1'",
          error: 'C',
        },
      },
    },
  })
  const failed = (code: string, retryable: boolean, detail: string) => ({ ok: false, code, retryable, detail })

  test.each([
    [[], { ok: true, localCaseNo: 'N1' }],
    [['1'], { ok: true, localCaseNo: 'N1' }],
    [['1', '1'], { ok: true, localCaseNo: 'N1' }],
    [['1', '-901'], failed('adapter.refused', false, 'register: 1 of 2 records; record 2, error -901: 姓名有误')],
    [
      ['-1', '-2', '-77', '-901'],
      failed('adapter.refused', false, 'register: 2 of 4 records; record 3, error -77; record 4, error -901: 姓名有误'),
    ],
    [['-1', '1', '-2'], failed('adapter.unavailable', true, 'register: 1 of 3 records; record 3, error -2')],
    [['-1', '1'], failed('adapter.unavailable', true, 'register: 1 of 2 records; record 1, error -1')],
    [
      ['王某某'],
      failed(
        'adapter.refused',
        false,
        'register: 1 of 1 records; record 1, an error that the configuration does not list',
      ),
    ],
    [
      Array(7).fill('-9'),
      failed(
        'adapter.refused',
        false,
        `register: 7 of 7 records; ${[1, 2, 3, 4, 5].map(n => `record ${n}, error -9`).join('; ')}`,
      ),
    ],
  ])('%j', async (codes, result) => {
    answering(records(codes))
    expect(await adapter.deliver(submit, context)).toEqual(result)
  })

  test('an unknown one is tried again for some time, then a person is asked', async () => {
    answering(records(['-2', '-1']))
    expect(await adapter.deliver({ ...submit, attempt: JUDGE_LIMITS.unknownAttempts }, context)).toEqual(
      failed('adapter.unknown', false, 'register: 1 of 2 records; record 1, error -2'),
    )
  })

  test('what is refused as a whole is not asked for its records', async () => {
    answering('<R><CODE>-901</CODE><REC><C>1</C></REC></R>')
    expect(await adapter.deliver(submit, context)).toMatchObject({ detail: 'register: HTTP 200, error -901: 姓名有误' })
  })

  test('what no rule covers is unknown, never taken for done', async () => {
    const { ok, ...rules } = { list: 'R.REC', outcome: "C = '1' ? 'done'", ok: undefined, error: 'C' }
    const open = adapterOf({
      register: { ...base.register, response: { ...base.register.response, records: rules } },
    })
    answering(records(['1', '2']))
    expect(await open.deliver(submit, context)).toMatchObject({ code: 'adapter.unavailable' })
    expect(() =>
      adapterOf({
        register: { ...base.register, response: { ...base.register.response, records: { list: 'R.REC' } } },
      }),
    ).toThrow()
  })
})
