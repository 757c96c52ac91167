import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../../test/support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase } from '../../../test/support/world-case.ts'
import { worldPurges } from '../../../test/support/world-purges.ts'
import { createOriginals, openOriginals, originalReminders, WITH_ORIGINALS } from './originals.ts'

let world: World
let thread: string

beforeEach(async () => {
  world = await createWorld()
  thread = await submitCase(world, await agree(world), { mode: 1, caseNo: 'AK-1' })
  await world.settle()
})
afterEach(() => world.stop())

async function says(city: string, event: string, change: object = {}): Promise<void> {
  const at = new Date(world.clock.now()).toISOString()
  const body = { event, items: [{ name: '户口簿', copies: 1 }], at, ...change }
  await world.city(city).cases.step(thread, 'case.originals', body, 'person:1')
  await world.settle()
}
/** What each city must see to, and what of it lies there. */
const open = async () =>
  Promise.all(
    [COLLECTING, HANDLING].map(async code => {
      const { db, caseKeys } = world.city(code)
      const found = await openOriginals(db, await caseKeys.threadNo(db, thread))
      return found === null ? null : [found.ours, found.here]
    }),
  )

describe('originals that are not settled', () => {
  test('are seen to by the city that took them to the end, and by the other one while it has them', async () => {
    expect(await open()).toEqual([null, null])
    await says(COLLECTING, 'taken')
    expect(await open()).toEqual([[1, 1], null])
    const waybill = { carrier: 'EMS', number: 'E1' }
    await says(COLLECTING, 'sent', { waybill })
    expect(await open()).toEqual([
      [1, 0],
      [1, 1],
    ])
    const at = new Date(world.clock.now()).toISOString()
    const mail = { waybill, parcel: 'originals', state: 'delivered', at }
    await world.city(COLLECTING).cases.step(thread, 'case.mail', mail, 'person:1')
    await world.settle()
    await says(HANDLING, 'received')
    await says(HANDLING, 'sent', { waybill: { carrier: 'EMS', number: 'E2' } })
    expect(await open()).toEqual([[1, 1], null])
    await says(COLLECTING, 'received')
    await says(COLLECTING, 'returned')
    expect(await open()).toEqual([null, null])
    expect((await world.city(COLLECTING).cases.get(thread)).originals).toBeNull()
  })

  test('show at the case, stand in the queue, and are a reminder once it has ended', async () => {
    await says(COLLECTING, 'taken')
    const { db, cases } = world.city(COLLECTING)
    expect((await cases.get(thread)).originals).toMatchObject({ ours: 1, here: 1 })
    expect(await db.query(WITH_ORIGINALS)).toHaveLength(1)
    expect(await originalReminders(db)).toEqual([])
    await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
    await world.settle()
    expect(await originalReminders(db)).toMatchObject([{ kind: 'originals', subject: '1', level: 'warn', act: 'you' }])
    expect(JSON.stringify(await originalReminders(db))).not.toContain('户口簿')
    await says(COLLECTING, 'returned')
    expect(await originalReminders(db)).toEqual([])
  })

  test('are the same when the lists are made anew, and gone with the purge', async () => {
    await says(COLLECTING, 'taken')
    const { db, packets, caseHandler, caseKeys } = world.city(COLLECTING)
    const no = await caseKeys.threadNo(db, thread)
    const before = await openOriginals(db, no)
    await db.transaction(async tx => {
      await tx.run('DELETE FROM open_originals')
      await caseHandler.rebuild(tx, {
        threadNo: no,
        thread,
        partner: HANDLING,
        packets: await packets().packets(tx, no),
        at: world.clock.now(),
      })
    })
    expect(await openOriginals(db, no)).toEqual(before)
    await world.city(HANDLING).cases.step(thread, 'case.close', { outcome: 'returned' }, 'person:2')
    await world.settle()
    await worldPurges(world, world.city(COLLECTING)).purge(thread, 'request', 'person:1')
    expect(await openOriginals(db, no)).toBeNull()
  })

  test('are nothing that the approval system of the other city is handed', async () => {
    await says(COLLECTING, 'taken')
    const { db } = world.city(HANDLING)
    const jobs = await db.query<{ kind: string }>(
      'SELECT p.kind FROM dispatch_jobs j JOIN packets p ON p.no = j.packet_no',
    )
    expect(jobs.map(({ kind }) => kind)).toEqual(['case.submit'])
  })

  test('are not what the other city refused', async () => {
    const handler = world.city(HANDLING).caseHandler
    const admit = handler.admit
    handler.admit = async (store, packets, candidate) =>
      candidate.claims.kind === 'case.originals'
        ? { ok: false, problem: { code: 'case.content', detail: 'test' } }
        : admit(store, packets, candidate)
    await says(COLLECTING, 'taken')
    expect(await open()).toEqual([null, null])
  })
})

test('reading the originals of a case leaves an audit row without their names', async () => {
  await says(COLLECTING, 'taken', { note: '封皮有折痕' })
  const { db, audit, packets } = world.city(COLLECTING)
  const originals = createOriginals({ db, audit, packets: (store, no) => packets().packets(store, no) })
  expect(await originals.of(thread, 'person:1')).toMatchObject({
    open: 1,
    items: [{ name: '户口簿', place: 'here', city: COLLECTING }],
    moves: [{ event: 'taken', note: '封皮有折痕' }],
  })
  const rows = await audit.list({ action: 'case.read' }, 10, null)
  expect(rows).toMatchObject([{ actor: 'person:1', subject: thread, detail: { for: 'originals' } }])
  expect(JSON.stringify(await db.query('SELECT * FROM audit'))).not.toMatch(/户口簿|折痕/)
  await expect(originals.of('0'.repeat(32), 'person:1')).rejects.toThrow('thread.unknown')
})
