import { beforeAll, describe, expect, test } from 'vitest'
import type { KeyResolver } from '../../../protocol/packet/envelope.ts'
import type { ServiceItem } from '../../../protocol/service/item.ts'
import { type PlayCity, playCity, trusting } from '../../../test/support/play-city.ts'
import { type ListCity, listCities, playItem } from '../../../test/support/play-lists.ts'
import type { Filters, Place } from './search.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
let plays: [PlayCity, PlayCity]
let resolve: KeyResolver

beforeAll(async () => {
  plays = [await playCity('610900', { now: NOW / 1000 }), await playCity('420300', { now: NOW / 1000 })]
  resolve = await trusting(...plays)
})

const NAMES = [
  '不动产登记',
  '失业登记',
  '登记信息查询',
  '公积金提取',
  '公积金贷款',
  '身份证补领',
  '社会保障卡补换领',
  'ＡＰＰ注册',
]
const DEPARTMENTS = ['十堰市自然资源局', '十堰市人社局', '十堰市公积金中心']
const made = (count: number): ServiceItem[] =>
  Array.from({ length: count }, (_, index) =>
    playItem(index, {
      taskName: `${NAMES[index % NAMES.length]}${index < NAMES.length ? '' : index}`,
      deptName: DEPARTMENTS[index % DEPARTMENTS.length] ?? '',
      taskType: index % 2 === 0 ? '20' : '01',
      useLevel: index % 5 === 0 ? '4' : '3',
      serverType: index % 3 === 0 ? ['1', '2'] : ['1'],
      modes: index % 4 === 0 ? [0] : [1, 2],
      localTaskCode: `LOCAL${index}`,
    }),
  )

async function found(of: ListCity, text: string, filters: Filters = {}, limit = 1000) {
  const { items, total, facets } = await of.services.find(text, filters, limit, null)
  return { names: items.map(({ shown }) => shown[1]), codes: items.map(({ shown }) => shown[0]), total, facets }
}

/** What a search must find, by looking at every item. */
function expected(items: readonly ServiceItem[], words: readonly string[], filters: Filters = {}): string[] {
  const low = (text: string) => text.normalize('NFKC').toLowerCase()
  return items
    .filter(item =>
      words.every(word =>
        [item.taskName, item.deptName, item.taskCode, item.localTaskCode ?? ''].some(field =>
          low(field).includes(low(word)),
        ),
      ),
    )
    .filter(
      item =>
        (filters.department === undefined || item.deptName === filters.department) &&
        (filters.type === undefined || item.taskType === filters.type) &&
        (filters.level === undefined || item.useLevel === filters.level) &&
        (filters.audience === undefined || (item.serverType as string[]).includes(filters.audience)) &&
        (filters.mode === undefined || (item.modes as number[]).includes(Number(filters.mode))),
    )
    .map(item => item.taskCode)
    .sort()
}

describe('search', () => {
  test('finds words of two characters anywhere in a name, best first', async () => {
    const shiyan = await listCities(resolve, NOW).open(plays[1])
    await shiyan.services.publish(made(8), 'person:1')
    expect((await found(shiyan, '登记')).names).toEqual(['登记信息查询', '不动产登记', '失业登记'])
    // The third and sixth are of the department 公积金中心: after those with the word in their names.
    expect((await found(shiyan, '公积')).names).toEqual(['公积金提取', '公积金贷款', '登记信息查询', '身份证补领'])
    expect((await found(shiyan, '登 查询')).names).toEqual(['登记信息查询'])
    expect((await found(shiyan, 'app')).names).toEqual(['ＡＰＰ注册'])
    expect((await found(shiyan, 'local3')).names).toEqual(['公积金提取'])
    expect((await found(shiyan, '没有')).names).toEqual([])
  })

  test('finds what looking at every item finds, with every filter, and counts it', async () => {
    const shiyan = await listCities(resolve, NOW).open(plays[1])
    const items = made(500)
    await shiyan.services.publish(items, 'person:1')
    const queries: [string, Filters][] = [
      ['', {}],
      ['登记', {}],
      ['公积金', { type: '20' }],
      ['人社', { level: '4', mode: '1' }],
      ['登记 十堰', { audience: '2' }],
      ['', { department: '十堰市人社局', type: '01' }],
      ['0000000001', {}],
      ['LOCAL49', { mode: '2' }],
      ['', { department: '没有这个局' }],
    ]
    for (const [text, filters] of queries) {
      const words = text.split(' ').filter(Boolean)
      const { codes, total, facets } = await found(shiyan, text, filters)
      expect(codes.toSorted(), text).toEqual(expected(items, words, filters))
      expect(total).toBe(codes.length)
      // A facet counts as if it were not filtered by itself.
      for (const facet of ['department', 'type', 'level', 'audience', 'mode'] as const) {
        const { [facet]: _, ...others } = filters
        for (const { value, count } of facets[facet])
          expect(count, `${text} ${facet} ${value}`).toBe(expected(items, words, { ...others, [facet]: value }).length)
      }
    }
  })

  test('pages show each hit once, over several cities', async () => {
    const world = listCities(resolve, NOW)
    const ankang = await world.open(plays[0])
    const shiyan = await world.open(plays[1])
    await shiyan.services.publish(made(300), 'person:1')
    await ankang.services.publish(made(200), 'person:1')
    await world.announce(shiyan, ankang)
    for (const text of ['', '登记', '公积金']) {
      const all: string[] = []
      for (let after: Place | null = null; ; ) {
        const { items } = await ankang.services.find(text, {}, 17, after)
        all.push(...items.map(({ city, shown }) => `${city} ${shown[0]}`))
        after = items.at(-1)?.place ?? null
        if (items.length < 17) break
      }
      const { total } = await found(ankang, text)
      expect(new Set(all).size, text).toBe(all.length)
      expect(all.length, text).toBe(total)
    }
    const { facets } = await found(ankang, '')
    expect(facets.city).toEqual([
      { value: '420300', count: 300 },
      { value: '610900', count: 200 },
    ])
    expect((await found(ankang, '', { city: '610900' })).total).toBe(200)
    expect((await found(ankang, '', { city: '610900' })).facets.city).toHaveLength(2)
    ankang.suspend()
    expect((await found(ankang, '')).total).toBe(200)
  })

  test('follows each change of a list', async () => {
    const shiyan = await listCities(resolve, NOW).open(plays[1])
    await shiyan.services.publish(made(300), 'person:1')
    expect((await found(shiyan, '护照')).total).toBe(0)
    const change = (put: ServiceItem[], remove: string[] = []) => shiyan.services.change({ put, remove }, 'person:1')
    await change([playItem(7, { taskName: '护照换发', deptName: '公安局' })])
    expect((await found(shiyan, '护照')).names).toEqual(['护照换发'])
    expect((await found(shiyan, '公安')).total).toBe(1)
    await change([playItem(900, { taskName: '护照签发' })], [playItem(7).taskCode])
    expect((await found(shiyan, '护照')).names).toEqual(['护照签发'])
    expect((await found(shiyan, '')).total).toBe(300)
    await shiyan.services.publish([], 'person:1')
    expect(await found(shiyan, '')).toMatchObject({ total: 0, facets: { city: [], department: [] } })
  })

  test('an older version is listed as it was', async () => {
    const shiyan = await listCities(resolve, NOW).open(plays[1])
    await shiyan.services.publish(made(20), 'person:1')
    await shiyan.services.publish(made(5), 'person:1')
    const view = await shiyan.services.view('420300', 1)
    if (view === null) throw new Error('no version 1')
    expect(await shiyan.services.search(view, '登记', 100, null)).toHaveLength(9)
    expect((await found(shiyan, '登记')).total).toBe(3)
  })
})
