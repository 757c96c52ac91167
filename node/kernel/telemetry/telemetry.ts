/**
 * Telemetry (运行监测): logs, metrics and business events of one node. Every part of the node may use it, so it imports
 * none of them; only protocol/ stands below.
 */
import { createEvents, type Events } from './events.ts'
import { createLog, type Log, type LogFields } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'

export type { Events } from './events.ts'
export type { Log } from './log.ts'

export interface Telemetry {
  readonly metrics: Metrics
  readonly events: Events
  /** A logger for one part of this node. */
  log(area: string): Log
}

export function createTelemetry(base: LogFields = {}): Telemetry {
  const metrics = createMetrics()
  const log = (area: string) => createLog(area, base)
  metrics.observed('tongban_resident_bytes', 'Resident memory of the process', () => process.memoryUsage.rss())
  metrics.observed('tongban_uptime_seconds', 'Seconds since the process started', () => process.uptime())
  return { metrics, log, events: createEvents(metrics, log) }
}
