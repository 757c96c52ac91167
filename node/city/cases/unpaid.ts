/**
 * Fees that are open when a case is decided or its result handed out (未缴费). No law lets either wait for a fee: a decision is made within
 * its limit and handed out within ten days (行政许可法 42, 44), a fee is taken by what is laid down alone (58, 59). So it is told, and
 * who grants before it is paid says why. Pure.
 */
import type { CaseState } from '../../../protocol/case/fold.ts'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { openPayments } from '../../../protocol/case/payments.ts'
import { type Finding, ruleFinding } from '../../../protocol/case/preflight.ts'
import { type Problem, problem } from '../../../protocol/problem.ts'

type Fees = Pick<CaseState, 'payments'>

const TOLD: ReadonlySet<CaseKind> = new Set(['case.decide', 'case.send-result', 'case.result-received'])

/** Why a person may not decide so, or null: a grant while a fee is open has a reason. */
export function unexplained(state: Fees, kind: CaseKind, content: unknown): Problem | null {
  if (kind !== 'case.decide' || openPayments(state).length === 0) return null
  const { outcome, reason } = content as CaseContent<'case.decide'>
  return outcome === 'denied' || reason !== undefined
    ? null
    : problem('case.content', 'reason: a fee is open: say why it is decided before it is paid')
}

/** The fees that are open when a step decides or hands out, as what its check tells. */
export const unpaidFindings = (state: Fees, kind: CaseKind): Finding[] =>
  TOLD.has(kind)
    ? openPayments(state).map(({ number, amount }) =>
        ruleFinding(
          'fee-open',
          'notice',
          '',
          `fee ${number ?? ''} of ${amount ?? '?'} yuan is open: note what became of it (record-payment); no law lets the step wait for it`,
          `缴款单 ${number ?? ''}（${amount ?? '?'} 元）尚未缴清：请登记缴费情况（record-payment）；没有规定要求缴费后才能办理本步骤`,
        ),
      )
    : []
