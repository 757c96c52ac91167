import { beforeEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { browsersOf, PASSWORD } from '../../../test/support/sign-in.ts'
import { openTestStore } from '../../../test/support/store.ts'

let api: TestApi
beforeEach(async () => {
  api = await createTestApi({ store: await openTestStore() })
})

const HOUR = 3_600_000
const CLERK = { roles: ['examiner', 'leader', 'window-clerk', 'window-lead'], departments: null, windows: null }
const newcomer = { name: '李雷', roles: ['clerk'] as const, expiresAt: null }

describe('people', () => {
  test('a token is shown once and kept as its hash', async () => {
    const { account, token } = await api.people.create('cli', newcomer)
    expect(token).toMatch(/^tb_[A-Za-z0-9_-]{43}$/)
    expect(await api.people.authenticate(token)).toEqual({ id: account.id, name: '李雷', ...CLERK })
    for (const table of ['people', 'audit', 'idempotency', 'events']) {
      const rows = await api.database.query(`SELECT * FROM ${table}`)
      expect(JSON.stringify(rows)).not.toContain(token)
    }
  })

  test.each(['', 'tb_', 'tb_short', `tb_${'A'.repeat(43)}`, `xx_${'A'.repeat(43)}`])('%s is nobody', async token => {
    expect(await api.people.authenticate(token)).toBeNull()
  })

  test('a token ends at its expiry, at its rotation, and when it is revoked', async () => {
    const until = api.clock.now() + HOUR
    const first = await api.people.create('cli', { ...newcomer, expiresAt: until })
    api.clock.advance(HOUR - 1)
    expect(await api.people.authenticate(first.token)).not.toBeNull()
    api.clock.advance(1)
    expect(await api.people.authenticate(first.token)).toBeNull()
    await expect(api.people.rotate('cli', first.account.id)).rejects.toThrow('request.conflict')

    const second = await api.people.rotate('cli', first.account.id, null)
    expect(second.account.expiresAt).toBeNull()
    expect(await api.people.authenticate(second.token)).not.toBeNull()
    const third = await api.people.rotate('cli', first.account.id)
    expect(await api.people.authenticate(second.token)).toBeNull()
    await api.people.revoke('cli', first.account.id)
    expect(await api.people.authenticate(third.token)).toBeNull()
    await expect(api.people.rotate('cli', first.account.id)).rejects.toThrow('request.conflict')
    await expect(api.people.create('cli', { ...newcomer, expiresAt: api.clock.now() })).rejects.toThrow(
      'request.invalid',
    )
  })

  test('the time of last use is written at most once a minute', async () => {
    const { account, token } = await api.people.create('cli', newcomer)
    const used = async () => {
      await api.people.authenticate(token)
      await api.people.settle()
      return (await api.people.get(account.id)).lastUsedAt
    }
    const first = await used()
    expect(first).toBe(api.clock.now())
    api.clock.advance(59_999)
    expect(await used()).toBe(first)
    api.clock.advance(1)
    expect(await used()).toBe(api.clock.now())
  })

  test('a session is a use of its account too, from the sign-in on', async () => {
    const browsers = browsersOf(() => api)
    const { id } = await browsers.clerk()
    const used = async () => (await api.people.get(id)).lastUsedAt
    const browser = browsers.browserOf(await browsers.signIn('li.lei', PASSWORD))
    expect(await used()).toBe(api.clock.now())
    api.clock.advance(60_000)
    await browser.get('/api/v1/me')
    await api.access.settle()
    expect(await used()).toBe(api.clock.now())
  })

  test('the last administrator stays', async () => {
    const administrator = (await api.people.list(10, null)).find(account =>
      account.roles.includes('system-administrator'),
    )
    const id = administrator?.id ?? ''
    await expect(api.people.revoke('cli', id)).rejects.toThrow('request.conflict')
    await api.people.create('cli', { name: 'x', roles: ['administrator'], expiresAt: api.clock.now() + HOUR })
    expect((await api.people.revoke('cli', id)).revokedAt).toBe(api.clock.now())
    expect((await api.people.revoke('cli', id)).revokedAt).toBe(api.clock.now())
  })

  test('each act leaves an audit row without the name', async () => {
    const { account } = await api.people.create('cli', newcomer)
    await api.people.rotate('cli', account.id)
    await api.people.revoke('cli', account.id)
    const rows = await api.audit.list({ subject: account.id }, 10, null)
    expect(rows.map(row => row.action)).toEqual(['person.revoked', 'person.rotated', 'person.created'])
    expect(JSON.stringify(rows)).not.toContain('李雷')
  })
})

describe('/api/v1/people', () => {
  test('an administrator makes, reads, rotates and revokes', async () => {
    const admin = api.as('administrator')
    const created = await admin.post('/api/v1/people', {
      name: '韩梅梅',
      roles: ['auditor'],
      expiresAt: '2026-12-01T08:00:00+08:00',
    })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({
      person: { name: '韩梅梅', expiresAt: '2026-12-01T00:00:00.000Z', revokedAt: null },
      token: expect.stringMatching(/^tb_/),
    })
    const { person, token } = created.body as { person: { id: string }; token: string }
    const own = api.withToken(token)
    expect((await own.get('/api/v1/me')).body).toMatchObject({
      id: person.id,
      name: '韩梅梅',
      roles: ['audit-administrator'],
      departments: null,
      windows: null,
    })
    // Whoever audits sees who may what, and changes nothing of it.
    expect((await own.get('/api/v1/people')).status).toBe(200)
    expect((await own.post(`/api/v1/people/${person.id}/rotate`, {})).status).toBe(403)
    const path = `/api/v1/people/${person.id}`
    const rotated = await admin.post(`${path}/rotate`, { expiresAt: null })
    expect(rotated.body).toMatchObject({ person: { expiresAt: null } })
    expect((await own.get('/api/v1/me')).status).toBe(401)
    expect((await admin.post(`${path}/revoke`)).body).toMatchObject({ revokedAt: '2026-11-23T00:00:00.000Z' })
    expect((await admin.get(path)).body).toMatchObject({ id: person.id, revokedAt: '2026-11-23T00:00:00.000Z' })
    expect((await admin.get('/api/v1/people/nobody')).body).toMatchObject({ code: 'request.not-found' })
    expect((await admin.post('/api/v1/people', { name: 'x', roles: ['king'] })).status).toBe(400)
  })

  test('lists page by page, each person once', async () => {
    for (let i = 0; i < 3; i++) await api.people.create('cli', newcomer)
    const admin = api.as('administrator')
    const seen: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 9; pages++) {
      const { body } = await admin.get(`/api/v1/people?limit=3${cursor}`)
      const page = body as { items: { id: string }[]; next: string | null }
      seen.push(...page.items.map(item => item.id))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(seen).toHaveLength(7)
    expect(new Set(seen).size).toBe(7)
    for (const bad of ['limit=0', 'limit=201', 'limit=x', 'cursor=', 'cursor=e30', 'cursor=%25'])
      expect((await admin.get(`/api/v1/people?${bad}`)).body).toMatchObject({ code: 'request.invalid' })
    expect((await admin.get('/api/v1/people?limit=200')).status).toBe(200)
  })
})
