import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AuditAction } from '../../../protocol/rights/audited.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, casesAt, submitCase } from '../../../test/support/world-case.ts'
import { AUDIT_SEARCH_LIMITS } from './audit-search.ts'

type Row = {
  no: number
  detail: Record<string, string>
  detailZh: string | null
  actor: string
  name: string | null
  action: string
  subject: string
  caseNo: string | null
  subjectName: string | null
}

let world: Awaited<ReturnType<typeof createWorld>>
let api: TestApi
let thread: string
let caseNo: string
beforeEach(async () => {
  world = await createWorld()
  const agreement = await agree(world)
  const { db, audit, events } = world.city(COLLECTING)
  api = await createTestApi({ store: db, kept: { audit, events } })
  thread = await submitCase(world, agreement)
  await world.settle()
  caseNo = (await casesAt(world, COLLECTING))[0]?.caseNo ?? ''
})
afterEach(() => world.stop())

const list = async (query: string): Promise<Row[]> =>
  ((await api.as('auditor').get(`/api/v1/audit?${query}`)).body as { items: Row[] }).items
/** The file as it comes. */
async function exported(query: string): Promise<{ headers: Headers; text: string }> {
  const answer = await api.app.request(`/api/v1/audit/export?${query}`, {
    headers: { authorization: `Bearer ${api.as('auditor').token}` },
  })
  return { headers: answer.headers, text: Buffer.from(await answer.arrayBuffer()).toString('utf8') }
}
const write = (entry: { actor?: string; action?: AuditAction; subject?: string; detail?: Record<string, string> }) =>
  world
    .city(COLLECTING)
    .db.transaction(tx => api.audit.append(tx, { actor: 'node', action: 'rating.followed-up', subject: 's', ...entry }))
const person = async (name: string) =>
  (await api.people.create('test', { name, roles: ['leader'], expiresAt: null })).account.id

describe('a search of the audit log', () => {
  test('finds by the name of who acted, whole or in part, and by the number of a case; rows say both', async () => {
    const wang = await person('王小明')
    const li = await person('李%明')
    await write({ actor: `person:${wang}`, action: 'case.read', subject: thread })
    await write({ actor: `person:${li}`, action: 'case.read', subject: wang })
    expect(await list(`name=${encodeURIComponent('小明')}`)).toMatchObject([
      { actor: `person:${wang}`, name: '王小明', subject: thread, caseNo, subjectName: null },
    ])
    // What a pattern means elsewhere stands for itself.
    expect(await list(`name=${encodeURIComponent('%')}`)).toMatchObject([
      { actor: `person:${li}`, name: '李%明', caseNo: null, subjectName: '王小明' },
    ])
    const ofCase = await list(`case=${caseNo}`)
    expect(ofCase.every(row => row.subject === thread)).toBe(true)
    expect(ofCase.map(({ action }) => action)).toContain('case.read')
    expect(await list(`case=${caseNo}&name=${encodeURIComponent('明')}`)).toHaveLength(1)
    const spelt = `${caseNo.slice(0, 6)}-${caseNo.slice(6)}`
    expect(await list(`case=${spelt}`)).toEqual(ofCase)
    expect(await list('case=AK-none')).toEqual([])
    expect(await list('case=-')).toEqual([])
    expect(await list(`name=${encodeURIComponent('赵')}`)).toEqual([])
  })

  test('says in Chinese what a row tells of a problem, in the list and in an export', async () => {
    const detail = { problem: 'case.day', detail: 'receivedAt: later than the signing' }
    await write({ action: 'packet.refused', detail })
    await write({ action: 'packet.refused', detail: { problem: 'case.day' } })
    const rows = await list('action=packet.refused')
    expect(rows.map(({ detailZh }) => detailZh)).toEqual([null, 'receivedAt：晚于签发时间'])
    expect(rows.at(-1)?.detail).toEqual(detail)
    expect((await exported('action=packet.refused&format=csv')).text).toContain('receivedAt：晚于签发时间')
  })

  test('of a span of time has its beginning and not its end', async () => {
    const hour = 3_600_000
    const at = api.clock.now()
    // The log of the city has the time of the world: rows are found by what stands in them.
    const { db } = world.city(COLLECTING)
    await write({ action: 'view.created' })
    await write({ action: 'view.changed' })
    await write({ action: 'view.deleted' })
    for (const [action, time] of [
      ['view.created', at],
      ['view.changed', at + hour],
      ['view.deleted', at + 2 * hour],
    ] as const)
      await db.transaction(tx => tx.run('UPDATE audit SET at = ? WHERE action = ?', [time, action]))
    const iso = (ms: number) => new Date(ms).toISOString()
    const span = (await list(`since=${iso(at)}&until=${iso(at + 2 * hour)}`)).map(({ action }) => action)
    expect(span.filter(action => action.startsWith('view.'))).toEqual(['view.changed', 'view.created'])
    expect((await list(`until=${iso(at + hour)}&action=view.changed`)).length).toBe(0)
  })

  test(`takes a name of ${AUDIT_SEARCH_LIMITS.accounts} accounts, and refuses one of more`, async () => {
    for (let n = 0; n < AUDIT_SEARCH_LIMITS.accounts; n++) await person(`同名${n}`)
    expect((await api.as('auditor').get(`/api/v1/audit?name=${encodeURIComponent('同名')}`)).status).toBe(200)
    await person('同名')
    expect((await api.as('auditor').get(`/api/v1/audit?name=${encodeURIComponent('同名')}`)).body).toMatchObject({
      code: 'request.invalid',
    })
  })

  test('names every act that there is, once', async () => {
    for (let n = 0; n < 3; n++) await write({ action: 'phrase.created' })
    await write({ action: 'phrase.changed' })
    const { items } = (await api.as('auditor').get('/api/v1/audit/actions')).body as { items: string[] }
    expect(items.filter(action => action.startsWith('phrase.'))).toEqual(['phrase.changed', 'phrase.created'])
    expect(new Set(items).size).toBe(items.length)
    expect(items).toEqual([...items].sort())
  })
})

describe('an export of the audit log', () => {
  test('holds all that is found, newest first, whatever a page holds; and is a row of the log itself', async () => {
    const count = AUDIT_SEARCH_LIMITS.batch + 1
    await world.city(COLLECTING).db.transaction(async tx => {
      for (let n = 0; n < count; n++) await api.audit.append(tx, { actor: 'node', action: 'sms.sent', subject: `${n}` })
    })
    const answer = await exported('format=jsonl&action=sms.sent')
    expect(answer.headers.get('content-disposition')).toContain('audit.jsonl')
    const rows = answer.text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Row & { at: string })
    expect(rows.map(({ subject }) => subject)).toEqual(Array.from({ length: count }, (_, n) => `${count - 1 - n}`))
    expect(rows[0]?.at).toMatch(/^\d{4}-\d{2}-\d{2}T/)
    expect(await list('action=audit.exported')).toMatchObject([
      { subject: 'audit', detail: { action: 'sms.sent', format: 'jsonl', byName: false } },
    ])
    expect((await api.audit.verify()).ok).toBe(true)
  })

  test('as CSV runs in no spreadsheet: what begins a formula stands as text, in every column', async () => {
    const evil = await person('=HYPERLINK("http://x")')
    await write({ actor: `person:${evil}`, action: 'rating.followed-up', subject: '@SUM(1)', detail: { a: '=1+1' } })
    const { text } = await exported('action=rating.followed-up')
    expect(text.startsWith('\ufeff')).toBe(true)
    expect(text).toContain('HYPERLINK')
    const cells = text.split(/[,\r\n]/).map(cell => cell.replace(/^"/, ''))
    expect(cells.filter(cell => /^[=+\-@\t\r]/.test(cell))).toEqual([])
  })

  test('says who was looked for by no name, and is for auditors alone', async () => {
    await person('王小明')
    await exported(`name=${encodeURIComponent('王小明')}`)
    const [row] = await api.audit.list({ action: 'audit.exported' }, 1, null)
    expect(JSON.stringify(row)).not.toContain('王小明')
    expect((await api.as('clerk').get('/api/v1/audit/export')).status).toBe(403)
  })
})
