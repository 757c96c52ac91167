/** Packets of an agreement: states, kinds, their content, who authors each and from where each leads where. SPEC.md §7.3. */
import * as z from 'zod'
import { LIMITS } from '../limits.ts'
import { Day, DivisionCode, Salt, Sha256, text } from '../primitives.ts'
import { SignedNotice } from './notice.ts'
import { AgreementSignature } from './signature.ts'

export const AGREEMENT_STATES = {
  proposed: '待签署',
  signed: '双方已签，待其他各方',
  active: '已生效',
  suspended: '已暂停',
  declined: '已拒签',
  withdrawn: '已撤回',
  terminated: '已终止',
} as const
export type AgreementStateName = keyof typeof AGREEMENT_STATES

const packed = z
  .string()
  .max(LIMITS.bodyBytes)
  .regex(/^[A-Za-z0-9_-]+$/)
  .describe('the text, deflated (RFC 1951) and base64url')

const notice = SignedNotice.optional().describe('between more than two, of a party that is not the proposer')

/** The proposer asks; the other city orders the thread. */
export const AGREEMENT_CONTENT = {
  'agreement.propose': z.strictObject({ text: packed, signature: AgreementSignature }),
  'agreement.counter': z.strictObject({ text: packed, signature: AgreementSignature, reason: text(2000).optional() }),
  'agreement.amend': z.strictObject({ text: packed, signature: AgreementSignature }),
  'agreement.sign': z.strictObject({ agreement: Sha256, signature: AgreementSignature }),
  'agreement.decline': z.strictObject({ agreement: Sha256, reason: text(2000), notice }),
  'agreement.withdraw': z.strictObject({ agreement: Sha256, reason: text(2000) }),
  'agreement.complete': z.strictObject({
    agreement: Sha256,
    signatures: z
      .array(z.strictObject({ city: DivisionCode, signature: AgreementSignature, certificate: z.string().max(20_000) }))
      .min(2)
      .max(100)
      .describe('of every party that is bound, with its city certificate (PEM)'),
  }),
  'agreement.suspend': z.strictObject({ reason: text(2000), notice }),
  'agreement.resume': z.strictObject({ reason: text(2000).optional(), notice }),
  'agreement.terminate': z.strictObject({ reason: text(2000), effectiveOn: Day, notice }),
  'agreement.notice': z.strictObject({
    ...SignedNotice.shape,
    certificate: z.string().max(20_000).describe('of the city that gave it (PEM)'),
  }),
}
export type AgreementKind = keyof typeof AGREEMENT_CONTENT
export type AgreementBody<K extends AgreementKind = AgreementKind> = z.infer<(typeof AGREEMENT_CONTENT)[K]> & {
  salt: string
}

export const AGREEMENT_BODIES = Object.fromEntries(
  Object.entries(AGREEMENT_CONTENT).map(([kind, content]) => [kind, z.strictObject({ salt: Salt, ...content.shape })]),
) as unknown as Record<AgreementKind, z.ZodType>

/** Who authors each kind. */
export const AGREEMENT_AUTHORS = {
  'agreement.propose': 'proposer',
  'agreement.counter': 'either',
  'agreement.amend': 'either',
  'agreement.sign': 'either',
  'agreement.decline': 'either',
  'agreement.withdraw': 'either',
  'agreement.complete': 'proposer',
  'agreement.suspend': 'either',
  'agreement.resume': 'either',
  'agreement.terminate': 'either',
  'agreement.notice': 'proposer',
} as const satisfies Record<AgreementKind, 'proposer' | 'either'>

/** One line of the table of steps. */
export type Step = {
  from: readonly AgreementStateName[]
  /** the text that waits for a signature: there must be none, one of the other city, or an own one */
  pending: 'none' | 'theirs' | 'own' | 'any'
  to: AgreementStateName | 'same'
}
const STANDING = ['active', 'suspended'] as const

/** From where each kind leads where. A text that is signed, declined or withdrawn while the agreement stands leaves its state. */
export const AGREEMENT_STEPS = {
  'agreement.propose': { from: [], pending: 'none', to: 'proposed' },
  'agreement.counter': { from: ['proposed'], pending: 'theirs', to: 'proposed' },
  'agreement.amend': { from: STANDING, pending: 'none', to: 'same' },
  'agreement.sign': { from: ['proposed', ...STANDING], pending: 'theirs', to: 'active' },
  'agreement.decline': { from: ['proposed', ...STANDING], pending: 'theirs', to: 'declined' },
  'agreement.withdraw': { from: ['proposed', 'signed', ...STANDING], pending: 'own', to: 'withdrawn' },
  'agreement.complete': { from: ['signed', ...STANDING, 'terminated'], pending: 'any', to: 'active' },
  'agreement.suspend': { from: STANDING, pending: 'any', to: 'suspended' },
  'agreement.resume': { from: ['suspended'], pending: 'any', to: 'active' },
  'agreement.terminate': { from: ['signed', ...STANDING], pending: 'any', to: 'terminated' },
  'agreement.notice': { from: ['proposed', 'signed', ...STANDING, 'terminated'], pending: 'any', to: 'same' },
} as const satisfies Record<AgreementKind, Step>

export const isAgreementKind = (kind: string): kind is AgreementKind => Object.hasOwn(AGREEMENT_CONTENT, kind)
