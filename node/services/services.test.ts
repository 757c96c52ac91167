import { beforeAll, describe, expect, test } from 'vitest'
import type { KeyResolver, TrustedKey } from '../../protocol/packet/envelope.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { createHandClock } from '../../test/support/http.ts'
import { type PlayCity, playCity, trusting } from '../../test/support/play-city.ts'
import { openTestStore } from '../../test/support/store.ts'
import { createAudit } from '../audit/audit.ts'
import { createEventLog } from '../audit/events.ts'
import type { Trust } from '../exchange/ports.ts'
import { createServices } from './services.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
let plays: [PlayCity, PlayCity]
let resolve: KeyResolver
let items: ServiceItem[]

beforeAll(async () => {
  plays = [await playCity('610900', { now: NOW / 1000 }), await playCity('420300', { now: NOW / 1000 })]
  resolve = await trusting(...plays)
  items = Array.from({ length: 184 }, (_, index) => itemOf(index))
})

const itemOf = (index: number): ServiceItem => ({
  taskCode: `11420300MB0000000X4${String(index).padStart(12, '0')}`,
  taskName: index === 0 ? '学历公证' : `${index % 20 === 0 ? '公积金' : '事项'}${index}`,
  taskVersion: 1,
  taskState: '1',
  taskType: '20',
  useLevel: '3',
  deptName: '部门',
  serverType: ['1'],
  projectType: '2',
  modes: [0, 1],
  anticipateDay: 15,
  promiseDay: 10,
  limitSceneNum: 0,
  isFee: false,
  materials: [],
})

type Services = Awaited<ReturnType<typeof createServices>>

async function open(play: PlayCity, from: () => Services | null, announce: (head: string) => void = () => {}) {
  const db = await openTestStore()
  const clock = createHandClock(NOW)
  const failures: Problem[] = []
  const taken: (() => void)[] = []
  const services = await createServices({
    db,
    identity: {
      city: play.code,
      name: play.name,
      signer: () => play.packetSigner,
      document: () => ({ certificates: [], delegations: [], revocations: [] }),
    },
    trust: { key: (kid: string) => resolve(kid) as TrustedKey | undefined } as Trust,
    clock,
    audit: createAudit({ database: db, now: clock.now }),
    events: createEventLog({ database: db, now: clock.now }),
    fetchBlob: async (_, sha256) => (await from()?.bytes(sha256)) ?? new Uint8Array(),
    announce,
    observer: {
      failed: (_, problem) => {
        failures.push(problem)
        for (const wake of taken.splice(0)) wake()
      },
    },
  })
  return { services, db, clock, failures }
}

/** Announces and waits until the list is there, or the attempt failed. */
async function announced(to: Awaited<ReturnType<typeof open>>, head: string, version: number): Promise<void> {
  const failuresBefore = to.failures.length
  to.services.announced('420300', head)
  for (let turn = 0; turn < 2000; turn++) {
    if ((await to.services.view('420300'))?.version === version || to.failures.length > failuresBefore) return
    await new Promise(wake => setTimeout(wake, 2))
  }
}

describe('services', () => {
  test('publishes growing versions, each announced, and survives a restart', async () => {
    const heads: string[] = []
    const shiyan = await open(
      plays[1],
      () => null,
      head => heads.push(head),
    )
    expect(await shiyan.services.publish(items, 'person:1')).toMatchObject({ version: 1, count: 184 })
    expect(await shiyan.services.publish(items.slice(0, 3), 'person:1')).toMatchObject({ version: 2, count: 3 })
    expect(heads).toHaveLength(2)
    expect(shiyan.services.head()).toBe(heads[1])
    expect(await shiyan.services.item('420300', items[0]?.taskCode ?? '')).toMatchObject({ taskName: '学历公证' })
    expect(await shiyan.services.item('420300', 'none')).toBeNull()
  })

  test('refuses a list that does not hold, and keeps the last one', async () => {
    const shiyan = await open(plays[1], () => null)
    await shiyan.services.publish(items.slice(0, 3), 'person:1')
    const [first] = items
    if (first === undefined) throw new Error('no item')
    await expect(shiyan.services.publish([first, first], 'person:1')).rejects.toMatchObject({
      problem: { code: 'list.malformed' },
    })
    expect(await shiyan.services.view('420300')).toMatchObject({ version: 1, count: 3 })
  })

  test('takes a partner list that verifies and searches it; a lower version is refused', async () => {
    const shiyan = await open(plays[1], () => null)
    const ankang = await open(plays[0], () => shiyan.services)
    await shiyan.services.publish(items, 'person:1')
    const first = shiyan.services.head() ?? ''
    await announced(ankang, first, 1)
    expect(await ankang.services.view('420300')).toMatchObject({ version: 1, count: 184 })
    expect((await ankang.services.search('420300', '公积金', 10, null)).length).toBeGreaterThan(3)
    await shiyan.services.publish(items.slice(0, 10), 'person:1')
    await announced(ankang, shiyan.services.head() ?? '', 2)
    expect(await ankang.services.view('420300')).toMatchObject({ version: 2, count: 10 })
    await announced(ankang, first, 99)
    expect(ankang.failures.at(-1)).toMatchObject({ code: 'list.rollback' })
    expect(await ankang.services.view('420300')).toMatchObject({ version: 2 })
  })

  test('keeps the last good list when the bytes are wrong, says so, and asks again', async () => {
    const shiyan = await open(plays[1], () => null)
    let honest = true
    const ankang = await open(plays[0], () => (honest ? shiyan.services : null))
    await shiyan.services.publish(items.slice(0, 5), 'person:1')
    await announced(ankang, shiyan.services.head() ?? '', 1)
    honest = false
    await shiyan.services.publish(items.slice(0, 6), 'person:1')
    await announced(ankang, shiyan.services.head() ?? '', 2)
    expect(ankang.services.problem('420300')).toMatchObject({ code: 'list.signature' })
    expect(await ankang.services.view('420300')).toMatchObject({ version: 1 })
    honest = true
    ankang.clock.advance(30_000)
    for (let turn = 0; turn < 2000 && (await ankang.services.view('420300'))?.version !== 2; turn++)
      await new Promise(wake => setTimeout(wake, 2))
    expect(await ankang.services.view('420300')).toMatchObject({ version: 2, count: 6 })
    expect(ankang.services.problem('420300')).toBeNull()
  })

  test('a list of another city, or by a key that nobody trusts, is refused', async () => {
    const ankang = await open(plays[0], () => null)
    const other = await open(plays[0], () => null)
    await other.services.publish(items.slice(0, 1), 'person:1')
    await announced(ankang, other.services.head() ?? '', 1)
    expect(ankang.failures.at(-1)).toMatchObject({ code: 'envelope.issuer' })
    await announced(ankang, 'no.signed.head', 1)
    expect(ankang.failures.at(-1)).toMatchObject({ code: 'envelope.malformed' })
  })
})
