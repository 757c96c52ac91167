/** The steps of a case as the page offers them: which stand as buttons, in which order, under which keys, with which paper after them. */
import type { CaseKind } from '../../../../../../protocol/case/kinds.ts'
import { type Action, STEP_ACTIONS } from '../../../../../../protocol/rights/table.ts'
import type { AnswerOf } from '../../query.ts'

/** Kinds of packets that are steps of their own: a submit begins a case, and a purge deletes besides it signs. */
export type StepKind = Exclude<CaseKind, 'case.submit' | 'case.purge'>
type PaperName = AnswerOf<'listPapers'>['items'][number]['name']

/** The main steps, in the order of a case: those that somebody takes first come first. The other steps stand in a menu. */
export const MAIN_STEPS: readonly StepKind[] = [
  'case.arrived',
  'case.accept',
  'case.precheck',
  'case.request-supplement',
  'case.refuse',
  'case.supplement',
  'case.hand-in',
  'case.ship',
  'case.resume',
  'case.decide',
  'case.pause',
  'case.extend',
  'case.send-result',
  'case.result-received',
  'case.close',
  'case.evaluate',
  'case.answer',
]
/** Main steps that do not bring the case on by themselves: nobody is led to them. */
const DETOURS: ReadonlySet<CaseKind> = new Set<StepKind>([
  'case.refuse',
  'case.ship',
  'case.pause',
  'case.extend',
  'case.evaluate',
])
/** Where a step stands among the others: the place of a main one, and the last place for the rest. */
export function placeOf(kind: CaseKind): number {
  const place = (MAIN_STEPS as readonly CaseKind[]).indexOf(kind)
  return place < 0 ? MAIN_STEPS.length : place
}
/** The step that brings the case on; null when none of them does. */
export const likelyOf = (steps: readonly CaseKind[]): CaseKind | null =>
  steps
    .filter(kind => placeOf(kind) < MAIN_STEPS.length && !DETOURS.has(kind))
    .toSorted((a, b) => placeOf(a) - placeOf(b))[0] ?? null

/** Single keys; each stands on its button. */
export const STEP_KEYS: { readonly [K in StepKind]?: string } = {
  'case.accept': 'a',
  'case.request-supplement': 's',
  'case.supplement': 's',
  'case.pause': 'p',
  'case.resume': 'p',
  'case.decide': 'd',
}

/** The paper that is given to the applicant after a step. */
export const PAPER_AFTER: { readonly [K in StepKind]?: PaperName } = {
  'case.request-supplement': 'supplement-notice',
  'case.supplement': 'supplement-receipt',
  'case.commit': 'commitment',
  'case.hand-in': 'hand-in-receipt',
  'case.accept': 'acceptance',
  'case.refuse': 'refusal',
  'case.request-payment': 'payment-notice',
  'case.pause': 'special-procedure',
  'case.extend': 'extension',
  'case.decide': 'decision',
  'case.withdraw': 'withdrawal',
  'case.send-result': 'delivery',
  'case.originals': 'originals-list',
  'case.ship': 'mailing-label',
}

/** Of the steps that the case allows now, those that somebody may take: buttons in their order, then what stands in the menu. */
export function offered(
  steps: readonly CaseKind[],
  may: (action: Action) => boolean,
): { buttons: StepKind[]; menu: StepKind[] } {
  const mine = steps
    .filter((kind): kind is StepKind => kind !== 'case.submit' && kind !== 'case.purge')
    .filter(kind => may(STEP_ACTIONS[kind]))
  return {
    buttons: MAIN_STEPS.filter(kind => mine.includes(kind)),
    // A message is written in its tab.
    menu: mine.filter(kind => !MAIN_STEPS.includes(kind) && kind !== 'case.message'),
  }
}

/** The main steps that somebody may take in some state of the case, and that it does not allow now. */
export function notNow(steps: readonly CaseKind[], may: (action: Action) => boolean): StepKind[] {
  return MAIN_STEPS.filter(kind => !steps.includes(kind) && may(STEP_ACTIONS[kind]))
}
