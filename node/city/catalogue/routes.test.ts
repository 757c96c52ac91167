import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../../protocol/limits.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { createMemoryNetwork } from '../../../test/support/memory-network.ts'
import { type PlayCity, playCity } from '../../../test/support/play-city.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { serviceRoutes } from './routes.ts'
import { createServices } from './services.ts'

let play: PlayCity
let items: ServiceItem[]
let api: TestApi

beforeAll(async () => {
  play = await playCity('420300')
  items = Array.from({ length: 120 }, (_, index) => ({
    taskCode: `11420300MB0000000X4${String(119 - index).padStart(12, '0')}`,
    taskName: `事项${index}`,
    taskVersion: 1,
    taskState: '1',
    taskType: '20',
    useLevel: '3',
    deptName: '部门',
    serverType: ['1'],
    projectType: '2',
    modes: [0, 1],
    anticipateDay: 15,
    promiseDay: 10,
    limitSceneNum: 0,
    isFee: false,
    materials: [],
  }))
})

beforeEach(async () => {
  const store = await openTestStore()
  const { audit, events, clock } = await createTestApi({ store })
  const services = await createServices({
    db: store,
    transport: createMemoryNetwork().transport(play.code),
    identity: {
      city: play.code,
      name: play.name,
      signer: () => play.packetSigner,
      document: () => ({ certificates: [], delegations: [], revocations: [] }),
    },
    trust: {
      key: () => undefined,
      cityOf: () => undefined,
      problemOf: () => null,
      refusalOf: () => ({ code: 'partner.unknown' as const }),
      reach: () => ({ peers: [], addresses: [] }),
      partners: () => [],
      learn: async () => ({ ok: true }),
    },
    clock,
    audit,
    events,
    announce: () => {},
    observer: { failed: () => {} },
  })
  api = await createTestApi({ store: await openTestStore(), routes: () => [serviceRoutes(services, play.code)] })
})

type Page = { items: ServiceItem[]; next: string | null; list: { version: number; count: number } | null }

const publish = (list: readonly ServiceItem[]) =>
  api.as('administrator').send('PUT', '/api/v1/services', { items: list })
const page = async (path: string) => (await api.as('clerk').get(path)).body as Page

describe('service routes', () => {
  test('publish the list and page through it', async () => {
    expect(await page('/api/v1/services')).toEqual({ items: [], next: null, list: null })
    const published = await publish(items)
    expect(published).toMatchObject({ status: 200, body: { city: '420300', version: 1, count: items.length } })
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { items: part, next, list } = await page(`/api/v1/services?limit=50${cursor}`)
      expect(list).toMatchObject({ version: 1, count: items.length })
      seen.push(...part.map(item => item.taskCode))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    expect(seen).toEqual(items.map(item => item.taskCode).toSorted())
    const [first] = items
    const found = await page(`/api/v1/services?q=${encodeURIComponent(first?.taskName ?? '')}`)
    expect(found.items.map(item => item.taskName)).toContain(first?.taskName)
  })

  test('an older version can be read while it is held', async () => {
    await publish(items.slice(0, 2))
    await publish(items.slice(0, 1))
    expect((await page('/api/v1/services')).list).toMatchObject({ version: 2, count: 1 })
    expect((await page('/api/v1/services?version=1')).items).toHaveLength(2)
    for (const query of ['version=3', 'version=0'])
      expect((await api.as('clerk').get(`/api/v1/services?${query}`)).status).toBeGreaterThanOrEqual(400)
  })

  test('a partner of whom nothing came yet has no list', async () => {
    expect(await page('/api/v1/partners/610900/services')).toEqual({ items: [], next: null, list: null, problem: null })
    expect((await api.as('clerk').get('/api/v1/partners/610900/services?version=1')).status).toBe(404)
  })

  test('only administrators publish, and only what holds', async () => {
    for (const role of ['clerk', 'integrator', 'auditor'] as const)
      expect((await api.as(role).send('PUT', '/api/v1/services', { items: [] })).body).toMatchObject({
        code: 'request.forbidden',
      })
    expect((await publish([...items.slice(0, 1), ...items.slice(0, 1)])).body).toMatchObject({ code: 'list.malformed' })
    expect((await publish([{ ...items[0], taskName: '' } as ServiceItem])).body).toMatchObject({
      code: 'request.invalid',
      detail: expect.stringContaining('items.0.taskName') as unknown,
    })
    expect((await page('/api/v1/services')).list).toBeNull()
  })

  test('a change publishes the next version; one item is read of any version', async () => {
    await publish(items.slice(0, 3))
    const [first, second] = items
    if (first === undefined || second === undefined) throw new Error('no items')
    const administrator = api.as('administrator')
    const change = (body: object) => administrator.send('PATCH', '/api/v1/services', body)
    expect(await change({ put: [{ ...first, promiseDay: 1 }, items[9]], remove: [second.taskCode] })).toMatchObject({
      status: 200,
      body: { version: 2, count: 3 },
    })
    const path = `/api/v1/items/${play.code}/${first.taskCode}`
    expect((await api.as('clerk').get(path)).body).toMatchObject({ promiseDay: 1 })
    expect((await api.as('clerk').get(`${path}?version=1`)).body).toMatchObject({ promiseDay: 10 })
    expect((await api.as('clerk').get(`/api/v1/items/${play.code}/${second.taskCode}`)).body).toMatchObject({
      code: 'item.unknown',
    })
    expect((await change({ remove: ['none'] })).body).toMatchObject({ code: 'item.unknown', detail: 'remove.0' })
    expect((await api.as('clerk').send('PATCH', '/api/v1/services', {})).status).toBe(403)
  })

  test('a list goes up as a stream of lines, whole or not at all', async () => {
    const send = (text: string, role: 'administrator' | 'clerk' = 'administrator') =>
      api.app.request('/api/v1/services/items', {
        method: 'PUT',
        headers: { authorization: `Bearer ${api.as(role).token}`, 'content-type': 'application/x-ndjson' },
        body: text,
      })
    const lines = items.map(item => JSON.stringify(item))
    const sent = await send(`${lines.join('\r\n')}\n\n`)
    expect([sent.status, await sent.json()]).toMatchObject([200, { version: 1, count: 120 }])
    for (const [text, detail] of [
      [`${lines[0]}\n{`, 'items.1: not JSON'],
      [`${lines[0]}\n${lines[1]?.replace('"promiseDay":10', '"promiseDay":-1')}`, 'items.1: promiseDay'],
      [`${lines[0]}\n${lines[0]}`, 'repeat'],
      [`${lines[0]}\n"${'x'.repeat(LIMITS.itemBytes)}"`, 'line 2: too long'],
      [`\u0000`, 'items.0'],
    ] as const) {
      const refused = await send(text)
      expect([refused.status, await refused.json()]).toMatchObject([
        400,
        { code: 'list.malformed', detail: expect.stringContaining(detail) as unknown },
      ])
    }
    expect((await page('/api/v1/services')).list).toMatchObject({ version: 1 })
    expect((await send('', 'clerk')).status).toBe(403)
    expect((await send('')).status).toBe(200)
    expect((await page('/api/v1/services')).list).toMatchObject({ version: 2, count: 0 })
  })

  test('search pages through hits with counts', async () => {
    await publish(items)
    type Hits = { items: { code: string; name: string }[]; next: string | null; total: number; facets: object }
    const search = async (query: string) => (await api.as('clerk').get(`/api/v1/items?${query}`)).body as Hits
    const word = encodeURIComponent('事项1')
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { items: part, next, total } = await search(`q=${word}&limit=7${cursor}`)
      expect(total).toBe(31)
      seen.push(...part.map(item => item.code))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    expect(new Set(seen).size).toBe(31)
    const { items: found, facets } = await search(`q=${word}&mode=1&type=20`)
    expect(found[0]).toMatchObject({ city: play.code, modes: [0, 1], audience: ['1'], listVersion: 1 })
    expect(facets).toMatchObject({
      mode: [
        { value: '0', count: 31 },
        { value: '1', count: 31 },
      ],
    })
    expect((await search('mode=2')).total).toBe(0)
    for (const wrong of ['mode=7', 'city=1', 'colour=red', 'cursor=abc'])
      expect((await api.as('clerk').get(`/api/v1/items?${wrong}`)).status).toBe(400)
  })
})
