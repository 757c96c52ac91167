/** Parts of one case as it is shown: what was promised for later, what stands in its way, the cases of a joint one beside it. */
import * as z from 'zod'
import type { Committed } from '../../../protocol/case/commitment.ts'
import { AUTHORS, type CaseKind, OUTCOMES, SETTLEMENTS } from '../../../protocol/case/kinds.ts'
import type { Payment } from '../../../protocol/case/payments.ts'
import { STATES, type State } from '../../../protocol/case/table.ts'
import { Day, DivisionCode, Sha256, ThreadId } from '../../../protocol/primitives.ts'
import { Why } from '../../edges/http/problem-in-words.ts'
import { Time, timeOrNull } from '../../edges/http/route.ts'
import type { LinkedCase } from './joint.ts'

const kinds = Object.keys(AUTHORS) as [CaseKind, ...CaseKind[]]
const states = Object.keys(STATES) as [State, ...State[]]

export const CommittedShape = z
  .strictObject({
    missing: z.array(z.string()).nullable().describe('codes that are still missing; null when that was purged'),
    until: Day.nullable(),
    kept: Time.nullable().describe('when all was there'),
  })
  .nullable()
  .describe('what the applicant committed to hand in later (容缺后补); null without a commitment')

export const PaymentShape = z.strictObject({
  packet: Sha256.describe('the step that asks for it; `case.record-payment` names it'),
  number: z.string().nullable().describe('缴款单号; null, as the amount, when that was purged'),
  amount: z.string().nullable().describe('缴款金额, yuan'),
  payBy: Day.nullable(),
  result: z.enum(SETTLEMENTS).nullable().describe('已缴, 减免, 撤销; null while it is open, or when that was purged'),
  settledAt: Time.nullable().describe('when it was noted; null while it is open'),
})

export const toPayment = ({ packet, number, amount, payBy, settled }: Payment): z.input<typeof PaymentShape> => ({
  packet,
  number,
  amount,
  payBy,
  result: settled?.result ?? null,
  settledAt: timeOrNull(settled === null ? null : settled.at * 1000),
})

export const toCommitted = (committed: Committed | null): z.input<typeof CommittedShape> =>
  committed === null
    ? null
    : {
        missing: committed.missing === null ? null : [...committed.missing],
        until: committed.until,
        kept: timeOrNull(committed.kept === null ? null : committed.kept * 1000),
      }

export const WaitingShape = z
  .array(
    z.strictObject({
      what: z
        .enum(['dispatch', 'entry', 'answer', 'material'])
        .describe('`entry`: somebody must type it in; see its entry sheet'),
      problem: Why,
      parked: z.boolean().describe('a person must retry it; else the node does'),
      at: Time,
    }),
  )
  .describe(
    'what the approval system has not taken, what people must type into it, what it answered and is not signed, and materials that could not be fetched',
  )

export const RefusedShape = z
  .array(
    z.strictObject({
      packet: Sha256,
      kind: z.enum(kinds),
      at: Time,
      problem: Why,
    }),
  )
  .describe('own steps that the other city refused, in their order: what they said stands among the bodies')

export const Linked = z.strictObject({
  thread: ThreadId,
  partner: DivisionCode,
  item: z.strictObject({ code: z.string(), name: z.string() }),
  lead: z.boolean(),
  state: z.enum(states),
  stateName: z.string(),
  outcome: z.enum(OUTCOMES).nullable(),
})

export const toLinked = ({ sent, handedOver, ...entry }: LinkedCase): z.input<typeof Linked> => ({
  ...entry,
  state: entry.state as State,
  stateName: STATES[entry.state as State],
  outcome: entry.outcome as (typeof OUTCOMES)[number] | null,
})
