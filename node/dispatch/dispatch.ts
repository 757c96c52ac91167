/**
 * Dispatch (派发): hands inbound packets to the adapter, one at a time per case, until the approval system has taken each
 * once; and brings the system's answers back as moves. What cannot proceed is parked for a person, never dropped.
 * May import the store, the exchange's ports, the adapter port and the protocol.
 */
import type {
  Adapter,
  AdapterContext,
  AdapterState,
  Delivery,
  DeliveryResult,
  LocalEvent,
} from '../../adapters/sdk/port.ts'
import type { CaseState } from '../../protocol/case/fold.ts'
import { type CaseBody, isCaseKind, type MoveRequest, materialsOf } from '../../protocol/case/kinds.ts'
import { decodeUtf8, encodeUtf8 } from '../../protocol/primitives.ts'
import { PROBLEMS, type Problem, ProblemError } from '../../protocol/problem.ts'
import type { Audit } from '../audit/audit.ts'
import type { EventLog } from '../audit/events.ts'
import type { Seal } from '../exchange/case-keys.ts'
import type { Clock } from '../exchange/clock.ts'
import type { PacketStore } from '../exchange/packet-store.ts'
import type { Database, Transaction } from '../store/database.ts'
import { createJobStore, type Job } from './job-store.ts'
import { Worker } from './worker.ts'

export type DispatchParts = {
  db: Database
  packets: () => PacketStore
  seal: Seal
  adapter: Adapter
  context: AdapterContext
  /** the adapter's memory while it takes a packet of the thread */ stateOf: (threadNo: number) => AdapterState
  clock: Clock
  audit: Audit
  events: EventLog
  random: () => number
  openMaterial: (sha256: string) => ReadableStream<Uint8Array>
  cases: () => {
    moves(
      thread: string,
      moves: readonly MoveRequest[],
      actor: string,
      alongside: (tx: Transaction) => Promise<void>,
    ): Promise<unknown>
    byLocalCaseNo(localCaseNo: string): Promise<{ thread: string; state: CaseState } | null>
  }
  observer: {
    effect(kind: string, outcome: 'done' | 'retry' | 'parked', seconds: number): void
    event(outcome: 'done' | 'repeated' | 'parked'): void
    failed(error: unknown): void
    /** the approval system could not be asked for answers, `failures` times in a row */
    unavailable(problem: Problem, failures: number): void
    parked(what: 'packet' | 'adapter-event', problem: Problem, subject: string): void
  }
  /** ms between two polls of the approval system */ pollEvery?: number
  /** adapter calls at a time */ parallel?: number
}

export const DISPATCH_LIMITS = {
  /** adapter calls at a time */ parallel: 8,
  /** ms that the adapter has to hand over one packet, without its materials */ deliver: 600_000,
  /** and for each second so many bytes of them */ bytesPerSecond: 64 * 1024,
  /** ms that the adapter has for one page of answers, with their files */ poll: 1_800_000,
  /** ms that the adapter has to say whether its system can be used */ check: 60_000,
  /** ms that a call has to end when the node stops */ stop: 5_000,
  /** ms between two tries to give back a job of which the own store took no note */ again: 5_000,
} as const

/** Milliseconds after which a retryable failure is tried again: doubles from 1 s to 5 min, half of it by chance. */
const retryAfter = (attempts: number, random: number): number =>
  Math.round(Math.min(300_000, 1000 * 2 ** Math.min(attempts, 20)) * (0.5 + random / 2))

export type Dispatch = ReturnType<typeof createDispatch>

export function createDispatch(parts: DispatchParts) {
  const { db, clock, adapter, audit, events } = parts
  const actor = `adapter:${adapter.kind}`
  const system = `${adapter.kind} ${adapter.system ?? ''}`.trimEnd()
  const jobs = createJobStore(db, system)
  const failed = (error: unknown) => parts.observer.failed(error)
  let stopped = false
  /** ends the wait for another try to give a job back */
  const givingBack = new Map<number, () => void>()
  const worker = new Worker<Job>({
    clock,
    parallel: parts.parallel ?? DISPATCH_LIMITS.parallel,
    lease: () => jobs.lease(clock.now()),
    work: deliverOrRetry,
    failed,
  })
  const poller = new Worker<never>({
    clock,
    parallel: 1,
    lease: async () => null,
    work: async () => {},
    tick: poll,
    every: parts.pollEvery ?? 1000,
    failed: (error, failures) => {
      // One that is down is asked less and less often, and told of when it goes and at each doubling, not at each try.
      if (!(error instanceof ProblemError)) failed(error)
      else if ((failures & (failures - 1)) === 0) parts.observer.unavailable(error.problem, failures)
    },
  })

  /** A failure of this node itself leaves the job to be tried again: its effect is idempotent. */
  async function deliverOrRetry(job: Job): Promise<void> {
    try {
      await deliver(job)
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

  /**
   * What the adapter makes of one call, within `ms` however its system trickles; then its signal is aborted and it is waited for
   * no more. Problem: `adapter.unavailable`.
   */
  async function within<T>(ms: number, call: (context: AdapterContext) => Promise<T>): Promise<T> {
    const { signal } = parts.context
    const ending = new AbortController()
    const over = Promise.withResolvers<never>()
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
    try {
      return await Promise.race([call({ ...parts.context, signal: ending.signal }), over.promise])
    } finally {
      cancel()
      signal.removeEventListener('abort', stopping)
    }
  }

  async function deliver(job: Job): Promise<void> {
    const begun = clock.now()
    const packets = await parts.packets().packets(db, job.threadNo)
    const packet = packets.find(entry => entry.no === job.packetNo)
    const thread = await parts.packets().threadId(db, job.threadNo)
    const fold = await jobs.fold(job.threadNo)
    if (packet === undefined || fold === null) return jobs.finish(job, clock.now())
    const { kind } = packet.claims
    const delivery = toDelivery(packet, packets, fold, thread, job.attempts)
    const result = await call(delivery, parts.stateOf(job.threadNo))
    const seconds = (clock.now() - begun) / 1000
    if (!result.ok) {
      const outcome = await fail(job, thread, { code: result.code, detail: result.detail }, result.retryable)
      parts.observer.effect(kind, outcome, seconds)
      return
    }
    try {
      await answer(job, thread, fold, kind, result)
      parts.observer.effect(kind, 'done', seconds)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const outcome = await fail(job, thread, error.problem, PROBLEMS[error.problem.code].retryable)
      parts.observer.effect(kind, outcome, seconds)
    }
  }

  async function call(delivery: Delivery, state: AdapterState): Promise<DeliveryResult> {
    const bytes = delivery.materials.reduce((sum, { size }) => sum + size, 0)
    try {
      return await within(DISPATCH_LIMITS.deliver + (bytes / DISPATCH_LIMITS.bytesPerSecond) * 1000, context =>
        adapter.deliver(delivery, { ...context, state }),
      )
    } catch (error) {
      // An adapter that throws may or may not have had its effect: the same idempotency key makes a further try safe.
      parts.context.log('adapter failed', {
        kind: delivery.kind,
        error: error instanceof Error ? error.name : 'unknown',
      })
      const late = error instanceof ProblemError && error.problem.code === 'adapter.unavailable'
      const detail = (late ? error.problem.detail : undefined) ?? 'the adapter failed'
      return { ok: false, code: 'adapter.unavailable', detail, retryable: true }
    }
  }

  /** The effect is there: in one transaction the job ends and its moves are signed. A move that stands already is not signed again. */
  async function answer(
    job: Job,
    thread: string,
    fold: CaseState,
    kind: string,
    result: Extract<DeliveryResult, { ok: true }>,
  ): Promise<void> {
    const moves: MoveRequest[] = []
    if (kind === 'case.submit' && fold.state === 'submitted') {
      if (result.localCaseNo === undefined) throw new ProblemError('adapter.mapping', 'no local case number')
      moves.push({ kind: 'case.arrived', body: { localCaseNo: result.localCaseNo } })
    }
    moves.push(...(result.moves ?? []))
    if (moves.length === 0) await jobs.finish(job, clock.now())
    else await parts.cases().moves(thread, moves, actor, tx => jobs.finish(job, clock.now(), tx))
    const known = result.localCaseNo
    if (known !== undefined) await inTurn(() => release(known))
  }

  async function fail(job: Job, thread: string, problem: Problem, retryable: boolean): Promise<'retry' | 'parked'> {
    const at = clock.now()
    await db.transaction(async tx => {
      if (retryable) {
        await jobs.retry(tx, job, problem, at, at + retryAfter(job.attempts, parts.random()))
        return
      }
      await jobs.park(tx, job, problem, at)
      await audit.append(tx, {
        actor,
        action: 'dispatch.parked',
        subject: thread,
        detail: { problem: problem.code, packet: job.packetNo },
      })
      await events.append(tx, { type: 'work.parked', subject: thread })
      tx.afterCommit(() => parts.observer.parked('packet', problem, thread))
    })
    worker.wake()
    return retryable ? 'retry' : 'parked'
  }

  function toDelivery(
    packet: Awaited<ReturnType<PacketStore['packets']>>[number],
    packets: Awaited<ReturnType<PacketStore['packets']>>,
    fold: CaseState,
    thread: string,
    attempt: number,
  ): Delivery {
    const { kind, materials } = packet.claims
    const body = packet.body as Record<string, unknown>
    const named = new Map(
      ((body.materials ?? body.attachments ?? []) as CaseBody<'case.submit'>['materials']).map(entry => [
        entry.sha256,
        entry,
      ]),
    )
    const submit = packets.find(entry => entry.claims.kind === 'case.submit')?.body as
      | CaseBody<'case.submit'>
      | undefined
    return {
      idempotencyKey: packet.id,
      thread,
      caseNo: submit?.caseNo ?? fold.caseNo ?? thread,
      kind,
      from: fold.collecting,
      to: fold.handling,
      localCaseNo: fold.localCaseNo,
      body,
      materials: (isCaseKind(kind) ? materialsOf(kind, body) : []).map(sha256 => ({
        sha256,
        size: materials.find(entry => entry.sha256 === sha256)?.size ?? 0,
        type: materials.find(entry => entry.sha256 === sha256)?.type ?? 'application/octet-stream',
        code: named.get(sha256)?.code ?? '',
        name: named.get(sha256)?.name ?? '',
        open: () => parts.openMaterial(sha256),
      })),
      attempt,
    }
  }

  /** Answers are taken one after another, whether they come by a poll, a retry or a case that has just become known. */
  let queue: Promise<unknown> = Promise.resolve()
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work)
    queue = turn.catch(() => {})
    return turn
  }

  /** Takes the answers of the approval system; the cursor moves only after each one was signed or parked. */
  async function poll(): Promise<void> {
    const cursor = await jobs.cursor()
    const answered = await within(DISPATCH_LIMITS.poll, async context => adapter.poll?.(cursor, context))
    if (answered === undefined) return
    await inTurn(async () => {
      for (const event of answered.events) await takeEvent(event)
    })
    if (answered.cursor !== cursor) await jobs.saveCursor(answered.cursor)
  }

  async function takeEvent(event: LocalEvent): Promise<void> {
    const id = `${system} ${event.id}`
    if (await jobs.knowsEvent(id)) {
      parts.observer.event('repeated')
      return
    }
    // Answers of one case keep their order: behind a parked one, the next is parked too.
    const [earlier] = await jobs.parkedEvents(event.localCaseNo)
    const problem = earlier?.problem ?? (await applyEvent(id, event))
    if (problem !== null) await parkEvent(id, event, problem)
    parts.observer.event(problem === null ? 'done' : 'parked')
  }

  /** Signs the move of one answer; the problem that a person must see, or null. Throws what a later try may cure. */
  async function applyEvent(id: string, event: LocalEvent): Promise<Problem | null> {
    try {
      const found = await parts.cases().byLocalCaseNo(event.localCaseNo)
      if (found === null) return { code: 'thread.unknown', detail: 'no case has this local case number' }
      await parts.cases().moves(found.thread, [event.move], actor, async tx => {
        const at = clock.now()
        const first = await jobs.saveEvent(tx, {
          id,
          state: 'done',
          localCaseNo: event.localCaseNo,
          move: null,
          problem: null,
          at,
        })
        if (!first) throw new ProblemError('request.conflict', 'the answer was taken before')
      })
      return null
    } catch (error) {
      if (!(error instanceof ProblemError) || PROBLEMS[error.problem.code].retryable) throw error
      return error.problem
    }
  }

  async function parkEvent(id: string, event: LocalEvent, problem: Problem): Promise<void> {
    const { localCaseNo } = event
    const move = parts.seal.seal(encodeUtf8(JSON.stringify(event)), id)
    await db.transaction(async tx => {
      await jobs.saveEvent(tx, { id, state: 'parked', localCaseNo, move, problem, at: clock.now() })
      await audit.append(tx, {
        actor,
        action: 'adapter-event.parked',
        subject: localCaseNo,
        detail: { problem: problem.code, kind: event.move.kind },
      })
      await events.append(tx, { type: 'work.parked', subject: localCaseNo })
      tx.afterCommit(() => parts.observer.parked('adapter-event', problem, localCaseNo))
    })
  }

  /** Takes the parked answers of a case in their order, up to the first that still cannot be. */
  async function release(localCaseNo: string): Promise<Problem | null> {
    for (const { id, move } of await jobs.parkedEvents(localCaseNo)) {
      const event = JSON.parse(decodeUtf8(parts.seal.open(move, id))) as LocalEvent
      const problem = await applyEvent(id, event)
      if (problem !== null) return problem
    }
    return null
  }

  return {
    /** Queues an inbound packet for the adapter, in the transaction that stores it. */
    async enqueue(tx: Transaction, job: { packetNo: number; threadNo: number; at: number }): Promise<void> {
      await jobs.insert(tx, job)
      tx.afterCommit(() => worker.wake())
    },
    /** A material is here, in the transaction that says so. */
    released: jobs.released,
    /** A material arrived, or something else that a job waited for. */
    wake: () => worker.wake(),
    async start(): Promise<void> {
      stopped = false
      await jobs.releaseAll()
      for (const localCaseNo of await jobs.awaited()) await inTurn(() => release(localCaseNo))
      worker.start()
      if (adapter.poll !== undefined) poller.start()
    },
    async stop(): Promise<void> {
      stopped = true
      for (const cancel of givingBack.values()) cancel()
      await Promise.all([worker.stop(), poller.stop()])
      await adapter.close?.()
    },
    parked: jobs.parked,
    /** Whether the approval system can be used now. */
    async check(): Promise<{ kind: string; ok: boolean; detail?: string }> {
      const said = await within(DISPATCH_LIMITS.check, context => adapter.check(context)).catch(error => ({
        ok: false as const,
        detail: error instanceof ProblemError ? (error.problem.detail ?? error.problem.code) : 'the adapter failed',
      }))
      return { kind: adapter.kind, ...said }
    },
    /** Puts a parked packet, or the parked answers of a case, back to work. Problems: `request.not-found`, and what parks it again. */
    async retry(what: { packetNo: number } | { localCaseNo: string }, by: string): Promise<void> {
      if ('packetNo' in what) {
        await db.transaction(async tx => {
          if (!(await jobs.unpark(tx, what.packetNo, clock.now()))) throw new ProblemError('request.not-found')
          await audit.append(tx, { actor: by, action: 'dispatch.retried', subject: String(what.packetNo) })
        })
        worker.wake()
        return
      }
      const problem = await inTurn(() => release(what.localCaseNo))
      if (problem !== null) throw new ProblemError(problem.code, problem.detail)
    },
    /** Gives up the parked answers of a local case number that no case here has or will have. Problem: `request.not-found`. */
    dismiss: (localCaseNo: string, by: string): Promise<void> =>
      inTurn(() =>
        db.transaction(async tx => {
          const answers = await jobs.dismiss(tx, localCaseNo, clock.now())
          if (answers === 0) throw new ProblemError('request.not-found')
          await audit.append(tx, {
            actor: by,
            action: 'adapter-event.dismissed',
            subject: localCaseNo,
            detail: { answers },
          })
        }),
      ),
    waitingOf: jobs.waitingOf,
  }
}
