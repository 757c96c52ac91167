/** What is counted and logged of requests: templates of paths, never addresses with their ids or queries. */
import type { ProblemCode } from '../../../protocol/problem.ts'
import type { Telemetry } from '../../kernel/telemetry/telemetry.ts'

export type Served = {
  method: string
  /** path template, or `none` */
  route: string
  status: number
  ms: number
  requestId: string
  person: string | undefined
}

export interface Observer {
  served(request: Served): void
  refused(code: ProblemCode): void
  /** An error that has no problem code: told in the log under the request's id, and nowhere else. */
  failed(requestId: string, route: string, cause: unknown): void
  /** An operation answers a problem that its description lacks. */
  undeclared(operation: string, code: ProblemCode): void
  /** How many event streams are open. */
  streams(open: number): void
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30]

export function createObserver({ metrics, log }: Telemetry): Observer {
  const lines = log('http')
  const seconds = metrics.seconds('tongban_http_seconds', 'HTTP requests', ['method', 'route', 'status'], BUCKETS)
  const problems = metrics.counter('tongban_http_problems_total', 'Problems answered', ['code'])
  const streams = metrics.gauge('tongban_event_streams', 'Open event streams')
  return {
    served({ method, route, status, ms, requestId, person }) {
      seconds(ms / 1000, { method, route, status: String(status) })
      const fields = { method, route, status, ms, requestId, person: person ?? null }
      if (status >= 500) lines.warning('request failed', fields)
      else lines.debug('request served', fields)
    },
    refused: code => problems({ code }),
    failed: (requestId, route, cause) => lines.error('internal error', { requestId, route }, cause),
    undeclared: (operation, code) => lines.debug('problem not described', { operation, code }),
    streams: open => streams(open),
  }
}
