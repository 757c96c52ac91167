/** What a counter does for a person whose number is the canary: papers, phrases, scans of before. None of it stands where it has no place. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { CANARY, driveCanary } from '../../../test/support/canary.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { PLAY_ITEM, submitContentOf } from '../../../test/support/play-case.ts'
import { playItem } from '../../../test/support/play-lists.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { createReuse } from '../../city/cases/intake/reuse.ts'
import { reuseRoutes } from '../../city/cases/intake/reuse-routes.ts'
import { lookupKeys } from '../../city/cases/lookup.ts'
import { createCaseRights } from '../../city/cases/rights.ts'
import { createCasePapers } from '../../city/records/papers/papers.ts'
import { paperRoutes } from '../../city/records/papers/routes.ts'
import { createPhrases, factsOf } from '../../city/work/phrases.ts'
import { phraseRoutes } from '../../city/work/phrases-routes.ts'
import { startLogging, stopLogging } from '../../kernel/telemetry/log.ts'

const hash = (text: string) => createHash('sha256').update(text).digest()
const SCAN = 'a'.repeat(64)
const LATER = 'b'.repeat(64)
const material = (materialCode: string, isNeed: '1' | '3') => ({
  materialCode,
  materialName: materialCode,
  isNeed,
  materialType: '4' as const,
  materialFormat: '3' as const,
  sourceType: '10' as const,
})
const ITEM = playItem(0, {
  taskCode: PLAY_ITEM.code,
  taskVersion: PLAY_ITEM.version,
  materials: [material('M01', '1'), material('M03', '3')],
})
/** Sinks that hold no number of a person, whatever is done for them. */
const TABLES = ['audit', 'events', 'idempotency', 'phrases', 'scan_reuses']

let world: World
let api: TestApi
let thread: string
let lines: string[]

async function say<K extends CaseKind>(city: string, kind: K, body: CaseContent<K>): Promise<void> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}

beforeEach(async () => {
  lines = []
  startLogging({ level: 'debug', format: 'json', write: line => lines.push(line) })
  world = await createWorld({ items: [ITEM] })
  const { db, audit, events, exchange, cases, scans, packets } = world.city(COLLECTING)
  for (const sha256 of [SCAN, LATER]) scans.held.set(sha256, { sha256, size: 1000, type: 'application/pdf' })
  const { applicant, item } = submitContentOf('-', 0, [])
  thread = await submitCase(world, await agree(world), {
    applicant: { ...applicant, idNumber: CANARY },
    item: { ...item, promiseDay: 5, anticipateDay: 20 },
    materials: [{ sha256: SCAN, code: 'M01', name: `${CANARY}.pdf` }],
    receivedAt: new Date(world.clock.now()).toISOString(),
  })
  await world.settle()
  const papers = createCasePapers({
    db,
    audit,
    events,
    clock: world.clock,
    packets: no => exchange.packets.packets(db, no),
    item: async () => ITEM,
    city: () => null,
    verify: async () => true,
    promised: async () => null,
    progress: () => null,
  })
  const reuse = createReuse({
    db,
    clock: world.clock,
    audit,
    keys: lookupKeys(hash),
    packets: no => packets().packets(db, no),
    held: async hashes => new Set(hashes),
  })
  let ids = 0
  const phrases = createPhrases({ db, clock: world.clock, audit, newId: () => `p${++ids}` })
  api = await createTestApi({
    store: db,
    kept: { audit, events },
    limits: { tokenBurst: 10_000 },
    caseRights: ({ grants, database }) =>
      createCaseRights({ db: database, audit, accountsOf: grants.accountsOf, separateDecision: true }),
    routes: () => [
      paperRoutes(papers),
      reuseRoutes(reuse),
      phraseRoutes({
        phrases,
        async about(of) {
          const row = await cases.get(of)
          const facts = factsOf(row, { now: world.clock.now(), own: COLLECTING, cityName: code => code })
          return { item: row.item.code, facts }
        },
      }),
    ],
  })
})
afterEach(async () => {
  stopLogging()
  await world.stop()
})

/** What of the sinks holds the number. */
async function found(): Promise<string[]> {
  const { db } = world.city(COLLECTING)
  const sinks: [string, string][] = [
    ['log', lines.join('')],
    ['metrics', await (await api.app.request('/metrics')).text()],
  ]
  const there = await db.query<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  for (const table of TABLES.filter(name => there.some(row => row.name === name)))
    sinks.push([table, JSON.stringify(await db.query(`SELECT * FROM ${table}`))])
  return sinks.filter(([, text]) => text.includes(CANARY)).map(([name]) => name)
}

test('papers of a commitment, of what came later and of an extension mask the number, and leave it nowhere', async () => {
  const day = (days: number) => new Date(world.clock.now() + days * 86_400_000).toISOString().slice(0, 10)
  await say(COLLECTING, 'case.commit', { materials: ['M03'], until: day(14), text: `申请人 ${CANARY} 承诺` })
  await say(HANDLING, 'case.accept', {})
  const handedIn = [{ sha256: LATER, code: 'M03', name: `${CANARY}.pdf` }]
  await say(COLLECTING, 'case.hand-in', { materials: handedIn, note: CANARY })
  const { db, clocks, cases } = world.city(HANDLING)
  const days = await clocks.days(db, (await cases.get(thread)).fold, 'case.extend')
  await say(HANDLING, 'case.extend', { until: days?.latest ?? '', reason: '需逐年核对', approver: '王主任' })
  const clerk = api.as('clerk')
  for (const name of ['receipt', 'commitment', 'hand-in-receipt', 'extension'] as const) {
    const paper = await clerk.get(`/api/v1/cases/${thread}/papers/${name}?purpose=inquiry`)
    expect([name, paper.status]).toEqual([name, 200])
    // What a person wrote into a text is theirs; the number of the applicant is masked wherever the paper says it itself.
    expect([name, paper.text.replace(`申请人 ${CANARY} 承诺`, '').replaceAll(`<dd>${CANARY}</dd>`, '')]).toEqual([
      name,
      expect.not.stringContaining(CANARY),
    ])
    expect(JSON.stringify([...paper.headers])).not.toContain(CANARY)
  }
  expect(await found()).toEqual([])
})

test('phrases that name somebody are refused without saying it again, and scans of before are found by the number alone', async () => {
  const clerk = api.as('clerk')
  for (const [method, path] of [
    ['POST', '/api/v1/phrases'],
    ['PUT', '/api/v1/phrases/p1'],
  ] as const) {
    const answer = await clerk.send(method, path, { title: '补正', text: `请 ${CANARY} 补正` })
    expect([path, answer.status >= 400, answer.text]).toEqual([path, true, expect.not.stringContaining(CANARY)])
  }
  const looked = await clerk.post('/api/v1/applicants/scans', { idNumber: CANARY })
  expect([looked.status, (looked.body as { items: unknown[] }).items]).toMatchObject([200, [{ thread, sha256: SCAN }]])
  const consent = { acceptedAt: new Date(world.clock.now()).toISOString(), text: 'fy-2026-01' }
  const allowed = { idNumber: CANARY, scans: [{ thread, sha256: SCAN }], consent }
  expect((await clerk.post('/api/v1/applicants/scans/reuse', allowed)).status).toBe(201)
  const unknown = [{ thread, sha256: LATER }]
  const refused = await clerk.post('/api/v1/applicants/scans/reuse', { idNumber: CANARY, scans: unknown, consent })
  expect([refused.status >= 400, refused.text]).toEqual([true, expect.not.stringContaining(CANARY)])
  expect(await found()).toEqual([])
})

test('every operation of papers, phrases and earlier scans, asked with the number in each field, says it nowhere', async () => {
  const { operations, replies } = await driveCanary(await api.app.document(), [api.as('clerk'), api.as('auditor')])
  expect(operations).toBeGreaterThan(8)
  for (const { asked, reply } of replies)
    if (reply.status >= 400) expect([asked, reply.text]).toEqual([asked, expect.not.stringContaining(CANARY)])
  expect(await found()).toEqual([])
})
