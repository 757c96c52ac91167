/** Opens streams to partners, to the first of a city's peers that can be reached, and takes each step on them within a time. */
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Trust } from './ports.ts'
import type { Transport, Wire } from './wire.ts'

/** What one step on a stream may take: ms, and what for, as the problem says it. */
type Patience = { ms: number; what: string }

/** A step on a stream, which is broken when it takes too long: `exchange.timeout`. */
export async function within<T>(
  clock: Clock,
  wire: Pick<Wire, 'abort'>,
  { ms, what }: Patience,
  work: () => Promise<T>,
): Promise<T> {
  const cancel = clock.after(ms, () => wire.abort(new ProblemError('exchange.timeout', what)))
  try {
    return await work()
  } finally {
    cancel()
  }
}

export type DialParts = { transport: Pick<Transport, 'open'>; trust: Pick<Trust, 'reach'>; clock: Clock }

export type DialOptions = {
  maxFrame: number
  /** ms for all peers of the city together */
  within: number
  /** ends the opening only, not the open stream */
  signal?: AbortSignal | undefined
}

/** Problems: `partner.inactive` for want of a peer, `exchange.unreachable`. */
export async function dial(
  { transport, trust, clock }: DialParts,
  partner: string,
  protocol: string,
  { maxFrame, within, signal }: DialOptions,
): Promise<Wire> {
  const { peers, addresses } = trust.reach(partner)
  return dialPeers({ transport, clock }, { peers, addresses }, protocol, { maxFrame, within, signal })
}

/** The same for peers that are no partner's yet. */
export async function dialPeers(
  { transport, clock }: Pick<DialParts, 'transport' | 'clock'>,
  { peers, addresses }: { peers: readonly string[]; addresses: readonly string[] },
  protocol: string,
  { maxFrame, within, signal }: DialOptions,
): Promise<Wire> {
  const ending = new AbortController()
  const cancel = clock.after(within, () => ending.abort())
  const give = () => ending.abort(signal?.reason)
  signal?.addEventListener('abort', give)
  if (signal?.aborted === true) give()
  let problem: unknown = new ProblemError('partner.inactive')
  try {
    for (const peer of peers) {
      try {
        const wire = await transport.open(peer, addresses, protocol, { maxFrame, signal: ending.signal })
        if (!ending.signal.aborted) return wire
        // Opened in the instant in which it was given up: whoever asked waits for it no more.
        problem = new ProblemError('exchange.unreachable', 'the call was given up')
        wire.abort(problem as ProblemError)
        break
      } catch (error) {
        problem = error
        if (ending.signal.aborted) break
      }
    }
    throw problem
  } finally {
    cancel()
    signal?.removeEventListener('abort', give)
  }
}
