/** Steps of a case that somebody may take now, the likeliest first, and the key of each. Pure. */
import type { CaseKind } from '../../../../../protocol/case/kinds.ts'
import { can, type Holder, scopesOf } from '../../../../../protocol/rights/can.ts'
import { STEP_ACTIONS } from '../../../../../protocol/rights/table.ts'
import type { CaseDetail } from '../../../client/api.generated.ts'
import { STEP_KEYS as PAGE_KEYS, placeOf, type StepKind } from '../case/steps/kinds.ts'
import { subjectOf } from '../case/subject.ts'

/** The same keys as on the page of the case, and one for what is a tab there. */
export const STEP_KEYS: { readonly [K in CaseKind]?: string } = { ...PAGE_KEYS, 'case.message': 'm' }

export function stepsFor(me: Holder, detail: CaseDetail): StepKind[] {
  const subject = subjectOf(detail)
  return detail.steps
    .filter((kind): kind is StepKind => kind !== 'case.submit' && kind !== 'case.purge')
    .filter(kind => can(me, STEP_ACTIONS[kind], subject).ok)
    .toSorted((a, b) => placeOf(a) - placeOf(b))
}

/** Whether somebody works on cases of windows and departments, and has none of either. */
export function isPlaceless({ roles, windows, departments }: Omit<Holder, 'id'>): boolean {
  if (windows === null || departments === null || windows.length + departments.length > 0) return false
  const scopes = scopesOf({ roles, windows, departments }, 'case.list')
  return (
    scopes.length > 0 && scopes.every(scope => scope === 'window' || scope === 'department' || scope === 'assigned')
  )
}
