import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { KeyResolver, TrustedKey } from '../../protocol/packet/envelope.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { ServiceItem } from '../../protocol/service/item.ts'
import { createHandClock } from '../../test/support/http.ts'
import { type PlayCity, playCity, trusting } from '../../test/support/play-city.ts'
import { openTestStore } from '../../test/support/store.ts'
import { createAudit } from '../audit/audit.ts'
import { createEventLog } from '../audit/events.ts'
import type { Database } from '../store/database.ts'
import { createLists, PARTNER_VERSIONS } from './lists.ts'
import { createServices, LIST_LIMITS } from './services.ts'

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

async function open(
  play: PlayCity,
  from: () => Services | null,
  announce: (head: string) => void = () => {},
  database?: Database,
) {
  const db = database ?? (await openTestStore())
  const clock = createHandClock(NOW)
  const failures: Problem[] = []
  const fetched: string[] = []
  let suspended = false
  const services = await createServices({
    db,
    identity: {
      city: play.code,
      name: play.name,
      signer: () => play.packetSigner,
      document: () => ({ certificates: [], delegations: [], revocations: [] }),
    },
    trust: {
      key: kid => resolve(kid) as TrustedKey | undefined,
      cityOf: () => undefined,
      reach: () => ({ peers: [], addresses: [] }),
      partners: () => (suspended ? [] : ['420300']),
      learn: async () => ({ ok: true }),
    },
    clock,
    audit: createAudit({ database: db, now: clock.now }),
    events: createEventLog({ database: db, now: clock.now }),
    fetchBlob: async (_, sha256) => {
      fetched.push(sha256)
      return (await from()?.bytes(sha256)) ?? new Uint8Array()
    },
    announce,
    observer: {
      failed: (_, problem) => failures.push(problem),
    },
  })
  return { services, db, clock, failures, fetched, suspend: () => (suspended = true) }
}

/** Announces and waits until the list is there, or the attempt failed. */
async function announced(to: Awaited<ReturnType<typeof open>>, head: string, version: number): Promise<void> {
  const before = to.failures.length
  to.services.announced('420300', head)
  await taken(to, version, before)
}

const taken = (to: Awaited<ReturnType<typeof open>>, version: number, failuresBefore: number) =>
  vi.waitFor(async () => {
    if (to.failures.length > failuresBefore) return
    expect((await to.services.view('420300'))?.version).toBe(version)
  }, 20_000)

/** The item codes of a page of the newest list. */
async function search(of: Services, query: string, limit = 1000, after: string | null = null): Promise<string[]> {
  const view = await of.view('420300')
  return view === null ? [] : (await of.search(view, query, limit, after)).map(item => item.taskCode)
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
    expect((await search(ankang.services, '公积金')).length).toBeGreaterThan(3)
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
    await taken(ankang, 2, ankang.failures.length)
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

  test('lists published at the same time get a version each, and the last is announced', async () => {
    const heads: string[] = []
    const shiyan = await open(
      plays[1],
      () => null,
      head => heads.push(head),
    )
    const views = await Promise.all([1, 2, 3].map(n => shiyan.services.publish(items.slice(0, n), 'person:1')))
    expect(views.map(view => [view.version, view.count])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(shiyan.services.head()).toBe(heads[2])
    for (const version of [1, 2, 3])
      expect(await shiyan.services.view('420300', version)).toMatchObject({ count: version })
    expect(await shiyan.services.view('420300', 4)).toBeNull()
    expect(await shiyan.services.item('420300', items[1]?.taskCode ?? '', 1)).toBeNull()
    expect(await shiyan.services.item('420300', items[1]?.taskCode ?? '', 2)).toMatchObject({ taskName: '事项1' })
  })

  test('goes on with the next version after a restart, with the same head', async () => {
    const shiyan = await open(plays[1], () => null)
    await shiyan.services.publish(items, 'person:1')
    const again = await open(
      plays[1],
      () => null,
      () => {},
      shiyan.db,
    )
    expect(again.services.head()).toBe(shiyan.services.head())
    expect(await again.services.bytes('0'.repeat(64))).toBeNull()
    expect(await again.services.publish(items, 'person:1')).toMatchObject({ version: 2 })
  })

  test('a list too large for partners is not published', async () => {
    const shiyan = await open(plays[1], () => null)
    const [first] = items
    if (first === undefined) throw new Error('no item')
    const large = { ...first, form: { text: 'x'.repeat(LIST_LIMITS.bytes) } }
    await expect(shiyan.services.publish([large], 'person:1')).rejects.toMatchObject({
      problem: { code: 'list.malformed' },
    })
    expect(shiyan.services.head()).toBeNull()
  })

  test('pages go through the whole list once', async () => {
    const shiyan = await open(plays[1], () => null)
    await shiyan.services.publish(items.toReversed(), 'person:1')
    const seen: string[] = []
    for (let after: string | null = null; ; ) {
      const page = await search(shiyan.services, '', 50, after)
      seen.push(...page)
      if (page.length < 50) break
      after = page.at(-1) ?? null
    }
    expect(seen).toEqual(items.map(item => item.taskCode))
    expect(await search(shiyan.services, '000000000007')).toEqual([items[7]?.taskCode])
    expect(await search(shiyan.services, 'none')).toEqual([])
  })

  test('the same version with other items is refused, the same list again is not fetched', async () => {
    const shiyan = await open(plays[1], () => null)
    const restored = await open(plays[1], () => null)
    const ankang = await open(plays[0], () => shiyan.services)
    await shiyan.services.publish(items.slice(0, 3), 'person:1')
    await restored.services.publish(items.slice(0, 4), 'person:1')
    const head = shiyan.services.head() ?? ''
    await announced(ankang, head, 1)
    await announced(ankang, head, 1)
    expect(ankang.fetched).toHaveLength(1)
    await announced(ankang, restored.services.head() ?? '', 99)
    expect(ankang.failures).toMatchObject([{ code: 'list.rollback' }])
    expect(await ankang.services.view('420300')).toMatchObject({ version: 1, count: 3 })
  })

  test('keeps a few versions of a partner, and all of its own', async () => {
    const shiyan = await open(plays[1], () => null)
    const ankang = await open(plays[0], () => shiyan.services)
    const versions = PARTNER_VERSIONS + 2
    for (let version = 1; version <= versions; version++) {
      await shiyan.services.publish(items.slice(0, version), 'person:1')
      await announced(ankang, shiyan.services.head() ?? '', version)
    }
    const count = async (of: typeof ankang) => (await of.db.query('SELECT version FROM lists')).length
    expect([await count(shiyan), await count(ankang)]).toEqual([versions, PARTNER_VERSIONS])
    expect(await ankang.services.view('420300', 2)).toBeNull()
    expect(await ankang.services.view('420300', 3)).toMatchObject({ count: 3 })
  })

  test('of many announcements in a row the last is taken', async () => {
    const shiyan = await open(plays[1], () => null)
    const ankang = await open(plays[0], () => shiyan.services)
    const heads: string[] = []
    for (let version = 1; version <= 6; version++) {
      await shiyan.services.publish(items.slice(0, version), 'person:1')
      heads.push(shiyan.services.head() ?? '')
    }
    for (const head of heads) ankang.services.announced('420300', head)
    // The first was being taken already, and its bytes are given no more.
    await taken(ankang, 6, 1)
    expect(ankang.fetched.length).toBeLessThanOrEqual(2)
  })

  test('asks again with growing pauses on one timer, and stops for a suspended partner', async () => {
    const shiyan = await open(plays[1], () => null)
    const ankang = await open(plays[0], () => null)
    await shiyan.services.publish(items.slice(0, 1), 'person:1')
    const head = shiyan.services.head() ?? ''
    const tries = (n: number) => vi.waitFor(() => expect(ankang.failures).toHaveLength(n), 20_000)
    const idle = async () => {
      for (let turn = 0; turn < 50; turn++) await new Promise(wake => setImmediate(wake))
    }
    ankang.services.announced('420300', head)
    await tries(1)
    await idle()
    // The partner came back: tried at once, and the waiting attempt is given up.
    ankang.services.announced('420300', head)
    await tries(2)
    await idle()
    ankang.clock.advance(LIST_LIMITS.retry)
    await idle()
    expect(ankang.failures).toHaveLength(2)
    ankang.clock.advance(LIST_LIMITS.retry)
    await tries(3)
    await idle()
    ankang.suspend()
    ankang.clock.advance(LIST_LIMITS.retryMost)
    await idle()
    expect(ankang.failures).toHaveLength(3)
  })

  test('stops: nothing is taken nor tried again', async () => {
    const shiyan = await open(plays[1], () => null)
    const ankang = await open(plays[0], () => null)
    await shiyan.services.publish(items.slice(0, 1), 'person:1')
    await announced(ankang, shiyan.services.head() ?? '', 1)
    ankang.services.stop()
    ankang.clock.advance(LIST_LIMITS.retryMost)
    ankang.services.announced('420300', shiyan.services.head() ?? '')
    for (let turn = 0; turn < 50; turn++) await new Promise(wake => setImmediate(wake))
    expect(ankang.failures).toHaveLength(1)
  })
})

describe('parsed lists', () => {
  test('stay in memory up to a limit, the one used last for longest', async () => {
    const shiyan = await open(plays[1], () => null)
    for (const n of [50, 51, 52]) await shiyan.services.publish(items.slice(0, n), 'person:1')
    const reads: number[] = []
    const [one] = await shiyan.db.query<{ n: number }>('SELECT max(length(bytes)) AS n FROM lists')
    const lists = createLists(
      {
        ...shiyan.db,
        query: (sql, params) => {
          if (/SELECT bytes/.test(sql)) reads.push(Number(params?.[1]))
          return shiyan.db.query(sql, params)
        },
      },
      2 * (one?.n ?? 0),
    )
    for (const version of [1, 2, 1, 3, 1, 2, 2]) {
      const held = await lists.items('420300', version)
      expect(held.size).toBe(49 + version)
    }
    expect(reads).toEqual([1, 2, 3, 2])
    await expect(lists.items('420300', 9)).rejects.toMatchObject({ problem: { code: 'request.not-found' } })
  })
})
