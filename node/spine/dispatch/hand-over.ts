/** Hands one packet to the approval system (移交), and notes what came of it: taken, handed over, to be tried again, or parked. */
import type { Adapter, AdapterContext, AdapterState, Delivery, DeliveryResult } from '../../../adapters/sdk/port.ts'
import { PROBLEMS, ProblemError } from '../../../protocol/problem.ts'
import type { Calls } from './calls.ts'
import type { JobEnds } from './job-ends.ts'
import type { Cause, DueJob, JobStore } from './job-store.ts'
import type { LaneParts } from './lane.ts'
import { DISPATCH_LIMITS, retryAfter } from './limits.ts'
import { isOver } from './over.ts'
import { toDelivery } from './to-delivery.ts'
import type { Trace } from './trace.ts'

type HandOverParts = Pick<LaneParts, 'db' | 'packets' | 'clock' | 'random' | 'openMaterial' | 'observer'> & {
  /** the adapter for a case */
  adapterOf: (threadNo: number) => Promise<Adapter>
  jobs: JobStore
  ends: JobEnds
  calls: Calls
  trace: Pick<Trace, 'of'>
  stateOf: (threadNo: number) => AdapterState
  log: AdapterContext['log']
  wake: () => void
}

const within = (ms: number, { least, most }: { least: number; most: number }): number =>
  Math.min(most, Math.max(least, ms))

/** A code as the approval system's manual names it, in one line. */
const codeOf = (code: string | undefined): string | undefined => {
  const said = code?.replaceAll(/\s+/g, ' ').trim().slice(0, DISPATCH_LIMITS.theirCode)
  return said === '' ? undefined : said
}

/** Why a packet is not taken, as it is kept. */
export const causeOf = (
  code: Cause['code'],
  { detail, theirCode }: { detail: string; theirCode?: string | undefined },
): Cause => {
  const said = codeOf(theirCode)
  return { code, detail, ...(said === undefined ? {} : { theirCode: said }) }
}

export function createHandOver(parts: HandOverParts) {
  const { db, clock, adapterOf, jobs, ends, calls, trace } = parts

  async function call(delivery: Delivery, threadNo: number): Promise<DeliveryResult> {
    const bytes = delivery.materials.reduce((sum, { size }) => sum + size, 0)
    const ms = DISPATCH_LIMITS.deliver + (bytes / DISPATCH_LIMITS.bytesPerSecond) * 1000
    try {
      const adapter = await adapterOf(threadNo)
      return await calls.within('deliver', ms, delivery.attempt, given =>
        adapter.deliver(delivery, {
          ...given,
          state: parts.stateOf(threadNo),
          trace: trace.of('deliver', () => threadNo, delivery.idempotencyKey),
        }),
      )
    } catch (error) {
      // An adapter that throws may or may not have had its effect: the same idempotency key makes a further try safe.
      parts.log('adapter failed', {
        kind: delivery.kind,
        error: error instanceof Error ? error.name : 'unknown',
      })
      // It said what nobody but the author of it or of its mapping can cure, such as more memory than it may have.
      if (error instanceof ProblemError && error.problem.code === 'adapter.mapping') {
        const { detail = 'the adapter failed' } = error.problem
        return { ok: false, code: 'adapter.mapping', detail, retryable: false }
      }
      const late = error instanceof ProblemError && error.problem.code === 'adapter.unavailable'
      const detail = (late ? error.problem.detail : undefined) ?? 'the adapter failed'
      return { ok: false, code: 'adapter.unavailable', detail, retryable: true }
    }
  }

  async function handed(job: DueJob, lookAgainAfterMs: number | undefined): Promise<void> {
    const at = clock.now()
    const nextAt = lookAgainAfterMs === undefined ? null : at + within(lookAgainAfterMs, DISPATCH_LIMITS.lookAgain)
    await db.transaction(tx => jobs.handed(tx, job, at, nextAt))
    parts.wake()
  }

  async function fail(
    job: DueJob,
    kind: string,
    cause: Cause,
    { retryable, retryAfterMs, registered }: { retryable: boolean; retryAfterMs?: number; registered?: string },
  ): Promise<'done' | 'retry' | 'parked'> {
    const at = clock.now()
    const fold = await jobs.fold(job.threadNo)
    const over = fold !== null && isOver(kind, fold, !retryable)
    const after =
      retryAfterMs === undefined
        ? retryAfter(job.attempts, parts.random())
        : within(retryAfterMs, DISPATCH_LIMITS.retryAfter)
    await db.transaction(tx => {
      if (over) return ends.end(tx, job, job.thread, registered)
      return retryable ? jobs.retry(tx, job, cause, at, at + after) : ends.park(tx, job, job.thread, cause)
    })
    parts.wake()
    return over ? 'done' : retryable ? 'retry' : 'parked'
  }

  return async function handOver(job: DueJob): Promise<void> {
    const begun = clock.now()
    const { thread, fold } = job
    const packets = await parts.packets().packets(db, job.threadNo)
    const packet = packets.find(entry => entry.no === job.packetNo)
    if (packet === undefined || fold === null) return jobs.finish(job, clock.now())
    const { kind } = packet.claims
    if (isOver(kind, fold, false)) return db.transaction(tx => ends.end(tx, job, thread))
    const delivery = toDelivery(packet, { thread, fold, packets }, job.attempts, parts.openMaterial)
    const result = await call(delivery, job.threadNo)
    const observe = (outcome: Parameters<typeof parts.observer.effect>[1]) =>
      parts.observer.effect(kind, outcome, (clock.now() - begun) / 1000)
    if (result.ok === 'handed') {
      await handed(job, result.lookAgainAfterMs)
      return observe('handed')
    }
    if (!result.ok) return observe(await fail(job, kind, causeOf(result.code, result), result))
    try {
      await ends.taken({ job, kind, thread }, fold, result, tx => jobs.finish(job, clock.now(), tx))
      observe('done')
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const { problem } = error
      const { localCaseNo } = result
      const retryable = PROBLEMS[problem.code].retryable
      observe(
        await fail(job, kind, problem, {
          retryable,
          ...(localCaseNo === undefined ? {} : { registered: localCaseNo }),
        }),
      )
    }
  }
}
