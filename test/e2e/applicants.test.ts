/** What an applicant gets: papers at the counter, the progress page by number or QR code, and the rating, on two whole nodes. */

import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TABLE_LIMITS } from '../../node/city/catalogue/tables/limits.ts'
import { openXlsx } from '../../node/city/catalogue/tables/xlsx.ts'
import { verifyBundle } from '../../node/city/records/evidence/verify.ts'
import type { AddViewRequest, BeginExportRequest, PrintPapersRequest } from '../../node/edges/client/api.generated.ts'
import { type Client, createClient } from '../../node/edges/client/client.ts'
import { callStep, type Step } from '../../node/edges/client/steps.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { dayOf } from '../../protocol/agreement/document.ts'
import { makePdf } from '../support/make-pdf.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { pairCities, until } from '../support/pair-cities.ts'

const NUMBER = '11010519491231002X'
const SECRETS = ['陈小满', NUMBER, '13912345678', '安康市汉滨区某路 1 号']

type Paper = PrintPapersRequest['paper']
type City = CityName & { node: RunningNode; client: Client }
let root = ''
let ankang: City
let shiyan: City
let thread = ''
let caseNo = ''

async function openCity(name: CityName, rest = {}): Promise<City> {
  const options = { httpPort: 0, p2pPort: await freePort(), rest }
  const made = await makeNodeFolder(join(root, name.code), name, options)
  const node = await startNode({ config: made.config, passphrase: PASSPHRASE })
  return { ...name, node, client: createClient({ url: node.url, token: made.token }) }
}

const site = async (path: string, fields?: Record<string, string>) => {
  const answer = await fetch(
    `${ankang.node.applicantsUrl}${path}`,
    fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) },
  )
  const text = await answer.text()
  for (const secret of SECRETS) expect(text).not.toContain(secret)
  return { status: answer.status, text }
}
const paper = async (city: City, name: Paper) => {
  const text = await new Response(await city.client.printPaper({ params: { thread, name } })).text()
  // Where somebody wants to look at them: TONGBAN_PAPERS=folder.
  if (process.env.TONGBAN_PAPERS !== undefined) await writeFile(join(process.env.TONGBAN_PAPERS, `${name}.html`), text)
  return text
}
const listed = async (city: City) => (await city.client.listPapers({ params: { thread } })).items
const stateAt = async (city: City) => (await city.client.getCase({ params: { thread } }).catch(() => null))?.state
const step = async (city: City, kind: string, body: object, state: string) => {
  await callStep(city.client, `case.${kind}` as Step, thread, body)
  await until(
    async () => (await stateAt(ankang)) === state && (await stateAt(shiyan)) === state,
    `${kind}: both are ${state}`,
  )
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-applicants-'))
  ankang = await openCity(ANKANG, { applicants: { port: 0, url: 'https://tongban.example/' } })
  shiyan = await openCity(SHIYAN)
  const { items } = await pairCities(ankang, shiyan)
  // A licence: its papers name the law on licences, and the ways of review.
  const item = items.find(
    ({ modes, serverType, taskType }) => modes.includes(1) && serverType.includes('1') && taskType === '01',
  )
  if (item === undefined) throw new Error('no item')
  const upload = async (text: string) =>
    (await ankang.client.uploadMaterial({ bytes: makePdf(2, text), type: 'application/pdf' })).sha256
  const materials = await Promise.all(
    item.materials.map(async ({ materialCode, materialName }) => ({
      sha256: await upload(materialCode),
      code: materialCode,
      name: `${materialName}.pdf`,
      form: 'copy' as const,
      pages: 2,
    })),
  )
  const made = await ankang.client.submitCase({
    body: {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: 1,
      applicant: { type: '1', name: '陈小满', idType: '111', idNumber: NUMBER, phone: '13912345678' },
      form: { reason: '在安康居住' },
      materials,
      window: '跨省通办窗口 3 号',
      delivery: {
        method: 'mail',
        recipient: { name: '陈小满', phone: '13912345678', address: '安康市汉滨区某路 1 号' },
      },
    },
  })
  thread = made.thread
  caseNo = made.caseNo
  await until(async () => (await stateAt(ankang)) === 'arrived', 'the case arrived')
})

afterAll(async () => {
  await Promise.allSettled([ankang?.node.stop(), shiyan?.node.stop()])
  await rm(root, { recursive: true, force: true })
})

describe('papers', () => {
  test('the receipt has what was handed in, the limit and the code of the page; the others wait', async () => {
    const receipt = await paper(ankang, 'receipt')
    for (const part of [
      '收件回执',
      caseNo,
      '陈小满',
      '1101**********002X',
      '跨省通办窗口 3 号',
      '<svg',
      'https://tongban.example/',
    ])
      expect(receipt).toContain(part)
    expect(receipt).not.toContain(NUMBER)
    const waiting = (await listed(ankang)).filter(({ lacking }) => lacking !== null).map(({ name }) => name)
    expect(waiting).toEqual([
      'supplement-notice',
      'acceptance',
      'refusal',
      'decision',
      'supplement-receipt',
      'commitment',
      'hand-in-receipt',
      'special-procedure',
      'extension',
      'payment-notice',
      'withdrawal',
      'termination',
      'delivery',
      'originals-list',
    ])
    await expect(paper(ankang, 'decision')).rejects.toMatchObject({ problem: { code: 'case.transition' } })
    expect(await paper(ankang, 'mailing-label')).toContain('安康市汉滨区某路 1 号')
  })

  test('notice, acceptance, decision and proof of delivery come with the steps, the same at both cities', async () => {
    await step(
      shiyan,
      'request-supplement',
      {
        notice: '申请表<b>缺</b>签名',
        deadline: '2026-12-31',
        materials: [{ code: 'M02', reason: '未签名' }],
      },
      'supplementing',
    )
    const notice = await paper(ankang, 'supplement-notice')
    for (const part of [
      '补正告知书',
      '第三十二条',
      '申请表&lt;b&gt;缺&lt;/b&gt;签名',
      '未签名',
      '2026年12月31日',
      SHIYAN.authority,
    ])
      expect(notice).toContain(part)
    const shown = await site('/progress', { number: caseNo, last4: '002x' })
    expect(shown.text).toContain('需要补正材料')
    expect(shown.text).toContain('2026年12月31日')
    const scan = await ankang.client.uploadMaterial({ bytes: makePdf(1, 'signed'), type: 'application/pdf' })
    await step(
      ankang,
      'supplement',
      { materials: [{ sha256: scan.sha256, code: 'M02', name: '申请表.pdf' }] },
      'arrived',
    )
    const promisedBy = dayOf(Date.now() / 1000 + 86_400)
    await step(shiyan, 'accept', { acceptanceNo: 'SL-2026-1', promisedBy }, 'accepted')
    const [year, month, day] = promisedBy.split('-').map(Number)
    expect(await paper(ankang, 'acceptance')).toContain(`${year}年${month}月${day}日`)
    const { sha256 } = await shiyan.client.uploadMaterial({ bytes: makePdf(1, 'decision'), type: 'application/pdf' })
    const decided = { outcome: 'denied', reason: '不符合条件', documentNo: '十审〔2026〕1号', documents: [sha256] }
    await step(shiyan, 'decide', decided, 'decided')
    const decision = await paper(shiyan, 'decision')
    for (const part of ['不予决定书', '十审〔2026〕1号', '六十日内', '行政诉讼']) expect(decision).toContain(part)
    expect(decision).toContain('数据包签名已验')
    expect(await paper(ankang, 'decision')).toBe(decision)
    await step(
      shiyan,
      'send-result',
      { method: 'mail', waybill: { carrier: 'EMS', number: '1000000000001' } },
      'sending',
    )
    expect(await paper(ankang, 'delivery')).toContain('EMS 1000000000001')
  })

  test('every printing leaves a row', async () => {
    const { items } = await ankang.client.listAudit({ query: { action: 'case.printed' } })
    expect(new Set(items.map(({ detail }) => detail.paper)).size).toBe(6)
  })
})

describe('the site', () => {
  test('shows progress by number or by the code of the receipt, and nothing personal', async () => {
    const shown = await site('/progress', { number: caseNo, last4: '002X' })
    expect([shown.status, shown.text.includes('结果正在送达')]).toEqual([200, true])
    const token = /\/q\/([A-Za-z0-9_-]{43})/.exec(shown.text)?.[1] ?? ''
    expect((await site(`/q/${token}`)).text.replaceAll(/<\/?span[^>]*>/g, '')).toContain(caseNo)
    const forged = `${token.slice(0, 30)}${token[30] === 'A' ? 'B' : 'A'}${token.slice(31)}`
    expect((await site(`/q/${forged}`)).status).toBe(404)
    expect((await site('/progress', { number: caseNo, last4: '0021' })).status).toBe(404)
    for (const path of ['/api/v1/cases', '/metrics', '/openapi.json', '/reference'])
      expect((await site(path)).status).toBe(404)
    if (process.env.TONGBAN_PAPERS !== undefined) {
      await writeFile(join(process.env.TONGBAN_PAPERS, 'progress.html'), (await site(`/q/${token}`)).text)
      await writeFile(join(process.env.TONGBAN_PAPERS, 'progress-big.html'), (await site(`/q/${token}?big=1`)).text)
      await writeFile(join(process.env.TONGBAN_PAPERS, 'ask.html'), (await site('/')).text)
    }
  })

  test('takes a rating once for each, signed like any step', async () => {
    const shown = await site('/progress', { number: caseNo, last4: '002X' })
    const token = /name="token" value="([A-Za-z0-9_-]{43})"/.exec(shown.text)?.[1] ?? ''
    expect((await site('/rate', { token, target: 'window', level: '1' })).text).toContain('谢谢您的评价')
    expect((await site('/rate', { token, target: 'window', level: '1' })).status).toBe(409)
    expect((await site('/rate', { token, target: 'department', level: '5', text: '太慢' })).status).toBe(200)
    await until(async () => {
      const { timeline } = await shiyan.client.getCase({ params: { thread } })
      return timeline.filter(({ kind }) => kind === 'case.evaluate').length === 2
    }, 'both ratings arrived')
    expect((await site(`/q/${token}`)).text).not.toContain('action="/rate"')
  })
})

describe('queues and numbers', () => {
  test('tell of the case by HTTP, and say the same after a rebuild', async () => {
    const search = async (q: string) => (await ankang.client.listCases({ query: { q } })).items
    for (const q of [caseNo, NUMBER, '陈小满']) expect((await search(q)).map(found => found.thread)).toEqual([thread])
    expect(await search('陈小')).toEqual([])
    const queue = async (city: City, name: 'mine' | 'bad-ratings') =>
      (await city.client.readQueue({ params: { queue: name } })).items.map(found => found.thread)
    await ankang.client.assignCase({ params: { thread }, body: { to: 'me' } })
    const state = async () => [await queue(ankang, 'mine'), await queue(shiyan, 'bad-ratings'), await stateAt(ankang)]
    const before = await state()
    expect(before).toEqual([[thread], [thread], 'sending'])
    const { items } = await ankang.client.countQueues()
    expect(items.find(entry => entry.queue === 'mine')?.count).toBe(1)
    const year = new Date().getFullYear()
    const years = { from: String(year), to: String(year + 1) }
    const sums = () => shiyan.client.readStatistics({ query: { by: 'item', grain: 'year', ...years } })
    const counted = await sums()
    expect(counted).toMatchObject({ items: [{ counts: { submitted: 1, decided: 1, bad: 1, 'level.1': 1 } }] })
    for (const city of [ankang, shiyan]) expect(await city.client.rebuildCases()).toEqual({ cases: 1 })
    expect([await state(), await sums()]).toEqual([before, counted])
    await expect(
      ankang.client.readStatistics({ query: { grain: 'day', from: '2025-01-01', to: '2026-12-31' } }),
    ).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
  })
})

describe('exports', () => {
  const made = async (body: BeginExportRequest): Promise<Uint8Array> => {
    const job = await ankang.client.beginExport({ body })
    await until(
      async () => (await ankang.client.getExport({ params: { id: job.id } })).state === 'done',
      'the export is done',
    )
    const file = await new Response(await ankang.client.downloadExport({ params: { id: job.id } })).bytes()
    await until(async () => (await ankang.client.listExports()).items.length === 0, 'the file is gone')
    return file
  }

  test('are tables that spreadsheets read, with masked names, of a queue or of a search', async () => {
    const xlsx = await made({ format: 'xlsx', search: { q: caseNo } })
    const [sheet] = await openXlsx(unzipSync(new Uint8Array(xlsx)), TABLE_LIMITS)
    const { rows } = (await sheet?.read()) ?? { rows: [] }
    expect([rows.length, rows[0]?.cells[0], rows[1]?.cells[0]]).toEqual([2, '办件编号', caseNo])
    expect(rows[1]?.cells).toContain('陈**')
    const csv = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await made({ format: 'csv', queue: 'mine' }))
    expect(csv).toMatch(/^\ufeff办件编号,/)
    expect(csv).toContain(`\r\n${caseNo},`)
    for (const secret of SECRETS) expect(csv).not.toContain(secret)
    await expect(ankang.client.beginExport({ body: { format: 'csv' } })).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
  })
})

describe('many cases at once', () => {
  const none = '0'.repeat(32)

  test('a paper of each is one page, and one that cannot be printed says why', async () => {
    const print = (paper: Paper) =>
      ankang.client.printPapers({
        body: { threads: [thread, none, thread], paper },
      })
    const { html, items } = await print('receipt')
    expect(items).toEqual([
      { thread, problem: null },
      { thread: none, problem: 'thread.unknown' },
    ])
    expect([html.match(/<main/g)?.length, html.includes(caseNo), html.includes(NUMBER)]).toEqual([1, true, false])
    expect((await print('refusal')).items[0]).toEqual({ thread, problem: 'case.transition' })
  })

  test('a reminder is signed for each that can be reminded of', async () => {
    const remind = (city: City) => city.client.remindCases({ body: { threads: [thread, none], text: '请尽快办理' } })
    expect((await remind(shiyan)).items.map(({ problem }) => problem)).toEqual(['case.author', 'thread.unknown'])
    expect((await remind(ankang)).items.map(({ problem }) => problem)).toEqual([null, 'thread.unknown'])
    await expect(
      ankang.client.remindCases({
        body: {
          threads: Array.from({ length: 201 }, (_, no) => no.toString(16).padStart(32, '0')),
          text: '请尽快办理',
        },
      }),
    ).rejects.toMatchObject({ problem: { code: 'request.invalid' } })
  })

  test('a saved view shows them, and holds no words that may be a person', async () => {
    const save = (filter: AddViewRequest['filter']) => ankang.client.addView({ body: { name: '在途', filter } })
    await expect(save({ search: { q: '陈小满' } as object })).rejects.toMatchObject({
      problem: { code: 'request.invalid' },
    })
    const { id } = await save({ search: { state: 'sending', assignee: 'me', mode: 1 } })
    const cases = await ankang.client.readView({ params: { id } })
    expect(cases.items.map(found => found.thread)).toEqual([thread])
    await ankang.client.changeView({ params: { id }, body: { name: '我的', filter: { queue: 'mine' } } })
    expect(await ankang.client.readView({ params: { id } })).toMatchObject({ items: [{ thread }] })
    await ankang.client.deleteView({ params: { id } })
    expect(await ankang.client.listViews()).toEqual({ items: [] })
  })
})

describe('the archive', () => {
  test('holds all of the case under names that people read, with evidence that verifies and a catalogue that fits', async () => {
    type Catalogue = {
      case: string
      applicant: string
      absent: string[]
      files: { no: number; category: string; path: string; bytes: number; sha256: string; pages: number | null }[]
    }
    const read = async () => {
      const zip = await new Response(await ankang.client.archiveCase({ params: { thread } })).bytes()
      const files = unzipSync(zip)
      const catalogue = JSON.parse(new TextDecoder().decode(files['目录.json'])) as Catalogue
      return { files, catalogue }
    }
    await until(async () => (await read()).catalogue.absent.length === 0, 'the decision document arrived')
    const { files, catalogue } = await read()
    expect([catalogue.case, catalogue.applicant]).toEqual([caseNo, '陈小满'])
    expect(Object.keys(files).sort()).toEqual(
      [...catalogue.files.map(({ path }) => path), '目录.html', '目录.json'].sort(),
    )
    for (const { path, bytes, sha256 } of catalogue.files) {
      const content = files[path] ?? new Uint8Array()
      expect([content.byteLength, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256])
    }
    const kinds = new Set(catalogue.files.map(({ category }) => category))
    expect(kinds).toEqual(new Set(['evidence', 'timeline', 'paper', 'material', 'decision']))
    expect(catalogue.files.find(({ category }) => category === 'material')?.pages).toBe(2)
    expect(catalogue.files.at(-1)?.path).toBe(
      `办理结果/${String(catalogue.files.filter(({ category }) => category === 'material').length + 1).padStart(3, '0')}-十审〔2026〕1号 决定文件.pdf`,
    )
    const page = new TextDecoder().decode(files['目录.html'])
    for (const part of ['电子档案目录', caseNo, SHIYAN.name, '决定文件']) expect(page).toContain(part)
    const report = await verifyBundle(new Blob([new Uint8Array(files['证据包.zip'] ?? [])]))
    expect(report.ok).toBe(true)
    const { items } = await ankang.client.listAudit({ query: { action: 'case.archived' } })
    expect(items[0]?.subject).toBe(thread)
    await expect(ankang.client.archiveCase({ params: { thread: '0'.repeat(32) } })).rejects.toMatchObject({
      problem: { code: 'thread.unknown' },
    })
  })
})
