/** The commands as a person runs them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Commands, openCommands } from '../../../test/support/commands.ts'
import { bundleBytes, bundleInputOf } from '../../../test/support/play-bundle.ts'
import { playCase } from '../../../test/support/play-case.ts'
import { table } from './output.ts'
import { parseJson } from './services.ts'
import { readMaterialFlag } from './uploads.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))
let root = ''
let commands: Commands
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-cli-'))
  commands = openCommands(root)
})
afterAll(async () => {
  await commands.end()
  await rm(root, { recursive: true, force: true })
})

const PASSPHRASE = { TONGBAN_PASSPHRASE: 'a long passphrase' }
const tongban = (args: string[], env: Record<string, string> = {}) => commands.run(args, { ...PASSPHRASE, ...env })

/** The same in a process of its own. */
async function program(args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: root, env: { ...process.env, ...PASSPHRASE } })
  let out = ''
  let error = ''
  child.stdout.on('data', chunk => {
    out += String(chunk)
  })
  child.stderr.on('data', chunk => {
    error += String(chunk)
  })
  child.stdin.end()
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, error }
}

const city = ['--code', '420300', '--name', '十堰市', '--authority', '十堰市行政审批局']

describe('commands', () => {
  test('a thumbprint that begins with a hyphen is no option', async () => {
    const kid = '-yTRgcCnIivIGqGPPP6Imw_CC6XsJH71noUQ61AbcqA'
    const asked = await program(['identity', 'revoke', kid, '--url', 'http://127.0.0.1:9', '--token', 'tb_x'])
    expect(asked.error).not.toContain('unknown option')
    expect(asked.error).toContain('http://127.0.0.1:9')
  })

  test('init makes a node once; its files are private', async () => {
    const made = await program([
      'init',
      ...city,
      '--folder',
      'shiyan',
      '--http-port',
      '1',
      '--p2p-listen',
      '/ip4/127.0.0.1/tcp/0',
      '--with-clerk',
      '--json',
    ])
    expect(made).toMatchObject({ code: 0, error: '' })
    expect(JSON.parse(made.out)).toMatchObject({ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown })
    for (const file of [
      'tongban.json',
      'data/administrator.token',
      'data/clerk.token',
      'data/keys/city.p12',
      'data/keys/keys.json',
    ]) {
      expect((await stat(join(root, 'shiyan', file))).mode & 0o077).toBe(0)
    }
    const again = await tongban(['init', ...city, '--folder', 'shiyan'])
    expect(again.code).toBe(1)
    expect(again.error).toContain('request.conflict')
  })

  test('init says that a port is taken before the start finds out', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const ports = ['--http-port', String(port), '--p2p-listen', `/ip4/0.0.0.0/tcp/${port}`]
    const made = await tongban(['init', ...city, '--folder', 'taken', ...ports, '--json'])
    other.close()
    expect(made).toMatchObject({ code: 0, error: '' })
    expect(JSON.parse(made.out)).toMatchObject({ taken: [{ setting: 'http.port' }, { setting: 'p2p.listen' }] })
  })

  test('start refuses what it does not know, and ends with a code that says so', async () => {
    for (const args of [
      ['start', 'now'],
      ['--url', 'http://x', 'start'],
      ['start', '--folder', 'x'],
    ])
      expect(await program(args)).toMatchObject({
        code: 1,
        error: expect.stringContaining('request.invalid') as unknown,
      })
    expect(await program(['--config', 'none.json', 'start'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('config.invalid') as unknown,
    })
  })

  test('init takes no code that is no division, nor one of another city, unless it is told so', async () => {
    const init = (code: string, name: string, ...more: string[]) =>
      tongban([
        'init',
        '--code',
        code,
        '--name',
        name,
        '--authority',
        '某市行政审批局',
        '--folder',
        `doubt-${code}-${more.length}`,
        ...more,
      ])
    const none = await init('619900', '某市')
    expect([none.code, none.error]).toEqual([1, expect.stringContaining('619900 is no division of GB/T 2260')])
    const other = await init('610900', '十堰市')
    expect([other.code, other.error]).toEqual([1, expect.stringContaining('610900 is 安康市')])
    expect(await init('619900', '某市', '--unlisted')).toMatchObject({ code: 0 })
    expect(await init('500236', '奉节县')).toMatchObject({ code: 0 })
  })

  test('init without a terminal names what is missing', async () => {
    const made = await tongban(['init', '--folder', 'nowhere'])
    expect(made.code).toBe(1)
    expect(made.error).toMatch(/--code, --name and --authority/)
  })

  test('doctor is content with a fresh node, and names who must act for a broken one', async () => {
    const config = ['--config', 'shiyan/tongban.json', '--json']
    const well = await tongban(['doctor', ...config])
    expect(well.code).toBe(0)
    const wrong = await tongban(['doctor', ...config], { TONGBAN_PASSPHRASE: 'another passphrase' })
    expect(wrong.code).toBe(1)
    const { checks } = JSON.parse(wrong.out) as { checks: { level: string; detail: string; act?: string }[] }
    expect(checks.filter(check => check.level === 'fail')).toEqual([
      expect.objectContaining({ act: 'operator', detail: expect.stringContaining('keystore.passphrase') as unknown }),
    ])
    const none = await tongban(['doctor', '--config', 'none.json'])
    expect(none).toMatchObject({ code: 1 })
    expect(none.out).toContain('tongban init')
  })

  test('a federation CA issues a city certificate that the node installs', async () => {
    const created = await tongban(['ca', 'create', '--name', '湖北省联盟', '--folder', 'ca'])
    expect(created).toMatchObject({ code: 0, error: '' })
    // What the cities compare by phone, as digits and as words.
    const [told = ''] = /fingerprint 指纹 [0-9a-f]{64}\n {2}in words 核对词 1 .* · 6 .*/.exec(created.out) ?? []
    expect(told).not.toBe('')
    expect((await tongban(['ca', 'request', '--config', 'shiyan/tongban.json', '--out', 'request.pem'])).code).toBe(0)
    const issued = await tongban(['ca', 'issue', 'request.pem', '--folder', 'ca', '--out', 'city.pem', '--json'])
    expect(JSON.parse(issued.out)).toMatchObject({ code: '420300', name: '十堰市' })
    const installed = await tongban(['ca', 'install', 'city.pem', 'ca/ca.pem', '--config', 'shiyan/tongban.json'])
    expect(installed).toMatchObject({ code: 0, error: '' })
    expect(await readFile(join(root, 'shiyan/data/keys/city.pem'), 'utf8')).toContain('BEGIN CERTIFICATE')
    const shown = await tongban(['ca', 'accept', 'ca/ca.pem'])
    expect(shown).toMatchObject({ code: 0, error: '' })
    expect(shown.out).toContain(`湖北省联盟\n  ${told}\nNot accepted yet 尚未认可`)
    expect((await tongban(['ca', 'accept', 'city.pem'])).error).toContain('certificate.profile')
  })

  test('a request for a new key: an earlier one is void, the key waits until its certificate is installed', async () => {
    const config = ['--config', 'shiyan/tongban.json']
    const identity = () => readFile(join(root, 'shiyan/data/keys/keys.json'), 'utf8')
    const before = await identity()
    const first = await tongban(['ca', 'request', ...config, '--new-key', '--out', 'first.pem'])
    expect(first).toMatchObject({ code: 0, error: '' })
    expect(first.out).not.toContain('作废')
    expect((await tongban(['ca', 'request', ...config, '--new-key', '--out', 'second.pem'])).out).toContain('作废')
    for (const name of ['first', 'second'])
      await tongban(['ca', 'issue', `${name}.pem`, '--folder', 'ca', '--out', `${name}-city.pem`])
    const stale = await tongban(['ca', 'install', 'first-city.pem', 'ca/ca.pem', ...config])
    expect(stale.error).toContain('make a new request')
    expect(await identity()).toBe(before)
    const installed = await tongban(['ca', 'install', 'second-city.pem', 'ca/ca.pem', ...config])
    expect(installed).toMatchObject({ code: 0, error: '' })
    expect(installed.out).toMatch(/partners suspend 420300[\s\S]*identity revoke [\w-]{43}/)
    expect(await identity()).not.toBe(before)
    expect((await tongban(['identity', 'renew', ...config])).error).toContain('federation CA')
    const left = await tongban(['identity', 'renew', '--self-issued', ...config])
    expect(left).toMatchObject({ code: 0, error: '' })
    expect(left.out).not.toContain('identity revoke')
  })

  test('a file that cannot be used is named, whatever the command wanted of it', async () => {
    const files = [
      ['federation', 'import', 'NOFILE'],
      ['evidence', 'verify', 'NOFILE'],
      ['ca', 'issue', 'NOFILE', '--folder', 'ca', '--out', 'x.pem'],
      ['ca', 'install', 'NOFILE', 'ca/ca.pem', '--config', 'shiyan/tongban.json'],
      ['ca', 'accept', 'NOFILE', '--fingerprint', 'ab'.repeat(32)],
      ['ca', 'request', '--config', 'shiyan/tongban.json', '--out', 'no/folder/request.pem'],
      ['agreement', 'propose', 'NOFILE'],
      ['agreement', 'attach', 'NOFILE'],
      ['case', 'submit', 'NOFILE'],
      ['services', 'publish', 'NOFILE'],
      ['restore', 'NOFILE', '--config', 'shiyan/tongban.json'],
    ]
    for (const args of files) {
      const asked = await tongban([...args, '--url', 'http://127.0.0.1:9', '--token', 'tb_x'])
      expect([args.join(' '), asked.code]).toEqual([args.join(' '), 1])
      expect(asked.error).not.toContain('internal')
      expect(asked.error).toMatch(/NOFILE|no\/folder/)
    }
  })

  test('evidence verify tells a good bundle from a bad one by its exit code', async () => {
    const played = await playCase()
    const bytes = await bundleBytes(await bundleInputOf(played))
    await writeFile(join(root, 'good.zip'), bytes)
    const good = await program([
      'evidence',
      'verify',
      'good.zip',
      '--fingerprint',
      played.collecting.fingerprint,
      '--fingerprint',
      played.handling.fingerprint,
    ])
    expect(good).toMatchObject({ code: 0 })
    expect(good.out).toContain('验证通过')
    const alone = await tongban(['evidence', 'verify', 'good.zip'])
    expect(alone).toMatchObject({ code: 2 })
    expect(alone.out).not.toMatch(/^VERIFIED/)
    const broken = Uint8Array.from(bytes)
    const middle = Math.floor(broken.length / 2)
    broken[middle] = (broken[middle] ?? 0) ^ 1
    await writeFile(join(root, 'bad.zip'), broken)
    expect(await program(['evidence', 'verify', 'bad.zip'])).toMatchObject({ code: 1 })
  })

  test('statistics name the dimensions and grains that there are', async () => {
    const node = ['--url', 'http://127.0.0.1:9', '--token', 'tb_x']
    expect((await tongban(['case', 'stats', '--by', 'city', ...node])).error).toContain('one of all, role, partner')
    expect((await tongban(['case', 'stats', '--grain', 'week', ...node])).error).toContain('one of day, month, year')
  })

  test('the process in which these tests run commands tells the same as one that a command has to itself', async () => {
    for (const args of [
      ['partner'],
      ['--help'],
      ['case', 'list', '--limit'],
      ['ca', 'accept', 'nowhere.pem'],
      ['statistics'],
    ])
      expect(await tongban(args)).toEqual(await program(args))
  })

  test('an unknown command suggests the one that was meant; a node that is down says how to start it', async () => {
    const wrong = await tongban(['partner'])
    expect(wrong.code).toBe(1)
    expect(wrong.error).toContain('partners')
    const down = await tongban(['partners', '--config', 'shiyan/tongban.json'])
    expect(down.code).toBe(1)
    expect(down.error).toContain('tongban start')
    expect(down.error).toMatch(/^node\.unreachable[\s\S]*http:\/\/127\.0\.0\.1:1\n[\s\S]*the node's operator/)
  })
})

describe('--material', () => {
  test('names a code, a file, and how it was handed in', () => {
    expect(readMaterialFlag('M01=a/card.pdf')).toEqual({ code: 'M01', path: 'a/card.pdf', form: undefined })
    expect(readMaterialFlag('M01=card:1.pdf:original')).toEqual({ code: 'M01', path: 'card:1.pdf', form: 'original' })
    expect(readMaterialFlag('dir/x=1.pdf:copy')).toEqual({ code: null, path: 'dir/x=1.pdf', form: 'copy' })
    expect(() => readMaterialFlag('')).toThrow('CODE=PATH')
  })
})

describe('table', () => {
  test('aligns Chinese text, which takes two places a character', () => {
    expect(
      table([
        { name: '十堰市', n: 1 },
        { name: 'abc', n: null },
      ]),
    ).toBe('name    n\n十堰市  1\nabc')
    expect(table([])).toContain('无')
  })

  test('shows instants in the time of China, and leaves days and other text alone', () => {
    expect(table([{ at: '2026-11-25T17:30:05.123Z', due: '2026-11-25', note: 'at 2026-11-25T17:30:05Z' }])).toBe(
      'at                   due         note\n2026-11-26 01:30:05  2026-11-25  at 2026-11-25T17:30:05Z',
    )
  })
})

describe('JSON that somebody wrote', () => {
  test('is what stands there, and a number that readers round is refused with its place', () => {
    expect(parseJson('{"a":"6222021234567890123","b":1.50}', 'form.json')).toEqual({ a: '6222021234567890123', b: 1.5 })
    expect(() => parseJson('{"form":{"account":6222021234567890123}}', 'form.json')).toThrow(
      /form\.json: form\.account: a number that JSON readers round/,
    )
    expect(() => parseJson('{"a":1,"a":2}', '--body')).toThrow(/--body: a: a member that stands twice/)
    expect(() => parseJson('{"a":', '--body')).toThrow(/--body: not JSON \(/)
  })
})
