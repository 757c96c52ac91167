/**
 * Materials that come later (容缺后补): the applicant commits (承诺) to hand in by a day what the item lets come later; the case goes on
 * without them, and no result is handed out before they are there. SPEC.md §6.2.
 */
import { type Refused, refuse } from '../problem.ts'
import type { ServiceItem } from '../service/item.ts'
import type { CaseState } from './fold.ts'
import type { CaseContent } from './kinds.ts'

/** What the applicant committed to. Seconds; `told` where the receipt gives another day, `kept` is null while something is missing. */
export type Committed = {
  /** codes that are still missing; null, as the day, when the commitment was purged */
  missing: readonly string[] | null
  until: string | null
  at: number
  told?: number
  kept: number | null
  /** when the moving city got what was the last, where its receipt gives another day */
  keptTold?: number
}

/** What may come later by the item, and has not come. */
export const LATER = '3'

/** Whether something that was committed to is still missing. */
const isMissing = ({ committed }: Pick<CaseState, 'committed'>): boolean =>
  committed !== null && committed.missing !== null && committed.missing.length > 0

/** Whether the result waits for what is missing: a denial does not. */
export const resultWaits = (state: Pick<CaseState, 'committed' | 'decision'>): boolean =>
  isMissing(state) && state.decision !== 'denied'

/** The commitment after materials came; `at` and `told` of their packet, seconds. */
export function handedIn(
  committed: Committed | null,
  codes: readonly string[],
  { at, told }: { at: number; told: number | null },
): Committed | null {
  if (committed === null || committed.missing === null || committed.kept !== null) return committed
  const missing = committed.missing.filter(code => !codes.includes(code))
  if (missing.length > 0) return { ...committed, missing }
  return { ...committed, missing, kept: at, ...(told === null ? {} : { keptTold: told }) }
}

/** Why the materials are not what was committed to, or null. Of a commitment or a body that was purged nothing can be said. */
export function answersCommitment(
  committed: Committed | null,
  body: Partial<CaseContent<'case.hand-in'>> | null,
): Refused | null {
  const missing = committed?.missing
  if (missing == null || body?.materials === undefined) return null
  const other = body.materials.findIndex(({ code }) => !missing.includes(code))
  return other < 0 ? null : refuse('case.supplement', `materials.${other}.code: not committed to, or there already`)
}

/** Why the item, in the version of the case, does not let these materials come later; null when it does. */
export function commitsBeyond(
  { materials }: CaseContent<'case.commit'>,
  item: Pick<ServiceItem, 'materials'>,
  given: Partial<Pick<CaseContent<'case.submit'>, 'materials'>> | null,
): Refused | null {
  for (const [index, code] of materials.entries()) {
    const listed = item.materials.find(({ materialCode }) => materialCode === code)
    if (listed === undefined) return refuse('case.content', `materials.${index}: not in the item's list`)
    if (listed.isNeed !== LATER) return refuse('case.content', `materials.${index}: may not be handed in later`)
    if (given?.materials?.some(material => material.code === code) === true)
      return refuse('case.content', `materials.${index}: was handed in`)
  }
  return null
}
