/** What the charts of the board draw, as options of echarts. Pure. */
import type { EChartsCoreOption } from 'echarts/core'
import { COLOURS } from '../theme.ts'

const TEXT = { color: '#1f2328', fontSize: 14 }
const GRID = '#d8dee4'
/** Letters of a name beside its bar; the table has the whole. */
const NAME = 14
const short = (name: string): string => ([...name].length > NAME ? `${[...name].slice(0, NAME - 1).join('')}…` : name)

/** Written on the canvas, not as HTML, which the policy of the page would strip of its style. */
const tooltip = { trigger: 'axis', renderMode: 'richText', textStyle: { fontSize: 14 } }

/** A line over time; points, so that one alone is seen. */
export const lineOf = (name: string, points: readonly { period: string; count: number }[]): EChartsCoreOption => ({
  animation: false,
  tooltip,
  grid: { left: 8, right: 24, top: 24, bottom: 8, containLabel: true },
  xAxis: { type: 'category', data: points.map(({ period }) => period), axisLabel: TEXT },
  yAxis: {
    type: 'value',
    minInterval: 1,
    axisLabel: TEXT,
    splitLine: { lineStyle: { color: GRID } },
  },
  series: [
    {
      type: 'line',
      name,
      data: points.map(({ count }) => count),
      symbolSize: 8,
      lineStyle: { width: 2 },
      color: COLOURS.primary,
      label: { show: points.length <= 12, ...TEXT },
    },
  ],
})

/** Bars from left to right, the first on top, each with its number. */
export const barsOf = (name: string, bars: readonly { name: string; count: number }[]): EChartsCoreOption => ({
  animation: false,
  tooltip,
  grid: { left: 8, right: 48, top: 8, bottom: 8, containLabel: true },
  xAxis: { type: 'value', minInterval: 1, axisLabel: TEXT, splitLine: { lineStyle: { color: GRID } } },
  yAxis: {
    type: 'category',
    inverse: true,
    data: bars.map(bar => short(bar.name)),
    axisLabel: TEXT,
  },
  series: [
    {
      type: 'bar',
      name,
      data: bars.map(({ count }) => count),
      barMaxWidth: 20,
      color: COLOURS.primary,
      label: { show: true, position: 'right', ...TEXT },
    },
  ],
})
