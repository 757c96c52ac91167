/** What two administrators do with each other before the first case, on two whole nodes over real libp2p and HTTP. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GetPartnerTestAnswer, Partner } from '../../node/edges/client/api.generated.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { readInvite } from '../../protocol/pairing/invite.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { startHost } from '../support/p2p-hosts.ts'
import { until } from '../support/pair-cities.ts'

const MAIN = fileURLToPath(new URL('../../node/main.ts', import.meta.url))

/** From nothing (`tongban init`, `tongban start`) to a partner whose words were compared, on each side. */
const MOST_ACTIONS = 6

type City = CityName & {
  node: RunningNode
  client: Client
  token: string
  /** what its administrator did */
  actions: string[]
}

let root = ''
let ankang: City
let shiyan: City

async function openCity(name: CityName): Promise<City> {
  const actions = ['init', 'start']
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort() })
  const node = await startNode({ config: made.config, passphrase: PASSPHRASE })
  const client = createClient({
    url: node.url,
    token: made.token,
    fetch: (url, init) => {
      actions.push(`${init.method} ${url.pathname}`)
      return fetch(url, init)
    },
  })
  return { ...name, node, client, token: made.token, actions }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-partners-'))
  ;[ankang, shiyan] = await Promise.all([openCity(ANKANG), openCity(SHIYAN)])
})

afterAll(async () => {
  await Promise.allSettled([ankang?.node.stop(), shiyan?.node.stop()])
  await rm(root, { recursive: true, force: true })
})

/** Runs a partner test to its end. */
async function tested(city: City, partner: string): Promise<GetPartnerTestAnswer> {
  const { no } = await city.client.testPartner({ params: { code: partner } })
  return until(async () => {
    const test = await city.client.getPartnerTest({ params: { code: partner, no } })
    return test.state === 'running' ? null : test
  }, 'the test ended')
}

/** A command as a person runs it against the node of a city. */
async function command(city: City, ...args: string[]): Promise<{ code: number; out: string }> {
  const env = { ...process.env, TONGBAN_URL: city.node.url, TONGBAN_TOKEN: city.token }
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', chunk => {
    out += String(chunk)
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, out }
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(({ name }) => name)

describe('partners', () => {
  test('six actions at most on each side bring two nodes to partners that compared their words', async () => {
    const { link } = await ankang.client.createInvite({ body: { for: SHIYAN.code, hours: 1 } })
    const accepted = await shiyan.client.acceptInvite({ body: { invite: link } })
    const { items } = await ankang.client.listPartners()
    const [held] = items
    if (held === undefined) throw new Error('no partner')
    const heard = ({ asked }: Partner, { words }: Partner) => ({
      words: asked.map(place => words[place - 1] ?? ''),
    })
    const confirmed = await Promise.all([
      ankang.client.confirmPartner({ params: { code: SHIYAN.code }, body: heard(held, accepted) }),
      shiyan.client.confirmPartner({ params: { code: ANKANG.code }, body: heard(accepted, held) }),
    ])
    expect(confirmed[0]?.words).toEqual(confirmed[1]?.words)
    expect(confirmed.map(({ status }) => status)).toEqual(['active', 'active'])
    expect(ankang.actions).toEqual([
      'init',
      'start',
      'POST /api/v1/invites',
      'GET /api/v1/partners',
      `POST /api/v1/partners/${SHIYAN.code}/confirm`,
    ])
    expect(shiyan.actions).toEqual([
      'init',
      'start',
      'POST /api/v1/partners/accept',
      `POST /api/v1/partners/${ANKANG.code}/confirm`,
    ])
    for (const { actions } of [ankang, shiyan]) expect(actions.length).toBeLessThanOrEqual(MOST_ACTIONS)
  })

  test('pairings and rotated keys are counted', async () => {
    await ankang.client.rotatePacketKey()
    const metrics = await (await fetch(`${ankang.node.url}/metrics`)).text()
    expect(metrics).toContain('tongban_pairings_total 1')
    expect(metrics).toContain('tongban_key_rotations_total{purpose="packet"} 1')
  })

  test('a stranger is turned away when no invite is open, and counted', async () => {
    const { peer, addresses } = await ankang.client.getIdentity()
    await using stranger = await startHost({ listen: [] })
    await expect(stranger.open(peer, addresses, STREAM.exchange)).rejects.toThrow('exchange.unreachable')
    const metrics = await (await fetch(`${ankang.node.url}/metrics`)).text()
    expect(metrics).toContain('tongban_connections_refused_total{reason="unknown-peer"} 1')
  })

  test('a partner test runs the whole way, and keeps nothing but its result', async () => {
    const test = await tested(ankang, SHIYAN.code)
    expect(test.hops.filter(({ state }) => state !== 'ok')).toEqual([])
    expect(test).toMatchObject({ state: 'passed', direction: 'out', partner: SHIYAN.code })
    const facts = Object.fromEntries(test.hops.map(({ hop, facts }) => [hop, facts]))
    expect(facts).toMatchObject({
      connect: { roundTripMs: expect.any(Number) as unknown },
      identity: { certificateDays: expect.any(Number) as unknown, delegationDays: 89 },
      list: { version: null },
      material: { bytes: 5 * 1024 * 1024, ownListThere: null },
      evidence: { packets: 2, receipts: 2 },
    })
    // A busy machine may take its time between the instant that one says and its reading by the other.
    expect(Math.abs(Number(facts.identity?.clockAheadMs))).toBeLessThan(LIMITS.clockSkewSeconds * 1000)
    for (const { ms } of test.hops) expect(ms).toBeGreaterThanOrEqual(0)
    const there = await shiyan.client.listPartnerTests({ params: { code: ANKANG.code } })
    expect(there.items).toMatchObject([{ state: 'passed', direction: 'in', thread: test.thread, hops: [] }])
    for (const { code } of [ANKANG, SHIYAN]) expect(await filesIn(join(root, code, 'data', 'materials'))).toEqual([])
    const metrics = await (await fetch(`${ankang.node.url}/metrics`)).text()
    expect(metrics).toContain(`tongban_partner_tests_total{partner="${SHIYAN.code}",outcome="passed"} 1`)
    expect(metrics).toMatch(/tongban_receipt_seconds_sum\{partner="420300"\} (?!0\n)[\d.e-]+/)
  })

  test('invites are listed without their secret, drawn, and taken back', async () => {
    const { id, invite } = await ankang.client.createInvite({
      body: { for: SHIYAN.code, hours: 1 },
    })
    const listed = await ankang.client.listInvites()
    expect(listed.items.map(({ state }) => state).toSorted()).toEqual(['open', 'used'])
    expect(JSON.stringify(listed)).not.toContain(invite.slice(20, 60))
    const picture = await new Response(await ankang.client.getInvitePicture({ params: { id } })).text()
    expect(picture).toMatch(/^<svg /)
    await ankang.client.cancelInvite({ params: { id } })
    await expect(shiyan.client.acceptInvite({ body: { invite } })).rejects.toMatchObject({
      problem: { code: 'invite.cancelled' },
    })
  })

  test('health tells how the partner is', async () => {
    const health = await ankang.client.getPartnerHealth({ params: { code: SHIYAN.code }, query: { step: 'minute' } })
    expect(health.findings).toEqual([])
    expect(health.now).toMatchObject({ connected: true, waiting: 0, delegationDays: 89, breaker: 'closed' })
    // Towards the end of a year it tells of the next year's holidays; and the one person of these tests is every administrator.
    const { items } = await ankang.client.listReminders()
    expect(items.filter(({ kind, subject }) => kind !== 'administrators' && subject !== 'coverage')).toEqual([])
    await expect(
      ankang.client.getPartnerHealth({ params: { code: SHIYAN.code }, query: { step: 'second' as 'hour' } }),
    ).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
  })

  test('the commands show test and health, and fail with the test', async () => {
    const passed = await command(ankang, 'partners', 'test', SHIYAN.code)
    expect(passed.code).toBe(0)
    expect(passed.out.split('\n').filter(line => line.startsWith('✓'))).toHaveLength(7)
    expect(passed.out).toContain('Passed 测试通过')
    const shown = await command(ankang, 'partners', 'show', SHIYAN.code)
    expect(shown.out).toContain('last test 最近测试: passed')
    expect(shown.out).toMatch(/connected 已连接: yes \d+ ms/)
    // Whoever is sent all that it prints pastes all of it.
    const plain = await command(ankang, 'invite', '--for', SHIYAN.code)
    expect(readInvite(plain.out, Date.now() / 1000)).toMatchObject({ ok: true, invite: { for: SHIYAN.code } })
    const sent = /invite cancel ([0-9a-f]{12})/.exec(plain.out)?.[1] ?? ''
    expect((await command(ankang, 'invite', 'cancel', sent)).code).toBe(0)
    const made = await command(ankang, 'invite', '--for', SHIYAN.code, '--qr')
    expect(made.out).toContain(' ▄▄▄▄▄ █')
    const id = /invite cancel ([0-9a-f]{12})/.exec(made.out)?.[1] ?? ''
    const file = join(root, 'invite.svg')
    expect((await command(ankang, 'invite', 'qr', id, '--out', file)).code).toBe(0)
    expect(await readFile(file, 'utf8')).toMatch(/^<svg /)
    expect((await command(ankang, 'invite', 'cancel', id)).code).toBe(0)
    expect((await command(ankang, 'invite', 'list')).out).toMatch(new RegExp(`${id} +cancelled`))
    await shiyan.node.stop()
    const failed = await command(ankang, 'partners', 'test', SHIYAN.code)
    expect(failed.code).toBe(1)
    expect(failed.out).toContain('✗ 连接 connect')
    expect(failed.out).toContain('Who must act 由谁处理: the partner city 合作城市')
  })

  test('a partner that is down fails the test at its first hop, and is named', async () => {
    const test = await tested(ankang, SHIYAN.code)
    expect(test.state).toBe('failed')
    expect(test.hops[0]).toMatchObject({
      state: 'failed',
      problem: { code: 'exchange.unreachable', act: 'partner', cure: expect.any(String) as unknown },
    })
    expect(test.hops.slice(1).every(({ state }) => state === 'skipped')).toBe(true)
  })
})
