/** What an amendment has to say so that a text becomes another one (变更内容): the way from a text that was edited to an amendment of what stands. Pure. */
import { type Refused, refuse } from '../problem.ts'
import { diffAgreements } from './diff.ts'
import type { AgreementAmendment, AgreementDocument } from './document.ts'

type Changes = Pick<AgreementAmendment, 'put' | 'remove' | 'terms'>

/**
 * The changes by which `base` becomes `after`: items that come or change whole, those that go, and each term that differs. Where an item
 * stands in its list is no change. Problem: `agreement.malformed` naming what an amendment cannot change.
 */
export function changesBetween(
  base: AgreementDocument,
  after: AgreementDocument,
): { ok: true; changes: Changes } | Refused {
  const { terms, parties, items } = diffAgreements(base, after)
  if (parties.length > 0) return refuse('agreement.malformed', 'parties: an amendment changes items and terms alone')
  const fixed = terms.find(({ field }) => field === 'title' || field === 'validFrom')
  if (fixed !== undefined)
    return refuse('agreement.malformed', `${fixed.field}: an amendment changes items and terms alone`)
  const put = new Set(items.filter(({ change }) => change !== 'removed').map(keyOf))
  const names = new Set(terms.map(({ field }) => field.split('.')[0] ?? field))
  // A clause that goes leaves an empty one: a term that an amendment does not name stands as it was.
  const now: Record<string, unknown> = { ...after, text: after.text ?? '' }
  return {
    ok: true,
    changes: {
      put: after.items.filter(item => put.has(keyOf(item))),
      remove: items
        .filter(({ change }) => change === 'removed')
        .map(({ handling, taskCode }) => ({ handling, taskCode })),
      terms: Object.fromEntries([...names].map(name => [name, now[name]])) as Changes['terms'],
    },
  }
}

const keyOf = ({ handling, taskCode }: { handling: string; taskCode: string }): string => `${handling}/${taskCode}`
