/** How the approval system is: what it says when it is asked, and how calls and polls go. */
import type { Adapter } from '../../../adapters/sdk/port.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Polling } from './answers.ts'
import type { CallKind, Calls } from './calls.ts'
import { DISPATCH_LIMITS } from './limits.ts'

/** How the approval system is. Times in ms since the epoch. */
type ApprovalSystem = {
  kind: string
  name: string
  ok: boolean
  detail?: string
  /** null when it is not asked for answers */
  polling: { lastGood: number | null; failures: number } | null
  /** calls that are under way too long */
  slow: { kind: CallKind; since: number }[]
}

type Asked = { adapter: Adapter; calls: Calls; clock: Clock; name: string; polling: () => Polling | null }

export async function askedHowItIs({ adapter, calls, clock, name, ...asked }: Asked): Promise<ApprovalSystem> {
  const said = await calls
    .within('check', DISPATCH_LIMITS.check, 0, call => adapter.check(call))
    .catch(error => ({
      ok: false as const,
      detail: error instanceof ProblemError ? (error.problem.detail ?? error.problem.code) : 'the adapter failed',
    }))
  const slow = calls.slow()
  const polling = asked.polling()
  const unanswered = polling?.problem ?? null
  const faults = [
    ...(said.ok ? [] : [said.detail]),
    ...(unanswered === null ? [] : [`answers: ${unanswered.detail ?? unanswered.code}`]),
    ...slow.map(({ kind, since }) => `${kind}: under way for ${Math.round((clock.now() - since) / 1000)} s`),
  ]
  const detail = faults.length > 0 ? faults.join('; ') : said.detail
  return {
    kind: adapter.kind,
    name,
    ok: faults.length === 0,
    slow,
    ...(detail === undefined ? {} : { detail }),
    polling: polling === null ? null : { lastGood: polling.lastGood, failures: polling.failures },
  }
}
