import { beforeEach, describe, expect, test } from 'vitest'
import type { GivenRole } from '../../../protocol/rights/roles.ts'
import { type Client, createTestApi, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { ACCESS_TOKEN_LIMITS } from './access-tokens.ts'

const DAY = 86_400_000

let api: TestApi
beforeEach(async () => {
  api = await createTestApi({ store: await openTestStore() })
})

const inDays = (days: number) => new Date(api.clock.now() + days * DAY).toISOString()
type Made = { accessToken: { id: string }; token: string; code: string }

async function person(roles: GivenRole[], expiresAt: number | null = null) {
  const { account, token } = await api.people.create('test', { name: '程序', roles, expiresAt })
  return { id: account.id, client: api.withToken(token) }
}
const make = async (client: Client, scope: object = {}, path = '/api/v1/me/tokens') =>
  (await client.post(path, { label: '综窗系统', expiresAt: inDays(30), ...scope })).body as Made

describe('an API token', () => {
  test('may what its person may, is shown once, and ends', async () => {
    const { id, client } = await person(['window-clerk', 'examiner'])
    const made = await make(client)
    expect(made.token).toMatch(/^tk_[A-Za-z0-9_-]{43}$/)
    const own = api.withToken(made.token)
    expect((await own.get('/api/v1/me')).body).toMatchObject({ id, name: '程序', roles: ['examiner', 'window-clerk'] })
    const { items } = (await client.get('/api/v1/me/tokens')).body as { items: object[] }
    expect(items).toMatchObject([{ label: '综窗系统', roles: null, operations: null, revokedAt: null }])
    for (const table of ['access_tokens', 'audit', 'idempotency'])
      expect(JSON.stringify(await api.database.query(`SELECT * FROM ${table}`))).not.toContain(made.token)
    api.clock.advance(30 * DAY - 1)
    expect((await own.get('/api/v1/me')).status).toBe(200)
    api.clock.advance(1)
    expect((await own.get('/api/v1/me')).status).toBe(401)
  })

  test('is narrowed to roles and operations', async () => {
    const { client } = await person(['administrator', 'auditor'])
    const audits = api.withToken((await make(client, { roles: ['audit-administrator'] })).token)
    expect((await audits.get('/api/v1/audit')).status).toBe(200)
    expect((await audits.post('/api/v1/people', { name: '新人', roles: [] })).status).toBe(403)
    const lists = api.withToken((await make(client, { operations: ['listPeople'] })).token)
    expect((await lists.get('/api/v1/people')).status).toBe(200)
    expect((await lists.get('/api/v1/audit')).body).toMatchObject({
      code: 'request.forbidden',
      detail: 'the token is not for listAudit',
    })
    expect((await lists.post('/api/v1/people', { name: 'x', roles: ['administrator'] })).status).toBe(403)
    expect((await lists.get('/api/v1/events')).status).toBe(403)
  })

  test('that is narrowed to what programs may does not make a program of its person', async () => {
    const { client } = await person(['integrator', 'leader'])
    const { token } = await make(client, { roles: ['integrator'] })
    expect(await api.access.authenticator.authenticate(token)).toMatchObject({
      roles: ['integrator'],
      accountRoles: ['integrator', 'leader'],
    })
  })

  test('loses what its person loses, and ends with the account', async () => {
    const { id, client } = await person(['window-clerk', 'examiner'])
    const token = api.withToken((await make(client, { roles: ['window-clerk', 'examiner'] })).token)
    await api.database.transaction(tx => tx.run(`UPDATE people SET roles = ',window-clerk,' WHERE id = ?`, [id]))
    expect((await token.get('/api/v1/me')).body).toMatchObject({ roles: ['window-clerk'] })
    await api.people.revoke('test', id)
    expect((await token.get('/api/v1/me')).status).toBe(401)
    const temporary = await person(['clerk'], api.clock.now() + DAY)
    const later = api.withToken((await make(temporary.client)).token)
    api.clock.advance(DAY)
    expect((await later.get('/api/v1/me')).status).toBe(401)
  })

  test('is never wider, nor of longer life, than what it was made with', async () => {
    const { client } = await person(['administrator', 'auditor'])
    const narrow = api.withToken(
      (
        await make(client, {
          roles: ['audit-administrator'],
          operations: ['createOwnToken', 'listAudit', 'revokePerson'],
        })
      ).token,
    )
    expect((await make(narrow, { roles: ['system-administrator'], operations: ['listAudit'] })).code).toBe(
      'request.forbidden',
    )
    expect((await make(narrow)).code).toBe('request.forbidden')
    expect((await make(narrow, { operations: ['createPerson'] })).code).toBe('request.forbidden')
    expect((await make(narrow, { operations: ['listAudit'], expiresAt: inDays(31) })).code).toBe('request.forbidden')
    const child = api.withToken((await make(narrow, { operations: ['listAudit', 'revokePerson'] })).token)
    expect((await child.get('/api/v1/audit')).status).toBe(200)
    // All of the roles of the narrow one, not of the person.
    expect((await child.post('/api/v1/people/nobody/revoke', {})).status).toBe(403)
    expect((await make((await person(['clerk'])).client, { roles: ['system-administrator'] })).code).toBe(
      'request.forbidden',
    )
  })

  test('has an end within the setting, and not in the past', async () => {
    const { client } = await person(['clerk'])
    expect((await make(client, { expiresAt: inDays(0) })).code).toBe('request.invalid')
    expect((await make(client, { expiresAt: new Date(api.clock.now() + 365 * DAY + 1).toISOString() })).code).toBe(
      'request.invalid',
    )
    expect((await make(client, { expiresAt: inDays(365) })).token).toMatch(/^tk_/)
    expect((await client.post('/api/v1/me/tokens', { label: 'x' })).status).toBe(400)
  })

  test('so many of one person count at a time', async () => {
    const { client } = await person(['clerk'])
    const made = []
    for (let n = 0; n < ACCESS_TOKEN_LIMITS.live; n++) made.push(await make(client))
    expect((await make(client)).code).toBe('request.conflict')
    await client.send('DELETE', `/api/v1/me/tokens/${made[0]?.accessToken.id}`)
    expect((await make(client)).token).toMatch(/^tk_/)
  })

  test('is ended by its person and by administrators, and told in the audit log', async () => {
    const { id, client } = await person(['clerk'])
    const admin = api.as('administrator')
    const one = await make(client)
    const two = await make(admin, {}, `/api/v1/people/${id}/tokens`)
    const stranger = (await person(['clerk'])).client
    expect((await stranger.send('DELETE', `/api/v1/me/tokens/${one.accessToken.id}`)).status).toBe(404)
    expect((await stranger.get(`/api/v1/people/${id}/tokens`)).status).toBe(403)
    expect((await client.send('DELETE', `/api/v1/me/tokens/${one.accessToken.id}`)).body).toEqual({ revoked: true })
    expect((await client.send('DELETE', `/api/v1/me/tokens/${one.accessToken.id}`)).status).toBe(404)
    expect((await admin.send('DELETE', `/api/v1/people/${id}/tokens/${two.accessToken.id}`)).status).toBe(200)
    for (const { token } of [one, two]) expect((await api.withToken(token).get('/api/v1/me')).status).toBe(401)
    const actions = (await api.audit.list({ subject: id }, 20, null)).map(({ action }) => action)
    expect(actions).toEqual(['token.revoked', 'token.revoked', 'token.created', 'token.created', 'person.created'])
    expect((await make(admin, {}, '/api/v1/people/nobody/tokens')).code).toBe('request.not-found')
  })

  test('the time of last use is told, and what ended long ago is deleted', async () => {
    const { client } = await person(['clerk'])
    const { token } = await make(client)
    await api.withToken(token).get('/api/v1/me')
    const { items } = (await client.get('/api/v1/me/tokens')).body as { items: { lastUsedAt: string }[] }
    expect(items[0]?.lastUsedAt).toBe(new Date(api.clock.now()).toISOString())
    api.clock.advance(30 * DAY + ACCESS_TOKEN_LIMITS.kept - 1)
    await api.access.purge()
    expect(await api.database.query('SELECT id FROM access_tokens')).toHaveLength(1)
    api.clock.advance(1)
    await api.access.purge()
    expect(await api.database.query('SELECT id FROM access_tokens')).toHaveLength(0)
  })
})
