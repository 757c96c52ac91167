import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { refuse } from '../../../../protocol/problem.ts'
import { PLAY_ITEM } from '../../../../test/support/play-case.ts'
import { createWorld, type World, type WorldCity } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase, worldAgreement } from '../../../../test/support/world-case.ts'
import { worldPurges } from '../../../../test/support/world-purges.ts'
import { lookupKeys } from '../lookup.ts'
import { NewCase, NewJointCase } from '../new-case.ts'
import { casesOf } from '../rights.ts'
import { createApplicationCheck } from './check.ts'
import { DRAFT_DAYS } from './drafts.ts'
import { createIntake, type Intake } from './intake.ts'

let world: World
let ankang: WorldCity
let intake: Intake

const item = {
  taskCode: PLAY_ITEM.code,
  taskName: PLAY_ITEM.name,
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '公积金中心',
  serverType: ['1'],
  projectType: '2',
  modes: [0, 1],
  anticipateDay: 10,
  promiseDay: 5,
  limitSceneNum: 0,
  isFee: false,
  materials: [],
  form: { type: 'object', properties: { reason: { type: 'string', title: '事由' }, born: { title: '出生日期' } } },
} as const
const person = { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X', phone: '13900000000' }
const whole = {
  to: HANDLING,
  item: PLAY_ITEM.code,
  mode: 0,
  applicant: person,
  form: { reason: '购房' },
  materials: [],
  window: '跨省通办窗口 3',
}

beforeEach(async () => {
  world = await createWorld({ codes: [COLLECTING, HANDLING], items: [item as never] })
  ankang = world.city(COLLECTING)
  intake = createIntake({
    db: ankang.db,
    audit: ankang.audit,
    drafts: ankang.drafts,
    cases: ankang.cases,
    packets: no => ankang.packets().packets(ankang.db, no),
    keys: lookupKeys(text => createHash('sha256').update(text).digest()),
    clock: world.clock,
    contactOf: async () => ({ staffNumber: 'AK-017', phone: null }),
    check: createApplicationCheck({
      cases: ankang.cases,
      clock: world.clock,
      schemas: { one: NewCase as never, joint: NewJointCase as never },
    }),
  })
})
afterEach(() => world.stop())

const actions = async () =>
  (await ankang.db.query<{ action: string }>('SELECT action FROM audit ORDER BY no')).map(({ action }) => action)
const refused = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) as unknown })

describe('drafts', () => {
  test('are saved as they are typed, shared within the window, sealed, and never over another hand', async () => {
    const made = await ankang.drafts.create(
      { to: HANDLING, applicant: { name: '陈小满' }, window: '窗口 3' },
      'person:1',
    )
    expect(made).toMatchObject({ version: 1, applicant: '陈**', window: '窗口 3', partner: HANDLING, item: null })
    const ids = async (person: string, window?: string) =>
      (await ankang.drafts.list({ person, window }, 10, null)).map(({ id }) => id)
    expect(await ids('person:1')).toEqual([made.id])
    expect(await ids('person:2')).toEqual([])
    expect(await ids('person:2', '窗口 3')).toEqual([made.id])
    const saved = await ankang.drafts.save(made.id, ['1'], whole, 'person:2')
    expect(saved).toMatchObject({ version: 2, owner: 'person:1', updatedBy: 'person:2' })
    await expect(ankang.drafts.save(made.id, ['1'], {}, 'person:1')).rejects.toEqual(refused('request.precondition'))
    expect((await ankang.drafts.open(made.id, 'person:1')).content).toEqual(whole)
    expect(await actions()).toEqual(
      expect.arrayContaining(['case-draft.created', 'case-draft.saved', 'case-draft.read']),
    )
  })

  test('have a key each, which dies with them; one that an earlier program sealed with the key of the node gets its own', async () => {
    const { db, drafts } = ankang
    type Held = { id: string; key: Uint8Array | null; sealed: Uint8Array }
    const held = async (id: string) =>
      (await db.query<Held>('SELECT id, key, sealed FROM case_drafts WHERE id = ?', [id]))[0]
    const one = await drafts.create(whole, 'person:1')
    const other = await drafts.create(whole, 'person:1')
    const before = await held(one.id)
    const beside = await held(other.id)
    await drafts.save(one.id, ['1'], { ...whole, form: {} }, 'person:1')
    const saved = await held(one.id)
    // A store of before that is restored opens its version with the key of after.
    expect(saved?.key).toEqual(before?.key)
    expect(beside?.key).not.toEqual(before?.key)
    const put = (set: string, value: Uint8Array | null) =>
      db.transaction(tx => tx.run(`UPDATE case_drafts SET ${set} = ? WHERE id = ?`, [value, one.id]))
    await put('sealed', before?.sealed ?? null)
    expect((await drafts.open(one.id, 'person:1')).content).toEqual(whole)
    await put('key', beside?.key ?? null)
    await expect(drafts.open(one.id, 'person:1')).rejects.toThrow()
    await put('key', null)
    await expect(drafts.open(one.id, 'person:1')).rejects.toEqual(refused('request.not-found'))
    await put('sealed', Buffer.from(JSON.stringify(whole)))
    expect(await drafts.adopt(new AbortController().signal)).toBe(1)
    expect((await drafts.open(one.id, 'person:1')).content).toEqual(whole)
    expect(Buffer.from((await held(one.id))?.sealed ?? []).includes(person.idNumber)).toBe(false)
    expect(await drafts.adopt(new AbortController().signal)).toBe(0)
  })

  test('of no window are their owner’s alone; whoever works on another’s draft of a window stands in the audit log', async () => {
    const { window, ...mine } = whole
    const own = await ankang.drafts.create(mine, 'person:1')
    for (const by of [
      () => ankang.drafts.open(own.id, 'person:2'),
      () => ankang.drafts.save(own.id, ['1'], whole, 'person:2'),
      () => ankang.drafts.drop(own.id, 'person:2'),
      () => intake.check(own.id, 'person:2'),
      () => intake.submit(own.id, ['1'], 'person:2'),
    ])
      await expect(by()).rejects.toEqual(refused('request.forbidden'))
    await ankang.drafts.save(own.id, ['1'], whole, 'person:1')
    await ankang.drafts.open(own.id, 'person:1')
    await ankang.drafts.open(own.id, 'person:2')
    await ankang.drafts.drop(own.id, 'person:2')
    const rows = await ankang.db.query<{ action: string; detail: string }>(
      `SELECT action, detail FROM audit WHERE subject = ? ORDER BY no`,
      [own.id],
    )
    const others = { owner: 'person:1', window: whole.window }
    expect(rows.map(({ action, detail }) => [action, JSON.parse(detail ?? '{}') as object])).toEqual([
      ['case-draft.created', {}],
      ['case-draft.read', {}],
      ['case-draft.read', others],
      ['case-draft.deleted', others],
    ])
  })

  test('say what they lack while they are not whole, and what the item asks for once they are', async () => {
    await agree(world)
    const { id } = await ankang.drafts.create({ to: HANDLING, item: PLAY_ITEM.code }, 'person:1')
    expect((await intake.check(id, 'person:1')).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['mode', 'applicant', 'form', 'materials']),
    )
    await ankang.drafts.save(id, ['1'], { ...whole, form: { reason: 1 } }, 'person:1')
    expect(await intake.check(id, 'person:1')).toMatchObject([{ field: 'form.reason', cure: 'clerk', level: 'error' }])
    await expect(intake.submit(id, ['2'], 'person:1')).rejects.toEqual(refused('case.preflight'))
    // A program that submits is told the same fields, in the same form, as one that asked before.
    const findings = await intake.check(id, 'person:1')
    await expect(intake.submit(id, ['2'], 'person:1')).rejects.toMatchObject({ errors: findings })
  })

  test('hold materials wherever they are named, and a long list costs no names of its places', async () => {
    const sha256 = 'ab'.repeat(32)
    const list: unknown = new Proxy([0, [{ sha256 }]], {
      ownKeys: () => {
        throw new Error('names of its places')
      },
    })
    ankang.scans.held.set(sha256, { sha256, size: 1, type: 'application/pdf' })
    const { id } = await ankang.drafts.create({ form: { list } }, 'person:1')
    const held = await ankang.db.query<{ sha256: Uint8Array }>(
      'SELECT sha256 FROM case_draft_materials WHERE draft = ?',
      [id],
    )
    expect(held.map(row => Buffer.from(row.sha256).toString('hex'))).toEqual([sha256])
  })

  test('are sent once, whoever asks, and are gone then', async () => {
    await agree(world)
    const { id } = await ankang.drafts.create(whole, 'person:1')
    await expect(intake.submit(id, ['2'], 'person:1')).rejects.toEqual(refused('request.precondition'))
    const both = await Promise.allSettled([intake.submit(id, ['1'], 'person:1'), intake.submit(id, ['1'], 'person:2')])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await world.settle()
    const rows = await ankang.db.query("SELECT 1 FROM packets WHERE kind = 'case.submit'")
    expect(rows).toHaveLength(1)
    await expect(ankang.drafts.open(id, 'person:1')).rejects.toEqual(refused('request.not-found'))
  })

  test('what the partner refuses comes back as one, with why, and is held nowhere else', async () => {
    const agreement = await agree(world)
    const shiyan = world.city(HANDLING)
    const handler = shiyan.handlers.get('case')
    if (handler === undefined) throw new Error('no handler')
    shiyan.handlers.set('case', { ...handler, admit: async () => refuse('case.preflight', 'mode: closed') })
    const thread = await submitCase(world, agreement)
    await world.settle()
    const [draft] = await ankang.drafts.list({ person: 'person:1' }, 10, null)
    expect(draft).toMatchObject({ owner: 'node', thread, problem: { code: 'case.preflight', detail: 'mode: closed' } })
    expect(
      await ankang.db.query('SELECT 1 FROM bodies b JOIN packets p ON p.no = b.packet_no WHERE p.kind = ?', [
        'case.submit',
      ]),
    ).toEqual([])
    shiyan.handlers.set('case', handler)
    const opened = await ankang.drafts.open(draft?.id ?? '', 'person:1')
    const { caseNo, clerk, consent, receivedAt, form, ...kept } = opened.content
    await ankang.drafts.save(draft?.id ?? '', ['1'], { ...kept, form: { reason: '购房' } }, 'person:1')
    const [sent] = await intake.submit(draft?.id ?? '', ['2'], 'person:1')
    await world.settle()
    expect((await ankang.cases.get(sent?.thread ?? '')).state).toBe('arrived')
  })

  test(`are deleted ${DRAFT_DAYS} days after they were touched, not before`, async () => {
    const { id } = await ankang.drafts.create(whole, 'person:1')
    world.clock.advance(DRAFT_DAYS * 86_400_000)
    expect(await ankang.drafts.sweep()).toBe(0)
    world.clock.advance(1)
    expect(await ankang.drafts.sweep()).toBe(1)
    await expect(ankang.drafts.open(id, 'person:1')).rejects.toEqual(refused('request.not-found'))
    expect(await actions()).toContain('case-draft.expired')
  })

  test('a joint case is drafted and sent as one', async () => {
    await agree(world, worldAgreement({ items: [{ ...worldAgreement().items[0], modes: [0, 1, 3] } as never] }))
    const { to, item: code, mode, ...shared } = whole
    const items = [
      { to, item: code, mode },
      { to, item: code, mode, form: { reason: '二' } },
    ]
    const { id } = await ankang.drafts.create({ shared, items }, 'person:1')
    expect(await intake.check(id, 'person:1')).toEqual([])
    expect(await intake.submit(id, ['1'], 'person:1')).toHaveLength(2)
  })
})

test('an authorisation is named by the code of its material; one that is not there is named, and the applicant cures it', async () => {
  await agree(world)
  const agent = { name: '林长河', idType: '111', idNumber: '11010519491231002X', authorisation: 'M05' }
  const application = { ...whole, agent, materials: [{ code: 'M05', name: '授权委托书.pdf', sha256: 'a'.repeat(64) }] }
  const found = async (content: object) =>
    (await ankang.cases.preflight(NewCase.parse(content) as never, 'person:wang'))
      .filter(({ field }) => field === 'agent.authorisation')
      .map(({ cure, reason }) => [cure, reason])
  expect(await found(application)).toEqual([])
  const missing = [['applicant', 'material M05, the authorisation, is not among the materials: hand it in']]
  expect(await found({ ...application, materials: [] })).toEqual(missing)
  // What was typed by mistake may be a person's: it is not said again.
  for (const typed of ['11010519491231002X', '13900000000', '陈小满', 'E12345678'])
    expect(await found({ ...application, agent: { ...agent, authorisation: typed }, materials: [] })).toEqual([
      ['applicant', 'material, the authorisation, is not among the materials: hand it in'],
    ])
  const { id } = await ankang.drafts.create({ ...application, materials: [] }, 'person:1')
  expect((await intake.check(id, 'person:1')).map(({ cure, reason }) => [cure, reason])).toEqual(missing)
  await expect(ankang.cases.submit({ ...application, materials: [] } as never, 'person:1')).rejects.toEqual(
    refused('case.preflight'),
  )
})

test('the guide tells in which modes the item can be sent now, and prefill reads earlier cases with an audit row', async () => {
  await agree(world)
  const guide = await intake.guide(HANDLING, PLAY_ITEM.code)
  expect(guide.modes.map(({ mode }) => mode)).toEqual([0, 1])
  const { id } = await ankang.drafts.create(whole, 'person:1')
  await intake.submit(id, ['1'], 'person:1')
  const { phone, ...applicant } = person
  const filled = await intake.prefill(
    {
      to: HANDLING,
      item: PLAY_ITEM.code,
      applicant: applicant as never,
      form: {},
      typed: { delivery: { method: 'mail' } },
      earlier: true,
    },
    { id: '2', name: '李窗口', windows: ['跨省通办窗口 3'] },
  )
  expect(filled.application).toEqual({
    window: '跨省通办窗口 3',
    clerk: { name: '李窗口', no: 'AK-017' },
    // An address is not known, and two modes are agreed.
    delivery: { method: 'mail' },
  })
  expect(filled).toMatchObject({ applicant: { phone: '13900000000' }, form: { reason: '购房', born: '1949-12-31' } })
  expect((await actions()).slice(-2)).toEqual(['cases.searched', 'case.read'])
  // Whoever may not read them is told nothing of them; the search leaves its row all the same.
  const at = async (windows: string[]) => {
    const holder = { id: '2', roles: ['window-clerk'], departments: [], windows } as const
    const asked = {
      to: HANDLING,
      item: PLAY_ITEM.code,
      applicant: applicant as never,
      form: {},
      typed: {},
      earlier: true,
    }
    const clerk = { id: '2', name: '乙', windows }
    const { applicant: found, form } = await intake.prefill(asked, clerk, casesOf(holder, 'case.content'))
    return [found.phone, form.reason]
  }
  expect(await at([whole.window])).toEqual(['13900000000', '购房'])
  const before = (await actions()).length
  expect(await at(['跨省通办窗口 4'])).toEqual([undefined, undefined])
  expect((await actions()).slice(before)).toEqual(['cases.searched'])
})

test('a purge deletes the drafts that were left over, and tells of those that were worked on since', async () => {
  await agree(world)
  const left = await ankang.drafts.create(whole, 'person:1')
  const other = await ankang.drafts.create({ ...whole, applicant: { ...person, idNumber: '11010519491231003X' } }, 'p')
  const again = await ankang.drafts.create(whole, 'person:2')
  const { thread } = await ankang.cases.submit(whole as never, 'person:1')
  await world.settle()
  world.clock.advance(60_000)
  await ankang.drafts.save(again.id, ['1'], { ...whole, form: { reason: '再次' } }, 'person:2')
  await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
  await world.settle()
  const purges = worldPurges(world, ankang)
  expect(await purges.preview(thread)).toMatchObject({ drafts: 1, laterDrafts: 1, projections: 1, search: 3 })
  expect(await purges.purge(thread, 'request', 'person:1')).toMatchObject({ drafts: 1 })
  await expect(ankang.drafts.open(left.id, 'person:1')).rejects.toEqual(refused('request.not-found'))
  for (const { id } of [other, again]) expect((await ankang.drafts.open(id, 'person:1')).draft.id).toBe(id)
  expect(await purges.preview(thread)).toMatchObject({ drafts: 0, laterDrafts: 0, projections: 0, search: 0 })
})
