import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { receipted, storedTimes, timelineOf } from '../records/evidence/timeline.ts'

let world: Awaited<ReturnType<typeof createWorld>>
let thread: string

async function step(city: string, kind: CaseKind, body: object): Promise<string> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
  return (await world.city(city).cases.get(thread)).timeline.findLast(entry => entry.kind === kind)?.packet ?? ''
}
const packetsAt = async (city: string) => {
  const { exchange, db, cases } = world.city(city)
  return exchange.packets.packets(db, (await cases.get(thread)).no)
}

beforeEach(async () => {
  world = await createWorld()
  thread = await submitCase(world, await agree(world), { receivedAt: new Date(world.clock.now()).toISOString() })
  await world.settle()
  await step(HANDLING, 'case.accept', {})
})
afterEach(() => world.stop())

test('both cities show a correction at the step, and the case stays as it is', async () => {
  const decided = await step(HANDLING, 'case.decide', { outcome: 'granted', documentNo: '十审〔2026〕1号' })
  const correction = await step(HANDLING, 'case.correct', {
    packet: decided,
    fields: [{ field: 'documentNo', value: '十审〔2026〕7号' }],
    statement: '文号应为 7 号',
    reason: '笔误',
  })
  for (const city of [COLLECTING, HANDLING]) {
    const { state, outcome, timeline } = await world.city(city).cases.get(thread)
    expect([state, outcome]).toEqual(['decided', null])
    expect(timeline.find(({ packet }) => packet === decided)).toMatchObject({
      correctedBy: [correction],
      corrects: null,
    })
    expect(timeline.find(({ packet }) => packet === correction)).toMatchObject({ correctedBy: [], corrects: decided })
    const packets = receipted(await packetsAt(city), storedTimes([]))
    const told = timelineOf(packets, storedTimes([])).find(({ proof }) => proof.packet === decided)
    expect(told?.facts.map(({ label, value }) => [label.zh, value])).toEqual(
      expect.arrayContaining([
        ['文号', '十审〔2026〕7号'],
        ['更正前文号', '十审〔2026〕1号'],
        ['更正内容', '文号应为 7 号'],
      ]),
    )
  }
})

test('a city corrects its own steps alone, and never what was decided', async () => {
  const decided = await step(HANDLING, 'case.decide', { outcome: 'granted' })
  const correct = (city: string, fields: object[]) =>
    world.city(city).cases.step(thread, 'case.correct', { packet: decided, fields, reason: 'x' }, 'person:1')
  const documentNo = [{ field: 'documentNo', value: '1' }]
  await expect(correct(COLLECTING, documentNo)).rejects.toMatchObject({ problem: { code: 'case.transition' } })
  const denied = [{ field: 'outcome', value: 'denied' }]
  await expect(correct(HANDLING, denied)).rejects.toMatchObject({ problem: { code: 'case.content' } })
  await correct(HANDLING, documentNo)
})

test('an applicant whose name was corrected is shown by it at both cities, and what was refused is not', async () => {
  const { timeline } = await world.city(COLLECTING).cases.get(thread)
  const submitted = timeline[0]?.packet ?? ''
  const rename = (value: string) => ({
    packet: submitted,
    fields: [{ field: 'applicant.name', value }],
    reason: '姓名用字有误',
  })
  await step(COLLECTING, 'case.correct', rename('程小满'))
  for (const city of [COLLECTING, HANDLING])
    expect((await world.city(city).cases.get(thread)).applicant.startsWith('程')).toBe(true)
  const handler = world.city(HANDLING).handlers.get('case')
  if (handler === undefined) throw new Error('no handler')
  const refuse = async () => ({ ok: false as const, problem: { code: 'case.content' as const } })
  world.city(HANDLING).handlers.set('case', { ...handler, admit: refuse })
  await step(COLLECTING, 'case.correct', rename('成小满'))
  for (const city of [COLLECTING, HANDLING])
    expect((await world.city(city).cases.get(thread)).applicant.startsWith('程')).toBe(true)
  expect((await world.city(COLLECTING).cases.get(thread)).parked).toMatchObject({ code: 'case.content' })
})

test('a case is not handed to the approval system again for a slip', async () => {
  const before = world.city(HANDLING)
  const jobs = () => before.db.query('SELECT packet_no FROM dispatch_jobs')
  const count = (await jobs()).length
  const { timeline } = await world.city(COLLECTING).cases.get(thread)
  await step(COLLECTING, 'case.correct', {
    packet: timeline[0]?.packet ?? '',
    statement: '窗口为 5 号',
    reason: '笔误',
  })
  expect(await jobs()).toHaveLength(count)
})
