/** Header forms of systems in use, by name: what is sent is computed here anew, not by the functions of mappings. */
import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ProblemError } from '../../protocol/problem.ts'
import { samplePacket, sampleSubmit, testContext } from '../sdk/test-kit.ts'
import type { RestConfigInput } from './config.ts'
import { createRestAdapter } from './rest.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const base = {
  baseUrl: 'https://approval.test',
  timeoutMs: 600_000,
  register: { path: '/add', body: { name: 'body.applicant.name' }, response: { localCaseNo: 'custom.flowsn' } },
  packets: { 'case.withdraw': { path: '/withdraw', body: { flowsn: 'localCaseNo' } } },
} satisfies Partial<RestConfigInput>
const SECRETS = { gateway: 'T0ken', appKey: '0123456789abcdef' }
const adapterOf = (auth: RestConfigInput['auth'], change: Partial<RestConfigInput> = {}) =>
  createRestAdapter({ config: { ...base, ...change, auth }, secrets: SECRETS })
const submit = sampleSubmit('preset')
const AT = Date.UTC(2026, 10, 2, 1, 0, 0)
const { context } = testContext({ now: AT })

type Seen = { path: string; headers: Headers; body: unknown }
function answering(answer: (path: string, seen: readonly Seen[]) => object): Seen[] {
  const seen: Seen[] = []
  server.use(
    http.all('https://approval.test/*', async ({ request }) => {
      const text = await request.text()
      const path = new URL(request.url).pathname
      seen.push({ path, headers: request.headers, body: text === '' ? null : JSON.parse(text) })
      return HttpResponse.json(answer(path, seen))
    }),
  )
  return seen
}
const good = () => ({ status: { code: 1, text: '成功' }, custom: { code: '1', flowsn: 'N1' } })
const header = (seen: Seen | undefined, name: string) => seen?.headers.get(name) ?? ''

describe('x-tif', () => {
  const auth = { scheme: 'preset', preset: 'x-tif', paasId: 'tongban', secret: 'gateway' } as const

  test('signs seconds, token, nonce and seconds', async () => {
    const seen = answering(good)
    expect(await adapterOf(auth).deliver(submit, context)).toEqual({ ok: true, localCaseNo: 'N1' })
    const time = header(seen[0], 'x-tif-timestamp')
    const nonce = header(seen[0], 'x-tif-nonce')
    expect(header(seen[0], 'x-tif-paasid')).toBe('tongban')
    expect(time).toBe(String(AT / 1000))
    expect(nonce).not.toBe('')
    expect(header(seen[0], 'x-tif-signature')).toBe(
      createHash('sha256').update(`${time}${SECRETS.gateway}${nonce}${time}`).digest('hex'),
    )
    expect(seen[0]?.body).toEqual({ name: '欧阳金丝雀' })
  })

  test('a retry repeats it for 300 seconds, or for as long as the configuration says; other values stand beside it', async () => {
    for (const [sign, ms, same] of [
      [undefined, 299_999, true],
      [undefined, 300_000, false],
      [{ keepSeconds: 10, values: { more: "$sign.tifTime & '!'" } }, 10_000, false],
    ] as const) {
      const seen = answering(good)
      const { context: one } = testContext()
      const at = (now: number) => ({ ...one, now: () => now })
      const adapter = adapterOf(auth, {
        ...(sign === undefined ? {} : { sign, register: { ...base.register, body: { more: '$sign.more' } } }),
      })
      await adapter.deliver(submit, at(AT))
      await adapter.deliver({ ...submit, attempt: 1 }, at(AT + ms))
      const [first, second] = seen.map(each => header(each, 'x-tif-signature'))
      expect(first === second).toBe(same)
      if (sign !== undefined) expect(seen[0]?.body).toEqual({ more: `${AT / 1000}!` })
    }
  })
})

describe('gjgxjhpt', () => {
  const auth = { scheme: 'preset', preset: 'gjgxjhpt', rid: 'R-1', sid: 'S-2', secret: 'appKey' } as const
  const signatureOf = (seen: Seen | undefined, key: string) =>
    createHmac('sha256', key)
      .update(`S-2R-1${header(seen, 'gjgxjhpt_rtime')}`)
      .digest('base64')

  test('signs service, asker and time with the secret', async () => {
    const seen = answering(good)
    await adapterOf(auth).deliver(submit, context)
    expect(header(seen[0], 'gjgxjhpt_rid')).toBe('R-1')
    expect(header(seen[0], 'gjgxjhpt_sid')).toBe('S-2')
    expect(header(seen[0], 'gjgxjhpt_rtime')).toBe(String(AT))
    expect(header(seen[0], 'gjgxjhpt_sign')).toBe(signatureOf(seen[0], SECRETS.appKey))
  })

  const encrypted = (text: string, how: 'base64' | 'hex') => {
    const cipher = createCipheriv('aes-128-ecb', SECRETS.appKey, null)
    return Buffer.concat([cipher.update(text), cipher.final()]).toString(how)
  }
  const fetch = { path: '/secret', secret: 'data.secret', endTime: 'data.secretEndTime' }

  test.each(['base64', 'hex'] as const)(
    'fetches the secret by a call that the appkey signs, decrypts it (%s), and fetches another one before it ends',
    async how => {
      const fetched: string[] = []
      const told: unknown[] = []
      const seen = answering(path => {
        if (path !== '/secret') return good()
        fetched.push(`geheim-${fetched.length}`)
        return { data: { secret: encrypted(fetched.at(-1) ?? '', how), secretEndTime: AT + fetched.length * 600_000 } }
      })
      const adapter = adapterOf({ ...auth, fetch })
      const at = (now: number) => ({ ...context, now: () => now, trace: (one: unknown) => told.push(one) })
      for (const ms of [0, 500_000, 600_000]) await adapter.deliver(sampleSubmit(`at ${ms}`), at(AT + ms))
      expect(seen.map(({ path }) => path)).toEqual(['/secret', '/add', '/add', '/secret', '/add'])
      const keys = [SECRETS.appKey, 'geheim-0', 'geheim-0', SECRETS.appKey, 'geheim-1']
      for (const [index, key] of keys.entries())
        expect(header(seen[index], 'gjgxjhpt_sign')).toBe(signatureOf(seen[index], key))
      told.push(await adapter.plan?.(submit))
      expect(JSON.stringify(told)).not.toMatch(/geheim|0123456789abcdef/)
    },
  )

  test('a secret that the appkey did not encrypt: everything waits, and the check says why', async () => {
    answering(() => ({ data: { secret: 'AAAA', secretEndTime: AT + 600_000 } }))
    const adapter = adapterOf({ ...auth, fetch })
    expect(await adapter.deliver(submit, context)).toMatchObject({ code: 'adapter.unavailable', retryable: true })
    expect(await adapter.check(context)).toMatchObject({ ok: false, detail: expect.stringContaining('session.token') })
  })
})

describe('token-params', () => {
  const auth = { scheme: 'preset', preset: 'token-params', secret: 'gateway' } as const
  const withdraw = samplePacket(submit, 'case.withdraw', 'N1')

  test('sends { token, params } and reads status and custom', async () => {
    const seen = answering(good)
    const adapter = adapterOf(auth)
    expect(await adapter.deliver(submit, context)).toEqual({ ok: true, localCaseNo: 'N1' })
    expect(await adapter.deliver(withdraw, context)).toEqual({ ok: true })
    expect(seen.map(({ body }) => body)).toEqual([
      { token: 'T0ken', params: { name: '欧阳金丝雀' } },
      { token: 'T0ken', params: { flowsn: 'N1' } },
    ])
    expect(await adapter.check(context)).toEqual({ ok: true })
  })

  test.each([
    [{ status: { code: 0, text: '失败' } }, 'error 0'],
    [{ status: { code: 1 }, custom: { code: '0', text: '欧阳金丝雀' } }, 'error 0'],
    [
      { status: { code: 1 }, custom: { code: 0, text: '根据传入flowsn未查询到办件' } },
      'error unknown-flowsn: 审批系统没有该办件 / it does not know the case',
    ],
  ])('what it refuses: %j', async (answer, why) => {
    answering(() => answer)
    expect(await adapterOf(auth).deliver(withdraw, context)).toEqual({
      ok: false,
      code: 'adapter.refused',
      detail: `case.withdraw: HTTP 200, ${why}`,
      retryable: false,
    })
  })

  test.each([[{}], [{ code: 1 }]])('what says neither is never taken for done: %j', async answer => {
    answering(() => answer)
    expect(await adapterOf(auth).deliver(withdraw, context)).toMatchObject({
      code: 'adapter.unavailable',
      retryable: true,
    })
    expect(await adapterOf(auth).deliver({ ...withdraw, attempt: 5 }, context)).toMatchObject({
      code: 'adapter.unknown',
      retryable: false,
    })
  })

  test('another code of success, and rules of the configuration over its own', async () => {
    answering(() => ({ status: { code: '200' } }))
    expect(await adapterOf({ ...auth, success: '200' }).deliver(withdraw, context)).toEqual({ ok: true })
    expect(await adapterOf(auth, { outcome: "'again'" }).deliver(withdraw, context)).toMatchObject({ retryable: true })
  })

  test('wraps look-ups, steps, polls and the check too, and no secret is planned', async () => {
    const seen = answering(path => (path === '/find' ? { status: { code: 1 }, custom: {} } : good()))
    const body = { no: "'1'" }
    const adapter = adapterOf(auth, {
      register: {
        ...base.register,
        lookup: { method: 'POST', path: '/find', body, localCaseNo: 'custom.flowsn' },
        steps: [{ name: 'first', path: '/first', body }],
      },
      events: {
        method: 'POST',
        path: '/feed',
        body: { from: 'cursor' },
        list: 'custom.list',
        cursor: 'custom.next',
        each: { id: 'id', localCaseNo: 'no', kind: "'case.message'", body: { 'case.message': { text: 'text' } } },
      },
      check: { method: 'POST', path: '/check', body },
    })
    await adapter.deliver(submit, context)
    await adapter.poll?.(null, context)
    await adapter.check(context)
    expect(seen.map(each => [each.path, each.body])).toEqual([
      ['/find', { token: 'T0ken', params: { no: '1' } }],
      ['/first', { token: 'T0ken', params: { no: '1' } }],
      ['/add', { token: 'T0ken', params: { name: '欧阳金丝雀' } }],
      ['/feed', { token: 'T0ken', params: { from: '0' } }],
      ['/check', { token: 'T0ken', params: { no: '1' } }],
    ])
    expect(JSON.stringify(await adapter.plan?.(submit))).not.toContain('T0ken')
  })
})

test.each([
  [{ scheme: 'preset', preset: 'x-tif', paasId: 'p', secret: 'gone' }, 'the secret gone is missing'],
  [{ scheme: 'preset', preset: 'token-params', secret: 'gone' }, 'the secret gone is missing'],
  [{ scheme: 'preset', preset: 'gjgxjhpt', rid: 'r', secret: 'appKey' }, 'auth.sid'],
  [{ scheme: 'preset', preset: 'x-tiff' }, 'auth.preset'],
])('a mistake is told at the start: %j', (auth, why) => {
  let told = ''
  try {
    adapterOf(auth as never)
  } catch (error) {
    if (error instanceof ProblemError) told = error.problem.detail ?? ''
  }
  expect(told).toContain(why)
})
