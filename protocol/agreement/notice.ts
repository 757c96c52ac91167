/**
 * Notices (告知) under an agreement between many: where a party stands, or that it declined a text. The party signs them by its city
 * certificate, and the proposer passes them on to every other one, for only it has a thread with each. SPEC.md §7.4.
 */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { Day, DivisionCode, encodeUtf8, parseJson, Sha256, text } from '../primitives.ts'
import { type Refused, refuse } from '../problem.ts'
import { AgreementSignature } from './signature.ts'

const OF = { city: DivisionCode, at: z.number().int().min(0).describe('seconds, when it was signed') }

export const AgreementNotice = z.discriminatedUnion('kind', [
  z.strictObject({
    v: z.literal(1),
    kind: z.literal('standing'),
    agreement: Sha256.describe('id of the document, whatever amends it'),
    ...OF,
    no: z.number().int().min(1).describe('higher than in the notice before: the newest one tells all'),
    suspended: z.boolean().describe('no new case with this city begins'),
    leavesOn: Day.nullable().describe('last day on which new cases with this city begin; null while it stays'),
    reason: text(2000).optional(),
  }),
  z.strictObject({
    v: z.literal(1),
    kind: z.literal('decline'),
    agreement: Sha256.describe('id of the text that is declined'),
    ...OF,
    reason: text(2000),
  }),
])
export type AgreementNotice = z.infer<typeof AgreementNotice>
export type StandingNotice = Extract<AgreementNotice, { kind: 'standing' }>

/** The text of a notice and its signature (`typ` `tongban-agreement-notice+jws`). */
export const SignedNotice = z.strictObject({
  text: z.string().min(1).max(LIMITS.agreementNoticeBytes),
  signature: AgreementSignature,
})
export type SignedNotice = z.infer<typeof SignedNotice>

/** Problem: `agreement.malformed`. */
export function readNotice(written: string): { ok: true; notice: AgreementNotice } | Refused {
  if (encodeUtf8(written).byteLength > LIMITS.agreementNoticeBytes) return refuse('agreement.malformed', 'notice: size')
  const parsed = parseJson(AgreementNotice, written, 'agreement.malformed')
  return parsed.ok ? { ok: true, notice: parsed.value } : parsed
}
