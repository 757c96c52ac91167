/**
 * Kill -9 of either node while cases of every kind go on: all four modes, every kind of packet, 50 MB of materials. At the end every
 * case is where it should be in both cities, each packet is there once and in order, each effect came about once in the approval
 * system, and every material is whole. The instants are random (`TONGBAN_TEST_SEED` brings the same), and some where it hurts most; they are printed.
 */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../node/kernel/store/database.ts'
import { AUTHORS, type CaseKind } from '../../protocol/case/kinds.ts'
import { diceOf, SEED, tellsWhere } from '../support/chance.ts'
import { expectSameStores, type KillCities, restart, startKillCities } from '../support/kill-cities.ts'
import { LIVES, type Living, live, told } from '../support/lives.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'

const SECONDS = 900_000
const KINDS = Object.keys(AUTHORS) as CaseKind[]
/** Until there were so many of each life, and nodes were killed so often. */
const ROUNDS = 2
const STRIKES = 12
/** Taken between two strikes, however slow the machine: nodes that only ever start prove nothing. */
const STEPS_BETWEEN = 10
/** At once, as many clerks as have a case open. */
const CLERKS = 8
const MATERIAL = 900_000
const TOTAL = 50_000_000

/** Kinds that the example's mapping leaves out go where messages go: so every kind has an effect to count. */
const later = (words: string) => ({
  path: '/cases/{localCaseNo}/messages',
  body: { params: { text: words } },
  response: { ok: 'status.code = 1', error: 'custom.code' },
})
const OPERATION: Partial<Record<CaseKind, string>> = {
  'case.submit': 'register',
  'case.supplement': 'supplements',
  'case.ship': 'mailings',
  'case.withdraw': 'withdrawals',
  'case.remind': 'reminders',
  'case.result-received': 'receipts',
  'case.evaluate': 'evaluations',
}

const dice = diceOf(SEED)
let cities: KillCities
const lived: Living[] = []

const FEE = { feeName: '登记费', feeStand: '每件 120.50 元', byLaw: '登记收费标准' }

beforeAll(async () => {
  cities = await startKillCities({
    // Its officer does nothing unless he is asked to.
    approvalFlags: ['--delay', '36000000'],
    packets: {
      'case.answer-evaluation': later('body.text'),
      'case.supervise': later('body.text'),
      'case.answer': later('body.text'),
      'case.verify-remote': later('body.subject'),
    },
    items: items =>
      items.slice(0, 12).map(item => ({
        ...item,
        modes: [0, 1, 2, 3],
        isFee: true,
        feeBasis: FEE.byLaw,
        fees: [FEE],
        isPayOnline: false,
      })),
  })
}, SECONDS)

afterAll(() => cities?.stop())

/** Kills one node at a random instant, or in one of the ways that hurt; what was done. */
async function strike(turn: number): Promise<string> {
  const { ankang, shiyan, proxy, approval } = cities
  const victim: NodeProcess = dice.one([ankang, shiyan])
  const name = victim === ankang ? 'Ankang' : 'Shiyan'
  switch (turn % 5) {
    case 1: {
      // Stored, and the receipt never leaves.
      proxy.freeze()
      await new Promise(resolve => setTimeout(resolve, 200))
      await restart(victim)
      proxy.cut()
      proxy.thaw()
      return `${name} behind a dead line`
    }
    case 2: {
      // The approval system had the effect, or will have it; the node never hears.
      await approval.faults(dice.one<object>([{ slowMs: 400 }, { drop: 1 }]))
      const before = (await approval.stats()).attempts
      for (const end = Date.now() + 1500; Date.now() < end && (await approval.stats()).attempts === before; )
        await new Promise(resolve => setTimeout(resolve, 10))
      await restart(shiyan)
      await approval.faults({ slowMs: 0, drop: 0 })
      return 'Shiyan while the approval system works'
    }
    case 3: {
      await Promise.all([ankang.kill(), shiyan.kill()])
      await Promise.all([ankang.start(), shiyan.start()])
      return 'both'
    }
    default: {
      const wait = 50 + dice.upTo(1450)
      await new Promise(resolve => setTimeout(resolve, wait))
      await restart(victim)
      return `${name} after ${wait} ms`
    }
  }
}

test(
  'every life goes to its end while nodes are killed',
  async () => {
    const [item] = cities.items.filter(entry => entry.serverType.includes('1'))
    if (item === undefined) throw new Error('no item')
    const strikes: string[] = []
    let begun = 0
    let steps = 0
    let living = true
    tellsWhere(() => `${lived.length} of ${begun} cases ended, ${steps} steps; killed: ${strikes.join(', ')}`)
    const stepped = () => {
      steps++
    }
    const next = () =>
      living && (begun < ROUNDS * LIVES.length || strikes.length < STRIKES) ? LIVES[begun++ % LIVES.length] : undefined
    const clerks = Promise.all(
      Array.from({ length: CLERKS }, async () => {
        for (let life = next(); life !== undefined; life = next())
          lived.push(await live(cities, life, item, MATERIAL, stepped))
      }),
    )
    const killer = (async () => {
      for (let seen = 0; living; seen = steps) {
        while (living && steps < seen + STEPS_BETWEEN) await new Promise(resolve => setTimeout(resolve, 20))
        if (living) strikes.push(await strike(strikes.length))
      }
    })()
    // Whoever ends first, by a fault too, ends the other: what is thrown is the first fault.
    const over = () => {
      living = false
    }
    await Promise.all([clerks.finally(over), killer.finally(over)])
    console.log(`${lived.length} cases; killed: ${strikes.join(', ')}`)
    expect(lived).toHaveLength(begun)
    expect(strikes.length).toBeGreaterThanOrEqual(STRIKES)
  },
  SECONDS,
)

test(
  'every case ends alike in both cities, each packet there once and receipted',
  async () => {
    for (const { thread, name, ends, said } of lived) {
      const sides = [cities.ankang, cities.shiyan].map(node =>
        until(
          async () => {
            const found = await told(node, thread)
            const settled =
              found?.timeline.length === total(said) &&
              found.timeline.every(entry => entry.status === 'stored' && entry.receiptedAt !== null)
            return settled && found
          },
          `${name} ${thread} is settled`,
          60_000,
        ),
      )
      for (const found of await Promise.all(sides)) {
        expect([name, found]).toMatchObject([name, ends])
        expect([name, countBy(found.timeline.map(({ kind }) => kind))]).toEqual([name, said])
        expect([name, found.timeline.filter(({ late }) => late)]).toEqual([name, []])
      }
    }
  },
  SECONDS,
)

test(
  'materials are whole at both cities, and those of a purged case gone where they were collected',
  async () => {
    let bytes = 0
    for (const { name, materials, said } of lived)
      for (const { sha256, bytes: size } of materials) {
        bytes += size
        for (const node of [cities.ankang, cities.shiyan]) {
          const purged = node === cities.ankang && said['case.purge'] !== undefined
          const due = purged ? 'missing' : `${sha256} ${size}`
          await until(async () => (await digestAt(node, sha256)) === due, `${due} of ${name}`, 60_000)
        }
      }
    console.log(`${lived.flatMap(({ materials }) => materials).length} materials, ${bytes / 1_000_000} MB`)
    expect(bytes).toBeGreaterThanOrEqual(TOTAL)
    const files = await readdir(join(cities.ankang.folder.config.data, 'materials'), { recursive: true })
    const gone = lived.filter(({ said }) => said['case.purge'] !== undefined).flatMap(({ materials }) => materials)
    expect(gone.length).toBeGreaterThan(0)
    expect(gone.filter(({ sha256 }) => files.some(path => path.includes(sha256)))).toEqual([])
  },
  SECONDS,
)

test(
  'the approval system had each effect once and in the order of the case; both stores hold the same, in order',
  async () => {
    const { byKey } = await cities.approval.stats()
    const effects = Object.entries(byKey)
    expect(effects.filter(([, { effects: times }]) => times !== 1)).toEqual([])
    await expectSameStores(cities, async (ankang, shiyan) => {
      const here = await packetsOf(ankang)
      const there = await packetsOf(shiyan)
      expect(here.map(row => row.id).toSorted()).toEqual(there.map(row => row.id).toSorted())
      for (const rows of [here, there]) {
        expectInOrder(rows)
        const passed = countBy(rows.map(({ kind }) => kind))
        expect(KINDS.filter(kind => passed[kind] === undefined)).toEqual([])
        expect(passed).toEqual(addUp(lived.map(({ said }) => said)))
      }
      console.log(
        `packets: ${Object.entries(countBy(here.map(({ kind }) => kind)))
          .map(entry => entry.join(' '))
          .join(', ')}`,
      )
      // Every packet that asks something of the approval system, in the order in which it came.
      const jobs = there.filter(row => row.dispatched === 1)
      expect(effects.map(([key]) => key).toSorted()).toEqual(jobs.map(row => row.id).toSorted())
      const place = new Map(effects.map(([key], index) => [key, index]))
      for (const thread of new Set(jobs.map(row => row.thread))) {
        const places = jobs.filter(row => row.thread === thread).map(row => place.get(row.id) ?? -1)
        expect(places).toEqual(places.toSorted((a, b) => a - b))
      }
      for (const row of jobs)
        expect([row.kind, byKey[row.id]?.operation?.split(' ')[0]]).toEqual([
          row.kind,
          OPERATION[row.kind] ?? 'messages',
        ])
    })
  },
  SECONDS,
)

type Row = {
  id: string
  thread: string
  kind: CaseKind
  direction: string
  seq: number
  place: number
  dispatched: number
}

/** Packets of cases in the order of the link. */
const packetsOf = (db: Database): Promise<Row[]> =>
  db.query<Row>(
    `SELECT lower(hex(p.id)) AS id, lower(hex(t.thread)) AS thread, p.kind, p.direction, p.seq, p.place,
       EXISTS (SELECT 1 FROM dispatch_jobs d WHERE d.packet_no = p.no) AS dispatched
     FROM packets p JOIN threads t ON t.no = p.thread_no WHERE t.type = 'case' ORDER BY p.direction, p.place`,
  )

/** In the order of the link, the packets of each direction of a thread are numbered 1, 2, 3 without a gap. */
function expectInOrder(rows: readonly Row[]): void {
  const last = new Map<string, number>()
  for (const { thread, direction, seq } of rows) {
    const chain = `${thread} ${direction}`
    expect([chain, seq]).toEqual([chain, (last.get(chain) ?? 0) + 1])
    last.set(chain, seq)
  }
}

/** What the node gives out under this hash: the hash and size of it, or `missing`. */
async function digestAt(node: NodeProcess, sha256: string): Promise<string | null> {
  try {
    const stream = await node.client.downloadMaterial({ params: { sha256 } })
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
    return `${createHash('sha256').update(bytes).digest('hex')} ${bytes.byteLength}`
  } catch (error) {
    return JSON.stringify(error).includes('material.missing') ? 'missing' : null
  }
}

type Counts = Partial<Record<CaseKind, number>>
const total = (counts: Counts): number => Object.values(counts).reduce((sum, n) => sum + n, 0)
const addUp = (all: readonly Counts[]): Counts =>
  countBy(all.flatMap(counts => KINDS.flatMap(kind => Array.from({ length: counts[kind] ?? 0 }, () => kind))))

function countBy(kinds: readonly CaseKind[]): Counts {
  const counts: Counts = {}
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
