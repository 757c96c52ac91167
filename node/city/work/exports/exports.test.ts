import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHandClock } from '../../../../test/support/http.ts'
import { openTestStore } from '../../../../test/support/store.ts'
import { createAudit } from '../../../kernel/records/audit.ts'
import { createEventLog } from '../../../kernel/records/events.ts'
import type { Database } from '../../../kernel/store/database.ts'
import type { CaseRow } from '../../cases/rows.ts'
import { createExports, EXPORT_LIMITS, type Exports, type ExportsParts } from './exports.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const row = (no: number): CaseRow => ({
  no,
  thread: no.toString(16).padStart(32, '0'),
  caseNo: `=AK-${no}`,
  localCaseNo: null,
  role: 'collecting',
  partner: '420300',
  item: { code: 'X', name: '查询<&>_x000D_\u0000' },
  mode: 0,
  state: 'accepted',
  outcome: null,
  applicant: '陈**',
  parked: null,
  holder: '420300',
  due: null,
  ownDue: null,
  window: null,
  assignee: null,
  assigneeName: null,
  passedTo: null,
  unread: 0,
  toPrint: [],
  toHandOut: false,
  version: '0.0.0',
  submittedAt: NOW,
  updatedAt: NOW,
})

let folder: string
let clock: ReturnType<typeof createHandClock>
let db: Database
let exports: Exports
let found: number
let failures: unknown[]
/** told at each batch that is read */
let reading: () => Promise<void>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongban-exports-'))
  clock = createHandClock(NOW)
  db = await openTestStore()
  found = 450
  failures = []
  reading = async () => {}
  const queues: ExportsParts['queues'] = {
    count: async (_what, _asker, most) => Math.min(found, most),
    async page(_name, _asker, limit, after) {
      await reading()
      const from = after?.[1] ?? 0
      const cases = Array.from({ length: Math.min(limit, found - from) }, (_, index) => row(from + index + 1))
      const last = cases.at(-1)?.no ?? from
      return { cases, next: last < found ? ['', last] : null }
    },
    async search(_filter, limit, before) {
      await reading()
      const from = before?.no ?? 0
      return Array.from({ length: Math.min(limit, found - from) }, (_, index) => row(from + index + 1))
    },
  }
  let ids = 0
  exports = createExports({
    db,
    clock,
    queues,
    folder: join(folder, 'exports'),
    audit: createAudit({ database: db, now: clock.now }),
    events: createEventLog({ database: db, now: clock.now }),
    newId: () => `id-${++ids}`,
    failed: error => failures.push(error),
  })
})
afterEach(async () => {
  await exports.stop()
  await db.close()
  await rm(folder, { recursive: true, force: true })
})

const files = () => readdir(join(folder, 'exports')).catch(() => [])
async function ended(id: string): Promise<void> {
  while (['waiting', 'running'].includes(exports.get(id, 'p1').state)) await new Promise(setImmediate)
}
const code = (error: { problem: { code: string } }) => error.problem.code

describe('an export', () => {
  test('writes every row once, in batches, and tells how far it is', async () => {
    const seen: number[] = []
    reading = async () => {
      seen.push(exports.get('id-1', 'p1').done)
    }
    const begun = await exports.begin({ queue: 'ours' }, 'csv', { person: 'p1' })
    expect([begun.state, begun.total]).toEqual(['waiting', 450])
    await ended(begun.id)
    expect([seen, exports.get(begun.id, 'p1')]).toMatchObject([[0, 200, 400], { state: 'done', done: 450 }])
    const { body, size } = await exports.download(begun.id, 'p1')
    const text = await new Response(body).text()
    expect(new TextEncoder().encode(`\ufeff${text.replace(/^\ufeff/, '')}`).byteLength).toBe(size)
    const lines = text.trim().split('\r\n')
    expect([lines.length, lines[1]?.startsWith("'=AK-1,"), lines[450]?.startsWith("'=AK-450,")]).toEqual([
      451,
      true,
      true,
    ])
    const rows = await db.query<{ action: string; detail: string }>('SELECT action, detail FROM audit')
    expect(rows.map(({ action, detail }) => [action, JSON.parse(detail)])).toEqual([
      ['cases.exported', { format: 'csv', of: 'ours', rows: 450 }],
    ])
    expect(await db.query('SELECT type, subject FROM events')).toEqual([{ type: 'export.changed', subject: 'id-1' }])
  })

  test('as XLSX keeps what a name is, whatever is in it', async () => {
    found = 3
    const { id } = await exports.begin({ search: {} }, 'xlsx', { person: 'p1' })
    await ended(id)
    const zip = unzipSync(new Uint8Array(await readFile(join(folder, 'exports', `${id}.xlsx`))))
    const sheet = new TextDecoder().decode(zip['xl/worksheets/sheet1.xml'])
    expect(sheet.match(/<row r=/g)).toHaveLength(4)
    expect(sheet).toContain('>查询&lt;&amp;&gt;_x005F_x000D_</t>')
    expect(sheet).toContain('>=AK-1</t>')
  })

  test('is its own person’s alone, is deleted after the download, by hand, and after a day', async () => {
    found = 1
    const begin = async () => {
      const { id } = await exports.begin({ search: {} }, 'csv', { person: 'p1' })
      await ended(id)
      return id
    }
    const one = await begin()
    const two = await begin()
    const three = await begin()
    expect(await exports.download(one, 'p2').catch(code)).toBe('request.not-found')
    expect([() => exports.get(one, 'p2')].map(ask => attempt(ask))).toEqual(['request.not-found'])
    await new Response((await exports.download(one, 'p1')).body).text()
    await exports.remove(two, 'p1')
    expect(await files()).toEqual([`${three}.csv`])
    clock.advance(EXPORT_LIMITS.keep)
    while ((await files()).length > 0) await new Promise(setImmediate)
    expect([exports.list('p1'), failures]).toEqual([[], []])
  })

  test('is bounded in rows, and in how many are kept', async () => {
    found = EXPORT_LIMITS.rows + 1
    expect(await exports.begin({ search: {} }, 'csv', { person: 'p1' }).catch(code)).toBe('request.oversize')
    found = 1
    for (let no = 0; no < EXPORT_LIMITS.jobsPerPerson; no++)
      await exports.begin({ search: {} }, 'csv', { person: 'p1' })
    expect(await exports.begin({ search: {} }, 'csv', { person: 'p1' }).catch(code)).toBe('request.rate')
    expect((await exports.begin({ search: {} }, 'csv', { person: 'p2' })).state).toBe('waiting')
    found = EXPORT_LIMITS.rows
    const { id } = await exports.begin({ search: {} }, 'csv', { person: 'p3' })
    expect(exports.get(id, 'p3').total).toBe(EXPORT_LIMITS.rows)
    expect(await exports.download(id, 'p3').catch(code)).toBe('request.conflict')
  })

  test('that fails says so, and leaves no file', async () => {
    reading = () => Promise.reject(new Error('disk'))
    const { id } = await exports.begin({ queue: 'ours' }, 'csv', { person: 'p1' })
    await ended(id)
    expect([exports.get(id, 'p1').problem, failures.length, await files()]).toEqual([{ code: 'internal' }, 1, []])
  })
})

function attempt(ask: () => unknown): string {
  try {
    ask()
    return ''
  } catch (error) {
    return code(error as { problem: { code: string } })
  }
}
