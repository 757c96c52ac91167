/**
 * One circuit breaker for each city (熔断): whoever sends to it asks the same one. When it could not be dialled some times
 * in a row, lists, materials and directories are refused at once; the stream of packets goes on trying, by its own pauses, and any
 * connection with the city closes the breaker. So a city that is down costs a dial now and then, and nobody waits for it.
 */
import { STREAM } from '../../../protocol/names.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Transport } from './wire.ts'

export const BREAKER_LIMITS = {
  /** dials in a row that failed, whatever they were for, after which the breaker is open */
  failures: 6,
  /** ms after which one stream of another kind than that of packets is tried too */
  hold: 60_000,
} as const

type Circuit = {
  failures: number
  /** ms; until when only the stream of packets is tried */
  until: number
  /** ms; since when the breaker is open */
  since: number | null
  problem: Problem
}

/** A breaker that is open. */
export type OpenBreaker = {
  /** ms */
  since: number
  /** ms; when another stream than that of packets is tried next, unless the city is reached before */
  nextTryAt: number
  /** why the last dial failed */
  problem: Problem
}

/** Streams that are tried whatever the breaker says: they find out whether the city is back, or a person waits for them. */
const PROBING: ReadonlySet<string> = new Set([STREAM.exchange, STREAM.pairing])

/** The transport with a breaker for each city that `cityOf` names; strangers have none. */
export function withBreakers(
  transport: Transport,
  cityOf: (peer: string) => string | undefined,
  clock: Clock,
): Transport & {
  /** null: the city was reached when it was dialled last */
  breakerOf(city: string): OpenBreaker | null
} {
  const circuits = new Map<string, Circuit>()
  const connected = new Set<string>()

  /** Throws while the breaker is open; after the hold one stream passes, and the others wait for what it finds. */
  function demandClosed(city: string): void {
    const circuit = circuits.get(city)
    if (circuit === undefined || circuit.failures < BREAKER_LIMITS.failures) return
    const now = clock.now()
    if (now < circuit.until)
      throw new ProblemError('exchange.unreachable', 'not reached lately: tried again soon, or when it is heard')
    circuit.until = now + BREAKER_LIMITS.hold
  }

  function failed(city: string, error: unknown): void {
    const before = circuits.get(city)
    const failures = (before?.failures ?? 0) + 1
    const now = clock.now()
    circuits.set(city, {
      failures,
      until: now + BREAKER_LIMITS.hold,
      since: failures < BREAKER_LIMITS.failures ? null : (before?.since ?? now),
      problem: error instanceof ProblemError ? error.problem : { code: 'internal' },
    })
  }

  transport.onConnection(({ peer, open }) => {
    const city = cityOf(peer)
    if (open) connected.add(peer)
    else connected.delete(peer)
    if (open && city !== undefined) circuits.delete(city)
  })
  return {
    breakerOf(city) {
      const circuit = circuits.get(city)
      if (circuit === undefined || circuit.since === null) return null
      return { since: circuit.since, nextTryAt: circuit.until, problem: circuit.problem }
    },
    get peer() {
      return transport.peer
    },
    addresses: () => transport.addresses(),
    async open(peer, addresses, protocol, options) {
      const city = cityOf(peer)
      // On a connection that is there a stream may be refused, but the city is reached.
      if (city === undefined || connected.has(peer)) return transport.open(peer, addresses, protocol, options)
      if (!PROBING.has(protocol)) demandClosed(city)
      try {
        const wire = await transport.open(peer, addresses, protocol, options)
        circuits.delete(city)
        return wire
      } catch (error) {
        // Whoever gave up by himself learned nothing of the city.
        if (options?.signal?.aborted !== true && !connected.has(peer)) failed(city, error)
        throw error
      }
    },
    handle: (protocol, handler, options) => transport.handle(protocol, handler, options),
    onConnection: listener => transport.onConnection(listener),
    ping: (peer, options) => transport.ping(peer, options),
    disconnect: peer => transport.disconnect(peer),
    start: () => transport.start(),
    stop: () => transport.stop(),
  }
}
