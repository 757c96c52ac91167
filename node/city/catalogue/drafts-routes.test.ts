// Over 450 lines: one list with its drafts, walked through every operation in turn.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { createMemoryNetwork } from '../../../test/support/memory-network.ts'
import { type PlayCity, playCity } from '../../../test/support/play-city.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { COLUMN_MAPPING_LIMITS, createColumnMappings } from './column-mappings.ts'
import { columnMappingRoutes } from './columns-routes.ts'
import { createDrafts } from './drafts.ts'
import { draftRoutes } from './drafts-routes.ts'
import { publishedOf } from './published.ts'
import { serviceRoutes } from './routes.ts'
import { createServices } from './services.ts'

/** a place, and a sample that was uploaded */
const SAMPLE = { sha256: 'ab'.repeat(32), size: 9, type: 'image/png' }
const PLACES = { units: new Map([['420300', new Set(['A01'])]]), samples: new Set([SAMPLE.sha256]) }
let play: PlayCity
let api: TestApi
beforeAll(async () => {
  play = await playCity('420300')
})

beforeEach(async () => {
  const store = await openTestStore()
  const parts = await createTestApi({ store })
  const services = await createServices({
    db: parts.database,
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
    clock: parts.clock,
    audit: parts.audit,
    events: parts.events,
    announce: () => {},
    observer: { failed: () => {} },
  })
  const columnMappings = createColumnMappings({ db: parts.database, clock: parts.clock, audit: parts.audit })
  api = await createTestApi({
    store,
    again: parts,
    routes: () => [
      serviceRoutes(services, play.code, async () => PLACES),
      draftRoutes(
        createDrafts({
          db: parts.database,
          audit: parts.audit,
          clock: parts.clock,
          published: publishedOf(services, play.code),
          columnMapping: async name => (await columnMappings.get(name)).mapping,
          context: async () => PLACES,
          standing: async () => PLACES,
          organisation: {
            next: async () => null,
            settle: async () => {},
            change: async () => ({ before: [], after: [] }),
          },
          agreed: {
            items: async () => agreed.map(code => ({ code, collecting: ['610900'] })),
            cases: async codes => codes.length * 10 + 1,
            mapped: async () => mapped,
          },
        }),
        play.code,
      ),
      columnMappingRoutes(columnMappings),
    ],
  })
})

let agreed: string[] = []
let mapped: string[] = []

const item = (no: number, change: Partial<ServiceItem> = {}): ServiceItem => ({
  taskCode: `A${no}`,
  taskName: `事项${no}`,
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
  materials: [
    {
      materialCode: 'M01',
      materialName: '身份证',
      isNeed: '1',
      materialType: '1',
      materialFormat: '3',
      sourceType: '10',
    },
  ],
  ...change,
})

type Report = {
  taken: boolean
  put: number
  remove: number
  unchanged: number
  blocked: number
  errorCount: number
  errors: { code: string; row: number }[]
  findings: { rule: string; code: string }[]
}
const upload = async (body: string | Uint8Array<ArrayBuffer>, query: Record<string, string> = {}) => {
  const { token } = api.as('administrator')
  const response = await api.app.request(`/api/v1/services/drafts/import?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body,
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Report
}
const download = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const { token } = api.as('administrator')
  const response = await api.app.request(path, { headers: { authorization: `Bearer ${token}` } })
  expect(response.status).toBe(200)
  return new Uint8Array(await response.arrayBuffer())
}
const json = (items: readonly ServiceItem[]) => JSON.stringify(items)
/** Whatever stands there. */
const over = async (path: string, body: object) => {
  const client = api.as('administrator')
  const fresh = await client.send('PUT', path, body)
  return fresh.status === 428 ? client.send('PUT', path, body, { 'if-match': '*' }) : fresh
}
const save = (draft: ServiceItem) => over(`/api/v1/services/drafts/items/${draft.taskCode}`, { item: draft })
const publish = () => api.as('administrator').post('/api/v1/services/drafts/publish')
const counts = async () =>
  ((await api.as('auditor').get('/api/v1/services/drafts')).body as { counts: { drafts: number } }).counts
const published = async () =>
  (await api.as('clerk').get('/api/v1/services')).body as { items: ServiceItem[]; list: { version: number } | null }

describe('drafts', () => {
  test('are published as chosen: the others stay drafts, errors of theirs block nothing, and one that is no draft is told', async () => {
    const publishChosen = (codes: string) =>
      api.as('administrator').post(`/api/v1/services/drafts/publish?codes=${codes}`)
    await upload(json([item(1), item(2)]))
    await save(item(3, { promiseDay: 20 }))
    const before = await counts()
    expect(await publishChosen('A2')).toMatchObject({ status: 200, body: { version: 1, count: 1, put: 1, left: 0 } })
    expect(await counts()).toMatchObject({ drafts: before.drafts - 1 })
    expect((await publishChosen('A2')).body).toMatchObject({ code: 'request.not-found' })
    expect((await publishChosen('A1,,')).body).toMatchObject({ code: 'request.invalid' })
    const many = (count: number) => Array.from({ length: count }, (_, n) => `B${n}`).join(',')
    expect((await publishChosen(many(100))).body).toMatchObject({ code: 'request.not-found' })
    expect((await publishChosen(many(101))).body).toMatchObject({ code: 'request.invalid' })
    expect(await publishChosen('A1')).toMatchObject({ status: 200, body: { version: 2, count: 2, put: 1 } })
  })

  test('an import becomes drafts, and the drafts one version', async () => {
    expect(await upload(json([item(1), item(2)]), { dryRun: 'true' })).toMatchObject({
      taken: false,
      put: 2,
      unchanged: 0,
    })
    expect(await counts()).toMatchObject({ drafts: 0 })
    expect(await upload(json([item(1), item(2)]))).toMatchObject({ taken: true, put: 2, remove: 0 })
    expect(await counts()).toMatchObject({ drafts: 2, put: 2, remove: 0, errors: 0 })
    expect((await published()).list).toBeNull()
    expect(await publish()).toMatchObject({ status: 200, body: { version: 1, count: 2, put: 2, remove: 0 } })
    expect(await counts()).toMatchObject({ drafts: 0 })
    expect(await upload(json([item(1), item(2)]))).toMatchObject({ taken: true, put: 0, unchanged: 2 })
    expect(await publish()).toMatchObject({ status: 409, body: { code: 'request.conflict' } })
    expect((await published()).list?.version).toBe(1)
  })

  test('a file with a bad row changes nothing', async () => {
    await upload(json([item(3)]))
    const report = await upload('实施编码,事项名称,实施主体,到现场次数\nA3,事项3,部门,0\nA4,事项4,部门,很多', {
      name: 'items.csv',
      replace: 'true',
    })
    expect(report).toMatchObject({ taken: false })
    expect(report.errors).toContainEqual(expect.objectContaining({ code: 'cell.int', row: 3 }))
    expect(await counts()).toMatchObject({ drafts: 1 })
  })

  test('a draft shows what it changes and what is wrong; an error blocks the whole publication', async () => {
    await upload(json([item(1), item(2)]))
    await publish()
    const [first] = item(1).materials
    const wrong = item(1, {
      promiseDay: 20,
      materials: first === undefined ? [] : [{ ...first, isNeed: '2', needExplain: '代办时' }],
    })
    const { body } = await save(wrong)
    expect(body).toMatchObject({
      draft: {
        change: 'change',
        errors: 1,
        published: { promiseDay: 10 },
        differences: [
          { path: 'promiseDay', before: 10, after: 20 },
          { path: 'materials.M01.isNeed', before: '1', after: '2' },
          { path: 'materials.M01.needExplain', after: '代办时' },
        ],
      },
    })
    await save(item(3))
    expect((await api.as('auditor').get('/api/v1/services/drafts?errors=true')).body).toMatchObject({
      items: [{ code: 'A1' }],
    })
    expect(await publish()).toMatchObject({
      status: 409,
      body: { code: 'item.lint', detail: '1 of 2: A1 promiseDay: limit.promise' },
    })
    expect((await published()).items).toHaveLength(2)
    await save({ ...wrong, promiseDay: 12 })
    expect(await publish()).toMatchObject({ status: 200, body: { version: 2, count: 3, put: 2 } })
    const { items } = await published()
    expect(items.map(({ taskCode, taskVersion, promiseDay }) => [taskCode, taskVersion, promiseDay])).toEqual([
      ['A1', 2, 12],
      ['A2', 1, 10],
      ['A3', 1, 10],
    ])
  })

  test('a draft that says what is published is taken back', async () => {
    await upload(json([item(1)]))
    await publish()
    await save(item(1, { promiseDay: 9 }))
    expect((await save(item(1, { fees: [] }))).body).toEqual({ draft: null })
    expect(await counts()).toMatchObject({ drafts: 0 })
  })

  test('items are removed by draft, by replacement, and brought back by taking the draft back', async () => {
    await upload(json([item(1), item(2), item(3)]))
    await publish()
    expect(await api.as('administrator').post('/api/v1/services/drafts/items/A9/remove')).toMatchObject({
      status: 404,
      body: { code: 'item.unknown' },
    })
    expect(await api.as('administrator').post('/api/v1/services/drafts/items/A1/remove')).toMatchObject({
      body: { change: 'remove', item: null },
    })
    expect(await upload(json([item(3), item(4)]), { replace: 'true' })).toMatchObject({
      put: 1,
      remove: 1,
      unchanged: 1,
    })
    expect(await counts()).toMatchObject({ drafts: 3, put: 1, remove: 2 })
    expect((await api.as('administrator').send('DELETE', '/api/v1/services/drafts/items/A1')).body).toEqual({
      discarded: 1,
    })
    expect(await publish()).toMatchObject({ body: { version: 2, count: 3, put: 1, remove: 1 } })
    expect((await published()).items.map(({ taskCode }) => taskCode)).toEqual(['A1', 'A3', 'A4'])
    expect((await api.as('administrator').send('DELETE', '/api/v1/services/drafts/items/A1')).status).toBe(404)
  })

  test.each(['csv', 'xlsx', 'up'])('what is exported as %s is imported as unchanged', async format => {
    await upload(
      json([item(1), item(2, { form: { type: 'object', properties: { a: { type: 'string', title: 'A' } } } })]),
    )
    await publish()
    const file = await download(`/api/v1/services/export?format=${format}`)
    expect(await upload(file, { replace: 'true' })).toMatchObject({ taken: true, put: 0, remove: 0, unchanged: 2 })
    await save(item(3))
    expect(
      await upload(await download(`/api/v1/services/export?format=${format}&drafts=true`), { dryRun: 'true' }),
    ).toMatchObject({ put: 1, unchanged: 2 })
  })

  test('a filled template with modes and codes of another system', async () => {
    expect((await download('/api/v1/services/template')).byteLength).toBeGreaterThan(1000)
    const basic =
      'task_code,task_name,dept_name,task_type,use_level,server_type,project_type,anticipate_day,promise_day,limit_scene_num,is_fee'
    const query = { name: 'up_task_general_basic.csv', modes: '0,1', codes: '{"is_fee":{"2":"否"}}' }
    expect(await upload(`${basic}\nB1,事项,部门,20,3,1,2,10,5,0,2`, query)).toMatchObject({ taken: true, put: 1 })
    expect((await api.as('auditor').get('/api/v1/services/drafts/items/B1')).body).toMatchObject({
      item: { modes: [0, 1], isFee: false },
    })
  })

  test('lint counts findings by rule', async () => {
    await upload(json([item(1), item(2, { promiseDay: 16, offeredAt: [{ unit: '420300', windows: ['A02'] }] })]))
    const all = (await api.as('auditor').get('/api/v1/services/drafts/lint')).body as {
      items: number
      rules: { rule: string; level: string; count: number }[]
    }
    expect(all.items).toBe(2)
    expect(all.rules.filter(({ level }) => level === 'error').map(({ rule, count }) => `${rule} ${count}`)).toEqual([
      'limit.promise 1',
      'place.unknown 1',
    ])
    expect(all.rules).toContainEqual(expect.objectContaining({ rule: 'consent.missing', count: 2 }) as unknown)
    const one = (await api.as('auditor').get('/api/v1/services/drafts/lint?scope=all&rule=place.unknown')).body as {
      findings: object[]
    }
    expect(one.findings).toEqual([expect.objectContaining({ code: 'A2', path: 'offeredAt.0' })])
  })

  test('only administrators change drafts, and each change leaves an audit row', async () => {
    expect((await api.as('clerk').get('/api/v1/services/drafts')).status).toBe(403)
    expect((await api.as('integrator').send('DELETE', '/api/v1/services/drafts')).status).toBe(403)
    await upload(json([item(1)]), { name: 'a.json' })
    await save(item(2))
    await publish()
    await save(item(3))
    await api.as('administrator').send('DELETE', '/api/v1/services/drafts')
    const rows = await api.audit.list({}, 20, null)
    const actions = rows.map(({ action }) => action).filter(action => action.startsWith('draft'))
    expect(actions).toEqual(['drafts.discarded', 'draft.saved', 'drafts.published', 'draft.saved', 'drafts.imported'])
  })

  test('two publications at once make one version', async () => {
    await upload(json([item(1)]))
    const both = await Promise.all([publish(), publish()])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
  })
})

test('a publication says beforehand which agreed items go or change, with their open cases and mappings', async () => {
  const administrator = api.as('administrator')
  await administrator.send('PUT', '/api/v1/services', { items: [1, 2, 3, 4, 5].map(no => item(no)) })
  const save = (no: number, change: Partial<ServiceItem>) =>
    over(`/api/v1/services/drafts/items/A${no}`, { item: item(no, change) })
  agreed = ['A1', 'A2', 'A3', 'A4', 'A9']
  mapped = ['A1', 'A2', 'A5', 'A5']
  const preview = async () => (await administrator.get('/api/v1/services/drafts/agreed')).body
  expect(await preview()).toMatchObject({ items: 0, gone: 0, mappings: 0, shown: [] })
  await administrator.post('/api/v1/services/drafts/items/A1/remove')
  await save(2, { promiseDay: 3, modes: [0] })
  await save(3, { taskState: '2' })
  // Another name touches nobody; a new item is in no agreement.
  await save(4, { taskName: '事项四' })
  await save(9, {})
  await save(5, { materials: [] })
  const touched = (code: string, change: string, fields: string[] = []) => ({
    code,
    name: `事项${code.slice(1)}`,
    change,
    fields,
    collecting: ['610900'],
  })
  expect(await preview()).toEqual({
    items: 3,
    gone: 2,
    cases: 31,
    mappings: 3,
    shown: [touched('A1', 'gone'), touched('A3', 'gone'), touched('A2', 'changed', ['modes', 'promiseDay'])],
  })
  // Of chosen drafts alone, as they would be published.
  expect((await administrator.get('/api/v1/services/drafts/agreed?codes=A2,A5')).body).toMatchObject({
    items: 1,
    gone: 0,
    mappings: 2,
    shown: [touched('A2', 'changed', ['modes', 'promiseDay'])],
  })
  const many = (count: number) => Array.from({ length: count }, (_, no) => `C${no}`).join(',')
  expect((await administrator.get(`/api/v1/services/drafts/agreed?codes=${many(100)}`)).body).toMatchObject({
    items: 0,
  })
  expect((await administrator.get(`/api/v1/services/drafts/agreed?codes=${many(101)}`)).status).toBe(400)
  expect((await api.as('clerk').get('/api/v1/services/drafts/agreed')).status).toBe(403)
})

describe('a publication', () => {
  const material = {
    materialCode: 'M01',
    materialName: '身份证',
    isNeed: '1',
    materialType: '1',
    materialFormat: '3',
    sourceType: '20',
  } as const
  const promising = [
    ['a place', item(1, { offeredAt: [{ unit: 'elsewhere' }] }), 'offeredAt.0: place.unknown'],
    ['a window', item(1, { offeredAt: [{ unit: '420300', windows: ['A02'] }] }), 'offeredAt.0: place.unknown'],
    [
      'a sample',
      item(1, { materials: [{ ...material, exampleGuid: { ...SAMPLE, sha256: 'cd'.repeat(32) } }] }),
      'materials.0.exampleGuid: sample.missing',
    ],
    [
      'a blank form',
      item(1, { materials: [{ ...material, formGuid: { ...SAMPLE, sha256: 'cd'.repeat(32) } }] }),
      'materials.0.formGuid: sample.missing',
    ],
    ['a result', item(1, { resultGuid: { ...SAMPLE, sha256: 'cd'.repeat(32) } }), 'resultGuid: sample.missing'],
  ] as const

  test('that promises such a place in a field whose name is written with escapes is refused', async () => {
    const body = JSON.stringify(promising[0][1]).replace('"offeredAt"', '"\\u006ffferedAt"')
    expect(JSON.parse(body)).toEqual(promising[0][1])
    const response = await api.app.request('/api/v1/services/items', {
      method: 'PUT',
      headers: { authorization: `Bearer ${api.as('administrator').token}`, 'content-type': 'application/x-ndjson' },
      body: `${body}\n`,
    })
    expect(await response.json()).toMatchObject({ code: 'item.lint', detail: expect.stringContaining(promising[0][2]) })
  })

  test.each(promising)('that promises %s which is not there is refused on every way', async (_, faulty, told) => {
    const { administrator } = { administrator: api.as('administrator') }
    const lines = `${JSON.stringify(item(2))}\n${JSON.stringify(faulty)}\n`
    const answers = [
      await administrator.send('PUT', '/api/v1/services', { items: [item(2), faulty] }),
      await administrator.send('PATCH', '/api/v1/services', { put: [faulty] }),
      await api.app
        .request('/api/v1/services/items', {
          method: 'PUT',
          headers: { authorization: `Bearer ${administrator.token}`, 'content-type': 'application/x-ndjson' },
          body: lines,
        })
        .then(async response => ({ status: response.status, body: await response.json() })),
    ]
    await save(faulty)
    answers.push(await publish())
    for (const { status, body } of answers)
      expect([status, body]).toMatchObject([
        409,
        { code: 'item.lint', detail: expect.stringContaining(told) as unknown },
      ])
    expect((await published()).list).toBeNull()
  })

  test('of a file has no lint error either, and what it promises may be there', async () => {
    const put = (list: ServiceItem[]) => api.as('administrator').send('PUT', '/api/v1/services', { items: list })
    expect((await put([item(1, { promiseDay: 99 })])).body).toMatchObject({ code: 'item.lint' })
    const sound = item(1, {
      offeredAt: [{ unit: '420300', windows: ['A01'] }],
      materials: [{ ...material, exampleGuid: SAMPLE }],
    })
    expect((await put([sound])).body).toMatchObject({ version: 1, count: 1 })
  })

  test('of the sound drafts alone leaves those with an error', async () => {
    await save(item(1))
    await save(item(2, { promiseDay: 99 }))
    await save(item(3))
    expect((await publish()).body).toMatchObject({ code: 'item.lint' })
    const sound = () => api.as('administrator').post('/api/v1/services/drafts/publish?sound=true')
    expect((await sound()).body).toMatchObject({ version: 1, put: 2, left: 1, organisation: false })
    expect(await counts()).toMatchObject({ drafts: 1, errors: 1 })
    expect((await sound()).body).toMatchObject({ code: 'item.lint' })
    await save(item(2))
    expect((await sound()).body).toMatchObject({ version: 2, put: 1, left: 0 })
  })
})

describe('two who edit one item', () => {
  const ADDRESS = '/api/v1/services/drafts/items/A1'
  const saved = (days: number, headers: Record<string, string>) =>
    api.as('administrator').send('PUT', ADDRESS, { item: item(1, { promiseDay: days }) }, headers)
  const tagOf = async (path: string) => (await api.as('administrator').get(path)).headers.get('etag') ?? ''
  const stale = { status: 412, body: { code: 'request.precondition' } }

  test('a draft is written anew by whoever says what they edited; the first one takes nothing from anybody', async () => {
    const blind = { status: 428, body: { code: 'request.unseen' } }
    expect(await saved(3, {})).toMatchObject({ status: 200 })
    expect(await saved(4, {})).toMatchObject(blind)
    expect(await saved(4, { 'if-match': '*' })).toMatchObject({ status: 200 })
    const columns = () => api.as('administrator').send('PUT', '/api/v1/services/column-mappings/office', {})
    expect(await columns()).toMatchObject({ status: 200 })
    expect(await columns()).toMatchObject(blind)
  })

  test('the first draft of a published item is saved over what both read; the second editor is told whose it is', async () => {
    await upload(json([item(1)]))
    await publish()
    const seen = await tagOf('/api/v1/items/420300/A1')
    const first = await saved(9, { 'if-match': seen })
    expect(first.status).toBe(200)
    const lost = await saved(8, { 'if-match': seen })
    expect(lost).toMatchObject({
      ...stale,
      body: { ...stale.body, changes: [{ name: 'administrator', action: 'draft.saved' }] },
    })
    expect(first.headers.get('etag')).toBe(await tagOf(ADDRESS))
    expect((await saved(8, { 'if-match': await tagOf(ADDRESS) })).status).toBe(200)
    expect(await saved(7, { 'if-match': first.headers.get('etag') ?? '' })).toMatchObject(stale)
  })

  test('an item that is new to both is written once', async () => {
    expect((await saved(9, { 'if-none-match': '*' })).status).toBe(200)
    expect(await saved(8, { 'if-none-match': '*' })).toMatchObject(stale)
  })

  test('a draft that another took back, changed by an import or drafts to go is neither saved over nor taken back', async () => {
    await upload(json([item(1)]))
    await publish()
    const admin = api.as('administrator')
    await saved(9, {})
    const seen = { 'if-match': await tagOf(ADDRESS) }
    await admin.send('DELETE', ADDRESS)
    const gone = await saved(8, seen)
    expect(gone).toMatchObject({ ...stale, body: { changes: [{ action: 'drafts.discarded' }] } })
    await admin.post(`${ADDRESS}/remove`)
    expect(await saved(8, seen)).toMatchObject({ ...stale, body: { changes: [{ action: 'draft.removal' }] } })
    expect(await admin.send('DELETE', ADDRESS, undefined, seen)).toMatchObject(stale)
    api.clock.advance(1000)
    await upload(json([item(1, { promiseDay: 5 })]))
    expect(await admin.post(`${ADDRESS}/remove`, undefined, seen)).toMatchObject({
      ...stale,
      body: { changes: [{ action: 'draft.saved' }] },
    })
    expect((await admin.send('DELETE', ADDRESS, undefined, { 'if-match': await tagOf(ADDRESS) })).status).toBe(200)
  })
})

describe('column mappings', () => {
  const path = (name: string) => `/api/v1/services/column-mappings/${encodeURIComponent(name)}`
  const keep = (name: string, body: object) => over(path(name), body)
  const list =
    '编号,标题,主办,权力类型,行使层级,服务对象,办件类型,通办方式,法定时限,承诺时限,跑动次数\nA1,失业登记,人社局,公共服务,市级,失业人员,承诺件,全程网办,一个月,5日,0次'
  type Sheets = {
    sheets: {
      sheet: string
      holds: string | null
      columns: { heading: string; field: string | null; how: string | null; unread: number; samples: object[] }[]
      absent: { field: string }[]
    }[]
  }
  const preview = async (query: Record<string, string> = {}) =>
    (await upload(list, { name: '事项.csv', dryRun: 'true', ...query })) as Report & Sheets

  test('a preview shows how each sheet and column was read, and changes nothing', async () => {
    const report = await preview()
    const [sheet] = report.sheets
    expect(sheet).toMatchObject({ sheet: '事项', holds: 'items', heading: 1, rows: 1 })
    expect(sheet?.columns.map(({ heading, field, how }) => [heading, field, how]).slice(0, 5)).toEqual([
      ['编号', null, null],
      ['标题', 'taskName', 'guess'],
      ['主办', 'deptName', 'guess'],
      ['权力类型', 'taskType', 'other'],
      ['行使层级', 'useLevel', 'name'],
    ])
    expect(sheet?.columns.find(({ heading }) => heading === '服务对象')).toMatchObject({
      filled: 1,
      unread: 1,
      samples: [{ given: '失业人员', read: '' }],
    })
    expect(sheet?.columns.find(({ heading }) => heading === '跑动次数')).toMatchObject({
      samples: [{ given: '0次', read: '0' }],
    })
    expect(sheet?.absent.map(({ field }) => field)).toEqual(['taskCode', 'isFee'])
    // What is guessed is told, and keeps the file from being taken until somebody confirms it.
    const guessed = report.errors.filter(({ code }) => code === 'column.guessed')
    expect(guessed.map(({ row }) => row)).toEqual([1, 1])
    expect(await counts()).toMatchObject({ drafts: 0 })
  })

  test('a mapping that was corrected and kept reads the file, and the next one', async () => {
    const mapping = {
      columns: { 编号: 'taskCode', 标题: 'taskName', '事项!主办': 'deptName' },
      values: { serverType: { 失业人员: '自然人' } },
      defaults: { isFee: '否' },
      workingDays: { 日: 1, 月: 22 },
    }
    const kept = await keep('人社局', mapping)
    expect(kept).toMatchObject({ status: 200, body: { name: '人社局', mapping, version: 1 } })
    const report = await preview({ mapping: '人社局' })
    expect([report.errors, report.sheets[0]?.columns[0]]).toMatchObject([[], { field: 'taskCode', how: 'mapping' }])
    expect(await upload(list, { name: '事项.csv', mapping: '人社局' })).toMatchObject({ taken: true, put: 1 })
    const { body } = await api.as('administrator').get('/api/v1/services/drafts/items/A1')
    expect((body as { item: ServiceItem }).item).toMatchObject({
      taskName: '失业登记',
      deptName: '人社局',
      serverType: ['1'],
      anticipateDay: 22,
      promiseDay: 5,
      isFee: false,
    })
    await expect(upload(list, { name: '事项.csv', mapping: '别处' })).rejects.toThrow()
  })

  test('a column that is mapped to nothing is left out without a word', async () => {
    await keep('空', { columns: { 权力类型: '', 标题: '' } })
    const report = await preview({ mapping: '空' })
    expect(report.sheets[0]?.columns[3]).toMatchObject({ heading: '权力类型', field: null })
    expect(report.sheets[0]?.columns[1]).toMatchObject({ heading: '标题', field: null })
    expect((report as unknown as { notes: { column: string }[] }).notes.map(({ column }) => column)).toEqual(['编号'])
  })

  test('fields that are none are refused, and defaults that cannot be read are told', async () => {
    expect(await keep('错', { columns: { 编号: 'taskcode' } })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', detail: expect.stringMatching(/^no such field: taskcode; .*说明/) as unknown },
    })
    await keep('错', { defaults: { isFee: '也许' } })
    expect((await preview({ mapping: '错' })).errors).toContainEqual(
      expect.objectContaining({ code: 'mapping.default', column: 'isFee', value: '也许' }),
    )
  })

  test('they are listed, changed as they were seen, and forgotten', async () => {
    await keep('乙', {})
    await keep('甲', {})
    const { body } = await api.as('auditor').get('/api/v1/services/column-mappings')
    expect((body as { items: { name: string }[] }).items.map(({ name }) => name)).toEqual(['乙', '甲'])
    expect(await keep('甲', { columns: { 编号: 'taskCode' } })).toMatchObject({ body: { version: 2 } })
    const stale = await api.as('administrator').send('PUT', path('甲'), {}, { 'if-match': '"1.0"' })
    expect(stale).toMatchObject({ status: 412, body: { code: 'request.precondition' } })
    expect(await api.as('administrator').send('DELETE', path('甲'))).toMatchObject({
      status: 200,
      body: { name: '甲' },
    })
    expect(await api.as('administrator').get(path('甲'))).toMatchObject({ status: 404 })
  })

  test('no more than 500 entries of one', async () => {
    const of = (count: number) => ({
      columns: Object.fromEntries(Array.from({ length: count }, (_, no) => [`列${no}`, ''])),
    })
    expect((await keep('多', of(COLUMN_MAPPING_LIMITS.entries))).status).toBe(200)
    expect((await keep('多', of(COLUMN_MAPPING_LIMITS.entries + 1))).status).toBe(400)
  })
})
