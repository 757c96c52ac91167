/**
 * The whole way of an agreement by the commands of two administrators, on two whole nodes over real libp2p and HTTP.
 * Over 450 lines: two whole nodes, started once, between which an agreement lives from its draft to its end.
 */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleCity, exampleItems } from '../../examples/data/load.ts'
import { OPERATIONS } from '../../node/edges/client/addresses.generated.ts'
import type { AgreementDetail } from '../../node/edges/client/api.generated.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { callStep, type Step } from '../../node/edges/client/steps.ts'
import { pairByInvite } from '../../node/edges/client/words.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { type AgreementDocument, dayOf } from '../../protocol/agreement/document.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { type Commands, openCommands } from '../support/commands.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'

type City = CityName & { node: RunningNode; client: Client; token: string; items: ServiceItem[] }

let root = ''
let commands: Commands
let ankang: City
let shiyan: City
/** where two administrators act together */
let nanyang: City
const NANYANG: CityName = { code: '411300', name: '南阳市', authority: '南阳市行政审批和政务信息管理局' }

async function openCity(name: CityName, rest: object = {}): Promise<City> {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort(), rest })
  const node = await startNode({ config: made.config, passphrase: PASSPHRASE })
  const client = createClient({ url: node.url, token: made.token })
  const city = await exampleCity(name.code)
  const items = (await exampleItems(city)).slice(0, 6)
  await client.publishServices({ body: { items } })
  return { ...name, node, client, token: made.token, items }
}

/** A command as a person runs it against the node of a city, in the folder of the test. */
async function tongban(city: City, ...args: string[]): Promise<string> {
  const env = { TONGBAN_URL: city.node.url, TONGBAN_TOKEN: city.token, NO_COLOR: '1' }
  const { code, out, error } = await commands.run(args, env)
  if (code !== 0) throw new Error(`tongban ${args.join(' ')}: ${out}${error}`)
  return `${out}${error}`
}
const json = async <T>(city: City, ...args: string[]): Promise<T> =>
  JSON.parse(await tongban(city, ...args, '--json')) as T
const written = async (file: string) => JSON.parse(await readFile(join(root, file), 'utf8')) as AgreementDocument
const write = (file: string, value: unknown) => writeFile(join(root, file), JSON.stringify(value))

const shown = (city: City, thread: string) => city.client.getAgreement({ params: { thread } })
const arrived = (city: City, thread: string, check: (found: AgreementDetail) => boolean) =>
  until(async () => {
    const found = await shown(city, thread).catch(() => null)
    return found !== null && check(found)
  }, 'the thread arrived')

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-agreements-'))
  commands = openCommands(root)
  ;[ankang, shiyan, nanyang] = await Promise.all([
    openCity(ANKANG),
    openCity(SHIYAN),
    openCity(NANYANG, { agreements: { fourEyes: true } }),
  ])
  await pair(ankang, shiyan)
  await pair(nanyang, ankang)
})

async function pair(inviting: City, accepting: City): Promise<void> {
  await pairByInvite(inviting, accepting)
  for (const [at, of] of [
    [inviting, accepting],
    [accepting, inviting],
  ] as const)
    await listArrived(at, of, 1)
}

const listArrived = (at: City, of: City, version: number) =>
  until(async () => {
    const { list } = await at.client.listPartnerServices({ params: { code: of.code }, query: { limit: 1 } })
    return (list?.version ?? 0) >= version
  }, `the list of ${of.name} arrived at ${at.name}`)

afterAll(async () => {
  await commands?.end()
  await Promise.allSettled([ankang, shiyan, nanyang].map(city => city?.node.stop()))
  await rm(root, { recursive: true, force: true })
})

describe('the same item in two cities', () => {
  test('is compared, its materials are matched and saved, and the draft and the counter go by them', async () => {
    const theirs = shiyan.items.find(item => item.modes.some(mode => mode < 2) && item.materials.length > 0)
    const ours = ankang.items.find(item => item.materials.length > 0)
    const wanted = theirs?.materials[0]
    const named = ours?.materials[0]
    if (theirs === undefined || ours === undefined || wanted === undefined || named === undefined)
      throw new Error('no items with materials')
    const told = await tongban(
      ankang,
      'mappings',
      'compare',
      SHIYAN.code,
      theirs.taskCode,
      '--own',
      ours.taskCode,
      '--out',
      'pairs.json',
    )
    expect(told).toContain(theirs.taskName)
    await write('pairs.json', {
      collecting: ours.taskCode,
      pairs: [{ collecting: named.materialCode, handling: wanted.materialCode, note: '核对无误' }],
    })
    await tongban(ankang, 'mappings', 'save', SHIYAN.code, theirs.taskCode, 'pairs.json')
    expect(await tongban(ankang, 'mappings', 'list')).toContain(theirs.taskCode)
    await tongban(
      ankang,
      'agreement',
      'draft',
      '--template',
      'collection',
      '--partner',
      SHIYAN.code,
      '--items',
      `${SHIYAN.code}=${theirs.taskCode}`,
      '--out',
      'mapped.json',
    )
    expect((await written('mapped.json')).items).toMatchObject([
      { materialMapping: [{ collecting: named.materialCode, handling: wanted.materialCode }] },
    ])
    // Codes of the own list arrive as the partner's; what is missing is named as both cities call it.
    const check = (materials: { sha256: string; code: string; name: string }[]) =>
      ankang.client.preflightCase({
        body: {
          to: SHIYAN.code,
          item: theirs.taskCode,
          mode: theirs.modes[0],
          applicant: { type: theirs.serverType[0], name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
          form: {},
          materials,
          codes: 'own',
        },
      })
    const field = `materials.${wanted.materialCode}`
    const missing = (await check([])).findings.find(finding => finding.field === field)
    if (wanted.isNeed === '1') expect(missing?.reasonZh).toContain(`本市称“${named.materialName}”`)
    const given = await check([{ sha256: '0'.repeat(64), code: named.materialCode, name: '扫描件.pdf' }])
    expect(given.findings.map(finding => finding.field)).not.toContain(field)
    expect(given.findings.map(finding => finding.field)).not.toContain('materials.0.code')
  })
})

describe('a sample', () => {
  test('that an item names is fetched by the counter of the other city; nothing else is', async () => {
    const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(300_000, 7)])
    await writeFile(join(root, 'sample.png'), png)
    const sample = await json<{ sha256: string; size: number; type: string }>(
      shiyan,
      'services',
      'sample',
      'sample.png',
    )
    expect(sample).toMatchObject({ size: png.byteLength, type: 'image/png' })
    // Uploaded, but no sample: a scan of a case.
    const scan = await shiyan.client.uploadMaterial({ bytes: '%PDF-1.4 secret', type: 'application/pdf' })
    const [first, second, ...rest] = shiyan.items
    if (first === undefined || second === undefined) throw new Error('no items')
    const naming = (item: ServiceItem, exampleGuid: typeof sample): ServiceItem => ({
      ...item,
      taskVersion: item.taskVersion + 1,
      materials: item.materials.map((material, at) => (at === 0 ? { ...material, exampleGuid } : material)),
    })
    const promising = [naming(first, sample), naming(second, scan), ...rest]
    await expect(shiyan.client.publishServices({ body: { items: promising } })).rejects.toThrow(
      `${second.taskCode} materials.0.exampleGuid: sample.missing`,
    )
    shiyan.items = [naming(first, sample), second, ...rest]
    await shiyan.client.publishServices({ body: { items: shiyan.items } })
    await listArrived(ankang, shiyan, 2)
    const fetchAt = (item: string, sha256: string) =>
      tongban(
        ankang,
        'services',
        'sample',
        '--city',
        SHIYAN.code,
        '--item',
        item,
        '--sha256',
        sha256,
        '--out',
        'got.png',
      )
    await fetchAt(first.taskCode, sample.sha256)
    expect(Buffer.compare(await readFile(join(root, 'got.png')), png)).toBe(0)
    await fetchAt(first.taskCode, sample.sha256)
    await expect(fetchAt(second.taskCode, sample.sha256)).rejects.toThrow('material.missing')
    await expect(fetchAt(second.taskCode, scan.sha256)).rejects.toThrow('material.missing')
  })
})

describe('an agreement', () => {
  let thread = ''

  test('is drafted from a template and both published lists, gets its scan, and is proposed', async () => {
    expect(await tongban(ankang, 'agreement', 'templates')).toContain('多城市“跨省通办”联盟')
    const codes = shiyan.items.map(({ taskCode }) => taskCode)
    await writeFile(join(root, 'codes.txt'), codes.slice(0, 4).join('\n'))
    const told = await tongban(
      ankang,
      'agreement',
      'draft',
      '--template',
      'collection',
      '--partner',
      SHIYAN.code,
      '--items',
      `${SHIYAN.code}=@codes.txt`,
      '--items',
      `${ANKANG.code}=all`,
      '--out',
      'draft.json',
      '--from',
      dayOf(Date.now() / 1000),
    )
    expect(told).toContain('tongban agreement propose draft.json')
    const document = await written('draft.json')
    expect(document.parties.map(({ authority }) => authority)).toEqual([ANKANG.authority, SHIYAN.authority])
    expect(document.items.filter(({ handling }) => handling === SHIYAN.code).length).toBeGreaterThan(0)
    expect(document.items.length).toBeLessThanOrEqual(10)

    await writeFile(join(root, 'scan.pdf'), '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
    await tongban(ankang, 'agreement', 'attach', 'scan.pdf', '--name', '会签稿.pdf', '--to', 'draft.json')
    expect((await written('draft.json')).attachments).toMatchObject([{ name: '会签稿.pdf', type: 'application/pdf' }])
    expect(await tongban(ankang, 'agreement', 'impact', 'draft.json')).toContain('可新收办件的事项')
    const { agreements } = await json<{ agreements: { thread: string }[] }>(
      ankang,
      'agreement',
      'propose',
      'draft.json',
    )
    thread = agreements[0]?.thread ?? ''
    await arrived(shiyan, thread, ({ pending }) => pending?.by === ANKANG.code)
    // There is nothing yet to compare the first text with.
    expect(await tongban(shiyan, 'agreement', 'diff', thread)).toContain('首份文本，没有可比对的文本')

    const nonsense = { ...document, items: [{ ...document.items[0], taskCode: 'NONSENSE' }] }
    await write('nonsense.json', nonsense)
    expect(await tongban(ankang, 'agreement', 'impact', 'nonsense.json')).toContain('items.0.taskCode: not in the list')
    await expect(tongban(ankang, 'agreement', 'propose', 'nonsense.json')).rejects.toThrow('agreement.item')
    await write('wuhan.json', { ...document, parties: document.parties.map(party => ({ ...party, name: '武汉市' })) })
    await expect(tongban(ankang, 'agreement', 'propose', 'wuhan.json')).rejects.toThrow('agreement.party')
  })

  test('is countered with a reason; the difference is seen, and the counter-proposal signed', async () => {
    const document = (await shown(shiyan, thread)).document
    // A text is countered with what came with it.
    await until(
      async () => (await tongban(shiyan, 'agreement', 'attachments', thread)).includes('yes 已收到'),
      'the scan arrived',
    )
    await write('counter.json', { ...document, purgeDays: 30, items: document.items.slice(1) })
    await tongban(shiyan, 'agreement', 'counter', thread, 'counter.json', '--reason', '减少一项')
    await arrived(ankang, thread, ({ pending }) => pending?.reason === '减少一项')
    const diff = await tongban(ankang, 'agreement', 'diff', thread)
    expect(diff).toContain('个人信息清除期限')
    expect(diff).toContain('1 removed 移除')
    // The scan that came with the proposal is read by the other administrator, byte for byte.
    const scan = await readFile(join(root, 'scan.pdf'))
    const { sha256 = '' } = document.attachments?.[0] ?? {}
    await tongban(shiyan, 'agreement', 'attachments', thread, '--save', sha256.slice(0, 8))
    expect(await readFile(join(root, '会签稿.pdf'))).toEqual(scan)
    expect(await tongban(ankang, 'agreement', 'sign', thread)).toMatch(/可新收办件的事项[\s\S]*Signed 已签署/)
    await arrived(shiyan, thread, ({ state }) => state === 'active')
  })

  test('is what a case begins under; the item changes meanwhile, the case keeps the version it was received under', async () => {
    const { document } = await shown(shiyan, thread)
    const item = shiyan.items.find(
      ({ taskCode, serverType, modes }) =>
        serverType.includes('1') &&
        document.items.some(agreed => agreed.taskCode === taskCode && agreed.modes.some(mode => modes.includes(mode))),
    )
    const agreed = document.items.find(({ taskCode }) => taskCode === item?.taskCode)
    if (item === undefined || agreed === undefined) throw new Error('no item for natural persons')
    const sent = async (code: string) => {
      const { sha256 } = await ankang.client.uploadMaterial({
        bytes: `%PDF-1.4 ${code} ${Math.random()}`,
        type: 'application/pdf',
      })
      return { sha256, code, name: `${code}.pdf` }
    }
    const given = await Promise.all(item.materials.map(({ materialCode }) => sent(materialCode)))
    const [wanted] = item.materials
    const submission = {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: agreed.modes[0] ?? 0,
      applicant: { type: '1' as const, name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '测试' },
      materials: given,
    }
    const received = await ankang.client.submitCase({ body: submission })
    const caseAt = (city: City) => city.client.getCase({ params: { thread: received.thread } }).catch(() => null)
    const reaches = (city: City, state: string) =>
      until(async () => (await caseAt(city))?.state === state, `the case is ${state} at ${city.name}`)
    await reaches(shiyan, 'arrived')

    // Another name, and a material more, that must be there; agreed items are named before they are published.
    const changed: ServiceItem = {
      ...item,
      taskVersion: item.taskVersion + 1,
      promiseDay: item.promiseDay + 1,
      linkWay: '0719-8888888',
      materials: [
        ...item.materials.map(entry => ({ ...entry, materialName: `新版${entry.materialName}` })),
        ...(wanted === undefined
          ? []
          : [{ ...wanted, materialCode: 'M99', materialName: '新增材料', isNeed: '1' as const }]),
      ],
    }
    await shiyan.client.saveDraft({ params: { code: item.taskCode }, body: { item: changed } })
    const told = await tongban(shiyan, 'services', 'publish')
    expect(told).toMatch(/涉及协议事项: 1 items[^\n]*1 open cases[\s\S]*Published/)
    await listArrived(ankang, shiyan, 3)

    // A new case is judged by the new version, the open one goes on by its own.
    await expect(ankang.client.submitCase({ body: submission })).rejects.toThrow('case.preflight')
    const step = (city: City, name: string, body: object) =>
      callStep(city.client, `case.${name}` as Step, received.thread, body)
    const code = wanted?.materialCode ?? ''
    await step(shiyan, 'request-supplement', { notice: '请补正', materials: [{ code, reason: '不清晰' }] })
    await reaches(ankang, 'supplementing')
    await step(ankang, 'supplement', { materials: [await sent(code)] })
    await until(async () => (await caseAt(shiyan))?.state !== 'supplementing', 'the supplement arrived')
    await step(shiyan, 'accept', {})
    await reaches(ankang, 'accepted')
    for (const city of [ankang, shiyan]) {
      const { bodies } = await city.client.readCaseBodies({ params: { thread: received.thread } })
      expect(bodies.find(({ kind }) => kind === 'case.submit')?.body).toMatchObject({
        item: { version: item.taskVersion },
      })
      for (const name of ['receipt', 'supplement-notice'] as const) {
        const paper = await new Response(
          await city.client.printPaper({ params: { thread: received.thread, name } }),
        ).text()
        expect(paper).toContain(wanted?.materialName)
        expect(paper).not.toContain('新版')
      }
    }
    const { items } = await shiyan.client.listReminders()
    expect(items.filter(({ kind }) => kind === 'agreement-items')).toEqual([])
  })

  test('is printed with both certificates', async () => {
    await tongban(shiyan, 'agreement', 'print', thread, '--out', 'paper.html')
    const paper = await readFile(join(root, 'paper.html'), 'utf8')
    for (const { client } of [ankang, shiyan]) {
      const { fingerprint } = await client.getIdentity()
      expect(paper).toContain(fingerprint)
    }
    expect(paper).toMatch(/乙方（盖章）[\s\S]*附件一　合作事项清单[\s\S]*会签稿\.pdf/)
    expect(paper).not.toContain('尚未签署')
  })

  test('is amended, suspended, resumed, renewed by letters, terminated; each shows what it touches first', async () => {
    const { document } = await shown(shiyan, thread)
    const [first] = document.items
    if (first === undefined) throw new Error('no item')
    const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
    await write('amendment.json', {
      title: '补充协议一',
      reason: '事项调整',
      remove: [{ handling: first.handling, taskCode: first.taskCode }],
      effectiveFrom: day,
    })
    expect(await tongban(shiyan, 'agreement', 'amend', thread, 'amendment.json')).toMatch(
      /不再收件的事项: 1[\s\S]*Amendment proposed/,
    )
    await arrived(ankang, thread, ({ pending }) => pending?.by === SHIYAN.code)
    expect(await tongban(ankang, 'agreement', 'sign', thread)).toContain(`自 ${day} 起`)
    await arrived(shiyan, thread, ({ pending }) => pending === null)

    expect(await tongban(shiyan, 'agreement', 'suspend', thread, '--reason', '系统升级')).toContain('不再收件的事项')
    await arrived(ankang, thread, ({ state }) => state === 'suspended')
    expect(await tongban(shiyan, 'agreement', 'resume', thread, '--reason', '升级完成')).toContain('可新收办件的事项')
    await arrived(ankang, thread, ({ state }) => state === 'active')

    expect(await tongban(ankang, 'agreement', 'impact', thread, '--act', 'expire')).toContain('不再收件的事项')
    expect(await tongban(ankang, 'agreement', 'renew', thread)).toContain('换文续期')
    await tongban(ankang, 'agreement', 'amend', thread, 'renewal.json', '--yes')
    await arrived(shiyan, thread, ({ pending }) => pending?.by === ANKANG.code)
    await tongban(shiyan, 'agreement', 'sign', thread, '--yes')
    await arrived(ankang, thread, found => found.pending === null && found.validTo > document.validTo)

    expect(
      await tongban(shiyan, 'agreement', 'terminate', thread, '--reason', '机构调整', '--on', document.validTo),
    ).toContain('Open cases 在办件: 1, each finishes under the text it began with')
    await arrived(ankang, thread, ({ state }) => state === 'terminated')
    const { items } = await shiyan.client.listAudit({ query: { limit: 200 } })
    const acts = items.filter(({ actor }) => actor.startsWith('person:')).map(({ action }) => action)
    for (const act of ['counter', 'amend', 'suspend', 'resume', 'sign', 'terminate'])
      expect(acts).toContain(`agreement.${act}`)
  })
})

describe('with four eyes', () => {
  test('two administrators prepare and sign by command; neither alone', async () => {
    const { token } = await nanyang.client.createPerson({
      body: {
        name: '李管理员',
        roles: ['administrator'],
      },
    })
    const second: City = { ...nanyang, token }
    await tongban(
      nanyang,
      'agreement',
      'draft',
      '--template',
      'collection',
      '--partner',
      ANKANG.code,
      '--items',
      `${NANYANG.code}=all`,
      '--out',
      'four.json',
    )
    const prepared = async (...args: string[]) => {
      const { prepared: act } = await json<{ prepared: { no: number } | null }>(nanyang, 'agreement', ...args)
      return String(act?.no)
    }
    const discarded = await prepared('propose', 'four.json')
    expect(await tongban(second, 'agreement', 'act', 'discard', discarded)).toContain('已撤回拟办')
    const no = await prepared('propose', 'four.json')
    expect(await tongban(second, 'agreement', 'act')).toContain(no)
    await expect(tongban(nanyang, 'agreement', 'act', 'sign', no)).rejects.toThrow('request.four-eyes')
    expect(await tongban(second, 'agreement', 'act', 'sign', no)).toContain('Signed 已签署')
    const thread = await until(async () => {
      const { items } = await ankang.client.listAgreements({ query: { partner: NANYANG.code } })
      return items[0]?.thread
    }, 'the proposal arrived')
    await tongban(ankang, 'agreement', 'sign', thread, '--yes')
    await arrived(nanyang, thread, ({ state }) => state === 'active')

    const suspending = await prepared('suspend', thread, '--reason', '系统升级')
    expect((await shown(nanyang, thread)).state).toBe('active')
    expect(await tongban(second, 'agreement', 'act', 'sign', suspending)).toContain('不再收件的事项')
    await arrived(ankang, thread, ({ state }) => state === 'suspended')
    const day = new Date(Date.now() + 86_400_000 * 3).toISOString().slice(0, 10)
    const ending = await prepared('terminate', thread, '--reason', '机构调整', '--on', day)
    expect(await tongban(second, 'agreement', 'act', 'sign', ending, '--yes')).toContain('terminated')
    const { items } = await nanyang.client.listAudit({ query: { limit: 200 } })
    const acting = (action: string) => items.find(entry => entry.action === action)?.actor
    expect(acting('act.prepared')).not.toBe(acting('act.signed'))
  })
})

test('every operation of the client is one of the API, with a body where it takes one; commands use no other address', async () => {
  type Described = { operationId: string; requestBody?: object }
  const { paths } = (await (await fetch(new URL('/openapi.json', ankang.node.url))).json()) as {
    paths: Record<string, Record<string, Described>>
  }
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(() => path.startsWith('/api/v1/'))
      .map(([method, { operationId, requestBody }]) => [
        operationId,
        method.toUpperCase(),
        path,
        requestBody !== undefined,
      ]),
  )
  const known = Object.entries(OPERATIONS).map(([id, { method, path, takes }]) => [
    id,
    method,
    path,
    takes !== undefined,
  ])
  expect(known.map(String).sort()).toEqual(described.map(String).sort())
  const folder = fileURLToPath(new URL('../../node/edges/cli/', import.meta.url))
  const sources = (await readdir(folder)).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  expect(sources.length).toBeGreaterThan(30)
  for (const file of sources)
    expect([file, (await readFile(join(folder, file), 'utf8')).includes('/api/v1')]).toEqual([file, false])
})
