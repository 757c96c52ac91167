import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type World, type WorldCity } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { type Applicants, createApplicants } from './progress.ts'

let world: World
let ankang: WorldCity
let applicants: Applicants
/** bodies that were opened */
let opened: string[]
let thread: string

beforeEach(async () => {
  world = await createWorld()
  ankang = world.city(COLLECTING)
  opened = []
  applicants = createApplicants({
    db: ankang.db,
    key: new Uint8Array(32),
    cityName: code => code,
    packets: {
      outline: threadNo => ankang.packets().outline(ankang.db, threadNo),
      bodyOf(packet) {
        opened.push(packet.kind)
        return ankang.packets().bodyOf(ankang.db, packet)
      },
      of(store, threadNo) {
        opened.push('all')
        return ankang.packets().packets(store, threadNo)
      },
    },
    item: async () => null,
    promised: async state => {
      const { deadlines } = await ankang.clocks.of(ankang.db, state)
      const promise = deadlines.find(({ duty }) => duty === 'promise')
      return promise?.due == null ? null : { day: promise.due, provisional: promise.provisional }
    },
    async evaluate(id, content) {
      await ankang.cases.step(id, 'case.evaluate', content, 'applicant')
    },
  })
  thread = await submitCase(world, await agree(world), { caseNo: 'AK-1' })
  await world.settle()
})
afterEach(() => world.stop())

const step = async (kind: Parameters<WorldCity['cases']['step']>[1], content: object, city: string = HANDLING) => {
  await world.city(city).cases.step(thread, kind, content as never, 'person:1')
  await world.settle()
}

test('a look opens the one body that it shows, however much the partner put into the thread', async () => {
  for (let no = 0; no < 20; no++) await step('case.message', { text: `第 ${no} 条` })
  await step('case.request-supplement', {
    notice: '请补正',
    deadline: '2027-01-10',
    materials: [{ code: 'M01', reason: '看不清' }],
  })
  const token = applicants.tokenOf(thread)
  const seen = await applicants.of(token)
  expect(seen).toMatchObject({
    state: 'supplementing',
    caseNo: 'AK-1',
    supplement: { materials: ['M01'] },
    steps: [{ kind: 'case.submit' }, { kind: 'case.arrived' }, { kind: 'case.request-supplement' }],
  })
  expect(opened).toEqual(['case.request-supplement'])
  opened.length = 0
  const detail = await ankang.cases.get(thread)
  const promise = detail.clock.deadlines.find(({ duty }) => duty === 'promise')
  expect(seen?.promised?.day ?? null).toBe(promise?.due ?? null)
})

test('a question by number opens the submit alone; a wrong one tells nothing', async () => {
  const { body } = (await ankang.cases.bodies(thread, 'test')).find(({ kind }) => kind === 'case.submit') ?? {}
  const { applicant } = body as { applicant: { idNumber: string } }
  expect(await applicants.find('AK-1', applicant.idNumber.slice(-4))).toMatchObject({ caseNo: 'AK-1' })
  expect(opened).toEqual(['case.submit'])
  expect(await applicants.find('AK-1', '0000')).toBeNull()
  expect(await applicants.find('AK-2', applicant.idNumber.slice(-4))).toBeNull()
  expect(opened).toEqual(['case.submit', 'case.submit'])
})

test('a number is known in any spelling, and one that ends in brackets by its last characters with or without them', async () => {
  const agreement = await agree(world)
  const of = async (caseNo: string, idNumber: string) => {
    const applicant = { type: '1' as const, name: '香港甲', idType: '513', idNumber }
    await submitCase(world, agreement, { caseNo, applicant })
    await world.settle()
  }
  await of('安政办 2026 0001 号', 'A123456(3)')
  await of('安政办 2026 0002 号', 'A1234563')
  await of('安政办 2026 0003 号', '11010519491231002X')
  for (const no of ['安政办 2026 0001 号', '安政办20260001号', '安政办20260002号'])
    for (const last4 of ['4563', '6(3)', '３（3）'.replace('３', '6'), '６（３）'])
      expect(await applicants.find(no, last4)).toMatchObject({ state: 'arrived' })
  for (const last4 of ['3', '63', '(3)', '6(4)', '5(3)'])
    expect(await applicants.find('安政办20260001号', last4)).toBeNull()
  expect(await applicants.find('安政办20260003号', '002x')).not.toBeNull()
  expect(await applicants.find('安政办20260003号', '2(X)')).toBeNull()
})

test('a rating opens nothing to see that it may be given, and is given once', async () => {
  await step('case.accept', {})
  await step('case.decide', { outcome: 'granted' })
  const token = applicants.tokenOf(thread)
  const content = { target: 'window', level: 5, channel: '网页', realName: false } as const
  expect((await applicants.rate(token, content)).ratable).toEqual(['department'])
  await expect(applicants.rate(token, content)).rejects.toThrow('case.transition')
  expect(opened).toEqual([])
})
