import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { createJobStore } from '../../spine/dispatch/job-store.ts'
import {
  FOLD_FORM,
  type PacketsOf,
  packetsKey,
  readFold,
  stateOf,
  writeFold,
} from '../../spine/dispatch/stored-fold.ts'
import { linkedTo } from '../cases/joint.ts'
import { createStatistics } from './statistics.ts'

let world: World
let thread: string
let no: number
let right: CaseState

const city = () => world.city(HANDLING)
const packetsOf: PacketsOf = (store, threadNo) => city().packets().packets(store, threadNo)
const textOf = async () => {
  const [row] = await city().db.query<{ fold: string }>('SELECT fold FROM cases WHERE thread_no = ?', [no])
  return row?.fold ?? ''
}
const write = (fold: string) =>
  city().db.transaction(tx => tx.run('UPDATE cases SET fold = ? WHERE thread_no = ?', [fold, no]))

beforeEach(async () => {
  world = await createWorld()
  thread = await submitCase(world, await agree(world))
  await world.settle()
  await city().cases.step(thread, 'case.accept', {}, 'person:1')
  await world.settle()
  const [row] = await city().db.query<{ no: number }>('SELECT no FROM threads WHERE thread = ?', [fromHex(thread)])
  no = row?.no ?? 0
  right = (await city().cases.get(thread)).fold
})
afterEach(() => world.stop())

/** What no thread gives: whoever believes it has not looked at its form. */
const wrong = () => ({ ...right, state: 'closed', localCaseNo: 'wrong', instants: {}, asked: null })

describe('a stored fold', () => {
  test('is read as it was written', async () => {
    const packets = await packetsOf(city().db, no)
    expect(readFold(await textOf())).toEqual({ state: right, of: packetsKey(packets) })
    expect(readFold(writeFold(right, null))).toStrictEqual({ state: right, of: null })
    expect(await stateOf(city().db, async () => [], { threadNo: no, fold: await textOf() })).toEqual(right)
  })

  test('leaves out what stands as in a case of which nothing is told, and has one text, whatever came first', () => {
    const { state, late, ...others } = right
    const told = { ...right, receipts: { accepted: 1 }, late: ['a'], ratings: { ...right.ratings, window: null } }
    expect(Object.keys(JSON.parse(writeFold(right, null)))).toEqual(
      'form of state collecting handling mover item caseNo localCaseNo agreement instants'.split(' '),
    )
    expect(Object.keys(JSON.parse(writeFold(right, null)).instants)).toEqual([
      'received',
      'submitted',
      'arrived',
      'accepted',
    ])
    expect(writeFold({ ...others, late, state }, null)).toBe(writeFold(right, null))
    expect(readFold(writeFold(told, null))?.state).toStrictEqual(told)
    // Whoever folds on may note later packets in it.
    expect(readFold(writeFold(right, null))?.state.late).not.toBe(readFold(writeFold(right, null))?.state.late)
  })

  test.each([
    ['of no form', {}],
    ['of the form before', { form: FOLD_FORM - 1 }],
    ['of a later form', { form: FOLD_FORM + 1 }],
    ['whose form is a text', { form: String(FOLD_FORM) }],
    ['of nothing', null],
  ])('%s is none: everybody reads the thread', async (_, form) => {
    const fold = JSON.stringify(form === null ? {} : { ...wrong(), ...form })
    expect(readFold(fold)).toBeNull()
    await write(fold)
    const { db, cases, clocks } = city()
    expect(await stateOf(db, packetsOf, { threadNo: no, fold })).toEqual(right)
    expect((await cases.get(thread)).fold).toEqual(right)
    expect((await cases.byLocalCaseNo(right.localCaseNo ?? '', ''))?.state).toEqual(right)
    expect(await createJobStore(db, packetsOf).fold(no)).toEqual(right)
    expect(await linkedTo(db, packetsOf, thread, null)).toEqual([])
    const statistics = createStatistics({
      db,
      packets: packetsOf,
      deadlines: async (store, state) => (await clocks.of(store, state)).deadlines,
    })
    await statistics.catchUp()
    expect((await statistics.sums('all', '2026', '2026', null))[0]?.counts).toMatchObject({ accepted: 1 })
    const due = () => db.query('SELECT due, own_due, turn, holder FROM cases')
    const before = await due()
    await cases.recount()
    expect(await due()).toEqual(before)
    // The next step takes its place, in the form of today.
    await cases.step(thread, 'case.extend', { until: '2026-12-31', reason: '疑难', approver: '王' }, 'person:1')
    await cases.step(thread, 'case.decide', { outcome: 'granted' }, 'person:1')
    expect(readFold(await textOf())?.state).toMatchObject({
      state: 'decided',
      decision: 'granted',
      extendedUntil: '2026-12-31',
    })
  })

  test('of a purged case in another form keeps what its thread tells no more', async () => {
    const { db, cases, caseHandler } = city()
    await cases.step(thread, 'case.decide', { outcome: 'granted' }, 'person:1')
    await cases.step(thread, 'case.close', { outcome: 'granted' }, 'person:1')
    await world.settle()
    const closed = (await cases.get(thread)).fold
    await db.transaction(tx =>
      tx.run('DELETE FROM bodies WHERE packet_no IN (SELECT no FROM packets WHERE thread_no = ?)', [no]),
    )
    const { late, pauses, ...kept } = closed
    // The last form that left nothing out, and one of a later program.
    const whole = { ...kept, form: 8, waits: 'none', gone: true }
    for (const other of [whole, { ...JSON.parse(writeFold(closed, null)), form: FOLD_FORM + 1 }]) {
      await write(JSON.stringify(other))
      expect((await cases.get(thread)).fold).toEqual(closed)
    }
    await db.transaction(async tx =>
      caseHandler.rebuild(tx, { threadNo: no, thread, partner: COLLECTING, packets: await packetsOf(tx, no), at: 0 }),
    )
    expect(readFold(await textOf())).toEqual({ state: closed, of: null })
  })
})
