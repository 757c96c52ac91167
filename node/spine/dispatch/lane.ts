/**
 * One approval system of the city: its packets are handed over, one at a time per case, and its answers brought back as moves, apart from
 * those of any other: places, poller, cursor and pauses are its own.
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
import { createAnswers } from './answers.ts'
import { askedHowItIs } from './approval-system.ts'
import { createCalls } from './calls.ts'
import type { OpenCases } from './case-rounds.ts'
import { createEntries } from './entries.ts'
import { createHandOver } from './hand-over.ts'
import { createJobEnds } from './job-ends.ts'
import { createJobStore, type DueJob, type Job, type NewJob } from './job-store.ts'
import { createLaneMapping } from './lane-mapping.ts'
import { DISPATCH_LIMITS, retryAfter } from './limits.ts'
import { MAIN } from './numbers.ts'
import { createOutcomes } from './outcomes.ts'
import { toDelivery } from './to-delivery.ts'
import type { Trace } from './trace.ts'
import { Worker } from './worker.ts'

export type LaneParts = {
  db: Database
  packets: () => PacketStore
  /** under which answers are kept, and what is traced */
  keys: ValueKeys & Pick<CaseKeys, 'seal' | 'open'>
  adapter: Adapter
  /** name of the adapter among several; the main one has none */
  lane?: string | undefined
  /** of the approval system, as the configuration gives it; the kind of the adapter by default */
  name?: string | undefined
  trace: Pick<Trace, 'of'>
  context: Omit<AdapterContext, 'state'>
  /** the memory of an adapter while it takes a packet of the thread, or is called for none */
  stateOf: (threadNo: number | null, lane: string) => AdapterState
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
    /** of the adapter of that name, among several */
    byLocalCaseNo(localCaseNo: string, lane: string): Promise<{ thread: string; no: number; state: CaseState } | null>
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

/** How a person ends the job of a packet. */
type EndByHand = {
  as: 'done' | 'given-up'
  localCaseNo?: string | undefined
  reason: string
  then?: readonly MoveRequest[]
}

export type Lane = ReturnType<typeof createLane>

export function createLane(parts: LaneParts) {
  const { db, clock, adapter, audit } = parts
  const lane = parts.lane ?? MAIN
  const name = parts.name ?? adapter.kind
  const actor = `adapter:${name}`
  const jobs = createJobStore(db, (store, threadNo) => parts.packets().packets(store, threadNo), lane)
  const calls = createCalls({ ...parts.context, state: parts.stateOf(null, lane) }, clock)
  const stateOf = (threadNo: number) => parts.stateOf(threadNo, lane)
  const trace: Pick<Trace, 'of'> = { of: (call, threadNo, packet) => parts.trace.of(call, threadNo, packet, lane) }
  const wake = (): void => worker.wake()
  const ends = createJobEnds({ ...parts, jobs, actor, wake })
  const mapping = createLaneMapping({
    db,
    clock,
    audit,
    adapter,
    lane,
    name,
    async retry(tx, by) {
      await answers.retryIn(tx, { code: 'adapter.mapping' }, by)
      await jobs.unpark(tx, { code: 'adapter.mapping' }, clock.now(), [lane])
      tx.afterCommit(wake)
    },
  })
  const { adapterOf } = mapping
  const handOver = createHandOver({
    ...parts,
    adapterOf,
    stateOf,
    jobs,
    ends,
    calls,
    trace,
    log: parts.context.log,
    wake,
  })
  const outcomes = createOutcomes({ db, jobs, ends, now: clock.now, wake })
  const answers = createAnswers({
    ...parts,
    actor,
    adapterOf,
    lane,
    stateOf,
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
    lane,
    name,
    adapter,
    jobs,
    answers,
    ends,
    mapping,
    /** What people type into the approval system; none where an adapter reaches it. */
    entries: createEntries({ ...parts, adapterOf, jobs }),
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
      await mapping.start()
      await jobs.releaseAll()
      for (const { threadNo, thread } of await jobs.overtaken()) {
        const state = await jobs.fold(threadNo)
        if (state !== null) await db.transaction(tx => ends.moved(tx, threadNo, thread, state))
      }
      worker.start()
      await answers.start()
    },
    async stop(): Promise<void> {
      stopped = true
      for (const cancel of givingBack.values()) cancel()
      await Promise.all([worker.stop(), answers.stop()])
      await adapter.close?.()
    },
    /** Whether the approval system can be used now, answers when it is asked, and takes no longer than it may. */
    check: () => askedHowItIs({ adapter, calls, clock, name, polling: answers.polling }),
    /** What is told of it without asking it: when the last good poll was, and how many calls take too long. */
    state: () => ({ polling: answers.polling(), slow: calls.slow().length }),

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
      const own = await adapterOf(job.threadNo)
      const planned = await own.plan?.(toDelivery(packet, { thread, fold, packets }, job.attempts, parts.openMaterial))
      if (planned === undefined) return []
      if (!planned.ok) throw new ProblemError(planned.problem.code, planned.problem.detail)
      return planned.requests
    },
  }
}
