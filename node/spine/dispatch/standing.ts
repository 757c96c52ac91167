/** Whether what an answer of the approval system says stands in the case already, so that nothing is to be signed. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { isMoveKind, type MoveKind, type MoveRequest } from '../../../protocol/case/kinds.ts'
import type { State } from '../../../protocol/case/table.ts'

const DECIDED = ['decided', 'sending', 'closed'] as const
const ACCEPTED = ['accepted', 'paused', ...DECIDED] as const

/** The states in which the effect of a step still stands; a step that leaves the state as it is has none. */
const STANDS = {
  'case.arrived': ['arrived', 'prechecked', 'supplementing', ...ACCEPTED, 'refused'],
  'case.precheck': ['prechecked', 'supplementing', ...ACCEPTED],
  'case.request-supplement': ['supplementing'],
  'case.accept': ACCEPTED,
  'case.refuse': ['refused'],
  'case.request-payment': [],
  'case.progress': [],
  'case.pause': ['paused'],
  'case.resume': ['accepted'],
  'case.extend': ['accepted', 'paused'],
  'case.decide': DECIDED,
  'case.send-result': ['sending', 'closed'],
  'case.close': ['closed'],
  'case.revoke': ['closed'],
} as const satisfies Record<MoveKind, readonly State[]>

/**
 * `steps` are the own steps of the case in order; a body that was purged is null. An answer that adds to the last step of its kind, or
 * differs from it, is for a person to see.
 */
export function standsAlready(
  state: State,
  steps: readonly { kind: string; body: unknown }[],
  { kind, body }: MoveRequest,
): boolean {
  if (!isMoveKind(kind) || !STANDS[kind].some(standing => standing === state)) return false
  const last = steps.findLast(step => step.kind === kind)?.body
  if (typeof last !== 'object' || last === null) return false
  const signed = last as Readonly<Record<string, unknown>>
  return Object.entries(body).every(([name, value]) => value === undefined || isDeepStrictEqual(signed[name], value))
}
