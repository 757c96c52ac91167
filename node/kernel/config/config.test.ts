// Over 450 lines: every setting by its name, and each way to get one wrong.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ProblemError } from '../../../protocol/problem.ts'
import { loadConfig, overlay, parseConfig } from './config.ts'
import { describeConfig } from './describe.ts'
import { ENVIRONMENT } from './schema.ts'

const city = { code: '420300', name: '十堰市', authority: '十堰市行政审批局' }
/** Those of the sign-in as they come. */
const signIn = {
  minLength: 8,
  classes: 3,
  history: 5,
  maxAgeDays: 90,
  failures: 5,
  addressFailures: 20,
  lockMinutes: 30,
  idleMinutes: 30,
  absoluteHours: 12,
  sessions: 1,
  tokenDays: 365,
  secondFactor: 'optional',
}
const rest = { kind: 'rest', mapping: './mapping.json' }

/** The lines of a refusal; none when it is not refused. */
function faults(value: unknown, env: Record<string, string> = {}): string[] {
  try {
    parseConfig(overlay(value, env), '/srv', env)
    return []
  } catch (error) {
    const { problem, errors } = error as Partial<ProblemError>
    if (problem?.code !== 'config.invalid' || problem.detail === undefined) throw error
    // Each is told in Chinese too.
    for (const { reasonZh } of errors ?? []) expect(reasonZh).toMatch(/\p{Script=Han}/u)
    expect(errors).toHaveLength(problem.detail.split('\n  ').length)
    return problem.detail.split('\n  ')
  }
}

describe('a configuration', () => {
  test('of the city alone gets every default', () => {
    expect(parseConfig({ city }, '/srv/tongban')).toEqual({
      city,
      data: '/srv/tongban/data',
      http: { host: '127.0.0.1', port: 8420, trustedProxies: [] },
      applicants: { host: '127.0.0.1' },
      p2p: { listen: ['/ip4/0.0.0.0/tcp/8421'], announce: [], relays: [], offerRelay: 0 },
      adapter: { kind: 'workbench' },
      adapters: {},
      routes: [],
      withoutMain: false,
      signIn,
      agreements: { fourEyes: false },
      console: { colour: '#1a56c4' },
      rights: { separateDecision: true, separateAdministrators: true },
      sandbox: { partners: [] },
      backups: {},
      webhooks: { allowPrivate: false },
      mail: { carrier: 'EMS', pollMinutes: 30 },
      quotas: { materialsGB: 1000, packetsGB: 20, freeMB: 512 },
      log: { level: 'info', format: 'json' },
      pollSeconds: 2,
      folder: '/srv/tongban',
    })
  })

  test('keeps what it says', () => {
    const value = {
      $schema: './config.schema.json',
      city,
      data: '/var/lib/tongban',
      http: { host: '::1', port: 0, trustedProxies: ['10.20.0.0/16', '::1'] },
      applicants: { host: '127.0.0.1', port: 8422, url: 'https://jindu.example.gov.cn/' },
      p2p: { listen: [], announce: ['/dns4/tongban.example/tcp/8421'], relays: ['420600'], offerRelay: 8 },
      adapters: { gjj: { kind: 'workbench' } },
      routes: [{ items: ['X'], departments: ['11420300011315330Y'], modes: [0, 1], from: ['610900'], adapter: 'gjj' }],
      adapter: {
        ...rest,
        baseUrl: 'http://127.0.0.1:9000',
        secrets: { token: { env: 'TOKEN' }, key: { file: 'key' } },
      },
      signIn: {
        ...signIn,
        sessions: 2,
        secondFactor: 'required',
        singleSignOn: {
          issuer: 'https://sso.example.gov.cn/',
          clientId: 'tongban',
          clientSecret: { file: 'sso-secret' },
          url: 'https://tongban.example.gov.cn/',
          claim: 'preferred_username',
          scope: 'openid profile',
        },
      },
      agreements: { fourEyes: true },
      console: { colour: '#1a56c4' },
      rights: { separateDecision: false, separateAdministrators: false },
      sandbox: { partners: [] },
      backups: {},
      webhooks: { allowPrivate: true },
      mail: {
        carrier: '顺丰',
        url: 'https://ems.example/gateway',
        token: { env: 'EMS' },
        pollMinutes: 5,
        sender: { name: '跨省通办窗口', phone: '0719-8100001', address: '十堰市市民服务中心' },
      },
      quotas: { materialsGB: 250, packetsGB: 5, freeMB: 1024 },
      log: { level: 'debug', format: 'text' },
      pollSeconds: 0.5,
    }
    expect(parseConfig(value, '/srv')).toEqual({ ...value, folder: '/srv', withoutMain: false })
  })

  test.each([
    ['nothing', null, '(file): must be an object { … }'],
    ['a list', [], '(file): must be an object { … }'],
    ['an unknown setting', { city, colour: 'red' }, 'colour: is not a setting; take it out, or correct its name'],
    [
      'one inside a group',
      { city, http: { prot: 1 } },
      'http.prot: is not a setting; take it out, or correct its name',
    ],
    [
      'a code of five digits',
      { city: { ...city, code: '42030' } },
      'city.code: does not have the right form; give the division code of this city (GB/T 2260), six digits',
    ],
    ['a code as a number', { city: { ...city, code: 420300 } }, 'city.code: must be text'],
    ['an empty name', { city: { ...city, name: '' } }, 'city.name: must be at least 1 characters'],
    ['a name too long', { city: { ...city, name: '市'.repeat(101) } }, 'city.name: must be at most 100 characters'],
    [
      'no authority',
      { city: { code: city.code, name: city.name } },
      'city.authority: is missing; give the approval authority, such as 十堰市行政审批局',
    ],
    ['data that is no path', { city, data: 5 }, 'data: must be text'],
    ['a group that is none', { city, http: 8420 }, 'http: must be an object { … }'],
    ['a port below 0', { city, http: { port: -1 } }, 'http.port: must be at least 0'],
    ['a port above 65,535', { city, http: { port: 65_536 } }, 'http.port: must be at most 65535'],
    ['half a port', { city, http: { port: 80.5 } }, 'http.port: must be a whole number'],
    ['an empty host', { city, http: { host: '' } }, 'http.host: must be at least 1 characters'],
    ['no list', { city, p2p: { listen: '/ip4/0.0.0.0/tcp/1' } }, 'p2p.listen: must be a list'],
    [
      'no multiaddr',
      { city, p2p: { listen: ['0.0.0.0:8421'] } },
      'p2p.listen.0: must be a multiaddr such as /ip4/0.0.0.0/tcp/8421 or /dns4/tongban.example/tcp/8421',
    ],
    [
      'what nobody can dial',
      { city, p2p: { announce: ['/ip4/0.0.0.0/tcp/8421'] } },
      'p2p.announce.0: must be an address that partners can dial: no 0.0.0.0 or ::, no port 0',
    ],
    [
      '17 addresses',
      { city, p2p: { listen: Array(17).fill('/ip4/0.0.0.0/tcp/0') } },
      'p2p.listen: must be at most 16 entries',
    ],
    [
      'a proxy by its name',
      { city, http: { trustedProxies: ['proxy.example'] } },
      'http.trustedProxies.0: must be an IP address or a range such as 10.20.0.0/16',
    ],
    [
      '33 proxies',
      { city, http: { trustedProxies: Array(33).fill('10.0.0.1') } },
      'http.trustedProxies: must be at most 32 entries',
    ],
    [
      'an unknown adapter',
      { city, adapter: { kind: 'none' } },
      expect.stringMatching(/^adapter\.kind: must be one of workbench, .*rest/),
    ],
    [
      'a route to no adapter',
      { city, adapters: { gjj: { kind: 'workbench' } }, routes: [{ items: ['X'], adapter: 'zhbs' }] },
      'routes.0.adapter: must be one of gjj',
    ],
    [
      'several remote adapters of which one names no account',
      { city, adapter: { kind: 'remote' }, adapters: { gjj: { kind: 'remote', account: 'p1' } } },
      'adapter.account: is missing; where several adapters are remote each names an account of its own',
    ],
    [
      'several remote adapters of one account',
      { city, adapters: { gjj: { kind: 'remote', account: 'p1' }, zhbs: { kind: 'remote', account: 'p1' } } },
      'adapters.zhbs.account: is that of another adapter too',
    ],
    [
      'two adapters of one name',
      { city, adapter: { kind: 'workbench' }, adapters: { workbench: { kind: 'workbench' } } },
      'adapters.workbench: is the name of adapter too',
    ],
    [
      'another name within an adapter that has one',
      { city, adapters: { gjj: { kind: 'workbench', name: 'other' } } },
      'adapters.gjj.name: is not a setting; take it out, or correct its name',
    ],
    [
      'an adapter of no kind',
      { city, adapter: {} },
      expect.stringMatching(/^adapter\.kind: must be one of workbench, .*rest/),
    ],
    [
      'a mapping with the workbench',
      { city, adapter: { kind: 'workbench', mapping: 'x' } },
      'adapter.mapping: is not a setting; take it out, or correct its name',
    ],
    [
      'rest without a mapping',
      { city, adapter: { kind: 'rest' } },
      'adapter.mapping: is missing; give the file with the field mapping (adapters/rest/config.schema.json)',
    ],
    [
      'an address that is no URL',
      { city, adapter: { ...rest, baseUrl: 'approval' } },
      'adapter.baseUrl: must be a URL such as https://approval.example',
    ],
    [
      'a URL of another kind',
      { city, adapter: { ...rest, baseUrl: 'file:///etc' } },
      'adapter.baseUrl: must be a URL such as https://approval.example',
    ],
    [
      'a secret in the file',
      { city, adapter: { ...rest, secrets: { token: 'hunter2' } } },
      'adapter.secrets.token: must say where the secret is: { "env": "NAME" } or { "file": "PATH" }, never the secret itself',
    ],
    ['an unknown level', { city, log: { level: 'loud' } }, 'log.level: must be one of debug, info, warning, error'],
    ['an unknown format', { city, log: { format: 'xml' } }, 'log.format: must be one of json, text'],
    ['polling too often', { city, pollSeconds: 0.09 }, 'pollSeconds: must be at least 0.1'],
    ['polling too seldom', { city, pollSeconds: 3601 }, 'pollSeconds: must be at most 3600'],
  ])('with %s is refused, with the cure', (_, value, fault) => expect(faults(value)).toEqual([fault]))

  test.each([
    ['16 addresses', { p2p: { listen: Array(16).fill('/ip4/0.0.0.0/tcp/0') } }],
    ['32 proxies', { http: { trustedProxies: Array(32).fill('10.0.0.0/8') } }],
    ['the highest port', { http: { port: 65_535 } }],
    ['a name of 100 characters', { city: { ...city, name: '市'.repeat(100) } }],
    ['polling as often as may be', { pollSeconds: 0.1 }],
    ['polling as seldom as may be', { pollSeconds: 3600 }],
  ])('with %s holds', (_, value) => expect(faults({ city, ...value })).toEqual([]))

  test('with many faults names all of them at once, and no value', () => {
    const value = {
      city: { code: 'secret-1', name: '' },
      http: { port: 'secret-2' },
      p2p: { announce: ['secret-3', '/ip4/192.0.2.1/tcp/1', 'secret-4'] },
      adapter: { kind: 'rest', secrets: { token: 'secret-5' } },
      colour: 'secret-6',
    }
    const told = faults(value, { TONGBAN_LOG_LEVEL: 'secret-7' })
    expect(told.map(line => line.slice(0, line.indexOf(':')))).toEqual([
      'city.code',
      'city.name',
      'city.authority',
      'http.port',
      'p2p.announce.0',
      'p2p.announce.2',
      'adapter.mapping',
      'adapter.secrets.token',
      'log.level',
      'colour',
    ])
    expect(told.join()).not.toContain('secret-')
  })

  test('of nothing at all asks for what a city needs', () => {
    expect(faults({}).map(line => line.slice(0, line.indexOf(':')))).toEqual([
      'city.code',
      'city.name',
      'city.authority',
    ])
  })
})

describe('the environment', () => {
  test('stands over the file, setting by setting', () => {
    const env = {
      TONGBAN_DATA: '/data',
      TONGBAN_HTTP_HOST: '0.0.0.0',
      TONGBAN_HTTP_PORT: '9000',
      TONGBAN_HTTP_TRUSTED_PROXIES: '172.17.0.1, 10.0.0.0/8',
      TONGBAN_APPLICANTS_HOST: '0.0.0.0',
      TONGBAN_APPLICANTS_PORT: '8422',
      TONGBAN_APPLICANTS_URL: 'https://jindu.example.gov.cn/',
      TONGBAN_P2P_LISTEN: '/ip4/127.0.0.1/tcp/1, /ip4/127.0.0.1/tcp/2',
      TONGBAN_P2P_ANNOUNCE: '/dns4/tongban.example/tcp/1',
      TONGBAN_LOG_LEVEL: 'debug',
      TONGBAN_LOG_FORMAT: 'text',
      TONGBAN_POLL_SECONDS: '0.5',
    }
    expect(Object.keys(env).sort()).toEqual(Object.keys(ENVIRONMENT).sort())
    expect(parseConfig(overlay({ city, log: { level: 'error' } }, env), '/srv')).toEqual({
      city,
      data: '/data',
      http: { host: '0.0.0.0', port: 9000, trustedProxies: ['172.17.0.1', '10.0.0.0/8'] },
      applicants: { host: '0.0.0.0', port: 8422, url: 'https://jindu.example.gov.cn/' },
      p2p: {
        listen: ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'],
        announce: ['/dns4/tongban.example/tcp/1'],
        relays: [],
        offerRelay: 0,
      },
      adapter: { kind: 'workbench' },
      adapters: {},
      routes: [],
      withoutMain: false,
      signIn,
      agreements: { fourEyes: false },
      console: { colour: '#1a56c4' },
      rights: { separateDecision: true, separateAdministrators: true },
      sandbox: { partners: [] },
      backups: {},
      webhooks: { allowPrivate: false },
      mail: { carrier: 'EMS', pollMinutes: 30 },
      quotas: { materialsGB: 1000, packetsGB: 20, freeMB: 512 },
      log: { level: 'debug', format: 'text' },
      pollSeconds: 0.5,
      folder: '/srv',
    })
  })

  test('leaves the rest of a group, and the file itself, as they are', () => {
    const file = { city, http: { host: '::1', port: 1 } }
    expect(overlay(file, { TONGBAN_HTTP_PORT: '2' })).toEqual({ city, http: { host: '::1', port: 2 } })
    expect(file).toEqual({ city, http: { host: '::1', port: 1 } })
  })

  test('says nothing by an empty variable, nor by one of another program', () => {
    expect(overlay({ city }, { TONGBAN_HTTP_PORT: '', TONGBAN_SERVICE_HOST: '10.0.0.1' })).toEqual({ city })
  })

  test.each(['many', '0x50', '1e3', ' 80', '-1', '8420.5'])(
    'a port of %j is refused, and the variable named',
    value => {
      expect(faults({ city }, { TONGBAN_HTTP_PORT: value })).toEqual([
        expect.stringMatching(/^http\.port: must be a (whole )?number \(set by TONGBAN_HTTP_PORT\)$/),
      ])
    },
  )

  test('does not hide what is wrong in the file', () => {
    expect(faults({ city, http: 5 }, { TONGBAN_HTTP_PORT: '80' })).toEqual(['http: must be an object { … }'])
    expect(faults([], { TONGBAN_HTTP_PORT: '80' })).toEqual(['(file): must be an object { … }'])
  })

  test('is named for an entry of a list too', () => {
    expect(faults({ city }, { TONGBAN_P2P_LISTEN: '/ip4/0.0.0.0/tcp/1,x' })).toEqual([
      expect.stringMatching(/^p2p\.listen\.1: .* \(set by TONGBAN_P2P_LISTEN\)$/),
    ])
  })
})

describe('the file', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongban-config-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('is found by its path, else by TONGBAN_CONFIG, and paths in it start at its folder', async () => {
    await mkdir(join(folder, 'a'))
    await writeFile(join(folder, 'a', 'tongban.json'), JSON.stringify({ city, data: '../store' }))
    await writeFile(join(folder, 'other.json'), `\uFEFF${JSON.stringify({ city })}`)
    const env = { TONGBAN_CONFIG: join(folder, 'a', 'tongban.json'), TONGBAN_HTTP_PORT: '1' }
    expect(await loadConfig(undefined, env)).toMatchObject({
      data: join(folder, 'store'),
      folder: join(folder, 'a'),
      http: { port: 1 },
    })
    expect(await loadConfig(join(folder, 'other.json'), env)).toMatchObject({ data: join(folder, 'data'), folder })
  })

  test('that is missing, a folder or not JSON is refused with what to do', async () => {
    await writeFile(join(folder, 'broken.json'), '{ "city": ')
    const told = (name: string) => loadConfig(join(folder, name), {}).catch(error => error.problem)
    expect(await told('none.json')).toEqual({
      code: 'config.invalid',
      detail: `${folder}/none.json is not there; make it with: tongban init`,
    })
    expect(await told('.')).toMatchObject({ code: 'config.invalid' })
    expect(await told('broken.json')).toMatchObject({
      code: 'config.invalid',
      detail: expect.stringMatching(/broken\.json: .*JSON/),
    })
  })

  test('in another encoding than UTF-8 is refused: its names would be read wrongly', async () => {
    const gbk = Buffer.from('7b2263697479223a7b226e616d65223a22c4cfd1f4cad0227d7d', 'hex')
    await writeFile(join(folder, 'gbk.json'), gbk)
    await expect(loadConfig(join(folder, 'gbk.json'), {})).rejects.toMatchObject({
      problem: { code: 'config.invalid', detail: expect.stringContaining('gbk.json is not in UTF-8') },
    })
  })

  test('with a number that no computer keeps as it is written, or a name twice, is refused', async () => {
    for (const text of ['{ "pollSeconds": 1234567890123456789 }', '{ "pollSeconds": 1, "pollSeconds": 2 }']) {
      await writeFile(join(folder, 'odd.json'), text)
      await expect(loadConfig(join(folder, 'odd.json'), {})).rejects.toThrow('odd.json')
    }
  })

  test('with faults names those of file and environment together', async () => {
    await writeFile(join(folder, 'tongban.json'), JSON.stringify({ city, pollSeconds: 0 }))
    await expect(loadConfig(join(folder, 'tongban.json'), { TONGBAN_LOG_LEVEL: 'loud' })).rejects.toThrow(
      /log\.level: must be one of .* \(set by TONGBAN_LOG_LEVEL\)\n {2}pollSeconds: must be at least 0\.1$/,
    )
  })
})

describe('the table of settings', () => {
  test('has every setting once, of each kind of adapter, with its meaning in both languages', () => {
    const settings = describeConfig()
    expect(settings.map(({ key }) => key)).toEqual([
      'city.code',
      'city.name',
      'city.authority',
      'data',
      'http.host',
      'http.port',
      'http.trustedProxies',
      'applicants.port',
      'applicants.host',
      'applicants.url',
      'p2p.listen',
      'p2p.announce',
      'p2p.dialRange',
      'p2p.relays',
      'p2p.offerRelay',
      'adapters',
      'routes',
      'adapter',
      'adapter.name',
      'adapter.account',
      'adapter.path',
      'adapter.options',
      'adapter.secrets',
      'adapter.mapping',
      'adapter.before',
      'adapter.baseUrl',
      'adapter.secrets',
      'adapter.mapping',
      'adapter.before',
      'adapter.baseUrl',
      'adapter.secrets',
      'adapter.mapping',
      'adapter.secrets',
      'adapter.mapping',
      'adapter.secrets',
      'adapter.mapping',
      'signIn.minLength',
      'signIn.classes',
      'signIn.history',
      'signIn.maxAgeDays',
      'signIn.failures',
      'signIn.addressFailures',
      'signIn.lockMinutes',
      'signIn.idleMinutes',
      'signIn.absoluteHours',
      'signIn.sessions',
      'signIn.tokenDays',
      'signIn.secondFactor',
      'signIn.singleSignOn.issuer',
      'signIn.singleSignOn.clientId',
      'signIn.singleSignOn.clientSecret',
      'signIn.singleSignOn.url',
      'signIn.singleSignOn.claim',
      'signIn.singleSignOn.scope',
      'agreements.fourEyes',
      'rights.separateDecision',
      'rights.separateAdministrators',
      'sandbox.partners',
      'backups.folder',
      'webhooks.allowPrivate',
      'mail.carrier',
      'mail.url',
      'mail.token',
      'mail.sender.name',
      'mail.sender.phone',
      'mail.sender.address',
      'mail.sender.postcode',
      'mail.pollMinutes',
      'sms.url',
      'sms.format',
      'sms.headers',
      'sms.fields',
      'sms.secrets',
      'sms.digest.algorithm',
      'sms.digest.of',
      'sms.digest.key',
      'sms.digest.encoding',
      'sms.answer.field',
      'sms.answer.taken',
      'sms.answer.retry',
      'sms.dropsRepeats',
      'sms.signature',
      'sms.contact',
      'sms.templates.supplement',
      'sms.templates.refused',
      'sms.templates.decided',
      'sms.templates.result',
      'sms.templates.missed',
      'quotas.materialsGB',
      'quotas.packetsGB',
      'quotas.freeMB',
      'console.colour',
      'log.level',
      'log.format',
      'pollSeconds',
    ])
    for (const { en, zh } of settings)
      expect([en, zh]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\p{sc=Han}/u)])
    expect(settings.filter(({ required }) => required).map(({ key }) => key)).toEqual([
      'city.code',
      'city.name',
      'city.authority',
      'adapter.path',
      'adapter.mapping',
      'adapter.mapping',
      'adapter.mapping',
      'adapter.mapping',
      'adapter.mapping',
      'signIn.singleSignOn.issuer',
      'signIn.singleSignOn.clientId',
      'signIn.singleSignOn.clientSecret',
      'signIn.singleSignOn.url',
      'mail.sender.name',
      'mail.sender.phone',
      'mail.sender.address',
      'sms.url',
      'sms.fields',
      'sms.digest.algorithm',
      'sms.digest.of',
      'sms.answer.field',
      'sms.answer.taken',
      'sms.signature',
      'sms.contact',
    ])
    expect(settings.filter(({ key }) => key === 'adapter.mapping').map(({ kind }) => kind)).toEqual([
      'rest',
      'soap',
      'file-drop',
      'front-table',
      'manual',
    ])
    expect(settings.find(({ key }) => key === 'http.port')).toMatchObject({ env: 'TONGBAN_HTTP_PORT', default: '8420' })
  })

  test('has every variable that stands over the file', () => {
    const named = describeConfig().flatMap(({ env }) => (env === null ? [] : [env]))
    expect(named.sort()).toEqual(Object.keys(ENVIRONMENT).sort())
  })
})
