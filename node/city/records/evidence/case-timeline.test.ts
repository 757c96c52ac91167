import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CaseKind } from '../../../../protocol/case/kinds.ts'
import { problem } from '../../../../protocol/problem.ts'
import { PLAY_ITEM } from '../../../../test/support/play-case.ts'
import { playItem } from '../../../../test/support/play-lists.ts'
import { createWorld, type World } from '../../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../../test/support/world-case.ts'
import type { CaseDetail } from '../../cases/detail.ts'
import { createCaseTimelines } from './case-timeline.ts'

const NAMES: Record<string, string> = { [COLLECTING]: '安康市', [HANDLING]: '十堰市' }
const ITEM = playItem(0, { taskCode: PLAY_ITEM.code, taskVersion: PLAY_ITEM.version, materials: [] })
let world: World
let thread: string
let waiting: CaseDetail['waiting']

const timelineAt = (code: string) => {
  const city = world.city(code)
  return createCaseTimelines({
    db: city.db,
    audit: city.audit,
    packets: no => city.packets().packets(city.db, no),
    refused: no => city.packets().refused(city.db, no),
    get: async of => ({ ...(await city.cases.get(of)), waiting }),
    own: code,
    cityName: of => NAMES[of] ?? of,
  }).of(thread, 'person:1')
}
async function take(city: string, kind: CaseKind, body: object): Promise<void> {
  await world.city(city).cases.step(thread, kind, body, 'person:1')
  await world.settle()
}

beforeEach(async () => {
  waiting = []
  world = await createWorld({ items: [ITEM] })
  const agreement = await agree(world)
  thread = await submitCase(world, agreement, { receivedAt: new Date(world.clock.now() - 3_600_000).toISOString() })
  await world.settle()
})
afterEach(() => world.stop())

test('both cities read the same steps in words of both languages, with what was written', async () => {
  await take(HANDLING, 'case.accept', { acceptanceNo: '受字 1 号' })
  await take(COLLECTING, 'case.remind', { text: '申请人下月需用' })
  await take(HANDLING, 'case.decide', { outcome: 'denied', documentNo: '不字 1 号', reason: '年限不足' })
  const there = await timelineAt(HANDLING)
  const here = await timelineAt(COLLECTING)
  expect(here.map(({ packet, words }) => [packet, words])).toEqual(there.map(({ packet, words }) => [packet, words]))
  expect(here.map(({ kind }) => kind)).toEqual([
    'case.submit',
    'case.arrived',
    'case.accept',
    'case.remind',
    'case.decide',
  ])
  const [, , accepted, reminded, decided] = here
  expect(accepted).toMatchObject({
    cityName: '十堰市',
    state: { zh: '已受理', en: 'accepted' },
    by: null,
    type: 'step',
  })
  expect(reminded?.words.zh).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 安康市 催办（内容：申请人下月需用）$/)
  expect(reminded?.by).toBe('person:1')
  expect(decided?.words).toEqual({
    zh: expect.stringContaining('作出决定（决定：不予；文号：不字 1 号；理由：年限不足）') as unknown,
    en: expect.stringContaining('Decided (Decision: denied; Document number: 不字 1 号; Reason: 年限不足)') as unknown,
  })
})

test('a step that the other city refused stands at its time, with what it said and why, and so does what waits', async () => {
  const handler = world.city(HANDLING).handlers.get('case')
  if (handler === undefined) throw new Error('no handler')
  world.city(HANDLING).handlers.set('case', { ...handler, admit: async () => ({ ok: true }) })
  await world
    .city(HANDLING)
    .exchange.author.write({ thread, partner: COLLECTING }, [
      { kind: 'case.request-supplement', content: { notice: '缺背面', materials: [{ code: 'M77', reason: '没有' }] } },
    ] as never)
  await world.settle()
  world.city(HANDLING).handlers.set('case', handler)
  world.clock.advance(60_000)
  await take(HANDLING, 'case.accept', {})
  waiting = [{ what: 'answer', problem: problem('adapter.unavailable'), parked: true, at: world.clock.now() + 1000 }]
  const lines = await timelineAt(HANDLING)
  expect(lines.map(({ type, kind }) => [type, kind])).toEqual([
    ['step', 'case.submit'],
    ['step', 'case.arrived'],
    ['refused', 'case.request-supplement'],
    ['step', 'case.accept'],
    ['waiting', null],
  ])
  const [, , refused, , waits] = lines
  expect(refused).toMatchObject({ problem: { code: 'case.content' }, city: HANDLING, state: null })
  expect(refused?.words.zh).toContain('一次性告知补正：对方城市未予接收（原因：')
  expect(refused?.words.en).toMatch(/refused by the other city \(Why: case\.content: .*; Cure: /)
  expect(waits?.words.zh).toContain('审批系统的办理结果尚未签发')
})

test('reading it leaves an audit row', async () => {
  const rows = async () =>
    (await world.city(COLLECTING).db.query(`SELECT 1 FROM audit WHERE subject = ? AND action = 'case.read'`, [thread]))
      .length
  const before = await rows()
  await timelineAt(COLLECTING)
  expect(await rows()).toBe(before + 1)
})
