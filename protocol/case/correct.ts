/**
 * Corrections (更正): a city says what is right of a step that it signed. The step stays as it was signed; whoever shows it shows what
 * was corrected. What moves the case, its clock or its parties is never corrected so. SPEC.md §6.2.
 */
import type { Packet } from '../packet/claims.ts'
import { type Refused, refuse } from '../problem.ts'
import { CASE_BODIES, type CaseContent, type CaseKind, isCaseKind } from './kinds.ts'

export type Correction = CaseContent<'case.correct'>

/** Paths of what state, clock, parties and files follow; a path fixes all below it. */
const FIXED: Readonly<Partial<Record<CaseKind, readonly string[]>>> = {
  'case.submit': [
    'caseNo',
    'item',
    'mode',
    'form',
    'materials',
    'receivedAt',
    'consent',
    'parent',
    'delivery.method',
    'applicant.type',
    'applicant.idType',
    'applicant.idNumber',
    'agent.kind',
    'agent.idType',
    'agent.idNumber',
    'agent.authorisation',
  ],
  'case.supplement': ['materials', 'form'],
  'case.commit': ['materials', 'until', 'documents'],
  'case.hand-in': ['materials'],
  'case.ship': ['payer'],
  'case.evaluate': ['target', 'level', 'realName'],
  'case.message': ['attachments'],
  'case.arrived': ['localCaseNo'],
  'case.request-supplement': ['deadline', 'materials', 'form'],
  'case.accept': ['promisedBy'],
  'case.pause': ['procedure'],
  'case.extend': ['until'],
  'case.decide': ['outcome', 'documents'],
  'case.send-result': ['method', 'payer', 'seal', 'documents'],
  'case.close': ['outcome'],
  'case.answer-evaluation': ['target'],
  'case.appeal-evaluation': ['target'],
  'case.supervise': ['answerBy'],
  'case.answer': ['to', 'verdict'],
  'case.request-payment': ['number', 'amount', 'payBy', 'procedure', 'documents'],
  'case.record-payment': ['payment', 'result', 'settledOn'],
  'case.verify-remote': ['subject', 'result'],
  'case.mail': ['parcel', 'state'],
  'case.originals': ['event'],
  'case.revoke': ['objection'],
}
/** Kinds that are not corrected: a correction is made anew, a deletion is counted by the node. */
const WHOLE: ReadonlySet<string> = new Set<CaseKind>(['case.correct', 'case.purge'])

const isFixed = (kind: CaseKind, field: string): boolean =>
  ['salt', ...(FIXED[kind] ?? [])].some(path => field === path || field.startsWith(`${path}.`))

/** The step that a correction by `city` names, among the packets that its author saw; or why it names none. A body that was purged names any. */
export function correctedStep(view: readonly Packet[], city: string, body: unknown): Packet | Refused | null {
  const named = (body as Correction | null)?.packet
  if (named === undefined) return null
  const step = view.find(({ id, claims }) => id === named && claims.iss === city && !WHOLE.has(claims.kind))
  return step ?? refuse('case.transition', 'case.correct without a step of the same city')
}

/** The body with fields that say something else, or null when it has no such place. */
function withFields(body: unknown, fields: Correction['fields'] = []): unknown {
  const copy = structuredClone(body)
  for (const { field, value } of fields) {
    const names = field.split('.')
    const last = names.pop() ?? ''
    const part = names.reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as never)[name] : null),
      copy,
    )
    if (typeof part !== 'object' || part === null || last === '__proto__') return null
    if (Array.isArray(part) && (!Object.hasOwn(part, last) || last === 'length')) return null
    Object.assign(part, { [last]: value })
  }
  return copy
}

/** Packet id → the corrections of that step, in their order. */
export function correctionsOf(packets: readonly Packet[]): ReadonlyMap<string, Packet[]> {
  const found = new Map<string, Packet[]>()
  for (const packet of packets) {
    if (packet.claims.kind !== 'case.correct' || packet.body === null) continue
    const { packet: of } = packet.body as Correction
    found.set(of, [...(found.get(of) ?? []), packet])
  }
  return found
}

/** The body of a step as it was corrected since; null when it was purged. */
export const correctedBody = (step: Packet, corrections: ReadonlyMap<string, readonly Packet[]>): unknown =>
  (corrections.get(step.id) ?? []).reduce(
    (body, { body: correction }) =>
      body === null ? null : (withFields(body, (correction as Correction).fields) ?? body),
    step.body,
  )

/** What the step says with one more correction; or why that cannot be said. Null when its body was purged, and nothing can be judged. */
export function corrected(
  view: readonly Packet[],
  step: Packet,
  { fields, statement }: Correction,
): { ok: true; body: unknown } | Refused | null {
  const { kind } = step.claims
  if (fields === undefined && statement === undefined)
    return refuse('case.content', 'fields or statement: one is needed')
  if (!isCaseKind(kind) || step.body === null) return null
  const fixed = (fields ?? []).findIndex(({ field }) => isFixed(kind, field))
  if (fixed >= 0)
    return refuse('case.content', `fields.${fixed}.field: the case follows it, and no correction changes it`)
  const body = withFields(correctedBody(step, correctionsOf(view)), fields)
  if (body === null || !CASE_BODIES[kind].safeParse(body).success)
    return refuse('case.content', 'fields: the step does not hold with them')
  return { ok: true, body }
}
