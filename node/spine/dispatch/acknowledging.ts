/**
 * Tells an adapter that asks for it which answers are kept for good (回执), in their order, after the commit. What it was not told of, for
 * it failed or this node ended, it is told of again.
 */
import type { Adapter } from '../../../adapters/sdk/port.ts'
import type { Database } from '../../kernel/store/database.ts'
import type { AnswerStore } from './answer-store.ts'
import type { Calls } from './calls.ts'
import { DISPATCH_LIMITS } from './limits.ts'
import type { Trace } from './trace.ts'

type AcknowledgingParts = {
  db: Database
  adapter: Adapter
  store: AnswerStore
  calls: Calls
  trace: Pick<Trace, 'of'>
  /** under which name answers are kept */
  system: () => string
  failed: (error: unknown) => void
}

export function createAcknowledging({ db, adapter, store, calls, trace, system, failed }: AcknowledgingParts) {
  let failures = 0

  async function acknowledgeSome(): Promise<boolean> {
    const kept = await store.unacknowledged(system(), DISPATCH_LIMITS.acknowledged)
    if (kept.length === 0) return false
    const ids = kept.map(({ id }) => id.slice(system().length + 1))
    await calls.within('acknowledge', DISPATCH_LIMITS.acknowledge, failures, async call =>
      adapter.acknowledge?.(ids, { ...call, trace: trace.of('acknowledge', () => null) }),
    )
    await db.transaction(async tx => {
      await store.acknowledged(
        tx,
        kept.map(({ no }) => no),
      )
    })
    return kept.length === DISPATCH_LIMITS.acknowledged
  }

  /** Tells of all that is kept. A failure harms nothing: it is told at the next time. */
  return async function acknowledge(): Promise<void> {
    if (adapter.acknowledge === undefined) return
    try {
      while (await acknowledgeSome());
      failures = 0
    } catch (error) {
      // As often as failures double: an outage is told of by the question for answers.
      failures++
      if ((failures & (failures - 1)) === 0) failed(error)
    }
  }
}
