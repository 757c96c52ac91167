/**
 * A chart of echarts on a canvas, which nobody reads who does not see it: `label` says what it is of, and whoever shows one shows the same
 * numbers as text beside it.
 */
import type { ECharts, EChartsCoreOption } from 'echarts/core'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { ProblemNotice } from '../problem.tsx'
import './chart.css'

type Engine = typeof import('./engine.ts')['engine']
/** A chart that was drawn, for those who take its picture. */
export type Drawn = RefObject<ECharts | null>
export const useDrawn = (): Drawn => useRef<ECharts | null>(null)

/** Loads what draws before anything is there to draw; what failed is tried again, and told, by the first chart. */
export const loadEngine = (): void => void import('./engine.ts').catch(() => {})

/**
 * `prepare`: loads what the drawing needs before the first time, such as a map, and gives it to the engine. `pick`: what lies under the pointer was chosen, by the `code` of
 * its data. `drawn` holds the chart as long as it is shown.
 */
export function Chart({
  label,
  option,
  height,
  prepare,
  pick,
  drawn,
}: {
  label: string
  option: EChartsCoreOption
  height: number | string
  prepare?: () => Promise<(engine: Engine) => void>
  pick?: ((code: string) => void) | undefined
  drawn?: Drawn
}) {
  const place = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<ECharts | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [tries, again] = useState(0)
  const picked = useRef(pick)
  picked.current = pick
  const prepared = useRef(prepare)
  prepared.current = prepare

  // biome-ignore lint/correctness/useExhaustiveDependencies: another try loads it anew
  useEffect(() => {
    let made: ECharts | null = null
    let over = false
    const start = async () => {
      const [{ engine }, give] = await Promise.all([import('./engine.ts'), prepared.current?.()])
      give?.(engine)
      if (over || place.current === null) return
      made = engine.init(place.current, null, { renderer: 'canvas' })
      made.on('click', ({ data }) => {
        const { code } = (data ?? {}) as { code?: unknown }
        if (typeof code === 'string') picked.current?.(code)
      })
      setChart(made)
    }
    setError(null)
    start().catch(setError)
    return () => {
      over = true
      made?.dispose()
      setChart(null)
    }
  }, [tries])
  useEffect(() => {
    if (chart === null || place.current === null) return
    const watch = new ResizeObserver(() => chart.resize())
    watch.observe(place.current)
    return () => watch.disconnect()
  }, [chart])
  useEffect(() => {
    chart?.setOption(option, { notMerge: true })
  }, [chart, option])
  useEffect(() => {
    if (drawn !== undefined) drawn.current = chart
  }, [chart, drawn])

  if (error !== null) return <ProblemNotice error={error} retry={() => again(tries + 1)} />
  return (
    <div className="chart" ref={place} role="img" aria-label={label} aria-busy={chart === null} style={{ height }} />
  )
}
