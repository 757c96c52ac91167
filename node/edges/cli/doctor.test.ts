/** Each thing that the doctor looks at, broken: it says so, who must act and how. */
import { cp, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ANKANG, makeNodeFolder, type NodeFolder, PASSPHRASE, SHIYAN } from '../../../test/support/node-folder.ts'
import { freePort } from '../../../test/support/node-process.ts'
import type { Check } from '../../city/operation/check.ts'
import type { NodeConfig } from '../../kernel/config/config.ts'
import { openSqlite } from '../../kernel/store/sqlite.ts'
import { type RunningNode, startNode } from '../../node.ts'
import { createClient } from '../client/client.ts'
import type { CommandContext } from './context.ts'
import { doctor } from './doctor.ts'

const DAY = 86_400_000
const SENDER = { name: '跨省通办窗口', phone: '0719-8100001', address: '十堰市民服务中心' }
let root = ''
let own: NodeFolder
let node: RunningNode
let other: RunningNode
let exitCode: typeof process.exitCode
const ports = { http: 0, p2p: 0, other: 0 }

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-doctor-'))
  for (const name of ['http', 'p2p', 'other'] as const) ports[name] = await freePort()
  const rest = { p2p: { listen: [`/ip4/127.0.0.1/tcp/${ports.p2p}`, `/ip6/::1/tcp/${ports.p2p}`] } }
  own = await makeNodeFolder(join(root, 'own'), SHIYAN, { httpPort: ports.http, p2pPort: 0, rest })
  node = await startNode({ config: own.config, passphrase: PASSPHRASE })
  const second = await makeNodeFolder(join(root, 'other'), ANKANG, { httpPort: ports.other, p2pPort: 0 })
  other = await startNode({ config: second.config, passphrase: PASSPHRASE })
})
afterAll(async () => {
  await node.stop()
  await other.stop()
  await rm(root, { recursive: true, force: true })
})
beforeEach(() => {
  exitCode = process.exitCode
})
afterEach(() => {
  process.exitCode = exitCode ?? 0
})

type Change = { config?: NodeConfig; passphrase?: string; now?: () => number }

async function examine({ config = own.config, passphrase = PASSPHRASE, now }: Change = {}): Promise<Check[]> {
  let told: { ok: boolean; checks: Check[] } | undefined
  const context: Partial<CommandContext> = {
    out: {
      json: true,
      print: () => {},
      progress: () => ({ update: () => {}, stop: () => {} }),
      result: value => {
        told = value as unknown as { ok: boolean; checks: Check[] }
      },
    },
    config: async () => config,
    passphrase: async () => passphrase,
    client: async () => createClient({ url: `http://127.0.0.1:${config.http.port}`, token: own.token }),
  }
  process.exitCode = 0
  await doctor(context as CommandContext, now)
  expect(told?.ok).toBe(!told?.checks.some(({ level }) => level === 'fail'))
  return told?.checks ?? []
}

const failures = (checks: readonly Check[]) =>
  checks.flatMap(({ check, level, detail, act, cure }) =>
    level === 'fail' ? [{ check, detail, act, cured: (cure ?? '') !== '' }] : [],
  )
const keyFile = () => join(own.config.data, 'keys', 'city.p12')

async function spoiltKey(): Promise<() => Promise<void>> {
  const held = await readFile(keyFile())
  await writeFile(keyFile(), new Uint8Array(300).fill(7), { mode: 0o600 })
  return () => writeFile(keyFile(), held, { mode: 0o600 })
}

async function withoutStore(): Promise<() => Promise<void>> {
  const path = join(own.config.data, 'tongban.db')
  await rename(path, `${path}.aside`)
  return () => rename(`${path}.aside`, path)
}

const damaged = () => join(root, 'damaged')
/** The store of the node and its keys once more, with a page of the store overwritten. */
async function damagedCopy(): Promise<() => Promise<void>> {
  await mkdir(damaged(), { mode: 0o700 })
  await cp(join(own.config.data, 'keys'), join(damaged(), 'keys'), { recursive: true })
  const path = join(damaged(), 'tongban.db')
  const db = openSqlite(join(own.config.data, 'tongban.db'))
  await db.backup(path)
  await db.close()
  const file = await open(path, 'r+')
  await file.write(new Uint8Array(4096).fill(7), 0, 4096, 3 * 4096)
  await file.close()
  return () => rm(damaged(), { recursive: true })
}

const nothing = async () => async () => {}

describe('the doctor', () => {
  test('is content with a node that runs, over IPv6 too', async () => {
    const checks = await examine()
    expect(failures(checks)).toEqual([])
    expect(checks.filter(({ check }) => check.startsWith('port')).map(({ detail }) => detail)).toEqual([
      'the node listens',
      'the node listens',
    ])
  })

  const broken: [string, () => Promise<() => Promise<void>>, (config: NodeConfig) => Change, RegExp, RegExp][] = [
    ['a wrong passphrase', nothing, () => ({ passphrase: 'another passphrase' }), /^keys/, /keystore\.passphrase/],
    ['a city key that does not open', spoiltKey, () => ({}), /^city key/, /keystore\./],
    [
      'keys of another city',
      nothing,
      c => ({ config: { ...c, city: { ...c.city, code: '610900' } } }),
      /^certificate/,
      /city\.code/,
    ],
    [
      'no room',
      nothing,
      c => ({ config: { ...c, quotas: { ...c.quotas, freeMB: 1_000_000_000 } } }),
      /^disk/,
      /disk\.full/,
    ],
    ['a damaged store', damagedCopy, c => ({ config: { ...c, data: damaged() } }), /^store/, /store\.damaged/],
    [
      'a certificate that ran out',
      nothing,
      () => ({ now: () => Date.now() + 20 * 365 * DAY }),
      /^validity/,
      /certificate\.expired/,
    ],
    ['a clock that is behind', nothing, () => ({ now: () => Date.now() - DAY }), /^store and clock/, /clock\.own/],
    [
      'the file of a secret that is gone',
      nothing,
      c => ({ config: { ...c, mail: { carrier: 'EMS', token: { file: 'gone' }, sender: SENDER, pollMinutes: 30 } } }),
      /^secrets/,
      /mail\.token: .*gone is not there/,
    ],
    [
      'a field mapping that is gone',
      nothing,
      c => ({
        config: { ...c, adapter: { kind: 'rest', name: 'rest', mapping: 'gone.json', secrets: {} } },
      }),
      /^mapping/,
      /adapter\.mapping: .*gone\.json/,
    ],
    ['no store', withoutStore, () => ({}), /^store/, /is not there/],
    [
      'another city’s node on its port',
      nothing,
      c => ({ config: { ...c, http: { ...c.http, port: ports.other } } }),
      /^HTTP/,
      /answers at/,
    ],
  ]
  test.each(broken)('says of %s who must act, and how', async (_, spoil, change, check, detail) => {
    const mend = await spoil()
    const found = failures(await examine(change(own.config)))
    await mend()
    expect(found).toContainEqual({
      check: expect.stringMatching(check),
      detail: expect.stringMatching(detail),
      act: expect.stringMatching(/^(operator|you)$/),
      cured: true,
    })
  })

  test('says of a place where it should listen and does not, by IPv4 or IPv6', async () => {
    const free = await freePort()
    for (const address of [`/ip4/127.0.0.1/tcp/${free}`, `/ip6/::1/tcp/${free}`]) {
      const config = { ...own.config, p2p: { ...own.config.p2p, listen: [address] } }
      expect(failures(await examine({ config }))).toMatchObject([
        { detail: expect.stringContaining('does not listen'), act: 'operator', cured: true },
      ])
    }
  })

  test('says of another program that answers in its place', async () => {
    const server: Server = createServer((_, response) => response.end('{}'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const found = failures(await examine({ config: { ...own.config, http: { ...own.config.http, port } } }))
    server.close()
    expect(found).toContainEqual(
      expect.objectContaining({ check: 'HTTP API 接口', detail: expect.stringContaining('another program answers') }),
    )
  })
})

test('a node without room is not ready, and the doctor names what is not', async () => {
  const httpPort = await freePort()
  const p2pPort = await freePort()
  const made = await makeNodeFolder(join(root, 'full'), SHIYAN, {
    httpPort,
    p2pPort,
    rest: { quotas: { freeMB: 1_000_000 } },
  })
  const full = await startNode({ config: made.config, passphrase: PASSPHRASE })
  const answer = await fetch(`${full.url}/readyz`)
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ status: 'failing', checks: { store: 'ok', space: 'failed' } })
  const before = own
  own = made
  const found = failures(await examine())
  own = before
  await full.stop()
  expect(found).toContainEqual(
    expect.objectContaining({
      check: 'HTTP API 接口',
      detail: expect.stringContaining('not ready: space'),
      act: 'operator',
      cured: true,
    }),
  )
})
