import * as jose from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import { decodeFrame, type Frame } from '../../../protocol/exchange/frames.ts'
import { LIMITS } from '../../../protocol/limits.ts'
import { STREAM } from '../../../protocol/names.ts'
import type { Actor, ProblemCode } from '../../../protocol/problem.ts'
import { type ListHead, signListHead } from '../../../protocol/service/list.ts'
import type { MemoryNetworkOptions } from '../../../test/support/memory-network.ts'
import { createPartnerWorld, type PartnerWorld, type TestableCity } from '../../../test/support/partner-world.ts'
import { MATERIAL_LIMITS } from '../../spine/materials/limits.ts'
import { HOP_NAMES, type HopName } from './hops.ts'
import { insertTest, KEPT_TESTS, type PartnerTest, testsOf } from './test-records.ts'
import { TEST_LIMITS } from './test-walk.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const A = '610900'
const S = '420300'
let world: PartnerWorld
let ankang: TestableCity
let shiyan: TestableCity

/** Two partners; `before` is done while neither has started. */
async function begin(options: MemoryNetworkOptions = {}, before = async () => {}): Promise<void> {
  world = await createPartnerWorld(NOW, options)
  ankang = world.ankang
  shiyan = world.shiyan
  await before()
  await ankang.start()
  await shiyan.start()
}

let release = () => {}

afterEach(async () => {
  release()
  await world.stop()
})

const ended = (no: number): Promise<PartnerTest> =>
  world.until(async () => {
    const found = await ankang.tests.get(S, no)
    return found.state === 'running' ? null : found
  })

/** Runs a test of Shiyan by Ankang to its end. */
const tested = async (): Promise<PartnerTest> => ended((await ankang.tests.begin(S, 'person:1')).no)

const hopOf = (found: PartnerTest, name: HopName) => found.hops.find(({ hop }) => hop === name)

/** The hop failed with this problem, those before it passed, those after it were left out, and no material stayed. */
async function failsAt(name: HopName, code: ProblemCode, act: Actor, ran?: PartnerTest): Promise<PartnerTest> {
  const found = ran ?? (await tested())
  expect(hopOf(found, name)).toMatchObject({ state: 'failed', problem: { code }, act })
  const at = HOP_NAMES.indexOf(name)
  expect(found.hops.map(({ state }) => state)).toEqual(
    HOP_NAMES.map((_, index) => (index < at ? 'ok' : index === at ? 'failed' : 'skipped')),
  )
  expect(found.state).toBe('failed')
  expect(ankang.ended).toMatchObject([{ hop: name, problem: { code } }])
  expect([await ankang.files(), await shiyan.files()]).toEqual([0, 0])
  return found
}

/** Stores so many pings of the last hour. */
async function pinged(city: TestableCity, partner: string, direction: 'in' | 'out', count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const thread = `${direction === 'in' ? 'a' : 'b'}${String(n).padStart(31, '0')}`
    await city.db.transaction(tx =>
      insertTest(tx, { partner, direction, thread, hops: [], begunAt: NOW, pingedAt: NOW }),
    )
  }
  await city.db.transaction(tx => tx.run(`UPDATE partner_tests SET state = 'passed'`))
}

/** Active partners that nobody can reach. */
async function strangers(...codes: string[]): Promise<void> {
  await ankang.db.transaction(async tx => {
    for (const code of codes)
      await tx.run(
        `INSERT INTO partners (code, name, status, fingerprint, addresses, words, paired_at, confirmed_at, seen_at)
         VALUES (?, '', 'active', '', '[]', '[]', 0, 0, NULL)`,
        [code],
      )
  })
  await ankang.trust.reload()
}

/** Does `work` when the frame goes over the network for the first time. */
function when(is: (frame: Frame) => boolean, work: () => void): MemoryNetworkOptions {
  let done = false
  return {
    onFrame({ frame }) {
      const decoded = decodeFrame(frame)
      if (done || !decoded.ok || !is(decoded.frame)) return
      done = true
      work()
    },
  }
}

describe('partner tests', () => {
  test('every hop passes, with its time; nothing stays but the result', async () => {
    await begin()
    await shiyan.publishList()
    const found = await tested()
    expect(found.hops.filter(({ problem }) => problem !== null)).toEqual([])
    expect(found.hops.map(({ hop, state }) => [hop, state])).toEqual(HOP_NAMES.map(hop => [hop, 'ok']))
    expect(found).toMatchObject({ state: 'passed', direction: 'out', partner: S })
    expect(hopOf(found, 'list')?.facts).toEqual({ version: 1 })
    expect(hopOf(found, 'material')?.facts).toMatchObject({ bytes: LIMITS.testMaterialBytes })
    expect(hopOf(found, 'evidence')?.facts).toEqual({ packets: 2, receipts: 2 })
    expect([await ankang.files(), await shiyan.files()]).toEqual([0, 0])
    expect(await shiyan.tests.list(A)).toMatchObject([{ direction: 'in', state: 'passed', thread: found.thread }])
    expect([ankang.ended, ankang.failures, shiyan.failures]).toEqual([[], [], []])
    const rows = await ankang.audit.list({ action: 'partner.tested' }, 5, null)
    expect(rows.map(({ subject }) => subject)).toEqual([S])
    expect(world.network.failures).toEqual([])
  })

  test('a partner that is down fails the connection', async () => {
    await begin()
    world.network.partition(ankang.peer, shiyan.peer)
    await failsAt('connect', 'exchange.unreachable', 'partner')
  })

  test('when no other partner is connected either, the own network is to blame', async () => {
    await begin()
    await strangers('510700')
    world.network.partition(ankang.peer, shiyan.peer)
    const found = await failsAt('connect', 'exchange.unreachable', 'operator')
    expect(hopOf(found, 'connect')?.problem?.detail).toMatch(/; no other partner is connected either$/)
  })

  test('a partner that suspended this city fails the connection', async () => {
    await begin()
    await shiyan.partners.suspend(A, 'person:2')
    world.network.drop(ankang.peer, shiyan.peer)
    await failsAt('connect', 'exchange.unreachable', 'partner')
  })

  test('a partner that connects and says nothing fails identity, in bounded time', async () => {
    world = await createPartnerWorld(NOW)
    ankang = world.ankang
    shiyan = world.shiyan
    const silent = { maxFrame: LIMITS.frameBytes, maxStreamsPerCity: 8 }
    const hung = new Promise<void>(resolve => {
      release = resolve
    })
    await shiyan.transport.handle(STREAM.exchange, () => hung, silent)
    await ankang.start()
    const before = world.common.now()
    await failsAt('identity', 'exchange.timeout', 'partner')
    expect(world.common.now() - before).toBeLessThan(TEST_LIMITS.hop * 2)
  })

  test('another certificate than the paired one fails identity', async () => {
    await begin()
    shiyan.side.identity = { ...shiyan.side.identity, certificates: [ankang.play.certificate] }
    await failsAt('identity', 'certificate.mismatch', 'partner')
  })

  test('a clock that is off fails identity; whose it is, the other partners tell', async () => {
    await begin()
    shiyan.clock.off = (LIMITS.clockSkewSeconds + 60) * 1000
    const found = await failsAt('identity', 'clock.partner', 'partner')
    expect(hopOf(found, 'identity')?.problem?.detail).toMatch(/^36\d s ahead$/)
    for (const code of ['422801', '511700']) ankang.sightings.note(code, shiyan.clock.off)
    ankang.ended.length = 0
    await failsAt('identity', 'clock.own', 'operator')
  })

  test('a list whose head was tampered with fails the list', async () => {
    await begin()
    await shiyan.publishList()
    const head = shiyan.services.head() ?? ''
    shiyan.services.head = () => `${head.slice(0, -8)}AAAAAAAA`
    await failsAt('list', 'envelope.signature', 'partner')
  })

  test('a list that is not what its head says fails the list', async () => {
    // Before Ankang can follow the list by itself.
    await begin({}, async () => {
      await shiyan.publishList()
      await shiyan.db.transaction(tx =>
        tx.run('DELETE FROM list_buckets WHERE no = (SELECT min(no) FROM list_buckets)'),
      )
    })
    await failsAt('list', 'list.root', 'partner')
  })

  test('two lists under one version fail the list', async () => {
    await begin()
    await shiyan.publishList()
    const first = await tested()
    expect(first.hops.filter(({ state }) => state !== 'ok')).toEqual([])
    expect(first.state).toBe('passed')
    const claims = jose.decodeJwt(shiyan.services.head() ?? '') as unknown as ListHead
    const other = await signListHead({ ...claims, root: 'ab'.repeat(32) }, shiyan.play.packetSigner)
    shiyan.services.head = () => other
    await failsAt('list', 'list.fork', 'partner')
  })

  test('a packet that gets no receipt fails the packet', async () => {
    await begin(
      when(
        ({ type }) => type === 'packet',
        () => world.network.stall(ankang.peer, shiyan.peer),
      ),
    )
    await failsAt('packet', 'exchange.timeout', 'partner')
  })

  test('a partner that does not know partner tests fails the packet', async () => {
    await begin()
    shiyan.handlers.delete('test')
    await failsAt('packet', 'envelope.claims', 'operator')
  })

  test('so many pings an hour and one more: refused here, and by the partner', async () => {
    await begin()
    await pinged(ankang, S, 'out', LIMITS.testsPerHour - 1)
    await pinged(shiyan, A, 'in', LIMITS.testsPerHour - 1)
    expect((await tested()).state).toBe('passed')
    await failsAt('packet', 'request.rate', 'you')
    await ankang.db.transaction(tx => tx.run('UPDATE partner_tests SET pinged_at = NULL'))
    ankang.ended.length = 0
    const found = await failsAt('packet', 'request.rate', 'you')
    expect((await shiyan.tests.list(A)).some(({ thread }) => thread === found.thread)).toBe(false)
    world.common.advance(3_600_000)
    expect((await tested()).state).toBe('passed')
  })

  test('a material that is cut fails the material, and the operator of this node acts', async () => {
    await begin(
      when(
        ({ type }) => type === 'material-chunk',
        () => world.network.drop(ankang.peer, shiyan.peer),
      ),
    )
    await failsAt('material', 'exchange.unreachable', 'operator')
  })

  test('a material that trickles is given up, whatever keeps coming', async () => {
    // The partner asks for it as soon as it has the packet: only once its receipt is here does each piece take long.
    let receipted = () => {}
    const receipt = new Promise<void>(resolve => {
      receipted = resolve
    })
    await begin(
      {
        onFrame({ frame }) {
          const decoded = decodeFrame(frame)
          if (decoded.ok && decoded.frame.type === 'material-chunk') world.common.advance(MATERIAL_LIMITS.inMemory / 10)
        },
      },
      async () => {
        const handle = ankang.transport.handle.bind(ankang.transport)
        ankang.transport.handle = (protocol, handler, options) =>
          handle(
            protocol,
            protocol === STREAM.materials
              ? async (...opened) => {
                  await receipt
                  return handler(...opened)
                }
              : handler,
            options,
          )
      },
    )
    const { no } = await ankang.tests.begin(S, 'person:1')
    await world.until(async () => {
      const found = await ankang.tests.get(S, no)
      return hopOf(found, 'packet')?.state === 'ok' ? found : null
    })
    receipted()
    const found = await failsAt('material', 'exchange.timeout', 'operator', await ended(no))
    expect(hopOf(found, 'material')?.ms).toBeLessThan(TEST_LIMITS.material)
  })

  test('a material that is gone fails the material', async () => {
    await begin(
      when(
        ({ type }) => type === 'packet',
        () => {
          void (async () => {
            const [row] = await ankang.db.query<{ material: Uint8Array }>('SELECT material FROM partner_tests')
            await ankang.materials.drop(Buffer.from(row?.material ?? []).toString('hex'))
          })()
        },
      ),
    )
    await failsAt('material', 'material.missing', 'operator')
  })

  test('a partner that does not answer fails the material', async () => {
    await begin()
    await shiyan.tests.stop()
    await failsAt('material', 'exchange.timeout', 'partner')
  })

  test('a receipt that does not verify fails the receipt', async () => {
    await begin()
    const { threadReceipts } = ankang.exchange.packets
    ankang.exchange.packets.threadReceipts = async (...asked) =>
      (await threadReceipts(...asked)).map(jws => `${jws.slice(0, -8)}AAAAAAAA`)
    await failsAt('receipt', 'receipt.malformed', 'partner')
  })

  test('evidence that does not verify fails the evidence, and the operator of this node acts', async () => {
    await begin()
    await ankang.db.transaction(tx => tx.run('DELETE FROM delegations WHERE city = ?', [S]))
    const found = await failsAt('evidence', 'evidence.invalid', 'operator')
    expect(hopOf(found, 'evidence')?.problem?.detail).toMatch(/^packets\/0002-420300-1\.jws: /)
  })

  test('one test of a partner at a time, a few in all, and none of a stranger', async () => {
    await begin()
    const unknown = { problem: { code: 'partner.unknown' } }
    await expect(ankang.tests.begin('110100', 'person:1')).rejects.toMatchObject(unknown)
    const first = await ankang.tests.begin(S, 'person:1')
    await expect(ankang.tests.begin(S, 'person:1')).rejects.toMatchObject({ problem: { code: 'request.conflict' } })
    await ended(first.no)
    const codes = Array.from({ length: TEST_LIMITS.atOnce + 1 }, (_, n) => `51070${n}`)
    await strangers(...codes)
    const begun = await Promise.allSettled(codes.map(code => ankang.tests.begin(code, 'person:1')))
    expect(begun.map(({ status }) => status)).toEqual([...Array(TEST_LIMITS.atOnce).fill('fulfilled'), 'rejected'])
    expect(begun.at(-1)).toMatchObject({ reason: { problem: { code: 'request.rate' } } })
    await ankang.partners.suspend(S, 'person:1')
    await expect(ankang.tests.begin(S, 'person:1')).rejects.toMatchObject({ problem: { code: 'partner.inactive' } })
  })

  test('the last tests of a partner are kept, in each direction', async () => {
    await begin()
    await pinged(ankang, S, 'in', KEPT_TESTS)
    await pinged(ankang, S, 'out', KEPT_TESTS)
    expect(await testsOf(ankang.db, S)).toHaveLength(2 * KEPT_TESTS)
    const { no } = await ankang.tests.begin(S, 'person:1')
    await ended(no)
    const kept = await testsOf(ankang.db, S)
    expect(kept).toHaveLength(2 * KEPT_TESTS)
    expect(kept[0]?.no).toBe(no)
  })

  test('a test that a stop of the node cut short is ended, and what was asked is answered later', async () => {
    await begin()
    await shiyan.tests.stop()
    const { no, thread } = await ankang.tests.begin(S, 'person:1')
    await world.until(async () => ((await shiyan.tests.list(A)).length > 0 ? true : null))
    await ankang.tests.stop()
    expect(await ankang.tests.get(S, no)).toMatchObject({ state: 'failed' })
    expect(await ankang.files()).toBe(0)
    expect(await shiyan.tests.list(A)).toMatchObject([{ state: 'running', thread }])
    await shiyan.again().start()
    await world.until(async () => ((await shiyan.tests.list(A))[0]?.state === 'running' ? null : true))
    expect(await shiyan.tests.list(A)).toMatchObject([{ state: 'failed', thread }])
  })
})
