/** A text of an agreement as far as it is written, and what the pages of agreements make of it. Pure. */
import { changesBetween } from '../../../../../protocol/agreement/changes.ts'
import type { AgreementDocument } from '../../../../../protocol/agreement/document.ts'
import type {
  AgreementDetail,
  AgreementDraft,
  AmendAgreementRequest,
  PreviewAmendmentRequest,
} from '../../../client/api.generated.ts'

export type Document = AgreementDetail['document']
export type Item = Document['items'][number]
export type Contact = NonNullable<Item['contacts']>[number]
export type Text = Partial<Document>
export type Step = NonNullable<AgreementDraft['step']>
export type Kept = { text: Text; step: Step | null }

/** Cities of a text in their order, with names. */
export const partiesOf = ({ parties = [] }: Text): readonly { code: string; name: string }[] => parties

export const keyOf = ({ handling, taskCode }: Pick<Item, 'handling' | 'taskCode'>): string => `${handling}/${taskCode}`

/** Items beside those that a text has already; who is added twice stands once, as it is there. */
export function withItems(has: readonly Item[], more: readonly Item[]): Item[] {
  const known = new Set(has.map(keyOf))
  return has.concat(more.filter(item => !known.has(keyOf(item))))
}

/** Items whose name or code has all words of `asked`. */
export function itemsNamed(items: readonly Item[], asked: string): readonly Item[] {
  const words = asked.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return items
  return items.filter(({ taskName, taskCode }) =>
    words.every(word => taskName.includes(word) || taskCode.includes(word)),
  )
}

/** What the preview of an amendment asks; null while what stands cannot be changed so. */
export function amendmentOf(
  standing: Document,
  text: Document,
  { title, reason, effectiveFrom }: { title?: string; reason?: string; effectiveFrom?: string },
): PreviewAmendmentRequest | null {
  const found = changesBetween(standing as AgreementDocument, text as AgreementDocument)
  if (!found.ok || effectiveFrom === undefined || effectiveFrom === '') return null
  const { put, remove, terms } = found.changes
  if (put.length + remove.length + Object.keys(terms).length === 0) return null
  // Titles and reasons change nothing of what it touches.
  return { title: title || '—', reason: reason || '—', effectiveFrom, ...(found.changes as Changes) }
}
type Changes = Pick<AmendAgreementRequest, 'put' | 'remove' | 'terms'>

/** Today in China. */
export const today = (now = Date.now()): string => new Date(now + 8 * 3_600_000).toISOString().slice(0, 10)
