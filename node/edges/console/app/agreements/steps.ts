/** The steps of an agreement for people (可行的步骤): which stand open to this city now, and why the others do not. Pure. */
import { AGREEMENT_STEPS, type Step } from '../../../../../protocol/agreement/kinds.ts'
import type { AgreementDetail } from '../../../client/api.generated.ts'

export const ACTS = [
  'sign',
  'counter',
  'decline',
  'withdraw',
  'amend',
  'renew',
  'suspend',
  'resume',
  'terminate',
] as const
export type Act = (typeof ACTS)[number]
/** Why one cannot be taken now. */
export type Why =
  | 'nothingWaits'
  | 'textWaits'
  | 'ownText'
  | 'theirText'
  | 'notStanding'
  | 'over'
  | 'betweenMany'
  | 'proposerOnly'
  | 'suspendedHere'
  | 'notSuspendedHere'
  | 'unsound'
  | 'missedDay'

type Read = Pick<
  AgreementDetail,
  'state' | 'pendingBy' | 'suspendedBy' | 'parties' | 'proposer' | 'versions' | 'terminatedOn'
> & { pending: { from: string; amends: string | null; faults: readonly unknown[] } | null }

/** Null: it is open. `today` is a day of China. */
export function whyNot(act: Act, agreement: Read, own: string, today: string): Why | null {
  const { state, pendingBy, pending, suspendedBy, parties, proposer, versions } = agreement
  if (act === 'renew') return versions.some(({ complete }) => complete) ? null : 'notStanding'
  const step: Step = AGREEMENT_STEPS[`agreement.${act}`]
  if (!step.from.includes(state))
    return state === 'declined' || state === 'withdrawn' || state === 'terminated' ? 'over' : 'notStanding'
  if (step.pending === 'none' && pendingBy !== null) return 'textWaits'
  if (step.pending === 'theirs' || step.pending === 'own') {
    if (pendingBy === null) return 'nothingWaits'
    if ((pendingBy === own) !== (step.pending === 'own')) return pendingBy === own ? 'ownText' : 'theirText'
  }
  if (act === 'counter' && parties > 2) return 'betweenMany'
  if (act === 'amend' && parties > 2 && proposer !== own) return 'proposerOnly'
  if (act === 'suspend' && suspendedBy.includes(own)) return 'suspendedHere'
  if (act === 'resume' && !suspendedBy.includes(own)) return 'notSuspendedHere'
  if (act === 'sign' && pending !== null) {
    if (pending.faults.length > 0) return 'unsound'
    if (pending.amends !== null && pending.from <= today) return 'missedDay'
  }
  return null
}
