import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { playAgreement } from '../../../test/support/play-agreement.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createWorld } from '../../../test/support/world.ts'
import { createAttachments } from './attachments.ts'
import { createPapers } from './papers.ts'
import { agreementTextRoutes } from './text-routes.ts'

// Ankang proposes to Shiyan.
const A = '610900'
const S = '420300'
const SCAN = { sha256: 'c'.repeat(64), size: 5, type: 'application/pdf' }
const by = { actor: 'person:1' }

let world: Awaited<ReturnType<typeof createWorld>>
let api: TestApi
let thread = ''

beforeEach(async () => {
  world = await createWorld({ codes: [A, S] })
  const { agreements, audit, db } = world.city(S)
  const certificatesOf = async (city: string) => [world.city(city).play.certificate]
  const { held } = world.city(S).scans
  const materials = {
    upload: async (stream: ReadableStream<Uint8Array>) => {
      await new Response(stream).bytes()
      return SCAN
    },
    held: async (hashes: readonly string[]) => hashes.flatMap(sha256 => held.get(sha256) ?? []),
    read: async () => ({ body: new Blob(['bytes']).stream() }),
  }
  const papers = createPapers({ agreements, certificatesOf, clock: world.clock })
  api = await createTestApi({
    store: await openTestStore(),
    routes: () => [
      agreementTextRoutes({ agreements, papers, attachments: createAttachments({ db, audit, agreements, materials }) }),
    ],
  })
  const [proposed] = await world.city(A).agreements.propose(playAgreement(), by)
  thread = proposed?.thread ?? ''
  await world.settle()
})
afterEach(() => world.stop())

type Diff = {
  before: { id: string; kind: string; by: string | null }
  after: { id: string; kind: string; by: string | null }
  terms: { field: string; was: { zh: string }; is: { zh: string } }[]
  items: { change: string; taskCode: string }[]
  counts: Record<string, number>
}
const diff = async (query = '') => {
  const reply = await api.as('clerk').get(`/api/v1/agreements/${thread}/diff${query}`)
  return { status: reply.status, ...(reply.body as Diff & { code?: string }) }
}

describe('the difference of texts', () => {
  test('of a single proposal is none', async () => {
    expect(await diff()).toMatchObject({
      status: 200,
      before: null,
      after: { kind: 'pending', by: A },
      terms: [],
      items: [],
      counts: { added: 0, removed: 0, changed: 0, unchanged: 4 },
    })
    expect(await diff('?before=00000000')).toMatchObject({ status: 404, code: 'request.not-found' })
  })

  test('of a counter-proposal is that to the proposal; of an amendment that to what stands', async () => {
    const { agreements } = world.city(S)
    await agreements.counter(thread, playAgreement({ purgeDays: 30 }), '三十日为宜', by)
    await world.settle()
    expect((await agreements.get(thread)).pending?.reason).toBe('三十日为宜')
    const countered = await diff()
    expect(countered).toMatchObject({
      before: { kind: 'replaced', by: A },
      after: { kind: 'pending', by: S },
      terms: [{ field: 'purgeDays', was: { zh: '90' }, is: { zh: '30' } }],
      items: [],
    })
    await world.city(A).agreements.sign(thread, null, by)
    await world.settle()
    await agreements.amend(
      thread,
      {
        title: '补充协议',
        reason: '减少事项',
        remove: [{ handling: S, taskCode: playAgreement().items[0]?.taskCode ?? '' }],
        effectiveFrom: '2026-12-01',
      },
      by,
    )
    const amended = await diff()
    expect(amended).toMatchObject({
      before: { kind: 'version', id: countered.after.id },
      after: { kind: 'pending', by: S },
      terms: [],
      counts: { added: 0, removed: 1, changed: 0 },
      items: [{ change: 'removed' }],
    })
    // By names: the first proposal against the amendment.
    const named = await diff(`?before=${countered.before.id.slice(0, 8)}&after=${amended.after.id}`)
    expect(named).toMatchObject({ terms: [{ field: 'purgeDays' }], counts: { removed: 1 } })
    expect(await diff(`?before=${'0'.repeat(64)}`)).toMatchObject({ status: 404, code: 'request.not-found' })
    expect(await diff('?before=xyz')).toMatchObject({ status: 400, code: 'request.invalid' })
  })
})

describe('the document for paper', () => {
  const page = async (query = '') => api.as('auditor').get(`/api/v1/agreements/${thread}/document${query}`)

  test('is a page whose own style applies and that runs nothing', async () => {
    const reply = await page()
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(reply.headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    expect(reply.text).toContain('文本草案，尚未签署')
    expect(reply.text.match(/尚未签署<\/p>/g)).toHaveLength(2)
    expect((await page('?text=00000000')).status).toBe(404)
  })

  test('names who signed by which certificate, when, and what amended it', async () => {
    const { agreements } = world.city(S)
    await agreements.sign(thread, null, by)
    await world.settle()
    const first = (await page()).text
    for (const code of [A, S]) expect(first).toContain(world.city(code).play.fingerprint)
    expect(first).toContain('2026年11月23日 08:00:00')
    expect(first).not.toContain('尚未签署')
    await agreements.amend(
      thread,
      { title: '补充协议一', reason: '期限', terms: { purgeDays: 15 }, effectiveFrom: '2026-12-01' },
      by,
    )
    const { pending, versions } = await agreements.get(thread)
    // What stands is printed until another text is asked for.
    expect((await page()).text).toContain('办结后90日内')
    const amendment = (await page(`?text=${pending?.id.slice(0, 12)}`)).text
    expect(amendment).toContain('变更文本，尚未签署')
    expect(amendment).toContain('办结后15日内')
    expect(amendment).toContain('补充协议一')
    await world.settle()
    await world.city(A).agreements.sign(thread, null, by)
    await world.settle()
    expect((await page()).text).toContain('办结后15日内')
    expect((await page(`?text=${versions[0]?.id}`)).text).toContain('自 2026年12月1日 起由变更后的文本替代')
  })
})

describe('attachments', () => {
  const at = (path = '') => api.as('clerk').get(`/api/v1/agreements/${thread}/attachments${path}`)

  test('are noted in the audit log with who uploaded them', async () => {
    const reply = await api
      .as('administrator')
      .send('POST', '/api/v1/agreements/attachments', '%PDF-', { 'content-type': 'application/pdf' })
    expect([reply.status, reply.body]).toEqual([201, SCAN])
    const [row] = await world.city(S).audit.list({}, 1, null)
    expect(row).toMatchObject({ action: 'attachment.uploaded', subject: SCAN.sha256, detail: { size: SCAN.size } })
    expect(row?.actor).toMatch(/^person:/)
  })

  test('are listed with what names them, and read once they are here', async () => {
    const there = world.city(A)
    there.scans.held.set(SCAN.sha256, SCAN)
    const [proposed] = await there.agreements.propose(
      playAgreement({ attachments: [{ ...SCAN, name: '盖章扫描件.pdf' }] }),
      by,
    )
    thread = proposed?.thread ?? ''
    await world.settle()
    const text = (await world.city(S).agreements.get(thread)).pending?.id
    expect((await at()).body).toEqual({ items: [{ ...SCAN, name: '盖章扫描件.pdf', texts: [text], held: false }] })
    expect(await at(`/${SCAN.sha256}`)).toMatchObject({ status: 404, body: { code: 'material.missing' } })
    world.city(S).scans.held.set(SCAN.sha256, SCAN)
    const read = await at(`/${SCAN.sha256}`)
    expect([read.status, read.text, read.headers.get('content-type')]).toEqual([200, 'bytes', 'application/pdf'])
    expect(await at(`/${'d'.repeat(64)}`)).toMatchObject({ status: 404, body: { code: 'request.not-found' } })
    expect((await api.as('administrator').get(`/api/v1/agreements/${thread}/document`)).text).toMatch(
      /附件二　随附文件[\s\S]*盖章扫描件\.pdf/,
    )
  })
})
