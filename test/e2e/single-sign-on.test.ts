/** Against a real provider: oidc-provider, as it comes from npm, in this process. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSingleSignOn, SINGLE_SIGN_ON_LIMITS } from '../../node/city/people/single-sign-on.ts'
import { createSeal } from '../../node/kernel/keys/seal.ts'
import { createTestApi, type TestApi } from '../support/http.ts'
import { openTestStore } from '../support/store.ts'

const NODE = 'https://tongban.example.gov.cn'
const ANSWER = `${NODE}/sign-in/answer`
const SECRET = 'a secret of the node at the provider'

let server: Server
let issuer = ''
/** what the provider says of whoever signs in there */
let names: Record<string, unknown> = {}

beforeAll(async () => {
  // It tells of its development settings.
  for (const way of ['info', 'warn'] as const) vi.spyOn(console, way).mockImplementation(() => undefined)
  server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'tongban', client_secret: SECRET, redirect_uris: [ANSWER], response_types: ['code'] }],
    claims: { openid: ['sub', 'preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...names }) }),
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
  })
  server.on('request', provider.callback())
})
afterAll(() => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  server.close()
})

let api: TestApi
let person = ''
beforeEach(async () => {
  names = { preferred_username: 'Li.Lei' }
  api = await createTestApi({
    store: await openTestStore(),
    signOn: ({ signIn }, clock) =>
      createSingleSignOn({
        settings: {
          issuer,
          clientId: 'tongban',
          clientSecret: { env: 'UNUSED' },
          url: NODE,
          claim: 'preferred_username',
          scope: 'openid',
        },
        secret: SECRET,
        signIn,
        seal: createSeal(new Uint8Array(32)),
        now: clock.now,
        random: bytes => crypto.getRandomValues(new Uint8Array(bytes)),
      }),
  })
  const { account } = await api.people.create('test', { name: '李雷', roles: ['clerk'], expiresAt: null })
  person = account.id
  await api.access.credentials.reset('test', person, 'li.lei')
})

const attribute = (tag: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]

/** What a browser does at the provider, from the question to the form with the answer, which it does not send yet. */
async function atProvider(question: string): Promise<URLSearchParams> {
  const jar = new Map<string, string>()
  const go = async (url: string, body?: URLSearchParams): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(body === undefined ? {} : { method: 'POST', body }),
    })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      jar.set(name, value)
    }
    const location = response.headers.get('location')
    return location === null ? response : go(new URL(location, issuer).href)
  }
  let response = await go(question)
  for (let pages = 0; pages < 5; pages++) {
    const page = await response.text()
    const action = attribute(/<form[^>]*>/.exec(page)?.[0] ?? '', 'action') ?? ''
    const fields = new URLSearchParams()
    for (const [tag] of page.matchAll(/<input[^>]*>/g)) {
      const name = attribute(tag, 'name')
      if (name !== undefined) fields.set(name, attribute(tag, 'value') ?? 'somebody')
    }
    if (action === ANSWER) return fields
    response = await go(new URL(action, issuer).href, fields)
  }
  throw new Error('the provider gave no answer')
}

/** Asks the node where to go, and what the browser keeps. */
async function begin() {
  const answer = await api.app.request('/sign-in')
  expect(answer.status).toBe(302)
  const set = answer.headers.get('set-cookie') ?? ''
  return { url: answer.headers.get('location') ?? '', set, cookie: set.split(';')[0] ?? '' }
}
const answer = async (form: URLSearchParams, cookie: string) =>
  api.app.request('/sign-in/answer', {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })

/** What a browser shows of a refusal: its code, and that it says in both languages what to do. */
async function shown(reply: Response): Promise<[number, string | undefined]> {
  const page = await reply.text()
  expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(reply.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-tongban-sign-on=;.*Max-Age=0$/)])
  expect(page).toContain('处理办法：')
  expect(page).toContain('What to do: ')
  return [reply.status, /<code>([a-z.-]+)<\/code>/.exec(page)?.[1]]
}

describe("the city's single sign-on", () => {
  test('signs in whom its claim names, with PKCE, state and nonce, and nothing in an address of the node', async () => {
    const { url, set, cookie } = await begin()
    expect(set).toMatch(/^__Host-tongban-sign-on=[\w-]+; Path=\/; Secure; HttpOnly; SameSite=None; Max-Age=600$/)
    const asked = new URL(url).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      response_mode: 'form_post',
      code_challenge_method: 'S256',
      redirect_uri: ANSWER,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
    const form = await atProvider(url)
    const signedIn = await answer(form, cookie)
    expect(signedIn.status).toBe(200)
    const [session = '', question] = signedIn.headers.getSetCookie()
    expect(session).toMatch(/^__Host-tongban=ts_[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/)
    expect(question).toContain('Max-Age=0')
    expect(signedIn.headers.get('content-security-policy')).toContain("default-src 'none'")
    const browser = api.browser({ cookie: (session.split(';')[0] ?? '').replace('__Host-tongban=', '') })
    expect((await browser.get('/api/v1/me')).body).toMatchObject({ id: person, name: '李雷' })
    // A password of one time is not asked for: who signs in elsewhere need not have one.
    expect((await browser.get('/api/v1/sessions/current')).body).toMatchObject({ way: 'single-sign-on', due: [] })
    // The same answer again opens nothing.
    expect((await answer(form, cookie)).status).toBe(403)
  })

  test('keeps out whom it names and this city does not know, who left, and who has no such claim', async () => {
    const statusOf = async () => {
      const { url, cookie } = await begin()
      return shown(await answer(await atProvider(url), cookie))
    }
    names = { preferred_username: 'stranger' }
    expect(await statusOf()).toEqual([403, 'sign-in.single'])
    names = {}
    expect(await statusOf()).toEqual([403, 'sign-in.single'])
    names = { preferred_username: 'li.lei' }
    await api.people.revoke('test', person)
    expect(await statusOf()).toEqual([403, 'sign-in.single'])
    expect(await api.database.query('SELECT id FROM sessions')).toEqual([])
  })

  test('an answer counts in the browser that asked, to its own question, and for ten minutes', async () => {
    const one = await begin()
    const two = await begin()
    const form = await atProvider(one.url)
    const refused = await answer(form, '')
    // It has the look of the other pages, which this origin alone may give it.
    expect(refused.headers.get('content-security-policy')).toContain("style-src 'self'")
    const page = await refused.text()
    expect(page).toContain('<link rel="stylesheet" href="/style.css">')
    expect(page).toContain('<a href="/sign-in">重新登录 Sign in again</a>')
    expect(page).toContain('或已超时')
    expect((await answer(form, two.cookie)).status).toBe(403)
    expect((await answer(form, `${one.cookie}x`)).status).toBe(403)
    const forged = new URLSearchParams(form)
    forged.set('state', 'x'.repeat(43))
    expect((await answer(forged, one.cookie)).status).toBe(403)
    api.clock.advance(SINGLE_SIGN_ON_LIMITS.answer)
    expect((await answer(form, one.cookie)).status).toBe(403)
    expect(await api.database.query('SELECT id FROM sessions')).toEqual([])
  })

  test('is not there unless it is configured', async () => {
    api = await createTestApi({ store: await openTestStore() })
    expect(await shown(await api.app.request('/sign-in'))).toEqual([404, 'request.not-found'])
    expect(await shown(await answer(new URLSearchParams(), ''))).toEqual([404, 'request.not-found'])
    expect((await api.browser().get('/api/v1/sign-in')).body).toMatchObject({ singleSignOn: false })
  })
})
