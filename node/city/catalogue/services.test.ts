import { beforeAll, describe, expect, test, vi } from 'vitest'
import { LIMITS } from '../../../protocol/limits.ts'
import type { KeyResolver } from '../../../protocol/packet/envelope.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type PlayCity, playCity, trusting } from '../../../test/support/play-city.ts'
import { codesOf, idle, type ListCities, listCities, playItem, playItems } from '../../../test/support/play-lists.ts'
import { RETRY } from './follower.ts'
import { PARTNER_VERSIONS } from './lists.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const SHIYAN = '420300'
let plays: [PlayCity, PlayCity]
let resolve: KeyResolver
const items = playItems(184)

beforeAll(async () => {
  plays = [await playCity('610900', { now: NOW / 1000 }), await playCity(SHIYAN, { now: NOW / 1000 })]
  resolve = await trusting(...plays)
})

async function two() {
  const world = listCities(resolve, NOW)
  return { world, ankang: await world.open(plays[0]), shiyan: await world.open(plays[1]) }
}
const one = async (world: ListCities = listCities(resolve, NOW)) => world.open(plays[1])
const codeOf = (index: number) => playItem(index).taskCode

describe('publishing', () => {
  test('gives growing versions, each announced, and one reads items of any of them', async () => {
    const shiyan = await one()
    expect(await shiyan.services.publish(items, 'person:1')).toMatchObject({ version: 1, count: 184 })
    expect(await shiyan.services.publish(items.slice(0, 3), 'person:1')).toMatchObject({ version: 2, count: 3 })
    expect(shiyan.heads).toHaveLength(2)
    expect(shiyan.services.head()).toBe(shiyan.heads[1])
    expect(await shiyan.services.item(SHIYAN, codeOf(0))).toEqual(items[0])
    expect(await shiyan.services.item(SHIYAN, 'none')).toBeNull()
    expect(await shiyan.services.item(SHIYAN, codeOf(100))).toBeNull()
    expect(await shiyan.services.item(SHIYAN, codeOf(100), 1)).toEqual(items[100])
    expect(await shiyan.services.item(SHIYAN, codeOf(100), 3)).toBeNull()
    expect(await codesOf(shiyan, SHIYAN, 1)).toEqual(items.map(item => item.taskCode))
    expect(await codesOf(shiyan, SHIYAN)).toEqual(items.slice(0, 3).map(item => item.taskCode))
  })

  test('an item stays readable as a case was received under it, after it changed and when it is gone', async () => {
    const shiyan = await one()
    const at = (taskVersion: number) => shiyan.services.pinned(SHIYAN, codeOf(7), taskVersion)
    await shiyan.services.publish(items.slice(0, 100), 'person:1')
    const changed = playItem(7, { promiseDay: 2, taskVersion: 2 })
    await shiyan.services.change({ put: [changed], remove: [] }, 'person:1')
    expect([await at(1), await at(2)]).toEqual([items[7], changed])
    // A version that was never published: what stands now.
    expect(await at(9)).toEqual(changed)
    await shiyan.services.change({ put: [playItem(8, { promiseDay: 3 })], remove: [codeOf(7)] }, 'person:1')
    expect([await at(1), await at(2), await at(9)]).toEqual([items[7], changed, null])
  })

  test('a change puts and removes, and makes the same list as publishing it whole', async () => {
    const shiyan = await one()
    const other = await one()
    await shiyan.services.publish(items.slice(0, 100), 'person:1')
    const changed = playItem(7, { promiseDay: 2 })
    const put = [changed, playItem(150)]
    expect(await shiyan.services.change({ put, remove: [codeOf(3), codeOf(99)] }, 'person:1')).toMatchObject({
      version: 2,
      count: 99,
    })
    await other.services.publish([], 'person:1')
    const whole = items.slice(0, 99).filter((_, index) => index !== 3 && index !== 7)
    await other.services.publish([...put, ...whole], 'person:1')
    const [root, otherRoot] = [shiyan, other].map(city => rootOf(city.services.head()))
    expect(root).toBe(otherRoot)
    expect(await shiyan.services.item(SHIYAN, codeOf(7))).toEqual(changed)
    expect(await shiyan.services.item(SHIYAN, codeOf(7), 1)).toEqual(items[7])
    expect(await shiyan.services.item(SHIYAN, codeOf(3))).toBeNull()
    expect((await codesOf(shiyan, SHIYAN)).length).toBe(99)
  })

  test('refuses what does not hold, and keeps the last list', async () => {
    const shiyan = await one()
    await shiyan.services.publish(items.slice(0, 3), 'person:1')
    const [first] = items
    if (first === undefined) throw new Error('no item')
    const refused = (work: Promise<unknown>, code: string, detail: string) =>
      expect(work).rejects.toMatchObject({ problem: { code, detail: expect.stringContaining(detail) as unknown } })
    const publish = (all: ServiceItem[]) => shiyan.services.publish(all, 'person:1')
    const change = (put: ServiceItem[], remove: string[] = []) => shiyan.services.change({ put, remove }, 'person:1')
    await refused(publish([first, first]), 'list.malformed', 'repeat')
    await refused(publish([first, { ...first, taskName: '' }]), 'list.malformed', 'items.1: taskName')
    const form = { text: 'x'.repeat(LIMITS.itemBytes) }
    await refused(publish([{ ...first, form }]), 'list.malformed', `${LIMITS.itemBytes} bytes`)
    await refused(change([first, first]), 'list.malformed', 'repeat')
    await refused(change([], ['none']), 'item.unknown', 'remove.0')
    await refused(change([first], [first.taskCode]), 'list.malformed', 'repeat')
    await refused(change([{ ...first, modes: [] }]), 'list.malformed', 'put.0: modes')
    expect(await shiyan.services.view(SHIYAN)).toMatchObject({ version: 1, count: 3 })
    expect(await shiyan.db.query('SELECT * FROM list_staging')).toEqual([])
    expect(await change([playItem(9)])).toMatchObject({ version: 2, count: 4 })
  })

  test('at the same time gives a version each, and the last is the head', async () => {
    const shiyan = await one()
    const views = await Promise.all([1, 2, 3].map(n => shiyan.services.publish(items.slice(0, n), 'person:1')))
    // Whose items are read first has the first version.
    expect(views.map(({ count }) => count)).toEqual([1, 2, 3])
    expect(views.map(({ version }) => version).toSorted()).toEqual([1, 2, 3])
    expect(shiyan.services.head()).toBe(shiyan.heads[2])
    for (const { version, count } of views) {
      expect(await shiyan.services.view(SHIYAN, version)).toMatchObject({ count })
      const second = await shiyan.services.item(SHIYAN, codeOf(1), version)
      expect(second?.taskName).toBe(count > 1 ? '事项1' : undefined)
    }
  })

  test('goes on after a restart with the same head; what a killed node had begun is gone', async () => {
    const shiyan = await one()
    await shiyan.services.publish(items, 'person:1')
    await shiyan.db.transaction(async tx => {
      await tx.run('INSERT INTO list_staging (city, version) VALUES (?, 2)', [SHIYAN])
      await tx.run('UPDATE list_buckets SET until = 2 WHERE city = ?', [SHIYAN])
      await tx.run(
        `INSERT INTO list_buckets (city, bucket, since, hash, size, summaries, packed) SELECT city, bucket, 2, hash, size, summaries, packed FROM list_buckets`,
      )
    })
    expect(await codesOf(shiyan, SHIYAN)).toHaveLength(184)
    const again = await listCities(resolve, NOW).open(plays[1], shiyan.db)
    expect(again.services.head()).toBe(shiyan.services.head())
    expect(await again.db.query('SELECT no FROM list_buckets WHERE since = 2 OR until IS NOT NULL')).toEqual([])
    expect(await again.services.publish(items.slice(1), 'person:1')).toMatchObject({ version: 2, count: 183 })
    expect(await codesOf(again, SHIYAN, 1)).toHaveLength(184)
  })

  test('writes what differs, and nothing when nothing does', async () => {
    const shiyan = await one()
    const rows = async () => (await shiyan.db.query<{ n: number }>('SELECT count(*) AS n FROM list_buckets'))[0]?.n ?? 0
    await shiyan.services.publish(items, 'person:1')
    const before = await rows()
    expect(await shiyan.services.publish(items.toReversed(), 'person:1')).toMatchObject({ version: 2 })
    expect(await rows()).toBe(before)
    await shiyan.services.change({ put: [playItem(7, { promiseDay: 3 })], remove: [] }, 'person:1')
    expect(await rows()).toBe(before + 1)
  })

  test.each([
    ['as this program keeps lists', ''],
    ['as programs before kept them', 'UPDATE list_buckets SET entries = NULL'],
  ])('takes what did not change from the version before, %s, and reads the rest', async (_, made) => {
    const shiyan = await one()
    await shiyan.services.publish(items, 'person:1')
    if (made !== '') await shiyan.db.transaction(tx => tx.run(made))
    // One changes, one goes, one comes: their buckets hold others too, which stay as they are.
    const next = items.map((item, no) => (no === 7 ? playItem(7, { promiseDay: 3 }) : item)).filter((_, no) => no !== 8)
    next.push(playItem(5000))
    expect(await shiyan.services.publish(next.toReversed(), 'person:1')).toMatchObject({ version: 2, count: 184 })
    const other = await one()
    await other.services.publish(next, 'person:1')
    expect((await shiyan.services.held(SHIYAN))?.root).toBe((await other.services.held(SHIYAN))?.root)
    for (const item of next) expect(await shiyan.services.item(SHIYAN, item.taskCode)).toEqual(item)
    expect(await shiyan.services.item(SHIYAN, codeOf(8))).toBeNull()
    expect(await shiyan.services.item(SHIYAN, codeOf(7), 1)).toMatchObject({ promiseDay: 10 })
    expect(await shiyan.services.item(SHIYAN, codeOf(8), 1)).toMatchObject({ taskCode: codeOf(8) })
    await expect(shiyan.services.publish([...next, playItem(5000)], 'person:1')).rejects.toMatchObject({
      problem: { code: 'list.malformed', detail: expect.stringContaining('repeat') },
    })
  })
})

describe("partners' lists", () => {
  test('are taken whole at first, then by difference', async () => {
    const { world, shiyan, ankang } = await two()
    await shiyan.services.publish(items, 'person:1')
    await world.announce(shiyan, ankang)
    expect(await ankang.services.view(SHIYAN)).toMatchObject({ version: 1, count: 184 })
    const whole = world.frames.reduce((sum, { frame }) => sum + frame.byteLength, 0)
    world.frames.length = 0
    await shiyan.services.change({ put: [playItem(7, { promiseDay: 2 })], remove: [codeOf(8)] }, 'person:1')
    await world.announce(shiyan, ankang)
    const difference = world.frames.reduce((sum, { frame }) => sum + frame.byteLength, 0)
    expect(await ankang.services.view(SHIYAN)).toMatchObject({ version: 2, count: 183 })
    expect(await ankang.services.item(SHIYAN, codeOf(7))).toMatchObject({ promiseDay: 2 })
    expect(await ankang.services.item(SHIYAN, codeOf(7), 1)).toMatchObject({ promiseDay: 10 })
    expect(await ankang.services.item(SHIYAN, codeOf(8))).toBeNull()
    expect(difference).toBeLessThan(Math.min(whole, 4096))
    expect(ankang.failures).toEqual([])
    // The same announcement again asks for nothing.
    world.frames.length = 0
    await world.announce(shiyan, ankang)
    expect(world.frames).toEqual([])
  })

  test('a difference over several versions leads to the newest', async () => {
    const { world, shiyan, ankang } = await two()
    await shiyan.services.publish(items, 'person:1')
    await world.announce(shiyan, ankang)
    await shiyan.services.publish(items.slice(50), 'person:1')
    await shiyan.services.change({ put: [playItem(10)], remove: [] }, 'person:1')
    await shiyan.services.change({ put: [playItem(11, { promiseDay: 1 })], remove: [codeOf(60)] }, 'person:1')
    await world.announce(shiyan, ankang)
    expect(await codesOf(ankang, SHIYAN)).toEqual(await codesOf(shiyan, SHIYAN))
    expect(await ankang.services.view(SHIYAN)).toMatchObject({ version: 4, count: 135 })
    expect(await ankang.services.view(SHIYAN, 2)).toBeNull()
    expect(await codesOf(ankang, SHIYAN, 1)).toHaveLength(184)
  })

  test('a list of another city, or by a key that nobody trusts, is refused', async () => {
    const { world, ankang, shiyan } = await two()
    await ankang.services.publish(items.slice(0, 1), 'person:1')
    await world.announce(shiyan, ankang, ankang.services.head(), 1)
    expect(ankang.failures.at(-1)).toMatchObject({ code: 'envelope.issuer' })
    await world.announce(shiyan, ankang, 'no.signed.head', 1)
    expect(ankang.failures.at(-1)).toMatchObject({ code: 'envelope.malformed' })
    const refusals = await ankang.audit.list({}, 10, null)
    expect(JSON.stringify(refusals)).toContain('list.refused')
  })

  test('the same version with other items is refused and named', async () => {
    const { world, shiyan, ankang } = await two()
    const restored = await one()
    await shiyan.services.publish(items.slice(0, 3), 'person:1')
    await restored.services.publish(items.slice(0, 4), 'person:1')
    await world.announce(shiyan, ankang)
    await world.announce(shiyan, ankang, restored.services.head(), 99)
    expect(ankang.failures).toMatchObject([{ code: 'list.fork' }])
    expect(ankang.services.problem(SHIYAN)).toMatchObject({ code: 'list.fork', detail: 'version 1' })
    expect(await ankang.services.view(SHIYAN)).toMatchObject({ version: 1, count: 3 })
  })

  test('keeps a few versions of a partner, and all of its own', async () => {
    const { world, shiyan, ankang } = await two()
    const versions = PARTNER_VERSIONS + 2
    for (let version = 1; version <= versions; version++) {
      await shiyan.services.publish(items.slice(0, version), 'person:1')
      await world.announce(shiyan, ankang)
    }
    const count = async (of: typeof ankang) => (await of.db.query('SELECT version FROM list_heads')).length
    expect([await count(shiyan), await count(ankang)]).toEqual([versions, PARTNER_VERSIONS])
    expect(await ankang.services.view(SHIYAN, 2)).toBeNull()
    expect(await ankang.services.view(SHIYAN, 3)).toMatchObject({ count: 3 })
    expect(await codesOf(ankang, SHIYAN, 3)).toHaveLength(3)
    expect(await codesOf(ankang, SHIYAN)).toHaveLength(versions)
  })

  test('of many announcements in a row the last is taken', async () => {
    const { world, shiyan, ankang } = await two()
    for (let version = 1; version <= 6; version++) await shiyan.services.publish(items.slice(0, version), 'person:1')
    for (const head of shiyan.heads) ankang.services.announced(SHIYAN, head)
    await world.taken(shiyan, ankang, 6)
    expect(ankang.failures).toEqual([])
    expect(world.frames.filter(({ from }) => from === ankang.code)).toHaveLength(1)
  })

  test('asks again with growing pauses on one timer, and stops for a suspended partner', async () => {
    const { world, shiyan, ankang } = await two()
    await shiyan.services.publish(items.slice(0, 1), 'person:1')
    world.network.partition(SHIYAN, ankang.code)
    const head = shiyan.services.head() ?? ''
    const tries = (n: number) => vi.waitFor(() => expect(ankang.failures).toHaveLength(n), 60_000)
    ankang.services.announced(SHIYAN, head)
    await tries(1)
    await idle()
    // The partner came back: tried at once, and the waiting attempt is given up.
    ankang.services.announced(SHIYAN, head)
    await tries(2)
    await idle()
    world.clock.advance(RETRY.first)
    await idle()
    expect(ankang.failures).toHaveLength(2)
    world.clock.advance(RETRY.first)
    await tries(3)
    await idle()
    ankang.suspend()
    world.clock.advance(RETRY.most)
    await idle()
    expect(ankang.failures).toHaveLength(3)
  })

  test('stops: nothing is taken nor tried again', async () => {
    const { world, shiyan, ankang } = await two()
    await shiyan.services.publish(items.slice(0, 1), 'person:1')
    world.network.partition(SHIYAN, ankang.code)
    await world.announce(shiyan, ankang)
    ankang.services.stop()
    world.clock.advance(RETRY.most)
    ankang.services.announced(SHIYAN, shiyan.services.head() ?? '')
    await idle()
    expect(ankang.failures).toHaveLength(1)
  })
})

const rootOf = (head: string | null): unknown =>
  (JSON.parse(Buffer.from((head ?? '').split('.')[1] ?? '', 'base64url').toString()) as { root: unknown }).root
