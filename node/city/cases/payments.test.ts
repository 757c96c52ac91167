import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { PLAY_ITEM } from '../../../test/support/play-case.ts'
import { playItem } from '../../../test/support/play-lists.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'

const ITEM = { taskCode: PLAY_ITEM.code, taskVersion: PLAY_ITEM.version }
const FEE = { number: '4203002026000001', amount: '120.50' }
let world: Awaited<ReturnType<typeof createWorld>>
let thread: string

const step = <K extends CaseKind>(city: string, kind: K, body: CaseContent<K>) =>
  world.city(city).cases.step(thread, kind, body, 'person:1')
const day = (days: number) => new Date(world.clock.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

async function begin(change: Parameters<typeof playItem>[1]): Promise<void> {
  world = await createWorld({ items: [playItem(0, { ...ITEM, ...change })] })
  thread = await submitCase(world, await agree(world), { receivedAt: new Date(world.clock.now()).toISOString() })
  await world.settle()
  await step(HANDLING, 'case.accept', {})
  await world.settle()
}
beforeEach(() =>
  begin({
    isFee: true,
    specialProcedures: [
      { specialType: '2', specialName: '缴费' },
      { specialType: '1', specialName: '延长' },
    ],
  }),
)
afterEach(() => world.stop())

test('a fee is asked for, shown at both cities, and noted as paid by either', async () => {
  await step(HANDLING, 'case.request-payment', { ...FEE, payBy: day(10), procedure: '缴费' })
  await world.settle()
  for (const city of [COLLECTING, HANDLING]) {
    const { fold, clock } = await world.city(city).cases.get(thread)
    expect(fold.payments).toMatchObject([{ ...FEE, payBy: day(10), settled: null }])
    expect(clock.deadlines.find(({ duty }) => duty === 'payment')).toMatchObject({ city: COLLECTING, done: null })
  }
  const payment = (await world.city(COLLECTING).cases.get(thread)).fold.payments[0]?.packet ?? ''
  const record = (city: string, result: 'paid' | 'waived') =>
    step(city, 'case.record-payment', { payment, result, settledOn: day(0) })
  await expect(record(COLLECTING, 'waived')).rejects.toMatchObject({ problem: { code: 'case.author' } })
  await record(COLLECTING, 'paid')
  await world.settle()
  await expect(record(HANDLING, 'paid')).rejects.toMatchObject({ problem: { code: 'case.transition' } })
  for (const city of [COLLECTING, HANDLING])
    expect((await world.city(city).cases.get(thread)).fold.payments[0]?.settled?.result).toBe('paid')
})

test('a number is asked for once while it is to be paid or was; what was cancelled may be asked for again', async () => {
  const taken = { problem: { code: 'case.content', detail: 'number: another payment of the case stands under it' } }
  const payments = async () => (await world.city(HANDLING).cases.get(thread)).fold.payments
  await step(HANDLING, 'case.request-payment', FEE)
  await expect(step(HANDLING, 'case.request-payment', FEE)).rejects.toMatchObject(taken)
  const note = async (result: 'cancelled' | 'paid') =>
    step(HANDLING, 'case.record-payment', {
      payment: (await payments()).at(-1)?.packet ?? '',
      result,
      settledOn: day(0),
    })
  await note('cancelled')
  await step(HANDLING, 'case.request-payment', FEE)
  await note('paid')
  await expect(step(HANDLING, 'case.request-payment', FEE)).rejects.toMatchObject(taken)
})

test('a fee is of an item that has one, and its time is not counted only as the item says', async () => {
  for (const procedure of ['听证', '延长'])
    await expect(step(HANDLING, 'case.request-payment', { ...FEE, procedure })).rejects.toMatchObject({
      problem: { code: 'case.content', detail: 'procedure: no special procedure of the item' },
    })
  await world.stop()
  await begin({ isFee: false })
  await expect(step(HANDLING, 'case.request-payment', FEE)).rejects.toMatchObject({
    problem: { code: 'case.content', detail: 'amount: the item has no fee' },
  })
})

test.each(['0', '0.00', '-1', '1.234', '01', '123456789012345', '1,5'])('an amount is none: %s', async amount => {
  await expect(step(HANDLING, 'case.request-payment', { ...FEE, amount })).rejects.toMatchObject({
    problem: { code: 'request.invalid' },
  })
})

test('who grants while a fee is open says why; what hands out is told of it, and nothing waits for it', async () => {
  await step(HANDLING, 'case.request-payment', FEE)
  const check = (kind: CaseKind, body: object) => world.city(HANDLING).cases.rehearse(thread, kind, body, 'person:1')
  const open = { code: 'fee-open', level: 'notice', cure: 'clerk' }
  const wanted = { code: 'case.content', detail: 'reason: a fee is open: say why it is decided before it is paid' }
  await expect(step(HANDLING, 'case.decide', { outcome: 'granted' })).rejects.toMatchObject({ problem: wanted })
  await expect(check('case.decide', { outcome: 'granted' })).rejects.toMatchObject({ problem: wanted })
  const denied = { outcome: 'denied', reason: '不符合条件', documentNo: '1' }
  expect(await check('case.decide', denied)).toMatchObject([open])
  const explained = { outcome: 'granted', reason: '法定期限将至，缴费不影响决定' } as const
  expect(await check('case.decide', explained)).toMatchObject([open])
  expect(await check('case.progress', { step: '核查' })).toEqual([])
  await step(HANDLING, 'case.decide', explained)
  expect(await check('case.send-result', { method: 'pickup' })).toMatchObject([
    { ...open, reasonZh: expect.stringContaining('4203002026000001') },
  ])
  const { packet } = (await world.city(HANDLING).cases.get(thread)).fold.payments[0] ?? { packet: '' }
  await step(HANDLING, 'case.record-payment', { payment: packet, result: 'paid', settledOn: day(0) })
  expect(await check('case.send-result', { method: 'pickup' })).toEqual([])
  await step(HANDLING, 'case.send-result', { method: 'pickup' })
})

test('an approval system that grants while a fee is open is not stopped: no law has the decision wait', async () => {
  await step(HANDLING, 'case.request-payment', FEE)
  await world
    .city(HANDLING)
    .cases.moves(thread, [{ kind: 'case.decide', body: { outcome: 'granted' } }], 'adapter', async () => {})
  expect((await world.city(HANDLING).cases.get(thread)).fold.decision).toBe('granted')
})
