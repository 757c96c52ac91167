/** Calls to the adapter: each has a whole deadline, and what is under way can be told. */
import type { AdapterContext, Call } from '../../../adapters/sdk/port.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import { DISPATCH_LIMITS } from './limits.ts'

/** What of the approval system is asked: to take a packet, for answers, to read one, to note that they are kept, or whether it can be used. */
export const CALL_KINDS = ['deliver', 'poll', 'read', 'acknowledge', 'check'] as const
export type CallKind = (typeof CALL_KINDS)[number]

export type Calls = ReturnType<typeof createCalls>

export function createCalls(given: AdapterContext, clock: Clock) {
  const underWay = new Set<{ kind: CallKind; since: number }>()

  /**
   * What the adapter makes of one call, within `ms` however its system trickles; then its signal is aborted and it is waited for
   * no more. `attempt`: how often it was tried before. Problem: `adapter.unavailable`.
   */
  async function within<T>(kind: CallKind, ms: number, attempt: number, call: (given: Call) => Promise<T>): Promise<T> {
    const { signal } = given
    const ending = new AbortController()
    const over = Promise.withResolvers<never>()
    const entry = { kind, since: clock.now() }
    let cancel = () => {}
    const endAfter = (left: number, detail: string) => {
      cancel()
      cancel = clock.after(left, () => {
        const problem = new ProblemError('adapter.unavailable', detail)
        ending.abort(problem)
        over.reject(problem)
      })
    }
    const stopping = () => {
      ending.abort(signal.reason)
      endAfter(DISPATCH_LIMITS.stop, 'the node stops')
    }
    endAfter(ms, `no answer within ${Math.round(ms / 1000)} s`)
    if (signal.aborted) stopping()
    signal.addEventListener('abort', stopping)
    underWay.add(entry)
    try {
      const deadline = clock.now() + ms
      return await Promise.race([call({ ...given, signal: ending.signal, deadline, attempt }), over.promise])
    } finally {
      underWay.delete(entry)
      cancel()
      signal.removeEventListener('abort', stopping)
    }
  }

  return {
    within,
    /** Calls that have been under way for DISPATCH_LIMITS.slow, the oldest first. */
    slow(): { kind: CallKind; since: number }[] {
      const before = clock.now() - DISPATCH_LIMITS.slow
      return [...underWay].filter(({ since }) => since <= before).sort((a, b) => a.since - b.since)
    },
  }
}
