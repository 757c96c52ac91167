/**
 * Papers that wait to be printed (待打印): each step that a paper tells of puts it there, at the window that took the case in; printing it
 * takes it out.
 */
import type { Correction } from '../../../protocol/case/correct.ts'
import type { CaseContent, CaseKind } from '../../../protocol/case/kinds.ts'
import { isCaseKind } from '../../../protocol/case/kinds.ts'
import type { Packet } from '../../../protocol/packet/claims.ts'
import { endsWithout } from '../records/papers/course.ts'
import type { PaperName } from '../records/papers/forms.ts'

/** Step → the paper that the applicant is given of it, and its bit in `cases.to_print`, which is stored: it never changes. */
const PAPERS_OF = {
  'case.submit': ['receipt', 1],
  'case.request-supplement': ['supplement-notice', 2],
  'case.accept': ['acceptance', 4],
  'case.refuse': ['refusal', 8],
  'case.decide': ['decision', 16],
  'case.supplement': ['supplement-receipt', 32],
  'case.pause': ['special-procedure', 64],
  'case.extend': ['extension', 128],
  'case.withdraw': ['withdrawal', 256],
  'case.close': ['termination', 512],
  'case.send-result': ['delivery', 1024],
} as const satisfies Partial<Record<CaseKind, readonly [PaperName, number]>>

const BITS: readonly (readonly [PaperName, number])[] = Object.values(PAPERS_OF)

/** The bit of a paper; 0 for one that no step asks for. */
export const bitOf = (name: PaperName): number => BITS.find(([paper]) => paper === name)?.[1] ?? 0

/** The papers of `cases.to_print`. */
export const papersIn = (bits: number): PaperName[] =>
  BITS.filter(([, bit]) => (bits & bit) !== 0).map(([paper]) => paper)

function bitOfStep({ claims: { kind }, body }: Packet): number {
  if (!isCaseKind(kind) || !(kind in PAPERS_OF) || body === null) return 0
  // What ended with a decision has the paper of the decision.
  if (kind === 'case.close' && !endsWithout(body as CaseContent<'case.close'>)) return 0
  return PAPERS_OF[kind as keyof typeof PAPERS_OF][1]
}

/** What a step makes one print: its own paper, or that of the step which it corrects. */
export function toPrint(step: Packet, packets: readonly Packet[]): number {
  if (step.claims.kind !== 'case.correct') return bitOfStep(step)
  const corrected = packets.find(({ id }) => id === (step.body as Correction | null)?.packet)
  return corrected === undefined ? 0 : bitOfStep(corrected)
}

/** The papers that the steps of a thread can have. */
export const printable = (packets: readonly Packet[]): number =>
  packets.reduce((bits, packet) => bits | bitOfStep(packet), 0)
