/** A node as whoever runs it sees it: started from a configuration, and stopped. */
import { compose } from './compose.ts'
import { systemClock } from './kernel/clock.ts'
import { createLifecycle } from './kernel/lifecycle.ts'
import { createTelemetry } from './kernel/telemetry/telemetry.ts'
import type { NodeOptions, Overrides } from './options.ts'
import { VERSION } from './version.ts'

export type { NodeOptions } from './options.ts'

export type RunningNode = {
  url: string
  /** where the pages for applicants are served; null without them */
  applicantsUrl: string | null
  peer: string
  addresses: string[]
  city: { code: string; name: string }
  /** where the code waits that makes the first administrator who can sign in; null when there is one */
  setUpFile: string | null
  stop(): Promise<void>
}

/**
 * Starts a node from its configuration; resolves when it serves. Throws ProblemError naming who must act, or the reason of
 * `stopping`; nothing of it runs then.
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { cases, ...node } = await startComposed(options, {})
  return node
}

export type ComposedNode = Awaited<ReturnType<typeof startComposed>>

/** The same, with its cases past the HTTP API; for tests and benches, which may put parts of their own in it. */
export async function startComposed(options: NodeOptions, overrides: Overrides) {
  const begun = performance.now()
  const { city } = options.config
  const telemetry = createTelemetry({ city: city.code })
  const log = telemetry.log('node')
  const life = createLifecycle(options.clock ?? systemClock, (part, error) =>
    log.error('did not end well', { part }, error),
  )
  try {
    const { host, cases, ...where } = await compose(options, overrides, telemetry, life)
    telemetry.events.started({ version: VERSION, ms: Math.round(performance.now() - begun) })
    return {
      ...where,
      peer: host.peer,
      addresses: host.addresses(),
      city: { code: city.code, name: city.name },
      cases,
      async stop() {
        const at = performance.now()
        await life.end()
        telemetry.events.stopped({ ms: Math.round(performance.now() - at) })
      },
    }
  } catch (error) {
    await life.end().catch((failure: unknown) => {
      // Told to the log. Why it did not start matters more, unless it was to stop: then how it stopped does.
      if (options.stopping?.aborted === true) throw failure
    })
    throw error
  }
}
