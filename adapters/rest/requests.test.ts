/** Forms that requests may have besides JSON, requests before the one of the packet, and the one rule for answers. */
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { memoryState, sampleMaterial, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import type { RestConfigInput } from './config.ts'
import { createRestAdapter } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

describe('other forms of requests', () => {
  const base: RestConfigInput = {
    baseUrl: 'https://other.test',
    auth: { scheme: 'none' },
    timeoutMs: 600_000,
    register: { path: '/cases', body: { no: 'caseNo' }, response: { localCaseNo: 'no' } },
  }
  const submit = sampleSubmit('other', [sampleMaterial('one'), sampleMaterial('two', { chunks: 1, chunkBytes: 1 })])
  const { context } = testContext()

  test('a multipart form has fields and file, of the size that it says, and the same bytes at every attempt', async () => {
    const bodies: Uint8Array[] = []
    const forms: { no: unknown; code: unknown; file: File }[] = []
    server.use(
      http.post('https://other.test/files', async ({ request }) => {
        const copy = request.clone()
        bodies.push(new Uint8Array(await copy.arrayBuffer()))
        expect(Number(request.headers.get('content-length'))).toBe(bodies.at(-1)?.byteLength)
        const form = await request.formData()
        forms.push({ no: form.get('no'), code: form.get('code'), file: form.get('upload') as File })
        return HttpResponse.json({}, { status: forms.length === 3 ? 503 : 201 })
      }),
      http.post('https://other.test/cases', () => HttpResponse.json({ no: 'X1' })),
    )
    const adapter = createRestAdapter({
      config: {
        ...base,
        materials: {
          method: 'POST',
          path: '/files',
          as: 'multipart',
          file: 'upload',
          body: { no: 'caseNo', code: 'material.code' },
        },
      },
      secrets: {},
    })
    await adapter.deliver(submit, context)
    await adapter.deliver({ ...submit, idempotencyKey: sampleSubmit('else').idempotencyKey }, context)
    expect(forms.length).toBe(3)
    const [first, second] = forms
    expect([first?.no, first?.code]).toEqual([submit.caseNo, 'M01'])
    expect([first?.file.name, first?.file.type, first?.file.size]).toEqual([
      '结婚证-金丝雀.pdf',
      'application/pdf',
      3000,
    ])
    expect(second?.file.size).toBe(1)
    expect(bodies[2]).toEqual(bodies[0])
  })

  test('a form has its fields, in the charset of the system; what is no text is JSON', async () => {
    const texts: string[] = []
    server.use(
      http.post('https://other.test/cases', async ({ request }) => {
        expect(request.headers.get('content-type')).toBe('application/x-www-form-urlencoded; charset=gbk')
        texts.push(await request.text())
        return HttpResponse.json({ no: 'X1' })
      }),
    )
    const body = { name: "'中&国'", list: '[1, 2]', no: "'1~2'" }
    const config: RestConfigInput = { ...base, requestCharset: 'gbk', register: { ...base.register, as: 'form', body } }
    expect(await createRestAdapter({ config, secrets: {} }).deliver(sampleSubmit('form'), context)).toMatchObject({
      ok: true,
    })
    expect(texts).toEqual(['name=%D6%D0%26%B9%FA&list=%5B1%2C2%5D&no=1~2'])
  })

  test('steps go before the packet, each until it went well once, and hand on what they took', async () => {
    const calls: string[] = []
    let open = false
    server.use(
      http.post('https://other.test/:what', async ({ params, request }) => {
        const body = (await request.json()) as Record<string, unknown>
        calls.push(`${params.what} ${JSON.stringify(body)} ${request.headers.get('idempotency-key')?.slice(64)}`)
        if (params.what === 'accounts') return HttpResponse.json({ account: 'A-7' })
        return params.what === 'cases' && !open
          ? new HttpResponse(null, { status: 503 })
          : HttpResponse.json({ no: 'X1' })
      }),
    )
    const config: RestConfigInput = {
      ...base,
      register: {
        ...base.register,
        steps: [
          { name: 'account', path: '/accounts', body: { name: "'x'" }, take: { id: 'account' } },
          { name: 'extra', path: '/extras', when: 'body.mode = 9', body: {} },
        ],
        body: { account: '$steps.account.id' },
      },
    }
    const bare = sampleSubmit('steps')
    const state = memoryState()
    const { context: own } = testContext({ state })
    expect(await createRestAdapter({ config, secrets: {} }).deliver(bare, own)).toMatchObject({
      code: 'adapter.unavailable',
    })
    open = true
    expect(await createRestAdapter({ config, secrets: {} }).deliver(bare, own)).toEqual({ ok: true, localCaseNo: 'X1' })
    expect(calls).toEqual(['accounts {"name":"x"} .account', 'cases {"account":"A-7"} ', 'cases {"account":"A-7"} '])
  })

  test.each([
    ["'done'", { ok: true, localCaseNo: 'X1' }],
    ["'again'", { ok: false, code: 'adapter.unavailable', detail: 'register: HTTP 200, again', retryable: true }],
    ["'refused'", { ok: false, code: 'adapter.refused', detail: 'register: HTTP 200', retryable: false }],
    [
      "'unknown'",
      {
        ok: false,
        code: 'adapter.unavailable',
        detail: 'register: HTTP 200, whose effect is unknown',
        retryable: true,
      },
    ],
    [
      "$contains($text, 'X1') and $httpStatus = 200 ? 'refused'",
      { ok: false, code: 'adapter.refused', detail: 'register: HTTP 200', retryable: false },
    ],
    ['nothing', { ok: true, localCaseNo: 'X1' }],
    [
      "'maybe'",
      {
        ok: false,
        code: 'adapter.mapping',
        detail: 'outcome: must be one of done, again, refused, unknown',
        retryable: false,
      },
    ],
  ])('one rule judges every answer: %s', async (outcome, result) => {
    server.use(http.post('https://other.test/cases', () => HttpResponse.json({ no: 'X1' })))
    expect(
      await createRestAdapter({ config: { ...base, outcome }, secrets: {} }).deliver(sampleSubmit('rule'), context),
    ).toEqual(result)
  })

  test('the rule judges pages too: one that the vendor shows now and then is no refusal', async () => {
    server.use(
      http.post('https://other.test/cases', () => new HttpResponse('<html>系统维护中</html>', { status: 404 })),
    )
    const outcome = "$contains($text, '维护') ? 'again'"
    expect(
      await createRestAdapter({ config: { ...base, outcome }, secrets: {} }).deliver(sampleSubmit('page'), context),
    ).toMatchObject({
      code: 'adapter.unavailable',
    })
  })
})
