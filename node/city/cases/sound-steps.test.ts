import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { refuse } from '../../../protocol/problem.ts'
import { PLAY_ITEM } from '../../../test/support/play-case.ts'
import { playItem } from '../../../test/support/play-lists.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'

const ITEM = playItem(0, {
  taskCode: PLAY_ITEM.code,
  taskVersion: PLAY_ITEM.version,
  materials: [{ materialCode: 'M01', materialName: '身份证', isNeed: '1' } as never],
  form: { type: 'object', properties: { 联系地址: { type: 'string' } } },
})
let world: Awaited<ReturnType<typeof createWorld>>
let thread: string

const step = (city: string, kind: CaseKind, body: object) => world.city(city).cases.step(thread, kind, body, 'person:1')
const instant = (ms: number) => new Date(world.clock.now() + ms).toISOString()
const day = (days: number) => new Date(world.clock.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

beforeEach(async () => {
  world = await createWorld({ items: [ITEM] })
  const agreement = await agree(world)
  thread = await submitCase(world, agreement, { mode: 1, receivedAt: instant(-3_600_000) })
  await world.settle()
})
afterEach(() => world.stop())

describe('what a step says', () => {
  const waybill = { carrier: 'EMS', number: '9999' }
  const notice = (change: object) => ({ notice: '请补正', materials: [], ...change })
  test('a notice asks for what the item knows, by a day that can be met', async () => {
    const ask = (change: object) => step(HANDLING, 'case.request-supplement', notice(change))
    await expect(ask({ materials: [{ code: 'M77', reason: 'x' }] })).rejects.toThrow('materials.0.code')
    await expect(ask({ form: [{ field: '血型', reason: 'x' }] })).rejects.toThrow('form.0.field')
    for (const deadline of [day(-1), day(0), '2062-12-09'])
      await expect(ask({ deadline })).rejects.toMatchObject({ problem: { code: 'case.day' } })
    const asked = await ask({
      deadline: day(1),
      materials: [{ code: 'M01', reason: 'x' }],
      form: [{ field: '联系地址', reason: 'x' }],
    })
    expect(asked.state).toBe('supplementing')
    await world.settle()
    expect((await world.city(COLLECTING).cases.get(thread)).state).toBe('supplementing')
  })

  test('the other city refuses what a city signs that does not judge', async () => {
    const handler = world.city(HANDLING).handlers.get('case')
    if (handler === undefined) throw new Error('no handler')
    world.city(HANDLING).handlers.set('case', { ...handler, admit: async () => ({ ok: true }) })
    const write = (kind: CaseKind, content: object) =>
      world.city(HANDLING).exchange.author.write({ thread, partner: COLLECTING }, [{ kind, content }] as never)
    const problem = async () => (await world.city(HANDLING).cases.get(thread)).parked
    await write('case.request-supplement', notice({ materials: [{ code: 'M77', reason: 'x' }] }))
    await world.settle()
    expect(await problem()).toMatchObject({ code: 'case.content', kind: 'case.request-supplement' })
    await write('case.request-supplement', notice({ deadline: day(0) }))
    await world.settle()
    expect(await problem()).toMatchObject({ code: 'case.day' })
    expect((await world.city(COLLECTING).cases.get(thread)).state).toBe('arrived')
    await write('case.accept', {})
    await write('case.decide', { outcome: 'denied', documentNo: '1' })
    await world.settle()
    expect(await problem()).toMatchObject({ code: 'case.content', kind: 'case.decide' })
    expect((await world.city(COLLECTING).cases.get(thread)).state).toBe('accepted')
  })

  test('a step that the other city refused stays listed with what it said, also after the next step', async () => {
    const collecting = world.city(COLLECTING).handlers.get('case')
    if (collecting === undefined) throw new Error('no handler')
    const admit = async () => refuse('envelope.clock', 'ahead')
    world.city(COLLECTING).handlers.set('case', { ...collecting, admit })
    await step(HANDLING, 'case.precheck', { opinion: '请寄原件，另附说明一份' })
    await world.settle()
    world.city(COLLECTING).handlers.set('case', collecting)
    await step(HANDLING, 'case.accept', {})
    await world.settle()
    const { cases } = world.city(HANDLING)
    const { parked, refused, timeline } = await cases.get(thread)
    expect(parked).toBeNull()
    expect(refused).toMatchObject([{ kind: 'case.precheck', problem: { code: 'envelope.clock', detail: 'ahead' } }])
    expect(timeline.some(({ kind }) => kind === 'case.precheck')).toBe(false)
    expect((await cases.bodies(thread, 'person:1')).filter(entry => entry.refused)).toMatchObject([
      { packet: refused[0]?.packet, kind: 'case.precheck', body: { opinion: '请寄原件，另附说明一份' } },
    ])
    expect((await world.city(COLLECTING).cases.get(thread)).refused).toEqual([])
  })

  test('no step is signed that tells what cannot be so', async () => {
    for (const [kind, body, code] of [
      ['case.ship', { waybill, contents: ['x'], shippedOn: day(3) }, 'case.day'],
      ['case.supervise', { text: 'x', answerBy: day(-7) }, 'case.day'],
      ['case.mail', { waybill, parcel: 'originals', state: 'delivered', at: instant(0) }, 'case.content'],
    ] as const)
      await expect(step(COLLECTING, kind, body)).rejects.toMatchObject({ problem: { code } })
    for (const [kind, body] of [
      ['case.accept', {}],
      ['case.decide', { outcome: 'granted', decidedOn: day(0) }],
      ['case.send-result', { method: 'mail', waybill }],
    ] as const)
      await step(HANDLING, kind, body)
    await world.settle()
    const receive = (ms: number) => step(COLLECTING, 'case.result-received', { receivedAt: instant(ms) })
    for (const ms of [-86_400_000, 86_400_000])
      await expect(receive(ms)).rejects.toMatchObject({ problem: { code: 'case.day' } })
    await receive(0)
    await expect(receive(0)).rejects.toMatchObject({ problem: { code: 'case.transition' } })
  })

  test('an application with a day that cannot be meant has a finding, and is not signed', async () => {
    const { cases } = world.city(COLLECTING)
    const [submitted] = await cases.bodies(thread, 'person:1')
    const { salt, caseNo, item, ...content } = (submitted?.body ?? {}) as Record<string, unknown>
    const wrong = { ...content, to: HANDLING, item: ITEM.taskCode, mode: 1, receivedAt: instant(86_400_000) }
    const findings = await cases.preflight(wrong as never, 'person:wang')
    expect(findings.map(({ field, level }) => `${field} ${level}`)).toContain('receivedAt error')
    const fine = { ...wrong, receivedAt: instant(0) }
    expect((await cases.preflight(fine as never, 'person:wang')).map(({ field }) => field)).not.toContain('receivedAt')
  })
})
