/** Bounds of phrases, and of the consent to a reuse of scans, as the HTTP edge holds them. */
import { beforeEach, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { REUSE_LIMITS, type Reuse } from '../cases/intake/reuse.ts'
import { reuseRoutes } from '../cases/intake/reuse-routes.ts'
import { createPhrases, PHRASE_LIMITS } from './phrases.ts'
import { phraseRoutes } from './phrases-routes.ts'

const DEPARTMENT = '11420300MB0123456X'
let api: TestApi
let asked: number[]

beforeEach(async () => {
  asked = []
  const reuse = {
    list: async () => [],
    allow: async (_: string, scans: readonly object[]) => {
      asked.push(scans.length)
      return []
    },
  } as unknown as Reuse
  let ids = 0
  api = await createTestApi({
    store: await openTestStore(),
    limits: { tokenBurst: 10_000 },
    routes: ({ database, clock, audit }) => [
      phraseRoutes({
        phrases: createPhrases({ db: database, clock, audit, newId: () => `p${++ids}` }),
        about: async () => {
          throw new Error('no case')
        },
      }),
      reuseRoutes(reuse),
    ],
  })
})

let titles = 0
const add = (change: object = {}) =>
  api.as('clerk').post('/api/v1/phrases', { title: `补正 ${++titles}`, text: '请补正', ...change })
const fill = (owner: string, department: string | null, count: number) =>
  api.database.transaction(async tx => {
    for (let no = 0; no < count; no++)
      await tx.run(
        'INSERT INTO phrases (id, owner, department, step, title, text, updated_at) VALUES (?, ?, ?, NULL, ?, ?, 0)',
        [`${owner}-${department}-${no}`, owner, department, `t${no}`, 'x'],
      )
  })

test('a title and a text have so many characters and no more', async () => {
  expect((await add({ title: '题'.repeat(PHRASE_LIMITS.title) })).status).toBe(201)
  expect((await add({ text: '字'.repeat(PHRASE_LIMITS.text) })).status).toBe(201)
  for (const [field, most] of [
    ['title', PHRASE_LIMITS.title],
    ['text', PHRASE_LIMITS.text],
  ] as const) {
    const refused = await add({ [field]: '字'.repeat(most + 1) })
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { code: 'request.invalid', errors: [{ path: `/${field}` }] },
    ])
  }
})

test('an account keeps so many phrases and no more, and a department', async () => {
  const { owner } = (await add()).body as { owner: string }
  await fill(owner, null, PHRASE_LIMITS.perPerson - 2)
  expect((await add()).status).toBe(201)
  const full = { status: 409, code: 'request.conflict', detail: expect.stringContaining('phrases at most') }
  expect((await add()).body).toMatchObject(full)
  await api.database.transaction(tx => tx.run('DELETE FROM phrases'))
  await fill('another', DEPARTMENT, PHRASE_LIMITS.perDepartment - 1)
  expect((await add({ department: DEPARTMENT })).status).toBe(201)
  expect((await add({ department: DEPARTMENT })).body).toMatchObject(full)
})

test('a consent names so many scans and no more, and one at least', async () => {
  const reuse = (count: number) =>
    api.as('clerk').post('/api/v1/applicants/scans/reuse', {
      idNumber: '11010519491231002X',
      scans: Array.from({ length: count }, (_, no) => ({
        thread: String(no).padStart(32, '0'),
        sha256: String(no).padStart(64, '0'),
      })),
      consent: { acceptedAt: '2026-11-23T08:00:00+08:00' },
    })
  expect((await reuse(REUSE_LIMITS.scans)).status).toBe(201)
  for (const count of [0, REUSE_LIMITS.scans + 1])
    expect((await reuse(count)).body).toMatchObject({ status: 400, code: 'request.invalid' })
  expect(asked).toEqual([REUSE_LIMITS.scans])
})
