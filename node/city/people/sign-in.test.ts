import { readFile, stat, writeFile } from 'node:fs/promises'
import { Secret, TOTP } from 'otpauth'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Client, createTestApi, type TestApi, type TestApiOptions } from '../../../test/support/http.ts'
import { browsersOf, codeOf, PASSWORD } from '../../../test/support/sign-in.ts'
import { openTestStore } from '../../../test/support/store.ts'
import type { Database } from '../../kernel/store/database.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let store: Database
let api: TestApi
const start = async (options: Partial<TestApiOptions> = {}) => {
  store = await openTestStore()
  api = await createTestApi({ store, ...options })
}
beforeEach(() => start())
const { signIn, browserOf, newcomer, clerk, auditOf } = browsersOf(() => api)

describe('signing in', () => {
  test('answers the same to a wrong password, an unknown account and one that is over', async () => {
    await clerk()
    const { id } = await newcomer('over')
    await api.people.revoke('test', id)
    const answers = await Promise.all([
      signIn('li.lei', 'Ab1-wrong'),
      signIn('nobody', 'Ab1-wrong'),
      signIn('over', 'Ab1-wrong'),
    ])
    const [first] = answers.map(({ body }) => ({ ...(body as object), requestId: '' }))
    for (const { status, body } of answers)
      expect([status, { ...(body as object), requestId: '' }]).toEqual([401, first])
  })

  test('an unknown account costs a hash as a known one does', async () => {
    await clerk()
    const verified: (string | null)[] = []
    const { verify } = Bun.password
    Bun.password.verify = (async (password: string, hash: string, ...rest: []) => {
      verified.push(hash)
      return verify(password, hash, ...rest)
    }) as typeof verify
    try {
      const fresh = await createTestApi({ store, again: api })
      await fresh.browser().post('/api/v1/sessions', { account: 'nobody', password: 'x' })
      await fresh.browser().post('/api/v1/sessions', { account: 'li.lei', password: 'x' })
    } finally {
      Bun.password.verify = verify
    }
    expect(verified.map(hash => hash?.split('$').slice(0, 4))).toHaveLength(2)
    expect(verified[0]?.split('$').slice(1, 4)).toEqual(verified[1]?.split('$').slice(1, 4))
  })

  test('five failures lock an account for thirty minutes, one that is not there too; a restart forgets nothing', async () => {
    const { id } = await clerk()
    for (const account of ['li.lei', 'nobody']) {
      for (let n = 0; n < 4; n++) expect(codeOf(await signIn(account, 'Ab1-wrong'))).toBe('sign-in.refused')
      if (account === 'li.lei') {
        expect((await signIn(account, PASSWORD)).status).toBe(201)
        for (let n = 0; n < 4; n++) await signIn(account, 'Ab1-wrong')
      }
      expect(codeOf(await signIn(account, 'Ab1-wrong'))).toBe('sign-in.refused')
      expect(codeOf(await signIn(account, PASSWORD))).toBe('sign-in.locked')
    }
    await api.access.settle()
    expect((await api.as('administrator').get(`/api/v1/people/${id}/sign-in`)).body).toMatchObject({
      account: 'li.lei',
      password: 'own',
      lockedUntil: new Date(api.clock.now() + 30 * MINUTE).toISOString(),
    })
    const actions = (await auditOf(id)).map(({ action }) => action)
    expect(actions.filter(action => action === 'session.refused')).toHaveLength(9)
    expect(actions).toContain('account.locked')
    api = await createTestApi({ store, again: api })
    expect(codeOf(await signIn('li.lei', PASSWORD))).toBe('sign-in.locked')
    api.clock.advance(30 * MINUTE - 1)
    expect(codeOf(await signIn('li.lei', PASSWORD))).toBe('sign-in.locked')
    api.clock.advance(1)
    expect((await signIn('li.lei', PASSWORD)).status).toBe(201)
  })

  test('an administrator lifts the lock', async () => {
    const { id } = await clerk()
    for (let n = 0; n < 5; n++) await signIn('li.lei', 'Ab1-wrong')
    await api.access.settle()
    expect((await api.as('clerk').send('DELETE', `/api/v1/people/${id}/lock`)).status).toBe(403)
    expect((await api.as('administrator').send('DELETE', `/api/v1/people/${id}/lock`)).status).toBe(200)
    expect((await signIn('li.lei', PASSWORD)).status).toBe(201)
    expect((await auditOf(id)).map(({ action }) => action)).toContain('account.unlocked')
  })

  test('twenty failures from one address lock it for all accounts, and no other address; right ones count nothing', async () => {
    await clerk()
    const from = '192.0.2.7'
    for (let n = 0; n < 19; n++)
      expect(codeOf(await signIn(`nobody${n}`, 'x', undefined, from))).toBe('sign-in.refused')
    expect((await signIn('li.lei', PASSWORD, undefined, from)).status).toBe(201)
    expect(codeOf(await signIn('nobody', 'x', undefined, from))).toBe('sign-in.refused')
    expect(codeOf(await signIn('li.lei', PASSWORD, undefined, from))).toBe('sign-in.locked')
    expect((await signIn('li.lei', PASSWORD, undefined, '192.0.2.8')).status).toBe(201)
    await api.access.settle()
    const rows = await api.audit.list({ action: 'address.locked' }, 10, null)
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain('192.0.2')
    api.clock.advance(30 * MINUTE)
    expect((await signIn('li.lei', PASSWORD, undefined, from)).status).toBe(201)
  })

  test('a hundred guesses at once are five', async () => {
    await start({ limits: { addressBurst: 1000 } })
    const { oneTime } = await newcomer('han')
    const guesses = await Promise.all(
      Array.from({ length: 100 }, (_, n) => signIn('han', `Ab1-wrong${n}`, undefined, `192.0.2.${n}`)),
    )
    expect(guesses.filter(reply => codeOf(reply) === 'sign-in.refused')).toHaveLength(5)
    expect(codeOf(await signIn('han', oneTime))).toBe('sign-in.locked')
  })

  test.each([
    [{ account: '', password: 'x' }],
    [{ account: 'a'.repeat(65), password: 'x' }],
    [{ account: 'a', password: '' }],
    [{ account: 'a', password: 'x'.repeat(129) }],
    [{ account: 'a', password: 'x', code: '12345' }],
    [{ account: 'a', password: 'x', remember: true }],
  ])('%j is no request for it', async body => {
    expect(codeOf(await api.browser().post('/api/v1/sessions', body))).toBe('request.invalid')
  })

  test('takes nothing from an address', async () => {
    await clerk()
    const reply = await api.browser().post(`/api/v1/sessions?account=li.lei`, { account: 'li.lei', password: PASSWORD })
    expect(codeOf(reply)).toBe('request.invalid')
  })
})

describe('a password', () => {
  test('that an administrator set counts once: it opens nothing but its change, and ends after three days', async () => {
    const { id, oneTime, reset } = await newcomer()
    expect(reset.body).toEqual({
      account: 'li.lei',
      password: expect.stringMatching(/^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){3}$/),
      until: new Date(api.clock.now() + 72 * HOUR).toISOString(),
    })
    const browser = browserOf(await signIn('li.lei', oneTime))
    expect(browser.due).toEqual(['password'])
    expect((await browser.get('/api/v1/me')).status).toBe(200)
    expect((await browser.get('/api/v1/sessions')).body).toMatchObject({ code: 'sign-in.due', detail: 'password' })
    const put = (password: string) => browser.send('PUT', '/api/v1/me/password', { current: oneTime, password })
    expect((await put(oneTime)).body).toMatchObject({ code: 'sign-in.password' })
    expect((await put(PASSWORD)).status).toBe(200)
    expect((await browser.get('/api/v1/sessions')).status).toBe(200)
    expect(codeOf(await signIn('li.lei', oneTime))).toBe('sign-in.refused')
    const late = await newcomer('late')
    api.clock.advance(72 * HOUR - 1)
    expect((await signIn('late', late.oneTime)).status).toBe(201)
    api.clock.advance(1)
    expect(codeOf(await signIn('late', late.oneTime))).toBe('sign-in.refused')
    expect((await auditOf(id)).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['password.reset', 'password.changed', 'session.created']),
    )
  })

  test('is changed with the one before; every rule that a new one breaks is told, and it is none of the last five', async () => {
    await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    const put = (current: string, password: string) => browser.send('PUT', '/api/v1/me/password', { current, password })
    expect(codeOf(await put('Ab1-wrong', 'Cd2-another'))).toBe('sign-in.refused')
    const broken = (await put(PASSWORD, 'lilei')).body as { code: string; errors: { reasonZh: string }[] }
    expect([broken.code, broken.errors.length]).toEqual(['sign-in.password', 2])
    const chosen = [PASSWORD, 'Ab1-second', 'Ab1-third', 'Ab1-fourth', 'Ab1-fifth']
    for (const [n, password] of chosen.slice(1).entries())
      expect((await put(chosen[n] ?? '', password)).status).toBe(200)
    for (const before of chosen)
      expect([before, codeOf(await put('Ab1-fifth', before))]).toEqual([before, 'sign-in.password'])
    expect((await put('Ab1-fifth', 'Ab1-sixth')).status).toBe(200)
    expect((await put('Ab1-sixth', PASSWORD)).status).toBe(200)
  })

  test('ends other sessions when it is changed, and keeps that in which it was', async () => {
    await start({ signIn: { sessions: 2 } })
    await clerk()
    const one = browserOf(await signIn('li.lei', PASSWORD))
    const two = browserOf(await signIn('li.lei', PASSWORD))
    await one.send('PUT', '/api/v1/me/password', { current: PASSWORD, password: 'Cd2-another' })
    expect((await one.get('/api/v1/me')).status).toBe(200)
    expect((await two.get('/api/v1/me')).status).toBe(401)
  })

  test('must be changed after ninety days, to the millisecond; a setting of 0 asks for none', async () => {
    await clerk()
    api.clock.advance(90 * DAY - 1)
    expect(browserOf(await signIn('li.lei', PASSWORD)).due).toEqual([])
    api.clock.advance(1)
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    expect(browser.due).toEqual(['password'])
    expect(codeOf(await browser.get('/api/v1/sessions'))).toBe('sign-in.due')
    api = await createTestApi({ store, again: api, signIn: { maxAgeDays: 0 } })
    expect(browserOf(await signIn('li.lei', PASSWORD)).due).toEqual([])
  })

  test('wrong ones given to a change count as failed sign-ins', async () => {
    await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    for (let n = 0; n < 5; n++)
      await browser.send('PUT', '/api/v1/me/password', { current: 'Ab1-wrong', password: 'Cd2-another' })
    const change = await browser.send('PUT', '/api/v1/me/password', { current: PASSWORD, password: 'Cd2-another' })
    expect(codeOf(change)).toBe('sign-in.locked')
  })

  test('is reset by administrators alone, under one account name for one person', async () => {
    const { id } = await newcomer()
    const { account: other } = await api.people.create('test', { name: 'x', roles: ['clerk'], expiresAt: null })
    const admin = api.as('administrator')
    for (const role of ['clerk', 'integrator', 'auditor'] as const)
      expect((await api.as(role).post(`/api/v1/people/${id}/reset-password`, {})).status).toBe(403)
    const reset = async (person: string, account: string | null) =>
      codeOf(await admin.post(`/api/v1/people/${person}/reset-password`, { account }))
    expect(await reset(other.id, null)).toBe('request.invalid')
    expect(await reset(other.id, 'LI.LEI')).toBe('request.conflict')
    for (const name of ['-a', 'a b', 'a/b', '<b>', '.'])
      expect([name, await reset(other.id, name)]).toEqual([name, 'request.invalid'])
    expect(await reset('nobody', 'x')).toBe('request.not-found')
    expect((await admin.post(`/api/v1/people/${other.id}/reset-password`, { account: '韩梅梅' })).status).toBe(200)
    expect((await admin.get(`/api/v1/people/${other.id}/sign-in`)).body).toMatchObject({
      account: '韩梅梅',
      password: 'one-time',
    })
    expect((await admin.get('/api/v1/people/nobody/sign-in')).body).toMatchObject({
      code: 'request.not-found',
      detail: 'person',
    })
    const { account: unnamed } = await api.people.create('test', { name: 'y', roles: ['clerk'], expiresAt: null })
    expect((await admin.get(`/api/v1/people/${unnamed.id}/sign-in`)).body).toMatchObject({
      account: '',
      password: 'none',
      secondFactor: false,
    })
    expect((await admin.send('DELETE', `/api/v1/people/${unnamed.id}/lock`)).body).toMatchObject({
      code: 'request.not-found',
      detail: 'the person has no account name',
    })
  })
})

describe('the second factor', () => {
  const enrol = async (browser: Client) => {
    const begun = await browser.send('PUT', '/api/v1/me/totp', { password: PASSWORD })
    expect(begun.status).toBe(200)
    const { secret } = begun.body as { secret: string }
    const at = (ms = 0) => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: api.clock.now() + ms })
    return { secret, at }
  }

  test('a wrong code of the one that is being confirmed counts as a failed sign-in, and the last one locks', async () => {
    await start({ signIn: { failures: 3 } })
    const { id } = await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    const { at } = await enrol(browser)
    const confirm = (code: string) => browser.send('PUT', '/api/v1/me/totp/confirmation', { code })
    expect(codeOf(await confirm('000000'))).toBe('sign-in.refused')
    // A failed sign-in and a wrong code add up.
    expect(codeOf(await signIn('li.lei', 'Ab1-wrong'))).toBe('sign-in.refused')
    expect(codeOf(await confirm('000000'))).toBe('sign-in.refused')
    expect(codeOf(await confirm(at()))).toBe('sign-in.locked')
    expect(codeOf(await signIn('li.lei', PASSWORD))).toBe('sign-in.locked')
    await api.access.settle()
    expect((await auditOf(id)).map(({ action, detail }) => [action, detail.failures])).toEqual(
      expect.arrayContaining([
        ['session.refused', 3],
        ['account.locked', undefined],
      ]),
    )
    expect((await api.as('administrator').send('DELETE', `/api/v1/people/${id}/lock`)).status).toBe(200)
    // Confirming proves no password: what failed before it is not forgotten.
    expect(codeOf(await confirm('000000'))).toBe('sign-in.refused')
    expect((await confirm(at())).status).toBe(200)
    await api.access.settle()
    expect(codeOf(await signIn('li.lei', 'Ab1-wrong'))).toBe('sign-in.refused')
    expect(codeOf(await signIn('li.lei', 'Ab1-wrong'))).toBe('sign-in.refused')
    expect(codeOf(await signIn('li.lei', PASSWORD))).toBe('sign-in.locked')
  })

  test('counts when it was confirmed; from then on each sign-in needs a code, and each code counts once', async () => {
    const { id } = await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    const { secret, at } = await enrol(browser)
    expect((await signIn('li.lei', PASSWORD)).status).toBe(201)
    const again = browserOf(await signIn('li.lei', PASSWORD))
    expect(codeOf(await again.send('PUT', '/api/v1/me/totp/confirmation', { code: '000000' }))).toBe('sign-in.refused')
    expect((await again.get('/api/v1/me')).body).toMatchObject({ secondFactor: false })
    expect((await again.send('PUT', '/api/v1/me/totp/confirmation', { code: at() })).status).toBe(200)
    expect((await again.get('/api/v1/me')).body).toMatchObject({ secondFactor: true })
    expect(codeOf(await again.send('PUT', '/api/v1/me/totp/confirmation', { code: at() }))).toBe('request.conflict')
    expect(codeOf(await signIn('li.lei', PASSWORD))).toBe('sign-in.code')
    expect(codeOf(await signIn('li.lei', 'Ab1-wrong', at(30_000)))).toBe('sign-in.refused')
    // The one that confirmed it was used.
    expect(codeOf(await signIn('li.lei', PASSWORD, at()))).toBe('sign-in.refused')
    const code = at(30_000)
    const signed = await signIn('li.lei', PASSWORD, code)
    expect(browserOf(signed).session.way).toBe('second-factor')
    expect(codeOf(await signIn('li.lei', PASSWORD, code))).toBe('sign-in.refused')
    expect(JSON.stringify(await store.query('SELECT hex(totp) AS t FROM credentials'))).not.toContain(
      Buffer.from(Secret.fromBase32(secret).bytes).toString('hex').toUpperCase(),
    )
    expect((await auditOf(id)).map(({ action }) => action)).toContain('totp.confirmed')
  })

  test('one code sent twice at once opens one session', async () => {
    await start({ signIn: { sessions: 5 } })
    await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    const { at } = await enrol(browser)
    await browser.send('PUT', '/api/v1/me/totp/confirmation', { code: at() })
    api.clock.advance(60_000)
    const both = await Promise.all([signIn('li.lei', PASSWORD, at()), signIn('li.lei', PASSWORD, at())])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401])
  })

  test('wrong codes lock the account as wrong passwords do', async () => {
    await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    const { at } = await enrol(browser)
    await browser.send('PUT', '/api/v1/me/totp/confirmation', { code: at() })
    api.clock.advance(60_000)
    const wrong = at() === '000000' ? '111111' : '000000'
    for (let n = 0; n < 5; n++) await signIn('li.lei', PASSWORD, wrong)
    expect(codeOf(await signIn('li.lei', PASSWORD, at()))).toBe('sign-in.locked')
  })

  test('where the city asks for it, a session without opens nothing but its making; an administrator takes a lost one off', async () => {
    await start({ signIn: { secondFactor: 'required' } })
    const { id } = await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    expect(browser.due).toEqual(['second-factor'])
    expect(codeOf(await browser.get('/api/v1/sessions'))).toBe('sign-in.due')
    const { at } = await enrol(browser)
    await browser.send('PUT', '/api/v1/me/totp/confirmation', { code: at() })
    expect((await browser.get('/api/v1/sessions')).status).toBe(200)
    expect((await api.as('administrator').send('DELETE', `/api/v1/people/${id}/totp`)).status).toBe(200)
    expect((await browser.get('/api/v1/me')).status).toBe(401)
    expect(browserOf(await signIn('li.lei', PASSWORD)).due).toEqual(['second-factor'])
  })

  test('is replaced with a code of the one before', async () => {
    await clerk()
    const browser = browserOf(await signIn('li.lei', PASSWORD))
    const { at } = await enrol(browser)
    await browser.send('PUT', '/api/v1/me/totp/confirmation', { code: at() })
    api.clock.advance(60_000)
    const without = await browser.send('PUT', '/api/v1/me/totp', { password: PASSWORD })
    expect(codeOf(without)).toBe('sign-in.code')
    expect((await browser.send('PUT', '/api/v1/me/totp', { password: PASSWORD, code: at() })).status).toBe(200)
  })
})

describe('the first administrator', () => {
  const first = { name: '王管理', account: 'wang', password: 'Ab1-correct' }
  const setUp = (code: string, rest: object = {}, address?: string) =>
    api.browser(undefined, address).post('/api/v1/set-up', { ...first, ...rest, code })

  test('is made once, by the code that stands in a file for the own user alone', async () => {
    expect((await api.browser().get('/api/v1/sign-in')).body).toMatchObject({ setUp: false })
    const file = (await api.access.setUp.start()) ?? ''
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await api.browser().get('/api/v1/sign-in')).body).toMatchObject({
      setUp: true,
      minLength: 8,
      singleSignOn: false,
    })
    const code = (await readFile(file, 'utf8')).trim()
    expect(Buffer.from(code, 'base64url')).toHaveLength(20)
    const wrong = await setUp(`${code}x`)
    expect(wrong.body).toMatchObject({
      code: 'sign-in.refused',
      detail: expect.stringContaining('setup-code') as unknown,
    })
    expect(codeOf(await setUp(code, { password: 'wang' }))).toBe('sign-in.password')
    expect((await setUp(code)).status).toBe(201)
    await expect(stat(file)).rejects.toThrow('ENOENT')
    const browser = browserOf(await signIn('wang', 'Ab1-correct'))
    expect((await browser.get('/api/v1/people')).status).toBe(200)
    expect(codeOf(await setUp(code, { account: 'other' }))).toBe('request.conflict')
    expect(await api.access.setUp.start()).toBeNull()
    expect(JSON.stringify(await store.query('SELECT * FROM audit'))).not.toContain(code)
  })

  test('has another code after each start; guesses lock their address', async () => {
    const file = (await api.access.setUp.start()) ?? ''
    const before = (await readFile(file, 'utf8')).trim()
    await writeFile(file, 'left over')
    expect(await api.access.setUp.start()).toBe(file)
    const code = (await readFile(file, 'utf8')).trim()
    expect(code).not.toBe(before)
    expect(codeOf(await setUp(before))).toBe('sign-in.refused')
    for (let n = 1; n < 20; n++) await setUp('guess', {}, '127.0.0.1')
    expect(codeOf(await setUp(code))).toBe('sign-in.locked')
    expect((await setUp(code, {}, '192.0.2.1')).status).toBe(201)
  })
})
