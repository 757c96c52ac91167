import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../protocol/problem.ts'
import { restConfigSchema } from './config.ts'
import { createRestAdapter } from './rest.ts'

const config = {
  baseUrl: 'https://approval.test/api',
  auth: { scheme: 'bearer', secret: 'token' },
  register: { path: '/cases', body: { no: 'caseNo' }, response: { localCaseNo: 'no' } },
}
const events = {
  path: '/events?after={cursor}',
  list: 'events',
  cursor: 'next',
  each: { id: 'id', localCaseNo: 'no', kind: 'kind', body: {} },
}

/** What a configuration is refused for; empty when it is not. */
function refusal(change: Record<string, unknown>, secrets: Record<string, string> = { token: 't' }): string {
  try {
    createRestAdapter({ config: { ...config, ...change }, secrets })
    return ''
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'config.invalid') throw error
    return error.problem.detail ?? 'no detail'
  }
}

describe('configuration', () => {
  test('the smallest one', () => expect(refusal({})).toBe(''))

  test.each([
    ['an unknown field', { retries: 3 }, 'retries'],
    ['an unknown kind of packet', { packets: { 'case.nothing': { path: '/a', body: {} } } }, 'packets'],
    ['a packet that nobody sends here', { packets: { 'case.accept': { path: '/a', body: {} } } }, 'packets'],
    [
      'an arrival among the answers',
      { events: { ...events, each: { ...events.each, body: { 'case.arrived': {} } } } },
      'events.each.body',
    ],
    ['no address', { baseUrl: 'approval' }, 'baseUrl'],
    ['an address of another kind', { baseUrl: 'file:///etc' }, 'baseUrl'],
    ['a user in the address', { baseUrl: 'https://u:p@approval.test' }, 'baseUrl: without user'],
    ['plain HTTP to another machine', { baseUrl: 'http://10.0.0.7' }, 'baseUrl: https'],
    ['no register', { register: undefined }, 'register'],
    ['a path that leaves the host', { register: { ...config.register, path: '//elsewhere.test' } }, 'register.path'],
    [
      'personal data in a path',
      { register: { ...config.register, path: '/cases/{name}' } },
      'register.path: only these',
    ],
    ['an open brace', { register: { ...config.register, path: '/cases/{caseNo' } }, 'register.path: only these'],
    ['a number before there is one', { register: { ...config.register, path: '/{localCaseNo}' } }, 'register.path'],
    ['uploads that cannot be repeated', { materials: { path: '/files' } }, 'materials.path: {sha256} is missing'],
    ['events without a cursor', { events: { ...events, path: '/events' } }, 'events.path: {cursor} is missing'],
    [
      'a header that the adapter sets',
      { register: { ...config.register, headers: { 'Idempotency-Key': '1' } } },
      'register.headers',
    ],
    [
      'a header with a line break',
      { register: { ...config.register, headers: { 'x-a': 'b\r\nx-c: d' } } },
      'register.headers.x-a',
    ],
    [
      'a media type of its own',
      { register: { ...config.register, headers: { 'Content-Type': 'text/xml' } } },
      'register.headers.Content-Type: bodies are sent as application/json; charset=utf-8, materials as their own type',
    ],
    [
      'a secret that is not there, in a body',
      { register: { ...config.register, body: { token: { secret: 'appSecret' } } } },
      'register.body.token: the secret appSecret is missing',
    ],
    [
      'a secret in what is signed',
      { events: { ...events, each: { ...events.each, body: { 'case.message': { text: { secret: 'token' } } } } } },
      'events.each.body.case.message.text: no secret may stand here',
    ],
    [
      'a number that readers round, in an expression',
      { register: { ...config.register, body: { no: 'caseNo = 202611300000000123' } } },
      'register.body.no: a number beyond',
    ],
    [
      'a code that readers round',
      { dictionaries: { d: { codes: { a: Number('202611300000000123') } } } },
      'dictionaries.d.codes.a',
    ],
    [
      'a constant that readers round',
      { register: { ...config.register, body: { n: Number('202611300000000123') } } },
      'register.body',
    ],
    ['a charset that nobody writes', { charset: 'big5' }, 'charset'],
    ['a code of theirs for two of ours', { dictionaries: { d: { codes: { a: 1, b: 1 } } } }, 'dictionaries.d: "1"'],
    ['a wrong expression', { register: { ...config.register, body: { no: '[' } } }, 'register.body.no: JSONata'],
    ['time without bound', { timeoutMs: 600_001 }, 'timeoutMs'],
  ])('%s is refused', (_, change, place) => expect(refusal(change)).toContain(place))

  test.each(['http://127.0.0.1:8790', 'http://localhost', 'http://[::1]:80', 'https://10.0.0.7'])(
    '%s may be called',
    baseUrl => {
      expect(refusal({ baseUrl })).toBe('')
    },
  )

  test('plain HTTP has to be allowed', () =>
    expect(refusal({ baseUrl: 'http://10.0.0.7', allowPlainHttp: true })).toBe(''))

  test('a name that only looks like this machine is another one', () => {
    expect(refusal({ baseUrl: 'http://127.0.0.1.evil.test' })).toContain('baseUrl')
    expect(refusal({ baseUrl: 'http://localhost.evil.test' })).toContain('baseUrl')
  })

  test('secrets have to be there, and to fit a header; their values are not told', () => {
    expect(refusal({}, {})).toBe('auth.secret: the secret token is missing')
    expect(refusal({}, { token: 'geheim\n' })).toBe('auth.secret: the secret token is not visible ASCII')
    expect(refusal({ auth: { scheme: 'basic', username: 'u', secret: 'constructor' } })).toContain('is missing')
  })

  test('all problems are told at once', () => {
    const told = refusal(
      {
        baseUrl: 'http://10.0.0.7',
        register: { path: '/{x}', body: { a: '[', b: '$now()' }, response: { localCaseNo: '(' } },
        materials: { path: '/files' },
      },
      {},
    )
    for (const place of [
      'baseUrl',
      'auth.secret',
      'register.path',
      'register.body.a',
      'register.body.b',
      'register.response.localCaseNo',
      'materials.path',
    ]) {
      expect(told).toContain(`${place}: `)
    }
  })

  test('config.schema.json is what the schema says; `npm run generate` writes it', async () => {
    const file = new URL('./config.schema.json', import.meta.url)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(restConfigSchema())
  })
})
