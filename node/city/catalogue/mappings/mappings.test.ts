import { beforeEach, describe, expect, test } from 'vitest'
import type { ItemMaterial, ServiceItem } from '../../../../protocol/service/item.ts'
import { createHandClock } from '../../../../test/support/http.ts'
import { marksOf } from '../../../../test/support/marks.ts'
import { openTestStore } from '../../../../test/support/store.ts'
import { createAudit } from '../../../kernel/records/audit.ts'
import { createMappings, type Mappings, mappingVersion } from './mappings.ts'

const OWN = '610900'
const PARTNER = '420300'
const NOW = Date.parse('2026-11-23T00:00:00Z')
const material = (materialCode: string, materialName: string): ItemMaterial => ({
  materialCode,
  materialName,
  isNeed: '1',
  materialType: '1',
  materialFormat: '3',
  sourceType: '10',
})
const item = (taskCode: string, taskName: string, change: Partial<ServiceItem> = {}): ServiceItem =>
  ({
    taskCode,
    taskName,
    taskVersion: 1,
    taskState: '1',
    serverType: ['1'],
    modes: [0],
    materials: [],
    ...change,
  }) as ServiceItem

let lists: Record<string, ServiceItem[]>
let mappings: Mappings
let clock: ReturnType<typeof createHandClock>
let audit: ReturnType<typeof createAudit>
let world: Omit<Parameters<typeof createMappings>[0], 'services'>

beforeEach(async () => {
  lists = {
    [OWN]: [
      item('A1', '失业保险金申领', { materials: [material('01', '居民身份证'), material('02', '申请表')] }),
      item('A2', '公积金提取', { catalogCode: '002' }),
    ],
    [PARTNER]: [
      item('B1', '失业保险金 申领', { materials: [material('X', '申请书'), material('Y', '身份证复印件')] }),
      item('B2', '住房公积金支取', { catalogCode: '002' }),
      item('B3', '房屋转移登记'),
    ],
  }
  const db = await openTestStore()
  clock = createHandClock(NOW)
  audit = createAudit({ database: db, now: clock.now })
  world = { db, clock, audit, own: OWN }
  mappings = createMappings({
    ...world,
    services: {
      item: async (city, code) => lists[city]?.find(({ taskCode }) => taskCode === code) ?? null,
      search: async (city, words) =>
        (lists[city] ?? [])
          .filter(({ taskName, catalogCode }) => catalogCode === words || words.startsWith(taskName.slice(0, 4)))
          .map(({ taskCode, taskName }) => ({ code: taskCode, name: taskName })),
    },
  })
})

const by = 'person:1'
const input = (pairs = [{ collecting: '01', handling: 'Y' }]) => ({ collecting: 'A1', pairs })

describe('comparison', () => {
  test('tells own items of a like name when none has the same, the likeliest first', async () => {
    const names = ['异地贷款职工住房公积金缴存使用证明', '住房公积金缴存证明', '失业登记']
    lists[OWN] = names.map((name, index) => item(`C${index}`, name))
    lists[PARTNER] = [item('D1', '出具住房公积金缴存使用证明书'), item('D2', '学历公证')]
    const search = async (city: string, words: string) =>
      (lists[city] ?? [])
        .filter(({ taskName }) => taskName.includes(words))
        .map(({ taskCode, taskName }) => ({ code: taskCode, name: taskName }))
    const looking = createMappings({
      ...world,
      services: { item: async (city, code) => lists[city]?.find(({ taskCode }) => taskCode === code) ?? null, search },
    })
    await expect(looking.compare(PARTNER, 'D1')).rejects.toThrow(/perhaps C\d [^,]*公积金[^,]*, C\d [^,]*公积金[^,]*$/)
    await expect(looking.compare(PARTNER, 'D2')).rejects.toThrow(/no own item of this code or name: 学历公证$/)
  })

  test('finds the own item by its name or its catalogue code, or takes the one that is named', async () => {
    const found = await mappings.compare(PARTNER, 'B1')
    expect(found.items.collecting.taskCode).toBe('A1')
    expect(found.pairs.map(pair => [pair.collecting, pair.handling])).toEqual([
      ['02', 'X'],
      ['01', 'Y'],
    ])
    expect((await mappings.compare(PARTNER, 'B2')).items.collecting.taskCode).toBe('A2')
    expect((await mappings.compare(PARTNER, 'B3', 'A1')).items.collecting.taskCode).toBe('A1')
    await expect(mappings.compare(PARTNER, 'B3')).rejects.toThrow('item.unknown')
    await expect(mappings.compare(PARTNER, 'B9')).rejects.toThrow('item.unknown')
  })
})

describe('a mapping', () => {
  test('is saved over what was read, once; one that was removed and saved anew is another', async () => {
    const stale = { problem: { code: 'request.precondition' }, changes: [{ by, action: 'mapping.saved' }] }
    const seenOf = ({ version, updatedAt }: { version: number; updatedAt: number }) => [
      mappingVersion(version, updatedAt),
    ]
    const first = seenOf(await mappings.save(PARTNER, 'B1', input(), by, null))
    await expect(mappings.save(PARTNER, 'B1', input(), 'person:2', null)).rejects.toMatchObject(stale)
    const second = seenOf(await mappings.save(PARTNER, 'B1', input([]), by, first))
    await expect(mappings.save(PARTNER, 'B1', input(), 'person:2', first)).rejects.toMatchObject(stale)
    await expect(mappings.remove(PARTNER, 'B1', 'person:2', first)).rejects.toMatchObject(stale)
    await mappings.remove(PARTNER, 'B1', by, second)
    await expect(mappings.save(PARTNER, 'B1', input(), 'person:2', second)).rejects.toMatchObject({
      problem: { code: 'request.precondition' },
      changes: [],
    })
    clock.advance(1000)
    await mappings.save(PARTNER, 'B1', input(), by)
    await expect(mappings.save(PARTNER, 'B1', input(), 'person:2', first)).rejects.toMatchObject(stale)
    await mappings.remove(PARTNER, 'B1', by)
  })

  test('keeps what a person confirmed, with a version and a row for each change', async () => {
    expect(await mappings.save(PARTNER, 'B1', input(), by)).toMatchObject({ version: 1, stale: false, updatedAt: NOW })
    await expect(mappings.save(PARTNER, 'B1', input(), by)).rejects.toThrow('request.unseen')
    const second = await mappings.save(PARTNER, 'B1', input([{ collecting: '02', handling: 'X' }]), by, ['*'])
    expect(second).toMatchObject({ version: 2, pairs: [{ collecting: '02', handling: 'X' }] })
    expect(await mappings.list(null, 10, null)).toEqual([second])
    expect(await mappings.list('000000', 10, null)).toEqual([])
    expect(await mappings.list(PARTNER, 10, [PARTNER, 'B1'])).toEqual([])
    expect(await marksOf('removeMapping', () => mappings.remove(PARTNER, 'B1', by))).toEqual(second)
    await expect(mappings.get(PARTNER, 'B1')).rejects.toThrow('request.not-found')
    expect((await audit.list({}, 10, null)).map(({ action }) => action)).toEqual([
      'mapping.removed',
      'mapping.saved',
      'mapping.saved',
    ])
  })

  test('names materials that both items have, each once', async () => {
    const refused = (pairs: { collecting: string; handling: string }[], field: string) =>
      expect(mappings.save(PARTNER, 'B1', input(pairs), by)).rejects.toMatchObject({
        problem: { code: 'request.invalid', detail: expect.stringContaining(field) as unknown },
      })
    await refused([{ collecting: '09', handling: 'X' }], 'pairs.0.collecting')
    await refused([{ collecting: '01', handling: '01' }], 'pairs.0.handling')
    await refused(
      [
        { collecting: '01', handling: 'X' },
        { collecting: '02', handling: 'X' },
      ],
      'pairs.1.handling',
    )
    expect(await mappings.list(null, 10, null)).toEqual([])
  })

  test('is stale when either item changes or goes', async () => {
    await mappings.save(PARTNER, 'B1', input(), by)
    const stale = async () => (await mappings.get(PARTNER, 'B1')).stale
    expect([await mappings.find(PARTNER, 'B2'), await mappings.own()]).toEqual([null, ['A1']])
    const ours = lists[OWN] ?? []
    const theirs = lists[PARTNER] ?? []
    lists[OWN] = ours.map(one => ({ ...one, taskVersion: 2 }))
    expect(await stale()).toBe(true)
    expect(await mappings.find(PARTNER, 'B1')).toMatchObject({ collecting: 'A1', stale: true })
    lists[OWN] = ours
    expect(await stale()).toBe(false)
    lists[PARTNER] = theirs.slice(1)
    expect(await stale()).toBe(true)
  })

  test('is looked up once for all cases of its item, and as it is after each change', async () => {
    const [theirs] = lists[PARTNER] ?? []
    if (theirs === undefined) throw new Error('no item')
    let looks = 0
    const { query } = world.db
    world.db.query = (...args) => {
      looks++
      return query.apply(world.db, args) as never
    }
    const named = async () => (await mappings.names(PARTNER, theirs, undefined)).length
    expect([await named(), await named(), looks]).toEqual([0, 0, 1])
    await mappings.save(PARTNER, 'B1', input(), by)
    looks = 0
    // Saving it has looked it up.
    expect([await named(), await named(), looks]).toEqual([1, 1, 0])
    await mappings.remove(PARTNER, 'B1', by)
    expect([await named(), await named(), looks]).toEqual([0, 0, 1])
  })

  test('one that was read before a change is not taken for what is there after it', async () => {
    const [theirs] = lists[PARTNER] ?? []
    if (theirs === undefined) throw new Error('no item')
    const { query } = world.db
    let answer = () => {}
    world.db.query = async (...args) => {
      const rows = await query.apply(world.db, args)
      world.db.query = query
      await new Promise<void>(resolve => {
        answer = resolve
      })
      return rows as never
    }
    const before = mappings.names(PARTNER, theirs, undefined)
    while (world.db.query !== query) await Promise.resolve()
    await mappings.save(PARTNER, 'B1', input(), by)
    answer()
    expect(await before).toEqual([])
    expect(await mappings.names(PARTNER, theirs, undefined)).toHaveLength(1)
  })

  test('tells the counter how both cities call a material; what was signed stands over what was saved', async () => {
    const [theirs] = lists[PARTNER] ?? []
    if (theirs === undefined) throw new Error('no item')
    expect(await mappings.names(PARTNER, theirs, undefined)).toEqual([])
    await mappings.save(PARTNER, 'B1', input(), by)
    expect(await mappings.names(PARTNER, theirs, undefined)).toEqual([
      { collecting: '01', collectingName: '居民身份证', handling: 'Y', handlingName: '身份证复印件' },
    ])
    expect(await mappings.names(PARTNER, theirs, [{ collecting: '02', handling: 'X' }])).toMatchObject([
      { collectingName: '申请表', handlingName: '申请书' },
    ])
    expect(await mappings.pairs(PARTNER, 'B1')).toEqual([{ collecting: '01', handling: 'Y' }])
    expect(await mappings.pairs(PARTNER, 'B2')).toBeUndefined()
  })
})
