/**
 * Asks an approval system that has no feed of answers about each open case in turn (逐件查询). Rounds go one after another, so that a
 * city with many open cases asks of each less often and never of more at a time. What the adapter remembers of a case is kept only
 * after its answers are: a crash between them makes it give them again, under the same ids.
 */
import type { Adapter, AdapterState, LocalEvent, OpenCase, RawEvent } from '../../../adapters/sdk/port.ts'
import { type Problem, ProblemError } from '../../../protocol/problem.ts'
import type { Calls } from './calls.ts'
import { CASE_ROUND_LIMITS, DISPATCH_LIMITS } from './limits.ts'
import type { Trace } from './trace.ts'

/** What is asked of cases. */
export type OpenCases = {
  /** numbers of the threads of all open cases that this city handles by the adapter of this name */
  openNumbers(lane: string): Promise<number[]>
  /** those of them that have a local case number and are open still */
  openCases(numbers: readonly number[]): Promise<(OpenCase & { no: number })[]>
}

type CaseRoundsParts = {
  adapter: Adapter
  /** the adapter for a case */
  adapterOf: (threadNo: number) => Promise<Adapter>
  /** its name, among several */
  lane: string
  calls: Calls
  trace: Pick<Trace, 'of'>
  cases: () => OpenCases
  stateOf: (threadNo: number) => AdapterState
  /** how often in a row the system could not be asked */
  attempt: () => number
  /** Keeps answers; false when there was no room for all of them. */
  keep: (answers: readonly (LocalEvent | RawEvent)[]) => Promise<boolean>
}

/** Where the node keeps what an adapter remembers of a case. */
const memoryOf = (thread: string): string => `asked about ${thread}`

export function createCaseRounds({
  adapter,
  adapterOf,
  lane,
  calls,
  trace,
  cases,
  stateOf,
  attempt,
  keep,
}: CaseRoundsParts) {
  let left: number[] = []

  async function ask({ no, ...open }: OpenCase & { no: number }): Promise<void> {
    const state = stateOf(no)
    const place = memoryOf(open.thread)
    const before = await state.get(place)
    const own = await adapterOf(no)
    const said = await calls.within('poll', CASE_ROUND_LIMITS.ask, attempt(), async call =>
      own.pollCase?.(open, before, { ...call, state, trace: trace.of('poll', () => no) }),
    )
    if (said === undefined) return
    if (said.events.length > 0 && !(await keep(said.events))) return
    if (said.memory !== null && said.memory !== before) await state.put(place, said.memory)
  }

  /** Asks about some of the cases that are left of this round; gives back what is wrong with a single one. Throws what concerns all. */
  return async function askSome(): Promise<Problem | null> {
    if (left.length === 0) left = await cases().openNumbers(lane)
    const open = await cases().openCases(left.splice(0, CASE_ROUND_LIMITS.cases))
    let wrong: Problem | null = null
    const parallel = adapter.parallel ?? DISPATCH_LIMITS.parallel
    for (let begin = 0; begin < open.length; begin += parallel) {
      const outcomes = await Promise.allSettled(open.slice(begin, begin + parallel).map(ask))
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') continue
        const { reason } = outcome
        if (!(reason instanceof ProblemError) || reason.problem.code !== 'adapter.mapping') throw reason
        const { localCaseNo } = open[begin + index] as OpenCase
        wrong ??= { code: 'adapter.mapping', detail: `${localCaseNo}: ${reason.problem.detail ?? reason.problem.code}` }
      }
    }
    return wrong
  }
}
