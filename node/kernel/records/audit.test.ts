import { beforeEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { createAudit } from './audit.ts'

let api: TestApi
let rows: number

beforeEach(async () => {
  api = await createTestApi({ store: await openTestStore() })
  for (let i = 0; i < 3; i++) await append({ subject: `s${i}` })
  rows = 4 + 3
})

const append = (entry: object) =>
  api.database.transaction(tx =>
    api.audit.append(tx, { actor: 'node', action: 'node.restored', subject: 's', ...entry }),
  )
const sql = (statement: string) => api.database.transaction(tx => tx.run(statement))

describe('the audit log', () => {
  test('verifies whole', async () => {
    const result = await api.audit.verify()
    expect(result).toMatchObject({ ok: true, rows })
    const [last] = await api.audit.list({}, 1, null)
    expect(result.ok && result.head).toBe(last?.hash)
  })

  test('is found by actor and by time through an index, in any order of times', async () => {
    const asked: string[] = []
    const watched = {
      ...api.database,
      async query<T extends object>(text: string, params: readonly (string | number | Uint8Array | null)[] = []) {
        const plan = await api.database.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, params)
        asked.push(plan.map(({ detail }) => detail).join('; '))
        return api.database.query<T>(text, params)
      },
    }
    await sql('DELETE FROM audit')
    let at = 0
    const audit = createAudit({ database: watched, now: () => at })
    for (const [actor, time] of [
      ['person:rare', 100],
      ['node', 200],
      // A clock that was set back.
      ['node', 150],
      ['person:rare', 250],
    ] as const) {
      at = time
      await api.database.transaction(tx => audit.append(tx, { actor, action: 'node.restored', subject: 's' }))
    }
    const numbers = async (filter: object) => (await audit.list(filter, 10, null)).map(({ no }) => no)
    expect(await numbers({ actor: 'person:rare' })).toEqual([4, 1])
    expect(await numbers({ since: 180 })).toEqual([4, 2])
    expect(await numbers({ since: 150 })).toEqual([4, 3, 2])
    expect(await numbers({ since: 101, actor: 'person:rare' })).toEqual([4])
    expect(await numbers({ since: 251 })).toEqual([])
    expect(asked[0]).toContain('SEARCH audit USING INDEX audit_actor (actor=? AND no<?)')
    for (const plan of asked.slice(1)) {
      expect(plan).toContain('SEARCH audit USING COVERING INDEX audit_at (at>?)')
      expect(plan).not.toContain('SCAN')
    }
  })

  test('an empty one verifies, and a long one too', async () => {
    await sql('DELETE FROM audit')
    expect(await api.audit.verify()).toEqual({ ok: true, rows: 0, head: '0'.repeat(64) })
    const audit = createAudit({ database: api.database, now: Date.now })
    await api.database.transaction(async tx => {
      for (let i = 0; i < 2000; i++) await audit.append(tx, { actor: 'node', action: 'node.restored', subject: `${i}` })
    })
    expect(await api.audit.verify()).toMatchObject({ ok: true, rows: 2000 })
  })

  test.each([
    ['a changed word', "UPDATE audit SET subject = 'x' WHERE no = 5", 5],
    ['a changed time', 'UPDATE audit SET at = at + 1 WHERE no = 2', 2],
    ['changed detail', `UPDATE audit SET detail = '{"a":1}' WHERE no = 7`, 7],
    ['a removed row', 'DELETE FROM audit WHERE no = 6', 6],
    ['a removed first row', 'DELETE FROM audit WHERE no = 1', 1],
    [
      'rows that changed places',
      'UPDATE audit SET no = CASE no WHEN 5 THEN -6 WHEN 6 THEN -5 END WHERE no IN (5, 6)',
      5,
    ],
    [
      'a row put in at the end',
      `INSERT INTO audit SELECT 8, at, actor, action, subject, detail, hash, prev FROM audit WHERE no = 7`,
      8,
    ],
  ])('%s shows', async (_, statement, no) => {
    await sql(statement)
    await sql('UPDATE audit SET no = -no WHERE no < 0')
    expect(await api.audit.verify()).toEqual({ ok: false, problem: { code: 'audit.broken', detail: `row ${no}` } })
    const reply = await api.as('auditor').get('/api/v1/audit/verification')
    expect(reply.body).toMatchObject({ code: 'audit.broken', act: 'operator', detail: `row ${no}` })
  })

  test('a row of a transaction that failed never was', async () => {
    const failing = api.database.transaction(async tx => {
      await api.audit.append(tx, { actor: 'node', action: 'node.restored', subject: 'gone' })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await append({ subject: 'next' })
    expect(await api.audit.verify()).toMatchObject({ ok: true, rows: rows + 1 })
  })

  test('many at once stay one chain', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, i) => append({ subject: `${i}` })))
    expect(await api.audit.verify()).toMatchObject({ ok: true, rows: rows + 100 })
  })

  test('what looks personal is blotted out, and what is too long is refused', async () => {
    await append({ subject: '420300199001011234', detail: { note: 'call 13812345678', n: 1, none: null } })
    const [row] = await api.audit.list({}, 1, null)
    expect(row).toMatchObject({ subject: '[id]', detail: { note: 'call [phone]', n: 1, none: null } })
    await expect(append({ detail: { note: 'x'.repeat(4096) } })).rejects.toThrow('internal')
    await append({ subject: 'y'.repeat(300) })
    expect((await api.audit.list({}, 1, null))[0]?.subject).toHaveLength(200)
  })
})

describe('/api/v1/audit', () => {
  test('newest first, filtered, page by page, for auditors and administrators', async () => {
    const auditor = api.as('auditor')
    const first = (await auditor.get('/api/v1/audit?limit=2')).body as { items: { no: number }[]; next: string }
    expect(first.items.map(item => item.no)).toEqual([7, 6])
    const second = (await auditor.get(`/api/v1/audit?limit=100&cursor=${first.next}`)).body
    expect(second).toMatchObject({
      items: [{ no: 5, at: '2026-11-23T00:00:00.000Z', subject: 's0' }, {}, {}, {}, { no: 1 }],
      next: null,
    })
    expect((await auditor.get('/api/v1/audit?action=node.restored&subject=s1')).body).toMatchObject({
      items: [{ no: 6 }],
    })
    expect((await api.as('administrator').get('/api/v1/audit')).status).toBe(200)
    const [{ id, name }] = (await api.database.query<{ id: string; name: string }>(
      'SELECT id, name FROM people ORDER BY id LIMIT 1',
    )) as [{ id: string; name: string }]
    for (const actor of [`person:${id}`, `city:${id}`, 'person:nobody']) await append({ actor })
    expect((await auditor.get('/api/v1/audit?limit=3')).body).toMatchObject({
      items: [{ name: null }, { name: null }, { actor: `person:${id}`, name }],
    })
    rows += 3
    expect((await api.as('clerk').get('/api/v1/audit')).status).toBe(403)
    expect((await auditor.get('/api/v1/audit/verification')).body).toMatchObject({
      rows,
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })
})
