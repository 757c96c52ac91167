/**
 * Dispatch (派发): hands inbound packets to the adapter, one at a time per case, until the approval system has taken each
 * once; and brings the system's answers back as moves. What cannot proceed is parked for a person, never dropped.
 * May import the store, the exchange's ports, the adapter port and the protocol.
 */

import type { Adapter, AdapterContext, AdapterState, PlannedRequest } from '../../../adapters/sdk/port.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import type { MoveRequest } from '../../../protocol/case/kinds.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { CaseKeys, ValueKeys } from '../../kernel/keys/case-keys.ts'
import type { Audit } from '../../kernel/records/audit.ts'
import type { EventLog } from '../../kernel/records/events.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Database, Transaction } from '../../kernel/store/database.ts'
import type { PacketStore } from '../exchange/packet-store.ts'
import type { KeptAnswer } from './answer-store.ts'
import { createAnswers } from './answers.ts'
import { askedHowItIs } from './approval-system.ts'
import { createCalls } from './calls.ts'
import type { OpenCases } from './case-rounds.ts'
import { createEntries } from './entries.ts'
import { createHandOver } from './hand-over.ts'
import { createJobEnds } from './job-ends.ts'
import { createJobStore, type DueJob, type Job, type NewJob, type ParkedJob } from './job-store.ts'
import { DISPATCH_LIMITS, retryAfter } from './limits.ts'
import { createOutcomes } from './outcomes.ts'
import { toDelivery } from './to-delivery.ts'
import { createTrace } from './trace.ts'
import { Worker } from './worker.ts'

export type DispatchParts = {
  db: Database
  packets: () => PacketStore
  /** under which answers are kept, and what is traced */
  keys: ValueKeys & Pick<CaseKeys, 'seal' | 'open'>
  adapter: Adapter
  /** of the approval system, as the configuration gives it; the kind of the adapter by default */
  name?: string | undefined
  context: AdapterContext
  /** the adapter's memory while it takes a packet of the thread */
  stateOf: (threadNo: number) => AdapterState
  clock: Clock
  audit: Audit
  events: EventLog
  random: () => number
  openMaterial: (sha256: string) => ReadableStream<Uint8Array>
  cases: () => OpenCases & {
    moves(
      thread: string,
      moves: readonly (MoveRequest & { at?: number | undefined })[],
      actor: string,
      alongside: (tx: Transaction) => Promise<void>,
    ): Promise<unknown>
    byLocalCaseNo(localCaseNo: string): Promise<{ thread: string; no: number; state: CaseState } | null>
  }
  observer: {
    /** `handed`: what came of it is told later */
    effect(kind: string, outcome: 'done' | 'handed' | 'retry' | 'parked', seconds: number): void
    /** `standing`: what it says was so already */
    event(outcome: 'done' | 'repeated' | 'standing' | 'waiting' | 'parked'): void
    failed(error: unknown): void
    /** the approval system could not be asked for answers, `failures` times in a row */
    unavailable(problem: Problem, failures: number): void
    parked(what: 'packet' | 'adapter-event', problem: Problem, subject: string): void
  }
  /** ms between two polls of the approval system */
  pollEvery?: number
}

export type Dispatch = ReturnType<typeof createDispatch>

export function createDispatch(parts: DispatchParts) {
  const { db, clock, adapter, audit } = parts
  const actor = `adapter:${adapter.kind}`
  const jobs = createJobStore(db, (store, threadNo) => parts.packets().packets(store, threadNo))
  const calls = createCalls(parts.context, clock)
  const { keys } = parts
  const trace = createTrace({ db, keys, clock, audit, failed: error => parts.observer.failed(error) })
  const wake = (): void => worker.wake()
  const ends = createJobEnds({ ...parts, jobs, actor, wake })
  const handOver = createHandOver({ ...parts, jobs, ends, calls, trace, log: parts.context.log, wake })
  const outcomes = createOutcomes({ db, jobs, ends, now: clock.now, wake })
  const answers = createAnswers({
    ...parts,
    name: parts.name,
    calls,
    trace,
    outcomes,
    pollEvery: parts.pollEvery ?? 1000,
  })
  const failed = (error: unknown) => parts.observer.failed(error)
  let stopped = false
  /** ends the wait for another try to give a job back */
  const givingBack = new Map<number, () => void>()
  const worker = new Worker<DueJob>({
    clock,
    parallel: adapter.parallel ?? DISPATCH_LIMITS.parallel,
    lease: room => jobs.lease(clock.now(), room),
    work: deliverOrRetry,
    failed,
  })
  /** A failure of this node itself leaves the job to be tried again: its effect is idempotent. */
  async function deliverOrRetry(job: DueJob): Promise<void> {
    try {
      await handOver(job)
      jobs.unlease(job.packetNo)
    } catch (error) {
      failed(error)
      await giveBack(job)
    }
  }

  /** The job is tried again. When even that cannot be noted, it stays leased, and the note is tried again. */
  async function giveBack(job: Job): Promise<void> {
    givingBack.get(job.packetNo)?.()
    givingBack.delete(job.packetNo)
    try {
      const at = clock.now()
      await db.transaction(tx =>
        jobs.retry(tx, job, { code: 'internal' }, at, at + retryAfter(job.attempts, parts.random())),
      )
      jobs.unlease(job.packetNo)
      worker.wake()
    } catch (error) {
      failed(error)
      if (!stopped)
        givingBack.set(
          job.packetNo,
          clock.after(DISPATCH_LIMITS.again, () => void giveBack(job)),
        )
    }
  }

  return {
    /** Queues an inbound packet for the adapter, in the transaction that stores it. */
    async enqueue(tx: Transaction, job: NewJob): Promise<void> {
      await jobs.insert(tx, job)
      tx.afterCommit(() => worker.wake())
    },
    /** A material arrived, or something else that a job waited for. */
    wake,
    /** The city moved a case: its local case number became known, or it ended. In the transaction of the step. */
    async moved(tx: Transaction, moved: { threadNo: number; thread: string; state: CaseState }): Promise<void> {
      const { threadNo, thread, state } = moved
      await ends.moved(tx, threadNo, thread, state)
      if (state.localCaseNo !== null) await answers.known(tx, state.localCaseNo)
    },
    async start(): Promise<void> {
      stopped = false
      await jobs.releaseAll()
      for (const { threadNo, thread } of await jobs.overtaken()) {
        const state = await jobs.fold(threadNo)
        if (state !== null) await db.transaction(tx => ends.moved(tx, threadNo, thread, state))
      }
      worker.start()
      await trace.start()
      await answers.start()
    },
    async stop(): Promise<void> {
      stopped = true
      for (const cancel of givingBack.values()) cancel()
      await Promise.all([worker.stop(), answers.stop()])
      await trace.stop()
      await adapter.close?.()
    },
    /** Whether the approval system can be used now, answers when it is asked, and takes no longer than it may. */
    check: () => askedHowItIs({ adapter, calls, clock, name: answers.name, polling: answers.polling }),
    /** What is told of it without asking it: when the last good poll was, and how many calls take too long. */
    state: () => ({ polling: answers.polling(), slow: calls.slow().length }),

    /** What the approval system has had for too long: how many packets, and since when the oldest, ms. */
    handedTooLong: () => jobs.handedBefore(clock.now() - DISPATCH_LIMITS.handed),

    /** Packets and answers that wait, packets first, each oldest first; after the place of the last one seen. */
    async parked(limit = 200, after: { what: ParkedWork['what']; no: number } | null = null): Promise<ParkedWork[]> {
      const packets = after?.what === 'adapter-event' ? [] : await jobs.parked(limit, after === null ? 0 : after.no)
      const left = limit - packets.length
      const kept = left === 0 ? [] : await answers.waiting(left, after?.what === 'adapter-event' ? after.no : 0)
      return [
        ...packets.map(job => ({ what: 'packet' as const, no: job.packetNo, ...job })),
        ...kept.map(({ id, nextAt, ...answer }) => ({
          what: 'adapter-event' as const,
          event: id,
          ...answer,
          problem: answer.problem ?? BEHIND,
          retryAt: nextAt,
        })),
      ]
    },

    /**
     * Tries parked packets and kept answers again; how many. Problems: `request.not-found`; of one answer or case, what keeps it
     * waiting.
     */
    async retry(
      what: { packetNo: number } | { localCaseNo: string } | { event: string } | { code: string } | { all: true },
      by: string,
    ): Promise<number> {
      if ('localCaseNo' in what || 'event' in what) return answers.retry(what, by)
      const retried = await db.transaction(async tx => {
        const count = await jobs.unpark(tx, what, clock.now())
        if ('packetNo' in what && count === 0) throw new ProblemError('request.not-found')
        const subject = 'packetNo' in what ? String(what.packetNo) : 'code' in what ? what.code : 'all'
        if (count > 0)
          await audit.append(tx, { actor: by, action: 'dispatch.retried', subject, detail: { packets: count } })
        const retried = count + ('packetNo' in what ? 0 : await answers.retryIn(tx, what, by))
        if (retried > 0) await act(tx)
        return retried
      })
      worker.wake()
      return retried
    },

    /**
     * Ends a packet's job by hand: its effect is there by other means, or is given up. A case that the system never registered needs
     * the local case number by which it was keyed in. Problems: `request.not-found`; `request.conflict` while it is handed over, or
     * when the case has another number; `request.invalid`. `then`: what follows at once, signed with it.
     */
    async end(packetNo: number, { as, localCaseNo, reason, then = [] }: EndByHand, by: string): Promise<void> {
      const found = await jobs.open(packetNo)
      if (found === null) throw new ProblemError('request.not-found', 'packetNo')
      const { job, kind, thread } = found
      const fold = await jobs.fold(job.threadNo)
      if (localCaseNo !== undefined && fold?.localCaseNo != null && fold.localCaseNo !== localCaseNo)
        throw new ProblemError('request.conflict', 'localCaseNo: the case has another one')
      const arrives = as === 'done' && kind === 'case.submit' && fold?.state === 'submitted'
      if (arrives && localCaseNo === undefined)
        throw new ProblemError('request.invalid', 'localCaseNo: the case has none yet')
      const alongside = async (tx: Transaction) => {
        if (!(await jobs.endByHand(tx, job, clock.now())))
          throw new ProblemError('request.conflict', 'it is handed over just now')
        await act(tx)
        await audit.append(tx, {
          actor: by,
          action: as === 'done' ? 'dispatch.done' : 'dispatch.given-up',
          subject: thread,
          detail: { packet: packetNo, kind, reason },
        })
        tx.afterCommit(() => worker.wake())
      }
      const moves: MoveRequest[] = [...then]
      if (arrives && localCaseNo !== undefined) moves.unshift({ kind: 'case.arrived', body: { localCaseNo } })
      if (moves.length > 0) await parts.cases().moves(thread, moves, by, alongside)
      else await db.transaction(alongside)
    },
    /**
     * What the approval system would be sent for a packet now, without sending it; a look at the case, so it leaves an audit row.
     * Problems: `request.not-found`; `adapter.mapping`, also from an adapter that cannot tell.
     */
    async plan(packetNo: number, by: string): Promise<readonly PlannedRequest[]> {
      const found = await jobs.open(packetNo)
      const fold = found === null ? null : await jobs.fold(found.job.threadNo)
      if (found === null || fold === null) throw new ProblemError('request.not-found', 'packetNo')
      const { job, thread } = found
      const packets = await parts.packets().packets(db, job.threadNo)
      const packet = packets.find(({ no }) => no === packetNo)
      if (packet === undefined) throw new ProblemError('request.not-found', 'packetNo')
      if (adapter.plan === undefined)
        throw new ProblemError('adapter.mapping', 'the adapter does not tell what it sends')
      await db.transaction(tx =>
        audit.append(tx, {
          actor: by,
          action: 'case.read',
          subject: thread,
          detail: { for: 'plan', packet: packetNo },
        }),
      )
      const planned = await adapter.plan(
        toDelivery(packet, { thread, fold, packets }, job.attempts, parts.openMaterial),
      )
      if (!planned.ok) throw new ProblemError(planned.problem.code, planned.problem.detail)
      return planned.requests
    },
    /** What people type into the approval system; null where an adapter reaches it. */
    entries: createEntries({ ...parts, jobs }),
    trace,
    adopt: answers.adopt,
    skip: answers.skip,
    answer: answers.answer,
    dismiss: answers.dismiss,
    /** What of a case the approval system has not taken, and what of its answers is not signed. */
    async waitingOf(
      threadNo: number,
    ): Promise<{ what: 'dispatch' | 'entry' | 'answer'; problem: Problem; parked: boolean; at: number }[]> {
      const told = (await jobs.waitingOf(threadNo)).map(({ problem, parked, at }) => ({
        what:
          adapter.sheet !== undefined && problem.code === 'adapter.handed' ? ('entry' as const) : ('dispatch' as const),
        problem,
        parked,
        at,
      }))
      const localCaseNo = (await jobs.fold(threadNo))?.localCaseNo ?? null
      if (localCaseNo === null) return told
      return [
        ...told,
        ...(await answers.waitingOf(localCaseNo)).map(waiting => ({ what: 'answer' as const, ...waiting })),
      ]
    },
  }
}

/** How a person ends the job of a packet. */
type EndByHand = {
  as: 'done' | 'given-up'
  localCaseNo?: string | undefined
  reason: string
  then?: readonly MoveRequest[]
}

const BEHIND: Problem = { code: 'adapter.behind' }

/** What waits for a person, or is tried again at `retryAt`; `no` is its place in the list. Times in ms since the epoch. */
export type ParkedWork = { no: number } & (
  | ({ what: 'packet' } & ParkedJob)
  | ({ what: 'adapter-event'; event: string; problem: Problem; retryAt: number | null } & Omit<
      KeptAnswer,
      'id' | 'problem' | 'nextAt'
    >)
)
