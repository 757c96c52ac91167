/** A map of China with cities and the flows between them, and the same facts as text: for a keyboard, a screen reader, and whoever counts. */
import { Button, Radio, Space } from 'antd'
import { useMemo, useState } from 'react'
import { useWords } from '../../words.ts'
import { Chart, type Drawn, loadEngine } from '../chart/chart.tsx'
import './map.css'
import { MAP_MARKS, type MapCity, type MapFlow, type MapView, mapPicture } from './picture.ts'
import { placeOf } from './place.ts'
import { MAP } from './words.ts'

/** By one press. */
const STEP = 1.5
const MOST = 16
/** Of its height: on a phone the map is no higher than it is wide. */
const WIDEST = '85vw'
/** Of lines that wish to be read from five metres, pixels. */
const FAR = 22

const load = () => import('china-maps/map/json/china.json')

/** All of China, as the law wants it shown: echarts adds the islands of the South China Sea to the map of this name. */
async function withChina() {
  const { default: china } = await load()
  return ({ registerMap }: { registerMap: (name: string, map: never) => void }) => registerMap('china', china as never)
}

/** Loads the map and what draws it while the numbers are still being read; what fails is tried again, and told, when it is shown. */
export function loadMap(): void {
  loadEngine()
  load().catch(() => {})
}

function Facts({
  cities,
  flows,
  counted,
  onOpen,
  onFlow,
}: {
  cities: readonly MapCity[]
  flows: readonly MapFlow[]
  counted: string
  onOpen: ((code: string) => void) | undefined
  onFlow: ((flow: MapFlow) => void) | undefined
}) {
  const words = useWords(MAP)
  const names = new Map(cities.map(({ code, name }) => [code, name]))
  const nameOf = (code: string) => names.get(code) ?? code
  return (
    <div className="china-facts">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.city}</th>
            <th scope="col">{words.state}</th>
          </tr>
        </thead>
        <tbody>
          {cities.length === 0 ? (
            <tr>
              <td colSpan={2}>{words.none}</td>
            </tr>
          ) : null}
          {cities.map(({ code, name, state, words: said }) => (
            <tr key={code}>
              <th scope="row">
                {onOpen === undefined || state === 'own' ? (
                  name
                ) : (
                  <Button type="link" onClick={() => onOpen(code)}>
                    {name}
                  </Button>
                )}
              </th>
              <td>
                <span aria-hidden="true">{MAP_MARKS[state]}</span> {said}
                {placeOf(code) === null ? <div className="muted">{words.unplaced}</div> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {flows.length === 0 ? null : (
        <table>
          <thead>
            <tr>
              <th scope="col">{words.from}</th>
              <th scope="col">{words.to}</th>
              <th scope="col" className="number">
                {counted}
              </th>
            </tr>
          </thead>
          <tbody>
            {flows.map(flow => (
              <tr key={`${flow.from} ${flow.to}`}>
                <td>{nameOf(flow.from)}</td>
                <td>{nameOf(flow.to)}</td>
                <td className="number">
                  {onFlow === undefined ? (
                    flow.count
                  ) : (
                    <Button
                      type="link"
                      aria-label={`${nameOf(flow.from)} → ${nameOf(flow.to)} ${flow.count}`}
                      onClick={() => onFlow(flow)}
                    >
                      {flow.count}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

/**
 * `cities`: each at the centre of its division, with the mark of its state and, in the table, `words` (what the state is, in the language
 * that is spoken: the map knows none of its own). `flows`: lines from city to city with their `count`, the thicker the more; `counted`
 * names what is counted, as the head of their column. `onOpen`: a city other than the own was chosen, on the map or in the table; `onFlow`: the number of a
 * flow was. `facts`: where the table stands; `unseen` leaves it to screen readers, where the same numbers stand on the page already.
 * `drawn` holds the chart, for its picture. A city whose code is in no table of divisions stands in the table, which says so.
 */
export function ChinaMap({
  label,
  cities,
  flows = [],
  counted = '',
  onOpen,
  onFlow,
  facts = 'beside',
  height = 480,
  dark = false,
  drawn,
}: {
  label: string
  cities: readonly MapCity[]
  flows?: readonly MapFlow[]
  counted?: string
  onOpen?: (code: string) => void
  onFlow?: (flow: MapFlow) => void
  facts?: 'beside' | 'below' | 'unseen'
  height?: number
  dark?: boolean
  drawn?: Drawn
}) {
  const words = useWords(MAP)
  const [view, show] = useState<MapView>({ at: 'country', zoom: 1 })
  const option = useMemo(
    () => mapPicture(cities, flows, { dark, view, height, ...(dark ? { size: FAR } : {}) }),
    [cities, flows, dark, view, height],
  )
  const own = cities.find(({ state }) => state === 'own')?.code
  const pick = onOpen === undefined ? undefined : (code: string) => (code === own ? undefined : onOpen(code))
  const zoomed = (by: number) => show({ ...view, zoom: Math.min(MOST, Math.max(1 / STEP, view.zoom * by)) })
  return (
    <section className={`china ${facts}`} aria-label={label}>
      <div>
        {dark ? null : (
          <Space wrap>
            <Radio.Group
              aria-label={words.view}
              optionType="button"
              value={view.at}
              onChange={({ target }) => show({ at: target.value as MapView['at'], zoom: 1 })}
              options={[
                { value: 'country', label: words.country },
                { value: 'cities', label: words.cities, disabled: cities.length === 0 },
              ]}
            />
            <Button aria-label={words.closer} onClick={() => zoomed(STEP)}>
              +
            </Button>
            <Button aria-label={words.farther} onClick={() => zoomed(1 / STEP)}>
              −
            </Button>
            <span className="muted">{words.sketch}</span>
          </Space>
        )}
        <Chart
          label={label}
          option={option}
          height={`min(${height}px, ${WIDEST})`}
          prepare={withChina}
          pick={pick}
          drawn={drawn}
        />
      </div>
      <Facts cities={cities} flows={flows} counted={counted} onOpen={onOpen} onFlow={onFlow} />
    </section>
  )
}
