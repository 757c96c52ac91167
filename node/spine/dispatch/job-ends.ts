/** How the job of a packet ends: with the moves that follow from it, parked for a person, or because its case went on without it. */
import type { CaseState } from '../../../protocol/case/fold.ts'
import type { MoveRequest } from '../../../protocol/case/kinds.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import type { Cause, Job, JobStore } from './job-store.ts'
import type { LaneParts } from './lane.ts'
import { hasEnded, isOver } from './over.ts'

export type JobEnds = ReturnType<typeof createJobEnds>

export function createJobEnds(
  parts: Pick<LaneParts, 'db' | 'clock' | 'audit' | 'events' | 'cases' | 'observer'> & {
    jobs: JobStore
    actor: string
    wake: () => void
  },
) {
  const { db, clock, audit, events, jobs, actor } = parts
  /** threads whose submit was taken, while that is signed: the job that ends with it is no other's to end */
  const answering = new Set<number>()

  const recordEnded = (tx: Transaction, thread: string, packets: readonly number[], registered?: string) =>
    audit.append(tx, {
      actor,
      action: 'dispatch.ended',
      subject: thread,
      detail: { packets: packets.join(' '), ...(registered === undefined ? {} : { registered }) },
    })

  return {
    recordEnded,

    /**
     * The effect is there: in one transaction the job ends, by `finish`, and its moves are signed. A move that stands already is not
     * signed again. Problem: `adapter.mapping` without a needed local case number.
     */
    async taken(
      { job, kind, thread }: { job: Job; kind: string; thread: string },
      fold: CaseState,
      { localCaseNo, moves = [] }: { localCaseNo?: string | undefined; moves?: readonly MoveRequest[] },
      finish: (tx: Transaction) => Promise<void>,
    ): Promise<void> {
      const signed: MoveRequest[] = []
      if (kind === 'case.submit' && fold.state === 'submitted') {
        if (localCaseNo === undefined) throw new ProblemError('adapter.mapping', 'no local case number')
        signed.push({ kind: 'case.arrived', body: { localCaseNo } })
      }
      signed.push(...moves)
      if (signed.length === 0) return db.transaction(finish)
      if (kind === 'case.submit') answering.add(job.threadNo)
      try {
        await parts.cases().moves(thread, signed, actor, finish)
      } finally {
        answering.delete(job.threadNo)
      }
    },

    /** It waits for a person. */
    async park(tx: Transaction, job: Job, thread: string, cause: Cause): Promise<void> {
      const { theirCode, ...problem } = cause
      await jobs.park(tx, job, cause, clock.now())
      await audit.append(tx, {
        actor,
        action: 'dispatch.parked',
        subject: thread,
        detail: { problem: problem.code, packet: job.packetNo, ...(theirCode === undefined ? {} : { theirCode }) },
      })
      await events.append(tx, { type: 'work.parked', subject: thread })
      tx.afterCommit(() => parts.observer.parked('packet', problem, thread))
    },

    /** The case went on or ended without the job; `registered` is a number under which the approval system has it all the same. */
    async end(tx: Transaction, job: Job, thread: string, registered?: string): Promise<void> {
      await jobs.finish(job, clock.now(), tx)
      await recordEnded(tx, thread, [job.packetNo], registered)
      tx.afterCommit(parts.wake)
    },

    /** The city moved a case: ends the jobs that its state leaves nothing to do for, in the transaction of the step. */
    async moved(tx: Transaction, threadNo: number, thread: string, state: CaseState): Promise<void> {
      // Its arrival alone leaves nothing of a case to do but its submit.
      if (answering.has(threadNo) && !hasEnded(state)) return
      const over = (await jobs.restOf(tx, threadNo)).filter(({ kind, parked }) => isOver(kind, state, parked))
      for (const { packetNo } of over) await jobs.finish({ packetNo, threadNo, attempts: 0 }, clock.now(), tx)
      if (over.length === 0) return
      await recordEnded(
        tx,
        thread,
        over.map(({ packetNo }) => packetNo),
      )
      tx.afterCommit(parts.wake)
    },
  }
}
