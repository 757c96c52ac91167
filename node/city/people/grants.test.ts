import { beforeEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createSeal } from '../../kernel/keys/seal.ts'
import { combinedReminders } from './combined.ts'
import { createGrants, GRANT_LIMITS } from './grants.ts'

let api: TestApi
beforeEach(async () => {
  api = await createTestApi({ store: await openTestStore() })
})

const POLICE = '11420300MB0123456X'
type Made = { person: { id: string }; token: string }
const make = async (name: string, roles: string[] = [], more: object = {}) =>
  (await api.as('administrator').post('/api/v1/people', { name, roles, ...more })).body as Made
const grant = (id: string, body: object) => api.as('administrator').send('PATCH', `/api/v1/people/${id}`, body)

describe('grants', () => {
  test('give roles, departments and windows to a token that is out already', async () => {
    const { person, token } = await make('韩梅梅')
    const own = api.withToken(token)
    expect((await own.get('/api/v1/me')).status).toBe(403)
    const given = await grant(person.id, { roles: ['examiner'], departments: [POLICE], windows: ['3号窗口'] })
    expect(given.body).toMatchObject({ roles: ['examiner'], departments: [POLICE], windows: ['3号窗口'] })
    const me = (await own.get('/api/v1/me')).body as { rights: { action: string; scopes: string[] }[] }
    expect(me).toMatchObject({ roles: ['examiner'], departments: [POLICE], windows: ['3号窗口'] })
    expect(me.rights).toContainEqual({ action: 'case.accept', scopes: ['department'] })
    expect(me.rights.map(({ action }) => action)).not.toContain('case.decide')
    // What is left out stays.
    expect((await grant(person.id, { departments: null })).body).toMatchObject({
      roles: ['examiner'],
      departments: null,
    })
  })

  test('an account of new roles is of no department and no window until it is given them', async () => {
    const { person } = await make('李雷', ['window-clerk'])
    expect(person).toMatchObject({ departments: [], windows: [] })
    expect((await make('王芳', ['clerk'])).person).toMatchObject({ departments: null, windows: null })
    expect((await make('赵云', ['clerk'], { windows: ['1号'] })).person).toMatchObject({ windows: ['1号'] })
  })

  test('each is audited, without name, phone or staff number, and these are sealed', async () => {
    const { person } = await make('韩梅梅', ['examiner'])
    const given = await grant(person.id, { roles: ['leader'], staffNumber: 'S-0042', phone: '13912345678' })
    expect(given.body).toMatchObject({ staffNumber: 'S-0042', phone: '13912345678' })
    const rows = (await api.audit.list({ subject: person.id, action: 'person.granted' }, 10, null)) as object[]
    expect(rows).toMatchObject([{ detail: { before: 'examiner', roles: 'leader', departments: 0, staff: true } }])
    for (const table of ['people', 'audit', 'idempotency', 'events']) {
      const held = await api.database.query<Record<string, unknown>>(`SELECT * FROM ${table}`)
      const text = held.flatMap(row =>
        Object.values(row).map(value => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value))),
      )
      expect(text.join('\n')).not.toMatch(/S-0042|13912345678/)
    }
  })

  test('one person is given one of the three administrators, by one account or by two of one staff number', async () => {
    const first = await make('甲', ['system-administrator'])
    expect(
      (await grant(first.person.id, { roles: ['system-administrator', 'audit-administrator'] })).body,
    ).toMatchObject({ code: 'rights.administrators', status: 409, detail: 'system-administrator, audit-administrator' })
    await grant(first.person.id, { staffNumber: 'a 7' })
    const second = await make('甲', ['audit-administrator'])
    expect((await grant(second.person.id, { staffNumber: 'Ａ 7 ' })).body).toMatchObject({
      code: 'rights.administrators',
    })
    expect((await grant(second.person.id, { staffNumber: 'a 8' })).status).toBe(200)
    const third = await make('甲', [])
    await grant(third.person.id, { staffNumber: 'a 7' })
    expect((await grant(third.person.id, { roles: ['security-administrator'] })).body).toMatchObject({
      code: 'rights.administrators',
    })
    expect((await grant(third.person.id, { roles: ['system-administrator', 'leader'] })).status).toBe(200)
    // An account that was ended binds nobody.
    const other = await make('甲', ['system-administrator'])
    expect(other.person.id).not.toBe('')
    for (const { person } of [first, third]) await api.as('administrator').post(`/api/v1/people/${person.id}/revoke`)
    const fourth = await make('甲', ['security-administrator'])
    expect((await grant(fourth.person.id, { staffNumber: 'A 7' })).status).toBe(200)
    const made = await api.as('administrator').post('/api/v1/people', { name: '乙', roles: ['administrator'] })
    expect(made.body).toMatchObject({ code: 'rights.administrators' })
  })

  test('an account is made with its staff number, or not at all', async () => {
    const own = await make('丙', ['leader'], { staffNumber: 'b 1', phone: '13912345678' })
    expect(own.person).toMatchObject({ staffNumber: 'b 1', phone: '13912345678' })
    await make('丁', ['system-administrator'], { staffNumber: 'b 2' })
    const before = await api.database.query('SELECT id FROM people')
    const again = await make('丁', ['audit-administrator'], { staffNumber: 'Ｂ 2' })
    expect(again).toMatchObject({ code: 'rights.administrators' })
    expect(await api.database.query('SELECT id FROM people')).toHaveLength(before.length)
  })

  test('a city that says so has them in one person', async () => {
    const dataKey = new Uint8Array(32)
    const { database: db, audit, clock } = api
    const grants = createGrants({
      db,
      audit,
      now: clock.now,
      seal: createSeal(dataKey),
      dataKey,
      separateAdministrators: false,
    })
    const { person } = await make('甲', ['system-administrator'])
    const roles = ['system-administrator', 'audit-administrator'] as const
    expect((await grants.give('cli', person.id, { roles })).roles).toEqual(roles)
  })

  test('of whom several are in one person, over all their accounts, a reminder tells, allowed or not', async () => {
    const { database: db, clock } = api
    const [own] = (await api.people.list(50, null)).filter(({ roles }) => roles.includes('security-administrator'))
    const before = await combinedReminders(db, false, clock.now())
    // The administrator of earlier versions is all of them.
    expect(before.map(({ subject }) => subject)).toEqual([own?.id])
    const first = await make('甲', ['system-administrator'])
    api.clock.advance(1)
    const second = await make('甲', ['leader'])
    const key = new Uint8Array(32).fill(7)
    await db.transaction(tx =>
      tx.run('UPDATE people SET staff_key = ? WHERE id IN (?, ?)', [key, first.person.id, second.person.id]),
    )
    expect(await combinedReminders(db, true, clock.now())).toHaveLength(1)
    await db.transaction(tx =>
      tx.run('UPDATE people SET roles = ? WHERE id = ?', [',audit-administrator,', second.person.id]),
    )
    const told = (await combinedReminders(db, true, clock.now())).find(({ subject }) => subject === first.person.id)
    expect(told).toMatchObject({
      subject: first.person.id,
      level: 'warn',
      zh: expect.stringContaining('系统管理员、审计管理员'),
      cure: expect.stringContaining('rights.separateAdministrators'),
    })
    await api.as('administrator').post(`/api/v1/people/${second.person.id}/revoke`)
    expect(await combinedReminders(db, true, clock.now())).toHaveLength(1)
  })

  test('who keeps accounts gives no roles, and who gives roles makes no accounts', async () => {
    const system = api.withToken((await make('系统', ['system-administrator'])).token)
    const security = api.withToken((await make('安全', ['security-administrator'])).token)
    expect((await system.post('/api/v1/people', { name: '新人', roles: ['leader'] })).body).toMatchObject({
      code: 'request.forbidden',
    })
    for (const places of [{ departments: null }, { windows: ['1号'] }])
      expect((await system.post('/api/v1/people', { name: '新人', roles: [], ...places })).status).toBe(403)
    const made = (await system.post('/api/v1/people', { name: '新人', roles: [] })).body as Made
    const path = `/api/v1/people/${made.person.id}`
    expect((await system.send('PATCH', path, { roles: ['leader'] })).status).toBe(403)
    expect((await security.send('PATCH', path, { roles: ['leader'] })).status).toBe(200)
    expect((await security.post('/api/v1/people', { name: '新人', roles: [] })).status).toBe(403)
    expect((await security.post(`${path}/rotate`, {})).status).toBe(403)
  })

  test('are given to the account as it was seen; who comes second is told who was first, and nothing is given', async () => {
    const { person } = await make('甲', ['examiner'])
    const path = `/api/v1/people/${person.id}`
    const admin = api.as('administrator')
    const seen = (await admin.get(path)).headers.get('etag') ?? ''
    const first = await admin.send('PATCH', path, { roles: ['leader'] }, { 'if-match': seen })
    expect(first.status).toBe(200)
    expect(first.headers.get('etag')).not.toBe(seen)
    const second = await admin.send('PATCH', path, { windows: null }, { 'if-match': seen })
    expect(second.status).toBe(412)
    expect(second.body).toMatchObject({ code: 'request.precondition', changes: [{ action: 'person.granted' }] })
    expect((await admin.get(path)).body).toMatchObject({ roles: ['leader'], windows: [] })
    // A use of the token, or the same grant once more, is no change.
    await api.withToken((await make('乙')).token).get('/api/v1/me')
    const now = first.headers.get('etag') ?? ''
    expect((await admin.send('PATCH', path, { windows: null }, { 'if-match': now })).status).toBe(200)
    await admin.post(`${path}/revoke`)
    const late = await admin.send('PATCH', path, { windows: [] }, { 'if-match': now })
    expect(late.body).toMatchObject({ code: 'request.precondition', changes: [{ action: 'person.revoked' }] })
  })

  test('the last of those who keep accounts and of those who give roles keep their role', async () => {
    const [first] = (await api.people.list(50, null)).filter(({ roles }) => roles.includes('security-administrator'))
    const id = first?.id ?? ''
    expect((await grant(id, { roles: ['leader'] })).body).toMatchObject({ code: 'request.conflict' })
    await make('安全', ['security-administrator'])
    await make('系统', ['system-administrator'])
    expect((await grant(id, { roles: ['leader'] })).status).toBe(200)
  })

  test('places have their limit, and what is unknown is refused', async () => {
    const { person } = await make('甲', ['examiner'])
    const many = (count: number) => Array.from({ length: count }, (_, n) => `窗口${n}`)
    expect((await grant(person.id, { windows: many(GRANT_LIMITS.places) })).status).toBe(200)
    expect((await grant(person.id, { windows: many(GRANT_LIMITS.places + 1) })).status).toBe(400)
    expect((await grant(person.id, { roles: ['king'] })).status).toBe(400)
    expect((await grant('nobody', { roles: ['leader'] })).body).toMatchObject({ code: 'request.not-found' })
    await api.as('administrator').post(`/api/v1/people/${person.id}/revoke`)
    expect((await grant(person.id, { roles: ['leader'] })).body).toMatchObject({ code: 'request.conflict' })
  })
})
