/** What the map of China draws, as an option of echarts: cities where they lie, and flows between them. Pure. */
import type { EChartsCoreOption } from 'echarts/core'
import { type Place, placeOf } from './place.ts'

/** `own`: the city whose node this is; `off`: nothing goes there yet. */
export const MAP_STATES = ['own', 'good', 'warn', 'bad', 'off'] as const
export type MapState = (typeof MAP_STATES)[number]

export type MapCity = {
  /** of its division (GB/T 2260) */
  code: string
  name: string
  state: MapState
  /** the state in words, of the language that is spoken: `通 · 12 ms` */
  words: string
}
/** So many went from one city to the other. */
export type MapFlow = { from: string; to: string; count: number }
/** All of China, or the part in which the cities lie. */
export type MapView = { at: 'country' | 'cities'; zoom: number }

/** Beside each name: a colour alone says nothing to some. */
export const MAP_MARKS: Readonly<Record<MapState, string>> = { own: '★', good: '●', warn: '▲', bad: '✗', off: '○' }

const SYMBOLS: Readonly<Record<MapState, string>> = {
  own: 'path://M0,-10L2.4,-3.2L9.5,-3.1L3.8,1.2L5.9,8.1L0,4L-5.9,8.1L-3.8,1.2L-9.5,-3.1L-2.4,-3.2Z',
  good: 'circle',
  warn: 'triangle',
  bad: 'path://M-10,-7L-7,-10L0,-3L7,-10L10,-7L3,0L10,7L7,10L0,3L-7,10L-10,7L-3,0Z',
  off: 'emptyCircle',
}
type Look = {
  land: string
  border: string
  text: string
  halo: string
  flow: string
} & Record<MapState, string>
const LIGHT: Look = {
  land: '#eef2f7',
  border: '#8c96a3',
  text: '#1f2328',
  halo: '#ffffff',
  flow: '#1a56c4',
  own: '#1a56c4',
  good: '#1e7b34',
  warn: '#b06000',
  bad: '#c5221f',
  off: '#57606a',
}
const DARK: Look = {
  land: '#16294a',
  border: '#5f7fb5',
  text: '#ffffff',
  halo: '#0a1730',
  flow: '#5cc8ff',
  own: '#ffd666',
  good: '#6fe39b',
  warn: '#ffb454',
  bad: '#ff8f8c',
  off: '#b6c2d6',
}

/** All that is drawn, the islands of the South China Sea in their frame: degrees. */
const COUNTRY = { west: 73.5, east: 135.1, south: 16, north: 53.6 }
/** A part is shown with so much around it. */
const AROUND = 1.6
const MOST_ZOOM = 12
/** Thickness of flows, from few to the most. */
const THIN = 1.5
const THICK = 7

/** Centre and zoom by which the cities fill the map. */
export function frameOf(places: readonly Place[]): { center: Place; zoom: number } | null {
  if (places.length === 0) return null
  const easts = places.map(([east]) => east)
  const norths = places.map(([, north]) => north)
  const west = Math.min(...easts)
  const east = Math.max(...easts)
  const south = Math.min(...norths)
  const north = Math.max(...norths)
  const zoom = Math.min(
    (COUNTRY.east - COUNTRY.west) / ((east - west) * AROUND),
    (COUNTRY.north - COUNTRY.south) / ((north - south) * AROUND),
    MOST_ZOOM,
  )
  return { center: [(west + east) / 2, (south + north) / 2], zoom: Math.max(1, zoom) }
}

/** As echarts draws it: degrees east are narrower than those north. */
const NARROWER = 0.75
/** Height of a line of text, of the size of its letters; and the width of a digit. */
const LINE = 1.4
const DIGIT = 0.6
/** How far a line between two cities bends, of its length: two ways between the same cities bend apart. */
const BEND = 0.25
const SIDES = ['right', 'left', 'bottom', 'top'] as const
export type Side = (typeof SIDES)[number]
type Box = {
  left: number
  right: number
  top: number
  bottom: number
}
const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
type Scale = { pixels: number; size: number }
/** Where a place lies in the picture, from its own corner: pixels. */
const markOf = ([east, north]: Place, { pixels }: Pick<Scale, 'pixels'>) => ({
  x: east * pixels * NARROWER,
  y: -north * pixels,
})
const boxAround = (x: number, y: number, width: number, height: number): Box => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
})

/**
 * On which side of its point each name has room, in the order of the points; null: on none, its mark stands alone. `pixels` of a degree
 * north; `width` of a name and `size` of its letters in pixels.
 */
export function sidesOf(names: readonly { place: Place; width: number }[], { pixels, size }: Scale): (Side | null)[] {
  const marks = names.map(({ place }) => markOf(place, { pixels }))
  const taken: Box[] = marks.map(({ x, y }) => boxAround(x, y, size, size))
  return names.map(({ width }, index) => {
    const own = marks[index]
    if (own === undefined) return null
    const { x, y } = own
    const around: Record<Side, [x: number, y: number]> = {
      right: [x + size + width / 2, y],
      left: [x - size - width / 2, y],
      bottom: [x, y + size * 1.5],
      top: [x, y - size * 1.5],
    }
    const boxOf = (side: Side): Box => boxAround(around[side][0], around[side][1], width, size * LINE)
    const side = SIDES.find(tried => !taken.some((box, at) => at !== index && meet(boxOf(tried), box)))
    if (side === undefined) return null
    taken.push(boxOf(side))
    return side
  })
}

/** Which flows show their number, in their order: where two would stand on one another, that of more cases. The table has all of them. */
export function numbersOf(
  lines: readonly { from: Place; to: Place; count: number }[],
  { pixels, size }: Scale,
): boolean[] {
  const boxes = lines.map(({ from, to, count }) => {
    const a = markOf(from, { pixels })
    const b = markOf(to, { pixels })
    // In the middle of a curve that bends to one side of its way.
    const x = (a.x + b.x) / 2 - ((a.y - b.y) * BEND) / 2
    const y = (a.y + b.y) / 2 - ((b.x - a.x) * BEND) / 2
    return { count, box: boxAround(x, y, String(count).length * size * DIGIT, size * LINE) }
  })
  const taken: Box[] = []
  const shown = new Set<Box>()
  for (const { box } of boxes.toSorted((a, b) => b.count - a.count)) {
    if (taken.some(other => meet(box, other))) continue
    taken.push(box)
    shown.add(box)
  }
  return boxes.map(({ box }) => shown.has(box))
}

/** Cities and flows that have a place on the map; a flow within one division has no line. */
export function drawable(cities: readonly MapCity[], flows: readonly MapFlow[]) {
  const points = cities.flatMap(city => {
    const place = placeOf(city.code)
    return place === null ? [] : [{ city, place }]
  })
  const lines = flows.flatMap(flow => {
    const from = placeOf(flow.from)
    const to = placeOf(flow.to)
    return from === null || to === null || (from[0] === to[0] && from[1] === to[1]) || flow.count <= 0
      ? []
      : [{ flow, from, to }]
  })
  return { points, lines }
}

export function mapPicture(
  cities: readonly MapCity[],
  flows: readonly MapFlow[],
  { dark, view, height, size = 14 }: { dark: boolean; view: MapView; height: number; size?: number },
): EChartsCoreOption {
  const look = dark ? DARK : LIGHT
  const { points, lines } = drawable(cities, flows)
  const most = Math.max(1, ...lines.map(({ flow }) => flow.count))
  const framed = view.at === 'cities' ? frameOf(points.map(({ place }) => place)) : null
  const zoom = (framed?.zoom ?? 1) * view.zoom
  const scale = { pixels: (zoom * height) / (COUNTRY.north - COUNTRY.south), size }
  const sides = sidesOf(
    points.map(({ city, place }) => ({ place, width: (city.name.length + 2) * size })),
    scale,
  )
  const numbers = numbersOf(
    lines.map(({ flow: { count }, from, to }) => ({ from, to, count })),
    scale,
  )
  const label = {
    show: true,
    color: look.text,
    fontSize: size,
    textBorderColor: look.halo,
    textBorderWidth: 3,
  }
  return {
    animation: false,
    geo: {
      map: 'china',
      roam: 'move',
      zoom,
      ...(framed === null ? {} : { center: [...framed.center] }),
      left: 8,
      right: 8,
      top: 8,
      bottom: 8,
      preserveAspect: 'contain',
      silent: true,
      itemStyle: { areaColor: look.land, borderColor: look.border, borderWidth: 1 },
      label: { show: false },
    },
    series: [
      {
        type: 'lines',
        coordinateSystem: 'geo',
        symbol: ['none', 'arrow'],
        symbolSize: size * 0.8,
        data: lines.map(({ flow, from, to }, index) => ({
          coords: [[...from], [...to]],
          lineStyle: {
            color: look.flow,
            width: THIN + (THICK - THIN) * Math.sqrt(flow.count / most),
            opacity: 0.75,
            curveness: BEND,
          },
          label: {
            ...label,
            show: numbers[index],
            position: 'middle',
            formatter: String(flow.count),
            color: look.flow,
            fontWeight: 600,
          },
        })),
      },
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        data: points.map(({ city, place }, index) => ({
          name: city.name,
          code: city.code,
          value: [...place],
          symbol: SYMBOLS[city.state],
          symbolSize: city.state === 'own' ? size * 1.4 : size,
          itemStyle: { color: look[city.state], borderColor: look.halo, borderWidth: 1 },
          label: {
            ...label,
            show: sides[index] !== null,
            position: sides[index] ?? 'right',
            formatter: `${MAP_MARKS[city.state]} ${city.name}`,
          },
        })),
      },
    ],
  }
}
