/** How much two whole nodes ask of their stores for one case: a number that no machine changes, and that may only fall. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Adapter, DeliveryResult } from '../../adapters/sdk/index.ts'
import { createClient } from '../../node/edges/client/client.ts'
import { type ComposedNode, startComposed } from '../../node/node.ts'
import { offer } from '../bench/contenders.ts'
import { ANKANG, type CityName, makeNodeFolder, PASSPHRASE, SHIYAN } from '../support/node-folder.ts'
import { freePort } from '../support/node-process.ts'
import { countStatements, listed, type Statements, totals, usual } from '../support/statements.ts'

/** Cases that are counted; the first ones prepare statements and fill what is remembered. */
const WARM = 3
const ROUNDS = 9

/**
 * Each with what belongs to it: the receipt at its author; at the handling city the job that is handed to the
 * approval system. A number that falls is written here; one that rises is a fault.
 */
const AT_MOST: ReadonlyMap<string, Statements> = new Map([
  ['submit', { statements: 15, transactions: 2, commits: 2 }],
  ['receive', { statements: 14, transactions: 2, commits: 2 }],
  ['dispatch with its answer', { statements: 17, transactions: 3, commits: 3 }],
  ['receive the arrival', { statements: 8, transactions: 1, commits: 1 }],
  ['step', { statements: 15, transactions: 2, commits: 2 }],
  ['receive a step', { statements: 7, transactions: 1, commits: 1 }],
])

type Tally = ReturnType<ReturnType<ReturnType<typeof countStatements>['of']>>
type City = CityName & { node: ComposedNode; store: string }

/** Promises that are kept when something happens the next time. */
function signal() {
  let waiting: (() => void)[] = []
  return {
    next: () => new Promise<void>(resolve => waiting.push(resolve)),
    give() {
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
  }
}

/** What is begun after a commit, and not awaited by anybody, is over. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
}

const counted = countStatements()
let root = ''
let ankang: City
let shiyan: City
let given: Awaited<ReturnType<typeof offer>>
const happened = {
  confirmed: new Map([ANKANG, SHIYAN].map(({ code }) => [code, signal()])),
  received: new Map([ANKANG, SHIYAN].map(({ code }) => [code, signal()])),
  delivered: signal(),
}
/** Packets of each city that have their receipt. */
const receipted = new Map<string, number>()
/** What the approval system is about to answer. */
let answerWith: (result: DeliveryResult) => void = () => {}
let serial = 0

const approval: Adapter = {
  kind: 'counted',
  deliver: () =>
    new Promise(resolve => {
      answerWith = resolve
      happened.delivered.give()
    }),
  check: async () => ({ ok: true }),
}

async function openCity(name: CityName) {
  const made = await makeNodeFolder(join(root, name.code), name, { httpPort: 0, p2pPort: await freePort() })
  const observe = {
    confirmed(_: string, count: number) {
      receipted.set(name.code, (receipted.get(name.code) ?? 0) + count)
      happened.confirmed.get(name.code)?.give()
    },
    received: () => happened.received.get(name.code)?.give(),
  }
  const node = await startComposed(
    { config: made.config, passphrase: PASSPHRASE, makeAdapter: async () => approval },
    { observe },
  )
  return {
    ...name,
    node,
    store: join(made.config.data, 'tongban.db'),
    client: createClient({ url: node.url, token: made.token }),
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tongban-counted-'))
  const collecting = await openCity(ANKANG)
  const handling = await openCity(SHIYAN)
  ankang = collecting
  shiyan = handling
  given = await offer(collecting, handling)
})

afterAll(async () => {
  await Promise.allSettled([ankang?.node.stop(), shiyan?.node.stop()])
  counted.restore()
  await rm(root, { recursive: true, force: true })
})

function submit() {
  const { item, materials, actor } = given
  return ankang.node.cases.submit(
    {
      to: SHIYAN.code,
      item,
      mode: 0,
      applicant: {
        type: '1',
        name: '陈小满',
        idType: '111',
        idNumber: '11010519491231002X',
        phone: '13900000000',
        address: '陕西省安康市汉滨区新城街道育才路一百二十八号',
      },
      agent: {
        name: '林长河',
        idType: '111',
        idNumber: '11010519491231002X',
        phone: '13900000001',
        authorisation: materials[0]?.sha256,
      },
      form: { reason: '在十堰市购买首套自住住房' },
      materials: materials.map(material => ({ ...material, form: 'electronic' as const })),
      window: '三号',
      clerk: { name: '周敏', no: 'AK-0317' },
      consent: { text: '告知书 2026-01', acceptedAt: '2026-11-23T09:00:00+08:00' },
    },
    actor,
  )
}

/** One case as far as its acceptance: what each city asked of its store from one stand of it to the next. */
async function oneCase() {
  const phases = new Map<string, Tally>()
  const phase = async <T>(names: [string, string], act: () => T | Promise<T>, until: () => Promise<unknown>[]) => {
    const tallies = [ankang, shiyan].map(({ store }) => counted.of(store))
    const stand = until()
    const value = await act()
    await Promise.all(stand)
    await settle()
    for (const [index, name] of names.entries()) phases.set(name, tallies[index]?.() ?? new Map())
    return value
  }
  const confirmed = (city: CityName) => happened.confirmed.get(city.code)?.next() ?? Promise.resolve()
  const received = (city: CityName) => happened.received.get(city.code)?.next() ?? Promise.resolve()

  const { thread } = await phase(['submit', 'receive'], submit, () => [confirmed(ANKANG), happened.delivered.next()])
  await phase(
    ['receive the arrival', 'dispatch with its answer'],
    () => answerWith({ ok: true, localCaseNo: `SY-${++serial}` }),
    () => [received(ANKANG), confirmed(SHIYAN)],
  )
  await phase(
    ['receive a step', 'step'],
    () => shiyan.node.cases.step(thread, 'case.accept', {}, 'person:2'),
    () => [received(ANKANG), confirmed(SHIYAN)],
  )
  return phases
}

describe('one case of two materials', () => {
  test('asks no more of the stores than it did', async () => {
    for (let round = 0; round < WARM; round++) await oneCase()
    const rounds: Map<string, Tally>[] = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await oneCase())
    const found = new Map(
      [...AT_MOST.keys()].map(name => [name, usual(rounds.map(round => round.get(name) ?? new Map()))] as const),
    )
    const told = [...found].flatMap(([name, tally]) => [`# ${name}`, ...listed(tally)]).join('\n')
    for (const [name, most] of AT_MOST) {
      const { statements, transactions, commits } = totals(found.get(name) ?? new Map())
      expect(statements, name).toBeGreaterThan(0)
      expect(statements, `${name}: statements\n${told}`).toBeLessThanOrEqual(most.statements)
      expect(transactions, `${name}: transactions`).toBeLessThanOrEqual(most.transactions)
      expect(commits, `${name}: commits`).toBeLessThanOrEqual(most.commits)
    }
  })

  // The first one waits for nobody; those that come while it is written are written as one. A receipt that comes before all are, and work
  // by the clock, have transactions of their own, so the round with the fewest counts.
  test.each([
    [1, 1],
    [2, 2],
    [64, 2],
  ])('%i of them that are sent at once are written in %i transactions at most', async (cases, most) => {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS && !rounds.some(times => times <= most); round++) {
      const before = receipted.get(ANKANG.code) ?? 0
      const count = counted.of(ankang.store)
      const rows = await Promise.all(Array.from({ length: cases }, () => submit()))
      const { transactions, commits } = totals(count())
      expect(new Set(rows.map(({ caseNo }) => caseNo)).size).toBe(cases)
      expect(transactions).toBeGreaterThan(0)
      rounds.push(Math.max(transactions, commits))
      while ((receipted.get(ANKANG.code) ?? 0) < before + cases) await happened.confirmed.get(ANKANG.code)?.next()
      await settle()
    }
    expect(Math.min(...rounds), `transactions of each round: ${rounds.join(' ')}`).toBeLessThanOrEqual(most)
  })
})
