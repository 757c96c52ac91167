/** The steps of a case as the page offers them: which stand as buttons, in which order, under which keys, with which paper after them. */
import type { CaseKind } from '../../../../../../protocol/case/kinds.ts'
import { type Action, STEP_ACTIONS } from '../../../../../../protocol/rights/table.ts'
import type { AnswerOf } from '../../query.ts'

/** Kinds of packets that are steps of their own: a submit begins a case, and a purge deletes besides it signs. */
export type StepKind = Exclude<CaseKind, 'case.submit' | 'case.purge'>
type PaperName = AnswerOf<'listPapers'>['items'][number]['name']

/** Buttons, in the order of a case; the other steps stand in a menu. */
const BUTTONS: readonly StepKind[] = [
  'case.arrived',
  'case.precheck',
  'case.accept',
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
    buttons: BUTTONS.filter(kind => mine.includes(kind)),
    // A message is written in its tab.
    menu: mine.filter(kind => !BUTTONS.includes(kind) && kind !== 'case.message'),
  }
}

/** The main steps that somebody may take in some state of the case, and that it does not allow now. */
export function notNow(steps: readonly CaseKind[], may: (action: Action) => boolean): StepKind[] {
  return BUTTONS.filter(kind => !steps.includes(kind) && may(STEP_ACTIONS[kind]))
}
