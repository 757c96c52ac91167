/** What an administrator and an auditor look up and change by the command line alone, against two running nodes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../node/edges/client/client.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { type CommandNode, openCommandNode } from '../support/command-node.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, type CityName, SHIYAN } from '../support/node-folder.ts'
import { pairCities, until } from '../support/pair-cities.ts'

const UNITS = [
  { code: 'SY', name: '十堰市政务服务中心', level: 2, address: '北京北路81号' },
  { code: 'SY-MJ', name: '茅箭区政务服务中心', level: 3, parent: 'SY', windows: [{ code: '3', name: '社保窗口' }] },
]
let root = ''
let ankang: CommandNode
let shiyan: CommandNode
let item: ServiceItem
const nodes: CommandNode[] = []

async function open(name: CityName): Promise<CommandNode> {
  const opened = await openCommandNode(root, name)
  nodes.push(opened)
  return opened
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-administrator-'))
  ankang = await open(ANKANG)
  shiyan = await open(SHIYAN)
  const { items } = await pairCities(ankang, shiyan)
  const [first] = items
  if (first === undefined) throw new Error('no item')
  const sample = await shiyan.client.uploadSample({ bytes: makePdf(1), type: 'application/pdf' })
  item = {
    ...first,
    taskVersion: first.taskVersion + 1,
    offeredAt: [{ unit: 'SY', below: true }],
    materials: first.materials.map((material, index) =>
      index === 0 ? { ...material, exampleGuid: sample } : material,
    ),
  }
  await shiyan.client.saveDraft({ params: { code: item.taskCode }, body: { item } })
  await writeFile(join(root, 'units.json'), JSON.stringify({ units: UNITS }))
  expect(await shiyan.tongban('services', 'organisation', 'import', 'units.json')).toMatchObject({ code: 0 })
  const published = await shiyan.tongban('services', 'publish')
  expect(published).toMatchObject({ code: 0 })
  const { version } = published.value as { version: number }
  await until(async () => {
    const { list } = await ankang.client.listPartnerServices({ params: { code: SHIYAN.code }, query: { limit: 1 } })
    return list?.version === version
  }, 'the list is at the partner')
})

afterAll(async () => {
  await Promise.allSettled(nodes.map(node => node.stop()))
  await rm(root, { recursive: true, force: true })
})

describe('service lists', () => {
  type Found = { items: { city: string; code: string; modes: number[] }[]; total: number; facets: { city: object[] } }

  test('search finds items of partners by words and facets', async () => {
    const search = async (...more: string[]) => (await ankang.tongban('services', 'search', ...more)).value as Found
    const all = await search(item.taskName, '--facets')
    expect(all.items.map(({ city, code }) => `${city} ${code}`)).toContain(`420300 ${item.taskCode}`)
    expect(all.facets.city).toEqual([{ value: '420300', count: all.total }])
    expect(await search(item.taskName, '--city', ANKANG.code)).toMatchObject({ items: [], total: 0 })
    const byMode = await search('--mode', '1', '--limit', '200')
    expect(byMode.items.length).toBeGreaterThan(0)
    expect(byMode.items.every(({ modes }) => modes.includes(1))).toBe(true)
    expect((await ankang.run(['services', 'search', item.taskName, '--facets'])).out).toContain(`city: 420300 (`)
  })

  test('places of an item: units and windows, also of a partner; an unknown item says so', async () => {
    const { value } = await ankang.tongban('services', 'places', item.taskCode, '--city', SHIYAN.code)
    expect(value).toMatchObject([{ code: 'SY' }, { code: 'SY-MJ', windows: [{ name: '社保窗口' }] }])
    const told = await shiyan.run(['services', 'places', item.taskCode])
    expect(told).toMatchObject({ code: 0, error: '' })
    expect(told.out).toMatch(/SY +十堰市政务服务中心 +北京北路81号\nSY-MJ +茅箭区政务服务中心 +3 社保窗口/)
    expect((await ankang.tongban('services', 'places', item.taskCode)).error).toContain('item.unknown')
  })
})

test('the guide of an item names the command that fetches a sample, and it does', async () => {
  const told = await ankang.told('case', 'guide', SHIYAN.code, item.taskCode)
  const [, command = ''] = /sample 样表: tongban (services sample .+)/.exec(told) ?? []
  expect(command).toContain(`--city ${SHIYAN.code} --item ${item.taskCode} --sha256 `)
  expect(await ankang.tongban(...command.split(' '))).toMatchObject({ code: 0 })
  const [, file = ''] = / --out (\S+)/.exec(command) ?? []
  expect(new Uint8Array(await readFile(join(root, file)))).toEqual(makePdf(1))
})

describe('the audit log', () => {
  type Rows = { no: number; at: string; actor: string; action: string; subject: string }[]

  test('is listed by action, actor, subject and since when, and verifies', async () => {
    const list = async (...more: string[]) => (await shiyan.tongban('audit', ...more)).value as Rows
    const [confirmed] = await list('--action', 'partner.confirmed')
    expect(confirmed).toMatchObject({ subject: ANKANG.code })
    const { no = 0, actor = '', at = '' } = confirmed ?? {}
    const numbers = async (...more: string[]) => (await list(...more)).map(row => row.no)
    expect(await numbers('--actor', actor, '--subject', ANKANG.code, '--since', at)).toContain(no)
    const after = await list('--since', new Date(Date.parse(at) + 1).toISOString(), '--limit', '200')
    expect(after.length).toBeGreaterThan(0)
    expect(after.every(row => Date.parse(row.at) > Date.parse(at))).toBe(true)
    expect(await list('--since', '2999-01-01')).toEqual([])
    expect((await shiyan.tongban('audit', '--since', 'soon')).error).toContain(
      '--since and --until take a day or an instant',
    )
    const verified = await shiyan.tongban('audit', 'verify')
    expect(verified.value).toMatchObject({ head: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown })
  })
})

test('an account gets a new token; the old one ends', async () => {
  type Issued = { value: { person: { id: string }; token: string } }
  const added = (await shiyan.tongban('person', 'add', '王窗口', '--role', 'clerk')) as Issued
  const rotated = (await shiyan.tongban('person', 'rotate', added.value.person.id)) as Issued
  expect(rotated.value.token).not.toBe(added.value.token)
  const told = await shiyan.told('person', 'rotate', rotated.value.person.id, '--until', '2036-12-31')
  expect(told).toMatch(
    /王窗口 +examiner, leader, window-clerk, window-lead\n.*\n.*2036-12-31 23:59:59\n.*token 令牌 +tb_/,
  )
  rotated.value.token = /tb_\S+/.exec(told)?.[0] ?? ''
  const me = (token: string) => createClient({ url: nodes[1]?.node.url ?? '', token }).whoAmI()
  await expect(me(added.value.token)).rejects.toMatchObject({ problem: { code: 'request.unauthenticated' } })
  expect(await me(rotated.value.token)).toMatchObject({ name: '王窗口' })
})

test('what stands in an answer as a list is told line by line', async () => {
  const shown = await shiyan.run(['identity', 'show'])
  expect(shown.out).toMatch(/address +\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3/)
  expect(shown.out).toMatch(/^[\w-]{43} +packet +current/m)
  const { words } = await shiyan.client.getPartner({ params: { code: ANKANG.code } })
  expect(words).toHaveLength(6)
  for (const named of [ANKANG.code, ANKANG.name, '安康'])
    expect((await shiyan.run(['partners', 'show', named])).out).toContain(
      words.map((word, index) => `${index + 1} ${word}`).join(' · '),
    )
})

test('tests of a partner are listed at both sides', async () => {
  expect(await ankang.tongban('partners', 'tests', SHIYAN.code)).toMatchObject({ code: 0, value: [] })
  expect(await ankang.tongban('partners', 'test', SHIYAN.code)).toMatchObject({ code: 0 })
  expect((await ankang.run(['partners', 'tests', SHIYAN.code])).out).toMatch(/this city 本市 +passed/)
  await until(
    async () => (await shiyan.run(['partners', 'tests', ANKANG.code])).out.includes('partner 对方'),
    'the tested side knows of it',
  )
})

test('a subscription is switched off and on, and ended, by the beginning of its id', async () => {
  type Webhook = { id: string; active: boolean }
  const added = (await shiyan.tongban('webhooks', 'add', 'https://example.com/a')).value as Webhook
  const begin = added.id.slice(0, 8)
  expect(await shiyan.tongban('webhooks', 'disable', begin)).toMatchObject({ value: { id: added.id, active: false } })
  expect(await shiyan.told('webhooks', 'list')).toContain('off 已停')
  expect(await shiyan.tongban('webhooks', 'enable', begin)).toMatchObject({ value: { id: added.id, active: true } })
  expect((await shiyan.tongban('webhooks', 'enable', '')).error).toContain('request.not-found')
  expect(await shiyan.tongban('webhooks', 'remove', begin)).toMatchObject({ code: 0, value: { removed: true } })
  expect(await shiyan.tongban('webhooks', 'list')).toMatchObject({ value: [] })
})

test('an imported holiday table is taken back', async () => {
  const held = { v: 1, region: 'CN', year: 2027, off: ['2027-01-01'], worked: [], source: '试验' }
  await writeFile(join(root, 'cn-2027.json'), JSON.stringify(held))
  const years = async () =>
    ((await shiyan.tongban('calendar')).value as { tables: { table: { year: number } }[] }).tables.map(
      ({ table }) => table.year,
    )
  expect(await shiyan.tongban('calendar', 'import', 'cn-2027.json')).toMatchObject({ code: 0 })
  expect(await years()).toContain(2027)
  // One day off is hardly a year.
  expect(await shiyan.told('calendar', 'import', 'cn-2027.json')).toContain('Only 1 days off')
  expect(await shiyan.tongban('calendar', 'remove', 'CN', '2027')).toMatchObject({ code: 0 })
  expect(await years()).not.toContain(2027)
  expect((await shiyan.tongban('calendar', 'remove', 'CN', '2027')).error).toContain('request.not-found')
})
