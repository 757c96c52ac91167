/** What the state of a case leaves to do for its approval system. */
import type { CaseState } from '../../../protocol/case/fold.ts'
import type { AskKind } from '../../../protocol/case/kinds.ts'
import { ASKS } from '../../../protocol/case/table.ts'

export const hasEnded = ({ state }: CaseState): boolean => state === 'closed' || state === 'refused'

/**
 * Whether the state of a case leaves nothing of a packet for its approval system to do. What the system has not refused is handed over
 * after the end too: it was said, and its officer is to know it.
 */
export function isOver(kind: string, state: CaseState, refused: boolean): boolean {
  const ended = hasEnded(state)
  if (kind === 'case.submit') return ended || state.localCaseNo !== null
  if (!ended) return false
  // A case that its system never knew has nothing there that could go on; a city that moves cases of its own keeps no number.
  const unknown = state.localCaseNo === null && state.mover === state.handling
  return unknown || (refused && !(isAskKind(kind) && ASKS[kind].from.some(from => from === state.state)))
}

const isAskKind = (kind: string): kind is AskKind => Object.hasOwn(ASKS, kind)
