import { beforeEach, describe, expect, test } from 'vitest'
import { AgreementDocument } from '../../../protocol/agreement/document.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { createTestApi, type TestApi } from '../../../test/support/http.ts'
import { marksOf } from '../../../test/support/marks.ts'
import { openTestStore } from '../../../test/support/store.ts'
import { worldAgreement } from '../../../test/support/world-case.ts'
import type { Seen } from '../../kernel/seen.ts'
import type { Act } from './agreements.ts'
import { createKeptDrafts, KEPT_DRAFT_LIMITS, type KeptDrafts } from './kept-drafts.ts'
import { keptDraftRoutes } from './kept-routes.ts'

let api: TestApi
let drafts: KeptDrafts
let proposed: Act[]
let seenOf: Seen[]
let refuses: boolean
const PATH = '/api/v1/agreement-drafts'
const WHOLE = worldAgreement()

beforeEach(async () => {
  proposed = []
  seenOf = []
  refuses = false
  let ids = 0
  api = await createTestApi({
    store: await openTestStore(),
    routes: ({ clock, audit, events, database }) => {
      drafts = createKeptDrafts({
        db: database,
        clock,
        audit,
        events,
        randomId: () => String(++ids).padStart(32, '0'),
        acts: {
          submit: (act, _actor, seen, alongside) =>
            database.transaction(async tx => {
              if (refuses) throw new ProblemError('partner.inactive')
              await alongside?.(tx)
              proposed.push(act)
              seenOf.push(seen)
              return { done: [], prepared: null } as never
            }),
        },
        textOf: async () => AgreementDocument.parse({ ...WHOLE, title: '现行协议' }),
        standingOf: async () => AgreementDocument.parse(WHOLE),
      })
      return [keptDraftRoutes(drafts)]
    },
  })
})

const admin = () => api.as('administrator')
const keep = async (document: object) => {
  const made = await admin().post(PATH, { document })
  return { id: (made.body as { id: string }).id, tag: made.headers.get('etag') ?? '', status: made.status }
}
const put = (id: string, document: object, tag = '*') =>
  admin().send('PUT', `${PATH}/${id}`, { document }, { 'if-match': tag })
const codeOf = (reply: { body: unknown }) => (reply.body as { code?: string }).code

describe('a draft of an agreement', () => {
  test('is saved over by whoever says what they edited, and by nobody else', async () => {
    const { id, tag } = await keep(WHOLE)
    const document = { ...WHOLE, purgeDays: 30 }
    const blind = await admin().send('PUT', `${PATH}/${id}`, { document })
    expect([blind.status, blind.body]).toMatchObject([
      428,
      { code: 'request.unseen', cureZh: expect.stringContaining('If-Match') },
    ])
    expect((await put(id, document, tag)).status).toBe(200)
  })

  test('is kept while it is not whole, says what is missing, and is listed with title and parties', async () => {
    const { id, status } = await keep({ title: '两市协议', parties: [{ code: '610900' }] })
    expect(status).toBe(201)
    const { body } = await admin().get(`${PATH}/${id}`)
    expect(body).toMatchObject({ version: 1, title: '两市协议', document: { title: '两市协议' } })
    const { missing } = body as { missing: { path: string }[] }
    expect(missing.map(({ path }) => path)).toContain('/items')
    expect((await admin().get(PATH)).body).toMatchObject({
      items: [{ id, title: '两市协议', parties: ['610900'], updatedByName: 'administrator' }],
    })
    expect((await api.as('auditor').get(PATH)).status).toBe(200)
    expect((await api.as('clerk').get(PATH)).status).toBe(403)
    expect((await api.as('auditor').post(PATH, { document: {} })).status).toBe(403)
  })

  test('is saved by who saw it last; who comes second is told who was first', async () => {
    const { id, tag } = await keep({ title: '一' })
    const saved = await put(id, { title: '二' }, tag)
    expect(saved.body).toMatchObject({ version: 2, title: '二' })
    const late = await put(id, { title: '三' }, tag)
    expect([late.status, late.body]).toMatchObject([
      412,
      { code: 'request.precondition', changes: [{ name: 'administrator', action: 'agreement-draft.saved' }] },
    ])
    expect((await admin().get(`${PATH}/${id}`)).body).toMatchObject({ title: '二' })
    const gone = await admin().send('DELETE', `${PATH}/${id}`, undefined, { 'if-match': tag })
    expect(gone.status).toBe(412)
  })

  test('shows what the last saving changed, and what it says otherwise than an agreement; not while it is not whole', async () => {
    const { id } = await keep(WHOLE)
    expect(codeOf(await admin().get(`${PATH}/${id}/diff`))).toBe('request.not-found')
    await put(id, { ...WHOLE, purgeDays: 30 })
    const { terms } = (await admin().get(`${PATH}/${id}/diff`)).body as { terms: { field: string; after: number }[] }
    expect(terms).toMatchObject([{ field: 'purgeDays', before: 90, after: 30 }])
    const against = (await admin().get(`${PATH}/${id}/diff?against=${'0'.repeat(32)}`)).body as typeof terms & {
      terms: { field: string }[]
    }
    expect(against.terms.map(({ field }) => field).sort()).toEqual(['purgeDays', 'title'])
    await put(id, { title: 'half' })
    expect(codeOf(await admin().get(`${PATH}/${id}/diff`))).toBe('agreement.malformed')
  })

  test('is proposed once, as it stands, and gone with that; one that is refused stays', async () => {
    const { id } = await keep({ title: 'half' })
    const half = (await admin().post(`${PATH}/${id}/propose`, {})).body as {
      detail: string
      errors: { path: string }[]
    }
    expect(half).toMatchObject({ code: 'agreement.malformed', detail: expect.stringContaining('parties') as unknown })
    expect(half.errors.map(({ path }) => path)).toContain('/items')
    const saved = await put(id, WHOLE)
    refuses = true
    expect(codeOf(await admin().post(`${PATH}/${id}/propose`, {}))).toBe('partner.inactive')
    refuses = false
    const tag = saved.headers.get('etag') ?? ''
    expect((await admin().post(`${PATH}/${id}/propose`, {}, { 'if-match': tag })).status).toBe(201)
    expect(proposed).toMatchObject([{ kind: 'propose', thread: null, input: { document: { title: WHOLE.title } } }])
    expect(codeOf(await admin().post(`${PATH}/${id}/propose`, {}))).toBe('request.not-found')
    const acts = (await api.audit.list({ subject: id }, 10, null)).map(({ action }) => action)
    expect(acts).toEqual(['agreement-draft.proposed', 'agreement-draft.saved', 'agreement-draft.created'])
  })

  test('answers a proposal or amends an agreement as its step says, on the version that its writer read', async () => {
    const thread = '0'.repeat(32)
    const counter = { act: 'counter', thread, version: '1.1.0', reason: '' }
    const first = await admin().post(PATH, { document: { ...WHOLE, purgeDays: 30 }, step: counter })
    const { id } = first.body as { id: string }
    expect((await admin().get(PATH)).body).toMatchObject({ items: [{ id, step: { act: 'counter', thread } }] })
    expect((await admin().post(`${PATH}/${id}/propose`, {})).status).toBe(201)
    // A reason that is empty is none.
    expect(proposed.at(-1)).toMatchObject({ kind: 'counter', thread, input: { document: { purgeDays: 30 } } })
    expect(proposed.at(-1)?.input).toMatchObject({ reason: undefined })
    expect(seenOf.at(-1)).toEqual(['1.1.0'])

    const amend = {
      act: 'amend',
      thread,
      version: '2.2.0',
      title: '补充协议一',
      reason: '',
      effectiveFrom: '2027-01-01',
    }
    const second = await admin().post(PATH, { document: { ...WHOLE, purgeDays: 30 }, step: amend })
    const other = (second.body as { id: string }).id
    const { missing } = (await admin().get(`${PATH}/${other}`)).body as { missing: { path: string }[] }
    expect(missing.map(({ path }) => path)).toEqual(['/step/reason'])
    expect(codeOf(await admin().post(`${PATH}/${other}/propose`, {}))).toBe('agreement.malformed')
    const save = (document: object, step?: object) =>
      admin().send(
        'PUT',
        `${PATH}/${other}`,
        { document, ...(step === undefined ? {} : { step }) },
        { 'if-match': '*' },
      )
    const whole = { ...amend, reason: '缩短清除期限' }
    await save({ ...WHOLE, purgeDays: 30, title: '改名' }, whole)
    const renamed = (await admin().post(`${PATH}/${other}/propose`, {})).body as { code: string; detail: string }
    expect(renamed).toMatchObject({ code: 'agreement.malformed', detail: expect.stringContaining('title') as unknown })
    await save({ ...WHOLE, purgeDays: 30 }, whole)
    expect((await admin().post(`${PATH}/${other}/propose`, {})).status).toBe(201)
    expect(proposed.at(-1)).toEqual({
      kind: 'amend',
      thread,
      input: {
        amendment: {
          title: '补充协议一',
          reason: '缩短清除期限',
          effectiveFrom: '2027-01-01',
          put: [],
          remove: [],
          terms: { purgeDays: 30 },
        },
      },
    })
    expect(seenOf.at(-1)).toEqual(['2.2.0'])
  })

  test('is told of by an event with each saving, to those who may see drafts', async () => {
    const { id } = await keep({ title: '一' })
    await put(id, { title: '二' })
    await admin().send('DELETE', `${PATH}/${id}`, undefined, { 'if-match': '*' })
    const told = (await api.events.after(0, 10)).filter(({ type }) => type === 'agreement-draft.changed')
    expect(told.map(({ subject }) => subject)).toEqual([id, id, id])
    expect(told[0]?.roles).toContain('business-administrator')
    expect(told[0]?.roles).not.toContain('window-clerk')
  })

  test('that somebody saved while it was being proposed is not proposed', async () => {
    const { id } = await keep(WHOLE)
    const first = drafts.propose(id, undefined, 'person:1')
    const second = drafts.save(id, { document: { ...WHOLE, purgeDays: 30 }, step: null }, ['*'], 'person:2')
    const [done, saved] = await Promise.allSettled([first, second])
    // Whoever was second is told; there is never a proposal of one text and a draft of another that is lost.
    expect([done.status, saved.status].filter(status => status === 'rejected')).toHaveLength(1)
    expect((await drafts.list()).length).toBe(done.status === 'fulfilled' ? 0 : 1)
  })

  test('is taken back by DELETE, and nobody outside has seen it', async () => {
    const { id, tag } = await keep(WHOLE)
    expect((await admin().send('DELETE', `${PATH}/${id}`, undefined, { 'if-match': tag })).status).toBe(200)
    expect(codeOf(await admin().get(`${PATH}/${id}`))).toBe('request.not-found')
    expect(proposed).toEqual([])
  })

  test(`${KEPT_DRAFT_LIMITS.drafts} are kept, and one more is refused; a text has ${KEPT_DRAFT_LIMITS.bytes} bytes`, async () => {
    for (let n = 1; n < KEPT_DRAFT_LIMITS.drafts; n++) await drafts.create({ n }, null, 'person:1')
    await marksOf('createAgreementDraft', () => drafts.create({ last: true }, null, 'person:1'))
    await expect(drafts.create({}, null, 'person:1')).rejects.toThrow('request.conflict')
    const [one] = await drafts.list()
    const sized = (bytes: number) => ({ document: { a: 'x'.repeat(bytes - '{"a":""}'.length) }, step: null })
    await drafts.save(one?.id ?? '', sized(KEPT_DRAFT_LIMITS.bytes), ['*'], 'person:1')
    await expect(drafts.save(one?.id ?? '', sized(KEPT_DRAFT_LIMITS.bytes + 1), ['*'], 'person:1')).rejects.toThrow(
      'request.oversize',
    )
  })
})
