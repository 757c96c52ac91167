/**
 * Dispatch (派发): hands inbound packets to the approval systems of the city, one at a time per case, until each was taken once; and
 * brings their answers back as moves. A case goes to one system, by the routes of the configuration, and stays there. What cannot proceed
 * is parked for a person, never dropped. May import the store, the exchange's ports, the adapter port and the protocol.
 */
import { randomBytes } from 'node:crypto'
import type { PlannedRequest } from '../../../adapters/sdk/port.ts'
import type { CaseState } from '../../../protocol/case/fold.ts'
import { fromHex } from '../../../protocol/primitives.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import { act } from '../../kernel/store/acts.ts'
import type { Transaction } from '../../kernel/store/database.ts'
import type { KeptAnswer } from './answer-store.ts'
import type { NewJob, ParkedJob } from './job-store.ts'
import { createLane, type Lane, type LaneParts } from './lane.ts'
import { DISPATCH_LIMITS } from './limits.ts'
import { MAIN } from './numbers.ts'
import { type Begun, createPins, type Route } from './pins.ts'
import { createRecordings, RECORDING_LIMITS, type RecordingQuery } from './recordings.ts'
import { createTrace } from './trace.ts'

type System = Pick<LaneParts, 'adapter' | 'lane' | 'name' | 'observer'>

export type DispatchParts = Omit<LaneParts, keyof System | 'trace'> & {
  /** one at least; the main one, which has no `lane`, first */
  systems: readonly [System, ...System[]]
  route: Route
}

export type Dispatch = ReturnType<typeof createDispatch>

export function createDispatch({ systems, route, ...parts }: DispatchParts) {
  const { db, keys, clock, audit } = parts
  const [{ observer }] = systems
  const trace = createTrace({ db, keys, clock, audit, failed: error => observer.failed(error) })
  const lanes = systems.map(system => createLane({ ...parts, ...system, trace })) as [Lane, ...Lane[]]
  const [first] = lanes
  const names = lanes.map(({ lane }) => lane)
  const versionOf = (name: string, submittedAt: number) => laneOf(name)?.mapping.versionAt(submittedAt) ?? null
  const pins = createPins({ db, route, names, versionOf })

  /** The system whose mapping is meant: the named one, or the only one that has any. Problems: `request.not-found`, `request.conflict`. */
  function mappedLane(adapter: string | undefined): Lane {
    const found = lanesNamed(adapter).filter(lane => adapter !== undefined || lane.mapping.versionAt(0) !== null)
    if (found.length > 1) {
      const systems = found.map(({ name }) => name).join(', ')
      throw new ProblemError('request.conflict', `adapter: needed, for there are ${systems}`)
    }
    return found[0] ?? first
  }

  const wake = (): void => {
    for (const lane of lanes) lane.wake()
  }
  const laneOf = (name: string): Lane | null => lanes.find(({ lane }) => lane === name) ?? null
  /** The system that a person names, or all. Problem: `request.not-found`. */
  function lanesNamed(adapter: string | undefined): readonly Lane[] {
    const named = lanes.filter(({ name }) => adapter === undefined || name === adapter)
    if (named.length === 0) throw new ProblemError('request.not-found', 'adapter')
    return named
  }
  const shownLane = (name: string): string => laneOf(name)?.name ?? name

  /** The system of a case; the first one where its own is no more. */
  const ofCase = async (threadNo: number): Promise<Lane> => laneOf(await pins.of(db, threadNo)) ?? first

  async function ofThread(thread: string): Promise<Lane> {
    const [row] = await db.query<{ no: number }>('SELECT no FROM threads WHERE thread = ?', [fromHex(thread)])
    return row === undefined ? first : ofCase(row.no)
  }

  /** Answers of a system other than the main one are shown with its name, for each numbers its own. */
  const shownEvent = (lane: Lane, id: string): string =>
    lane.lane === MAIN ? lane.answers.shownId(id) : `${lane.lane} ${lane.answers.shownId(id)}`
  function ofEvent(event: string): { lane: Lane; event: string } {
    const lane = lanes.find(one => one.lane !== MAIN && event.startsWith(`${one.lane} `))
    return lane === undefined ? { lane: first, event } : { lane, event: event.slice(lane.lane.length + 1) }
  }

  /**
   * The one system that keeps answers of a local case number, the named one or among all; null: none does. Problems: `request.not-found`;
   * `request.conflict` where several do.
   */
  async function holding(localCaseNo: string, adapter: string | undefined): Promise<Lane | null> {
    const found: Lane[] = []
    for (const lane of lanesNamed(adapter)) if (await lane.answers.holds(localCaseNo)) found.push(lane)
    if (found.length > 1) {
      const systems = found.map(({ name }) => name).join(', ')
      throw new ProblemError('request.conflict', `adapter: needed, for the number stands in ${systems}`)
    }
    return found[0] ?? null
  }

  const recordings = createRecordings({
    db,
    audit,
    trace,
    packets: parts.packets,
    waiting: async ({ threadNo, localCaseNo }, by) =>
      (await ofCase(threadNo)).answers.texts(localCaseNo, RECORDING_LIMITS.answers, by),
    key: randomBytes(32),
  })

  /** Parks what no system can be given, each with its reason. */
  async function parkStrays(tx: Transaction): Promise<void> {
    for (const { job, thread, adapter } of await pins.strays(tx))
      await first.ends.park(tx, job, thread, {
        code: 'adapter.no-route',
        ...(adapter === pins.nowhere ? {} : { detail: adapter === MAIN ? 'adapter' : adapter }),
      })
  }

  return {
    /** Queues an inbound packet for the system of its case, in the transaction that stores it; `about`: of a case that begins. */
    async enqueue(tx: Transaction, job: NewJob, about?: Begun): Promise<void> {
      const name = await pins.pin(tx, job.threadNo, about)
      const lane = laneOf(name)
      if (lane !== null) return lane.enqueue(tx, job)
      await pins.insertStray(tx, job, name)
      await parkStrays(tx)
    },
    /** A material arrived, or something else that a job waited for. */
    wake,
    /** The city moved a case: its local case number became known, or it ended. In the transaction of the step. */
    async moved(tx: Transaction, moved: { threadNo: number; thread: string; state: CaseState }): Promise<void> {
      await (laneOf(await pins.of(tx, moved.threadNo)) ?? first).moved(tx, moved)
    },
    async start(): Promise<void> {
      await pins.start()
      await db.transaction(async tx => {
        await pins.routeAnew(tx)
        await parkStrays(tx)
      })
      await trace.start()
      for (const lane of lanes) await lane.start()
    },
    async stop(): Promise<void> {
      await Promise.all(lanes.map(lane => lane.stop()))
      await trace.stop()
    },
    /** Of each system, the main one before the others: whether it can be used now, answers when it is asked, and takes no longer than it may. */
    async check() {
      const [main, ...others] = await Promise.all(lanes.map(lane => lane.check()))
      if (main === undefined) throw new Error('there is no approval system')
      return { ...main, others }
    },
    /** Kind of the adapter of this name, as `case_adapters` has it; null when there is none. */
    kindOf: (name: string): string | null => laneOf(name)?.adapter.kind ?? null,
    /** What is told of each system without asking it: when the last good poll was, and how many calls take too long. */
    states: () => lanes.map(lane => ({ name: lane.name, ...lane.state() })),
    /** The same of the main one. */
    state: () => first.state(),
    /** What approval systems have had for too long: how many packets, and since when the oldest, ms. */
    handedTooLong: () => first.jobs.handedBefore(clock.now() - DISPATCH_LIMITS.handed),

    /**
     * Packets and answers that wait, packets first, each oldest first; after the place of the last one seen. Of the system of that name, or
     * of all. Problem: `request.not-found`.
     */
    async parked(
      limit = 200,
      after: { what: ParkedWork['what']; no: number } | null = null,
      adapter?: string,
    ): Promise<ParkedWork[]> {
      const of = adapter === undefined ? null : (lanesNamed(adapter)[0]?.lane ?? null)
      const packets =
        after?.what === 'adapter-event' ? [] : await first.jobs.parked(limit, after === null ? 0 : after.no, of)
      const left = limit - packets.length
      const kept =
        left === 0 ? [] : await first.answers.waiting(left, after?.what === 'adapter-event' ? after.no : 0, of)
      return [
        ...packets.map(job => ({ what: 'packet' as const, no: job.packetNo, ...job, adapter: shownLane(job.adapter) })),
        ...kept.map(({ id, nextAt, adapter, ...answer }) => ({
          what: 'adapter-event' as const,
          event: shownEvent(laneOf(adapter) ?? first, id),
          ...answer,
          adapter: shownLane(adapter),
          problem: answer.problem ?? BEHIND,
          retryAt: nextAt,
        })),
      ]
    },

    /**
     * Tries parked packets and kept answers again; how many. Problems: `request.not-found`; `adapter.no-route` of one that no system can
     * be given; `request.conflict` of a local case number of several systems; of one answer or case, what keeps it waiting.
     */
    async retry(what: Retried, by: string): Promise<number> {
      if ('event' in what) {
        const { lane, event } = ofEvent(what.event)
        return lane.answers.retry({ event }, by)
      }
      if ('localCaseNo' in what) {
        const lane = (await holding(what.localCaseNo, what.adapter)) ?? first
        return lane.answers.retry({ localCaseNo: what.localCaseNo }, by)
      }
      const of = lanesNamed('adapter' in what ? what.adapter : undefined)
      const retried = await db.transaction(async tx => {
        await pins.routeAnew(tx)
        const count = await first.jobs.unpark(
          tx,
          what,
          clock.now(),
          of.map(({ lane }) => lane),
        )
        if ('packetNo' in what && count === 0) {
          if (await pins.isStray(tx, what.packetNo)) throw new ProblemError('adapter.no-route')
          throw new ProblemError('request.not-found')
        }
        const subject = 'packetNo' in what ? String(what.packetNo) : 'code' in what ? what.code : 'all'
        if (count > 0)
          await audit.append(tx, { actor: by, action: 'dispatch.retried', subject, detail: { packets: count } })
        let sum = count
        if (!('packetNo' in what)) for (const lane of of) sum += await lane.answers.retryIn(tx, what, by)
        if (sum > 0) await act(tx)
        return sum
      })
      wake()
      return retried
    },

    /** Ends a packet's job by hand, as its system's lane does. */
    async end(packetNo: number, how: Parameters<Lane['end']>[1], by: string): Promise<void> {
      const found = await first.jobs.open(packetNo)
      await (found === null ? first : await ofCase(found.job.threadNo)).end(packetNo, how, by)
      wake()
    },
    /** What its approval system would be sent for a packet now, without sending it; a look at the case, so it leaves an audit row. */
    async plan(packetNo: number, by: string): Promise<readonly PlannedRequest[]> {
      const found = await first.jobs.open(packetNo)
      return (found === null ? first : await ofCase(found.job.threadNo)).plan(packetNo, by)
    },
    /** What people type into the approval systems. */
    entries: {
      of: async (thread: string, by: string) => (await ofThread(thread)).entries.of(thread, by),
      waits: async (thread: string, packetNo: number) => (await ofThread(thread)).entries.waits(thread, packetNo),
    },
    mappings: {
      /** Of each system the versions of its mapping that are kept; null: no file says how it maps. */
      list: () =>
        Promise.all(
          lanes.map(async lane => ({
            adapter: lane.name,
            kind: lane.adapter.kind,
            mapping: await lane.mapping.list(),
          })),
        ),
      /** Problems: `config.invalid`, with what is wrong; `request.not-found`; `request.conflict` where several systems have one. */
      reload: async (adapter: string | undefined, repin: boolean, by: string) => {
        const lane = mappedLane(adapter)
        return { adapter: lane.name, ...(await lane.mapping.reload(repin, by)) }
      },
      /** Pins open cases to what the files say now: one, or those of a system. Problems: the same, and `thread.unknown`. */
      async repin(
        which: { thread: string } | ({ adapter?: string | undefined } & ({ version: string } | { all: true })),
        by: string,
      ): Promise<number> {
        if (!('thread' in which)) return mappedLane(which.adapter).mapping.repin(which, by)
        const [row] = await db.query<{ no: number }>(
          `SELECT t.no FROM threads t JOIN cases c ON c.thread_no = t.no WHERE t.thread = ? AND c.role = 'handling'`,
          [fromHex(which.thread)],
        )
        if (row === undefined) throw new ProblemError('thread.unknown')
        return (await ofCase(row.no)).mapping.repin({ threadNo: row.no }, by)
      },
    },
    trace: {
      ...trace,
      /** Of the system of that name, or of all. Problem: `request.not-found`. */
      async list(adapter?: string) {
        const of = adapter === undefined ? null : (lanesNamed(adapter)[0]?.lane ?? null)
        const { until, exchanges } = await trace.list(of)
        return { until, exchanges: exchanges.map(one => ({ ...one, adapter: shownLane(one.adapter) })) }
      },
    },
    recordings: {
      /** Of one approval system, or of all. Problem: `request.not-found`. */
      list: ({ adapter, ...query }: Omit<RecordingQuery, 'lane'> & { adapter?: string | undefined }, by: string) =>
        recordings.list({ ...query, lane: adapter === undefined ? null : (lanesNamed(adapter)[0]?.lane ?? null) }, by),
    },
    adopt: first.answers.adopt,
    /** Problems: those of the system's own answers. */
    skip(shown: string, reason: string, by: string): Promise<void> {
      const { lane, event } = ofEvent(shown)
      return lane.answers.skip(event, reason, by)
    },
    answer(shown: string, by: string): Promise<string> {
      const { lane, event } = ofEvent(shown)
      return lane.answers.answer(event, by)
    },
    /**
     * Gives up the answers of a local case number that no case here has; of the system of that name, where several keep some. Problems:
     * `request.not-found`, `request.conflict`.
     */
    async dismiss(localCaseNo: string, by: string, adapter?: string): Promise<void> {
      const lane = (await holding(localCaseNo, adapter)) ?? lanesNamed(adapter)[0] ?? first
      await lane.answers.dismiss(localCaseNo, by)
    },
    /** The name of the approval system of a case; null where the city has one alone, or none of them takes the case. */
    async systemOf(threadNo: number): Promise<string | null> {
      const name = await pins.of(db, threadNo)
      return name === pins.nowhere || (lanes.length === 1 && laneOf(name) !== null) ? null : shownLane(name)
    },
    /** What of a case the approval system has not taken, and what of its answers is not signed. */
    async waitingOf(
      threadNo: number,
    ): Promise<{ what: 'dispatch' | 'entry' | 'answer'; problem: Problem; parked: boolean; at: number }[]> {
      const lane = await ofCase(threadNo)
      const typed = lane.adapter.sheet !== undefined
      const told = (await lane.jobs.waitingOf(threadNo)).map(({ problem, parked, at }) => ({
        what: typed && problem.code === 'adapter.handed' ? ('entry' as const) : ('dispatch' as const),
        problem,
        parked,
        at,
      }))
      const localCaseNo = (await lane.jobs.fold(threadNo))?.localCaseNo ?? null
      if (localCaseNo === null) return told
      return [
        ...told,
        ...(await lane.answers.waitingOf(localCaseNo)).map(waiting => ({
          what: 'answer' as const,
          ...waiting,
        })),
      ]
    },
  }
}

/** What is tried again; `adapter`: in the system of that name alone. */
export type Retried =
  | { packetNo: number }
  | { event: string }
  | (({ localCaseNo: string } | { code: string } | { all: true }) & { adapter?: string | undefined })

const BEHIND: Problem = { code: 'adapter.behind' }

/** What waits for a person, or is tried again at `retryAt`; `no` is its place in the list. Times in ms since the epoch. */
export type ParkedWork = { no: number } & (
  | ({ what: 'packet' } & ParkedJob)
  | ({ what: 'adapter-event'; event: string; problem: Problem; retryAt: number | null } & Omit<
      KeptAnswer,
      'id' | 'problem' | 'nextAt'
    >)
)
