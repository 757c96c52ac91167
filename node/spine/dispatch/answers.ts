/**
 * Answers (答复) of the approval system. Each page is kept, sealed, before the cursor moves on; then each answer is read and signed
 * in its order within its case, beside the other cases. What cannot be settled waits: for a further try, or for a person.
 */

import type { Adapter, AdapterState, LocalEvent, LocalMove, LocalOutcome } from '../../../adapters/sdk/port.ts'
import type { MoveRequest } from '../../../protocol/case/kinds.ts'
import { decodeUtf8 } from '../../../protocol/primitives.ts'
import { PROBLEMS, type Problem, ProblemError, type Refused, refuse } from '../../../protocol/problem.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import { createAcknowledging } from './acknowledging.ts'
import { createAnswerActs } from './answer-acts.ts'
import { createAnswerPages } from './answer-pages.ts'
import { type Answer, createAnswerStore, type Which } from './answer-store.ts'
import { createAnswerWaiters } from './answer-waiters.ts'
import type { Calls } from './calls.ts'
import { createCaseRounds } from './case-rounds.ts'
import type { LaneParts } from './lane.ts'
import { ANSWER_LIMITS, DISPATCH_LIMITS, retryAfter } from './limits.ts'
import { keyOf, numberOf } from './numbers.ts'
import type { Outcomes } from './outcomes.ts'
import { standsAlready } from './standing.ts'
import type { Trace } from './trace.ts'
import { Worker } from './worker.ts'

/** How the question for answers goes. `lastGood` is null until one was answered since the start. */
export type Polling = { lastGood: number | null; failures: number; problem: Problem | null }

/** What keeps an answer waiting, and until when; null: nothing does. */
type Outcome = { problem: Problem; nextAt: number | null } | null

export function createAnswers(
  parts: Omit<LaneParts, 'lane' | 'name' | 'openMaterial' | 'pollEvery' | 'stateOf'> & {
    lane: string
    name: string | undefined
    /** who signs what is answered, as the audit log names it */
    actor: string
    stateOf: (threadNo: number) => AdapterState
    /** the adapter for a case; null: for none that is known */
    adapterOf: (threadNo: number | null) => Promise<Adapter>
    calls: Calls
    trace: Pick<Trace, 'of'>
    outcomes: Outcomes
    pollEvery: number
  },
) {
  const { db, clock, adapter, audit, events, calls, actor, lane } = parts
  const name = parts.name ?? adapter.kind
  const store = createAnswerStore(db, lane)
  const shownNumber = (key: string | null) => (key === null ? null : numberOf(lane, key))
  let system = name
  let stopped = false
  /** whether answers are kept, or may be; unknown until it matters */
  let anyKept: boolean | null = null
  const polling: Polling = { lastGood: null, failures: 0, problem: null }
  /** answers that are worked on, or of which the own store took no note */
  const busy = new Set<number>()
  const noting = new Set<() => void>()
  const waiters = createAnswerWaiters(clock, async localCaseNo => (await store.ofCase(localCaseNo)).kept)

  const worker = new Worker<Answer>({
    clock,
    parallel: DISPATCH_LIMITS.parallel,
    lease: async room => {
      const found = await store.next(clock.now(), [...busy], room)
      for (const { no } of found.jobs) busy.add(no)
      return found
    },
    work: process,
    failed: error => parts.observer.failed(error),
  })
  const poller = new Worker<never>({
    clock,
    parallel: 1,
    lease: async () => ({ jobs: [], nextAt: null }),
    work: async () => {},
    tick: poll,
    every: parts.pollEvery,
    failed: (error, failures) => {
      const known = error instanceof ProblemError
      Object.assign(polling, { failures, problem: known ? error.problem : { code: 'internal' } })
      // One that is down is asked less and less often, and told of when it goes and at each doubling, not at each try.
      if (!known) parts.observer.failed(error)
      else if ((failures & (failures - 1)) === 0) parts.observer.unavailable(error.problem, failures)
    },
  })

  const attempt = () => polling.failures
  const keeping = createAnswerPages({
    ...parts,
    store,
    attempt,
    recordParked,
    system: () => system,
    kept: () => worker.wake(),
  })
  const askSome = createCaseRounds({ ...parts, attempt, keep: keeping.keepAll })
  const acknowledge = createAcknowledging({ ...parts, store, system: () => system, failed: parts.observer.failed })
  const asks = adapter.poll !== undefined || adapter.pollCase !== undefined

  /** Tries kept answers again in this transaction; how many. */
  async function retryIn(tx: Transaction, which: Parameters<typeof store.retry>[1], by: string): Promise<number> {
    const count = await store.retry(tx, which)
    if (count > 0)
      await audit.append(tx, {
        actor: by,
        action: 'adapter-event.retried',
        subject: 'localCaseNo' in which ? numberOf(lane, which.localCaseNo) : '',
        detail: { answers: count, ...('code' in which ? { code: which.code } : {}) },
      })
    tx.afterCommit(() => worker.wake())
    return count
  }

  async function poll(): Promise<void> {
    try {
      if (adapter.poll !== undefined) await pollFeed()
      const problem = adapter.pollCase === undefined ? null : await askSome()
      Object.assign(polling, { lastGood: clock.now(), failures: 0, problem })
    } finally {
      await acknowledge()
    }
  }

  async function pollFeed(): Promise<void> {
    const cursor = await store.cursor(system)
    const page = await keeping.pageAfter(cursor)
    await keeping.keepPage(page, cursor)
    await keeping.fillGap(page.cursor)
  }

  // --- settling

  /** One answer: settled, or kept with its problem. */
  async function process(answer: Answer): Promise<void> {
    let outcome: Outcome
    try {
      outcome = await judge(answer)
    } catch (error) {
      if (!(error instanceof ProblemError)) parts.observer.failed(error)
      outcome =
        error instanceof ProblemError ? waiting(answer, error.problem) : waiting(answer, { code: 'internal' }, true)
    }
    await note(answer, outcome)
  }

  function waiting(answer: Answer, problem: Problem, again = PROBLEMS[problem.code].retryable): Outcome {
    return { problem, nextAt: again ? clock.now() + retryAfter(answer.attempts, parts.random()) : null }
  }

  /** Notes what came of it. When even that cannot be noted, the answer stays as it was, and the note is tried again. */
  async function note(answer: Answer, outcome: Outcome): Promise<void> {
    try {
      if (outcome !== null) {
        const { problem, nextAt } = outcome
        await db.transaction(async tx => {
          await store.wait(tx, answer.no, problem, nextAt)
          if (nextAt === null && !isSame(problem, answer.problem)) await recordParked(tx, answer, problem)
        })
        parts.observer.event(nextAt === null ? 'parked' : 'waiting')
      }
    } catch (error) {
      parts.observer.failed(error)
      if (!stopped) {
        const cancel = clock.after(DISPATCH_LIMITS.again, () => {
          noting.delete(cancel)
          void note(answer, outcome)
        })
        noting.add(cancel)
      }
      return
    }
    busy.delete(answer.no)
    worker.wake()
    waiters.notify(answer.localCaseNo ?? answer.no, outcome?.problem)
  }

  /** Settles an answer in the transaction that signs its move; or says why it cannot be. Throws what a later try may cure. */
  async function judge(answer: Answer): Promise<Outcome> {
    const read = await readAnswer(answer)
    if (!read.ok) return waiting(answer, read.problem)
    const { event } = read
    if (event === null) return settle(answer, 'done')
    const given = 'refused' in event ? undefined : event.localCaseNo
    const localCaseNo = given === undefined ? answer.localCaseNo : keyOf(lane, given)
    if (localCaseNo !== null && answer.localCaseNo !== localCaseNo) {
      // A corrected mapping may find another case: it takes its place there, and is looked at anew.
      await db.transaction(tx => store.placed(tx, answer, localCaseNo))
      return null
    }
    return 'move' in event ? judgeMove(answer, event) : judgeOutcome(answer, event)
  }

  async function judgeOutcome(answer: Answer, outcome: LocalOutcome): Promise<Outcome> {
    try {
      const said = await parts.outcomes.settle(outcome, async tx => {
        await claim(tx, answer, outcome)
        await store.settle(tx, answer, clock.now())
      })
      if (typeof said === 'object') return waiting(answer, said.waits, said.again)
      parts.observer.event(said)
      return null
    } catch (error) {
      if (error instanceof Taken) return settleRepeated(answer, outcome)
      throw error
    }
  }

  async function judgeMove(answer: Answer, event: LocalMove): Promise<Outcome> {
    const { localCaseNo, move, at } = event
    const found = await parts.cases().byLocalCaseNo(localCaseNo, lane)
    if (found === null) return waiting(answer, { code: 'thread.unknown', detail: 'no case has this local case number' })
    try {
      await parts.cases().moves(found.thread, [{ ...move, at }], actor, async tx => {
        await claim(tx, answer, event)
        await store.settle(tx, answer, clock.now())
      })
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      if (error instanceof Taken) return settleRepeated(answer, event)
      const { problem } = error
      if (problem.code.startsWith('case.') && (await stands(found.no, localCaseNo, move)))
        return settle(answer, 'standing', tx =>
          audit.append(tx, {
            actor,
            action: 'adapter-event.standing',
            subject: localCaseNo,
            detail: { event: answer.id, kind: move.kind },
          }),
        )
      return waiting(answer, problem)
    }
    parts.observer.event('done')
    return null
  }

  /** The text of an answer as it was kept; null when it was too long, or its key is gone. */
  function textOf({ id, key, sealed }: Answer): LocalEvent | { raw: string } | null {
    const plain = sealed === null ? null : parts.keys.openWith(key, sealed, id)
    return plain === null ? null : (JSON.parse(decodeUtf8(plain)) as LocalEvent | { raw: string })
  }

  async function readAnswer(answer: Answer): Promise<{ ok: true; event: LocalEvent | null } | Refused> {
    const kept = textOf(answer)
    if (kept === null) return refuse('adapter.mapping', `the answer is longer than ${ANSWER_LIMITS.answer} characters`)
    if (!('raw' in kept)) return { ok: true, event: kept }
    return calls.within('read', DISPATCH_LIMITS.read, answer.attempts, async call => {
      if (adapter.read === undefined) return refuse('adapter.mapping', 'the adapter does not read its answers')
      const { localCaseNo } = answer
      const ofCase = async () =>
        localCaseNo === null ? null : parts.cases().byLocalCaseNo(numberOf(lane, localCaseNo), lane)
      const threadNo = async () => (await ofCase())?.no ?? null
      const submittedAt = async () => {
        const seconds = (await ofCase())?.state.instants.submitted ?? null
        return seconds === null ? null : seconds * 1000
      }
      const own = await parts.adapterOf(await threadNo())
      const read = await own.read?.(kept.raw, { ...call, trace: parts.trace.of('read', threadNo), submittedAt })
      return read ?? refuse('adapter.mapping', 'the adapter does not read its answers')
    })
  }

  /** One whose id was not known when it was kept may have come under that id meanwhile. Throws `Taken`. */
  async function claim(tx: Transaction, answer: Answer, event: LocalEvent): Promise<void> {
    const id = `${system} ${event.id}`
    if (id === answer.id) return
    const { localCaseNo } = answer
    const acknowledged = adapter.acknowledge !== undefined
    if (!(await store.claim(tx, { id, localCaseNo, acknowledged, at: clock.now() }))) throw new Taken()
  }

  async function stands(threadNo: number, localCaseNo: string, move: MoveRequest): Promise<boolean> {
    const now = await parts.cases().byLocalCaseNo(localCaseNo, lane)
    const own = (await parts.packets().packets(db, threadNo)).filter(({ direction }) => direction === 'out')
    const steps = own.map(({ claims, body }) => ({ kind: claims.kind, body }))
    return now !== null && standsAlready(now.state.state, steps, move)
  }

  /** It was taken under its own id before, which its system is told once more. */
  const settleRepeated = (answer: Answer, { id }: LocalEvent) =>
    settle(answer, 'repeated', async tx => {
      if (adapter.acknowledge !== undefined) await store.acknowledgeAgain(tx, `${system} ${id}`)
    })

  async function settle(
    answer: Answer,
    outcome: 'done' | 'repeated' | 'standing',
    alongside: (tx: Transaction) => Promise<void> = async () => {},
  ): Promise<Outcome> {
    await db.transaction(async tx => {
      await store.settle(tx, answer, clock.now())
      await alongside(tx)
    })
    parts.observer.event(outcome)
    return null
  }

  async function recordParked(
    tx: Transaction,
    answer: { id: string; localCaseNo: string | null },
    problem: Problem,
  ): Promise<void> {
    const subject = shownNumber(answer.localCaseNo) ?? answer.id
    await audit.append(tx, {
      actor,
      action: 'adapter-event.parked',
      subject,
      detail: { problem: problem.code, event: answer.id },
    })
    await events.append(tx, { type: 'work.parked', subject })
    tx.afterCommit(() => parts.observer.parked('adapter-event', problem, subject))
  }

  // --- people

  const idOf = (event: string): string => `${system} ${event}`

  async function find(event: string): Promise<Answer> {
    const answer = await store.byId(idOf(event))
    if (answer === null) throw new ProblemError('request.not-found', 'event')
    return answer
  }

  return {
    name,
    lane,
    isOf: (id: string): boolean => id.startsWith(`${system} `),
    polling: (): Polling | null => (asks ? { ...polling } : null),
    async start(): Promise<void> {
      stopped = false
      system = await store.system(
        name,
        `${adapter.kind} ${adapter.system ?? ''}`.trimEnd(),
        adapter.kind,
        parts.name === undefined,
      )
      await db.transaction(tx => store.retryAtStart(tx))
      worker.start()
      if (asks) poller.start()
    },
    async stop(): Promise<void> {
      stopped = true
      for (const cancel of noting) cancel()
      await Promise.all([worker.stop(), poller.stop()])
      waiters.end()
    },
    /** Seals what an earlier program kept under the node's key anew, page by page; how many. */
    async adopt(signal: AbortSignal): Promise<number> {
      let done = 0
      while (!signal.aborted) {
        const page = await db.transaction(async tx => {
          const rows = await store.withoutKey(tx, ANSWER_LIMITS.batch)
          for (const { no, id, sealed } of rows) {
            const plain = parts.keys.openWith(null, sealed, id)
            if (plain === null) throw new ProblemError('internal', 'an answer without its key')
            const key = parts.keys.newKey(id)
            await store.sealedAnew(tx, no, key, parts.keys.sealWith(key, plain, id))
          }
          return rows.length
        })
        done += page
        if (page < ANSWER_LIMITS.batch) break
      }
      return done
    },
    /** A case has this local case number now; in the transaction that says so. */
    async known(tx: Transaction, number: string): Promise<void> {
      const localCaseNo = keyOf(lane, number)
      // A system that is asked for none gives none; those of one that was asked before may be kept.
      anyKept ??= asks || (await store.any(tx))
      if (!anyKept) return
      if ((await store.known(tx, localCaseNo)) > 0) tx.afterCommit(() => worker.wake())
    },
    /** What waits, as `event` names it to people: by the id that its system gave it. */
    waiting: (limit: number, after: number, of: string | null) => store.waiting(limit, after, of),
    /** An id of its own as its system gave it. */
    shownId: (id: string): string => (id.startsWith(`${system} `) ? id.slice(system.length + 1) : id),
    waitingOf: (localCaseNo: string) => store.waitingOf(keyOf(lane, localCaseNo)),

    retryIn,
    /** Tries kept answers again; how many. Problems: `request.not-found`; of one answer or case, what keeps it waiting. */
    async retry(asked: Which, by: string): Promise<number> {
      const which = 'localCaseNo' in asked ? { localCaseNo: keyOf(lane, asked.localCaseNo) } : asked
      const target = 'event' in which ? await find(which.event) : null
      const key =
        target !== null ? (target.localCaseNo ?? target.no) : 'localCaseNo' in which ? which.localCaseNo : null
      const told = key === null ? null : waiters.outcomeOf(key)
      const retried = await db.transaction(async tx => {
        const count = await retryIn(tx, target === null ? which : { event: target.id }, by)
        if (count > 0) await act(tx)
        return count
      })
      if (retried === 0) {
        if (key !== null) waiters.notify(key, undefined)
        return 0
      }
      const problem = await told
      if (problem !== null) throw new ProblemError(problem.code, problem.detail)
      return retried
    },

    ...createAnswerActs({ ...parts, store, busy, find, textOf, wake: () => worker.wake() }),
  }
}

/** The answer was taken under its own id before. */
class Taken extends ProblemError {
  constructor() {
    super('request.conflict', 'the answer was taken before')
  }
}

const isSame = (a: Problem, b: Problem | null): boolean => a.code === b?.code && a.detail === b.detail
