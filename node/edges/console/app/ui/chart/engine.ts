/**
 * The parts of echarts that the console draws with; it is loaded by the first chart. On a canvas: its SVG writes style attributes, and its
 * tooltips of HTML do too, which the policy of the page forbids.
 */
import { BarChart, LineChart, LinesChart, ScatterChart } from 'echarts/charts'
import { GeoComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, registerMap, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([
  BarChart,
  CanvasRenderer,
  GeoComponent,
  GridComponent,
  LegendComponent,
  LineChart,
  LinesChart,
  ScatterChart,
  TooltipComponent,
])

export const engine = { init, registerMap }
