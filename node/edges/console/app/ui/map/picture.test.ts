import { expect, test } from 'vitest'
import { drawable, frameOf, MAP_MARKS, MAP_STATES, type MapCity, mapPicture, numbersOf, sidesOf } from './picture.ts'

const SHIYAN: MapCity = { code: '420300', name: '十堰市', state: 'own', words: '本市' }
const ANKANG: MapCity = { code: '610900', name: '安康市', state: 'good', words: '通' }
const NOWHERE: MapCity = { code: '990000', name: '某市', state: 'bad', words: '不通' }

test('flows are drawn between cities, more of them thicker, each with its number', () => {
  const option = mapPicture(
    [SHIYAN, ANKANG],
    [
      { from: '420300', to: '610900', count: 100 },
      { from: '610900', to: '420300', count: 4 },
    ],
    { dark: false, view: { at: 'country', zoom: 1 }, height: 480 },
  )
  const [lines, points] = option.series as {
    data: { coords: unknown; lineStyle: { width: number }; label: { formatter: string } }[]
  }[]
  expect(lines?.data.map(({ label }) => label.formatter)).toEqual(['100', '4'])
  expect(lines?.data[0]?.lineStyle.width).toBeGreaterThan(lines?.data[1]?.lineStyle.width ?? 0)
  expect(lines?.data[0]?.coords).toEqual([
    [110.79, 32.65],
    [109.03, 32.69],
  ])
  expect(points?.data.map(({ label }) => label.formatter)).toEqual(['★ 十堰市', '● 安康市'])
})

test('each state has a mark of its own beside its colour', () => {
  expect(new Set(MAP_STATES.map(state => MAP_MARKS[state])).size).toBe(MAP_STATES.length)
})

test('a city without a place, a flow within one division and a flow of none are not drawn', () => {
  const { points, lines } = drawable(
    [SHIYAN, NOWHERE],
    [
      { from: '420300', to: '990000', count: 3 },
      { from: '420300', to: '420381', count: 3 },
      { from: '420300', to: '610900', count: 0 },
    ],
  )
  expect(points.map(({ city }) => city.name)).toEqual(['十堰市'])
  expect(lines).toEqual([])
})

test('the part of the cities fills the map; one city is not larger than the limit, and none is no part', () => {
  expect(frameOf([])).toBeNull()
  expect(frameOf([[110, 32]])).toEqual({ center: [110, 32], zoom: 12 })
  const apart = frameOf([
    [75, 20],
    [135, 50],
  ])
  expect(apart).toEqual({ center: [105, 35], zoom: 1 })
})

test('names of neighbours stand on different sides, and one without room leaves its mark alone', () => {
  const name = (east: number) => ({ place: [east, 32.6] as const, width: 70 })
  const scale = { pixels: 12, size: 14 }
  expect(sidesOf([name(110), name(121)], scale)).toEqual(['right', 'right'])
  expect(sidesOf([name(110.8), name(109)], scale)).toEqual(['right', 'left'])
  expect(
    sidesOf(
      [1, 2, 3, 4, 5].map(() => name(110)),
      scale,
    ),
  ).toEqual(['right', 'left', 'bottom', 'top', null])
})

test('where numbers of flows would stand on one another the larger one stays; the two ways of one pair stand apart', () => {
  const own = [110.79, 32.65] as const
  const near = [109.03, 32.69] as const
  const beside = [109.05, 32.7] as const
  const far = [121.47, 31.23] as const
  const scale = { pixels: 12, size: 14 }
  const flow = (from: readonly [number, number], to: readonly [number, number], count: number) => ({ from, to, count })
  expect(numbersOf([flow(own, near, 4), flow(own, beside, 100), flow(own, far, 7)], scale)).toEqual([false, true, true])
  // Closer there is room for all.
  const close = { pixels: 12_000, size: 14 }
  expect(numbersOf([flow(own, near, 4), flow(own, beside, 100), flow(own, far, 7)], close)).toEqual([true, true, true])
  expect(numbersOf([flow(own, near, 4), flow(near, own, 9)], { pixels: 120, size: 14 })).toEqual([true, true])
  expect(numbersOf([], scale)).toEqual([])
})
