/** A clock that is wrong signs nothing that cannot be verified, and what it did sign heals once it is right. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CaseKind } from '../../../protocol/case/kinds.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { signReceipt } from '../../../protocol/packet/receipt.ts'
import { toHex } from '../../../protocol/primitives.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { atRest } from '../../../test/support/activity.ts'
import { falsePartner } from '../../../test/support/false-partner.ts'
import { createWorld } from '../../../test/support/world.ts'
import { agree, submitCase } from '../../../test/support/world-case.ts'

const A = '610900'
const S = '420300'
const DAY = 86_400_000
let world: Awaited<ReturnType<typeof createWorld>>
let thread: string
/** the next receipt of Shiyan is lost, and the connection with it */
let dropReceipt = false
/** a packet goes from Ankang to Shiyan */
let onPacket = () => {}

beforeEach(async () => {
  dropReceipt = false
  onPacket = () => {}
  world = await createWorld({
    onFrame: ({ from, to, frame }) => {
      if (from === A && frame[0] === 2) onPacket()
      if (!dropReceipt || from !== S || to !== A || frame[0] !== 3) return
      dropReceipt = false
      world.network.partition(A, S)
    },
  })
  thread = await submitCase(world, await agree(world))
  await world.settle()
})
afterEach(() => world.stop())

const step = (code: string, kind: CaseKind, content: object) =>
  world.city(code).cases.step(thread, kind, content, 'person:1')
const say = (code: string, text: string) => step(code, 'case.message', { text })
const caseAt = (code: string) => world.city(code).cases.get(thread)
const noticesAt = (code: string) => world.city(code).exchange.notices()

async function later(turns = 4): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    world.clock.advance(600_000)
    await world.settle()
  }
}

async function expectOneTruth(): Promise<void> {
  const [here, there] = await Promise.all([caseAt(A), caseAt(S)])
  expect(here.fold).toEqual(there.fold)
  expect(here.timeline.map(({ packet }) => packet).sort()).toEqual(there.timeline.map(({ packet }) => packet).sort())
  expect(here.timeline.every(({ receiptedAt }) => receiptedAt !== null)).toBe(true)
}

describe('nothing is signed', () => {
  test('while the own key is not delegated: the packet waits, and is stored when the clock is right', async () => {
    world.skew(S, -40 * DAY)
    await say(A, '请尽快办理')
    await later()
    expect((await caseAt(A)).parked).toBeNull()
    const refused = await world.city(S).db.query('SELECT * FROM refusals')
    expect(refused).toEqual([])
    expect(noticesAt(S)).toMatchObject([{ kind: 'clock', partner: S, problem: { code: 'clock.own' } }])
    expect(world.city(A).problems.map(({ problem }) => problem.code)).toContain('clock.partner')
    world.skew(S, 0)
    await later()
    await expectOneTruth()
  })

  test('before what was signed last; a step back of the clock skew is waited out under the last time', async () => {
    await say(A, '第一条')
    await world.settle()
    const last = await lastTime(A)
    world.skew(A, -LIMITS.clockSkewSeconds * 1000)
    await say(A, '第二条')
    expect(await lastTime(A)).toBe(last)
    world.skew(A, -(LIMITS.clockSkewSeconds + 1) * 1000)
    await expect(say(A, '第三条')).rejects.toMatchObject({
      problem: { code: 'clock.own', detail: `${LIMITS.clockSkewSeconds + 1} s behind what this node signed last` },
    })
    expect(await world.city(A).audit.list({ action: 'link.clock' }, 10, null)).toHaveLength(1)
    await world.settle()
    world.skew(A, 0)
    await say(A, '第三条')
    await later()
    await expectOneTruth()
  })

  test('before what was signed last, when the node was started in between', async () => {
    await say(A, '第一条')
    await world.settle()
    world.skew(A, -DAY)
    await world.restart(A)
    await expect(say(A, '第二条')).rejects.toMatchObject({ problem: { code: 'clock.own' } })
  })
})

const lastTime = async (code: string): Promise<number> => {
  const [row] = await world
    .city(code)
    .db.query<{ iat: number }>(`SELECT iat FROM packets WHERE direction = 'out' ORDER BY no DESC LIMIT 1`)
  return row?.iat ?? 0
}

describe('a receipt that cannot be verified', () => {
  test.each([
    ['of a time before the delegation', -40 * DAY],
    ['of a day to come', DAY],
  ])('%s is given anew when the packet is sent again', async (_, off) => {
    dropReceipt = true
    await say(A, '请尽快办理')
    for (let turn = 0; dropReceipt && turn < 20; turn++) await world.settle()
    // As a clock that was wrong would have signed it.
    const { db, play } = world.city(S)
    const [row] = await db.query<{ no: number; id: Uint8Array }>(
      `SELECT r.no, p.id FROM receipts r JOIN packets p ON p.receipt_no = r.no WHERE p.direction = 'in' ORDER BY p.no DESC LIMIT 1`,
    )
    const iat = Math.floor((world.clock.now() + off) / 1000)
    const items = [{ id: toHex(row?.id ?? new Uint8Array()), status: 'stored' as const }]
    const spoilt = await signReceipt({ v: 1, iss: S, aud: A, iat, items }, play.packetSigner)
    await db.transaction(tx =>
      tx.run('UPDATE receipts SET jws = ? WHERE no = ?', [spoilt, row?.no ?? 0]).then(() => {}),
    )
    const taken = async () => (await caseAt(A)).timeline.at(-1)?.receiptedAt
    expect(await taken()).toBeNull()
    world.network.heal(A, S)
    await later()
    expect(await taken()).not.toBeNull()
    await expectOneTruth()
    const { packets } = world.city(S)
    const threadNo = (await packets().thread(db, thread))?.no ?? 0
    expect(await packets().threadReceipts(db, threadNo)).not.toContain(spoilt)
  })

  test('is none that was given while another batch with the same packet waited: it stands', async () => {
    const { db } = world.city(S)
    const { transaction } = db
    let release = () => {}
    let begun = false
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    onPacket = () => {
      onPacket = () => {}
      // The batch has its time, and waits for the writer: a machine that was paused, a disk that is slow.
      db.transaction = async work => {
        db.transaction = transaction
        begun = true
        await held
        return transaction(work)
      }
    }
    await say(A, '请尽快办理')
    // The reader of S has a frame in hand as long as the writer is held.
    const rest = () => atRest(() => world.network.settle(100))
    while (!begun) await rest()
    world.network.drop(A, S)
    const taken = async () => (await caseAt(A)).timeline.at(-1)?.receiptedAt ?? null
    for (let turn = 0; turn < 200 && (await taken()) === null; turn++) {
      world.clock.advance(turn === 0 ? DAY : 60_000)
      await rest()
    }
    expect(await taken()).not.toBeNull()
    release()
    await later()
    await expectOneTruth()
    const received = (code: string) =>
      caseAt(code).then(({ timeline }) => timeline.map(({ receiptedAt }) => receiptedAt))
    expect(await received(S)).toEqual(await received(A))
    // What comes next is folded onto what stands.
    await say(A, '谢谢')
    await world.settle()
    await expectOneTruth()
  })

  test('is refused by the city that sent the packet, which says so the second time', async () => {
    const partner = await falsePartner(world, A, S)
    partner.gives = true
    partner.signs = 1
    await say(S, '请补充电话')
    await later(2)
    const told = () => world.city(S).exchange.notices(A)
    expect(told()).toMatchObject([{ kind: 'receipt', problem: { code: 'key.expired' } }])
    expect(told()[0]?.problem.detail).toMatch(/^the receipt for place \d+ was refused \d times$/)
    expect(await world.city(S).audit.list({ action: 'link.receipt' }, 10, null)).toHaveLength(1)
    partner.signs = undefined
    await later(2)
    await later(2)
    expect(told()).toEqual([])
    expect((await caseAt(S)).timeline.at(-1)?.receiptedAt).not.toBeNull()
    await partner.stop()
  })

  test.each([
    [LIMITS.clockSkewSeconds, true],
    [LIMITS.clockSkewSeconds + 1, false],
  ])('is one that is dated %i seconds ahead: taken %s', async (ahead, taken) => {
    const partner = await falsePartner(world, A, S)
    await later(2)
    partner.gives = true
    partner.signs = Math.floor(world.clock.now() / 1000) + ahead
    await say(S, '请补充电话')
    await world.settle()
    expect((await caseAt(S)).timeline.at(-1)?.receiptedAt !== null).toBe(taken)
    await partner.stop()
  })
})

describe('a clock that jumps by a day and comes back', () => {
  test.each([
    [A, DAY],
    [A, -DAY],
    [S, DAY],
    [S, -DAY],
  ])('at %s by %i ms ends with one truth and a notice', async (code, jump) => {
    const other = code === A ? S : A
    const attempt = (at: string, text: string) =>
      say(at, text).catch((error: unknown) => {
        if (!(error instanceof ProblemError) || error.problem.code !== 'clock.own') throw error
      })
    world.skew(code, jump)
    await attempt(code, '时钟有误')
    await attempt(other, '时钟正确')
    await later(2)
    world.skew(code, 0)
    await later(8)
    const shown = [
      ...noticesAt(A).map(({ problem }) => problem.code),
      ...noticesAt(S).map(({ problem }) => problem.code),
      (await caseAt(A)).parked?.code,
      (await caseAt(S)).parked?.code,
    ]
    expect(shown.some(problem => problem === 'clock.own' || problem === 'envelope.clock')).toBe(true)
    // Work goes on at both, without anybody's help.
    await say(code, '时钟已校准')
    await say(other, '收到')
    await later()
    await expectOneTruth()
    expect((await caseAt(A)).timeline.filter(({ kind }) => kind === 'case.message').length).toBeGreaterThanOrEqual(2)
  })
})
