/**
 * A system of the usual vendor's kind, connected by mapping alone: a token in the body that ends, HTTP 200 for everything, answers in
 * GB 18030 that do not say so, files as base64 that give back an id which the case must name, no idempotency keys but a look-up,
 * answers by POST, and a signature over the body.
 * Over 450 lines: one fake system, which answers in each way that the adapter must bear.
 */
import { createHash } from 'node:crypto'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { adapterContract, type ContractSubject, type OutsideSystem } from '../sdk/contract.ts'
import { encode } from '../sdk/index.ts'
import { memoryState, sampleMaterial, samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import type { RestConfigInput } from './config.ts'
import { createRestAdapter } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const SECRETS = { appKey: 'tongban', appSecret: 'S-3cr3t' }
const later = (name: string, fields: Record<string, string>) => ({
  path: `/api/${name}`,
  lookup: {
    method: 'POST' as const,
    path: '/api/findByOutNo',
    body: { token: '$session', sign: '$sign.sign', outno: 'idempotencyKey' },
    found: '$exists(custom.flowsn)',
  },
  body: { token: '$session', sign: '$sign.sign', outno: 'idempotencyKey', flowsn: 'localCaseNo', ...fields },
})

const CONFIG: RestConfigInput = {
  baseUrl: 'https://vendor.test',
  auth: { scheme: 'headers', headers: { 'x-time': { value: '$string($sign.time)' }, 'x-app': { secret: 'appKey' } } },
  timeoutMs: 600_000,
  charset: 'gb18030',
  requestCharset: 'gb18030',
  session: {
    path: '/api/token',
    as: 'form',
    body: { appkey: { secret: 'appKey' }, appsecret: { secret: 'appSecret' } },
    token: 'custom.token',
    seconds: 'custom.seconds',
    over: "status.code = '-99'",
  },
  sign: {
    values: {
      time: '$seconds',
      sign: "$uppercase($digest('md5', $body & $string($seconds) & $nonce & $secret('appSecret')))",
    },
  },
  outcome:
    "status.code = '0' ? 'done' : status.code = '20009' ? 'again' : $exists(status.code) ? 'refused' : 'unknown'",
  dictionaries: { step: { codes: { 'case.accept': 'SL', 'case.message': 'XX' } } },
  errors: { '20005': '材料未上传 / a file is missing' },
  register: {
    path: '/api/add',
    lookup: {
      method: 'POST',
      path: '/api/findByOutNo',
      body: { token: '$session', sign: '$sign.sign', outno: 'idempotencyKey' },
      localCaseNo: 'custom.flowsn',
    },
    body: {
      token: '$session',
      sign: '$sign.sign',
      outno: 'idempotencyKey',
      name: "$atMostBytes(body.applicant.name, 40, 'gb18030')",
      stuffs: '[materials.{ "code": code, "guid": taken.guid }]',
    },
    response: { localCaseNo: 'custom.flowsn', error: 'status.code' },
  },
  packets: {
    'case.withdraw': later('withdraw', { reason: 'body.reason' }),
    'case.supplement': later('supplement', { note: 'body.note', name: '$submit.applicant.name' }),
    'case.remind': later('remind', { text: 'body.text' }),
    'case.message': later('message', { text: 'body.text' }),
  },
  materials: {
    method: 'POST',
    path: '/api/attach',
    as: 'base64',
    headers: { 'x-name': { value: 'material.sha256' } },
    body: { token: '$session', sign: '$sign.sign', name: 'material.name', content: '$content' },
    take: { guid: 'custom.attachguid' },
  },
  events: {
    method: 'POST',
    path: '/api/changes',
    body: { token: '$session', sign: '$sign.sign', from: 'cursor' },
    start: '0',
    list: 'custom.list',
    each: {
      id: 'id',
      localCaseNo: 'flowsn',
      kind: "$ours('step', step)",
      body: { 'case.accept': { acceptanceNo: "'SL-' & id" }, 'case.message': { text: 'text' } },
    },
    cursor: 'custom.next',
  },
}

type Fields = Record<string, unknown>

/** The vendor's system. */
class Vendor {
  readonly tokens = new Map<string, number>()
  readonly cases = new Map<string, string>()
  readonly files = new Map<string, string>()
  readonly attached: string[] = []
  readonly requests: { path: string; fields: Fields; time: string | null }[] = []
  readonly answers: { id: string; flowsn: string; step: string; text: string }[] = []
  readonly uploads = new Map<string, PromiseWithResolvers<void>>()
  gates = { outage: false, refuse: false, drop: false, garble: false, long: false, hang: false }
  readonly garbled = new Set<string>()
  spoil: 'page' | 'empty' | 'cut' | null = null
  held: { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> } | null = null
  /** what the clock of its tokens says */
  age = 0
  #serial = 0

  number(n: number): string {
    return this.gates.long ? String(202_611_300_000_000_000n + BigInt(n)) : `N-${n}`
  }

  upload(sha256: string): PromiseWithResolvers<void> {
    const known = this.uploads.get(sha256) ?? Promise.withResolvers<void>()
    this.uploads.set(sha256, known)
    return known
  }

  /** As JSON in GB 18030 without saying so; ids as a Java `Long`. */
  say(code: string, custom: Fields = {}): Response {
    const text = JSON.stringify({ status: { code, text: code === '0' ? '成功' : '失败' }, custom })
    const bytes = encode(text.replaceAll(/"(\d{16,})"/g, '$1'), 'gb18030')
    return new HttpResponse(bytes, { headers: { 'content-type': 'text/html' } })
  }

  async fields(request: Request): Promise<Fields | Response> {
    const bytes = new Uint8Array(await request.arrayBuffer())
    const fields = JSON.parse(new TextDecoder('gb18030' as 'utf-8', { fatal: true }).decode(bytes)) as Fields
    this.requests.push({ path: new URL(request.url).pathname, fields, time: request.headers.get('x-time') })
    const until = this.tokens.get(String(fields.token))
    if (until === undefined || until <= this.age) return this.say('-99')
    if (!/^[\dA-F]{32}$/.test(String(fields.sign)) || request.headers.get('x-app') !== SECRETS.appKey)
      return this.say('-98')
    return fields
  }

  async effect(request: Request, make: (fields: Fields) => string | Response): Promise<Response> {
    if (this.gates.outage) return new HttpResponse('<html>502</html>', { status: 502 })
    const fields = await this.fields(request)
    if (fields instanceof Response) return fields
    if (this.held !== null) {
      const { reached, released } = this.held
      this.held = null
      reached.resolve()
      await released.promise
      if (request.signal.aborted) return HttpResponse.error()
    }
    if (this.gates.refuse) {
      this.gates.refuse = false
      return this.say('20001', { echo: fields })
    }
    if (this.gates.hang) await new Promise(() => {})
    const number = make(fields)
    if (number instanceof Response) return number
    const outno = String(fields.outno)
    // It keeps no keys: a second call is a second effect.
    this.cases.set(this.cases.has(outno) ? `${outno} again` : outno, number)
    if (this.gates.drop) {
      this.gates.drop = false
      return HttpResponse.error()
    }
    const how = this.spoil
    this.spoil = null
    if (how === 'page') return new HttpResponse('<html>登录</html>')
    if (how !== null) return new HttpResponse(how === 'cut' ? '{"status":{"co' : '')
    return this.say('0', { flowsn: number })
  }

  serve(): void {
    const url = (path: string) => `https://vendor.test/api/${path}`
    server.resetHandlers(
      http.post(url('token'), async ({ request }) => {
        if (this.gates.outage) return new HttpResponse(null, { status: 502 })
        if (this.gates.hang) await new Promise(() => {})
        const form = new URLSearchParams(await request.text())
        if (form.get('appsecret') !== SECRETS.appSecret) return this.say('-97')
        const token = `T${this.tokens.size}`
        this.tokens.set(token, this.age + 60)
        return this.say('0', { token, seconds: 60 })
      }),
      http.post(url('findByOutNo'), async ({ request }) => {
        if (this.gates.outage) return new HttpResponse(null, { status: 502 })
        if (this.gates.hang) await new Promise(() => {})
        const fields = await this.fields(request)
        if (fields instanceof Response) return fields
        const flowsn = this.cases.get(String(fields.outno))
        return this.say('0', flowsn === undefined ? {} : { flowsn })
      }),
      http.post(url('attach'), async ({ request }) => {
        if (this.gates.outage) return new HttpResponse(null, { status: 502 })
        const reader = request.body?.getReader()
        const chunks: Uint8Array[] = []
        try {
          for (;;) {
            const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
            if (done || value === undefined) break
            chunks.push(value)
            this.upload(request.headers.get('x-name') ?? '').resolve()
          }
        } catch {
          return HttpResponse.error()
        }
        const again = new Request(request.url, {
          method: 'POST',
          body: Buffer.concat(chunks),
          headers: request.headers,
        })
        const fields = await this.fields(again)
        if (fields instanceof Response) return fields
        const attachguid = `G${this.attached.length}`
        const sha256 = createHash('sha256')
          .update(Buffer.from(String(fields.content), 'base64'))
          .digest('hex')
        this.attached.push(sha256)
        this.files.set(attachguid, sha256)
        return this.say('0', { attachguid })
      }),
      http.post(url('add'), ({ request }) =>
        this.effect(request, fields => {
          const stuffs = fields.stuffs as { guid: string }[]
          return stuffs.every(({ guid }) => this.files.has(guid)) ? this.number(++this.#serial) : this.say('20005')
        }),
      ),
      ...['withdraw', 'supplement', 'remind', 'message'].map(name =>
        http.post(url(name), ({ request }) => this.effect(request, fields => String(fields.flowsn))),
      ),
      http.post(url('changes'), async ({ request }) => {
        if (this.gates.outage) return new HttpResponse(null, { status: 502 })
        if (this.gates.hang) await new Promise(() => {})
        const fields = await this.fields(request)
        if (fields instanceof Response) return fields
        const from = Number(fields.from)
        const list = this.answers.slice(from, from + 2)
        return this.say('0', {
          list: list.map(answer =>
            this.gates.garble || this.garbled.has(answer.flowsn) ? { ...answer, step: '欧阳金丝雀' } : answer,
          ),
          next: from + list.length,
        })
      }),
    )
  }

  system(): OutsideSystem {
    const { garbled, gates } = this
    return {
      effects: async key => [...this.cases.keys()].filter(outno => outno.startsWith(key)).length,
      outage: async on => {
        gates.outage = on
      },
      refuseNext: async () => {
        gates.refuse = true
      },
      dropNextAnswer: async () => {
        gates.drop = true
      },
      holdNext: async () => {
        const hold = { reached: Promise.withResolvers<void>(), released: Promise.withResolvers<void>() }
        this.held = hold
        return { reached: hold.reached.promise, release: async () => hold.released.resolve() }
      },
      uploadBegun: sha256 => this.upload(sha256).promise,
      holds: async sha256 => this.attached.includes(sha256),
      say: async (flowsn, text) => {
        const n = this.answers.length
        const step = text === undefined && n % 2 === 0 ? 'SL' : 'XX'
        this.answers.push({ id: this.number(1000 + n), flowsn, step, text: text ?? '请等候' })
      },
      spoilNextAnswer: async how => {
        this.spoil = how
      },
      longNumbers: async () => {
        gates.long = true
      },
      hang: async on => {
        gates.hang = on
      },
      garbleEvents: async on => {
        gates.garble = on
      },
      pageSize: 2,
      garbleCase: async (number, on) => {
        if (on) garbled.add(number)
        else garbled.delete(number)
      },
    }
  }
}

async function make(): Promise<ContractSubject> {
  const vendor = new Vendor()
  vendor.serve()
  const another = () => createRestAdapter({ config: CONFIG, secrets: SECRETS })
  return { adapter: another(), another, system: vendor.system(), stop: async () => server.resetHandlers() }
}

adapterContract('a vendor of the usual kind, by mapping alone', make, { outside: true })

describe('what such a system is sent', () => {
  function begin(change: Partial<RestConfigInput> = {}, now = { ms: Date.UTC(2026, 10, 2, 1, 0, 0) }) {
    const vendor = new Vendor()
    vendor.serve()
    const state = memoryState()
    const seen: unknown[] = []
    const context = { ...testContext({ state }).context, now: () => now.ms, trace: (told: unknown) => seen.push(told) }
    const adapter = () => createRestAdapter({ config: { ...CONFIG, ...change }, secrets: SECRETS })
    return { vendor, adapter, context, seen, now }
  }
  const sent = (vendor: Vendor, path: string) => vendor.requests.filter(request => request.path === `/api/${path}`)
  const material = sampleMaterial('scan', { chunks: 5, chunkBytes: 1001 })
  const submit = sampleSubmit('vendor', [material])

  test('files come whole, and the case names the ids that they got', async () => {
    const { vendor, adapter, context } = begin()
    expect(await adapter().deliver(submit, context)).toEqual({ ok: true, localCaseNo: 'N-1' })
    expect(vendor.attached).toEqual([material.sha256])
    expect(sent(vendor, 'add')[0]?.fields).toMatchObject({ name: '欧阳金丝雀', stuffs: [{ code: 'M01', guid: 'G0' }] })
  })

  test('a token is fetched once, shared, renewed before it ends, and once more when the system says that it ended', async () => {
    const { vendor, adapter, context, now } = begin()
    const one = adapter()
    await Promise.all(['a', 'b', 'c'].map(word => one.deliver(sampleSubmit(word), context)))
    expect(vendor.tokens.size).toBe(1)
    now.ms += 55_000
    await one.deliver(sampleSubmit('d'), context)
    expect(vendor.tokens.size).toBe(2)
    vendor.tokens.clear()
    vendor.tokens.set('another', 0)
    expect(await one.deliver(sampleSubmit('e'), context)).toMatchObject({ ok: true })
    expect(vendor.cases.size).toBe(5)
  })

  test('without a session every packet waits, and the check says why', async () => {
    const { vendor, context } = begin()
    const wrong = createRestAdapter({ config: CONFIG, secrets: { ...SECRETS, appSecret: 'other' } })
    expect(await wrong.deliver(submit, context)).toEqual({
      ok: false,
      code: 'adapter.unavailable',
      detail: 'session: HTTP 200',
      retryable: true,
    })
    expect(await wrong.check(context)).toEqual({ ok: false, detail: 'session: HTTP 200' })
    expect(vendor.cases.size).toBe(0)
  })

  test('a retry repeats time, nonce and signature of the first attempt; for as long as the system takes old times, where it says so', async () => {
    for (const [keepSeconds, repeated] of [
      [undefined, true],
      [300, false],
    ] as const) {
      const sign = { ...CONFIG.sign, ...(keepSeconds === undefined ? {} : { keepSeconds }) } as RestConfigInput['sign']
      const register = { ...CONFIG.register }
      delete register.lookup
      const { vendor, adapter, context, now } = begin({
        sign,
        register,
        session: { ...CONFIG.session, seconds: '36000' } as never,
      })
      const one = adapter()
      const bare = sampleSubmit('signed')
      vendor.gates.refuse = true
      await one.deliver(bare, context)
      now.ms += 299_000
      vendor.gates.refuse = true
      await one.deliver({ ...bare, attempt: 1 }, context)
      now.ms += 1_000
      await one.deliver({ ...bare, attempt: 2 }, context)
      const signs = sent(vendor, 'add').map(({ fields, time }) => `${fields.sign} ${time}`)
      expect(signs).toHaveLength(3)
      expect(signs[1]).toBe(signs[0])
      expect(signs[2] === signs[0]).toBe(repeated)
    }
  })

  test('the signature is that of the body without it', async () => {
    const { vendor, adapter, context } = begin({
      sign: { values: { time: '$seconds', sign: "$uppercase($digest('md5', $body & $secret('appSecret')))" } },
    })
    await adapter().deliver(sampleSubmit('signature'), context)
    const [added] = sent(vendor, 'add')
    const { sign, ...unsigned } = added?.fields ?? {}
    const text = JSON.stringify(unsigned)
    expect(sign).toBe(createHash('md5').update(`${text}${SECRETS.appSecret}`, 'utf8').digest('hex').toUpperCase())
  })

  test('what was taken of an answer outlives a restart: nothing is uploaded twice', async () => {
    const { vendor, adapter, context } = begin()
    vendor.gates.refuse = true
    expect(await adapter().deliver(submit, context)).toMatchObject({ ok: false, code: 'adapter.refused' })
    expect(await adapter().deliver({ ...submit, attempt: 1 }, context)).toMatchObject({ ok: true })
    expect(vendor.attached).toHaveLength(1)
    expect(sent(vendor, 'add').map(({ fields }) => fields.stuffs)).toEqual([
      [{ code: 'M01', guid: 'G0' }],
      [{ code: 'M01', guid: 'G0' }],
    ])
  })

  test('a later packet reads the submit', async () => {
    const { vendor, adapter, context } = begin()
    await adapter().deliver(submit, context)
    await adapter().deliver(samplePacket(submit, 'case.supplement', 'N-1'), context)
    expect(sent(vendor, 'supplement')[0]?.fields).toMatchObject({ name: '欧阳金丝雀', flowsn: 'N-1' })
  })

  test('a rare name that the charset lacks refuses the packet by name, and nothing is sent', async () => {
    const { vendor, adapter, context } = begin({
      requestCharset: 'gbk',
      register: { ...CONFIG.register, body: { name: 'body.applicant.name', token: '$session' } },
    })
    const rare = { ...submit, materials: [], body: { ...submit.body, applicant: { name: '𠮷某' } } }
    expect(await adapter().deliver(rare, context)).toEqual({
      ok: false,
      code: 'adapter.mapping',
      detail: 'register.body: has a character that gbk lacks',
      retryable: false,
    })
    expect(vendor.cases.size).toBe(0)
  })

  test('neither plan nor trace shows a secret, a token or a signature', async () => {
    const { adapter, context, seen } = begin()
    const one = adapter()
    await one.deliver(submit, context)
    const planned = await one.plan?.(submit)
    if (planned?.ok !== true) throw new Error('it can be planned')
    expect(planned.requests.map(({ url }) => new URL(url).pathname)).toEqual([
      '/api/findByOutNo',
      '/api/attach',
      '/api/add',
    ])
    expect(JSON.parse(planned.requests[2]?.body ?? '')).toMatchObject({
      token: '***',
      sign: '***',
      stuffs: [{ code: 'M01', guid: '‹guid›' }],
    })
    const all = JSON.stringify([planned, seen])
    expect(seen).toHaveLength(4)
    expect(all).not.toContain(SECRETS.appSecret)
    expect(all).not.toContain('"T0"')
    expect(all).not.toMatch(/[\dA-F]{32}/)
  })
})

describe('mistakes are told at the start', () => {
  const faults = (change: object): string => {
    try {
      createRestAdapter({ config: { ...CONFIG, ...change }, secrets: SECRETS })
      return ''
    } catch (error) {
      return error instanceof Error && 'problem' in error
        ? String((error.problem as { detail: string }).detail)
        : String(error)
    }
  }
  const register = (change: object) => ({ register: { ...CONFIG.register, ...change } })

  test.each([
    [register({ body: { a: '$sesion' } }), 'register.body.a: there is no $sesion here'],
    [register({ body: { a: "$theirs('stpe', 'x')" } }), 'register.body.a: there is no dictionary stpe'],
    [register({ body: { a: { secret: 'appSecrt' } } }), 'register.body.a: the secret appSecrt is missing'],
    [{ sign: { values: { sign: "$secret('other')" } } }, 'sign.values.sign: the secret other is missing'],
    [register({ body: { a: "$secret('appSecret')" } }), 'register.body.a: there is no $secret here'],
    [
      { materials: { path: '/f', as: 'base64', body: { name: 'material.name' } } },
      'materials.body: base64 needs one that reads $content',
    ],
    [{ materials: { path: '/f' } }, 'materials.path: {sha256} is missing'],
    [{ materials: { path: '/f/{sha256}', body: {} } }, 'materials.body: a file that is sent raw has none'],
    [
      register({ steps: [0, 1].map(() => ({ name: 'a', path: '/a', body: {} })) }),
      'register.steps.1.name: stands twice',
    ],
    [register({ lookup: { path: '/a', body: {}, localCaseNo: 'x' } }), 'register.lookup.body: a GET has none'],
    [{ session: { ...CONFIG.session, headers: { x: { value: '$session' } } } }, 'session.headers: read no $session'],
    [{ events: { ...CONFIG.events, body: undefined } }, 'events.path: {cursor} is missing'],
  ])('%j', (change, fault) => {
    expect(faults(change)).toContain(fault)
  })

  test('the whole mapping has none', () => {
    expect(faults({})).toBe('')
  })
})
