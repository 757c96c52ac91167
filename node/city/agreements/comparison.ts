/** Which two texts of an agreement are compared (文本比对), and their difference. Pure. */
import { type AgreementDiff, diffAgreements } from '../../../protocol/agreement/diff.ts'
import type { AgreementDocument } from '../../../protocol/agreement/document.ts'
import type { AgreementState } from '../../../protocol/agreement/state.ts'
import { type Refused, refuse } from '../../../protocol/problem.ts'

/** `replaced`: a proposal that a counter-proposal took the place of. */
export type ComparedText = { id: string; kind: 'version' | 'pending' | 'replaced'; by: string | null; from: string }
export type NamedText = ComparedText & { document: AgreementDocument }
/** `before` null: the first text, which there is nothing to compare with. */
export type Comparison = { before: ComparedText | null; after: ComparedText } & AgreementDiff

/** Every text that can be named, oldest first. */
export function textsOf(state: AgreementState): NamedText[] {
  const { replaced, versions, pending } = state
  return [
    ...replaced.map(text => ({ ...text, kind: 'replaced' as const })),
    ...versions.map(text => ({ ...text, kind: 'version' as const, by: null })),
    ...(pending === null ? [] : [{ ...pending, kind: 'pending' as const }]),
  ]
}

/**
 * The difference of two texts by id. Without `after` the one that waits for a signature, or the newest; without `before` the one
 * that stands, or the proposal that it answers. A beginning of an id of eight characters is enough. Problem: `request.not-found`.
 */
export function compareTexts(
  state: AgreementState,
  named: { before?: string | undefined; after?: string | undefined },
): { ok: true; comparison: Comparison } | Refused {
  const texts = textsOf(state)
  const find = (id: string) => texts.findLast(text => text.id.startsWith(id))
  const after = named.after === undefined ? texts.at(-1) : find(named.after)
  if (after === undefined) return refuse('request.not-found', 'after')
  const earlier = texts.slice(0, texts.indexOf(after))
  const before =
    named.before === undefined
      ? (earlier.findLast(text => text.kind === 'version') ?? earlier.at(-1))
      : find(named.before)
  if (before === undefined && named.before !== undefined) return refuse('request.not-found', 'before')
  const shown = ({ id, kind, by, from }: NamedText): ComparedText => ({ id, kind, by, from })
  return {
    ok: true,
    comparison: {
      before: before === undefined ? null : shown(before),
      after: shown(after),
      ...diffAgreements((before ?? after).document, after.document),
    },
  }
}
