/**
 * Random walks of two clerks and two cities through cases of all modes, over a network that loses, delays, doubles and reorders:
 * through the real exchange, store and clock. At the end both cities tell the same of every case, to the day of every deadline;
 * nothing was refused; and no case left its end again. `TONGBAN_TEST_SEED` repeats a walk.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CaseDetail } from '../../node/city/cases/detail.ts'
import { type CaseState, foldCase } from '../../protocol/case/fold.ts'
import {
  AUTHORS,
  type CaseContent,
  type CaseKind,
  DECISIONS,
  isMoveKind,
  type Mode,
  OUTCOMES,
  SPECIAL_PROCEDURES,
} from '../../protocol/case/kinds.ts'
import { openPayments } from '../../protocol/case/payments.ts'
import { objectionWaits, permits, questionsFor, stepsFor } from '../../protocol/case/permits.ts'
import { decodeFrame, encodeFrame, type Frame } from '../../protocol/exchange/frames.ts'
import { LIMITS } from '../../protocol/limits.ts'
import { STREAM } from '../../protocol/names.ts'
import { fromHex } from '../../protocol/primitives.ts'
import { ProblemError } from '../../protocol/problem.ts'
import { type Dice, diceOf, SEED, tellsWhere } from '../support/chance.ts'
import type { MemoryFrame } from '../support/memory-network.ts'
import { createWorld } from '../support/world.ts'
import { agree, COLLECTING, HANDLING, submitCase, worldAgreement } from '../support/world-case.ts'

const KINDS = Object.keys(AUTHORS) as CaseKind[]
const WALKS = 8
/** Walks in all until each kind of packet was written: few walks come to a kind that stands at the end of a life. */
const MOST_WALKS = 40
const STEPS = 160
const MODES: readonly Mode[] = [0, 1, 2, 3]
/** Codes of the materials that are asked for and given. */
const SCANS = ['M01', 'M02'] as const
/** Code of the material that comes later. */
const LATER = 'M03'
const HOUR = 3_600_000
const DAY = 24 * HOUR

type Counts = Partial<
  Record<
    | CaseKind
    | 'unlawful'
    | 'recovering'
    | 'objected after the end'
    | 'waited for originals'
    | 'lost'
    | 'stalled'
    | 'doubled'
    | 'reordered'
    | 'restarted'
    | 'ended',
    number
  >
>
type World = Awaited<ReturnType<typeof createWorld>>

const scanOf = (code: string) => createHash('sha256').update(code).digest('hex')
const china = (ms: number) => new Date(ms + 8 * HOUR).toISOString().slice(0, 10)

/** A body that its schema allows; whether the case allows it, `permits` says. */
function bodyFor(kind: CaseKind, state: CaseState, city: string, now: number, dice: Dice): object {
  const at = new Date(now).toISOString()
  const clerk = { no: '1' }
  const bodies: { [K in CaseKind]: () => CaseContent<K> | null } = {
    'case.submit': () => null,
    'case.supplement': () => {
      const { materials, form } = state.lacking ?? { materials: [], form: [] }
      return {
        // Sometimes one is forgotten, and nothing may come of it.
        materials: materials.slice(dice.chance(0.2) ? 1 : 0).map(code => ({ sha256: scanOf(code), code, name: code })),
        ...(form.length === 0 ? {} : { form: Object.fromEntries(form.map(field => [field, '更正'])) }),
        ...(dice.chance(0.5) ? { note: '已补' } : {}),
      }
    },
    'case.commit': () => ({ materials: [LATER], until: china(now + (1 + dice.upTo(20)) * DAY) }),
    'case.hand-in': () => ({ materials: [{ sha256: scanOf(LATER), code: LATER, name: LATER }] }),
    'case.request-payment': () => ({
      number: String(dice.upTo(1_000_000_000)),
      amount: '20.5',
      ...(dice.chance(0.5) ? { procedure: '缴费' } : {}),
      ...(dice.chance(0.5) ? { payBy: china(now + (1 + dice.upTo(9)) * DAY) } : {}),
    }),
    'case.record-payment': () => {
      const [{ packet: payment } = { packet: '' }] = openPayments(state)
      return { payment, result: 'paid', settledOn: china(now) }
    },
    'case.ship': () => ({ waybill: { carrier: 'EMS', number: '1' }, contents: ['申请表'] }),
    'case.withdraw': () => ({ reason: '改变主意' }),
    'case.remind': () => ({ text: '请尽快' }),
    'case.result-received': () => ({ receivedAt: at }),
    'case.evaluate': () => ({
      target: dice.one(['window', 'department']),
      level: 1 + dice.upTo(5),
      channel: '窗口',
    }),
    'case.message': () => ({ text: '您好' }),
    'case.arrived': () => ({ localCaseNo: `L-${dice.upTo(1_000_000)}` }),
    'case.precheck': () => ({}),
    'case.request-supplement': () => ({
      notice: '请补正',
      ...(dice.chance(0.5) ? { deadline: china(now + dice.upTo(20) * DAY) } : {}),
      materials: SCANS.slice(dice.upTo(3)).map(code => ({ code, reason: '不清晰' })),
      ...(dice.chance(0.3) ? { form: [{ field: '联系地址', reason: '缺少门牌号' }] } : {}),
    }),
    'case.accept': () => (dice.chance(0.5) ? { promisedBy: china(now + dice.upTo(30) * DAY) } : {}),
    'case.refuse': () => ({ reason: '不属于职权', basis: '行政许可法 32' }),
    'case.progress': () => ({ step: '审查' }),
    'case.pause': () => ({ procedure: dice.one(SPECIAL_PROCEDURES), reason: '特别程序' }),
    'case.resume': () => ({}),
    'case.extend': () => ({ until: china(now + (1 + dice.upTo(40)) * DAY), reason: '复杂', approver: '负责人' }),
    'case.decide': () => ({ outcome: dice.one(DECISIONS), reason: '经审查', documentNo: '1' }),
    'case.send-result': () => ({
      method: dice.one(['e-licence', 'file', 'mail', 'pickup']),
      waybill: { carrier: 'EMS', number: '2' },
    }),
    'case.close': () => ({ outcome: state.decision ?? dice.one(OUTCOMES) }),
    'case.answer-evaluation': () => ({ target: city === state.collecting ? 'window' : 'department', text: '致歉' }),
    'case.appeal-evaluation': () => ({ target: city === state.collecting ? 'window' : 'department', reason: '误评' }),
    'case.supervise': () => ({
      text: '请报',
      ...(dice.chance(0.5) ? { answerBy: china(now + dice.upTo(9) * DAY) } : {}),
    }),
    'case.answer': () => {
      const questions = questionsFor(state, city)
      return { to: questions[dice.upTo(questions.length)]?.packet ?? '', text: '已安排' }
    },
    'case.verify-remote': () => ({
      subject: 'identity',
      from: at,
      to: at,
      collectingClerk: clerk,
      handlingClerk: clerk,
      result: 'verified',
    }),
    'case.mail': () => ({
      waybill: { carrier: 'EMS', number: '1' },
      parcel: 'originals',
      at,
      state: state.instants.shipped === null ? 'ordered' : 'delivered',
    }),
    'case.originals': () => ({
      event: dice.one(['taken', 'sent', 'returned'] as const),
      items: [{ name: '户口簿' }],
      at,
    }),
    'case.purge': () => ({ cause: 'law', bodies: 0, materials: 0, purgedAt: at }),
    'case.object': () => ({ reason: '请核对' }),
    // Of what the city asked itself, else of no step of its own: that is refused, and nothing may come of it.
    'case.correct': () => ({
      packet: state.asked.findLast(asked => asked.city === city)?.packet ?? 'ab'.repeat(32),
      statement: '更正',
      reason: '笔误',
    }),
    'case.revoke': () => ({
      objection: state.asked.findLast(asked => asked.kind === 'case.object')?.packet ?? 'ab'.repeat(32),
      reason: '异议成立',
      basis: '行政许可法 69',
    }),
  }
  return bodies[kind]() ?? {}
}

/** What the walk under way is at. */
let place = ''

/** One walk, until every packet is receipted. `counts` is added to. */
async function walk(seed: number, counts: Counts): Promise<void> {
  const at = (what: string) => {
    place = `the walk of ${seed}, ${what}`
  }
  at('before its first step')
  const dice = diceOf(seed)
  const count = (what: keyof Counts) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  let lossy = 0
  const seen: { from: string; frame: Extract<Frame, { type: 'packet' }> }[] = []
  const onFrame = ({ from, frame, protocol }: MemoryFrame) => {
    if (protocol !== STREAM.exchange) return
    const decoded = decodeFrame(frame)
    if (decoded.ok && decoded.frame.type === 'packet') seen.push({ from, frame: decoded.frame })
    if (dice.chance(lossy)) {
      count('lost')
      world.network.drop(COLLECTING, HANDLING)
    }
  }
  const world: World = await createWorld({ onFrame })
  const items = worldAgreement().items.map(item => ({ ...item, modes: [...MODES] }))
  const agreement = await agree(world, worldAgreement({ items, clock: { recheckDays: 1 }, evaluationDays: 3 } as never))
  const uploaded = (city: string) => {
    for (const sha256 of [...SCANS, LATER].map(scanOf))
      world.city(city).scans.held.set(sha256, { sha256, size: 1, type: 'application/pdf' })
  }
  for (const city of [COLLECTING, HANDLING]) uploaded(city)
  const threads: string[] = []
  const ends = new Map<string, string>()
  for (const mode of MODES) {
    threads.push(
      await submitCase(world, agreement, {
        mode,
        item: { code: items[0]?.taskCode ?? '', name: 'x', version: 1, promiseDay: 5, anticipateDay: 20 },
        receivedAt: new Date(world.clock.now()).toISOString(),
        // In mode 1 the originals are mailed.
        materials: [{ sha256: scanOf('M01'), code: 'M01', name: 'M01', form: 'original' }],
      }),
    )
    count('case.submit')
  }
  const [first] = threads
  if (first === undefined) throw new Error('no case')
  lossy = 0.03

  /** What the city holds of the case, or null when it has not come. A case that ended stays as it ended. */
  const stateAt = async (city: string, thread: string): Promise<CaseState | null> => {
    const found = await world
      .city(city)
      .cases.get(thread)
      .catch(() => null)
    if (found === null) return null
    const { state, outcome } = found.fold
    const key = `${city} ${thread}`
    const ended = ends.get(key)
    // A decision may be revoked after the end; that is the only way to another one.
    if (ended !== undefined && outcome !== 'void') expect([key, `${state} ${outcome}`]).toEqual([key, ended])
    if (ended !== undefined && outcome === 'void') expect([key, state]).toEqual([key, 'closed'])
    if (state === 'closed' || state === 'refused') ends.set(key, `${state} ${outcome}`)
    return found.fold
  }

  const act = async () => {
    const city = dice.one([COLLECTING, HANDLING])
    const thread = dice.one([first, ...threads])
    const state = await stateAt(city, thread)
    if (state === null) return
    const ending = dice.chance(0.1)
    // A case goes on for long, as a rule; but every kind has its turn.
    const possible = stepsFor(state, city).filter(
      kind => ending || counts[kind] === undefined || (kind !== 'case.close' && kind !== 'case.refuse'),
    )
    const rarest = possible.toSorted((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0))[0]
    const kind = dice.chance(0.5) ? rarest : possible[dice.upTo(possible.length)]
    if (kind === undefined) return
    const body = bodyFor(kind, state, city, world.clock.now(), dice)
    if (permits(state, kind, body, city) !== null) return
    const { cases, exchange } = world.city(city)
    const partner = city === COLLECTING ? HANDLING : COLLECTING
    try {
      if (kind === 'case.purge')
        await exchange.author.write({ thread, partner }, [{ kind, content: body, materials: [] }] as never)
      else await cases.step(thread, kind, body as never, 'person:1')
    } catch (error) {
      // What came from the partner or the approval system meanwhile made the step impossible: then it is so now.
      const now = await stateAt(city, thread)
      if (now !== null && permits(now, kind, body, city) !== null) return
      const code = error instanceof ProblemError ? error.problem.code : null
      // A day that the law does not allow: nothing was said.
      if (code === 'case.limit' || code === 'case.day') return count('unlawful')
      // An objection came that waits for its answer; a material is still to come; or there is nothing to correct.
      const blocked = now !== null && (objectionWaits(now) || now.committed?.kept === null || kind === 'case.correct')
      if (code === 'case.transition' && blocked) return count('unlawful')
      // The two cities are still comparing what each holds: nothing was said, and the clerk comes again later.
      if (code === 'exchange.recovering') return count('recovering')
      throw error
    }
    count(kind)
    if (kind === 'case.object' && state.state === 'closed') count('objected after the end')
    if (kind === 'case.precheck' && state.paper && state.instants.shipped === null) count('waited for originals')
  }

  /** A line of its own on which a city says again what it said before, or too early what comes later. */
  const sayAgain = async () => {
    const city = dice.one([COLLECTING, HANDLING])
    const partner = city === COLLECTING ? HANDLING : COLLECTING
    // On a half-open line it would wait for ever.
    world.network.heal(COLLECTING, HANDLING)
    const own = seen.filter(({ from }) => from === city)
    const [again] = own.slice(dice.upTo(own.length))
    if (again === undefined) return
    const { transport, exchange, db, play } = world.city(city)
    const [sent, received] = [
      await exchange.packets.link(db, partner, 'out'),
      await exchange.packets.link(db, partner, 'in'),
    ].map(({ n, hash }) => ({ n, hash }))
    const identity = { certificates: [play.certificate], delegations: play.delegations, revocations: [] }
    const hello = { v: 1, city, software: 'again', at: 0, identity, addresses: [], sent, received, list: null }
    try {
      const wire = await transport.open(partner, [`/memory/${partner}`], STREAM.exchange, {
        maxFrame: LIMITS.frameBytes,
      })
      await wire.send(encodeFrame({ type: 'hello', hello: hello as never }))
      const early = dice.chance(0.5)
      // So far ahead that what the city writes meanwhile never reaches it: at the next place it would be the city's own word.
      await wire.send(encodeFrame(early ? { ...again.frame, n: (sent?.n ?? 0) + 2 * STEPS } : again.frame))
      await wire.close()
      count(early ? 'reordered' : 'doubled')
    } catch {
      // The line is down: nothing is said.
    }
  }

  const settle = async () => {
    world.network.heal(COLLECTING, HANDLING)
    await world.settle()
    for (const thread of threads) await keepsWhole(world, thread)
  }

  /** A case of mode 2 whose decision is objected to after the end, and revoked: few walks come there by chance. */
  async function revoked(): Promise<string> {
    await together(world)
    const thread = await submitCase(world, agreement, {
      mode: 2,
      receivedAt: new Date(world.clock.now()).toISOString(),
    })
    const say = async (city: string, kind: CaseKind, body: object) => {
      await world.city(city).cases.step(thread, kind, body as never, 'person:1')
      count(kind)
    }
    await say(COLLECTING, 'case.arrived', { localCaseNo: 'L' })
    await say(COLLECTING, 'case.accept', {})
    await say(COLLECTING, 'case.decide', { outcome: 'granted' })
    await say(COLLECTING, 'case.close', { outcome: 'granted' })
    await together(world)
    await say(HANDLING, 'case.object', { reason: '请核对' })
    await together(world)
    const objection = (await stateAt(COLLECTING, thread))?.asked.at(-1)?.packet ?? ''
    await say(COLLECTING, 'case.revoke', { objection, reason: '异议成立', basis: '行政许可法 69' })
    expect((await stateAt(COLLECTING, thread))?.outcome).toBe('void')
    return thread
  }

  for (let step = 0; step < STEPS; step++) {
    const what = dice.upTo(20)
    at(`step ${step}, ${what} of 20`)
    if (what < 13) await act()
    else if (what < 15) await settle()
    else if (what === 15) world.clock.advance(dice.upTo(3) * DAY + dice.upTo(12) * HOUR)
    else if (what === 16) {
      world.network.stall(COLLECTING, HANDLING)
      count('stalled')
    } else if (what === 17) {
      world.network.partition(COLLECTING, HANDLING)
      count('lost')
    } else if (what === 18) await sayAgain()
    else if (dice.chance(0.3)) {
      world.network.heal(COLLECTING, HANDLING)
      const city = dice.one([COLLECTING, HANDLING])
      await world.restart(city)
      uploaded(city)
      count('restarted')
    }
  }
  at('at a revoked decision')
  threads.push(await revoked())
  lossy = 0
  at('while both come to the same')
  await together(world)
  for (const [index, thread] of threads.entries()) {
    at(`at the end of case ${index}`)
    const [here, there] = [COLLECTING, HANDLING].map(code => world.city(code))
    if (here === undefined || there === undefined) throw new Error('no city')
    const a = await here.cases.get(thread)
    const b = await there.cases.get(thread)
    expect({ received: timesOf(a), fold: a.fold }).toEqual({ received: timesOf(b), fold: b.fold })
    expect(a.clock).toEqual(b.clock)
    expect([a.due, a.holder, a.state, a.outcome]).toEqual([b.due, b.holder, b.state, b.outcome])
    for (const code of [COLLECTING, HANDLING]) {
      await stateAt(code, thread)
      if (!['closed', 'refused'].includes(a.state)) continue
      count('ended')
      // The decision may be revoked; every other move is over.
      expect(stepsFor(a.fold, code).filter(kind => isMoveKind(kind) && kind !== 'case.revoke')).toEqual([])
      for (const kind of KINDS.filter(isMoveKind)) {
        if (kind === 'case.revoke' && code === a.fold.mover && stepsFor(a.fold, code).includes(kind)) continue
        const body = bodyFor(kind, a.fold, code, world.clock.now(), dice)
        await expect(world.city(code).cases.step(thread, kind, body as never, 'person:1')).rejects.toMatchObject({
          problem: { code: expect.stringMatching(/^case\.(transition|author)$/) },
        })
      }
    }
  }
  at('at its stop')
  await world.stop()
}

/** When each packet was received, by the two receipts that its cities hold. */
const timesOf = ({ timeline }: CaseDetail) =>
  Object.fromEntries(timeline.map(({ packet, kind, at, receiptedAt }) => [packet, `${kind} ${at} ${receiptedAt}`]))

/** What each city keeps of a case is the fold of all packets that it holds of it, each by its receipt. */
async function keepsWhole(world: World, thread: string): Promise<void> {
  for (const code of [COLLECTING, HANDLING]) {
    const { cases, db, exchange } = world.city(code)
    const found = await cases.get(thread).catch(() => null)
    if (found === null) continue
    const [row] = await db.query<{ no: number }>('SELECT no FROM threads WHERE thread = ?', [fromHex(thread)])
    const held = await exchange.packets.packets(db, row?.no ?? 0)
    const told = held.map(({ claims: { iss, kind, seq, iat }, receivedAt }) => [iss, seq, kind, iat, receivedAt])
    expect({ code, told, fold: found.fold }).toEqual({ code, told, fold: foldCase(held) })
  }
}

/** Heals, and waits until each city has what the other wrote, and knows it. Nothing was refused on the way. */
async function together(world: World): Promise<void> {
  world.network.heal(COLLECTING, HANDLING)
  const links = async (code: string) =>
    world
      .city(code)
      .db.query<{ direction: string; n: number; hash: Uint8Array; acked: number }>(
        'SELECT direction, n, hash, acked FROM links ORDER BY direction',
      )
  for (let turn = 0; turn < 40; turn++) {
    world.clock.advance(60_000)
    await world.settle()
    const out = (await Promise.all([COLLECTING, HANDLING].map(links))).map(rows =>
      rows.find(row => row.direction === 'out'),
    )
    if (out.every(row => row !== undefined && row.acked === row.n)) break
  }
  const [inA, outA] = await links(COLLECTING)
  const [inS, outS] = await links(HANDLING)
  expect([outA?.n, outA?.hash, outA?.acked]).toEqual([inS?.n, inS?.hash, inS?.n])
  expect([outS?.n, outS?.hash, outS?.acked]).toEqual([inA?.n, inA?.hash, inA?.n])
  for (const { db } of world.cities.values()) {
    expect(await db.query('SELECT count(*) AS n FROM refusals')).toEqual([{ n: 0 }])
    expect(await db.query(`SELECT count(*) AS n FROM packets WHERE status <> 'stored'`)).toEqual([{ n: 0 }])
  }
}

test('two clerks, two cities and a bad network: both tell the same, and no end is left again', async () => {
  const counts: Counts = {}
  tellsWhere(() => `${place}; of it alone, TONGBAN_TEST_SEED is its number`)
  const unseen = () => KINDS.filter(kind => counts[kind] === undefined)
  for (let round = 0; round < WALKS || (round < MOST_WALKS && unseen().length > 0); round++) {
    try {
      await walk(SEED + round, counts)
    } catch (error) {
      throw new Error(`TONGBAN_TEST_SEED=${SEED + round}`, { cause: error })
    }
  }
  console.log(`seed ${SEED}: ${JSON.stringify(counts)}`)
  expect(unseen()).toEqual([])
  for (const what of ['unlawful', 'lost', 'stalled', 'doubled', 'reordered', 'restarted', 'ended'] as const)
    expect([what, counts[what] ?? 0]).toEqual([what, expect.toSatisfy((n: number) => n > 0)])
})
