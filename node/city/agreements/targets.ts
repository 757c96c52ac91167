/**
 * Where a step is written (各步所写之处): between two in their one thread; of an agreement between many in each thread where it is
 * possible when the proposer writes it, else in this one, with a signed notice that the proposer passes on. SPEC.md §7.4.
 */
import type { SignedNotice } from '../../../protocol/agreement/notice.ts'
import { permitsAgreement } from '../../../protocol/agreement/permit.ts'
import { signAgreement } from '../../../protocol/agreement/signature.ts'
import { type AgreementState, isBetweenMany, leavesOn, rootOf } from '../../../protocol/agreement/state.ts'
import type { CertificateSigner } from '../../../protocol/keys/delegation.ts'
import { TYP } from '../../../protocol/names.ts'
import { ProblemError } from '../../../protocol/problem.ts'
import { type Clock, seconds } from '../../kernel/clock.ts'
import type { Alliances } from './alliance.ts'
import type { AgreementRow } from './records.ts'

/** Steps in which a party speaks for itself. */
export type NoticeKind = 'agreement.decline' | 'agreement.suspend' | 'agreement.resume' | 'agreement.terminate'

/** What a step says: why, from when on, and of which text. */
export type StepContent = { reason?: string | undefined; effectiveOn?: string; agreement?: string }

export function createTargets(parts: {
  own: string
  clock: Clock
  /** own city certificate's key; asked for only to sign */
  signer: () => Promise<CertificateSigner>
  alliances: Alliances
}) {
  const { own, clock, alliances } = parts

  /**
   * Threads that an amendment goes to: of one between many those with every party that is still in on its first day.
   * Problems: `case.author`, `agreement.transition`.
   */
  async function amended(row: AgreementRow, state: AgreementState, from: string): Promise<AgreementRow[]> {
    if (!isBetweenMany(state)) return [row]
    if (state.proposer !== own) throw new ProblemError('case.author', 'agreement.amend')
    const threads = await alliances.threadsOf(row.root)
    const bound = threads.filter(entry => (leavesOn(entry.state, entry.row.partner) ?? from) >= from)
    for (const entry of bound) {
      if (entry.state.terminatedOn !== null)
        throw new ProblemError(
          'agreement.transition',
          `${entry.row.partner} leaves on ${entry.state.terminatedOn}: with effect after that day`,
        )
      const refused = permitsAgreement(entry.state, 'agreement.amend', own, null, seconds(clock.now()))
      if (refused !== null)
        throw new ProblemError(refused.problem.code, `${entry.row.partner}: ${refused.problem.detail ?? ''}`)
    }
    if (bound.length === 0) throw new ProblemError('agreement.transition', 'no other party is left')
    return bound.map(entry => entry.row)
  }

  /**
   * Where a step that concerns the whole agreement is written: by the proposer of one between many in each thread where it is
   * possible, else in this one alone, with the notice that the proposer passes on.
   */
  async function stepped(
    { row, state }: { row: AgreementRow; state: AgreementState },
    kind: NoticeKind | 'agreement.withdraw',
    content: StepContent,
  ): Promise<{ targets: readonly AgreementRow[]; content: object }> {
    if (!isBetweenMany(state)) return { targets: [row], content }
    if (state.proposer !== own) {
      const signed = kind === 'agreement.withdraw' ? null : await noticeOf(state, kind, content)
      return { targets: [row], content: signed === null ? content : { ...content, notice: signed } }
    }
    const threads = await alliances.threadsOf(row.root)
    const at = seconds(clock.now())
    const others = threads.filter(
      entry => entry.row.no !== row.no && permitsAgreement(entry.state, kind, own, content, at) === null,
    )
    return { targets: [row, ...others.map(entry => entry.row)], content }
  }

  /** What this city says of itself, or of a text that it declines, signed for every party. */
  async function noticeOf(
    state: AgreementState,
    kind: NoticeKind,
    { reason, effectiveOn, agreement }: StepContent,
  ): Promise<SignedNotice> {
    const said = { v: 1 as const, city: own, at: seconds(clock.now()), ...(reason === undefined ? {} : { reason }) }
    const before = state.standings.find(({ city }) => city === own)
    const notice =
      kind === 'agreement.decline'
        ? { ...said, kind: 'decline', agreement }
        : {
            ...said,
            kind: 'standing',
            agreement: rootOf(state),
            no: (before?.no ?? 0) + 1,
            suspended: kind === 'agreement.terminate' ? state.suspendedBy.includes(own) : kind === 'agreement.suspend',
            leavesOn: effectiveOn ?? null,
          }
    const text = JSON.stringify(notice)
    return { text, signature: await signAgreement(text, await parts.signer(), TYP.agreementNotice) }
  }

  return { amended, stepped }
}
