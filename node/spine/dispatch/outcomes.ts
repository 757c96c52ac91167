/**
 * What came of packets that were handed over (移交结果), as the approval system's answers tell it: the job ends in the transaction that
 * signs what follows from it, once, or is parked.
 */
import type { LocalOutcome } from '../../../adapters/sdk/port.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import { causeOf } from './hand-over.ts'
import type { JobEnds } from './job-ends.ts'
import type { FoundJob, JobStore } from './job-store.ts'
import { isOver } from './over.ts'

type OutcomesParts = { db: Database; jobs: JobStore; ends: JobEnds; now: () => number; wake: () => void }

export type Outcomes = ReturnType<typeof createOutcomes>

/** The packet is with the adapter just now: its own answer is noted first. */
const BUSY: Problem = { code: 'adapter.handed', detail: 'the packet is handed over just now' }

export const keyOf = (outcome: LocalOutcome): string => ('taken' in outcome ? outcome.taken : outcome.refused)

export function createOutcomes({ db, jobs, ends, now, wake }: OutcomesParts) {
  async function isOpen(outcome: LocalOutcome): Promise<boolean> {
    const found = await jobs.ofPacket(keyOf(outcome))
    return found !== null && !found.done
  }

  /** A packet that was done before: told once more, or done by hand meanwhile under another number. */
  async function settleDone(
    { job, thread }: FoundJob,
    outcome: LocalOutcome,
    settled: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    const registered = 'taken' in outcome ? outcome.localCaseNo : undefined
    const known = (await jobs.fold(job.threadNo))?.localCaseNo
    await db.transaction(async tx => {
      await settled(tx)
      if (registered !== undefined && registered !== known)
        await ends.recordEnded(tx, thread, [job.packetNo], registered)
    })
  }

  return {
    isOpen,

    /**
     * Settles one outcome, and notes by `settled` in the same transaction that it is: 'done', 'repeated' when the job had ended before, or
     * what keeps it waiting. Throws what the signing of its moves throws.
     */
    async settle(
      outcome: LocalOutcome,
      settled: (tx: Transaction) => Promise<void>,
    ): Promise<'done' | 'repeated' | { waits: Problem; again: boolean }> {
      const found = await jobs.ofPacket(keyOf(outcome))
      if (found === null)
        return { waits: { code: 'thread.unknown', detail: 'no packet has this idempotency key' }, again: false }
      if (found.done) {
        await settleDone(found, outcome, settled)
        return 'repeated'
      }
      const { job, kind, thread } = found
      const fold = await jobs.fold(job.threadNo)
      if (fold === null) return { waits: { code: 'thread.unknown' }, again: false }
      const close = async (tx: Transaction): Promise<void> => {
        const standing = await jobs.standing(tx, job.packetNo)
        if (standing !== 'open') throw new NotOpen(standing)
        await settled(tx)
        tx.afterCommit(wake)
      }
      try {
        if ('taken' in outcome)
          await ends.taken(found, fold, outcome, async tx => {
            await close(tx)
            await jobs.finish(job, now(), tx)
          })
        else
          await db.transaction(async tx => {
            await close(tx)
            if (isOver(kind, fold, true)) await ends.end(tx, job, thread)
            else await ends.park(tx, job, thread, causeOf('adapter.refused', outcome))
          })
      } catch (error) {
        if (error instanceof NotOpen && error.standing === 'leased') return { waits: BUSY, again: true }
        // It ended meanwhile, so that its moves may stand already.
        if (error instanceof ProblemError && !(await isOpen(outcome))) {
          await settleDone(found, outcome, settled)
          return 'repeated'
        }
        throw error
      }
      return 'done'
    },
  }
}

class NotOpen extends ProblemError {
  readonly standing: 'leased' | 'done'

  constructor(standing: 'leased' | 'done') {
    super(BUSY.code, BUSY.detail)
    this.standing = standing
  }
}
