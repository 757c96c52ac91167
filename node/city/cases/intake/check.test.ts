import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIMITS } from '../../../../protocol/limits.ts'
import { playItem } from '../../../../test/support/play-lists.ts'
import { fc } from '../../../../test/support/properties.ts'
import { createWorld, type World } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, worldAgreement } from '../../../../test/support/world-case.ts'
import { NewCase, NewJointCase } from '../new-case.ts'
import { type ApplicationCheck, CHECK_LIMITS, createApplicationCheck } from './check.ts'

const NEED = { isNeed: '1', materialType: '2', materialFormat: '3', sourceType: '20' } as const
const ITEM = playItem(0, {
  modes: [0, 3],
  serverType: ['1'],
  materials: ['M1', 'M2'].map(materialCode => ({ materialCode, materialName: `材料${materialCode}`, ...NEED })),
  form: {
    type: 'object',
    required: ['reason', 'a/b'],
    properties: { reason: { type: 'string', title: '事由' }, 'a/b': { type: 'integer' } },
  },
})
const whole = {
  to: HANDLING,
  item: ITEM.taskCode,
  mode: 0,
  applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
  agent: { kind: 'assistant', name: '王导办' },
  form: { reason: '购房', 'a/b': 1 },
  materials: ['M1', 'M2'].map((code, index) => ({ code, name: `${code}.pdf`, sha256: 'ab'[index]?.repeat(64) })),
  consent: { text: 'v1', acceptedAt: '2026-11-01T08:00:00Z' },
  delivery: { method: 'mail', recipient: { name: '陈小满', address: '巴山东路 8 号' } },
}
const WANG = 'person:wang'
let world: World
let check: ApplicationCheck

beforeEach(async () => {
  world = await createWorld({ items: [ITEM] })
  const { taskCode, taskName } = ITEM
  await agree(
    world,
    worldAgreement({ items: [{ taskCode, taskName, handling: HANDLING, collecting: [COLLECTING], modes: [0, 3] }] }),
  )
  const { cases, scans } = world.city(COLLECTING)
  for (const { sha256 = '' } of whole.materials)
    scans.held.set(sha256, [{ sha256, size: 1000, type: 'application/pdf' }] as never)
  check = createApplicationCheck({ cases, clock: world.clock, schemas: { one: NewCase, joint: NewJointCase } as never })
})
afterEach(() => world.stop())

const told = async (content: object) =>
  (await check.of(content as never, WANG)).filter(({ level }) => level === 'error').map(({ field }) => field)

test('an application of which two fields are typed has every fault, of its shape and by the rules, at once', async () => {
  const findings = await check.one(
    { to: HANDLING, item: ITEM.taskCode, applicant: { idType: '111', idNumber: '123' } },
    WANG,
  )
  expect(findings.map(({ field, code }) => [field, code])).toEqual(
    expect.arrayContaining([
      ['mode', 'required'],
      ['applicant.type', 'required'],
      ['applicant.name', 'required'],
      ['materials', 'required'],
      ['applicant.idNumber', 'resident-id'],
      ['form.reason', 'required'],
      ['materials.M1', 'material-missing'],
      ['materials.M2', 'material-missing'],
    ]),
  )
  for (const { cure, reason, reasonZh } of findings) {
    expect(['clerk', 'applicant']).toContain(cure)
    expect(reason).toMatch(/[a-z]/)
    expect(reasonZh).toMatch(/[\u4e00-\u9fff]/)
  }
})

test('nothing typed at all, and an item that no list has, are told as findings', async () => {
  expect((await check.one({}, WANG)).map(({ field }) => field)).toEqual(
    expect.arrayContaining(['to', 'item', 'applicant']),
  )
  expect(await told({ ...whole, item: 'X' })).toEqual(['item'])
  expect(await told({ ...whole, item: 'X', mode: undefined })).toEqual(['mode', 'item'])
})

test('a field of the wrong form is told once, and what it hides is not guessed', async () => {
  expect(await told({ ...whole, mode: 7 })).toEqual(['mode'])
  expect(await told({ ...whole, applicant: { ...whole.applicant, type: '9' } })).toEqual(['applicant.type'])
  expect(await told({ ...whole, materials: [{ code: 'M1', name: '身份证' }, whole.materials[1]] })).toEqual([
    'materials.0.sha256',
  ])
  expect(await told({ ...whole, delivery: { method: 'mail', recipient: { name: '陈小满' } } })).toEqual([
    'delivery.recipient.address',
  ])
  expect(await told({ ...whole, nonsense: 1, clerk: 'me' })).toEqual(['clerk', 'nonsense'])
})

test('what a number or a switch was is said again, nothing else', async () => {
  const [mode] = await check.one({ ...whole, mode: 7 }, WANG)
  expect(mode).toMatchObject({ path: '/mode', code: 'value', value: 7, reasonZh: '取值为：0, 1, 2, 3' })
  for (const wrong of ['11010519491231002X', 110105194912, '陈小满', { name: '陈小满' }])
    expect(JSON.stringify(await check.one({ ...whole, mode: wrong }, WANG))).not.toMatch(/1101051949|陈小满/)
})

test('writes nothing, however often it is asked', async () => {
  const { db } = world.city(COLLECTING)
  const count = () =>
    db.query(
      `SELECT (SELECT count(*) FROM packets) AS packets, (SELECT count(*) FROM audit) AS audit,
       (SELECT count(*) FROM case_drafts) AS drafts, (SELECT count(*) FROM events) AS events`,
    )
  const before = await count()
  for (const content of [{}, { to: HANDLING }, { to: HANDLING, item: ITEM.taskCode }, whole])
    await check.of(content, WANG)
  expect(await count()).toEqual(before)
})

test('a joint one that is not whole is checked item by item', async () => {
  const { to, item, mode, form, ...shared } = whole
  const found = await told({ shared: { ...shared, form: { reason: '购房' } }, items: [{ to, item, mode: 3 }, { to }] })
  expect(found).toEqual(['items.1.item', 'items.1.mode', 'items.0.form.a/b'])
  expect(await told({ shared, items: 'x' })).toContain('items')
  const { name, ...nameless } = shared.applicant
  expect(await told({ shared: { ...shared, form, applicant: nameless }, items: [{ to, item, mode: 3 }] })).toEqual([
    'shared.applicant.name',
    'items',
  ])
})

test('whichever fields are left out or wrong, no rule speaks of what is there and sound', async () => {
  expect(await told(whole)).toEqual([])
  const paths = [
    'to',
    'item',
    'mode',
    'applicant',
    'form',
    'materials',
    'applicant.name',
    'applicant.idType',
    'applicant.idNumber',
    'agent.name',
    'consent.text',
    'delivery.method',
    'delivery.recipient.name',
    'materials.0.code',
    'materials.1.sha256',
    'form.reason',
  ]
  const change = fc.record({
    path: fc.constantFrom(...paths),
    value: fc.constantFrom(undefined, null, 7, '', 'x'.repeat(LIMITS.bodyBytes), [], {}),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async changes => {
      const content = structuredClone(whole) as Record<string, unknown>
      for (const { path, value } of changes) {
        const names = path.split('.')
        const last = names.pop() ?? ''
        const around = names.reduce<unknown>((at, name) => (at as Record<string, unknown> | null)?.[name], content)
        // A list or object of its own each time: one within itself is no JSON.
        if (typeof around === 'object' && around !== null)
          (around as Record<string, unknown>)[last] = structuredClone(value)
      }
      const touched = changes.map(({ path }) => path)
      const related = (field: string) =>
        touched.some(path => field.startsWith(path.replace(/\.\d.*$/, '')) || path.startsWith(field)) ||
        // A list that has another form, or another code, lacks what it should hold.
        (/^materials\.M/.test(field) && touched.some(path => path.startsWith('materials')))
      for (const field of await told(content)) expect(related(field), `${field} after ${touched}`).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test(`of an application that is not whole the rules are asked up to ${CHECK_LIMITS.fields} fields, of one more it is told that it has too many`, async () => {
  const asked: string[] = []
  const counting = createApplicationCheck({
    cases: {
      ...world.city(COLLECTING).cases,
      guide: (...given: Parameters<ReturnType<World['city']>['cases']['guide']>) => {
        asked.push('guide')
        return world.city(COLLECTING).cases.guide(...given)
      },
    },
    clock: world.clock,
    schemas: { one: NewCase, joint: NewJointCase } as never,
  })
  const typed = { to: HANDLING, item: ITEM.taskCode, list: [] as number[] }
  const filled = (entries: number) => ({ ...typed, list: Array.from({ length: entries }, () => 1) })
  const codes = async (content: object) =>
    (await counting.of(content as never, WANG)).map(({ field, code }) => [field, code])
  const most = CHECK_LIMITS.fields - Object.keys(typed).length
  expect(await codes(filled(most))).toContainEqual(['materials.M1', 'material-missing'])
  expect(asked).toEqual(['guide'])
  expect(await codes(filled(most + 1))).toEqual(
    expect.arrayContaining([
      ['', 'too-large'],
      ['applicant', 'required'],
    ]),
  )
  expect(asked).toEqual(['guide'])
  // Of a joint one what is common to its items counts for each of them.
  const joint = (entries: number) => ({
    shared: { to: HANDLING, list: Array.from({ length: entries }, () => 1) },
    items: [{ item: ITEM.taskCode }, { item: ITEM.taskCode }],
  })
  // to, list, item and form of each
  const half = CHECK_LIMITS.fields / 2 - 4
  expect(await codes(joint(half))).not.toContainEqual(['', 'too-large'])
  expect(await codes(joint(half + 1))).toContainEqual(['', 'too-large'])
})
