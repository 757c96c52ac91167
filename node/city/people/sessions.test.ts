import { beforeEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi, type TestApiOptions } from '../../../test/support/http.ts'
import { browsersOf, codeOf, PASSWORD } from '../../../test/support/sign-in.ts'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from '../../kernel/store/database.ts'

const MINUTE = 60_000

let store: Database
let api: TestApi
const start = async (options: Partial<TestApiOptions> = {}) => {
  store = await openTestStore()
  api = await createTestApi({ store, ...options })
}
beforeEach(() => start())
const { signIn, browserOf, newcomer, clerk, auditOf } = browsersOf(() => api)

describe('a session', () => {
  test('stands in a cookie that no script, other site or plain connection sees, and on the operations of tokens', async () => {
    await clerk()
    const reply = await signIn('Li.Lei ', PASSWORD)
    expect(reply.status).toBe(201)
    expect(reply.headers.get('set-cookie')).toMatch(
      /^__Host-tongban=ts_[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    )
    const browser = browserOf(reply)
    expect((await browser.get('/api/v1/me')).body).toMatchObject({ name: '李雷', windows: null })
    expect((await browser.get('/api/v1/people')).status).toBe(403)
    expect((await browser.get('/api/v1/sessions/current')).body).toMatchObject({
      csrf: browser.csrf,
      due: [],
      current: true,
    })
    expect(reply.text).not.toContain(browser.cookie)
  })

  test('changes nothing without the header that only its own page knows, whatever the method', async () => {
    const { id } = await clerk('boss', 'administrator')
    const { cookie, csrf } = browserOf(await signIn('boss', PASSWORD))
    for (const wrong of [undefined, '', `${csrf}x`, csrf.slice(1)]) {
      const forged = api.browser({ cookie, ...(wrong === undefined ? {} : { csrf: wrong }) })
      for (const [method, path, body] of [
        ['POST', '/api/v1/people', { name: 'x', roles: ['administrator'] }],
        ['PUT', '/api/v1/me/password', { current: PASSWORD, password: 'Cd2-another' }],
        ['DELETE', `/api/v1/people/${id}/sessions`, undefined],
      ] as const)
        expect([wrong, method, codeOf(await forged.send(method, path, body))]).toEqual([wrong, method, 'sign-in.csrf'])
      expect((await forged.get('/api/v1/people')).status).toBe(200)
    }
    const own = api.browser({ cookie, csrf })
    expect((await own.post('/api/v1/people', { name: 'x', roles: ['clerk'] })).status).toBe(201)
  })

  test('a token that is shown counts, whatever cookie comes with it', async () => {
    await clerk()
    const reply = await api.app.request('/api/v1/me', {
      headers: {
        authorization: 'Bearer tb_wrong',
        cookie: `__Host-tongban=${browserOf(await signIn('li.lei', PASSWORD)).cookie}`,
      },
    })
    expect(reply.status).toBe(401)
  })

  test('ends thirty minutes after its last use, to the millisecond', async () => {
    await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    for (let n = 0; n < 3; n++) {
      api.clock.advance(30 * MINUTE - 1)
      expect((await browser.get('/api/v1/me')).status).toBe(200)
    }
    api.clock.advance(30 * MINUTE)
    expect(codeOf(await browser.get('/api/v1/me'))).toBe('request.unauthenticated')
  })

  test('ends after twelve hours, whatever is done', async () => {
    await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    for (let n = 0; n < 48; n++) {
      expect((await browser.get('/api/v1/me')).status).toBe(200)
      api.clock.advance(n === 47 ? 15 * MINUTE - 1 : 15 * MINUTE)
    }
    expect((await browser.get('/api/v1/me')).status).toBe(200)
    api.clock.advance(1)
    expect((await browser.get('/api/v1/me')).status).toBe(401)
  })

  test('an event stream that stays open is no use of it', async () => {
    await clerk()
    const { cookie } = browserOf(await signIn('li.lei', PASSWORD))
    for (let n = 0; n < 30; n++) {
      api.clock.advance(MINUTE - (n === 29 ? 1 : 0))
      expect(await api.access.sessions.authenticate(cookie, false)).not.toBeNull()
    }
    api.clock.advance(1)
    expect(await api.access.sessions.authenticate(cookie, false)).toBeNull()
  })

  test('one of an account at a time: a newer one ends it; a setting allows more', async () => {
    const { id } = await clerk()
    const first = browserOf(await signIn('li.lei', PASSWORD))
    const second = browserOf(await signIn('li.lei', PASSWORD))
    expect((await first.get('/api/v1/me')).status).toBe(401)
    expect((await second.get('/api/v1/me')).status).toBe(200)
    expect(await auditOf(id)).toContainEqual({
      action: 'session.ended',
      actor: 'node',
      detail: { session: first.session.id, reason: 'replaced' },
    })
    await start({ signIn: { sessions: 2 } })
    await clerk()
    const browsers = [await signIn('li.lei', PASSWORD), await signIn('li.lei', PASSWORD)].map(browserOf)
    expect(await Promise.all(browsers.map(async browser => (await browser.get('/api/v1/me')).status))).toEqual([
      200, 200,
    ])
    await signIn('li.lei', PASSWORD)
    expect(await Promise.all(browsers.map(async browser => (await browser.get('/api/v1/me')).status))).toEqual([
      401, 200,
    ])
  })

  test('is listed and ended by whom it is of, and by no other', async () => {
    await start({ signIn: { sessions: 3 } })
    await clerk()
    const own = browserOf(await signIn('li.lei', PASSWORD))
    const other = browserOf(await signIn('li.lei', PASSWORD))
    await clerk('han')
    const stranger = browserOf(await signIn('han', PASSWORD))
    const { items } = (await own.get('/api/v1/sessions')).body as { items: { id: string; current: boolean }[] }
    expect(items.map(({ id, current }) => [id, current])).toContainEqual([own.session.id, true])
    expect(items).toHaveLength(3)
    expect(codeOf(await stranger.send('DELETE', `/api/v1/sessions/${own.session.id}`))).toBe('request.not-found')
    expect(codeOf(await stranger.get(`/api/v1/sessions/${own.session.id}`))).toBe('request.not-found')
    expect((await own.send('DELETE', `/api/v1/sessions/${other.session.id}`)).status).toBe(200)
    expect((await other.get('/api/v1/me')).status).toBe(401)
    const out = await own.send('DELETE', '/api/v1/sessions/current')
    expect(out.headers.get('set-cookie')).toBe('__Host-tongban=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0')
    expect((await own.get('/api/v1/me')).status).toBe(401)
    expect(codeOf(await api.as('clerk').send('DELETE', '/api/v1/sessions/current'))).toBe('request.not-found')
  })

  test('ends with its account, and when an administrator says so', async () => {
    const { id } = await clerk()
    const admin = api.as('administrator')
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    expect((await admin.send('DELETE', `/api/v1/people/${id}/sessions`)).body).toEqual({ ended: 1 })
    expect((await browser.get('/api/v1/me')).status).toBe(401)
    const again = browserOf(await signIn('li.lei', PASSWORD))
    await admin.post(`/api/v1/people/${id}/revoke`)
    expect((await again.get('/api/v1/me')).status).toBe(401)
    expect(codeOf(await signIn('li.lei', PASSWORD))).toBe('sign-in.refused')
  })

  test('is ended by an administrator alone among those of its account, and under no other account', async () => {
    await start({ signIn: { sessions: 2 } })
    const { id } = await clerk()
    const { id: boss } = await clerk('boss', 'administrator')
    const admin = api.as('administrator')
    const left = browserOf(await signIn('li.lei', PASSWORD))
    const used = browserOf(await signIn('li.lei', PASSWORD))
    expect(codeOf(await admin.send('DELETE', `/api/v1/people/${boss}/sessions/${left.session.id}`))).toBe(
      'request.not-found',
    )
    expect((await left.get('/api/v1/me')).status).toBe(200)
    expect((await admin.send('DELETE', `/api/v1/people/${id}/sessions/${left.session.id}`)).body).toEqual({ ended: 1 })
    expect((await left.get('/api/v1/me')).status).toBe(401)
    expect((await used.get('/api/v1/me')).status).toBe(200)
    expect(codeOf(await admin.send('DELETE', `/api/v1/people/${id}/sessions/${left.session.id}`))).toBe(
      'request.not-found',
    )
    expect(codeOf(await used.send('DELETE', `/api/v1/people/${boss}/sessions/${left.session.id}`))).toBe(
      'request.forbidden',
    )
    expect(await auditOf(id)).toContainEqual({
      action: 'session.ended',
      actor: expect.stringMatching(/^person:/),
      detail: { session: left.session.id, reason: 'ended' },
    })
  })

  test('no secret of it stands in the store, the audit log or an event', async () => {
    const { oneTime } = await newcomer('han')
    await clerk()
    const { cookie, csrf } = browserOf(await signIn('li.lei', PASSWORD))
    const tables = ['credentials', 'sessions', 'access_tokens', 'audit', 'events', 'idempotency', 'people']
    for (const table of tables) {
      const text = JSON.stringify(await store.query(`SELECT * FROM ${table}`))
      for (const secret of [cookie, csrf, PASSWORD, oneTime])
        expect([table, text.includes(secret)]).toEqual([table, false])
    }
    const rows = JSON.stringify(await store.query('SELECT * FROM audit'))
    expect(rows).not.toContain('李雷')
    expect(rows).not.toContain('li.lei')
  })

  test('those that are over are deleted', async () => {
    await clerk()
    await signIn('li.lei', PASSWORD)
    api.clock.advance(30 * MINUTE)
    await api.access.purge()
    expect(await store.query('SELECT id FROM sessions')).toEqual([])
  })
})
