/**
 * Kill -9 of either node at any instant: after a restart every case completes, nothing is lost, and the approval system had
 * each packet's effect once. The instants are chosen at random (`TONGBAN_TEST_SEED` brings the same waits) and, below, where it hurts most.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalProcess } from '../../examples/approval-system/process.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { diceOf, SEED, tellsWhere } from '../support/chance.ts'
import { expectSameStores, itemOf, type KillCities, restart, startKillCities } from '../support/kill-cities.ts'
import { SHIYAN } from '../support/node-folder.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { until } from '../support/pair-cities.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'

type Case = { thread: string; caseNo: string; state: string; outcome: string | null; localCaseNo: string | null }

const SECONDS = 480_000
let cities: KillCities
let approval: ApprovalProcess
let ankang: NodeProcess
let shiyan: NodeProcess
let proxy: TcpProxy
let item: ServiceItem

beforeAll(async () => {
  cities = await startKillCities()
  ;({ approval, ankang, shiyan, proxy } = cities)
  item = itemOf(cities.items)
}, SECONDS)

afterAll(() => cities?.stop())

let serial = 0
async function submit(): Promise<Case> {
  serial++
  const upload = async (text: string) =>
    (
      await ankang.client.uploadMaterial({
        bytes: `%PDF-1.4 ${text} ${serial} ${'x'.repeat(100_000)}`,
        type: 'application/pdf',
      })
    ).sha256
  const materials = [
    { sha256: await upload('card'), code: 'M01', name: '身份证.pdf' },
    { sha256: await upload('form'), code: 'M02', name: '申请表.pdf' },
  ]
  return ankang.client.submitCase({
    body: {
      to: SHIYAN.code,
      item: item.taskCode,
      mode: 1,
      caseNo: `kill-${serial}`,
      applicant: { type: '1', name: '陈小满', idType: '111', idNumber: '11010519491231002X' },
      form: { reason: '测试' },
      materials,
    },
  })
}

/** Submits until the node took it, as a clerk would after an error; a case that was taken unseen is found by its number. */
async function submitSurely(): Promise<Case> {
  return until(
    async () => {
      try {
        return await submit()
      } catch {
        const known = await ankang.client.listCases({ query: { number: `kill-${serial}` } }).catch(() => null)
        return known?.items[0] ?? null
      }
    },
    'a case is submitted',
    60_000,
  )
}

const caseAt = (node: NodeProcess, thread: string) => node.client.getCase({ params: { thread } }).catch(() => null)

/** Asks again while the node refuses to answer (rate limit, restart). */
const closedAt = (node: NodeProcess, thread: string) =>
  until(
    async () => {
      const found = await caseAt(node, thread)
      return found?.state === 'closed' && found
    },
    `${thread} closes`,
    120_000,
  )

async function allClosed(cases: readonly Case[]): Promise<void> {
  for (const { thread } of cases) {
    const here = await closedAt(ankang, thread)
    const there = await closedAt(shiyan, thread)
    expect(here.outcome).toBe('granted')
    expect(there).toMatchObject({ outcome: 'granted', localCaseNo: here.localCaseNo })
  }
}

async function effectsOnce(cases: readonly Case[]): Promise<void> {
  const { byKey } = await approval.stats()
  const registered = Object.values(byKey).filter(entry => entry.operation === 'register')
  expect(Object.values(byKey).every(entry => entry.effects === 1)).toBe(true)
  expect(registered.length).toBeGreaterThanOrEqual(cases.length)
}

describe('kill -9', () => {
  test(
    'at random instants of many cases',
    async () => {
      const kills = 10
      const cases: Case[] = []
      let submitting = true
      const submitter = (async () => {
        while (submitting) cases.push(await submitSurely())
      })()
      const instants: string[] = []
      const dice = diceOf(SEED)
      tellsWhere(() => `${cases.length} cases; killed after ${instants.join(', ')}`)
      for (let kill = 0; kill < kills; kill++) {
        const wait = 20 + dice.upTo(1180)
        await new Promise(resolve => setTimeout(resolve, wait))
        const victim = dice.one([ankang, shiyan])
        instants.push(`${wait} ms ${victim === ankang ? 'Ankang' : 'Shiyan'}`)
        await restart(victim)
      }
      submitting = false
      await submitter
      console.log(`${cases.length} cases; killed after ${instants.join(', ')}`)
      expect(cases.length).toBeGreaterThan(5)
      await allClosed(cases)
      await effectsOnce(cases)
    },
    SECONDS,
  )

  test(
    'in the outbox: the partner is down for the whole submit, then the sender dies too',
    async () => {
      await shiyan.kill()
      const submitted = await submitSurely()
      await ankang.kill()
      await Promise.all([ankang.start(), shiyan.start()])
      await allClosed([submitted])
      await effectsOnce([submitted])
    },
    SECONDS,
  )

  test(
    'between commit and receipt: the receiver stored the packet, the receipt never leaves',
    async () => {
      const submitted = await submitSurely()
      proxy.freeze()
      const second = await submitSurely()
      proxy.thaw()
      await until(async () => (await caseAt(shiyan, second.thread)) !== null, 'the packet is stored', 60_000)
      proxy.freeze()
      await restart(shiyan)
      proxy.cut()
      proxy.thaw()
      await allClosed([submitted, second])
      await effectsOnce([submitted, second])
    },
    SECONDS,
  )

  test(
    'between lease and the answer of the approval system, before and after its effect',
    async () => {
      for (const fault of [{ slowMs: 1500 }, { dropFirst: 1 }]) {
        await approval.faults(fault)
        const before = (await approval.stats()).attempts
        const submitted = await submitSurely()
        await until(async () => (await approval.stats()).attempts > before, 'the approval system was asked', 60_000)
        await restart(shiyan)
        await approval.faults({ slowMs: 0, dropFirst: 0 })
        await allClosed([submitted])
        await effectsOnce([submitted])
      }
    },
    SECONDS,
  )

  test('afterwards both stores are whole and hold the same', () => expectSameStores(cities), SECONDS)
})
