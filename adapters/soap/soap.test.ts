import { createHash } from 'node:crypto'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { encode, jsonOfXml, readXml, SOAP_NAMESPACES } from '../sdk/index.ts'
import { sampleMaterial, samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import { type SoapConfigInput, soapConfigSchema } from './config.ts'
import { SOAP_CODEC } from './envelope.ts'
import MAPPING from './police.json' with { type: 'json' }
import { createSoapAdapter, soapFiles } from './soap.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const URL = 'https://approval.test/ws/case'
const CONFIG: SoapConfigInput = {
  baseUrl: URL,
  auth: { scheme: 'none' },
  timeoutMs: 600_000,
  namespaces: { c: 'urn:case' },
  errors: { E1: '重复 / twice' },
  register: {
    action: 'urn:case#add',
    body: '<c:add><c:name>{{ body.applicant.name }}</c:name></c:add>',
    response: { localCaseNo: 'addResponse.no', error: 'Fault.detail.code' },
  },
  packets: { 'case.withdraw': { body: '<c:withdraw/>' } },
}
const SECRETS = { password: 'pass<word>' }
const adapterOf = (change: Partial<SoapConfigInput> = {}, files?: Record<string, string>) =>
  createSoapAdapter({ config: { ...CONFIG, ...change }, secrets: SECRETS, ...(files === undefined ? {} : { files }) })
const submit = sampleSubmit('soap')
const { context } = testContext()

const envelope = (body: string, version: '1.1' | '1.2' = '1.1') =>
  `<S:Envelope xmlns:S="${SOAP_NAMESPACES[version]}"><S:Body>${body}</S:Body></S:Envelope>`
const GOOD = envelope('<n:addResponse xmlns:n="urn:case"><n:no>202611300000000123</n:no></n:addResponse>')
const fault = (code: string, detail = '') =>
  envelope(`<S:Fault><faultcode>S:${code}</faultcode><faultstring>欧阳金丝雀</faultstring>${detail}</S:Fault>`)
const fault12 = (code: string) =>
  envelope(
    `<S:Fault><S:Code><S:Value>S:${code}</S:Value><S:Subcode><S:Value>x:Sub</S:Value></S:Subcode></S:Code><S:Reason><S:Text xml:lang="zh">欧阳金丝雀</S:Text></S:Reason></S:Fault>`,
    '1.2',
  )

type Seen = { headers: Headers; text: string; body: Record<string, unknown> }
function answering(
  answer: string | Uint8Array<ArrayBuffer> | null | (() => Response),
  status = 200,
  url = URL,
): Seen[] {
  const seen: Seen[] = []
  server.use(
    http.post(url, async ({ request }) => {
      const text = await request.text()
      const read = readXml(text)
      const { Body: body = {} } = (read.ok ? jsonOfXml(read.root) : {}) as { Body?: Seen['body'] }
      seen.push({ headers: request.headers, text, body })
      return typeof answer === 'function' ? answer() : new HttpResponse(answer, { status })
    }),
  )
  return seen
}
/** What a configuration is refused for. */
const faultOf = (make: () => unknown): string => {
  try {
    make()
    return ''
  } catch (error) {
    return (error as { problem?: { detail?: string } }).problem?.detail ?? String(error)
  }
}
const unavailable = (detail: string) => ({ ok: false, code: 'adapter.unavailable', detail, retryable: true })
const refused = (detail: string) => ({ ok: false, code: 'adapter.refused', detail, retryable: false })

describe('envelopes', () => {
  test('of 1.1: SOAPAction, text/xml, header and body in their places; numbers of the answer stay text', async () => {
    const seen = answering(GOOD)
    const adapter = adapterOf({ header: '<c:Who>{{ from }}</c:Who>' })
    expect(await adapter.deliver(submit, context)).toEqual({ ok: true, localCaseNo: '202611300000000123' })
    expect(seen[0]?.headers.get('soapaction')).toBe('"urn:case#add"')
    expect(seen[0]?.headers.get('content-type')).toBe('text/xml; charset=utf-8')
    expect(seen[0]?.text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        `<soapenv:Envelope xmlns:soapenv="${SOAP_NAMESPACES['1.1']}" xmlns:c="urn:case">` +
        '<soapenv:Header><c:Who>610900</c:Who></soapenv:Header>' +
        '<soapenv:Body><c:add><c:name>欧阳金丝雀</c:name></c:add></soapenv:Body></soapenv:Envelope>',
    )
  })

  test('of 1.2: the action stands in the media type', async () => {
    const seen = answering(envelope('<addResponse><no>1</no></addResponse>', '1.2'))
    expect(await adapterOf({ soap: '1.2' }).deliver(submit, context)).toEqual({ ok: true, localCaseNo: '1' })
    expect(seen[0]?.headers.get('content-type')).toBe('application/soap+xml; action="urn:case#add"; charset=utf-8')
    expect(seen[0]?.headers.has('soapaction')).toBe(false)
    expect(seen[0]?.text).toContain(SOAP_NAMESPACES['1.2'])
  })

  test('a whole one is sent as it stands; another service of the host has a path of its own', async () => {
    const seen = answering(GOOD, 200, 'https://approval.test/ws/other')
    const whole = `<!-- ours --><e:Envelope xmlns:e="${SOAP_NAMESPACES['1.1']}"><e:Body><add id="{{ caseNo }}"/></e:Body></e:Envelope>`
    const register = { ...CONFIG.register, body: whole, path: '/ws/other' }
    await adapterOf({ namespaces: {}, register, packets: {} }).deliver(submit, context)
    expect(seen[0]?.body).toEqual({ add: { '@id': submit.caseNo, '#text': '' } })
  })

  test('GB 18030 both ways, and an answer that does not say it', async () => {
    const answer = encode(envelope('<addResponse><no>甲𠮷-1</no></addResponse>'), 'gb18030') ?? null
    const seen: string[] = []
    server.use(
      http.post(URL, async ({ request }) => {
        seen.push(new TextDecoder('gb18030' as 'utf-8', { fatal: true }).decode(await request.arrayBuffer()))
        return new HttpResponse(answer)
      }),
    )
    const adapter = adapterOf({ charset: 'gb18030', requestCharset: 'gb18030' })
    expect(await adapter.deliver(submit, context)).toEqual({ ok: true, localCaseNo: '甲𠮷-1' })
    expect(seen[0]).toMatch(/^<\?xml version="1.0" encoding="GB18030"\?>[\s\S]*欧阳金丝雀/)
  })
})

test('a preset of headers goes with envelopes too', async () => {
  const seen = answering(GOOD)
  const auth = { scheme: 'preset', preset: 'x-tif', paasId: 'tongban', secret: 'password' } as const
  expect(await adapterOf({ auth }).deliver(submit, context)).toMatchObject({ ok: true })
  expect(seen[0]?.headers.get('x-tif-paasid')).toBe('tongban')
  expect(seen[0]?.headers.get('x-tif-signature')).toMatch(/^[\da-f]{64}$/)
})

describe('WS-Security', () => {
  type Token = { Username: string; Password: Record<string, string>; Nonce?: Record<string, string>; Created?: string }
  const tokenOf = (text: string): Token => {
    const read = readXml(text)
    const whole = (read.ok ? jsonOfXml(read.root) : {}) as { Header: { Security: { UsernameToken: Token } } }
    return whole.Header.Security.UsernameToken
  }
  const security = { username: '十堰&"', secret: 'password' } as const

  test('a password as text', async () => {
    const seen = answering(GOOD)
    await adapterOf({ security: { ...security, type: 'text' } }).deliver(submit, context)
    const { Username: username, Password: password } = tokenOf(seen[0]?.text ?? '')
    expect([username, password['#text']]).toEqual(['十堰&"', 'pass<word>'])
    expect(password['@Type']).toMatch(/#PasswordText$/)
  })

  test('a digest of nonce, time and password; a retry makes another one, and neither is shown', async () => {
    const seen = answering(GOOD)
    const told: unknown[] = []
    const adapter = adapterOf({ security: { ...security, type: 'digest' } })
    const at = (ms: number) => ({
      ...context,
      now: () => Date.UTC(2026, 10, 2, 1) + ms,
      trace: (one: unknown) => told.push(one),
    })
    await adapter.deliver(submit, at(0))
    await adapter.deliver({ ...submit, attempt: 1 }, at(1000))
    const tokens = seen.map(({ text }) => tokenOf(text))
    for (const { Password: password, Nonce: nonce, Created: created } of tokens) {
      const bytes = Buffer.from(nonce?.['#text'] ?? '', 'base64')
      const digest = createHash('sha1').update(bytes).update(`${created}${SECRETS.password}`).digest('base64')
      expect(password['#text']).toBe(digest)
      expect(password['@Type']).toMatch(/#PasswordDigest$/)
    }
    expect(tokens.map(({ Created: created }) => created)).toEqual([
      '2026-11-02T01:00:00.000Z',
      '2026-11-02T01:00:01.000Z',
    ])
    expect(tokens[0]?.Nonce).not.toEqual(tokens[1]?.Nonce)
    told.push(await adapter.plan?.(submit))
    for (const { Password: password } of tokens) expect(JSON.stringify(told)).not.toContain(password['#text'])
  })
})

describe('faults', () => {
  test.each([
    ['Client', 500, refused('register: HTTP 500, a fault of code Client')],
    ['Client.Authentication', 200, refused('register: HTTP 200, a fault of code Client')],
    ['MustUnderstand', 500, refused('register: HTTP 500, a fault of code MustUnderstand')],
    ['Server', 500, unavailable('register: HTTP 500, a fault of code Server')],
    ['Server', 200, unavailable('register: HTTP 200, a fault of code Server')],
    ['欧阳金丝雀', 500, unavailable('register: HTTP 500, a fault of code unknown')],
  ])('%s at HTTP %i', async (code, status, result) => {
    answering(fault(code), status)
    expect(await adapterOf().deliver(submit, context)).toEqual(result)
  })

  test.each([
    ['Sender', refused('register: HTTP 400, a fault of code Sender'), 400],
    ['Receiver', unavailable('register: HTTP 500, a fault of code Receiver'), 500],
  ])('of 1.2: %s', async (code, result, status) => {
    answering(fault12(code), status)
    expect(await adapterOf({ soap: '1.2' }).deliver(submit, context)).toEqual(result)
    expect(SOAP_CODEC.decode(new TextEncoder().encode(fault12(code)), null).body).toEqual({
      Fault: { code, subcode: 'Sub', reason: '欧阳金丝雀' },
    })
  })

  test('of the service: after some attempts a person is asked', async () => {
    answering(fault('Server'), 500)
    expect(await adapterOf().deliver({ ...submit, attempt: 5 }, context)).toEqual({
      ...refused('register: HTTP 500, a fault of code Server'),
      code: 'adapter.unknown',
    })
  })

  test('are judged by the rules of the configuration first: outcome, duplicate, retry, error', async () => {
    const register = (response: object) =>
      adapterOf({ register: { ...CONFIG.register, response: { ...CONFIG.register.response, ...response } } })
    const twice = fault('Client', '<detail><code>E1</code><no>N7</no></detail>')
    answering(twice, 500)
    expect(await register({}).deliver(submit, context)).toEqual(
      refused('register: HTTP 500, a fault of code Client, error E1: 重复 / twice'),
    )
    expect(
      await register({
        duplicate: "Fault.detail.code = 'E1'",
        localCaseNo: '$exists(addResponse.no) ? addResponse.no : Fault.detail.no',
      }).deliver(submit, context),
    ).toEqual({ ok: true, localCaseNo: 'N7' })
    expect(await register({ retry: "Fault.detail.code = 'E1'" }).deliver(submit, context)).toMatchObject(
      unavailable('register: HTTP 500, error E1: 重复 / twice'),
    )
    expect(await register({ outcome: "Fault ? 'again'" }).deliver(submit, context)).toEqual(
      unavailable('register: HTTP 500, again'),
    )
    answering(fault('Server'), 500)
    expect(await register({ outcome: "Fault.code = 'Server' ? 'refused'" }).deliver(submit, context)).toEqual(
      refused('register: HTTP 500'),
    )
  })
})

describe('an answer that is none is neither a success nor a refusal', () => {
  const laughs = `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>${envelope('<l>&b;</l>')}`
  test.each([
    ['a page', '<html><body>登录</body></html>', 'a page'],
    ['nothing', null, 'empty'],
    ['cut off', GOOD.slice(0, -9), 'no XML that is read'],
    ['a billion laughs', laughs, 'no XML that is read'],
    ['an external entity', `<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>${GOOD}`, 'no XML that is read'],
    ['nested without end', envelope('<a>'.repeat(100_000)), 'no XML that is read'],
    ['XML without an envelope', '<addResponse><no>1</no></addResponse>', 'no SOAP envelope'],
    ['an envelope of another kind', GOOD.replaceAll('soap/envelope', 'soap/other'), 'no SOAP envelope'],
    ['an envelope without a body', GOOD.replaceAll('S:Body', 'S:Head'), 'no SOAP envelope'],
    ['JSON', '{"no":1}', 'no XML that is read'],
    ['another charset', encode(GOOD.replace('2026', '处理'), 'gb18030'), 'in another charset; see `charset`'],
    ['50 MB', ' '.repeat(2 * 1024 * 1024), 'larger than maxResponseBytes'],
  ])('%s', async (_, answer, why) => {
    answering(answer)
    const withdraw = samplePacket(submit, 'case.withdraw', 'N1')
    for (const outcome of [undefined, "addResponse.no ? 'done'"]) {
      const adapter = adapterOf(outcome === undefined ? {} : { outcome })
      expect(await adapter.deliver(submit, context)).toEqual(
        unavailable(`register: HTTP 200, but the answer is ${why}`),
      )
      // Nothing is read of an answer to this one.
      expect(await adapter.deliver(withdraw, context)).toMatchObject({ code: 'adapter.unavailable', retryable: true })
    }
  })

  test('what broke off after the effect is tried again; 202 without a body is an answer where nothing is read', async () => {
    answering(() => HttpResponse.error())
    expect(await adapterOf().deliver(submit, context)).toMatchObject({ code: 'adapter.unavailable', retryable: true })
    answering(null, 202)
    const adapter = adapterOf()
    expect(await adapter.deliver(samplePacket(submit, 'case.withdraw', 'N1'), context)).toEqual({ ok: true })
    expect(await adapter.deliver(submit, context)).toMatchObject({ code: 'adapter.unavailable' })
  })
})

test('a token, files in requests of their own, and answers case by case go as with the rest adapter', async () => {
  const seen: string[] = []
  server.use(
    http.post(URL, async ({ request }) => {
      const read = readXml(await request.text())
      const { Header: header, Body: body } = (read.ok ? jsonOfXml(read.root) : {}) as Record<
        string,
        Record<string, never>
      >
      const [name, fields] = Object.entries(body ?? {})[0] ?? []
      seen.push(`${name} ${header?.token ?? '-'}`)
      if (name === 'login') return new HttpResponse(envelope('<r><token>T1</token></r>'))
      if (name === 'file') {
        const { no, content } = fields as unknown as Record<string, string>
        const digest = createHash('sha256')
          .update(Buffer.from(content ?? '', 'base64'))
          .digest('hex')
        return new HttpResponse(envelope(`<r><id>${digest === no ? 'F1' : 'wrong'}</id></r>`))
      }
      if (name === 'ask') return new HttpResponse(envelope('<r><state>SL</state><at>7</at></r>'))
      return new HttpResponse(envelope(`<r><no>N ${(fields as unknown as Record<string, string>)?.file}</no></r>`))
    }),
  )
  const { packets, ...rest } = CONFIG
  const adapter = createSoapAdapter({
    config: {
      ...rest,
      header: '<c:token>{{ $session }}</c:token>',
      session: { body: "<login>{{ $secret('password') }}</login>", token: 'r.token' },
      materials: {
        body: '<file><no>{{ material.sha256 }}</no><content>{{ $content }}</content></file>',
        take: { id: 'r.id' },
      },
      register: { body: '<add><file>{{ materials.taken.id }}</file></add>', response: { localCaseNo: 'r.no' } },
      cases: {
        body: '<ask>{{ localCaseNo }}</ask>',
        each: { id: 'r.at', kind: "r.state = 'SL' ? 'case.accept'", body: { 'case.accept': { acceptanceNo: 'r.at' } } },
      },
    },
    secrets: SECRETS,
  })
  const material = sampleMaterial('scan', { chunks: 3, chunkBytes: 1001 })
  expect(await adapter.deliver(sampleSubmit('whole', [material]), context)).toEqual({ ok: true, localCaseNo: 'N F1' })
  const open = { thread: 't', localCaseNo: 'N F1', caseNo: 'c', item: 'i', state: 'arrived' }
  const { events = [] } = (await adapter.pollCase?.(open, null, context)) ?? {}
  expect(events).toMatchObject([{ localCaseNo: 'N F1' }])
  expect(seen).toEqual(['login -', 'file T1', 'add T1', 'ask T1'])
})

describe('mistakes', () => {
  test.each([
    [{ baseUrl: undefined }, 'baseUrl: is missing, and the WSDL names none'],
    [{ register: { ...CONFIG.register, body: { a: '1' } } }, 'register.body: an XML template'],
    [{ register: { ...CONFIG.register, body: '<c:a>' } }, 'register.body: no XML'],
    [{ register: { ...CONFIG.register, body: '<x:Envelope/>' } }, 'register.body: an Envelope is sent as it stands'],
    [{ register: { ...CONFIG.register, path: 'x' } }, 'register.path'],
    [{ namespaces: { 'a b': 'u' } }, 'namespaces'],
    [{ security: { username: 'u', secret: 'none', type: 'text' } }, 'the secret none is missing'],
    [{ answers: 'json' }, 'answers'],
    [{ baseUrl: 'http://approval.test/ws' }, 'baseUrl: https'],
  ])('other mistakes are told at the start too: %j', (change, why) => {
    expect(faultOf(() => adapterOf(change as never))).toContain(why)
  })

  test('names the files that a configuration needs', () => {
    expect([soapFiles(CONFIG), soapFiles({ ...CONFIG, wsdl: { file: 'a.wsdl' } })]).toEqual([[], ['a.wsdl']])
    expect(faultOf(() => soapFiles({ ...CONFIG, wsdl: { file: '../a.wsdl' } }))).toContain('wsdl.file')
  })
})

test('the JSON Schema is the committed one, and the example names it', async () => {
  expect(await Bun.file(new globalThis.URL('config.schema.json', import.meta.url)).json()).toEqual(soapConfigSchema())
  expect(MAPPING.$schema).toBe('./config.schema.json')
})
